"""What the morning brief reads: counts of like spans, what falls due today, what waits for whom.

Every query starts from what the reader may see and goes by an index; how many there are depends on
nothing that grows.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import (
    BooleanField,
    Count,
    Exists,
    Expression,
    ExpressionWrapper,
    F,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
)
from django.utils import timezone

from accounts.models import CENTRE_CODE, Membership, Unit, User
from accounts.paging import bounded_count
from accounts.services.notices import ANSWERING_ROLES
from assessment.models import Claim
from assessment.mornings import URGED_OFTEN, Due, Facts, Waiting, Window
from cases.lifecycle import OPEN, ClockKind
from cases.models import Callback, Case, Clock
from dispatch.lifecycle import OrderState
from dispatch.models import Directive, Document, Objection, Order, TownLeader, Whistle
from grids.naming import short_name

MOST_CANDIDATES = 200
"""Promises due today that are looked at closely: those with a reason first, then the soonest."""

MOST_NAMED = 5
MOST_PHONES = 2
MOST_WAITING = 200
EMERGENCY = Whistle.Kind.EMERGENCY


# --- what changed


def changes(user: User, windows: Sequence[Window]) -> dict[str, list[int]]:
    """Return, by what is counted, the count in each span; six queries."""
    hidden = Case.objects.hidden_from(user)
    cases = Case.objects.visible_to(user)
    missed = Clock.objects.exclude(case__in=hidden)
    return {
        "received": _counts(cases, "received_at", windows),
        "closed": _counts(cases, "closed_at", windows),
        "emergencies": _counts(
            Whistle.objects.visible_to(user).filter(kind=EMERGENCY), "blown_at", windows
        ),
        "problems": _counts(cases, "problem_at", windows),
        "late": _counts(missed, "breached_at", windows, of="case"),
        "documents": _counts(Document.objects.visible_to(user), "issued_at", windows),
    }


def _counts(rows: QuerySet[Any], at: str, windows: Sequence[Window], of: str = "pk") -> list[int]:
    """Count `rows` in each span by the time `at`; `of` names what is counted once."""
    spans = [Q(**{f"{at}__gte": span.since, f"{at}__lt": span.until}) for span in windows]
    once = of != "pk"
    each = {f"n{n}": Count(of, distinct=once, filter=span) for n, span in enumerate(spans)}
    found = rows.order_by().filter(reduce(or_, spans)).aggregate(**each)
    return [found[name] for name in each]


def emergencies(user: User, window: Window) -> list[str]:
    """Return the numbers of the cases with the first emergencies blown in the span."""
    blown = Whistle.objects.visible_to(user).filter(
        kind=EMERGENCY, blown_at__gte=window.since, blown_at__lt=window.until
    )
    return list(blown.order_by("blown_at").values_list("case__number", flat=True)[:MOST_NAMED])


def waiting_claims(user: User) -> tuple[int, bool]:
    """Return how many claims wait for a review, counting no further than a thousand."""
    waits = (Claim.State.ASKED, Claim.State.PASSED)
    return bounded_count(Claim.objects.visible_to(user).filter(state__in=waits))


# --- what will be late today


@dataclass(frozen=True, slots=True)
class Load:
    """How much falls due at one unit today, and the first of it."""

    code: str
    name: str
    count: int
    first: datetime


def due_today(user: User, at: datetime, until: datetime) -> QuerySet[Clock]:
    """Return the running clocks that will be missed before `until` unless somebody acts."""
    running = Clock.objects.running().filter(breached_at=None, due_at__gte=at, due_at__lt=until)
    return running.exclude(case__in=Case.objects.hidden_from(user))


def loads(clocks: QuerySet[Clock]) -> list[Load]:
    """Return the units by what falls due, the most first."""
    counted = clocks.order_by().values_list("unit__code", "unit__short_name", "unit__name")
    rows = counted.annotate(n=Count("pk"), first=Min("due_at")).order_by("-n", "first")
    return [Load(code, short or short_name(name), n, first) for code, short, name, n, first in rows]


def candidates(clocks: QuerySet[Clock], towns: Collection[str]) -> list[Due]:
    """Return the promises that may be among the most at risk; `towns` are those in the reader's charge."""
    called = Order.objects.filter(
        case=OuterRef("case"), whistle__kind=EMERGENCY, whistle__settled_at=None
    )
    objected = Order.objects.filter(pk=OuterRef("order_ref"), state=OrderState.OBJECTED)
    rows = clocks.annotate(emergency=Exists(called), objected=Exists(objected)).annotate(
        flagged=_true(
            Q(emergency=True)
            | Q(case__problem_at__isnull=False)
            | Q(case__urgency=Case.Urgency.CRITICAL)
            | Q(case__urged__gt=0)
            | ~Q(case__level="")
        )
    )
    shown = rows.order_by("-emergency", "-flagged", "due_at", "pk").values(
        "kind",
        "due_at",
        "emergency",
        "objected",
        "unit__code",
        "unit__short_name",
        "unit__name",
        "case__number",
        "case__kind",
        "case__confidential",
        "case__town",
        "case__town__name",
        "case__area__name",
        "case__category__name",
        "case__urgency",
        "case__urged",
        "case__level",
        "case__round",
        "case__problem_at",
    )[:MOST_CANDIDATES]
    return [_due(row, towns) for row in shown]


