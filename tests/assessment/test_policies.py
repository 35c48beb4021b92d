"""Rules change by new versions only, from a day to come, by those whose work it is; and who did it is kept."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.refusals import BadInput
from assessment import periods
from assessment.models import AssessmentPolicy, ExclusionItem, Period, RuleChange
from assessment.services import rule_changes, scores
from assessment.services.policies import policy_on, rules_on
from assessment.services.rule_changes import GroupText, write_version
from tests.cast import OTHER_TOWN, SHANGHAI, TOWN, Stage

PAGE = "/policies/"
AT = datetime(2026, 3, 4, 10, 0, tzinfo=SHANGHAI)


def signed_in(stage: Stage, name: str) -> Client:
    client = Client()
    client.force_login(stage.who(name))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def rules(**changed: Any) -> dict[str, Any]:
    """Return the fields of a whole version."""
    given: dict[str, Any] = {
        "name": "2027 rules",
        "valid_from": date(2027, 1, 1),
        "source": "区办2026年第8号",
        "response_weight": Decimal("0.1"),
        "resolution_weight": Decimal("0.45"),
        "satisfaction_weight": Decimal("0.45"),
        "basic_factor": Decimal("0.9"),
        "partly_factor": Decimal("0.5"),
        "marks_weight": Decimal("0.4"),
        "timeliness_weight": Decimal("0.3"),
        "results_weight": Decimal("0.3"),
        "objections_weight": Decimal(0),
        "documents_weight": Decimal(0),
        "leaders_weight": Decimal(0),
        "rates_weight": Decimal("0.6"),
        "use_weight": Decimal("0.1"),
        "quality_weight": Decimal("0.1"),
        "redo_weight": Decimal("0.1"),
        "self_weight": Decimal("0.1"),
        "use_low": Decimal("0.03"),
        "use_high": Decimal("0.4"),
    }
    return given | changed


def form_of(client: Client, **changed: str) -> dict[str, str]:
    """Return the page's form as it stands, with some fields typed over."""
    form = client.get(f"{PAGE}new/").context["form"]
    data = {name: form[name].value() for name in form.fields}
    typed = {
        name: ("on" if value is True else str(value))
        for name, value in data.items()
        if value is not None and value is not False
    }
    return typed | changed


def test_a_new_version_is_in_force_from_its_day_on_and_the_past_keeps_its_own(stage: Stage) -> None:
    before = rules_on(date(2026, 12, 31))
    write_version(stage.who("assessor"), rules(), [], AT)
    assert rules_on(date(2027, 1, 1)).weights.resolution == Decimal("0.45")
    assert rules_on(date(2026, 12, 31)) == before


def test_who_changed_what_is_kept(stage: Stage) -> None:
    write_version(stage.who("assessor"), rules(), [], AT)
    change = RuleChange.objects.get()
    assert (change.by, change.name) == (stage.who("assessor"), "2027 rules")
    assert any("45" in line["after"] for line in change.changes)


@pytest.mark.parametrize("name", ["leader", "supervisor", "town", "department", "operator"])
def test_only_assessor_and_administrator_change_rules(stage: Stage, name: str) -> None:
    user = stage.who(name)
    with pytest.raises(PermissionDenied):
        write_version(user, rules(), [], AT)
    with pytest.raises(PermissionDenied):
        rule_changes.add_period(user, "x", AT, AT + timedelta(days=1), AT)
    client = signed_in(stage, name)
    assert client.get(f"{PAGE}new/").status_code == 403
    for url in ("items/", "periods/", "new/"):
        assert client.post(PAGE + url).status_code == 403
    assert not AssessmentPolicy.objects.filter(name="2027 rules").exists()


