"""Passing a matter up: what a level cannot solve goes to the next one, with its whole history."""

from collections.abc import Sequence
from copy import copy
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Unit, User
from accounts.refusals import BadInput, StepRefused
from accounts.services.notices import Draft, tell_units
from cases.models import Case
from cases.services.clocks import decider_of
from cases.services.locks import lock_case
from cases.services.steps import check_offered, move
from dispatch.lifecycle import UNSETTLED
from dispatch.models import Order, Whistle
from dispatch.rights import PASS_UP, Level, current, levels_for
from dispatch.services.item_clocks import drop_items
from dispatch.services.steps import take_order_step


@transaction.atomic
def pass_up(case_pk: int, *, actor: User, at: datetime, reason: str, to: str | None = None) -> Case:
    """Pass the matter up to the next active level, or to the level `to` above the actor's.

    A live whistle ends: its unsettled orders are withdrawn, what it left open stands in its history.
    The case waits for a decision in the same round, and the time to finish it runs on. Raise
    `PermissionDenied`, `StepRefused` or `BadInput` as every step does.
    """
    case = lock_case(case_pk)
    check_offered(case, "pass_up", actor)
    if not reason.strip():
        raise BadInput({"reason": _("Give the reason.")})
    live = _live(case)
    below, above = next_rise(case, actor, live, to)
    for whistle in live:
        _end(whistle, case, actor, at, reason.strip())
    details = {"from": below.code, "to": above.code, "reason": reason.strip()}
    case = move(case, "pass_up", actor=actor, at=at, **details)
    _tell(case, at, reason.strip())
    return case


def next_rise(
    case: Case, actor: User, live: Sequence[Whistle], to: str | None = None
) -> tuple[Level, Level]:
    """Return the levels that the actor passes the matter up from and to; `live` are its open whistles.

    It rises from where it stands: the level it was passed up to or that blew the whistle, else the
    highest at which the actor may pass up.
    """
    rights = current()
    held = [
        level for level in levels_for(actor, PASS_UP, case) if rights.above(level.code) is not None
    ]
    if not held:
        raise PermissionDenied(_("This step is not yours to take."))
    stands = _stands_at(case, live)
    able = held[-1:] if stands is None else [one for one in held if one.position >= stands.position]
    if stands is not None and not able:
        text = _("The matter stands higher already: %(level)s.")
        raise StepRefused(text % {"level": stands.label})
    below = able[0]
    above = rights.above(below.code) if not to else rights.level(to)
    if above is None or not above.active or above.position <= below.position:
        raise BadInput({"to": _("Choose a level above that is blown in this district.")})
    return below, above


def offered_rise(case: Case, user: User) -> Level | None:
    """Return the level that the user may pass the case up to now, or None; one query where it may be."""
    try:
        check_offered(case, "pass_up", user)
        return next_rise(case, user, _live(case))[1]
    except (PermissionDenied, StepRefused):
        return None


def unit_above(case: Case, level: Level) -> Unit:
    """Return the unit that would decide on the case at the level."""
    risen = copy(case)
    risen.level = level.code
    return Unit.objects.get(pk=decider_of(risen))


def _live(case: Case) -> list[Whistle]:
    live = case.whistles.filter(round=case.round, settled_at=None)
    return list(live.select_related("blower").order_by("pk"))


def _stands_at(case: Case, live: Sequence[Whistle]) -> Level | None:
    levels = [current().level(code) for code in (case.level, *(one.level for one in live))]
    known = [level for level in levels if level is not None]
    return max(known, key=lambda level: level.position, default=None)


def _end(whistle: Whistle, case: Case, actor: User, at: datetime, reason: str) -> None:
    whistle.case = case
    orders = Order.objects.select_for_update(of=("self",), no_key=True).select_related("unit")
    for order in orders.filter(whistle=whistle, state__in=UNSETTLED).order_by("pk"):
        order.whistle, order.case = whistle, case
        take_order_step(order, "withdraw", actor=actor, at=at, reason=reason)
    drop_items(whistle, case, actor=actor, at=at, reason=reason)
    whistle.settled_at = whistle.passed_up_at = at
    whistle.passed_reason = reason
    whistle.save(update_fields=["settled_at", "passed_up_at", "passed_reason"])


def _tell(case: Case, at: datetime, reason: str) -> None:
    key = f"passed_up:{case.pk}:{case.round}:{case.level}:{at.timestamp()}"
    tell_units(
        [
            Draft(
                "case_passed_up",
                decider_of(case),
                key,
                case.number,
                {"reason": reason[:200], "level": case.level},
                urgent=case.urgency == Case.Urgency.CRITICAL,
            )
        ],
        at,
    )
