"""Made-up lives of cases as lines for COPY, consistent enough for every screen.

State follows from how far a case has come by now; open clocks follow from the state; every step has
its event. Limits are natural hours, so that each due time is what its entry says.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from config.demo.requests import Request

YEARS = timedelta(days=3 * 365)
NULL = r"\N"
NOTICES, EVENTS, CLOCKS, ORDERS, CALLS = 1, 64, 64, 4, 4
"""Room for the ids of each case's rows."""

COLUMNS = {
    "cases_case": "id state round resume_state hold_until result reason handled_at closed_at callable "
    "callback_given_up self_handled number kind channel category_id urgency text address area_id town_id lon lat "
    "caller_name caller_phone confidential external_id received_at received_by_id counted parent_id",
    "cases_caseevent": "id case_id step state round at actor_id unit_id order_ref details",
    "cases_clock": "id case_id order_ref unit_id kind round policy started_at due_at provisional stopped_at "
    "breached_at",
    "cases_clockentry": "id clock_id kind at amount unit note",
    "cases_callback": "id case_id round attempt via outcome contacted resolved satisfied words agent_id at",
    "cases_caseparty": "id case_id unit_id",
    "dispatch_whistle": "id case_id round level kind blower_id blown_by_id blown_at reason assembly_at "
    "assembly_place settled_at",
    "dispatch_order": "id state acknowledged_at reported_at report_lon report_lat report_note finished_at result "
    "accepted_at sent_back designated settled_at whistle_id case_id unit_id role issued_at distance_m",
    "assessment_review": "id order_id arrival attitude result comment reviewer_id at",
    "assessment_whistlemark": "id order_id proper mark comment marked_by_id at",
    "dispatch_objection": "id order_id reason raised_by_id raised_at upheld ruling ruled_by_id ruled_at evidence number",
    "accounts_notice": "id recipient_id key kind params case_number created_at not_before "
    "delivered_at read_at",
}
"""Tables in the order in which they may be filled, with their columns."""

LIMITS = {
    "decide": 4, "finish": 96, "callback": 48, "verify": 48, "close": 6,
    "acknowledge": 3, "report_in": 24, "accept": 16, "review": 6,
}  # fmt: skip
"""Hours; about one promise in thirty is broken."""

Lines = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Grid:
    code: str
    lon: float
    lat: float
    place: str


@dataclass(frozen=True, slots=True)
class World:
    """Everything a life is drawn from; it goes to the filling processes as it is."""

    now: datetime
    grids: Sequence[Grid]
    requests: Sequence[Request]
    people: Mapping[str, int]
    """Ids of the demo sign-ins."""
    towns: Mapping[str, tuple[int, int]]
    """By town code: the unit's id and the id of the person who answers for it."""
    departments: Sequence[tuple[int, int]]
    """Ids of departments with the ids of their people."""
    hotline: int


def lives(world: World, count: int, first: int, last: int) -> Lines:
    """Return the lines of the cases `first` to `last` of `count`; the same world gives the same."""
    out: Lines = {table: [] for table in COLUMNS}
    start = world.now - YEARS
    for index in range(first, last):
        rng = Random(index)
        share = (index + rng.random()) / count
        Life(world, rng, index, start + YEARS * share, out).live()
    return out


