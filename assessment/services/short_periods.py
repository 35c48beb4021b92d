"""Days and weeks are reckoned for whoever looks at one; what nobody needs any more is deleted at night.

A month holds them for ever: an old day is reckoned anew, from the rows, when it is asked for. Named periods that
are as short, and what was frozen, are kept.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from assessment.models import FrozenPeriod, Period, PeriodFigures, UnitScore
from assessment.services.scores import SETTLES

SHORT = r"^[12]\d{3}-(\d\d-\d\d|W\d\d)$"
"""What a day and a week are called."""

KEPT = SETTLES + timedelta(weeks=4)
"""How long after its end one is kept: so long its cases are called back, and as long as those of the weeks after,
whose lists look three back."""

IN_USE = timedelta(hours=1)
"""What was reckoned so lately is being looked at."""

MOST = 500
"""How many are deleted in one night."""


def forget(at: datetime) -> int:
    """Delete roll-ups and scores of days and weeks that ended long ago; return of how many."""
    names = list(old_ones(at).values_list("period", flat=True)[:MOST])
    with transaction.atomic():
        old_ones(at).filter(period__in=names).delete()
        left = PeriodFigures.objects.filter(period__in=names).values_list("period", flat=True)
        gone = set(names) - set(left)
        UnitScore.objects.filter(period__in=gone).delete()
    return len(gone)


def old_ones(at: datetime) -> QuerySet[PeriodFigures]:
    """Return the roll-ups that may go, the oldest first."""
    named = Period.objects.filter(name=OuterRef("period"))
    frozen = FrozenPeriod.objects.filter(period=OuterRef("period"))
    rows = PeriodFigures.objects.filter(
        ~Exists(named),
        ~Exists(frozen),
        ends_at__lt=at - KEPT,
        computed_at__lt=at - IN_USE,
        period__regex=SHORT,
    )
    return rows.order_by("ends_at")
