"""The demo district: what its history draws from."""

from dataclasses import dataclass
from datetime import datetime
from random import Random

from accounts.models import Unit
from config.demo.habits import Habit, habits_of
from config.demo.people import People
from dispatch.models import Responsibility
from grids.models import Area


@dataclass
class District:
    """What the history draws from."""

    people: People
    rng: Random
    until: datetime
    grids: dict[str, list[Area]]
    communities: list[Area]
    weights: list[float]
    items: dict[str, list[Responsibility]]
    habits: dict[str, Habit]

    @classmethod
    def load(cls, people: People, seed: int, until: datetime) -> "District":
        rng = Random(seed)
        grids: dict[str, list[Area]] = {}
        for grid in Area.objects.filter(level="grid").order_by("code").defer("boundary"):
            grids.setdefault(grid.community_code, []).append(grid)
        found = Area.objects.filter(level="community", code__in=grids).order_by("code")
        communities = list(found.defer("boundary"))
        items: dict[str, list[Responsibility]] = {}
        rows = Responsibility.objects.select_related("lead").prefetch_related("assists")
        for item in rows.order_by("code"):
            items.setdefault(item.category_id, []).append(item)
        units = list(Unit.objects.order_by("code").values_list("code", flat=True))
        weights = [_weight(area, rng) for area in communities]
        return cls(people, rng, until, grids, communities, weights, items, habits_of(units, rng))


def _weight(area: Area, rng: Random) -> float:
    shown = {"110112013": 9.0, "110112012": 4.0}.get(area.town_code, 1.0)
    return shown * rng.lognormvariate(0, 0.8)
