"""What counts as a transfer of a case (转办、退单), and the limit at which forced adjudication begins.

A transfer is counted each time the case leaves a unit that it was given to before it is done: where
an objection is upheld, and where its lead order is withdrawn. Whom it is given to next is part of the
same transfer; an objection that fails moves nothing. At the third the case is a problem case (问题工单,
巴彦淖尔): every order of it, and every new one, is as if designated, and none leaves its unit any more.
"""

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import BadInput, StepRefused
from cases.models import Case
from cases.services.problems import make_problem
from dispatch.models import Order
from dispatch.rules import MOST_TRANSFERS, counts_as_transfer, may_be_transferred


def count_transfer(case: Case, *, actor: User | None, at: datetime) -> None:
    """Count one transfer of a case locked by the caller; at the limit it becomes a problem case."""
    case.transfers += 1
    case.save(update_fields=["transfers"])
    if case.transfers >= MOST_TRANSFERS:
        make_problem(case, actor=actor, at=at, transfers=case.transfers)


def check_withdrawal(order: Order) -> None:
    """Raise `StepRefused` where the lead order of a problem case is to be taken from its unit."""
    if counts_as_transfer(order) and not may_be_transferred(order.case):
        text = _("This is a problem case: it stays with its lead until it is done.")
        raise StepRefused(text)


def check_upholding(order: Order) -> None:
    """Raise `BadInput` where a ruling would pass on a case that was passed on three times."""
    if not may_be_transferred(order.case):
        text = _(
            "The case was passed on %(count)s times: it is to stay with the unit now ruled on."
        )
        raise BadInput({"upheld": text % {"count": order.case.transfers}})
