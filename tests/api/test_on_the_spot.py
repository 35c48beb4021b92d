"""By API: arriving with doubts, leaving, the list of problems, more units, whistling back."""

from tests.api.calls import Api, get, post
from tests.cast import OTHER_TOWN, Stage
from tests.dispatch.field import act


def test_doubts_are_data(stage: Stage, api: Api) -> None:
    order = act(stage, stage.order(stage.whistle()), "acknowledge")
    path = f"/orders/{order.pk}"
    told = {
        "lon": 116.70,
        "lat": 39.925,
        "accuracy_m": 900,
        "device_at": "2020-01-02T03:04:05Z",
        "arrived": "李队长",
    }
    post(api, "department3", f"{path}/steps/report_in/", told | {"accuracy_m": -1}, 400)
    shown = post(api, "department3", f"{path}/steps/report_in/", told, 200)
    assert [doubt["code"] for doubt in shown["doubts"]] == ["far", "coarse", "clock_behind"]
    assert (shown["accuracy_m"], shown["arrived"]) == (900, "李队长")
    (line,) = (
        each
        for each in get(api, "town", f"/whistles/{order.whistle_id}/")["orders"]
        if each["unit"] == "XFZD"
    )
    assert (line["presence"], len(line["doubts"])) == ("here", 3)


def test_nobody_leaves_before_it_is_done(stage: Stage, api: Api) -> None:
    order = act(stage, stage.order(stage.whistle()), "acknowledge", "report_in")
    steps = f"/orders/{order.pk}/steps"
    refused = post(api, "department3", f"{steps}/leave/", {}, 409)
    assert refused["code"] == "step_refused"
    post(api, "town", f"{steps}/grant_leave/", {}, 409)
    post(api, "department3", f"{steps}/ask_leave/", {"reason": "另有火警"}, 200)
    post(api, "department3", f"{steps}/grant_leave/", {}, 403)
    granted = post(api, "town", f"{steps}/grant_leave/", {}, 200)
    assert granted["leave_granted_at"]
    assert post(api, "department3", f"{steps}/leave/", {}, 200)["left_at"]


def test_problems_go_their_way(stage: Stage, api: Api) -> None:
    whistle = stage.whistle()
    path = f"/whistles/{whistle.pk}/items/"
    items = [{"text": "堆物", "unit": "XFZD", "limit": 2, "limit_unit": "workday"}, "无灯"]
    post(api, "department3", path, {"items": items}, 403)
    post(api, "town", path, {"items": [{"text": "堆物", "unit": "CGW"}]}, 400)
    shown = post(api, "town", path, {"items": items}, 201, headers={"Idempotency-Key": "a"})
    again = post(api, "town", path, {"items": items}, 201, headers={"Idempotency-Key": "a"})
    assert again == shown
    assert (shown["problems"]["found"], shown["problems"]["open"]) == (2, 2)
    first, second = get(api, "department3", path)
    assert [clock["kind"] for clock in first["clocks"]] == ["item"]
    assert first["steps"] == ["start", "done"]
    step = f"/items/{first['id']}/steps"
    assert post(api, "department3", f"{step}/start/", {}, 200)["state"] == "doing"
    post(api, "department2", f"{step}/done/", {"evidence": "x"}, 403)
    post(api, "department", f"{step}/done/", {"evidence": "x"}, 404)
    post(api, "department3", f"{step}/done/", {}, 400)
    done = post(api, "department3", f"{step}/done/", {"evidence": "已清走"}, 200)
    assert (done["state"], done["evidence"], done["clocks"]) == ("done", "已清走", [])
    post(api, "department3", f"{step}/reopen/", {"reason": "x"}, 403)
    assert post(api, "town", f"{step}/reopen/", {"reason": "又堆了"}, 200)["state"] == "open"
    other = f"/items/{second['id']}/steps"
    given = {"unit": "ZJW", "limit": 1, "limit_unit": "natural_day"}
    assert post(api, "town", f"{other}/assign/", given, 200)["unit"] == "ZJW"
    assert post(api, "town", f"{other}/drop/", {"reason": "重复"}, 200)["state"] == "dropped"
    post(api, "town", f"{other}/start/", {}, 409)
    words = get(api, "town", f"/whistles/{whistle.pk}/")["problems"]["words"]
    assert "2" in words


def test_more_units_and_a_whistle_back(stage: Stage, api: Api) -> None:
    whistle = stage.whistle()
    more = f"/whistles/{whistle.pk}/orders/"
    post(api, "department3", more, {"departments": ["CGW"]}, 403)
    post(api, "town", more, {"departments": ["ZJW"]}, 400)
    shown = post(api, "town", more, {"departments": ["CGW"]}, 201)
    assert len(shown["orders"]) == 3
    order = stage.order(whistle)
    path = f"/orders/{order.pk}/whistle_back/"
    asked = {"unit": OTHER_TOWN, "reason": "堆放人住在杨庄"}
    post(api, "town", path, asked, 403)
    back = post(api, "department3", path, asked, 201)
    assert back["granted"] is None
    post(api, "department3", path, asked, 409)
    rule = f"/whistles_back/{back['id']}/rule/"
    ruling = {"granted": True, "reason": "同意"}
    post(api, "town", rule, ruling, 403)
    assert post(api, "supervisor", rule, ruling, 200)["granted"] is True
    post(api, "supervisor", rule, ruling, 409)
    blown = get(api, "town2", "/whistles/?level=district")["results"]
    assert [one["asked_by"] for one in blown] == [back["id"]]
    mine = get(api, "town2", "/orders/?mine=true")["results"]
    assert [one["unit"] for one in mine] == [OTHER_TOWN]
    summoned = mine[0]["id"]
    assert post(api, "town2", f"/orders/{summoned}/steps/acknowledge/", {}, 200)["state"]
