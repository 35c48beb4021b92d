"""Account for everything: what was promised beside what is there, line by line."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from accounts.models import Message, Notice
from accounts.services.notices import audiences
from cases.ladders import NOTICES
from cases.lifecycle import ENDED, ClockKind, clocks_of
from cases.models import Case, CaseEvent, Clock
from cases.services.alerts import rungs_of
from chaos.callers import Ledger
from chaos.gateway import Gateway
from dispatch.lifecycle import CLOCKS_IN_STATE
from dispatch.models import Document, DocumentCounter, Order

TOO_SOON = """
    SELECT count(*) FROM (
        SELECT urgent, created_at - lag(created_at) OVER (PARTITION BY recipient_id, channel ORDER BY created_at, id)
            AS pause FROM accounts_message WHERE created_at >= %(since)s) told
    WHERE NOT urgent AND pause < interval '60 seconds'
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing counted: what it is, how many there must be, how many there are."""

    what: str
    expected: int
    found: int

    @property
    def right(self) -> bool:
        return self.expected == self.found


def requests(ledger: Ledger) -> Iterator[Line]:
    """Count what the API accepted: each request once, each step once."""
    yield Line("requests left without an answer", 0, len(ledger.unanswered))
    known = Case.objects.filter(external_id__startswith="chaos-")
    stored = Counter(known.values_list("external_id", "number"))
    once = sum(stored[pair] == 1 for pair in ledger.cases.items())
    yield Line("requests accepted: exactly one case each", len(ledger.cases), once)
    yield Line("cases nobody was told of", 0, sum(stored.values()) - once)
    events = CaseEvent.objects.filter(case__external_id__startswith="chaos-")
    written = Counter(events.values_list("step", flat=True))
    for step in sorted(ledger.steps):
        yield Line(f"steps accepted: {step}", ledger.steps[step], written[step])


def breaches(at: datetime, true_dues: Mapping[int, datetime]) -> Iterator[Line]:
    """Count breaches: one of each clock that ran out, under its true due time."""
    clocks = Clock.objects.exclude(kind=ClockKind.ACT)
    yield Line("clocks past due without a breach", 0, clocks.overdue(at).count())
    rows = clocks.filter(breached_at__isnull=False)
    wanted = Counter(
        (case, kind, order, due.isoformat() if due else None)
        for case, kind, order, due in rows.values_list("case_id", "kind", "order_ref", "due_at")
    )
    events = CaseEvent.objects.filter(step="breach").values_list("case_id", "order_ref", "details")
    found = Counter((case, said["clock"], ref, said["due_at"]) for case, ref, said in events)
    yield Line("breached clocks: exactly one event each", wanted.total(), (wanted & found).total())
    yield Line("breach events without a clock, or doubled", 0, (found - wanted).total())
    kept = dict(Clock.objects.filter(pk__in=true_dues).values_list("pk", "due_at"))
    same = sum(kept.get(pk) == due for pk, due in true_dues.items())
    yield Line("clocks turned back: the true due time kept", len(true_dues), same)


def documents(at: datetime) -> Iterator[Line]:
    """Count the ladder's documents: one for each rung taken, numbers without gaps."""
    yield Line(
        "rungs due and not taken", 0, Clock.objects.running().filter(alert_at__lte=at).count()
    )
    climbed = Clock.objects.exclude(ladder=None).filter(rung__gt=0).select_related("ladder")
    wanted = {
        (clock.pk, clock.climb, number)
        for clock in climbed.iterator(2000)
        for number, rung in enumerate(rungs_of(clock.ladder)[: clock.rung])  # type: ignore[arg-type]
        if rung.form not in NOTICES
    }
    found = Counter(Document.objects.values_list("clock_id", "climb", "rung"))
    once = sum(found[rung] == 1 for rung in wanted)
    yield Line("rungs taken: exactly one document each", len(wanted), once)
    yield Line("documents of no rung, or doubled", 0, found.total() - once)
    gaps = 0
    for counter in DocumentCounter.objects.all():
        numbers = Document.objects.filter(form=counter.form, year=counter.year)
        numbers_given = sorted(numbers.values_list("seq", flat=True))
        gaps += numbers_given != list(range(1, counter.last + 1))
    yield Line("series of document numbers with a gap or a double", 0, gaps)


