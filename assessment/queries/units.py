"""What the departments did in a period: orders, limits kept, marks, objections, documents, answers."""

from collections import Counter, defaultdict
from collections.abc import Mapping

from assessment.parts import Marked, UnitFacts
from assessment.queries.cells import TOPS, said, strata, tally_of
from assessment.queries.inputs import TIMED
from assessment.queries.lines import Lines
from assessment.strata import Stratum

__all__ = ["TIMED", "UnitFacts", "facts_by_unit"]

ORDERS = """
    SELECT l.live, l.unit, l.town, count(*), count(*) FILTER (WHERE l.lead),
        count(*) FILTER (WHERE l.settled), count(*) FILTER (WHERE l.struck),
        count(l.arrival) FILTER (WHERE NOT l.struck),
        coalesce(sum(l.arrival + l.attitude + l.result) FILTER (WHERE NOT l.struck), 0)::bigint
    FROM {order} l GROUP BY 1, 2, 3
"""
LIMITS = """
    SELECT l.unit, l.kind, count(*) FILTER (WHERE NOT l.exempt),
        count(*) FILTER (WHERE l.missed), count(*) FILTER (WHERE l.exempt)
    FROM {limit} l GROUP BY 1, 2
"""
OBJECTIONS = "SELECT l.unit, count(*) FROM {objection} l WHERE NOT l.upheld GROUP BY 1"
DOCUMENTS = "SELECT l.unit, l.form, count(*) FROM {document} l GROUP BY 1, 2 ORDER BY 1, 2"
LEADERS = "SELECT l.unit, count(*), sum(l.mark)::bigint FROM {leader} l GROUP BY 1"
ANSWERS = f"""
    SELECT l.unit, l.top, l.kind, l.said, count(*)
    FROM (
        SELECT l.unit, coalesce(known.top, l.category) AS top, l.kind,
            {said("contacted", "resolved", "satisfied")} AS said
        FROM {{led}} l LEFT JOIN {TOPS} ON known.code = l.category
    ) l
    GROUP BY 1, 2, 3, 4
"""  # noqa: S608 - put together from constants of this package


def facts_by_unit(
    lines: Lines, tops: Mapping[str, str]
) -> tuple[dict[str, UnitFacts], list[Stratum], Counter[str]]:
    """Return the facts by unit code, its answers by how hard the matter was, and how many of its orders were
    withdrawn. Six queries.

    Units without any order that stands, document or mark are left out.
    """
    found: dict[str, UnitFacts] = defaultdict(UnitFacts)
    withdrawn = _count_orders(lines, found)
    for unit, kind, decided, missed, exempt in lines.rows(LIMITS):
        found[unit].limits[kind] = (decided, missed)
        if exempt:
            found[unit].exempt[kind] = exempt
    for unit, lost in lines.rows(OBJECTIONS):
        found[unit].objections_lost = lost
    for unit, form, count in lines.rows(DOCUMENTS):
        found[unit].documents[form] = count
    for unit, count, whole in lines.rows(LEADERS):
        found[unit].leader_marks, found[unit].leader_sum = count, whole
    given = {"codes": list(tops), "tops": list(tops.values())}
    answers = {
        (unit, top, kind, code): count
        for unit, top, kind, code, count in lines.rows(ANSWERS, **given)
    }
    by_unit: dict[str, Counter[int]] = defaultdict(Counter)
    for (unit, _top, _kind, code), count in answers.items():
        by_unit[unit][code] += count
    for unit, counts in by_unit.items():
        found[unit].answers = tally_of(counts.keys(), counts.values()).facts
    return dict(found), strata(answers), withdrawn


def _count_orders(lines: Lines, found: dict[str, UnitFacts]) -> Counter[str]:
    """Enter orders and the towns' marks; return how many were withdrawn, by unit."""
    withdrawn: Counter[str] = Counter()
    for live, unit, town, orders, leads, settled, struck, reviews, marks in lines.rows(ORDERS):
        if not live:
            withdrawn[unit] += orders
            continue
        facts = found[unit]
        facts.orders += orders
        facts.leads += leads
        facts.settled += settled
        facts.struck += struck
        if reviews:
            facts.marked[town] = Marked(reviews, marks)
    return withdrawn
