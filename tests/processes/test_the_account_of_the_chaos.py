"""The account of `make chaos` finds whatever is lost, doubled, late or ownerless."""

from argparse import Namespace
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.models import Membership, Message, Notice, User
from accounts.services.ringing import make_rounds
from cases.models import Case, CaseEvent, Clock, Ladder
from cases.services import alerts
from cases.services.breaches import sweep_breaches
from chaos import account
from chaos.account import Line
from chaos.callers import Ledger
from chaos.district import RUNGS
from chaos.experiment import Experiment
from chaos.gateway import Gateway
from chaos.place import Broker
from dispatch.models import Document, DocumentCounter
from dispatch.services.ladders import sweep_ladders
from tests.cast import NOON, Stage

LATER = NOON + timedelta(days=30)
NO_DUES: dict[int, datetime] = {}


def wrong(lines: Iterable[Line]) -> list[str]:
    return [line.what for line in lines if not line.right]


@pytest.fixture
def ledger(stage: Stage) -> Ledger:
    """Return what the API promised in a district whose case ran out, was breached and climbed its ladder."""
    Ladder.objects.create(
        name="quick", clock="decide", rungs=RUNGS, source="test", valid_from=date(2020, 1, 1)
    )
    alerts.forget()
    case = stage.case(external_id="chaos-0-0")
    sweep_breaches(LATER)
    while sweep_ladders(LATER):
        pass
    make_rounds(LATER)
    Clock.objects.filter(alert_at__lte=LATER).update(alert_at=None)
    ledger = Ledger(cases={"chaos-0-0": case.number})
    ledger.note("receive", 201)
    alerts.forget()
    return ledger


def everything(ledger: Ledger, dues: dict[int, datetime] = NO_DUES) -> list[str]:
    gateway = Gateway(seed=1, failing=0)
    gateway.received.update(Message.objects.sent().values_list("key", flat=True))
    return wrong(
        [
            *account.requests(ledger),
            *account.breaches(LATER, dues),
            *account.documents(LATER),
            *account.notices(LATER, gateway),
            *account.storm(NOON),
            *account.clocks(),
        ]
    )


def test_where_all_is_well_everything_adds_up(ledger: Ledger) -> None:
    assert Document.objects.count() >= 3
    assert everything(ledger) == []


def lose_a_case(ledger: Ledger) -> None:
    ledger.cases["chaos-0-1"] = "20260304-999999"


def miss_a_step(ledger: Ledger) -> None:
    ledger.note("handle", 200)


def leave_unanswered(ledger: Ledger) -> None:
    ledger.unanswered.append("receive /cases/")


def forget_a_promise(ledger: Ledger) -> None:
    ledger.cases.clear()


def miss_a_breach(ledger: Ledger) -> None:
    Clock.objects.filter(kind="decide").update(breached_at=None)


def double_a_breach(ledger: Ledger) -> None:
    event = CaseEvent.objects.filter(step="breach")[0]
    event.pk = None
    event.save()


def shift_a_due_time(ledger: Ledger) -> None:
    clock = Clock.objects.filter(kind="decide")[0]
    clock.due_at = clock.due_at + timedelta(hours=8) if clock.due_at else None
    clock.save()


def skip_a_document(ledger: Ledger) -> None:
    Clock.objects.filter(kind="finish").update(ladder=Ladder.objects.get(name="quick"), rung=2)


def write_too_many(ledger: Ledger) -> None:
    Clock.objects.filter(kind="decide").update(rung=1)


def leave_a_gap(ledger: Ledger) -> None:
    DocumentCounter.objects.filter(form="urge").update(last=7)


def leave_a_rung(ledger: Ledger) -> None:
    Clock.objects.filter(kind="decide").update(alert_at=LATER)


def lose_a_notice(ledger: Ledger) -> None:
    Notice.objects.filter(kind="clock_overdue")[0].delete()


def hold_a_notice_back(ledger: Ledger) -> None:
    Notice.objects.update(delivered_at=None)


