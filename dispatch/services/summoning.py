"""Summon more units to a whistle that runs already."""

from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Unit, User
from accounts.refusals import BadInput, StepRefused
from cases.lifecycle import State
from dispatch.models import Order, OrderState, Whistle
from dispatch.problems import is_running, may_direct
from dispatch.services.items import lock_whistle
from dispatch.services.records import record_order
from dispatch.services.units import check_summonable, listed
from dispatch.services.whistles import issue_orders


@transaction.atomic
def summon_more(
    whistle_pk: int, departments: Sequence[str], *, actor: User, at: datetime
) -> list[Order]:
    """Give further units an assisting part in the whistle; by the blower, until it settles.

    Raise `PermissionDenied`, `StepRefused` or `BadInput`; then nothing is written.
    """
    whistle = lock_whistle(whistle_pk)
    if not may_direct(whistle, actor):
        raise PermissionDenied(_("Only who blew the whistle summons more units to it."))
    if whistle.case.state == State.ON_HOLD:
        raise StepRefused(_("The case is on hold; nothing can be done until it resumes."))
    if not is_running(whistle):
        raise StepRefused(_("The whistle has settled; blow another one."))
    units = _units(whistle, list(dict.fromkeys(departments)))
    orders = issue_orders(whistle, None, units, at)
    for order in orders:
        record_order(order, "order.summon", actor=actor, at=at)
    return orders


def _units(whistle: Whistle, codes: list[str]) -> list[Unit]:
    if not codes:
        raise BadInput({"departments": _("Choose at least one unit.")})
    found = {u.code: u for u in Unit.objects.filter(code__in=codes, active=True)}
    if unknown := [code for code in codes if code not in found]:
        text = _("No unit in service has the code %(codes)s.")
        raise BadInput({"departments": text % {"codes": ", ".join(unknown)}})
    units = [found[code] for code in codes]
    check_summonable(whistle.level, units, "departments")
    _check_free(whistle, units)
    return units


def _check_free(whistle: Whistle, units: Sequence[Unit]) -> None:
    """Raise `BadInput` where a unit is summoned by the whistle already."""
    live = whistle.orders.exclude(state=OrderState.WITHDRAWN)
    summoned = set(live.values_list("unit_id", flat=True))
    if twice := [unit for unit in units if unit.pk in summoned]:
        text = _("Already summoned by this whistle: %(units)s.")
        raise BadInput({"departments": text % {"units": listed(twice)}})