def _true(condition: Q) -> Expression:
    return ExpressionWrapper(condition, BooleanField())


def _due(row: Mapping[str, Any], towns: Collection[str]) -> Due:
    guarded = row["case__confidential"] or row["case__kind"] == Case.Kind.REPORT
    return Due(
        number=row["case__number"],
        clock=row["kind"],
        unit=row["unit__code"],
        unit_name=row["unit__short_name"] or short_name(row["unit__name"]),
        due_at=row["due_at"],
        town=short_name(row["case__town__name"]),
        place="" if guarded else short_name(row["case__area__name"]),
        category="" if guarded else row["case__category__name"],
        emergency=row["emergency"],
        objected=row["objected"],
        problem=row["case__problem_at"] is not None,
        critical=row["case__urgency"] == Case.Urgency.CRITICAL,
        urged=row["case__urged"],
        level=row["case__level"],
        round=row["case__round"],
        own=row["case__town"] in towns,
        guarded=guarded,
    )


def towns_in_charge(user: User) -> set[str]:
    """Return the codes of the towns whose leader in charge (包保领导) the user is."""
    return set(TownLeader.objects.filter(user=user).values_list("town", flat=True))


# --- who needs a call


def waiting_objections(user: User) -> list[tuple[datetime, str, int]]:
    """Return since when objections wait, on which cases and orders, the longest first."""
    rows = Objection.objects.visible_to(user).filter(upheld=None, order__state=OrderState.OBJECTED)
    columns = ("raised_at", "order__case__number", "order")
    return list(rows.order_by("raised_at").values_list(*columns)[:MOST_WAITING])


def facts(
    user: User,
    at: datetime,
    monday: datetime,
    towns: Collection[str],
    objections: Sequence[tuple[datetime, str, int]],
) -> Facts:
    """Return what the rules on calls look at; five queries."""
    centre = Unit.objects.values_list("pk", flat=True).filter(code=CENTRE_CODE).first()
    return Facts(
        emergencies=tuple(_unanswered(user, towns)),
        urged=tuple(_urged(user, towns)),
        directives=tuple(_late_directives(user, at, towns)),
        documents=tuple(_documents_since(user, monday)),
        objections=tuple(
            Waiting(centre, since, number=number, ref=ref) for since, number, ref in objections
        )
        if centre
        else (),
    )


def _unanswered(user: User, towns: Collection[str]) -> list[Waiting]:
    rows = Order.objects.visible_to(user).filter(state=OrderState.ISSUED, ring_at__isnull=False)
    rows = rows.exclude(case__state="on_hold").order_by("issued_at", "pk")
    columns = ("unit", "issued_at", "case__number", "pk", "case__town")
    return [
        Waiting(unit, since, number=number, ref=ref, own=town in towns)
        for unit, since, number, ref, town in rows.values_list(*columns)[:MOST_WAITING]
    ]


