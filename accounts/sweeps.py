"""What a sweep watches: the rows that are due at a moment, and since when."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Message, Notice
from accounts.paging import bounded_count

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""When a sweep ran last that has only ever failed."""


@dataclass(frozen=True, slots=True)
class Due:
    """What a sweep finds due. `rows` selects it, `since` is the column that says since when.

    `case` leads from a row to the number of its case; empty where there is none. `words` names the rows
    where a sweep watches several sorts.
    """

    rows: Callable[[datetime], QuerySet[Any]]
    since: str
    case: str = ""
    words: str | Promise = ""

    def oldest(self, at: datetime) -> tuple[datetime, str] | None:
        """Return since when the oldest row waits and the number of its case; None where none does."""
        columns = [self.since, self.case] if self.case else [self.since]
        found = self.rows(at).order_by(self.since).values_list(*columns).first()
        return (_moment(found[0]), found[1] if self.case else "") if found else None

    def count(self, at: datetime) -> tuple[int, bool]:
        """Return how many rows are due, counted up to a thousand, and whether there are more."""
        return bounded_count(self.rows(at))

    def lag_ms(self, at: datetime) -> int:
        """Return for how many milliseconds the oldest row has been due."""
        oldest = self.oldest(at)
        return max(int((at - oldest[0]).total_seconds() * 1000), 0) if oldest else 0


def _moment(since: date) -> datetime:
    """Return the moment itself; a date is due from its first minute on."""
    if isinstance(since, datetime):
        return since
    return timezone.make_aware(datetime.combine(since, time.min))


NOTICES = Due(Notice.objects.due, "not_before", "case_number", _("notices in the product"))
MESSAGES = Due(Message.objects.due, "not_before", words=_("messages to send"))
