"""The same rows by the ORM alone: no HTTP, no rules, no page."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Membership, Notice
from assessment.models import PeriodFigures
from cases.lifecycle import ClockKind
from cases.models import Callback, Case, CaseEvent, Clock, ClockEntry
from grids.models import Area

Given = Mapping[str, Any]
PLACES = ("area__boundary", "town__boundary")
POLICY = {"amount": "4", "unit": "natural_hour", "source": "bench"}


def intake(given: Given) -> object:
    """Write the rows of one request: case, event, two clocks with their entries, one notice."""
    at = timezone.now()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval('case_number_seq')")
            running = cursor.fetchone()[0]
        area, town = given["area"], given["area"][:9]
        case = Case.objects.create(
            number=f"{at:%Y%m%d}-{running:06d}",
            kind=given["kind"],
            channel=given["channel"],
            category_id=given["category"],
            text=given["text"],
            area_id=area,
            town_id=town,
            lon=given["lon"],
            lat=given["lat"],
            caller_name=given["caller_name"],
            caller_phone=given["caller_phone"],
            received_at=at,
        )
        CaseEvent.objects.create(case=case, step="receive", state="received", round=1, at=at)
        post = Membership.objects.select_related("unit").get(unit__code=town, role="town")
        clocks = Clock.objects.bulk_create(
            Clock(
                case=case,
                unit=post.unit,
                kind=kind,
                policy=POLICY,
                started_at=at,
                due_at=at + timedelta(hours=4),
            )
            for kind in (ClockKind.DECIDE, ClockKind.FINISH)
        )
        ClockEntry.objects.bulk_create(
            ClockEntry(clock=clock, kind="start", at=at, amount=4, unit="natural_hour")
            for clock in clocks
        )
        Notice.objects.create(
            recipient_id=post.user_id,
            key=f"received:{case.pk}:{post.user_id}",
            kind="case_received",
            case_number=case.number,
            created_at=at,
            not_before=at,
        )
    return case


def page(given: Given) -> object:
    """Read fifty cases with their places and their running clocks."""
    cases = list(
        Case.objects.filter(town=given["town"], category__code__startswith=given["category"])
        .select_related("category", "area", "town")
        .defer(*PLACES)
        .order_by("-received_at", "-pk")[:51]
    )
    clocks = Clock.objects.filter(case__in=[case.pk for case in cases], order_ref=None)
    return cases, list(clocks.filter(stopped_at=None))


def detail(given: Given) -> object:
    """Read a case with everything its page shows."""
    case = (
        Case.objects.select_related("category__parent", "area", "town", "received_by", "parent")
        .defer(*PLACES)
        .get(number=given["number"])
    )
    events = CaseEvent.objects.filter(case=case).select_related("actor", "unit")
    codes = [case.area_id[:length] for length in (6, 9, 12, 15)]
    return (
        case,
        list(events.order_by("-at", "-id")),
        list(case.clocks.filter(order_ref=None).select_related("unit")),
        list(Callback.objects.filter(case=case).select_related("agent")),
        list(case.attachments.all()),
        list(Case.objects.filter(parent=case)[:20]),
        list(Area.objects.filter(code__in=codes).values_list("code", "name")),
    )


def month(given: Given) -> object:
    """Read the roll-up of the period."""
    return PeriodFigures.objects.get(period=given["period"])


JOBS: dict[str, Callable[[Given], object]] = {
    "intake": intake,
    "list": page,
    "api_list": page,
    "detail": detail,
    "month": month,
}
