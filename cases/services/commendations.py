"""Commendations (表扬工单): counted, shown, told to the unit praised; never a case."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Role, Unit, User
from accounts.refusals import BadInput
from accounts.services.notices import Draft, tell_units
from cases.models import Case, Commendation
from cases.services.intake import LONGEST_TEXT, clean_phone
from grids.models import Area

NOTING_ROLES = (Role.OPERATOR, Role.CALLBACK, Role.SUPERVISOR)


def may_commend(user: User) -> bool:
    """Tell whether the user may note a resident's praise."""
    return user.holds(*NOTING_ROLES)


def check_may_commend(user: User) -> None:
    """Raise `PermissionDenied` for all but the desks that speak to residents."""
    if not may_commend(user):
        raise PermissionDenied(_("Noting praise is the work of the desks that residents call."))


@transaction.atomic
def commend(
    *,
    actor: User,
    at: datetime,
    unit: str,
    text: str,
    person: str = "",
    channel: str = Case.Channel.HOTLINE,
    area: str = "",
    case: str = "",
    caller_name: str = "",
    caller_phone: str = "",
) -> Commendation:
    """Store a resident's praise under a number of its own and tell the unit. Raise `BadInput` by field.

    `case` is the number of the case it is about, if any; then its caller is who praises, unless another is given.
    """
    check_may_commend(actor)
    praised = Unit.objects.filter(code=unit, active=True).first()
    if praised is None:
        raise BadInput({"unit": _("There is no such unit; pick one from the list.")})
    words = text.replace("\x00", "").strip()
    if not words:
        raise BadInput({"text": _("Write what is praised.")})
    if len(words) > LONGEST_TEXT:
        limit = _("The text is too long: at most %(count)s characters.") % {"count": LONGEST_TEXT}
        raise BadInput({"text": limit})
    about = _case_of(case, actor)
    phone = clean_phone(caller_phone)
    known = about is not None and not (phone or caller_name)
    key = _next_key()
    row = Commendation.objects.create(
        pk=key,
        number=f"B{timezone.localtime(at):%Y%m%d}-{key:06d}",
        channel=channel,
        unit=praised,
        person=person.strip()[:40],
        area=_area_of(area, about),
        case=about,
        text=words,
        caller_name=about.caller_name if about and known else caller_name.strip()[:40],
        caller_phone=about.caller_phone if about and known else phone,
        received_at=at,
        received_by=actor,
    )
    params = {"unit": str(praised), "document": row.number}
    told_of = about.number if about and not about.confidential else ""
    tell_units([Draft("commended", praised.pk, f"commended:{row.pk}", told_of, params)], at)
    return row


def _case_of(number: str, actor: User) -> Case | None:
    if not number.strip():
        return None
    found = Case.objects.visible_to(actor).filter(number=number.strip()).first()
    if found is None:
        raise BadInput({"case": _("Give the number of a case that you may see.")})
    return found


def _area_of(code: str, about: Case | None) -> Area | None:
    if not code:
        return about.area if about else None
    area = Area.objects.filter(pk=code).defer("boundary").first()
    if area is None:
        raise BadInput({"area": _("There is no such place.")})
    return area


def _next_key() -> int:
    """Return the key of the next commendation; its number is made from it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('cases_commendation', 'id'))")
        return int(cursor.fetchone()[0])
