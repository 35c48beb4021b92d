"""通辽永茂开发区 plays its story: 一号通办、街镇统办 (mission.md 1)."""

import random
import re
from collections import Counter
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from cases.models import Case
from grids.models import Area, Atlas
from tests.api.photos import jpeg
from tests.cast import COMMUNITY, SHANGHAI
from tests.districts.district import NEXT, District, Make, key, person, report, unit
from tests.districts.lives import Life, write_lives

TOWNS = {"新城街道": 629, "河西街道": 311, "滨河街道": 243, "辽河镇": 27, "电厂街道": 26}
KINDS = {"complaint": 662, "help": 502, "enquiry": 47, "suggestion": 25}
CLOSED, OPEN = 1173, 63
FEW = 330
"""Lists longer than this are opened only as far as their count goes."""

MARCH = datetime(2026, 3, 1, tzinfo=SHANGHAI)

DEPARTMENTS = [
    ("WYK", "物业管理科"),
    ("DT", "电梯检验所"),
    ("RQ", "燃气办"),
    ("FZ", "不动产登记中心"),
    ("GA", "公安分局"),
    ("SC", "市场监管局"),
    ("YL", "园林中心"),
    ("SW", "水务中心"),
]
"""With 城管委, 住建委 and 消防 of the cast: eleven departments."""

PROBLEMS = [
    ("物业：公共区域保洁不到位", "WYK"),
    ("物业：地下车库照明不亮", "WYK"),
    ("物业：门禁损坏", "WYK"),
    ("电梯：3号楼电梯停运", "DT"),
    ("电梯：年检过期", "DT"),
    ("供电：表箱裸露", "GD"),
    ("供电：楼道线路老化", "GD"),
    ("燃气：管道锈蚀", "RQ"),
    ("燃气：报警器失效", "RQ"),
    ("消防：通道被占", "XFZD"),
    ("消防：消火栓无水", "XFZD"),
    ("消防：疏散标志缺失", "XFZD"),
    ("房证：1号楼未办证", "FZ"),
    ("房证：2号楼面积有误", "FZ"),
    ("房证：车位未登记", "FZ"),
]
LINK = re.compile(r'<a href="([^"]+)" data-count="(\d+)"')
CASE = re.compile(r'href="/cases/(YM-\d+)/"')


def five_towns() -> dict[str, str]:
    """Add the five towns with a unit each; return their codes by name."""
    codes = {}
    for number, name in enumerate(TOWNS, start=1):
        code = f"1101121{number:02d}"
        Area.objects.create(code=code, name=name, level="town", parent_id="110112")
        unit(code, name, "town", code)
        codes[name] = code
    Atlas.objects.update(version=Atlas.objects.get().version + 10**7)
    return codes


def half_a_year(codes: dict[str, str]) -> list[Case]:
    """Write 1,236 cases of five towns with the counts of the report, each with a life that holds together."""
    dice = random.Random(1236)
    towns = [codes[name] for name, count in TOWNS.items() for _ in range(count)]
    kinds = [kind for kind, count in KINDS.items() for _ in range(count)]
    ended = [True] * CLOSED + [False] * OPEN
    dice.shuffle(kinds)
    dice.shuffle(ended)
    cases = []
    for number, (town, kind, closed) in enumerate(zip(towns, kinds, ended, strict=True)):
        at = MARCH + timedelta(minutes=30 * number)
        case = Case(
            number=f"YM-{number:04d}",
            state="closed" if closed else dice.choice(["received", "handling"]),
            kind=kind,
            channel="hotline",
            category_id=dice.choice(["0101", "0303", "0306"]),
            text="小区里的事",
            area_id=town,
            town_id=town,
            received_at=at,
            self_handled=True,
            handled_at=at + timedelta(days=1) if closed else None,
            closed_at=at + timedelta(days=2) if closed else None,
        )
        cases.append(case)
    write_lives([Life(case) for case in cases])
    return cases


def listed(place: District, url: str) -> set[str]:
    """Return the numbers of all cases behind an address, page after page."""
    client, found = place.browser("leader"), set[str]()
    while url:
        body = client.get(url, headers={"HX-Request": "true"}).content.decode()
        found |= set(CASE.findall(body))
        following = NEXT.search(body)
        url = unescape(following[1] or following[2]) if following else ""
        if url.startswith("?"):
            url = f"/cases/{url}"
    return found


