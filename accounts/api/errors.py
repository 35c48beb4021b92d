"""One shape for every refusal of the API: code, detail, fields."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_handler

from accounts.refusals import BadInput, StepRefused


class KeyReused(exceptions.APIException):
    status_code = status.HTTP_409_CONFLICT
    default_code = "idempotency_key_reused"


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn what a service or DRF raised into `{"code", "detail", "fields"}`."""
    response = drf_handler(_as_api_error(error), context)
    if response is None:
        return None
    response.data = _shape(response, error)
    return response


def _as_api_error(error: Exception) -> Exception:
    if isinstance(error, StepRefused):
        refused = exceptions.APIException(str(error), code="step_refused")
        refused.status_code = status.HTTP_409_CONFLICT
        return refused
    if isinstance(error, BadInput):
        return exceptions.ValidationError(error.fields)
    if isinstance(error, ValidationError):
        fields = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        return exceptions.ValidationError(fields)
    return error


def _shape(response: Response, error: Exception) -> dict[str, Any]:
    data = response.data
    if response.status_code == status.HTTP_400_BAD_REQUEST:
        fields = data if isinstance(data, dict) else {"": data}
        return {"code": "invalid", "detail": _first(fields), "fields": fields}
    detail = data.get("detail", "") if isinstance(data, dict) else str(data)
    return {"code": _code(detail, error), "detail": str(detail), "fields": {}}


def _code(detail: Any, error: Exception) -> str:
    if isinstance(error, Http404):
        return "not_found"
    if isinstance(error, PermissionDenied):
        return "permission_denied"
    return str(getattr(detail, "code", "error"))


def _first(value: Any) -> str:
    """Return the first sentence found in nested errors."""
    if isinstance(value, dict):
        return next((_first(item) for item in value.values()), "")
    if isinstance(value, list):
        return _first(value[0]) if value else ""
    return str(value)
