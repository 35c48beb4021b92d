"""Small histories of every sort of case, for figures to be reckoned from: drawn one by one, written table by table."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from accounts.models import Unit, User
from assessment.models import LeaderMark, Review, ReviewAnswer, WhistleMark
from cases.models import Callback, Case, CaseParty, Clock
from dispatch.models import Document, Objection, Order, Whistle
from tests.cast import COMMUNITY, GRID, OTHER_COMMUNITY, OTHER_TOWN, SHANGHAI, TOWN

MARCH = datetime(2026, 3, 1, tzinfo=SHANGHAI)
APRIL = datetime(2026, 4, 1, tzinfo=SHANGHAI)
EDGES = (MARCH, MARCH - timedelta(microseconds=1), APRIL, APRIL - timedelta(microseconds=1))
PLACES = (
    (TOWN, TOWN),
    (TOWN, COMMUNITY),
    (TOWN, GRID),
    (OTHER_TOWN, OTHER_COMMUNITY),
    (OTHER_TOWN, "110112012001001"),
)
TIMED = ("acknowledge", "report_in", "finish")
TABLES: tuple[type[Any], ...] = (
    Case,
    Whistle,
    Order,
    CaseParty,
    Callback,
    Clock,
    Review,
    ReviewAnswer,
    WhistleMark,
    Objection,
    Document,
)
"""In the order in which they refer to each other."""


@dataclass
class History:
    """Writes cases by chance; the same seed writes the same ones."""

    people: dict[str, User]
    dice: random.Random
    written: int = 0

    def __post_init__(self) -> None:
        # Chance of its own for what came later, so that a seed still writes the cases it always wrote.
        self.aside = random.Random(str(self.dice.getstate()[1][:8]))
        self.units = {unit.code: unit for unit in Unit.objects.all()}
        self.drawn: list[Any] = []
        self.parties: set[tuple[str, str]] = set()
        self.clocks: list[tuple[Clock, Order | None]] = []
        self.depth, self.documents = 0, Document.objects.count()

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Write what is drawn inside once the outermost is done: a row of each table by itself took most of a test's time."""
        self.depth += 1
        yield
        self.depth -= 1
        if not self.depth:
            for table in TABLES:
                if table is Clock:
                    self._name_orders()
                table.objects.bulk_create([row for row in self.drawn if type(row) is table])
            self.drawn = []

    def _name_orders(self) -> None:
        for clock, order in self.clocks:
            clock.order_ref = order and order.pk
        self.clocks = []

    def draw(self, row: Any) -> Any:
        """Keep a row to be written."""
        self.drawn.append(row)
        return row

    def write(self, count: int) -> None:
        """Write `count` cases received from a week before March 2026 to a week after, edges too."""
        span = (APRIL - MARCH + timedelta(days=14)).total_seconds()
        with self.at_once():
            for number in range(count):
                moment = MARCH - timedelta(days=7) + timedelta(seconds=self.dice.uniform(0, span))
                self.case(EDGES[number] if number < len(EDGES) else moment)

    def case(self, at: datetime, **given: Any) -> Case:
        """Write one case with whatever chance gives it: redo, callbacks, whistles, marks."""
        with self.at_once():
            return self._case(at, given)

    def _case(self, at: datetime, given: dict[str, Any]) -> Case:
        dice = self.dice
        town, area = dice.choice(PLACES)
        state = dice.choice(
            ["received", "handling", "handled", "rated", "closed", "closed", "rejected"]
        )
        case = Case(
            number=f"T{self.written:05d}",
            state=state,
            round=dice.choice([1, 1, 1, 2, 3]),
            kind=dice.choice(Case.Kind.values),
            channel=dice.choice(Case.Channel.values),
            category_id=dice.choice(["0101", "0306", "0303", "01"]),
            text="堆物",
            area_id=area,
            town_id=town,
            received_at=at,
            counted=dice.random() < 0.85,
            handled_at=at + timedelta(days=1) if state in {"handled", "rated", "closed"} else None,
            closed_at=at + timedelta(days=2) if state in {"closed", "rejected"} else None,
        )
        for name, value in given.items():
            setattr(case, name, value)
        self.written += 1
        self.draw(case)
        outcomes = [self.round_of(case, round_) for round_ in range(1, case.round + 1)]
        self.clock(case, "finish", self.units[case.town_id], None)
        case.callback_given_up = not any(outcomes) and self.aside.random() < 0.7
        case.self_handled = self.aside.random() < 0.4
        return case

    def round_of(self, case: Case, round_: int) -> bool:
        """Draw a round; tell whether its resident was reached."""
        dice, attempt = self.dice, 0
        for _ in range(dice.choice([0, 0, 1, 2])):
            attempt += 1
            self.callback(case, round_, attempt, dice.choice(["no_answer", "refused"]))
        if reached := dice.random() < 0.6:
            self.callback(case, round_, attempt + 1, "reached")
        if dice.random() < 0.5:
            self.whistle(case, round_)
        return reached

    def callback(
        self, case: Case, round_: int, attempt: int, outcome: str, **given: Any
    ) -> Callback:
        reached = outcome == "reached"
        answers = {
            "contacted": self.dice.random() < 0.8 if reached else None,
            "resolved": self.dice.choice(["yes", "yes", "partly", "no"]) if reached else "",
            "satisfied": self.dice.choice(["satisfied", "basic", "dissatisfied"])
            if reached
            else "",
        }
        with self.at_once():
            return self.draw(
                Callback(
                    case=case,
                    round=round_,
                    attempt=attempt,
                    outcome=outcome,
                    at=case.received_at + timedelta(days=3 * round_, minutes=attempt),
                    **(answers | given),
                )
            )

    def whistle(self, case: Case, round_: int) -> Whistle:
        dice = self.dice
        at = case.received_at + timedelta(hours=round_)
        settled = dice.random() < 0.6
        whistle = Whistle(
            case=case,
            round=round_,
            level="town",
            kind="daily",
            blower=self.units[case.town_id],
            blown_by=self.people["town"],
            blown_at=at,
            settled_at=at + timedelta(days=1) if settled else None,
        )
        recalled = settled and dice.random() < 0.3
        codes = dice.sample(["CGW", "ZJW", "XFZD"], dice.choice([1, 2, 3]))
        with self.at_once():
            self.draw(whistle)
            for position, code in enumerate(codes):
                self.order(whistle, code, "assist" if position else "lead", settled, recalled)
        return whistle

    def order(self, whistle: Whistle, code: str, part: str, settled: bool, recalled: bool) -> Order:
        dice, at = self.dice, whistle.blown_at
        states = (
            ["accepted", "reviewed"]
            if settled
            else ["issued", "acknowledged", "reported", "objected"]
        )
        gone = recalled or (part == "assist" and dice.random() < 0.2)
        state = "withdrawn" if gone else dice.choice(states)
        arrived = at if state in {"reported", "accepted", "reviewed"} else None
        order = Order(
            whistle=whistle,
            case=whistle.case,
            unit=self.units[code],
            role=part,
            state=state,
            issued_at=at,
            acknowledged_at=arrived,
            reported_at=arrived,
            settled_at=at if state in {"accepted", "reviewed", "withdrawn"} else None,
        )
        with self.at_once():
            self.draw(order)
            self.follow(order)
        return order

    def follow(self, order: Order) -> None:
        """Draw what hangs on an order: the party, its clocks, marks, objection, document."""
        dice, case, unit = self.dice, order.case, order.unit
        if (case.number, unit.code) not in self.parties:
            self.parties.add((case.number, unit.code))
            self.draw(CaseParty(case=case, unit=unit))
        clocks = [self.clock(case, kind, unit, order) for kind in TIMED]
        if order.state == "accepted" and dice.random() < 0.5:  # sent back once: a second limit
            self.clock(case, "finish", unit, order, running=clocks[-1].stopped_at is None)
        if order.state == "reviewed":
            marks = {name: dice.randint(0, 100) for name in ("arrival", "attitude", "result")}
            reviewer, at = self.people["town"], order.issued_at
            self.answer(self.draw(Review(order=order, reviewer=reviewer, at=at, **marks)))
        if dice.random() < 0.2:
            self.objection(order)
        self.later(order, clocks[0])

    def answer(self, review: Review) -> None:
        """The department objects to its marks, sometimes rightly."""
        upheld = self.aside.choice([True, False, None, ...])
        if upheld is not ...:
            self.draw(
                ReviewAnswer(
                    review=review,
                    kind="object",
                    answered_by=self.people["department"],
                    answered_at=review.at,
                    upheld=upheld,
                    ruling="" if upheld is None else "裁定",
                    ruled_at=None if upheld is None else review.at,
                )
            )

    def later(self, order: Order, clock: Clock) -> None:
        """The department marks the whistle; a document of the ladder is sent to it."""
        chance = self.aside
        if chance.random() < 0.5:
            proper = chance.random() < 0.8
            mark = WhistleMark(
                order=order,
                proper=proper,
                mark=chance.randint(0, 100),
                comment="" if proper else "不该吹哨",
                marked_by=self.people["department"],
                at=order.issued_at,
            )
            self.draw(mark)
        if chance.random() < 0.3:
            sent = order.issued_at + timedelta(days=chance.uniform(-3, 20))
            self.documents += 1
            document = Document(
                form=chance.choice(Document.Form.values),
                year=2026,
                seq=self.documents,
                number=f"D{self.documents}",
                clock=clock,
                climb=0,
                rung=self.documents,
                case=order.case,
                order=order,
                unit=order.unit,
                due_was=sent,
                issued_at=sent,
                written_at=sent,
                sheet={},
            )
            self.draw(document)

    def objection(self, order: Order) -> None:
        upheld = self.dice.choice([True, False, None])
        objection = Objection(
            order=order,
            reason="非本单位职责",
            raised_by=self.people["department"],
            raised_at=order.issued_at,
            upheld=upheld,
            ruled_at=None if upheld is None else order.issued_at,
            charged_to=self.charged(order, upheld),
        )
        self.draw(objection)

    def charged(self, order: Order, upheld: bool | None) -> Unit | None:
        """Of some rulings nobody wrote down who is charged."""
        if upheld is None or self.aside.random() < 0.3:
            return None
        return self.units[order.case.town_id] if upheld else order.unit

    def clock(
        self, case: Case, kind: str, unit: Unit, order: Order | None, *, running: bool = False
    ) -> Clock:
        """Draw a clock, stopped where one of the kind is still running."""
        stopped = running or self.dice.random() < 0.8
        breached = self.dice.random() < 0.25
        clock = Clock(
            case=case,
            unit=unit,
            kind=kind,
            started_at=case.received_at,
            due_at=case.received_at + timedelta(hours=1),
            stopped_at=case.received_at + timedelta(hours=2) if stopped else None,
            breached_at=case.received_at + timedelta(hours=1) if breached else None,
            exempt_at=case.received_at if breached and self.aside.random() < 0.3 else None,
        )
        self.clocks.append((clock, order))
        return cast("Clock", self.draw(clock))


def history(people: dict[str, User], seed: int = 1, count: int = 40) -> History:
    """Write a history and return its writer."""
    writer = History(people, random.Random(seed))
    writer.write(count)
    for code in ("CGW", "ZJW"):
        for name in ("leader", "assessor"):
            LeaderMark.objects.create(
                period="2026-03",
                unit=writer.units[code],
                mark=writer.aside.randint(0, 100),
                marked_by=people[name],
                at=APRIL,
            )
    return writer
