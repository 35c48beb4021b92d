from grids.models.areas import Area, Atlas
from grids.models.duties import DutyShift, GridDuty, Position
from grids.models.life import BuildingHead, DiaryEntry, VolunteerService, VolunteerTeam

__all__ = [
    "Area",
    "Atlas",
    "BuildingHead",
    "DiaryEntry",
    "DutyShift",
    "GridDuty",
    "Position",
    "VolunteerService",
    "VolunteerTeam",
]