def test_the_report_and_the_page_show_exactly_the_table_and_each_number_opens_its_cases(
    district: Make, tmp_path: Path
) -> None:
    """“1,236 cases from five towns (新城街道 629, 河西街道 311, 滨河街道 243, 辽河镇 27, 电厂街道 26), by kind
    投诉 662, 求助 502, 咨询 47, 建议 25; 1,173 closed, 63 open: the report shows exactly such a table, each
    number opening its cases.”"""
    place = district("yongmao")
    cases = half_a_year(five_towns())
    found = report("2026-03", tmp_path / "report.json")
    totals = found["totals"]
    assert (totals["received"], totals["closed"], totals["open"]) == (1236, CLOSED, OPEN)
    by_town = {row["name"]: row["received"] for row in found["by_town"] if row["received"]}
    assert by_town == TOWNS
    by_kind = {kind: row["received"] for kind, row in found["by_kind"].items() if row["received"]}
    assert by_kind == KINDS

    body = place.page("leader", "/month/2026-03/?tab=categories")
    table = body[body.index("镇街 × 诉求类型") :].split("</table>")[0]
    rows = re.findall(r"<tr><th scope=\"row\"[^>]*>([^<]+)</th>(.*?)</tr>", table, re.DOTALL)
    shown = {name: LINK.findall(cells) for name, cells in rows}
    assert {name: int(cells[-3][1]) for name, cells in shown.items() if name in TOWNS} == TOWNS
    links = {unescape(url): int(count) for cells in shown.values() for url, count in cells}
    for url, count in links.items():
        wanted = _meant(cases, url)
        assert len(wanted) == count, url
        if count < FEW:
            assert listed(place, url) == wanted, url
    assert {1236, CLOSED, OPEN, *KINDS.values(), *TOWNS.values()} <= set(links.values())


def _meant(cases: list[Case], url: str) -> set[str]:
    """Return the cases that a cell's address names: its town, its kind, closed or open."""
    asked = dict(parse_qsl(urlsplit(url).query))
    return {
        case.number
        for case in cases
        if asked.get("town", case.town_id) == case.town_id
        and asked.get("kind", case.kind) == case.kind
        and asked.get("state", "") in ("", "ended" if case.closed_at else "open")
    }


def departments(place: District) -> list[str]:
    """Add the departments of the story with one person each; return the codes of all eleven."""
    for code, name in DEPARTMENTS:
        unit(code, name)
        person(place.stage, f"staff_{code}", "department", code)
    person(place.stage, "staff_GD", "department", "GD")
    return [code for code, _name in DEPARTMENTS] + ["CGW", "ZJW", "XFZD", "GD"]


def staff_of(code: str) -> str:
    known = {"CGW": "department", "ZJW": "department2", "XFZD": "department3"}
    return known.get(code, f"staff_{code}")


def assembly(place: District) -> tuple[str, dict[str, Any]]:
    """Let the community blow an assembly whistle at twelve units with fifteen problems."""
    summoned = departments(place)
    case = place.post("operator", "/cases/", REQUEST, 201)
    body = {
        "level": "community",
        "kind": "enforcement",
        "lead": "XFZD",
        "departments": [code for code in summoned if code != "XFZD"],
        "assembly_place": "永茂小区东门",
        "assembly_at": (place.at + timedelta(hours=1)).isoformat(),
        "reason": "永茂小区问题集中，请各部门到场",
        "items": [{"text": text, "unit": code} for text, code in PROBLEMS],
    }
    whistle = place.post("community", f"/cases/{case['number']}/whistles/", body, 201)
    return case["number"], whistle


REQUEST = {
    "channel": "hotline",
    "kind": "complaint",
    "category": "0306",
    "text": "永茂小区物业、电梯、消防等问题一大堆，没人管",
    "area": COMMUNITY,
    "caller_name": "王小明",
    "caller_phone": "13800001234",
}


def test_a_community_blows_an_assembly_whistle_and_each_department_arrives(district: Make) -> None:
    """“A community blows an assembly whistle (集结哨): more than ten departments, a place and a time; each
    arrives (“报到”) there; the town leads and commands.”"""
    place = district("yongmao")
    number, whistle = assembly(place)
    orders = place.orders(whistle)
    assert len(orders) > 10
    page = place.page("community", f"/cases/{number}/orders/")
    assert "集结哨" in page
    assert "永茂小区东门" in page
    here = {"lon": 116.685, "lat": 39.925, "note": "已到东门"}
    for code, order in orders.items():
        place.steps(staff_of(code), order, ("acknowledge", {}), ("report_in", here))
    states = {place.get("town", f"/orders/{order}/")["state"] for order in orders.values()}
    assert states == {"reported"}
    assert place.get("town", f"/cases/{number}/")["state"] == "reported"
    place.post("department", f"/orders/{orders['CGW']}/steps/finish/", {"result": "已完成"})
    place.post("town", f"/orders/{orders['CGW']}/steps/accept/")  # the town commands: it may accept
    assert (
        Counter(place.get("town", f"/orders/{order}/")["state"] for order in orders.values())[
            "accepted"
        ]
        == 1
    )


