"""Rules of ownership: drafted, switched on, ended, put in order. What was once in force is never edited,
so that what decided a case of that time still does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Role, Unit, User
from accounts.refusals import BadInput, StepRefused
from cases.models import Case, Category
from dispatch.models import Ownership, OwnershipRule
from grids.models import Area

WRITERS = (Role.SUPERVISOR, Role.ADMIN)
STRIDE = 10
"""Between the positions of neighbours, so that a rule can be put between two."""

MOST_WORDS = 30


@dataclass(frozen=True, slots=True)
class RuleText:
    """What a rule says. `lead` and `assists` are unit codes."""

    name: str
    ownership: str
    source: str
    category: str = ""
    kind: str = ""
    channel: str = ""
    urgency: str = ""
    area: str = ""
    words: Sequence[str] = ()
    lead: str = ""
    assists: Sequence[str] = ()
    outside_unit: str = ""
    first_asked: bool = False


def may_write(user: User) -> bool:
    """Tell whether the user writes rules: the command centre and the administrator."""
    return user.holds(*WRITERS)


def check_may_write(user: User) -> None:
    """Raise `PermissionDenied` for all who do not write rules."""
    if not may_write(user):
        raise PermissionDenied(_("Only the command centre writes rules of ownership."))


@transaction.atomic
def write_draft(text: RuleText, *, actor: User) -> OwnershipRule:
    """Write a new rule that decides nothing yet, after all others."""
    check_may_write(actor)
    values, assists = checked(text)
    live = _lock_live()
    position = max((row.position for row in live), default=0) + STRIDE
    return _create(values, assists, position=position, valid_from=None, actor=actor)


@transaction.atomic
def rewrite(pk: int, text: RuleText, *, actor: User, at: datetime) -> OwnershipRule:
    """Edit a draft; a rule in force ends, and the new wording follows it in its place."""
    check_may_write(actor)
    values, assists = checked(text)
    rule = _live(pk)
    if rule.valid_from is None:
        for name, value in values.items():
            setattr(rule, name, value)
        rule.save()
        rule.assists.set(assists)
        return rule
    _end(rule, at)
    return _create(values, assists, position=rule.position, valid_from=at, actor=actor)


@transaction.atomic
def switch_on(pk: int, *, actor: User, at: datetime) -> OwnershipRule:
    """Put a draft in force: it decides cases received from now on."""
    check_may_write(actor)
    rule = _live(pk)
    if rule.valid_from is not None:
        raise StepRefused(_("This rule is in force already."))
    rule.valid_from, rule.written_by = at, actor
    rule.save(update_fields=["valid_from", "written_by"])
    return rule


@transaction.atomic
def end_rule(pk: int, *, actor: User, at: datetime) -> OwnershipRule:
    """End a rule in force; cases received before keep it."""
    check_may_write(actor)
    rule = _live(pk)
    if rule.valid_from is None:
        raise StepRefused(_("A draft is not in force; drop it instead."))
    return _end(rule, at)


@transaction.atomic
def drop_draft(pk: int, *, actor: User) -> None:
    """Throw a draft away."""
    check_may_write(actor)
    rule = _live(pk)
    if rule.valid_from is not None:
        raise StepRefused(_("A rule that was in force is ended, not dropped."))
    rule.delete()


@transaction.atomic
def move_rule(pk: int, *, up: bool, actor: User, at: datetime) -> OwnershipRule:
    """Put a rule before the one above it, or after the one below.

    A rule in force is ended and follows itself in its new place, so that cases of before are decided
    in the order of before. Where no place is left between two rules, all are numbered anew.
    """
    check_may_write(actor)
    rows = _lock_live()
    rule = _live(pk)
    order = [row.pk for row in rows]
    index = order.index(rule.pk)
    target = index - 1 if up else index + 1
    if not 0 <= target < len(rows):
        return rule
    beyond = target - 1 if up else target + 1
    far = rows[beyond].position if 0 <= beyond < len(rows) else None
    place = _between(rows[target].position, far, up)
    if place is not None:
        return _place(rule, place, actor, at)
    rows.insert(target, rows.pop(index))
    placed = {
        row.pk: _place(row, number * STRIDE, actor, at) for number, row in enumerate(rows, start=1)
    }
    return placed[rule.pk]


def _between(near: int, far: int | None, up: bool) -> int | None:
    """Return a free position beyond `near`, on the side of `far`; None where there is none."""
    if far is None:
        return near // 2 if up and near > 1 else near + STRIDE if not up else None
    middle = (near + far) // 2
    return middle if middle not in (near, far) else None


def _place(rule: OwnershipRule, position: int, actor: User, at: datetime) -> OwnershipRule:
    if rule.position == position:
        return rule
    if rule.valid_from is None:
        rule.position = position
        rule.save(update_fields=["position"])
        return rule
    assists = list(rule.assists.all())
    _end(rule, at)
    values = {name: getattr(rule, name) for name in COPIED}
    return _create(values, assists, position=position, valid_from=at, actor=actor)


COPIED = (
    "name",
    "ownership",
    "source",
    "category",
    "kind",
    "channel",
    "urgency",
    "area",
    "words",
    "lead",
    "outside_unit",
    "first_asked",
)


def _lock_live() -> list[OwnershipRule]:
    """Lock every rule that has not ended; return them in their order."""
    rows = OwnershipRule.objects.select_for_update(no_key=True).filter(valid_to=None)
    return sorted(rows.order_by("pk"), key=lambda row: (row.position, row.pk))


def _live(pk: int) -> OwnershipRule:
    rule = OwnershipRule.objects.select_for_update(no_key=True).get(pk=pk)
    if rule.valid_to is not None:
        raise StepRefused(_("This rule has ended; write a new one."))
    return rule


def _end(rule: OwnershipRule, at: datetime) -> OwnershipRule:
    rule.valid_to = at
    rule.save(update_fields=["valid_to"])
    return rule


def _create(
    values: dict[str, object],
    assists: Sequence[Unit],
    *,
    position: int,
    valid_from: datetime | None,
    actor: User | None,
) -> OwnershipRule:
    rule = OwnershipRule.objects.create(
        **values, position=position, valid_from=valid_from, written_by=actor
    )
    rule.assists.set(assists)
    return rule


def checked(text: RuleText) -> tuple[dict[str, object], list[Unit]]:
    """Return the rule's values and its assisting units; raise `BadInput` by field."""
    codes = {text.lead, *text.assists} - {""}
    units = {unit.code: unit for unit in Unit.objects.summonable().filter(code__in=codes)}
    refused = _refused_parties(text, units) | _refused_conditions(text)
    if not text.name.strip():
        refused["name"] = _("Give the rule a name.")
    if not text.source.strip():
        refused["source"] = _("Say on what the rule rests.")
    if refused:
        raise BadInput(refused)
    values: dict[str, object] = {
        "name": text.name.strip()[:80],
        "ownership": text.ownership,
        "source": text.source.strip()[:200],
        "category": text.category,
        "kind": text.kind,
        "channel": text.channel,
        "urgency": text.urgency,
        "area": text.area,
        "words": words_of(text.words),
        "lead": units.get(text.lead),
        "outside_unit": text.outside_unit.strip()[:80],
        "first_asked": text.first_asked,
    }
    return values, [units[code] for code in dict.fromkeys(text.assists)]


