"""Which whistles this district knows, whom each level summons, and who may do what: the rows, kept.

The rows are `dispatch.models.rights`. They are read once a minute in each process, so that no
permission asks the database; whoever changes them calls `forget`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.kept import Kept
from accounts.models import Membership, Role, User
from accounts.models.users import DISTRICT_WIDE
from cases.lifecycle import CaseLifecycle, recused_unit

BLOW, CLOSE, PASS_UP = "blow", "close", "pass_up"
"""Powers: to blow a whistle, to accept its results and so close it (结案权), to pass a matter up."""


class LevelCode(models.TextChoices):
    """The levels from below, and what they are called where the district gives no name."""

    GRID = "grid", _("Grid whistle")
    COMMUNITY = "community", _("Community whistle")
    TOWN = "town", _("Town whistle")
    DISTRICT = "district", _("District whistle")


class KindCode(models.TextChoices):
    """The kinds every district has, and what they are called where it gives no name."""

    DAILY = "daily", _("Daily")
    HARD = "hard", _("Hard matter")
    ENFORCEMENT = "enforcement", _("Joint enforcement")
    EMERGENCY = "emergency", _("Emergency")


@dataclass(frozen=True, slots=True)
class Level:
    """One level of whistle of the district; `summons` are kinds of unit."""

    code: str
    position: int
    name: str
    matter: str
    summons: tuple[str, ...]
    active: bool

    @property
    def label(self) -> str:
        """Return the district's name for it, else the product's."""
        return self.name or str(LevelCode(self.code).label)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of whistle of the district."""

    code: str
    name: str
    description: str
    stay: bool
    ring_minutes: int | None
    active: bool

    @property
    def label(self) -> str:
        """Return the district's name for it, else the product's."""
        if self.name or self.code not in KindCode.values:
            return self.name or self.code
        return str(KindCode(self.code).label)


@dataclass(frozen=True)
class Rights:
    """All rows at one moment. `held` names the (kind, role) pairs of a power at a level; kind "" is every kind."""

    levels: tuple[Level, ...]
    kinds: tuple[Kind, ...]
    held: Mapping[tuple[str, str], frozenset[tuple[str, str]]]

    def level(self, code: str) -> Level | None:
        return next((level for level in self.levels if level.code == code), None)

    def kind(self, code: str) -> Kind | None:
        return next((kind for kind in self.kinds if kind.code == code), None)

    def active_levels(self, at_least: str = "") -> list[Level]:
        """Return the levels blown here, from below, from the level `at_least` on."""
        floor = self.level(at_least)
        from_ = floor.position if floor else 0
        return [level for level in self.levels if level.active and level.position >= from_]

    def above(self, code: str) -> Level | None:
        """Return the next level above that is blown here."""
        here = self.level(code)
        floor = here.position if here else 0
        return next((level for level in self.active_levels() if level.position > floor), None)

    def roles(self, power: str, level: str, kind: str = "") -> frozenset[str]:
        """Return the roles with the power at the level, for the kind, or for any kind at all."""
        pairs = self.held.get((power, level), frozenset())
        return frozenset(role for of_kind, role in pairs if not kind or of_kind in ("", kind))

    def roles_anywhere(self, power: str) -> frozenset[str]:
        """Return the roles with the power at some level."""
        return frozenset().union(*(self.roles(power, level.code) for level in self.levels))


def _read() -> Rights:
    levels = apps.get_model("dispatch", "WhistleLevel").objects.order_by("position")
    kinds = apps.get_model("dispatch", "WhistleKind").objects.order_by("position", "code")
    held: dict[tuple[str, str], set[tuple[str, str]]] = {}
    rows = apps.get_model("dispatch", "WhistleRight").objects.all()
    for power, level, kind, role in rows.values_list("power", "level_id", "kind", "role"):
        held.setdefault((power, level), set()).add((kind, role))
    return Rights(
        tuple(
            Level(r.code, r.position, r.name, r.matter, tuple(r.summons), r.active) for r in levels
        ),
        tuple(Kind(r.code, r.name, r.description, r.stay, r.ring_minutes, r.active) for r in kinds),
        {key: frozenset(pairs) for key, pairs in held.items()},
    )


_kept = Kept(_read)


def current() -> Rights:
    """Return the district's levels, kinds and rights, at most a minute old."""
    return _kept.get()


def forget() -> None:
    """Read the rows again at the next use; call it where they change."""
    _kept.forget()


def may(
    user: User, power: str, level: str, kind: str = "", case: CaseLifecycle | None = None
) -> bool:
    """Tell whether the user has the power at the level, for the kind (or for any), over the case
    (or anywhere). A level that is not active is neither blown nor passed up from."""
    known = current().level(level)
    if known is None or (power != CLOSE and not known.active):
        return False
    roles = current().roles(power, level, kind)
    return any(post.role in roles and (case is None or is_over(post, case)) for post in user.posts)


def is_over(post: Membership, case: CaseLifecycle) -> bool:
    """Tell whether the post lies over the case: its unit's area holds the place, or its role is the
    district's; never where the case complains of that very unit."""
    if post.unit_id == recused_unit(case):
        return False
    area = post.unit.area
    return post.role in DISTRICT_WIDE or bool(area and case.area_id.startswith(area))


def levels_for(user: User, power: str, case: CaseLifecycle) -> list[Level]:
    """Return the active levels at which the user has the power over the case, from below; of a
    matter that was passed up none below where it stands."""
    levels = current().active_levels(case.level)
    return [level for level in levels if may(user, power, level.code, case=case)]


def may_with_case(power: str, case: CaseLifecycle, user: User) -> bool:
    """Tell whether the user may blow a whistle on the case at all, or pass it up; no query.

    The rule behind the steps `whistle` and `pass_up` of cases (`settings.WHISTLE_RIGHTS`).
    """
    levels = levels_for(user, power, case)
    if power == PASS_UP:
        return any(current().above(level.code) for level in levels)
    return bool(levels)


def closes(whistle: Any, user: User) -> bool:
    """Tell whether the user accepts or sends back the whistle's results: who holds the right in the
    unit that blew it; a town with the right acts for its communities and grids. No query."""
    roles, unit = current().roles(CLOSE, whistle.level, whistle.kind), whistle.blower
    return user.holds_in(unit.pk, *roles) or (
        Role.TOWN in roles and bool(unit.area) and user.holds_over(unit.area, Role.TOWN)
    )


def summonable_by(level: str) -> tuple[str, ...]:
    """Return the kinds of unit that a whistle of the level may summon."""
    known = current().level(level)
    return known.summons if known else ()


def level_label(code: str) -> str:
    """Return what the district calls a level; one that is not known by its own code."""
    known = current().level(code)
    return known.label if known else str(dict(LevelCode.choices).get(code, code))


def kind_label(code: str) -> str:
    """Return what the district calls a kind of whistle."""
    known = current().kind(code)
    return known.label if known else str(dict(KindCode.choices).get(code, code))
