"""What a request is filed under: its category, its filing condition, and corrections of both."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Unit, User
from accounts.refusals import BadInput
from cases.models import Case, Category, FilingCondition


def leaf(code: str) -> Category:
    """Return the category; raise `BadInput` where it is unknown or has categories below it."""
    category = Category.objects.filter(pk=code).first()
    if category is None:
        raise BadInput({"category": _("There is no such category; pick one from the list.")})
    if category.parent_id is None and category.children.exists():
        raise BadInput({"category": _("Pick the second-level category.")})
    return category


def condition_of(code: str, category: str, at: datetime) -> FilingCondition | None:
    """Return the condition the request is filed under; it must be one of its category."""
    if not code:
        return None
    in_force = FilingCondition.objects.in_force(timezone.localtime(at).date())
    condition = in_force.filter(pk=code).first()
    if condition is None:
        raise BadInput({"condition": _("There is no such filing condition in force.")})
    if condition.category_id != category:
        text = _("This condition belongs to another category: %(category)s.")
        raise BadInput({"condition": text % {"category": condition.category}})
    return condition


def corrected(
    case: Case, given: dict[str, Any], at: datetime, actor: User | None
) -> dict[str, Any]:
    """Return the case's facts with those given put in their place; empty ones stay as they are.

    Another category drops the condition, unless one of its own is given. A report of wrongdoing is always confidential.
    Raise `BadInput` by field, also where nothing would change.
    """
    category = leaf(given["category"]).pk if given.get("category") else case.category_id
    kept = case.condition_id if category == case.category_id else None
    condition = condition_of(given.get("condition", ""), category, at)
    kind = given.get("kind") or case.kind
    facts = {
        "category": category,
        "condition": condition.pk if condition else kept,
        "urgency": given.get("urgency") or case.urgency,
        "kind": kind,
        "accused": _accused_now(case, kind, given.get("accused", ""), actor),
    }
    if facts == facts_of_filing(case):
        raise BadInput({"category": _("Say what is to be put right.")})
    confidential = case.confidential or facts["kind"] == Case.Kind.REPORT
    return facts | {"confidential": confidential}


ACCUSING = (Case.Kind.COMPLAINT, Case.Kind.REPORT)
"""Kinds of request that complain of somebody."""

NOBODY = "-"
"""Said in a correction: no unit is complained of after all."""


def accused_of(code: str, kind: str, actor: User | None) -> Unit | None:
    """Return the unit complained of. Nobody enters or rules a report about their own unit: they would
    not see it any more."""
    if not code:
        return None
    if kind not in ACCUSING:
        text = _("Only a complaint or a report of wrongdoing names a unit complained of.")
        raise BadInput({"accused": text})
    unit = Unit.objects.filter(code=code, active=True).first()
    if unit is None:
        raise BadInput({"accused": _("There is no such unit in service.")})
    own = actor is not None and all(post.unit_id == unit.pk for post in actor.posts)
    if own and kind == Case.Kind.REPORT:
        text = _("This is your own unit: another desk must take down a report about it.")
        raise BadInput({"accused": text})
    return unit


def _accused_now(case: Case, kind: str, code: str, actor: User | None) -> int | None:
    """Return the unit complained of after a correction; one at work on the case cannot be accused
    before its order is withdrawn."""
    if code == NOBODY or (kind not in ACCUSING and not code):
        return None
    named = accused_of(code, kind, actor)
    accused = named.pk if named else case.accused_id
    if accused is not None and kind == Case.Kind.REPORT:
        at_work = case.clocks.running().filter(unit=accused, order_ref__isnull=False)
        if at_work.exists():
            text = _("This unit works on the case: its order must be withdrawn first.")
            raise BadInput({"accused": text})
    return accused


def facts_of_filing(case: Case) -> dict[str, Any]:
    """Return what the case is filed under now."""
    return {
        "category": case.category_id,
        "condition": case.condition_id,
        "urgency": case.urgency,
        "kind": case.kind,
        "accused": case.accused_id,
    }


def changes(case: Case, facts: dict[str, Any]) -> dict[str, Any]:
    """Return what a correction changes, each with what stood before, as the timeline keeps it; categories by name."""
    before = facts_of_filing(case)
    found = {name: [old, facts[name]] for name, old in before.items() if old != facts[name]}
    if "category" in found:
        names = Category.objects.in_bulk(found["category"])
        found["category"] = [f"{code} {names[code].name}" for code in found["category"]]
    if "accused" in found:
        units = Unit.objects.in_bulk([pk for pk in found["accused"] if pk])
        found["accused"] = [str(units[pk]) if pk else "" for pk in found["accused"]]
    return found
