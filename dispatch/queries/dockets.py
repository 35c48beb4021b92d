"""The weekly account of units: what fell due, what is late, what was done. Set-based, on indexes.

Accounted for are the time limits to finish (orders, and cases of towns), to answer documents, and
directives. What was withdrawn, not accepted or merged away is neither done nor late.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet

from accounts.models import Unit, User
from accounts.paging import Page
from cases.lifecycle import State
from cases.models import BOUNDARIES, Case, Clock
from cases.models.clocks import ACCOUNTED
from dispatch.models import Directive, Document, Order
from dispatch.models.directives import units_of
from dispatch.queries.soonest import soonest
from dispatch.weeks import Week

DUE, LATE, DONE = "due", "late", "done"
KINDS = (DUE, LATE, DONE)
DEPARTMENTS = (Unit.Kind.DEPARTMENT, Unit.Kind.COMPANY)
MOST_DIRECTIVES = 50


@dataclass(slots=True)
class Account:
    """What one unit gives account of in a week; `since` is the due time of what is late longest."""

    unit: Unit
    due: int = 0
    done: int = 0
    done_late: int = 0
    late: int = 0
    since: datetime | None = None
    opens: bool = False

    def days_late(self, cut: datetime) -> int:
        """Return for how many days, begun ones counted, the oldest of what is late has been late."""
        return (cut - self.since).days + 1 if self.since else 0


@dataclass(frozen=True, slots=True)
class Docket:
    """A week's account of all units, at the moment `cut` where the week is not over."""

    week: Week
    cut: datetime
    departments: list[Account]
    others: list[Account]

    @property
    def accounts(self) -> list[Account]:
        return [*self.departments, *self.others]

    def total(self, name: str) -> int:
        return sum(getattr(account, name) for account in self.accounts)


def cut_of(week: Week, at: datetime) -> datetime:
    """Return the moment up to which the week is accounted for."""
    return min(at, week.ends)


def docket(week: Week, user: User | None, at: datetime) -> Docket:
    """Return the week's account; five queries for any number of units. Without a user nothing opens."""
    cut = cut_of(week, at)
    found: dict[int, Account] = {}

    def of(unit: int) -> Account:
        return found.setdefault(unit, Account(unit=None))  # type: ignore[arg-type]  # filled below

    for kind, summed in _SUMS.items():
        rows: Any = clocks_of(kind, week, cut).order_by().values("unit").annotate(**summed)
        for row in rows:
            _add(of(row.pop("unit")), row)
    for row in _directive_sums(week, cut):
        _add(of(row.pop("lead")), row)
    units = Unit.objects.in_bulk(found)
    every = user is not None and user.sees_district
    own = set(units_of(user)) if user else set()
    for pk, account in found.items():
        account.unit = units[pk]
        account.opens = every or pk in own
    ranked = sorted(found.values(), key=lambda a: (-a.late, -a.due, a.unit.pk))
    ranked = [a for a in ranked if a.due or a.done or a.late]
    departments = [a for a in ranked if a.unit.kind in DEPARTMENTS]
    return Docket(week, cut, departments, [a for a in ranked if a.unit.kind not in DEPARTMENTS])


_SUMS: dict[str, dict[str, Any]] = {
    DUE: {"due": Count("pk")},
    DONE: {"done": Count("pk"), "done_late": Count("pk", filter=Q(stopped_at__gt=F("due_at")))},
    LATE: {"late": Count("pk"), "since": Min("due_at")},
}


def _add(account: Account, row: dict[str, Any]) -> None:
    for name, value in row.items():
        if name == "since":
            known = [moment for moment in (account.since, value) if moment]
            account.since = min(known, default=None)
        else:
            setattr(account, name, getattr(account, name) + value)


