"""Any other district: its files are imported by the commands, and a case goes its way there."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command

from accounts.models import Membership, Unit, User
from accounts.refusals import BadInput
from assessment.services.policies import ensure_default_policy
from cases import calendars
from cases.models import Case
from cases.services import limits
from cases.services.intake import receive
from cases.services.steps import advance
from dispatch.models import Responsibility
from dispatch.services.steps import advance_order
from dispatch.services.whistles import Summons, blow_whistle
from grids.models import Area
from grids.places import find_place
from tests.cast import NOON, ROOT, square

FILES = {
    "divisions.csv": """code,name,level,parent
360199,瑶湖区,district,
360199001,湖东街道,town,360199
360199101,麻丘镇,town,360199
360199001001,瑶湖花园社区居委会,community,360199001
360199101201,麻丘村委会,community,360199101
""",
    "units.csv": """code,name,kind,area
CENTRE,区指挥中心,centre,
HOTLINE,区热线,hotline,
ZJ,区住房和城乡建设局,department,
XF,区消防救援大队,department,
""",
    "categories.csv": "code,name,parent\n01,住房,\n0101,房屋渗漏,01\n",
    "responsibilities.csv": """code,class,title,category,lead,assist,person,basis,note
1-1,住房,屋面渗漏,0101,ZJ,XF;TOWN,质量科科长,《建设工程质量管理条例》,住建牵头
""",
}


def write(folder: Path) -> dict[str, str]:
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    features = [
        {
            "type": "Feature",
            "properties": {"code": code, "name": name, "head": "网格长"},
            "geometry": square(lon, 28.70),
        }
        for code, name, lon in (
            ("360199001001001", "瑶湖花园第1网格", 116.00),
            ("360199101201001", "麻丘第1网格", 116.02),
        )
    ]
    collection = {"type": "FeatureCollection", "features": features}
    (folder / "grids.geojson").write_text(json.dumps(collection), encoding="utf-8")
    return {path.stem: str(path) for path in folder.iterdir()}


def import_all(files: dict[str, str]) -> None:
    call_command("import_divisions", files["divisions"])
    call_command("import_units", files["units"])
    call_command("import_categories", files["categories"])
    call_command("import_responsibilities", files["responsibilities"])
    call_command("import_grids", files["grids"])
    call_command("import_limits", str(ROOT / "cases/data/time_limits.csv"))
    ensure_default_policy()


def person(role: str, unit: str) -> User:
    user = User.objects.create(username=role)
    Membership.objects.create(user=user, unit=Unit.objects.get(code=unit), role=role)
    return user


@pytest.fixture
def district(db: None, tmp_path: Path) -> dict[str, str]:
    calendars.forget()
    limits.forget()
    files = write(tmp_path)
    import_all(files)
    return files


def test_a_case_goes_its_way_in_another_district(district: dict[str, str]) -> None:
    at = NOON
    place = find_place(lon=116.005, lat=28.705)
    assert place.area == "360199001001001"
    case = receive(
        actor=person("operator", "HOTLINE"),
        at=at,
        channel="hotline",
        kind="help",
        category="0101",
        text="顶楼漏水",
        place=place,
        caller_phone="13900001111",
    )
    assert case.town_id == "360199001"
    town = person("town", "360199001")
    whistle = blow_whistle(case.pk, Summons("town", "daily", "ZJ"), actor=town, at=at)
    staff = person("department", "ZJ")
    order = whistle.orders.get()
    steps: list[tuple[str, User, dict[str, Any]]] = [
        ("acknowledge", staff, {}),
        ("report_in", staff, {}),
        ("finish", staff, {"result": "已修复"}),
        ("accept", town, {}),
    ]
    for step, actor, details in steps:
        advance_order(order.pk, step, actor=actor, at=at, **details)
    assert Case.objects.get(pk=case.pk).state == "handled"


def test_an_address_is_found_in_another_district(district: dict[str, str]) -> None:
    assert find_place(address="瑶湖花园社区5号楼").area.startswith("360199001001")
    with pytest.raises(BadInput) as refused:
        find_place(address="没有这个地方")
    assert "address" in refused.value.fields


def test_the_same_files_twice_change_nothing(district: dict[str, str]) -> None:
    def everything() -> list[Any]:
        return [
            list(Area.objects.order_by("pk").values("pk", "name", "parent", "lon", "head")),
            list(Unit.objects.order_by("pk").values("pk", "code", "name", "kind", "area")),
            list(Responsibility.objects.order_by("pk").values("pk", "title", "lead", "assists")),
        ]

    before = everything()
    import_all(district)
    assert everything() == before


def test_a_town_of_another_district_cannot_act_on_a_neighbours_case(
    district: dict[str, str],
) -> None:
    case = receive(
        actor=person("operator", "HOTLINE"),
        at=NOON,
        channel="hotline",
        kind="help",
        category="0101",
        text="漏水",
        place=find_place(area="360199001001"),
    )
    stranger = person("town", "360199101")
    assert not Case.objects.visible_to(stranger).exists()
    with pytest.raises(PermissionDenied):
        advance(case.pk, "handle", actor=stranger, at=NOON)
