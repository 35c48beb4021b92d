"""How a case of the demo comes in, and how time passes for it."""

from datetime import datetime, timedelta
from fractions import Fraction
from functools import cached_property
from random import Random
from typing import Any

from django.utils import timezone

from accounts.models import User
from cases import calendars
from cases.deadlines import Limit, TimeUnit, add
from cases.models import Case
from cases.services.intake import receive
from cases.services.steps import advance
from config.demo.district import District
from config.demo.photos import sample_photo
from config.demo.requests import Request, all_requests
from grids.models import Area
from grids.places import Place

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
MINUTE = timedelta(minutes=1)


class Later(Exception):
    """The next step lies in the future: the case stays as it is."""


class Beginning:
    """A case of the demo from its call on: what it is about, where, and what time it is."""

    case: Case

    def __init__(self, district: District, at: datetime, rng: Random) -> None:
        self.d = district
        self.rng = rng
        self.at = at
        self.request = self._request()
        self.community = self.rng.choices(district.communities, district.weights)[0]
        self.town = district.people.of_unit[self.community.town_code]
        self.habit = district.habits[self.community.town_code]

    # --- intake

    def _request(self) -> Request:
        month = timezone.localtime(self.at).month
        return self.rng.choice([r for r in all_requests() if r.in_season(month)])

    @cached_property
    def place_name(self) -> str:
        name = self.community.name
        for ending in ("居民委员会", "居委会", "村民委员会", "村委会"):
            name = name.removesuffix(ending)
        return name

    def _receive(self) -> Case:
        request, rng = self.request, self.rng
        grid = rng.choice(self.d.grids[self.community.code])
        by_grid = request.channel == "grid"
        called = not by_grid or rng.random() < 0.15
        actor = self._reporter(by_grid)
        photo = by_grid and self.at > self.d.until - timedelta(days=7) and rng.random() < 0.5
        return receive(
            actor=actor,
            at=self.at,
            channel=request.channel,
            kind=request.kind,
            category=request.category,
            condition=request.condition,
            text=request.text.replace("{place}", self.place_name),
            place=self._place(grid),
            urgency=request.urgency,
            caller_name=rng.choice(SURNAMES) + rng.choice(["先生", "女士"]) if called else "",
            caller_phone=self._phone() if called else "",
            confidential=rng.random() < 0.04,
            photos=[sample_photo(rng, self.at)] if photo else [],
        )

    def _reporter(self, by_grid: bool) -> User:
        if by_grid and self.community.code == "110112013001":
            return self.d.people.named("gridworker")
        return self.town if by_grid else self.d.people.named("operator")

    def _place(self, grid: Area) -> Place:
        lon, lat = grid.lon or 0.0, grid.lat or 0.0
        spread = 0.0004
        return Place(
            grid.code,
            round(lon + self.rng.uniform(-spread, spread), 6),
            round(lat + self.rng.uniform(-spread, spread), 6),
            f"{self.place_name}{self.rng.randint(1, 48)}号楼附近",
        )

    def _phone(self) -> str:
        """Draw one of 2,600 numbers of a made-up range, so that some residents call again."""
        return f"1990000{self.rng.randrange(2600):04d}"

    # --- time

    def _wait(self, hours: float) -> datetime:
        """Let working hours pass; raise `Later` where that leads beyond the present."""
        limit = Limit(hours_of(hours), TimeUnit.WORK_HOUR)
        self.at = add(self.at, limit, calendars.current())
        return self._now()

    def _work(self, hours: float) -> datetime:
        """Let working hours pass; an urgent matter is not left for the night, and goes quicker."""
        if self.request.urgency != "normal":
            return self._pass(hours * 25)
        return self._wait(hours)

    def _pass(self, minutes: float) -> datetime:
        """Let clock time pass."""
        self.at += MINUTE * max(1, round(minutes))
        return self._now()

    def _now(self) -> datetime:
        if self.at >= self.d.until:
            raise Later
        return self.at

    def _step(self, step: str, actor: User, **details: Any) -> None:
        self.case = advance(self.case.pk, step, actor=actor, at=self._now(), **details)

    def _result(self) -> str:
        return self.request.result.replace("{place}", self.place_name)


def hours_of(hours: float) -> Fraction:
    """Return the hours as an exact number of seconds."""
    return Fraction(max(1, round(hours * 3600)), 3600)
