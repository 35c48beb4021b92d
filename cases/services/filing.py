"""What a request is filed under: its category, its filing condition, and corrections of both."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

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


def corrected(case: Case, given: dict[str, Any], at: datetime) -> dict[str, Any]:
    """Return the case's facts with those given put in their place; empty ones stay as they are.

    Another category drops the condition, unless one of its own is given. A report of wrongdoing is always confidential.
    Raise `BadInput` by field, also where nothing would change.
    """
    category = leaf(given["category"]).pk if given.get("category") else case.category_id
    kept = case.condition_id if category == case.category_id else None
    condition = condition_of(given.get("condition", ""), category, at)
    facts = {
        "category": category,
        "condition": condition.pk if condition else kept,
        "urgency": given.get("urgency") or case.urgency,
        "kind": given.get("kind") or case.kind,
    }
    if facts == facts_of_filing(case):
        raise BadInput({"category": _("Say what is to be put right.")})
    confidential = case.confidential or facts["kind"] == Case.Kind.REPORT
    return facts | {"confidential": confidential}


def facts_of_filing(case: Case) -> dict[str, Any]:
    """Return what the case is filed under now."""
    return {
        "category": case.category_id,
        "condition": case.condition_id,
        "urgency": case.urgency,
        "kind": case.kind,
    }


def changes(case: Case, facts: dict[str, Any]) -> dict[str, Any]:
    """Return what a correction changes, each with what stood before, as the timeline keeps it; categories by name."""
    before = facts_of_filing(case)
    found = {name: [old, facts[name]] for name, old in before.items() if old != facts[name]}
    if "category" in found:
        names = Category.objects.in_bulk(found["category"])
        found["category"] = [f"{code} {names[code].name}" for code in found["category"]]
    return found
