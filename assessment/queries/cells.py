"""Counts of a period's cases, summed by PostgreSQL in one reading of its lines (`assessment.queries.inputs`)."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cache, reduce
from operator import add
from typing import Any, NamedTuple, TypeVar

from assessment.parts import TownFacts
from assessment.queries.inputs import VALID, parameters
from assessment.queries.lines import Lines
from assessment.scoring import CONTENT, NO, PARTLY, SOLVED, YES, Facts
from assessment.strata import Stratum

__all__ = ["VALID", "Tallies", "Tally", "parameters", "said", "strata", "summed", "tallies"]

Key = TypeVar("Key", bound=Hashable)

TOPS = "unnest(%(codes)s::text[], %(tops)s::text[]) AS known (code, top)"
"""The categories with the first level each belongs to."""

BREACHED = "SELECT l.town, count(*) FROM {breach} l GROUP BY 1"
WHISTLES = """
    SELECT l.town, count(*), count(*) FILTER (WHERE l.solved),
        count(DISTINCT l.number) FILTER (WHERE l.blower = l.town)
    FROM {whistle} l GROUP BY 1
"""
MARKS = """
    SELECT l.town, count(*), count(*) FILTER (WHERE NOT l.proper), sum(l.mark)::bigint
    FROM {mark} l GROUP BY 1
