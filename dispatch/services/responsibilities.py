"""The responsibility list: taken over from a table, asked for a proposal."""

from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Unit
from accounts.tables import Errors, Row, read_table
from cases.models import Category
from dispatch.models import Responsibility

COLUMNS = ["code", "class", "title", "category", "lead", "assist", "person", "basis", "note"]
TOWN = "TOWN"
"""The word that stands for the town of the place (属地) in the file."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the list proposes for a category: the item, who leads, who assists."""

    item: Responsibility
    lead: Unit | None
    assists: tuple[Unit, ...]


def propose(category: str) -> list[Proposal]:
    """Return the list's items for a category; where it has none, those of its parent's other
    children are not guessed: the list is then empty. Two queries."""
    items = Responsibility.objects.filter(category=category).order_by("code")
    found = items.select_related("lead").prefetch_related("assists")
    return [
        Proposal(item, item.lead, tuple(sorted(item.assists.all(), key=lambda unit: unit.code)))
        for item in found
    ]


@transaction.atomic
def import_responsibilities(path: Path) -> dict[str, int]:
    """Create or update items by code from a CSV or XLSX; all or nothing, twice gives once."""
    errors = Errors()
    units = {unit.code: unit for unit in Unit.objects.filter(active=True)}
    categories = set(Category.objects.values_list("code", flat=True))
    rows = read_table(path, COLUMNS)
    seen: set[str] = set()
    for line, row in rows:
        for problem in _problems(row, units, categories, seen):
            errors.add(line, problem)
        seen.add(row["code"])
    errors.refuse_if_any()
    for _line, row in rows:
        _save(row, units)
    return {"responsibilities": len(rows)}


def _problems(row: Row, units: dict[str, Unit], categories: set[str], seen: set[str]) -> list[str]:
    found = []
    if not row["code"] or len(row["code"]) > 12:
        found.append(_("The code must have 1 to 12 characters."))
    if row["code"] in seen:
        found.append(_("The code %(code)s stands twice.") % {"code": row["code"]})
    if not row["title"] or len(row["title"]) > 120:
        found.append(_("The matter must have 1 to 120 characters."))
    if row["category"] not in categories:
        found.append(_("There is no category %(code)s.") % {"code": row["category"]})
    for code in [row["lead"], *_codes(row["assist"])]:
        if code != TOWN and code not in units:
            text = _("No unit in service has the code %(codes)s.")
            found.append(text % {"codes": code or "—"})
    if row["lead"] in _codes(row["assist"]):
        found.append(_("A unit cannot lead and assist at once."))
    return found


def _codes(text: str) -> list[str]:
    return [code.strip() for code in text.replace("；", ";").split(";") if code.strip()]


def _save(row: Row, units: dict[str, Unit]) -> None:
    assists = _codes(row["assist"])
    item, _created = Responsibility.objects.update_or_create(
        code=row["code"],
        defaults={
            "group": row["class"][:40],
            "title": row["title"],
            "category_id": row["category"],
            "lead": units.get(row["lead"]),
            "town_assists": TOWN in assists,
            "person": row["person"][:60],
            "basis": row["basis"][:200],
            "note": row["note"][:300],
        },
    )
    item.assists.set([units[code] for code in assists if code != TOWN])
