"""Climb the ladders of clocks that run out: a warning is told, every further rung writes a document.

A sweep that is late writes everything in the order in which each clock's rungs were due, with their true
times; each rung is taken in the transaction that writes what it says, so that it is said exactly once.
"""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction

from accounts.services.notices import Draft, tell_units
from cases.ladders import NOTICES, Rung
from cases.lifecycle import ClockKind
from cases.models import Case, Clock
from cases.services.alerts import claim_alerts, climb, rung_of, rungs_of
from dispatch.services.issuing import Issue, is_urgent, issue_documents, issue_of
from dispatch.services.parties import Parties, parties_of

BATCH = 200


def sweep_ladders(at: datetime) -> int:
    """Take every rung that is due, in batches that any number of sweepers may share; return how many."""
    total = 0
    while taken := _sweep_batch(at):
        total += taken
    return total


@transaction.atomic
def _sweep_batch(at: datetime) -> int:
    clocks = _with_cases(claim_alerts(at, BATCH))
    if not clocks:
        return 0
    parties = parties_of(clocks)
    issues: list[Issue] = []
    told: list[Draft] = []
    for clock in clocks:
        rung = rung_of(clock)
        if rung.form in NOTICES or _says_again(clock):
            told.extend(_notices(clock, rung, parties))
        elif clock.kind != ClockKind.ACT:  # whoever does not act is answered by the lapse
            issues.append(issue_of(clock, rung, parties))
    told += issue_documents(issues, parties, at)
    tell_units(told, at)
    climb(clocks, at)
    return len(clocks)


def _with_cases(clocks: list[Clock]) -> list[Clock]:
    """Lock the cases of the claimed clocks; return the clocks whose case nobody is working on.

    A step locks the case before its clocks, so waiting here could wait for ever; and a document
    written beside a step that ends the case would leave its clock running. The rest come next time.
    """
    free = Case.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
    shown = free.select_related("category", "area").defer("area__boundary")
    cases = shown.in_bulk({clock.case_id for clock in clocks})
    kept = [clock for clock in clocks if clock.case_id in cases]
    for clock in kept:
        clock.case = cases[clock.case_id]
    return kept


def _says_again(clock: Clock) -> bool:
    """Tell whether the top of the ladder repeats itself: its document is written once."""
    assert clock.ladder is not None
    return clock.rung >= len(rungs_of(clock.ladder))


def _notices(clock: Clock, rung: Rung, parties: Parties) -> Iterator[Draft]:
    """Yield what is only told: the warning, and the top of the ladder said again."""
    due = clock.due_at.isoformat() if clock.due_at else ""
    for party in parties.of(clock, (*rung.to, *rung.cc)):
        yield Draft(
            "clock_warning" if rung.form in NOTICES else "ladder_again",
            party.told,
            key=f"document:{clock.pk}:{clock.climb}:{clock.rung}",
            case_number=clock.case.number,
            params={"clock": clock.kind, "due": due, "unit": clock.unit.name},
            urgent=is_urgent(clock, parties),
        )
