"""Quiet hours hold back what rings, not what is shown; what was held arrives as one digest."""

from datetime import datetime, timedelta

import pytest

from accounts import quiet_hours
from accounts.models import Notice, QuietSpan, Unit
from accounts.quiet_hours import quiet_until
from accounts.services.ringing import make_rounds
from tests.accounts.posts import reachable, tell
from tests.accounts.receivers import Gateway
from tests.cast import SHANGHAI, TOWN, Stage


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def nights(stage: Stage) -> None:
    """Make the nights of that week quiet for office hours, and its Saturday and Sunday (7, 8)."""
    spans = [(at(4, 20), at(5, 8)), (at(5, 20), at(6, 8)), (at(6, 20), at(7, 0))]
    spans += [(at(7, 0), at(9, 8))]
    QuietSpan.objects.bulk_create(QuietSpan(begins_at=b, ends_at=e) for b, e in spans)
    quiet_hours.forget()


def test_what_comes_at_night_arrives_as_one_digest_at_the_start_of_work(
    stage: Stage, gateway: Gateway
) -> None:
    reachable(stage)
    moment = at(4, 19, 50)
    while moment <= at(5, 9):
        if moment in (at(4, 23), at(5, 3), at(5, 6)):
            tell(at=moment)
        make_rounds(moment)
        if moment < at(5, 8):
            assert gateway.texts == []
        moment += timedelta(minutes=10)

    assert len(gateway.texts) == 1
    assert gateway.texts[0].startswith("3 条通知")
    assert gateway.asked[0]["sent_at"] == at(5, 8).isoformat(timespec="seconds")


def test_a_notice_knows_from_when_on_it_may_ring(stage: Stage) -> None:
    tell(at=at(4, 12))
    tell(at=at(4, 22))
    tell(at=at(4, 23), urgent=True)

    rings = Notice.objects.order_by("created_at").values_list("ring_at", flat=True)

    assert list(rings) == [at(4, 12), at(5, 8), at(4, 23)]


def test_the_product_shows_it_at_once(stage: Stage, gateway: Gateway) -> None:
    tell(at=at(4, 23))
    make_rounds(at(4, 23))
    assert Notice.objects.visible_to(stage.people["town"]).count() == 1


def test_an_emergency_goes_through(stage: Stage, gateway: Gateway) -> None:
    reachable(stage)
    tell(at=at(4, 22))
    tell(at=at(4, 23), urgent=True, case_number="FIRE")

    make_rounds(at(4, 23))
    assert gateway.texts == ["新案件 FIRE，请受理"]

    make_rounds(at(5, 8))
    assert gateway.texts[1:] == ["新案件 TZ1，请受理"]


def test_a_friday_evening_waits_until_monday(stage: Stage, gateway: Gateway) -> None:
    reachable(stage)
    tell(at=at(6, 21))
    for moment in (at(7, 0), at(7, 12), at(9, 7, 59)):
        make_rounds(moment)
        assert gateway.texts == []

    make_rounds(at(9, 8))
    assert len(gateway.texts) == 1


def test_a_unit_that_works_around_the_clock_is_told_at_night(
    stage: Stage, gateway: Gateway
) -> None:
    reachable(stage)
    Unit.objects.filter(code=TOWN).update(calendar="always")
    tell(at=at(4, 23))

    make_rounds(at(4, 23))

    assert len(gateway.texts) == 1


def test_what_a_late_round_finds_at_night_waits_like_the_rest(
    stage: Stage, gateway: Gateway
) -> None:
    reachable(stage)
    tell(at=at(4, 19, 55))
    tell(at=at(4, 19, 56), urgent=True)

    make_rounds(at(4, 23))
    assert len(gateway.texts) == 1

    make_rounds(at(5, 8))
    assert len(gateway.texts) == 2


@pytest.mark.parametrize(
    ("moment", "end"),
    [
        (at(4, 19, 59), None),
        (at(4, 20), at(5, 8)),
        (at(5, 7, 59), at(5, 8)),
        (at(5, 8), None),
        (at(6, 23), at(9, 8)),
        (at(1, 3), None),
        (at(20, 3), None),
    ],
)
def test_quiet_is_from_the_evening_on_and_until_work_begins(
    moment: datetime, end: datetime | None
) -> None:
    assert quiet_until("", moment) == end
