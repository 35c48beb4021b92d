"""Cases: receive, list, show; what happened to them, what is due, what looks alike."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
    inline_serializer,
)
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.bases import Doing, KeyedList, asking
from accounts.api.parsers import BoundedJSONParser
from cases.api.clock_outputs import ExplainedClockOut
from cases.api.filters import CaseFilter
from cases.api.inputs import CaseIn, RevealIn
from cases.api.outputs import (
    AttachmentOut,
    CallerOut,
    CaseOut,
    CaseRowOut,
    EventOut,
    LookAlikeOut,
    ReceivedOut,
)
from cases.api.places import take_place
from cases.api.rows import read_rows, write_rows
from cases.models import BOUNDARIES, Attachment, Case, CaseEvent, Clock
from cases.services.intake import check_may_receive, look_alikes, receive
from cases.services.privacy import check_may_look, reveal_caller
from cases.services.splitting import Matter, add_matter


def seen_case(request: Request, number: str) -> Case:
    """Return the case of that number, or raise 404 where the asking user may not see it."""
    return get_object_or_404(Case.objects.visible_to(asking(request)), number=number)


def open_clocks() -> "Prefetch[str]":
    running = Clock.objects.running().select_related("unit").order_by("due_at", "pk")
    return Prefetch("clocks", running, to_attr="open_clocks")


def whole(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Return the cases with all that `CaseOut` shows."""
    rows = cases.select_related("category", "area", "town", "parent", "received_by")
    return rows.defer(*BOUNDARIES).prefetch_related(open_clocks(), "attachments")


def case_answer(request: Request, pk: int) -> dict[str, Any]:
    """Return the case as it stands now, for the answer to a step."""
    return CaseOut(whole(Case.objects.all()).get(pk=pk), context={"request": request}).data


@extend_schema_view(get=extend_schema(responses=CaseRowOut))
class Cases(Doing, KeyedList):
    """The cases that the asking user may see; and the way in for new ones."""

    queryset = Case.objects.all()
    filterset_class = CaseFilter
    parser_classes = [BoundedJSONParser, MultiPartParser]
    orderings = ("-received_at", "received_at")
    success = 201

    def get_serializer_class(self) -> Any:
        return CaseIn if self.request and self.request.method == "POST" else CaseRowOut

    def rows(self) -> QuerySet[Case]:
        return read_rows(Case.objects.visible_to(asking(self.request)))

    def shown(self, page: Sequence[Any]) -> Any:
        return write_rows(page, asking(self.request))

    @extend_schema(responses={201: ReceivedOut})
    def post(self, request: Request) -> Response:
        """Receive a request: its town and grid are found from the place, its clocks start."""
        at, user = timezone.now(), asking(request)

        def act() -> Any:
            check_may_receive(user)
            given = self.given(request)
            place = take_place(given)
            call = given.pop("call", "")
            case: Any = (
                add_matter(call, Matter(place=place, **own_of(given)), actor=user, at=at)
                if call
                else receive(actor=user, at=at, place=place, **given)
            )
            running = Clock.objects.running().filter(case=case).select_related("unit")
            case.open_clocks = list(running.order_by("due_at", "pk"))
            return ReceivedOut(case, context={"request": request}).data

        return self.do(request, act)


CALLERS_OWN = ("channel", "caller_name", "caller_phone")
"""What one more matter of a call takes over from its first."""


def own_of(given: dict[str, Any]) -> dict[str, Any]:
    """Return what a further matter of a call has of its own."""
    return {name: value for name, value in given.items() if name not in CALLERS_OWN}


class OneCase(GenericAPIView[Case]):
    """One case."""

    serializer_class = CaseOut
    queryset = Case.objects.all()

    def get(self, request: Request, number: str) -> Response:
        """Show the case with its running clocks and the steps that are yours to take now."""
        seen = Case.objects.visible_to(asking(request))
        case = get_object_or_404(whole(seen), number=number)
        return Response(self.get_serializer(case).data)


class Reveal(Doing):
    """Look at the caller on purpose."""

    serializer_class = RevealIn
    once = False

    @extend_schema(responses=CallerOut)
    def post(self, request: Request, number: str) -> Response:
        """Return the caller's name and phone, and leave a line of who looked and why."""
        at, user = timezone.now(), asking(request)
        case = seen_case(request, number)
        check_may_look(case, user)
        given = self.given(request)
        return Response(reveal_caller(case, actor=user, at=at, **given))


class OfOneCase(KeyedList):
    """A list of what belongs to one case."""

    filterset_class = None

    def case(self) -> Case:
        return seen_case(self.request, self.kwargs["number"])


class Events(OfOneCase):
    """What happened to a case, in order; nothing is ever changed or taken away."""

    queryset = CaseEvent.objects.all()
    serializer_class = EventOut
    orderings = ("at", "-at")

    def rows(self) -> QuerySet[CaseEvent]:
        events = CaseEvent.objects.filter(case=self.case())
        return events.select_related("case", "actor", "unit")


class Clocks(OfOneCase):
    """Every clock of a case, stopped ones too, each with the reasons of its due time."""

    queryset = Clock.objects.all()
    serializer_class = ExplainedClockOut
    orderings = ("started_at", "-started_at")

    def rows(self) -> QuerySet[Clock]:
        clocks = Clock.objects.filter(case=self.case()).select_related("unit", "case")
        return clocks.prefetch_related("entries")


class Attachments(OfOneCase):
    """The photos of a case."""

    queryset = Attachment.objects.all()
    serializer_class = AttachmentOut
    orderings = ("at", "-at")

    def rows(self) -> QuerySet[Attachment]:
        return Attachment.objects.filter(case=self.case())


class OneAttachment(GenericAPIView[Attachment]):
    """One photo."""

    queryset = Attachment.objects.all()

    @extend_schema(responses={(200, "image/jpeg"): OpenApiResponse(OpenApiTypes.BINARY)})
    def get(self, request: Request, token: UUID) -> FileResponse:
        """Return the photo itself, a JPEG without position and other metadata."""
        seen = Attachment.objects.visible_to(asking(request))
        photo = get_object_or_404(seen, token=token)
        return FileResponse(photo.file.open("rb"), content_type="image/jpeg")


class Duplicates(GenericAPIView[Case]):
    """Open cases that may be the same matter."""

    queryset = Case.objects.all()
    serializer_class = LookAlikeOut
    pagination_class = None
    filter_backends: list[Any] = []

    @extend_schema(
        responses=inline_serializer(
            "LookAlikesOut",
            {"next": serializers.CharField(allow_null=True), "results": LookAlikeOut(many=True)},
        )
    )
    def get(self, request: Request, number: str) -> Response:
        """Return at most five open cases of the same community, the likest first."""
        case = seen_case(request, number)
        found = look_alikes(
            asking(request),
            area=case.area_id,
            category=case.category_id,
            text=case.text,
            but=case.number,
        )
        rows = self.get_serializer(found, many=True).data
        return Response({"next": None, "results": rows})
