"""The lines of the ledger as the month page shows them."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from assessment.models import Correction
from cases.models import Callback, Case

Row = dict[str, Any]

FACTS = {
    "town": gettext_lazy("town"),
    "community": gettext_lazy("community"),
    "category": gettext_lazy("category"),
    "open": gettext_lazy("open"),
    "counted": gettext_lazy("counted in assessments"),
    "merged": gettext_lazy("merged"),
    "redone": gettext_lazy("redone"),
    "self_handled": gettext_lazy("handled by the town itself"),
    "contacted": gettext_lazy("contacted"),
    "resolved": gettext_lazy("solved"),
    "satisfied": gettext_lazy("satisfied"),
    "unreached": gettext_lazy("not reached"),
    "live": gettext_lazy("order stands"),
    "settled": gettext_lazy("order settled"),
    "arrival": gettext_lazy("mark for arrival"),
    "attitude": gettext_lazy("mark for attitude"),
    "result": gettext_lazy("mark for the result"),
    "struck": gettext_lazy("marks set aside"),
    "missed": gettext_lazy("limit missed"),
    "exempt": gettext_lazy("missed limit not charged"),
    "upheld": gettext_lazy("objection upheld"),
    "unit": gettext_lazy("unit"),
    "mark": gettext_lazy("mark"),
    "proper": gettext_lazy("a proper whistle"),
}
"""Columns of input lines by what they say; the others are named as they are."""

ANSWERS = {
    **{choice.value: choice.label for choice in Callback.Resolved},
    **{choice.value: choice.label for choice in Callback.Satisfied},
    **{choice.value: choice.label for choice in Callback.Outcome},
    **{choice.value: choice.label for choice in Case.Kind},
    **{choice.value: choice.label for choice in Case.Channel},
}
"""What residents answered, and what is said of a case, in words."""


def lines_of(corrections: Iterable[Correction], reader: User) -> list[Row]:
    """Return each correction in words; of cases kept from the reader only that there is one."""
    rows = list(corrections)
    cases = {row.case_id for row in rows if row.case_id}
    hidden = set(Case.objects.hidden_from(reader).filter(pk__in=cases).values_list("pk", flat=True))
    return [_line(row, kept_back=row.case_id in hidden) for row in rows]


def _line(row: Correction, *, kept_back: bool) -> Row:
    score = row.effect.get("score") or [None, None]
    return {
        "found_at": row.found_at,
        "period": row.frozen.period,
        "number": row.case.number if row.case is not None and not kept_back else "",
        "key": _("kept from you") if kept_back else row.key,
        "unit": row.unit,
        "changes": [] if kept_back else _changes(row.before, row.after),
        "was": score[0],
        "would_be": score[1],
    }


def _changes(before: Row | None, after: Row | None) -> list[Row]:
    if before is None or after is None:
        text = _("was not there") if before is None else _("is no longer there")
        return [{"name": _("line"), "before": text, "after": ""}]
    return [
        {
            "name": FACTS.get(name, name),
            "before": _said(before.get(name)),
            "after": _said(after[name]),
        }
        for name in after
        if before.get(name) != after[name]
    ]


def _said(value: Any) -> str:
    if value is None:
        return "—"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(ANSWERS.get(value, value))
