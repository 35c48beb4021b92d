"""Calendars differ by unit, are frozen as versions, and carry a change to the clocks that run on them."""

import contextlib
from datetime import date, datetime, timedelta

import pytest
from django.db import transaction

from accounts.models import QuietSpan, Unit
from cases import calendars
from cases.calendars import Content
from cases.models import CalendarDay, CalendarVersion, Clock, WorkHours
from cases.services.breaches import sweep_breaches
from cases.services.calendar_changes import sweep_calendars
from cases.services.lives import deadline_of
from cases.workdays import LAST_PUBLISHED, statutory_holidays
from tests.cast import SHANGHAI, Stage


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def rest(day: date, name: str = "休", code: str = "") -> CalendarDay:
    return CalendarDay.objects.create(
        calendar=code, date=day, is_workday=False, name=name, source="区政府"
    )


@pytest.fixture
def round_the_clock(stage: Stage) -> Stage:
    """The fire brigade never closes."""
    WorkHours.objects.create(
        code="24x7", name="全天", every_day=True, periods=[["00:00", "24:00"]], source="公用事业"
    )
    Unit.objects.filter(code="XFZD").update(calendar="24x7")
    calendars.forget()
    return stage


def clock_of(order, kind="finish") -> Clock:
    return Clock.objects.get(order_ref=order.pk, kind=kind)


def test_a_unit_that_never_closes_is_due_by_the_clock_and_its_neighbour_by_office_hours(
    round_the_clock,
):
    whistle = round_the_clock.whistle()
    brigade = clock_of(round_the_clock.order(whistle, "XFZD"))
    housing = clock_of(round_the_clock.order(whistle, "ZJW"))
    assert brigade.due_at == round_the_clock.at + timedelta(days=5)
    assert housing.due_at == local("2026-03-11T10:00")
    assert brigade.calendar.calendar == "24x7"
    assert deadline_of(brigade).due_at == brigade.due_at


def test_a_version_is_written_once_and_says_everything(stage):
    stage.case()
    stage.case()
    version = CalendarVersion.objects.get()
    content = Content.from_json(version.calendar, version.content)
    assert content.digest == version.digest
    assert content == calendars.contents()[calendars.OFFICE]


def test_a_closed_clock_is_reckoned_the_same_after_the_calendar_has_changed(stage):
    case = stage.case()
    clock = Clock.objects.get(case=case, kind="finish")
    due = clock.due_at
    Clock.objects.filter(pk=clock.pk).update(stopped_at=stage.at + timedelta(hours=1))
    rest(date(2026, 3, 9))
    sweep_calendars(stage.at + timedelta(hours=2))
    clock.refresh_from_db()
    assert clock.due_at == due == deadline_of(clock).due_at


def test_a_day_off_declared_later_moves_what_runs_by_an_entry(stage):
    case = stage.case()
    rest(date(2026, 3, 9), "暴雪停工")
    at = stage.at + timedelta(hours=1)
    assert sweep_calendars(at) >= 1
    clock = Clock.objects.get(case=case, kind="finish")
    assert clock.due_at == local("2026-03-12T10:00")
    entry = clock.entries.get(kind="calendar")
    assert entry.at == at
    assert entry.note == calendars.current().version
    assert sweep_calendars(at + timedelta(minutes=1)) == 0


def test_a_clock_that_does_not_touch_the_day_changes_over_without_an_entry(stage):
    case = stage.case()
    rest(date(2026, 9, 9))
    assert sweep_calendars(stage.at) == 0
    for clock in Clock.objects.filter(case=case):
        assert clock.calendar_id == calendars.version_of(calendars.OFFICE)
        assert not clock.entries.filter(kind="calendar").exists()


def test_what_was_missed_before_the_change_stays_missed(stage):
    case = stage.case()
    clock = Clock.objects.get(case=case, kind="finish")
    due, late = clock.due_at, clock.due_at + timedelta(minutes=1)
    rest(date(2026, 3, 9))
    sweep_calendars(late)  # the breach was not yet recorded
    clock.refresh_from_db()
    assert (clock.due_at, clock.breached_at) == (due, late)
    assert sweep_breaches(late + timedelta(days=3)) == 0


def test_a_breach_on_record_keeps_its_due_time_when_the_calendar_changes(stage):
    clock = Clock.objects.get(case=stage.case(), kind="finish")
    due, late = clock.due_at, clock.due_at + timedelta(minutes=1)
    sweep_breaches(late)
    rest(date(2026, 3, 9))
    assert sweep_calendars(late) == 0
    clock.refresh_from_db()
    assert clock.due_at == due == deadline_of(clock).due_at


def test_a_provisional_deadline_is_reckoned_anew_once_its_year_is_published(stage):
    year = LAST_PUBLISHED + 1
    stage.at = local(f"{year}-02-01T10:00")
    case = stage.case(text="明年")
    clock = Clock.objects.get(case=case, kind="finish")
    assert clock.provisional
    for day in statutory_holidays(year):
        rest(day, "法定")
    rest(date(year, 2, 4), "春节")
    assert sweep_calendars(stage.at + timedelta(minutes=1)) > 0
    clock.refresh_from_db()
    assert not clock.provisional
    assert clock.entries.filter(kind="calendar").count() == 1
    assert deadline_of(clock).due_at == clock.due_at


def test_the_version_remembers_which_years_were_published(stage):
    """A clock keeps its deadline when a later release of the holiday package knows more."""
    content = calendars.contents()[calendars.OFFICE]
    older = Content(published=LAST_PUBLISHED - 1)
    assert older.digest != content.digest
    day = date(LAST_PUBLISHED, 10, 10)
    assert older.build().day(day).provisional
    assert not content.build().day(day).provisional


def test_quiet_hours_run_from_the_evening_to_the_next_start_of_work(stage):
    sweep_calendars(local("2026-03-06T12:00"))  # a Friday
    weekend = QuietSpan.objects.get(calendar="", begins_at=local("2026-03-06T20:00"))
    assert weekend.ends_at == local("2026-03-09T08:00")
    night = QuietSpan.objects.get(calendar="", begins_at=local("2026-03-09T20:00"))
    assert night.ends_at == local("2026-03-10T08:00")


def test_quiet_hours_follow_a_changed_calendar_and_never_lie_on_those_who_never_close(
    round_the_clock,
):
    at = local("2026-03-06T12:00")
    sweep_calendars(at)
    rest(date(2026, 3, 9), "停工")
    sweep_calendars(at)
    weekend = QuietSpan.objects.get(begins_at=local("2026-03-06T20:00"))
    assert weekend.ends_at == local("2026-03-10T08:00")
    assert not QuietSpan.objects.filter(calendar="24x7").exists()


def test_a_version_first_written_in_a_step_that_is_undone_is_not_trusted(stage):
    rest(date(2026, 3, 9))
    calendars.forget()

    with contextlib.suppress(InterruptedError), transaction.atomic():
        stage.case()
        raise InterruptedError
    clock = Clock.objects.get(case=stage.case(), kind="finish")
    assert CalendarVersion.objects.filter(pk=clock.calendar_id).exists()
