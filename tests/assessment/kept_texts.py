"""Frozen periods as texts: kept with the tests, so that whatever froze them, today's program must read them."""

import json
import zlib
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone

from assessment.models import FrozenInput, FrozenPeriod
from assessment.queries.inputs import PARTS

FOLDER = Path(__file__).parent / "frozen"
WRITTEN = ("period", "layout", "policy", "names", "figures", "figures_hash", "inputs_hash")
TIMES = ("starts_at", "ends_at", "frozen_at")


def text_of(layout: int) -> Path:
    """Return where the period that was frozen in that layout is kept."""
    return FOLDER / f"layout-{layout}.json"


def write(frozen: FrozenPeriod, path: Path) -> None:
    """Keep a frozen period as a text, its lines to be read by people."""
    kept: dict[str, Any] = {name: getattr(frozen, name) for name in WRITTEN}
    kept |= {name: timezone.localtime(getattr(frozen, name)).isoformat() for name in TIMES}
    kept["inputs"] = {part: _lines(frozen, part) for part in PARTS}
    text = json.dumps(kept, ensure_ascii=False, indent=1, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")


def _lines(frozen: FrozenPeriod, part: str) -> list[str]:
    rows = FrozenInput.objects.filter(frozen=frozen, part=part).order_by("seq")
    body = b"".join(zlib.decompress(bytes(row.body)) for row in rows)
    return body.decode().splitlines()


def restore(path: Path) -> FrozenPeriod:
    """Put a kept period into the database, as it was frozen."""
    kept = json.loads(path.read_text(encoding="utf-8"))
    inputs = kept.pop("inputs")
    times = {name: datetime.fromisoformat(kept.pop(name)) for name in TIMES}
    count = sum(len(lines) for lines in inputs.values())
    frozen = FrozenPeriod.objects.create(**kept, **times, lines=count)
    FrozenInput.objects.bulk_create(
        FrozenInput(frozen=frozen, part=part, seq=0, body=_packed(lines))
        for part, lines in inputs.items()
        if lines
    )
    return frozen


def _packed(lines: list[str]) -> bytes:
    return zlib.compress("".join(f"{line}\n" for line in lines).encode())
