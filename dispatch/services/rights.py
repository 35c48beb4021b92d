"""Levels and kinds of whistle and the rights at them: shipped, taken over from a file, edited by hand."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Role, Unit, User
from accounts.refusals import BadInput
from dispatch import rights
from dispatch.models import LEVELS, WhistleKind, WhistleLevel, WhistleRight

SHIPPED = "dispatch/data/levels.json"
LONGEST_RING = 24 * 60


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """One right: the power, the level, the kind ("" is every kind) and the role."""

    power: str
    level: str
    kind: str
    role: str


@dataclass(frozen=True, slots=True)
class LevelEdit:
    """What the administrator wrote for a level."""

    code: str
    name: str
    matter: str
    summons: tuple[str, ...]
    active: bool


@dataclass(frozen=True, slots=True)
class KindEdit:
    """What the administrator wrote for a kind of whistle."""

    code: str
    name: str
    description: str
    stay: bool
    ring_minutes: int | None
    active: bool


def ensure_rights() -> None:
    """Load the shipped levels, kinds and rights where the district has none."""
    if not WhistleLevel.objects.exists():
        load_rights(Path(settings.BASE_DIR) / SHIPPED)


@transaction.atomic
def load_rights(path: Path) -> dict[str, int]:
    """Make the rows those of a file of the shipped shape, the rights exactly; return the counts."""
    given: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    for row in given["levels"]:
        defaults = row | {"position": LEVELS.index(row["code"]) + 1}
        WhistleLevel.objects.update_or_create(code=row["code"], defaults=defaults)
    for row in given["kinds"]:
        WhistleKind.objects.update_or_create(code=row["code"], defaults=row)
    grants = [
        Grant(row["power"], row["level"], row.get("kind", ""), role)
        for row in given["rights"]
        for role in row["roles"]
    ]
    _replace(grants)
    return {"levels": len(given["levels"]), "rights": len(grants)}


@transaction.atomic
def edit_rights(
    levels: Iterable[LevelEdit],
    kinds: Iterable[KindEdit],
    grants: Collection[Grant],
    *,
    actor: User,
) -> None:
    """Store what the administrator wrote. Raise `PermissionDenied` for others, `BadInput` where
    a level would have nobody to blow or to close, or would summon nobody."""
    if not actor.holds(Role.ADMIN):
        raise PermissionDenied(_("Only the administrator changes rights."))
    levels, kinds = list(levels), list(kinds)
    _check(levels, kinds, grants)
    for level in levels:
        WhistleLevel.objects.filter(code=level.code).update(
            name=level.name, matter=level.matter, summons=list(level.summons), active=level.active
        )
    for kind in kinds:
        WhistleKind.objects.filter(code=kind.code).update(
            name=kind.name,
            description=kind.description,
            stay=kind.stay,
            ring_minutes=kind.ring_minutes,
            active=kind.active,
        )
    _replace(grants)


def _replace(grants: Iterable[Grant]) -> None:
    """Make the stored rights exactly these: the lacking are added, the others taken away."""
    wanted = set(grants)
    stored = {
        Grant(row.power, row.level_id, row.kind, row.role): row.pk
        for row in WhistleRight.objects.all()
    }
    gone = [pk for grant, pk in stored.items() if grant not in wanted]
    WhistleRight.objects.filter(pk__in=gone).delete()
    WhistleRight.objects.bulk_create(
        WhistleRight(power=g.power, level_id=g.level, kind=g.kind, role=g.role)
        for g in sorted(wanted - stored.keys())
    )
    forget_after_commit()


def forget_after_commit() -> None:
    """Read the rows anew, here at once and again when the change stands for others, too."""
    rights.forget()
    transaction.on_commit(rights.forget)


def _check(
    levels: Iterable[LevelEdit], kinds: Collection[KindEdit], grants: Collection[Grant]
) -> None:
    wrong = {
        "levels": [text for level in levels for text in _problems_of_level(level)],
        "kinds": [text for kind in kinds for text in _problems_of_kind(kind)],
        "rights": [text for level in levels if level.active for text in _lacking(level, grants)],
    }
    if not any(kind.active for kind in kinds):
        wrong["kinds"].append(_("At least one kind of whistle must be blown."))
    if any(not _is_known(grant) for grant in grants):
        wrong["rights"].append(_("A right names what the product does not know."))
    if any(wrong.values()):
        raise BadInput({field: texts for field, texts in wrong.items() if texts})


def _problems_of_level(level: LevelEdit) -> list[str]:
    words = {"name": _name(level)}
    found = []
    if len(level.name) > 40 or len(level.matter) > 40:
        found.append(_("%(name)s: at most 40 characters.") % words)
    if set(level.summons) - set(Unit.Kind.values):
        found.append(_("%(name)s: such units are not known.") % words)
    if level.active and not level.summons:
        found.append(_("%(name)s summons nobody.") % words)
    return found


def _problems_of_kind(kind: KindEdit) -> list[str]:
    found = []
    if len(kind.name) > 40 or len(kind.description) > 200:
        found.append(_("A name has at most 40, a description 200 characters."))
    if kind.ring_minutes is not None and not 1 <= kind.ring_minutes <= LONGEST_RING:
        found.append(_("It rings again after 1 to 1440 minutes."))
    return found


def _lacking(level: LevelEdit, grants: Iterable[Grant]) -> list[str]:
    words = {"name": _name(level)}
    held = {grant.power for grant in grants if grant.level == level.code}
    lacking = {
        rights.BLOW: _("%(name)s: nobody may blow it."),
        rights.CLOSE: _("%(name)s: nobody may accept its results."),
    }
    return [text % words for power, text in lacking.items() if power not in held]


def _name(level: LevelEdit) -> str:
    return level.name or str(rights.LevelCode(level.code).label)


def _is_known(grant: Grant) -> bool:
    return (
        grant.power in WhistleRight.Power.values
        and grant.level in LEVELS
        and grant.kind in ("", *rights.KindCode.values)
        and grant.role in Role.values
    )
