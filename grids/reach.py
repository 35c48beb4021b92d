"""Who takes part in the life of which grids. The rules; services and querysets ask here."""

from collections.abc import Iterable

from django.db.models import Q

from accounts.models import Role, User
from grids.codes import CODE_LENGTH

FIELD = (Role.GRIDWORKER, Role.GRIDHEAD)
"""Those who walk the grids."""

KEEPERS = (Role.COMMUNITY, Role.TOWN)
"""Those who keep the lists of their area: duty, teams, meetings."""

HEADS = (Role.GRIDHEAD, *KEEPERS)
"""Those who give tasks and claim snapshots."""

TAKING_PART = (*FIELD, *KEEPERS)
READING = (*TAKING_PART, Role.SUPERVISOR, Role.LEADER)
"""Whose screens show the grids' daily life."""


def within_reach(user: User, *roles: str) -> Q:
    """Return the rows that lie in an area where the user holds one of the roles (any, unless named)."""
    return within(user.areas_of(*(roles or TAKING_PART)))


def within(codes: Iterable[str]) -> Q:
    """Return the rows whose `area` lies in one of the areas; none where there are none."""
    found = Q(pk__in=[])
    for code in codes:
        found |= Q(area__code__startswith=code)
    return found


def path_of(code: str) -> list[str]:
    """Return the codes of all areas that hold the area, the district first, its own last."""
    return [code[:digits] for digits in CODE_LENGTH.values() if digits <= len(code)]
