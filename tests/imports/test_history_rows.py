"""Every way in which a row can be wrong is named, and the good rows beside it are kept."""

from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from accounts.models import Unit
from cases.models import Callback, Case
from dispatch.services.history import Refused
from tests.cast import Stage
from tests.imports.history_file import COLUMNS, FRESH, GOOD, SELF, refused_rows, take_over, write

pytestmark = pytest.mark.django_db

BAD: list[tuple[dict[str, str], dict[str, str], list[str]]] = [
    (GOOD, {"number": ""}, ["The number is missing."]),
    (GOOD, {"number": "1" * 25}, ["The number has more than 24 characters."]),
    (GOOD, {"number": "abc"}, ["The number must hold a digit"]),
    (GOOD, {"number": "2023/7"}, ["The number must hold a digit"]),
    (GOOD, {"number": "2023 7"}, ["The number must hold a digit"]),
    (GOOD, {"received_at": ""}, ["received_at is missing."]),
    (GOOD, {"received_at": "yesterday"}, ["received_at is not a date and time."]),
    (GOOD, {"received_at": "2023-02-30 08:00"}, ["received_at is not a date and time."]),
    (GOOD, {"whistled_at": "2023-05-01 25:00"}, ["whistled_at is not a date and time."]),
    (GOOD, {"acknowledged_at": "05/01/2023"}, ["acknowledged_at is not a date and time."]),
    (GOOD, {"reported_at": "2023-05-01 08:61"}, ["reported_at is not a date and time."]),
    (GOOD, {"handled_at": "2023-13-01"}, ["handled_at is not a date and time."]),
    (GOOD, {"closed_at": "now"}, ["closed_at is not a date and time."]),
    (GOOD, {"closed_at": "2023-05-04 09:00+99:00"}, ["closed_at is not a date and time."]),
    (FRESH, {"received_at": "1999-12-31 12:00"}, ["received_at lies before the year 2000."]),
    (FRESH, {"received_at": "2026-03-04 10:00:01"}, ["received_at lies in the future."]),
    (GOOD, {"closed_at": "2031-01-01"}, ["closed_at lies in the future."]),
    (GOOD, {"whistled_at": "2023-05-01 07:59"}, ["whistled_at lies before received_at."]),
    (GOOD, {"acknowledged_at": "2023-05-01 08:59"}, ["acknowledged_at lies before whistled_at."]),
    (GOOD, {"reported_at": "2023-05-01 09:59"}, ["reported_at lies before acknowledged_at."]),
    (
        GOOD,
        {"acknowledged_at": "", "reported_at": "2023-05-01 08:59"},
        ["reported_at lies before whistled_at."],
    ),
    (GOOD, {"handled_at": "2023-05-01 14:00"}, ["handled_at lies before reported_at."]),
    (SELF, {"handled_at": "2023-05-01 07:00"}, ["handled_at lies before received_at."]),
    (GOOD, {"closed_at": "2023-05-03 08:59"}, ["closed_at lies before handled_at."]),
    (GOOD, {"channel": ""}, ["channel is missing."]),
    (GOOD, {"channel": "fax"}, ["channel does not know the word “fax”."]),
    (GOOD, {"kind": ""}, ["kind is missing."]),
    (GOOD, {"kind": "投诉"}, ["kind does not know the word “投诉”."]),
    (GOOD, {"category": ""}, ["category is missing."]),
    (GOOD, {"category": "9999"}, ["There is no category with the code “9999”."]),
    (GOOD, {"area": ""}, ["area is missing."]),
    (GOOD, {"area": "110112999"}, ["There is no area with the code “110112999”."]),
    (GOOD, {"area": "110112"}, ["The area “110112” is no town and lies in none."]),
    (GOOD, {"text": " "}, ["text is missing."]),
    (GOOD, {"text": "长" * 4001}, ["The text has more than 4,000 characters."]),
    (GOOD, {"caller_phone": "王先生"}, ["“王先生” is no phone number."]),
    (GOOD, {"caller_phone": "123"}, ["“123” is no phone number."]),
    (GOOD, {"caller_phone": "1" * 21}, ["is no phone number."]),
    (GOOD, {"route": "transfer"}, ["route does not know the word “transfer”."]),
    (GOOD, {"route": ""}, ["The case was worked on, but route is empty."]),
    (SELF, {"route": ""}, ["The case was worked on, but route is empty."]),
    (SELF, {"departments": "CGW"}, ["The route is self, but departments is filled."]),
    (SELF, {"whistled_at": "2023-05-01 09:00"}, ["The route is self, but whistled_at is filled."]),
    (
        SELF,
        {"acknowledged_at": "2023-05-01 09:00"},
        ["The route is self, but acknowledged_at is filled."],
    ),
    (SELF, {"reported_at": "2023-05-01 09:00"}, ["The route is self, but reported_at is filled."]),
    (GOOD, {"departments": ""}, ["A whistle without departments."]),
    (GOOD, {"departments": " ; ；"}, ["A whistle without departments."]),
    (GOOD, {"whistled_at": ""}, ["A whistle without whistled_at."]),
    (GOOD, {"departments": "CGW;教育局"}, ["No unit has the code or the name “教育局”."]),
    (GOOD, {"departments": "CGW;XFZD;CGW"}, ["“CGW” stands twice among the departments."]),
    (
        GOOD,
        {"departments": "CGW;区城市管理委员会"},
        ["“区城市管理委员会” stands twice among the departments."],
    ),
    (GOOD, {"departments": "同名科"}, ["Several units are called “同名科”: give the code."]),
    (GOOD, {"departments": "CENTRE"}, ["“CENTRE” is no unit that a whistle can summon."]),
    (
        GOOD,
        {"departments": "撤并局", "closed_at": ""},
        ["“撤并局” is out of service, and the case is still open."],
    ),
    (SELF, {"handled_at": ""}, ["never handled.", "called back before the case was handled."]),
    (
        FRESH,
        {"valid_callback": "n"},
        ["The resident was called back before the case was handled."],
    ),
    (GOOD, {"valid_callback": "yes"}, ["valid_callback does not know the word “yes”."]),
    (GOOD, {"contacted": "maybe"}, ["contacted does not know the word “maybe”."]),
    (GOOD, {"resolved": "mostly"}, ["resolved does not know the word “mostly”."]),
    (GOOD, {"satisfied": "very"}, ["satisfied does not know the word “very”."]),
    (
        GOOD,
        {"valid_callback": "n"},
        [
            "The callback is not valid, but contacted is filled.",
            "The callback is not valid, but resolved is filled.",
            "The callback is not valid, but satisfied is filled.",
        ],
    ),
    (GOOD, {"counted": ""}, ["counted is missing."]),
    (GOOD, {"counted": "1"}, ["counted does not know the word “1”."]),
    (
        GOOD,
        {"number": "", "kind": "?", "area": "1", "counted": "", "closed_at": "soon"},
        ["number is missing", "kind does not", "no area", "counted is missing", "closed_at is not"],
    ),
]


