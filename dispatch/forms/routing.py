"""Forms of ownership: a rule, a trial, a matter of the city, the search of rulings."""

import re
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from accounts.pickers import DayField
from cases.forms import LateSelect
from cases.models import Case
from cases.queries import category_choices, town_choices
from dispatch.models import Ownership, OwnershipRule
from dispatch.queries.rulings import units_ruled_on
from dispatch.services.city_matters import LONGEST_ANSWER
from dispatch.services.ownership import RuleText

_DIVIDERS = re.compile(r"[\s,，;；、]+")
_EVERY = _("All")
TRIAL_DAYS = 30


def _choice(label: Any, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[("", _EVERY), *choices], required=False)


class OwnershipForm(forms.Form):
    """A rule: whom it names, then what it asks. Conditions left empty fit everything."""

    name = forms.CharField(label=_("Name of the rule"), max_length=80)
    ownership = forms.ChoiceField(
        label=_("Whose matter"), choices=Ownership.choices, widget=forms.RadioSelect
    )
    lead = forms.ChoiceField(label=_("Lead"), required=False)
    outside_unit = forms.CharField(
        label=_("The city's unit"),
        required=False,
        max_length=80,
        help_text=_("For matters of the city: with whom the lead takes it up."),
    )
    first_asked = forms.BooleanField(
        label=_("The unit asked first is responsible (several owners)"), required=False
    )
    assists = forms.MultipleChoiceField(
        label=_("Assisting units"), required=False, widget=forms.CheckboxSelectMultiple
    )
    category = forms.CharField(
        label=_("Category"), required=False, widget=LateSelect(category_choices, _EVERY)
    )
    area = forms.CharField(label=_("Town"), required=False, widget=LateSelect(town_choices, _EVERY))
    kind = _choice(_("Kind"), Case.Kind.choices)
    channel = _choice(_("Channel"), Case.Channel.choices)
    urgency = _choice(_("Urgency"), Case.Urgency.choices)
    words = forms.CharField(
        label=_("Words in the text"),
        required=False,
        max_length=600,
        help_text=_("One of them must stand in the text; several with a space between."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    source = forms.CharField(
        label=_("Basis"),
        max_length=200,
        help_text=_("The law, the list or the ruling on which it rests."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = Unit.objects.summonable().order_by("-kind", "pk")
        choices = [(unit.code, str(unit)) for unit in units]
        self.fields["lead"].choices = [("", "—"), *choices]  # type: ignore[attr-defined]
        self.fields["assists"].choices = choices  # type: ignore[attr-defined]

    def text(self) -> RuleText:
        """Return what the service takes."""
        given = dict(self.cleaned_data)
        given["words"] = _DIVIDERS.split(given["words"])
        return RuleText(**given)

    @staticmethod
    def values_of(rule: OwnershipRule) -> dict[str, Any]:
        """Return the rule as the form shows it."""
        plain = ("name", "ownership", "category", "area", "kind", "channel", "urgency", "source")
        return {name: getattr(rule, name) for name in plain} | {
            "lead": rule.lead.code if rule.lead else "",
            "assists": [unit.code for unit in rule.assists.all()],
            "outside_unit": rule.outside_unit,
            "first_asked": rule.first_asked,
            "words": " ".join(rule.words),
        }


class TryForm(forms.Form):
    """Which drafts are tried, on cases of which days."""

    drafts = forms.MultipleChoiceField(
        label=_("Drafts to try"), required=False, widget=forms.CheckboxSelectMultiple
    )
    since = DayField(label=_("Received from"), required=False)
    until = DayField(label=_("Received to"), required=False)

    def __init__(self, *args: Any, drafts: list[OwnershipRule], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(rule.pk), rule.name) for rule in drafts]
        self.fields["drafts"].choices = choices  # type: ignore[attr-defined]

    def chosen(self, at: datetime) -> dict[str, Any]:
        """Return the drafts and the span; without dates the last thirty days."""
        given = self.cleaned_data
        until = _midnight(given["until"]) + timedelta(days=1) if given["until"] else at
        since = _midnight(given["since"]) if given["since"] else until - timedelta(days=TRIAL_DAYS)
        return {"drafts": [int(pk) for pk in given["drafts"]], "since": since, "until": until}


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


class CityForm(forms.Form):
    """The counterpart department takes the case up with the city."""

    counterpart = forms.ChoiceField(label=_("Counterpart department"))
    outside_unit = forms.CharField(label=_("The city's unit"), max_length=80)
    reference = forms.CharField(
        label=_("Outside reference"),
        required=False,
        max_length=80,
        help_text=_("The number under which the city keeps the matter."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 3, "maxlength": 2000}),
    )

    def __init__(self, *args: Any, units: list[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(unit.code, str(unit)) for unit in units]
        self.fields["counterpart"].choices = choices  # type: ignore[attr-defined]


class CityAnswerForm(forms.Form):
    answer = forms.CharField(
        label=_("The city's answer"),
        max_length=LONGEST_ANSWER,
        widget=forms.Textarea({"rows": 4, "maxlength": LONGEST_ANSWER}),
    )


class RulingSearch(forms.Form):
    """What rulings are searched by; each may stay empty."""

    q = forms.CharField(
        label=_("Number or words"),
        required=False,
        max_length=40,
        widget=forms.SearchInput(attrs={"data-focus-key": "/"}),
    )
    category = forms.CharField(
        label=_("Category"), required=False, widget=LateSelect(category_choices, _EVERY)
    )
    unit = forms.ChoiceField(label=_("Unit"), required=False)
    upheld = forms.ChoiceField(
        label=_("Ruling"),
        required=False,
        choices=[("", _EVERY), ("yes", _("Upheld")), ("no", _("Overruled"))],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = [(unit.code, str(unit)) for unit in units_ruled_on()]
        self.fields["unit"].choices = [("", _EVERY), *units]  # type: ignore[attr-defined]

    def criteria(self) -> dict[str, str]:
        """Return what is searched for; a choice that does not exist narrows nothing."""
        given = self.cleaned_data
        names = {"q": "words", "category": "category", "unit": "unit", "upheld": "upheld"}
        return {argument: given.get(name, "").strip() for name, argument in names.items()}
