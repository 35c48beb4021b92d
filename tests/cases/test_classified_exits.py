"""A request leaves by one of ten exits, each with what it means; old callers leave by the last."""

import pytest

from accounts.refusals import BadInput
from cases.models import Case, ExitKind, Urge
from cases.services.steps import advance
from tests.api.calls import Api, get, post
from tests.cases.conftest import Enter
from tests.cast import Stage


def left(stage: Stage, **given: str) -> Case:
    case = stage.case()
    return advance(case.pk, "reject", actor=stage.who("operator"), at=stage.at, **given)


def test_ten_exits_are_shipped_each_with_its_meaning_and_basis(stage: Stage) -> None:
    rows = ExitKind.objects.all()
    assert {row.code for row in rows} == {f"T{n}" for n in range(1, 11)}
    assert all(row.applies and row.action and "条" in row.source for row in rows)


def test_without_an_exit_it_is_not_accepted_with_the_reason(stage: Stage) -> None:
    assert left(stage, reason="已有合法合理结论").exit_id == "T10"
    for wrong in ({"reason": " "}, {"exit": "T99", "reason": "x"}, {"exit": "T3", "reason": "x"}):
        with pytest.raises(BadInput):
            left(stage, **wrong)


def test_a_matter_already_in_hand_is_urged_there(stage: Stage) -> None:
    known = stage.case()
    gone = left(stage, exit="T3", reason="同一事项", same_as=known.number)
    known.refresh_from_db()
    assert (gone.state, gone.exit_id, known.urged) == ("rejected", "T3", 1)
    assert Urge.objects.get().case == known
    assert gone.events.get(step="reject").details["same_as"] == known.number


def test_a_matter_already_ended_is_named_but_not_urged(stage: Stage) -> None:
    known = left(stage, reason="撤回")
    left(stage, exit="T3", reason="同一事项", same_as=known.number)
    assert not Urge.objects.exists()


def test_an_answer_given_at_once_is_kept_and_shown_as_one(stage: Stage) -> None:
    case = left(stage, exit="T7", reason="办理居住证请到街道政务服务中心")
    assert (case.state, case.result) == ("rejected", "办理居住证请到街道政务服务中心")
    assert case.get_state_display() == "直接答复"
    assert left(stage, exit="T7", result="可以网上办").reason == "可以网上办"


def test_operators_choose_from_a_list_that_says_what_each_means(live: Stage, enter: Enter) -> None:
    case, client = live.case(), enter("operator")
    url = f"{case.get_absolute_url()}steps/reject/"
    page = client.get(url).content.decode()
    assert page.index("T9 ") < page.index("T10 ")
    assert "立即转接" in page
    refused = client.post(url, {"exit": "T3", "reason": "重复反映"})
    assert refused.status_code == 400
    assert "重复反映" in refused.content.decode()
    client.post(url, {"exit": "T1", "reason": "火警已转119"})
    case.refresh_from_db()
    assert case.exit_id == "T1"
    assert "T1 紧急事项转接" in client.get(case.get_absolute_url()).content.decode()
    assert [line.number for line in client.get("/cases/?exit=T1").context["cases"]] == [case.number]
    row = next(r for r in client.get("/exits/").context["rows"] if r["exit"].code == "T1")
    assert row["count"] == 1
    assert [line.number for line in client.get(row["url"]).context["cases"]] == [case.number]


def test_programs_leave_by_an_exit_too(stage: Stage, api: Api) -> None:
    case = stage.case()
    path = f"/cases/{case.number}/steps/reject/"
    assert "reason" in post(api, "operator", path, {}, 400)["fields"]
    assert "same_as" in post(api, "operator", path, {"exit": "T3", "reason": "x"}, 400)["fields"]
    assert post(api, "operator", path, {"exit": "T2", "reason": "已起诉"}, 200)["exit"] == "T2"
    assert len(get(api, "leader", "/cases/?exit=T2")["results"]) == 1
    assert len(get(api, "leader", "/exits/")["results"]) == 10
