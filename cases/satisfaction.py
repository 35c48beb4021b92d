"""Which answers a resident is offered on being satisfied: the rules of assessment say, by the day of receipt."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from cases.models import Callback, Case

Choices = list[tuple[str, str]]
Rule = Callable[[Sequence[datetime]], list[tuple[str, ...]]]


def offered(cases: Sequence[Case]) -> dict[int, Choices]:
    """Return the answers each case may be given, the best first, as choices of a form. One query for all."""
    found = _rule()([case.received_at for case in cases]) if cases else []
    labels = {one.value: str(one.label) for one in Callback.Satisfied}
    return {
        case.pk: [(name, labels[name]) for name in names]
        for case, names in zip(cases, found, strict=True)
    }


@cache
def _rule() -> Rule:
    """Return the rule of the app that policies live in; it lies above, so the settings name it."""
    rule: Rule = import_string(settings.ANSWERS_OFFERED)
    return rule
