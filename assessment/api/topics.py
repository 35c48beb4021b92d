"""Topics by the API."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.bases import Doing, KeyedList, asking
from assessment.models import Topic, TopicEntry
from assessment.queries import topics as queries
from assessment.services import topics as services
from assessment.services.hotspots import check_decides
from assessment.services.topic_corrections import correct_topic
from cases.api.inputs import MAY_LACK
from dispatch.services.papers import LONGEST_TEXT, LONGEST_TITLE

TEXT: dict[str, Any] = {"max_length": LONGEST_TEXT}


# --- read


class TopicIn(serializers.Serializer[Any]):
    """A topic. `owner` and `assists` are unit codes; without an `area` it is the whole district's; `spot` is
    the hot spot it is made of."""

    title = serializers.CharField(max_length=LONGEST_TITLE)
    text = serializers.CharField(**TEXT)
    category = serializers.CharField(max_length=8)
    area = serializers.CharField(max_length=17, **MAY_LACK)
    owner = serializers.CharField(max_length=20)
    assists = serializers.ListField(
        child=serializers.CharField(max_length=20), max_length=60, default=list
    )
    goal = serializers.DecimalField(
        max_digits=8, decimal_places=2, min_value=0, help_text="residents a week"
    )
    begun_on = serializers.DateField()
    review_on = serializers.DateField()
    spot = serializers.IntegerField(
        min_value=1, max_value=2**63 - 1, required=False, allow_null=True, default=None
    )


class TopicEntryIn(serializers.Serializer[Any]):
    text = serializers.CharField(**TEXT)


class TopicCorrectionIn(serializers.Serializer[Any]):
    """What is corrected, and why; what is left out stays. The owner corrects `title`, `text` and `review_on`, the
    centre the rest, too."""

    reason = serializers.CharField(**TEXT)
    title = serializers.CharField(max_length=LONGEST_TITLE, required=False)
    text = serializers.CharField(**TEXT, required=False)
    owner = serializers.CharField(max_length=20, required=False)
    assists = serializers.ListField(
        child=serializers.CharField(max_length=20), max_length=60, required=False
    )
    goal = serializers.DecimalField(
        max_digits=8, decimal_places=2, min_value=0, required=False, help_text="residents a week"
    )
    begun_on = serializers.DateField(required=False)
    review_on = serializers.DateField(required=False)


class TopicOutcomeIn(serializers.Serializer[Any]):
    outcome = serializers.CharField(**TEXT)


# --- answered


class TopicRowOut(serializers.ModelSerializer[Topic]):
    category = serializers.CharField(source="category_id")
    area = serializers.CharField(source="area_id", allow_null=True)
    owner = serializers.CharField(source="owner.code")
    owner_name = serializers.CharField(source="owner.name")

    class Meta:
        model = Topic
        fields = [
            "id",
            "number",
            "title",
            "state",
            "category",
            "area",
            "owner",
            "owner_name",
            "baseline",
            "goal",
            "begun_on",
            "review_on",
            "opened_at",
            "closed_at",
        ]


class TopicEntryOut(serializers.ModelSerializer[TopicEntry]):
    """`step` is `progress`, `correct` (with `changes`: field → before and after) or `close`."""

    by = serializers.CharField()

    class Meta:
        model = TopicEntry
        fields = ["id", "step", "text", "changes", "by", "at"]


class MeasureOut(serializers.Serializer[Any]):
    """Residents a week before and after; `after` and what hangs on it are null before there is a whole week.
    `verdict` is `early`, `few`, `fell`, `rose` or `unclear`."""

    before = serializers.DecimalField(max_digits=10, decimal_places=2)
    after = serializers.DecimalField(max_digits=10, decimal_places=2, allow_null=True)
    between = serializers.SerializerMethodField()
    district = serializers.SerializerMethodField()
    weeks = serializers.IntegerField()
    verdict = serializers.CharField()
    chance = serializers.FloatField(allow_null=True)

    @extend_schema_field({"type": "array", "items": {"type": "string"}, "nullable": True})
    def get_between(self, found: Any) -> list[str] | None:
        return found.between and [str(bound) for bound in found.between]

    @extend_schema_field({"type": "array", "items": {"type": "string"}, "nullable": True})
    def get_district(self, found: Any) -> list[str] | None:
        return found.district and [str(bound) for bound in found.district]


class TopicOut(TopicRowOut):
    """A topic with its measure up to now and what was done."""

    assists = serializers.SerializerMethodField()
    measure = serializers.SerializerMethodField()
    entries = serializers.SerializerMethodField()

    class Meta(TopicRowOut.Meta):
        fields = [*TopicRowOut.Meta.fields, "text", "outcome", "assists", "measure", "entries"]

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_assists(self, topic: Topic) -> list[str]:
        return [unit.code for unit in topic.assists.all()]

    @extend_schema_field(MeasureOut)
    def get_measure(self, topic: Topic) -> Any:
        return MeasureOut(services.measured(topic, self.context["at"])).data

    @extend_schema_field(TopicEntryOut(many=True))
    def get_entries(self, topic: Topic) -> Any:
        rows = topic.entries.select_related("by").order_by("at", "pk")
        return TopicEntryOut(rows, many=True).data


# --- calls


class TopicFilter(django_filters.FilterSet):
    state = django_filters.MultipleChoiceFilter(choices=Topic.State.choices)
    owner = django_filters.CharFilter(field_name="owner__code")

    class Meta:
        model = Topic
        fields: list[str] = []


def topic_answer(request: Request, pk: int) -> dict[str, Any]:
    """Return the topic as it stands; 404 where the asking user may not see it."""
    rows = queries.topics_for_list(asking(request)).prefetch_related("assists")
    context = {"request": request, "at": timezone.now()}
    return dict(TopicOut(get_object_or_404(rows, pk=pk), context=context).data)


class Topics(KeyedList, Doing):
    """The topics that you may see, the latest first; POST takes one up."""

    queryset = Topic.objects.all()
    serializer_class = TopicRowOut
    filterset_class = TopicFilter
    orderings = ("-opened_at", "opened_at", "review_on", "-review_on")
    success = 201

    def get_serializer_class(self) -> Any:
        return TopicIn if self.request.method == "POST" else TopicRowOut

    def rows(self) -> QuerySet[Topic]:
        return queries.topics_for_list(asking(self.request))

    @extend_schema(responses={201: TopicOut})
    def post(self, request: Request) -> Response:
        """Take up a topic and return it."""
        user, at = asking(request), timezone.now()

        def act() -> Any:
            check_decides(user)
            proposed = services.Proposed(**self.given(request))
            topic = services.open_topic(proposed, actor=user, at=at)
            return topic_answer(request, topic.pk)

        return self.do(request, act)


class OneTopic(Doing):
    """One topic."""

    serializer_class = TopicOut

    @extend_schema(responses=TopicOut)
    def get(self, request: Request, pk: int) -> Response:
        """Show the topic with its measure up to now."""
        return Response(topic_answer(request, pk))


class TopicEntries(Doing):
    """What the owner and the assisting units do about a topic."""

    serializer_class = TopicEntryIn
    success = 201

    @extend_schema(responses={201: TopicOut})
    def post(self, request: Request, pk: int) -> Response:
        """Write what was done: 403 where it is not yours, 409 where the topic is closed."""
        user, at = asking(request), timezone.now()
        get_object_or_404(Topic.objects.visible_to(user), pk=pk)

        def act() -> Any:
            services.enter(pk, actor=user, at=at, **self.given(request))
            return topic_answer(request, pk)

        return self.do(request, act)


class CorrectTopic(Doing):
    """A correction of an open topic."""

    serializer_class = TopicCorrectionIn

    @extend_schema(responses=TopicOut)
    def post(self, request: Request, pk: int) -> Response:
        """Correct a topic: 403 where a change is not yours to make, 409 where the topic is closed."""
        user, at = asking(request), timezone.now()
        get_object_or_404(Topic.objects.visible_to(user), pk=pk)

        def act() -> Any:
            changes = self.given(request)
            reason = changes.pop("reason")
            correct_topic(pk, actor=user, at=at, reason=reason, changes=changes)
            return topic_answer(request, pk)

        return self.do(request, act)


class CloseTopic(Doing):
    """The end of a topic."""

    serializer_class = TopicOutcomeIn

    @extend_schema(responses=TopicOut)
    def post(self, request: Request, pk: int) -> Response:
        """Close a topic with its outcome; for the command centre."""
        user, at = asking(request), timezone.now()
        get_object_or_404(Topic.objects.visible_to(user), pk=pk)

        def act() -> Any:
            services.close_topic(pk, actor=user, at=at, **self.given(request))
            return topic_answer(request, pk)

        return self.do(request, act)
