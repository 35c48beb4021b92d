"""Working hours come from a table, and units name theirs; what a file does not speak of stays."""

from datetime import time
from pathlib import Path

import pytest

from accounts.models import Unit
from accounts.services.units import import_units
from accounts.tables import ImportRefused
from cases import calendars
from cases.models import WorkHours
from cases.services.working_hours import import_hours
from tests.cast import ROOT, TOWN, Stage

HEAD = "code,name,every_day,periods,quiet_from,source\n"


@pytest.fixture
def table(tmp_path: Path):
    def write(*lines: str, head: str = HEAD) -> Path:
        path = tmp_path / "table.csv"
        path.write_text(head + "\n".join(lines), encoding="utf-8")
        return path

    return write


def test_the_shipped_hours_are_those_of_offices_and_of_services_that_never_close(db) -> None:
    path = ROOT / "cases/data/work_hours.csv"
    assert import_hours(path) == import_hours(path) == {"working hours": 2}
    office = WorkHours.objects.get(code="office")
    assert office.quiet_from == time(20)
    assert calendars.current("24x7").working_day == 2 * 12 * 3600 * 1_000_000
    assert all(row.source for row in WorkHours.objects.all())


@pytest.mark.parametrize(
    "line",
    [
        ",无码,n,08:00-12:00,,x",
        "a,名,maybe,08:00-12:00,,x",
        "a,名,n,8 to 12,,x",
        "a,名,n,14:00-18:00;08:00-12:00,,x",
        "a,名,n,08:00-25:00,,x",
        "a,名,n,08:00-12:00,late,x",
    ],
)
def test_a_bad_line_refuses_the_file_and_changes_nothing(db, table, line) -> None:
    with pytest.raises(ImportRefused) as refusal:
        import_hours(table("b,好,n,08:00-12:00,,x", line))
    assert refusal.value.errors[0][0] == 3
    assert not WorkHours.objects.exists()


def test_units_keep_their_hours_where_a_file_does_not_speak_of_them(stage: Stage, table) -> None:
    import_units(table("GD,供电公司,company,,24x7", head="code,name,kind,area,calendar\n"))
    assert Unit.objects.get(code="GD").calendar == "24x7"
    Unit.objects.filter(code=TOWN).update(calendar="24x7")
    import_units(table("GD,供电公司,company,", head="code,name,kind,area\n"))
    assert Unit.objects.get(code="GD").calendar == "24x7"
    assert Unit.objects.get(code=TOWN).calendar == "24x7"
