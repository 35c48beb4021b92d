"""Whatever anybody does in whatever order, nothing is lost and the clocks follow the states."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.refusals import BadInput, StepRefused
from assessment.services.reviews import review_order
from cases.lifecycle import ENDED, WORKING, clocks_of
from cases.models import Case, CaseEvent, Clock, Request
from cases.services.breaches import sweep_breaches
from cases.services.callbacks import record_callback
from cases.services.requests import rule_request
from cases.services.steps import advance, sweep_holds
from dispatch.models import Document, Order, Whistle
from dispatch.services.documents import answer_document
from dispatch.services.ladders import sweep_ladders
from dispatch.services.lapses import sweep_lapses
from dispatch.services.order_clocks import kinds_of
from dispatch.services.passing import pass_up
from dispatch.services.rulings import rule as rule_on
from dispatch.services.steps import advance_order
from tests.cast import PEOPLE, Stage
from tests.dispatch.ladders import make_ladder

REFUSALS = (StepRefused, PermissionDenied, BadInput)
NEXT = {
    "issued": "acknowledge",
    "acknowledged": "report_in",
    "reported": "finish",
    "finished": "accept",
}
"""What usually comes next, so that lives get to their end."""
CASE_STEPS = [
    "handle",
    "contact",
    "finish",
    "ask_extension",
    "ask_hold",
    "hold",
    "resume",
    "reject",
    "merge",
    "unmerge",
    "close",
    "reopen",
]
ORDER_STEPS = [
    "acknowledge",
    "report_in",
    "progress",
    "finish",
    "object",
    "extend",
    "accept",
    "send_back",
    "withdraw",
]
LIKELY = {
    "handle": "town",
    "contact": "town",
    "finish": "town",
    "ask_extension": "town",
    "ask_hold": "town",
    "hold": "supervisor",
    "resume": "supervisor",
    "reject": "operator",
    "merge": "operator",
    "unmerge": "operator",
    "close": "callback",
    "reopen": "callback",
}
people = st.sampled_from(sorted(PEOPLE))
which = st.integers(0, 10_000)
seldom = st.integers(0, 9).map(lambda n: n == 0)


class District(RuleBasedStateMachine):
    """A small district in which everybody presses buttons."""

    stage: Stage

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.now: datetime = self.stage.at
        self.received = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    def attempt(self, act: Any) -> bool:
        """Do something; where it is refused, see that nothing at all was written."""
        before = CaseEvent.objects.count(), Clock.objects.count(), Order.objects.count()
        try:
            with transaction.atomic():
                act()
        except REFUSALS:
            after = CaseEvent.objects.count(), Clock.objects.count(), Order.objects.count()
            assert before == after
            return False
        return True

    def pick(self, rows: Any, n: int) -> Any:
        """Return one of the rows; None where there is none. A rule with nothing to work on does nothing: were it left out
        of the draw, the draw would hang on the database, and Hypothesis takes that for chance."""
        found = list(rows.order_by("pk"))
        return found[n % len(found)] if found else None

    @rule(callable_=st.booleans(), urgency=st.sampled_from(["normal", "urgent", "critical"]))
    def a_request_comes_in(self, callable_: bool, urgency: str) -> None:
        self.stage.at = self.now
        phone = "13800001234" if callable_ else ""
        self.stage.case(caller_phone=phone, urgency=urgency)
        self.received += 1

    @rule(minutes=st.sampled_from([1, 30, 240, 1440, 6000]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @precondition(lambda self: self.received)
    @rule(
        n=which,
        step=st.sampled_from(CASE_STEPS),
        stranger=seldom,
        person=people,
        how=st.sampled_from(["phone", "not_reached"]),
    )
    def somebody_takes_a_step(
        self, n: int, step: str, stranger: bool, person: str, how: str
    ) -> None:
        case = self.pick(Case.objects, n)
        other = self.pick(Case.objects, n + 1)
        details = {
            "finish": {"result": "done"},
            "contact": {"how": how},
            "ask_extension": {"limit": Decimal(2), "reason": "rain"},
            "ask_hold": {"until": (self.now + timedelta(days=3)).date(), "reason": "frost"},
            "hold": {"until": (self.now + timedelta(days=9)).date(), "reason": "winter"},
            "reject": {"reason": "not ours"},
            "merge": {"into": other.number},
            "reopen": {"reason": "not solved"},
        }
        actor = self.stage.who(person if stranger else LIKELY[step])
        self.attempt(
            lambda: advance(case.pk, step, actor=actor, at=self.now, **details.get(step, {}))
        )

    @precondition(lambda self: self.received)
    @rule(
        n=which,
        kind=st.sampled_from(["daily", "hard", "emergency"]),
        units=st.sampled_from([[], ["ZJW"], ["ZJW", "CGW"]]),
    )
    def somebody_blows(self, n: int, kind: str, units: list[str]) -> None:
        self.stage.at = self.now
        case = self.pick(Case.objects, n)
        self.attempt(lambda: self.stage.whistle(case, kind=kind, departments=units))

    @precondition(lambda self: self.received)
    @rule(n=which, by=st.sampled_from(["gridhead", "community", "town"]), rarely=seldom)
    def somebody_passes_it_up(self, n: int, by: str, rarely: bool) -> None:
        case = self.pick(Case.objects, n)
        if by == "town" and not rarely:
            return  # the district's cases are nobody's here
        actor = self.stage.who(by)
        self.attempt(lambda: pass_up(case.pk, actor=actor, at=self.now, reason="not solved here"))

    @rule(
        n=which,
        any_step=st.sampled_from(ORDER_STEPS),
        astray=seldom,
        stranger=seldom,
        person=people,
    )
    def somebody_works_on_an_order(
        self, n: int, any_step: str, astray: bool, stranger: bool, person: str
    ) -> None:
        order = self.pick(Order.objects, n)
        if order is None:
            return
        step = any_step if astray else NEXT.get(order.state, any_step)
        staff = {"CGW": "department", "ZJW": "department2", "XFZD": "department3"}
        own = "town" if step in ("accept", "send_back", "withdraw") else staff[order.unit.code]
        details: dict[str, dict[str, Any]] = {
            "progress": {"note": "going on"},
            "finish": {"result": "done"},
            "object": {"reason": "not ours"},
            "extend": {"reason": "rain", "limit": Decimal(2)},
            "send_back": {"reason": "still there"},
        }
        actor = self.stage.who(person if stranger else own)
        self.attempt(
            lambda: advance_order(order.pk, step, actor=actor, at=self.now, **details.get(step, {}))
        )

    @rule(n=which, upheld=st.booleans(), new=st.sampled_from(["", "CGW", "GD"]))
    def the_centre_rules(self, n: int, upheld: bool, new: str) -> None:
        waiting = Order.objects.filter(state="objected")
        order = self.pick(waiting, n) or self.pick(Order.objects, n)
        if order is None:
            return
        actor = self.stage.who("supervisor")
        unit = new if new != "GD" or upheld else ""
        self.attempt(
            lambda: rule_on(
                order.pk, actor=actor, at=self.now, upheld=upheld, reason="list", new_unit=unit
            )
        )

    @rule(n=which, granted=st.booleans())
    def the_centre_answers_a_town(self, n: int, granted: bool) -> None:
        asked, actor = self.pick(Request.objects.waiting(), n), self.stage.who("supervisor")
        if asked is None:
            return
        self.attempt(
            lambda: rule_request(
                asked.pk, actor=actor, at=self.now, granted=granted, reason="policy"
            )
        )

    @rule(n=which, mark=st.integers(0, 101))
    def the_blower_reviews(self, n: int, mark: int) -> None:
        order, actor = self.pick(Order.objects, n), self.stage.who("town")
        if order is None:
            return
        marks = {"arrival": mark, "attitude": 90, "result": 80}
        self.attempt(lambda: review_order(order.pk, actor=actor, at=self.now, **marks))

    @precondition(lambda self: self.received)
    @rule(
        n=which,
        outcome=st.sampled_from(["reached", "no_answer", "refused"]),
        resolved=st.sampled_from(["yes", "partly", "no"]),
    )
    def the_resident_is_called(self, n: int, outcome: str, resolved: str) -> None:
        case, actor = self.pick(Case.objects, n), self.stage.who("callback")
        answers = {"contacted": True, "resolved": resolved, "satisfied": "basic"}
        given = answers if outcome == "reached" else {}
        self.attempt(
            lambda: record_callback(case.pk, actor=actor, at=self.now, outcome=outcome, **given)
        )

    @rule(n=which, stranger=seldom, person=people)
    def somebody_answers_a_document(self, n: int, stranger: bool, person: str) -> None:
        document = self.pick(Document.objects, n)
        if document is None:
            return
        staff = {"CGW": "department", "ZJW": "department2", "XFZD": "department3"}
        own = staff.get(document.unit.code, "town")
        actor = self.stage.who(person if stranger else own)
        self.attempt(lambda: answer_document(document.pk, actor=actor, at=self.now, text="done"))

    @rule()
    def the_sweeps_run(self) -> None:
        sweep_holds(self.now)
        sweep_lapses(self.now)
        assert sweep_lapses(self.now) == 0
        sweep_ladders(self.now)
        assert sweep_ladders(self.now) == 0
        sweep_breaches(self.now)
        assert sweep_breaches(self.now) == 0

    @invariant()
    def nothing_is_lost(self) -> None:
        assert Case.objects.count() == self.received
        for case in Case.objects.all():
            last = case.events.exclude(step="breach").order_by("-pk").first()
            assert last is not None
            assert last.state == case.state

    @invariant()
    def open_clocks_follow_from_state(self) -> None:
        for case in Case.objects.all():
            running = case.clocks.running()
            own = sorted(
                running.filter(order_ref=None, document_ref=None, item_ref=None).values_list(
                    "kind", flat=True
                )
            )
            assert own == sorted(clocks_of(case)), case.state
            if case.state in ENDED:
                assert not running.exists()
            for clock in running:
                assert clock.due_at is not None
                # An acknowledgement that nobody acted on lapses after the hold; it is no breach.
                if case.hold_until and clock.breached_at is None and clock.kind != "act":
                    # What was due at the very moment of the hold had its whole time before.
                    paused = clock.entries.filter(kind="pause").latest("at")
                    later = timezone.localtime(clock.due_at).date() >= case.hold_until
                    assert later or clock.due_at == paused.at
        for order in Order.objects.select_related("case", "whistle"):
            running = Clock.objects.running().filter(order_ref=order.pk)
            ended = order.case.state in ENDED
            wanted = () if ended else kinds_of(order)
            assert sorted(running.values_list("kind", flat=True)) == sorted(wanted), order.state

    @invariant()
    def nothing_waits_that_has_nothing_left_to_move(self) -> None:
        for asked in Request.objects.waiting().select_related("case"):
            assert asked.case.state in (*WORKING, "on_hold")
            assert asked.round == asked.case.round
            assert not (asked.kind == "hold" and asked.case.state == "on_hold")

    @invariant()
    def an_answer_is_awaited_where_its_clock_runs(self) -> None:
        running = Clock.objects.running().filter(document_ref__isnull=False)
        awaited = Document.objects.unanswered().values_list("pk", flat=True)
        assert set(running.values_list("document_ref", flat=True)) == set(awaited)
        assert set(running.values_list("kind", flat=True)) <= {"answer"}
        for document in Document.objects.select_related("answer_clock"):
            if document.answered_at is not None:
                assert document.answer_clock.stopped_at is not None

    @invariant()
    def every_number_is_given_once_and_none_left_out(self) -> None:
        seen: dict[tuple[str, int], list[int]] = {}
        for form, year, seq in Document.objects.values_list("form", "year", "seq"):
            seen.setdefault((form, year), []).append(seq)
        for numbers in seen.values():
            assert sorted(numbers) == list(range(1, len(numbers) + 1))

    @invariant()
    def a_breach_is_recorded_once(self) -> None:
        recorded = CaseEvent.objects.filter(step="breach").count()
        assert recorded == Clock.objects.filter(breached_at__isnull=False).count()
        # An acknowledgement that nobody acted on lapses; that is no breach (`missed_clocks`).
        late = Clock.objects.filter(stopped_at__gt=F("due_at")).exclude(kind="act")
        assert not late.filter(breached_at=None).exists()

    @invariant()
    def a_summoned_case_has_somebody_working(self) -> None:
        for whistle in Whistle.objects.select_related("case"):
            live = list(whistle.orders.exclude(state="withdrawn"))
            case = whistle.case
            if whistle.settled_at is None and whistle.round == case.round:
                assert [order.role for order in live].count("lead") == 1
            if case.state in ("handled", "rated") and live and whistle.round == case.round:
                assert all(order.state in ("accepted", "reviewed") for order in live)


@pytest.mark.django_db
def test_any_order_of_steps_keeps_the_promises(stage: Stage) -> None:
    District.stage = stage
    for clock in ("acknowledge", "decide", "answer"):
        make_ladder(clock)
    run_state_machine_as_test(
        District,
        settings=settings(
            max_examples=25,
            stateful_step_count=40,
            deadline=None,
            # Shrinking replays hundreds of districts: five minutes for a shorter story.
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
