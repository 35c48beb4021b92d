"""What a department says when it whistles back, and the centre's ruling on it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from dispatch.forms.steps import NO, YES, StepForm
from dispatch.services.whistles_back import SUMMONED_BACK


def _reason(label: Any) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": 3, "maxlength": 2000})
    return forms.CharField(label=label, max_length=2000, widget=area)


class WhistleBackForm(StepForm):
    """Whom the department asks for, and why."""

    unit = forms.ChoiceField(label=_("Unit to summon"))
    reason = _reason(_("Why the matter needs this unit"))

    def __init__(self, *args: Any, order: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = Unit.objects.filter(kind__in=SUMMONED_BACK, active=True)
        groups: dict[str, list[tuple[str, str]]] = {}
        for unit in units.exclude(pk=order.unit_id).order_by("-kind", "code"):
            groups.setdefault(str(unit.get_kind_display()), []).append((unit.code, str(unit)))
        self.fields["unit"].choices = [("", "—"), *groups.items()]  # type: ignore[attr-defined]


class RuleBackForm(StepForm):
    """The centre grants, which summons the unit at once, or refuses."""

    granted = forms.ChoiceField(
        label=_("Ruling"),
        widget=forms.RadioSelect,
        choices=[(YES, _("Grant: the district summons the unit")), (NO, _("Refuse"))],
    )
    reason = _reason(_("Reason of the ruling"))

    def details(self) -> dict[str, Any]:
        return self.cleaned_data | {"granted": self.cleaned_data["granted"] == YES}
