"""`./manage.py due`: the deadline, its explanation in both languages, its JSON, its refusals."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from cases import calendars
from cases.models import CalendarDay

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh():
    calendars.forget()
    yield
    calendars.forget()


def due(start, limit, unit, *more):
    out = StringIO()
    call_command("due", "--start", start, "--limit", limit, "--unit", unit, *more, stdout=out)
    return out.getvalue()


def due_at(*arguments):
    return json.loads(due(*arguments, "--json"))["due_at"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("2026-09-30T16:00", "1", "workday"), "2026-10-08T16:00:00+08:00"),
        (("2026-09-30T08:00Z", "1", "workday"), "2026-10-08T16:00:00+08:00"),
        (("2026-09-30 16:00", "3", "workday"), "2026-10-10T16:00:00+08:00"),
        (("2026-08-31T09:00", "1.5", "urgent_hour"), "2026-08-31T10:30:00+08:00"),
        (("2026-08-31T09:00", "1/2", "natural_day"), "2026-08-31T21:00:00+08:00"),
        (("2026-08-31T09:00", "2", "workday", "--extend", "2"), "2026-09-04T09:00:00+08:00"),
        (
            ("2026-08-31T09:00", "2", "workday", "--extend", "3:natural_hour"),
            "2026-09-02T12:00:00+08:00",
        ),
        (
            ("2026-08-31T09:00", "2", "work_hour", "--extend", "1", "--extend", "1"),
            "2026-08-31T15:00:00+08:00",
        ),
        (
            ("2026-08-31T16:00", "4", "work_hour", "--pause", "2026-08-31T17:30/2026-09-01T08:30"),
            "2026-09-01T11:00:00+08:00",
        ),
        (
            (
                "2026-08-31T09:00",
                "3",
                "work_hour",
                "--pause=2026-08-31T14:30/2026-08-31T15:30",
                "--pause=2026-08-31T10:00/2026-08-31T11:30",
            ),
            "2026-08-31T16:30:00+08:00",
        ),
        (("2026-08-31T09:00", "2", "work_hour", "--pause", "2026-08-31T10:00/"), None),
    ],
)
def test_the_json_gives_the_deadline(arguments, expected):
    assert due_at(*arguments) == expected


def test_the_json_gives_segments_and_words():
    told = json.loads(due("2026-12-31T16:00", "1", "workday", "--json", "--language", "en"))
    assert [part["kind"] for part in told["segments"]] == ["counted", "rest", "counted"]
    assert told["provisional"]
    assert told["sentence"].startswith("1 workday from 2026-12-31 16:00 Thu")
    assert len(told["reasons"]) == 6


def test_the_text_explains_in_chinese_by_default():
    said = due("2026-09-30T16:00", "1", "workday")
    first, *reasons = [line for line in said.splitlines() if line]
    assert first == (
        "自2026-09-30 16:00 星期三起1个工作日，国庆节 2026-10-01 – 2026-10-07不计入，于2026-10-08 16:00 星期四到期。"
    )
    assert reasons[1] == "2. 2026-09-30 16:00 星期三至2026-09-30 18:00 星期三：计入2 小时。"
    assert reasons[2] == (
        "3. 2026-09-30 18:00 星期三至2026-10-08 08:00 星期四：国庆节 2026-10-01 – 2026-10-07，不计入。"
    )
    assert reasons[4] == "5. 2026-10-08 16:00 星期四到期。"


def test_the_text_explains_in_english_on_request():
    pause = "--pause=2026-09-18T17:30/2026-09-20T08:30"
    said = due(
        "2026-09-18T17:00", "1", "work_hour", pause, "--extend=1/3", "--language=en"
    ).splitlines()
    assert said[0] == (
        "1 working hour from 2026-09-18 17:00 Fri, extended by 1/3 working hours, "
        "paused 2026-09-18 17:30 Fri to 2026-09-20 08:30 Sun, due 2026-09-20 09:20 Sun."
    )
    assert said[5] == (
        "4. 2026-09-20 08:30 Sun to 2026-09-20 09:00 Sun: 30 min counted "
        "(with make-up workdays National Day 2026-09-20)."
    )
    assert said[7] == "6. Due 2026-09-20 09:20 Sun, at first 2026-09-18 18:00 Fri."


def test_the_districts_rows_count_and_an_empty_calendar_is_no_obstacle():
    CalendarDay.objects.all().delete()
    assert due_at("2026-08-31T16:00", "1", "workday") == "2026-09-01T16:00:00+08:00"
    CalendarDay.objects.create(
        date=date(2026, 9, 1), is_workday=False, name="区运动会", source="区政府"
    )
    calendars.forget()
    assert due_at("2026-08-31T16:00", "1", "workday") == "2026-09-02T16:00:00+08:00"
    assert "区运动会 2026-09-01" in due("2026-08-31T16:00", "1", "workday")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("yesterday", "1", "workday"), "yesterday is not a time"),
        (("2026-08-31T09:00", "many", "workday"), "many is not a limit"),
        (("2026-08-31T09:00", "1/0", "workday"), "1/0 is not a limit"),
        (("2026-08-31T09:00", "1e999999999", "workday"), "is not a limit"),
        (("2026-08-31T09:00", "-1", "workday"), "cannot be negative: -1"),
        (("2026-08-31T09:00", "99999", "workday"), "at most 3660 workday"),
        (("1949-10-01T09:00", "1", "workday"), "outside the years 1990 to 2099"),
        (("2026-08-31T09:00", "1", "workday", "--pause", "2026-08-31T10:00"), "is not a pause"),
        (("2026-08-31T09:00", "1", "workday", "--pause", "2026-08-30T10:00/"), "before the start"),
        (
            ("2026-08-31T09:00", "1", "workday", "--pause", "2026-08-31T10:00/2026-08-31T09:30"),
            "ends before it begins",
        ),
        (
            (
                "2026-08-31T09:00",
                "1",
                "workday",
                "--pause=2026-08-31T10:00/2026-08-31T12:00",
                "--pause=2026-08-31T11:00/2026-08-31T13:00",
            ),
            "already paused",
        ),
        (
            ("2026-08-31T09:00", "1", "workday", "--extend", "1:fortnight"),
            "1:fortnight is not a limit",
        ),
    ],
)
def test_bad_input_is_refused_with_words_and_an_exit_code(arguments, words):
    with pytest.raises(CommandError, match=words) as refused:
        due(*arguments, "--language", "en")
    assert refused.value.returncode == 2


def test_an_unknown_unit_is_refused():
    with pytest.raises(CommandError, match="invalid choice: 'fortnight'"):
        due("2026-08-31T09:00", "1", "fortnight")


def test_a_refusal_is_translated():
    with pytest.raises(CommandError, match="时限不能为负数"):
        due("2026-08-31T09:00", "-1", "workday")
