"""The cast's district with outlines, so that the map of grids has something to draw."""

from dataclasses import dataclass

from accounts.models import Unit
from grids.models import Area
from tests.browser.chromium import sessions_of
from tests.cast import COMMUNITY, OTHER_TOWN, TOWN, Stage, square

HERE = {"longitude": 116.6851, "latitude": 39.9251}
"""Where the people in the field stand: in the first grid."""


@dataclass
class District:
    """The stage, and a session for everybody on it."""

    stage: Stage
    sessions: dict[str, str]


def outlined(stage: Stage) -> District:
    """Give the district its own unit, and its towns and the first community their outlines."""
    Unit.objects.create(code="110112", name="通州区", kind="district", area="110112")
    strip = square(116.68, 39.92)
    strip["coordinates"] = [
        [[116.68, 39.92], [116.70, 39.92], [116.70, 39.93], [116.68, 39.93], [116.68, 39.92]]
    ]
    Area.objects.filter(pk__in=[TOWN, COMMUNITY]).update(boundary=strip)
    Area.objects.filter(pk=OTHER_TOWN).update(boundary=square(116.65, 39.90))
    return District(stage, sessions_of(stage.people))
