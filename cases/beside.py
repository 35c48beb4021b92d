"""What the pages of clues, commendations and exits count; nothing here is a case of its own."""

from dataclasses import dataclass

from django.db.models import Count

from accounts.models import User
from accounts.paging import bounded_count
from cases.lifecycle import State
from cases.models import Case, Clue, Commendation, ExitKind
from cases.models.calls import ClueQuerySet
from cases.months import Month
from cases.privacy import mask_name, praise_as_shown, praising_is_hidden


@dataclass(frozen=True, slots=True)
class Praise:
    """A commendation as its reader may see it: who praises is masked."""

    row: Commendation
    text: str
    caller: str


def praise_of(rows: list[Commendation], reader: User) -> list[Praise]:
    """Return the commendations as rows before the reader."""
    return [
        Praise(
            row,
            praise_as_shown(row, reader),
            "" if praising_is_hidden(row, reader) else mask_name(row.caller_name),
        )
        for row in rows
    ]


def praised_in(month: Month, reader: User) -> list[tuple[str, int]]:
    """Return how often each unit was praised in the month, the most praised first; one query."""
    rows = Commendation.objects.visible_to(reader).filter(
        received_at__gte=month.start, received_at__lt=month.end
    )
    counted = rows.values_list("unit__short_name", "unit__name").annotate(count=Count("pk"))
    return [(short or name, n) for short, name, n in counted.order_by("-count", "unit__name")]


def clue_counts(clues: ClueQuerySet) -> dict[str, tuple[int, bool]]:
    """Return how many clues stand how, counting no further than a thousand of each."""
    return {one.value: bounded_count(clues.standing(one)) for one in Clue.Standing}


def left_in(month: Month, reader: User) -> dict[str, int]:
    """Return how many cases received in the month left by each exit; one query."""
    rows = Case.objects.visible_to(reader).filter(
        state=State.REJECTED,
        exit__isnull=False,
        received_at__gte=month.start,
        received_at__lt=month.end,
    )
    counted = rows.order_by().values_list("exit").annotate(count=Count("pk"))
    return dict(counted)


def exits_with_counts(month: Month, reader: User) -> list[tuple[ExitKind, int]]:
    """Return every exit, in use or not, with how many left by it in the month; those not in use only where any did."""
    counts = left_in(month, reader)
    rows = sorted(ExitKind.objects.all(), key=lambda one: (len(one.code), one.code))
    return [(row, counts.get(row.code, 0)) for row in rows if row.active or counts.get(row.code, 0)]
