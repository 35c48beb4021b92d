"""A filing condition (立案条件) says what exactly is wrong, and by that how long the work may take."""

import io
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command

from accounts.refusals import BadInput
from cases import queries
from cases.models import Case, Category, FilingCondition, LimitUnit, TimeLimit
from cases.services import limits
from cases.services.reference import import_categories, import_conditions
from cases.services.steps import advance
from tests.api.calls import Api, get, post
from tests.api.test_journey_through_api import REQUEST
from tests.cases.conftest import Enter
from tests.cases.test_grid_desk import REPORT
from tests.cases.test_hotline_intake_in_the_browser import CALL
from tests.cast import ROOT, Stage

SHIPPED = ROOT / "cases/data/filing_conditions.csv"
FIRE_LANE, LAMP = "E0496-1", "P0137-3"


@pytest.fixture
def filed(stage: Stage) -> Stage:
    """Return the stage with every category and every filing condition of the product."""
    import_categories(ROOT / "cases/data/categories.csv")
    import_conditions(SHIPPED)
    queries.forget()
    return stage


def finish_clock(case: Case) -> Any:
    return case.clocks.get(kind="finish", order_ref=None)


def test_the_shipped_conditions_are_many_and_each_has_its_limit_and_source(filed: Stage) -> None:
    rows = list(FilingCondition.objects.all())
    small = {(row.kind, row.small_class) for row in rows}
    assert len(small) >= 150
    assert Counter(kind for kind, _code in small).keys() == {"event", "component"}
    limits_by_code = {
        row.condition: row for row in TimeLimit.objects.filter(clock="finish").exclude(condition="")
    }
    assert limits_by_code.keys() == {row.code for row in rows}
    for row in rows:
        assert row.source, row.code
        assert row.category.parent_id is not None, row.code
        assert limits_by_code[row.code].unit in LimitUnit.values
    several = Counter((row.kind, row.small_class) for row in rows)
    assert sum(count > 1 for count in several.values()) > 60


def test_importing_twice_gives_once(filed: Stage) -> None:
    before = FilingCondition.objects.count(), TimeLimit.objects.count()
    call_command("import_conditions", str(SHIPPED), stdout=io.StringIO())
    assert (FilingCondition.objects.count(), TimeLimit.objects.count()) == before


def test_the_condition_decides_the_time_to_finish_and_stands_on_the_clock(filed: Stage) -> None:
    plain, exact = filed.case(), filed.case(condition=FIRE_LANE)
    assert finish_clock(exact).due_at == filed.at + timedelta(hours=2)
    assert finish_clock(plain).due_at > finish_clock(exact).due_at
    facts = finish_clock(exact).policy["facts"]
    assert facts["condition"] == FIRE_LANE
    assert facts["category"] == "0306"
    assert limits.Rule.from_snapshot(finish_clock(exact).policy).amount == Decimal(2)


def test_a_condition_is_stronger_than_urgency_and_only_a_redo_is_stronger_still(
    filed: Stage,
) -> None:
    critical = filed.case(condition=LAMP, category="0106", urgency="critical")
    clock = finish_clock(critical)
    assert (clock.policy["amount"], clock.policy["unit"]) == ("2.00", "natural_day")
    facts = limits.Facts("normal", "complaint", "0106", redo=True, condition=LAMP)
    rule = limits.rules_for(["finish"], facts, filed.at)["finish"]
    assert (rule.amount, rule.unit) == (Decimal(3), "workday")


def test_a_condition_of_another_category_is_refused_at_its_field(filed: Stage) -> None:
    with pytest.raises(BadInput) as refusal:
        filed.case(condition=LAMP, category="0306")
    assert list(refusal.value.fields) == ["condition"]
    with pytest.raises(BadInput):
        filed.case(condition="E9999-9")
    assert not Case.objects.exists()


def test_a_condition_that_has_ended_is_not_filed_under_any_more(filed: Stage) -> None:
    FilingCondition.objects.filter(pk=FIRE_LANE).update(valid_to=date(2026, 3, 3))
    with pytest.raises(BadInput):
        filed.case(condition=FIRE_LANE)


