"""What the board on the wall reads: a handful of queries by index, whoever looks and however many do.

Reports of wrongdoing are left out of everything but the sums; a confidential case shows its town only.
Nothing here was typed by anybody: no text of a case, no name, no note.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Case as WhenCase
from django.db.models import Exists, IntegerField, OuterRef, Q, Value, When
from django.utils import timezone

from cases.models import Case, CaseEvent, Clock
from dispatch.lifecycle import UNSETTLED
from dispatch.models import Order, Whistle

MOST_ORDERS = 900
MOST_STEPS = 12
MOST_READ = 300
"""Steps read from the end: what was told late (a report from the field) takes its own place among them."""

_UNSETTLED = "({})".format(", ".join(f"'{state.value}'" for state in UNSETTLED))
QUIET_STEPS = ("group", "guest.make", "guest.revoke")
"""Steps that are nobody's news."""

VERSION = """
    SELECT coalesce((SELECT max(id) FROM cases_caseevent), 0),
        coalesce((SELECT extract(epoch FROM max(computed_at))::bigint
            FROM assessment_periodfigures), 0)
"""
TODAY = f"""
    SELECT
        (SELECT count(*) FROM cases_case WHERE received_at >= %(day)s AND received_at <= %(at)s),
        (SELECT count(*) FROM cases_case WHERE closed_at >= %(day)s AND closed_at <= %(at)s),
        (SELECT count(*) FROM dispatch_whistle WHERE blown_at >= %(day)s AND blown_at <= %(at)s),
        (SELECT count(DISTINCT whistle_id) FROM dispatch_order WHERE state IN {_UNSETTLED}),
        (SELECT count(DISTINCT case_id) FROM cases_clock
            WHERE breached_at >= %(day)s AND breached_at <= %(at)s),
        (SELECT count(*) FROM dispatch_document WHERE issued_at >= %(day)s AND issued_at <= %(at)s)
"""  # noqa: S608 - put together from constants of this page
COUNTS = ("received", "closed", "whistles", "live", "late", "documents")
MONTH = """
    SELECT figures -> 'rates', figures -> 'score', figures -> 'totals' -> 'valid_callbacks', (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
            'code', t -> 'code', 'name', t -> 'name', 'rank', t -> 'rank', 'score', t -> 'score',
            'places', t -> 'places', 'tied_with', t -> 'tied_with',
            'group', t -> 'group', 'group_name', t -> 'group_name')), '[]')
        FROM jsonb_array_elements(figures -> 'by_town') t WHERE t ->> 'rank' IS NOT NULL)
    FROM assessment_periodfigures WHERE period = %(period)s
"""


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order that is not settled, with what the board may know of its whistle and case."""

    whistle: int
    state: str
    emergency: bool
    late: bool
    blown_at: datetime
    unit: str
    number: str
    town: str
    town_name: str
    lon: float | None
    lat: float | None
    guarded: bool


def version() -> tuple[int, int]:
    """Return the last step of all and when figures were reckoned last; one query on two keys."""
    with connection.cursor() as cursor:
        cursor.execute(VERSION)
        event, figures = cursor.fetchone()
    return int(event), int(figures)


def counts(at: datetime) -> dict[str, int]:
    """Return today's counts; one query."""
    day = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(TODAY, {"day": day, "at": at})
        return dict(zip(COUNTS, cursor.fetchone(), strict=True))


def live_orders(at: datetime) -> list[OrderRow]:
    """Return the orders of whistles under way, emergencies first, then the latest; one query."""
    late = Clock.objects.running().filter(order_ref=OuterRef("pk"))
    late = late.filter(Q(breached_at__isnull=False) | Q(due_at__lt=at))
    urgent = When(whistle__kind=Whistle.Kind.EMERGENCY, then=Value(0))
    rows = Order.objects.unsettled().exclude(case__kind=Case.Kind.REPORT)
    rows = rows.annotate(
        late=Exists(late),
        urgency=WhenCase(urgent, default=Value(1), output_field=IntegerField()),
    )
    columns = (
        "whistle",
        "state",
        "urgency",
        "late",
        "whistle__blown_at",
        "unit__short_name",
        "unit__name",
        "case__number",
        "case__town",
        "case__town__name",
        "case__lon",
        "case__lat",
        "case__confidential",
    )
    ordered = rows.order_by("urgency", "-whistle__blown_at", "-whistle", "-role", "pk")
    return [_order(row) for row in ordered.values(*columns)[:MOST_ORDERS]]


def _order(row: Mapping[str, Any]) -> OrderRow:
    guarded = row["case__confidential"]
    return OrderRow(
        whistle=row["whistle"],
        state=row["state"],
        emergency=row["urgency"] == 0,
        late=row["late"],
        blown_at=row["whistle__blown_at"],
        unit=row["unit__short_name"] or row["unit__name"],
        number="" if guarded else row["case__number"],
        town=row["case__town"],
        town_name=row["case__town__name"],
        lon=None if guarded else row["case__lon"],
        lat=None if guarded else row["case__lat"],
        guarded=guarded,
    )


def latest_steps() -> list[dict[str, Any]]:
    """Return the latest steps of all cases, by their own time; one query, backwards along the key."""
    rows = CaseEvent.objects.exclude(case__kind=Case.Kind.REPORT).exclude(step__in=QUIET_STEPS)
    columns = (
        "pk",
        "step",
        "at",
        "case__number",
        "case__confidential",
        "case__town__name",
        "unit__short_name",
        "unit__name",
    )
    found = rows.order_by("-pk").values(*columns)[:MOST_READ]
    return sorted(found, key=lambda row: (row["at"], row["pk"]), reverse=True)[:MOST_STEPS]


def month_figures(period: str) -> tuple[Any, Any, Any, Any] | None:
    """Return rates, score, valid callbacks and the ranked towns of the month, as kept; one query."""
    with connection.cursor() as cursor:
        cursor.execute(MONTH, {"period": period})
        row = cursor.fetchone()
    if row is None:
        return None
    rates, score, valid, towns = (json.loads(part) if part else None for part in row)
    return rates, score, valid, towns
