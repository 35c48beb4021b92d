"""Layouts of the report, and how a report is taken back to one of before. Pure.

A frozen period is rebuilt in the layout it was frozen in, so that a later key of the report is no tampering. Whoever
adds a key adds a layout: `PRESENT` grows by one, and `BACK` says what the layout before did not have. What input
lines of an earlier layout said stands in `assessment.queries.inputs.EARLIER`. A change that moves a figure is none
of layout: it is a rule, with a date (`AssessmentPolicy`).

1: as first frozen. 2: the report names its layout; a department's row says how many orders were withdrawn; a
leader's mark says which period it was given for, and those of the months within a year count in the year.
"""

from collections.abc import Callable, Mapping
from typing import Any

Row = dict[str, Any]

PRESENT = 2
FIRST = 1


def is_known(layout: int) -> bool:
    """Tell whether this version of the program can write that layout."""
    return FIRST <= layout <= PRESENT


def back_to(report: Row, layout: int) -> Row:
    """Return a report of the present layout as an earlier one wrote it."""
    for later in range(PRESENT, layout, -1):
        report = BACK[later](report)
    return report


def _without_withdrawn(report: Row) -> Row:
    departments = [_less(row, "orders_withdrawn") for row in report["by_department"]]
    return _less(report, "layout") | {"by_department": departments}


def _less(row: Row, key: str) -> Row:
    return {name: value for name, value in row.items() if name != key}


BACK: Mapping[int, Callable[[Row], Row]] = {2: _without_withdrawn}
"""By layout: how a report of it is taken back to the one before."""
