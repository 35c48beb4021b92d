"""Work in the field: tasks of the grids, residents' snapshots."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.generics import GenericAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.bases import Doing, KeyedList, asking
from accounts.api.parsers import BoundedJSONParser
from cases.api.cases import seen_case
from cases.api.field_shapes import (
    DoneIn,
    GiveIn,
    ReassignIn,
    SnapshotAnswerIn,
    SnapshotCaseIn,
    SnapshotIn,
    SnapshotOut,
    TaskOut,
)
from cases.api.inputs import ResumeIn
from cases.api.places import take_place
from cases.models import FieldTask, Snapshot
from cases.services import snapshots
from cases.services.intake import check_may_receive
from cases.services.origins import make_case
from cases.services.tasks import done_task, give_task, reassign_task
from grids.places import Place

WITH_PHOTOS = [BoundedJSONParser, MultiPartParser]


class TaskFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(choices=FieldTask.Kind.choices)
    open = django_filters.BooleanFilter(field_name="done_at", lookup_expr="isnull")
    mine = django_filters.BooleanFilter(method="only_mine", help_text="given to the asking user")
    area = django_filters.CharFilter(field_name="area__code", lookup_expr="startswith")
    case = django_filters.CharFilter(field_name="case__number")

    class Meta:
        model = FieldTask
        fields: list[str] = []

    def only_mine(self, rows: QuerySet[FieldTask], name: str, value: bool) -> QuerySet[FieldTask]:
        return rows.filter(assignee=asking(self.request)) if value else rows


def _tasks(request: Request) -> QuerySet[FieldTask]:
    rows = FieldTask.objects.visible_to(asking(request))
    return rows.select_related("area", "assignee", "case").defer("area__boundary")


class Tasks(KeyedList):
    """Tasks in the field: one's own and those of one's area."""

    queryset = FieldTask.objects.all()
    serializer_class = TaskOut
    filterset_class = TaskFilter
    orderings = ("-created_at", "created_at", "due_at")

    def rows(self) -> QuerySet[FieldTask]:
        return _tasks(self.request)


class _OnTask(Doing):
    def answer(self, request: Request, pk: int) -> Any:
        return TaskOut(_tasks(request).get(pk=pk), context={"request": request}).data


class GiveTask(_OnTask):
    """Send somebody of the grids to look at a case."""

    serializer_class = GiveIn
    success = 201

    @extend_schema(responses={201: TaskOut})
    def post(self, request: Request, number: str) -> Response:
        """Give the task to whoever is nearest; `why_them` says why it is they."""
        at, case = timezone.now(), seen_case(request, number)

        def act() -> Any:
            task = give_task(case.pk, actor=asking(request), at=at, **self.given(request))
            return self.answer(request, task.pk)

        return self.do(request, act)


class DoneTask(_OnTask):
    """What was found on the spot."""

    serializer_class = DoneIn
    parser_classes = WITH_PHOTOS

    @extend_schema(responses=TaskOut)
    def post(self, request: Request, pk: int) -> Response:
        """Write down the outcome; a verification closes the case or sends it back."""
        at, task = timezone.now(), get_object_or_404(_tasks(request), pk=pk)

        def act() -> Any:
            done = done_task(task.pk, actor=asking(request), at=at, **self.given(request))
            return TaskOut(done, context={"request": request}).data

        return self.do(request, act)


class ReassignTask(_OnTask):
    """Give a task to somebody else."""

    serializer_class = ReassignIn

    @extend_schema(responses=TaskOut)
    def post(self, request: Request, pk: int) -> Response:
        """Name another grid worker or head of the area; for heads, the community and the town."""
        at, task = timezone.now(), get_object_or_404(_tasks(request), pk=pk)

        def act() -> Any:
            reassign_task(task.pk, actor=asking(request), at=at, **self.given(request))
            return self.answer(request, task.pk)

        return self.do(request, act)


class SnapshotFilter(django_filters.FilterSet):
    waiting = django_filters.BooleanFilter(field_name="claimed_at", lookup_expr="isnull")
    area = django_filters.CharFilter(field_name="area__code", lookup_expr="startswith")

    class Meta:
        model = Snapshot
        fields: list[str] = []


def _snapshots(request: Request) -> QuerySet[Snapshot]:
    rows = Snapshot.objects.visible_to(asking(request))
    return rows.select_related("area", "claimed_by", "case").defer("area__boundary")


@extend_schema_view(get=extend_schema(responses=SnapshotOut))
class Snapshots(Doing, KeyedList):
    """Residents' snapshots of one's area; and the way in for those that come by another app."""

    queryset = Snapshot.objects.all()
    filterset_class = SnapshotFilter
    parser_classes = WITH_PHOTOS
    orderings = ("-received_at", "received_at")
    success = 201

    def get_serializer_class(self) -> Any:
        return SnapshotIn if self.request and self.request.method == "POST" else SnapshotOut

    def rows(self) -> QuerySet[Snapshot]:
        return _snapshots(self.request)

    @extend_schema(responses={201: SnapshotOut})
    def post(self, request: Request) -> Response:
        """Take in a snapshot for a resident; the grid head of its place is told."""
        at, user = timezone.now(), asking(request)

        def act() -> Any:
            check_may_receive(user)
            given = self.given(request)
            snapshot = snapshots.take_snapshot(at=at, place=take_place(given), **given)
            return SnapshotOut(snapshot, context={"request": request}).data

        return self.do(request, act)


class _OnSnapshot(Doing):
    def seen(self, request: Request, pk: int) -> Snapshot:
        return get_object_or_404(_snapshots(request), pk=pk)

    def answer(self, request: Request, pk: int) -> Any:
        return SnapshotOut(_snapshots(request).get(pk=pk), context={"request": request}).data


class ClaimSnapshot(_OnSnapshot):
    """Take a snapshot on."""

    serializer_class = ResumeIn

    @extend_schema(responses=SnapshotOut)
    def post(self, request: Request, pk: int) -> Response:
        """Claim it; who claims first has it, everybody after is refused with 409."""
        at, seen = timezone.now(), self.seen(request, pk)

        def act() -> Any:
            snapshots.claim_snapshot(seen.pk, actor=asking(request), at=at)
            return self.answer(request, seen.pk)

        return self.do(request, act)


class AnswerSnapshot(_OnSnapshot):
    """Answer a snapshot on the spot."""

    serializer_class = SnapshotAnswerIn

    @extend_schema(responses=SnapshotOut)
    def post(self, request: Request, pk: int) -> Response:
        """Answer it in words that the resident reads; no case comes of it."""
        at, seen = timezone.now(), self.seen(request, pk)

        def act() -> Any:
            given = self.given(request)
            snapshots.answer_snapshot(seen.pk, actor=asking(request), at=at, **given)
            return self.answer(request, seen.pk)

        return self.do(request, act)


class SnapshotCase(_OnSnapshot):
    """Make a case of a snapshot."""

    serializer_class = SnapshotCaseIn
    success = 201

    @extend_schema(responses={201: SnapshotOut})
    def post(self, request: Request, pk: int) -> Response:
        """Receive a case with the snapshot's photo, place and reporter."""
        at, seen = timezone.now(), self.seen(request, pk)

        def act() -> Any:
            given = self.given(request)
            text = given.pop("text") or seen.text
            place = Place(seen.area_id, seen.lon, seen.lat, seen.address)
            user = asking(request)
            make_case("snapshot", seen.pk, actor=user, at=at, place=place, text=text, **given)
            return self.answer(request, seen.pk)

        return self.do(request, act)


class SnapshotPhoto(GenericAPIView[Snapshot]):
    """The photo of a snapshot."""

    queryset = Snapshot.objects.all()

    @extend_schema(responses={(200, "image/jpeg"): OpenApiResponse(OpenApiTypes.BINARY)})
    def get(self, request: Request, pk: int) -> FileResponse:
        """Return the photo itself, a JPEG without position and other metadata."""
        snapshot = get_object_or_404(_snapshots(request), pk=pk)
        return FileResponse(snapshot.photo.open("rb"), content_type="image/jpeg")
