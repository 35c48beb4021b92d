"""The figures of a period reckoned the slow way: one case after another, in plain Python."""

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from django.utils import timezone

from assessment import periods
from assessment.models import AssessmentPolicy, LeaderMark, Review, ReviewAnswer, WhistleMark
from assessment.periods import Span
from cases.models import Callback, Case, Clock
from dispatch.models import Document, Objection, Order, Whistle

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


UNREACHED = ("no_answer", "refused", "wrong_number", "not_possible")


def unreached(case: Case) -> str:
    """Return how the last attempt ended where the case was given up and nobody was reached."""
    if answer_of(case) or not case.counted or case.state == "merged" or not case.callback_given_up:
        return ""
    tried = sorted(Callback.objects.filter(case=case), key=lambda c: (c.round, c.attempt))
    return tried[-1].outcome if tried else "unknown"


CONTENT = ("very_satisfied", "satisfied", "basic", "dissatisfied", "very_dissatisfied")
USUAL = {"very_satisfied": 1, "satisfied": 1, "dissatisfied": 0, "very_dissatisfied": 0, "no": 0}


def factor(answer: str) -> Fraction:
    """Return what the only policy there is lets an answer count."""
    policy = AssessmentPolicy.objects.get()
    own = {"basic": policy.basic_factor, "partly": policy.partly_factor, "yes": 1}
    return Fraction(str((USUAL | policy.answer_factors | own)[answer]))


def offered() -> tuple[str, ...]:
    """Return the answers that a row counts: five where five are offered."""
    return CONTENT if AssessmentPolicy.objects.get().scale == "five" else ("satisfied", "basic")


def counts(cases: Iterable[Case]) -> dict[str, Any]:
    found: Counter[str] = Counter()
    given_up: Counter[str] = Counter()
    for case in cases:
        answer = answer_of(case)
        found["received"] += 1
        found["closed"] += case.state in ENDED
        found["open"] += case.state not in ENDED
        found["counted"] += case.counted
        given_up[unreached(case)] += 1
        found["awaiting"] += bool(
            case.state == "handled"
            and case.counted
            and case.callable
            and not case.callback_given_up
            and not answer
        )
        if answer:
            found["valid_callbacks"] += 1
            found["contacted"] += bool(answer.contacted)
            found["resolved"] += answer.resolved == "yes"
            found["partly"] += answer.resolved == "partly"
            found["unsolved"] += answer.resolved == "no"
            found[answer.satisfied] += 1
    names = [
        "received",
        "closed",
        "open",
        "counted",
        "valid_callbacks",
        "contacted",
        "resolved",
        "partly",
        *offered(),
        *(["unsolved"] if factor("no") else []),
        "awaiting",
    ]
    total = sum(count for outcome, count in given_up.items() if outcome)
    each = {name: given_up[name] for name in UNREACHED} | {"total": total}
    return {name: found[name] for name in names} | {"unreached": each}


