"""The working of a score: each contribution and the arithmetic, so that anybody may add it up again.

Reckoned from the rows as they are now; of a frozen period from the lines that were kept. A contribution's
`points` are the text of an exact number; what is listed and does not count has “—” and says `why`. Where a
part has very many contributions that are all the same, `rest` says how many and of how many points. Sums are over all
contributions, however many of them are shown: `listed` says how many there are, `next` is the cursor of the others.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from assessment import parts
from assessment.models import FrozenPeriod
from assessment.parts import Marked, UnitFacts
from assessment.queries.kept import Line
from assessment.queries.snapshots import one_snapshot
from assessment.queries.working import TOWN, UNIT, Source, source_of
from assessment.rules import Rules
from assessment.services.policies import rules_for
from assessment.services.town_workings import performance
from assessment.services.working_lists import (
    ANSWERED,
    ASIDE,
    DECIDE,
    DOCUMENTS,
    LEADERS,
    LED,
    LIMITS,
    LOST,
    OF_UNIT,
    REVIEWED,
    UNCOUNTED,
    Context,
    Listed,
    of_town,
    weighed,
)
from assessment.services.working_pages import Page, page_of
from assessment.services.working_parts import (
    NOTHING,
    exact_of,
    mean_of,
    part_of,
    plain,
    put_together,
    shown,
    taken_off,
)
from assessment.spans import Span

Row = dict[str, Any]
Tallies = list[tuple[Line, int]]

NOBODY_S: frozenset[str] = frozenset()
"""No case is kept from the reader."""

SCORED = ("case",)
PERFORMED = ("case", "whistle", "mark", "objection")
OF_DEPARTMENT = ("order", "limit", "led", "objection", "document", "leader")
"""The parts of the input behind a town's score, its performance, and a department's score."""


def working_of_town(
    span: Span,
    code: str,
    most: int | None = None,
    *,
    performed: bool = True,
    kept_back: frozenset[str] = NOBODY_S,
) -> Row:
    """Return the working of a town's score and, where `performed`, of its performance.

    The score is the sum of the contributions' points divided by their count, rounded half up. At most `most`
    contributions of each part are listed; all without it. No cursor names a case that is `kept_back`.
    """
    with one_snapshot():
        frozen, context = _standing(span, kept_back)
        source = source_of(span, TOWN, code, frozen)
        tallies = _tallies(source, PERFORMED if performed else SCORED)
        results = mean_of(_weighed(tallies, context, ANSWERED, ASIDE))
        lists = of_town(code, context.rules)
        found = _head(span, code, context.rules, frozen) | {
            "parts": _listed({parts.RESULTS: results}, source, lists, context, most),
            "arithmetic": results["arithmetic"],
            "score": shown(exact_of(results), context.rules),
        }
        if performed:
            own = performance(code, tallies, results, context)
            own["parts"] = _listed(own["parts"], source, lists, context, most)
            found["performance"] = own
    return found


def working_of_department(
    span: Span, code: str, most: int | None = None, *, kept_back: frozenset[str] = NOBODY_S
) -> Row:
    """Return the working of a department's score: six parts, and the mean of those that have data."""
    with one_snapshot():
        frozen, context = _standing(span, kept_back)
        source = source_of(span, UNIT, code, frozen)
        tallies = _tallies(source, OF_DEPARTMENT)
        rules, has_orders = context.rules, any(line["live"] for line, _many in tallies["order"])
        found = {
            parts.MARKS: _marks(tallies["order"], context),
            parts.TIMELINESS: mean_of(_weighed(tallies, context, LIMITS)),
            parts.RESULTS: mean_of(_weighed(tallies, context, LED, UNCOUNTED)),
            parts.OBJECTIONS: taken_off(_weighed(tallies, context, LOST), has_orders),
            parts.DOCUMENTS: taken_off(_weighed(tallies, context, DOCUMENTS), has_orders),
            parts.LEADERS: mean_of(_weighed(tallies, context, LEADERS)),
        }
        listed = _listed(found, source, OF_UNIT, context, most)
    weights = rules.unit_weights.by_part()
    score = parts.unit_score({name: exact_of(part) for name, part in found.items()}, weights)
    return _head(span, code, rules, frozen) | put_together(listed, weights, rules, score)


