"""Fields of the API that show texts as the asking user may read them, and read coordinates."""

import math
from collections.abc import Callable
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import User
from cases.models import Case
from cases.privacy import shown_text


def seen(value: Any, case: Case, user: User) -> Any:
    """Return the value with every text in it as the user may read it."""
    if isinstance(value, str):
        return shown_text(case, user, value) if value else value
    if isinstance(value, dict):
        return {name: seen(inner, case, user) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [seen(inner, case, user) for inner in value]
    return value


class _Seen(serializers.Field[Any, Any, Any, Any]):
    """`of` is the way from the row to its case; empty where the row is the case."""

    def __init__(self, *, of: str = "case", **kwargs: Any) -> None:
        self.case_of: Callable[[Any], Case] = attrgetter(of) if of else lambda row: row
        super().__init__(read_only=True, **kwargs)

    def get_attribute(self, instance: Any) -> Any:
        value = super().get_attribute(instance)
        return seen(value, self.case_of(instance), self.context["request"].user)

    def to_representation(self, value: Any) -> Any:
        return value


@extend_schema_field(OpenApiTypes.STR)
class SeenText(_Seen):
    """A text of a case."""


@extend_schema_field({"type": "object", "additionalProperties": {}})
class SeenDetails(_Seen):
    """The details of an event."""


class Coordinate(serializers.FloatField):
    """Degrees, WGS 84."""

    default_error_messages = {"finite": _("Give degrees.")}

    def __init__(self, *, most: int, **kwargs: Any) -> None:
        super().__init__(min_value=-most, max_value=most, required=False, allow_null=True, **kwargs)

    def to_internal_value(self, data: Any) -> float:
        value = super().to_internal_value(data)
        if not math.isfinite(value):
            self.fail("finite")
        return value


_LIMIT = {
    "oneOf": [
        {"type": "number", "minimum": 0.01, "maximum": 10, "multipleOf": 0.01},
        {
            "type": "object",
            "required": ["amount", "unit"],
            "properties": {
                "amount": {
                    "type": "number",
                    "minimum": 0.01,
                    "maximum": 10,
                    "multipleOf": 0.01,
                },
                "unit": {"type": "string", "enum": ["workday"]},
            },
        },
    ]
}


@extend_schema_field(_LIMIT)
class WorkdaysField(serializers.DecimalField):
    """An amount of workdays: a number, or `{"amount": 3, "unit": "workday"}`."""

    default_error_messages = {"unit": _("Ask for workdays: the unit is “workday”.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=5, decimal_places=2, **kwargs)

    def to_internal_value(self, data: Any) -> Decimal:
        if isinstance(data, dict):
            if data.get("unit") != "workday":
                self.fail("unit")
            data = data.get("amount")
        if isinstance(data, bool) or not isinstance(data, str | int | float):
            self.fail("invalid")
        return super().to_internal_value(data)
