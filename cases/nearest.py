"""Who is nearest to a place: the people of its grids, those on duty first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import inf

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from cases.models import FieldTask
from grids.locator import metres
from grids.models import Area, DutyShift, GridDuty, Position
from grids.naming import short_name
from grids.people import grid_people
from grids.reach import path_of
from grids.services.positions import FRESH


@dataclass(frozen=True, slots=True)
class Spot:
    """Where somebody is to go."""

    area: str
    lon: float | None = None
    lat: float | None = None

    def metres_to(self, lon: float | None, lat: float | None) -> float | None:
        """Return how far the point is away; None where either is not known."""
        if self.lon is None or self.lat is None or lon is None or lat is None:
            return None
        return metres(self.lon, self.lat, lon, lat)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could go, and what speaks for them."""

    user: User
    shift_ends: datetime | None
    away: float | None
    seen_at: datetime | None
    duty: str
    open_tasks: int

    @property
    def rank(self) -> tuple[bool, float, int, int]:
        """Those on shift come first, then the nearest, then who has the least to do."""
        away = inf if self.away is None else self.away
        return (self.shift_ends is None, away, self.open_tasks, self.user.pk)

    def why(self) -> str:
        """Return in words why this person is asked."""
        said = []
        if self.shift_ends is not None:
            until = timezone.localtime(self.shift_ends).strftime("%H:%M")
            said.append(_("on duty until %(time)s") % {"time": until})
        if self.duty:
            said.append(_("has the duty of %(area)s") % {"area": self.duty})
        if self.away is not None:
            away = {"metres": f"{self.away:.0f}"}
            if self.seen_at is None:
                said.append(_("duty area %(metres)s m away") % away)
            else:
                seen = timezone.localtime(self.seen_at).strftime("%H:%M")
                said.append(_("%(metres)s m away at %(time)s") % (away | {"time": seen}))
        said.append(_("%(count)s open tasks") % {"count": self.open_tasks})
        return " · ".join(said)[:200]


def spot_of(area: Area, lon: float | None = None, lat: float | None = None) -> Spot:
    """Return the place of a matter; where it has no position, the middle of its area."""
    if lon is None or lat is None:
        return Spot(area.code, area.lon, area.lat)
    return Spot(area.code, lon, lat)


def nearest(spot: Spot, at: datetime) -> list[Candidate]:
    """Return who could go there, the first choice first; five queries.

    Asked are those whose duty or shift covers the place; where nobody's does, all grid workers and
    heads posted over it. A position counts for half an hour; without one, the middle of the nearest
    area of duty stands for it.
    """
    people = list(grid_people(spot.area))
    if not people:
        return []
    ids = [person.pk for person in people]
    covering = set(path_of(spot.area))
    shifts = {
        shift.user_id: shift
        for shift in DutyShift.objects.at(at)
        .filter(user__in=ids, area__in=covering)
        .order_by("ends_at")
        .select_related("area")
        .defer("area__boundary")
    }
    duties: dict[int, list[Area]] = {}
    for duty in GridDuty.objects.filter(user__in=ids).select_related("area").order_by("pk"):
        duties.setdefault(duty.user_id, []).append(duty.area)
    positions = {row.user_id: row for row in Position.objects.filter(user__in=ids)}
    busy = _open_tasks(ids)
    found = [
        _candidate(
            person,
            spot,
            at,
            shifts.get(person.pk),
            duties.get(person.pk, []),
            positions.get(person.pk),
            busy.get(person.pk, 0),
        )
        for person in people
    ]
    on_duty = [
        one
        for one in found
        if one.shift_ends or any(area.code in covering for area in duties.get(one.user.pk, []))
    ]
    return sorted(on_duty or found, key=lambda one: one.rank)


def _open_tasks(ids: Iterable[int]) -> dict[int, int]:
    rows = FieldTask.objects.open().filter(assignee__in=list(ids)).values("assignee")
    return {row["assignee"]: row["n"] for row in rows.annotate(n=Count("pk"))}


def _candidate(
    person: User,
    spot: Spot,
    at: datetime,
    shift: DutyShift | None,
    duties: list[Area],
    position: Position | None,
    open_tasks: int,
) -> Candidate:
    seen_at = None
    if position is not None and at - FRESH <= position.at <= at:
        away, seen_at = spot.metres_to(position.lon, position.lat), position.at
    else:
        areas = [*duties, *([shift.area] if shift else [])]
        known = [spot.metres_to(area.lon, area.lat) for area in areas]
        away = min((m for m in known if m is not None), default=None)
    covering = [area for area in duties if spot.area.startswith(area.code)]
    return Candidate(
        user=person,
        shift_ends=shift.ends_at if shift else None,
        away=away,
        seen_at=seen_at if away is not None else None,
        duty=short_name(covering[0].name) if covering else "",
        open_tasks=open_tasks,
    )
