"""The list of what is not counted (不计入考核事项清单) that a district begins with."""

import csv
from datetime import date
from pathlib import Path

from django.conf import settings

from assessment.models import ExclusionItem

SHIPPED = "assessment/data/exclusion_items.csv"
SINCE = date(2019, 1, 1)


def ensure_items() -> int:
    """Load the shipped items where the district has none; return how many were written."""
    if ExclusionItem.objects.exists():
        return 0
    path = Path(settings.BASE_DIR) / SHIPPED
    with path.open(encoding="utf-8", newline="") as file:
        rows = [
            ExclusionItem(position=place, valid_from=SINCE, **row)
            for place, row in enumerate(csv.DictReader(file), start=1)
        ]
    return len(ExclusionItem.objects.bulk_create(rows))