def notices(at: datetime, gateway: Gateway) -> Iterator[Line]:
    """Count what was told: each thing once to each who answers for it, each message out of the house."""
    breached = Clock.objects.filter(breached_at__isnull=False).exclude(kind=ClockKind.ACT)
    owed = Counter(breached.values_list("unit_id", flat=True))
    people = audiences(owed)
    wanted = sum(count * len(people[unit].people) for unit, count in owed.items())
    found = Notice.objects.filter(kind="clock_overdue").count()
    yield Line("notices of breaches: one each for whoever answers", wanted, found)
    yield Line("notices not delivered", 0, Notice.objects.filter(delivered_at=None).count())
    yield Line("notices that never rang", 0, Notice.objects.to_ring(at).count())
    yield Line("messages parked", 0, Message.objects.parked().count())
    yield Line("messages still waiting", 0, Message.objects.waiting().count())
    sent = set(Message.objects.sent().values_list("key", flat=True))
    arrived = set(gateway.received)
    yield Line("messages sent: arrived at the gateway", len(sent), len(sent & arrived))
    yield Line("messages arrived that nobody wrote", 0, len(arrived - sent))
    yield Line("messages with a wrong signature", 0, gateway.forged)


def clocks() -> Iterator[Line]:
    """Count the open clocks: exactly those that the states ask for, each owed by somebody."""
    running = Clock.objects.running()
    own: dict[int, list[str]] = {}
    of_orders: dict[int, list[str]] = {}
    for case, order, kind in running.filter(document_ref=None).values_list(
        "case_id", "order_ref", "kind"
    ):
        (own if order is None else of_orders).setdefault(order or case, []).append(kind)
    cases = Case.objects.defer("text").iterator(2000)
    wrong = [c.number for c in cases if sorted(own.pop(c.pk, [])) != sorted(clocks_of(c))]
    yield Line("cases whose open clocks are not f(state)", 0, len(wrong) + len(own))
    orders = Order.objects.select_related("case").iterator(2000)
    odd = [o.pk for o in orders if not _follows(o, of_orders.pop(o.pk, []))]
    yield Line("orders whose open clocks are not f(state)", 0, len(odd) + len(of_orders))
    answers = set(running.filter(kind=ClockKind.ANSWER).values_list("document_ref", flat=True))
    open_ones = Document.objects.exclude(answer_clock=None).filter(answered_at=None)
    awaited = set(open_ones.exclude(case__state__in=ENDED).values_list("pk", flat=True))
    yield Line(
        "documents awaiting an answer, each with its clock", len(awaited), len(awaited & answers)
    )
    yield Line("answer clocks of no open document", 0, len(answers - awaited))
    owing = set(running.values_list("unit_id", flat=True))
    nobody = [unit for unit, told in audiences(owing).items() if not told.people]
    yield Line("units that owe a clock and have nobody to tell", 0, len(nobody))


def _follows(order: Order, kinds: list[str]) -> bool:
    """Tell whether the order's clocks are its state's; the one to act runs only where a rule gives it a limit."""
    ended = order.case.state in ENDED
    wanted = set() if ended else set(CLOCKS_IN_STATE.get(order.state, ()))
    return len(kinds) == len(set(kinds)) and wanted - {ClockKind.ACT} <= set(kinds) <= wanted


def storm(since: datetime) -> Iterator[Line]:
    """Count messages that came within a minute of the one before: what is not urgent is gathered."""
    with connection.cursor() as cursor:
        cursor.execute(TOO_SOON, {"since": since})
        yield Line("people told again within a minute", 0, cursor.fetchone()[0])


def most_messages(since: datetime) -> tuple[int, int, float]:
    """Return the messages since then to whoever got most, the recipients, and the notices a message held."""
    rows = list(Message.objects.filter(created_at__gte=since).values_list("recipient_id", "count"))
    each = Counter(person for person, _count in rows)
    told = sum(count for _person, count in rows)
    return max(each.values(), default=0), len(each), told / max(len(rows), 1)


def table(lines: list[Line]) -> str:
    """Return the account as it is printed; a line that does not add up is marked."""
    width = max(len(line.what) for line in lines)
    rows = [f"{'what':<{width}}  {'expected':>9}  {'found':>9}"]
    rows += [
        f"{line.what:<{width}}  {line.expected:>9,}  {line.found:>9,}{'' if line.right else '   <-- WRONG'}"
        for line in lines
    ]
    return "\n".join(rows)
