"""What the OpenAPI document says of every call: how it refuses, and which calls may be repeated."""

from typing import Any

from drf_spectacular.openapi import AutoSchema

from accounts.api.idempotency import KEY

REFUSAL = {
    "type": "object",
    "description": "What the API answers instead of doing what was asked.",
    "required": ["code", "detail", "fields"],
    "properties": {
        "code": {"type": "string", "description": "a word for programs, such as `step_refused`"},
        "detail": {"type": "string", "description": "a sentence for people"},
        "fields": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
            "description": "errors by field, where the input was bad",
        },
    },
}

EVERYWHERE = {
    "400": "Bad input, by field",
    "401": "Not signed in, or wrong name, password or token",
    "403": "You see it, but this is not yours to do or to read",
    "404": "Not there, or not yours to see",
    "405": "No such method here",
    "406": "This form of answer is not given",
    "429": "Too many requests",
}
WITH_BODY = {
    "409": "Not now: it has moved on; or the Idempotency-Key stands for another request",
    "413": "Too large",
    "415": "This form of request is not read",
}


class Schema(AutoSchema):
    """Document the Idempotency-Key wherever a view answers once."""

    def get_override_parameters(self) -> list[Any]:
        given = list(super().get_override_parameters())
        return (
            [*given, KEY] if self.method == "POST" and getattr(self.view, "once", False) else given
        )


def add_refusals(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Add to every operation the refusals that any call may meet, all of one shape."""
    result["components"].setdefault("schemas", {})["Refusal"] = REFUSAL
    for methods in result["paths"].values():
        for method, operation in methods.items():
            possible = EVERYWHERE | (WITH_BODY if method == "post" else {})
            for status, description in possible.items():
                operation["responses"].setdefault(status, _refusal(description))
    return result


def _refusal(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Refusal"}
    return {"description": description, "content": {"application/json": {"schema": schema}}}
