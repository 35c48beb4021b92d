"""Pick a profile: all its rows or none, kept in the history; clocks that run keep the rule they began with."""

from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import district as own_district
from accounts import quiet_hours
from accounts.models import District, DistrictChange, Role, User
from accounts.refusals import BadInput
from cases import calendars
from cases.models import Clock
from cases.services import alerts, limits
from config.profiles.plans import Change, plan
from config.profiles.shape import Profile
from dispatch import rights

_LOCK = 20180901
"""Names the lock that lets one picking at a time in."""


def this_district() -> District:
    """Return the district's row, unsaved where nothing was picked or named yet."""
    return District.objects.order_by("pk").first() or District()


def earliest_begin(at: datetime) -> date:
    """Return the first day from which other limits may hold: today while no clock has ever run,
    else tomorrow, so that no rule a clock was made from is written over."""
    today = timezone.localtime(at).date()
    return today + timedelta(days=1) if Clock.objects.exists() else today


def preview(profile: Profile, begins: date) -> list[Change]:
    """Return what picking the profile would change; nothing is written."""
    return plan(profile, begins, district=this_district())


@transaction.atomic
def pick(
    profile: Profile, *, actor: User | None, at: datetime, begins: date | None = None
) -> list[Change]:
    """Make the district work by the profile from a day on (default: the earliest possible).

    Levels, kinds and rights hold at once; limits, ladders and weights from that day. Picking the
    same again changes nothing. `actor` is None for the command line. Return what was changed.
    """
    if actor is not None and not actor.holds(Role.ADMIN):
        raise PermissionDenied(_("Only an administrator picks the district's profile."))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    earliest = earliest_begin(at)
    begins = begins or earliest
    if begins < earliest:
        text = _("Clocks run by the rules of today: choose %(day)s or a later day.")
        raise BadInput({"begins": text % {"day": f"{earliest:%F}"}})
    district = this_district()
    changes = plan(profile, begins, district=district)
    _carry_out(changes)
    if changes or district.profile != profile.code:
        district.profile, district.picked_at, district.picked_by = profile.code, at, actor
        district.terms, district.lists = profile.terms, profile.lists
        district.save()
        DistrictChange.objects.create(
            profile=profile.code,
            name=profile.name,
            begins=begins,
            changes=[change.kept() for change in changes],
            at=at,
            by=actor,
        )
    transaction.on_commit(forget_settings)
    forget_settings()
    return changes


@transaction.atomic
def name_district(name: str, terms: dict[str, str], *, actor: User, at: datetime) -> None:
    """Give the district its name and its own words; an empty word is the product's."""
    if not actor.holds(Role.ADMIN):
        raise PermissionDenied(_("Only an administrator picks the district's profile."))
    district = this_district()
    before = {"name": district.name, **district.terms}
    given = {code: word.strip() for code, word in terms.items() if word.strip()}
    after = {"name": name.strip(), **given}
    changes = [
        {"part": "terms", "action": "changed", "what": code, "before": before.get(code, "")}
        | {"after": after.get(code, "")}
        for code in {**before, **after}
        if before.get(code, "") != after.get(code, "")
    ]
    if not changes:
        return
    district.name, district.terms = name.strip(), given
    district.save()
    DistrictChange.objects.create(
        profile=district.profile,
        name=_("Name and words"),
        begins=timezone.localtime(at).date(),
        changes=changes,
        at=at,
        by=actor,
    )
    own_district.forget()


def forget_settings() -> None:
    """Read every setting a profile holds again at its next use."""
    for kept in (limits, alerts, calendars, quiet_hours, rights, own_district):
        kept.forget()


def _carry_out(changes: list[Change]) -> None:
    try:
        for change in changes:
            change.work()
    except IntegrityError as error:
        raise BadInput(
            {"profile": _("The rows contradict each other: %(error)s") % {"error": error}}
        ) from error
