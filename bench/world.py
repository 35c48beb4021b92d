"""Make the world that lives are drawn from: the shipped district and its people."""

from datetime import datetime

from accounts.models import HOTLINE_CODE, Unit
from bench.lives import Grid, World
from config.demo.people import load_people
from config.demo.reference import load_reference
from config.demo.requests import all_requests
from grids.models import Area


def make_world(now: datetime) -> World:
    """Load the shipped district and its people and return what lives are drawn from."""
    load_reference()
    people = load_people()
    units = {unit.code: unit for unit in Unit.objects.all()}
    names = dict(Area.objects.filter(level="community").values_list("code", "name"))
    grids = Area.objects.filter(level="grid", lon__isnull=False).order_by("code")
    answering = {code: user.pk for code, user in people.of_unit.items()}
    return World(
        now=now,
        grids=[
            Grid(code, lon or 0.0, lat or 0.0, names[code[:12]])
            for code, lon, lat in grids.values_list("code", "lon", "lat")
        ],
        requests=all_requests(),
        people={name: user.pk for name, user in people.by_name.items()},
        towns={
            unit.code: (unit.pk, answering[unit.code])
            for unit in units.values()
            if unit.kind == Unit.Kind.TOWN
        },
        departments=[
            (unit.pk, answering[unit.code])
            for unit in sorted(units.values(), key=lambda unit: unit.code)
            if unit.kind == Unit.Kind.DEPARTMENT and unit.code in answering
        ],
        hotline=units[HOTLINE_CODE].pk,
    )
