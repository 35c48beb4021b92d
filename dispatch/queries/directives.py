"""Directives, matters, meetings and papers as their lists show them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, Func, OuterRef, Q, QuerySet, Subquery, TextField
from django.db.models.functions import Cast
from django_fsm import can_proceed

from accounts.models import Unit, User
from accounts.paging import Page, page_of
from accounts.requests import key_in
from cases.lifecycle import whistle_blowers
from cases.models import Case
from dispatch.models import Directive, DirectiveEntry, Meeting, Paper, UnclaimedMatter
from dispatch.queries.soonest import soonest

LATE = "late"
CHOSEN_FROM = 60
"""Directives offered for a bulletin."""


def directives_for_list(user: User) -> QuerySet[Directive]:
    """Return the directives the user may see with what a row shows and the share last published."""
    latest = DirectiveEntry.objects.filter(directive=OuterRef("pk"), percent__isnull=False)
    shown = Directive.objects.visible_to(user).select_related("paper", "lead", "leader")
    percent = Subquery(latest.order_by("-pk").values("percent")[:1])
    return shown.defer("paper__sheet").annotate(percent=percent)


def directives_page(
    user: User, criteria: Mapping[str, str], at: datetime, cursor: str
) -> Page[Directive]:
    """Return a page of directives, the newest first; one query."""
    rows = directives_for_list(user)
    state = criteria.get("state", "")
    if state == LATE:
        rows = rows.late(at)  # type: ignore[attr-defined]
    elif state:
        rows = rows.filter(state=state)
    if criteria.get("unit"):
        rows = rows.filter(lead__code=criteria["unit"])
    if words := criteria.get("q", ""):
        rows = rows.filter(Q(title__icontains=words) | Q(paper__number__icontains=words))
    return page_of(rows, cursor, by="issued_at")


def directives_to_choose(user: User, at: datetime) -> list[Directive]:
    """Return what a bulletin may speak of: the latest issued, what is late first; one query."""
    rows = list(directives_for_list(user).order_by("-issued_at", "-pk")[:CHOSEN_FROM])
    return sorted(rows, key=lambda one: not (one.state == "issued" and one.due_at < at))


def matters_for_list(user: User) -> QuerySet[UnclaimedMatter]:
    """Return the matters the user may see with what a row shows; a case is named to its readers only."""
    seen = Case.objects.visible_to(user).filter(pk=OuterRef("case")).values("number")
    shown = UnclaimedMatter.objects.visible_to(user).select_related(
        "category", "raised_by", "lead", "meeting"
    )
    return shown.prefetch_related("assists").annotate(case_number=Subquery(seen[:1]))


def waiting_page(user: User, cursor: str) -> Page[UnclaimedMatter]:
    """Return a page of what waits for its ruling, the longest first."""
    return soonest(matters_for_list(user).filter(ruled_at=None), cursor, by="raised_at")


def ruled_page(user: User, words: str, cursor: str) -> Page[UnclaimedMatter]:
    """Return a page of rulings, the newest first, searched by number and by text."""
    rows = matters_for_list(user).filter(ruled_at__isnull=False)
    if words:
        rows = rows.filter(
            Q(title__icontains=words)
            | Q(text__icontains=words)
            | Q(ruling__icontains=words)
            | Q(number__icontains=words)
        )
    return page_of(rows, cursor, by="ruled_at")


def waiting_for_docket(meeting: Meeting | None) -> list[UnclaimedMatter]:
    """Return the matters that a meeting may take, those on its docket among them."""
    free = Q(meeting=None)
    if meeting is not None:
        free |= Q(meeting=meeting)
    rows = UnclaimedMatter.objects.waiting().filter(free).select_related("raised_by")
    return list(rows.order_by("raised_at", "pk")[:200])


def meetings_for_list(user: User) -> QuerySet[Meeting]:
    """Return the meetings with how many matters they treat and have ruled on."""
    rows = Meeting.objects.visible_to(user).select_related("paper").defer("paper__sheet")
    return rows.annotate(
        treated=Count("matters"), ruled=Count("matters", filter=Q(matters__ruled_at__isnull=False))
    )


def meetings_page(user: User, cursor: str) -> Page[Meeting]:
    """Return a page of meetings, the latest first; one query."""
    return page_of(meetings_for_list(user), cursor, by="held_at")


def papers_for_list(user: User, form: str = "", words: str = "") -> QuerySet[Paper]:
    """Return the papers the user may read, narrowed by form and by words in number, title and text."""
    rows = Paper.objects.visible_to(user)
    if form:
        rows = rows.filter(form=form)
    if words:
        # Written as it lies in the column: without escapes of what a pattern would mean; a map's
        # corners are numbers that nobody reads.
        text = Func("sheet", template="(%(expressions)s - 'area_map')")
        rows = rows.annotate(body=Cast(text, TextField())).filter(
            Q(number__icontains=words) | Q(title__icontains=words) | Q(body__icontains=words)
        )
    return rows.defer("sheet")


def papers_page(user: User, criteria: Mapping[str, str], cursor: str) -> Page[Paper]:
    """Return a page of papers, the newest first; one query."""
    rows = papers_for_list(user, criteria.get("form", ""), criteria.get("q", ""))
    return page_of(rows, cursor, by="issued_at")


def on_case(case: Case, user: User) -> tuple[Sequence[Directive], Sequence[UnclaimedMatter]]:
    """Return the directives and the matters of a case the user sees; three queries."""
    directives = directives_for_list(user).filter(case=case).order_by("-issued_at")
    return list(directives), list(matters_for_list(user).filter(case=case).order_by("-raised_at"))


def lead_units() -> QuerySet[Unit]:
    """Return the units that directives were given to."""
    given = Directive.objects.values("lead")
    return Unit.objects.filter(pk__in=given).order_by("kind", "pk")


def course_of(directive: Directive) -> QuerySet[DirectiveEntry]:
    """Return what was entered on a directive, the newest first."""
    return directive.entries.select_related("unit", "by").order_by("-at", "-pk")


def may_blow(case: Case, user: User) -> bool:
    """Tell whether the user may blow a whistle on the case now."""
    return whistle_blowers(case, user) and can_proceed(case.whistle)


def parties_ruled(case: Case, ruling: str) -> dict[str, Any]:
    """Return whom a ruling on the case named, as the form of a whistle opens with; empty without one."""
    if (pk := key_in(ruling)) is None:
        return {}
    rows = UnclaimedMatter.objects.filter(case=case, ruled_at__isnull=False)
    matter = rows.select_related("lead").prefetch_related("assists").filter(pk=pk).first()
    if matter is None or matter.lead is None:
        return {}
    return {"lead": matter.lead.code, "departments": [unit.code for unit in matter.assists.all()]}
