"""Residents' praise is counted, told to the unit, and is never a case."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import Notice
from accounts.refusals import BadInput
from assessment import periods
from assessment.services.reports import report
from cases.models import Case, Commendation
from cases.services.commendations import commend
from cases.services.steps import advance
from tests.api.calls import Api, get, post
from tests.cases.conftest import Enter
from tests.cast import Stage


def praised(stage: Stage, **given: Any) -> Commendation:
    fields: dict[str, Any] = {
        "unit": "CGW",
        "text": "井盖当天就换好了，王小明 13800001234 感谢",
        "person": "老马",
        "caller_name": "王小明",
        "caller_phone": "138 0000 1234",
    }
    return commend(actor=stage.who("operator"), at=stage.at, **(fields | given))


def test_praise_has_a_number_of_its_own_and_the_unit_is_told(stage: Stage) -> None:
    row = praised(stage)
    assert row.number == f"B20260304-{row.pk:06d}"
    [notice] = Notice.objects.filter(kind="commended")
    assert notice.recipient.username == "department"
    assert not Case.objects.exists()


def test_praise_is_in_no_count_of_cases_and_has_one_of_its_own(stage: Stage) -> None:
    stage.case()
    march = periods.find("2026-03")
    before = report(march, stage.at)
    praised(stage)
    after = report(march, stage.at)
    assert after["totals"].pop("commendations") == before["totals"].pop("commendations") + 1 == 1
    assert after == before


def test_praise_of_a_case_comes_from_its_caller(stage: Stage) -> None:
    case = stage.case()
    row = praised(stage, case=case.number, caller_name="", caller_phone="")
    assert (row.case, row.caller_phone, row.area_id) == (case, "13800001234", case.area_id)


def test_what_cannot_be_praise_is_refused_by_field(stage: Stage) -> None:
    wrong: dict[str, Any]
    for wrong in (
        {"unit": "X"},
        {"text": " "},
        {"case": "9"},
        {"area": "9"},
        {"caller_phone": "1"},
    ):
        with pytest.raises(BadInput) as refusal:
            praised(stage, **wrong)
        assert refusal.value.fields.keys() == wrong.keys()
    with pytest.raises(PermissionDenied):
        commend(actor=stage.who("town"), at=stage.at, unit="CGW", text="好")
    assert not Commendation.objects.exists()


def test_the_page_counts_by_unit_and_month_and_masks_who_praises(live: Stage, enter: Enter) -> None:
    praised(live)
    praised(live, unit="ZJW")
    praised(live)
    page = enter("leader").get("/commendations/")
    assert page.context["counted"] == [("区城市管理委员会", 2), ("区住房和城乡建设委员会", 1)]
    words = page.content.decode()
    assert "王**" in words
    assert "13800001234" not in words
    assert "王小明" not in words
    assert enter("department2").get("/commendations/").context["total"] == 1
    assert enter("town2").get("/commendations/").context["total"] == 0
    assert enter("leader").get("/commendations/?month=2020-01").context["total"] == 0


def test_an_operator_notes_praise_and_what_was_typed_stays_when_refused(
    live: Stage, enter: Enter
) -> None:
    client = enter("operator")
    refused = client.post("/commendations/new/", {"unit": "NONE", "text": "办得真快"})
    assert refused.status_code == 400
    assert "办得真快" in refused.content.decode()
    given = {"unit": "CGW", "text": "办得真快", "channel": "hotline"}
    assert client.post("/commendations/new/", given)["Location"] == "/commendations/"
    assert enter("town").get("/commendations/new/").status_code == 403


def test_after_the_rating_the_case_page_leads_to_praise(live: Stage, enter: Enter) -> None:
    case = live.case()
    town = live.who("town")
    advance(case.pk, "handle", actor=town, at=live.at)
    advance(case.pk, "finish", actor=town, at=live.at, result="已清理")
    client = enter("callback")
    url = f"/commendations/new/?case={case.number}"
    assert url in client.get(case.get_absolute_url()).content.decode()
    assert "caller_phone" not in client.get(url).content.decode()
    client.post(url, {"unit": "110112013", "text": "谢谢", "case": case.number})
    assert Commendation.objects.get().case == case


def test_programs_note_and_read_praise(stage: Stage, api: Api) -> None:
    body = {"unit": "CGW", "text": "谢谢", "caller_name": "王小明", "caller_phone": "13800001234"}
    row = post(api, "operator", "/commendations/", body, 201, headers={"Idempotency-Key": "p"})
    assert (
        post(api, "operator", "/commendations/", body, 201, headers={"Idempotency-Key": "p"}) == row
    )
    assert row["caller_name"] == "王**"
    post(api, "department", "/commendations/", body, 403)
    assert len(get(api, "department", "/commendations/?unit=CGW")["results"]) == 1
    assert get(api, "department2", "/commendations/")["results"] == []
    assert get(api, "supervisor", "/cases/")["results"] == []
