"""The whole way of one request through the HTML forms, as somebody without scripts would go it."""

import html
import re

import pytest

from accounts.models import Unit
from cases.models import Case, Clock
from dispatch.models import Order
from tests.browser.forms import Visitor
from tests.cast import COMMUNITY, PASSWORD, TOWN, Stage

CALLER, PHONE = "王小明", "13800001234"
WORDS = f"三号楼前消防通道被私家车堵住，我叫{CALLER}，电话{PHONE}"
SIDES = ("operator", "callback", "town", "department2", "department3", "leader")


@pytest.fixture
def people(stage: Stage) -> dict[str, Visitor]:
    """Return everybody who takes part, signed in by the form."""
    Unit.objects.create(code="110112", name="通州区", kind="district", area="110112")
    return {name: Visitor(name, PASSWORD) for name in SIDES}


def take_call(operator: Visitor, **given: str) -> Case:
    """Save what a caller told; return the case that came of it."""
    operator.open("/cases/new/")
    fields = {
        "caller_phone": PHONE,
        "caller_name": CALLER,
        "text": WORDS,
        "kind": "complaint",
        "category": "0306",
        "place": "潞邑社区",
        "address": "3号楼西侧",
    }
    operator.press("保存受理", **(fields | given))
    assert "已受理" in operator.html
    case = Case.objects.latest("pk")
    assert operator.url == f"/cases/{case.number}/"
    return case


def blow(town: Visitor, case: Case) -> list[Order]:
    """Blow a whistle from the town's desk: the list's lead and assistants, two problems, an assembly."""
    town.open("/")
    assert town.url == "/desk/town/"
    assert case.number in town.html
    town.open(f"/cases/{case.number}/")
    town.follow("吹哨")
    town.follow("采用 消防通道被占")
    town.press(
        "吹哨",
        departments=["ZJW"],
        assembly_place="3号楼西侧单元门",
        item_text=["私家车占用通道", "楼道堆物"],
        item_unit=["XFZD", "ZJW"],
        reason="镇街无执法权",
    )
    assert "召集：" in town.html
    return list(Order.objects.filter(case=case).order_by("-role"))


def serve(department: Visitor, order: Order) -> None:
    """Acknowledge, report in and finish one order from the department's desk."""
    department.open("/desk/department/")
    department.follow(order.case.number)
    department.press("签收")
    department.follow("报到")
    department.press("报到", lon="116.6851", lat="39.9251", note="两人到场")
    assert "已报到" in department.html
    department.follow("办结")
    department.press("办结", result=f"已劝离车辆，已电话告知{CALLER}（{PHONE}）")
    assert "等待吹哨单位验收" in department.html


def accept_and_review(town: Visitor, number: str) -> None:
    """Accept and mark every result that waits at the town's desk."""
    for _order in range(2):
        town.open("/desk/whistles/?kind=accept")
        assert number in town.html
        town.follow("验收通过")
        town.press("验收通过")
    for _order in range(2):
        town.open("/desk/whistles/?kind=review")
        assert number in town.html
        town.follow("评价")
        town.press("保存评价", arrival="90", attitude="95", result="100", comment="来得快")
        assert "评价已保存" in town.html


def call_back(agent: Visitor, number: str, **answers: str) -> None:
    """Record that the resident was reached, and what was answered."""
    agent.open(f"/desk/callbacks/?case={number}")
    agent.press("记录回访", outcome="reached", contacted="yes", **answers)
    assert number in agent.html
    assert "已接通" in agent.html


def number_on(page: str, label: str) -> tuple[int, str]:
    """Return the count that stands under the label on the month page, and the address it opens."""
    found = re.search(
        rf'<a href="([^"]+)" data-count="(\d+)"[^>]*>\s*<span[^>]*>{label}</span>', page
    )
    assert found, f"no number «{label}»"
    return int(found[2]), html.unescape(found[1])


