"""The life of a department's order on one page: states, steps, who may take them, its clocks.

A transition changes only `self`. `dispatch.services.steps.advance_order` is the only door.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from accounts.models import Role, Unit, User
from cases.lifecycle import ClockKind
from dispatch.rights import closes


class OrderState(models.TextChoices):
    ISSUED = "issued", _("Issued")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    REPORTED = "reported", _("Reported in")
    FINISHED = "finished", _("Finished")
    ACCEPTED = "accepted", _("Accepted")
    REVIEWED = "reviewed", _("Reviewed")
    OBJECTED = "objected", _("Objected")
    WITHDRAWN = "withdrawn", _("Withdrawn")


SETTLED = (OrderState.ACCEPTED, OrderState.REVIEWED, OrderState.WITHDRAWN)
UNSETTLED = (
    OrderState.ISSUED,
    OrderState.ACKNOWLEDGED,
    OrderState.REPORTED,
    OrderState.FINISHED,
    OrderState.OBJECTED,
)

CLOCKS_IN_STATE: dict[str, tuple[str, ...]] = {
    OrderState.ISSUED: (ClockKind.ACKNOWLEDGE, ClockKind.REPORT_IN, ClockKind.FINISH),
    OrderState.ACKNOWLEDGED: (ClockKind.ACT, ClockKind.REPORT_IN, ClockKind.FINISH),
    OrderState.OBJECTED: (ClockKind.REPORT_IN, ClockKind.FINISH, ClockKind.RULE),
    OrderState.REPORTED: (ClockKind.FINISH,),
    OrderState.FINISHED: (ClockKind.ACCEPT,),
    OrderState.ACCEPTED: (ClockKind.REVIEW,),
}
"""Which clocks of an order run in which state. All begin at dispatch, not at acknowledgement, and
an objection stops none but the acknowledgement it stands for. Whoever acknowledges must act: a note of
progress begins that time anew, and where it runs out the acknowledgement lapses. It does not run where no
rule gives it a limit, nor where a time to assemble lay ahead (`order_clocks.kinds_of`)."""

ACTING_ROLES = (Role.DEPARTMENT, Role.TOWN, Role.COMMUNITY)
"""Who acts for a unit that was summoned: a town's or a community's people for theirs, too."""


def of_the_unit(order: "OrderLifecycle", user: User) -> bool:
    return user.holds_in(order.unit_id, *ACTING_ROLES)


def by_the_blower(order: "OrderLifecycle", user: User) -> bool:
    """Who blew the whistle closes it, where its level has that right (结案权)."""
    return closes(order.whistle, user)


def centre(order: "OrderLifecycle", user: User) -> bool:
    return user.holds(Role.SUPERVISOR)


def nobody(order: "OrderLifecycle", user: User) -> bool:
    """Steps that only a sweep takes."""
    return False


def may_object(order: "OrderLifecycle") -> bool:
    """A unit designated by a ruling may not object again (潍坊条例 Art. 22); nor any to a problem case."""
    return not order.designated and order.case.problem_at is None


def is_here(order: "OrderLifecycle") -> bool:
    """The unit reported in and has not left."""
    return order.reported_at is not None and order.left_at is None


def asks_to_leave(order: "OrderLifecycle") -> bool:
    """The unit waits for the blower's word on whether it may leave."""
    return is_here(order) and order.leave_asked_at is not None and order.leave_granted_at is None


def may_ask_leave(order: "OrderLifecycle") -> bool:
    return is_here(order) and order.leave_asked_at is None


def public(*args: Any, **kwargs: Any) -> Any:
    """Declare a step that is offered as a button and by the API."""
    return transition(*args, custom={"public": True}, **kwargs)


