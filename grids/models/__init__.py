from grids.models.areas import Area, Atlas
from grids.models.duties import GridDuty

__all__ = ["Area", "Atlas", "GridDuty"]
