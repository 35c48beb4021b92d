"""Instants as whole microseconds since 1970 in UTC, so that reckoning is exact integer arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from cases.deadlines.errors import NaiveTime, OutOfReach

UTC = timezone.utc  # noqa: UP017 - one name for it in every module here
FIRST_YEAR, LAST_YEAR = 1990, 2099
SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
EPOCH_ORDINAL = _EPOCH.toordinal()


def instant(at: datetime) -> int:
    """Return microseconds since 1970; refuse a naive time and a year that cannot be reckoned."""
    if at.tzinfo is None or at.utcoffset() is None:
        raise NaiveTime(at=at.isoformat(sep=" "))
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise OutOfReach(at=at.isoformat(sep=" "), first=FIRST_YEAR, last=LAST_YEAR)
    return (at - _EPOCH) // _MICROSECOND


def moment(instant: int) -> datetime:
    """Return the aware UTC datetime of an instant; refuse one beyond the years that can be reckoned."""
    try:
        at = _EPOCH + timedelta(microseconds=instant)
    except OverflowError:
        raise OutOfReach(at=">9999", first=FIRST_YEAR, last=LAST_YEAR) from None
    if at.year > LAST_YEAR:
        raise OutOfReach(at=at.isoformat(sep=" "), first=FIRST_YEAR, last=LAST_YEAR)
    return at


@dataclass(frozen=True, slots=True)
class ClockTime:
    """Count every hour of every day."""

    def reach(self, start: int, amount: int) -> int:
        """Return the instant at which `amount` microseconds have counted since `start`."""
        return start + amount

    def between(self, start: int, end: int) -> int:
        """Return the microseconds that count from `start` to `end`."""
        return end - start
