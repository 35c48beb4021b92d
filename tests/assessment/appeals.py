"""Cases that units claim for: one answered badly, one order with a missed limit, items of the list."""

from datetime import date, timedelta
from typing import Any

from assessment.models import Claim, ExclusionItem
from assessment.services.claims import Plea, ask, review
from cases.models import Case, Clock
from dispatch.models import Order
from tests.cast import TOWN, Stage

WORDS = {"basis": "来电人所述事项已进入诉讼程序", "evidence": "区人民法院受理通知书"}


def items() -> None:
    """Put three items on the list: one valid, one that ended, one that is still to come."""
    for code, title, since, until in (
        ("T-SUIT", "诉讼、仲裁中的事项", date(2020, 1, 1), None),
        ("T-ENDED", "已失效的事项", date(2020, 1, 1), date(2021, 1, 1)),
        ("T-COMING", "将来的事项", date(2090, 1, 1), None),
    ):
        ExclusionItem.objects.create(
            code=code,
            title=title,
            basis="《北京市接诉即办工作条例》",
            valid_from=since,
            valid_to=until,
        )


def missed(stage: Stage, case: Case | None = None, unit: str = "XFZD") -> Clock:
    """Let the unit miss its limit to acknowledge an order."""
    order = stage.order(stage.whistle(case), unit)
    return miss(stage, order)


def miss(stage: Stage, order: Order, kind: str = "acknowledge") -> Clock:
    """Write down that the order's limit was missed."""
    clock = Clock.objects.get(order_ref=order.pk, kind=kind)
    clock.breached_at = stage.at
    clock.save(update_fields=["breached_at"])
    return clock


def exclusion(**given: Any) -> Plea:
    """Return the town's plea that its case is not to be counted."""
    return Plea(**({"kind": "exclusion", "unit": TOWN, "item": "T-SUIT"} | WORDS | given))


def appeal(clock: Clock, **given: Any) -> Plea:
    """Return the plea of the clock's unit that its missed limit is not to be charged."""
    return Plea(**({"kind": "overdue", "unit": clock.unit.code, "clock": clock.pk} | WORDS | given))


def town_claims(stage: Stage, case: Case | None = None, **given: Any) -> Claim:
    """Let the town claim that a case is not counted."""
    case = case or stage.case()
    return ask(case.pk, exclusion(**given), actor=stage.who("town"), at=stage.at)


def reviewed(stage: Stage, claim: Claim, *answers: str) -> Claim:
    """Let the centre, then the assessor review the claim: “yes” or “no”."""
    for who, answer in zip(("supervisor", "assessor"), answers, strict=False):
        at = stage.at + timedelta(hours=1)
        claim = review(
            claim.pk, approve=answer == "yes", words="经核查属实", actor=stage.who(who), at=at
        )
    return claim