@pytest.fixture
def odd_units(stage: Stage) -> None:
    """Add a unit out of service, and two of one name."""
    Unit.objects.create(code="CB", name="撤并局", kind="department", active=False)
    Unit.objects.create(code="T1", name="同名科", kind="department")
    Unit.objects.create(code="T2", name="同名科", kind="department")


def test_every_bad_row_is_refused_with_all_its_reasons_and_nothing_else(
    odd_units: None, tmp_path: Path
) -> None:
    rows = []
    for position, (like, change, _reasons) in enumerate(BAD):
        rows.append(like | {"number": f"bad-{position}"} | change)
        rows.append(like | {"number": f"good-{position}"})
    path = write(tmp_path / "h.csv", rows)
    with translation.override("en"):
        found = take_over(path)
    assert (found.stored, found.refused) == (len(BAD), len(BAD))
    assert Case.objects.filter(number__startswith="good-").count() == len(BAD)
    for (_like, change, reasons), row in zip(BAD, refused_rows(path), strict=True):
        said = row["reasons"]
        assert all(reason in said for reason in reasons), (change, said)
        assert said.count(".") == len(reasons), (change, said)
        assert {name: row[name] for name in change} == change


def test_an_empty_contacted_is_not_so(stage: Stage, tmp_path: Path) -> None:
    """The contract: empty means “not so”; and who was not reached was not contacted either."""
    asked_in_vain = {"valid_callback": "n", "contacted": "n", "resolved": "", "satisfied": ""}
    rows = [GOOD | {"contacted": ""}, SELF | asked_in_vain]
    assert take_over(write(tmp_path / "h.csv", rows)).stored == 2
    answer = Callback.objects.get()
    assert (answer.case.number, answer.contacted) == (GOOD["number"], False)
    assert Case.objects.get(number=SELF["number"]).callback_given_up


