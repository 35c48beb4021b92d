"""Who walks a grid: people asked for by the area they are posted to."""

from django.db.models import QuerySet

from accounts.models import Membership, User
from grids.reach import FIELD, path_of


def grid_people(area: str, *roles: str) -> QuerySet[User]:
    """Return the active people who hold one of the roles (grid worker or head, unless named) in a unit
    whose area holds this one."""
    posts = Membership.objects.filter(role__in=roles or FIELD, unit__area__in=path_of(area))
    people = User.objects.filter(is_active=True, pk__in=posts.values("user"))
    return people.order_by("display_name", "pk")
