"""What volunteers did in a month: services, people and hours of each team."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, F, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from accounts.models import User
from grids.models import VolunteerTeam
from grids.months import bounds_of

NOTHING = Value(Decimal(0), output_field=DecimalField(max_digits=12, decimal_places=2))


def teams_of_month(user: User, month: date) -> QuerySet[Any]:
    """Return the teams the user may see with `services`, `came` (people) and `worked` (hours) of the month."""
    since, until = bounds_of(month)
    of_month = Q(services__began_at__gte=since, services__began_at__lt=until)
    hours = Sum(F("services__hours") * F("services__people"), filter=of_month)
    return (
        VolunteerTeam.objects.visible_to(user)
        .select_related("area")
        .defer("area__boundary")
        .annotate(
            services_held=Count("services", filter=of_month),
            came=Coalesce(Sum("services__people", filter=of_month), 0),
            worked=Coalesce(hours, NOTHING),
        )
        .order_by("-active", "area", "name")
    )


def sums(teams: list[Any]) -> dict[str, Any]:
    """Return the sums over the teams: the area's month."""
    return {
        "teams": sum(team.active for team in teams),
        "members": sum(team.members for team in teams if team.active),
        "services": sum(team.services_held for team in teams),
        "came": sum(team.came for team in teams),
        "worked": sum((team.worked for team in teams), Decimal(0)).quantize(Decimal("0.1")),
    }
