"""The whole life of a case on one page: states, steps, who may take them, which clocks run.

A transition changes only `self`: no query, no mail, no save. `cases.services.steps.advance` is
the only door; it locks, checks, moves, saves, records and sets the clocks.
"""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.module_loading import import_string
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
    ITEM = "item", _("solve a problem")


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


def recused_unit(case: "CaseLifecycle") -> int | None:
    """Return the unit that a report of wrongdoing complains of: it neither sees nor handles it."""
    return case.accused_id if case.kind == "report" else None


def of_the_place(case: "CaseLifecycle", user: User) -> bool:
    """The town or community the case lies in."""
    return user.holds_over(case.area_id, *TOWN_ROLES, but=recused_unit(case))


def whistle_blowers(case: "CaseLifecycle", user: User) -> bool:
    """Who may blow some whistle here: the rows of rights say (`settings.WHISTLE_RIGHTS`)."""
    return bool(_whistle_right()("blow", case, user))


def passers_up(case: "CaseLifecycle", user: User) -> bool:
    """Who may pass the matter up to a higher level."""
    return bool(_whistle_right()("pass_up", case, user))


@cache
def _whistle_right() -> Callable[[str, "CaseLifecycle", User], bool]:
    """Return the rule of the app that whistles live in; it lies above, so the settings name it."""
    rule: Callable[[str, CaseLifecycle, User], bool] = import_string(settings.WHISTLE_RIGHTS)
    return rule


def centre(case: "CaseLifecycle", user: User) -> bool:
    return user.holds(*CENTRE_ROLES, but=recused_unit(case))


def intake(case: "CaseLifecycle", user: User) -> bool:
    return user.holds(Role.OPERATOR, *CENTRE_ROLES, but=recused_unit(case))


def mergers(case: "CaseLifecycle", user: User) -> bool:
    return intake(case, user) or of_the_place(case, user)


def callers(case: "CaseLifecycle", user: User) -> bool:
    return user.holds(*CALLBACK_ROLES, but=recused_unit(case))


def closers(case: "CaseLifecycle", user: User) -> bool:
    """The callback desk; where nobody can be called, those of the grid verify on the spot."""
    if callers(case, user):
        return True
    own, grid = recused_unit(case), (Role.GRIDHEAD, Role.GRIDWORKER)
    return not case.callable and (
        user.holds_over(case.area_id, *grid, but=own) or of_the_place(case, user)
    )


def contactors(case: "CaseLifecycle", user: User) -> bool:
    """Who speaks to residents: those of the place, and the desks with a telephone."""
    own = recused_unit(case)
    return user.holds_over(case.area_id, *TOWN_ROLES, Role.GRIDHEAD, but=own) or user.holds(
        Role.OPERATOR, *CALLBACK_ROLES, but=own
    )


def nobody(case: "CaseLifecycle", user: User) -> bool:
    """Steps that only follow from another step, never from a button."""
    return False


def may_be_closed(case: "CaseLifecycle") -> bool:
    """A handled case waits for its callback unless nobody can be reached any more."""
    return case.state == State.RATED or not case.callable or case.callback_given_up


PASSED_TO = {
    "community": _("Passed up to the community"),
    "town": _("Passed up to the town"),
    "district": _("Passed up to the district"),
}


def passed_words(level: str) -> str:
    """Return in words which level a matter was passed up to; nothing where it was not."""
    return str(PASSED_TO.get(level, ""))


def awaits_contact(case: "CaseLifecycle") -> bool:
    """Somebody can be reached, and nobody spoke to them yet in this round."""
    return case.callable and case.contacted_at is None


def knows_the_way_back(case: "CaseLifecycle") -> bool:
    """A merge from before the product remembered the state left behind cannot be undone."""
    return bool(case.merged_state)


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
    level: str
    parent_id: int | None
    exit_id: str | None
    merged_state: str
    informed_at: datetime | None
    category_id: str
    condition_id: str | None
    urgency: str
    kind: str
    confidential: bool
    accused_id: int | None

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
        accused: int | None,
    ) -> None:
        """Put right what the request was filed under; its clocks follow."""
        self.category_id, self.condition_id = category, condition
        self.urgency, self.kind, self.confidential = urgency, kind, confidential
        self.accused_id = accused

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

    @transition("state", list(WORKING), State.RECEIVED, permission=passers_up)
    def pass_up(self, *, at: datetime, to: str) -> None:
        """A level could not solve it: the next one decides anew, in the same round."""
        self.level, self.self_handled = to, False

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
    def reject(
        self, *, at: datetime, reason: str, exit_id: str = "", result: str = "", outcome: str = ""
    ) -> None:
        """Leave by a classified exit (分类处置); `outcome` is what a clue's source is told."""
        self.reason, self.result, self.closed_at = reason, result, at
        self.exit_id = exit_id or None

    @public("state", [State.RECEIVED, State.HANDLING], State.MERGED, permission=mergers)
    def merge(self, *, at: datetime, into_id: int) -> None:
        self.parent_id, self.closed_at, self.merged_state = into_id, at, self.state

    @public(
        "state",
        State.MERGED,
        RETURN_VALUE(State.RECEIVED, State.HANDLING),
        conditions=[knows_the_way_back],
        permission=mergers,
    )
    def unmerge(self, *, at: datetime, note: str = "", called: bool = False) -> str:
        """Undo the merge: everything is as before. Where the reporter was `called` meanwhile, a new round begins."""
        back, self.merged_state = self.merged_state, ""
        self.parent_id = self.closed_at = self.informed_at = None
        self.callback_given_up = False
        self.round += called
        return back

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
    def close(self, *, at: datetime, note: str = "", outcome: str = "") -> None:
        """End the case; `outcome` is what a clue's source is told."""
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
        self.contact_note = self.level = ""
        self.callback_given_up = self.self_handled = False
