"""Short ways to live a whistle on the spot, for tests."""

from datetime import datetime
from typing import Any

from dispatch.models import Order, Whistle, WhistleItem
from dispatch.services.items import move_item
from dispatch.services.steps import advance_order
from tests.cast import Stage

STAFF = {"CGW": "department", "ZJW": "department2", "XFZD": "department3"}
BLOWERS = ("accept", "send_back", "withdraw", "grant_leave", "refuse_leave")
WORDS: dict[str, dict[str, Any]] = {
    "finish": {"result": "已清理"},
    "ask_leave": {"reason": "另有火警"},
    "refuse_leave": {"reason": "人手不够"},
    "send_back": {"reason": "仍有堆物"},
    "object": {"reason": "不属于我单位"},
}


def act(
    stage: Stage, order: Order, *steps: str, at: datetime | None = None, **details: Any
) -> Order:
    """Take the steps of an order one after another, each by whose step it is; `details` go with the last."""
    for step in steps:
        who = "town" if step in BLOWERS else STAFF[order.unit.code]
        given = WORDS.get(step, {}) | (details if step == steps[-1] else {})
        order = advance_order(order.pk, step, actor=stage.who(who), at=at or stage.at, **given)
    return order


def problem(
    stage: Stage, item: WhistleItem, step: str, who: str, at: datetime | None = None, **details: Any
) -> WhistleItem:
    """Take one step of a problem."""
    return move_item(item.pk, step, actor=stage.who(who), at=at or stage.at, **details)


def settled(whistle: Whistle) -> bool:
    """Tell whether the whistle has settled, as it is stored now."""
    return Whistle.objects.filter(pk=whistle.pk, settled_at__isnull=False).exists()
