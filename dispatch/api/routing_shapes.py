"""What the calls on ownership, rulings and precedents read and answer."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.api.fields import SeenText
from cases.api.inputs import MAY_LACK, TEXT
from cases.models import Callback
from cases.privacy import redact
from dispatch.models import CityMatter, Objection, Ownership, OwnershipRule
from dispatch.ownership import CONDITIONS
from dispatch.queries.ownership import Routing
from dispatch.queries.precedents import Precedent
from dispatch.queries.trial import Difference, Trial


class OwnershipRuleOut(serializers.ModelSerializer[OwnershipRule]):
    """A rule of ownership. Empty conditions fit everything; without `valid_from` it is a draft."""

    lead = serializers.CharField(source="lead.code", default=None, allow_null=True)
    assists: Any = serializers.SlugRelatedField("code", many=True, read_only=True)
    words = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = OwnershipRule
        fields = [
            "id",
            "position",
            "name",
            "category",
            "kind",
            "channel",
            "urgency",
            "area",
            "words",
            "ownership",
            "lead",
            "assists",
            "outside_unit",
            "first_asked",
            "source",
            "valid_from",
            "valid_to",
        ]


class TrialIn(serializers.Serializer[Any]):
    """`drafts` are tried among the rules in force; without `since` and `until`, on the last thirty days."""

    drafts = serializers.ListField(child=serializers.IntegerField(), max_length=100, default=list)
    since = serializers.DateTimeField(required=False, allow_null=True, default=None)
    until = serializers.DateTimeField(required=False, allow_null=True, default=None)


class DifferenceOut(serializers.Serializer[Difference]):
    """How many cases go from one to another, and the numbers of some; `TOWN` is the town of the place."""

    source = serializers.CharField()  # type: ignore[assignment]  # ours, not the serializer's
    target = serializers.CharField()
    count = serializers.IntegerField()
    cases = serializers.ListField(child=serializers.CharField())


class RuleCountOut(serializers.Serializer[Any]):
    rule = serializers.IntegerField()
    count = serializers.IntegerField()


class TrialOut(serializers.Serializer[Trial]):
    """`moved` is what the drafts change, `disputed` where the decision differs from who handled it."""

    total = serializers.IntegerField()
    more = serializers.BooleanField(help_text="there are further cases; the latest were taken")
    decided = serializers.IntegerField(help_text="by a rule")
    by_rule = serializers.SerializerMethodField(help_text="the most first")
    by_list = serializers.IntegerField(help_text="by the responsibility list")
    by_default = serializers.IntegerField(help_text="by none: the town's own")
    changed = serializers.IntegerField()
    moved = DifferenceOut(many=True)
    agreed = serializers.IntegerField(help_text="with who handled it")
    differed = serializers.IntegerField()
    disputed = DifferenceOut(many=True)

    @extend_schema_field(RuleCountOut(many=True))
    def get_by_rule(self, trial: Trial) -> list[dict[str, int]]:
        return [{"rule": pk, "count": count} for pk, count in trial.by_rule.most_common()]


class ReasonOut(serializers.Serializer[Any]):
    condition = serializers.ChoiceField(choices=[(name, name) for name in CONDITIONS])
    asked = serializers.CharField()
    found = serializers.CharField()


class OwnershipOut(serializers.Serializer[Routing]):
    """Whose matter a case is. Without a `rule` the responsibility list says it, else it is the town's."""

    ownership = serializers.ChoiceField(choices=Ownership.choices)
    rule = serializers.IntegerField(source="rule.pk", default=None, allow_null=True)
    rule_name = serializers.CharField(source="rule.name", default="")
    item = serializers.CharField(source="item.code", default=None, allow_null=True)
    because = serializers.SerializerMethodField()
    lead = serializers.CharField(source="lead.code", default=None, allow_null=True)
    assists = serializers.SerializerMethodField()
    outside_unit = serializers.CharField()
    first_asked = serializers.CharField(source="first_asked.code", default=None, allow_null=True)

    @extend_schema_field(ReasonOut(many=True))
    def get_because(self, routing: Routing) -> list[dict[str, str]]:
        return [
            {"condition": why.condition, "asked": why.asked, "found": why.found}
            for why in routing.decision.because
        ]

    def get_assists(self, routing: Routing) -> list[str]:
        return [unit.code for unit in routing.assists]


