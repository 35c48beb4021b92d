"""The working of a score: each contribution and the arithmetic, so that anybody may add it up again.

Reckoned from the rows as they are now; of a frozen period from the lines that were kept. A contribution's
`points` are the text of an exact number; what is listed and does not count has “—” and says `why`. Where a
part has very many contributions that are all the same, `rest` says how many and of how many points.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from accounts.models import User
from assessment import parts, scoring
from assessment.models import FrozenPeriod
from assessment.parts import Marked, UnitFacts
from assessment.queries.kept import Line
from assessment.queries.snapshots import one_snapshot
from assessment.queries.working import OF_TOWN, OF_UNIT, lines_of, numbers_kept_from
from assessment.rules import Rules
from assessment.services.figures import number
from assessment.services.policies import rules_for
from assessment.spans import Span

Row = dict[str, Any]

NOTHING = "—"
NOT_COUNTED, UNREACHED, STRUCK, EXEMPT = "not_counted", "unreached", "struck", "exempt"
"""Why a line that is listed does not count."""


def working_of_town(span: Span, code: str) -> Row:
    """Return the working of a town's score, and of its performance.

    The score is the sum of the contributions' points divided by their count, rounded half up.
    """
    with one_snapshot():
        frozen, rules = _standing(span)
        lines = lines_of(span, code, OF_TOWN, frozen)
    results = _answers(lines["case"], rules)
    return _head(span, code, rules, frozen) | {
        "parts": {parts.RESULTS: results},
        "arithmetic": results["arithmetic"],
        "score": _shown(_exact(results), rules),
        "performance": _performance(code, lines, results, rules),
    }


def working_of_department(span: Span, code: str) -> Row:
    """Return the working of a department's score: six parts, and the mean of those that have data."""
    with one_snapshot():
        frozen, rules = _standing(span)
        lines = lines_of(span, code, OF_UNIT, frozen)
    live = [line for line in lines["order"] if line["live"]]
    found = {
        parts.MARKS: _marks(live, rules),
        parts.TIMELINESS: _limits(lines["limit"]),
        parts.RESULTS: _led(lines["led"], live, rules),
        parts.OBJECTIONS: _lost(lines["objection"], live, rules),
        parts.DOCUMENTS: _documents(lines["document"], live, rules),
        parts.LEADERS: _leaders(lines["leader"]),
    }
    weights = rules.unit_weights.by_part()
    score = parts.unit_score({name: _exact(part) for name, part in found.items()}, weights)
    return _head(span, code, rules, frozen) | _whole(found, weights, rules, score)


NAMING = ("case", "order", "document")
"""What of a contribution tells which case it is about."""


def as_seen_by(reader: User, found: Row) -> Row:
    """Return a working in which no case kept from the reader is named: the points stay, and still add up."""
    kept_back = numbers_kept_from(reader)
    if not kept_back:
        return found
    seen = found | {"parts": _unnamed(found["parts"], kept_back)}
    if "performance" in found:
        performance = found["performance"]
        own = _unnamed(performance["parts"], kept_back)
        seen["performance"] = performance | {"parts": own}
    return seen


def _unnamed(found: Mapping[str, Row], kept_back: frozenset[str]) -> dict[str, Row]:
    return {
        name: part
        | {
            "contributions": [
                row | {key: None for key in NAMING if key in row}
                if row.get("case") in kept_back
                else row
                for row in part["contributions"]
            ]
        }
        for name, part in found.items()
    }


def _standing(span: Span) -> tuple[FrozenPeriod | None, Rules]:
    frozen = FrozenPeriod.objects.filter(period=span.name).defer("figures", "names").first()
    return frozen, Rules.from_snapshot(frozen.policy) if frozen else rules_for(span)


def _head(span: Span, code: str, rules: Rules, frozen: FrozenPeriod | None) -> Row:
    head = {"period": span.name, "unit": code, "policy": rules.snapshot()}
    return head | {"frozen": frozen.inputs_hash if frozen else None}


def _whole(
    found: dict[str, Row], weights: dict[str, Decimal], rules: Rules, score: Fraction | None
) -> Row:
    """Put the parts together: each with its weight, the sum as one reckons it on paper, the score."""
    for name, part in found.items():
        part["weight"] = f"{weights[name].normalize():f}"
    return {
        "parts": found,
        "arithmetic": "" if score is None else _arithmetic(found, weights),
        "score": _shown(score, rules),
    }


def _arithmetic(found: dict[str, Row], weights: dict[str, Decimal]) -> str:
    """Write the sum; points are exact, nothing is rounded on the way."""
    known = [n for n, part in found.items() if part["exact"] is not None and weights[n]]
    terms = " + ".join(f"{found[n]['weight']} × {found[n]['arithmetic']}" for n in known)
    whole = sum((weights[n] for n in known), Decimal(0)).normalize()
    return f"({terms}) ÷ {whole:f}" if known else ""


# --- parts: a mean of points, or a hundred less points


