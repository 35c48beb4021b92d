"""One whistle, one review (一哨一评): the blower marks each accepted order."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import BadInput
from accounts.services.notices import Draft, tell_units
from assessment.models import Review
from dispatch.services.steps import lock_order, move_order

MARKS = ("arrival", "attitude", "result")


@transaction.atomic
def review_order(
    pk: int,
    *,
    actor: User,
    at: datetime,
    arrival: int,
    attitude: int,
    result: int,
    comment: str = "",
) -> Review:
    """Store the blower's marks, 0 to 100 each; an order is reviewed once.

    Raise `PermissionDenied`, `StepRefused` or `BadInput` as every step does.
    """
    order = lock_order(pk)
    marks = {"arrival": arrival, "attitude": attitude, "result": result}
    wrong = {name: mark for name, mark in marks.items() if not 0 <= mark <= 100}
    if wrong:
        raise BadInput({name: _("Give a mark from 0 to 100.") for name in wrong})
    move_order(order, "review", actor=actor, at=at)
    review = Review.objects.create(
        order=order, comment=comment.strip(), reviewer=actor, at=at, **marks
    )
    params = {"unit": str(order.unit), "id": order.pk}
    told = Draft("order_marked", order.unit_id, f"marked:{order.pk}", order.case.number, params)
    tell_units([told], at)
    return review
