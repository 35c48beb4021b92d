"""The form a whistle is blown with."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dispatch.models import Order, Whistle
from tests.cast import Stage

SignIn = Callable[[str], Client]


def url(case: object) -> str:
    return reverse("dispatch:blow", args=[case])


def given(**changed: object) -> dict[str, object]:
    ahead = timezone.localtime() + timedelta(days=1)
    return {
        "level": "town",
        "kind": "daily",
        "lead": "XFZD",
        "departments": ["ZJW", "CGW"],
        "assembly_place": "3号楼东侧",
        "assembly_at": f"{ahead:%Y-%m-%dT%H:%M}",
        "item_text": ["通道堆物", "", "消火栓无水"],
        "item_unit": ["ZJW", "", "XFZD"],
        "reason": "多部门问题",
    } | changed


def test_the_form_proposes_from_the_list_and_shows_each_kinds_limits(
    live: Stage, sign_in: SignIn
) -> None:
    page = sign_in("town").get(url(live.case())).content.decode()
    assert "消防通道被占" in page
    assert 'data-lead="XFZD"' in page
    assert 'data-assists="CGW,ZJW"' in page
    assert page.count('class="kind-choice"') == 4
    assert "0.25" in page  # an emergency is acknowledged within a quarter of an hour


def test_adopting_fills_lead_and_assisting_without_a_script(live: Stage, sign_in: SignIn) -> None:
    page = sign_in("town").get(url(live.case()), {"adopt": "2-01"}).content.decode()
    assert 'name="lead" value="XFZD" checked' in page
    assert 'name="departments" value="ZJW" checked' in page
    assert 'name="departments" value="CGW" checked' in page
    assert 'name="departments" value="GD" checked' not in page


@pytest.mark.parametrize(
    ("name", "levels"),
    [
        ("town", {"grid", "community", "town"}),
        ("community", {"grid", "community"}),
        ("gridhead", {"grid"}),
        ("supervisor", {"district"}),
    ],
)
def test_only_the_levels_one_may_blow_are_offered(
    live: Stage, sign_in: SignIn, name: str, levels: set[str]
) -> None:
    page = sign_in(name).get(url(live.case())).content.decode()
    offered = set(re.findall(r'name="level"[^>]* value="(\w+)"', page))
    assert offered == levels


def test_blowing_summons_and_says_who_must_come_by_when(live: Stage, sign_in: SignIn) -> None:
    case = live.case()
    answer = sign_in("town").post(url(case), given(), follow=True)
    whistle = Whistle.objects.get(case=case)
    assert [(i.text, i.unit and i.unit.code) for i in whistle.items.order_by("position")] == [
        ("通道堆物", "ZJW"),
        ("消火栓无水", "XFZD"),
    ]
    parts = set(Order.objects.filter(whistle=whistle).values_list("unit__code", "role"))
    assert parts == {("XFZD", "lead"), ("ZJW", "assist"), ("CGW", "assist")}
    said = str(next(iter(answer.context["messages"])))
    assert "区消防救援支队" in said
    assert f"{timezone.localtime(whistle.assembly_at):%m-%d %H:%M}" in said


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"lead": ""}, "Name the lead department."),
        ({"assembly_at": "2020-01-01T08:00"}, "The time to assemble must lie ahead."),
        ({"kind": ""}, "required"),
        ({"item_unit": ["GD", "", "XFZD"]}, "A problem&#x27;s owner must be summoned too."),
    ],
)
def test_after_an_error_everything_typed_stays(
    live: Stage, sign_in: SignIn, wrong: dict[str, object], said: str
) -> None:
    case = live.case()
    answer = sign_in("town").post(url(case), given(**wrong))
    page = answer.content.decode()
    assert answer.status_code == 400
    assert said in page
    assert not Whistle.objects.exists()
    for kept in ("3号楼东侧", "通道堆物", "消火栓无水", "多部门问题"):
        assert kept in page
    assert 'name="departments" value="ZJW" checked' in page
    assert '<option value="XFZD" selected>' in page
    if "lead" not in wrong:
        assert 'name="lead" value="XFZD" checked' in page


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("town", 200),
        ("community", 200),
        ("gridhead", 200),
        ("supervisor", 200),
        ("operator", 403),
        ("callback", 403),
        ("leader", 403),
        ("gridworker", 403),
        ("town2", 404),
        ("department", 404),
    ],
)
def test_who_may_open_the_form(live: Stage, sign_in: SignIn, name: str, status: int) -> None:
    case = live.case()
    assert sign_in(name).get(url(case)).status_code == status
    if status != 200:
        assert sign_in(name).post(url(case), given()).status_code == status


def test_a_level_beyond_ones_right_is_refused(live: Stage, sign_in: SignIn) -> None:
    answer = sign_in("community").post(url(live.case()), given(level="town"))
    assert answer.status_code == 403
    assert not Whistle.objects.exists()


def test_a_case_already_whistled_is_refused(live: Stage, sign_in: SignIn) -> None:
    case = live.case()
    live.whistle(case)
    client = sign_in("town")
    assert client.get(url(case)).status_code == 409
    assert client.post(url(case), given()).status_code == 409


def test_a_callers_phone_in_the_text_is_hidden_on_the_form(live: Stage, sign_in: SignIn) -> None:
    case = live.case(text="王小明 13800001234 说通道堵了")
    page = sign_in("town").get(url(case)).content.decode()
    assert "说通道堵了" in page
    assert "13800001234" not in page
    assert "王小明" not in page
