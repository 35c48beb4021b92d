"""Signs of gaming: injected patterns are asked about, honest work is left alone at the stated rate."""

import random
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import Notice, Unit
from accounts.refusals import BadInput, StepRefused
from assessment import periods
from assessment.models import HotSpotSearch, Sign, UnitScore
from assessment.queries import signs as queries
from assessment.services import jobs, work
from assessment.services.hotspots import ask_search
from assessment.services.signs import (
    answer_sign,
    look,
    look_now,
    settle_sign,
    sweep_nightly,
)
from assessment.signs import (
    Finishes,
    Rating,
    chance_of_phone,
    chance_of_run,
    last_minute,
    runs,
)
from cases.models import Call, Case, CaseEvent
from tests.assessment.cells import case, finished, rated
from tests.cast import OTHER_TOWN, SHANGHAI, TOWN, Stage
from tests.plans import read_whole

MONTHS = 200
MOST = 18
"""Of 200 honest months at 5 %, more than eighteen with a question would come once in a hundred trials."""
START = datetime(2026, 2, 2, 9, 0, tzinfo=SHANGHAI)
FEBRUARY = "2026-02"
AFTER = datetime(2026, 3, 2, 3, 0, tzinfo=SHANGHAI)


def unit(code: str) -> int:
    return Unit.objects.get(code=code).pk


def look_at_february() -> list[Sign]:
    look(periods.find(FEBRUARY), AFTER)
    return list(Sign.objects.order_by("pk"))


# --- finished just before the limit


def honest_month(dice: random.Random, differ: float) -> dict[int, Finishes]:
    """Draw a month of 25 units; each has its own honest habit of finishing late in the limit."""
    units = {}
    for one in range(25):
        habit = dice.betavariate(0.08 / differ, 0.92 / differ) if differ else 0.08
        done = dice.randint(10, 250)
        units[one] = Finishes(done, sum(dice.random() < habit for _ in range(done)))
    return units


@pytest.mark.parametrize("differ", [0.0, 0.03], ids=["alike", "each with a habit"])
def test_honest_units_are_seldom_asked_why_they_finish_late(differ: float) -> None:
    asked = sum(bool(last_minute(honest_month(random.Random(n), differ))) for n in range(MONTHS))
    assert asked <= MOST


def test_a_unit_that_waits_for_the_limit_is_asked() -> None:
    found = 0
    for seed in range(40):
        month = honest_month(random.Random(seed), 0.0)
        found += [s.unit for s in last_minute({**month, 99: Finishes(60, 27)})] == [99]
    assert found >= 36


def test_few_finishes_prove_nothing() -> None:
    others = {n: Finishes(100, 5) for n in range(5)}
    assert not last_minute({**others, 9: Finishes(19, 19)})
    assert not last_minute({9: Finishes(60, 60)}), "there is nobody to compare with"


def test_closures_just_before_the_deadline_are_found_in_the_rows(stage: Stage) -> None:
    fire, others = unit("XFZD"), [unit("CGW"), unit("ZJW"), unit("GD")]
    for n in range(24):
        finished(fire, START + timedelta(hours=5 * n), 0.97 if n < 14 else 0.5)
        for other in others:
            finished(other, START + timedelta(hours=5 * n), 0.97 if n == 3 else 0.1 + n / 40)
    late = finished(fire, START, 1.2)
    secret = finished(fire, START, 0.99, confidential=True)
    [sign] = look_at_february()
    assert (sign.kind, sign.unit_id) == ("last_minute", fire)
    assert sign.facts["done"] == 24
    assert sign.facts["last"] == 14
    assert len(sign.numbers) == 14
    assert not {late.number, secret.number} & set(sign.numbers)
    assert sign.chance is not None
    assert sign.chance < 0.001


# --- ratings


def test_an_honest_agent_is_never_asked() -> None:
    """Calls of a minute and a half to six minutes, all day long."""
    dice, ratings, at = random.Random(1), [], START
    for n in range(3000):
        at += timedelta(seconds=dice.uniform(90, 360))
        ratings.append(Rating(1, at, n, (str(n),)))
    assert runs(ratings) == []


def test_ratings_closer_than_calls_can_be_are_one_run() -> None:
    quick = [Rating(1, START + timedelta(seconds=40 * n), n, (str(n),)) for n in range(9)]
    later = [Rating(1, START + timedelta(hours=1, minutes=9 * n), 90 + n, ("x",)) for n in range(9)]
    [run] = runs([*quick, *later])
    assert run.numbers == [str(n) for n in range(9)]
    assert run.seconds == 320


def test_mass_ratings_by_an_agent_are_asked_of_the_centre(stage: Stage) -> None:
    agent = stage.people["callback"]
    for n in range(6):
        rated(START + timedelta(seconds=30 * n), agent=agent)
    for n in range(9):
        rated(START + timedelta(hours=2, minutes=4 * n), agent=agent)
    [sign] = look_at_february()
    assert (sign.kind, sign.unit, sign.facts["count"]) == ("mass_rating", None, 6)
    assert sign.facts["seconds"] == 150