def test_once_figures_were_reckoned_a_version_begins_tomorrow_at_the_earliest(stage: Stage) -> None:
    long_ago = rules(name="early", valid_from=date(2026, 2, 1))
    write_version(stage.who("assessor"), long_ago, [], AT)
    scores.refresh(periods.find("2026-03"), AT)
    with pytest.raises(BadInput) as refused:
        write_version(stage.who("assessor"), rules(valid_from=AT.date()), [], AT)
    assert "2026-03-05" in refused.value.fields["valid_from"][0]
    write_version(stage.who("assessor"), rules(valid_from=date(2026, 3, 5)), [], AT)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"response_weight": Decimal("0.2")}, "response_weight"),
        ({"timeliness_weight": Decimal("0.4")}, "marks_weight"),
        ({"use_weight": Decimal("0.2")}, "rates_weight"),
        (
            {"marks_weight": Decimal("0.333"), "timeliness_weight": Decimal("0.367")},
            "override_reason",
        ),
        ({"use_low": Decimal("0.5")}, "use_high"),
        ({"name": ""}, "name"),
        ({"valid_from": None}, "valid_from"),
    ],
)
def test_rules_that_do_not_fit_are_refused_beside_their_field(
    stage: Stage, changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        write_version(stage.who("admin"), rules(**changed), [], AT)
    assert field in refused.value.fields


def test_marks_of_a_third_or_less_need_a_reason(stage: Stage) -> None:
    less = {"marks_weight": Decimal("0.3"), "timeliness_weight": Decimal("0.4")}
    reason = "区政府常务会议定"
    policy = write_version(stage.who("admin"), rules(**less, override_reason=reason), [], AT)
    assert policy.override_reason == reason


def test_groups_are_stored_with_their_members(stage: Stage) -> None:
    groups = [
        GroupText("town", "街道", [TOWN]),
        GroupText("town", "乡镇", [OTHER_TOWN]),
        GroupText("town", "空", []),
    ]
    policy = write_version(stage.who("admin"), rules(), groups, AT)
    found = rules_on(policy.valid_from).groups_of("town")
    assert [(group.name, group.members) for group in found] == [
        ("街道", (TOWN,)),
        ("乡镇", (OTHER_TOWN,)),
    ]


def test_a_version_to_come_can_be_taken_back_and_one_in_force_not(stage: Stage) -> None:
    admin = stage.who("admin")
    policy = write_version(admin, rules(), [GroupText("town", "街道", [TOWN])], AT)
    rule_changes.withdraw_version(admin, policy.pk, AT)
    assert not AssessmentPolicy.objects.filter(pk=policy.pk).exists()
    with pytest.raises(BadInput):
        rule_changes.withdraw_version(admin, policy_on(AT.date()).pk, AT)
    assert RuleChange.objects.count() == 2


def test_the_page_says_what_each_version_changed(stage: Stage) -> None:
    write_version(stage.who("assessor"), rules(), [GroupText("town", "街道", [TOWN])], AT)
    html = unescape(signed_in(stage, "leader").get(PAGE).content.decode())
    assert re.search(r"weight of resolution：.*50 %.* → 45 %", html)
    assert "Group “街道”" in html
    assert str(stage.who("assessor")) in html
    assert "Write a new version" not in html


@pytest.mark.parametrize("name", ["town", "department", "operator", "gridworker"])
def test_the_page_is_for_readers_of_the_figures(stage: Stage, name: str) -> None:
    assert signed_in(stage, name).get(PAGE).status_code == 403


def test_the_form_is_filled_with_the_rules_in_force_and_writes_them_back(stage: Stage) -> None:
    client = signed_in(stage, "assessor")
    typed = form_of(client, name="next", valid_from="2099-01-01", **{f"group_{TOWN}": "街道"})
    answer = client.post(f"{PAGE}new/", typed)
    assert answer.status_code == 302, answer.context["form"].errors
    now, then = policy_on(timezone.localdate()), AssessmentPolicy.objects.get(name="next")
    same = [
        field.name
        for field in AssessmentPolicy._meta.fields
        if field.name not in {"id", "name", "valid_from", "lists", "document_points"}
    ]
    assert [getattr(then, name) for name in same] == [getattr(now, name) for name in same]
    assert [group.name for group in then.groups.all()] == ["街道"]


def test_a_set_that_is_ready_made_fills_the_rates(stage: Stage) -> None:
    form = signed_in(stage, "assessor").get(f"{PAGE}new/?set=30/35/35").context["form"]
    rates = [form[f"{name}_weight"].value() for name in ("response", "resolution", "satisfaction")]
    assert rates == [30, 35, 35]
    assert "准格尔旗" in form["source"].value()


def test_a_refused_version_keeps_what_was_typed(stage: Stage) -> None:
    client = signed_in(stage, "assessor")
    typed = form_of(client, name="next", valid_from="2099-01-01", response_weight="90")
    answer = client.post(f"{PAGE}new/", typed)
    html = unescape(answer.content.decode())
    assert "These weights must come to 100." in html
    assert 'value="90"' in html
    assert 'value="next"' in html


def test_items_are_added_and_ended_and_never_taken_out(stage: Stage) -> None:
    client = signed_in(stage, "assessor")
    count = ExclusionItem.objects.count()
    typed = {
        "item-code": "Q-1",
        "item-title": "执法任务占用",
        "item-basis": "区办2026年第8号",
        "item-valid_from": "2026-01-01",
    }
    assert client.post(f"{PAGE}items/", typed).status_code == 302
    assert client.post(f"{PAGE}items/", typed).status_code == 400
    item = ExclusionItem.objects.get(code="Q-1")
    end = f"{PAGE}items/{item.pk}/end/"
    past = client.post(end, {f"end{item.pk}-valid_to": "2026-01-02"})
    assert past.status_code == 400
    assert 'value="2026-01-02"' in past.content.decode()
    assert client.post(end, {f"end{item.pk}-valid_to": "2099-01-02"}).status_code == 302
    item.refresh_from_db()
    assert item.valid_to == date(2099, 1, 2)
    assert ExclusionItem.objects.count() == count + 1


def test_a_named_period_is_added_and_found(stage: Stage) -> None:
    client = signed_in(stage, "assessor")
    typed = {
        "period-name": "春节专班",
        "period-starts_at": "2026-02-10T00:00",
        "period-ends_at": "2026-02-25T00:00",
    }
    assert client.post(f"{PAGE}periods/", typed).status_code == 302
    assert periods.find("春节专班").starts_at == datetime(2026, 2, 10, tzinfo=SHANGHAI)
    twice = client.post(f"{PAGE}periods/", typed)
    assert twice.status_code == 400
    for bad in ({"period-name": "a/b"}, {"period-name": "n", "period-ends_at": "2026-02-01T00:00"}):
        assert client.post(f"{PAGE}periods/", typed | bad).status_code == 400
    assert Period.objects.count() == 1


@pytest.mark.parametrize("count", [1, 12])
def test_the_page_costs_few_queries(stage: Stage, count: int) -> None:
    for number in range(count):
        groups = [GroupText("town", "街道", [TOWN]), GroupText("town", "乡镇", [OTHER_TOWN])]
        given = rules(name=f"v{number}", valid_from=date(2027, 1, 1 + number))
        write_version(stage.who("assessor"), given, groups, AT)
    client = signed_in(stage, "leader")
    client.get(PAGE)
    with CaptureQueriesContext(connection) as queries:
        client.get(PAGE)
    assert len(queries) <= 13, [q["sql"] for q in queries]


def test_the_api_gives_the_versions(stage: Stage) -> None:
    write_version(stage.who("assessor"), rules(), [GroupText("town", "街道", [TOWN])], AT)
    answer = signed_in(stage, "leader").get("/api/v1/assessment/policies/")
    first = answer.json()["results"][0]
    assert (first["name"], first["valid_from"], first["in_force"]) == (
        "2027 rules",
        "2027-01-01",
        False,
    )
    assert first["weights"]["resolution"] == "0.45"
    assert first["groups"][0]["members"] == [TOWN]
    assert signed_in(stage, "town").get("/api/v1/assessment/policies/").status_code == 403
