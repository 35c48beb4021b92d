"""Freeze a period: keep its input lines with their hash, and the figures reckoned from the kept lines.

From the kept lines and rules the figures can be rebuilt to the letter at any time (`verify`). What is put right
in the rows afterwards changes nothing here: it is entered in the ledger of a later period
(`assessment.services.ledger`).
"""

import json
import zlib
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.locks import alone
from accounts.models import Role, User
from accounts.refusals import StepRefused
from assessment import layouts, periods
from assessment.models import FrozenInput, FrozenPeriod, Job, PeriodFigures
from assessment.queries.inputs import PARTS, parameters, parts_of
from assessment.queries.kept import Packed, bodies, live_stream, pack
from assessment.queries.lines import kept_lines, live_lines
from assessment.queries.snapshots import one_snapshot
from assessment.rules import Rules
from assessment.services.earlier import earlier_reports
from assessment.services.figures import Row, Sources
from assessment.services.frozen import canonical, digest, period_lock, span_of
from assessment.services.names import Names
from assessment.services.policies import rules_for
from assessment.services.reports import build
from assessment.services.scores import keep_frozen
from assessment.spans import Span

FREEZERS = (Role.ASSESSOR, Role.ADMIN)
STAGES = len(PARTS) + 2
"""Each part is one stage, reckoning and writing are two more."""

Progress = Callable[..., None]
"""Called as `progress(done, total, stage)`."""

Chunks = Callable[[str], list[bytes]]
"""Gives the compressed lines of a part."""


def quiet(done: int, total: int, stage: str = "") -> None:
    """Tell nobody."""


def freeze(
    span: Span, actor: User | None, at: datetime, progress: Progress = quiet
) -> FrozenPeriod:
    """Freeze a period that is over; a second time gives the first. `actor` is None for the calendar.

    Raise `PermissionDenied` where it is not the actor's to do, `StepRefused` while the period runs.
    """
    if actor is not None and not actor.holds(*FREEZERS):
        raise PermissionDenied(_("Only assessors and administrators freeze a period."))
    if at < span.ends_at:
        raise StepRefused(_("The period is not over yet: it can be frozen once it has ended."))
    with alone(period_lock(span)), one_snapshot(writes=True):
        if known := FrozenPeriod.objects.filter(period=span.name).first():
            return known
        return _freeze(span, actor, at, progress)


def work(job: Job, at: datetime, progress: Progress) -> None:
    """Freeze the period that a job names."""
    freeze(periods.find(job.params["period"]), job.asked_by, at, progress)


def _freeze(span: Span, actor: User | None, at: datetime, progress: Progress) -> FrozenPeriod:
    packed = _pack_all(span, progress)
    policy = _as_kept(rules_for(span).snapshot())
    known_by_name = _names(span)
    kept = _as_kept(
        {
            "names": known_by_name.as_json(),
            "earlier": earlier_reports(span),
            "parts": {name: [one.lines, one.sha256] for name, one in packed.items()},
        }
    )
    progress(len(PARTS), STAGES, _("reckoning"))
    figures = rebuilt(span, at, policy, kept, lambda part: packed[part].chunks)
    progress(len(PARTS) + 1, STAGES, _("writing"))
    frozen = FrozenPeriod.objects.create(
        period=span.name,
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        policy=policy,
        names=kept,
        figures=figures,
        figures_hash=digest(figures),
        inputs_hash=inputs_hash(span, policy, kept, layouts.PRESENT),
        lines=sum(one.lines for one in packed.values()),
        layout=layouts.PRESENT,
        frozen_at=at,
        frozen_by=actor,
    )
    FrozenInput.objects.bulk_create(
        (
            FrozenInput(frozen=frozen, part=name, seq=seq, body=body)
            for name, one in packed.items()
            for seq, body in enumerate(one.chunks)
        ),
        batch_size=8,
    )
    keep_frozen(span, frozen, at)
    progress(STAGES, STAGES, "")
    return frozen


def _pack_all(span: Span, progress: Progress) -> dict[str, Packed]:
    """Read every part of the input once, hashed and compressed while it is read."""
    given = parameters(span)
    packed = {}
    for done, name in enumerate(PARTS):

        def tell(lines: int, done: int = done) -> None:
            progress(done, STAGES, _("input lines: %(count)s") % {"count": lines})

        tell(0)
        with closing(live_stream(name, given)) as live:
            packed[name] = pack(live, tell)
    return packed


UNITS = """
    SELECT unit FROM {order} l WHERE live UNION SELECT unit FROM {objection} l WHERE NOT upheld
    UNION SELECT unit FROM {document} l UNION SELECT unit FROM {leader} l
"""


def _names(span: Span) -> Names:
    return Names.read().with_units({unit for (unit,) in live_lines(span).rows(UNITS)})


def rebuilt(
    span: Span,
    at: datetime,
    policy: Mapping[str, Any],
    kept: Mapping[str, Any],
    chunks: Chunks,
    layout: int = layouts.PRESENT,
) -> str:
    """Return the canonical text, in that layout, of the figures that the kept lines give under the kept rules."""

    def fill(cursor: Any, part: str, table: str) -> None:
        packed = chunks(part)
        columns = ", ".join(f'"{name}"' for name in parts_of(layout)[part].names)
        with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
            for body in packed:
                copy.write(zlib.decompress(body))

    rules, names = Rules.from_snapshot(policy), Names.from_json(kept["names"])
    found = Sources.of(kept_lines(fill), names)
    report = build(span, at, found, rules, kept["earlier"])
    return canonical(layouts.back_to(report, layout))


def rebuild(frozen: FrozenPeriod) -> str:
    """Rebuild the figures of a frozen period from its kept lines; inside a transaction."""
    return rebuilt(
        span_of(frozen),
        frozen.frozen_at,
        frozen.policy,
        frozen.names,
        lambda part: bodies(frozen.pk, part),
        frozen.layout,
    )


def inputs_hash(span: Span, policy: Mapping[str, Any], kept: Mapping[str, Any], layout: int) -> str:
    """Return the hash of everything the figures are made from: period, rules, names, layout and each part's hash.

    The first layout had no number.
    """
    said = {
        "period": span.name,
        "from": timezone.localtime(span.starts_at).isoformat(),
        "to": timezone.localtime(span.ends_at).isoformat(),
        "policy": policy,
        "kept": kept,
        **({"layout": layout} if layout > layouts.FIRST else {}),
    }
    return digest(canonical(said))


def _as_kept(value: Row) -> Row:
    """Return the value as it comes back from the database."""
    found: Row = json.loads(canonical(value))
    return found


def roll_up_agrees(frozen: FrozenPeriod, report: Row) -> bool:
    """Tell whether the roll-up that pages show is the frozen one."""
    shown = PeriodFigures.objects.filter(period=frozen.period).values_list("figures", flat=True)
    return all(canonical(figures) == canonical(report) for figures in shown)
