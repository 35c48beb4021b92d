"""Put beside each rank of a report how sure it is, what its matters explain, and the list it stands on.

Works on the report as it is laid out (`contract.md`) and reads nothing, so that a frozen period gets the same.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from fractions import Fraction
from typing import Any

from assessment import difficulty, fairness, lists, parts, scoring
from assessment.difficulty import Adjusted
from assessment.fairness import Composite, Interval, Sample, Standing
from assessment.lists import Member, Past
from assessment.rules import TOWNS, UNITS, Rules
from assessment.strata import Stratum

Row = dict[str, Any]
ROWS = {TOWNS: "by_town", UNITS: "by_department"}
VOLUME = {TOWNS: "received", UNITS: "orders"}
SAMPLED = (parts.MARKS, parts.TIMELINESS, parts.RESULTS)
"""The parts of a department's score that are means and so swing by chance; the others are counted as they are."""

ENOUGH_TOWNS = 8
"""Comparisons of towns' marks from which the spread of marks can be told; with fewer the widest is taken."""

NOTHING: Row = {
    "interval": None,
    "places": None,
    "tied_with": [],
    "adjusted": None,
    "expected": None,
    "previous": None,
    "list": "",
    "list_reason": {},
}


def with_standing(
    report: Row,
    strata: Mapping[str, Iterable[Stratum]],
    rules: Rules,
    earlier: Sequence[Row] = (),
) -> Row:
    """Add to each row of towns and departments what is sure of its rank; return the report.

    `strata` has the answers by sort, `town` and `unit`; `earlier` the reports of the periods before, the
    last one first. Units are compared within their group, and only those that have a rank.
    """
    for sort, key in ROWS.items():
        _Sort(sort, list(strata.get(sort, ())), rules, earlier).fill(report[key])
    return report


class _Sort:
    """The towns, or the departments, of a report and what they are compared by."""

    def __init__(
        self,
        sort: str,
        strata: list[Stratum],
        rules: Rules,
        earlier: Sequence[Row],
    ) -> None:
        self.sort, self.rules = sort, rules
        worth = _worth(rules)
        self.samples = _samples(strata, worth)
        self.spread = fairness.spread_of(self.samples)
        self.adjusted = difficulty.adjusted(strata, worth)
        self.weights = rules.unit_weights.by_part()
        self.earlier = [{row["code"]: row for row in past[ROWS[sort]]} for past in earlier]

    def fill(self, rows: list[Row]) -> None:
        groups: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            row |= NOTHING | {"tied_with": [], "list_reason": {}}
            row["previous"] = self._previous(row["code"])
            row |= self._adjusted(row)
            groups[row.get("group", "")].append(row)
        for group in groups.values():
            self._place(group)
            self._list(group)

    def _previous(self, code: str) -> Row | None:
        before = self.earlier[0].get(code) if self.earlier else None
        if before is None or before["score"] is None:
            return None
        return {"score": before["score"], "rank": before["rank"]}

    def _adjusted(self, row: Row) -> Row:
        """Return the adjusted score; of a department only the results by callback have a difficulty."""
        found: Adjusted | None = self.adjusted.get(row["code"])
        if found is None or row["score"] is None:
            return {}
        gain = found.adjusted - found.observed
        if self.sort == UNITS:
            gain *= Fraction(self._shares(row).get(parts.RESULTS, Decimal(0)))
        return {
            "adjusted": self._shown(Fraction(str(row["score"])) + gain),
            "expected": self._shown(found.expected),
        }

    def _place(self, group: list[Row]) -> None:
        """Set the interval of each unit with a score, and the places of those that are ranked."""
        ranked = [row["code"] for row in group if row["rank"] is not None]
        if self.sort == TOWNS:
            samples = {
                row["code"]: self.samples[row["code"]]
                for row in group
                if row["code"] in self.samples
            }
            spread = fairness.spread_of(samples)
            intervals = {
                code: fairness.interval(sample, spread, self.rules.error_rate)
                for code, sample in samples.items()
            }
            standings = fairness.standings(_of(samples, ranked), self.rules.error_rate)
        else:
            composites = self._composites(group)
            intervals = {
                code: fairness.interval_of_parts(unit, self.rules.error_rate)
                for code, unit in composites.items()
            }
            standings = fairness.standings_of_parts(_of(composites, ranked), self.rules.error_rate)
        for row in group:
            self._write(row, intervals.get(row["code"]), standings.get(row["code"]))

    def _write(self, row: Row, interval: Interval | None, standing: Standing | None) -> None:
        if interval is not None and row["score"] is not None:
            row["interval"] = _outward(interval, self.rules.decimals, Decimal(str(row["score"])))
        if standing is not None:
            row["places"] = list(standing.places)
            row["tied_with"] = list(standing.tied_with)

    def _composites(self, group: list[Row]) -> dict[str, Composite]:
        spread = _spread_of_marks(group)
        found = {}
        for row in group:
            if row["score"] is None:
                continue
            variance, step = Decimal(0), Decimal(0)
            for name, share in self._shares(row).items():
                if name in SAMPLED:
                    more, jump = self._chance_of(name, row, spread)
                    variance += share * share * more
                    step = max(step, share * jump)
            found[row["code"]] = Composite(Fraction(str(row["score"])), variance, step)
        return found

    def _shares(self, row: Row) -> dict[str, Decimal]:
        """Return the weights of the parts that have data, scaled up to one."""
        known = {
            name: self.weights[name] for name, part in row["parts"].items() if part is not None
        }
        whole = sum(known.values(), Decimal(0))
        return {name: weight / whole for name, weight in known.items()} if whole else {}

    def _chance_of(self, part: str, row: Row, spread: Decimal | None) -> tuple[Decimal, Decimal]:
        """Return the variance of a part of a department's score, and how far one contribution moves it."""
        if part == parts.MARKS:
            return _chance_of_marks(row, spread)
        if part == parts.TIMELINESS:
            limits = row["limits"].values()
            decided = sum(limit["decided"] for limit in limits)
            kept = sum(limit["kept"] for limit in limits)
            usual = Decimal(kept + 1) / (decided + 2)  # one kept and one missed more: never sure
            return 10_000 * usual * (1 - usual) / decided, Decimal(100) / decided
        sample = self.samples[row["code"]]
        middle = (sample.mean * sample.size + 100) / (sample.size + 2)
        widest = Decimal(middle.numerator) / middle.denominator
        return self.spread * widest * (100 - widest) / sample.size, Decimal(100) / sample.size

    def _list(self, group: list[Row]) -> None:
        members = [
            self._member(row) for row in group if row["rank"] is not None and row["interval"]
        ]
        by_code = {row["code"]: row for row in group}
        for code, (name, reason) in lists.listed(members, self.rules.lists).items():
            by_code[code]["list"] = name
            by_code[code]["list_reason"] = {
                fact: self._shown(Fraction(value)) if isinstance(value, Decimal) else value
                for fact, value in reason.items()
            }

    def _member(self, row: Row) -> Member:
        low, high = map(_exact, row["interval"])
        rate = row["rates"]["resolution"]
        return Member(
            code=row["code"],
            rank=row["rank"],
            score=_exact(row["score"]),
            low=low,
            high=high,
            volume=row[VOLUME[self.sort]],
            resolution=None if rate is None else _exact(rate),
            past=[self._past(rows, row["code"]) for rows in self.earlier],
        )

    def _past(self, rows: Mapping[str, Row], code: str) -> Past | None:
        """Return what the unit was then, among those ranked with it; None where figures of that time do not say."""
        row = rows.get(code)
        if row is None or row["rank"] is None or not row.get("interval"):
            return None
        group = [
            _exact(other["score"])
            for other in rows.values()
            if other["rank"] is not None and other.get("group", "") == row.get("group", "")
        ]
        low, high = map(_exact, row["interval"])
        return Past(_exact(row["score"]), low, high, sum(group, Decimal(0)) / len(group))

    def _shown(self, value: Fraction) -> float | None:
        shown = scoring.half_up(value, self.rules.decimals)
        return None if shown is None else float(shown)


