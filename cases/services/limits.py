"""Find the time limit in force for a clock."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.kept import Kept
from cases.deadlines import Limit, TimeUnit
from cases.lifecycle import ClockKind
from cases.models import TimeLimit

OPTIONAL = frozenset({ClockKind.CONTACT, ClockKind.CHECK, ClockKind.ACT})
"""Clocks a district may do without: where no rule is in force, they do not run."""


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
    condition: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the facts as they are kept on a clock."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Rule:
    """A limit with the place it comes from, as copied onto the clock.

    `facts` are what it was chosen by, so that another policy can be tried on clocks of the past;
    empty where no table was asked (a time set by hand).
    """

    amount: Decimal
    unit: str
    source: str
    facts: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def limit(self) -> Limit:
        return Limit(self.amount, TimeUnit(self.unit))

    def snapshot(self) -> dict[str, Any]:
        """Return the rule as JSON; `facts` only where it has some."""
        kept: dict[str, Any] = {"amount": str(self.amount), "unit": self.unit}
        kept["source"] = self.source
        return kept | {"facts": self.facts} if self.facts else kept

    @classmethod
    def from_snapshot(cls, policy: Mapping[str, Any]) -> "Rule":
        """Return the rule that a clock's snapshot holds."""
        facts = policy.get("facts", {})
        return cls(Decimal(policy["amount"]), policy["unit"], policy["source"], facts)


def rules_for(
    kinds: Iterable[str], facts: Facts, at: datetime, rows: Iterable[TimeLimit] | None = None
) -> dict[str, Rule]:
    """Return the most specific rule in force at `at` for each kind of clock.

    `rows` are tried instead of the stored ones. An optional kind without a rule is left out; for
    any other raise `NoLimit` naming it.
    """
    table = _stored.get() if rows is None else _Table(rows)
    day = timezone.localtime(at).date()
    found, missing = {}, []
    for kind in kinds:
        row = table.best(kind, facts, day)
        if row is not None:
            found[kind] = Rule(row.amount, row.unit, row.source, facts.as_dict())
        elif kind not in OPTIONAL:
            missing.append(kind)
    if missing:
        raise NoLimit(
            _("No time limit is in force for: %(kinds)s.") % {"kinds": ", ".join(missing)}
        )
    return found


def limits_of_conditions(codes: Iterable[str], at: datetime) -> dict[str, Rule]:
    """Return what each filing condition gives for finishing a new case, by its code."""
    day = timezone.localtime(at).date()
    found = {
        code: _stored.get().best(ClockKind.FINISH, Facts("", "", "", condition=code), day)
        for code in codes
    }
    return {
        code: Rule(row.amount, row.unit, row.source)
        for code, row in found.items()
        if row is not None and row.condition
    }


class _Table:
    """Rules by clock and condition: of hundreds of conditions only the case's own is looked at."""

    def __init__(self, rows: Iterable[TimeLimit]) -> None:
        self.rows: defaultdict[tuple[str, str], list[TimeLimit]] = defaultdict(list)
        for row in sorted(rows, key=_specificity, reverse=True):
            self.rows[row.clock, row.condition].append(row)

    def best(self, kind: str, facts: Facts, day: date) -> TimeLimit | None:
        """Return the strongest rule that fits and is in force."""
        conditions = {"", facts.condition}
        fitting = (
            next(
                (row for row in self.rows.get((kind, condition), ()) if _holds(row, facts, day)),
                None,
            )
            for condition in conditions
        )
        return max(filter(None, fitting), key=_specificity, default=None)


_stored = Kept(lambda: _Table(TimeLimit.objects.all()))


def forget() -> None:
    """Read the rules again at the next use; call it where rules change."""
    _stored.forget()


def _holds(row: TimeLimit, facts: Facts, day: date) -> bool:
    return _in_force(row, day) and _fits(row, facts)


def _in_force(row: TimeLimit, day: date) -> bool:
    return row.valid_from <= day and (row.valid_to is None or day <= row.valid_to)


def _fits(row: TimeLimit, facts: Facts) -> bool:
    return (
        row.whistle_kind in ("", facts.whistle_kind)
        and row.urgency in ("", facts.urgency)
        and row.case_kind in ("", facts.case_kind)
        and facts.category.startswith(row.category)
        and row.condition in ("", facts.condition)
        and row.redo in (False, facts.redo)
    )


def _specificity(row: TimeLimit) -> tuple[Any, ...]:
    """Order rules so that the strongest comes last: redo, then the filing condition, then kind of
    whistle, then urgency …"""
    return (
        row.redo,
        bool(row.condition),
        bool(row.whistle_kind),
        bool(row.urgency),
        len(row.category),
        bool(row.case_kind),
        row.valid_from,
    )
