"""What the calls on whistles and orders answer, as the asking user may see it."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.api.clock_outputs import ClockOut
from cases.api.fields import SeenText
from cases.api.outputs import AttachmentOut
from cases.lifecycle import ClockKind, State
from dispatch.arrival import DOUBTS, doubts_of, lateness_of
from dispatch.models import (
    Document,
    Order,
    Responsibility,
    Standing,
    Whistle,
    WhistleBack,
    WhistleItem,
)
from dispatch.problems import tally
from dispatch.queries.roll_call import Presence, presence_of

REQUEST_KINDS = [(kind, kind) for kind in ("objection", "extension", "whistle_back")]
"""What a department asks of the centre."""


class DoubtOut(serializers.Serializer[Any]):
    """One thing that does not fit in a unit's report of its arrival."""

    code = serializers.ChoiceField(choices=[(code, code) for code in DOUBTS])
    value = serializers.IntegerField(help_text="metres or minutes; 0 where there is no number")
    words = serializers.CharField()


class SummonedOut(serializers.ModelSerializer[Order]):
    """One department's part in a whistle, with its line of the roll call."""

    unit = serializers.CharField(source="unit.code")
    unit_name = serializers.CharField(source="unit.name")
    clocks = ClockOut(many=True, source="open_clocks")
    presence = serializers.SerializerMethodField()
    late_minutes = serializers.SerializerMethodField(
        help_text="after the time to assemble, negative before it; null where there is none"
    )
    doubts = serializers.SerializerMethodField()

    class Meta:
        model = Order
        fields = [
            "id",
            "unit",
            "unit_name",
            "role",
            "state",
            "presence",
            "reported_at",
            "late_minutes",
            "distance_m",
            "doubts",
            "left_at",
            "clocks",
        ]

    @extend_schema_field(
        serializers.ChoiceField(choices=[(one.value, one.value) for one in Presence])
    )
    def get_presence(self, order: Order) -> str:
        return presence_of(order).value

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_late_minutes(self, order: Order) -> int | None:
        late = lateness_of(order)
        return None if late is None else round(late.total_seconds() / 60)

    @extend_schema_field(DoubtOut(many=True))
    def get_doubts(self, order: Order) -> Any:
        return DoubtOut(doubts_of(order), many=True).data


class ItemOut(serializers.ModelSerializer[WhistleItem]):
    """One problem of a whistle's list. `clocks` holds its limit while that runs; `steps` are those that the
    asking user may take now."""

    whistle = serializers.IntegerField(source="whistle_id")
    text = SeenText(of="whistle.case")
    unit = serializers.CharField(source="unit.code", default=None, allow_null=True)
    limit = serializers.FloatField(source="limit_amount", allow_null=True)
    evidence = SeenText(of="whistle.case")
    dropped_reason = SeenText(of="whistle.case")
    clocks = ClockOut(many=True, source="open_clocks")
    attachments = AttachmentOut(many=True)
    steps = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = WhistleItem
        fields = [
            "id",
            "whistle",
            "position",
            "text",
            "unit",
            "state",
            "limit",
            "limit_unit",
            "started_at",
            "done_at",
            "evidence",
            "dropped_reason",
            "clocks",
            "attachments",
            "steps",
        ]


class TallyOut(serializers.Serializer[Any]):
    """How a whistle's list stands, in numbers and in one sentence."""

    found = serializers.IntegerField()
    done = serializers.IntegerField()
    doing = serializers.IntegerField()
    open = serializers.IntegerField()
    dropped = serializers.IntegerField()
    words = serializers.CharField()


class WhistleBackOut(serializers.ModelSerializer[WhistleBack]):
    """What a department asked for when it whistled back, and the ruling; `granted` is null until then."""

    order = serializers.IntegerField(source="order_id")
    unit = serializers.CharField(source="unit.code")
    reason = SeenText(of="order.case")
    asked_by = serializers.CharField()
    ruling = SeenText(of="order.case")
    ruled_by = serializers.CharField(allow_null=True)

    class Meta:
        model = WhistleBack
        fields = [
            "id",
            "order",
            "unit",
            "reason",
            "asked_by",
            "asked_at",
            "granted",
            "ruling",
            "ruled_by",
            "ruled_at",
        ]


