"""What waits for the command centre: rulings, missed clocks, cases without an owner, cases on hold."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q, QuerySet

from accounts.models import CENTRE_CODE, User
from accounts.paging import Page, bounded_count
from cases.lifecycle import ClockKind, State
from cases.models import BOUNDARIES, Case, Clock
from dispatch.models import (
    Extension,
    Objection,
    Order,
    OrderState,
    Responsibility,
    WhistleBack,
)
from dispatch.queries.cards import Card, cards_of
from dispatch.queries.soonest import soonest

TABS = (
    "passed_up",
    "objections",
    "extensions",
    "backs",
    "problems",
    "overdue",
    "unowned",
    "on_hold",
)
MOST_UNITS = 40
"""Units named beside the list of missed clocks."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One order that waits for a ruling, with what the responsibility list says of its matter."""

    card: Card
    list_items: list[Responsibility]


@dataclass(frozen=True, slots=True)
class WaitingPage:
    rows: list[Waiting]
    next: str = ""


WAY_TO_CASE = {
    "objections": "order__case",
    "extensions": "order__case",
    "backs": "order__case",
    "overdue": "case",
    "unowned": "case",
}
"""How the rows of a tab lead to their case; the other tabs list cases."""


def rows_of(tab: str, user: User, at: datetime, unit: str = "") -> QuerySet[Any]:
    """Return what the user sees under a tab of the centre's desk; `unit` narrows the missed clocks."""
    way = WAY_TO_CASE.get(tab, "pk")
    return _every(tab, at, unit).exclude(**{f"{way}__in": Case.objects.hidden_from(user)})


def _every(tab: str, at: datetime, unit: str) -> QuerySet[Any]:
    if tab == "problems":
        return Case.objects.open().filter(problem_at__isnull=False)
    if tab == "passed_up":
        return Case.objects.filter(level="district", state__in=(State.RECEIVED, State.HANDLING))
    if tab == "objections":
        return Objection.objects.filter(upheld=None, order__state=OrderState.OBJECTED)
    if tab == "extensions":
        return Extension.objects.filter(granted=None)
    if tab == "backs":
        return WhistleBack.objects.filter(granted=None)
    if tab == "overdue":
        missed = Clock.objects.running().filter(due_at__lt=at)
        return missed.filter(unit__code=unit) if unit else missed
    if tab == "unowned":
        kinds = (ClockKind.DECIDE, ClockKind.FINISH, ClockKind.VERIFY)
        owed = Clock.objects.running().filter(unit__code=CENTRE_CODE, order_ref=None)
        return owed.filter(kind__in=kinds)
    return Case.objects.filter(state=State.ON_HOLD)


def tab_counts(user: User, at: datetime) -> dict[str, str]:
    """Return the count of each tab, counting no further than a thousand; a query each."""
    counts = {}
    for tab in TABS:
        count, more = bounded_count(rows_of(tab, user, at))
        counts[tab] = f"{count:,}+" if more else f"{count:,}"
    return counts


def waiting_page(tab: str, user: User, at: datetime, cursor: str) -> WaitingPage:
    """Return the orders with an objection or a request for more time, the oldest first."""
    by = "raised_at" if tab == "objections" else "asked_at"
    page = soonest(rows_of(tab, user, at), cursor, by=by, size=20)
    refs = [row.order_id for row in page.rows]
    orders = Order.objects.for_list().in_bulk(refs)
    cards = cards_of([orders[ref] for ref in refs], user, at)
    listed = _listed({card.order.case.category_id for card in cards})
    rows = [Waiting(card, listed[card.order.case.category_id]) for card in cards]
    return WaitingPage(rows, page.next)


def _listed(categories: Iterable[str]) -> dict[str, list[Responsibility]]:
    items = Responsibility.objects.filter(category__in=list(categories)).order_by("code")
    found: dict[str, list[Responsibility]] = defaultdict(list)
    for item in items.select_related("lead").prefetch_related("assists"):
        found[item.category_id].append(item)
    return found


def clock_page(tab: str, user: User, at: datetime, cursor: str, unit: str = "") -> Page[Clock]:
    """Return missed clocks, or those of cases nobody owns, the longest due first."""
    rows = rows_of(tab, user, at, unit).select_related("unit", "case__category", "case__area")
    return soonest(rows, cursor, by="due_at")


def missed_by_unit(user: User, at: datetime) -> list[dict[str, Any]]:
    """Return the units with missed clocks, the most first: code, name, count, oldest."""
    missed = rows_of("overdue", user, at).order_by()
    grouped = missed.values("unit__code", "unit__name", "unit__short_name")
    counted = grouped.annotate(count=Count("pk"), oldest=Min("due_at")).order_by("-count")
    return [
        {
            "code": row["unit__code"],
            "name": row["unit__short_name"] or row["unit__name"],
            "count": row["count"],
            "oldest": row["oldest"],
        }
        for row in counted[:MOST_UNITS]
    ]


def passed_page(user: User, at: datetime, cursor: str) -> Page[Case]:
    """Return the cases passed up to the district that nobody has whistled on yet, the oldest first."""
    rows = rows_of("passed_up", user, at).select_related("category", "area", "town")
    return soonest(rows, cursor, by="received_at")


def problem_page(user: User, at: datetime, cursor: str) -> Page[Case]:
    """Return the problem cases that are not done, the longest so first."""
    rows = rows_of("problems", user, at).select_related("category", "area", "town")
    return soonest(rows.defer(*BOUNDARIES), cursor, by="problem_at")


def hold_page(user: User, at: datetime, cursor: str) -> Page[Case]:
    """Return the cases on hold, the soonest to resume first."""
    rows = rows_of("on_hold", user, at).select_related("category", "area", "town")
    return soonest(rows, cursor, by="hold_until")


def search_responsibilities(
    words: str, group: str, category: str, unit: str
) -> QuerySet[Responsibility]:
    """Return the items of the responsibility list that fit; empty criteria fit everything."""
    items = Responsibility.objects.select_related("lead", "category__parent", "ruling")
    for word in words.split():
        items = items.filter(
            Q(title__icontains=word)
            | Q(code__istartswith=word)
            | Q(note__icontains=word)
            | Q(person__icontains=word)
            | Q(basis__icontains=word)
            | Q(ruling__number__icontains=word)
            | Q(category__name__icontains=word)
            | Q(lead__name__icontains=word)
        )
    if group:
        items = items.filter(group=group)
    if category:
        items = items.filter(category__code__startswith=category)
    if unit:
        items = items.filter(Q(lead__code=unit) | Q(assists__code=unit)).distinct()
    return items.prefetch_related("assists").order_by("code")
