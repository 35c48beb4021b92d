"""南昌高新区 plays its story: 村社吹哨、部门报到 (mission.md 5)."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from accounts.models import Unit
from cases.lifecycle import ClockKind
from cases.models import Case
from cases.services.breaches import sweep_breaches
from dispatch.models import Document, Order, Whistle
from dispatch.services.ladders import sweep_ladders
from tests.cast import COMMUNITY, SHANGHAI, TOWN, Stage
from tests.districts.district import District, Make, report, work_by

BLOWN, SOLVED = 2998, 2985
REQUEST = {
    "channel": "hotline",
    "kind": "complaint",
    "category": "0306",
    "text": "瑶湖花园消防通道长期被占",
    "area": COMMUNITY,
    "caller_name": "王小明",
    "caller_phone": "13800001234",
}
HERE = {"lon": 116.685, "lat": 39.925, "note": "到场"}


def blown(place: District, **given: Any) -> tuple[str, dict[str, int]]:
    """Let the village blow its whistle; return the case's number and the orders by unit."""
    case = place.post("operator", "/cases/", REQUEST, 201)
    body = {"level": "community", "kind": "daily", "lead": "XFZD", "departments": ["ZJW"]} | given
    whistle = place.post("community", f"/cases/{case['number']}/whistles/", body, 201)
    return case["number"], place.orders(whistle)


def test_the_village_blows_the_whistle_itself_and_holds_the_right_to_close(district: Make) -> None:
    """“Villages and communities blow the whistle themselves **and hold the right to close** (结案权).”"""
    place = district("nanchang")
    case = place.post("operator", "/cases/", REQUEST, 201)
    number = case["number"]
    body = {"level": "community", "kind": "daily", "lead": "XFZD", "departments": []}
    refused = place.api("town").post(f"/api/v1/cases/{number}/whistles/", body)
    assert refused.status_code == 403  # the village's whistle is the village's, not the town's
    whistle = place.post("community", f"/cases/{number}/whistles/", body, 201)
    assert "村社哨" in place.page("town", f"/cases/{number}/orders/")

    order = place.orders(whistle)["XFZD"]
    place.steps(
        "department3",
        order,
        ("acknowledge", {}),
        ("report_in", HERE),
        ("finish", {"result": "已清"}),
    )
    assert "accept" not in place.get("town", f"/orders/{order}/")["steps"]
    place.post("town", f"/orders/{order}/steps/accept/", wanted=403)
    place.post("town", f"/orders/{order}/steps/send_back/", {"reason": "不行"}, 403)
    assert place.get("community", f"/cases/{number}/")["state"] == "reported"
    place.post("community", f"/orders/{order}/steps/accept/")
    assert place.get("community", f"/cases/{number}/")["state"] == "handled"


def test_nobody_leaves_before_it_is_done(district: Make) -> None:
    """“事不完、人不走”: who arrived leaves with a result, or with the village's leave."""
    place = district("nanchang")
    _number, orders = blown(place)
    order = orders["XFZD"]
    place.steps("department3", order, ("acknowledge", {}), ("report_in", HERE))
    refused = place.post("department3", f"/orders/{order}/steps/leave/", wanted=409)
    assert refused["code"] == "step_refused"
    place.post("department3", f"/orders/{order}/steps/ask_leave/", {"reason": "另有火情"})
    place.post("department3", f"/orders/{order}/steps/leave/", wanted=409)
    place.post("town", f"/orders/{order}/steps/grant_leave/", wanted=403)
    place.post("community", f"/orders/{order}/steps/grant_leave/")
    place.post("department3", f"/orders/{order}/steps/leave/")

    other = orders["ZJW"]
    place.steps(
        "department2",
        other,
        ("acknowledge", {}),
        ("report_in", HERE),
        ("finish", {"result": "已办"}),
    )
    place.post("department2", f"/orders/{other}/steps/leave/")


def test_lead_responsible_department_and_person_stand_on_the_list(district: Make) -> None:
    """“权责清单: 7 classes, 141 items; lead department, responsible department, responsible person for each.”

    The 141 items are not published: the profile says so and brings the list's name alone.
    """
    place = district("nanchang")
    item = place.get("community", "/responsibilities/?category=0306")["results"][0]
    assert (item["lead"], item["person"]) == ("XFZD", "防火监督科科长")
    assert item["assists"]
    page = place.page("admin", "/district/")
    assert "7 大类 141 项" in page
    assert "不能代编" in place.page("admin", "/district/nanchang/")