def _refused_parties(text: RuleText, units: Mapping[str, Unit]) -> dict[str, str]:
    """Return what is wrong with whose matter it is and who leads and assists."""
    refused: dict[str, str] = {}
    if text.ownership not in Ownership.values:
        refused["ownership"] = _("Say whose matter it is.")
    if text.lead and text.lead not in units:
        refused["lead"] = _("No department or company in service has this code.")
    if text.ownership in (Ownership.DEPARTMENT, Ownership.CITY) and not text.lead:
        refused["lead"] = _("Name the lead department.")
    if text.ownership == Ownership.CITY and not text.outside_unit.strip():
        refused["outside_unit"] = _("Name the city's unit.")
    if text.first_asked and text.ownership != Ownership.SEVERAL:
        refused["first_asked"] = _("Only a matter of several owners has one that was asked first.")
    if unknown := sorted(set(text.assists) - set(units)):
        gone = _("No department or company in service has the code %(codes)s.")
        refused["assists"] = gone % {"codes": ", ".join(unknown)}
    if text.lead and text.lead in text.assists:
        refused["assists"] = _("A unit cannot lead and assist at once.")
    return refused


def words_of(words: Sequence[str]) -> list[str]:
    """Return the words trimmed, each once, the empty ones left out."""
    return list(dict.fromkeys(word.strip() for word in words if word.strip()))


def _refused_conditions(text: RuleText) -> dict[str, str]:
    refused: dict[str, str] = {}
    if text.category and not Category.objects.filter(code__startswith=text.category).exists():
        refused["category"] = _("There is no such category.")
    if text.area and not Area.objects.filter(code__startswith=text.area).exists():
        refused["area"] = _("There is no such area.")
    for name, choices in (
        ("kind", Case.Kind),
        ("channel", Case.Channel),
        ("urgency", Case.Urgency),
    ):
        said = getattr(text, name)
        if said and said not in choices.values:
            refused[name] = _("There is no such choice.")
    words = words_of(text.words)
    if len(words) > MOST_WORDS or any(len(word) > 40 for word in words):
        limit = _("At most %(count)s words of at most 40 characters.")
        refused["words"] = limit % {"count": MOST_WORDS}
    return refused
