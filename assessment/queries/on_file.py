"""Since when the product knows: what lies before its first case is not quiet, but not on file."""

from datetime import datetime

from django.db.models import Min

from cases.models import Case


def first_case() -> datetime | None:
    """Return when the first case on file was received; None where there is none. One look into an index."""
    received: datetime | None = Case.objects.aggregate(at=Min("received_at"))["at"]
    return received