def test_one_call_about_many_cases_is_one_rating(stage: Stage) -> None:
    call = Call.objects.create(received_at=START)
    for n in range(8):
        rated(START + timedelta(seconds=n), agent=stage.people["callback"], call=call)
    assert look_at_february() == []


def test_a_burst_of_link_ratings_is_asked_of_the_town(stage: Stage) -> None:
    for n in range(40):
        rated(START + timedelta(hours=14 * n), via="link")
    assert look_at_february() == []
    burst = START + timedelta(days=3, hours=2)
    for n in range(7):
        rated(burst + timedelta(seconds=20 * n), via="link")
    [sign] = look_at_february()
    assert sign.unit == Unit.objects.get(code=TOWN)
    assert sign.facts["count"] == 7


def test_links_answered_each_on_their_own_are_seldom_asked_about() -> None:
    asked = 0
    for seed in range(MONTHS):
        dice = random.Random(seed)
        ratings = []
        for town in range(12):
            awake = sorted(dice.uniform(0, 28 * 12 * 3600) for _ in range(120))
            ratings += [
                Rating(town, START + timedelta(seconds=s), n, ("x",)) for n, s in enumerate(awake)
            ]
        found = runs(ratings)
        asked += any(
            chance_of_run(len(run.ratings), run.seconds, 120, 28, 12) <= 0.05 for run in found
        )
    assert asked <= MOST


def test_a_run_is_judged_among_all_the_ratings_of_all_towns() -> None:
    """Five in a minute are nothing where two thousand answer in each of twelve towns, much where few do."""
    assert chance_of_run(5, 60, 2000, 28, 12) > 0.05
    assert chance_of_run(5, 60, 120, 28, 12) < 0.001


# --- phones


def test_honest_callers_even_frequent_ones_are_seldom_asked_about() -> None:
    """Six hundred phones; one in twenty calls so often that half the time another rating follows."""
    asked = 0
    for seed in range(MONTHS):
        dice = random.Random(seed)
        phones = Counter(_ratings(dice, 0.5 if dice.random() < 0.05 else 0.1) for _ in range(600))
        asked += chance_of_phone(max(phones), phones) <= 0.05
    assert asked <= MOST


def _ratings(dice: random.Random, again: float) -> int:
    many = 1
    while dice.random() < again:
        many += 1
    return many


def test_one_phone_that_rates_many_cases_of_a_town_is_asked_about_and_never_shown(
    stage: Stage,
) -> None:
    for n in range(60):
        rated(START + timedelta(hours=3 * n), caller_phone=f"1390000{n:04d}")
        if n < 12:
            rated(START + timedelta(hours=3 * n + 1), caller_phone="13700007777")
    for n in range(12):
        angry = {"resolved": "no", "satisfied": "dissatisfied", "caller_phone": "13600006666"}
        rated(START + timedelta(hours=3 * n + 2), **angry)
    [sign] = look_at_february()
    assert (sign.kind, sign.facts["count"], sign.facts["phone"]) == ("one_phone", 12, "137****77")
    assert "13700007777" not in f"{sign.key} {sign.facts} {sign.numbers}"


# --- contact


def test_contact_claimed_against_the_residents_word_is_a_question_of_truth(stage: Stage) -> None:
    town = stage.people["town"]
    claimed = rated(START, contacted=False)
    _event(claimed, "contact", how="phone", actor=town)
    in_vain = rated(START, contacted=False)
    _event(in_vain, "contact", how="not_reached", actor=town)
    agreed = rated(START)
    _event(agreed, "contact", how="phone", actor=town)
    written = rated(START, contacted=False, area=OTHER_TOWN)
    _event(
        written, "order.finish", result="【已联系】【已解决】", unit=Unit.objects.get(code="CGW")
    )
    secret = rated(START, contacted=False, confidential=True)
    _event(secret, "contact", how="phone", actor=town)
    earlier_round = rated(START, contacted=False)
    _event(earlier_round, "contact", how="phone", actor=town, round=2)
    found = look_at_february()
    asked = {(sign.unit.code if sign.unit else "", *sign.numbers) for sign in found}
    assert asked == {(TOWN, claimed.number), ("CGW", written.number)}
    assert all(sign.chance is None for sign in found)


def _event(row: Case, step: str, **given: Any) -> None:
    about: dict[str, Any] = {
        name: given.pop(name) for name in ("actor", "unit", "round") if name in given
    }
    fields: dict[str, Any] = {"round": 1, "at": START - timedelta(days=1), **about}
    CaseEvent.objects.create(case=row, step=step, state="handling", details=given, **fields)


# --- asked, answered, settled


