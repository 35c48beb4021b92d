"""What the calls on cases answer, as the asking user may see it."""

from typing import Any

from django.urls import reverse
from rest_framework import serializers

from cases.api.clock_outputs import ClockOut
from cases.api.fields import SeenDetails, SeenText
from cases.merged import of_same_call
from cases.models import (
    Attachment,
    Callback,
    Case,
    CaseEvent,
    Category,
    FilingCondition,
    Request,
)
from cases.privacy import may_reveal, shown_name, shown_phone
from cases.services.steps import steps_for


class CaseRowOut(serializers.ModelSerializer[Case]):
    """A case in a list. `clocks` are the running ones, the soonest first."""

    category = serializers.CharField(source="category_id")
    category_name = serializers.CharField(source="category.name")
    condition = serializers.CharField(
        source="condition_id", allow_null=True, help_text="the filing condition"
    )
    area = serializers.CharField(source="area_id")
    area_name = serializers.CharField(source="area.name")
    town = serializers.CharField(source="town_id")
    town_name = serializers.CharField(source="town.name")
    exit = serializers.CharField(
        source="exit_id", allow_null=True, help_text="the classified exit it left by"
    )
    text = SeenText(of="")
    address = SeenText(of="")
    external_id = SeenText(of="")
    clocks = ClockOut(many=True, source="open_clocks")

    class Meta:
        model = Case
        fields = [
            "number",
            "state",
            "round",
            "kind",
            "channel",
            "urgency",
            "category",
            "category_name",
            "condition",
            "area",
            "area_name",
            "town",
            "town_name",
            "level",
            "text",
            "address",
            "lon",
            "lat",
            "confidential",
            "counted",
            "self_handled",
            "transfers",
            "urged",
            "exit",
            "external_id",
            "received_at",
            "handled_at",
            "closed_at",
            "contacted_at",
            "problem_at",
            "hold_until",
            "clocks",
        ]


class AttachmentOut(serializers.ModelSerializer[Attachment]):
    order = serializers.IntegerField(source="order_ref", allow_null=True)
    url = serializers.SerializerMethodField()

    class Meta:
        model = Attachment
        fields = ["token", "step", "order", "at", "url"]

    def get_url(self, attachment: Attachment) -> str:
        path = reverse("api_attachment", args=[attachment.token])
        return str(self.context["request"].build_absolute_uri(path))


class CaseOut(CaseRowOut):
    """One case. `caller_name` and `caller_phone` are masked; where `may_reveal`, they can be asked
    for. `steps` are the steps that the asking user may take now."""

    result = SeenText(of="")
    reason = SeenText(of="")
    caller_name = serializers.SerializerMethodField()
    caller_phone = serializers.SerializerMethodField()
    may_reveal = serializers.SerializerMethodField()
    callable = serializers.BooleanField(help_text="somebody can be called back")
    same_call = serializers.SerializerMethodField(
        help_text="numbers of the other cases of the same call that you may see"
    )
    merged_into = serializers.CharField(source="parent.number", default=None, allow_null=True)
    received_by = serializers.CharField(allow_null=True)
    accused = serializers.CharField(
        source="accused.code", default=None, allow_null=True, help_text="unit complained of"
    )
    attachments = AttachmentOut(many=True)
    steps = serializers.SerializerMethodField()

    class Meta(CaseRowOut.Meta):
        fields = [
            *CaseRowOut.Meta.fields,
            "result",
            "reason",
            "caller_name",
            "caller_phone",
            "may_reveal",
            "callable",
            "same_call",
            "merged_into",
            "received_by",
            "accused",
            "attachments",
            "steps",
        ]

    def get_caller_name(self, case: Case) -> str:
        return shown_name(case, self.context["request"].user)

    def get_caller_phone(self, case: Case) -> str:
        return shown_phone(case, self.context["request"].user)

    def get_same_call(self, case: Case) -> list[str]:
        return [other.number for other in of_same_call(case, self.context["request"].user)]

    def get_may_reveal(self, case: Case) -> bool:
        return may_reveal(case, self.context["request"].user)

    def get_steps(self, case: Case) -> list[str]:
        return steps_for(case, self.context["request"].user)


class ReceivedOut(serializers.ModelSerializer[Case]):
    """A request received: where it went, what is due when, what can be done next."""

    category = serializers.CharField(source="category_id")
    condition = serializers.CharField(source="condition_id", allow_null=True)
    area = serializers.CharField(source="area_id")
    town = serializers.CharField(source="town_id")
    clocks = ClockOut(many=True, source="open_clocks")
    steps = serializers.SerializerMethodField()

    class Meta:
        model = Case
        fields = [
            "number",
            "state",
            "round",
            "kind",
            "channel",
            "urgency",
            "category",
            "condition",
            "area",
            "town",
            "lon",
            "lat",
            "confidential",
            "external_id",
            "received_at",
            "clocks",
            "steps",
        ]

    def get_steps(self, case: Case) -> list[str]:
        return steps_for(case, self.context["request"].user)


