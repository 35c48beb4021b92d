"""The contributions of a part, page by page, each page begun where the one before ended."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass

from assessment.queries.inputs import PARTS
from assessment.queries.kept import Line
from assessment.queries.working import Key, Source, key_of
from assessment.services.working_lists import DECIDE, Context, Listed, Row


@dataclass(frozen=True, slots=True)
class Page:
    """Some contributions of a part, and the cursor of those after them; empty at the end."""

    rows: list[Row]
    next: str = ""


def page_of(
    source: Source, lists: Sequence[Listed], context: Context, cursor: str, most: int | None
) -> Page:
    """Return the contributions after the cursor, `most` at most; a cursor that cannot be read is the beginning.

    The cursor names the last case of the page: a page that would end on one kept from the reader goes on to the next
    that is not.
    """
    begin, after = _decoded(cursor, lists)
    rows: list[Row] = []
    for position in range(begin, len(lists)):
        one = lists[position]
        left = None if most is None else max(most - len(rows), 0)
        known = after if position == begin else None
        found = _some(source, one, known, None if left is None else left + 1)
        if left and len(found) > left and _is_kept_back(found[left - 1], context):
            found = _some(source, one, known, None)
            beyond = (n for n in range(left, len(found)) if not _is_kept_back(found[n], context))
            left = next(beyond, len(found) - 1) + 1
        shown = found if left is None else found[:left]
        rows += [one.row(line, context) for line in shown]
        if len(found) > len(shown):
            at = _key(shown[-1], one) if shown else known
            return Page(rows, _encoded(position, at))
    return Page(rows)


def _is_kept_back(line: Line, context: Context) -> bool:
    return line.get("number") in context.kept_back


def _some(source: Source, listed: Listed, after: Key | None, most: int | None) -> list[Line]:
    if not listed.once:
        return source.some(listed.which, after, most)
    which = listed.which
    tallies = source.tally(which.part, DECIDE[which.part])
    known = {_key(line, listed): line for line, _many in tallies if which.test(line)}
    keys = sorted(key for key in known if after is None or key > after)
    return [known[key] for key in (keys if most is None else keys[:most])]


def _key(line: Line, listed: Listed) -> Key:
    return (line[listed.once],) if listed.once else key_of(listed.which.part, line)


def _kinds(listed: Listed) -> list[type]:
    """Return the types that the values of a key have."""
    part = PARTS[listed.which.part]
    names = (listed.once,) if listed.once else part.names[: part.keys]
    return [int if dict(part.columns)[name] == "bigint" else str for name in names]


def _encoded(position: int, key: Key | None) -> str:
    text = json.dumps([position, *(key or ())])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decoded(cursor: str, lists: Sequence[Listed]) -> tuple[int, Key | None]:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        position, *key = json.loads(text)
        key = [value.replace("\x00", "") if isinstance(value, str) else value for value in key]
        json.dumps(key, ensure_ascii=False).encode()  # half a character is none
        if position < 0 or [type(value) for value in key] not in ([], _kinds(lists[position])):
            return 0, None  # what somebody wrote into the address is no key of ours
        return position, tuple(key) or None
    except (binascii.Error, ValueError, TypeError, IndexError, RecursionError):
        return 0, None