def test_the_weekly_account_giving_meeting_has_its_docket_by_department(district: Make) -> None:
    """“Weekly account-giving meeting (交账会): the docket of what is due, late and done, by department.”"""
    place = district("nanchang")
    _number, orders = blown(place)
    order = orders["XFZD"]
    place.steps("department3", order, ("acknowledge", {}), ("report_in", HERE))
    place.post("department3", f"/orders/{order}/steps/finish/", {"result": "已清"})
    docket = place.get("supervisor", f"/dockets/{timezone.localtime():%G-W%V}/")
    rows = {row["unit"]: row for row in docket["units"]}
    assert {"due", "late", "done"} <= set(rows["XFZD"])
    assert rows["XFZD"]["done"] == 1
    page = place.page("supervisor", f"/dockets/{timezone.localtime():%G-W%V}/")
    assert "区消防救援支队" in page


def test_whistles_blown_and_problems_solved_are_counted(district: Make, tmp_path: Path) -> None:
    """“2,998 whistles, 2,985 problems solved.”"""
    place = district("nanchang")
    units = {unit.code: unit for unit in Unit.objects.all()}
    march = datetime(2026, 3, 1, tzinfo=SHANGHAI)
    cases = [
        Case(
            number=f"NC-{number:05d}",
            state="closed" if number < SOLVED else "whistled",
            kind="help",
            channel="grid",
            category_id="0306",
            text="村里的事",
            area_id=COMMUNITY,
            town_id=TOWN,
            callable=False,
            received_at=march + timedelta(minutes=14 * number),
            closed_at=march + timedelta(minutes=14 * number + 99) if number < SOLVED else None,
        )
        for number in range(BLOWN)
    ]
    Case.objects.bulk_create(cases)
    whistles = Whistle.objects.bulk_create(
        Whistle(
            case=case,
            level="community",
            kind="daily",
            blower=units[COMMUNITY],
            blown_by=place.stage.people["community"],
            blown_at=case.received_at,
            settled_at=case.closed_at,
        )
        for case in cases
    )
    Order.objects.bulk_create(
        Order(
            whistle=whistle,
            case=whistle.case,
            unit=units["XFZD"],
            role="lead",
            state="accepted" if whistle.settled_at else "acknowledged",
            issued_at=whistle.blown_at,
            acknowledged_at=whistle.blown_at,
            reported_at=whistle.settled_at,
            finished_at=whistle.settled_at,
            accepted_at=whistle.settled_at,
            settled_at=whistle.settled_at,
        )
        for whistle in whistles
    )
    totals = report("2026-03", tmp_path / "report.json")["totals"]
    assert (totals["whistles"], totals["whistles_solved"]) == (BLOWN, SOLVED)


def overdue(place: District, at: Any) -> None:
    sweep_breaches(at)
    sweep_ladders(at)


def test_a_slow_department_gets_a_reminder_then_an_assignment_then_a_supervision_notice(
    stage: Stage,
) -> None:
    """“Slow, absent or careless departments get 《提醒函》, then 《交办单》, then 《督办单》, tracked to an answer,
    then accountability.”"""
    stage.at = timezone.now() - timedelta(days=60)
    place = work_by(stage, "nanchang")
    whistle = stage.whistle(by="community", level="community", departments=[])
    order = stage.order(whistle)
    now = stage.at
    for _day in range(30):
        now += timedelta(days=1)
        overdue(place, now)
    unit = Unit.objects.get(code="XFZD")
    letters = Document.objects.filter(unit=unit, clock__kind=ClockKind.REPORT_IN)
    forms = list(letters.order_by("issued_at", "pk").values_list("form", flat=True))
    assert forms[:4] == ["reminder", "assignment", "supervision", "bulletin"]

    first = letters.order_by("issued_at", "pk").first()
    assert first is not None
    assert first.order_id == order.pk
    seen = place.page("department3", f"/documents/{first.pk}/")
    assert "提醒函" in seen
    assert first.number in seen
    answer = {"text": "人手不足，明日到场"}
    place.post("department3", f"/documents/{first.pk}/answer/", answer)
    first.refresh_from_db()
    assert first.answered_at is not None
    assert first.answer_clock is not None
    assert first.answer_clock.stopped_at is not None
    late = place.page("supervisor", "/documents/")
    assert letters.order_by("-issued_at").first().number in late  # type: ignore[union-attr]  # four stand
