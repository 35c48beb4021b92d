"""How a town of the demo blows a whistle and the departments answer it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from accounts.models import Unit, User
from assessment.services.reviews import review_order
from cases import calendars
from cases.deadlines import Limit, TimeUnit, add
from config.demo.beginning import Beginning, hours_of
from config.demo.habits import Habit
from dispatch.models import Order, Responsibility
from dispatch.services.items import Item, mark_item_done
from dispatch.services.rulings import rule
from dispatch.services.steps import advance_order
from dispatch.services.whistles import Summons, blow_whistle


class Summoning(Beginning):
    """The part of a case's life in which departments are summoned."""

    def _item(self) -> Responsibility | None:
        found = self.d.items.get(self.request.category, [])
        return self.rng.choice(found) if found else None

    def _summonable(self) -> list[Unit]:
        if not hasattr(self, "_units"):
            item = self._item()
            units = [item.lead, *sorted(item.assists.all(), key=_code)] if item else []
            kinds = ("department", "company")
            most = self.rng.choices([1, 2, 3], [4, 4, 2])[0]
            self._units = [u for u in units if u is not None and u.kind in kinds][:most]
        return self._units

    def _whistle(self) -> None:
        lead, *others = self._summonable()
        emergency = self.request.whistle == "emergency"
        listed = self.request.whistle in ("hard", "enforcement")
        parts = self.request.text.rstrip("。").split("，") if listed else []
        texts = [part for part in parts if "{" not in part][:3]
        meets = not emergency and self.rng.random() < 0.3
        summons = Summons(
            level="town",
            kind=self.request.whistle,
            lead=lead.code,
            departments=[unit.code for unit in others],
            assembly_at=self._meeting() if meets else None,
            assembly_place=f"{self.place_name}居委会门前" if meets else "",
            items=[Item(text[:80], self.rng.choice([lead, *others]).code) for text in texts],
            reason="超出街道（镇）职权，需部门到场解决",
        )
        whistle = blow_whistle(self.case.pk, summons, actor=self.town, at=self._now())
        began = self.at
        self.ends: list[datetime] = []
        for order in whistle.orders.select_related("unit").order_by("pk"):
            self.at = began
            self._report(order)
        self._close_whistle(whistle.pk)

    def _meeting(self) -> datetime:
        return add(
            self.at,
            Limit(hours_of(self.rng.uniform(6, 14)), TimeUnit.WORK_HOUR),
            calendars.current(),
        )

    def _report(self, order: Order) -> None:
        """Let a department take its order as far as the present allows."""
        person = self.d.people.of_unit[order.unit.code]
        try:
            order = self._objection(order, person)
            person = self.d.people.of_unit[order.unit.code]
            habit = self.d.habits[order.unit.code]
            for hours, minutes, step, details in self._stages(habit):
                if step == "acknowledge" and order.state == "acknowledged":
                    continue  # an objection overruled designates the unit
                self._pass(minutes) if self.request.whistle == "emergency" else self._work(hours)
                if step == "finish":
                    self._solve(order, person)
                advance_order(order.pk, step, actor=person, at=self._now(), **details())
        finally:
            self.ends.append(self.at)

    def _solve(self, order: Order, person: User) -> None:
        """Do the unit's own part of the list, each problem with what proves it."""
        for item in order.whistle.items.filter(unit=order.unit_id).order_by("position"):
            proof = self.rng.choice(["已现场整改到位", "已清理并拍照留存", "已修复，复查正常"])
            mark_item_done(item.pk, actor=person, at=self._now(), evidence=proof)

    def _stages(self, habit: Habit) -> list[tuple[float, float, str, Callable[[], dict[str, Any]]]]:
        delay = habit.delay(self.rng)
        stages = [
            (0.5 * delay, 7 * delay, "acknowledge", dict),
            (9 * delay, 14 * delay, "report_in", self._arrival_details),
            (7 * delay, 90 * delay, "progress", lambda: {"note": "已到现场核实，正在协调处置。"}),
            (8 * delay, 240 * delay, "finish", lambda: {"result": self._result()}),
        ]
        if self.rng.random() < 0.7:
            del stages[2]
        return stages

    def _arrival_details(self) -> dict[str, Any]:
        far = 0.03 if self.rng.random() < 0.03 else 0.001
        return {
            "lon": round((self.case.lon or 0) + self.rng.uniform(-far, far), 6),
            "lat": round((self.case.lat or 0) + self.rng.uniform(-far, far), 6),
            "note": "已到场",
        }

    def _objection(self, order: Order, person: User) -> Order:
        """A lead may say “not ours”; return the order that stands after the ruling."""
        likely = 0.35 if self.request.objection else 0.03
        if order.role != "lead" or self.rng.random() > likely:
            return order
        self._wait(1)
        reason = self.request.objection or "经核实不属我单位职责范围"
        advance_order(order.pk, "object", actor=person, at=self._now(), reason=reason)
        self._wait(4)
        free = [u for u in self._summonable()[1:] if not _summoned(order, u)]
        upheld = self.rng.random() < 0.4 and bool(free)
        ruled = rule(
            order.pk,
            actor=self.d.people.named("supervisor"),
            at=self._now(),
            upheld=upheld,
            reason="依据权责清单认定" if upheld else "权责清单已载明，维持派单",
            new_unit=free[0].code if upheld else "",
        )
        if not upheld:
            return ruled
        return order.whistle.orders.select_related("unit").get(unit=free[0], state="issued")

    def _close_whistle(self, whistle_pk: int) -> None:
        self.at = max(self.ends)
        orders = Order.objects.filter(whistle=whistle_pk, state="finished").select_related("unit")
        for order in orders.order_by("pk"):
            self._work(3 * self.habit.delay(self.rng))
            habit = self.d.habits[order.unit.code]
            if self.rng.random() < 0.06:
                self._send_back(order)
            advance_order(order.pk, "accept", actor=self.town, at=self._now())
            marks = habit.marks(self.rng)
            review_order(
                order.pk,
                actor=self.town,
                at=self._pass(20),
                arrival=marks["arrival"],
                attitude=marks["attitude"],
                result=marks["result"],
            )

    def _send_back(self, order: Order) -> None:
        advance_order(
            order.pk, "send_back", actor=self.town, at=self._now(), reason="现场复核仍有遗留"
        )
        person = self.d.people.of_unit[order.unit.code]
        self._wait(9)
        advance_order(order.pk, "finish", actor=person, at=self._now(), result="遗留问题已整改完毕")
        self._wait(2)


def _code(unit: Unit) -> str:
    return unit.code


def _summoned(order: Order, unit: Unit) -> bool:
    live = order.whistle.orders.exclude(state="withdrawn")
    return live.filter(unit=unit).exists()
