"""The parts of a profile that are rows of a table: their columns, and what makes a row wrong."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from accounts.models import Unit
from cases.calendars import Content, read_periods
from cases.deadlines import BadPeriods
from cases.ladders import BadRung, read_rungs
from cases.models import (
    Adjustment,
    AdjustmentPolicy,
    Case,
    ClockKind,
    Ladder,
    LimitUnit,
    TimeLimit,
    WorkHours,
)
from cases.services.policies import UNITS
from dispatch.models import Document, Whistle, WhistleKind, WhistleLevel

Values = dict[str, Any]
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A table of a profile: its columns, how a row is checked and how it is put into words.

    Rows of a `dated` part begin and end; those of the others are changed in place.
    """

    name: str
    label: str | Promise
    model: type[models.Model]
    key: tuple[str, ...]
    fields: tuple[str, ...]
    dated: bool
    check: Callable[[Values], str]
    title: Callable[[Values], str]
    words: Callable[[Values], str]

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.key, *self.fields)

    @property
    def stored(self) -> models.QuerySet[Any]:
        """Return the rows the profile speaks of; times of filing conditions belong to those."""
        rows = self.model._default_manager.all()  # noqa: SLF001 - documented for any model's rows
        return rows.filter(condition="") if self.model is TimeLimit else rows

    def key_of(self, values: Mapping[str, Any]) -> Key:
        """Return what tells the row from the others of its part."""
        return tuple(values[name] for name in self.key)

    def of_row(self, row: models.Model) -> Values:
        """Return a stored row's columns, as a file would hold them."""
        return {name: getattr(row, name) for name in self.columns}

    def read(self, given: Mapping[str, Any]) -> Values:
        """Return the columns of a row as the table takes them; raise `ValidationError` with what is wrong."""
        if unknown := set(given) - set(self.columns):
            text = _("There is no column %(names)s.")
            raise ValidationError(text % {"names": ", ".join(sorted(unknown))})
        row = self.model(**given)
        every = {field.name for field in self.model._meta.fields}  # noqa: SLF001 - documented
        others = every - set(self.columns)
        row.clean_fields(exclude=others)
        values = self.of_row(row)
        if not values.get("source"):
            raise ValidationError(_("Every row names its source."))
        if text := self.check(values):
            raise ValidationError(text)
        return values


def _known(values: Values, **allowed: Any) -> str:
    for name, choices in allowed.items():
        if values[name] not in ("", *choices):
            return _("“%(value)s” is not known as %(name)s.") % {
                "value": values[name],
                "name": name,
            }
    return ""


def _whens(values: Values) -> str:
    return _known(values, whistle_kind=Whistle.Kind.values, urgency=Case.Urgency.values)


def _check_limit(values: Values) -> str:
    if values["amount"] <= 0:
        return _("A limit is more than nothing and names its source.")
    return _whens(values) or _known(values, case_kind=Case.Kind.values)


def _check_adjustment(values: Values) -> str:
    if values["unit"] != UNITS[Adjustment(values["kind"])]:
        return _("Extensions are measured in workday, holds in natural_day.")
    if values["most_amount"] <= 0:
        return _("A limit is more than nothing and names its source.")
    return _whens(values)


def _check_ladder(values: Values) -> str:
    try:
        read_rungs(values["rungs"])
    except (BadRung, TypeError, AttributeError) as error:
        return _("The rungs cannot be read: %(error)s") % {"error": error}
    return _whens(values) or _known(values, clock=ClockKind.values)


def _check_level(values: Values) -> str:
    summons = values["summons"]
    if not isinstance(summons, list) or set(summons) - set(Unit.Kind.values):
        return _("A level summons kinds of unit: %(names)s.") % {
            "names": ", ".join(Unit.Kind.values)
        }
    return ""


def _check_kind(values: Values) -> str:
    return _known(values, code=Whistle.Kind.values)


def _check_hours(values: Values) -> str:
    try:
        Content(periods=read_periods(values["periods"])).build()
    except (BadPeriods, TypeError, ValueError) as error:
        return _("These periods cannot be worked: %(error)s") % {"error": error}
    return ""


