"""What the page of rights shows and reads: levels, kinds, and a table of boxes for each power."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from dispatch.models import WhistleRight
from dispatch.rights import BLOW, CLOSE, PASS_UP, KindCode, Level, LevelCode, current
from dispatch.services.rights import Grant, KindEdit, LevelEdit

ROLES = (Role.GRIDWORKER, Role.GRIDHEAD, Role.COMMUNITY, Role.TOWN, Role.SUPERVISOR, Role.LEADER)
"""Roles always shown; others only where they hold a right."""

MEANINGS: dict[str, str | Promise] = {
    BLOW: _("Who may summon others with a whistle of this level, for places their unit lies over."),
    CLOSE: _(
        "Who, in the unit that blew, accepts results or sends them back, and so ends the whistle."
    ),
    PASS_UP: _("Who may pass a matter of this level up to the next one, with its whole history."),
}


@dataclass(frozen=True, slots=True)
class Draft:
    """The district's whistles as stored, or as typed and not yet stored."""

    levels: list[LevelEdit]
    kinds: list[KindEdit]
    grants: set[Grant]


def stored() -> Draft:
    """Return what is in force."""
    now = current()
    return Draft(
        [LevelEdit(r.code, r.name, r.matter, r.summons, r.active) for r in now.levels],
        [
            KindEdit(k.code, k.name, k.description, k.stay, k.ring_minutes, k.active)
            for k in now.kinds
        ],
        {
            Grant(power, level, kind, role)
            for (power, level), pairs in now.held.items()
            for kind, role in pairs
        },
    )


def typed(post: QueryDict) -> Draft:
    """Return what was typed; the services judge it. A box for every kind makes its others needless."""
    grants = {Grant(*words) for text in post.getlist("right") if len(words := text.split(":")) == 4}
    every = {(grant.power, grant.level, grant.role) for grant in grants if not grant.kind}
    return Draft(
        [_level(post, level) for level in current().levels],
        [_kind(post, kind.code) for kind in current().kinds],
        {g for g in grants if not g.kind or (g.power, g.level, g.role) not in every},
    )


def _level(post: QueryDict, level: Level) -> LevelEdit:
    code, summons = level.code, post.getlist(f"level_{level.code}_summons")
    kept = [kind for kind in level.summons if kind in summons]  # in the order they were stored
    return LevelEdit(
        code,
        name=post.get(f"level_{code}_name", "").strip(),
        matter=post.get(f"level_{code}_matter", "").strip(),
        summons=(*kept, *(kind for kind in summons if kind not in kept)),
        active=f"level_{code}_active" in post,
    )


def _kind(post: QueryDict, code: str) -> KindEdit:
    ring = post.get(f"kind_{code}_ring", "").strip()
    return KindEdit(
        code,
        name=post.get(f"kind_{code}_name", "").strip(),
        description=post.get(f"kind_{code}_description", "").strip(),
        stay=f"kind_{code}_stay" in post,
        ring_minutes=(int(ring) if ring.isdecimal() and len(ring) < 8 else 0) if ring else None,
        active=f"kind_{code}_active" in post,
    )


def matrix(draft: Draft) -> list[dict[str, Any]]:
    """Return each power as a table: a row a role, a cell a level, in it a box for every kind and one a kind."""
    held = {grant.role for grant in draft.grants}
    roles = [*ROLES, *(role for role in Role if role in held and role not in ROLES)]
    return [
        {
            "code": power.value,
            "label": power.label,
            "meaning": MEANINGS[power.value],
            "rows": [
                {
                    "role": role,
                    "cells": [_cell(draft, power, level, role) for level in draft.levels],
                }
                for role in roles
            ],
        }
        for power in WhistleRight.Power
    ]


def _cell(draft: Draft, power: str, level: LevelEdit, role: Role) -> dict[str, Any]:
    kinds = [
        _box(draft.grants, Grant(power, level.code, kind.code, role.value), _kind_name(kind))
        for kind in draft.kinds
    ]
    return {
        "level": level.name or LevelCode(level.code).label,
        "active": level.active,
        "every": _box(draft.grants, Grant(power, level.code, "", role.value), _("every kind")),
        "kinds": kinds,
        "open": any(box["checked"] for box in kinds),
    }


def _kind_name(kind: KindEdit) -> str:
    return kind.name or str(KindCode(kind.code).label)


def _box(grants: Iterable[Grant], grant: Grant, label: str | Promise) -> dict[str, Any]:
    value = ":".join((grant.power, grant.level, grant.kind, grant.role))
    return {"value": value, "label": label, "checked": grant in grants}