def test_the_file_of_refused_rows_is_never_the_file_itself(stage: Stage, tmp_path: Path) -> None:
    path = write(tmp_path / "h.csv", [GOOD])
    before = path.read_bytes()
    with pytest.raises(Refused):
        take_over(path, errors=tmp_path / "." / "h.csv")
    assert path.read_bytes() == before


def test_a_unit_out_of_service_may_have_worked_on_a_case_that_ended(
    odd_units: None, tmp_path: Path
) -> None:
    assert take_over(write(tmp_path / "h.csv", [GOOD | {"departments": "撤并局"}])).stored == 1


def test_the_line_named_is_the_line_of_the_file(stage: Stage, tmp_path: Path) -> None:
    rows = [GOOD | {"text": "第一行\n第二行"}, SELF | {"kind": "?"}]
    path = write(tmp_path / "h.csv", rows)
    take_over(path)
    assert [row["line"] for row in refused_rows(path)] == ["4"]
    assert Case.objects.get().text == "第一行\n第二行"


def test_what_is_no_row_is_kept_as_it_came(stage: Stage, tmp_path: Path) -> None:
    path = write(tmp_path / "h.csv", [GOOD, SELF])
    head, first, second = path.read_bytes().splitlines(keepends=True)
    lines = [head, b'"never closed,1,2\r\n', first, b"too,few\r\n", b"\r\n", second, b'x"y",z\r\n']
    path.write_bytes(b"".join(lines))
    with translation.override("en"):
        found = take_over(path)
    assert (found.stored, found.refused) == (2, 3)
    told = [(row["line"], row["number"], row["reasons"]) for row in refused_rows(path)]
    assert [line for line, _number, _reasons in told] == ["2", "4", "7"]
    assert told[0][1] == '"never closed,1,2'
    assert told[1][2] == "The line has 2 cells, the header 20."


TIMES = [
    ("2023-05-01 08:00", "2023-05-01T00:00:00+00:00"),
    ("2023-05-01T08:00:30", "2023-05-01T00:00:30+00:00"),
    ("2023-05-01 08:00:30.250", "2023-05-01T00:00:30.250000+00:00"),
    ("2023-05-01T00:00:00Z", "2023-05-01T00:00:00+00:00"),
    ("2023-05-01 08:00:00+08:00", "2023-05-01T00:00:00+00:00"),
    ("2023-05-01 08:00+0900", "2023-04-30T23:00:00+00:00"),
    ("2023/5/1 8:00", "2023-05-01T00:00:00+00:00"),
    ("2023.05.01 08:00:00", "2023-05-01T00:00:00+00:00"),
    ("20230501 080000", "2023-05-01T00:00:00+00:00"),
    ("20230501", "2023-04-30T16:00:00+00:00"),
    ("2023-05-01", "2023-04-30T16:00:00+00:00"),
    ("2023年5月1日 8时5分", "2023-05-01T00:05:00+00:00"),
    ("2023年5月1日8:05:06", "2023-05-01T00:05:06+00:00"),
    ("2023年5月1日", "2023-04-30T16:00:00+00:00"),
]