def _samples(strata: Iterable[Stratum], worth: Callable[[Stratum], Fraction]) -> dict[str, Sample]:
    counts: dict[str, Counter[Fraction]] = defaultdict(Counter)
    for line in strata:
        counts[line.unit][worth(line)] += line.count
    return {unit: Sample(found) for unit, found in counts.items()}


def _worth(rules: Rules) -> Callable[[Stratum], Fraction]:
    """Return what gives the points of an answer; there are few different ones, each is reckoned once."""
    known: dict[tuple[bool, str, str], Fraction] = {}

    def worth(line: Stratum) -> Fraction:
        answer = (line.contacted, line.resolved, line.satisfied)
        if answer not in known:
            contacted, resolved, satisfied = answer
            known[answer] = Fraction(
                scoring.points(
                    contacted=contacted,
                    resolved=resolved,
                    satisfied=satisfied,
                    weights=rules.weights,
                )
            )
        return known[answer]

    return worth


def _spread_of_marks(group: list[Row]) -> Decimal | None:
    """Return the variance of one review, from how far towns' marks for a department lie apart.

    Marks by one town go together; from town to town that is within it. None where too few towns marked.
    """
    squares, freedom = Decimal(0), 0
    for row in group:
        towns = _marked(row)
        if len(towns) > 1:
            reviews = sum(n for n, _mean, _share in towns)
            middle = sum((n * mean for n, mean, _share in towns), Decimal(0)) / reviews
            squares += sum((n * (mean - middle) ** 2 for n, mean, _share in towns), Decimal(0))
            freedom += len(towns) - 1
    return squares / freedom if freedom >= ENOUGH_TOWNS else None


def _chance_of_marks(row: Row, spread: Decimal | None) -> tuple[Decimal, Decimal]:
    towns = _marked(row)
    mark = _exact(row["parts"][parts.MARKS])
    spread = mark * (100 - mark) if spread is None else spread
    variance = sum((share * share / n for n, _mean, share in towns), Decimal(0)) * spread
    return variance, max((share * 100 / n for n, _mean, share in towns), default=Decimal(0))


def _marked(row: Row) -> list[tuple[int, Decimal, Decimal]]:
    """Return the reviews, the mean mark and the share of each town that marked the department."""
    return [
        (town["reviews"], _exact(town["mean"]), _exact(town["weight"]))
        for town in row.get("town_weights", ())
        if town["reviews"]
    ]


def _of(found: Mapping[str, Any], codes: Iterable[str]) -> dict[str, Any]:
    return {code: found[code] for code in codes if code in found}


def _exact(value: float | str) -> Decimal:
    """Return a figure of the report as the decimal number it was written as."""
    return Decimal(str(value))


def _outward(interval: Interval, decimals: int, score: Decimal) -> list[float]:
    """Round an interval so that it gets no narrower, and holds the score as it is shown."""
    digit = Decimal(1).scaleb(-decimals)
    low = min(interval.low.quantize(digit, ROUND_FLOOR), score)
    high = max(interval.high.quantize(digit, ROUND_CEILING), score)
    return [float(low), float(high)]
