"""The input lines a unit's score is reckoned from, as they are now or as they were kept."""

import zlib
from collections.abc import Mapping, Sequence

from accounts.models import User
from assessment.models import FrozenPeriod
from assessment.queries.inputs import PARTS
from assessment.queries.kept import Line, bodies, decode, written
from assessment.queries.lines import live_lines
from assessment.spans import Span
from cases.models import Case

OF_TOWN = {"case": "town", "whistle": "town", "mark": "town", "objection": "town"}
OF_UNIT = {
    "order": "unit",
    "limit": "unit",
    "led": "unit",
    "objection": "unit",
    "document": "unit",
    "leader": "unit",
}
"""The parts that speak of a town, and of a department, with the column that names it."""


def lines_of(
    span: Span, code: str, wanted: Mapping[str, str], frozen: FrozenPeriod | None
) -> dict[str, Sequence[Line]]:
    """Return the lines of the wanted parts that name the unit of that code, each part in its own order."""
    if frozen is not None:
        return {part: _kept(frozen.pk, part, column, code) for part, column in wanted.items()}
    lines = live_lines(span)
    found: dict[str, Sequence[Line]] = {}
    for name, column in wanted.items():
        part = PARTS[name]
        columns = ", ".join(f'l."{one}"' for one in part.names)
        sql = f'SELECT {columns} FROM {{{name}}} l WHERE l."{column}" = %(code)s ORDER BY {part.order}'  # noqa: S608
        rows = lines.rows(sql, code=code)
        found[name] = [dict(zip(part.names, row, strict=True)) for row in rows]
    return found


def _kept(frozen: int, part: str, column: str, code: str) -> list[Line]:
    mark, found = written(code), []
    for body in bodies(frozen, part):
        for line in zlib.decompress(body).splitlines():
            if (
                mark in line
            ):  # most lines name another unit: only those that may be meant are decoded
                read = decode(part, line)
                if read[column] == code:
                    found.append(read)
    return found


def numbers_kept_from(reader: User) -> frozenset[str]:
    """Return the numbers of the cases kept from a reader: of every period, because a document of this month
    may be about a case of another."""
    return frozenset(Case.objects.hidden_from(reader).values_list("number", flat=True))
