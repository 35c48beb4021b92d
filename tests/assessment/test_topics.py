"""Topics: taken up with an owner, worked on, measured against chance and season, closed with an outcome."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import Notice
from accounts.refusals import BadInput, StepRefused
from assessment.measures import Measure, measure
from assessment.models import Topic
from assessment.services.topics import (
    Proposed,
    account_of,
    baseline_of,
    close_topic,
    enter,
    measured,
    open_topic,
    owner_for,
    remind_of_topics,
)
from cases.models import Case
from tests.assessment.cells import case, communities, moment
from tests.cast import COMMUNITY, OTHER_COMMUNITY, OTHER_TOWN, TOWN, Stage

BEGUN = date(2026, 1, 5)
GIVEN = Proposed(
    title="消防通道堵塞专题",
    text="划线、立牌、定期巡查",
    category="0306",
    area=COMMUNITY,
    owner="XFZD",
    goal=Decimal(2),
    begun_on=BEGUN,
    review_on=BEGUN + timedelta(days=60),
    assists=("ZJW", TOWN),
)


def week(start: date, many: int, area: str = COMMUNITY) -> None:
    Case.objects.bulk_create(
        [case(moment(start + timedelta(days=n % 7), 480 + n), area, "0306") for n in range(many)]
    )


def on_file_since(weeks: int) -> None:
    """Put a case of another category on file so many weeks before the beginning."""
    case(moment(BEGUN - timedelta(weeks=weeks)), OTHER_COMMUNITY, "01").save(force_insert=True)


def taken_up(stage: Stage, at: date = BEGUN, **given: object) -> Topic:
    return open_topic(
        replace(GIVEN, **given),  # type: ignore[arg-type]
        actor=stage.who("supervisor"),
        at=moment(at),
    )


def told(kind: str) -> set[str]:
    return set(Notice.objects.filter(kind=kind).values_list("recipient__username", flat=True))


def test_a_topic_has_a_number_an_owner_and_a_baseline_from_the_data(stage: Stage) -> None:
    for n in range(1, 13):
        week(BEGUN - timedelta(weeks=n), 6 if n % 2 else 7)
    topic = taken_up(stage)
    assert topic.number == "专题〔2026〕1号"
    assert topic.baseline == Decimal("6.50")
    assert topic.state == "open"
    assert told("topic_opened") == {"department3", "department2", "town"}
    assert taken_up(stage).number == "专题〔2026〕2号"


def test_the_baseline_is_rounded_half_up(stage: Stage) -> None:
    on_file_since(12)
    week(BEGUN - timedelta(weeks=1), 5)
    assert baseline_of("0306", COMMUNITY, BEGUN) == Decimal("0.42")


def test_weeks_from_before_the_first_case_on_file_do_not_count_as_quiet(stage: Stage) -> None:
    """A district that began four weeks ago has a baseline of four weeks, and no false rise after it."""
    on_file_since(4)
    week(BEGUN - timedelta(weeks=2), 6)
    week(BEGUN - timedelta(weeks=1), 6)
    assert baseline_of("0306", COMMUNITY, BEGUN) == Decimal("3.00")
    topic = taken_up(stage, area="", owner=OTHER_TOWN)
    for n in range(3):
        week(BEGUN + timedelta(weeks=n), 3)
    found = measured(topic, moment(BEGUN + timedelta(weeks=3)))
    assert (found.before, found.after, found.verdict) == (Decimal(3), Decimal(3), "unclear")


def test_where_nothing_was_on_file_before_no_change_is_told(stage: Stage) -> None:
    topic = taken_up(stage)
    for n in range(3):
        week(BEGUN + timedelta(weeks=n), 7)
    found = measured(topic, moment(BEGUN + timedelta(weeks=3)))
    assert (topic.baseline, found.before, found.after) == (Decimal(0), Decimal(0), Decimal(7))
    assert (found.verdict, found.chance) == ("few", None)


def test_the_responsibility_list_proposes_the_owner_else_the_town(stage: Stage) -> None:
    assert owner_for("0306", COMMUNITY) == ("XFZD", ["CGW", "ZJW"])
    assert owner_for("0101", COMMUNITY) == (TOWN, [])
    assert owner_for("0101", "") == ("", [])


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"title": " "}, "title"),
        ({"text": ""}, "text"),
        ({"category": "9999"}, "category"),
        ({"area": "999"}, "area"),
        ({"owner": "NOBODY"}, "owner"),
        ({"assists": ("NOBODY",)}, "assists"),
        ({"goal": Decimal(-1)}, "goal"),
        ({"review_on": BEGUN}, "review_on"),
        ({"begun_on": BEGUN - timedelta(days=400)}, "begun_on"),
        ({"spot": 12345}, "spot"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    stage: Stage, given: dict[str, object], field: str
) -> None:
    with pytest.raises(BadInput) as refusal:
        taken_up(stage, **given)
    assert field in refusal.value.fields
    assert not Topic.objects.exists()


def test_owner_and_assisting_units_write_what_was_done_others_do_not(stage: Stage) -> None:
    topic = taken_up(stage)
    for who in ("town2", "department", "leader", "supervisor", "community"):
        with pytest.raises(PermissionDenied):
            enter(topic.pk, actor=stage.who(who), at=moment(BEGUN), text="看过了")
    enter(topic.pk, actor=stage.who("department3"), at=moment(BEGUN), text="已划线")
    enter(topic.pk, actor=stage.who("town"), at=moment(BEGUN), text="已立牌")
    topic.refresh_from_db()
    assert topic.state == "acting"
    assert told("topic_progress") == {"supervisor"}


def test_who_sees_a_topic(stage: Stage) -> None:
    taken_up(stage)
    everybody = stage.people
    seeing = {who for who in everybody if Topic.objects.visible_to(stage.who(who)).exists()}
    assert seeing == {
        "leader",
        "assessor",
        "supervisor",
        "admin",
        "department3",
        "department2",
        "town",
    }


def test_the_centre_closes_with_an_outcome_and_the_measure_is_kept(stage: Stage) -> None:
    for n in range(1, 13):
        week(BEGUN - timedelta(weeks=n), 8)
        week(BEGUN - timedelta(weeks=n), 8, OTHER_COMMUNITY)
    for n in range(8):
        week(BEGUN + timedelta(weeks=n), 2)
        week(BEGUN + timedelta(weeks=n), 8, OTHER_COMMUNITY)
    topic = taken_up(stage)
    with pytest.raises(PermissionDenied):
        close_topic(topic.pk, actor=stage.who("assessor"), at=moment(BEGUN), outcome="好了")
    later = moment(BEGUN + timedelta(weeks=8))
    close_topic(topic.pk, actor=stage.who("supervisor"), at=later, outcome="划线到位，投诉减少")
    topic.refresh_from_db()
    week(BEGUN + timedelta(weeks=2), 40)
    found = measured(topic, later + timedelta(days=99))
    assert (found.before, found.after, found.weeks) == (Decimal("8.00"), Decimal("2.00"), 8)
    assert found.verdict == "fell"
    assert found.district == (Decimal("8.00"), Decimal("8.00"))
    assert told("topic_closed") == {"department3", "department2", "town"}
    for act in (
        lambda: enter(topic.pk, actor=stage.who("town"), at=later, text="又做了"),
        lambda: close_topic(topic.pk, actor=stage.who("supervisor"), at=later, outcome="再关"),
    ):
        with pytest.raises(StepRefused):
            act()


def test_a_report_reads_the_account_of_a_topic(stage: Stage) -> None:
    week(BEGUN, 3)
    topic = taken_up(stage)
    enter(topic.pk, actor=stage.who("town"), at=moment(BEGUN, 700), text="已立牌")
    told_of = account_of(topic, moment(BEGUN + timedelta(days=15)))
    assert told_of["cases"] == 3
    assert told_of["measured"] == Decimal("1.50")
    assert told_of["weeks"] == [(BEGUN, 3), (BEGUN + timedelta(days=7), 0)]
    assert [entry["text"] for entry in told_of["entries"]] == ["已立牌"]
    assert told_of["reached_goal"] is True
    early = account_of(topic, moment(BEGUN + timedelta(days=3)))
    assert early["measured"] is None, "no whole week yet is no data, not nought"


def test_owner_and_centre_are_reminded_once_on_the_day_of_the_review(stage: Stage) -> None:
    topic = taken_up(stage)
    day = moment(topic.review_on, 30)
    assert remind_of_topics(day - timedelta(days=1)) == 0
    for at in (day, day + timedelta(minutes=30), day + timedelta(days=1)):
        remind_of_topics(at)
    assert told("topic_review") == {"department3", "supervisor"}
    assert Notice.objects.filter(kind="topic_review").count() == 2


def test_a_topic_of_the_whole_district_is_compared_with_its_own_past(stage: Stage) -> None:
    communities(1)
    topic = taken_up(stage, area="", owner=OTHER_TOWN)
    week(BEGUN, 9)
    week(BEGUN + timedelta(weeks=1), 9, OTHER_COMMUNITY)
    found = measured(topic, moment(BEGUN + timedelta(weeks=3)))
    assert (found.after, found.district, found.beside) == (Decimal("6.00"), None, False)


# --- the measure itself


def steady(own: int, rest: int, weeks: int) -> list[tuple[int, int]]:
    return [(own, rest)] * weeks


def test_a_fall_that_the_whole_district_has_is_not_sold_as_a_success() -> None:
    """The heating season ends: the place falls to a quarter, so does everybody."""
    found = measure(steady(12, 120, 12), steady(3, 30, 6))
    assert found.verdict == "unclear"
    alone = measure(steady(12, 120, 12), steady(3, 120, 6))
    assert alone.verdict == "fell"
    assert alone.chance is not None
    assert alone.chance < 0.001


def test_a_place_that_stays_while_the_district_falls_has_risen() -> None:
    assert measure(steady(12, 120, 12), steady(12, 30, 6)).verdict == "rose"


def test_too_little_is_said_to_be_too_little() -> None:
    assert measure(steady(5, 50, 12), []).verdict == "early"
    assert measure(steady(5, 50, 12), []).after is None
    assert measure(steady(5, 50, 12), steady(0, 50, 1)).verdict == "early"
    assert measure([(1, 50), *steady(0, 50, 11)], steady(0, 50, 6)).verdict == "few"


def test_the_interval_is_wider_where_cases_come_together() -> None:
    calm = measure(steady(6, 60, 12), steady(6, 60, 4)).between
    wild = measure([(0, 60), (12, 60)] * 6, steady(6, 60, 4)).between
    assert calm
    assert wild
    assert wild[0] < calm[0] < 6 < calm[1] < wild[1]


def test_a_measure_is_kept_to_the_last_digit() -> None:
    for found in (
        measure(steady(6, 60, 12), steady(5, 60, 4)),
        measure(steady(6, 60, 12), []),
        measure(steady(6, 0, 12), steady(5, 0, 4), whole=True),
    ):
        assert Measure.from_json(found.as_json()) == found