def _urged(user: User, towns: Collection[str]) -> list[Waiting]:
    """Return the open cases urged often, each with the unit that owes the result: the order's before the
    town's."""
    open_cases = Case.objects.visible_to(user).filter(state__in=OPEN, urged__gte=URGED_OFTEN)
    owed = Clock.objects.running().filter(case__in=open_cases, kind=ClockKind.FINISH, item_ref=None)
    columns = ("unit", "case__received_at", "case__urged", "case__number", "case__town")
    found: dict[str, Waiting] = {}
    for unit, since, urged, number, town in owed.order_by(
        F("order_ref").asc(nulls_last=True), "pk"
    ).values_list(*columns)[:MOST_WAITING]:
        found.setdefault(number, Waiting(unit, since, urged, number, own=town in towns))
    return sorted(found.values(), key=lambda one: -one.count)


def _late_directives(user: User, at: datetime, towns: Collection[str]) -> list[Waiting]:
    rows = Directive.objects.visible_to(user).late(at).order_by("due_at", "pk")
    columns = ("lead", "due_at", "pk", "title", "leader", "town")
    return [
        Waiting(lead, due, ref=pk, title=title, own=leader == user.pk or town in towns)
        for lead, due, pk, title, leader, town in rows.values_list(*columns)[:MOST_WAITING]
    ]


def _documents_since(user: User, monday: datetime) -> list[Waiting]:
    rows = Document.objects.visible_to(user).filter(issued_at__gte=monday).order_by()
    counted = rows.values_list("unit").annotate(n=Count("pk"), last=Max("issued_at"))
    return [Waiting(unit, last, n) for unit, n, last in counted]


def names_and_phones(units: Collection[int]) -> dict[int, tuple[str, list[tuple[str, str]]]]:
    """Return each unit's name and, of the people who answer for it, some with a phone; two queries."""
    found: dict[int, tuple[str, list[tuple[str, str]]]] = {
        unit.pk: (unit.short_name or short_name(unit.name), [])
        for unit in Unit.objects.filter(pk__in=units)
    }
    people = Membership.objects.filter(
        unit__in=units, role__in=ANSWERING_ROLES, user__is_active=True
    ).exclude(user__phone="")
    columns = ("unit", "user__display_name", "user__username", "user__phone")
    for unit, name, username, phone in people.order_by("user").values_list(*columns).distinct():
        if len(found[unit][1]) < MOST_PHONES:
            found[unit][1].append((name or username, phone))
    return found


# --- yesterday


CONTENT = (
    Callback.Satisfied.VERY_SATISFIED,
    Callback.Satisfied.SATISFIED,
    Callback.Satisfied.BASIC,
)
"""Basically satisfied or better."""


@dataclass(frozen=True, slots=True)
class Yesterday:
    """What came in on the day before, and what residents said who were asked on it."""

    day: datetime
    received: int
    by_kind: dict[str, int]
    by_town: list[tuple[str, str, int]]
    asked: int
    contacted: int
    resolved: int
    satisfied: int


def yesterday(user: User, at: datetime) -> Yesterday:
    """Return the figures of the day before; two queries."""
    today = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    day = today - timedelta(days=1)
    rows = Case.objects.visible_to(user).filter(received_at__gte=day, received_at__lt=today)
    kinds: Counter[str] = Counter()
    towns: Counter[tuple[str, str]] = Counter()
    for kind, code, name, n in (
        rows.order_by().values_list("kind", "town", "town__name").annotate(n=Count("pk"))
    ):
        kinds[kind] += n
        towns[code, short_name(name)] += n
    answers = Callback.objects.filter(
        at__gte=day, at__lt=today, outcome=Callback.Outcome.REACHED, case__counted=True
    ).exclude(case__in=Case.objects.hidden_from(user))
    said = answers.aggregate(
        asked=Count("pk"),
        contacted=Count("pk", filter=Q(contacted=True)),
        resolved=Count("pk", filter=Q(resolved=Callback.Resolved.YES)),
        satisfied=Count(
            "pk",
            filter=Q(satisfied__in=CONTENT),
        ),
    )
    most = sorted(towns.items(), key=lambda item: (-item[1], item[0]))[:3]
    return Yesterday(
        day, kinds.total(), dict(kinds), [(code, name, n) for (code, name), n in most], **said
    )
