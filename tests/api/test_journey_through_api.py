"""The whole way of one request, by nothing but calls of the API."""

from datetime import datetime, timedelta

from tests.api.calls import Api, get, post
from tests.cast import COMMUNITY, GRID, TOWN, Stage

REQUEST = {
    "channel": "hotline",
    "kind": "complaint",
    "category": "0306",
    "text": "潞邑社区3号楼消防通道被私家车堵住了",
    "lon": 116.685,
    "lat": 39.925,
    "caller_name": "王小明",
    "caller_phone": "138 0000 1234",
}
WHISTLE = {
    "level": "town",
    "kind": "daily",
    "lead": "XFZD",
    "departments": ["ZJW"],
    "assembly_place": "3号楼东侧",
    "items": ["消防通道堵塞", {"text": "地桩破损", "unit": "ZJW"}],
    "reason": "多次劝导无效",
}
MARKS = {"arrival": 90, "attitude": 95, "result": 100, "comment": "到场及时"}
ANSWERS = {"outcome": "reached", "contacted": True, "resolved": "yes", "satisfied": "satisfied"}


def serve(api: Api, who: str, order: int) -> None:
    """Let a department acknowledge, arrive, note progress and finish."""
    steps = [
        ("acknowledge", {}),
        ("report_in", {"lon": 116.686, "lat": 39.926, "note": "到场"}),
        ("progress", {"note": "正在清理"}),
        ("finish", {"result": "已清理并划线"}),
    ]
    for step, body in steps:
        assert step in get(api, who, f"/orders/{order}/")["steps"]
        post(api, who, f"/orders/{order}/steps/{step}/", body, 200)


def test_a_request_travels_from_the_call_to_the_close(stage: Stage, api: Api) -> None:
    case = post(api, "operator", "/cases/", REQUEST, 201)
    path = f"/cases/{case['number']}"
    assert (case["state"], case["area"], case["town"]) == ("received", GRID, TOWN)
    clocks = {(c["kind"], c["unit"]) for c in case["clocks"]}
    assert clocks == {("decide", TOWN), ("finish", TOWN), ("contact", TOWN)}
    for clock in case["clocks"]:
        assert datetime.fromisoformat(clock["due_at"]).utcoffset() == timedelta(hours=8)

    seen = get(api, "town", f"{path}/")
    assert "handle" in seen["steps"]
    matter = get(api, "town", "/responsibilities/?category=0306")["results"][0]
    assert (matter["lead"], sorted(matter["assists"])) == ("XFZD", ["CGW", "ZJW"])

    whistle = post(api, "town", f"{path}/whistles/", WHISTLE, 201)
    orders = {order["unit"]: order for order in whistle["orders"]}
    assert {unit: order["role"] for unit, order in orders.items()} == {
        "XFZD": "lead",
        "ZJW": "assist",
    }
    for order in orders.values():
        assert order["state"] == "issued"
        assert {c["kind"] for c in order["clocks"]} == {"acknowledge", "report_in", "finish"}
    assert [item["unit"] for item in whistle["items"]] == [None, "ZJW"]

    serve(api, "department3", orders["XFZD"]["id"])
    assert get(api, "town", f"{path}/")["state"] == "reported"
    for item in whistle["items"]:
        tick = f"/whistles/{whistle['id']}/items/{item['id']}/"
        refused = post(api, "department2", tick, {"done": True}, 400)
        assert list(refused["fields"]) == ["evidence"]
        proved = {"done": True, "evidence": "已清理，有照片"}
        assert post(api, "department2", tick, proved, 200)["done_at"]
    serve(api, "department2", orders["ZJW"]["id"])

    for order in orders.values():
        post(api, "town", f"/orders/{order['id']}/steps/accept/", {}, 200)
    assert get(api, "town", f"{path}/")["state"] == "handled"
    for order in orders.values():
        review = post(api, "town", f"/orders/{order['id']}/review/", MARKS, 201)
        assert review["order_state"] == "reviewed"

    called = post(api, "callback", f"{path}/callbacks/", ANSWERS, 201)
    assert called["case_state"] == "rated"
    closed = post(api, "callback", f"{path}/steps/close/", {}, 200)
    assert (closed["state"], closed["clocks"], closed["steps"]) == ("closed", [], ["reopen"])

    steps = [event["step"] for event in get(api, "town", f"{path}/events/")["results"]]
    assert steps[:2] == ["receive", "whistle"]
    assert steps[-2:] == ["rate", "close"]
    clocks = get(api, "town", f"{path}/clocks/")["results"]
    assert all(clock["stopped_at"] for clock in clocks)


