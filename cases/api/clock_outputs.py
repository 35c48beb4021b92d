"""What the calls on clocks answer: the promise, and why it is due when it is."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases import explanation
from cases.api.fields import seen
from cases.models import Clock, LimitUnit
from cases.services.lives import deadline_of


class ClockOut(serializers.ModelSerializer[Clock]):
    """A promise. `due_at` is null while it is paused."""

    unit = serializers.CharField(source="unit.code")
    breached = serializers.SerializerMethodField(help_text="a breach is on record")

    class Meta:
        model = Clock
        fields = ["kind", "unit", "started_at", "due_at", "provisional", "breached", "stopped_at"]

    def get_breached(self, clock: Clock) -> bool:
        return clock.breached_at is not None


class RuleOut(serializers.Serializer[Any]):
    amount = serializers.CharField()
    unit = serializers.ChoiceField(choices=LimitUnit.choices)
    source = serializers.CharField()  # type: ignore[assignment]  # a field of that name, as DRF allows


class LineOut(serializers.Serializer[Any]):
    """One stretch of a clock's life, in words."""

    kind = serializers.ChoiceField(choices=["counted", "extension", "rest", "pause"])
    start = serializers.DateTimeField()
    end = serializers.DateTimeField(allow_null=True)
    what = serializers.CharField()
    counted = serializers.CharField()
    total = serializers.CharField()


class ExplainedClockOut(ClockOut):
    """A promise with the rule it follows and the stretches of time that add up to its due time."""

    order = serializers.IntegerField(source="order_ref", allow_null=True)
    policy = RuleOut()
    sentence = serializers.SerializerMethodField()
    reasons = serializers.SerializerMethodField()
    table = serializers.SerializerMethodField()
    reckoning = serializers.SerializerMethodField()

    class Meta(ClockOut.Meta):
        fields = [
            "id",
            "order",
            "round",
            *ClockOut.Meta.fields,
            "breached_at",
            "policy",
            "sentence",
            "reasons",
            "table",
            "reckoning",
        ]

    def to_representation(self, clock: Clock) -> dict[str, Any]:
        clock.deadline = deadline_of(clock)  # type: ignore[attr-defined]  # reckoned once, told thrice
        return seen(super().to_representation(clock), clock.case, self.context["request"].user)

    def get_sentence(self, clock: Clock) -> str:
        return explanation.sentence(clock.deadline)  # type: ignore[attr-defined]

    def get_reasons(self, clock: Clock) -> list[str]:
        return explanation.reasons(clock.deadline)  # type: ignore[attr-defined]

    @extend_schema_field(LineOut(many=True))
    def get_table(self, clock: Clock) -> Any:
        return LineOut(explanation.table(clock.deadline), many=True).data  # type: ignore[attr-defined]

    def get_reckoning(self, clock: Clock) -> dict[str, Any]:
        return clock.deadline.as_dict()  # type: ignore[attr-defined]
