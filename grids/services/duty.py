"""Keep the duty list (网格值班表): shifts of people in grids, week after week."""

from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import BadInput
from grids.models import Area, DutyShift
from grids.people import grid_people
from grids.reach import KEEPERS, TAKING_PART

LONGEST_SHIFT = timedelta(hours=24)
MOST_WEEKS = 12
WEEK = timedelta(days=7)


def may_keep(user: User, area: str) -> bool:
    """Tell whether the user keeps the lists of the area."""
    return user.holds_over(area, *KEEPERS)


def check_keeper(user: User, area: str) -> None:
    """Raise `PermissionDenied` for all but the community and the town of the area."""
    if not may_keep(user, area):
        raise PermissionDenied(_("The lists of this area are kept by its community and its town."))


def check_taking_part(user: User, area: str) -> None:
    """Raise `PermissionDenied` for those who do not work in the area."""
    if not user.holds_over(area, *TAKING_PART):
        raise PermissionDenied(_("This area is not yours."))


def grid_of(code: str) -> Area:
    """Return a community, grid or microgrid by its code; raise `BadInput` where it is none."""
    levels = (Area.Level.COMMUNITY, Area.Level.GRID, Area.Level.MICROGRID)
    area = Area.objects.defer("boundary").filter(code=code, level__in=levels).first()
    if area is None:
        raise BadInput({"area": _("Choose a community or a grid.")})
    return area


@transaction.atomic
def add_shift(
    *,
    actor: User,
    area: str,
    user: int,
    starts_at: datetime,
    ends_at: datetime,
    note: str = "",
) -> DutyShift:
    """Put somebody on duty in a grid for a stretch of time."""
    check_keeper(actor, area)
    grid = grid_of(area)
    person = grid_people(area).filter(pk=user).select_for_update(no_key=True).first()
    if person is None:
        raise BadInput({"user": _("Choose a grid worker or grid head of this area.")})
    if not timedelta(0) < ends_at - starts_at <= LONGEST_SHIFT:
        raise BadInput({"ends_at": _("A shift ends after it begins, within 24 hours.")})
    same = DutyShift.objects.filter(user=person, area=grid)
    if same.filter(starts_at__lt=ends_at, ends_at__gt=starts_at).exists():
        raise BadInput({"starts_at": _("This person already has a shift there at that time.")})
    return DutyShift.objects.create(
        user=person, area=grid, starts_at=starts_at, ends_at=ends_at, note=note.strip()[:200]
    )


def remove_shift(pk: int, *, actor: User) -> None:
    """Take a shift off the list."""
    shift = DutyShift.objects.filter(pk=pk).first()
    if shift is not None:
        check_keeper(actor, shift.area_id)
        shift.delete()


@transaction.atomic
def copy_week(*, actor: User, area: str, monday: datetime, weeks: int) -> int:
    """Copy an area's shifts of one week into the weeks after it; return how many are new.

    What is on the list already stays: copying twice gives once.
    """
    check_keeper(actor, area)
    if not 1 <= weeks <= MOST_WEEKS:
        raise BadInput({"weeks": _("Give a number from 1 to %(most)s.") % {"most": MOST_WEEKS}})
    pattern = DutyShift.objects.filter(
        area__code__startswith=area,
        starts_at__gte=monday,
        starts_at__lt=monday + WEEK,
        user__is_active=True,
    )
    rows = list(pattern)
    ahead = DutyShift.objects.filter(
        area__code__startswith=area,
        starts_at__gte=monday + WEEK - LONGEST_SHIFT,
        starts_at__lt=monday + (weeks + 1) * WEEK,
    )
    taken: dict[tuple[int, str], list[tuple[datetime, datetime]]] = {}
    for shift in ahead:
        spans = taken.setdefault((shift.user_id, shift.area_id), [])
        spans.append((shift.starts_at, shift.ends_at))
    copies = [
        DutyShift(
            user_id=row.user_id,
            area_id=row.area_id,
            starts_at=row.starts_at + n * WEEK,
            ends_at=row.ends_at + n * WEEK,
            note=row.note,
        )
        for n in range(1, weeks + 1)
        for row in rows
    ]
    fresh = [copy for copy in copies if not _meets(copy, taken)]
    DutyShift.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)


def _meets(shift: DutyShift, taken: dict[tuple[int, str], list[tuple[datetime, datetime]]]) -> bool:
    spans = taken.get((shift.user_id, shift.area_id), [])
    return any(begins < shift.ends_at and ends > shift.starts_at for begins, ends in spans)
