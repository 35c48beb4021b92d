"""The last position of people in the field: told by a press of a button, forgotten after a day."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import BadInput
from grids.models import Position

FRESH = timedelta(minutes=30)
"""For how long a position says where somebody is."""

KEPT = timedelta(days=1)


def note_position(user: User, *, lon: float, lat: float, at: datetime) -> None:
    """Keep where the user is now, in place of where they were. Nothing is kept of the way."""
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise BadInput({"lon": _("Give degrees.")})
    Position.objects.update_or_create(user=user, defaults={"lon": lon, "lat": lat, "at": at})


def forget_positions(at: datetime) -> int:
    """Delete the positions older than a day; return how many."""
    return Position.objects.filter(at__lt=at - KEPT).delete()[0]
