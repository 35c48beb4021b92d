"""Small histories of every sort of case, written row by row, for figures to be reckoned from."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

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

    def write(self, count: int) -> None:
        """Write `count` cases received from a week before March 2026 to a week after, edges too."""
        span = (APRIL - MARCH + timedelta(days=14)).total_seconds()
        for number in range(count):
            moment = MARCH - timedelta(days=7) + timedelta(seconds=self.dice.uniform(0, span))
            self.case(EDGES[number] if number < len(EDGES) else moment)

    def case(self, at: datetime, **given: Any) -> Case:
        """Write one case with whatever chance gives it: redo, callbacks, whistles, marks."""
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
        case.save(force_insert=True)
        for round_ in range(1, case.round + 1):
            self.round_of(case, round_)
        self.clock(case, "finish", self.units[case.town_id], None)
        reached = Callback.objects.filter(case=case, outcome="reached").exists()
        case.callback_given_up = not reached and self.aside.random() < 0.7
        case.self_handled = self.aside.random() < 0.4
        case.save()
        return case

    def round_of(self, case: Case, round_: int) -> None:
        dice, attempt = self.dice, 0
        for _ in range(dice.choice([0, 0, 1, 2])):
            attempt += 1
            self.callback(case, round_, attempt, dice.choice(["no_answer", "refused"]))
        if dice.random() < 0.6:
            self.callback(case, round_, attempt + 1, "reached")
        if dice.random() < 0.5:
            self.whistle(case, round_)

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
        return Callback.objects.create(
            case=case,
            round=round_,
            attempt=attempt,
            outcome=outcome,
            at=case.received_at + timedelta(days=3 * round_, minutes=attempt),
            **(answers | given),
        )

    def whistle(self, case: Case, round_: int) -> Whistle:
        dice = self.dice
        at = case.received_at + timedelta(hours=round_)
        settled = dice.random() < 0.6
        whistle = Whistle.objects.create(
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
        order.save(force_insert=True)
        CaseParty.objects.get_or_create(case=whistle.case, unit=order.unit)
        for kind in TIMED:
            self.clock(whistle.case, kind, order.unit, order.pk)
        if state == "accepted" and dice.random() < 0.5:  # sent back once: a second limit to finish
            self.clock(whistle.case, "finish", order.unit, order.pk)
        if state == "reviewed":
            marks = {name: dice.randint(0, 100) for name in ("arrival", "attitude", "result")}
            review = Review.objects.create(
                order=order, reviewer=self.people["town"], at=at, **marks
            )
            self.answer(review)
        if dice.random() < 0.2:
            self.objection(order)
        self.later(order)
        return order

    def answer(self, review: Review) -> None:
        """The department objects to its marks, sometimes rightly."""
        upheld = self.aside.choice([True, False, None, ...])
        if upheld is not ...:
            ReviewAnswer.objects.create(
                review=review,
                kind="object",
                answered_by=self.people["department"],
                answered_at=review.at,
                upheld=upheld,
                ruling="" if upheld is None else "裁定",
                ruled_at=None if upheld is None else review.at,
            )

    def later(self, order: Order) -> None:
        """The department marks the whistle; a document of the ladder is sent to it."""
        chance = self.aside
        if chance.random() < 0.5:
            proper = chance.random() < 0.8
            WhistleMark.objects.create(
                order=order,
                proper=proper,
                mark=chance.randint(0, 100),
                comment="" if proper else "不该吹哨",
                marked_by=self.people["department"],
                at=order.issued_at,
            )
        if chance.random() < 0.3:
            clock = Clock.objects.filter(order_ref=order.pk).order_by("pk")[0]
            sent = order.issued_at + timedelta(days=chance.uniform(-3, 20))
            number = Document.objects.count() + 1
            Document.objects.create(
                form=chance.choice(Document.Form.values),
                year=2026,
                seq=number,
                number=f"D{number}",
                clock=clock,
                climb=0,
                rung=number,
                case=order.case,
                order=order,
                unit=order.unit,
                due_was=sent,
                issued_at=sent,
                written_at=sent,
                sheet={},
            )

    def objection(self, order: Order) -> None:
        upheld = self.dice.choice([True, False, None])
        Objection.objects.create(
            order=order,
            reason="非本单位职责",
            raised_by=self.people["department"],
            raised_at=order.issued_at,
            upheld=upheld,
            ruled_at=None if upheld is None else order.issued_at,
            charged_to=self.charged(order, upheld),
        )

    def charged(self, order: Order, upheld: bool | None) -> Unit | None:
        """Of some rulings nobody wrote down who is charged."""
        if upheld is None or self.aside.random() < 0.3:
            return None
        return self.units[order.case.town_id] if upheld else order.unit

    def clock(self, case: Case, kind: str, unit: Unit, order: int | None) -> None:
        running = Clock.objects.running().filter(case=case, kind=kind, order_ref=order).exists()
        stopped = running or self.dice.random() < 0.8
        breached = self.dice.random() < 0.25
        Clock.objects.create(
            case=case,
            order_ref=order,
            unit=unit,
            kind=kind,
            started_at=case.received_at,
            due_at=case.received_at + timedelta(hours=1),
            stopped_at=case.received_at + timedelta(hours=2) if stopped else None,
            breached_at=case.received_at + timedelta(hours=1) if breached else None,
            exempt_at=case.received_at if breached and self.aside.random() < 0.3 else None,
        )


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
