"""The input lines a unit's score is reckoned from, as they are now or as they were kept: summed, and listed by page."""

import zlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from accounts.models import User
from assessment.models import FrozenPeriod
from assessment.queries.inputs import PARTS, Part, parts_of
from assessment.queries.kept import Line, bodies, decode, written
from assessment.queries.lines import Lines, live_lines
from assessment.spans import Span
from cases.models import Case

Key = tuple[Any, ...]
"""By what a line is found again: the values of its part's key."""

TOWN, UNIT = "town", "unit"
"""The column by which a line names the town, or the department, that it is about."""


@dataclass(frozen=True, slots=True)
class Which:
    """Some lines of a part: as SQL says it of a line `l`, and as a test of a line that was read."""

    part: str
    sql: str
    test: Callable[[Line], bool]


class Source(Protocol):
    """The lines of one unit in a period."""

    def tally(self, part: str, names: Sequence[str]) -> list[tuple[Line, int]]:
        """Return the different lines of a part as far as these columns tell, each with how many there are."""

    def some(self, which: Which, after: Key | None, most: int | None) -> list[Line]:
        """Return the lines meant, in the order of their key: those after a key, `most` at most."""


def source_of(span: Span, column: str, code: str, frozen: FrozenPeriod | None) -> Source:
    """Return the lines that name the unit of that code: kept ones where the period is frozen."""
    if frozen is not None:
        return Kept(frozen, column, code)
    return Live(live_lines(span), column, code)


def key_of(part: str, line: Line) -> Key:
    one = PARTS[part]
    return tuple(line[name] for name in one.names[: one.keys])


@dataclass(frozen=True)
class Live:
    """Lines as the rows are now: summed by the database, and read as far as a page shows them."""

    lines: Lines
    column: str
    code: str

    def tally(self, part: str, names: Sequence[str]) -> list[tuple[Line, int]]:
        columns = ", ".join(f'l."{name}"' for name in names)
        sql = f'SELECT {columns}, count(*) FROM {{{part}}} l WHERE l."{self.column}" = %(code)s'  # noqa: S608
        numbers = ", ".join(str(n) for n, _name in enumerate(names, 1))
        rows = self.lines.rows(f"{sql} GROUP BY {numbers} ORDER BY {numbers}", code=self.code)
        nothing = dict.fromkeys(PARTS[part].names)
        return [(nothing | dict(zip(names, row[:-1], strict=True)), row[-1]) for row in rows]

    def some(self, which: Which, after: Key | None, most: int | None) -> list[Line]:
        part = PARTS[which.part]
        columns = ", ".join(f'l."{one}"' for one in part.names)
        wanted = [f'l."{self.column}" = %(code)s', f"({which.sql})"]
        given: dict[str, Any] = {"code": self.code, "most": most}
        if after is not None:
            marks = ", ".join(f"%(key{n})s" for n, _value in enumerate(after))
            wanted.append(f"({part.order}) > ({marks})")
            given |= {f"key{n}": value for n, value in enumerate(after)}
        sql = (
            f"SELECT {columns} FROM {{{which.part}}} l WHERE {' AND '.join(wanted)} "  # noqa: S608
            f"ORDER BY {part.order} LIMIT %(most)s"
        )
        rows = self.lines.rows(sql, **given)
        return [dict(zip(part.names, row, strict=True)) for row in rows]


@dataclass(frozen=True)
class Kept:
    """Lines as they were kept: each part is unpacked once."""

    frozen: FrozenPeriod
    column: str
    code: str

    @cached_property
    def parts(self) -> Mapping[str, Part]:
        return parts_of(self.frozen.layout)

    @cached_property
    def _read(self) -> dict[str, list[Line]]:
        return {}

    def tally(self, part: str, names: Sequence[str]) -> list[tuple[Line, int]]:
        found = Counter(tuple(line.get(name) for name in names) for line in self._lines(part))
        nothing = dict.fromkeys(PARTS[part].names)
        return [
            (nothing | dict(zip(names, values, strict=True)), many)
            for values, many in found.items()
        ]

    def some(self, which: Which, after: Key | None, most: int | None) -> list[Line]:
        found = [
            line
            for line in self._lines(which.part)
            if which.test(line) and (after is None or key_of(which.part, line) > after)
        ]
        return found if most is None else found[:most]

    def _lines(self, part: str) -> list[Line]:
        if part not in self._read:
            self._read[part] = list(self._unpacked(part))
        return self._read[part]

    def _unpacked(self, part: str) -> list[Line]:
        mark, found = written(self.code), []
        for body in bodies(self.frozen.pk, part):
            for line in zlib.decompress(body).splitlines():
                if mark not in line:  # most lines name another unit: they need no decoding
                    continue
                read = decode(self.parts[part], line)
                if read[self.column] == self.code:
                    found.append(read)
        return found


def numbers_kept_from(reader: User) -> frozenset[str]:
    """Return the numbers of the cases kept from a reader: of every period, because a document of this month
    may be about a case of another."""
    return frozenset(Case.objects.hidden_from(reader).values_list("number", flat=True))
