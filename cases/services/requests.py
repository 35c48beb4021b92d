"""The centre rules on what towns ask for their cases: more time, or a hold."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Role, User
from accounts.refusals import BadInput, StepRefused
from accounts.services.notices import Draft, tell_units
from cases.deadlines import TimeUnit
from cases.lifecycle import ClockKind
from cases.models import Adjustment, Case, Request
from cases.services.clocks import extend_clock
from cases.services.limits import Rule
from cases.services.locks import lock_case
from cases.services.records import record
from cases.services.steps import move


@transaction.atomic
def rule_request(pk: int, *, actor: User, at: datetime, granted: bool, reason: str) -> Request:
    """Grant or refuse what a town asked. Raise `StepRefused` where nothing waits any more, or
    where what was asked has become impossible; then the request still waits."""
    check_may_rule(actor)
    if not reason.strip():
        raise BadInput({"reason": _("Give the reason of the ruling.")})
    case = lock_case(Request.objects.values_list("case_id", flat=True).get(pk=pk))
    request = Request.objects.select_related("unit").get(pk=pk)
    if request.granted is not None:
        raise StepRefused(_("This request does not wait for a ruling any more."))
    request.granted, request.ruling = granted, reason.strip()
    request.ruled_by, request.ruled_at = actor, at
    request.save()
    record(
        case,
        "request.grant" if granted else "request.refuse",
        actor=actor,
        at=at,
        unit_id=request.unit_id,
        asked=request.kind,
        limit=str(request.amount) if request.amount else None,
        until=request.until.isoformat() if request.until else None,
        reason=request.ruling,
    )
    if granted:
        _carry_out(case, request, actor, at)
    _tell(case, request, at)
    return request


def check_may_rule(actor: User) -> None:
    """Raise `PermissionDenied` for all but the command centre."""
    if not actor.holds(Role.SUPERVISOR):
        raise PermissionDenied(_("Only the command centre rules."))


def _carry_out(case: Case, request: Request, actor: User, at: datetime) -> None:
    if request.kind == Adjustment.HOLD:
        _hold(case, request, actor, at)
        return
    clock = case.clocks.running().filter(order_ref=None, kind=ClockKind.FINISH).first()
    if clock is None or request.amount is None:
        raise StepRefused(_("The time to finish does not run any more; refuse the request."))
    source = _("extension granted: %(reason)s") % {"reason": request.reason}
    more = Rule(request.amount, TimeUnit.WORKDAY.value, source[:200])
    extend_clock(clock, more, at, asked_at=request.asked_at)


def _hold(case: Case, request: Request, actor: User, at: datetime) -> None:
    try:
        move(case, "hold", actor=actor, at=at, until=request.until, reason=request.reason)
    except BadInput as refusal:  # the date came while the request waited
        said = " ".join(text for texts in refusal.fields.values() for text in texts)
        raise StepRefused(said) from None


def _tell(case: Case, request: Request, at: datetime) -> None:
    params = {"kind": request.kind, "upheld": request.granted, "reason": request.ruling[:200]}
    key = f"request_ruled:{request.pk}"
    tell_units([Draft("request_ruled", request.unit_id, key, case.number, params)], at)
