"""Directives, unclaimed matters, meetings, the weekly docket and papers: list, show, write."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.bases import Doing, KeyedList, asking
from cases.api.cases import seen_case
from dispatch.api import paper_shapes as shapes
from dispatch.models import Directive, Meeting, Paper, UnclaimedMatter, Whistle
from dispatch.queries import directives as queries
from dispatch.queries.dockets import docket
from dispatch.services.directive_course import add_entry, steps_of
from dispatch.services.directives import Order, issue_directive
from dispatch.services.dockets import freeze_docket, week_on_offer
from dispatch.services.matters import raise_matter, raising_unit, rule_matter
from dispatch.services.meetings import call_meeting, close_meeting
from dispatch.services.papers import check_writes, publish_bulletin
from dispatch.weeks import Week


class Creating(KeyedList, Doing):
    """A list whose POST creates a row: read with `input_class`, answered with `output_class`."""

    success = 201
    input_class: Any = None

    def get_serializer_class(self) -> Any:
        return self.input_class if self.request.method == "POST" else self.serializer_class

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "at": timezone.now()}


# --- directives


class DirectiveFilter(django_filters.FilterSet):
    state = django_filters.MultipleChoiceFilter(choices=Directive.State.choices)
    lead = django_filters.CharFilter(field_name="lead__code")
    late = django_filters.BooleanFilter(method="by_late", help_text="not reported done in time")

    class Meta:
        model = Directive
        fields: list[str] = []

    def by_late(self, rows: QuerySet[Directive], name: str, value: bool) -> QuerySet[Directive]:
        late = Directive.objects.late(timezone.now()).values("pk")
        return rows.filter(pk__in=late) if value else rows.exclude(pk__in=late)


def directive_answer(request: Request, pk: int) -> dict[str, Any]:
    """Return the directive as it stands; 404 where the asking user may not see it."""
    user = asking(request)
    rows = queries.directives_for_list(user).select_related("matter").prefetch_related("assists")
    found: Any = get_object_or_404(rows, pk=pk)
    found.course = queries.course_of(found)
    found.steps = steps_of(found, user)
    context = {"request": request, "at": timezone.now()}
    return dict(shapes.DirectiveOut(found, context=context).data)


class Directives(Creating):
    """The work directives that you may see, the latest first; POST issues one."""

    queryset = Directive.objects.all()
    serializer_class = shapes.DirectiveRowOut
    input_class = shapes.DirectiveIn
    filterset_class = DirectiveFilter
    orderings = ("-issued_at", "issued_at", "due_at", "-due_at")

    def rows(self) -> QuerySet[Directive]:
        return queries.directives_for_list(asking(self.request))

    @extend_schema(responses={201: shapes.DirectiveOut})
    def post(self, request: Request) -> Response:
        """Issue a directive and return it."""
        user, at = asking(request), timezone.now()

        def act() -> Any:
            check_writes(user)
            given = self.given(request)
            number, whistle, matter = (given.pop(name) for name in ("case", "whistle", "matter"))
            basis: dict[str, Any] = {"case": seen_case(request, number) if number else None}
            if whistle is not None:
                basis["whistle"] = _found(Whistle.objects.visible_to(user), whistle)
            if matter is not None:
                basis["matter"] = _found(UnclaimedMatter.objects.visible_to(user), matter)
            issued = issue_directive(Order(**given, **basis), actor=user, at=at)
            return directive_answer(request, issued.pk)

        return self.do(request, act)


def _found(rows: QuerySet[Any], pk: int) -> Any:
    if not 0 < pk < 2**63:
        raise Http404
    return get_object_or_404(rows, pk=pk)


class OneDirective(GenericAPIView[Directive]):
    """One directive."""

    queryset = Directive.objects.all()
    serializer_class = shapes.DirectiveOut

    def get(self, request: Request, pk: int) -> Response:
        """Show the directive with its course."""
        return Response(directive_answer(request, pk))


class DirectiveEntries(Doing):
    """What is entered on a directive: progress and done by its lead, remarks by leaders, verification
    and return by the centre."""

    serializer_class = shapes.EntryIn
    success = 201

    @extend_schema(responses={201: shapes.DirectiveOut})
    def post(self, request: Request, pk: int) -> Response:
        """Enter it: 403 where it is not yours, 409 where it is not now."""
        user, at = asking(request), timezone.now()
        get_object_or_404(Directive.objects.visible_to(user), pk=pk)

        def act() -> Any:
            add_entry(pk, actor=user, at=at, **self.given(request))
            return directive_answer(request, pk)

        return self.do(request, act)


# --- matters


class MatterFilter(django_filters.FilterSet):
    ruled = django_filters.BooleanFilter(field_name="ruled_at", lookup_expr="isnull", exclude=True)
    number = django_filters.CharFilter()
    meeting = django_filters.NumberFilter(field_name="meeting_id")

    class Meta:
        model = UnclaimedMatter
        fields: list[str] = []


def matter_answer(request: Request, pk: int) -> dict[str, Any]:
    """Return the matter as it stands; 404 where the asking user may not see it."""
    found = get_object_or_404(queries.matters_for_list(asking(request)), pk=pk)
    return dict(shapes.MatterOut(found, context={"request": request}).data)


class Matters(Creating):
    """The unclaimed matters that you may see, the latest first; POST raises one."""

    queryset = UnclaimedMatter.objects.all()
    serializer_class = shapes.MatterOut
    input_class = shapes.MatterIn
    filterset_class = MatterFilter
    orderings = ("-raised_at", "raised_at")

    def rows(self) -> QuerySet[UnclaimedMatter]:
        return queries.matters_for_list(asking(self.request))

    @extend_schema(responses={201: shapes.MatterOut})
    def post(self, request: Request) -> Response:
        """Raise a matter for the next on-site meeting."""
        user, at = asking(request), timezone.now()

        def act() -> Any:
            raising_unit(user)
            given = self.given(request)
            number = given.pop("case")
            case = seen_case(request, number) if number else None
            raised = raise_matter(actor=user, at=at, case=case, **given)
            return matter_answer(request, raised.pk)

        return self.do(request, act)


class OneMatter(GenericAPIView[UnclaimedMatter]):
    """One unclaimed matter."""

    queryset = UnclaimedMatter.objects.all()
    serializer_class = shapes.MatterOut

    def get(self, request: Request, pk: int) -> Response:
        """Show the matter and its ruling."""
        return Response(matter_answer(request, pk))


class RuleMatter(Doing):
    """The centre rules at the meeting on whose docket the matter is; 409 where it was ruled already."""

    serializer_class = shapes.MatterRulingIn

    @extend_schema(responses=shapes.MatterOut)
    def post(self, request: Request, pk: int) -> Response:
        """Give the ruling: numbered, binding, told to all it names."""
        user, at = asking(request), timezone.now()
        get_object_or_404(UnclaimedMatter.objects.visible_to(user), pk=pk)

        def act() -> Any:
            check_writes(user)
            rule_matter(pk, actor=user, at=at, **self.given(request))
            return matter_answer(request, pk)

        return self.do(request, act)


# --- meetings


def meeting_answer(request: Request, pk: int) -> dict[str, Any]:
    """Return the meeting with how many matters it treats and ruled."""
    found = get_object_or_404(queries.meetings_for_list(asking(request)), pk=pk)
    return dict(shapes.MeetingOut(found).data)


class Meetings(Creating):
    """The district's meetings, the latest first; POST calls one."""

    queryset = Meeting.objects.all()
    serializer_class = shapes.MeetingOut
    input_class = shapes.MeetingIn
    orderings = ("-held_at", "held_at")

    def rows(self) -> QuerySet[Meeting]:
        return queries.meetings_for_list(asking(self.request))

    @extend_schema(responses={201: shapes.MeetingOut})
    def post(self, request: Request) -> Response:
        """Call a meeting; an on-site meeting takes matters on its docket."""
        user, at = asking(request), timezone.now()

        def act() -> Any:
            check_writes(user)
            called = call_meeting(actor=user, at=at, **self.given(request))
            return meeting_answer(request, called.pk)

        return self.do(request, act)