def _title_of(values: Values) -> str:
    """Return what a rule of time is for, in words: the clock, then what narrows it."""
    named = [
        (ClockKind, values.get("clock") or ""),
        (Adjustment, values.get("kind") or ""),
        (Whistle.Kind, values["whistle_kind"]),
        (Case.Urgency, values["urgency"]),
        (Case.Kind, values.get("case_kind") or ""),
    ]
    words = [str(choices(value).label) for choices, value in named if value]
    words += [values["category"]] if values.get("category") else []
    words += [_("redo")] if values.get("redo") else []
    return " · ".join(words) or _("all that have no rule of their own")


def _amount(amount: Decimal, unit: str) -> str:
    return f"{amount.normalize():f} {LimitUnit(unit).label}"


def _level_words(values: Values) -> str:
    kinds = pgettext("list", ", ").join(str(Unit.Kind(kind).label) for kind in values["summons"])
    words = [values["name"], values["matter"], _("summons %(kinds)s") % {"kinds": kinds}]
    words += [] if values["active"] else [_("not blown here")]
    return " · ".join(filter(None, words))


def _kind_words(values: Values) -> str:
    words = [values["name"], values["description"]]
    words += [_("nobody leaves before it is done")] if values["stay"] else []
    if values["ring_minutes"]:
        words.append(_("rings again after %(n)s min") % {"n": values["ring_minutes"]})
    words += [] if values["active"] else [_("not blown here")]
    return " · ".join(filter(None, words))


def _ladder_words(values: Values) -> str:
    """Return the documents of a ladder in their order: 提醒函 → 交办单 → 督办单."""
    forms = [str(rung["form"]) for rung in values["rungs"]]
    named = [str(Document.Form(form).label) for form in forms if form in Document.Form.values]
    return f"{values['name']}: {' → '.join(named)}" if named else values["name"]


def _hours_words(values: Values) -> str:
    return f"{values['name']} {_(', ').join('–'.join(pair) for pair in values['periods'])}"


LEVELS = Part(
    "levels",
    gettext_lazy("Levels of whistle"),
    WhistleLevel,
    ("code",),
    ("name", "matter", "summons", "active", "source"),
    dated=False,
    check=_check_level,
    title=lambda values: str(Whistle.Level(values["code"]).label),
    words=_level_words,
)
KINDS = Part(
    "kinds",
    gettext_lazy("Kinds of whistle"),
    WhistleKind,
    ("code",),
    ("position", "name", "description", "stay", "ring_minutes", "active", "source"),
    dated=False,
    check=_check_kind,
    title=lambda values: str(Whistle.Kind(values["code"]).label),
    words=_kind_words,
)
LIMITS = Part(
    "limits",
    gettext_lazy("Time limits"),
    TimeLimit,
    ("clock", "whistle_kind", "urgency", "case_kind", "category", "redo"),
    ("amount", "unit", "source"),
    dated=True,
    check=_check_limit,
    title=_title_of,
    words=lambda values: _amount(values["amount"], values["unit"]),
)
ADJUSTMENTS = Part(
    "adjustments",
    gettext_lazy("Extensions and holds"),
    AdjustmentPolicy,
    ("kind", "whistle_kind", "urgency"),
    ("most_times", "most_amount", "unit", "source"),
    dated=True,
    check=_check_adjustment,
    title=_title_of,
    words=lambda values: (
        f"{values['most_times']} × {_amount(values['most_amount'], values['unit'])}"
    ),
)
LADDERS = Part(
    "ladders",
    gettext_lazy("Ladders of supervision"),
    Ladder,
    ("clock", "whistle_kind", "urgency"),
    ("name", "rungs", "source"),
    dated=True,
    check=_check_ladder,
    title=_title_of,
    words=_ladder_words,
)
HOURS = Part(
    "hours",
    gettext_lazy("Hours of work"),
    WorkHours,
    ("code",),
    ("name", "every_day", "periods", "quiet_from", "source"),
    dated=False,
    check=_check_hours,
    title=lambda values: values["code"],
    words=_hours_words,
)
PARTS = (LEVELS, KINDS, LIMITS, ADJUSTMENTS, LADDERS, HOURS)
