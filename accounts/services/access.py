"""Leave a line whenever somebody looks at a caller's name and phone."""

from datetime import datetime

from accounts.models import AccessLog, User


def log_look(user: User, case_number: str, purpose: str, at: datetime) -> None:
    """Record that the user looked at the caller of the case, and why."""
    AccessLog.objects.create(user=user, case_number=case_number, purpose=purpose, at=at)
