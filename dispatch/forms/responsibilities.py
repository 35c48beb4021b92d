"""What the responsibility list is searched by."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from cases.models import Category
from dispatch.models import Responsibility


class SearchForm(forms.Form):
    """Words, class, category and unit; each may stay empty."""

    q = forms.CharField(
        label=_("Search"), required=False, widget=forms.SearchInput(attrs={"data-focus-key": "/"})
    )
    group = forms.ChoiceField(label=_("Class"), required=False)
    category = forms.ChoiceField(label=_("Category"), required=False)
    unit = forms.ChoiceField(label=_("Unit"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = Responsibility.objects.order_by("group").values_list("group", flat=True).distinct()
        categories = Category.objects.filter(parent=None).order_by("code")
        units = Unit.objects.summonable().order_by("-kind", "pk")
        every = [("", _("All"))]
        for name, choices in {
            "group": [(group, group) for group in groups],
            "category": [(row.code, row.name) for row in categories],
            "unit": [(unit.code, str(unit)) for unit in units],
        }.items():
            self.fields[name].choices = every + choices  # type: ignore[attr-defined]

    def criteria(self) -> dict[str, str]:
        """Return what is searched for; a choice that does not exist narrows nothing."""
        given = self.cleaned_data
        words = {"words": given.get("q", "")}
        return words | {name: given.get(name, "") for name in ("group", "category", "unit")}