def clocks_of(kind: str, week: Week, cut: datetime) -> QuerySet[Clock]:
    """Return the clocks that fell due in the week, were met in it, or are late at its end."""
    rows = Clock.objects.filter(kind__in=ACCOUNTED)
    withdrawn = Order.objects.filter(pk=OuterRef("order_ref"), state="withdrawn")
    unanswered = Document.objects.filter(answer_clock=OuterRef("pk"), answered_at=None)
    ended = Q(case__state__in=[State.REJECTED, State.MERGED])
    idle = ended | Q(Exists(withdrawn)) | Q(Exists(unanswered))
    rows = rows.exclude(Q(stopped_at__isnull=False) & idle)
    if kind == DUE:
        return rows.filter(due_at__gte=week.begins, due_at__lt=week.ends)
    if kind == DONE:
        return rows.filter(stopped_at__gte=week.begins, stopped_at__lt=week.ends)
    open_then = Q(stopped_at=None) | Q(stopped_at__gte=cut)
    return rows.filter(open_then, due_at__lt=cut)


def directives_of(kind: str, week: Week, cut: datetime) -> QuerySet[Directive]:
    """Return the directives that fell due in the week, were reported in it, or are late at its end."""
    return Directive.objects.filter(_directive_so(kind, week, cut))


def _directive_so(kind: str, week: Week, cut: datetime) -> Q:
    if kind == DUE:
        return Q(due_at__gte=week.begins, due_at__lt=week.ends)
    if kind == DONE:
        return Q(reported_at__gte=week.begins, reported_at__lt=week.ends)
    return (Q(reported_at=None) | Q(reported_at__gte=cut)) & Q(due_at__lt=cut)


def _directive_sums(week: Week, cut: datetime) -> Iterable[dict[str, Any]]:
    due, done, late = (_directive_so(kind, week, cut) for kind in (DUE, DONE, LATE))
    sums: Any = (
        Directive.objects.filter(due | done | late)
        .order_by()
        .values("lead")
        .annotate(
            due=Count("pk", filter=due),
            done=Count("pk", filter=done),
            done_late=Count("pk", filter=done & Q(reported_at__gt=F("due_at"))),
            late=Count("pk", filter=late),
            since=Min("due_at", filter=late),
        )
    )
    return cast("Iterable[dict[str, Any]]", sums)


@dataclass(frozen=True, slots=True)
class Rows:
    """What stands behind a number: a page of clocks, and the directives on its first page."""

    page: Page[Clock]
    directives: Sequence[Directive]
    documents: dict[int, Document]


def rows_behind(
    kind: str, week: Week, unit: Unit, user: User, at: datetime, cursor: str = ""
) -> Rows:
    """Return what stands behind a unit's number, as far as the user may see it, the soonest due
    first; three queries."""
    cut = cut_of(week, at)
    clocks = clocks_of(kind, week, cut).filter(unit=unit)
    seen = clocks.filter(case__in=Case.objects.visible_to(user))
    shown = seen.select_related("case__category", "case__area", "case__town").defer(
        *(f"case__{name}" for name in BOUNDARIES)
    )
    page = soonest(shown, cursor, by="due_at")
    directives: list[Directive] = []
    if not cursor:
        led = directives_of(kind, week, cut).filter(
            lead=unit, pk__in=Directive.objects.visible_to(user)
        )
        directives = list(led.select_related("paper", "lead").order_by("due_at")[:MOST_DIRECTIVES])
    asked = Document.objects.filter(answer_clock__in=page.rows).only("number", "answer_clock")
    return Rows(
        page, directives, {one.answer_clock_id: one for one in asked if one.answer_clock_id}
    )


def late_lines(week: Week, at: datetime, most: int) -> tuple[list[Clock], list[Directive]]:
    """Return what is late, the longest first, at most so many of each; two queries."""
    cut = cut_of(week, at)
    clocks = clocks_of(LATE, week, cut).select_related("case__category", "unit")
    directives = directives_of(LATE, week, cut).select_related("paper", "lead", "case")
    return list(clocks.order_by("due_at", "pk")[:most]), list(directives.order_by("due_at")[:most])
