"""Every number of the month page can link to exactly its cases: the parameters of `/cases/`."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from cases.models import Case
from cases.services.breaches import sweep_breaches
from cases.services.callbacks import record_callback
from cases.services.steps import advance
from grids.places import Place
from tests.cases.conftest import Enter
from tests.cast import Stage

Listed = Callable[..., set[str]]


@pytest.fixture
def listed(enter: Enter) -> Listed:
    def numbers(who: str = "supervisor", **params: Any) -> set[str]:
        answer = enter(who).get("/cases/", params)
        assert answer.status_code == 200
        return {line.number for line in answer.context["cases"]}

    return numbers


def _handled(stage: Stage, **given: Any) -> Case:
    case = stage.case(**given)
    town = stage.who("town")
    advance(case.pk, "handle", actor=town, at=stage.at)
    return advance(case.pk, "finish", actor=town, at=stage.at, result="已清理")


def _rated(stage: Stage, **answers: Any) -> Case:
    case = _handled(stage)
    given: dict[str, Any] = {"contacted": True, "resolved": "yes", "satisfied": "satisfied"}
    who = stage.who("callback")
    record_callback(case.pk, actor=who, at=stage.at, outcome="reached", **given | answers)
    return case


def test_what_a_case_is_narrows_the_list(live: Stage, listed: Listed) -> None:
    one = live.case(urgency="urgent")
    there = Place("110112012001001", 116.655, 39.905)
    two = live.case(category="0101", kind="help", channel="web", place=there, caller_phone="")
    assert listed() == {one.number, two.number}
    for params, kept in [
        ({"town": "110112013"}, one),
        ({"town": "110112012"}, two),
        ({"area": "110112013001"}, one),
        ({"community": "110112012001"}, two),
        ({"category": "03"}, one),
        ({"category": "0101"}, two),
        ({"kind": "help"}, two),
        ({"channel": "hotline"}, one),
        ({"urgency": "urgent"}, one),
        ({"q": two.number}, two),
        ({"q": "3号楼"}, one),
    ]:
        assert listed(**params) == {kept.number}, params
    assert listed(town="110112013", kind="help") == set()


def test_where_a_case_stands_narrows_the_list(live: Stage, listed: Listed) -> None:
    received, handled = live.case(), _handled(live)
    rejected = live.case()
    advance(rejected.pk, "reject", actor=live.who("operator"), at=live.at, reason="非本区")
    whistled = live.whistle().case
    assert listed(state="received") == {received.number}
    assert listed(state="ended") == {rejected.number}
    assert listed(state="open") == {received.number, handled.number, whistled.number}
    assert listed(route="self") == {handled.number}
    assert listed(route="whistle") == {whistled.number}
    assert listed(department="XFZD") == {whistled.number}
    assert listed(department="CGW") == set()


def test_days_and_moments_bound_the_list(live: Stage, listed: Listed) -> None:
    case = live.case()
    day = timezone.localtime(live.at).date()
    yes = [
        {"received_from": f"{day}", "received_to": f"{day}"},
        {"received_from": f"{timezone.localtime(live.at):%Y-%m-%dT%H:%M:%S}"},
        {"received_to": (live.at + timedelta(seconds=1)).isoformat()},
    ]
    no = [
        {"received_to": f"{day - timedelta(days=1)}"},
        {"received_from": f"{day + timedelta(days=1)}"},
        {"received_to": live.at.isoformat()},
    ]
    assert all(listed(**params) == {case.number} for params in yes)
    assert all(listed(**params) == set() for params in no)


def test_answers_of_the_last_valid_callback_narrow_the_list(live: Stage, listed: Listed) -> None:
    good = _rated(live)
    poor = _rated(live, contacted=False, resolved="no", satisfied="dissatisfied")
    silent = _handled(live)
    assert listed(rated="1") == {good.number, poor.number}
    assert listed(rated="0") == {silent.number}
    assert listed(resolved="yes") == {good.number}
    assert listed(satisfied="dissatisfied") == {poor.number}
    assert listed(contacted="1") == {good.number}
    assert listed(contacted="0") == {poor.number}
    advance(poor.pk, "reopen", actor=live.who("callback"), at=live.at, reason="未解决")
    town = live.who("town")
    advance(poor.pk, "handle", actor=town, at=live.at)
    advance(poor.pk, "finish", actor=town, at=live.at, result="再次清理")
    answers: dict[str, Any] = {"contacted": True, "resolved": "yes", "satisfied": "basic"}
    record_callback(poor.pk, actor=live.who("callback"), at=live.at, outcome="reached", **answers)
    assert listed(resolved="no") == set()
    assert listed(resolved="yes") == {good.number, poor.number}


def test_missed_limits_narrow_the_list(live: Stage, listed: Listed) -> None:
    live.at = timezone.now() - timedelta(days=60)
    old = live.case()
    live.at = timezone.now()
    new = live.case()
    assert listed(overdue="1") == {old.number}
    assert listed(breached="1") == set()
    sweep_breaches(timezone.now())
    assert listed(breached="1") == {old.number}
    assert listed(breached="0") == {new.number}


def test_my_open_reports_are_mine_and_open(live: Stage, listed: Listed) -> None:
    mine = live.case()
    live.case(by="supervisor")
    ended = live.case()
    advance(ended.pk, "reject", actor=live.who("operator"), at=live.at, reason="重复")
    assert listed("operator", mine="1") == {mine.number}


@pytest.mark.parametrize(
    "params",
    [
        {"received_from": "yesterday"},
        {"received_to": "2026-13-40"},
        {"state": "lost"},
        {"counted": "perhaps"},
        {"resolved": "maybe"},
    ],
)
def test_what_cannot_be_read_shows_nothing_and_says_so(
    live: Stage, enter: Enter, params: dict[str, str]
) -> None:
    live.case()
    answer = enter("supervisor").get("/cases/", params)
    assert answer.status_code == 200
    assert answer.context["cases"] == []
    assert "A filter cannot be read" in answer.content.decode()


def test_what_is_struck_out_for_a_reader_cannot_be_searched_for(
    live: Stage, listed: Listed
) -> None:
    case = live.case(text="请回电 13912345678，消防通道堵塞")
    secret = live.case(text="举报消防通道堵塞", kind="report")
    assert case.number in listed("operator", q="13912345678")
    assert listed("town", q="13912345678") == set()
    assert listed("town", q="91234") == set()
    assert listed("town", q="通道堵塞") == {case.number}
    assert listed("callback", q="通道堵塞") == {case.number, secret.number}


def test_htmx_is_given_the_rows_alone_and_a_clean_address(live: Stage, enter: Enter) -> None:
    live.case()
    answer = enter("town").get("/cases/?q=&state=open&town=", headers={"HX-Request": "true"})
    assert "<html" not in answer.content.decode()
    assert answer["HX-Push-Url"] == "/cases/?state=open"
    assert "HX-Request" in answer["Vary"]


def test_pages_follow_each_other_without_a_gap_or_a_double(
    live: Stage, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.paging.page_of.__kwdefaults__", {"size": 3})
    made = [live.case().number for _ in range(8)]
    client, seen, cursor = enter("operator"), [], ""
    for _ in range(4):
        answer = client.get("/cases/?" + urlencode({"cursor": cursor, "kind": "complaint"}))
        seen += [line.number for line in answer.context["cases"]]
        cursor = answer.context["page"].next
        if not cursor:
            break
    assert seen == made[::-1]
    first = client.get("/cases/?" + urlencode({"cursor": answer.context["page"].previous}))
    assert len(first.context["cases"]) == 3


def test_filters_that_came_with_a_link_are_shown_and_can_be_dropped(enter: Enter) -> None:
    answer = enter("leader").get("/cases/?state=open&received_from=2026-11-01&breached=1")
    chips = {chip["name"]: chip for chip in answer.context["chips"]}
    assert set(chips) == {"received_from", "breached"}
    assert chips["breached"]["words"] == "Yes"
    assert chips["breached"]["without"] == "/cases/?state=open&received_from=2026-11-01"