def park_a_message(ledger: Ledger) -> None:
    message("parked", parked_at=LATER)


def lose_a_message(ledger: Ledger) -> None:
    message("waiting")


def tell_twice(ledger: Ledger) -> None:
    message("one", sent_at=LATER)
    message("two", sent_at=LATER)


def stop_a_clock(ledger: Ledger) -> None:
    Clock.objects.filter(kind="finish").update(stopped_at=LATER)


def close_in_silence(ledger: Ledger) -> None:
    Case.objects.update(state="closed", closed_at=LATER)


def let_everybody_go(ledger: Ledger) -> None:
    Membership.objects.all().delete()
    User.objects.update(is_superuser=False)


def message(key: str, **given: datetime) -> None:
    person = Notice.objects.all()[0].recipient
    Message.objects.create(
        recipient=person,
        channel="sms",
        key=key,
        body="",
        created_at=LATER,
        not_before=LATER,
        **given,
    )


@pytest.mark.parametrize(
    ("harm", "line"),
    [
        (lose_a_case, "requests accepted: exactly one case each"),
        (miss_a_step, "steps accepted: handle"),
        (leave_unanswered, "requests left without an answer"),
        (forget_a_promise, "cases nobody was told of"),
        (miss_a_breach, "clocks past due without a breach"),
        (double_a_breach, "breach events without a clock, or doubled"),
        (shift_a_due_time, "breached clocks: exactly one event each"),
        (skip_a_document, "rungs taken: exactly one document each"),
        (write_too_many, "documents of no rung, or doubled"),
        (leave_a_gap, "series of document numbers with a gap or a double"),
        (leave_a_rung, "rungs due and not taken"),
        (lose_a_notice, "notices of breaches: one each for whoever answers"),
        (hold_a_notice_back, "notices not delivered"),
        (park_a_message, "messages parked"),
        (lose_a_message, "messages still waiting"),
        (tell_twice, "people told again within a minute"),
        (stop_a_clock, "cases whose open clocks are not f(state)"),
        (close_in_silence, "answer clocks of no open document"),
        (let_everybody_go, "units that owe a clock and have nobody to tell"),
    ],
)
def test_each_harm_is_found(ledger: Ledger, harm: Callable[[Ledger], None], line: str) -> None:
    harm(ledger)
    assert line in everything(ledger)


def test_a_true_due_time_that_was_lost_is_found(ledger: Ledger) -> None:
    clock = Clock.objects.filter(kind="decide")[0]
    assert clock.due_at
    assert everything(ledger, {clock.pk: clock.due_at}) == []
    assert everything(ledger, {clock.pk: clock.due_at - timedelta(hours=8)}) == [
        "clocks turned back: the true due time kept"
    ]


def test_a_message_that_never_arrived_and_one_nobody_wrote_are_found(ledger: Ledger) -> None:
    message("sent", sent_at=LATER)
    gateway = Gateway(seed=1, failing=0)
    gateway.received["forged"] = 1
    assert {"messages sent: arrived at the gateway", "messages arrived that nobody wrote"} <= set(
        wrong(account.notices(LATER, gateway))
    )


def test_what_falls_due_once_the_engine_was_quiet_is_not_held_against_it(
    stage: Stage, tmp_path: Path
) -> None:
    stage.at = timezone.now()
    stage.case()
    Clock.objects.update(due_at=stage.at + timedelta(days=1), alert_at=None)
    broker, gateway = Broker(), Gateway(seed=1, failing=0)
    run = Experiment(Namespace(seed=1, short=True), tmp_path, broker, gateway, print)
    broker.remove()
    assert run._nothing_is_due()
    quiet = run.quiet_at
    Clock.objects.filter(kind="decide").update(alert_at=timezone.now())
    assert not run._nothing_is_due()
    assert run.quiet_at == quiet
    late = "rungs due and not taken"
    assert late not in wrong(account.documents(run.quiet_at))
    assert late in wrong(account.documents(timezone.now()))