class OrderLifecycle(models.Model):
    """State and steps of an order."""

    state = FSMField(
        _("state"), choices=OrderState.choices, default=OrderState.ISSUED, protected=True
    )
    acknowledged_at = models.DateTimeField(_("acknowledged at"), null=True, blank=True)
    reported_at = models.DateTimeField(_("reported in at"), null=True, blank=True)
    report_lon = models.FloatField(null=True, blank=True)
    report_lat = models.FloatField(null=True, blank=True)
    report_note = models.TextField(_("note"), blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    result = models.TextField(_("result"), blank=True)
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    sent_back = models.PositiveSmallIntegerField(_("times sent back"), default=0)
    designated = models.BooleanField(_("designated by a ruling"), default=False)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    lapsed = models.PositiveSmallIntegerField(_("times lapsed"), default=0)
    device_at = models.DateTimeField(_("time by the device"), null=True, blank=True)
    accuracy_m = models.PositiveIntegerField(_("accuracy, metres"), null=True, blank=True)
    arrived = models.CharField(_("who came"), max_length=120, blank=True)
    leave_asked_at = models.DateTimeField(_("leave asked for at"), null=True, blank=True)
    leave_reason = models.CharField(_("why they want to leave"), max_length=300, blank=True)
    leave_granted_at = models.DateTimeField(_("leave granted at"), null=True, blank=True)
    left_at = models.DateTimeField(_("left at"), null=True, blank=True)
    ring_at = models.DateTimeField(_("rings again at"), null=True, blank=True)
    rings = models.PositiveSmallIntegerField(_("times rung again"), default=0, db_default=0)

    unit_id: int
    whistle: Any
    case: Any

    class Meta:
        abstract = True

    @property
    def blower(self) -> Unit:
        """Return the unit that blew the whistle."""
        raise AttributeError("given by the model")

    @public("state", OrderState.ISSUED, OrderState.ACKNOWLEDGED, permission=of_the_unit)
    def acknowledge(self, *, at: datetime) -> None:
        self.acknowledged_at = at

    @transition("state", OrderState.ACKNOWLEDGED, OrderState.ISSUED, permission=nobody)
    def lapse(self, *, at: datetime) -> None:
        """Acknowledged and then nothing: the order stands as it was issued, to be acknowledged again."""
        self.acknowledged_at = None
        self.lapsed += 1

    @public("state", OrderState.ACKNOWLEDGED, OrderState.REPORTED, permission=of_the_unit)
    def report_in(
        self,
        *,
        at: datetime,
        lon: float | None = None,
        lat: float | None = None,
        note: str = "",
        device_at: datetime | None = None,
        accuracy_m: int | None = None,
        arrived: str = "",
    ) -> None:
        """Arrive (报到): at the place, or at the desk. What the device says of time and place is
        kept beside our own clock and believed by nobody (`dispatch.arrival`)."""
        self.reported_at, self.report_note, self.arrived = at, note, arrived
        self.report_lon, self.report_lat = lon, lat
        self.device_at, self.accuracy_m = device_at, accuracy_m

    @public(
        "state",
        OrderState.REPORTED,
        OrderState.REPORTED,
        conditions=[may_ask_leave],
        permission=of_the_unit,
    )
    def ask_leave(self, *, at: datetime, reason: str) -> None:
        """Ask the blower to be let go before the matter is done (事不完、人不走)."""
        self.leave_asked_at, self.leave_reason = at, reason.strip()[:300]

    @public(
        "state",
        OrderState.REPORTED,
        OrderState.REPORTED,
        conditions=[asks_to_leave],
        permission=by_the_blower,
    )
    def grant_leave(self, *, at: datetime, note: str = "") -> None:
        """The blower lets the unit go."""
        self.leave_granted_at = at

    @public(
        "state",
        OrderState.REPORTED,
        OrderState.REPORTED,
        conditions=[asks_to_leave],
        permission=by_the_blower,
    )
    def refuse_leave(self, *, at: datetime, reason: str) -> None:
        """The unit is to stay; it may ask again."""
        self.leave_asked_at, self.leave_reason = None, ""

    @public(
        "state",
        OrderState.REPORTED,
        OrderState.REPORTED,
        conditions=[is_here],
        permission=of_the_unit,
    )
    @public(
        "state",
        OrderState.FINISHED,
        OrderState.FINISHED,
        conditions=[is_here],
        permission=of_the_unit,
    )
    @public(
        "state",
        OrderState.ACCEPTED,
        OrderState.ACCEPTED,
        conditions=[is_here],
        permission=of_the_unit,
    )
    def leave(self, *, at: datetime) -> None:
        """Leave the place. Whether a result or leave is demanded first is the kind's rule."""
        self.left_at = at

    @public("state", OrderState.ACKNOWLEDGED, OrderState.ACKNOWLEDGED, permission=of_the_unit)
    @public("state", OrderState.REPORTED, OrderState.REPORTED, permission=of_the_unit)
    def progress(self, *, at: datetime, note: str) -> None:
        """Note how the work goes on."""

    @public("state", OrderState.REPORTED, OrderState.FINISHED, permission=of_the_unit)
    def finish(self, *, at: datetime, result: str) -> None:
        self.finished_at, self.result = at, result

    @public(
        "state",
        [OrderState.ISSUED, OrderState.ACKNOWLEDGED],
        OrderState.OBJECTED,
        conditions=[may_object],
        permission=of_the_unit,
    )
    def object(
        self, *, at: datetime, reason: str, evidence: str = "", cites: Sequence[str] = ()
    ) -> None:
        """Say “not ours”, with a reason, what proves it and earlier rulings; the centre rules."""

    @public("state", OrderState.ACKNOWLEDGED, OrderState.ACKNOWLEDGED, permission=of_the_unit)
    @public("state", OrderState.REPORTED, OrderState.REPORTED, permission=of_the_unit)
    def extend(self, *, at: datetime, reason: str, limit: Decimal) -> None:
        """Ask for more time, in workdays; the centre rules."""

    @transition("state", OrderState.OBJECTED, OrderState.ACKNOWLEDGED, permission=centre)
    def overrule(self, *, at: datetime, reason: str) -> None:
        """The objection failed: the unit is designated."""
        self.designated = True
        self.acknowledged_at = self.acknowledged_at or at

    @transition("state", OrderState.OBJECTED, OrderState.WITHDRAWN, permission=centre)
    def sustain(self, *, at: datetime, reason: str) -> None:
        """The objection was upheld: the unit leaves the whistle."""
        self.settled_at = at

    @public("state", OrderState.FINISHED, OrderState.ACCEPTED, permission=by_the_blower)
    def accept(self, *, at: datetime, note: str = "") -> None:
        self.accepted_at = self.settled_at = at

    @public("state", OrderState.FINISHED, OrderState.REPORTED, permission=by_the_blower)
    def send_back(self, *, at: datetime, reason: str) -> None:
        """The result does not hold: do it again."""
        self.sent_back += 1
        self.finished_at = None

    @public("state", list(UNSETTLED), OrderState.WITHDRAWN, permission=by_the_blower)
    def withdraw(self, *, at: datetime, reason: str = "") -> None:
        self.settled_at = at

    @transition("state", OrderState.ACCEPTED, OrderState.REVIEWED, permission=by_the_blower)
    def review(self, *, at: datetime) -> None:
        """The blower marked the order (一哨一评)."""
