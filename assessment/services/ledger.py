"""Late corrections: what reads otherwise now than when its period was frozen, entered once, shown later.

A frozen figure is never changed. A line that was put right afterwards is entered in the ledger of the month
in which it was found, with what it was, what it is, and what the unit's score would have been with all
corrections known then.
"""

from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from accounts.locks import hold
from accounts.models import Unit
from assessment import periods
from assessment.models import Correction, FrozenPeriod
from assessment.queries.inputs import PARTS, Part, parameters, parts_of
from assessment.queries.kept import bodies, decode, kept_stream, key_of, live_stream
from assessment.rules import Rules
from assessment.services.frozen import report_of, span_of
from assessment.services.reports import reckon
from assessment.spans import Span
from cases.models import Case

WATCHED = timedelta(days=400)
"""How long after its end a frozen period is compared with the rows every night: thirteen months."""

BATCH = 1000

Line = dict[str, Any] | None
Change = tuple[str, str, Line, Line]
"""Part, key, the line as it was last known and as it is now."""


def corrections_shown_in(period: str, limit: int = 200) -> QuerySet[Correction]:
    """Return the ledger of a period: corrections of frozen periods found in it, the newest first."""
    rows = Correction.objects.filter(shown_in=period).select_related("frozen", "case", "unit")
    return rows.defer("frozen__figures", "frozen__names").order_by("-found_at", "-pk")[:limit]


def corrections_of(period: str, limit: int = 200) -> QuerySet[Correction]:
    """Return what was found to read otherwise of a frozen period, the newest first."""
    rows = Correction.objects.filter(frozen__period=period).select_related("case", "unit")
    return rows.order_by("-found_at", "-pk")[:limit]


def watch(at: datetime) -> int:
    """Compare every period frozen within the last thirteen months; return how many corrections were entered."""
    rows = FrozenPeriod.objects.filter(ends_at__gt=at - WATCHED).order_by("starts_at")
    return sum(len(find_corrections(frozen, at)) for frozen in rows.defer("figures"))


@transaction.atomic
def find_corrections(frozen: FrozenPeriod, at: datetime) -> list[Correction]:
    """Enter what reads otherwise now and was not entered before; return the new entries."""
    hold(f"ledger {frozen.period}")
    span = span_of(frozen)
    fresh = list(_fresh(frozen, span))
    if not fresh:
        return []
    told = _Told(frozen, span, at, fresh)
    shown_in = periods.running_month(at).name
    entries = (told.entry(change, shown_in) for change in fresh)
    return Correction.objects.bulk_create(entries, batch_size=BATCH)


def _fresh(frozen: FrozenPeriod, span: Span) -> Iterator[Change]:
    """Yield the lines that differ from what was last known of them."""
    given = parameters(span)
    rows = Correction.objects.filter(frozen=frozen).order_by("pk")
    known = {(part, key): after for part, key, after in rows.values_list("part", "key", "after")}
    for name in PARTS:
        for key, before, after in _differences(name, frozen, given):
            was = known.pop((name, key), _NEVER)
            if was is _NEVER:
                yield name, key, before, after
            elif was != after:
                yield name, key, was, after
    for (name, key), was in known.items():
        line = _line_of(frozen, name, key)
        if was != line:  # put back as it was frozen
            yield name, key, was, line


_NEVER: Any = object()


def _differences(
    name: str, frozen: FrozenPeriod, given: dict[str, Any]
) -> Iterator[tuple[str, Line, Line]]:
    """Walk kept and live lines side by side, both in the order of their key, and yield those that differ.

    The rows are read as the layout of the frozen period reads them: what a later one adds is no correction.
    """
    part, kept = parts_of(frozen.layout)[name], bodies(frozen.pk, name)
    with closing(live_stream(name, given, frozen.layout)) as live:
        yield from _walk(part, kept_stream(kept), live)


def _walk(
    part: Part, kept: Iterator[bytes], live: Iterator[bytes]
) -> Iterator[tuple[str, Line, Line]]:
    old, new = next(kept, None), next(live, None)
    while old is not None or new is not None:
        if old == new:
            old, new = next(kept, None), next(live, None)
            continue
        before = key_of(part, old) if old is not None else None
        after = key_of(part, new) if new is not None else None
        if after is None or (before is not None and before < after):
            yield _key(before), _shown(part, old), None
            old = next(kept, None)
        elif before is None or after < before:
            yield _key(after), None, _shown(part, new)
            new = next(live, None)
        else:
            was, now = _shown(part, old), _shown(part, new)
            if _said_of(was) != _said_of(now):
                yield _key(after), was, now
            old, new = next(kept, None), next(live, None)


def _key(key: Iterable[Any] | None) -> str:
    return " ".join(k.decode() if isinstance(k, bytes) else str(k) for k in key or ())[:60]


def _line_of(frozen: FrozenPeriod, name: str, key: str) -> Line:
    part = parts_of(frozen.layout)[name]
    kept = (li for li in kept_stream(bodies(frozen.pk, name)) if _key(key_of(part, li)) == key)
    return _shown(part, next(kept, None))


def _shown(part: Part, line: bytes | None) -> Line:
    """Return a line as it is kept in the ledger; days as text."""
    if line is None:
        return None
    read = decode(part, line)
    return {column: str(v) if column == "day" else v for column, v in read.items()}


def _said_of(line: Line) -> Line:
    """Return what a line says but for what somebody is called: a leader's new title corrects no mark."""
    return line and {column: value for column, value in line.items() if column != "leader"}


def _unit(line: dict[str, Any]) -> str:
    return str(line.get("unit") or line.get("town") or "")


class _Told:
    """What is said of corrections: the case, the unit, and what its score would have been."""

    def __init__(
        self, frozen: FrozenPeriod, span: Span, at: datetime, changes: list[Change]
    ) -> None:
        self.frozen, self.at = frozen, at
        rules = Rules.from_snapshot(frozen.policy)
        self.then, self.now = (
            {row["code"]: row for key in ("by_town", "by_department") for row in report[key]}
            for report in (report_of(frozen), reckon(span, at, rules, frozen.layout))
        )
        lines = [line for _part, _key, *both in changes for line in both if line]
        numbers = {line["number"] for line in lines if "number" in line}
        codes = {_unit(line) for line in lines}
        self.cases = dict(Case.objects.filter(number__in=numbers).values_list("number", "pk"))
        self.units = dict(Unit.objects.filter(code__in=codes).values_list("code", "pk"))

    def entry(self, change: Change, shown_in: str) -> Correction:
        name, key, before, after = change
        line = after or before or {}
        code = _unit(line)
        return Correction(
            frozen=self.frozen,
            shown_in=shown_in,
            part=name,
            key=key,
            case_id=self.cases.get(line.get("number", "")),
            unit_id=self.units.get(code),
            before=before,
            after=after,
            effect=self._effect(code),
            found_at=self.at,
        )

    def _effect(self, code: str) -> dict[str, Any]:
        """Return score and rank of the unit as frozen and as they would be with everything known now."""
        then, now = self.then.get(code), self.now.get(code)
        if then is None or now is None:
            return {}
        found = {name: [then[name], now[name]] for name in ("score", "rank")}
        if "performance" in then:
            found["performance"] = [then["performance"]["score"], now["performance"]["score"]]
        return {"unit": code, "name": then["name"], **found}
