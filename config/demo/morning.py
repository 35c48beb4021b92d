"""What makes the morning brief of the demo worth reading: phones to call, and a resident who urged three times."""

from datetime import datetime, timedelta

from accounts.models import Role, User
from cases.lifecycle import ClockKind, State
from cases.models import Case, Clock
from cases.services.urging import urge
from config.demo.people import People
from dispatch.models import Order

FIRST_PHONE = 80540001
"""Office phones of the demo: a range of our own, nobody's number."""

URGES = (26, 7, 2)
"""Hours before the present at which the resident asked again."""


def prepare_morning(people: People, until: datetime) -> None:
    """Give the staff of towns and departments an office phone, and let the oldest open case of the demo's
    department be urged three times."""
    staff = User.objects.filter(memberships__role__in=[Role.TOWN, Role.DEPARTMENT], phone="")
    rows = list(staff.distinct().order_by("pk"))
    for number, person in enumerate(rows):
        person.phone = f"010-{FIRST_PHONE + number}"
    User.objects.bulk_update(rows, ["phone"])
    if (case := _waiting_case(until)) is not None:
        for hours in URGES:
            at = until - timedelta(hours=hours)
            urge(case.pk, actor=people.named("operator"), at=at, words="请问什么时候能处理好")


def _waiting_case(until: datetime) -> Case | None:
    """Return the case that has waited longest with an order and its limit still running."""
    orders = Order.objects.filter(unit__code="CGW", state="reported")
    running = Clock.objects.running().filter(
        kind=ClockKind.FINISH, order_ref__in=orders.values("pk")
    )
    since = until - timedelta(hours=max(URGES) + 1)
    waiting = Case.objects.filter(
        clocks__in=running, state__in=[State.WHISTLED, State.REPORTED], received_at__lt=since
    )
    return waiting.order_by("received_at", "pk").first()
