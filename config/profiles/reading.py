"""Read a profile's file: every row checked, all that is wrong told at once with its part and row."""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import Role
from accounts.terms import TERMS
from assessment.models import AssessmentPolicy
from cases.models import ClockKind
from cases.services.limits import OPTIONAL
from config.profiles import shipped
from config.profiles.parts import KINDS, LEVELS, LIMITS, PARTS, Key, Part, Values
from config.profiles.shape import FORMAT, LATER, POLICY, Problem, Profile, ProfileRefused, Right
from dispatch.models import Whistle, WhistleRight

HEAD = ("code", "name", "slogan", "description")
KEYS = {*HEAD, *(part.name for part in PARTS)}
KEYS |= {"format", "base", "rights", "assessment", "lists", "terms", "unknown"}
SET_BY_HAND = frozenset({ClockKind.ITEM})
"""Clocks whose time is given with the matter, not by a table."""

Raw = Mapping[str, Any]


@cache
def shipped_profile(code: str) -> Profile:
    """Return one of the shipped profiles; raise `KeyError` for another code."""
    if code not in shipped.CODES:
        raise KeyError(code)
    return read_profile(shipped.text_of(code))


def read_profile(text: str) -> Profile:
    """Return the profile a file holds; raise `ProfileRefused` with everything that is wrong in it.

    Where the file names the base `shipped`, it states only what differs from the shipped tables.
    """
    given = _parsed(text)
    base = _base(given)
    problems: list[Problem] = []
    if unknown := set(given) - KEYS:
        text = _("The file has parts that are not known: %(names)s.")
        problems.append(Problem("file", 0, text % {"names": ", ".join(sorted(unknown))}))
    head = {name: _words(given, name, problems) for name in HEAD}
    rows = {part.name: _rows(part, given, base, problems) for part in PARTS}
    rights = _rights(given.get("rights", base.get("rights", [])), problems)
    assessment = _assessment(_rules(base, given), problems)
    lists, terms = _lists(given.get("lists", []), problems), _terms(given, problems)
    if not problems:
        problems += _gaps(rows, rights)
    if problems:
        raise ProfileRefused(problems)
    notes = [str(note) for note in given.get("unknown", [])]
    return Profile(
        **head,
        rows=rows,
        rights=rights,
        assessment=assessment,
        lists=lists,
        terms=terms,
        unknown=notes,
    )


def _parsed(text: str) -> dict[str, Any]:
    try:
        given = json.loads(text)
    except ValueError as error:
        words = _("The file cannot be read as JSON: %(error)s") % {"error": error}
        raise ProfileRefused([Problem("file", 0, words)]) from None
    if not isinstance(given, dict) or given.get("format") != FORMAT:
        words = _("This is no district profile of format %(number)s.") % {"number": FORMAT}
        raise ProfileRefused([Problem("file", 0, words)])
    return given


def _base(given: Raw) -> dict[str, Any]:
    name = given.get("base", "")
    if name not in ("", "shipped"):
        text = _("There is no base “%(name)s”: write shipped, or leave it out.") % {"name": name}
        raise ProfileRefused([Problem("base", 0, text)])
    return shipped.base() if name else {}


def _words(given: Raw, name: str, problems: list[Problem]) -> str:
    longest = {"code": 20, "name": 60}.get(name, 400)
    text = given.get(name, "")
    needed = name in ("code", "name")
    if not isinstance(text, str) or len(text) > longest or (needed and not text.strip()):
        words = _("Write a text of at most %(count)s characters.") % {"count": longest}
        problems.append(Problem(name, 0, words))
        return ""
    return text.strip()


def _rows(part: Part, given: Raw, base: Raw, problems: list[Problem]) -> list[Values]:
    """Return the rows of a part: the base's, each replaced by the file's row of the same key."""
    found = _checked(part, base.get(part.name, []), [])
    stated = given.get(part.name, [])
    if not isinstance(stated, list) or (not base and not stated):
        problems.append(Problem(part.name, 0, _("This part must be a list of rows.")))
        return []
    return list((found | _checked(part, stated, problems)).values())


def _checked(part: Part, rows: Iterable[Any], problems: list[Problem]) -> dict[Key, Values]:
    found: dict[Key, Values] = {}
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict):
            problems.append(Problem(part.name, number, _("A row is an object with columns.")))
            continue
        try:
            values = part.read(row)
        except (ValidationError, TypeError, ValueError) as error:
            problems += [Problem(part.name, number, text) for text in _said(error)]
            continue
        if part.key_of(values) in found:
            problems.append(Problem(part.name, number, _("This row stands twice.")))
        found[part.key_of(values)] = values
    return found


