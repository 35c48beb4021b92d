"""What the sweeps of cases find due."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from accounts.sweeps import Due
from cases.lifecycle import ClockKind, State
from cases.models import Case, Clock


def _missed(at: datetime) -> "QuerySet[Clock]":
    return Clock.objects.overdue(at).exclude(kind=ClockKind.ACT)


def _ended_holds(at: datetime) -> "QuerySet[Case]":
    today = timezone.localtime(at).date()
    return Case.objects.filter(state=State.ON_HOLD, hold_until__lte=today)


BREACHES = Due(_missed, "due_at", "case__number")
HOLDS = Due(_ended_holds, "hold_until", "number")
