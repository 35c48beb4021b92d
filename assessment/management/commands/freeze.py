"""Freeze a period, or check one that was frozen."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.refusals import BadInput, StepRefused
from assessment import periods
from assessment.models import Correction, FrozenPeriod
from assessment.services.freezing import freeze
from assessment.services.verifying import Verification, verify

WIDTH = 30
MOST_SHOWN = 20


class Command(BaseCommand):
    """Exit with 1 where something is not as it was frozen; late corrections are listed and are no failure."""

    help = "Freeze a period (2026-11, 2026, a named one) with the hash of its inputs, or verify it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("period")
        parser.add_argument(
            "--verify",
            action="store_true",
            help="rebuild the figures from the kept inputs and compare",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(settings.LANGUAGE_CODE):
            try:
                span = periods.find(options["period"])
                if options["verify"]:
                    self._tell(verify(span, timezone.now(), self._progress))
                else:
                    self._said(freeze(span, None, timezone.now(), self._progress))
            except (BadInput, StepRefused) as refusal:
                raise CommandError(str(refusal)) from refusal

    def _said(self, frozen: FrozenPeriod) -> None:
        self._end()
        lines = [
            _("%(period)s is frozen since %(at)s: %(lines)s lines of input.")
            % {
                "period": frozen.period,
                "at": f"{timezone.localtime(frozen.frozen_at):%F %H:%M}",
                "lines": frozen.lines,
            },
            _("Hash of the inputs: %(hash)s") % {"hash": frozen.inputs_hash},
            _("Hash of the figures: %(hash)s") % {"hash": frozen.figures_hash},
        ]
        self.stdout.write("\n".join(lines))

    def _tell(self, found: Verification) -> None:
        self._said(found.frozen)
        if not found.sound:
            raise CommandError("\n".join(found.tampered))
        self.stdout.write(_("Rebuilt from the kept inputs: the same to the last letter."))
        if found.corrections:
            said = _("Entered in the ledger as late corrections: %(count)s")
            self.stdout.write(said % {"count": len(found.corrections)})
        for each in found.corrections[:MOST_SHOWN]:
            self.stdout.write(f"  {_line(each)}")

    def _progress(self, done: int, total: int, stage: str = "") -> None:
        if self.stderr.isatty():
            full = WIDTH * done // total
            bar = "█" * full + "·" * (WIDTH - full)
            self.stderr.write(f"\r{bar} {100 * done // total:3d} % {stage:<30}", ending="")

    def _end(self) -> None:
        if self.stderr.isatty():
            self.stderr.write("")


def _line(each: Correction) -> str:
    before, after = each.before or {}, each.after or {}
    changed = [
        f"{name}: {before.get(name, '—')} → {after.get(name, '—')}"
        for name in {**before, **after}
        if before.get(name) != after.get(name)
    ]
    return f"{each.part} {each.key}: {'; '.join(changed)}"
