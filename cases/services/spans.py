"""Dated rows of one rule must not contradict each other: read their dates, refuse overlaps by line."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from django.utils.translation import gettext as _

from accounts.tables import Errors, Row


class Span(NamedTuple):
    """From when to when a row of a rule is in force; `line` 0 for one already stored."""

    first: date
    last: date | None
    line: int


def read_span(line: int, row: Row, errors: Errors) -> Span | None:
    """Return the dates of a line, or note what is wrong with them. `valid_to` may be lacking."""
    try:
        first = date.fromisoformat(row["valid_from"])
        last = date.fromisoformat(row["valid_to"]) if row.get("valid_to") else None
    except ValueError:
        errors.add(line, _("Give dates as YYYY-MM-DD."))
        return None
    if last is not None and last < first:
        errors.add(line, _("The last day lies before the first."))
        return None
    return Span(first, last, line)


def refuse_overlaps(spans: Iterable[tuple[Hashable, Span]], errors: Errors) -> None:
    """Note every line that begins before the row of the same rule before it has ended, or that
    stands twice. A row without an end is followed by the next one and needs none."""
    by_rule: defaultdict[Hashable, dict[date, Span]] = defaultdict(dict)
    for rule, span in sorted(spans, key=lambda pair: pair[1].line):
        before = by_rule[rule].get(span.first)
        if before is not None and before.line:
            errors.add(span.line, _("The same rule stands twice for one day."))
        by_rule[rule][span.first] = span  # a line replaces the stored row of its day
    for rows in by_rule.values():
        ordered = [rows[day] for day in sorted(rows)]
        for earlier, later in pairwise(ordered):
            if earlier.last is not None and later.first <= earlier.last:
                text = _("The rule overlaps another one, in force until %(day)s.")
                errors.add(later.line or earlier.line, text % {"day": earlier.last})
