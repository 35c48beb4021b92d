"""One shape for every refusal of the API: code, detail, fields."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    ValidationError,
)
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_handler

from accounts.refusals import StepRefused, bad_input

WHOLE = "non_field_errors"
"""The name under which `fields` holds what is wrong with the request as a whole."""


class KeyReused(exceptions.APIException):
    """The Idempotency-Key stands for another request."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "idempotency_key_reused"
    default_detail = _("This Idempotency-Key was used for another request.")


class TooLarge(exceptions.APIException):
    """The request is longer than the product reads."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"
    default_detail = _("The request is too large.")


class LockedOut(exceptions.APIException):
    """Too many wrong passwords: nobody signs in under this name from this address for a while."""

    status_code = status.HTTP_429_TOO_MANY_REQUESTS
    default_code = "locked_out"
    default_detail = _("Too many failed attempts; try again later.")


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn what a service or DRF raised into `{"code", "detail", "fields"}`."""
    known = _as_api_error(error)
    response = drf_handler(known, context)
    if response is None or not isinstance(known, exceptions.APIException):
        return response
    if isinstance(known, exceptions.ValidationError):
        fields = _flat(response.data)
        detail = next((texts[0] for texts in fields.values()), "")
        response.data = {"code": "invalid", "detail": detail, "fields": fields}
    else:
        code = str(getattr(known.detail, "code", known.default_code))
        response.data = {"code": code, "detail": str(known.detail), "fields": {}}
    return response


def _as_api_error(error: Exception) -> Exception:
    if isinstance(error, StepRefused):
        refused = exceptions.APIException(str(error), code="step_refused")
        refused.status_code = status.HTTP_409_CONFLICT
        return refused
    if bad := bad_input(error):
        return exceptions.ValidationError(bad.fields)
    if isinstance(error, ValidationError):
        fields = error.message_dict if hasattr(error, "error_dict") else {WHOLE: error.messages}
        return exceptions.ValidationError(fields)
    if isinstance(error, Http404):
        return exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied(str(error) or None)
    if isinstance(error, RequestDataTooBig):
        return TooLarge()
    if isinstance(error, SuspiciousOperation):
        return exceptions.ParseError()
    return error


def _flat(errors: Any) -> dict[str, list[str]]:
    """Return nested errors as texts by dotted path: `items.0.text`."""
    found: dict[str, list[str]] = {}
    for path, text in _walk(errors, ""):
        found.setdefault(path or WHOLE, []).append(text)
    return found


def _walk(errors: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(errors, dict):
        for name, inner in errors.items():
            yield from _walk(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(errors, list):
        for inner in errors:
            yield from _walk(inner, path)
    else:
        yield path, str(errors)
