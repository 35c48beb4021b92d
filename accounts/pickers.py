"""Days and times in forms: chosen with the browser's own pickers, and within reach of the calendar."""

from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

EARLIEST, LATEST = date(1900, 1, 1), date(2999, 12, 31)
"""Beyond them nothing is meant, and some time zone has no such day any more."""


class DayField(forms.DateField):
    """A day, chosen in the browser's own picker."""

    def __init__(self, **given: Any) -> None:
        picker = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
        super().__init__(widget=picker, validators=_within(EARLIEST, LATEST), **given)


class MomentField(forms.DateTimeField):
    """A day and a time, chosen in the browser's own picker."""

    def __init__(self, **given: Any) -> None:
        picker = forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        reach = _within(_midnight(EARLIEST), _midnight(LATEST))
        super().__init__(widget=picker, validators=reach, **given)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _within(first: Any, last: Any) -> list[Any]:
    return [MinValueValidator(first), MaxValueValidator(last)]
