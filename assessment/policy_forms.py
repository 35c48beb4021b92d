"""Forms of a new version of the policy, of an item not counted, and of a named period.

Weights are asked for in percent and stored as parts of one.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from accounts.pickers import DayField, MomentField
from assessment import lists, scales
from assessment.models import AssessmentPolicy, RankingGroup
from assessment.services.rule_changes import RATES, TOWN_PARTS, UNIT_PARTS, GroupText
from assessment.words import FACTORS, LIST_RULES
from dispatch.models import Document

HUNDRED = 100
SHARES = ("town_cap", "use_low", "use_high", "error_rate")
ABOVE_NONE = ("town_cap", "error_rate")
PERCENT = (*RATES, *UNIT_PARTS, *TOWN_PARTS, *SHARES)
PLAIN = (
    "name",
    "valid_from",
    "source",
    "scale",
    "basic_factor",
    "partly_factor",
    "decimals",
    "objection_points",
    "override_reason",
    "town_weighting",
    "whistle_marks",
    "tie_rule",
    "min_cases",
    "month_first_day",
    "day_first_hour",
    "freeze_after",
)
SECTIONS = (
    (_("Three rates"), (*RATES, "decimals")),
    (
        _("The residents' answers, and what each counts from 0 to 1"),
        (
            "scale",
            "factor_very_satisfied",
            "factor_satisfied",
            "basic_factor",
            "factor_dissatisfied",
            "factor_very_dissatisfied",
            "partly_factor",
            "factor_no",
        ),
    ),
    (
        _("A department's score"),
        (*UNIT_PARTS, "override_reason", "town_weighting", "town_cap", "objection_points"),
    ),
    (
        _("Points off for each supervision document"),
        tuple(f"points_{form.value}" for form in Document.Form),
    ),
    (_("A town's performance"), (*TOWN_PARTS, "use_low", "use_high", "whistle_marks")),
    (_("Ranks and ties"), ("tie_rule", "min_cases", "error_rate")),
    (_("Lists"), tuple(f"list_{name}" for name in lists.DEFAULT)),
    (_("Periods"), ("month_first_day", "day_first_hour", "freeze_after")),
)
"""How the form is laid out: a heading, and the fields under it."""

OF_FIVE = ("factor_very_satisfied", "factor_very_dissatisfied")
"""The fields asked for only where five answers are offered."""

NAMES = {
    field.name: field.verbose_name
    for field in AssessmentPolicy._meta.fields  # noqa: SLF001 - documented
}


def _number(label: Any, initial: Any = None, most: int | None = None, **more: Any) -> forms.Field:
    return forms.DecimalField(
        label=label,
        initial=initial,
        min_value=0,
        max_value=most,
        max_digits=7,
        decimal_places=2,
        widget=forms.NumberInput({"step": "any", "inputmode": "decimal"}),
        **more,
    )


class PolicyForm(forms.ModelForm):
    """Ask for a whole version of the rules, filled with those of the version it is written from."""

    class Meta:
        model = AssessmentPolicy
        fields = PLAIN
        widgets = {"source": forms.Textarea(attrs={"rows": 2})}
        field_classes = {"valid_from": DayField}

    def __init__(self, *args: Any, base: AssessmentPolicy, units: Sequence[Unit], **more: Any):
        given = more.pop("initial", None) or {}
        initial = {
            name: getattr(base, name) for name in PLAIN if name not in ("name", "valid_from")
        }
        plain = {name: value for name, value in given.items() if name in PLAIN}
        more["initial"] = _short(initial | plain)
        super().__init__(*args, **more)
        self.units = units
        for name in ("basic_factor", "partly_factor"):
            self.fields[name].validators += [MinValueValidator(0), MaxValueValidator(1)]
        for name in PERCENT:
            label = NAMES[name]
            part = given.get(name, getattr(base, name))
            self.fields[name] = forms.DecimalField(
                label=_("%(name)s, %%") % {"name": label},
                initial=_plain(part * HUNDRED),
                min_value=Decimal("0.1") if name in ABOVE_NONE else 0,
                max_value=HUNDRED,
                max_digits=4,
                decimal_places=1,
                widget=forms.NumberInput({"step": "any", "inputmode": "decimal"}),
            )
        self._ask_of_answers(base)
        for form in Document.Form:
            points = base.document_points.get(form.value, "0")
            self.fields[f"points_{form.value}"] = _number(form.label, points)
        for name, rule in lists.rules_of(base.lists).items():
            self.fields[f"list_{name}"] = _number(LIST_RULES[name], _plain(rule))
        self._ask_of_units(base)

    def _ask_of_answers(self, base: AssessmentPolicy) -> None:
        held = {name: Decimal(str(value)) for name, value in base.answer_factors.items()}
        for name, factor in scales.factors_of(base.scale, held).items():
            field = f"factor_{name}"
            self.fields[field] = forms.DecimalField(
                label=FACTORS[name],
                initial=_plain(factor),
                required=field not in OF_FIVE,
                min_value=0,
                max_value=1,
                decimal_places=3,
                widget=forms.NumberInput({"step": "any", "inputmode": "decimal"}),
                help_text=_("Only where five answers are offered.") if field in OF_FIVE else "",
            )

    def clean(self) -> dict[str, Any]:
        """Ask for the outer two factors where five answers are offered."""
        said = super().clean() or self.cleaned_data
        for name in OF_FIVE if said.get("scale") == scales.FIVE else ():
            if said.get(name) is None and name not in self.errors:
                self.add_error(name, self.fields[name].error_messages["required"])
        return said

    def _ask_of_units(self, base: AssessmentPolicy) -> None:
        grouped = {
            unit.code: group.name
            for group in (base.groups.prefetch_related("members") if base.pk else ())
            for unit in group.members.all()
        }
        for unit in self.units:
            self.fields[f"group_{unit.code}"] = forms.CharField(
                label=_("Group of %(unit)s") % {"unit": unit.name},
                initial=grouped.get(unit.code, ""),
                required=False,
                max_length=40,
                widget=forms.TextInput({"list": f"groups-{sort_of(unit)}"}),
            )
            if unit.kind == Unit.Kind.TOWN:
                self.fields[f"weight_{unit.code}"] = _number(
                    _("Weight of %(unit)s's marks") % {"unit": unit.name},
                    base.town_weights.get(unit.code),
                    required=False,
                )

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"].strip()
        return name

    def given(self) -> dict[str, Any]:
        """Return the fields of the model as they were given."""
        said = self.cleaned_data
        return (
            {name: said[name] for name in PLAIN}
            | {name: said[name] / HUNDRED for name in PERCENT}
            | {
                "answer_factors": self._factors(),
                "document_points": self._texts("points_", [form.value for form in Document.Form]),
                "lists": self._texts("list_", lists.DEFAULT),
                "town_weights": self._texts("weight_", [unit.code for unit in self.units]),
            }
        )

    def _factors(self) -> dict[str, str]:
        """Return what the answers offered count, where it is not the usual."""
        found = {
            n: self.cleaned_data[f"factor_{n}"] for n in scales.weighed(self.cleaned_data["scale"])
        }
        return {n: str(_plain(factor)) for n, factor in found.items() if factor != scales.USUAL[n]}

    def _texts(self, prefix: str, names: Sequence[str] | Mapping[str, str]) -> dict[str, str]:
        found = {name: self.cleaned_data.get(f"{prefix}{name}") for name in names}
        return {name: str(_plain(value)) for name, value in found.items() if value is not None}

    def groups(self) -> list[GroupText]:
        """Return the groups: units of one sort with the same words beside them."""
        members: dict[tuple[str, str], list[str]] = defaultdict(list)
        for unit in self.units:
            if name := self.cleaned_data.get(f"group_{unit.code}", "").strip():
                members[sort_of(unit), name].append(unit.code)
        return [GroupText(sort, name, codes) for (sort, name), codes in members.items()]

    def fields_named(self, names: Sequence[str]) -> list[forms.BoundField]:
        return [self[name] for name in names]

    def towns(self) -> list[tuple[Unit, forms.BoundField, forms.BoundField]]:
        """Return each town with the fields of its group and of the weight of its marks."""
        return [
            (unit, self[f"group_{unit.code}"], self[f"weight_{unit.code}"])
            for unit in self.units
            if unit.kind == Unit.Kind.TOWN
        ]

    def departments(self) -> list[tuple[Unit, forms.BoundField]]:
        return [
            (unit, self[f"group_{unit.code}"]) for unit in self.units if unit.kind != Unit.Kind.TOWN
        ]


class ItemForm(forms.Form):
    """Ask for an item of the list of what is not counted."""

    code = forms.CharField(label=_("Code"), max_length=12)
    title = forms.CharField(label=_("Item"), max_length=120)
    basis = forms.CharField(
        label=_("Basis"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )
    valid_from = DayField(label=_("Valid from"))
    valid_to = DayField(label=_("Valid to"), required=False)


class EndForm(forms.Form):
    """Ask for the last day of an item."""

    valid_to = DayField(label=_("Last day"))


class PeriodForm(forms.Form):
    """Ask for a named span of time."""

    name = forms.CharField(label=_("Name of the period"), max_length=40)
    starts_at = MomentField(label=_("From"))
    ends_at = MomentField(label=_("Until"))


def sort_of(unit: Unit) -> str:
    """Return the sort of groups a unit belongs to."""
    town = unit.kind == Unit.Kind.TOWN
    return (RankingGroup.Sort.TOWN if town else RankingGroup.Sort.UNIT).value


def _short(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _plain(value) if isinstance(value, Decimal) else value
        for name, value in values.items()
    }


def _plain(value: Decimal) -> Decimal:
    """Return a number without zeros at its end, never written with an exponent."""
    return Decimal(f"{value.normalize():f}")
