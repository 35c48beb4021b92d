"""Say in words why a row, or a whole file, was not taken over."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

REASONS: Mapping[str, str | Promise] = {
    "cells": gettext_lazy("The line has %(a)s cells, the header %(b)s."),
    "quotes": gettext_lazy("A quotation mark is opened or closed in the wrong place."),
    "bytes": gettext_lazy("The line holds characters that cannot be read."),
    "number_missing": gettext_lazy("The number is missing."),
    "number_long": gettext_lazy("The number has more than 24 characters."),
    "number_odd": gettext_lazy("The number must hold a digit, and neither a slash nor a space."),
    "time": gettext_lazy("%(a)s is not a date and time."),
    "received_missing": gettext_lazy("received_at is missing."),
    "too_old": gettext_lazy("%(a)s lies before the year 2000."),
    "ahead": gettext_lazy("%(a)s lies in the future."),
    "before": gettext_lazy("%(a)s lies before %(b)s."),
    "missing": gettext_lazy("%(a)s is missing."),
    "word": gettext_lazy("%(a)s does not know the word “%(b)s”."),
    "category": gettext_lazy("There is no category with the code “%(a)s”."),
    "area": gettext_lazy("There is no area with the code “%(a)s”."),
    "area_wide": gettext_lazy("The area “%(a)s” is no town and lies in none."),
    "text_long": gettext_lazy("The text has more than 4,000 characters."),
    "phone": gettext_lazy("“%(a)s” is no phone number."),
    "unit": gettext_lazy("No unit has the code or the name “%(a)s”."),
    "unit_many": gettext_lazy("Several units are called “%(a)s”: give the code."),
    "unit_kind": gettext_lazy("“%(a)s” is no unit that a whistle can summon."),
    "unit_twice": gettext_lazy("“%(a)s” stands twice among the departments."),
    "unit_retired": gettext_lazy("“%(a)s” is out of service, and the case is still open."),
    "route_missing": gettext_lazy("The case was worked on, but route is empty."),
    "self_with": gettext_lazy("The route is self, but %(a)s is filled."),
    "no_departments": gettext_lazy("A whistle without departments."),
    "no_whistle_time": gettext_lazy("A whistle without whistled_at."),
    "closed_unhandled": gettext_lazy("The case is closed, but was never handled."),
    "called_unhandled": gettext_lazy("The resident was called back before the case was handled."),
    "answered": gettext_lazy("The callback is not valid, but %(a)s is filled."),
}
"""By code; `a` and `b` are what follows the code."""

FILE: Mapping[str, str | Promise] = {
    "cannot_open": gettext_lazy("The file cannot be opened: %(said)s."),
    "empty": gettext_lazy("The file is empty."),
    "utf16": gettext_lazy("The file is UTF-16; save it as “CSV UTF-8”."),
    "no_table": gettext_lazy("The first line is no header of columns separated by commas."),
    "columns_twice": gettext_lazy("The header names these columns twice: %(said)s."),
    "columns_missing": gettext_lazy("The header lacks the column(s) %(said)s."),
    "errors_file": gettext_lazy("The refused rows cannot be written down: %(said)s."),
    "busy": gettext_lazy("Another import of history is running."),
    "no_centre": gettext_lazy("Import the units first: the command centre is missing."),
}

MARK = "\x1f"
"""Stands between a code and what follows it."""


def in_words(problem: str) -> str:
    """Return a problem as the checks name it in the active language."""
    code, first, second = (*problem.split(MARK), "", "")[:3]
    return str(REASONS[code]) % {"a": first, "b": second}


def refusal(code: str, said: str) -> str:
    """Return why the whole file is refused, in the active language."""
    return str(FILE[code]) % {"said": said}


def all_in_words(problems: list[str]) -> str:
    """Return every reason of a row as one text."""
    return " ".join(map(in_words, problems))
