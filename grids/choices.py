"""Areas and people that the forms of the grids' daily life offer: those of one's own ground."""

from django.db.models import Q, QuerySet

from accounts.models import User
from grids.models import Area
from grids.naming import short_name
from grids.people import grid_people
from grids.reach import TAKING_PART

MOST = 2000
"""Areas offered at most: a town has hundreds."""

Choices = list[tuple[str, str]]


def own_areas(user: User, *levels: str, all_where_wide: bool = True) -> QuerySet[Area]:
    """Return the areas of these levels inside those the user works for; the district's desks have all."""
    areas = Area.objects.filter(level__in=levels).defer("boundary").order_by("code")
    if user.sees_district and all_where_wide:
        return areas
    ground = Q(pk__in=[])
    for code in user.areas_of(*TAKING_PART):
        ground |= Q(code__startswith=code)
    return areas.filter(ground)


def communities(user: User) -> Choices:
    """Return the communities of the user's ground; where it is smaller, the one that holds it."""
    rows = list(own_areas(user, Area.Level.COMMUNITY)[:MOST])
    if not rows:
        codes = {code[:12] for code in user.areas_of(*TAKING_PART)}
        rows = list(Area.objects.filter(code__in=codes).defer("boundary").order_by("code"))
    return [(row.code, short_name(row.name)) for row in rows]


def grids(user: User, community: str = "") -> Choices:
    """Return grids and microgrids of the user's ground, of one community where it is given."""
    rows = own_areas(user, Area.Level.GRID, Area.Level.MICROGRID)
    rows = rows.filter(code__startswith=community) if community else rows
    return [(row.code, _indented(row)) for row in rows[:MOST]]


def _indented(area: Area) -> str:
    name = short_name(area.name)
    return f"　{name}" if area.level == Area.Level.MICROGRID else name


def people(area: str) -> list[tuple[int, str]]:
    """Return the grid workers and heads of an area."""
    return [(person.pk, str(person)) for person in grid_people(area)]
