"""Summon more units to a whistle that runs already."""

from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import Unit, User
from accounts.refusals import BadInput, StepRefused
from cases.lifecycle import State, recused_unit
from cases.services.records import record
from dispatch.models import Order, OrderState, Whistle
from dispatch.problems import is_running, may_direct
from dispatch.rights import level_label, summonable_by
from dispatch.services.items import lock_whistle
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
        record(
            whistle.case,
            "order.summon",
            actor=actor,
            at=at,
            unit_id=order.unit_id,
            order_ref=order.pk,
        )
    return orders


def _units(whistle: Whistle, codes: list[str]) -> list[Unit]:
    if not codes:
        raise BadInput({"departments": _("Choose at least one unit.")})
    found = {u.code: u for u in Unit.objects.filter(code__in=codes, active=True)}
    if unknown := [code for code in codes if code not in found]:
        text = _("No unit in service has the code %(codes)s.")
        raise BadInput({"departments": text % {"codes": ", ".join(unknown)}})
    units = [found[code] for code in codes]
    kinds = summonable_by(whistle.level)
    if beyond := [unit for unit in units if unit.kind not in kinds]:
        text = _("%(level)s: may not summon %(units)s.")
        raise BadInput(
            {"departments": text % {"level": level_label(whistle.level), "units": _names(beyond)}}
        )
    check_free(whistle, units, "departments")
    return units


def check_free(whistle: Whistle, units: Sequence[Unit], field: str) -> None:
    """Raise `BadInput` where a unit is summoned by the whistle already, or is the one complained of."""
    live = whistle.orders.exclude(state=OrderState.WITHDRAWN)
    summoned = set(live.values_list("unit_id", flat=True))
    if twice := [unit for unit in units if unit.pk in summoned]:
        text = _("Already summoned by this whistle: %(units)s.")
        raise BadInput({field: text % {"units": _names(twice)}})
    check_recusal(whistle, units, field)


def check_recusal(whistle: Whistle, units: Sequence[Unit], field: str) -> None:
    """Raise `BadInput` where a unit is the one that the case complains of."""
    if any(unit.pk == recused_unit(whistle.case) for unit in units):
        raise BadInput({field: _("This unit cannot handle the case.")})


def _names(units: Sequence[Unit]) -> str:
    return pgettext("list", ", ").join(str(unit) for unit in units)