"""
UPHELD = "SELECT l.town, count(*) FROM {objection} l WHERE l.upheld GROUP BY 1"
ATTEMPTS = "SELECT l.outcome, l.count FROM {attempt} l ORDER BY 1"
PRAISE = "SELECT count(*) FROM {praise} l"


class Tally(NamedTuple):
    """Counts of some cases; `open` and `closed` add up to `received`, `redone` is among the closed."""

    received: int = 0
    open: int = 0
    counted: int = 0
    valid: int = 0
    contacted: int = 0
    resolved: int = 0
    satisfied: int = 0
    basic: int = 0
    partly: int = 0
    no_answer: int = 0
    refused: int = 0
    wrong_number: int = 0
    not_possible: int = 0
    unknown: int = 0
    awaiting: int = 0
    redone: int = 0
    handled: int = 0
    self_handled: int = 0
    unsolved: int = 0
    very_satisfied: int = 0
    dissatisfied: int = 0
    very_dissatisfied: int = 0

    def plus(self, other: "Tally") -> "Tally":
        return Tally._make(map(add, self, other))

    @property
    def closed(self) -> int:
        """Return how many have ended: closed, not accepted, or merged."""
        return self.received - self.open

    @property
    def unreached(self) -> int:
        """Return how many counted cases were given up, nobody reached."""
        known = self.no_answer + self.refused + self.wrong_number + self.not_possible
        return known + self.unknown

    @property
    def facts(self) -> Facts:
        return Facts(**{one.name: getattr(self, one.name) for one in fields(Facts)})


SAID: dict[str, dict[str, str]] = {
    "open": {"true": "open"},
    "counted": {"true": "counted"},
    "contacted": {"true": "valid contacted", "false": "valid"},
    "resolved": {"'yes'": "resolved", "'partly'": "partly", "'no'": "unsolved"},
    "satisfied": {f"'{name}'": name for name in CONTENT},
    "unreached": {
        f"'{name}'": name
        for name in ("no_answer", "refused", "wrong_number", "not_possible", "unknown")
    },
    "awaiting": {"true": "awaiting"},
    "redone": {"true": "redone"},
    "handled": {"true": "handled"},
    "self_handled": {"true": "self_handled"},
}
"""Which counts of a tally a case adds to, by what its line says in each column."""


def mask(fields: Iterable[str]) -> int:
    """Return the number that has a bit for each of these counts of a tally."""
    return sum(1 << Tally._fields.index(name) for name in fields)


def said(*columns: str) -> str:
    """Return the SQL that puts what a line `l` says in these columns into one number, a bit for each count."""
    cases = (
        f"CASE l.{column} "
        + " ".join(f"WHEN {value} THEN {mask(to.split())}" for value, to in SAID[column].items())
        + " ELSE 0 END"
        for column in columns
    )
    return " + ".join(cases)


# The number is grouped by and taken apart afterwards: counting each column in each of the five sets
# costs more than everything else. OFFSET lets PostgreSQL guess few groups, so that it hashes and does not sort.
TALLIES = f"""
    SELECT l.over, l.category, l.day, l.community, l.channel, l.town, l.kind, l.top,
        array_agg(l.said), array_agg(l.count)
    FROM (
        SELECT grouping(l.category, l.day, l.community, l.channel, l.town) AS over,
            l.category, l.day, l.community, l.channel, l.town, l.kind, l.top, l.said, count(*)
        FROM (
            SELECT l.category, l.day, l.community, l.channel, l.town, l.kind,
                coalesce(known.top, l.category) AS top, {said(*SAID)} AS said
            FROM {{case}} l LEFT JOIN {TOPS} ON known.code = l.category
            OFFSET 0
        ) l
        GROUP BY GROUPING SETS ((2, 9), (3, 9), (4, 9), (5, 9), (6, 7, 8, 9))
    ) l
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
"""  # noqa: S608 - put together from constants of this page
OF_CATEGORY, OF_DAY, OF_COMMUNITY, OF_CHANNEL, OF_TOWN = (0b11111 ^ 1 << n for n in (4, 3, 2, 1, 0))
"""What `grouping` says of a row: by which of these it was counted."""

ANSWERED = mask(["valid"])
ANSWERS = mask(["valid", "contacted", "resolved", "partly", "unsolved", *CONTENT])


@dataclass(slots=True)
class WhistleFacts:
    """Of a town's cases: whistles blown, those solved, and cases its own people whistled for; of its
    whistles: how many departments marked, how many of them improper, the sum of marks."""

    blown: int = 0
    solved: int = 0
    cases: int = 0
    marked: int = 0
    improper: int = 0
    mark_sum: int = 0


@dataclass(frozen=True, slots=True)
class Tallies:
    """A period's cases summed five ways: by code of the category given, by day of receipt, by community,
    by channel, by (town, kind); and the valid callbacks by how hard the matter was. What has no case
    is left out."""

    categories: dict[str, Tally] = field(default_factory=dict)
    days: dict[date, Tally] = field(default_factory=dict)
    communities: dict[str, Tally] = field(default_factory=dict)
    channels: dict[str, Tally] = field(default_factory=dict)
    kinds: dict[tuple[str, str], Tally] = field(default_factory=dict)
    strata: list[Stratum] = field(default_factory=list)

    @property
    def whole(self) -> Tally:
        return reduce(Tally.plus, self.channels.values(), Tally())


def tallies(lines: Lines, tops: Mapping[str, str]) -> Tallies:
    """Return the tallies of a period, from one reading of its cases; `tops` leads from a category to its first level."""
    sums: dict[int, dict[Any, Tally]] = defaultdict(dict)
    kinds: dict[tuple[str, str], Tally] = {}
    answers: Counter[tuple[str, str, str, int]] = Counter()
    given = {"codes": list(tops), "tops": list(tops.values())}
    for over, category, day, community, channel, town, kind, top, codes, counts in lines.rows(
        TALLIES, **given
    ):
        tally = tally_of(codes, counts)
        if over == OF_TOWN:
            kinds[town, kind] = kinds.get((town, kind), Tally()).plus(tally)
            for code, count in zip(codes, counts, strict=True):
                if code & ANSWERED:
                    answers[town, top, kind, code & ANSWERS] += count
        else:
            sums[over][category or day or community or channel] = tally
    return Tallies(
        categories=sums[OF_CATEGORY],
        days=sums[OF_DAY],
        communities=sums[OF_COMMUNITY],
        channels=sums[OF_CHANNEL],
        kinds=kinds,
        strata=strata(answers),
    )


def tally_of(codes: Iterable[int], counts: Iterable[int]) -> Tally:
    """Return the tally of cases that say this (`said`) so many times."""
    sums = [0] * len(Tally._fields)
    for code, count in zip(codes, counts, strict=True):
        for position in _positions(code):
            sums[position] += count
    return Tally._make(sums)


@cache
def _positions(code: int) -> tuple[int, ...]:
    return (0, *(position for position in range(1, len(Tally._fields)) if code >> position & 1))


def strata(counts: Mapping[tuple[str, str, str, int], int]) -> list[Stratum]:
    """Return answers counted by unit, first-level category, kind and what they say as strata.

    In one order for ever, the worst answer first: chance is reckoned from them in floats.
    """
    found = (
        Stratum(unit, f"{top}/{kind}", *_answer(code), count)
        for (unit, top, kind, code), count in counts.items()
    )
    return sorted(found, key=_worst_first)


def _worst_first(one: Stratum) -> tuple[str, str, bool, int, int]:
    solved, content = _place(SOLVED, one.resolved), _place(CONTENT, one.satisfied)
    return one.unit, one.difficulty, one.contacted, solved, content


def _place(answers: tuple[str, ...], given: str) -> int:
    return -answers.index(given) if given else -len(answers)


@cache
def _answer(code: int) -> tuple[bool, str, str]:
    one = tally_of([code], [1])
    solved = YES if one.resolved else PARTLY if one.partly else NO if one.unsolved else ""
    content = next((name for name in CONTENT if getattr(one, name)), "")
    return bool(one.contacted), solved, content


def breached_by_town(lines: Lines) -> dict[str, int]:
    """Return how many cases, by town, have at least one missed time limit that is charged."""
    return dict(lines.rows(BREACHED))


def whistles_by_town(lines: Lines) -> dict[str, WhistleFacts]:
    """Return the whistles by town; solved is settled with a result accepted, not recalled."""
    found = {row[0]: WhistleFacts(*row[1:]) for row in lines.rows(WHISTLES)}
    for town, marked, improper, mark_sum in lines.rows(MARKS):
        one = found.setdefault(town, WhistleFacts())
        one.marked, one.improper, one.mark_sum = marked, improper, mark_sum
    return found


def upheld_by_town(lines: Lines) -> dict[str, int]:
    """Return how many objections were upheld and charged to each town."""
    return dict(lines.rows(UPHELD))


def attempts(lines: Lines) -> dict[str, int]:
    """Return how many attempts to call back ended in which way."""
    return dict(lines.rows(ATTEMPTS))


def commendations(lines: Lines) -> int:
    """Return how often residents praised somebody; never among the cases."""
    [(count,)] = lines.rows(PRAISE)
    return int(count)


def town_facts(tally: Tally, whistles: WhistleFacts, upheld: int) -> TownFacts:
    """Put together what a town's performance is reckoned from."""
    return TownFacts(
        answers=tally.facts,
        received=tally.received,
        whistled=whistles.cases,
        ended=tally.closed,
        redone=tally.redone,
        handled=tally.handled,
        self_handled=tally.self_handled,
        marked=whistles.marked,
        improper=whistles.improper,
        mark_sum=whistles.mark_sum,
        upheld_against=upheld,
    )


def summed(cells: Iterable[tuple[Key, Tally]]) -> dict[Key, Tally]:
    """Add up the tallies that have the same key."""
    sums: dict[Key, Tally] = {}
    for key, tally in cells:
        sums[key] = sums[key].plus(tally) if key in sums else tally
    return sums
