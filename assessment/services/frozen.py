"""What was frozen, read."""

import hashlib
import json
from typing import Any

from django.utils import timezone

from assessment.models import FrozenPeriod
from assessment.spans import Span


def canonical(value: Any) -> str:
    """Write JSON in the one way that gives the same letters for the same content."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(text: str) -> str:
    """Return the SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def period_lock(span: Span) -> str:
    """Return the name of the lock that whoever freezes, keeps or marks the period holds."""
    return f"period {span.name}"


def span_of(row: FrozenPeriod) -> Span:
    return Span(row.period, row.starts_at, row.ends_at)


def frozen_report(span: Span) -> dict[str, Any] | None:
    """Return the report of a frozen period as it was frozen, with its hashes; None where it is not frozen."""
    row = FrozenPeriod.objects.filter(period=span.name).defer("names", "policy").first()
    return None if row is None else report_of(row)


def report_of(row: FrozenPeriod) -> dict[str, Any]:
    """Return the kept report with when it was frozen and the hashes of inputs and figures."""
    said = {
        "at": timezone.localtime(row.frozen_at).isoformat(timespec="seconds"),
        "inputs_hash": row.inputs_hash,
        "figures_hash": row.figures_hash,
    }
    found: dict[str, Any] = json.loads(row.figures)
    return found | {"frozen": said}
