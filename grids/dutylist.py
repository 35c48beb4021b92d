"""The duty list of a community's grids: who stands there always, who in this week, and where nobody does."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils import timezone

from accounts.models import User
from grids.models import Area, DutyShift, GridDuty
from grids.naming import short_name
from grids.reach import path_of

WEEK = timedelta(days=7)


@dataclass(slots=True)
class Row:
    """One grid in one week. `standing` have the duty there, `days` holds the shifts of each day."""

    code: str
    name: str
    micro: bool
    monday: date
    standing: list[User]
    now: list[User]
    days: list[list[DutyShift]] = field(default_factory=lambda: [[] for _ in range(7)])

    @property
    def week(self) -> list[tuple[date, list[DutyShift]]]:
        """Return each day of the week with its shifts."""
        return [(self.monday + timedelta(days=n), shifts) for n, shifts in enumerate(self.days)]

    @property
    def empty(self) -> bool:
        """Tell whether nobody answers for the grid now."""
        return not (self.standing or self.now)


def monday_of(day: date) -> datetime:
    """Return the moment at which the week of the day begins in the district."""
    first = day - timedelta(days=day.weekday())
    return timezone.make_aware(datetime.combine(first, datetime.min.time()))


def duty_week(community: str, monday: datetime, at: datetime) -> list[Row]:
    """Return the grids of a community with their duty in the week; three queries.

    A microgrid stands there where somebody has the duty of it alone; else it is looked after with its grid.
    """
    grids = Area.objects.filter(code__startswith=community)
    grids = grids.filter(level__in=[Area.Level.GRID, Area.Level.MICROGRID]).order_by("code")
    standing = standing_duty(community)
    shifts = list(_shifts(community, min(monday, at), max(monday + WEEK, at)))
    first = timezone.localtime(monday).date()
    own = {*standing, *(shift.area_id for shift in shifts)}
    rows = [
        _row(code, name, level, first, standing)
        for code, name, level in grids.values_list("code", "name", "level")
    ]
    for row in rows:
        for shift in shifts:
            if row.code.startswith(shift.area_id):
                _enter(row, shift, at)
    return [row for row in rows if not row.micro or row.code in own]


def standing_duty(community: str) -> dict[str, list[User]]:
    """Return who has the duty of an area of the community, or of one that holds it, by its code."""
    duties = GridDuty.objects.filter(area__code__startswith=community) | GridDuty.objects.filter(
        area__in=path_of(community)
    )
    found: dict[str, list[User]] = defaultdict(list)
    for duty in duties.filter(user__is_active=True).select_related("user").order_by("pk"):
        found[duty.area_id].append(duty.user)
    return found


def _shifts(community: str, since: datetime, until: datetime) -> "list[DutyShift]":
    inside = DutyShift.objects.filter(area__code__startswith=community)
    rows = inside.filter(starts_at__gte=since - timedelta(days=1), starts_at__lt=until)
    return list(
        rows.filter(ends_at__gt=since, user__is_active=True)
        .select_related("user")
        .order_by("starts_at", "pk")
    )


def _row(code: str, name: str, level: str, monday: date, standing: dict[str, list[User]]) -> Row:
    people = {user.pk: user for step in path_of(code) for user in standing.get(step, [])}
    return Row(
        code, short_name(name), level == Area.Level.MICROGRID, monday, list(people.values()), []
    )


def _enter(row: Row, shift: DutyShift, at: datetime) -> None:
    if shift.starts_at <= at < shift.ends_at:
        row.now.append(shift.user)
    day = (timezone.localtime(shift.starts_at).date() - row.monday).days
    if 0 <= day < 7:
        row.days[day].append(shift)
