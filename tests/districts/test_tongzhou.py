"""北京通州 plays its story: 接诉即办 + 网格管理 + 吹哨报到 on one platform (mission.md 3)."""

from datetime import datetime, timedelta
from pathlib import Path

from cases.models import Case
from tests.cast import COMMUNITY, GRID, SHANGHAI, TOWN
from tests.districts.district import District, Make, key, report
from tests.districts.lives import Life, write_lives

MARCH = datetime(2026, 3, 1, tzinfo=SHANGHAI)
VALID, CONTACTED, RESOLVED, SATISFIED = 1340, 1339, 1257, 1272
"""The fewest callbacks whose three rates are those of 2023 to the second decimal."""

GRID_CASES, GRID_CLOSED = 642, 616
"""In thousands, as reported."""

CLUES = 12
REQUEST = {
    "channel": "hotline",
    "kind": "complaint",
    "category": "0306",
    "text": "消防通道被私家车堵住了",
    "lon": 116.685,
    "lat": 39.925,
    "caller_name": "王小明",
    "caller_phone": "13800001234",
}
ANSWERS = {"outcome": "reached", "contacted": True, "resolved": "yes", "satisfied": "satisfied"}


def case(number: int, channel: str, *, closed: bool, area: str = COMMUNITY) -> Case:
    at = MARCH + timedelta(minutes=15 * number)
    return Case(
        number=f"TZ-{channel}-{number:05d}",
        state="closed" if closed else "handling",
        kind="complaint",
        channel=channel,
        category_id="0306",
        text="通道堵塞",
        area_id=area,
        town_id=TOWN,
        received_at=at,
        callable=channel == "hotline",
        self_handled=True,
        handled_at=at + timedelta(days=1) if closed else None,
        closed_at=at + timedelta(days=2) if closed else None,
    )


def test_hotline_and_grid_data_are_one_and_give_the_three_rates(
    district: Make, tmp_path: Path
) -> None:
    """“response 99.93%, resolution 93.81%, satisfaction 94.93%” and “642,000 grid cases, 616,000 closed; hotline
    and grid data joined, one process.”"""
    district("tongzhou")
    lives = [
        Life(
            case(number, "hotline", closed=True),
            contacted=number < CONTACTED,
            resolved="yes" if number < RESOLVED else "no",
            satisfied="satisfied" if number < SATISFIED else "dissatisfied",
        )
        for number in range(VALID)
    ]
    lives += [
        Life(case(number, "grid", area=GRID, closed=number < GRID_CLOSED), reached=None)
        for number in range(GRID_CASES)
    ]
    write_lives(lives)
    found = report("2026-03", tmp_path / "report.json")
    rates = {name: f"{rate:.2f}" for name, rate in found["rates"].items()}
    assert rates == {"response": "99.93", "resolution": "93.81", "satisfaction": "94.93"}
    grid = found["by_channel"]["grid"]
    assert (grid["received"], grid["closed"]) == (GRID_CASES, GRID_CLOSED)
    assert found["totals"]["received"] == VALID + GRID_CASES


def handle(place: District, number: str, who: str = "town") -> None:
    place.post(who, f"/cases/{number}/steps/handle/")
    place.post(who, f"/cases/{number}/steps/finish/", {"result": "已清理"})


def test_one_slip_is_kept_to_the_end_with_a_time_to_answer_and_to_solve(district: Make) -> None:
    """“一条热线听诉求、一张单子管到底、限时回复、限期解决.”"""
    place = district("tongzhou")
    received = place.post("operator", "/cases/", REQUEST, 201)
    number = received["number"]
    due = {clock["kind"]: clock["due_at"] for clock in received["clocks"]}
    assert {"contact", "finish"} <= set(due)  # to reply, to solve
    handle(place, number)
    called = place.post("callback", f"/cases/{number}/callbacks/", ANSWERS, 201)
    assert called["case_state"] == "rated"
    place.post("callback", f"/cases/{number}/steps/close/")
    page = place.page("town", f"/cases/{number}/")
    assert number in page
    steps = [event["step"] for event in place.get("town", f"/cases/{number}/events/")["results"]]
    assert (steps[0], steps[-1]) == ("receive", "close")


