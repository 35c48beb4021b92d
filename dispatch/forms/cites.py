"""The numbers of earlier rulings that an objection or a ruling cites."""

import re
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

_DIVIDERS = re.compile(r"[\s,，;；、]+")


class CitesInput(forms.TextInput):
    """Numbers typed, and those ticked beside the precedents, under one name."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str:
        values = data.getlist(name) if isinstance(data, MultiValueDict) else [data.get(name) or ""]
        return " ".join(dict.fromkeys(filter(None, _DIVIDERS.split(" ".join(values)))))


class CitesField(forms.CharField):
    """The numbers of earlier rulings; a list."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Rulings cited"),
            required=False,
            max_length=400,
            help_text=_("Their numbers, such as 裁〔2026〕5号; several with a space between."),
            widget=CitesInput({"autocomplete": "off"}),
        )

    def clean(self, value: Any) -> Any:
        return str(super().clean(value)).split()
