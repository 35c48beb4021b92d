"""Search cases by what stands in them, and only by what the searcher may read there."""

import re
from typing import Any

from django.db.models import CharField, F, Func, Q, QuerySet, TextField, Value
from django.db.models.functions import Replace

from accounts.models import Role, User
from cases.models import Case
from cases.privacy import HOTLINE_ROLES, KEEPERS

_PHONE_IN_TEXT = r"(?<!\d)(1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}|0\d{2,3}[\s-]?\d{7,8})(?!\d)"  # as cases.privacy has it
_TYPED_PHONE = re.compile(r"\+?[\d\s-]{7,24}")


def matching(cases: QuerySet[Case], words: str, user: User) -> QuerySet[Case]:
    """Return the cases whose text, as the user may read it, holds the words.

    For those who take calls the words may also be a caller's phone number.
    """
    words = words.strip()
    if not words:
        return cases
    found = Q(text__icontains=words)  # by the trigram index
    if not user.holds(*KEEPERS):
        readable = Q(seen_text__icontains=words)
        if user.holds(Role.OPERATOR):
            readable |= Q(confidential=False)
        cases = cases.alias(seen_text=_redacted())
        found &= readable
    if _TYPED_PHONE.fullmatch(words) and user.holds(*HOTLINE_ROLES):
        found |= _of_caller(words, user)
    return cases.filter(found)


def _of_caller(words: str, user: User) -> Q:
    mine = Q(caller_phone=re.sub(r"[^\d+]", "", words))
    return mine if user.holds(*KEEPERS) else mine & Q(confidential=False)


def _redacted() -> Func:
    """Return the text without the caller's name and without any number, as `privacy.redact` gives it.

    A replaced empty or one-letter name changes nothing that matters: it is looked for only as a whole.
    """
    text: Any = F("text")
    for secret in ("caller_name", "caller_phone"):
        name: Any = F(secret)
        text = Replace(text, name, Value("***"))
    return Func(
        text,
        Value(_PHONE_IN_TEXT, output_field=CharField()),
        Value("***"),
        Value("g"),
        function="REGEXP_REPLACE",
        output_field=TextField(),
    )
