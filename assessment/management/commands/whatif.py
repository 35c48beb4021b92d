"""Try a proposed rule on a past period, and print the outcome beside history."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.refusals import BadInput
from accounts.tables import ImportRefused
from assessment import periods
from assessment.queries.past_clocks import count_of
from assessment.services.proposals import proposed_calendar, tried_rules
from assessment.services.trials import Proposal, Trial, try_out
from cases.services.reference import read_limits

RATES = ("response", "resolution", "satisfaction")
PARTS = ("marks", "timeliness", "results")


class Command(BaseCommand):
    """Write nothing to the database; without any proposal, give history back."""

    help = "Run proposed limits, office hours, days or weights over a past period."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("period")
        parser.add_argument("--limits", type=Path, help="CSV as for import_limits: the whole table")
        parser.add_argument("--hours", default="", help="08:00-12:00, 14:00-18:00")
        parser.add_argument(
            "--days", type=Path, help="a text file, one line a day: 2026-10-08 rest"
        )
        parser.add_argument("--policy", default="", help="rules of this version, by its name")
        parser.add_argument("--weights", help="response/resolution/satisfaction, as 10/45/45")
        parser.add_argument("--factor", help="factor of 基本满意, as 0.9")
        parser.add_argument("--parts", help="marks/timeliness/results of departments, as 40/30/30")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        try:
            span = periods.find(options["period"])
            proposal = self._proposal(options, span)
            whole = count_of(span)
            trial = try_out(span, proposal, at, lambda done: self._progress(done, whole))
        except BadInput as error:
            raise CommandError(str(error)) from error
        except ImportRefused as refusal:
            lines = "; ".join(f"{line}: {text}" for line, text in refusal.errors[:20])
            raise CommandError(lines) from refusal
        self.stdout.write(_as_json(trial) if options["json"] else _as_text(trial))

    def _proposal(self, options: dict[str, Any], span: periods.Span) -> Proposal:
        rates: dict[str, Decimal | None] = dict(_numbers(options["weights"], RATES))
        rates |= _numbers(options["factor"], ("basic_factor",))
        days = options["days"].read_text(encoding="utf-8") if options["days"] else ""
        return Proposal(
            limits=tuple(read_limits(options["limits"])) if options["limits"] else None,
            calendar=proposed_calendar(options["hours"], days),
            rules=tried_rules(
                span, options["policy"], rates, dict(_numbers(options["parts"], PARTS))
            ),
        )

    def _progress(self, done: int, whole: int) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{done} / {whole}", ending="")


def _numbers(text: str | None, names: tuple[str, ...]) -> dict[str, Decimal]:
    if not text:
        return {}
    try:
        values = [Decimal(part) for part in text.split("/")]
    except InvalidOperation:
        values = []
    if len(values) != len(names):
        said = _("Give %(names)s, as numbers with a slash between.") % {"names": "/".join(names)}
        raise CommandError(said)
    return dict(zip(names, values, strict=True))


def _as_json(trial: Trial) -> str:
    told = asdict(trial)
    for name in ("towns", "departments"):
        told[name] = [
            {"code": then["code"], "name": then["name"]}
            | {"rank": [then["rank"], now["rank"]], "score": [then["score"], now["score"]]}
            for then, now in getattr(trial, name)
        ]
    return json.dumps(told, ensure_ascii=False, indent=2, default=str)


def _as_text(trial: Trial) -> str:
    whole = trial.whole
    lines = [
        _("limits decided: %(n)s") % {"n": whole.decided},
        _("missed: %(then)s in history, %(now)s in the trial")
        % {"then": whole.late_then, "now": whole.late_now},
        _("deadlines that move: %(n)s") % {"n": trial.moved},
    ]
    for name, outcome in sorted(trial.by_unit.items()):
        if outcome.late_then or outcome.late_now:
            lines.append(f"  {name}: {outcome.late_then} → {outcome.late_now} / {outcome.decided}")
    for then, now in [*trial.departments, *trial.towns]:
        if (then["rank"], then["score"]) != (now["rank"], now["score"]):
            lines.append(
                f"  {then['name']}: {then['score']} → {now['score']}, "
                f"#{then['rank'] or '—'} → #{now['rank'] or '—'}"
            )
    return "\n".join(lines)
