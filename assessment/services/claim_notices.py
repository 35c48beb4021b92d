"""Tell reviewers of claims that wait for them, and the claiming unit how its claim was decided."""

from datetime import datetime

from accounts.models import CENTRE_CODE, Role, Unit, User
from accounts.services.notices import Draft, tell_people, tell_units
from assessment.models import Claim
from cases.models import Case


def tell_waiting(claim: Claim, at: datetime) -> None:
    """Tell whoever gives the review that is awaited now."""
    centre = Unit.objects.values_list("pk", flat=True).get(code=CENTRE_CODE)
    params = {"unit": claim.unit.name, "id": claim.pk}
    draft = Draft(
        "claim_waits", centre, f"claim:{claim.pk}:{claim.state}", claim.case.number, params
    )
    if claim.state == Claim.State.ASKED:
        tell_units([draft], at)
    else:
        tell_people(draft, assessors_for(claim.case, claim.unit_id), at)


def tell_decided(claim: Claim, words: str, at: datetime) -> None:
    """Tell the claiming unit what the review said."""
    kinds = {
        Claim.State.PASSED: "claim_passed",
        Claim.State.APPROVED: "claim_approved",
        Claim.State.REJECTED: "claim_rejected",
    }
    kind = kinds[Claim.State(claim.state)]
    params = {"unit": claim.unit.name, "id": claim.pk, "reason": words[:200]}
    key = f"{kind}:{claim.pk}"
    tell_units([Draft(kind, claim.unit_id, key, claim.case.number, params)], at)


def assessors_for(case: Case, but: int) -> list[int]:
    """Return the assessors who may be told of the case; nobody with a post in the unit `but`."""
    held = User.objects.filter(is_active=True, memberships__role=Role.ASSESSOR).distinct()
    able = held.exclude(memberships__unit=but)
    if case.kind != Case.Kind.REPORT:
        return list(able.values_list("pk", flat=True))
    own = Case.objects.filter(pk=case.pk)
    return [user.pk for user in able if own.visible_to(user).exists()]