def _mean(rows: list[Row], rest: int = 0, rest_points: int = 100) -> Row:
    """Return contributions whose mean is the part's value."""
    counted = [Fraction(row["points"]) for row in rows if row["points"] != NOTHING]
    count = len(counted) + rest
    whole = sum(counted, Fraction(0)) + rest * rest_points
    return _part(
        rows,
        value=whole / count if count else None,
        arithmetic=f"{_plain(whole)} ÷ {count}" if count else "",
        count=count,
        sum=_plain(whole),
        rest={"count": rest, "points": str(rest_points)},
    )


def _less(rows: list[Row], has_data: bool) -> Row:
    """Return contributions that are taken off a hundred, as far as nothing."""
    lost = sum((Fraction(row["points"]) for row in rows), Fraction(0))
    value = max(parts.FULL + lost, Fraction(0)) if has_data else None
    taken = f"(100 − {_plain(-lost)})" if value else "0"
    return _part(
        rows,
        value=value,
        arithmetic="" if value is None else taken,
        count=len(rows),
        sum=_plain(lost),
        rest={"count": 0, "points": "0"},
    )


def _part(rows: list[Row], *, value: Fraction | None, arithmetic: str, **more: Any) -> Row:
    return {
        "value": number(scoring.half_up(value)),
        "exact": None if value is None else _plain(value),
        "arithmetic": arithmetic,
        **more,
        "contributions": rows,
    }


def _exact(part: Row) -> Fraction | None:
    return None if part["exact"] is None else Fraction(part["exact"])


def _shown(value: Fraction | None, rules: Rules) -> float | None:
    return number(scoring.half_up(value, rules.decimals))


def _plain(value: Fraction) -> str:
    """Write an exact number: as a decimal where it ends, else as a fraction."""
    for scale in range(7):
        if (value * 10**scale).denominator == 1:
            return f"{Decimal((value * 10**scale).numerator).scaleb(-scale):f}"
    return str(value)


# --- answers


def _answers(cases: Iterable[Line], rules: Rules) -> Row:
    """Valid callbacks; then what was not counted, and whom nobody reached, without points."""
    rows: list[Row] = []
    aside: list[Row] = []
    for line in cases:
        if line["contacted"] is not None:
            rows.append(_answer(line, rules))
        elif not line["counted"] and not line["merged"]:
            aside.append({"case": line["number"], "points": NOTHING, "why": NOT_COUNTED})
        elif line["unreached"]:
            told = {"case": line["number"], "points": NOTHING, "why": UNREACHED}
            aside.append(told | {"outcome": line["unreached"]})
    return _mean(rows + aside)


def _answer(line: Line, rules: Rules) -> Row:
    said = {name: line[name] for name in ("contacted", "resolved", "satisfied")}
    worth = scoring.points(**said, weights=rules.weights)
    return {"case": line["number"], **said, "points": _plain(Fraction(worth)), "why": ""}


def _led(led: Iterable[Line], orders: Iterable[Line], rules: Rules) -> Row:
    rows = [_answer(line, rules) | {"order": line["order"]} for line in led]
    aside = [
        {"case": o["number"], "order": o["order"], "points": NOTHING, "why": NOT_COUNTED}
        for o in orders
        if o["lead"] and not o["counted"]
    ]
    return _mean(rows + aside)


# --- a department's marks, limits, objections, documents


def _marks(orders: Sequence[Line], rules: Rules) -> Row:
    """A review's points are the mean of its three marks; a town's mean weighs as the rule says."""
    reviewed = [line for line in orders if line["arrival"] is not None]
    rows = [_review(line) for line in reviewed]
    marked: dict[str, Marked] = {}
    for line in reviewed:
        if not line["struck"]:
            so_far = marked.get(line["town"], Marked())
            given = line["arrival"] + line["attitude"] + line["result"]
            marked[line["town"]] = Marked(so_far.reviews + 1, so_far.marks + given)
    shares = parts.town_shares(marked, rules.towns)
    towns = [_town(code, share, marked[code]) for code, share in sorted(shares.items())]
    exact = parts.unit_parts(UnitFacts(marked=marked), rules.weights, rules.towns)
    terms = " + ".join(f"{t['share']} × {t['sum']} ÷ {t['reviews']}" for t in towns)
    return _part(
        rows,
        value=exact[parts.MARKS],
        arithmetic=f"({terms})" if towns else "",
        count=sum(one.reviews for one in marked.values()),
        sum=_plain(Fraction(sum(one.marks for one in marked.values()), 3)),
        rest={"count": 0, "points": "0"},
        towns=towns,
    )


def _review(line: Line) -> Row:
    given = [line[name] for name in ("arrival", "attitude", "result")]
    points = NOTHING if line["struck"] else str(Fraction(sum(given), 3))
    return {
        "order": line["order"],
        "case": line["number"],
        "town": line["town"],
        "arrival": given[0],
        "attitude": given[1],
        "result": given[2],
        "points": points,
        "why": STRUCK if line["struck"] else "",
    }