def rounded(value: Fraction | None) -> float | None:
    return None if value is None else float((int(value * 1000) + 5) // 10) / 100


def rates(found: dict[str, Any]) -> dict[str, float | None]:
    valid = found["valid_callbacks"]
    if not valid:
        return dict.fromkeys(("response", "resolution", "satisfaction"))
    return {
        "response": rounded(Fraction(100 * found["contacted"], valid)),
        "resolution": rounded(100 * solved(found) / valid),
        "satisfaction": rounded(100 * content(found) / valid),
    }


def content(found: dict[str, Any]) -> Fraction:
    return sum((factor(name) * found[name] for name in CONTENT if name in found), Fraction(0))


def solved(found: dict[str, Any]) -> Fraction:
    said = {"yes": found["resolved"], "partly": found["partly"], "no": found.get("unsolved", 0)}
    return sum((factor(name) * count for name, count in said.items()), Fraction(0))


def exact_score(found: dict[str, Any]) -> Fraction | None:
    valid = found["valid_callbacks"]
    if not valid:
        return None
    points = Fraction(10) * found["contacted"] + 50 * solved(found) + 40 * content(found)
    return points / valid


def breached(cases: Iterable[Case]) -> int:
    return sum(
        any(c.breached_at and not c.exempt_at for c in Clock.objects.filter(case=case))
        for case in cases
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
    reviews = [r for r in Review.objects.all() if r.order_id in {o.pk for o in live}]
    marks = [r for r in reviews if not is_struck(r)]
    led = [o.case for o in live if o.role == "lead" and answered_in(o)]
    answers = counts(led)
    policy = AssessmentPolicy.objects.get()
    lost = Objection.objects.filter(order__in=orders, upheld=False).count()
    documents = [
        document.form
        for document in Document.objects.filter(unit__code=code)
        if span.starts_at <= document.issued_at < span.ends_at
    ]
    off = sum((Fraction(str(policy.document_points.get(f, 0))) for f in documents), Fraction(0))
    leaders = [m.mark for m in LeaderMark.objects.filter(period=span.name, unit__code=code)]
    parts = {
        "marks": by_towns(marks, Fraction(policy.town_cap)),
        "timeliness": Fraction(
            100 * sum(k for k, _ in limits.values()), sum(d for _, d in limits.values())
        )
        if any(d for _, d in limits.values())
        else None,
        "results": exact_score(answers),
        "objections": max(100 - Fraction(policy.objection_points) * lost, Fraction(0))
        if live
        else None,
        "documents": max(100 - off, Fraction(0)) if live else None,
        "leaders": Fraction(sum(leaders), len(leaders)) if leaders else None,
    }
    known = {name: part for name, part in parts.items() if part is not None}
    weights = {name: Fraction(getattr(policy, f"{name}_weight")) for name in known}
    whole = sum(weights.values(), Fraction(0))
    if not any(weights[name] for name in known.keys() - {"objections", "documents"}):
        whole = Fraction(0)  # to have lost nothing is no score
    total = sum((weights[name] * part for name, part in known.items()), Fraction(0))
    return {
        "orders": len(live),
        "lead_orders": sum(order.role == "lead" for order in live),
        "settled": sum(order.settled_at is not None for order in live),
        "reviews": len(marks),
        "struck_reviews": len(reviews) - len(marks),
        "objections_lost": lost,
        "documents": dict(Counter(documents)),
        "leader_marks": len(leaders),
        "kept": {kind: kept for kind, (kept, _decided) in limits.items()},
        "decided": {kind: decided for kind, (_kept, decided) in limits.items()},
        "answers": {
            n: answers[n]
            for n in ("valid_callbacks", "contacted", "resolved", "partly", *offered())
        },
        "parts": {name: rounded(part) for name, part in parts.items()},
        "score": rounded(total / whole) if whole else None,
    }


def is_struck(review: Review) -> bool:
    answer = ReviewAnswer.objects.filter(review=review).first()
    return bool(answer and answer.upheld)


def by_towns(marks: list[Review], cap: Fraction) -> Fraction | None:
    """Weigh each town's mean by its reviews, no town by more than the cap; two towns at most are in the cast."""
    means: dict[str, list[Fraction]] = {}
    for review in marks:
        town = review.order.whistle.blower.area[:9]
        given = Fraction(review.arrival + review.attitude + review.result, 3)
        means.setdefault(town, []).append(given)
    if not means:
        return None
    shares = {town: Fraction(len(each), len(marks)) for town, each in means.items()}
    if max(shares.values()) > cap:
        assert len(means) < 3
        rest = cap if cap * len(means) > 1 else Fraction(1, len(means))
        shares = {t: rest if shares[t] == max(shares.values()) else 1 - rest for t in means}
    return sum((shares[t] * sum(e) / len(e) for t, e in means.items()), Fraction(0))


def answered_in(order: Order) -> bool:
    answer = answer_of(order.case)
    return answer is not None and answer.round == order.whistle.round


def limit(orders: list[Order], kind: str) -> tuple[int, int]:
    kept = decided = 0
    for order in orders:
        clocks = [
            clock
            for clock in Clock.objects.filter(order_ref=order.pk, kind=kind)
            if not clock.exempt_at
        ]
        late = any(clock.breached_at for clock in clocks)
        over = bool(clocks) and all(clock.stopped_at for clock in clocks)
        decided += late or over
        kept += over and not late
    return kept, decided


def town_parts(cases: list[Case], code: str, orders: list[Order]) -> dict[str, float | None]:
    """Return the parts of a town's performance but its three rates, by the policy's own numbers."""
    policy = AssessmentPolicy.objects.get()
    marks = [
        mark
        for mark in WhistleMark.objects.select_related("order__whistle__blower")
        if mark.order in orders and mark.order.whistle.blower.area[:9] == code
    ]
    quality = None
    if marks:
        proper = Fraction(100 * sum(m.proper for m in marks), len(marks))
        quality = (proper + Fraction(sum(m.mark for m in marks), len(marks))) / 2
        quality = max(quality - Fraction(policy.objection_points) * upheld(code), Fraction(0))
    ended = [case for case in cases if case.state in ENDED]
    handled = [case for case in cases if case.handled_at]
    whistled = [
        c for c in cases if any(w.blower.area[:9] == code for w in Whistle.objects.filter(case=c))
    ]
    return {
        "use": rounded(use(Fraction(len(whistled), len(cases)), policy)) if cases else None,
        "quality": rounded(quality),
        "redo": rounded(Fraction(100 * sum(c.round == 1 for c in ended), len(ended)))
        if ended
        else None,
        "self": rounded(Fraction(100 * sum(c.self_handled for c in handled), len(handled)))
        if handled
        else None,
    }


def upheld(code: str) -> int:
    rows = Objection.objects.filter(upheld=True).select_related("charged_to", "order__whistle")
    return sum(
        (row.charged_to or row.order.whistle.blower).area[:9] == code
        and row.order.case in cases_of(periods.find("2026-03"))
        for row in rows
    )


def use(part: Fraction, policy: AssessmentPolicy) -> Fraction:
    low, high = Fraction(policy.use_low), Fraction(policy.use_high)
    if part < low:
        return 100 * part / low
    return 100 * (1 - part) / (1 - high) if part > high else Fraction(100)


def local_day(case: Case) -> str:
    return timezone.localtime(case.received_at).date().isoformat()
