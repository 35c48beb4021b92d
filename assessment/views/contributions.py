"""One contribution to a score as a line of a table or of a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import User
from assessment.queries.working import numbers_kept_from
from assessment.services.working_lists import EXEMPT, NOT_COUNTED, STRUCK, UNREACHED
from cases.lifecycle import ClockKind
from cases.models import Callback
from dispatch.models import Document
from grids.naming import short_name

Row = dict[str, Any]
HEADS = {
    "case": gettext_lazy("Case"),
    "order": gettext_lazy("Order"),
    "document": gettext_lazy("Document number"),
    "leader": pgettext_lazy("of the district", "Leader"),
    "period": gettext_lazy("Period"),
    "town": gettext_lazy("Town"),
    "form": gettext_lazy("Form"),
    "limit": gettext_lazy("Limit"),
    "missed": gettext_lazy("Missed"),
    "contacted": gettext_lazy("Contacted"),
    "resolved": gettext_lazy("Solved?"),
    "satisfied": gettext_lazy("Satisfied?"),
    "arrival": gettext_lazy("arrival"),
    "attitude": gettext_lazy("attitude"),
    "result": gettext_lazy("result"),
    "proper": gettext_lazy("A proper whistle"),
    "mark": gettext_lazy("Mark"),
}
WHY = {
    NOT_COUNTED: gettext_lazy("not counted"),
    UNREACHED: gettext_lazy("nobody was reached"),
    STRUCK: gettext_lazy("marks set aside"),
    EXEMPT: gettext_lazy("missed limit not charged"),
    "upheld": gettext_lazy("objection upheld against it"),
}
CHOICES: dict[str, Any] = {
    "resolved": Callback.Resolved,
    "satisfied": Callback.Satisfied,
    "outcome": Callback.Outcome,
    "limit": ClockKind,
    "form": Document.Form,
}


@dataclass(frozen=True, slots=True)
class Hidden:
    """The numbers of the cases that are kept from a reader."""

    numbers: frozenset[str]

    @classmethod
    def of(cls, reader: User) -> "Hidden":
        return cls(numbers_kept_from(reader))

    def names(self, row: Row) -> bool:
        return row.get("case") in self.numbers


def columns_of(rows: Sequence[Row]) -> list[str]:
    """Return the columns that the contributions of a part have."""
    return [name for name in HEADS if any(name in row for row in rows)]


def line_of(
    row: Row,
    columns: Sequence[str],
    hidden: Hidden,
    documents: Mapping[str, int],
    towns: Mapping[str, str],
) -> Row:
    """Return a contribution's cells by column, its points, and why it has none."""
    kept_back = hidden.names(row)
    return {
        "cells": [_cell(name, row.get(name), kept_back, documents, towns) for name in columns],
        "points": row["points"],
        "why": why_of(row),
    }


def why_of(row: Row) -> str:
    why = str(WHY.get(row["why"], row["why"]))
    # of what an older system gave up nobody knows after which attempt
    known = row.get("outcome") in Callback.Outcome.values
    return f"{why}：{_said('outcome', row['outcome'])}" if known else why


def _cell(
    name: str,
    value: Any,
    kept_back: bool,
    documents: Mapping[str, int],
    towns: Mapping[str, str],
) -> Row:
    if kept_back and name in ("case", "order", "document"):
        return {"text": _("kept from you"), "url": ""}
    url = ""
    if value is None:
        return {"text": "—", "url": ""}
    if name == "case":
        url = reverse("cases:detail", args=[value])
    elif name == "order":
        url = reverse("dispatch:order", args=[value])
    elif name == "document" and value in documents:
        url = reverse("dispatch:document", args=[documents[value]])
    text = short_name(towns[value]) if name == "town" and value in towns else _said(name, value)
    return {"text": text, "url": url}


def _said(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name in CHOICES and value in CHOICES[name].values:
        return str(CHOICES[name](value).label)
    return "—" if value is None or value == "" else str(value)


def as_text(row: Row, hidden: Hidden) -> str:
    """Return a contribution as one cell of a file."""
    if hidden.names(row):
        return _("kept from you")
    return " · ".join(
        f"{HEADS[name]} {_said(name, row[name])}"
        for name in HEADS
        if row.get(name) not in (None, "")
    )
