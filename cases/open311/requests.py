"""Our cases as Open311 service requests: which are shown to whom, and how much of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Max, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.pickers import EARLIEST, LATEST
from accounts.refusals import BadInput
from cases.lifecycle import ENDED, ClockKind
from cases.models import Case, CaseEvent, Clock
from cases.privacy import shown_text

LONGEST_SPAN = timedelta(days=90)
MOST = 1000
"""The standard's own bounds: 90 days or the first 1,000, whichever is smaller."""

STATUSES = ("open", "closed")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list of requests was asked for; empty means everything."""

    numbers: Sequence[str]
    services: Sequence[str]
    statuses: Sequence[str]
    since: datetime
    until: datetime
    page: int
    size: int


def asked(given: Any, at: datetime) -> Asked:
    """Read the parameters of a list. Raise `BadInput` naming what cannot be read."""
    until = _moment(given, "end_date")
    since = _moment(given, "start_date") or (until or at) - LONGEST_SPAN
    until = until or min(since + LONGEST_SPAN, at + timedelta(days=1))
    if not since <= until <= since + LONGEST_SPAN:
        raise BadInput({"end_date": _("Ask for at most ninety days.")})
    statuses = _words(given, "status")
    if not set(statuses) <= set(STATUSES):
        raise BadInput({"status": _("The status is open or closed.")})
    return Asked(
        _words(given, "service_request_id"),
        _words(given, "service_code"),
        statuses,
        since,
        until,
        _number(given, "page", 1),
        min(_number(given, "page_size", MOST), MOST),
    )


def _words(given: Any, name: str) -> list[str]:
    text = given.get(name, "").replace("\x00", "")
    return [word.strip() for word in text.split(",") if word.strip()][:MOST]


def _number(given: Any, name: str, usual: int) -> int:
    text = given.get(name, "") or str(usual)
    if not (text.isascii() and text.isdigit() and int(text[:9]) > 0 and len(text) < 8):
        raise BadInput({name: _("Give a number from 1.")})
    return int(text)


def _moment(given: Any, name: str) -> datetime | None:
    text = given.get(name, "").replace(" ", "+")  # a plus sign that was not escaped
    if not text:
        return None
    utc = _utc(text)
    if utc is None or not EARLIEST <= utc.date() <= LATEST:
        raise BadInput({name: _("Give a time such as 2026-03-04T10:00:00+08:00.")})
    return utc


def _utc(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text)
        aware = timezone.make_aware(moment) if moment and timezone.is_naive(moment) else moment
        return aware and aware.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def seen_by(user: User | None) -> QuerySet[Case]:
    """Return the cases that the holder of a key may see; without a key, what is public: matters of
    public space in the categories of OPEN311_PUBLIC, none of them confidential."""
    if user is not None:
        return Case.objects.visible_to(user)
    public = Q(pk__in=[])
    for code in settings.OPEN311_PUBLIC:
        public |= Q(category__code__startswith=code)
    return Case.objects.filter(public, confidential=False).exclude(kind=Case.Kind.REPORT)


def find(user: User | None, wanted: Asked) -> QuerySet[Case]:
    """Return the requests asked for, the latest first; numbers override every other filter."""
    rows = _dressed(seen_by(user))
    if wanted.numbers:
        return rows.filter(number__in=wanted.numbers)[:MOST]
    rows = rows.filter(received_at__gte=wanted.since, received_at__lte=wanted.until)
    if wanted.services:
        rows = rows.filter(category__in=wanted.services)
    if len(set(wanted.statuses)) == 1:
        ended = Q(state__in=ENDED)
        rows = rows.filter(ended if wanted.statuses[0] == "closed" else ~ended)
    start = (wanted.page - 1) * wanted.size
    return rows[start : start + wanted.size]


def find_one(user: User | None, number: str) -> Case | None:
    return _dressed(seen_by(user)).filter(number=number).first()


def _dressed(rows: QuerySet[Case]) -> QuerySet[Case]:
    events = CaseEvent.objects.filter(case=OuterRef("pk")).order_by().values("case")
    finish = Clock.objects.running().filter(
        case=OuterRef("pk"), kind=ClockKind.FINISH, order_ref=None
    )
    return (
        rows.select_related("category", "area", "town")
        .annotate(
            updated_at=Subquery(events.annotate(latest=Max("at")).values("latest")),
            expected_at=Subquery(finish.values("due_at")[:1]),
        )
        .order_by("-received_at", "-pk")
    )


def as_request(case: Any, user: User | None) -> dict[str, Any]:
    """Return a case as the standard lays a request out. Without a key neither words nor the address
    are told, and the position is the middle of the grid."""
    own = user is not None
    where = case if own and case.lon is not None else case.area
    return {
        "service_request_id": case.number,
        "status": "closed" if case.state in ENDED else "open",
        "status_notes": shown_text(case, user, case.result or case.reason) if user else "",
        "service_name": case.category.name,
        "service_code": case.category_id,
        "description": shown_text(case, user) if user else "",
        "agency_responsible": case.town.name,
        "service_notice": "",
        "requested_datetime": _local(case.received_at),
        "updated_datetime": _local(case.updated_at),
        "expected_datetime": _local(case.expected_at),
        "address": (shown_text(case, user, case.address) if user else "") or case.area.name,
        "address_id": case.area_id,
        "zipcode": "",
        "lat": where.lat,
        "long": where.lon,
        "media_url": "",
    }


def _local(moment: datetime | None) -> str:
    return timezone.localtime(moment).isoformat(timespec="seconds") if moment else ""
