"""Whoever presses what in whatever order: no whistle settles, and no case is handled, with a part still open."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from accounts.refusals import BadInput, StepRefused
from cases.models import Clock
from dispatch.models import Order, Whistle, WhistleBack, WhistleItem
from dispatch.services.items import Item, add_items, assign_item, move_item
from dispatch.services.rulings import rule as rule_on
from dispatch.services.steps import advance_order
from dispatch.services.summoning import summon_more
from dispatch.services.whistles_back import ask_whistle_back, rule_whistle_back
from tests.cast import OTHER_TOWN, Stage

REFUSALS = (StepRefused, PermissionDenied, BadInput)
OPEN, DONE = ("open", "doing"), ("accepted", "reviewed")
STAFF = {
    "XFZD": "department3",
    "ZJW": "department2",
    "CGW": "department",
    OTHER_TOWN: "town2",
}
OF_BLOWER = ("accept", "send_back", "withdraw", "grant_leave")
DETAILS: dict[str, dict[str, Any]] = {
    "finish": {"result": "done"},
    "send_back": {"reason": "not yet"},
    "ask_leave": {"reason": "elsewhere"},
    "object": {"reason": "not ours"},
}
which = st.integers(0, 99)
# What leads to the end comes more often, or few whistles would ever get there.
order_steps = st.sampled_from(
    ["acknowledge", "report_in", "finish", "accept"] * 3
    + ["send_back", "withdraw", "object", "ask_leave", "grant_leave", "leave"]
)
item_steps = st.sampled_from(["done"] * 4 + ["start", "take_back", "reopen", "drop"])


class Street(RuleBasedStateMachine):
    """One case, one whistle with a list, and everybody at once."""

    stage: Stage

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.now: datetime = self.stage.at
        items = (Item("a", "XFZD", Decimal(2), "workday"), Item("b", "ZJW"), Item("c"))
        self.whistle = self.stage.whistle(items=items)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    def attempt(self, act: Any) -> None:
        self.now += timedelta(minutes=3)
        try:
            with transaction.atomic():
                act()
        except REFUSALS:
            pass

    def pick(self, rows: Any, n: int) -> Any:
        found = list(rows.order_by("pk"))
        return found[n % len(found)] if found else None

    @rule(n=which, steps=st.lists(order_steps, min_size=1, max_size=5))
    def a_unit_or_its_blower_acts(self, n: int, steps: list[str]) -> None:
        order = self.pick(Order.objects.select_related("unit", "whistle__blower"), n)
        blower = "supervisor" if order.whistle.blower.code == "CENTRE" else "town"
        for step in steps:
            who = self.stage.who(blower if step in OF_BLOWER else STAFF[order.unit.code])
            given = DETAILS.get(step, {})
            self.attempt(
                lambda who=who, step=step, given=given: advance_order(
                    order.pk, step, actor=who, at=self.now, **given
                )
            )

    @rule(n=which, step=item_steps, blower=st.booleans())
    def a_problem_moves(self, n: int, step: str, blower: bool) -> None:
        item = self.pick(WhistleItem.objects.select_related("unit"), n)
        owner = STAFF[item.unit.code] if item.unit else "department3"
        who = self.stage.who("town" if blower or step in ("drop", "reopen") else owner)
        words = {"evidence": "photo", "reason": "so"}
        self.attempt(lambda: move_item(item.pk, step, actor=who, at=self.now, **words))

    @rule(n=which, unit=st.sampled_from(["", "XFZD", "ZJW", "CGW"]), add=st.booleans())
    def the_blower_directs(self, n: int, unit: str, add: bool) -> None:
        town = self.stage.who("town")
        item = self.pick(WhistleItem.objects, n)
        if add:
            pk, more = self.whistle.pk, [Item("d", unit)]
            self.attempt(lambda: add_items(pk, more, actor=town, at=self.now))
            self.attempt(lambda: summon_more(pk, [unit], actor=town, at=self.now))
        else:
            self.attempt(lambda: assign_item(item.pk, unit=unit, actor=town, at=self.now))

    @rule(n=which, granted=st.booleans())
    def somebody_whistles_back(self, n: int, granted: bool) -> None:
        order = self.pick(Order.objects.select_related("unit"), n)
        who, centre = self.stage.who(STAFF[order.unit.code]), self.stage.who("supervisor")
        ask = {"unit": OTHER_TOWN, "reason": "theirs"}
        self.attempt(lambda: ask_whistle_back(order.pk, actor=who, at=self.now, **ask))
        for back in WhistleBack.objects.filter(granted=None):
            ruling = {"granted": granted, "reason": "so"}
            self.attempt(
                lambda back=back, ruling=ruling: rule_whistle_back(
                    back.pk, actor=centre, at=self.now, **ruling
                )
            )

    @rule(upheld=st.booleans())
    def the_centre_rules(self, upheld: bool) -> None:
        centre = self.stage.who("supervisor")
        for order in Order.objects.filter(state="objected"):
            ruling = {"upheld": upheld, "reason": "list"}
            self.attempt(
                lambda order=order, ruling=ruling: rule_on(
                    order.pk, actor=centre, at=self.now, **ruling
                )
            )

    @invariant()
    def what_has_settled_has_no_open_part(self) -> None:
        for whistle in Whistle.objects.select_related("case"):
            live = list(whistle.orders.exclude(state="withdrawn").values_list("state", flat=True))
            whole = all(state in DONE for state in live)
            whole &= not whistle.items.filter(state__in=OPEN).exists()
            assert (whistle.settled_at is not None) == whole
            if whistle.case.state == "handled":
                assert whistle.settled_at is not None

    @invariant()
    def a_problems_clock_follows_it(self) -> None:
        running = Clock.objects.running().filter(kind="item")
        for clock in running:
            item = WhistleItem.objects.get(pk=clock.item_ref or 0)
            assert item.state in OPEN
            assert item.unit_id == clock.unit_id
        limited = WhistleItem.objects.filter(
            state__in=OPEN, limit_amount__isnull=False, unit__isnull=False
        )
        assert limited.count() == running.count()

    @invariant()
    def an_owner_stands_in_the_whistle(self) -> None:
        for item in WhistleItem.objects.filter(state__in=OPEN, unit__isnull=False):
            live = Order.objects.filter(whistle=item.whistle_id, unit=item.unit_id)
            assert live.exclude(state="withdrawn").exists()


@pytest.mark.django_db
def test_no_whistle_settles_with_an_open_part(stage: Stage) -> None:
    Street.stage = stage
    run_state_machine_as_test(
        Street,
        settings=settings(
            max_examples=6,
            stateful_step_count=25,
            deadline=None,
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
