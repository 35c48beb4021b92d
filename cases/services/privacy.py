"""Look at a caller on purpose: allowed, logged, then shown."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import BadInput
from accounts.services.access import log_look
from cases.models import Case
from cases.privacy import may_reveal


@transaction.atomic
def reveal_caller(case: Case, *, actor: User, at: datetime, purpose: str) -> dict[str, str]:
    """Return the caller's name and phone after writing who looked and why.

    Raise `PermissionDenied` for those who do not need it, `BadInput` without a purpose.
    """
    check_may_look(case, actor)
    if len(purpose.strip()) < 2:
        raise BadInput({"purpose": _("Say why you need to see the caller.")})
    log_look(actor, case.number, purpose.strip()[:200], at)
    return {"caller_name": case.caller_name, "caller_phone": case.caller_phone}


def check_may_look(case: Case, user: User) -> None:
    """Raise `PermissionDenied` for those who do not need to know who called."""
    if not may_reveal(case, user):
        raise PermissionDenied(_("The caller of this case is not shown to you."))
