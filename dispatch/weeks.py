"""Weeks as the account-giving meeting counts them: ISO 8601, from Monday to Sunday, Beijing time."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from dispatch.sheets.text import SHANGHAI

_CODE = re.compile(r"(\d{4})-W(\d{2})")
ONE = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Week:
    """One week, known by its Monday."""

    monday: date

    @classmethod
    def of(cls, at: datetime) -> "Week":
        """Return the week in which the moment lies."""
        day = at.astimezone(SHANGHAI).date()
        return cls(day - timedelta(days=day.weekday()))

    @classmethod
    def read(cls, code: str) -> "Week | None":
        """Return the week of a code like 2026-W10; None where there is no such week."""
        found = _CODE.fullmatch(code)
        try:
            return cls(date.fromisocalendar(int(found[1]), int(found[2]), 1)) if found else None
        except ValueError:
            return None

    @property
    def code(self) -> str:
        year, week, _day = self.monday.isocalendar()
        return f"{year}-W{week:02d}"

    @property
    def number(self) -> int:
        return self.monday.isocalendar().week

    @property
    def year(self) -> int:
        return self.monday.isocalendar().year

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)

    @property
    def begins(self) -> datetime:
        return datetime.combine(self.monday, time.min, SHANGHAI)

    @property
    def ends(self) -> datetime:
        """Return the first moment after the week."""
        return datetime.combine(self.monday + ONE, time.min, SHANGHAI)

    @property
    def before(self) -> "Week":
        return Week(self.monday - ONE)

    @property
    def after(self) -> "Week":
        return Week(self.monday + ONE)
