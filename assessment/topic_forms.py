"""Forms of topics, hot spots and signs."""

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.pickers import DayField
from assessment.models import Sign, Topic
from assessment.services.hotspots import LONGEST_REASON
from assessment.services.signs import LONGEST_SETTLED
from assessment.services.topics import LARGEST_GOAL
from cases.forms import LateSelect, text_field
from cases.queries import category_choices, town_choices
from dispatch.forms.parties import PartiesForm
from dispatch.services.papers import LONGEST_TITLE
from grids.models import Area
from grids.naming import short_name

EVERY: tuple[str, Any] = ("", _("All"))
FIELDS = {"owner": "lead", "assists": "departments"}
"""What the form of the parties calls the units of a topic."""


class TopicForm(PartiesForm):
    """What is taken up where, by whom, with which goal, and when one looks again."""

    title = forms.CharField(label=_("Title"), max_length=LONGEST_TITLE)
    text = text_field(_("The problem, and what is to be done"))
    category = forms.CharField(
        label=_("Category"), widget=LateSelect(category_choices, _("Choose"))
    )
    area = forms.ChoiceField(label=_("Place"), required=False)
    goal = forms.DecimalField(
        label=_("Goal, cases a week"),
        min_value=0,
        max_value=LARGEST_GOAL,
        max_digits=8,
        decimal_places=2,
        help_text=_("A resident counts once a week, however often they call."),
    )
    begun_on = DayField(label=_("Measured from"))
    review_on = DayField(label=_("Look again on"), help_text=_("Owner and centre are reminded."))

    def __init__(self, *args: Any, place: Area | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places: list[tuple[str, Any]] = [("", _("The whole district")), *town_choices()]
        if place is not None and place.code not in dict(places):
            places.append((place.code, short_name(place.name)))
        self.fields["area"].choices = places  # type: ignore[attr-defined]


class CorrectionForm(TopicForm):
    """What of a topic is corrected, of what its user may, and why.

    `shown` are the facts as the page showed them: only what was typed over is a change, so that nobody undoes what
    somebody else corrected meanwhile.
    """

    reason = text_field(_("Why it is corrected"), rows=2)
    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, names: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wanted = {FIELDS.get(name, name) for name in names} | {"reason", "shown"}
        for name in set(self.fields) - wanted:
            del self.fields[name]

    def changes(self) -> dict[str, Any]:
        """Return what was typed over, by the names that the service has for it."""
        given = {n: value for n, value in self.cleaned_data.items() if n not in ("reason", "shown")}
        if "lead" in given:
            parties = self.parties()
            del given["lead"], given["departments"]
            given |= {"owner": parties["lead"], "assists": parties["assists"]}
        shown = _read(self.cleaned_data["shown"])
        return {name: value for name, value in given.items() if shown.get(name) != _plain(value)}


def as_shown(facts: Mapping[str, Any]) -> str:
    """Return the facts of a topic as the form remembers them."""
    return json.dumps({name: _plain(value) for name, value in facts.items()})


def _read(shown: str) -> dict[str, Any]:
    with suppress(ValueError, RecursionError):
        found = json.loads(shown)
        return found if isinstance(found, dict) else {}
    return {}


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return sorted(value)
    text = f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
    return "\n".join(text.split("\r\n")).strip()


class TopicFilter(forms.Form):
    """Words and state; each may stay empty."""

    q = forms.CharField(
        label=_("Number or title"),
        required=False,
        max_length=40,
        widget=forms.SearchInput(attrs={"data-focus-key": "/"}),
    )
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[EVERY, *Topic.State.choices]
    )

    def criteria(self) -> dict[str, str]:
        return {name: self.cleaned_data.get(name, "").strip() for name in ("q", "state")}


class WorkForm(forms.Form):
    """What was done about a topic."""

    text = text_field(pgettext_lazy("topic", "What was done"), rows=3)


class OutcomeForm(forms.Form):
    """What came of a topic."""

    outcome = text_field(
        _("What came of it"),
        rows=3,
        help_text=_("What is measured up to now is kept with it."),
    )


class AsideForm(forms.Form):
    """Why a hot spot needs no topic."""

    reason = forms.CharField(label=_("Why no topic is needed"), max_length=LONGEST_REASON)


class SignFilter(forms.Form):
    """Which sort of sign, and how it stands."""

    kind = forms.ChoiceField(label=_("Sign"), required=False, choices=[EVERY, *Sign.Kind.choices])
    standing = forms.ChoiceField(
        label=_("How it stands"),
        required=False,
        choices=[
            EVERY,
            ("asked", _("Waits for an answer")),
            ("answered", pgettext_lazy("sign", "Answered")),
            ("settled", pgettext_lazy("sign", "Settled")),
        ],
    )

    def criteria(self) -> dict[str, str]:
        return {name: self.cleaned_data.get(name, "") for name in ("kind", "standing")}


class AnswerForm(forms.Form):
    """The answer of the unit asked."""

    answer = text_field(_("The answer"), rows=4)


class SettleForm(forms.Form):
    """What was found."""

    settled = forms.CharField(
        label=_("What was found"),
        max_length=LONGEST_SETTLED,
        widget=forms.Textarea({"rows": 3, "data-counter": ""}),
    )