def test_a_request_travels_from_the_call_to_the_month_page(people: dict[str, Visitor]) -> None:
    case = take_call(people["operator"])
    lead, assist = blow(people["town"], case)
    assert (lead.unit.code, assist.unit.code) == ("XFZD", "ZJW")
    serve(people["department3"], lead)
    serve(people["department2"], assist)
    accept_and_review(people["town"], case.number)
    call_back(people["callback"], case.number, resolved="yes", satisfied="satisfied", then="close")

    case.refresh_from_db()
    assert (case.state, case.town_id, case.area_id) == ("closed", TOWN, COMMUNITY)
    assert not Clock.objects.running().exists()
    leader = people["leader"]
    leader.open("/")
    assert leader.url == "/brief/"
    leader.open("/month/")
    leader.press("重新计算")  # what a task does every few minutes
    for label in ("已受理", "已结案"):
        count, behind = number_on(leader.html, label)
        assert count == 1
        leader.open(behind)
        assert case.number in leader.html
        assert "共 1 件" in leader.html
        leader.open("/month/")
    assert "100.00%" in leader.html


def test_the_resident_rates_by_a_link_without_an_account(people: dict[str, Visitor]) -> None:
    case = take_call(people["operator"])
    town, agent, resident = people["town"], people["callback"], Visitor()
    town.open(f"/cases/{case.number}/")
    town.press("自办")
    town.press("办结", result="已劝离")
    agent.open(f"/desk/callbacks/?case={case.number}")
    link = re.search(r'value="http://testserver(/rate/[^"]+)"', agent.html)
    assert link
    resident.open(link[1])
    resident.press("提交评价", contacted="yes", resolved="yes", satisfied="basic", words="还可以")
    assert "谢谢" in resident.html
    assert not any(secret in page for page in resident.read for secret in (CALLER, PHONE))

    agent.open("/desk/callbacks/?part=close")
    assert case.number in agent.html
    agent.press("结案")
    case.refresh_from_db()
    assert case.state == "closed"
    assert resident.open(link[1])
    assert "提交评价" not in resident.html


def test_an_unsolved_matter_is_redone_by_the_town_itself(people: dict[str, Visitor]) -> None:
    case = take_call(people["operator"])
    town, agent = people["town"], people["callback"]
    for order, name in zip(blow(town, case), ("department3", "department2"), strict=True):
        serve(people[name], order)
    accept_and_review(town, case.number)
    words = "车又停回来了"
    call_back(
        agent, case.number, resolved="no", satisfied="dissatisfied", words=words, then="reopen"
    )

    town.open(f"/cases/{case.number}/")
    assert words in town.html
    assert Case.objects.get(pk=case.pk).result == ""  # what did not last is no result any more
    assert "第 2 次办理" in town.html
    town.press("自办", note="社区自己装隔离桩")
    town.press("办结", result="已装隔离桩")
    call_back(agent, case.number, resolved="yes", satisfied="satisfied", then="close")
    case.refresh_from_db()
    assert (case.state, case.round, case.self_handled) == ("closed", 2, True)
    assert not Clock.objects.running().exists()


def test_nobody_who_handles_a_confidential_case_is_ever_sent_its_caller(
    people: dict[str, Visitor],
) -> None:
    case = take_call(people["operator"], confidential="on")
    town = people["town"]
    for order, name in zip(blow(town, case), ("department3", "department2"), strict=True):
        serve(people[name], order)
        people[name].open(f"/cases/{case.number}/")
        people[name].open("/notices/")
    accept_and_review(town, case.number)
    call_back(
        people["callback"],
        case.number,
        resolved="yes",
        satisfied="satisfied",
        words=f"{CALLER}说可以",
        then="close",
    )
    for name in ("town", "department2", "department3"):
        visitor = people[name]
        for url in (f"/cases/{case.number}/", f"/cases/{case.number}/orders/", "/cases/", "/"):
            visitor.open(url)
            assert visitor.status == 200
        visitor.open(f"/cases/?q={case.number}")
        assert case.number in visitor.html
        assert "***" in "".join(visitor.read)
        told = [page for page in visitor.read if CALLER in page or PHONE in page or "王*" in page]
        assert told == []
        # Asking on purpose is refused too, and says nothing.
        answer = visitor.client.post(
            f"/cases/{case.number}/reveal/",
            {"purpose": "核实"},
            headers={"X-CSRFToken": visitor.client.cookies["csrftoken"].value},
        )
        assert answer.status_code == 403
        assert PHONE not in answer.text
