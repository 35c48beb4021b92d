"""Whose matter a case is, by the rules in force when it was received, else by the responsibility list."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import Unit
from cases.lifecycle import recused_unit
from cases.models import Case, Category
from dispatch.models import CityMatter, Order, Ownership, OwnershipRule, Responsibility
from dispatch.ownership import Decision, Matter, Rule, decide
from dispatch.shadows import Shadow, Universe, shadows
from grids.models import Area


@dataclass(frozen=True, slots=True)
class Routing:
    """What a case's matter is: by which rule and why, who leads and assists, what else would fit.

    Without a rule the responsibility list says it, and where that has no item the matter is the
    town's own. `first_asked` is the unit first given the case, where the rule makes it responsible.
    """

    decision: Decision
    rule: OwnershipRule | None
    ownership: str
    lead: Unit | None
    assists: tuple[Unit, ...]
    first_asked: Unit | None = None
    item: Responsibility | None = None
    others: tuple[OwnershipRule, ...] = ()
    rows: dict[int, OwnershipRule] = field(default_factory=dict)

    @property
    def outside_unit(self) -> str:
        return self.rule.outside_unit if self.rule else ""

    @property
    def label(self) -> str:
        return str(Ownership(self.ownership).label)


def rules_at(at: datetime) -> QuerySet[OwnershipRule]:
    """Return the rules in force at that moment, in their order."""
    begun = OwnershipRule.objects.filter(valid_from__lte=at)
    return begun.filter(Q(valid_to=None) | Q(valid_to__gt=at)).order_by("position", "pk")


def as_rule(row: OwnershipRule) -> Rule:
    """Return the row as the matcher knows it."""
    return Rule(
        pk=row.pk,
        name=row.name,
        category=row.category,
        kind=row.kind,
        channel=row.channel,
        urgency=row.urgency,
        area=row.area,
        words=tuple(row.words),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


def matter_of(case: Case) -> Matter:
    """Return what rules look at in the case."""
    return Matter(
        case.category_id,
        case.kind,
        case.channel,
        case.urgency,
        case.area_id,
        case.text,
        case.received_at,
    )


def deciding_rule(case: Case) -> int | None:
    """Return the rule that decides whose matter the case is, if one does; one query."""
    rules = [as_rule(row) for row in rules_at(case.received_at)]
    rule = decide(rules, matter_of(case)).rule
    return rule.pk if rule else None


def routing_of(case: Case) -> Routing:
    """Decide whose matter the case is; at most five queries."""
    found = rules_at(case.received_at).select_related("lead").prefetch_related("assists")
    rows = {row.pk: row for row in found}
    decision = decide([as_rule(row) for row in rows.values()], matter_of(case))
    if decision.rule is None:
        return _by_the_list(case, decision, rows)
    rule = rows[decision.rule.pk]
    first = (first_asked_of(case) or rule.lead) if rule.first_asked else None
    lead = first if first and _can_lead(first) else rule.lead
    assists = {*rule.assists.all(), rule.lead} - {None, lead}
    return Routing(
        decision,
        rule,
        rule.ownership,
        _unless_accused(case, lead),
        _in_order(case, assists),
        first_asked=first,
        others=tuple(rows[other.pk] for other in decision.others),
        rows=rows,
    )


def _can_lead(unit: Unit) -> bool:
    return unit.kind in (Unit.Kind.DEPARTMENT, Unit.Kind.COMPANY) and unit.active


def _by_the_list(case: Case, decision: Decision, rows: dict[int, OwnershipRule]) -> Routing:
    item = items_of_list([case.category_id]).get(case.category_id)
    lead = item.lead if item else None
    ownership = Ownership.DEPARTMENT if lead else Ownership.TOWN
    assists = _in_order(case, item.assists.all()) if item and lead else ()
    lead = _unless_accused(case, lead)
    return Routing(decision, None, ownership, lead, assists, item=item, rows=rows)


def _unless_accused(case: Case, unit: Unit | None) -> Unit | None:
    """Return the unit unless it is the one that a report of wrongdoing complains of."""
    return None if unit is not None and unit.pk == recused_unit(case) else unit


def _in_order(case: Case, units: Iterable[Unit | None]) -> tuple[Unit, ...]:
    fit = [unit for unit in units if unit is not None and _unless_accused(case, unit)]
    return tuple(sorted(fit, key=lambda unit: unit.code))


def items_of_list(categories: Iterable[str]) -> dict[str, Responsibility]:
    """Return the list's first item of each category; two queries."""
    items = Responsibility.objects.filter(category__in=list(categories)).order_by("code")
    found: dict[str, Responsibility] = {}
    for item in items.select_related("lead").prefetch_related("assists"):
        found.setdefault(item.category_id, item)
    return found


def parties_by_rule(case: Case) -> tuple[Unit | None, tuple[Unit, ...]]:
    """Return who leads and who assists where a rule says so; what the list says is only proposed."""
    routing = routing_of(case)
    if routing.rule is None or routing.ownership == Ownership.TOWN:
        return None, ()
    return routing.lead, routing.assists


def first_asked_of(case: Case) -> Unit | None:
    """Return the unit that was given the case first (首问), whether it still has it or not."""
    orders = Order.objects.filter(case=case).select_related("unit")
    first = orders.order_by("issued_at", "pk").first()
    return first.unit if first else None


def city_matters_of(case: Case) -> QuerySet[CityMatter]:
    """Return how the case was taken up with the city, the latest first."""
    rows = CityMatter.objects.filter(case=case).select_related("counterpart", "taken_up_by")
    return rows.order_by("-taken_up_at", "-pk")


def universe() -> Universe:
    """Return what cases can be filed under, as the search for shadowed rules needs it; two queries."""
    with_children = set(Category.objects.exclude(parent=None).values_list("parent_id", flat=True))
    codes = Category.objects.order_by("code").values_list("code", flat=True)
    leaves = tuple(code for code in codes if code not in with_children)
    towns = tuple(Area.objects.towns().order_by("code").values_list("code", flat=True))
    return Universe(
        leaves,
        towns,
        tuple(Case.Kind.values),
        tuple(Case.Channel.values),
        tuple(Case.Urgency.values),
    )


def shadows_among(rows: Iterable[OwnershipRule]) -> dict[int, Shadow]:
    """Return the rows, given in their order, that are proven to be shadowed, by their key."""
    found: Any = shadows([as_rule(row) for row in rows], universe())
    return {shadow.rule.pk: shadow for shadow in found}
