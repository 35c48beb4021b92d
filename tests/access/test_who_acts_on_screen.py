"""Who acts, on screen: each step of a case, and for each the people who may take it.

Whoever sees the case but may not act is answered 403, whoever does not see it 404.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from cases.models import Case
from cases.services.callbacks import record_callback
from cases.services.steps import advance
from tests.cast import PEOPLE, Stage

UNSEEN = {"town2", "department", "department2", "department3"}
TOWN = {"town", "community"}
HOTLINE = {"operator", "supervisor"}
CALLERS = {"callback", "supervisor"}
GRID = {"gridworker", "gridhead"}
REASON = {"reason": "说明"}


def received(stage: Stage) -> Case:
    return stage.case()


def handling(stage: Stage) -> Case:
    case = stage.case()
    return advance(case.pk, "handle", actor=stage.who("town"), at=stage.at)


def handled(stage: Stage, **given: Any) -> Case:
    case, town = stage.case(**given), stage.who("town")
    advance(case.pk, "handle", actor=town, at=stage.at)
    return advance(case.pk, "finish", actor=town, at=stage.at, result="已清理")


def handled_without_caller(stage: Stage) -> Case:
    return handled(stage, caller_phone="", caller_name="")


def rated(stage: Stage) -> Case:
    case = handled(stage)
    who = stage.who("callback")
    record_callback(
        case.pk,
        actor=who,
        at=stage.at,
        outcome="reached",
        contacted=True,
        resolved="yes",
        satisfied="satisfied",
    )
    return Case.objects.get(pk=case.pk)


def held(stage: Stage) -> Case:
    case, centre = stage.case(), stage.who("supervisor")
    until = stage.at.date() + timedelta(days=9)
    return advance(case.pk, "hold", actor=centre, at=stage.at, until=until, reason="等图纸")


HOLD = {"until": str(timezone.localdate() + timedelta(days=30)), **REASON}


@pytest.mark.parametrize(
    ("make", "step", "details", "may"),
    [
        (received, "handle", {}, TOWN),
        (received, "reject", REASON | {"exit": "T10"}, HOTLINE),
        (received, "hold", HOLD, {"supervisor"}),
        (held, "resume", {}, {"supervisor"}),
        (handling, "finish", {"result": "已清理"}, TOWN),
        (rated, "close", {}, CALLERS),
        (rated, "reopen", REASON, CALLERS),
        (handled, "reopen", REASON, CALLERS),
        (handled_without_caller, "close", {}, CALLERS | TOWN | GRID),
        (handled_without_caller, "reopen", REASON, CALLERS | TOWN | GRID),
    ],
)
def test_a_step_is_taken_by_those_who_may_and_by_nobody_else(
    stage: Stage,
    make: Callable[[Stage], Case],
    step: str,
    details: dict[str, str],
    may: set[str],
) -> None:
    case = make(stage)
    before = case.state
    for name in PEOPLE:
        client = Client()
        client.force_login(stage.people[name])
        with transaction.atomic():
            answer = client.post(f"{case.get_absolute_url()}steps/{step}/", details)
            wanted = 302 if name in may else 404 if name in UNSEEN else 403
            assert answer.status_code == wanted, name
            case.refresh_from_db()
            assert (case.state != before) == (name in may), name
            transaction.set_rollback(True)


def test_merging_is_for_the_hotline_and_the_place(stage: Stage) -> None:
    case, other = stage.case(), stage.case()
    for name in PEOPLE:
        client = Client()
        client.force_login(stage.people[name])
        with transaction.atomic():
            url = f"{case.get_absolute_url()}steps/merge/"
            answer = client.post(url, {"into": other.number})
            may = name in HOTLINE | TOWN
            assert answer.status_code == (302 if may else 404 if name in UNSEEN else 403), name
            transaction.set_rollback(True)