def test_a_grid_workers_report_goes_the_same_way_and_is_verified_on_the_spot(
    district: Make,
) -> None:
    """“full-time and part-time grid workers report from a phone … hotline and grid data joined, one process.”"""
    place = district("tongzhou")
    found = {name: REQUEST[name] for name in ("kind", "category", "text", "lon", "lat")}
    body = found | {"channel": "grid", "kind": "help"}
    number = place.post("gridworker", "/cases/", body, 201)["number"]
    assert place.get("operator", f"/cases/{number}/")["state"] == "received"
    handle(place, number)
    tasks = place.get("gridworker", "/tasks/")["results"]
    assert [(task["kind"], task["case"]) for task in tasks] == [("verify", number)]
    done = {"outcome": "solved", "note": "通道已畅通", "lon": 116.685, "lat": 39.925}
    place.post("gridworker", f"/tasks/{tasks[0]['id']}/done/", done)
    assert place.get("town", f"/cases/{number}/")["state"] == "closed"


def test_clues_of_satellites_enter_by_the_api_and_are_closed_in_the_loop(district: Make) -> None:
    """“Clues from satellite images (图斑) and other machines enter by API and are closed in the loop, 500 of them.”"""
    place = district("tongzhou")
    sent = [
        {
            "source": "satellite",
            "external_id": f"TB-{number:04d}",
            "kind": "图斑",
            "text": "疑似新增建设图斑",
            "lon": 116.685,
            "lat": 39.925,
            "observed_at": place.at.isoformat(),
            "category": "0101",
        }
        for number in range(CLUES)
    ]
    clues = [place.post("operator", "/clues/", one, 201, **key()) for one in sent]
    again = place.post("operator", "/clues/", sent[0], 200, **key())
    assert again["id"] == clues[0]["id"]  # the same clue twice is one
    place.post("operator", "/clues/", sent[0] | {"text": "别的地方"}, 409, **key())
    for clue in clues:
        handle(place, clue["case"])
        place.post("gridworker", f"/cases/{clue['case']}/steps/close/", {"note": "已核实拆除"})
    answered = place.get("operator", "/clues/?source=satellite&state=answered")["results"]
    assert {clue["id"] for clue in answered} == {clue["id"] for clue in clues}
    assert {clue["outcome"] for clue in answered} == {"confirmed"}
    for clue in answered:
        place.post("operator", f"/clues/{clue['id']}/collect/")
    assert place.get("operator", "/clues/?source=satellite&state=answered")["results"] == []


def test_commendations_are_counted_and_shown_and_are_never_cases(
    district: Make, tmp_path: Path
) -> None:
    """“Commendations (表扬工单) are counted and shown; they are never cases.”"""
    place = district("tongzhou")
    before = Case.objects.count()
    body = {"unit": "CGW", "text": "城管队员帮老人搬家，非常感谢", "caller_phone": "13800001234"}
    place.post("operator", "/commendations/", body, 201, **key())
    assert Case.objects.count() == before
    shown = place.page("operator", "/commendations/")
    assert "帮老人搬家" in shown
    assert "13800001234" not in shown
    totals = report(f"{place.at:%Y-%m}", tmp_path / "report.json")["totals"]
    assert (totals["commendations"], totals["received"]) == (1, 0)


def test_grid_workers_keep_a_diary(district: Make) -> None:
    """“Grid workers' diary (民情日记).”"""
    place = district("tongzhou")
    body = {"area": GRID, "household": "3号楼张大爷", "text": "独居，想装扶手"}
    place.post("gridworker", "/diary/", body, 201, **key())
    assert "想装扶手" in place.page("gridworker", "/grid-life/diary/")
    assert "想装扶手" in place.page("community", "/grid-life/diary/")
    assert "想装扶手" not in place.page("town2", "/grid-life/diary/")
