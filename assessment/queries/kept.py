"""Kept input lines: how PostgreSQL writes them out, how they are packed, hashed and read again.

A line is what `COPY … TO STDOUT` writes of it, text with tabs, in the order of its part's key. The same rows
give the same bytes, in every database and in every year.
"""

import hashlib
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection

from assessment.layouts import PRESENT
from assessment.models import FrozenInput
from assessment.queries.inputs import Part, ordered

CHUNK = 1 << 20
"""Bytes of lines in a chunk before it is compressed, about."""

Line = dict[str, Any]

_ESCAPED = {
    b"\\t": b"\t",
    b"\\n": b"\n",
    b"\\r": b"\r",
    b"\\b": b"\b",
    b"\\f": b"\f",
    b"\\v": b"\v",
}


def live_stream(
    part: str, given: Mapping[str, Any], layout: int = PRESENT
) -> Generator[bytes, None, None]:
    """Yield the lines of a part as the rows are now, each with its line end, while they are read.

    Until it is closed the connection can do nothing else: whoever may stop before the end closes it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL DateStyle TO ISO")
        select = ordered(part, dict(given), layout)
        with cursor.copy(f"COPY ({select}) TO STDOUT", given) as copy:
            left = b""
            for data in copy:
                *whole, left = (left + bytes(data)).split(b"\n")
                for line in whole:
                    yield line + b"\n"


@dataclass(slots=True)
class Packed:
    """A part's lines, compressed, with their number and the hash of all their bytes."""

    chunks: list[bytes] = field(default_factory=list)
    lines: int = 0
    sha256: str = ""


def pack(stream: Iterable[bytes], tell: Callable[[int], None] = lambda _lines: None) -> Packed:
    """Hash and compress a stream of lines; `tell` hears how many there are, chunk by chunk."""
    packed, hasher = Packed(), hashlib.sha256()
    waiting: list[bytes] = []
    size = 0
    for line in stream:
        hasher.update(line)
        waiting.append(line)
        size += len(line)
        packed.lines += 1
        if size >= CHUNK:
            packed.chunks.append(zlib.compress(b"".join(waiting)))
            waiting, size = [], 0
            tell(packed.lines)
    if waiting:
        packed.chunks.append(zlib.compress(b"".join(waiting)))
        tell(packed.lines)
    packed.sha256 = hasher.hexdigest()
    return packed


def bodies(frozen: int, part: str) -> list[bytes]:
    """Return the kept chunks of a part, compressed, in order: a year of a big district is some ten megabytes.

    All at once, because the connection can do nothing else while lines are copied in or out.
    """
    rows = FrozenInput.objects.filter(frozen=frozen, part=part).order_by("seq")
    return [bytes(body) for body in rows.values_list("body", flat=True)]


def kept_stream(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the lines of chunks, each with its line end."""
    for body in chunks:
        yield from zlib.decompress(body).splitlines(keepends=True)


def decode(part: Part, line: bytes) -> Line:
    """Return a line as values by column."""
    texts = line.removesuffix(b"\n").split(b"\t")
    pairs = zip(part.columns, texts, strict=True)
    return {name: _value(kind, text) for (name, kind), text in pairs}


def key_of(part: Part, line: bytes) -> tuple[Any, ...]:
    """Return by what a line is found again, in the order that PostgreSQL sorted them."""
    texts = line.split(b"\t", part.keys)[: part.keys]
    kinds = part.columns[: part.keys]
    return tuple(
        int(text) if kind == "bigint" else text.removesuffix(b"\n")
        for text, (_name, kind) in zip(texts, kinds, strict=True)
    )


def written(text: str) -> bytes:
    """Return a text as a line has it."""
    found = text.encode().replace(b"\\", b"\\\\")
    for mark, meant in _ESCAPED.items():
        found = found.replace(meant, mark)
    return found


def _value(kind: str, text: bytes) -> Any:
    if text == b"\\N":
        return None
    if kind == "boolean":
        return text == b"t"
    if kind == "bigint":
        return int(text)
    if kind == "date":
        return date.fromisoformat(text.decode())
    if b"\\" not in text:
        return text.decode()
    plain = b"\\".join(_unescaped(piece) for piece in text.split(b"\\\\"))
    return plain.decode()


def _unescaped(text: bytes) -> bytes:
    for written, meant in _ESCAPED.items():
        text = text.replace(written, meant)
    return text