def _said(error: Exception) -> list[str]:
    if not isinstance(error, ValidationError):
        return [str(error)]
    if hasattr(error, "error_dict"):
        return [f"{name}: {text}" for name, texts in error.message_dict.items() for text in texts]
    return error.messages


def _rights(rows: Any, problems: list[Problem]) -> frozenset[Right]:
    """Return the rights; one row of the file may name several roles."""
    found = set()
    for number, row in enumerate(rows if isinstance(rows, list) else [], start=1):
        given = row if isinstance(row, dict) else {}
        roles = given.get("roles") or [given.get("role", "")]
        for role in roles if isinstance(roles, list) else [""]:
            right = Right(
                str(given.get("power", "")),
                str(given.get("level", "")),
                str(given.get("kind", "")),
                str(role),
            )
            found.add(right)
            if not _is_known(right):
                text = _("This is no right: a power, a level, perhaps a kind, and roles.")
                problems.append(Problem("rights", number, text))
    if not found:
        problems.append(Problem("rights", 0, _("This part must be a list of rows.")))
    return frozenset(found)


def _is_known(right: Right) -> bool:
    return (
        right.power in WhistleRight.Power.values
        and right.level in Whistle.Level.values
        and right.kind in ("", *Whistle.Kind.values)
        and right.role in Role.values
    )


DEPARTMENT = {"marks_weight": "0.4", "timeliness_weight": "0.3", "results_weight": "0.3"}
"""The three parts a department's score had when profiles could say no others."""


def _rules(base: Raw, given: Raw) -> dict[str, Any]:
    """Lay the file's rules over the base's. One that weighs a department's parts and does not know the
    later ones means a score without them."""
    own, shipped_rules = given.get("assessment", {}), base.get("assessment", {})
    if own.keys() & DEPARTMENT.keys() and not own.keys() & set(LATER):
        shipped_rules = shipped_rules | DEPARTMENT | dict.fromkeys(LATER, "0")
    return {**shipped_rules, **own}


def _assessment(given: Raw, problems: list[Problem]) -> Values:
    names = ("name", *POLICY)
    try:
        row = AssessmentPolicy(**given)
        row.clean_fields(exclude=["id", "valid_from"])
        row.validate_constraints(exclude=["name", "valid_from"])
        row.clean()
    except (ValidationError, TypeError, ValueError) as error:
        problems += [Problem("assessment", 0, text) for text in _said(error)]
        return {}
    return {name: getattr(row, name) for name in names}


def _lists(rows: Any, problems: list[Problem]) -> list[dict[str, str]]:
    found = []
    for number, row in enumerate(rows if isinstance(rows, list) else [None], start=1):
        if not isinstance(row, dict) or not row.get("name") or not row.get("source"):
            text = _("A list of duties has a name and a source.")
            problems.append(Problem("lists", number, text))
            continue
        names = ("name", "description", "source")
        found.append({name: str(row.get(name, ""))[:200] for name in names})
    return found


def _terms(given: Raw, problems: list[Problem]) -> dict[str, str]:
    terms = given.get("terms", {})
    if not isinstance(terms, dict) or set(terms) - set(TERMS):
        text = _("Words are given for: %(names)s.") % {"names": ", ".join(TERMS)}
        problems.append(Problem("terms", 0, text))
        return {}
    if any(not isinstance(word, str) or len(word) > 40 for word in terms.values()):
        problems.append(Problem("terms", 0, _("A word has at most 40 characters.")))
        return {}
    return {name: word.strip() for name, word in terms.items() if word.strip()}


def _gaps(rows: dict[str, list[Values]], rights: frozenset[Right]) -> list[Problem]:
    """Return what the profile lacks to be lived by: a level, a limit, somebody who may blow and close."""
    problems = []
    for part, codes in ((LEVELS, Whistle.Level.values), (KINDS, Whistle.Kind.values)):
        if lacking := set(codes) - {row["code"] for row in rows[part.name]}:
            text = _("These are lacking: %(names)s.") % {"names": ", ".join(sorted(lacking))}
            problems.append(Problem(part.name, 0, text))
    timed = {row["clock"] for row in rows[LIMITS.name]}
    if lacking := set(ClockKind.values) - OPTIONAL - SET_BY_HAND - timed:
        text = _("No time limit is given for: %(names)s.") % {"names": ", ".join(sorted(lacking))}
        problems.append(Problem(LIMITS.name, 0, text))
    for level in (row["code"] for row in rows[LEVELS.name] if row["active"]):
        for power in (WhistleRight.Power.BLOW, WhistleRight.Power.CLOSE):
            if not any(right.power == power and right.level == level for right in rights):
                text = _("Nobody has the right “%(power)s” at the level %(level)s.")
                words = {"power": power.label, "level": level}
                problems.append(Problem("rights", 0, text % words))
    return problems
