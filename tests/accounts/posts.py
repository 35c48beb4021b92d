"""Short ways to a notice and to a message for the tests of the outbox."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from accounts.models import Message, Notice, Unit, User
from accounts.services.notices import Draft, tell_units
from tests.cast import NOON, TOWN, Stage

PHONE = "13900001234"


def reachable(stage: Stage, name: str = "town", **given: str) -> User:
    """Give a person of the cast a phone, or what is given instead."""
    person = stage.people[name]
    for field, value in (given or {"phone": PHONE}).items():
        setattr(person, field, value)
    person.save()
    return person


def tell(count: int = 1, *, at: datetime = NOON, unit: str = TOWN, **given: Any) -> None:
    """Post notices to the town (the cast's secretary)."""
    fields = {"kind": "case_received", "case_number": "TZ1"} | given
    owner = Unit.objects.get(code=unit).pk
    tell_units([Draft(unit_id=owner, key=uuid4().hex, **fields) for _ in range(count)], at)


def message(person: User, at: datetime = NOON, **given: Any) -> Message:
    """Write a message that waits to be sent by SMS."""
    fields: dict[str, Any] = {
        "channel": "sms",
        "key": uuid4().hex,
        "subject": "新案件 TZ1",
        "body": "新案件 TZ1",
        "created_at": at,
        "not_before": at,
    }
    return Message.objects.create(recipient=person, **(fields | given))


def rung() -> int:
    """Return how many notices have rung."""
    return Notice.objects.filter(rung_at__isnull=False).count()