class OneMeeting(GenericAPIView[Meeting]):
    """One meeting; its matters are listed by `/matters/?meeting=`."""

    queryset = Meeting.objects.all()
    serializer_class = shapes.MeetingOut

    def get(self, request: Request, pk: int) -> Response:
        """Show the meeting and, once it is closed, its minutes."""
        return Response(meeting_answer(request, pk))


class CloseMeeting(Doing):
    """The centre closes a meeting with its minutes; what was not ruled on waits for the next."""

    serializer_class = shapes.MinutesIn

    @extend_schema(responses=shapes.MeetingOut)
    def post(self, request: Request, pk: int) -> Response:
        """Close the meeting: its minutes are a numbered paper for the whole district."""
        user, at = asking(request), timezone.now()
        get_object_or_404(Meeting.objects.visible_to(user), pk=pk)

        def act() -> Any:
            check_writes(user)
            close_meeting(pk, actor=user, at=at, **self.given(request))
            return meeting_answer(request, pk)

        return self.do(request, act)


# --- the weekly docket


class OneDocket(Doing):
    """The weekly account of every unit. A week is written 2026-W10; none ahead, none older than a year."""

    serializer_class = shapes.FreezeIn
    success = 201

    @extend_schema(responses=shapes.DocketOut)
    def get(self, request: Request, code: str) -> Response:
        """Show what fell due, what was done and what is late, unit by unit."""
        user, at = asking(request), timezone.now()
        week = _week(request, code)
        if not user.posts:
            raise Http404
        found = docket(week, user, at)
        paper = Paper.objects.filter(week=week.code).values_list("number", flat=True).first()
        shown = {
            "week": week,
            "cut": found.cut,
            "paper": paper,
            "accounts": found.accounts,
        }
        return Response(shapes.DocketOut(shown, context={"cut": found.cut}).data)

    @extend_schema(responses={201: shapes.PaperOut})
    def post(self, request: Request, code: str) -> Response:
        """Freeze the docket as it stands: a paper for the whole district, once for each week."""
        user, at = asking(request), timezone.now()
        week = _week(request, code)

        def act() -> Any:
            check_writes(user)
            paper = freeze_docket(week, actor=user, at=at)
            return shapes.PaperOut(paper).data

        return self.do(request, act)


