"""The figures of a period reckoned the slow way: one case after another, in plain Python."""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils import timezone

from assessment.models import Review
from assessment.periods import Span
from cases.models import Callback, Case, Clock
from dispatch.models import Objection, Order, Whistle

ENDED = ("closed", "rejected", "merged")
TIMED = ("acknowledge", "report_in", "finish")


def cases_of(span: Span) -> list[Case]:
    rows = Case.objects.order_by("pk")
    return [case for case in rows if span.starts_at <= case.received_at < span.ends_at]


def answer_of(case: Case) -> Callback | None:
    """Return the case's valid callback."""
    reached = [c for c in Callback.objects.filter(case=case) if c.outcome == "reached"]
    if not case.counted or case.state == "merged" or not reached:
        return None
    return max(reached, key=lambda callback: (callback.round, callback.attempt))


def counts(cases: Iterable[Case]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for case in cases:
        answer = answer_of(case)
        found["received"] += 1
        found["closed"] += case.state in ENDED
        found["open"] += case.state not in ENDED
        found["counted"] += case.counted
        if answer:
            found["valid_callbacks"] += 1
            found["contacted"] += bool(answer.contacted)
            found["resolved"] += answer.resolved == "yes"
            found["satisfied"] += answer.satisfied == "satisfied"
            found["basic"] += answer.satisfied == "basic"
    names = [
        "received",
        "closed",
        "open",
        "counted",
        "valid_callbacks",
        "contacted",
        "resolved",
        "satisfied",
        "basic",
    ]
    return {name: found[name] for name in names}


def rounded(value: Fraction | None) -> float | None:
    return None if value is None else float((int(value * 1000) + 5) // 10) / 100


def rates(found: dict[str, int]) -> dict[str, float | None]:
    valid = found["valid_callbacks"]
    if not valid:
        return dict.fromkeys(("response", "resolution", "satisfaction"))
    content = found["satisfied"] + Fraction(9, 10) * found["basic"]
    return {
        "response": rounded(Fraction(100 * found["contacted"], valid)),
        "resolution": rounded(Fraction(100 * found["resolved"], valid)),
        "satisfaction": rounded(100 * content / valid),
    }


def exact_score(found: dict[str, int]) -> Fraction | None:
    valid = found["valid_callbacks"]
    if not valid:
        return None
    content = found["satisfied"] + Fraction(9, 10) * found["basic"]
    points = Fraction(10) * found["contacted"] + 50 * found["resolved"] + 40 * content
    return points / valid


def breached(cases: Iterable[Case]) -> int:
    return sum(
        any(clock.breached_at for clock in Clock.objects.filter(case=case)) for case in cases
    )


def whistles(cases: Iterable[Case]) -> tuple[int, int]:
    rows = [whistle for case in cases for whistle in Whistle.objects.filter(case=case)]
    solved = [
        whistle
        for whistle in rows
        if whistle.settled_at
        and whistle.passed_up_at is None
        and any(o.state in {"accepted", "reviewed"} for o in whistle.orders.all())
    ]
    return len(rows), len(solved)


def department(span: Span, code: str) -> dict[str, Any]:
    """Return what the report says of a department."""
    orders = [
        order
        for order in Order.objects.filter(unit__code=code).select_related("case", "whistle")
        if span.starts_at <= order.case.received_at < span.ends_at
    ]
    live = [order for order in orders if order.state != "withdrawn"]
    limits = {kind: limit(live, kind) for kind in TIMED}
    marks = [review for review in Review.objects.all() if review.order_id in {o.pk for o in live}]
    led = [o.case for o in live if o.role == "lead" and answered_in(o)]
    answers = counts(led)
    parts = {
        "marks": Fraction(sum(r.arrival + r.attitude + r.result for r in marks), 3 * len(marks))
        if marks
        else None,
        "timeliness": Fraction(
            100 * sum(k for k, _ in limits.values()), sum(d for _, d in limits.values())
        )
        if any(d for _, d in limits.values())
        else None,
        "results": exact_score(answers),
    }
    weights = {"marks": Decimal("0.4"), "timeliness": Decimal("0.3"), "results": Decimal("0.3")}
    known = {name: part for name, part in parts.items() if part is not None}
    whole = sum((Fraction(weights[name]) for name in known), Fraction(0))
    total = sum((Fraction(weights[name]) * part for name, part in known.items()), Fraction(0))
    return {
        "orders": len(live),
        "lead_orders": sum(order.role == "lead" for order in live),
        "settled": sum(order.settled_at is not None for order in live),
        "reviews": len(marks),
        "objections_lost": Objection.objects.filter(order__in=orders, upheld=False).count(),
        "kept": {kind: kept for kind, (kept, _decided) in limits.items()},
        "decided": {kind: decided for kind, (_kept, decided) in limits.items()},
        "answers": {
            n: answers[n]
            for n in ("valid_callbacks", "contacted", "resolved", "satisfied", "basic")
        },
        "score": rounded(total / whole) if known else None,
    }


def answered_in(order: Order) -> bool:
    answer = answer_of(order.case)
    return answer is not None and answer.round == order.whistle.round


def limit(orders: list[Order], kind: str) -> tuple[int, int]:
    kept = decided = 0
    for order in orders:
        clocks = list(Clock.objects.filter(order_ref=order.pk, kind=kind))
        late = any(clock.breached_at for clock in clocks)
        over = bool(clocks) and all(clock.stopped_at for clock in clocks)
        decided += late or over
        kept += over and not late
    return kept, decided


def local_day(case: Case) -> str:
    return timezone.localtime(case.received_at).date().isoformat()