class WhistleOut(serializers.ModelSerializer[Whistle]):
    """A summons with the orders it gave out; their `clocks` are the running ones."""

    case = serializers.CharField(source="case.number")
    level_name = serializers.CharField(source="get_level_display")
    kind_name = serializers.CharField(source="get_kind_display")
    risen_from = serializers.IntegerField(
        source="risen_from_id", allow_null=True, help_text="the whistle it was passed up from"
    )
    passed_reason = SeenText()
    blower = serializers.CharField(source="blower.code")
    blower_name = serializers.CharField(source="blower.name")
    blown_by = serializers.CharField()
    reason = SeenText()
    assembly_place = SeenText()
    asked_by = serializers.IntegerField(
        source="asked_by_id", allow_null=True, help_text="the whistle back it answers"
    )
    problems = serializers.SerializerMethodField()
    items = ItemOut(many=True)
    orders = SummonedOut(many=True)

    class Meta:
        model = Whistle
        fields = [
            "id",
            "case",
            "round",
            "level",
            "level_name",
            "kind",
            "kind_name",
            "blower",
            "blower_name",
            "blown_by",
            "blown_at",
            "reason",
            "assembly_at",
            "assembly_place",
            "assembly_lon",
            "assembly_lat",
            "asked_by",
            "risen_from",
            "passed_up_at",
            "passed_reason",
            "settled_at",
            "problems",
            "items",
            "orders",
        ]

    @extend_schema_field(TallyOut)
    def get_problems(self, whistle: Whistle) -> Any:
        return TallyOut(tally(item.state for item in whistle.items.all())).data


class OrderRowOut(serializers.ModelSerializer[Order]):
    """An order in a list. `clocks` are the running ones, the soonest first."""

    whistle = serializers.IntegerField(source="whistle_id")
    case = serializers.CharField(source="case.number")
    case_state = serializers.ChoiceField(choices=State.choices, source="case.state")
    case_text = SeenText(source="case.text")
    category = serializers.CharField(source="case.category_id")
    area = serializers.CharField(source="case.area_id")
    town = serializers.CharField(source="case.town_id")
    urgency = serializers.CharField(source="case.urgency")
    unit = serializers.CharField(source="unit.code")
    unit_name = serializers.CharField(source="unit.name")
    blower = serializers.CharField(source="whistle.blower.code")
    kind = serializers.CharField(source="whistle.kind", help_text="of the whistle")
    clocks = ClockOut(many=True, source="open_clocks")

    class Meta:
        model = Order
        fields = [
            "id",
            "whistle",
            "case",
            "case_state",
            "case_text",
            "category",
            "area",
            "town",
            "urgency",
            "unit",
            "unit_name",
            "blower",
            "kind",
            "role",
            "state",
            "issued_at",
            "acknowledged_at",
            "reported_at",
            "finished_at",
            "accepted_at",
            "settled_at",
            "sent_back",
            "lapsed",
            "designated",
            "distance_m",
            "left_at",
            "clocks",
        ]


class RequestOut(serializers.Serializer[Any]):
    """What the department asked of the centre; `verdict` is null until it rules."""

    kind = serializers.ChoiceField(choices=REQUEST_KINDS)
    reason = serializers.CharField()
    by = serializers.CharField()
    at = serializers.DateTimeField()
    verdict = serializers.BooleanField(allow_null=True)
    ruling = serializers.CharField()
    ruled_by = serializers.CharField()
    ruled_at = serializers.DateTimeField(allow_null=True)
    new_unit = serializers.CharField(source="new_unit.code", default=None, allow_null=True)
    workdays = serializers.CharField(help_text="asked for; empty for an objection")
    evidence = serializers.CharField(help_text="of an objection")
    number = serializers.CharField(help_text="of the ruling on an objection")
    charged_to = serializers.CharField(source="charged_to.code", default=None, allow_null=True)


