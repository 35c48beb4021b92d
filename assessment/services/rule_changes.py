"""Change the rules of assessment: a new version of the policy, the list of what is not counted, named periods.

A change never reaches back. What was reckoned keeps its rules, and each change is written down with its author.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.locks import hold
from accounts.models import Role, Unit, User
from accounts.refusals import BadInput
from assessment import scales
from assessment.models import (
    AssessmentPolicy,
    ExclusionItem,
    FrozenPeriod,
    Period,
    PeriodFigures,
    RankingGroup,
    RuleChange,
)
from assessment.services.differences import changes_between
from assessment.words import FACTOR_FAULTS

LOCK = "assessment policy"
WRITERS = (Role.ADMIN, Role.ASSESSOR)
RATES = ("response_weight", "resolution_weight", "satisfaction_weight")
UNIT_PARTS = (
    "marks_weight",
    "timeliness_weight",
    "results_weight",
    "objections_weight",
    "documents_weight",
    "leaders_weight",
)
TOWN_PARTS = ("rates_weight", "use_weight", "quality_weight", "redo_weight", "self_weight")
_NAME = re.compile(r"[\w·.-]+(?: [\w·.-]+)*")


@dataclass(frozen=True, slots=True)
class GroupText:
    """A group of units as somebody writes it down: its sort, its name, the codes of its members."""

    sort: str
    name: str
    members: Sequence[str]


def may_change(user: User) -> bool:
    """Tell whether the user may change the rules of assessment."""
    return user.holds(*WRITERS)


def earliest_day(at: datetime) -> date:
    """Return the first day from which a new version may be in force: where anything was reckoned, tomorrow."""
    if PeriodFigures.objects.exists() or FrozenPeriod.objects.exists():
        return timezone.localdate(at) + timedelta(days=1)
    return date(2000, 1, 1)


def write_version(
    user: User, given: Mapping[str, Any], groups: Sequence[GroupText], at: datetime
) -> AssessmentPolicy:
    """Store a new version of the policy, in force from its day on, and who wrote it.

    `given` has the fields of the model. Raise `BadInput` where they do not fit each other, where the blowers' marks
    come to one third or less without a reason, and where the day lies in what was reckoned already.
    """
    _check_writer(user)
    with transaction.atomic():
        hold(LOCK)
        _check_day(given.get("valid_from"), at)
        _check_sums(given)
        policy = AssessmentPolicy(**given)
        _whole(policy)
        before = AssessmentPolicy.objects.filter(valid_from__lt=policy.valid_from)
        base = before.order_by("-valid_from").first()
        policy.save()
        _store_groups(policy, groups)
        _note(user, RuleChange.Kind.POLICY, policy.name, changes_between(base, policy), at)
    return policy


def withdraw_version(user: User, pk: int, at: datetime) -> None:
    """Take back a version that is not in force yet."""
    _check_writer(user)
    with transaction.atomic():
        hold(LOCK)
        policy = AssessmentPolicy.objects.select_for_update().get(pk=pk)
        if policy.valid_from <= timezone.localdate(at):
            raise BadInput({"valid_from": _("This version is in force; write a new one instead.")})
        _note(user, RuleChange.Kind.POLICY, policy.name, [_line(_("withdrawn"), "", "")], at)
        policy.delete()


def add_item(user: User, given: Mapping[str, Any], at: datetime) -> ExclusionItem:
    """Put an item on the list of what is not counted, from a day on."""
    _check_writer(user)
    last = ExclusionItem.objects.order_by("-position").values_list("position", flat=True).first()
    item = ExclusionItem(position=(last or 0) + 1, **given)
    if item.valid_to is not None and item.valid_to < item.valid_from:
        raise BadInput({"valid_to": _("It cannot end before it begins.")})
    with transaction.atomic():
        _whole(item)
        item.save()
        _note(user, RuleChange.Kind.ITEM, str(item), [_line(_("added"), "", item.basis)], at)
    return item


def end_item(user: User, pk: int, last_day: date, at: datetime) -> ExclusionItem:
    """End an item after a day; claims that were decided by it stay decided."""
    _check_writer(user)
    with transaction.atomic():
        item = ExclusionItem.objects.select_for_update().get(pk=pk)
        if last_day < max(item.valid_from, timezone.localdate(at)):
            raise BadInput({"valid_to": _("Name today or a later day.")})
        before, item.valid_to = item.valid_to, last_day
        item.save(update_fields=["valid_to"])
        change = _line(_("valid to"), f"{before:%F}" if before else "", f"{last_day:%F}")
        _note(user, RuleChange.Kind.ITEM, str(item), [change], at)
    return item


def add_period(
    user: User, name: str, starts_at: datetime, ends_at: datetime, at: datetime
) -> Period:
    """Give a span of time a name, to be reckoned, ranked and frozen like a month."""
    _check_writer(user)
    if not _NAME.fullmatch(name):
        raise BadInput({"name": _("Use letters, digits, dots and hyphens only.")})
    if ends_at <= starts_at:
        raise BadInput({"ends_at": _("It must end after it begins.")})
    if FrozenPeriod.objects.filter(period=name).exists():
        raise BadInput({"name": _("A period of this name has been frozen.")})
    period = Period(name=name, starts_at=starts_at, ends_at=ends_at)
    with transaction.atomic():
        _whole(period)
        period.save()
        span = f"{timezone.localtime(starts_at):%F %H:%M} – {timezone.localtime(ends_at):%F %H:%M}"
        _note(user, RuleChange.Kind.PERIOD, name, [_line(_("added"), "", span)], at)
    return period


def _check_writer(user: User) -> None:
    if not may_change(user):
        raise PermissionDenied(_("The rules of assessment are for the assessor to change."))


def _check_day(day: date | None, at: datetime) -> None:
    earliest = earliest_day(at)
    if day is None or day < earliest:
        text = _("Figures have been reckoned already: name %(day)s or a later day.")
        raise BadInput({"valid_from": text % {"day": f"{earliest:%F}"}})


def _check_sums(given: Mapping[str, Any]) -> None:
    refused = {}
    for names in (RATES, UNIT_PARTS, TOWN_PARTS):
        if sum((given[name] for name in names), Decimal(0)) != 1:
            refused[names[0]] = _("These weights must come to 100.")
    if given["marks_weight"] * 3 <= 1 and not given.get("override_reason"):
        refused["override_reason"] = _(
            "The blower's marks must be more than one third of a department's score, "
            "unless a reason is given."
        )
    if given["use_low"] >= given["use_high"]:
        refused["use_high"] = _("It must be more than the fewest.")
    refused |= _wrong_factors(given)
    if refused:
        raise BadInput(refused)


def _wrong_factors(given: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with the factors of the answers, by the field that asks for each."""
    scale, factors = given.get("scale", scales.THREE), given.get("answer_factors", {})
    if scale not in scales.OFFERED:
        return {}  # the model refuses it
    partly = given.get("partly_factor", Decimal(0))
    wrong = scales.faults(scale, factors, given["basic_factor"], partly)
    own = {"basic": "basic_factor", "partly": "partly_factor"}
    return {
        own.get(answer, f"factor_{answer}"): str(FACTOR_FAULTS[fault])
        for answer, fault in wrong.items()
    }


def _whole(row: Model) -> None:
    try:
        row.full_clean()
    except ValidationError as error:
        raise BadInput(
            {
                ("" if name == "__all__" else name): texts
                for name, texts in error.message_dict.items()
            }
        ) from None


def _store_groups(policy: AssessmentPolicy, groups: Sequence[GroupText]) -> None:
    wanted = {code for group in groups for code in group.members}
    units = {unit.code: unit for unit in Unit.objects.filter(code__in=wanted)}
    for position, group in enumerate(group for group in groups if group.members):
        row = RankingGroup.objects.create(
            policy=policy,
            sort=group.sort,
            code=f"{group.sort}-{position + 1}",
            name=group.name,
            position=position,
        )
        row.members.set([units[code] for code in group.members if code in units])


def _note(user: User, kind: str, name: str, changes: list[dict[str, str]], at: datetime) -> None:
    RuleChange.objects.create(kind=kind, name=name, changes=changes, at=at, by=user)


def _line(label: str, before: str, after: str) -> dict[str, str]:
    return {"label": label, "before": before, "after": after}
