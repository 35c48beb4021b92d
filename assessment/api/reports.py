"""Reports by the API: list, ask for one, follow the job, fetch the files."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.bases import Doing, KeyedList, asking
from assessment.models import Job
from assessment.queries import reports as queries
from assessment.services.report_papers import ask_report, check_makes
from cases.api.inputs import MAY_LACK
from dispatch.api.paper_shapes import PaperRowOut
from dispatch.models import Paper
from dispatch.sheets import Sheet
from dispatch.sheets.files import FILES


class ReportFilter(django_filters.FilterSet):
    form = django_filters.MultipleChoiceFilter(
        choices=[(form.value, form.label) for form in queries.FORMS]
    )
    period = django_filters.CharFilter()
    subject = django_filters.CharFilter()

    class Meta:
        model = Paper
        fields: list[str] = []


class ReportRowOut(PaperRowOut):
    """A report; `files` are the addresses of its forms."""

    files = serializers.SerializerMethodField()

    class Meta(PaperRowOut.Meta):
        fields = [*PaperRowOut.Meta.fields, "files"]

    def get_files(self, paper: Paper) -> dict[str, str]:
        return {kind: reverse(f"api_report_{kind}", args=[paper.pk]) for kind in FILES}


class ReportIn(serializers.Serializer[Any]):
    """A report to be made. `subject` is a unit's code or a topic's number; without it a sheet is written for
    every unit. A docket's `period` is a week."""

    form = serializers.ChoiceField(choices=[(form.value, form.label) for form in queries.FORMS])
    period = serializers.CharField(max_length=40, **MAY_LACK)
    subject = serializers.CharField(max_length=40, **MAY_LACK)
    to_all = serializers.BooleanField(default=False)


class JobOut(serializers.ModelSerializer[Job]):
    """A long job: `done` of `total`; `paper` is what came of it, where that is one paper."""

    paper = serializers.IntegerField(source="paper_id", allow_null=True)
    url = serializers.SerializerMethodField()

    class Meta:
        model = Job
        fields = [
            "id",
            "kind",
            "params",
            "state",
            "done",
            "total",
            "error",
            "asked_at",
            "finished_at",
            "paper",
            "url",
        ]

    def get_url(self, job: Job) -> str:
        return reverse("api_job", args=[job.pk])


class Reports(KeyedList, Doing):
    """The reports that you may read, the latest first; POST asks for one."""

    queryset = Paper.objects.all()
    serializer_class = ReportRowOut
    filterset_class = ReportFilter
    orderings = ("-issued_at", "issued_at")
    success = 202

    def get_serializer_class(self) -> Any:
        return ReportIn if self.request.method == "POST" else ReportRowOut

    def rows(self) -> QuerySet[Paper]:
        return queries.reports_of(asking(self.request))

    @extend_schema(request=ReportIn, responses={202: JobOut})
    def post(self, request: Request) -> Response:
        """Ask for a report: answered with the job that writes it."""
        user, at = asking(request), timezone.now()

        def act() -> Any:
            check_makes(user)
            given = self.given(request)
            return JobOut(ask_report(given.pop("form"), actor=user, at=at, **given)).data

        return self.do(request, act)


class OneJob(APIView):
    """One long job."""

    @extend_schema(responses={200: JobOut})
    def get(self, request: Request, pk: int) -> Response:
        """Say how far the job is, and what came of it."""
        rows = queries.job_rows(asking(request))
        return Response(JobOut(get_object_or_404(rows, pk=pk)).data)


class ReportFile(APIView):
    """A report as a file."""

    kind = "pdf"

    @extend_schema(responses={200: OpenApiResponse(OpenApiTypes.BINARY)})
    def get(self, request: Request, pk: int) -> HttpResponse:
        """Give the report in official form."""
        rows = queries.reports_of(asking(request)).defer(None)
        paper = get_object_or_404(rows, pk=pk)
        write, content_type = FILES[self.kind]
        content = write(Sheet.from_json(paper.sheet))
        named = str(content_disposition_header(True, f"{paper.number}.{self.kind}"))  # noqa: FBT003
        headers = {"Content-Disposition": named, "Cache-Control": "private, no-store"}
        return HttpResponse(content, content_type, headers=headers)
