"""Receive a request: one call, one grid report, one snapshot becomes one case."""

import re
from collections.abc import Sequence
from datetime import datetime

from django.contrib.postgres.search import TrigramSimilarity
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Role, User
from accounts.refusals import BadInput
from accounts.services.notices import Draft, tell_units
from cases.lifecycle import OPEN, clocks_of
from cases.models import Case
from cases.services import clocks
from cases.services.filing import accused_of, condition_of, leaf
from cases.services.photos import Photo, keep_photos
from cases.services.records import record
from grids.places import Place

INTAKE_ROLES = (
    Role.OPERATOR,
    Role.GRIDWORKER,
    Role.GRIDHEAD,
    Role.COMMUNITY,
    Role.TOWN,
    Role.SUPERVISOR,
)
LONGEST_TEXT = 4000
_PHONE = re.compile(r"\+?\d[\d\s-]{5,18}")


def may_receive(user: User) -> bool:
    """Tell whether the user may enter requests."""
    return user.holds(*INTAKE_ROLES)


def check_may_receive(user: User) -> None:
    """Raise `PermissionDenied` for those who do not enter requests."""
    if not may_receive(user):
        raise PermissionDenied(_("Entering requests is not your role."))


@transaction.atomic
def receive(
    *,
    actor: User,
    at: datetime,
    channel: str,
    kind: str,
    category: str,
    text: str,
    place: Place,
    condition: str = "",
    urgency: str = Case.Urgency.NORMAL,
    caller_name: str = "",
    caller_phone: str = "",
    confidential: bool = False,
    accused: str = "",
    external_id: str = "",
    photos: Sequence[Photo] = (),
) -> Case:
    """Store the request as a numbered case, start its clocks and tell its town.

    A report of wrongdoing is always confidential; `accused` is the code of the unit complained of, which
    never sees nor handles a report of it. Raise `BadInput` by field; then nothing is stored.
    """
    check_may_receive(actor)
    phone = clean_phone(caller_phone)
    case = Case(
        number=next_number(at),
        channel=channel,
        kind=kind,
        category=leaf(category),
        condition=condition_of(condition, category, at),
        urgency=urgency,
        text=_text(text),
        address=place.address[:200],
        area_id=place.area,
        town_id=place.town,
        lon=place.lon,
        lat=place.lat,
        caller_name=caller_name.strip()[:40],
        caller_phone=phone,
        callable=bool(phone),
        confidential=confidential or kind == Case.Kind.REPORT,
        accused=accused_of(accused, kind, actor),
        external_id=external_id.strip()[:80],
        received_at=at,
        received_by=actor,
    )
    _insert(case)
    record(case, "receive", actor=actor, at=at, channel=channel)
    started = clocks.start_for_state(case, clocks_of(case), at)
    keep_photos(case, photos, step="receive", actor=actor, at=at)
    _tell_owner(case, started[0].unit_id, at)
    return case


def next_number(at: datetime) -> str:
    """Return a new case number: the local date and a running number, `20261121-000123`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('case_number_seq')")
        running = cursor.fetchone()[0]
    return f"{timezone.localtime(at):%Y%m%d}-{running:06d}"


def clean_phone(phone: str) -> str:
    """Return the digits of a phone number; raise `BadInput` where it cannot be one."""
    phone = phone.strip()
    if not phone:
        return ""
    if not _PHONE.fullmatch(phone):
        raise BadInput({"caller_phone": _("A phone number has 6 to 19 digits.")})
    return re.sub(r"[^\d+]", "", phone)


def _text(text: str) -> str:
    text = text.strip()
    if not text:
        raise BadInput({"text": _("Write what the matter is.")})
    if len(text) > LONGEST_TEXT:
        limit = _("The text is too long: at most %(count)s characters.") % {"count": LONGEST_TEXT}
        raise BadInput({"text": limit})
    return text.replace("\x00", "")


def _insert(case: Case) -> None:
    """Store the case; an outside reference is taken once, from two senders at the same moment too."""
    if not case.external_id:
        case.save(force_insert=True)
        return
    _refuse_known_reference(case)
    try:
        with transaction.atomic():
            case.save(force_insert=True)
    except IntegrityError:
        _refuse_known_reference(case)
        raise


def _refuse_known_reference(case: Case) -> None:
    known = Case.objects.filter(channel=case.channel, external_id=case.external_id).first()
    if known:
        text = _("This outside reference was received before, as case %(number)s.")
        raise BadInput({"external_id": text % {"number": known.number}})


def _tell_owner(case: Case, unit_id: int, at: datetime) -> None:
    """Tell the unit that owes the decision: the place's town, or the centre where it has no unit."""
    urgent = case.urgency == Case.Urgency.CRITICAL
    draft = Draft("case_received", unit_id, f"received:{case.pk}", case.number, urgent=urgent)
    tell_units([draft], at)


def look_alikes(
    user: User, *, area: str, category: str, text: str = "", but: str = "", limit: int = 5
) -> QuerySet[Case]:
    """Return open cases of the same community, the likest text and same category first.

    Only cases the user may see; `but` is a case number left out.
    """
    near = Case.objects.visible_to(user).filter(state__in=OPEN, area__code__startswith=area[:12])
    if category:
        near = near.filter(category__code__startswith=category[:2])
    if but:
        near = near.exclude(number=but)
    return (
        near.annotate(
            likeness=TrigramSimilarity("text", text[:500] or " "),
            same_category=ExpressionWrapper(Q(category=category), BooleanField()),
        )
        .select_related("category", "area", "town")
        .order_by("-same_category", "-likeness", "-received_at", "-pk")[:limit]
    )


def earlier_cases(user: User, phone: str, limit: int = 5) -> QuerySet[Case]:
    """Return the earlier cases of a phone number, newest first, for those who take calls."""
    if not user.holds(Role.OPERATOR, Role.CALLBACK, Role.SUPERVISOR) or not phone:
        return Case.objects.none()
    found = Case.objects.visible_to(user).filter(caller_phone=phone, confidential=False)
    return found.for_list()[:limit]
