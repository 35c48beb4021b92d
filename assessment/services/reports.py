"""The report of a period, as `contract.md` lays it out: counts, rates, scores, ranks."""

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from assessment import layouts
from assessment.queries.lines import live_lines
from assessment.queries.snapshots import one_snapshot
from assessment.rules import Rules
from assessment.services import figures, ranking
from assessment.services.earlier import earlier_reports
from assessment.services.figures import Row, Sources, departments_of, towns_of
from assessment.services.frozen import frozen_report
from assessment.services.names import Names
from assessment.services.policies import rules_for
from assessment.services.standing import with_standing
from assessment.spans import Span
from cases.models import Case


def report(span: Span, at: datetime) -> Row:
    """Return the report of a period: as it was frozen, else reckoned from the rows as they are now."""
    return frozen_report(span) or reckon(span, at)


def reckon(
    span: Span, at: datetime, rules: Rules | None = None, layout: int = layouts.PRESENT
) -> Row:
    """Reckon the report of a period from its rows, as they all are at one moment; what the rows say as that
    layout reads them."""
    rules = rules or rules_for(span)
    with one_snapshot():
        found = read_sources(span, layout)
        earlier = earlier_reports(span)
    return build(span, at, found, rules, earlier)


def read_sources(span: Span, layout: int = layouts.PRESENT) -> Sources:
    """Read the facts of the period from the rows, with what things are called now."""
    found = Sources.of(live_lines(span, layout), Names.read())
    return found.named(found.names.with_units(found.units))


def build(span: Span, at: datetime, found: Sources, rules: Rules, earlier: Sequence[Row]) -> Row:
    """Put a report together. The same facts, rules and earlier reports give the same report for ever."""
    whole, by_kind = found.cases.whole, figures.by_kind(found)
    rows = {
        "layout": layouts.PRESENT,
        "period": span.name,
        "from": timezone.localtime(span.starts_at).isoformat(),
        "to": timezone.localtime(span.ends_at).isoformat(),
        "computed_at": timezone.localtime(at).isoformat(timespec="seconds"),
        "policy": rules.snapshot(),
        "totals": figures.counts(whole, rules) | figures.whole_counts(found),
        **figures.scored(whole, rules),
        "mean_of_towns": figures.mean_of_towns(found, rules),
        "groups": ranking.groups(found.names, rules),
        "by_kind": figures.choices(Case.Kind.values, by_kind, rules),
        "by_category": figures.categories(found, rules),
        "by_channel": figures.choices(Case.Channel.values, found.cases.channels, rules),
        "by_day": [
            {"date": f"{day:%F}"} | figures.counts(tally, rules)
            for day, tally in sorted(found.cases.days.items())
        ],
        "by_town": towns_of(found, rules),
        "by_community": figures.communities(found, rules),
        "by_department": departments_of(found, rules),
    }
    return with_standing(rows, found.strata, rules, earlier)