class RulingOut(serializers.ModelSerializer[Objection]):
    """A ruling on an objection, without the caller; `case` is null where you may not see it."""

    case = serializers.SerializerMethodField()
    category = serializers.CharField(source="order.case.category_id")
    category_name = serializers.CharField(source="order.case.category.name")
    unit = serializers.CharField(source="order.unit.code", help_text="that objected")
    unit_name = serializers.CharField(source="order.unit.name")
    sender = serializers.CharField(source="sender.code", default=None, allow_null=True)
    charged_to = serializers.CharField(source="charged_to.code", default=None, allow_null=True)
    new_unit = serializers.CharField(source="new_unit.code", default=None, allow_null=True)
    reason = serializers.SerializerMethodField()
    evidence = serializers.SerializerMethodField()
    ruling = serializers.SerializerMethodField()
    cites: Any = serializers.SlugRelatedField("number", many=True, read_only=True)

    class Meta:
        model = Objection
        fields = [
            "id",
            "number",
            "case",
            "category",
            "category_name",
            "unit",
            "unit_name",
            "sender",
            "reason",
            "evidence",
            "raised_at",
            "upheld",
            "ruling",
            "ruled_at",
            "new_unit",
            "charged_to",
            "cites",
        ]

    def get_case(self, row: Any) -> str | None:
        return row.order.case.number if row.sees_case else None

    def get_reason(self, row: Objection) -> str:
        return redact(row.reason, row.order.case)

    def get_evidence(self, row: Objection) -> str:
        return redact(row.evidence, row.order.case)

    def get_ruling(self, row: Objection) -> str:
        return redact(row.ruling, row.order.case)


class PrecedentRulingOut(serializers.ModelSerializer[Objection]):
    unit = serializers.CharField(source="order.unit.code")
    new_unit = serializers.CharField(source="new_unit.code", default=None, allow_null=True)

    class Meta:
        model = Objection
        fields = ["id", "number", "unit", "upheld", "new_unit"]


class PrecedentOut(serializers.Serializer[Precedent]):
    """An earlier case like this; number and text are null where you may not see it."""

    number = serializers.SerializerMethodField()
    text = serializers.SerializerMethodField()
    town = serializers.CharField(source="case.town_id")
    received_at = serializers.DateTimeField(source="case.received_at")
    likeness = serializers.FloatField(help_text="of the texts, 0 to 1")
    lead = serializers.CharField(
        source="lead.code", default=None, allow_null=True, help_text="null: the town itself"
    )
    seconds = serializers.SerializerMethodField()
    resolved = serializers.ChoiceField(choices=Callback.Resolved.choices, allow_blank=True)
    satisfied = serializers.ChoiceField(choices=Callback.Satisfied.choices, allow_blank=True)
    rulings = PrecedentRulingOut(many=True, source="objections")

    def get_number(self, row: Precedent) -> str | None:
        return row.case.number if row.seen else None

    def get_text(self, row: Precedent) -> str | None:
        return row.text if row.seen else None

    def get_seconds(self, row: Precedent) -> int | None:
        return int(row.took.total_seconds()) if row.took is not None else None


class CityIn(serializers.Serializer[Any]):
    counterpart = serializers.CharField(max_length=20, help_text="code of the department")
    outside_unit = serializers.CharField(max_length=80)
    reference = serializers.CharField(max_length=80, **MAY_LACK)
    note = serializers.CharField(**TEXT, **MAY_LACK)


class CityAnswerIn(serializers.Serializer[Any]):
    answer = serializers.CharField(**TEXT)


class CityOut(serializers.ModelSerializer[CityMatter]):
    counterpart = serializers.CharField(source="counterpart.code")
    taken_up_by = serializers.CharField()
    note = SeenText()
    answer = SeenText()

    class Meta:
        model = CityMatter
        fields = [
            "id",
            "counterpart",
            "outside_unit",
            "reference",
            "note",
            "taken_up_by",
            "taken_up_at",
            "answer",
            "answered_at",
        ]
