"""Answer a repeated creating request with the answer once given."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.errors import KeyReused
from accounts.models import IdempotencyRecord


def answer_once(request: Request, create: Callable[[], Response]) -> Response:
    """Run `create` unless the request's `Idempotency-Key` was answered before.

    The record commits with what was created, so a crash leaves neither. The same key with
    another body or path is refused with 409; a twin at the same moment waits for the first.
    """
    key = request.headers.get("Idempotency-Key", "")[:100]
    if not key:
        return create()
    fingerprint = _fingerprint(request)
    with transaction.atomic():
        record = _claim(request, key, fingerprint)
        if record.fingerprint != fingerprint:
            raise KeyReused(_("This Idempotency-Key was used for another request."))
        if record.status is not None:
            return Response(record.answer, status=record.status)
        response = create()
        if response.status_code >= 400:
            raise RuntimeError("a creating view must raise its refusals")
        record.status = response.status_code
        record.answer = json.loads(json.dumps(response.data, default=str))
        record.save(update_fields=["status", "answer"])
    return response


def _claim(request: Request, key: str, fingerprint: str) -> IdempotencyRecord:
    IdempotencyRecord.objects.bulk_create(
        [IdempotencyRecord(user_id=request.user.pk, key=key, fingerprint=fingerprint)],
        ignore_conflicts=True,
    )
    rows = IdempotencyRecord.objects.select_for_update()
    return rows.get(user_id=request.user.pk, key=key)


def _fingerprint(request: Request) -> str:
    body: Any = {name: str(value) for name, value in _plain(request).items()}
    text = json.dumps([request.method, request.path, body], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(request: Request) -> dict[str, Any]:
    data = request.data
    return dict(data.lists()) if hasattr(data, "lists") else dict(data)
