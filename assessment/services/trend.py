"""A figure over the last thirteen months, from kept roll-ups, and the sweep that keeps them there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from time import monotonic
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assessment import periods
from assessment.periods import Span
from assessment.queries import trend as queries
from assessment.queries.inputs import TIMED
from assessment.queries.trend import Kept
from assessment.scoring import half_up, share
from assessment.services import scores
from assessment.trends import SHOWN, YEAR, Line, Month, Sort, Standing, lines_of

MONTHS_KEPT = 24
WHILE_SOMEBODY_WAITS = 2
"""Months reckoned at most for somebody who asks for them; the sweep reckons the rest."""

ENOUGH = 20.0
"""Seconds after which a sweep begins no further month: a small district's year is there at once, a big one's
holds no other sweep up for long."""

SETTLES = scores.SETTLES
"""After so long a month is reckoned once more."""

DISTRICT, TOWN, DEPARTMENT = "district", "town", "department"
OF_CATEGORY = "category:"
Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure that can be followed: what it is called, what sort it is, how it is read from a month."""

    label: str | Promise
    sort: Sort
    read: Callable[[Facts], Any]


@dataclass(frozen=True, slots=True)
class Trend:
    """The months of one figure; `missing` are shown months that nobody has reckoned yet."""

    lines: list[Line]
    missing: list[str]
    categories: list[tuple[str, str]]


def _total(name: str) -> Callable[[Facts], Any]:
    return lambda facts: facts.get("totals", facts).get(name)


def _rate(name: str) -> Callable[[Facts], Any]:
    return lambda facts: facts["rates"][name]


def _timeliness(facts: Facts) -> Decimal | None:
    """Return the share of limits kept of those decided, of all departments or of one."""
    limits = facts["limits"] if isinstance(facts["limits"], list) else [facts["limits"]]
    each = [one[kind.value] for one in limits for kind in TIMED]
    return half_up(share(sum(one["kept"] for one in each), sum(one["decided"] for one in each)))


def _missed(facts: Facts) -> int:
    return sum(facts["limits"][kind.value]["missed"] for kind in TIMED)


RATES = {
    "response": Measure(_("Response rate"), Sort.RATE, _rate("response")),
    "resolution": Measure(_("Resolution rate"), Sort.RATE, _rate("resolution")),
    "satisfaction": Measure(_("Satisfaction rate"), Sort.RATE, _rate("satisfaction")),
    "score": Measure(_("Score"), Sort.SCORE, lambda facts: facts["score"]),
}
CASES = {
    "received": Measure(_("Cases received"), Sort.COUNT, _total("received")),
    "closed": Measure(_("Of these closed"), Sort.COUNT, _total("closed")),
    **RATES,
    "whistles": Measure(_("Whistles blown"), Sort.COUNT, _total("whistles")),
    "late": Measure(_("Cases that missed a limit"), Sort.COUNT, _total("breached")),
}
TIMELINESS = Measure(_("Timeliness of the departments"), Sort.RATE, _timeliness)
MEASURES: Mapping[str, Mapping[str, Measure]] = {
    DISTRICT: CASES | {"timeliness": TIMELINESS},
    TOWN: CASES,
    DEPARTMENT: {
        "orders": Measure(_("Orders"), Sort.COUNT, _total("orders")),
        **RATES,
        "timeliness": TIMELINESS,
        "late": Measure(_("Limits missed"), Sort.COUNT, _missed),
    },
}
"""By whose figures they are: what can be followed. Of the district each category can be, too."""


def measure_of(sort: str, name: str) -> Measure | None:
    """Return the measure of that name, or None where whose figures they are has none such."""
    if sort == DISTRICT and name.startswith(OF_CATEGORY):
        code = name.removeprefix(OF_CATEGORY)
        return Measure(code, Sort.COUNT, lambda facts: _of_category(facts, code))
    return MEASURES[sort].get(name)


