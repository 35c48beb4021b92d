"""Pages of the API's lists: by key, with `next` and without totals."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, Q
from django.utils.translation import gettext as _
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from accounts.refusals import BadInput

PAGE_SIZE = 50
LARGEST_PAGE = 500


class KeyPages(BasePagination):
    """Cut a list ordered by one of the view's `orderings` and, where that is not unique, by the key.

    The first of `orderings` is the usual one. One query of a row more than the page holds.
    """

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        self.request = request
        self.ordering = _ordering(request, view.orderings)
        self.size = _size(request)
        name = self.ordering.lstrip("-")
        keys = [name] if _field(queryset.model, name).unique else [name, "pk"]
        sign = "-" if self.ordering.startswith("-") else ""
        bound = _decode(request, self.ordering, queryset.model, keys)
        if bound:
            queryset = queryset.filter(_beyond(keys, bound, "lt" if sign else "gt"))
        rows = list(queryset.order_by(*[sign + key for key in keys])[: self.size + 1])
        page = rows[: self.size]
        more = len(rows) > self.size
        self.cursor = _encode(self.ordering, queryset.model, page[-1], keys) if more else ""
        return page

    def get_paginated_response(self, data: Any) -> Response:
        link = None
        if self.cursor:
            here = self.request.build_absolute_uri()
            link = replace_query_param(here, "cursor", self.cursor)
        return Response({"next": link, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": "string", "nullable": True, "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {"next": link, "results": schema},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        size = {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE_SIZE}
        orderings = list(view.orderings)
        return [
            _parameter("cursor", {"type": "string"}, "from the `next` of the page before"),
            _parameter("page_size", size, "rows on a page"),
            _parameter("ordering", {"type": "string", "enum": orderings}, "the first is the usual"),
        ]


def _parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "schema": schema,
        "description": description,
    }


def _ordering(request: Request, allowed: tuple[str, ...]) -> str:
    wanted = request.query_params.get("ordering", allowed[0])
    if wanted not in allowed:
        text = _("Order by one of: %(known)s.") % {"known": ", ".join(allowed)}
        raise BadInput({"ordering": text})
    return wanted


def _size(request: Request) -> int:
    text = request.query_params.get("page_size", str(PAGE_SIZE))
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    if not 1 <= number <= LARGEST_PAGE:
        raise BadInput(
            {"page_size": _("Give a number from 1 to %(most)s.") % {"most": LARGEST_PAGE}}
        )
    return number


def _beyond(keys: list[str], bound: list[Any], sign: str) -> Q:
    first = keys[0]
    if len(keys) == 1:
        return Q(**{f"{first}__{sign}": bound[0]})
    # The redundant first condition lets PostgreSQL start the index scan at the right place.
    return Q(**{f"{first}__{sign}e": bound[0]}) & (
        Q(**{f"{first}__{sign}": bound[0]}) | Q(**{first: bound[0], f"pk__{sign}": bound[1]})
    )


def _field(model: type[Model], key: str) -> Any:
    meta = model._meta  # noqa: SLF001 - Django's own public name for it
    return meta.pk if key == "pk" else meta.get_field(key)


def _encode(ordering: str, model: type[Model], row: Any, keys: list[str]) -> str:
    values = [_field(model, key).value_to_string(row) for key in keys]
    text = json.dumps([ordering, *values])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode(
    request: Request, ordering: str, model: type[Model], keys: list[str]
) -> list[Any] | None:
    cursor = request.query_params.get("cursor", "")
    if not cursor:
        return None
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        made_for, *values = json.loads(text)
        fields = [_field(model, key) for key in keys]
        pairs = zip(fields, values, strict=True)
        bound = [_plain(field.to_python(value)) for field, value in pairs]
    except (ArithmeticError, RecursionError, TypeError, ValidationError, ValueError):
        made_for, bound = "", []
    if made_for != ordering or None in bound or "\x00" in "".join(map(str, bound)):
        raise BadInput({"cursor": _("Take the cursor from the page before.")})
    return bound


def _plain(value: Any) -> Any:
    """Return a moment in UTC: PostgreSQL reads no offset of sixteen hours or more."""
    return value.astimezone(UTC) if isinstance(value, datetime) else value
