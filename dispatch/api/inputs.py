"""What the calls on whistles and orders read. Shapes only: the services decide."""

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.api.fields import Coordinate, WorkdaysField
from cases.api.inputs import MAY_LACK, TEXT, PhotosIn
from cases.models import LimitUnit
from dispatch.models import Whistle
from dispatch.problems import MOST_ITEMS
from dispatch.services.documents import LONGEST_ANSWER
from dispatch.services.item_clocks import MOST_TIME
from dispatch.services.objections import MOST_CITED

_ITEM = {
    "oneOf": [
        {"type": "string", "minLength": 1, "maxLength": 300},
        {
            "type": "object",
            "required": ["text"],
            "properties": {
                "text": {"type": "string", "minLength": 1, "maxLength": 300},
                "unit": {"type": "string", "maxLength": 20, "description": "its owner's code"},
                "limit": {
                    "type": "number",
                    "minimum": 0.01,
                    "maximum": MOST_TIME,
                    "nullable": True,
                },
                "limit_unit": {"type": "string", "enum": ["", *LimitUnit.values]},
            },
        },
    ]
}


class AnswerIn(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=LONGEST_ANSWER)


class LimitAmount(serializers.DecimalField):
    """How long a problem may take, in its `limit_unit`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_digits=5, decimal_places=2, min_value=Decimal("0.01"), max_value=MOST_TIME, **kwargs
        )


class ItemIn(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=300)
    unit = serializers.CharField(max_length=20, **MAY_LACK)
    limit = LimitAmount(required=False, allow_null=True)
    limit_unit = serializers.ChoiceField(choices=LimitUnit.choices, **MAY_LACK)


@extend_schema_field(_ITEM)
class ItemField(serializers.Field[Any, Any, Any, Any]):
    """One problem: its text alone, or the text with the code of the unit that owns it and its limit."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        read = ItemIn(data={"text": data} if isinstance(data, str) else data)
        read.is_valid(raise_exception=True)
        return dict(read.validated_data)


class CitesField(serializers.ListField):
    """Numbers of rulings: `裁〔2026〕5号`."""

    def __init__(self, **kwargs: Any) -> None:
        number = serializers.CharField(max_length=40)
        super().__init__(child=number, max_length=MOST_CITED, default=list, **kwargs)


class WhistleIn(serializers.Serializer[Any]):
    """A summons. `lead` and `departments` are unit codes."""

    level = serializers.ChoiceField(choices=Whistle.Level.choices)
    kind = serializers.ChoiceField(choices=Whistle.Kind.choices)
    lead = serializers.CharField(max_length=20)
    departments = serializers.ListField(
        child=serializers.CharField(max_length=20), max_length=60, default=list
    )
    assembly_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    assembly_place = serializers.CharField(max_length=200, **MAY_LACK)
    assembly_lon = Coordinate(most=180, help_text="default: the case's own position")
    assembly_lat = Coordinate(most=90)
    items = serializers.ListField(child=ItemField(), max_length=MOST_ITEMS, default=list)
    reason = serializers.CharField(**TEXT, **MAY_LACK)


class ItemDoneIn(PhotosIn):
    """Done, which needs words or a photo that prove it, or not done after all."""

    done = serializers.BooleanField(default=True)
    evidence = serializers.CharField(**TEXT, **MAY_LACK)


class ItemsIn(serializers.Serializer[Any]):
    items = serializers.ListField(child=ItemField(), min_length=1, max_length=MOST_ITEMS)


class ItemStartIn(serializers.Serializer[Any]):
    """Nothing need be said."""


class ItemProofIn(PhotosIn):
    """What proves the problem done: words, photos, or both."""

    evidence = serializers.CharField(**TEXT, **MAY_LACK)


class ItemReasonIn(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=300)


class ItemAssignIn(serializers.Serializer[Any]):
    """Owner and limit anew; an empty `unit` gives the problem to all summoned."""

    unit = serializers.CharField(max_length=20, **MAY_LACK)
    limit = LimitAmount(required=False, allow_null=True)
    limit_unit = serializers.ChoiceField(choices=LimitUnit.choices, **MAY_LACK)


class MoreIn(serializers.Serializer[Any]):
    departments = serializers.ListField(
        child=serializers.CharField(max_length=20), min_length=1, max_length=60
    )


class WhistleBackIn(serializers.Serializer[Any]):
    unit = serializers.CharField(max_length=20, help_text="the unit to summon")
    reason = serializers.CharField(**TEXT)


class BackRuleIn(serializers.Serializer[Any]):
    granted = serializers.BooleanField()
    reason = serializers.CharField(**TEXT)


class AcknowledgeIn(serializers.Serializer[Any]):
    """Nothing need be said."""


class ReportInIn(PhotosIn):
    """Where the unit stands; without a position it reports in at the desk."""

    lon = Coordinate(most=180)
    lat = Coordinate(most=90)
    note = serializers.CharField(**TEXT, **MAY_LACK)
    device_at = serializers.DateTimeField(
        required=False, allow_null=True, help_text="the time by the device, kept beside ours"
    )
    accuracy_m = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=10_000_000
    )
    arrived = serializers.CharField(max_length=120, help_text="who came", **MAY_LACK)


class AskLeaveIn(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=300)


class GrantLeaveIn(serializers.Serializer[Any]):
    note = serializers.CharField(**TEXT, **MAY_LACK)


class RefuseLeaveIn(serializers.Serializer[Any]):
    reason = serializers.CharField(**TEXT)


class LeaveIn(serializers.Serializer[Any]):
    """Nothing need be said."""


class ProgressIn(serializers.Serializer[Any]):
    note = serializers.CharField(**TEXT)


class OrderFinishIn(PhotosIn):
    result = serializers.CharField(**TEXT)


class ObjectIn(PhotosIn):
    """Why it is not the unit's, what proves it, and the numbers of earlier rulings."""

    reason = serializers.CharField(**TEXT)
    evidence = serializers.CharField(**TEXT, **MAY_LACK)
    cites = CitesField()


class ExtendIn(serializers.Serializer[Any]):
    reason = serializers.CharField(**TEXT)
    limit = WorkdaysField(help_text="workdays, more than 0 and at most 10")


class AcceptIn(serializers.Serializer[Any]):
    note = serializers.CharField(**TEXT, **MAY_LACK)


class SendBackIn(serializers.Serializer[Any]):
    reason = serializers.CharField(**TEXT)


class WithdrawIn(serializers.Serializer[Any]):
    reason = serializers.CharField(**TEXT, **MAY_LACK)


class RuleIn(serializers.Serializer[Any]):
    """The centre's ruling on an objection, else on a request for more time."""

    upheld = serializers.BooleanField(help_text="the department gets what it asked for")
    reason = serializers.CharField(**TEXT)
    new_unit = serializers.CharField(
        max_length=20, help_text="who takes the order after an objection upheld", **MAY_LACK
    )
    cites = CitesField()
