"""Load the reference data of 通州区 that the product ships."""

import csv
from pathlib import Path

from django.conf import settings
from django.db import transaction

from accounts.services.units import import_units
from assessment.services.policies import ensure_default_policy
from cases.services.exits import restore_exits
from cases.services.policies import import_adjustments, import_ladders
from cases.services.reference import import_categories, import_conditions, import_limits
from cases.services.working_hours import import_hours
from dispatch.services.ownership_import import import_rules
from dispatch.services.responsibilities import import_responsibilities
from dispatch.services.rights import SHIPPED, load_rights
from grids.placement import shipped
from grids.services.divisions import import_divisions, import_grids
from grids.tessellation import Division, Tessellation, tessellate

DISTRICT = "110112"
GRID_COUNT = 2634
"""通州区's number of grids (mission.md 3)."""

MICROGRID_TOWN = "110112013"
SEED = 20180901
"""Draws the same map every time: the month 吹哨报到 went to the whole city."""


def data(path: str) -> Path:
    return Path(settings.BASE_DIR) / path


@transaction.atomic
def load_reference() -> dict[str, int]:
    """Load divisions, units, categories, limits, responsibilities and grids; return the counts.

    The same importers as for any other district's files; twice gives once.
    """
    divisions = data(f"grids/data/divisions_{DISTRICT}.csv")
    counts = import_divisions(divisions)
    counts |= import_hours(data("cases/data/work_hours.csv"))
    counts |= import_units(data("accounts/data/units.csv"))
    counts |= import_categories(data("cases/data/categories.csv"))
    counts |= import_limits(data("cases/data/time_limits.csv"))
    counts |= import_conditions(data("cases/data/filing_conditions.csv"))
    counts |= import_adjustments(data("cases/data/adjustment_policies.csv"))
    counts |= import_ladders(data("cases/data/ladders.json"))
    counts |= load_rights(data(SHIPPED))
    counts["exits"] = restore_exits()
    counts |= import_responsibilities(data("dispatch/data/responsibilities.csv"))
    counts |= import_rules(data("dispatch/data/ownership_rules.csv"))
    drawn = draw_map(divisions)
    for level in ("district", "town", "community", "grid", "microgrid"):
        counts[level] = import_grids(drawn.feature_collection(level))["grids"]
    ensure_default_policy()
    return counts


def draw_map(path: Path) -> Tessellation:
    """Draw the district's grids (this project's own estimate, see `grids.placement`)."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [Division(**row) for row in csv.DictReader(file)]  # type: ignore[arg-type]  # checked by tessellate
    setting = shipped(DISTRICT)
    return tessellate(
        rows,
        centres=setting.centres if setting else None,
        grid_count=GRID_COUNT,
        microgrid_towns=(MICROGRID_TOWN,),
        seed=SEED,
        outline=setting.outline if setting else None,
    )
