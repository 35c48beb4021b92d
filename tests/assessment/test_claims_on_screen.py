"""Claims and marks both ways in the browser's eyes: where they are raised, who is shown what, what is kept."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessment.models import Claim, LeaderMark, ReviewAnswer, WhistleMark
from assessment.services.claims import ask
from cases.models import Case
from tests.assessment.appeals import (
    WORDS,
    appeal,
    exclusion,
    items,
    missed,
    reviewed,
    town_claims,
)
from tests.assessment.test_two_way import marked, objected
from tests.cast import PEOPLE, TOWN, Stage

FORM = {"unit": TOWN, "item": "T-SUIT"} | WORDS


@pytest.fixture
def listed(stage: Stage) -> Stage:
    items()
    return stage


def client(stage: Stage, name: str) -> Client:
    found = Client(headers={"accept-language": "en"})
    found.force_login(stage.people[name])
    found.cookies["django_language"] = "en"
    return found


def page(stage: Stage, name: str, url: str, status: int = 200) -> str:
    answer = client(stage, name).get(url)
    assert answer.status_code == status, (name, url, answer.status_code)
    return answer.content.decode()


def test_the_case_offers_a_claim_to_its_town_and_its_departments_only(listed: Stage) -> None:
    clock = missed(listed)
    panel = reverse("assessment:claims_of", args=[clock.case.number])
    new = reverse("assessment:claim_new", args=[clock.case.number])
    assert f'hx-get="{panel}"' in page(listed, "town", f"/cases/{clock.case.number}/")
    assert f'href="{new}"' in page(listed, "town", panel)
    assert f'href="{new}?clock={clock.pk}"' in page(listed, "department3", panel)
    assert f"?clock={clock.pk}" not in page(listed, "department2", panel)
    for name in ("community", "operator", "supervisor"):
        assert "claim" not in page(listed, name, panel)
    page(listed, "town2", panel, 404)
    page(listed, "community", new, 403)
    page(listed, "department2", f"{new}?clock={clock.pk}", 403)
    page(listed, "department3", f"{new}?clock=0", 404)


def test_the_town_raises_a_claim_and_what_is_wrong_keeps_what_was_typed(listed: Stage) -> None:
    number = listed.case().number
    url = reverse("assessment:claim_new", args=[number])
    town = client(listed, "town")
    answer = town.post(url, FORM | {"item": ""})
    assert answer.status_code == 400
    assert WORDS["basis"] in answer.content.decode()
    answer = town.post(url, FORM)
    claim = Claim.objects.get()
    assert answer.headers["Location"] == reverse("assessment:claim", args=[claim.pk])
    assert (claim.kind, claim.unit.code, claim.item and claim.item.code) == (
        "exclusion",
        TOWN,
        "T-SUIT",
    )
    assert town.post(url, FORM).status_code == 409


def test_a_key_of_thousands_of_digits_is_none_of_ours(listed: Stage) -> None:
    huge = "9" * 5000
    case, town = listed.case(), client(listed, "town")
    assert town.post(f"/cases/{case.number}/claims/new/", {"clock": huge}).status_code == 404
    assert town.get(f"/reviews/marks/?order={huge}").status_code == 200


def test_the_department_appeals_its_missed_limit(listed: Stage) -> None:
    clock = missed(listed)
    url = reverse("assessment:claim_new", args=[clock.case.number])
    given = {"unit": "XFZD", "clock": clock.pk} | WORDS
    assert "T-SUIT" not in page(listed, "department3", f"{url}?clock={clock.pk}")
    assert client(listed, "department3").post(url, given).status_code == 302
    assert Claim.objects.get().clock == clock


def test_reviewers_decide_on_the_page_after_seeing_the_effect(listed: Stage) -> None:
    claim = town_claims(listed)
    url = reverse("assessment:claim", args=[claim.pk])
    review = reverse("assessment:claim_review", args=[claim.pk])
    assert "First review" in page(listed, "supervisor", url)
    for name in ("supervisor", "assessor", "town"):
        assert f'hx-get="{url}effect/"' in page(listed, name, url)
        assert "If approved" in page(listed, name, f"{url}effect/")
    centre = client(listed, "supervisor")
    empty = centre.post(review, {"words": "", "approve": "1"})
    assert empty.status_code == 400
    assert centre.post(review, {"words": "属实", "approve": ""}).status_code == 400
    assert centre.post(review, {"words": "属实", "approve": "1"}).status_code == 302
    assessor = client(listed, "assessor")
    assert f'action="{review}"' in assessor.get(url).content.decode()
    assert assessor.post(review, {"words": "同意", "approve": "1"}).status_code == 302
    assert not Case.objects.get(pk=claim.case_id).counted
    assert "属实" in page(listed, "town", url)


@pytest.mark.parametrize("path", ["", "effect/"])
def test_who_reads_a_claim(listed: Stage, path: str) -> None:
    url = reverse("assessment:claim", args=[town_claims(listed).pk]) + path
    district = {"operator", "callback", "supervisor", "leader", "assessor", "admin"}
    for name in PEOPLE:
        page(listed, name, url, 200 if name in district | {"town"} else 404)


def test_the_lists_say_what_waits_for_whom(listed: Stage) -> None:
    first, second = town_claims(listed), reviewed(listed, town_claims(listed), "yes")
    done = reviewed(listed, town_claims(listed), "no")
    clock = missed(listed)
    late = ask(clock.case_id, appeal(clock), actor=listed.who("department3"), at=listed.at)
    shown = {
        ("supervisor", "?tab=review"): {first, late},
        ("assessor", "?tab=review"): {second},
        ("town", ""): {first, second, done},
        ("department3", ""): {late},
        ("leader", "?tab=waiting"): {first, second, late},
        ("assessor", "?tab=decided"): {done},
        ("leader", "?tab=waiting&kind=overdue"): {late},
        ("leader", "?tab=decided&state=approved"): set(),
        ("leader", "?tab=waiting&period=2099-01"): {first, second, late},  # no such month on offer
    }
    for (name, query), wanted in shown.items():
        html = page(listed, name, f"/claims/{query}")
        found = {claim for claim in (first, second, done, late) if f"/claims/{claim.pk}/" in html}
        assert found == wanted, (name, query)
    page(listed, "community", "/claims/", 403)


def test_the_desks_say_what_waits(listed: Stage) -> None:
    order = objected(listed)
    marked(listed)
    town_claims(listed, order.case)
    waiting = reverse("assessment:waiting")
    for name, desk in (("supervisor", "centre"), ("department3", "department"), ("town", "town")):
        assert f'hx-get="{waiting}"' in page(listed, name, f"/desk/{desk}/")
    centre = page(listed, "supervisor", waiting)
    assert "wait for your review: 1" in centre
    assert "wait for a ruling: 1" in centre
    assert "Claims of yours under review: 1" in page(listed, "town", waiting)
    for name in ("operator", "department2"):
        assert page(listed, name, waiting).strip() == ""


def test_marks_are_answered_and_ruled_on_where_they_are_shown(listed: Stage) -> None:
    order = marked(listed)
    url = reverse("assessment:review", args=[order.pk])
    answer, rule = (
        reverse(f"assessment:{name}_review", args=[order.pk]) for name in ("answer", "rule")
    )
    assert f'action="{answer}"' in page(listed, "department3", url)
    assert f'action="{answer}"' not in page(listed, "town", url)
    department = client(listed, "department3")
    wrong = department.post(answer, {"kind": "object", "text": ""})
    assert wrong.status_code == 400
    assert department.post(answer, {"kind": "object", "text": "并未迟到"}).status_code == 302
    assert department.post(answer, {"kind": "object", "text": "并未迟到"}).status_code == 409
    assert f'action="{rule}"' in page(listed, "supervisor", url)
    assert f'action="{rule}"' not in page(listed, "town", url)
    centre = client(listed, "supervisor")
    assert centre.post(rule, {"reason": "", "upheld": "1"}).status_code == 400
    assert centre.post(rule, {"reason": "属实", "upheld": "1"}).status_code == 302
    assert ReviewAnswer.objects.get().upheld
    assert "count in no score" in page(listed, "department3", url)
    marks = page(listed, "town", f"{reverse('assessment:marks')}?order={order.pk}")
    assert "Set aside" in marks


def test_the_order_shows_both_sides_and_takes_the_mark_of_the_whistle(listed: Stage) -> None:
    order = marked(listed)
    sides = reverse("assessment:sides", args=[order.pk])
    mark = reverse("assessment:whistle_mark", args=[order.pk])
    assert f'hx-get="{sides}"' in page(listed, "department3", f"/orders/{order.pk}/")
    assert f'href="{mark}"' in page(listed, "department3", sides)
    assert f'href="{mark}"' not in page(listed, "town", sides)
    page(listed, "town", mark, 403)
    page(listed, "town2", mark, 404)
    department = client(listed, "department3")
    wrong = department.post(mark, {"proper": "no", "mark": "40", "comment": ""})
    assert wrong.status_code == 400
    assert 'value="40"' in wrong.content.decode()
    given = {"proper": "no", "mark": "40", "comment": "街道自有职权"}
    assert department.post(mark, given).status_code == 302
    assert WhistleMark.objects.get().mark == 40
    assert "街道自有职权" in page(listed, "town", sides)
    page(listed, "department3", mark, 409)


def test_the_lists_of_marks(listed: Stage) -> None:
    order, other = objected(listed), marked(listed)
    listed.at = order.issued_at
    rows = {
        ("supervisor", "rule"): {order},
        ("supervisor", "answered"): {order},
        ("town", "answered"): {order},
        ("department2", "answered"): set(),
    }
    for (name, tab), wanted in rows.items():
        html = page(listed, name, f"/reviews/?tab={tab}")
        found = {one for one in (order, other) if f"/orders/{one.pk}/review/" in html}
        assert found == wanted, (name, tab)
    page(listed, "callback", "/reviews/")
    page(listed, "admin", "/reviews/?tab=whistles")


def test_leaders_mark_together_and_nothing_typed_is_lost(listed: Stage) -> None:
    listed.whistle()
    url = reverse("assessment:leader_marks", args=["2026-03"])
    for name in PEOPLE:
        page(listed, name, url, 200 if name == "leader" else 403)
    leader = client(listed, "leader")
    given = {"mark-XFZD": "95", "comment-XFZD": "主动", "mark-ZJW": "", "comment-ZJW": "待改进"}
    wrong = leader.post(url, given)
    assert wrong.status_code == 400
    assert "待改进" in wrong.content.decode()
    assert not LeaderMark.objects.exists()
    assert leader.post(url, given | {"mark-ZJW": "80"}).status_code == 302
    assert dict(LeaderMark.objects.values_list("unit__code", "mark")) == {"XFZD": 95, "ZJW": 80}
    assert leader.post(url, given | {"mark-ZJW": "800"}).status_code == 400
    page(listed, "leader", reverse("assessment:leader_marks", args=["2031-13"]), 400)


@pytest.mark.parametrize(
    ("url", "who"),
    [
        ("/claims/?tab=waiting", "supervisor"),
        ("/claims/?tab=ours", "town"),
        ("/reviews/?tab=answered", "supervisor"),
        ("/claims/waiting/", "supervisor"),
    ],
)
def test_a_list_costs_the_same_with_one_row_and_with_many(
    listed: Stage, url: str, who: str
) -> None:
    def cost() -> int:
        reader = client(listed, who)
        reader.get(url)
        with CaptureQueriesContext(connection) as queries:
            assert reader.get(url).status_code == 200
        return len(queries)

    claim = exclusion()
    objected(listed)
    ask(listed.case().pk, claim, actor=listed.who("town"), at=listed.at)
    few = cost()
    for _ in range(6):
        objected(listed)
        ask(listed.case().pk, claim, actor=listed.who("town"), at=listed.at)
    assert cost() == few <= 20
