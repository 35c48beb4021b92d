"""Three months of a living district, through the services with past times.

Every case is lived step by step until its next step would lie in the future; what is still open
then is what the desks show. The same seed and the same day give the same district.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from functools import cached_property
from random import Random
from typing import Any

from django.db import connection
from django.utils import timezone

from accounts.models import Unit, User
from assessment.services.reviews import review_order
from cases import calendars
from cases.deadlines import Limit, TimeUnit, add
from cases.models import Case
from cases.services.callbacks import record_callback
from cases.services.intake import receive
from cases.services.steps import advance
from config.demo.habits import Habit, habits_of
from config.demo.people import People
from config.demo.photos import sample_photo
from config.demo.requests import Request, all_requests
from dispatch.models import Order, Responsibility
from dispatch.services.rulings import rule
from dispatch.services.steps import advance_order
from dispatch.services.whistles import Item, Summons, blow_whistle, mark_item_done
from grids.models import Area
from grids.places import Place

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
DAYS = 92
HOURS = [1, 1, 1, 1, 1, 2, 4, 8, 14, 20, 21, 16, 10, 9, 15, 18, 16, 12, 10, 9, 8, 6, 4, 2]
"""How calls spread over the day: peaks from 9 to 11 and from 14 to 16."""

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Share:
    """The part of the history one process lives: number `number` of `of`."""

    number: int = 0
    of: int = 1


class Later(Exception):
    """The next step lies in the future: the case stays as it is."""


@dataclass
class District:
    """What the history draws from."""

    people: People
    rng: Random
    until: datetime
    grids: dict[str, list[Area]]
    communities: list[Area]
    weights: list[float]
    items: dict[str, list[Responsibility]]
    habits: dict[str, Habit]

    @classmethod
    def load(cls, people: People, seed: int, until: datetime) -> "District":
        rng = Random(seed)
        grids: dict[str, list[Area]] = {}
        for grid in Area.objects.filter(level="grid").order_by("code").defer("boundary"):
            grids.setdefault(grid.community_code, []).append(grid)
        found = Area.objects.filter(level="community", code__in=grids).order_by("code")
        communities = list(found.defer("boundary"))
        items: dict[str, list[Responsibility]] = {}
        rows = Responsibility.objects.select_related("lead").prefetch_related("assists")
        for item in rows.order_by("code"):
            items.setdefault(item.category_id, []).append(item)
        units = list(Unit.objects.order_by("code").values_list("code", flat=True))
        weights = [_weight(area, rng) for area in communities]
        return cls(people, rng, until, grids, communities, weights, items, habits_of(units, rng))


def _weight(area: Area, rng: Random) -> float:
    shown = {"110112013": 9.0, "110112012": 4.0}.get(area.town_code, 1.0)
    return shown * rng.lognormvariate(0, 0.8)


def live_history(people: People, *, seed: int, until: datetime, count: int, share: Share) -> int:
    """Let this share of `count` cases happen in the three months before `until`; return how many.

    Every case draws from a source of its own, so that the shares, lived at the same time by
    several processes, together give the same district as one process would.
    """
    district = District.load(people, seed, until)
    times = sorted(_arrival(district.rng, until) for _ in range(count))
    lived = 0
    for index, at in enumerate(times):
        if at < until and index % share.of == share.number:
            number_next_case(index + 1)
            Life(district, at, Random(f"{seed}:{index}")).live()
            lived += 1
    return lived


def number_next_case(running: int) -> None:
    """Let the next case of this session bear the running number, whatever other sessions do.

    A temporary sequence stands in front of the product's own one.
    """
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY SEQUENCE IF NOT EXISTS case_number_seq")
        cursor.execute("SELECT setval('pg_temp.case_number_seq', %s, false)", [running])


def _arrival(rng: Random, until: datetime) -> datetime:
    """Draw when a request comes in; a little more lately, so that the desks have work."""
    midnight = timezone.localtime(until).replace(hour=0, minute=0, second=0, microsecond=0)
    back = rng.randrange(4) if rng.random() < 0.03 else rng.randrange(DAYS)
    hour = rng.choices(range(24), HOURS)[0]
    moment = midnight - timedelta(days=back)
    return moment.replace(hour=hour, minute=rng.randrange(60), second=rng.randrange(60))


class Life:
    """One case's life, lived by the people of the district."""

    def __init__(self, district: District, at: datetime, rng: Random) -> None:
        self.d = district
        self.rng = rng
        self.at = at
        self.request = self._request()
        self.community = self.rng.choices(district.communities, district.weights)[0]
        self.town = district.people.of_unit[self.community.town_code]
        self.habit = district.habits[self.community.town_code]

    def live(self) -> None:
        """Live until the end or until the present."""
        self.case = self._receive()
        try:
            self._odd_ends()
            self._be_handled()
            self._be_rated()
        except Later:
            return

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
        limit = Limit(_hours(hours), TimeUnit.WORK_HOUR)
        self.at = add(self.at, limit, calendars.current())
        return self._now()

    def _pass(self, minutes: float) -> datetime:
        """Let clock time pass."""
        self.at += MINUTE * max(1, round(minutes))
        return self._now()

    def _now(self) -> datetime:
        if self.at >= self.d.until:
            raise Later
        return self.at

    # --- ways to the end

    def _odd_ends(self) -> None:
        """One in thirty is not accepted or is one call too many."""
        if self.rng.random() > 0.03 or not self.case.callable:
            return
        self._pass(self.rng.uniform(3, 40))
        reason = self.rng.choice(
            ["诉求人来电撤单", "属诉讼、仲裁途径，已告知法定渠道", "同一事项在办，已告知进度"]
        )
        self._step("reject", self.d.people.named("supervisor"), reason=reason)
        raise Later

    def _step(self, step: str, actor: User, **details: Any) -> None:
        self.case = advance(self.case.pk, step, actor=actor, at=self._now(), **details)

    def _be_handled(self) -> None:
        self._decide()
        if self.request.whistle and self._summonable():
            self._whistle()
        else:
            self._self_handle()

    def _decide(self) -> None:
        limit = {"critical": 12, "urgent": 35}.get(self.request.urgency)
        if limit:
            self._pass(limit * self.habit.delay(self.rng))
        else:
            self._wait(2.2 * self.habit.delay(self.rng))

    def _self_handle(self) -> None:
        self._step("handle", self.town)
        quick = self.request.urgency != "normal"
        self._wait((5 if quick else 15) * self.habit.delay(self.rng))
        self._maybe_hold()
        self._step("finish", self.town, result=self._result())

    def _maybe_hold(self) -> None:
        if self.rng.random() > 0.01:
            return
        centre = self.d.people.named("supervisor")
        until = timezone.localtime(self.at).date() + timedelta(days=self.rng.randint(10, 40))
        self._step("hold", centre, until=until, reason="需待季节性施工条件具备")
        self.at = timezone.make_aware(datetime.combine(until, datetime.min.time()))
        self._now()
        self._step("resume", centre)

    def _result(self) -> str:
        return self.request.result.replace("{place}", self.place_name)

    # --- the whistle

    def _item(self) -> Responsibility | None:
        found = self.d.items.get(self.request.category, [])
        return self.rng.choice(found) if found else None

    def _summonable(self) -> list[Unit]:
        if not hasattr(self, "_units"):
            item = self._item()
            units = [item.lead, *sorted(item.assists.all(), key=_code)] if item else []
            kinds = ("department", "company")
            most = self.rng.choices([1, 2, 3], [4, 4, 2])[0]
            self._units = [u for u in units if u is not None and u.kind in kinds][:most]
        return self._units

    def _whistle(self) -> None:
        lead, *others = self._summonable()
        emergency = self.request.whistle == "emergency"
        listed = self.request.whistle in ("hard", "enforcement")
        parts = self.request.text.rstrip("。").split("，") if listed else []
        texts = [part for part in parts if "{" not in part][:3]
        meets = not emergency and self.rng.random() < 0.3
        summons = Summons(
            level="town",
            kind=self.request.whistle,
            lead=lead.code,
            departments=[unit.code for unit in others],
            assembly_at=self._meeting() if meets else None,
            assembly_place=f"{self.place_name}居委会门前" if meets else "",
            items=[Item(text[:80], self.rng.choice([lead, *others]).code) for text in texts],
            reason="超出街道（镇）职权，需部门到场解决",
        )
        whistle = blow_whistle(self.case.pk, summons, actor=self.town, at=self._now())
        began = self.at
        self.ends: list[datetime] = []
        for order in whistle.orders.select_related("unit").order_by("pk"):
            self.at = began
            self._report(order)
        self._close_whistle(whistle.pk)

    def _meeting(self) -> datetime:
        return add(
            self.at, Limit(_hours(self.rng.uniform(6, 14)), TimeUnit.WORK_HOUR), calendars.current()
        )

    def _report(self, order: Order) -> None:
        """Let a department take its order as far as the present allows."""
        person = self.d.people.of_unit[order.unit.code]
        try:
            order = self._objection(order, person)
            person = self.d.people.of_unit[order.unit.code]
            habit = self.d.habits[order.unit.code]
            for hours, minutes, step, details in self._stages(habit):
                if step == "acknowledge" and order.state == "acknowledged":
                    continue  # an objection overruled designates the unit
                self._pass(minutes) if self.request.whistle == "emergency" else self._wait(hours)
                advance_order(order.pk, step, actor=person, at=self._now(), **details())
            for item in order.whistle.items.filter(unit=order.unit_id):
                mark_item_done(item.pk, actor=person, at=self._now())
        finally:
            self.ends.append(self.at)

    def _stages(self, habit: Habit) -> list[tuple[float, float, str, Callable[[], dict[str, Any]]]]:
        delay = habit.delay(self.rng)
        stages = [
            (0.5 * delay, 7 * delay, "acknowledge", dict),
            (9 * delay, 14 * delay, "report_in", self._arrival_details),
            (7 * delay, 90 * delay, "progress", lambda: {"note": "已到现场核实，正在协调处置。"}),
            (8 * delay, 240 * delay, "finish", lambda: {"result": self._result()}),
        ]
        if self.rng.random() < 0.7:
            del stages[2]
        return stages

    def _arrival_details(self) -> dict[str, Any]:
        far = 0.03 if self.rng.random() < 0.03 else 0.001
        return {
            "lon": round((self.case.lon or 0) + self.rng.uniform(-far, far), 6),
            "lat": round((self.case.lat or 0) + self.rng.uniform(-far, far), 6),
            "note": "已到场",
        }

    def _objection(self, order: Order, person: User) -> Order:
        """A lead may say “not ours”; return the order that stands after the ruling."""
        likely = 0.35 if self.request.objection else 0.03
        if order.role != "lead" or self.rng.random() > likely:
            return order
        self._wait(1)
        reason = self.request.objection or "经核实不属我单位职责范围"
        advance_order(order.pk, "object", actor=person, at=self._now(), reason=reason)
        self._wait(4)
        free = [u for u in self._summonable()[1:] if not _summoned(order, u)]
        upheld = self.rng.random() < 0.4 and bool(free)
        ruled = rule(
            order.pk,
            actor=self.d.people.named("supervisor"),
            at=self._now(),
            upheld=upheld,
            reason="依据权责清单认定" if upheld else "权责清单已载明，维持派单",
            new_unit=free[0].code if upheld else "",
        )
        if not upheld:
            return ruled
        return order.whistle.orders.select_related("unit").get(unit=free[0], state="issued")

    def _close_whistle(self, whistle_pk: int) -> None:
        self.at = max(self.ends)
        orders = Order.objects.filter(whistle=whistle_pk, state="finished").select_related("unit")
        for order in orders.order_by("pk"):
            self._wait(3 * self.habit.delay(self.rng))
            habit = self.d.habits[order.unit.code]
            if self.rng.random() < 0.06:
                self._send_back(order)
            advance_order(order.pk, "accept", actor=self.town, at=self._now())
            marks = habit.marks(self.rng)
            review_order(
                order.pk,
                actor=self.town,
                at=self._pass(20),
                arrival=marks["arrival"],
                attitude=marks["attitude"],
                result=marks["result"],
            )

    def _send_back(self, order: Order) -> None:
        advance_order(
            order.pk, "send_back", actor=self.town, at=self._now(), reason="现场复核仍有遗留"
        )
        person = self.d.people.of_unit[order.unit.code]
        self._wait(9)
        advance_order(order.pk, "finish", actor=person, at=self._now(), result="遗留问题已整改完毕")
        self._wait(2)

    # --- the resident's word

    def _be_rated(self) -> None:
        callback = self.d.people.named("callback")
        if not self.case.callable:
            self._wait(4)
            self._step("close", self.town, note="现场核实，已恢复")
            return
        for _attempt in range(2):
            self._wait(self.rng.uniform(1, 9))
            outcome = self.rng.choices(
                ["reached", "no_answer", "refused", "wrong_number"], [88, 9, 2, 1]
            )[0]
            answers = self._answers() if outcome == "reached" else {}
            record_callback(
                self.case.pk, actor=callback, at=self._now(), outcome=outcome, **answers
            )
            if outcome != "no_answer":
                break
        self._pass(6)
        if outcome == "reached" and answers["resolved"] == "no" and self.case.round < 3:
            self._step("reopen", callback, reason="诉求人反映未解决，退回重办")
            self._be_handled()
            self._be_rated()
            return
        self._step("close", callback)

    def _answers(self) -> dict[str, Any]:
        good = self.habit.quality * (1.0 if self.request.pleased else 0.8)
        solved = self.rng.random() < good
        resolved = "yes" if solved else self.rng.choice(["partly", "no"])
        pleased = ["satisfied"] * 17 + ["basic"] * 3 if solved else ["basic", "dissatisfied"]
        return {
            "contacted": self.rng.random() < 0.992,
            "resolved": resolved,
            "satisfied": self.rng.choice(pleased),
            "words": self.request.words[1:] if solved == self.request.pleased else "",
        }


def _hours(hours: float) -> Fraction:
    """Return the hours as an exact number of seconds."""
    return Fraction(max(1, round(hours * 3600)), 3600)


def _code(unit: Unit) -> str:
    return unit.code


def _summoned(order: Order, unit: Unit) -> bool:
    live = order.whistle.orders.exclude(state="withdrawn")
    return live.filter(unit=unit).exists()
