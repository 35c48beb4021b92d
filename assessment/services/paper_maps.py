"""The ground that the maps of papers are drawn on, as the areas are when a paper is written."""

from dispatch.sheets import AreaMap, Outline
from grids.models import Area
from grids.models.areas import CODE_LENGTH, AreaQuerySet
from grids.naming import short_name
from grids.queries import simple_outlines


def towns_ground() -> tuple[Outline, ...]:
    """Return the outlines of the district's towns; one query."""
    return _outlines(Area.objects.towns())


def map_of_place(area: Area | None) -> AreaMap | None:
    """Return where a place is: a town among the towns, anything smaller among its town's communities.

    None for the whole district, and where the place or what lies around it has no ground.
    """
    if area is None or area.level == Area.Level.DISTRICT:
        return None
    place = _outlines(Area.objects.filter(pk=area.pk))
    if not place:
        return None
    if area.level == Area.Level.TOWN:
        return AreaMap(
            f"{short_name(area.name)}在全区的位置", "", (), areas=towns_ground(), places=place
        )
    town = area.code[: CODE_LENGTH["town"]]
    around = _outlines(Area.objects.filter(level=Area.Level.COMMUNITY).within(town))
    if not around:
        return None
    named = Area.objects.filter(pk=town).values_list("name", flat=True).first() or ""
    caption = f"{place[0].name}在{short_name(named)}的位置"
    return AreaMap(caption, "", (), areas=around, places=place)


def _outlines(areas: AreaQuerySet) -> tuple[Outline, ...]:
    return tuple(Outline(*found) for found in simple_outlines(areas))
