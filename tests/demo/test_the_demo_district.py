"""The shipped reference data is whole, and the same seed gives the same living district."""

from collections import Counter
from datetime import datetime
from typing import Any

import pytest
from django.db import transaction

from accounts.models import Membership, Role
from cases import calendars
from cases.models import Case, CaseEvent, Category, Clock
from cases.services import limits
from config.demo.history import Share, live_history
from config.demo.people import SIGN_INS, known_people, load_people
from config.demo.reference import load_reference
from config.demo.requests import all_requests
from dispatch.models import Order, Responsibility
from grids.models import Area
from tests.cast import SHANGHAI

UNTIL = datetime(2026, 11, 20, 15, 0, tzinfo=SHANGHAI)


def told() -> list[Any]:
    """Return everything of the district that anybody can see, ids aside."""
    cases = Case.objects.order_by("number")
    fields = ("number", "text", "state", "round", "area", "received_at", "handled_at", "result")
    events = CaseEvent.objects.order_by("case__number", "at", "step", "unit__code")
    orders = Order.objects.order_by("case__number", "issued_at", "unit__code")
    return [
        list(cases.values_list(*fields)),
        list(events.values_list("case__number", "step", "at", "actor__username")),
        list(orders.values_list("case__number", "unit__code", "state", "finished_at")),
    ]


def lived(*shares: Share) -> list[Any]:
    """Live the shares in a transaction that is undone; return what was told."""
    with transaction.atomic():
        for share in shares:
            live_history(known_people(), seed=7, until=UNTIL, count=14, share=share)
        found = told()
        transaction.set_rollback(True)
    return found


@pytest.fixture
def reference(db: None) -> dict[str, int]:
    calendars.forget()
    limits.forget()
    return load_reference()


def test_the_reference_data_is_whole(reference: dict[str, int]) -> None:
    levels = Counter(Area.objects.values_list("level", flat=True))
    assert levels["town"] == 22
    assert levels["community"] == 656
    assert levels["grid"] == 2634
    assert levels["microgrid"] > 0
    assert not Area.objects.filter(boundary=None).exists()
    assert Responsibility.objects.count() >= 141
    assert Responsibility.objects.values("group").distinct().count() == 7
    leaves = Category.objects.filter(children=None)
    assert not leaves.filter(responsibilities=None).exists()
    assert load_reference() == reference


def test_the_requests_are_many_different_and_of_every_kind() -> None:
    requests = all_requests()
    assert len({request.text for request in requests}) == len(requests) >= 80
    assert len({request.category[:2] for request in requests}) == 20


def test_the_same_seed_gives_the_same_district_however_it_is_shared_out(
    reference: dict[str, int],
) -> None:
    load_people()
    assert set(Membership.objects.filter(user__username__in=SIGN_INS).values_list("role")) >= {
        (role.value,) for role in Role
    }
    whole = lived(Share())
    assert len(whole[0]) == 14
    assert whole == lived(Share())
    assert whole == lived(Share(1, 2), Share(0, 2))
    assert Clock.objects.count() == 0
