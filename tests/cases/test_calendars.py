"""The district's calendar in force: published days, overridden by its own rows."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from accounts import kept
from cases import calendars
from cases.calendars import Row
from cases.deadlines import Entry, EntryKind, Limit, TimeUnit, reckon
from cases.models import CalendarDay
from cases.workdays import statutory_holidays

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture(autouse=True)
def _fresh():
    calendars.forget()
    yield
    calendars.forget()


def works(day, name="", source="国办"):
    return Row(day, is_workday=True, name=name, source=source)


def rests(day, name="", source="国办"):
    return Row(day, is_workday=False, name=name, source=source)


def reckoned(calendar, text):
    begins = datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
    return reckon([Entry(EntryKind.START, begins, Limit(1, TimeUnit.WORKDAY))], calendar)


def due(calendar, text):
    return f"{reckoned(calendar, text).due_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def test_without_rows_the_published_days_are_in_force():
    assert due(calendars.of_rows(), "2026-09-30 16:00") == "2026-10-08 16:00"


def test_a_row_overrides_its_date_and_keeps_its_name():
    rows = [
        rests(date(2026, 10, 8), "区运动会", "区政府通知"),
        works(date(2026, 10, 7), "", ""),
    ]
    calendar = calendars.of_rows(rows)
    assert due(calendar, "2026-09-30 16:00") == "2026-10-07 16:00"
    assert due(calendar, "2026-10-07 16:00") == "2026-10-09 16:00"
    assert reckoned(calendar, "2026-10-07 16:00").skipped[0].rule.name == "区运动会"


def test_the_version_names_the_rows():
    row = rests(date(2026, 10, 8), "x", "y")
    assert calendars.of_rows().version.startswith("chinesecalendar ")
    assert (
        calendars.of_rows([row]).version
        != calendars.of_rows([row._replace(is_workday=True)]).version
    )


def test_a_year_stops_being_provisional_once_its_notice_is_in_the_rows():
    fair = rests(date(2027, 3, 1), "fair", "")
    notice = [rests(day, name) for day, name in statutory_holidays(2027).items()]
    notice += [
        rests(date(2027, 2, 9), "春节"),
        works(date(2027, 2, 14), "春节"),
    ]
    before, after = calendars.of_rows([fair]), calendars.of_rows([fair, *notice])
    assert reckoned(before, "2027-02-04 16:00").provisional
    assert due(before, "2027-02-04 16:00") == "2027-02-09 16:00"
    assert not reckoned(after, "2027-02-04 16:00").provisional
    assert due(after, "2027-02-04 16:00") == "2027-02-10 16:00"
    assert due(after, "2027-02-12 16:00") == "2027-02-14 16:00"
    assert reckoned(after, "2028-02-01 09:00").provisional


@pytest.mark.django_db
def test_the_calendar_in_force_takes_two_queries_and_is_kept(django_assert_num_queries):
    CalendarDay.objects.update_or_create(
        date=date(2026, 9, 1), defaults={"is_workday": False, "name": "fair", "source": "district"}
    )
    with django_assert_num_queries(2):
        first = calendars.current()
        assert calendars.current() is first
    assert due(first, "2026-08-31 16:00") == "2026-09-02 16:00"


@pytest.mark.django_db
def test_changed_rows_are_seen_after_forgetting_and_unchanged_ones_keep_the_calendar(monkeypatch):
    first = calendars.current()
    calendars.forget()
    CalendarDay.objects.update_or_create(
        date=date(2026, 9, 1), defaults={"is_workday": False, "name": "fair", "source": "district"}
    )
    second = calendars.current()
    assert first.version != second.version
    monkeypatch.setattr(kept, "SECONDS", 0.0)
    assert calendars.current() is second
    CalendarDay.objects.filter(date=date(2026, 9, 1)).delete()
    assert calendars.current().version == first.version
