"""Rules of ownership as the screens show them: conditions in words, standings, shadows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models import Case, Category
from dispatch.models import OwnershipRule
from dispatch.ownership import CONDITIONS
from dispatch.queries.ownership import Routing, rules_at, shadows_among
from grids.models import Area

CONDITION_WORDS: dict[str, str | Promise] = {
    "category": _("Category"),
    "kind": _("Kind"),
    "channel": _("Channel"),
    "urgency": _("Urgency"),
    "area": pgettext_lazy("rule", "Place"),
    "words": _("Words in the text"),
}
TONES = {"town": "teal", "department": "blue", "city": "violet", "several": "amber"}
MOST_ENDED = 50


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition in words: what it looks at, what it asks, what the case has."""

    label: str | Promise
    asked: str
    found: str = ""


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule as a row: its conditions in words and, where it can never decide, the rules that do."""

    rule: OwnershipRule
    conditions: list[Condition]
    shadowed_by: list[str]
    tone: str


@dataclass(frozen=True, slots=True)
class Names:
    """The names of categories and places that rules speak of by code."""

    categories: dict[str, str]
    areas: dict[str, str]

    @classmethod
    def of(cls, categories: Iterable[str], areas: Iterable[str]) -> "Names":
        known = Category.objects.filter(code__in=set(categories))
        places = Area.objects.filter(code__in=set(areas))
        return cls(
            dict(known.values_list("code", "name")), dict(places.values_list("code", "name"))
        )

    def of_value(self, condition: str, value: str) -> str:
        """Return a condition's value as people say it."""
        if condition == "category":
            return self.categories.get(value, value)
        if condition == "area":
            return self.areas.get(value, value)
        choices = {"kind": Case.Kind, "channel": Case.Channel, "urgency": Case.Urgency}
        known = choices.get(condition)
        return str(known(value).label) if known and value in known.values else value


def live_rows(at: datetime) -> tuple[list[RuleRow], list[RuleRow]]:
    """Return the rules in force and the drafts, both in their order; six queries.

    A draft is held against the rules in force and the drafts before it.
    """
    drafts = Q(valid_from=None)
    rows = OwnershipRule.objects.filter(Q(pk__in=rules_at(at).values("pk")) | drafts)
    found = list(rows.select_related("lead").prefetch_related("assists").order_by("position", "pk"))
    in_force = [rule for rule in found if rule.valid_from is not None]
    shadowed = shadows_among(found)
    names = Names.of([r.category for r in found], [r.area for r in found])
    told = {rule.pk: _row(rule, names, _by(rule, in_force, shadowed)) for rule in found}
    return (
        [told[rule.pk] for rule in found if rule.valid_from is not None],
        [told[rule.pk] for rule in found if rule.valid_from is None],
    )


def _by(rule: OwnershipRule, in_force: list[OwnershipRule], shadowed: dict) -> list[str]:  # type: ignore[type-arg]
    """Return the names of the rules that leave nothing to this one. A draft takes nothing yet, so a
    rule in force is only held against others in force."""
    if rule.valid_from is None:
        shadow = shadowed.get(rule.pk)
    else:
        shadow = shadows_among(in_force).get(rule.pk) if rule.pk in shadowed else None
    return [one.name for one in shadow.by] if shadow else []


def ended_rows() -> list[RuleRow]:
    """Return the rules that ended last; four queries."""
    ended = OwnershipRule.objects.exclude(valid_to=None).order_by("-valid_to", "-pk")
    found = list(ended.select_related("lead").prefetch_related("assists")[:MOST_ENDED])
    names = Names.of([r.category for r in found], [r.area for r in found])
    return [_row(rule, names, []) for rule in found]


def _row(rule: OwnershipRule, names: Names, shadowed_by: list[str]) -> RuleRow:
    conditions = []
    for name in CONDITIONS:
        asked = " ".join(rule.words) if name == "words" else getattr(rule, name)
        if asked:
            conditions.append(Condition(CONDITION_WORDS[name], names.of_value(name, asked)))
    return RuleRow(rule, conditions, shadowed_by, TONES[rule.ownership])


@dataclass(frozen=True, slots=True)
class RoutingWords:
    """Why a rule decides a case, and which were passed over, in words."""

    because: list[Condition]
    passed: list[tuple[str, str | Promise]]
    tone: str


def words_of_routing(routing: Routing, case: Case) -> RoutingWords:
    """Return the routing in words; two queries."""
    because = routing.decision.because
    asked = {why.condition: why.asked for why in because}
    names = Names.of(
        [asked.get("category", ""), case.category_id], [asked.get("area", ""), case.area_id]
    )
    return RoutingWords(
        [
            Condition(
                CONDITION_WORDS[why.condition],
                names.of_value(why.condition, why.asked),
                names.of_value(why.condition, why.found),
            )
            for why in because
        ],
        [(p.rule.name, CONDITION_WORDS[p.condition]) for p in routing.decision.passed],
        TONES[routing.ownership],
    )