@dataclass(slots=True)
class Life:
    """One case and all that belongs to it."""

    world: World
    rng: Random
    index: int
    received: datetime
    out: Lines
    case: int = 0
    pace: float = 1.0
    town: int = 0
    secretary: int = 0
    callable: bool = True
    state: str = "received"
    self_handled: bool = False
    handled_at: str = ""
    closed_at: str = ""
    round: int = 1
    given_up: bool = False
    events: Iterator[int] = field(init=False)
    clocks: Iterator[int] = field(init=False)
    calls: Iterator[int] = field(init=False)

    def live(self) -> None:
        """Live until the end or until now, and write the lines down."""
        self.events = iter(range(self.index * EVENTS + 1, (self.index + 1) * EVENTS))
        self.clocks = iter(range(self.index * CLOCKS + 1, (self.index + 1) * CLOCKS))
        self.calls = iter(range(self.index * CALLS + 1, (self.index + 1) * CALLS + 1))
        self.case = self.index + 1
        rng = self.rng
        self.pace = rng.lognormvariate(0, 0.6) * (25 if rng.random() < 0.003 else 1)
        request: Request = rng.choice(self.world.requests)
        grid = self.world.grids[int(len(self.world.grids) * rng.random() ** 1.5)]
        self.town, self.secretary = self.world.towns[grid.code[:9]]
        self.callable = rng.random() < 0.92
        self.state, self.self_handled = "received", False
        self.handled_at = self.closed_at = ""
        self._event(
            "receive", self.received, self.world.people["operator"], '{"channel": "hotline"}'
        )
        if rng.random() < 0.01:
            self._reject()
        elif rng.random() < 0.25:
            self._whistle(request.whistle or "daily")
        else:
            self._handle()
        self._notice()
        self._write(request, grid)

    def _reject(self) -> None:
        at = self._after(0.5)
        self._clock("decide", self.received, at, self.town)
        self._clock("finish", self.received, at, self.town)
        if self._happened(at):
            self.state, self.closed_at = "rejected", str(at)
            self._event("reject", at, self.world.people["supervisor"])

    def _handle(self) -> None:
        begun, done = self._after(1.3), self._after(30)
        self._clock("decide", self.received, begun, self.town)
        self._clock("finish", self.received, done, self.town)
        self._done_by_town(begun, done)

    def _whistle(self, kind: str) -> None:
        blown, arrived, settled = self._after(1.3), self._after(9), self._after(33)
        self._clock("decide", self.received, blown, self.town)
        self._clock("finish", self.received, settled, self.town)
        if not self._happened(blown):
            return
        self.state = "whistled"
        self._event("whistle", blown, self.secretary)
        over = self._happened(settled)
        self.out["dispatch_whistle"].append(
            f"{self.case}\t{self.case}\t1\ttown\t{kind}\t{self.town}\t{self.secretary}\t{blown}\t\t{NULL}\t\t"
            f"{settled if over else NULL}\n"
        )
        units = self.rng.sample(self.world.departments, self.rng.choices([1, 2, 3], [5, 4, 1])[0])
        for position, (unit, person) in enumerate(units):
            self._order(position, unit, person, blown)
        if self._happened(arrived):
            self.state = "reported"
            self._event("arrive", arrived, units[0][1])
        if over:
            self.state, self.handled_at = "handled", str(settled)
            self._event("settle", settled, self.secretary)
            self._call_back(settled)

    def _order(self, position: int, unit: int, person: int, blown: datetime) -> None:
        pk = self.case * ORDERS + position
        moments = [self._after(hours) for hours in (2, 9, 27, 33, 33.5)]
        steps = ("acknowledge", "report_in", "finish", "accept", "review")
        states = ("issued", "acknowledged", "reported", "finished", "accepted", "reviewed")
        people = (person, person, person, self.secretary, self.secretary)
        before = [blown, blown, blown, moments[2], moments[3]]
        done = 0
        for step, began, at, who in zip(steps, before, moments, people, strict=True):
            if began == blown or self._happened(began):
                owner = unit if began == blown else self.town
                self._clock(step, began, at, owner, pk)
            if self._happened(at):
                done += 1
                self._event(f"order.{step}", at, who, "{}", unit, pk)
        ack, arrived, finished, accepted = (
            at if self._happened(at) else NULL for at in moments[:4]
        )
        self.out["dispatch_order"].append(
            f"{pk}\t{states[done]}\t{ack}\t{arrived}\t{NULL}\t{NULL}\t\t{finished}\t已处理完毕。\t{accepted}\t0\tf\t"
            f"{accepted}\t{self.case}\t{self.case}\t{unit}\t{'assist' if position else 'lead'}\t{blown}\t{NULL}\n"
        )
        self.out["cases_caseparty"].append(f"{pk}\t{self.case}\t{unit}\n")
        if done == 5:
            marks = "\t".join(str(self.rng.randint(70, 100)) for _ in range(3))
            self.out["assessment_review"].append(
                f"{pk}\t{pk}\t{marks}\t\t{self.secretary}\t{moments[4]}\n"
            )
            proper = "t" if self.rng.random() < 0.97 else "f"
            self.out["assessment_whistlemark"].append(
                f"{pk}\t{pk}\t{proper}\t{self.rng.randint(70, 100)}\t请把地点写清楚。\t{person}\t{moments[4]}\n"
            )
        if done and self.rng.random() < 0.03:
            self._object(pk, person, moments[0])

    def _object(self, order: int, person: int, at: datetime) -> None:
        judge, upheld = self.world.people["supervisor"], "t" if self.rng.random() < 0.4 else "f"
        self.out["dispatch_objection"].append(
            f"{order}\t{order}\t不属我单位职责。\t{person}\t{at}\t{upheld}\t已裁定。\t{judge}\t{at}\t\t\n"
        )

    def _call_back(self, handled: datetime) -> None:
        agent = self.world.people["callback"]
        called = handled + timedelta(hours=14 * self.pace)
        closed = called + timedelta(hours=0.5 * self.pace)
        if not self.callable:
            self._clock("verify", handled, closed, self.town)
        else:
            self._clock("callback", handled, called, self.world.hotline)
            if not self._happened(called):
                return
            if self.rng.random() < 0.07:
                self._give_up(called, agent)
            elif self._answer(called, agent) and self.round == 1 and self.rng.random() < 0.4:
                self._redo(called, agent)
                return
            self._clock("close", called, closed, self.world.hotline)
        if self._happened(closed):
            self.state, self.closed_at = "closed", str(closed)
            self._event("close", closed, agent)

    def _give_up(self, at: datetime, agent: int) -> None:
        """Reach nobody, twice or for good; an answer of an earlier round stays the valid one."""
        outcomes = [["no_answer", "no_answer"], ["refused"], ["wrong_number"]]
        for attempt, outcome in enumerate(self.rng.choices(outcomes, [6, 3, 1])[0], 1):
            self.out["cases_callback"].append(
                f"{next(self.calls)}\t{self.case}\t{self.round}\t{attempt}\tphone\t{outcome}\t{NULL}\t\t\t\t{agent}\t{at}\n"
            )
            self._event("callback", at, agent, f'{{"outcome": "{outcome}"}}')
        self.given_up = True

    def _answer(self, at: datetime, agent: int) -> bool:
        """Let the resident answer; return whether something is still to be done."""
        solved = self.rng.choices(["yes", "partly", "no"], [90, 6, 4])[0]
        pleased = self.rng.choices(["satisfied", "basic", "dissatisfied"], [85, 10, 5])[0]
        contacted = "t" if self.rng.random() < 0.99 else "f"
        self.out["cases_callback"].append(
            f"{next(self.calls)}\t{self.case}\t{self.round}\t1\tphone\treached\t{contacted}\t{solved}\t{pleased}\t\t{agent}\t{at}\n"
        )
        self._event("callback", at, agent, '{"outcome": "reached"}')
        self.state = "rated"
        self._event("rate", at, agent)
        return solved != "yes"

    def _redo(self, at: datetime, agent: int) -> None:
        """Begin anew: the town does itself what was not solved."""
        self.round, self.state, self.handled_at, self.self_handled = 2, "received", "", False
        self._event("reopen", at, agent)
        begun, done = at + timedelta(hours=self.pace), at + timedelta(hours=24 * self.pace)
        self._clock("decide", at, begun, self.town)
        self._clock("finish", at, done, self.town)
        self._done_by_town(begun, done)

    def _done_by_town(self, begun: datetime, done: datetime) -> None:
        if self._happened(begun):
            self.state, self.self_handled = "handling", True
            self._event("handle", begun, self.secretary)
        if self._happened(done):
            self.state, self.handled_at = "handled", str(done)
            self._event("finish", done, self.secretary)
            self._call_back(done)

    def _clock(
        self, kind: str, start: datetime, stop: datetime, unit: int, order: int | None = None
    ) -> None:
        pk, hours = next(self.clocks), LIMITS[kind]
        due, stopped = start + timedelta(hours=hours), self._happened(stop)
        breached = due if due < (stop if stopped else self.world.now) else NULL
        self.out["cases_clock"].append(
            f"{pk}\t{self.case}\t{order or NULL}\t{unit}\t{kind}\t{self.round}\t"
            f'{{"amount": "{hours}", "unit": "natural_hour", "source": "bench"}}\t'
            f"{start}\t{due}\tf\t{stop if stopped else NULL}\t{breached}\n"
        )
        self.out["cases_clockentry"].append(
            f"{pk}\t{pk}\tstart\t{start}\t{hours}\tnatural_hour\t\n"
        )

    def _event(
        self,
        step: str,
        at: datetime,
        actor: int,
        details: str = "{}",
        unit: int = 0,
        order: int = 0,
    ) -> None:
        self.out["cases_caseevent"].append(
            f"{next(self.events)}\t{self.case}\t{step}\t{self.state}\t{self.round}\t{at}\t{actor}\t{unit or NULL}\t"
            f"{order or NULL}\t{details}\n"
        )

    def _notice(self) -> None:
        read = self.received + timedelta(hours=2)
        self.out["accounts_notice"].append(
            f"{self.case}\t{self.secretary}\treceived:{self.case}:{self.secretary}\tcase_received\t{{}}\t"
            f"{self._number()}\t{self.received}\t{self.received}\t{self.received}\t"
            f"{read if self._happened(read) else NULL}\n"
        )

    def _write(self, request: Request, grid: Grid) -> None:
        text = request.text.replace("{place}", grid.place)
        result = request.result.replace("{place}", grid.place) if self.handled_at else ""
        phone = f"1990000{self.rng.randrange(10_000):04d}" if self.callable else ""
        name = "王女士" if self.callable else ""
        hidden = "t" if request.kind == "report" else "f"
        counted = "f" if self.rng.random() < 0.03 else "t"
        self.out["cases_case"].append(
            f"{self.case}\t{self.state}\t{self.round}\t\t{NULL}\t{result}\t\t{self.handled_at or NULL}\t"
            f"{self.closed_at or NULL}\t{'t' if self.callable else 'f'}\t"
            f"{'t' if self.given_up else 'f'}\t{'t' if self.self_handled else 'f'}\t"
            f"{self._number()}\t{request.kind}\t{request.channel}\t{request.category}\t{request.urgency}\t{text}\t"
            f"{grid.place}{self.rng.randint(1, 48)}号楼\t{grid.code}\t{grid.code[:9]}\t{grid.lon}\t{grid.lat}\t"
            f"{name}\t{phone}\t{hidden}\t\t{self.received}\t{self.world.people['operator']}\t{counted}\t{NULL}\n"
        )

    def _number(self) -> str:
        return f"{self.received:%Y%m%d}-{self.case:06d}"

    def _after(self, hours: float) -> datetime:
        return self.received + timedelta(hours=hours * self.pace)

    def _happened(self, at: datetime) -> bool:
        return at <= self.world.now