def _town(code: str, share: Fraction, marked: Marked) -> Row:
    return {
        "code": code,
        "reviews": marked.reviews,
        "sum": str(Fraction(marked.marks, 3)),
        "share": str(share),
    }


def _limits(limits: Iterable[Line]) -> Row:
    rows = []
    for line in limits:
        points = NOTHING if line["exempt"] else "0" if line["missed"] else "100"
        head = {"order": line["order"], "case": line["number"], "limit": line["kind"]}
        why = EXEMPT if line["exempt"] else ""
        rows.append(head | {"missed": line["missed"], "points": points, "why": why})
    return _mean(rows)


def _lost(objections: Iterable[Line], orders: Sequence[Line], rules: Rules) -> Row:
    off = _plain(-Fraction(rules.towns.objection_points))
    rows = [
        {"order": line["order"], "case": line["number"], "points": off, "why": ""}
        for line in objections
        if not line["upheld"]
    ]
    return _less(rows, bool(orders))


def _documents(documents: Iterable[Line], orders: Sequence[Line], rules: Rules) -> Row:
    off = rules.towns.document_points
    rows = [
        {
            "document": line["document"],
            "form": line["form"],
            "case": line["number"],
            "points": _plain(-Fraction(off.get(line["form"], scoring.NONE))),
            "why": "",
        }
        for line in documents
    ]
    return _less(rows, bool(orders))


def _leaders(marks: Iterable[Line]) -> Row:
    return _mean([{"leader": m["leader"], "points": str(m["mark"]), "why": ""} for m in marks])


# --- a town's performance


def _performance(code: str, lines: dict[str, Sequence[Line]], results: Row, rules: Rules) -> Row:
    cases = lines["case"]
    found = {
        parts.RATES: results | {"contributions": []},
        parts.USE: _use(code, lines["whistle"], len(cases), rules),
        parts.QUALITY: _quality(lines["mark"], lines["objection"], rules),
        parts.REDO: _shares(cases, lambda c: not c["open"], lambda c: not c["redone"]),
        parts.SELF: _shares(cases, lambda c: c["handled"], lambda c: c["self_handled"]),
    }
    weights = rules.town_parts.by_part()
    score = parts.whole_score({name: _exact(part) for name, part in found.items()}, weights)
    return _whole(found, weights, rules, score)


def _shares(
    cases: Iterable[Line], meant: Callable[[Line], bool], good: Callable[[Line], bool]
) -> Row:
    """The cases meant, 100 points for each good one; the others are listed."""
    counted = [line for line in cases if meant(line)]
    bad = [line for line in counted if not good(line)]
    rows = [{"case": line["number"], "points": "0", "why": ""} for line in bad]
    return _mean(rows, rest=len(counted) - len(bad))


def _use(code: str, whistles: Iterable[Line], received: int, rules: Rules) -> Row:
    """The town's cases it whistled for itself, of all it received; the points follow from their share."""
    numbers = sorted({line["number"] for line in whistles if line["blower"] == code})
    rows = [{"case": one, "points": "100", "why": ""} for one in numbers]
    used = scoring.share(len(numbers), received)
    return _part(
        rows,
        value=parts.use_points(used, rules.use),
        arithmetic=_use_words(len(numbers), received, rules),
        count=received,
        sum=str(len(numbers)),
        rest={"count": received - len(numbers), "points": "0"},
    )


def _use_words(whistled: int, received: int, rules: Rules) -> str:
    if not received:
        return ""
    used = Fraction(whistled, received)
    low, high = (f"{bound.normalize():f}" for bound in rules.use)
    if used < Fraction(low):
        return f"(100 × {whistled} ÷ {received} ÷ {low})"
    if used > Fraction(high):
        return f"(100 × (1 − {whistled} ÷ {received}) ÷ (1 − {high}))"
    return "100"


def _quality(marks: Sequence[Line], objections: Iterable[Line], rules: Rules) -> Row:
    """Half the share of whistles marked proper, half their mean mark, less points for objections upheld."""
    upheld = [line for line in objections if line["upheld"]]
    off = Fraction(rules.towns.objection_points)
    counting = marks if rules.whistle_marks else []
    rows = [
        {
            "order": line["order"],
            "case": line["number"],
            "proper": line["proper"],
            "mark": line["mark"],
            "points": _plain(Fraction(100 * line["proper"] + line["mark"], 2)),
            "why": "",
        }
        for line in counting
    ]
    aside = [
        {"order": line["order"], "case": line["number"], "points": _plain(-off), "why": "upheld"}
        for line in upheld
    ]
    if not rows:
        return _mean([])
    whole = sum((Fraction(row["points"]) for row in rows), Fraction(0))
    less = whole / len(rows) - off * len(upheld)
    minus = f" − {len(upheld)} × {_plain(off)}" if upheld else ""
    return _part(
        rows + aside,
        value=max(less, Fraction(0)),
        arithmetic=f"({_plain(whole)} ÷ {len(rows)}{minus})" if less > 0 else "0",
        count=len(rows),
        sum=_plain(whole),
        rest={"count": 0, "points": "0"},
    )
