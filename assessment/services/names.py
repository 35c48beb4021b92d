"""What things are called and which units are listed: read with the figures, kept with frozen ones."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from accounts.models import Unit
from cases.models import Category
from grids.models import Area

RANKED = (Unit.Kind.DEPARTMENT, Unit.Kind.COMPANY)
"""Neighbours and towns that were summoned are no departments and are not ranked among them."""


@dataclass(frozen=True, slots=True)
class Names:
    """Towns and listed units by code, in order; communities; categories with the one above, "" at the top."""

    towns: dict[str, str]
    units: dict[str, str]
    communities: dict[str, str]
    categories: dict[str, tuple[str, str]]

    @classmethod
    def read(cls) -> "Names":
        """Read them as they are now; four queries. `units` are those in service: see `with_units`."""
        categories = Category.objects.order_by("code").values_list("code", "name", "parent_id")
        communities = Area.objects.filter(level="community").order_by("code")
        return cls(
            dict(Area.objects.towns().order_by("code").values_list("code", "name")),
            dict(Unit.objects.summonable().order_by("code").values_list("code", "name")),
            dict(communities.values_list("code", "name")),
            {code: (name, parent or "") for code, name, parent in categories},
        )

    def with_units(self, codes: Collection[str]) -> "Names":
        """Add the departments and companies of these codes that are out of service."""
        missing = set(codes) - self.units.keys()
        if not missing:
            return self
        rows = Unit.objects.filter(code__in=missing, kind__in=RANKED)
        units = self.units | dict(rows.values_list("code", "name"))
        return Names(self.towns, dict(sorted(units.items())), self.communities, self.categories)

    @property
    def tops(self) -> dict[str, str]:
        """Return the first level that each category belongs to."""
        found = {}
        for code in self.categories:
            top = code
            while above := self.categories.get(top, ("", ""))[1]:
                top = above
            found[code] = top
        return found

    def as_json(self) -> dict[str, Any]:
        return {
            "towns": self.towns,
            "units": self.units,
            "communities": self.communities,
            "categories": {code: list(one) for code, one in self.categories.items()},
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Names":
        """Return the names that were kept; JSON of the database has lost their order, which is by code."""
        return cls(
            dict(sorted(kept["towns"].items())),
            dict(sorted(kept["units"].items())),
            dict(sorted(kept["communities"].items())),
            {code: (one[0], one[1]) for code, one in sorted(kept["categories"].items())},
        )
