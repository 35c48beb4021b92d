"""What may be shown of a caller. Pure rules on a case and a user; looking is logged elsewhere."""

import re

from accounts.masks import mask_phone
from accounts.models import Role, User
from cases.lifecycle import recused_unit
from cases.models import Case, Commendation, FieldTask

HOTLINE_ROLES = (Role.OPERATOR, Role.CALLBACK, Role.SUPERVISOR)
HANDLING_ROLES = (Role.TOWN, Role.COMMUNITY, Role.DEPARTMENT)
KEEPERS = (Role.CALLBACK, Role.SUPERVISOR)
"""The only desks that may look at a confidential caller (JN Art. 16, JSJB Art. 8)."""

_NUMBER = re.compile(r"(?<!\d)(1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}|0\d{2,3}[\s-]?\d{7,8})(?!\d)")


def may_reveal(case: Case, user: User) -> bool:
    """Tell whether the user, who sees the case, may look at its caller on purpose."""
    if not (case.caller_name or case.caller_phone):
        return False
    if case.confidential:
        return _keeps(case, user)
    return user.holds(*HOTLINE_ROLES, *HANDLING_ROLES)


def _keeps(case: Case, user: User) -> bool:
    """Tell whether the user keeps the district's confidences, and not for the unit complained of."""
    return user.holds(*KEEPERS, but=recused_unit(case))


def mask_name(name: str) -> str:
    """Keep the family name: `王**`."""
    return f"{name[0]}**" if name else ""


def shown_name(case: Case, user: User) -> str:
    """Return the caller's name as the case page may show it without a deliberate look."""
    hidden = case.confidential and not _keeps(case, user)
    return "" if hidden else mask_name(case.caller_name)


def shown_phone(case: Case, user: User) -> str:
    hidden = case.confidential and not _keeps(case, user)
    return "" if hidden else mask_phone(case.caller_phone)


def redact(text: str, case: Case | Commendation) -> str:
    """Return the text without the caller's name and without any phone number."""
    return struck(text, case.caller_name, case.caller_phone)


def note_of(task: FieldTask, user: User) -> str:
    """Return what was found on the spot as the user may read it."""
    return shown_text(task.case, user, task.note) if task.case else struck(task.note)


def struck(text: str, *secrets: str) -> str:
    """Return the text without the secrets and without any phone number."""
    for secret in secrets:
        if len(secret) >= 2:
            text = text.replace(secret, "***")
    return _NUMBER.sub("***", text)


def shown_text(case: Case, user: User, text: str | None = None) -> str:
    """Return the case's text (or another text of it) as the user may read it."""
    text = case.text if text is None else text
    if _keeps(case, user) or (user.holds(Role.OPERATOR) and not case.confidential):
        return text
    return redact(text, case)


def praising_is_hidden(row: Commendation, user: User) -> bool:
    """Tell whether who praises stays unknown to the user: the case it is about is confidential."""
    return row.case is not None and row.case.confidential and not user.holds(*KEEPERS)


def praise_as_shown(row: Commendation, user: User) -> str:
    """Return the words of praise as the user may read them."""
    if user.holds(*KEEPERS) or (user.holds(Role.OPERATOR) and not praising_is_hidden(row, user)):
        return row.text
    return redact(row.text, row)
