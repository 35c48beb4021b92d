"""N departments act at the same moment on one whistle: nothing is lost, nothing is done twice, the clocks are right."""

from functools import partial

from accounts.models import Notice
from accounts.refusals import StepRefused
from cases.models import Case, CaseEvent, Clock
from dispatch.models import Order, Whistle, WhistleBack
from dispatch.services.items import Item, move_item
from dispatch.services.rings import sweep_rings
from dispatch.services.steps import advance_order
from dispatch.services.whistles_back import ask_whistle_back, rule_whistle_back
from tests.cast import OTHER_TOWN, Stage
from tests.dispatch.field import STAFF, WORDS
from tests.races.test_two_people_press_the_same_button import at_once

UNITS = tuple(STAFF)


def errors(results: list[object]) -> list[object]:
    return [result for result in results if isinstance(result, Exception)]


def test_every_part_is_done_once_and_the_last_one_settles_the_whistle(
    committed_stage: Stage,
) -> None:
    stage = committed_stage
    items = [Item(f"{unit}第{n}处", unit) for unit in UNITS for n in range(2)]
    whistle = stage.whistle(departments=["ZJW", "CGW"], items=items)
    orders = {unit: stage.order(whistle, unit) for unit in UNITS}
    people = {unit: stage.who(name) for unit, name in STAFF.items()}

    def all_at_once(step: str) -> list[object]:
        return at_once(
            *[
                partial(
                    advance_order,
                    orders[unit].pk,
                    step,
                    actor=people[unit],
                    at=stage.at,
                    **WORDS.get(step, {}),
                )
                for unit in UNITS
            ]
        )

    for step in ("acknowledge", "report_in"):
        assert not errors(all_at_once(step))
    # Each problem is pressed by two hands at once: one of them does it.
    pressed = at_once(
        *[
            partial(
                move_item,
                item.pk,
                "done",
                actor=stage.who(STAFF[item.unit.code]),
                at=stage.at,
                evidence="已清理",
            )
            for item in whistle.items.select_related("unit")
            for _hand in range(2)
            if item.unit
        ]
    )
    assert len(errors(pressed)) == len(items)
    assert all(isinstance(error, StepRefused) for error in errors(pressed))
    for step in ("finish", "leave"):
        assert not errors(all_at_once(step))
    towns = [stage.who("town") for _ in UNITS]
    accepted = [
        partial(advance_order, orders[unit].pk, "accept", actor=who, at=stage.at)
        for unit, who in zip(UNITS, towns, strict=True)
    ]
    assert not errors(at_once(*accepted))

    steps = CaseEvent.objects.filter(case=whistle.case_id)
    for step in ("acknowledge", "report_in", "finish", "leave", "accept"):
        assert steps.filter(step=f"order.{step}").count() == len(UNITS), step
    assert steps.filter(step="item.done").count() == len(items)
    assert steps.filter(step="settle").count() == 1
    assert Case.objects.get(pk=whistle.case_id).state == "handled"
    assert Whistle.objects.get(pk=whistle.pk).settled_at == stage.at
    running = Clock.objects.running().filter(order_ref__isnull=False)
    assert sorted(running.values_list("kind", flat=True)) == ["review"] * len(UNITS)


def test_two_sweepers_ring_each_emergency_once(committed_stage: Stage) -> None:
    stage = committed_stage
    for _ in range(6):
        stage.whistle(kind="emergency")
    orders = Order.objects.count()
    due = min(order.ring_at for order in Order.objects.all() if order.ring_at)
    for times in (1, 2):
        at = due + (due - stage.at) * (times - 1)
        counts = at_once(*[partial(sweep_rings, at) for _ in range(2)])
        assert sum(int(str(count)) for count in counts) == orders
        assert Notice.objects.filter(kind="order_rings").count() == orders * times


def test_a_whistle_back_is_ruled_once_by_many_hands(committed_stage: Stage) -> None:
    stage = committed_stage
    order = stage.order(stage.whistle())
    asking = {"unit": OTHER_TOWN, "reason": "堆放人住在杨庄"}
    asked = at_once(
        *[
            partial(
                ask_whistle_back, order.pk, actor=stage.who("department3"), at=stage.at, **asking
            )
            for _ in range(4)
        ]
    )
    assert len(errors(asked)) == 3
    back = WhistleBack.objects.get()
    ruling = {"granted": True, "reason": "同意"}
    ruled = at_once(
        *[
            partial(
                rule_whistle_back, back.pk, actor=stage.who("supervisor"), at=stage.at, **ruling
            )
            for _ in range(4)
        ]
    )
    assert len(errors(ruled)) == 3
    assert Order.objects.filter(unit__code=OTHER_TOWN).count() == 1
