"""What the calls on whistles and orders read. Shapes only: the services decide."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.api.fields import Coordinate, WorkdaysField
from cases.api.inputs import MAY_LACK, TEXT, PhotosIn
from dispatch.models import Whistle
from dispatch.services.documents import LONGEST_ANSWER
from dispatch.services.whistles import MOST_ITEMS

_ITEM = {
    "oneOf": [
        {"type": "string", "minLength": 1, "maxLength": 300},
        {
            "type": "object",
            "required": ["text"],
            "properties": {
                "text": {"type": "string", "minLength": 1, "maxLength": 300},
                "unit": {"type": "string", "maxLength": 20, "description": "its owner's code"},
            },
        },
    ]
}


class AnswerIn(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=LONGEST_ANSWER)


class ItemIn(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=300)
    unit = serializers.CharField(max_length=20, **MAY_LACK)


@extend_schema_field(_ITEM)
class ItemField(serializers.Field[Any, Any, Any, Any]):
    """One problem: its text alone, or the text with the code of the unit that owns it."""

    def to_internal_value(self, data: Any) -> dict[str, str]:
        read = ItemIn(data={"text": data} if isinstance(data, str) else data)
        read.is_valid(raise_exception=True)
        return dict(read.validated_data)


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
    items = serializers.ListField(child=ItemField(), max_length=MOST_ITEMS, default=list)
    reason = serializers.CharField(**TEXT, **MAY_LACK)


class ItemDoneIn(serializers.Serializer[Any]):
    done = serializers.BooleanField(default=True)


class AcknowledgeIn(serializers.Serializer[Any]):
    """Nothing need be said."""


class ReportInIn(PhotosIn):
    """Where the unit stands; without a position it reports in at the desk."""

    lon = Coordinate(most=180)
    lat = Coordinate(most=90)
    note = serializers.CharField(**TEXT, **MAY_LACK)


class ProgressIn(serializers.Serializer[Any]):
    note = serializers.CharField(**TEXT)


class OrderFinishIn(PhotosIn):
    result = serializers.CharField(**TEXT)


class ObjectIn(serializers.Serializer[Any]):
    reason = serializers.CharField(**TEXT)


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
