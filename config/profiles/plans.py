"""What picking a profile would change, row by row, and the work that does it: preview and deed are one plan."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from accounts.models import District, Role
from accounts.terms import TERMS
from assessment import scales
from assessment.models import AssessmentPolicy
from assessment.services.policies import SHIPPED
from cases.models import Callback
from config.profiles.parts import ADJUSTMENTS, HOURS, KINDS, LADDERS, LEVELS, LIMITS, Part, Values
from config.profiles.shape import (
    LATER,
    PART_WORDS,
    POLICY,
    SINCE,
    WEIGHTS,
    Profile,
    Right,
    decimal_text,
)
from dispatch.models import LEVELS as LEVELS_FROM_BELOW
from dispatch.models import Whistle, WhistleRight

Work = Callable[[], Any]

ACTIONS: dict[str, str | Promise] = {
    "added": pgettext_lazy("profile", "new"),
    "changed": pgettext_lazy("profile", "changed"),
    "ended": pgettext_lazy("profile", "ends"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One row that would be added, changed or ended, in words; `work` does it."""

    part: str
    action: str
    what: str
    before: str
    after: str
    work: Work = field(repr=False, compare=False)

    @property
    def action_words(self) -> str:
        return str(ACTIONS[self.action])

    @property
    def part_words(self) -> str:
        return part_words(self.part)

    def kept(self) -> dict[str, str]:
        """Return the change as the history keeps it."""
        names = ("part", "action", "what", "before", "after")
        return {name: getattr(self, name) for name in names}


def part_words(name: str) -> str:
    """Return what the page calls a part."""
    labels = {
        part.name: part.label for part in (LEVELS, KINDS, LIMITS, ADJUSTMENTS, LADDERS, HOURS)
    }
    return str((labels | PART_WORDS).get(name, name))


def plan(profile: Profile, begins: date, *, district: District) -> list[Change]:
    """Return what picking the profile changes where its dated rows begin on that day; writes nothing."""
    changes: list[Change] = []
    for part in (LEVELS, KINDS, HOURS):
        changes += _in_place(part, profile.rows[part.name])
    changes += _of_rights(profile.rights)
    for part in (LIMITS, ADJUSTMENTS, LADDERS):
        changes += _dated(part, profile.rows[part.name], begins)
    changes += _of_assessment(profile.assessment, begins)
    return [*changes, *_of_words(profile, district)]


# --- rows that are changed in place


def _in_place(part: Part, wanted: list[Values]) -> Iterable[Change]:
    stored = {part.key_of(part.of_row(row)): row for row in part.stored}
    for values in wanted:
        row = stored.get(part.key_of(values))
        if row is None:
            work = _creates(part, values)
            yield Change(part.name, "added", part.title(values), "", part.words(values), work)
        elif (old := part.of_row(row)) != values:
            words = part.words(old), part.words(values)
            work = _sets(row, values)
            yield Change(part.name, "changed", part.title(values), *words, work)


def _creates(part: Part, values: Values) -> Work:
    given = dict(values)
    if part is LEVELS:
        given["position"] = LEVELS_FROM_BELOW.index(values["code"]) + 1
    return lambda: part.stored.create(**given)


def _sets(row: models.Model, values: Values) -> Work:
    def work() -> None:
        for name, value in values.items():
            setattr(row, name, value)
        row.save()

    return work


def _of_rights(wanted: frozenset[Right]) -> Iterable[Change]:
    stored = {
        Right(row.power, row.level_id, row.kind, row.role): row
        for row in WhistleRight.objects.all()
    }
    held = str(pgettext_lazy("profile", "has it"))
    for right in sorted({*wanted, *stored}):
        words = _right_words(right)
        if right not in stored:
            yield Change("rights", "added", words, "", held, _grants(right))
        elif right not in wanted:
            yield Change("rights", "ended", words, held, "", stored[right].delete)


def _grants(right: Right) -> Work:
    return lambda: WhistleRight.objects.create(
        power=right.power, level_id=right.level, kind=right.kind, role=right.role
    )


def _right_words(right: Right) -> str:
    kind = str(Whistle.Kind(right.kind).label) if right.kind else ""
    words = (
        str(Role(right.role).label),
        str(WhistleRight.Power(right.power).label),
        str(Whistle.Level(right.level).label),
        kind,
    )
    return " · ".join(filter(None, words))


# --- rows that begin and end


def _dated(part: Part, wanted: list[Values], begins: date) -> Iterable[Change]:
    """Yield the changes of a dated part: a rule in force ends the day before, the new one begins.

    Planned rows that were to begin later give way. A rule that ended just before for the same
    reason and is wanted again goes on as if it never had ended.
    """
    stored: defaultdict[Any, list[Any]] = defaultdict(list)
    for row in part.stored.order_by("valid_from"):
        stored[part.key_of(part.of_row(row))].append(row)
    first = begins if stored else SINCE
    asked = {part.key_of(values): values for values in wanted}
    for key in {**asked, **stored}:
        yield from _of_rule(part, stored[key], asked.get(key), begins, first)


