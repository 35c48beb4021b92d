"""What the calls on whistles and orders answer, as the asking user may see it."""

from typing import Any

from rest_framework import serializers

from cases.api.clock_outputs import ClockOut
from cases.api.fields import SeenText
from cases.api.outputs import AttachmentOut
from cases.lifecycle import ClockKind, State
from dispatch.models import Document, Order, Responsibility, Standing, Whistle, WhistleItem


class SummonedOut(serializers.ModelSerializer[Order]):
    """One department's part in a whistle."""

    unit = serializers.CharField(source="unit.code")
    unit_name = serializers.CharField(source="unit.name")
    clocks = ClockOut(many=True, source="open_clocks")

    class Meta:
        model = Order
        fields = ["id", "unit", "unit_name", "role", "state", "clocks"]


class ItemOut(serializers.ModelSerializer[WhistleItem]):
    text = SeenText(of="whistle.case")
    unit = serializers.CharField(source="unit.code", default=None, allow_null=True)

    class Meta:
        model = WhistleItem
        fields = ["id", "position", "text", "unit", "done_at"]


class WhistleOut(serializers.ModelSerializer[Whistle]):
    """A summons with the orders it gave out; their `clocks` are the running ones."""

    case = serializers.CharField(source="case.number")
    blower = serializers.CharField(source="blower.code")
    blower_name = serializers.CharField(source="blower.name")
    blown_by = serializers.CharField()
    reason = SeenText()
    assembly_place = SeenText()
    items = ItemOut(many=True)
    orders = SummonedOut(many=True)

    class Meta:
        model = Whistle
        fields = [
            "id",
            "case",
            "round",
            "level",
            "kind",
            "blower",
            "blower_name",
            "blown_by",
            "blown_at",
            "reason",
            "assembly_at",
            "assembly_place",
            "settled_at",
            "items",
            "orders",
        ]


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
            "clocks",
        ]


class RequestOut(serializers.Serializer[Any]):
    """What the department asked of the centre; `verdict` is null until it rules."""

    kind = serializers.ChoiceField(choices=[("objection", "objection"), ("extension", "extension")])
    reason = serializers.CharField()
    by = serializers.CharField()
    at = serializers.DateTimeField()
    verdict = serializers.BooleanField(allow_null=True)
    ruling = serializers.CharField()
    ruled_by = serializers.CharField()
    ruled_at = serializers.DateTimeField(allow_null=True)
    new_unit = serializers.CharField(source="new_unit.code", default=None, allow_null=True)
    workdays = serializers.CharField(help_text="asked for; empty for an objection")


class OrderOut(OrderRowOut):
    """One order. `steps` are the steps that the asking user may take now."""

    report_lon = serializers.FloatField(allow_null=True)
    report_lat = serializers.FloatField(allow_null=True)
    report_note = SeenText()
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
            "result",
            "requests",
            "attachments",
            "steps",
        ]


class ResponsibilityOut(serializers.ModelSerializer[Responsibility]):
    """One item of the list. `lead` is null where the matter is the town's own."""

    category = serializers.CharField(source="category_id")
    category_name = serializers.CharField(source="category.name")
    lead = serializers.CharField(source="lead.code", default=None, allow_null=True)
    lead_name = serializers.CharField(source="lead.name", default=None, allow_null=True)
    assists: Any = serializers.SlugRelatedField("code", many=True, read_only=True)

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
