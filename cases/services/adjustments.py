"""How often and by how much a deadline may be moved: the policy in force, and refusals by it."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.refusals import BadInput, StepRefused
from cases.models import Adjustment, AdjustmentPolicy, Case, CaseEvent, Clock, Request

LONGEST_EXTENSION = Decimal(10)
"""Workdays, where no policy is in force: 山东省办法 2020, at most ten."""
LONGEST_HOLD = timedelta(days=366)
"""Where no policy is in force."""


def policy_for(
    kind: str, at: datetime, *, urgency: str, whistle_kind: str = ""
) -> AdjustmentPolicy | None:
    """Return the most specific policy in force at `at`, or nothing where there is none."""
    day = timezone.localtime(at).date()
    fitting: Iterable[AdjustmentPolicy] = AdjustmentPolicy.objects.filter(
        Q(valid_to=None) | Q(valid_to__gte=day),
        kind=kind,
        whistle_kind__in=["", whistle_kind],
        urgency__in=["", urgency],
        valid_from__lte=day,
    )
    return max(fitting, key=_specificity, default=None)


def _specificity(row: AdjustmentPolicy) -> tuple[Any, ...]:
    """What forbids is stronger than what allows: a critical matter stays so under a daily whistle."""
    return (row.most_times == 0, bool(row.whistle_kind), bool(row.urgency), row.valid_from)


def check_extension(
    workdays: Any, at: datetime, *, urgency: str, granted: int, whistle_kind: str = ""
) -> None:
    """Raise `BadInput` where so much may not be asked for, `StepRefused` where not once more.

    `granted` is how often more time was granted before; a refusal does not count.
    """
    policy = policy_for(Adjustment.EXTEND, at, urgency=urgency, whistle_kind=whistle_kind)
    if policy is not None:
        _check_times(policy, granted)
    most = policy.most_amount if policy else LONGEST_EXTENSION
    if not isinstance(workdays, Decimal) or not 0 < workdays <= most:
        text = _("Ask for more than 0 and at most %(days)s workdays.")
        raise BadInput({"limit": text % {"days": f"{most.normalize():f}"}})


def check_hold(case: Case, until: Any, at: datetime) -> None:
    """Raise `BadInput` where a hold may not last so long, `StepRefused` where there is none to have."""
    kind = whistle_kind_of(case)
    policy = policy_for(Adjustment.HOLD, at, urgency=case.urgency, whistle_kind=kind)
    if policy is not None:
        held = CaseEvent.objects.filter(case=case, step="hold").count()
        _check_times(policy, held)
    longest = timedelta(days=int(policy.most_amount)) if policy else LONGEST_HOLD
    today = timezone.localtime(at).date()
    if not isinstance(until, date) or not today < until <= today + longest:
        if longest == LONGEST_HOLD:
            raise BadInput({"until": _("Give a date after today, at most a year ahead.")})
        text = _("Give a date after today, at most %(days)s days ahead.")
        raise BadInput({"until": text % {"days": longest.days}})


def _check_times(policy: AdjustmentPolicy, used: int) -> None:
    words = {"most": policy.most_times, "source": policy.source}
    if policy.most_times == 0:
        if policy.kind == Adjustment.EXTEND:
            raise StepRefused(_("More time is not given in such a case: %(source)s.") % words)
        raise StepRefused(_("Such a case is not put on hold: %(source)s.") % words)
    if used >= policy.most_times:
        if policy.kind == Adjustment.EXTEND:
            text = _(
                "More time was granted %(most)s time(s) already, no more is given: %(source)s."
            )
            raise StepRefused(text % words)
        text = _("The case was on hold %(most)s time(s) already, no more is allowed: %(source)s.")
        raise StepRefused(text % words)


def whistle_kind_of(case: Case) -> str:
    """Return the kind of the whistle that summons departments to the case now, as its orders' clocks
    know it; empty where none does."""
    of_orders = Clock.objects.running().filter(case=case, round=case.round, order_ref__isnull=False)
    kinds = of_orders.values_list("policy__facts__whistle_kind", flat=True)
    return next((kind for kind in kinds if kind), "")


def extensions_granted(case: Case) -> int:
    """Return how often more time was granted to the case in this round: each round promises anew."""
    asked = Request.objects.filter(case=case, round=case.round, kind=Adjustment.EXTEND)
    return asked.filter(granted=True).count()