@pytest.fixture
def sign(stage: Stage) -> Sign:
    """Ask the town about a contact."""
    row = rated(START, contacted=False)
    _event(row, "contact", how="phone", actor=stage.people["town"])
    [found] = look_at_february()
    return found


def test_the_same_sign_is_asked_once(stage: Stage, sign: Sign) -> None:
    assert look(periods.find(FEBRUARY), AFTER + timedelta(days=1)) == 0
    assert Sign.objects.count() == 1
    told = Notice.objects.filter(kind="sign_asked")
    assert [notice.recipient.username for notice in told] == ["town"]
    assert told.get().params == {"count": "1"}


def test_the_unit_asked_sees_and_answers_the_centre_settles(stage: Stage, sign: Sign) -> None:
    seeing = {who for who in stage.people if Sign.objects.visible_to(stage.who(who)).exists()}
    assert seeing == {"leader", "assessor", "supervisor", "admin", "town"}
    for who in ("town2", "department", "supervisor", "leader"):
        with pytest.raises(PermissionDenied):
            answer_sign(sign.pk, actor=stage.who(who), at=AFTER, text="打过电话")
    with pytest.raises(BadInput):
        answer_sign(sign.pk, actor=stage.who("town"), at=AFTER, text=" ")
    answer_sign(sign.pk, actor=stage.who("town"), at=AFTER, text="联系的是其家属")
    with pytest.raises(StepRefused):
        answer_sign(sign.pk, actor=stage.who("town"), at=AFTER, text="再说一次")
    with pytest.raises(PermissionDenied):
        settle_sign(sign.pk, actor=stage.who("assessor"), at=AFTER, words="属实")
    settle_sign(sign.pk, actor=stage.who("supervisor"), at=AFTER, words="录音核实，属实")
    with pytest.raises(StepRefused):
        settle_sign(sign.pk, actor=stage.who("supervisor"), at=AFTER, words="再定")
    kinds = set(Notice.objects.values_list("kind", flat=True))
    assert {"sign_asked", "sign_answered", "sign_settled"} <= kinds


def test_where_no_unit_is_asked_the_centre_answers(stage: Stage) -> None:
    for n in range(6):
        rated(START + timedelta(seconds=30 * n), agent=stage.people["callback"])
    [one] = look_at_february()
    with pytest.raises(PermissionDenied):
        answer_sign(one.pk, actor=stage.who("callback"), at=AFTER, text="补录")
    answer_sign(one.pk, actor=stage.who("supervisor"), at=AFTER, text="系统中断后补录纸质记录")


def test_a_sign_changes_no_score_and_no_case(stage: Stage, sign: Sign) -> None:
    assert not UnitScore.objects.exists()
    assert CaseEvent.objects.count() == 1


def test_what_is_judged_by_a_whole_month_waits_for_its_end(stage: Stage) -> None:
    """In the night it is left alone while the month runs; the night after, it is asked."""
    for n in range(60):
        rated(START + timedelta(hours=3 * n), caller_phone=f"1390000{n:04d}")
        if n < 12:
            rated(START + timedelta(hours=3 * n + 1), caller_phone="13700007777")
    sweep_nightly(START + timedelta(days=20))
    assert not Sign.objects.exists()
    sweep_nightly(AFTER)
    assert Sign.objects.get().kind == "one_phone"
    assert sweep_nightly(AFTER + timedelta(minutes=30)) == 0
    assert HotSpotSearch.objects.count() == 2


def test_a_search_by_hand_after_midnight_takes_nothing_from_the_night(stage: Stage) -> None:
    for n in range(60):
        rated(START + timedelta(hours=3 * n), caller_phone=f"1390000{n:04d}")
        if n < 12:
            rated(START + timedelta(hours=3 * n + 1), caller_phone="13700007777")
    ask_search(stage.who("assessor"), AFTER)
    work.do(jobs.claim(AFTER), clock=lambda: AFTER)
    assert HotSpotSearch.objects.count() == 1
    assert Sign.objects.get().kind == "one_phone"


def test_only_the_centre_and_the_assessors_look_now(stage: Stage) -> None:
    assert look_now(stage.who("assessor"), AFTER) == 0
    with pytest.raises(PermissionDenied):
        look_now(stage.who("town"), AFTER)


@pytest.mark.parametrize(
    "sql",
    [
        queries.FINISHES,
        queries.FINISHED_LAST,
        queries.QUICK,
        queries.LINKS,
        queries.PHONES,
        queries.HOW_MANY,
        queries.CLAIMS,
    ],
)
def test_a_month_is_looked_at_by_index(stage: Stage, sql: str) -> None:
    case(START).save(force_insert=True)
    more = {"unit": 1, "most": 50, "via": "link", "before": 4, "within": timedelta(minutes=5)}
    given = queries.given(periods.find(FEBRUARY), claimed=queries.CLAIMED, **more)
    assert not read_whole(sql, given)
