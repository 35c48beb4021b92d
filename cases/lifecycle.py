"""The whole life of a case on one page: states, steps, who may take them, which clocks run.

A transition changes only `self`: no query, no mail, no save. `cases.services.steps.advance` is
the only door; it locks, checks, moves, saves, records and sets the clocks.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import RETURN_VALUE, FSMField, transition

from accounts.models import Role, User


class State(models.TextChoices):
    RECEIVED = "received", _("Received")
    HANDLING = "handling", _("Being handled")
    WHISTLED = "whistled", _("Whistle blown")
    REPORTED = "reported", _("Departments reported in")
    HANDLED = "handled", _("Handled")
    RATED = "rated", _("Rated")
    CLOSED = "closed", _("Closed")
    ON_HOLD = "on_hold", _("On hold")
    REJECTED = "rejected", _("Not accepted")
    MERGED = "merged", _("Merged")


OPEN = (
    State.RECEIVED,
    State.HANDLING,
    State.WHISTLED,
    State.REPORTED,
    State.HANDLED,
    State.RATED,
    State.ON_HOLD,
)
WORKING = (State.RECEIVED, State.HANDLING, State.WHISTLED, State.REPORTED)
ENDED = (State.CLOSED, State.REJECTED, State.MERGED)


class Contact(models.TextChoices):
    """How the resident was first spoken to; an attempt in vain leaves the clock running."""

    PHONE = "phone", _("By phone")
    VISIT = "visit", _("By a visit")
    MESSAGE = "message", _("By message")
    NOT_REACHED = "not_reached", _("Not reached")


class ClockKind(models.TextChoices):
    DECIDE = "decide", _("decide")
    FINISH = "finish", _("finish")
    CALLBACK = "callback", _("call back")
    VERIFY = "verify", _("verify")
    CLOSE = "close", _("close")
    ACKNOWLEDGE = "acknowledge", _("acknowledge")
    REPORT_IN = "report_in", _("report in")
    RULE = "rule", _("rule")
    ACCEPT = "accept", _("accept")
    REVIEW = "review", _("review")
    CONTACT = "contact", _("first contact")
    CHECK = "check", _("check on the spot")
    ACT = "act", _("act after acknowledging")
    ANSWER = "answer", _("answer a document")


CLOCKS_IN_STATE: dict[str, tuple[str, ...]] = {
    State.RECEIVED: (ClockKind.DECIDE, ClockKind.FINISH),
    State.HANDLING: (ClockKind.FINISH,),
    State.WHISTLED: (ClockKind.FINISH,),
    State.REPORTED: (ClockKind.FINISH,),
    State.HANDLED: (ClockKind.CALLBACK,),
    State.RATED: (ClockKind.CLOSE,),
}
"""Which clocks run in which state. On hold the clocks of the state left behind stand paused."""

TOWN_ROLES = (Role.TOWN, Role.COMMUNITY)
CENTRE_ROLES = (Role.SUPERVISOR,)
CALLBACK_ROLES = (Role.CALLBACK, Role.SUPERVISOR)


def clocks_of(case: "CaseLifecycle") -> tuple[str, ...]:
    """Return the kinds of clock that must be open for the case now, and no others."""
    state = case.resume_state if case.state == State.ON_HOLD else case.state
    if state == State.HANDLED and not case.callable:
        return (ClockKind.VERIFY,)
    kinds = CLOCKS_IN_STATE.get(state, ())
    if state in WORKING and awaits_contact(case):
        return (*kinds, ClockKind.CONTACT)
    return kinds


def of_the_place(case: "CaseLifecycle", user: User) -> bool:
    """The town or community the case lies in."""
    return user.holds_over(case.area_id, *TOWN_ROLES)


def whistle_blowers(case: "CaseLifecycle", user: User) -> bool:
    return (
        of_the_place(case, user)
        or user.holds_over(case.area_id, Role.GRIDHEAD)
        or user.holds(*CENTRE_ROLES)
    )


def centre(case: "CaseLifecycle", user: User) -> bool:
    return user.holds(*CENTRE_ROLES)


def intake(case: "CaseLifecycle", user: User) -> bool:
    return user.holds(Role.OPERATOR, *CENTRE_ROLES)


def mergers(case: "CaseLifecycle", user: User) -> bool:
    return intake(case, user) or of_the_place(case, user)


def callers(case: "CaseLifecycle", user: User) -> bool:
    return user.holds(*CALLBACK_ROLES)


def closers(case: "CaseLifecycle", user: User) -> bool:
    """The callback desk; where nobody can be called, those of the grid verify on the spot."""
    if callers(case, user):
        return True
    return not case.callable and (
        user.holds_over(case.area_id, Role.GRIDHEAD, Role.GRIDWORKER) or of_the_place(case, user)
    )


def contactors(case: "CaseLifecycle", user: User) -> bool:
    """Who speaks to residents: those of the place, and the desks with a telephone."""
    return whistle_blowers(case, user) or user.holds(Role.OPERATOR, *CALLBACK_ROLES)


def nobody(case: "CaseLifecycle", user: User) -> bool:
    """Steps that only follow from another step, never from a button."""
    return False


def may_be_closed(case: "CaseLifecycle") -> bool:
    """A handled case waits for its callback unless nobody can be reached any more."""
    return case.state == State.RATED or not case.callable or case.callback_given_up


def awaits_contact(case: "CaseLifecycle") -> bool:
    """Somebody can be reached, and nobody spoke to them yet in this round."""
    return case.callable and case.contacted_at is None


def public(*args: Any, **kwargs: Any) -> Any:
    """Declare a step that is offered as a button and by the API."""
    return transition(*args, custom={"public": True}, **kwargs)


class CaseLifecycle(models.Model):
    """State and steps of a case. `public` steps are offered as buttons and by the API."""

    state = FSMField(_("state"), choices=State.choices, default=State.RECEIVED, protected=True)
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    resume_state = models.CharField(max_length=10, blank=True)
    hold_until = models.DateField(_("on hold until"), null=True, blank=True)
    result = models.TextField(_("result"), blank=True)
    reason = models.TextField(_("reason"), blank=True)
    handled_at = models.DateTimeField(_("handled at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    callable = models.BooleanField(_("somebody can be called back"), default=True)
    callback_given_up = models.BooleanField(default=False)
    self_handled = models.BooleanField(_("handled by the town itself"), default=False)
    contacted_at = models.DateTimeField(_("resident contacted at"), null=True, blank=True)
    contact_note = models.CharField(_("note of the contact"), max_length=200, blank=True)

    area_id: str
    parent_id: int | None
    category_id: str
    condition_id: str | None
    urgency: str
    kind: str
    confidential: bool

    class Meta:
        abstract = True

    @public("state", State.RECEIVED, State.HANDLING, permission=of_the_place)
    def handle(self, *, at: datetime, note: str = "") -> None:
        """Take the case ourselves (即接即办)."""
        self.self_handled = True

    @public("state", list(WORKING), None, conditions=[awaits_contact], permission=contactors)
    def contact(self, *, at: datetime, how: str, note: str = "") -> None:
        """The resident is spoken to for the first time, or could not be reached."""
        if how != Contact.NOT_REACHED:
            self.contacted_at, self.contact_note = at, note[:200]

    @public("state", list(WORKING), None, permission=intake)
    def correct(
        self,
        *,
        at: datetime,
        reason: str,
        category: str,
        condition: str | None,
        urgency: str,
        kind: str,
        confidential: bool,
    ) -> None:
        """Put right what the request was filed under; its clocks follow."""
        self.category_id, self.condition_id = category, condition
        self.urgency, self.kind, self.confidential = urgency, kind, confidential

    @public("state", list(WORKING), None, permission=of_the_place)
    def ask_extension(self, *, at: datetime, limit: Decimal, reason: str) -> None:
        """Ask the centre for more workdays; nothing moves until it rules."""

    @public("state", list(WORKING), None, permission=of_the_place)
    def ask_hold(self, *, at: datetime, until: date, reason: str) -> None:
        """Ask the centre to pause the clocks until a date; nothing moves until it rules."""

    @public("state", State.HANDLING, State.HANDLED, permission=of_the_place)
    def finish(self, *, at: datetime, result: str) -> None:
        self.result, self.handled_at = result, at

    @transition(
        "state", [State.RECEIVED, State.HANDLING], State.WHISTLED, permission=whistle_blowers
    )
    def whistle(self, *, at: datetime) -> None:
        self.self_handled = False

    @transition("state", State.WHISTLED, State.REPORTED, permission=nobody)
    def arrive(self, *, at: datetime) -> None:
        """The lead department, or all that are required, reported in."""

    @transition("state", [State.WHISTLED, State.REPORTED], State.HANDLED, permission=nobody)
    def settle(self, *, at: datetime, result: str) -> None:
        """Every order of the whistle is accepted or withdrawn."""
        self.result, self.handled_at = result, at

    @transition("state", [State.WHISTLED, State.REPORTED], State.HANDLING, permission=nobody)
    def recall(self, *, at: datetime) -> None:
        """Every order was withdrawn: the town has the case again."""

    @public("state", list(WORKING), State.ON_HOLD, permission=centre)
    def hold(self, *, at: datetime, until: date, reason: str) -> None:
        """Pause every clock until a date (挂账)."""
        self.resume_state, self.hold_until, self.reason = self.state, until, reason

    @public("state", State.ON_HOLD, RETURN_VALUE(*WORKING), permission=centre)
    def resume(self, *, at: datetime) -> str:
        back, self.resume_state, self.hold_until = self.resume_state, "", None
        return back

    @public("state", State.RECEIVED, State.REJECTED, permission=intake)
    def reject(self, *, at: datetime, reason: str) -> None:
        self.reason, self.closed_at = reason, at

    @public("state", [State.RECEIVED, State.HANDLING], State.MERGED, permission=mergers)
    def merge(self, *, at: datetime, into_id: int) -> None:
        self.parent_id, self.closed_at = into_id, at

    @transition("state", State.HANDLED, State.RATED, permission=nobody)
    def rate(self, *, at: datetime) -> None:
        """The resident was reached and answered."""

    @public(
        "state",
        [State.HANDLED, State.RATED],
        State.CLOSED,
        conditions=[may_be_closed],
        permission=closers,
    )
    def close(self, *, at: datetime, note: str = "") -> None:
        self.closed_at = at

    @public(
        "state",
        [State.HANDLED, State.RATED, State.CLOSED],
        State.RECEIVED,
        permission=closers,
    )
    def reopen(self, *, at: datetime, reason: str) -> None:
        """Redo: the case comes back to its town in a new round."""
        self.round += 1
        self.reason, self.result = reason, ""
        self.handled_at = self.closed_at = self.contacted_at = None
        self.contact_note = ""
        self.callback_given_up = self.self_handled = False
