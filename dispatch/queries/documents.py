"""Documents as lists show them, and how many wait for an answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, QuerySet

from accounts.models import Role, Unit, User
from accounts.paging import Page, bounded_count, page_of
from accounts.services.notices import ANSWERING_ROLES
from cases.models import Case
from dispatch.models import Document, Standing
from dispatch.queries.soonest import soonest
from dispatch.wording import COLOUR_TONES, STANDINGS, StandingWords


@dataclass(frozen=True, slots=True)
class Row:
    """One document in a list, with how its answer stands now."""

    document: Document
    standing: Standing
    mine: bool

    @property
    def awaited(self) -> bool:
        """Tell whether the answer may still come."""
        return self.standing in (Standing.OPEN, Standing.LATE)

    @property
    def words(self) -> StandingWords | None:
        return STANDINGS.get(self.standing)

    @property
    def tone(self) -> str:
        return COLOUR_TONES.get(self.document.colour, "grey")


@dataclass(frozen=True, slots=True)
class Rows:
    """One page of documents with the cursors of its neighbours."""

    rows: list[Row]
    next: str = ""
    previous: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits for the user's answer, since when most urgently, and how much for the centre."""

    mine: int
    soonest: datetime | None
    late: str = ""


def narrowed(
    documents: QuerySet[Document], criteria: Mapping[str, str], at: datetime
) -> QuerySet[Document]:
    """Return the documents that fit; empty criteria fit everything."""
    for name, field in {"form": "form", "colour": "colour", "unit": "unit__code"}.items():
        if criteria.get(name):
            documents = documents.filter(**{field: criteria[name]})
    if criteria.get("q"):
        documents = documents.filter(number__icontains=criteria["q"])
    return standing_so(documents, criteria.get("standing", ""), at)


def standing_so(documents: QuerySet[Document], standing: str, at: datetime) -> QuerySet[Document]:
    """Return the documents whose answer stands so; an empty word is any."""
    asked = documents.filter(answer_clock__isnull=False)
    awaited = asked.filter(answer_clock__stopped_at=None)
    if standing == Standing.OPEN:
        return awaited.exclude(answer_clock__due_at__lt=at)
    if standing == Standing.LATE:
        return awaited.filter(answer_clock__due_at__lt=at)
    if standing == Standing.ANSWERED:
        return asked.filter(answered_at__isnull=False, answer_clock__breached_at=None)
    if standing == Standing.ANSWERED_LATE:
        return asked.filter(answered_at__isnull=False, answer_clock__breached_at__isnull=False)
    if standing == Standing.ENDED:
        return asked.filter(answered_at=None, answer_clock__stopped_at__isnull=False)
    return documents


def list_page(user: User, criteria: Mapping[str, str], at: datetime, cursor: str) -> Rows:
    """Return the documents the user may see, the newest first; one query."""
    rows = narrowed(Document.objects.visible_to(user).with_leave(user).for_list(), criteria, at)
    page = page_of(rows, cursor, by="issued_at")
    return Rows(rows_of(page.rows, user, at), page.next, page.previous)


def mine_page(user: User, criteria: Mapping[str, str], at: datetime, cursor: str) -> Rows:
    """Return what waits for the user's answer, the soonest due first; one query."""
    rows = narrowed(Document.objects.to_answer(user).with_leave(user).for_list(), criteria, at)
    page: Page[Any] = soonest(rows, cursor, by="answer_due_at")
    return Rows(rows_of(page.rows, user, at), page.next)


def rows_of(documents: Iterable[Document], user: User, at: datetime) -> list[Row]:
    """Return the documents as rows before the user."""
    units = set(user.units_of(*ANSWERING_ROLES))
    return [Row(one, one.standing(at), one.unit_id in units) for one in documents]


def documents_of(case: Case, user: User, at: datetime) -> list[Row]:
    """Return the documents about a case the user sees, the newest first; one query."""
    rows = Document.objects.visible_to(user).filter(case=case).for_list()
    return rows_of(rows, user, at)


def count_mine(user: User) -> str:
    """Return how many documents wait for the user's answer, counting no further than a thousand."""
    count, more = bounded_count(Document.objects.to_answer(user))
    return f"{count:,}+" if more else f"{count:,}"


def waiting_for(user: User, at: datetime) -> Waiting:
    """Return what a desk says of documents; one query, for the centre two."""
    mine = Document.objects.to_answer(user)
    found = mine.aggregate(mine=Count("pk"), soonest=Min("answer_clock__due_at"))
    late = ""
    if user.holds(Role.SUPERVISOR):
        count, more = bounded_count(Document.objects.late(at))
        late = (f"{count:,}+" if more else f"{count:,}") if count else ""
    return Waiting(found["mine"], found["soonest"], late)


def addressed_units() -> QuerySet[Unit]:
    """Return the units that documents were addressed to."""
    addressed = Document.objects.filter(unit=OuterRef("pk"))
    return Unit.objects.filter(Exists(addressed)).order_by("kind", "pk")
