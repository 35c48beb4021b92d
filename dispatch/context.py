"""What dispatch adds to the frame of every page: the emergencies that ring."""

from typing import Any

from django.http import HttpRequest

from accounts.models import Role, User
from dispatch.queries.alarms import alarms_of


def alarms(request: HttpRequest) -> dict[str, Any]:
    """Return the banner's emergencies, asked for only where a page draws it; costs others no query."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {}
    return {"alarms": lambda: alarms_of(user), "may_ring": lambda: user.holds(Role.DEPARTMENT)}
