"""Say in words what one version of the policy changed from another."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Field
from django.utils.translation import gettext as _

from assessment import lists, scales
from assessment.models import AssessmentPolicy
from assessment.words import FACTORS, LIST_RULES
from dispatch.models import Document

LEFT_OUT = {"id", "name", "valid_from"}
PERCENT = ("_weight", "use_low", "use_high", "town_cap", "error_rate")

Change = dict[str, str]


def changes_between(before: AssessmentPolicy | None, after: AssessmentPolicy) -> list[Change]:
    """Return what is otherwise in the later version, each with its name, how it was and how it is."""
    if before is None:
        return []
    then, now = worded(before), worded(after)
    return [
        {"label": label, "before": then.get(label, ""), "after": now.get(label, "")}
        for label in dict.fromkeys([*then, *now])
        if then.get(label, "") != now.get(label, "")
    ]


def worded(policy: AssessmentPolicy) -> dict[str, str]:
    """Return every rule of a version by its name, in the reader's language."""
    found: dict[str, str] = {}
    for field in AssessmentPolicy._meta.fields:  # noqa: SLF001 - documented
        if field.name not in LEFT_OUT:
            found |= _of_field(policy, field)
    for group in policy.groups.all():
        names = sorted(unit.name for unit in group.members.all())
        found[_("Group “%(name)s”") % {"name": group.name}] = "、".join(names)
    return found


def _of_field(policy: AssessmentPolicy, field: "Field[Any, Any]") -> dict[str, str]:
    value, label = getattr(policy, field.name), str(field.verbose_name)
    if field.name == "lists":
        rules = lists.rules_of(value)
        return {str(LIST_RULES[name]): _number(rule) for name, rule in rules.items()}
    if field.name == "answer_factors":
        factors = scales.factors_of(policy.scale, {n: Decimal(str(v)) for n, v in value.items()})
        return {str(FACTORS[n]): _number(factors[n]) for n in scales.weighed(policy.scale)}
    if field.name == "document_points":
        return {f"{label} · {name}": text for name, text in _points(value).items()}
    if field.name == "town_weights":
        return {label: "、".join(f"{code} {weight}" for code, weight in sorted(value.items()))}
    if field.choices:
        return {label: str(dict(field.flatchoices).get(value, value))}
    if isinstance(value, bool):
        return {label: _("yes") if value else _("no")}
    if field.name.endswith(PERCENT):
        return {label: f"{_number(value * 100)} %"}
    return {label: _number(value) if isinstance(value, Decimal) else str(value)}


def _points(given: Mapping[str, Any]) -> dict[str, str]:
    return {str(form.label): str(given.get(form.value, "0")) for form in Document.Form}


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}"
