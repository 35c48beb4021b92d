"""Try rules on past cases before they are switched on: nothing is written.

Decided anew is every case of a period by the rules in force now and, among them in their order, the drafts
that are tried; compared with what the rules in force alone decide, and with who really handled it.
"""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import OuterRef, Q, Subquery

from accounts.models import Unit, User
from cases.models import Case
from dispatch.models import Order, OrderState, Ownership, OwnershipRule, Responsibility
from dispatch.ownership import Matter, Rule, first_fitting
from dispatch.queries.ownership import as_rule, rules_at

MOST_CASES = 20_000
BATCH = 2_000
SAMPLES = 5
"""Cases named of each difference."""

TOWN = "TOWN"
"""Stands for the town of the place, as in the responsibility list."""

COLUMNS = (
    "number",
    "category_id",
    "kind",
    "channel",
    "urgency",
    "area_id",
    "text",
    "received_at",
    "self_handled",
)


@dataclass(slots=True)
class Difference:
    """Cases that go from one to another: how many, and some of them."""

    source: str
    target: str
    count: int = 0
    cases: list[str] = field(default_factory=list)

    def add(self, number: str) -> None:
        self.count += 1
        if len(self.cases) < SAMPLES:
            self.cases.append(number)


@dataclass(slots=True)
class Trial:
    """What a trial found. Units are given by code, the town of the place as `TOWN`.

    `moved` says what the drafts change in what the rules in force decide; `disputed` where the decision
    differs from who led the last whistle, or handled the case without one.
    """

    total: int = 0
    more: bool = False
    by_rule: Counter[int] = field(default_factory=Counter)
    by_list: int = 0
    by_default: int = 0
    moved: list[Difference] = field(default_factory=list)
    agreed: int = 0
    disputed: list[Difference] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)

    @property
    def changed(self) -> int:
        return sum(each.count for each in self.moved)

    @property
    def differed(self) -> int:
        return sum(each.count for each in self.disputed)

    @property
    def decided(self) -> int:
        return sum(self.by_rule.values())


def try_rules(
    user: User, drafts: Collection[int], since: datetime, until: datetime, at: datetime
) -> Trial:
    """Try the drafts on the latest cases received from `since` until before `until`, at most
    `MOST_CASES` of those the user may see."""
    rows = list(trial_rules(drafts, at))
    tried = [as_rule(row) for row in rows]
    in_force = [as_rule(row) for row in rows if row.valid_from is not None]
    targets = {row.pk: _target(row) for row in rows}
    listed = dict(Responsibility.objects.order_by("-code").values_list("category_id", "lead__code"))
    trial = Trial()
    moved: dict[tuple[str, str], Difference] = {}
    disputed: dict[tuple[str, str], Difference] = {}
    for number, *facts, self_handled, led_by in _cases(user, since, until):
        if trial.total == MOST_CASES:
            trial.more = True
            break
        trial.total += 1
        matter = Matter(*facts)
        new, old = first_fitting(tried, matter), first_fitting(in_force, matter)
        fallback = listed.get(matter.category) or TOWN
        _count(trial, new, matter.category in listed)
        target = targets[new.pk] if new else fallback
        before = targets[old.pk] if old else fallback
        if target != before:
            moved.setdefault((before, target), Difference(before, target)).add(number)
        really = TOWN if self_handled else led_by
        if really is None:
            continue
        if really == target:
            trial.agreed += 1
        else:
            disputed.setdefault((really, target), Difference(really, target)).add(number)
    trial.moved, trial.disputed = _most(moved), _most(disputed)
    codes = {
        code for each in (*trial.moved, *trial.disputed) for code in (each.source, each.target)
    }
    trial.names = {unit.code: str(unit) for unit in Unit.objects.filter(code__in=codes)}
    return trial


def trial_rules(drafts: Collection[int], at: datetime) -> list[OwnershipRule]:
    """Return the rules in force and the drafts tried, in their order."""
    live = Q(pk__in=rules_at(at).values("pk")) | Q(pk__in=list(drafts), valid_from=None)
    return list(
        OwnershipRule.objects.filter(live).select_related("lead").order_by("position", "pk")
    )


def _target(row: OwnershipRule) -> str:
    return row.lead.code if row.lead and row.ownership != Ownership.TOWN else TOWN


def _cases(user: User, since: datetime, until: datetime):  # type: ignore[no-untyped-def]  # rows of columns
    orders = Order.objects.filter(case=OuterRef("pk"), role=Order.Part.LEAD)
    last = orders.exclude(state=OrderState.WITHDRAWN).order_by("-issued_at", "-pk")
    rows = Case.objects.visible_to(user).filter(received_at__gte=since, received_at__lt=until)
    columns = rows.order_by("-received_at", "-pk").values_list(
        *COLUMNS, Subquery(last.values("unit__code")[:1])
    )
    return columns[: MOST_CASES + 1].iterator(chunk_size=BATCH)


def _count(trial: Trial, rule: Rule | None, listed: bool) -> None:
    if rule is not None:
        trial.by_rule[rule.pk] += 1
    elif listed:
        trial.by_list += 1
    else:
        trial.by_default += 1


def _most(
    found: defaultdict[tuple[str, str], Difference] | dict[tuple[str, str], Difference],
) -> list[Difference]:
    return sorted(found.values(), key=lambda each: (-each.count, each.source, each.target))
