"""Answer a repeated creating request with the answer once given."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from accounts.api.errors import KeyReused
from accounts.models import IdempotencyRecord
from accounts.refusals import BadInput

LONGEST_KEY = 100

KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="Up to 100 characters of your choice. The same key with the same request is answered "
    "as the first time and does nothing again.",
)


def answer_once(request: Request, create: Callable[[], Response]) -> Response:
    """Run `create` unless the request's `Idempotency-Key` was answered before.

    The record commits with what was created, so a crash leaves neither. The same key with
    another body or path is refused with 409; a twin at the same moment waits for the first.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        return create()
    if len(key) > LONGEST_KEY:
        text = _("The key may have at most %(count)s characters.") % {"count": LONGEST_KEY}
        raise BadInput({"Idempotency-Key": text})
    fingerprint = _fingerprint(request)
    with transaction.atomic():
        record = _claim(request, key, fingerprint)
        if record.fingerprint != fingerprint:
            raise KeyReused
        if record.status is not None:
            return Response(record.answer, status=record.status)
        response = create()
        if response.status_code >= 400:
            raise RuntimeError("a creating view must raise its refusals")
        record.status = response.status_code
        record.answer = json.loads(json.dumps(response.data, cls=JSONEncoder))
        record.save(update_fields=["status", "answer"])
    return response


def _claim(request: Request, key: str, fingerprint: str) -> IdempotencyRecord:
    user: Any = request.user
    IdempotencyRecord.objects.bulk_create(
        [IdempotencyRecord(user=user, key=key, fingerprint=fingerprint)], ignore_conflicts=True
    )
    return IdempotencyRecord.objects.select_for_update().get(user=user, key=key)


def _fingerprint(request: Request) -> str:
    data = request.data
    body = dict(data.lists()) if hasattr(data, "lists") else data
    text = json.dumps([request.method, request.path, body], sort_keys=True, default=_digest)
    return hashlib.sha256(text.encode()).hexdigest()


def _digest(value: Any) -> str:
    """Return what stands for an uploaded file: the hash of what is in it."""
    if not isinstance(value, UploadedFile):
        return str(value)
    sum_ = hashlib.sha256()
    for chunk in value.chunks():
        sum_.update(chunk)
    value.seek(0)
    return sum_.hexdigest()