def test_an_administrator_may_shorten_a_condition_from_a_day_on(filed: Stage) -> None:
    before = filed.case(condition=FIRE_LANE)
    TimeLimit.objects.create(
        clock="finish",
        condition=FIRE_LANE,
        amount=1,
        unit="urgent_hour",
        source="试行",
        valid_from=date(2026, 3, 5),
    )
    limits.forget()
    filed.at += timedelta(days=1)
    after = filed.case(condition=FIRE_LANE)
    assert finish_clock(after).policy["amount"] == "1.00"
    assert finish_clock(before).policy["amount"] == "2.00"


# --- on screen


@pytest.fixture
def desk(live: Stage, filed: Stage, enter: Enter) -> Enter:
    return enter


def test_choosing_a_category_shows_its_conditions_with_their_limits(desk: Enter) -> None:
    page = desk("operator").get("/cases/conditions/?category=0106").content.decode()
    assert f'value="{LAMP}"' in page
    assert "单盏不亮 — 2 days" in page
    assert "路灯" in page
    none = desk("operator").get("/cases/conditions/?category=2006").content.decode()
    assert "<select" not in none
    assert "no filing conditions" in none
    assert desk("leader").get("/cases/conditions/?category=0106").status_code == 403


def test_without_scripts_a_button_brings_the_conditions_and_keeps_what_was_typed(
    desk: Enter,
) -> None:
    client = desk("operator")
    assert "<noscript>" in client.get("/cases/new/").content.decode()
    answer = client.post("/cases/new/", CALL | {"conditions": "1"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert f'value="{FIRE_LANE}"' in page
    assert "王小明" in page
    assert "3号楼2单元门口" in page
    assert "is-invalid" not in page
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("name", "path", "given"),
    [("operator", "/cases/new/", CALL), ("gridworker", "/desk/grid/", REPORT)],
)
def test_a_condition_is_filed_from_the_form(
    desk: Enter, name: str, path: str, given: dict[str, str]
) -> None:
    client = desk(name)
    wrong = client.post(path, given | {"category": "0306", "condition": LAMP})
    assert wrong.status_code == 400
    assert "another category" in wrong.content.decode()
    assert given["text"] in wrong.content.decode()
    assert (
        client.post(path, given | {"category": "0306", "condition": FIRE_LANE}).status_code == 302
    )
    case = Case.objects.get()
    assert case.condition_id == FIRE_LANE
    page = desk("supervisor").get(case.get_absolute_url()).content.decode()
    assert "占用消防通道" in page
    assert "2 hours" in page


def test_a_case_without_a_condition_says_nothing_of_one(desk: Enter, live: Stage) -> None:
    page = desk("town").get(live.case().get_absolute_url()).content.decode()
    assert "Filed under" not in page


# --- by the API


def test_the_api_lists_conditions_takes_one_and_returns_it(filed: Stage, api: Api) -> None:
    found = get(api, "town", "/conditions/?category=0106&limit=200")["results"]
    assert {row["category"] for row in found} == {"0106"}
    lamp = next(row for row in found if row["code"] == LAMP)
    assert (lamp["amount"], lamp["unit"]) == ("2", "natural_day")
    case = post(api, "operator", "/cases/", REQUEST | {"condition": FIRE_LANE}, 201)
    assert case["condition"] == FIRE_LANE
    assert get(api, "town", f"/cases/{case['number']}/")["condition"] == FIRE_LANE
    assert get(api, "town", "/cases/")["results"][0]["condition"] == FIRE_LANE
    refused = post(api, "operator", "/cases/", REQUEST | {"condition": LAMP}, 400)
    assert "condition" in str(refused)


def test_conditions_leave_the_clock_of_a_finished_case_alone(filed: Stage) -> None:
    case = filed.case(condition=FIRE_LANE)
    advance(case.pk, "handle", actor=filed.who("town"), at=filed.at)
    TimeLimit.objects.filter(condition=FIRE_LANE).update(amount=9)
    limits.forget()
    assert finish_clock(case).due_at == filed.at + timedelta(hours=2)
    assert Category.objects.filter(conditions=None).exists()
