"""The other half of the two-way assessment (双考核): the department marks the whistle it answered.

A street is assessed by departments only where the district organises it (北京市街道办事处条例 Art. 43):
the rules of the case's month say whether.
"""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import BadInput, StepRefused
from accounts.services.notices import Draft, tell_units
from assessment import periods
from assessment.models import WhistleMark
from assessment.services.policies import rules_on
from dispatch.lifecycle import ACTING_ROLES, OrderState
from dispatch.models import Order
from dispatch.services.records import record_order
from dispatch.services.steps import lock_order

ANSWERED = (OrderState.ACCEPTED, OrderState.REVIEWED)
LONGEST_WORDS = 1000


@transaction.atomic
def mark_whistle(
    order_pk: int, *, proper: bool, mark: int, comment: str, actor: User, at: datetime
) -> WhistleMark:
    """Say whether the whistle was a proper one and mark how clear and prepared it was, 0 to 100; once.

    Raise as `check_marking` does, and `BadInput` where an improper whistle is not explained.
    """
    order = lock_order(order_pk)
    check_marking(order, actor)
    said = comment.strip()
    wrong: dict[str, list[str] | str] = {}
    if not 0 <= mark <= 100:
        wrong["mark"] = _("Give a mark from 0 to 100.")
    if not proper and not said:
        wrong["comment"] = _("Say why the whistle was not a proper one.")
    if len(said) > LONGEST_WORDS:
        wrong["comment"] = _("At most %(count)s characters.") % {"count": LONGEST_WORDS}
    if wrong:
        raise BadInput(wrong)
    given = WhistleMark.objects.create(
        order=order, proper=proper, mark=mark, comment=said, marked_by=actor, at=at
    )
    details = {"proper": proper, "mark": mark, "note": said[:500]}
    record_order(order, "order.mark_whistle", actor=actor, at=at, **details)
    if not proper:
        params = {"unit": str(order.unit), "reason": said[:200], "id": order.pk}
        key = f"whistle_improper:{given.pk}"
        told = Draft("whistle_improper", order.whistle.blower_id, key, order.case.number, params)
        tell_units([told], at)
    return given


def check_marking(order: Order, user: User) -> None:
    """Raise `PermissionDenied` where the whistle is not the user's to mark, `StepRefused` where it is not now."""
    if not user.holds_in(order.unit_id, *ACTING_ROLES):
        raise PermissionDenied(_("Only the unit that was summoned marks the whistle."))
    if order.state not in ANSWERED:
        raise StepRefused(_("A whistle is marked once its order has been accepted."))
    if WhistleMark.objects.filter(order=order).exists():
        raise StepRefused(_("This whistle has been marked already."))
    if not are_marked(order):
        raise StepRefused(_("By the rules in force whistles are not marked by departments."))


def are_marked(order: Order) -> bool:
    """Tell whether whistles are marked by the rules of the month the case was received in."""
    month = periods.running_month(order.case.received_at)
    return rules_on(periods.ruled_on(month)).whistle_marks
