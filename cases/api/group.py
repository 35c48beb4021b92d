"""The working group of a case: read what was written, write, fetch a file."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.bases import Doing, KeyedList, asking
from accounts.api.parsers import BoundedJSONParser
from cases.api.cases import seen_case
from cases.api.fields import SeenText
from cases.group_sending import send_file
from cases.models import GroupFile, GroupMessage
from cases.services.group import LONGEST_MESSAGE, post_message
from cases.services.group_files import MOST_FILES


class GroupMessageIn(serializers.Serializer[Any]):
    """A message: a text, files (as multipart/form-data), or both."""

    text = serializers.CharField(
        max_length=LONGEST_MESSAGE, required=False, allow_blank=True, default=""
    )
    files = serializers.ListField(
        child=serializers.FileField(),
        max_length=MOST_FILES,
        required=False,
        help_text="JPEG, PNG, WebP, PDF, DOCX, XLSX, TXT, MP3 or AMR, each at most 20 MB",
    )
    whistle = serializers.IntegerField(
        source="whistle_ref",
        required=False,
        allow_null=True,
        min_value=1,
        max_value=2**63 - 1,
        help_text="where the message is about one whistle of the case",
    )


class GroupFileOut(serializers.ModelSerializer[GroupFile]):
    name = SeenText(of="message.case")
    url = serializers.SerializerMethodField()

    class Meta:
        model = GroupFile
        fields = ["token", "name", "content_type", "size", "url"]

    def get_url(self, file: GroupFile) -> str:
        path = reverse("api_group_file", args=[file.token])
        return str(self.context["request"].build_absolute_uri(path))


class GroupMessageOut(serializers.ModelSerializer[GroupMessage]):
    """A message as the asking user may read it."""

    whistle = serializers.IntegerField(source="whistle_ref", allow_null=True)
    author = serializers.CharField()
    unit = serializers.CharField(source="unit.code", default=None, allow_null=True)
    text = SeenText()
    files = GroupFileOut(many=True)

    class Meta:
        model = GroupMessage
        fields = ["id", "whistle", "author", "unit", "at", "text", "files"]


class GroupFilter(django_filters.FilterSet):
    after = django_filters.NumberFilter(
        field_name="pk", lookup_expr="gt", help_text="the id of the last message already known"
    )
    whistle = django_filters.NumberFilter(field_name="whistle_ref")


@extend_schema_view(get=extend_schema(responses=GroupMessageOut))
class GroupMessages(Doing, KeyedList):
    """The working group of a case; nothing written is ever changed or taken away."""

    queryset = GroupMessage.objects.all()
    filterset_class = GroupFilter
    parser_classes = [BoundedJSONParser, MultiPartParser]
    orderings = ("id", "-id")
    success = 201

    def get_serializer_class(self) -> Any:
        post = self.request and self.request.method == "POST"
        return GroupMessageIn if post else GroupMessageOut

    def rows(self) -> QuerySet[GroupMessage]:
        return _whole(
            GroupMessage.objects.filter(case=seen_case(self.request, self.kwargs["number"]))
        )

    def shown(self, page: Sequence[Any]) -> Any:
        return GroupMessageOut(page, many=True, context={"request": self.request}).data

    @extend_schema(responses={201: GroupMessageOut})
    def post(self, request: Request, number: str) -> Response:
        """Write to everybody who may see the case; it becomes part of the case's record."""
        at, user = timezone.now(), asking(request)
        case = seen_case(request, number)

        def act() -> Any:
            message = post_message(case.pk, actor=user, at=at, **self.given(request))
            row = _whole(GroupMessage.objects.filter(pk=message.pk)).get()
            return GroupMessageOut(row, context={"request": request}).data

        return self.do(request, act)


def _whole(messages: QuerySet[GroupMessage]) -> QuerySet[GroupMessage]:
    rows = messages.select_related("case", "author", "unit")
    return rows.prefetch_related("files__message__case")


class OneGroupFile(GenericAPIView[GroupFile]):
    """One file of a working group."""

    queryset = GroupFile.objects.all()

    @extend_schema(
        responses={(200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY)}
    )
    def get(self, request: Request, token: UUID) -> FileResponse:
        """Return the file itself, under its own name and type."""
        seen = GroupFile.objects.visible_to(asking(request))
        return send_file(get_object_or_404(seen, token=token))
