"""The leaders' marks of departments by the API: a leader's own, of one period, given together."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.bases import Doing, asking
from accounts.models import User
from accounts.refusals import BadInput
from assessment import periods
from assessment.models import FrozenPeriod
from assessment.periods import Span
from assessment.services import leader_marks
from assessment.services.leader_marks import LONGEST_COMMENT, Given
from cases.api.inputs import MAY_LACK

MOST = 500


class LeaderMarkIn(serializers.Serializer[Any]):
    """One department's mark; without one (null) the mark given before is taken back."""

    unit = serializers.CharField(max_length=20, help_text="code of the department or company")
    mark = serializers.IntegerField(min_value=0, max_value=100, allow_null=True)
    comment = serializers.CharField(max_length=LONGEST_COMMENT, **MAY_LACK)


class LeaderMarksIn(serializers.Serializer[Any]):
    """Marks that are kept all or none; departments that are not named keep theirs."""

    marks = serializers.ListField(child=LeaderMarkIn(), min_length=1, max_length=MOST)


class LeaderMarkOut(serializers.Serializer[Any]):
    """A department with orders in the period, your mark of it, and how many leaders have marked it."""

    unit = serializers.CharField()
    name = serializers.CharField()
    mark = serializers.IntegerField(allow_null=True)
    comment = serializers.CharField()
    at = serializers.DateTimeField(allow_null=True)
    marked_by = serializers.IntegerField(help_text="number of leaders")


class LeaderMarksOut(serializers.Serializer[Any]):
    """Your marks of a period; once it is frozen they stay as they are."""

    period = serializers.CharField()
    frozen = serializers.BooleanField()
    results = LeaderMarkOut(many=True)
    next = serializers.CharField(allow_null=True)


def marks_answer(span: Span, leader: User) -> dict[str, Any]:
    """Return the departments to be marked with the leader's own marks."""
    own, counts = leader_marks.marks_of(span, leader), leader_marks.marks_counted(span)
    rows = []
    for unit in leader_marks.departments_of(span):
        given = own.get(unit.code)
        rows.append(
            {
                "unit": unit.code,
                "name": unit.name,
                "mark": given.mark if given else None,
                "comment": given.comment if given else "",
                "at": given.at if given else None,
                "marked_by": counts.get(unit.code, 0),
            }
        )
    frozen = FrozenPeriod.objects.filter(period=span.name).exists()
    found = {"period": span.name, "frozen": frozen, "results": rows, "next": None}
    return dict(LeaderMarksOut(found).data)


class LeaderMarks(Doing):
    """Your marks of the departments for a period, as one of the district's leaders."""

    serializer_class = LeaderMarksIn

    @extend_schema(responses=LeaderMarksOut)
    def get(self, request: Request, period: str) -> Response:
        """Return the departments with orders in the period and your marks of them."""
        leader = asking(request)
        leader_marks.check_leader(leader)
        return Response(marks_answer(periods.find(period), leader))

    @extend_schema(responses=LeaderMarksOut)
    def post(self, request: Request, period: str) -> Response:
        """Keep the marks, all or none, until the period is frozen."""
        at, leader = timezone.now(), asking(request)

        def act() -> Any:
            span = periods.find(period)
            leader_marks.check_marking(span, leader, at)
            marks = self.given(request)["marks"]
            try:
                leader_marks.mark_departments(span, _by_unit(marks), actor=leader, at=at)
            except BadInput as refusal:
                raise BadInput(_by_place(marks, refusal.fields)) from refusal
            return marks_answer(span, leader)

        return self.do(request, act)


def _by_unit(marks: list[dict[str, Any]]) -> dict[str, Given | None]:
    found: dict[str, Given | None] = {}
    for row in marks:
        code, mark = row["unit"], row["mark"]
        if code in found:
            raise BadInput({code: _("This unit is named twice.")})
        found[code] = None if mark is None else (mark, row["comment"])
    return found


def _by_place(marks: list[dict[str, Any]], wrong: Mapping[str, Any]) -> dict[str, Any]:
    """Name what is refused by its place in the list, of a unit named twice the second."""
    places = {row["unit"]: place for place, row in enumerate(marks)}
    return {f"marks.{places[code]}.unit": texts for code, texts in wrong.items()}
