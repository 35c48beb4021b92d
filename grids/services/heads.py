"""Building heads (楼栋长): elected, replaced, never more than one of a building."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import BadInput
from grids.masks import PHONE
from grids.models import Area, BuildingHead
from grids.reach import HEADS


def may_keep_heads(user: User, area: str) -> bool:
    """Tell whether the user keeps the list of building heads of the area."""
    return user.holds_over(area, *HEADS)


@transaction.atomic
def elect_head(
    *,
    actor: User,
    area: str,
    building: str,
    name: str,
    phone: str = "",
    households: int | None = None,
    elected_on: date,
) -> BuildingHead:
    """Put the elected head of a building on the list; the one before leaves that day."""
    grid = _grid(actor, area)
    building, name, phone = building.strip()[:60], name.strip()[:40], phone.strip()
    if not building:
        raise BadInput({"building": _("Name the building.")})
    if not name:
        raise BadInput({"name": _("Give the name.")})
    if phone and not PHONE.fullmatch(phone):
        raise BadInput({"phone": _("A phone number has 6 to 19 digits.")})
    # The grid's row is the lock: two elections of one building at the same moment follow each other.
    Area.objects.select_for_update(no_key=True).only("pk").get(pk=grid.pk)
    before = BuildingHead.objects.filter(area=grid, building=building, until=None).first()
    if before is not None:
        _end(before, elected_on)
    return BuildingHead.objects.create(
        area=grid,
        building=building,
        name=name,
        phone=phone,
        households=households,
        elected_on=elected_on,
    )


def retire_head(pk: int, *, actor: User, on: date) -> None:
    """End a head's time in office without a successor."""
    head = BuildingHead.objects.filter(pk=pk, until=None).first()
    if head is not None:
        _grid(actor, head.area_id)
        _end(head, on)


def _end(head: BuildingHead, on: date) -> None:
    if head.elected_on is not None and on < head.elected_on:
        raise BadInput({"elected_on": _("The head before was elected later than that.")})
    head.until = on
    head.save(update_fields=["until"])


def _grid(actor: User, area: str) -> Area:
    if not may_keep_heads(actor, area):
        raise PermissionDenied(_("This area is not yours."))
    levels = (Area.Level.GRID, Area.Level.MICROGRID)
    grid = Area.objects.defer("boundary").filter(code=area, level__in=levels).first()
    if grid is None:
        raise BadInput({"area": _("Choose a grid or a microgrid.")})
    return grid