def test_times_are_read_as_people_write_them(stage: Stage, tmp_path: Path) -> None:
    rows = [
        FRESH | {"number": f"t-{position:02d}", "received_at": said}
        for position, (said, _meant) in enumerate(TIMES)
    ]
    path = write(tmp_path / "h.csv", rows)
    assert take_over(path).refused == 0
    found = Case.objects.order_by("number").values_list("received_at", flat=True)
    assert [at.isoformat() for at in found] == [meant for _said, meant in TIMES]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_the_file_may_be_utf8_or_gb18030(stage: Stage, tmp_path: Path, encoding: str) -> None:
    text = "丂㐀𠀀：楼道；“堆物”，无人管\t扔了"
    path = write(tmp_path / "h.csv", [GOOD | {"text": text}, SELF | {"kind": "?"}])
    path.write_bytes(path.read_bytes().decode().encode(encoding))
    found = take_over(path)
    assert (found.stored, found.refused) == (1, 1)
    assert Case.objects.get().text == text
    assert refused_rows(path)[0]["text"] == "消防通道被占"


def test_a_damaged_line_does_not_change_how_the_rest_is_read(stage: Stage, tmp_path: Path) -> None:
    path = write(tmp_path / "h.csv", [GOOD, SELF, FRESH | {"number": "3"}])
    lines = path.read_bytes().splitlines(keepends=True)
    lines[2] = lines[2].replace("消".encode(), b"\xff\xfe")
    path.write_bytes(b"".join(lines))
    with translation.override("en"):
        found = take_over(path)
    assert (found.stored, found.refused) == (2, 1)
    assert refused_rows(path)[0]["reasons"] == "The line holds characters that cannot be read."


def test_columns_stand_in_any_order_and_others_are_left_alone(stage: Stage, tmp_path: Path) -> None:
    columns = ["备注", *reversed(COLUMNS)]
    rows = [GOOD | {"备注": "原系统"}, SELF | {"备注": "留", "kind": "?"}]
    path = write(tmp_path / "h.csv", rows, columns)
    assert take_over(path).stored == 1
    [refused] = refused_rows(path)
    assert refused["备注"] == "留"
    # Put right, the file of refused rows is itself a file to import.
    mended = tmp_path / "mended.csv"
    fixed = path.with_suffix(".errors.csv").read_text(encoding="utf-8-sig").replace("?", "help")
    mended.write_text(fixed, encoding="utf-8")
    assert take_over(mended).stored == 1


BROKEN: list[tuple[Any, str]] = [
    (b"", "The file is empty."),
    (b"\n\n", "The file is empty."),
    (b"number,area\n1,2\n", "The header lacks the column(s) channel"),
    ("number,kind\n".encode("utf-16"), "The file is UTF-16"),
    ((",".join(COLUMNS) + ",kind\n").encode(), "The header names these columns twice: kind."),
    (b'"number,kind\n1,2\n', "The first line is no header"),
    (None, "The file cannot be opened"),
]


@pytest.mark.parametrize(("data", "why"), BROKEN)
def test_a_file_that_is_none_is_refused_before_anything(
    stage: Stage, tmp_path: Path, data: bytes | None, why: str
) -> None:
    path = tmp_path / "h.csv"
    if data is not None:
        path.write_bytes(data)
    with (
        translation.override("en"),
        pytest.raises(Refused, match=why.replace("(", ".").replace(")", ".")),
    ):
        take_over(path)
    assert not Case.objects.exists()
    assert sorted(tmp_path.iterdir()) == ([path] if data is not None else [])


def test_a_place_where_nothing_can_be_written_is_refused(stage: Stage, tmp_path: Path) -> None:
    path = write(tmp_path / "h.csv", [GOOD])
    with translation.override("en"), pytest.raises(Refused, match="cannot be written down"):
        take_over(path, errors=tmp_path / "nowhere" / "e.csv")
    assert not Case.objects.exists()
