"""Check a frozen period: are its kept lines and figures what was frozen, and do the rows still say the same?"""

import hashlib
import zlib
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.refusals import BadInput, StepRefused
from assessment import layouts
from assessment.models import Correction, FrozenPeriod
from assessment.queries.inputs import PARTS
from assessment.queries.kept import bodies
from assessment.queries.snapshots import one_snapshot
from assessment.services.freezing import (
    Progress,
    inputs_hash,
    quiet,
    rebuild,
    roll_up_agrees,
)
from assessment.services.frozen import digest, report_of, span_of
from assessment.services.ledger import find_corrections
from assessment.spans import Span


@dataclass(frozen=True, slots=True)
class Verification:
    """What a check found: `tampered` says in words what is not as it was frozen; corrections are no fault."""

    frozen: FrozenPeriod
    tampered: list[str] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not self.tampered


def verify(span: Span, at: datetime, progress: Progress = quiet) -> Verification:
    """Rebuild a frozen period from its kept lines and compare; then compare the rows of now with the kept lines.

    Raise `BadInput` where the period is not frozen, `StepRefused` where a later version of the program froze it.
    """
    frozen = _frozen(span)
    stages = len(PARTS) + 2
    with one_snapshot(writes=True):
        tampered = []
        for done, part in enumerate(PARTS):
            progress(done, stages, _("kept lines"))
            tampered += _tampered_lines(frozen, part)
        progress(len(PARTS), stages, _("reckoning"))
        tampered += _tampered_figures(frozen, readable=not tampered)
    progress(len(PARTS) + 1, stages, _("comparing with the rows of now"))
    corrections = [] if tampered else find_corrections(frozen, at)
    progress(stages, stages, "")
    return Verification(frozen, tampered, corrections)


def _frozen(span: Span) -> FrozenPeriod:
    frozen = FrozenPeriod.objects.filter(period=span.name).first()
    if frozen is None:
        raise BadInput({"period": _("The period “%(name)s” is not frozen.") % {"name": span.name}})
    if not layouts.is_known(frozen.layout):
        text = _(
            "%(name)s was frozen in layout %(layout)s of the report, which this version of the program does "
            "not know: check it with the version that froze it."
        )
        raise StepRefused(text % {"name": span.name, "layout": frozen.layout})
    return frozen


def _tampered_lines(frozen: FrozenPeriod, part: str) -> list[str]:
    count, hasher = 0, hashlib.sha256()
    words = {"part": part}
    try:
        for body in bodies(frozen.pk, part):
            lines = zlib.decompress(body)
            hasher.update(lines)
            count += lines.count(b"\n")
    except zlib.error:
        return [_("Kept lines of “%(part)s” cannot be read any more.") % words]
    if [count, hasher.hexdigest()] != frozen.names["parts"].get(part):
        return [_("Kept lines of “%(part)s” are not those that were frozen.") % words]
    return []


def _tampered_figures(frozen: FrozenPeriod, *, readable: bool) -> list[str]:
    """Compare the hashes, and where the lines can be trusted the figures with those rebuilt from them."""
    found = []
    if (
        inputs_hash(span_of(frozen), frozen.policy, frozen.names, frozen.layout)
        != frozen.inputs_hash
    ):
        found.append(_("Rules, names or the hash of the inputs are not those that were frozen."))
    if digest(frozen.figures) != frozen.figures_hash:
        found.append(_("The figures are not those that were frozen."))
    if readable and not found and rebuild(frozen) != frozen.figures:
        found.append(_("The kept lines give other figures than those that were frozen."))
    if not found and not roll_up_agrees(frozen, report_of(frozen)):
        found.append(_("The pages show other figures than those that were frozen."))
    return found