def test_a_town_takes_a_case_itself_and_finishes_it(stage: Stage, api: Api) -> None:
    request = {name: value for name, value in REQUEST.items() if name not in ("lon", "lat")}
    case = post(api, "operator", "/cases/", request | {"area": COMMUNITY}, 201)
    path = f"/cases/{case['number']}/steps"
    assert post(api, "town", f"{path}/handle/", {"note": "马上去"}, 200)["self_handled"] is True
    assert post(api, "town", f"{path}/finish/", {"result": "已挪车"}, 200)["state"] == "handled"


def test_an_unsolved_matter_is_redone(stage: Stage, api: Api) -> None:
    case = post(api, "operator", "/cases/", REQUEST, 201)
    path = f"/cases/{case['number']}"
    post(api, "town", f"{path}/steps/handle/", {}, 200)
    post(api, "town", f"{path}/steps/finish/", {"result": "已挪车"}, 200)
    unsolved = ANSWERS | {"resolved": "no", "satisfied": "dissatisfied", "then": "reopen"}
    assert post(api, "callback", f"{path}/callbacks/", unsolved, 201)["case_state"] == "received"
    again = get(api, "town", f"{path}/")
    assert (again["state"], again["round"]) == ("received", 2)


def test_an_objection_upheld_goes_to_another_department(stage: Stage, api: Api) -> None:
    case = post(api, "operator", "/cases/", REQUEST, 201)
    whistle = post(api, "town", f"/cases/{case['number']}/whistles/", WHISTLE, 201)
    order = next(o["id"] for o in whistle["orders"] if o["unit"] == "ZJW")
    post(api, "department2", f"/orders/{order}/steps/object/", {"reason": "非我委职责"}, 200)
    waiting = get(api, "supervisor", f"/orders/{order}/")
    assert "rule" in waiting["steps"]
    assert [r["kind"] for r in waiting["requests"]] == ["objection"]
    ruling = {"upheld": True, "reason": "属城管委职责", "new_unit": "CGW"}
    ruled = post(api, "supervisor", f"/orders/{order}/steps/rule/", ruling, 200)
    assert (ruled["state"], ruled["requests"][0]["new_unit"]) == ("withdrawn", "CGW")
    mine = get(api, "department", "/orders/?mine=true")["results"]
    assert [row["unit"] for row in mine] == ["CGW"]


def test_more_time_may_be_asked_for_as_a_number_or_as_workdays(stage: Stage, api: Api) -> None:
    case = post(api, "operator", "/cases/", REQUEST, 201)
    whistle = post(api, "town", f"/cases/{case['number']}/whistles/", WHISTLE, 201)
    limits = {"department3": 2, "department2": {"amount": 3, "unit": "workday"}}
    for (name, limit), order in zip(limits.items(), whistle["orders"], strict=True):
        post(api, name, f"/orders/{order['id']}/steps/acknowledge/", {}, 200)
        body = {"reason": "需协调施工单位", "limit": limit}
        asked = post(api, name, f"/orders/{order['id']}/steps/extend/", body, 200)
        assert asked["requests"][0]["workdays"] == str(limit if name == "department3" else 3)
        before = next(c["due_at"] for c in asked["clocks"] if c["kind"] == "finish")
        granted = {"upheld": True, "reason": "同意"}
        ruled = post(api, "supervisor", f"/orders/{order['id']}/steps/rule/", granted, 200)
        after = next(c["due_at"] for c in ruled["clocks"] if c["kind"] == "finish")
        assert after > before