def _week(request: Request, code: str) -> Week:
    week = week_on_offer(code, timezone.now())
    if week is None:
        raise Http404
    return week


# --- papers


class PaperFilter(django_filters.FilterSet):
    form = django_filters.MultipleChoiceFilter(choices=Paper.Form.choices)
    number = django_filters.CharFilter()

    class Meta:
        model = Paper
        fields: list[str] = []


class Papers(Creating):
    """The papers that you may read, the latest first; POST publishes an inspection bulletin."""

    queryset = Paper.objects.all()
    serializer_class = shapes.PaperRowOut
    input_class = shapes.BulletinIn
    filterset_class = PaperFilter
    orderings = ("-issued_at", "issued_at")

    def rows(self) -> QuerySet[Paper]:
        return queries.papers_for_list(asking(self.request))

    @extend_schema(responses={201: shapes.PaperOut})
    def post(self, request: Request) -> Response:
        """Publish an inspection bulletin to the whole district."""
        user, at = asking(request), timezone.now()

        def act() -> Any:
            check_writes(user)
            paper = publish_bulletin(actor=user, at=at, **self.given(request))
            return shapes.PaperOut(paper).data

        return self.do(request, act)


class OnePaper(GenericAPIView[Paper]):
    """One paper."""

    queryset = Paper.objects.all()
    serializer_class = shapes.PaperOut

    def get(self, request: Request, pk: int) -> Response:
        """Show the paper as issued."""
        found = get_object_or_404(Paper.objects.visible_to(asking(request)), pk=pk)
        return Response(shapes.PaperOut(found).data)
