"""The shipped district with its people, each of whom can be told, and tokens for those who call."""

from datetime import date, datetime

from accounts.models import Unit, User
from accounts.services.tokens import token_of
from cases.calendars import OFFICE
from cases.lifecycle import ClockKind
from cases.models import Category, Ladder, WorkHours
from cases.services.intake import receive
from chaos.callers import Cast
from config.demo.people import People, load_people
from config.demo.reference import load_reference
from grids.models import Area
from grids.places import find_place

ALWAYS = {"name": "7 × 24", "every_day": True, "periods": [["00:00", "24:00"]]}
LADDERED = (
    ClockKind.DECIDE,
    ClockKind.FINISH,
    ClockKind.CONTACT,
    ClockKind.ACKNOWLEDGE,
    ClockKind.REPORT_IN,
)
RUNGS = [
    {"form": "warning", "share": "0.75", "to": ["unit"]},
    {"form": "urge", "after": ["1", "natural_hour"], "to": ["unit"], "colour": "blue"},
    {
        "form": "reminder",
        "after": ["2", "natural_hour"],
        "to": ["unit"],
        "cc": ["town"],
        "colour": "blue",
    },
    {
        "form": "supervision",
        "after": ["3", "natural_hour"],
        "to": ["unit"],
        "cc": ["centre"],
        "answer": ["1", "natural_day"],
        "colour": "yellow",
        "repeat": ["1", "natural_day"],
    },
]
"""Within eight hours a clock climbs it to the top."""

TOWNS = 6
"""Towns whose people take part; the district has 22."""


def load() -> Cast:
    """Load reference data and people and return who takes part."""
    load_reference()
    WorkHours.objects.update_or_create(code=OFFICE, defaults=ALWAYS)
    WorkHours.objects.update(quiet_from=None)
    _raise_ladders()
    people = load_people()
    for number, user in enumerate(User.objects.order_by("pk")):
        User.objects.filter(pk=user.pk).update(phone=f"1990001{number:04d}")
    return _cast(people)


def _raise_ladders() -> None:
    """Put one quick ladder in the place of those shipped: hours of any day, whatever the hour of the run."""
    Ladder.objects.all().delete()
    day = date(2020, 1, 1)
    Ladder.objects.bulk_create(
        [
            Ladder(name=str(kind.label), clock=kind, rungs=RUNGS, source="chaos", valid_from=day)
            for kind in LADDERED
        ]
    )


def _cast(people: People) -> Cast:
    towns = sorted(Unit.objects.filter(kind=Unit.Kind.TOWN).values_list("code", flat=True))[:TOWNS]
    departments = Unit.objects.summonable().filter(kind=Unit.Kind.DEPARTMENT)
    codes = [code for code in departments.values_list("code", flat=True) if code in people.of_unit]
    communities = Area.objects.filter(level=Area.Level.COMMUNITY, parent__in=towns)
    return Cast(
        operator=token_of(people.named("operator")),
        towns={code: token_of(people.of_unit[code]) for code in towns},
        departments={code: token_of(people.of_unit[code]) for code in sorted(codes)},
        communities=sorted(communities.values_list("code", flat=True)),
        categories=sorted(
            Category.objects.exclude(parent=None).values_list("code", flat=True)[:40]
        ),
    )


def receive_some(cast: Cast, at: datetime) -> list[int]:
    """Receive one case in the first community of each town and return their ids."""
    operator = User.objects.get(username="operator")
    places = {area[:9]: area for area in reversed(cast.communities)}
    received = [
        receive(
            actor=operator,
            at=at,
            channel="hotline",
            kind="complaint",
            category=cast.categories[0],
            text="路灯不亮",
            place=find_place(area=area),
            caller_phone="19900001234",
            external_id=f"late-{area}",
        )
        for area in places.values()
    ]
    return [case.pk for case in received]
