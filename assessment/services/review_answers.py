"""The department's word on its marks: it accepts, explains or objects; the centre rules on objections.

An objection upheld sets the marks aside: they are kept, shown and counted in no score.
"""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import CENTRE_CODE, Role, Unit, User
from accounts.refusals import BadInput, StepRefused
from accounts.services.notices import Draft, tell_people, tell_units
from assessment.models import Review, ReviewAnswer
from assessment.services.claim_notices import assessors_for
from dispatch.lifecycle import ACTING_ROLES
from dispatch.models import Order
from dispatch.services.records import record_order
from dispatch.services.steps import lock_order

RULING = (Role.SUPERVISOR, Role.ASSESSOR)
"""Who rules on objections to marks."""

LONGEST_WORDS = 2000


@transaction.atomic
def answer_review(
    order_pk: int, *, kind: str, text: str, actor: User, at: datetime
) -> ReviewAnswer:
    """Answer the marks of an order, once. Raise `PermissionDenied` for all but the unit marked,
    `StepRefused` where there are no marks or an answer stands, `BadInput` where words are missing."""
    order = lock_order(order_pk)
    check_answering(order, actor)
    if kind not in ReviewAnswer.Kind.values:
        raise BadInput({"kind": _("Accept, explain or object.")})
    said = _checked(text, "text", needed=kind != ReviewAnswer.Kind.ACCEPT)
    answer = ReviewAnswer.objects.create(
        review=Review.objects.get(order=order),
        kind=kind,
        text=said,
        answered_by=actor,
        answered_at=at,
    )
    record_order(order, "order.answer_marks", actor=actor, at=at, answer=kind, note=said[:500])
    _tell_answered(order, answer, at)
    return answer


def check_answering(order: Order, user: User) -> None:
    """Raise where the marks of the order are not the user's to answer, or not now."""
    if not user.holds_in(order.unit_id, *ACTING_ROLES):
        raise PermissionDenied(_("Only the unit that was marked answers its marks."))
    review = Review.objects.filter(order=order).select_related("answer").first()
    if review is None:
        raise StepRefused(_("This order has not been marked."))
    if hasattr(review, "answer"):
        raise StepRefused(_("These marks have been answered already."))


@transaction.atomic
def rule_on_marks(
    order_pk: int, *, upheld: bool, reason: str, actor: User, at: datetime
) -> ReviewAnswer:
    """Rule on the objection to the marks of an order: upheld, they are set aside; else they stand."""
    order = lock_order(order_pk)
    answer = check_ruling(order, actor)
    said = _checked(reason, "reason", needed=True)
    answer.upheld, answer.ruling, answer.ruled_by, answer.ruled_at = upheld, said, actor, at
    answer.save(update_fields=["upheld", "ruling", "ruled_by", "ruled_at"])
    details = {"upheld": upheld, "reason": said[:500]}
    record_order(order, "order.rule_marks", actor=actor, at=at, **details)
    params = {"unit": str(order.unit), "reason": said[:200], "id": order.pk}
    kind = "marks_set_aside" if upheld else "marks_stand"
    told = (order.unit_id, order.whistle.blower_id)
    key, number = f"marks_ruled:{answer.pk}", order.case.number
    tell_units([Draft(kind, unit, key, number, params) for unit in told], at)
    return answer


def check_ruling(order: Order, user: User) -> ReviewAnswer:
    """Return the objection that waits; raise where it is not the user's to rule on, or none waits."""
    if not user.holds(*RULING):
        raise PermissionDenied(
            _("The command centre or the assessor rules on objections to marks.")
        )
    sides = {order.unit_id, order.whistle.blower_id}
    if any(post.unit_id in sides for post in user.posts):
        raise PermissionDenied(_("Nobody rules in a matter of their own unit."))
    waiting = ReviewAnswer.objects.visible_to(user).waiting().filter(review__order=order)
    answer = waiting.first()
    if answer is None:
        raise StepRefused(_("No objection to the marks of this order waits for a ruling."))
    if answer.answered_by_id == user.pk:
        raise PermissionDenied(_("Nobody rules in a matter of their own unit."))
    return answer


def _checked(text: str, field: str, *, needed: bool) -> str:
    said = text.strip()
    if needed and not said:
        raise BadInput({field: _("Give the reason.")})
    if len(said) > LONGEST_WORDS:
        most = _("At most %(count)s characters.") % {"count": LONGEST_WORDS}
        raise BadInput({field: most})
    return said


def _tell_answered(order: Order, answer: ReviewAnswer, at: datetime) -> None:
    """Tell the blower of what the department says, and the centre of an objection."""
    if answer.kind == ReviewAnswer.Kind.ACCEPT:
        return
    objects = answer.kind == ReviewAnswer.Kind.OBJECT
    kind = "marks_objected" if objects else "marks_explained"
    params = {"unit": str(order.unit), "reason": answer.text[:200], "id": order.pk}
    key, number = f"{kind}:{answer.pk}", order.case.number
    drafts = [Draft(kind, order.whistle.blower_id, key, number, params)]
    if objects:
        centre = Unit.objects.values_list("pk", flat=True).get(code=CENTRE_CODE)
        drafts.append(Draft(kind, centre, key, number, params))
        tell_people(drafts[1], assessors_for(order.case, order.unit_id), at)
    tell_units(drafts, at)