def _of_rule(
    part: Part, rows: list[Any], values: Values | None, begins: date, first: date
) -> Iterable[Change]:
    eve = begins - timedelta(days=1)
    planned = [row for row in rows if row.valid_from >= begins]
    held = [row for row in rows if row.valid_from < begins]
    in_force = [row for row in held if row.valid_to is None or row.valid_to >= begins]
    current = in_force[-1] if in_force else None  # one without an end gives way to a later one
    near = [current] if current else [row for row in held if row.valid_to == eve]
    near += [row for row in planned if row.valid_from == begins]
    stays = next((row for row in near if values is not None and part.of_row(row) == values), None)
    ended = [] if stays is not None and stays is current else in_force
    works: list[Work] = [_ends(row, eve) for row in ended]
    works += [row.delete for row in planned if row is not stays]
    if stays is not None and stays.valid_to is not None:
        works.append(_ends(stays, None))
    elif stays is None and values is not None:
        dates = {"valid_from": first, "valid_to": None}
        works.append(lambda: part.stored.create(**values, **dates))
    if not works:
        return
    old = part.of_row(current or planned[0]) if current or planned else None
    action = "ended" if values is None else "changed" if old else "added"
    title = part.title(values or old or {})
    before, after = (part.words(row) if row else "" for row in (old, values))
    yield Change(part.name, action, title, before, after, _all(works))


def _ends(row: Any, day: date | None) -> Work:
    def work() -> None:
        row.valid_to = day
        row.save(update_fields=["valid_to"])

    return work


def _all(works: list[Work]) -> Work:
    def work() -> None:
        for each in works:
            each()

    return work


# --- weights, words and lists


def _of_assessment(values: Values, begins: date) -> Iterable[Change]:
    """Yield the change of policy, if any: the one in force stays for the past, the new one begins."""
    policies = AssessmentPolicy.objects.order_by("-valid_from")
    held = policies.filter(valid_from__lt=begins).first()
    planned = list(policies.filter(valid_from__gte=begins))
    names = POLICY
    same = [
        row
        for row in (held, *(row for row in planned if row.valid_from == begins))
        if row is not None and all(getattr(row, name) == values[name] for name in names)
    ]
    works: list[Work] = [row.delete for row in planned if row not in same[:1]]
    if not same:
        works.append(_founds(values, begins if held or planned else SHIPPED["valid_from"]))
    if not works:
        return
    current = next((row for row in planned if row.valid_from == begins), held)
    before = _weights({name: getattr(current, name) for name in names}) if current else ""
    action = "changed" if current else "added"
    yield Change("assessment", action, values["name"], before, _weights(values), _all(works))


def _founds(values: Values, first: date) -> Work:
    def work() -> None:
        name, number = values["name"], 2
        while AssessmentPolicy.objects.filter(name=name).exists():
            name, number = f"{values['name']} ({number})", number + 1
        AssessmentPolicy.objects.create(**(values | {"name": name}), valid_from=first)

    return work


def _weights(values: Values) -> str:
    percent = [decimal_text(values[name] * 100) for name in WEIGHTS]
    later = [decimal_text(values[name] * 100) for name in LATER]
    said = _(
        "response %(a)s %%, resolution %(b)s %%, satisfaction %(c)s %%, basic × %(f)s; "
        "marks %(m)s %%, timeliness %(t)s %%, results %(r)s %%, objections %(o)s %%, documents %(d)s %%, "
        "leaders %(l)s %%; fewest cases for a rank %(n)s"
    ) % {
        "a": percent[0],
        "b": percent[1],
        "c": percent[2],
        "f": decimal_text(values["basic_factor"]),
        "m": percent[4],
        "t": percent[5],
        "r": percent[6],
        "o": later[0],
        "d": later[1],
        "l": later[2],
        "n": values["min_cases"],
    }
    if values["scale"] == scales.THREE and not values["answer_factors"]:
        return said
    return said + "; " + ", ".join(_answers(values))


def _answers(values: Values) -> Iterable[str]:
    """Yield what each answer counts, the best first, where a policy has not the usual ones."""
    own = {name: Decimal(str(factor)) for name, factor in values["answer_factors"].items()}
    found = scales.factors_of(values["scale"], own) | {"basic": values["basic_factor"]}
    for name in scales.OFFERED[values["scale"]]:
        yield f"{Callback.Satisfied(name).label} × {decimal_text(found[name])}"
    if found["no"]:
        yield f"{Callback.Resolved.NO.label} × {decimal_text(found['no'])}"


def _of_words(profile: Profile, district: District) -> Iterable[Change]:
    for name, label in TERMS.items():
        before, after = district.terms.get(name, ""), profile.terms.get(name, "")
        if before != after:
            yield Change("terms", _action(before, after), str(label), before, after, _nothing)
    old = {row["name"]: row for row in district.lists}
    new = {row["name"]: row for row in profile.lists}
    for name in {**old, **new}:
        if old.get(name) != new.get(name):
            before, after = (rows.get(name, {}).get("description", "") for rows in (old, new))
            action = _action(name if name in old else "", name if name in new else "")
            yield Change("lists", action, name, before, after, _nothing)


def _action(before: str, after: str) -> str:
    return "changed" if before and after else "added" if after else "ended"


def _nothing() -> None:
    """Words and lists are columns of the district's row, which is written in any case."""
