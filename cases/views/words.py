"""Small texts that several screens say."""

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import Case, Clock
from cases.queries import next_clocks
from grids.queries import path_names


def count_words(count: int, more: bool) -> str:
    """Return a bounded count as the pager shows it: 23, or 1,000+."""
    return f"{count:,}+" if more else f"{count:,}"


def received_words(case: Case) -> str:
    """Return what the receiver is told: number, place found, and by when somebody must have decided."""
    place = " · ".join(path_names(case.area_id))
    clock = next_clocks([case]).get(case.pk)
    return _("Case %(number)s received. Place: %(place)s. %(clock)s") % {
        "number": case.number,
        "place": place,
        "clock": clock_words(clock) if clock else "",
    }


def clock_words(clock: Clock) -> str:
    """Return which clock is running and when it is due."""
    if clock.due_at is None:
        return ""
    due = timezone.localtime(clock.due_at).strftime("%Y-%m-%d %H:%M")
    return _("The clock “%(kind)s” runs until %(due)s.") % {
        "kind": clock.get_kind_display(),
        "due": due,
    }
