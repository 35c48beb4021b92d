"""What waits at which desk: the town's, the callback agents', the grid's."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import Role, User
from cases.lifecycle import WORKING, ClockKind, State
from cases.merged import to_inform
from cases.models import BOUNDARIES, Callback, Case, Clock, FieldTask, Request
from grids.models.areas import CODE_LENGTH


@dataclass(frozen=True, slots=True)
class TownCounts:
    """How much waits at a town's desk: cases by their clock due next, orders by theirs."""

    to_decide: int
    overdue: int
    due_today: int
    to_verify: int
    on_hold: int
    waiting: int
    to_accept: int
    to_review: int


def at_town_desk(user: User) -> QuerySet[Case]:
    """Return the cases that wait for the user's town or community, each with `due` of its next clock."""
    mine = Q(pk__in=[])
    for area in user.areas_of(Role.TOWN, Role.COMMUNITY):
        mine |= Q(town=area) if len(area) == CODE_LENGTH["town"] else Q(area__code__startswith=area)
    waits = Q(state__in=[*WORKING, State.ON_HOLD]) | Q(state=State.HANDLED, callable=False)
    running = Clock.objects.running().of_case_itself()
    running = running.filter(case=OuterRef("pk"), due_at__isnull=False)
    due = Subquery(running.order_by("due_at").values("due_at")[:1])
    return Case.objects.visible_to(user).filter(mine, waits).annotate(due=due)


def town_counts(user: User, at: datetime) -> TownCounts:
    """Count what waits at the desk; two queries."""
    tonight = end_of_day(at)
    cases = at_town_desk(user).aggregate(
        to_decide=Count("pk", filter=Q(state=State.RECEIVED)),
        overdue=Count("pk", filter=Q(due__lt=at)),
        due_today=Count("pk", filter=Q(due__gte=at, due__lt=tonight)),
        to_verify=Count("pk", filter=Q(state=State.HANDLED)),
        on_hold=Count("pk", filter=Q(state=State.ON_HOLD)),
        waiting=Count("pk"),
    )
    units = user.units_of(Role.TOWN, Role.COMMUNITY)
    orders = (
        Clock.objects.running()
        .filter(unit__in=units)
        .aggregate(
            to_accept=Count("pk", filter=Q(kind=ClockKind.ACCEPT)),
            to_review=Count("pk", filter=Q(kind=ClockKind.REVIEW)),
        )
    )
    return TownCounts(**cases, **orders)


def end_of_day(at: datetime) -> datetime:
    """Return the midnight that ends the day of `at`, in the district's zone."""
    tomorrow = timezone.localtime(at).date() + timedelta(days=1)
    return timezone.make_aware(datetime.combine(tomorrow, datetime.min.time()))


def callback_queue(user: User) -> QuerySet[Case]:
    """Return the handled cases that somebody must call back, the first due first, with the attempts
    of this round and the time of the last one."""
    this_round = Callback.objects.filter(case=OuterRef("pk"), round=OuterRef("round"))
    last = this_round.order_by("-attempt")
    return (
        _due_in(Case.objects.visible_to(user), State.HANDLED)
        .filter(callable=True)
        .annotate(
            attempts=Coalesce(Subquery(last.values("attempt")[:1]), 0),
            last_outcome=Subquery(last.values("outcome")[:1]),
            last_at=Subquery(last.values("at")[:1]),
        )
    )


def telling_queue(user: User) -> QuerySet[Case]:
    """Return the merged cases whose reporters are owed word of what became of the matter, the first handled first."""
    this_round = Callback.objects.filter(case=OuterRef("pk"), round=OuterRef("round"))
    last = this_round.order_by("-attempt")
    seen = Case.objects.visible_to(user).filter(pk__in=to_inform().values("pk"))
    shown = seen.select_related("category", "area", "town").defer(*BOUNDARIES)
    return shown.order_by("closed_at", "pk").annotate(
        attempts=Coalesce(Subquery(last.values("attempt")[:1]), 0),
        last_outcome=Subquery(last.values("outcome")[:1]),
    )


def closing_queue(user: User) -> QuerySet[Case]:
    """Return the rated cases that wait to be closed or redone, the first due first."""
    last = Callback.objects.filter(case=OuterRef("pk"), round=OuterRef("round")).order_by(
        "-attempt"
    )
    return _due_in(Case.objects.visible_to(user), State.RATED).annotate(
        last_resolved=Subquery(last.values("resolved")[:1]),
        last_satisfied=Subquery(last.values("satisfied")[:1]),
        last_via=Subquery(last.values("via")[:1]),
    )


def _due_in(cases: QuerySet[Case], state: str) -> QuerySet[Case]:
    running = Clock.objects.running().of_case_itself().filter(case=OuterRef("pk"))
    due = Subquery(running.order_by("due_at").values("due_at")[:1])
    shown = cases.select_related("category", "area", "town").defer(*BOUNDARIES)
    return shown.filter(state=state).annotate(due=due).order_by(F("due").asc(nulls_last=True), "pk")


def to_verify(user: User) -> QuerySet[Case]:
    """Return the handled cases of the user's area that nobody can be called about: go and look. What the
    user has as a task of their own is left out."""
    mine = Q(pk__in=[])
    for area in user.areas_of(Role.GRIDHEAD, Role.GRIDWORKER):
        mine |= Q(area__code__startswith=area)
    waiting = Case.objects.visible_to(user).filter(mine, state=State.HANDLED, callable=False)
    waiting = waiting.exclude(tasks__in=FieldTask.objects.open().filter(assignee=user))
    return (
        waiting.select_related("category", "area", "town")
        .defer(*BOUNDARIES)
        .order_by("handled_at", "pk")
    )


def requests_waiting(user: User) -> QuerySet[Request]:
    """Return what towns asked for their cases and the user may rule on, the oldest first."""
    return for_ruling(Request.objects.to_rule(user)).order_by("asked_at", "pk")


def for_ruling(requests: QuerySet[Request]) -> QuerySet[Request]:
    """Load what a ruling is given by: the case, who asks, and `due`, when the case is to be finished."""
    finish = Clock.objects.running().of_case_itself()
    finish = finish.filter(case=OuterRef("case"), kind=ClockKind.FINISH)
    rows = requests.select_related(
        "case__category", "case__area", "case__town", "unit", "asked_by"
    ).annotate(due=Subquery(finish.values("due_at")[:1]))
    return rows.defer("case__area__boundary", "case__town__boundary")


def own_reports(user: User) -> QuerySet[Case]:
    """Return what the user reported, newest first."""
    return Case.objects.visible_to(user).filter(received_by=user).for_list()