def contributions_to(
    span: Span,
    code: str,
    part: str,
    cursor: str,
    most: int,
    *,
    town: bool,
    kept_back: frozenset[str] = NOBODY_S,
) -> Page | None:
    """Return the contributions to one part after the cursor, `most` at most; None where there is no such part."""
    with one_snapshot():
        frozen, context = _standing(span, kept_back)
        lists = of_town(code, context.rules) if town else OF_UNIT
        if part not in lists:
            return None
        source = source_of(span, TOWN if town else UNIT, code, frozen)
        return page_of(source, lists[part], context, cursor, most)


def _tallies(source: Source, names: Sequence[str]) -> dict[str, Tallies]:
    return {name: source.tally(name, DECIDE[name]) for name in names}


def _weighed(
    tallies: Mapping[str, Tallies], context: Context, *lists: Listed
) -> list[tuple[Row, int]]:
    return [one for each in lists for one in weighed(tallies[each.which.part], each, context)]


def _listed(
    found: Mapping[str, Row],
    source: Source,
    lists: Mapping[str, Sequence[Listed]],
    context: Context,
    most: int | None,
) -> dict[str, Row]:
    """Return the parts with their contributions, and the cursors of those that are not shown."""
    whole = {}
    for name, part in found.items():
        page = page_of(source, lists[name] if part["listed"] else (), context, "", most)
        whole[name] = part | {"contributions": page.rows, "next": page.next}
    return whole


NAMING = ("case", "order", "document")
"""What of a contribution tells which case it is about."""


def without_names(found: Row, kept_back: frozenset[str]) -> Row:
    """Return a working in which no case kept from the reader is named: the points stay, and still add up."""
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
        name: part | {"contributions": rows_without_names(part["contributions"], kept_back)}
        for name, part in found.items()
    }


def rows_without_names(rows: list[Row], kept_back: frozenset[str]) -> list[Row]:
    """Return contributions of which none names a case that is kept from the reader."""
    return [
        row | {key: None for key in NAMING if key in row} if row.get("case") in kept_back else row
        for row in rows
    ]


def _standing(span: Span, kept_back: frozenset[str]) -> tuple[FrozenPeriod | None, Context]:
    frozen = FrozenPeriod.objects.filter(period=span.name).defer("figures", "names").first()
    rules = Rules.from_snapshot(frozen.policy) if frozen else rules_for(span)
    return frozen, Context(rules, span, kept_back)


def _head(span: Span, code: str, rules: Rules, frozen: FrozenPeriod | None) -> Row:
    head = {"period": span.name, "unit": code, "policy": rules.snapshot()}
    return head | {"frozen": frozen.inputs_hash if frozen else None}


def _marks(orders: Tallies, context: Context) -> Row:
    """A town's mean of its reviews' points weighs as the rule says."""
    rules, rows = context.rules, weighed(orders, REVIEWED, context)
    marked: dict[str, Marked] = {}
    for row, many in rows:
        if row["points"] != NOTHING:
            so_far = marked.get(row["town"], Marked())
            given = row["arrival"] + row["attitude"] + row["result"]
            marked[row["town"]] = Marked(so_far.reviews + many, so_far.marks + given * many)
    shares = parts.town_shares(marked, rules.towns)
    towns = [_town(code, share, marked[code]) for code, share in sorted(shares.items())]
    exact = parts.unit_parts(UnitFacts(marked=marked), rules.weights, rules.towns)
    terms = " + ".join(f"{t['share']} × {t['sum']} ÷ {t['reviews']}" for t in towns)
    return part_of(
        sum(many for _row, many in rows),
        value=exact[parts.MARKS],
        arithmetic=f"({terms})" if towns else "",
        count=sum(one.reviews for one in marked.values()),
        sum=plain(Fraction(sum(one.marks for one in marked.values()), 3)),
        rest={"count": 0, "points": "0"},
        towns=towns,
    )


def _town(code: str, share: Fraction, marked: Marked) -> Row:
    return {
        "code": code,
        "reviews": marked.reviews,
        "sum": str(Fraction(marked.marks, 3)),
        "share": str(share),
    }
