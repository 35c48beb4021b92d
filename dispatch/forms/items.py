"""What the steps of a problem ask for, and the lines of a problem list."""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from itertools import zip_longest
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from cases.models import LimitUnit
from dispatch.services.item_clocks import MOST_TIME
from dispatch.services.items import Item


class ItemForm(forms.Form):
    """A step that asks for nothing."""

    photos = False


class DoneForm(ItemForm):
    photos = True
    evidence = forms.CharField(
        label=_("What proves it"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 2000}),
        help_text=_("In words, by photos, or both."),
    )


class ReasonForm(ItemForm):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": 300}),
    )


class AssignForm(ItemForm):
    """Who owns the problem, and within which time it is to be done."""

    unit = forms.ChoiceField(label=_("Owner"), required=False)
    limit = forms.DecimalField(
        label=_("Limit"),
        required=False,
        min_value=Decimal("0.5"),
        max_value=MOST_TIME,
        max_digits=5,
        decimal_places=1,
        widget=forms.NumberInput(attrs={"step": "0.5", "inputmode": "decimal"}),
        help_text=_("Empty: without a limit of its own. It counts from now."),
    )
    limit_unit = forms.ChoiceField(
        label=_("Time unit"), required=False, choices=LimitUnit.choices, initial=LimitUnit.WORKDAY
    )

    def __init__(self, *args: Any, units: Iterable[Unit] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("All summoned")), *[(unit.code, str(unit)) for unit in units]]
        self.fields["unit"].choices = choices  # type: ignore[attr-defined]


FORMS: dict[str, type[ItemForm]] = {
    "start": ItemForm,
    "done": DoneForm,
    "reopen": ReasonForm,
    "drop": ReasonForm,
    "assign": AssignForm,
}
"""The form of each step with a button."""


def typed_items(data: Any) -> list[Item]:
    """Return the lines of a problem list as they were typed, the empty ones too."""
    if not isinstance(data, MultiValueDict):
        return []
    texts = data.getlist("item_text")
    columns = [
        data.getlist(name)[: len(texts)] for name in ("item_unit", "item_limit", "item_limit_unit")
    ]
    rows = zip_longest(texts, *columns, fillvalue="")
    return [
        Item(text.strip(), unit, read_amount(amount), limit_unit if amount else "")
        for text, unit, amount, limit_unit in rows
    ]


def read_amount(text: str) -> Decimal | None:
    """Return the number typed as a limit; what is no number is refused with the limit, as zero."""
    if not text.strip():
        return None
    try:
        amount = Decimal(text.strip()).quantize(Decimal("0.01"))
    except InvalidOperation:
        return Decimal(0)
    return amount if amount.is_finite() else Decimal(0)