class LookAlikeOut(serializers.ModelSerializer[Case]):
    """An open case of the same community that may be the same matter."""

    category = serializers.CharField(source="category_id")
    category_name = serializers.CharField(source="category.name")
    area = serializers.CharField(source="area_id")
    town = serializers.CharField(source="town_id")
    text = SeenText(of="")
    address = SeenText(of="")
    same_category = serializers.BooleanField()
    likeness = serializers.FloatField(help_text="of the texts, 0 to 1")

    class Meta:
        model = Case
        fields = [
            "number",
            "state",
            "kind",
            "category",
            "category_name",
            "area",
            "town",
            "text",
            "address",
            "received_at",
            "same_category",
            "likeness",
        ]


class EventOut(serializers.ModelSerializer[CaseEvent]):
    actor = serializers.CharField(allow_null=True)
    unit = serializers.CharField(source="unit.code", default=None, allow_null=True)
    order = serializers.IntegerField(source="order_ref", allow_null=True)
    details = SeenDetails()

    class Meta:
        model = CaseEvent
        fields = ["id", "step", "state", "round", "at", "actor", "unit", "order", "details"]


class CallbackOut(serializers.ModelSerializer[Callback]):
    case = serializers.CharField(source="case.number")
    case_state = serializers.CharField(source="case.state")
    agent = serializers.CharField(allow_null=True)
    words = SeenText()

    class Meta:
        model = Callback
        fields = [
            "id",
            "case",
            "case_state",
            "round",
            "attempt",
            "via",
            "outcome",
            "contacted",
            "resolved",
            "satisfied",
            "words",
            "agent",
            "at",
        ]


class CallerOut(serializers.Serializer[Any]):
    caller_name = serializers.CharField(allow_blank=True)
    caller_phone = serializers.CharField(allow_blank=True)


class CategoryOut(serializers.ModelSerializer[Category]):
    parent = serializers.CharField(source="parent_id", allow_null=True)  # type: ignore[assignment]  # a field of that name, as DRF allows

    class Meta:
        model = Category
        fields = ["code", "name", "parent"]


class ConditionOut(serializers.ModelSerializer[FilingCondition]):
    """A filing condition with its time to finish; both null where no rule is in force."""

    category = serializers.CharField(source="category_id")
    source = serializers.CharField()  # type: ignore[assignment]  # a field of that name, as DRF allows
    amount = serializers.SerializerMethodField()
    unit = serializers.SerializerMethodField()

    class Meta:
        model = FilingCondition
        fields = [
            "code",
            "kind",
            "group",
            "small_class",
            "name",
            "category",
            "condition",
            "closes_when",
            "amount",
            "unit",
            "source",
            "valid_from",
            "valid_to",
        ]

    def get_amount(self, row: FilingCondition) -> str | None:
        rule = self.context["limits"].get(row.pk)
        return f"{rule.amount.normalize():f}" if rule else None

    def get_unit(self, row: FilingCondition) -> str | None:
        rule = self.context["limits"].get(row.pk)
        return rule.unit if rule else None


class CaseRequestOut(serializers.ModelSerializer[Request]):
    """What a town asked of the centre. `granted` is null while it waits; `ruled_by` is null too where
    the case outran the request."""

    case = serializers.CharField(source="case.number")
    unit = serializers.CharField(source="unit.code")
    workdays = serializers.DecimalField(
        source="amount", max_digits=5, decimal_places=2, allow_null=True
    )
    reason = SeenText()
    ruling = SeenText()
    asked_by = serializers.CharField()
    ruled_by = serializers.CharField(allow_null=True)

    class Meta:
        model = Request
        fields = [
            "id",
            "case",
            "kind",
            "round",
            "workdays",
            "until",
            "reason",
            "unit",
            "asked_by",
            "asked_at",
            "granted",
            "ruling",
            "ruled_by",
            "ruled_at",
        ]


class DayOut(serializers.Serializer[Any]):
    date = serializers.DateField()
    works = serializers.BooleanField()
    name = serializers.CharField(
        allow_blank=True, help_text="of the holiday; empty on ordinary days"
    )
    source = serializers.CharField(allow_blank=True)  # type: ignore[assignment]  # a field of that name, as DRF allows
    provisional = serializers.BooleanField(help_text="the year's notice is not published yet")
