"""Counts of a period's cases, summed by PostgreSQL in one reading of its lines (`assessment.queries.inputs`)."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from operator import add
from typing import NamedTuple, TypeVar

from assessment.parts import TownFacts
from assessment.queries.inputs import VALID, parameters
from assessment.queries.lines import Lines
from assessment.scoring import Facts
from assessment.strata import Stratum

__all__ = ["VALID", "Tallies", "Tally", "difficulty", "parameters", "summed", "tallies"]

Key = TypeVar("Key", bound=Hashable)

TOPS = "unnest(%(codes)s::text[], %(tops)s::text[]) AS known (code, top)"
"""The categories with the first level each belongs to."""

TALLIES = f"""
    SELECT grouping(l.category, l.day, l.community, coalesce(known.top, l.category)),
        l.category, l.day, l.town, l.community, l.kind, l.channel,
        coalesce(known.top, l.category), l.contacted, l.resolved, l.satisfied,
        count(*),
        count(*) FILTER (WHERE l.open),
        count(*) FILTER (WHERE l.counted),
        count(l.contacted),
        count(*) FILTER (WHERE l.contacted),
        count(*) FILTER (WHERE l.resolved = 'yes'),
        count(*) FILTER (WHERE l.satisfied = 'satisfied'),
        count(*) FILTER (WHERE l.satisfied = 'basic'),
        count(*) FILTER (WHERE l.resolved = 'partly'),
        count(*) FILTER (WHERE l.unreached = 'no_answer'),
        count(*) FILTER (WHERE l.unreached = 'refused'),
        count(*) FILTER (WHERE l.unreached = 'wrong_number'),
        count(*) FILTER (WHERE l.unreached = 'not_possible'),
        count(*) FILTER (WHERE l.unreached = 'unknown'),
        count(*) FILTER (WHERE l.awaiting),
        count(*) FILTER (WHERE l.redone),
        count(*) FILTER (WHERE l.handled),
        count(*) FILTER (WHERE l.self_handled)
    FROM {{case}} l LEFT JOIN {TOPS} ON known.code = l.category
    GROUP BY GROUPING SETS ((2), (3), (4, 5, 6, 7), (4, 6, 8, 9, 10, 11))
"""  # noqa: S608 - put together from constants of this page
OF_CATEGORY, OF_DAY, OF_PLACE, OF_ANSWER = 0b0111, 0b1011, 0b1101, 0b1110
"""What `grouping` says of a row: which of category, day, community and first level it was not summed over."""

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
        return Facts(
            self.valid, self.contacted, self.resolved, self.satisfied, self.basic, self.partly
        )


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
    """A period's cases summed four ways: by (town, community, kind, channel), by code of the category
    given, by day of receipt, and the valid callbacks by how hard the matter was. What has no case is left out."""

    places: list[tuple[tuple[str, str, str, str], Tally]] = field(default_factory=list)
    categories: dict[str, Tally] = field(default_factory=dict)
    days: dict[date, Tally] = field(default_factory=dict)
    strata: list[Stratum] = field(default_factory=list)


def tallies(lines: Lines, tops: Mapping[str, str]) -> Tallies:
    """Return the tallies of a period, from one reading of its cases; `tops` leads from a category to its first level."""
    found = Tallies()
    given = {"codes": list(tops), "tops": list(tops.values())}
    for over, category, day, town, community, kind, channel, top, *rest in lines.rows(
        TALLIES, **given
    ):
        if over == OF_ANSWER:
            if rest[0] is not None:
                found.strata.append(Stratum(town, difficulty(top, kind), *rest[:4]))
            continue
        tally = Tally._make(rest[3:])
        if over == OF_CATEGORY:
            found.categories[category] = tally
        elif over == OF_DAY:
            found.days[day] = tally
        else:
            found.places.append(((town, community, kind, channel), tally))
    found.strata.sort()
    return found


def difficulty(top: str, kind: str) -> str:
    """Return what makes matters comparable: the first-level category and the kind of request."""
    return f"{top}/{kind}"


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