def test_one_whistle_carries_fifteen_problems_each_with_its_owner_and_progress(
    district: Make,
) -> None:
    """“One whistle carries a list of problems (15 at 永茂小区: 物业、电梯、供电、燃气、消防、房证…), each with its
    own owner and progress: “15 found, 14 done, 1 under way”.”"""
    place = district("yongmao")
    number, whistle = assembly(place)
    for code, order in place.orders(whistle).items():
        place.steps(staff_of(code), order, ("acknowledge", {}), ("report_in", {"note": "到"}))
    items = place.get("community", f"/whistles/{whistle['id']}/")["items"]
    assert [(item["text"], item["unit"]) for item in items] == PROBLEMS
    for item in items[:-1]:
        proof = {"evidence": "已处理，业主签字"}
        place.post(staff_of(item["unit"]), f"/items/{item['id']}/steps/done/", proof)
    place.post("staff_FZ", f"/items/{items[-1]['id']}/steps/start/")
    seen = place.get("town", f"/whistles/{whistle['id']}/")["problems"]
    assert (seen["found"], seen["done"], seen["doing"]) == (15, 14, 1)
    page = place.page("community", f"/whistles/{whistle['id']}/")
    assert seen["words"] in page
    assert re.findall(r"\d+", seen["words"]) == ["15", "14", "1"]
    place.post("staff_FZ", f"/orders/{place.orders(whistle)['FZ']}/steps/finish/", FINISHED, 409)
    assert place.get("town", f"/cases/{number}/")["state"] == "reported"


FINISHED = {"result": "已办"}
RULES = """name,ownership,category,kind,channel,urgency,area,words,lead,assist,outside_unit,first_asked,source,valid_from
公交线路,city,,,,,,公交,CGW,,市交通局,,本区做法,2018-09-01
市容,town,0101,,,,,,,,,,本区做法,2018-09-01
电梯,department,0303,,,,,,ZJW,,,,本区做法,2018-09-01
物业消防,several,0306,,,,,,XFZD,ZJW;CGW,,y,首问负责,2018-09-01
"""


def test_whose_matter_it_is_decides_the_way_four_ways(district: Make, tmp_path: Path) -> None:
    """“Routing by ownership of the matter (事权): the town's own → 即接即办; not the town's → the town
    coordinates, the department handles; the city's → the counterpart department takes it up with the
    city's department; several owners → first asked is responsible (首问负责), one leads, the others
    assist (一门主责、其他配合).”"""
    place = district("yongmao")
    (tmp_path / "rules.csv").write_text(RULES, encoding="utf-8")
    call_command("import_rules", tmp_path / "rules.csv")
    matters = {
        "town": ("0101", "楼前乱堆物料"),
        "department": ("0303", "电梯坏了"),
        "several": ("0306", "消防通道被占"),
        "city": ("0303", "公交改线不方便"),
    }
    numbers = {
        whose: place.post(
            "operator", "/cases/", REQUEST | {"category": category, "text": text}, 201
        )["number"]
        for whose, (category, text) in matters.items()
    }
    whose = {
        name: place.get("town", f"/cases/{number}/ownership/") for name, number in numbers.items()
    }
    assert {name: found["ownership"] for name, found in whose.items()} == {
        name: name for name in matters
    }
    own = numbers["town"]
    place.post("town", f"/cases/{own}/steps/handle/")  # 即接即办
    assert place.get("town", f"/cases/{own}/")["self_handled"] is True

    lift = whose["department"]
    summons = {"level": "town", "kind": "daily", "lead": lift["lead"], "departments": []}
    place.post("town", f"/cases/{numbers['department']}/whistles/", summons, 201)
    assert lift["lead"] == "ZJW"

    several = whose["several"]
    assert (several["lead"], set(several["assists"])) == ("XFZD", {"ZJW", "CGW"})
    assert several["first_asked"] == "XFZD"

    city = numbers["city"]
    assert whose["city"]["outside_unit"] == "市交通局"
    place.post("town", f"/cases/{city}/whistles/", summons | {"lead": whose["city"]["lead"]}, 201)
    path = f"/cases/{city}/city/"
    taken = {"counterpart": "CGW", "outside_unit": "市交通局", "reference": "通交字12号"}
    place.post("department", path, taken, 201)  # the counterpart takes it up
    assert [row["reference"] for row in place.get("town", path)] == ["通交字12号"]
    panel = place.page("town", f"/cases/{city}/ownership/")
    assert "公交线路" in panel
    assert "通交字12号" in panel


def test_a_working_group_around_a_case_exchanges_messages_and_files(district: Make) -> None:
    """“A working group around a case exchanges messages and files.”"""
    place = district("yongmao")
    number, whistle = assembly(place)
    path = f"/cases/{number}/messages/"
    place.post("town", path, {"text": "明早八点东门集合", "whistle": whistle["id"]}, 201, **key())
    photo = SimpleUploadedFile("lift.jpg", jpeg(), "image/jpeg")
    sent = {"text": "电梯检验报告", "files": [photo]}
    place.post("staff_DT", path, sent, 201, format="multipart", **key())
    read = place.get("community", path)["results"]
    assert [message["text"] for message in read] == ["明早八点东门集合", "电梯检验报告"]
    assert read[1]["files"][0]["name"].endswith("jpg")
    assert "明早八点东门集合" in place.page("department", f"/cases/{number}/group/")
    place.get("town2", path, 404)
