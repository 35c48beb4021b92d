"""Find the time limit in force for a clock."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.deadlines import Limit, TimeUnit
from cases.models import TimeLimit


class NoLimit(LookupError):
    """No rule is in force for a clock; the administrator must add one."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a limit may depend on."""

    urgency: str
    case_kind: str
    category: str
    redo: bool = False
    whistle_kind: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A limit with the place it comes from, as copied onto the clock."""

    amount: Decimal
    unit: str
    source: str

    @property
    def limit(self) -> Limit:
        return Limit(self.amount, TimeUnit(self.unit))

    def snapshot(self) -> dict[str, Any]:
        return {"amount": str(self.amount), "unit": self.unit, "source": self.source}

    @classmethod
    def from_snapshot(cls, policy: Mapping[str, Any]) -> "Rule":
        return cls(Decimal(policy["amount"]), policy["unit"], policy["source"])


def rules_for(kinds: Iterable[str], facts: Facts, at: datetime) -> dict[str, Rule]:
    """Return the most specific rule in force at `at` for each kind of clock.

    Raise `NoLimit` naming the kind that no rule is in force for.
    """
    wanted = list(kinds)
    day = timezone.localtime(at).date()
    best: dict[str, TimeLimit] = {}
    for row in _all_rules():
        if row.clock in wanted and _in_force(row, day) and _fits(row, facts):
            best[row.clock] = row
    missing = [kind for kind in wanted if kind not in best]
    if missing:
        raise NoLimit(
            _("No time limit is in force for: %(kinds)s.") % {"kinds": ", ".join(missing)}
        )
    return {kind: Rule(row.amount, row.unit, row.source) for kind, row in best.items()}


KEPT_SECONDS = 60.0
_kept: tuple[float, list[TimeLimit]] | None = None


def _all_rules() -> list[TimeLimit]:
    """Return every rule, weakest first, kept in this process for a minute: rules change rarely
    and every step of every case asks for them."""
    global _kept
    now = time.monotonic()
    if _kept is None or now - _kept[0] > KEPT_SECONDS:
        _kept = (now, sorted(TimeLimit.objects.all(), key=_specificity))
    return _kept[1]


def forget() -> None:
    """Read the rules again at the next use; call it where rules change."""
    global _kept
    _kept = None


def _in_force(row: TimeLimit, day: date) -> bool:
    return row.valid_from <= day and (row.valid_to is None or day <= row.valid_to)


def _fits(row: TimeLimit, facts: Facts) -> bool:
    return (
        row.whistle_kind in ("", facts.whistle_kind)
        and row.urgency in ("", facts.urgency)
        and row.case_kind in ("", facts.case_kind)
        and facts.category.startswith(row.category)
        and row.redo in (False, facts.redo)
    )


def _specificity(row: TimeLimit) -> tuple[Any, ...]:
    """Order rules so that the strongest comes last: redo, then kind of whistle, then urgency …"""
    return (
        row.redo,
        bool(row.whistle_kind),
        bool(row.urgency),
        len(row.category),
        bool(row.case_kind),
        row.valid_from,
    )
