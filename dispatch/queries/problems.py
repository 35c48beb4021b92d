"""The problems of a whistle's list before one viewer: owner, limit, state, what proves it, the viewer's steps."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from cases.models import Attachment, Clock, LimitUnit
from cases.privacy import shown_text
from dispatch.models import OrderState, Whistle, WhistleItem
from dispatch.problems import DONE, UNSETTLED, is_running, may_direct, may_work, steps_for_item
from dispatch.wording import ITEM_STEPS, StepWords


@dataclass(slots=True)
class Problem:
    """One line of a whistle's list before one viewer; texts are as the viewer may read them."""

    item: WhistleItem
    text: str
    evidence: str
    reason: str
    clock: Clock | None
    steps: list[StepWords] = field(default_factory=list)
    photos: list[dict[str, str]] = field(default_factory=list)
    may_take_back: bool = False
    running: bool = True

    @property
    def limit(self) -> str:
        """Return the limit as it was set; empty where there is none."""
        item = self.item
        if item.limit_amount is None:
            return ""
        unit = LimitUnit(item.limit_unit).label
        return f"{item.limit_amount.normalize():f} {unit}"

    @property
    def is_free(self) -> bool:
        """Tell whether the problem is open and nobody in particular owns it."""
        return self.running and self.item.unit_id is None and self.item.state in UNSETTLED


def problems_of(whistle: Whistle, user: User) -> list[Problem]:
    """Return the whistle's problems in order; no query.

    Its case, blower, orders and items (with their units) must be loaded, their clocks attached.
    """
    items: list[Any] = list(whistle.items.all())
    summoned = summoned_by(whistle)
    running, directs = is_running(whistle), may_direct(whistle, user)
    found = []
    for item in items:
        item.whistle = whistle
        offered = steps_for_item(item, summoned, user)
        mine = running and item.state == DONE and (directs or may_work(item, summoned, user))
        found.append(
            Problem(
                item,
                shown_text(whistle.case, user, item.text),
                shown_text(whistle.case, user, item.evidence),
                shown_text(whistle.case, user, item.dropped_reason),
                item.open_clocks[0] if item.open_clocks else None,
                [words for name, words in ITEM_STEPS.items() if name in offered],
                [
                    {"url": reverse("cases:photo", args=[photo.token]), "name": _("Photo")}
                    for photo in item.attachments
                ],
                may_take_back=mine and not directs,
                running=running,
            )
        )
    return found


def summoned_by(whistle: Whistle) -> set[int]:
    """Return the units that stand in the whistle; its orders must be loaded."""
    return {order.unit_id for order in whistle.orders.all() if order.state != OrderState.WITHDRAWN}


def attach_item_clocks(whistles: Sequence[Whistle]) -> None:
    """Give each problem of the whistles its running clock and its photos; two queries, none where no
    whistle has a list."""
    items: list[Any] = [item for whistle in whistles for item in whistle.items.all()]
    if not items:
        return
    cases, refs = {w.case_id for w in whistles}, [item.pk for item in items]
    running = Clock.objects.running().filter(case__in=cases, item_ref__in=refs)
    clocks = {clock.item_ref: clock for clock in running.select_related("unit")}
    photos: dict[int | None, list[Attachment]] = defaultdict(list)
    kept = Attachment.objects.filter(case__in=cases, item_ref__in=refs)
    for photo in kept.order_by("at", "pk"):
        photos[photo.item_ref].append(photo)
    for item in items:
        clock = clocks.get(item.pk)
        item.open_clocks = [clock] if clock else []
        item.attachments = photos[item.pk]
