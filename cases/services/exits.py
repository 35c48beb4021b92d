"""The classified exits (分类处置): which there are, and what leaving by one asks for."""

from importlib import import_module
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import BadInput
from cases.exits import exits, forget
from cases.merged import head_of
from cases.models import Case, ExitKind
from cases.models.exits import ANSWERED

NOT_ACCEPTED = "T10"
"""The exit taken where none is named."""


def restore_exits() -> int:
    """Put back the exits that the product ships where a database was emptied; return how many it ships."""
    shipped: Any = import_module("cases.migrations.0008_exit_kinds")
    names = ("code", "name", "applies", "action", "needs_case", "source")
    rows = [ExitKind(**dict(zip(names, values, strict=True))) for values in shipped.EXITS]
    ExitKind.objects.bulk_create(rows, ignore_conflicts=True)
    forget()
    return len(rows)


def chosen_exit(case: Case, actor: User | None, details: dict[str, Any]) -> dict[str, Any]:
    """Check what leaving by an exit was given; return what the transition takes. Raise `BadInput` by field."""
    code = str(details.get("exit") or NOT_ACCEPTED)
    known = {one.code: one for one in exits()}
    if code not in known and (details.get("exit") or known):
        raise BadInput({"exit": _("There is no such exit; pick one from the list.")})
    reason = str(details.get("reason", "")).strip()
    result = str(details.get("result", "")).strip()
    if code == ANSWERED:
        reason = result = result or reason
    if not reason:
        raise BadInput({"reason": _("Give the reason.")})
    taken = {"reason": reason, "exit_id": code if code in known else "", "result": result}
    return taken | {"outcome": str(details.get("outcome", ""))}


def same_matter(case: Case, actor: User | None, details: dict[str, Any]) -> Case | None:
    """Return the case that the same matter is followed in, where the exit asks for one."""
    exit_ = next((one for one in exits() if one.code == details.get("exit")), None)
    if exit_ is None or not exit_.needs_case:
        return None
    found = Case.objects.filter(number=str(details.get("same_as", "")).strip())
    other = (found.visible_to(actor) if actor else found).exclude(pk=case.pk).first()
    if other is None:
        text = _("Give the number of the case that the matter is handled under.")
        raise BadInput({"same_as": text})
    return head_of(other)