class OrderOut(OrderRowOut):
    """One order. `steps` are the steps that the asking user may take now."""

    report_lon = serializers.FloatField(allow_null=True)
    report_lat = serializers.FloatField(allow_null=True)
    report_note = SeenText()
    arrived = SeenText()
    leave_reason = SeenText()
    doubts = serializers.SerializerMethodField(help_text="what does not fit in the report")
    result = SeenText()
    requests = RequestOut(many=True)
    attachments = AttachmentOut(many=True)
    steps = serializers.ListField(child=serializers.CharField())

    class Meta(OrderRowOut.Meta):
        fields = [
            *OrderRowOut.Meta.fields,
            "report_lon",
            "report_lat",
            "report_note",
            "arrived",
            "device_at",
            "accuracy_m",
            "doubts",
            "leave_asked_at",
            "leave_reason",
            "leave_granted_at",
            "rings",
            "result",
            "requests",
            "attachments",
            "steps",
        ]

    @extend_schema_field(DoubtOut(many=True))
    def get_doubts(self, order: Order) -> Any:
        return DoubtOut(doubts_of(order), many=True).data


class ResponsibilityOut(serializers.ModelSerializer[Responsibility]):
    """One item of the list. `lead` is null where the matter is the town's own."""

    category = serializers.CharField(source="category_id")
    category_name = serializers.CharField(source="category.name")
    lead = serializers.CharField(source="lead.code", default=None, allow_null=True)
    lead_name = serializers.CharField(source="lead.name", default=None, allow_null=True)
    assists: Any = serializers.SlugRelatedField("code", many=True, read_only=True)
    ruling = serializers.CharField(
        source="ruling.number", default=None, allow_null=True, help_text="decided by this ruling"
    )

    class Meta:
        model = Responsibility
        fields = [
            "code",
            "group",
            "title",
            "category",
            "category_name",
            "lead",
            "lead_name",
            "assists",
            "town_assists",
            "person",
            "basis",
            "note",
            "ruling",
        ]


class DocumentRowOut(serializers.ModelSerializer[Document]):
    """A supervision document in a list.

    `issued_at` and `due_was` are the true times, `written_at` is when it was written. `standing` says how
    it stands with the answer; null where none was asked for.
    """

    case = serializers.CharField(source="case.number")
    order = serializers.IntegerField(source="order_id", allow_null=True)
    unit = serializers.CharField(source="unit.code")
    unit_name = serializers.CharField(source="unit.name")
    clock = serializers.ChoiceField(choices=ClockKind.choices, source="clock.kind")
    standing = serializers.ChoiceField(
        choices=[(one.value, one.value) for one in Standing if one],
        source="stands",
        allow_null=True,
    )

    class Meta:
        model = Document
        fields = [
            "id",
            "number",
            "form",
            "colour",
            "case",
            "order",
            "unit",
            "unit_name",
            "clock",
            "due_was",
            "issued_at",
            "written_at",
            "answer_due_at",
            "standing",
            "answered_at",
        ]


class DocumentOut(DocumentRowOut):
    """A supervision document with its text as issued, and its answer.

    `may_answer` tells whether the asking user may answer it now.
    """

    title = serializers.CharField(source="sheet.title")
    to = serializers.CharField(source="sheet.to")
    paragraphs = serializers.ListField(child=serializers.CharField(), source="sheet.paragraphs")
    signed = serializers.CharField(source="sheet.signed")
    copies = serializers.ListField(child=serializers.CharField(), source="sheet.copies")
    answer = SeenText()
    answered_by = serializers.CharField(allow_null=True)
    may_answer = serializers.BooleanField(source="mine")

    class Meta(DocumentRowOut.Meta):
        fields = [
            *DocumentRowOut.Meta.fields,
            "title",
            "to",
            "paragraphs",
            "signed",
            "copies",
            "answer",
            "answered_by",
            "may_answer",
        ]