def _of_category(facts: Facts, code: str) -> int:
    return int((facts["categories"] or {}).get(code, {}).get("received", 0))


def months_back(at: datetime, count: int) -> list[Span]:
    """Return so many months up to the one that runs, the oldest first."""
    return periods.latest_months(at, count)[::-1]


def trend_of(sort: str, code: str, measure: Measure, at: datetime) -> Trend:
    """Return the trend from what is kept: reading it reckons nothing, so that it costs four queries always."""
    spans = months_back(at, SHOWN + YEAR)
    first = queries.first_received()
    kept = queries.kept_months([span.name for span in spans], sort, code)
    months = [_month(span, kept.get(span.name), measure, at, first) for span in spans]
    shown = [span.name for span in spans[-SHOWN:]]
    return Trend(
        lines_of(months, measure.sort),
        [month.name for month in months[-SHOWN:] if month.standing == Standing.MISSING],
        _categories([kept[name] for name in shown if name in kept]),
    )


def reckon_missing(at: datetime) -> int:
    """Reckon the latest two of the shown months that nobody has reckoned; return how many are left."""
    first = queries.first_received()
    spans = [s for s in months_back(at, SHOWN) if first is not None and s.ends_at > first]
    known = queries.reckoned_at([span.name for span in spans])
    unknown = [span for span in reversed(spans) if span.name not in known]
    for span in unknown[:WHILE_SOMEBODY_WAITS]:
        scores.figures_of(span, at)
    return len(unknown[WHILE_SOMEBODY_WAITS:])


def _month(
    span: Span, kept: Kept | None, measure: Measure, at: datetime, first: datetime | None
) -> Month:
    if kept is None:
        nothing = first is None or span.ends_at <= first
        return Month(span.name, Standing.BEFORE if nothing else Standing.MISSING)
    standing = Standing.RUNNING if span.covers(at) else Standing.KEPT
    if not kept.facts:
        return Month(span.name, standing)
    value = measure.read(kept.facts)
    valid = _total("valid_callbacks")(kept.facts) if measure.sort != Sort.COUNT else None
    exact = None if value is None else Decimal(str(value))
    return Month(span.name, standing, exact, valid, kept.fewest)


def _categories(months: list[Kept]) -> list[tuple[str, str]]:
    """Return the twelve categories with the most cases in the months shown, code and name."""
    counts: dict[str, int] = {}
    names: dict[str, str] = {}
    for one in months:
        for code, said in (one.facts.get("categories") or {}).items():
            counts[code] = counts.get(code, 0) + said["received"]
            names[code] = said["name"]
    most = sorted(counts, key=lambda code: (-counts[code], code))[:12]
    return [(code, names[code]) for code in most]


def keep_months(at: datetime) -> int:
    """Reckon those of the last twenty-four months that are missing or stale, the latest first, as many as are done
    in a short while; return how many.

    Stale is what was reckoned before the month was over, before its last callbacks were in, or before history was
    imported. The running month and the one before are refreshed by their own sweep; what is frozen stays as it is.
    """
    first = queries.first_received()
    if first is None:
        return 0
    spans = [span for span in months_back(at, MONTHS_KEPT)[:-2] if span.ends_at > first]
    names = [span.name for span in spans]
    known, frozen = queries.reckoned_at(names), queries.frozen(names)
    imported = queries.last_import()
    began, written = monotonic(), 0
    for span in reversed(spans):
        if span.name in frozen or not _is_stale(span, known.get(span.name), imported, at):
            continue
        scores.refresh(span, at)
        written += 1
        if monotonic() - began > ENOUGH:
            break
    return written


def _is_stale(
    span: Span, computed_at: datetime | None, imported: datetime | None, at: datetime
) -> bool:
    if computed_at is None or computed_at < span.ends_at:
        return True
    if imported is not None and computed_at < imported:
        return True
    settled = span.ends_at + SETTLES
    return computed_at < settled <= at
