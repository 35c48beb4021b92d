"""Which answers residents are offered: the set of the policy that the month of the case is scored by."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from assessment.models import AssessmentPolicy
from assessment.periods import ruled_on
from assessment.scales import OFFERED, THREE
from assessment.spans import DayRule, Tiling


def answers_offered(moments: Sequence[datetime]) -> list[tuple[str, ...]]:
    """Return the answers on being satisfied for cases received at these moments (`settings.ANSWERS_OFFERED`).

    A case is asked about in the words its answer is scored by, also where the answer comes in a later month. One query.
    """
    columns = ("valid_from", "month_first_day", "day_first_hour", "scale")
    rows = list(AssessmentPolicy.objects.order_by("valid_from").values_list(*columns))
    days = [day for day, *_rest in rows]
    tiles = Tiling((DayRule(*row[:3]) for row in rows), timezone.get_default_timezone())

    def scale_at(at: datetime) -> str:
        day = ruled_on(tiles.month(*tiles.month_at(at)))
        return rows[max(bisect_right(days, day) - 1, 0)][3] if rows else THREE

    return [OFFERED[scale_at(at)] for at in moments]
