"""Filing conditions as people choose and read them: by small class, each with its time to finish."""

from datetime import datetime

from django.utils import timezone

from cases.models import Case, FilingCondition, LimitUnit
from cases.services.limits import Rule, limits_of_conditions


def condition_groups(category: str, at: datetime) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the conditions of a category by small class, as a select's option groups; one query."""
    if not category:
        return []
    day = timezone.localtime(at).date()
    rows = list(FilingCondition.objects.in_force(day).filter(category=category).order_by("code"))
    limits = limits_of_conditions([row.code for row in rows], at)
    groups: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        groups.setdefault(row.name, []).append((row.code, _words(row, limits.get(row.code))))
    return list(groups.items())


def condition_words(case: Case) -> str:
    """Return the case's filing condition with its limit; empty where it was filed under none.

    The case must come with its condition loaded. The limit is the one of the day it came in.
    """
    if case.condition is None:
        return ""
    limits = limits_of_conditions([case.condition.pk], case.received_at)
    return f"{case.condition.name} · {_words(case.condition, limits.get(case.condition.pk))}"


def limit_words(rule: Rule) -> str:
    """Return a limit as people say it: `2 urgent hours`."""
    return f"{rule.amount.normalize():f} {LimitUnit(rule.unit).label}"


def _words(row: FilingCondition, limit: Rule | None) -> str:
    return f"{row.condition} — {limit_words(limit)}" if limit else row.condition
