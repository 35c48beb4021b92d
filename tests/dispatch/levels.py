"""Rows of rights as tests write them, and the neighbours who answer a grid's or a community's whistle."""

from collections.abc import Iterable

from accounts.models import Membership, Unit, User
from cases.models import Case
from dispatch import rights
from dispatch.models import Order, Whistle, WhistleLevel, WhistleRight
from tests.cast import Stage

Row = tuple[str, str, str, str]
"""Power, level, kind ("" is every kind), role."""


def make_rights(rows: Iterable[Row]) -> None:
    """Make these the district's only rights."""
    WhistleRight.objects.all().delete()
    WhistleRight.objects.bulk_create(
        WhistleRight(power=power, level_id=level, kind=kind, role=role)
        for power, level, kind, role in set(rows)
    )
    rights.forget()


def close_level(code: str) -> None:
    """Let the district not blow whistles of the level."""
    WhistleLevel.objects.filter(code=code).update(active=False)
    rights.forget()


def neighbour(stage: Stage, unit: str) -> User:
    """Return somebody who answers for a squad, an alliance member or a firm of the cast."""
    user = User.objects.create(username=f"of-{unit.lower()}", display_name=unit)
    Membership.objects.create(user=user, unit=Unit.objects.get(code=unit), role="department")
    stage.people[user.username] = user
    return user


def grid_whistle(stage: Stage, case: Case | None = None) -> Whistle:
    """Let the grid head summon a squad, which leads, and a firm."""
    return stage.whistle(case, by="gridhead", level="grid", lead="DW", departments=["WY"])


def states(whistle: Whistle) -> dict[str, str]:
    """Return the state of each order by its unit."""
    rows = Order.objects.filter(whistle=whistle).select_related("unit")
    return {order.unit.code: order.state for order in rows}
