"""What a lasting ruling does to the responsibility list: an item changed or added, before and after kept."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Unit
from accounts.refusals import BadInput
from dispatch.models import Paper, Responsibility, ResponsibilityChange, UnclaimedMatter

GROUP = "确权裁定事项"
"""The class of items that rulings add."""

OF_TOWNS = (Unit.Kind.TOWN, Unit.Kind.COMMUNITY)


@dataclass(frozen=True, slots=True)
class Change:
    """The item that a ruling changes; without one it adds an item."""

    item: Responsibility | None = None

    @property
    def code(self) -> str:
        """Return the code of the item changed; a new one has none yet."""
        return self.item.code if self.item else ""


def item_to_change(code: str) -> Change:
    """Return the item of the list, locked, or the wish for a new one where no code is given."""
    if not code:
        return Change()
    item = Responsibility.objects.select_for_update(of=("self",)).filter(code=code).first()
    if item is None:
        raise BadInput({"item": _("The list has no item %(code)s.") % {"code": code}})
    return Change(item)


def change_list(change: Change, matter: UnclaimedMatter, paper: Paper, at: datetime) -> None:
    """Write the ruling into the list. A town or a community that leads stands for the town of the
    place: the list knows no single town."""
    item, before = change.item, None
    lead = matter.lead
    assert lead is not None
    assists = list(matter.assists.all())
    if item is None:
        item = Responsibility(
            code=f"确{paper.year}-{paper.seq}",
            group=GROUP,
            title=matter.title,
            category_id=matter.category_id,
            basis=paper.number,
        )
    else:
        before = as_json(item)
    given = None if lead.kind in OF_TOWNS else lead
    if item.lead_id != (given.pk if given else None):
        item.person = ""
    item.lead, item.ruling = given, matter
    item.town_assists = any(unit.kind in OF_TOWNS for unit in assists)
    item.save()
    item.assists.set([unit for unit in assists if unit.kind not in OF_TOWNS])
    ResponsibilityChange.objects.create(
        item=item, matter=matter, before=before, after=as_json(item), at=at
    )


def as_json(item: Responsibility) -> dict[str, Any]:
    """Return what of an item a ruling may change."""
    assists = item.assists.order_by("code").values_list("code", flat=True)
    return {
        "code": item.code,
        "title": item.title,
        "category": item.category_id,
        "lead": item.lead.code if item.lead else "",
        "assists": list(assists),
        "town_assists": item.town_assists,
        "person": item.person,
        "ruling": item.ruling.number if item.ruling else "",
    }
