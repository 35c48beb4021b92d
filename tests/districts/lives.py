"""Many cases at once, each with a life that holds together: clocks, a callback where somebody was reached."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from accounts.models import Unit
from cases.models import Callback, Case, Clock


@dataclass(frozen=True, slots=True)
class Life:
    """A case and what its resident answered; `reached` None: nobody was to be called."""

    case: Case
    reached: bool | None = True
    contacted: bool = True
    resolved: str = "yes"
    satisfied: str = "satisfied"


def write_lives(lives: Sequence[Life]) -> None:
    """Write the cases with their clocks and, where they are handled, their callbacks."""
    units = {unit.code: unit for unit in Unit.objects.all()}
    Case.objects.bulk_create([life.case for life in lives])
    Callback.objects.bulk_create(
        Callback(
            case=life.case,
            round=1,
            attempt=1,
            outcome="reached" if life.reached else "no_answer",
            contacted=life.contacted if life.reached else None,
            resolved=life.resolved if life.reached else "",
            satisfied=life.satisfied if life.reached else "",
            at=life.case.handled_at + timedelta(hours=2),
        )
        for life in lives
        if life.case.handled_at and life.reached is not None
    )
    Clock.objects.bulk_create(
        Clock(
            case=life.case,
            unit=units[str(life.case.town_id)],
            kind="finish",
            started_at=life.case.received_at,
            due_at=life.case.received_at + timedelta(days=7),
            original_due_at=life.case.received_at + timedelta(days=7),
            stopped_at=life.case.handled_at,
        )
        for life in lives
    )
