"""The lists of the grids: duty, diary, building heads, volunteers; who writes them, who reads them."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import Unit
from accounts.refusals import BadInput
from accounts.tables import ImportRefused
from grids.masks import shown_phone
from grids.models import (
    Area,
    BuildingHead,
    DiaryEntry,
    DutyShift,
    Position,
    VolunteerService,
    VolunteerTeam,
)
from grids.services.diary import write_entry
from grids.services.divisions import import_divisions
from grids.services.duty import add_shift, copy_week, remove_shift
from grids.services.heads import elect_head, retire_head
from grids.services.positions import forget_positions, note_position
from grids.services.volunteers import record_service, save_team
from tests.cast import COMMUNITY, GRID, OTHER_COMMUNITY, SHANGHAI, Stage

MONDAY = datetime(2026, 3, 2, tzinfo=SHANGHAI)
HOUR, WEEK = timedelta(hours=1), timedelta(days=7)


def shift(stage: Stage, begins: int = 8, *, by: str = "community", **given: Any) -> DutyShift:
    fields = {
        "area": GRID,
        "user": stage.people["gridworker"].pk,
        "starts_at": MONDAY + begins * HOUR,
        "ends_at": MONDAY + (begins + 8) * HOUR,
    }
    return add_shift(actor=stage.who(by), **(fields | given))


def seeing(stage: Stage, model: Any) -> set[str]:
    return {name for name in stage.people if model.objects.visible_to(stage.who(name)).exists()}


# --- duty


def test_community_and_town_put_people_of_the_grid_on_duty(stage: Stage) -> None:
    shift(stage)
    shift(stage, 20, by="town")
    for name in ("gridhead", "gridworker", "town2", "supervisor"):
        with pytest.raises(PermissionDenied):
            shift(stage, 40, by=name)
    with pytest.raises(BadInput) as refused:
        shift(stage, 60, user=stage.people["department"].pk)
    assert "user" in refused.value.fields
    with pytest.raises(BadInput):
        shift(stage, 12)  # the person is there already
    with pytest.raises(BadInput):
        shift(stage, 60, ends_at=MONDAY + 90 * HOUR)


def test_a_week_is_copied_forward_once(stage: Stage) -> None:
    shift(stage)
    shift(stage, 32)
    who = stage.who("town")
    assert copy_week(actor=who, area=COMMUNITY, monday=MONDAY, weeks=2) == 4
    assert copy_week(actor=who, area=COMMUNITY, monday=MONDAY, weeks=2) == 0
    begins = DutyShift.objects.order_by("starts_at").values_list("starts_at", flat=True)
    assert list(begins)[-1] == MONDAY + 32 * HOUR + 2 * WEEK
    with pytest.raises(PermissionDenied):
        copy_week(actor=stage.who("town2"), area=COMMUNITY, monday=MONDAY, weeks=1)
    with pytest.raises(BadInput):
        copy_week(actor=who, area=COMMUNITY, monday=MONDAY, weeks=13)


def test_a_copied_shift_never_covers_one_that_stands(stage: Stage) -> None:
    shift(stage)
    other = {"starts_at": MONDAY + WEEK + 10 * HOUR, "ends_at": MONDAY + WEEK + 12 * HOUR}
    shift(stage, **other)
    assert copy_week(actor=stage.who("town"), area=COMMUNITY, monday=MONDAY, weeks=1) == 0


def test_a_shift_is_taken_off_by_those_who_keep_the_list(stage: Stage) -> None:
    row = shift(stage)
    with pytest.raises(PermissionDenied):
        remove_shift(row.pk, actor=stage.who("gridworker"))
    remove_shift(row.pk, actor=stage.who("community"))
    remove_shift(row.pk, actor=stage.who("community"))  # pressed twice
    assert not DutyShift.objects.exists()


def test_shifts_are_seen_by_the_person_the_area_and_the_district(stage: Stage) -> None:
    shift(stage)
    assert {"gridworker", "gridhead", "community", "town", "leader"} <= seeing(stage, DutyShift)
    assert not {"town2", "department"} & seeing(stage, DutyShift)


def test_positions_are_the_last_ones_and_forgotten_after_a_day(stage: Stage) -> None:
    who = stage.who("gridworker")
    note_position(who, lon=116.68, lat=39.92, at=stage.at)
    note_position(who, lon=116.69, lat=39.92, at=stage.at + HOUR)
    assert Position.objects.get().lon == 116.69
    assert forget_positions(stage.at + 25 * HOUR) == 0
    assert forget_positions(stage.at + 26 * HOUR) == 1
    with pytest.raises(BadInput):
        note_position(who, lon=500, lat=0, at=stage.at)


# --- diary


def test_the_diary_is_read_by_its_author_their_head_and_the_district(stage: Stage) -> None:
    write_entry(
        actor=stage.who("gridworker"),
        at=stage.at,
        area=GRID,
        text="走访独居老人",
        household="3-201 张家",
    )
    assert {"gridworker", "gridhead", "community", "town", "supervisor"} <= seeing(
        stage, DiaryEntry
    )
    assert not {"town2", "department", "department2"} & seeing(stage, DiaryEntry)
    write_entry(actor=stage.who("gridhead"), at=stage.at, area=GRID, text="调解邻里纠纷")
    assert (
        DiaryEntry.objects.visible_to(stage.who("gridworker")).count() == 1
    )  # not one's colleagues'


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"text": " "}, "text"),
        ({"text": "长" * 4001}, "text"),
        ({"visited_at": datetime(2026, 3, 5, tzinfo=SHANGHAI)}, "visited_at"),
    ],
)
def test_an_entry_that_cannot_be_is_refused(
    stage: Stage, given: dict[str, Any], field: str
) -> None:
    fields = {"actor": stage.who("gridworker"), "at": stage.at, "area": GRID, "text": "走访"}
    with pytest.raises(BadInput) as refused:
        write_entry(**(fields | given))
    assert list(refused.value.fields) == [field]


def test_one_writes_only_of_one_s_own_area(stage: Stage) -> None:
    for name, area in (("gridworker", OTHER_COMMUNITY), ("town2", GRID), ("operator", GRID)):
        with pytest.raises(PermissionDenied):
            write_entry(actor=stage.who(name), at=stage.at, area=area, text="走访")


# --- building heads and microgrids


def elected(
    stage: Stage, name: str = "周阿姨", *, by: str = "gridhead", **given: Any
) -> BuildingHead:
    fields = {
        "area": GRID,
        "building": "3号楼",
        "name": name,
        "phone": "13700001111",
        "elected_on": date(2026, 1, 5),
    }
    return elect_head(actor=stage.who(by), **(fields | given))


def test_a_building_has_one_head_and_a_new_one_replaces_the_old(stage: Stage) -> None:
    old = elected(stage)
    new = elected(stage, "吴叔", elected_on=date(2026, 3, 1))
    old.refresh_from_db()
    assert (old.until, new.until) == (date(2026, 3, 1), None)
    with pytest.raises(BadInput):
        elected(stage, "早", elected_on=date(2026, 2, 1))
    retire_head(new.pk, actor=stage.who("community"), on=date(2026, 3, 9))
    assert not BuildingHead.objects.in_office(date(2026, 3, 9)).exists()
    for name in ("gridworker", "town2", "supervisor"):
        with pytest.raises(PermissionDenied):
            elected(stage, by=name)


def test_phones_of_heads_are_whole_only_for_the_people_of_the_grid(stage: Stage) -> None:
    head = elected(stage)
    shown = {n: shown_phone(head.phone, head.area_id, stage.who(n)) for n in stage.people}
    whole = {name for name, phone in shown.items() if phone == "13700001111"}
    assert whole == {"gridworker", "gridhead", "community"}
    assert shown["town"] == "137****11"
    assert not {"town2", "department"} & seeing(stage, BuildingHead)


def test_microgrids_come_by_table_too(stage: Stage, tmp_path: Path) -> None:
    file = tmp_path / "microgrids.csv"
    lines = [f"{GRID}{n:02d},第1网格第{n}微网格,microgrid,{GRID},楼长{n}" for n in (1, 2)]
    file.write_text("code,name,level,parent,head\n" + "\n".join(lines), encoding="utf-8")
    import_divisions(file)
    assert import_divisions(file) == {"areas": 2}
    rows = Area.objects.filter(parent=GRID).order_by("code")
    assert [(a.level, a.head) for a in rows] == [("microgrid", "楼长1"), ("microgrid", "楼长2")]
    assert not Unit.objects.filter(code__startswith=GRID).exists()
    elected(stage, area=rows[0].code)
    file.write_text("code,name,level,parent\n11011201300100,短,microgrid," + GRID, encoding="utf-8")
    with pytest.raises(ImportRefused):
        import_divisions(file)


# --- volunteers


def team(stage: Stage, *, by: str = "community", **given: Any) -> VolunteerTeam:
    fields = {"area": COMMUNITY, "name": "红马甲", "leader": "赵老师", "members": 12}
    return save_team(actor=stage.who(by), **(fields | given))


def test_teams_are_founded_and_changed_by_those_who_keep_the_list(stage: Stage) -> None:
    row = team(stage)
    assert team(stage, pk=row.pk, members=15, active=False).members == 15
    with pytest.raises(BadInput):
        team(stage)  # the name is taken
    for name in ("gridworker", "town2", "supervisor"):
        with pytest.raises(PermissionDenied):
            team(stage, by=name, name="另一队")
    assert {"gridworker", "town", "leader"} <= seeing(stage, VolunteerTeam)
    assert not {"town2", "department"} & seeing(stage, VolunteerTeam)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"title": ""}, "title"),
        ({"hours": Decimal(25)}, "hours"),
        ({"people": 0}, "people"),
        ({"began_at": datetime(2026, 3, 5, tzinfo=SHANGHAI)}, "began_at"),
    ],
)
def test_services_that_cannot_be_are_refused(
    stage: Stage, given: dict[str, Any], field: str
) -> None:
    fields: dict[str, Any] = {
        "team": team(stage).pk,
        "title": "清扫楼道",
        "began_at": stage.at - 3 * HOUR,
        "hours": Decimal("2.5"),
        "people": 8,
    }
    with pytest.raises(BadInput) as refused:
        record_service(actor=stage.who("gridworker"), at=stage.at, **(fields | given))
    assert list(refused.value.fields) == [field]
    record_service(actor=stage.who("gridworker"), at=stage.at, **fields)
    assert not VolunteerService.objects.visible_to(stage.who("town2")).exists()
