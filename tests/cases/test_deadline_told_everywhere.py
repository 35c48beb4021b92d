"""The same reasons, as a sentence and as a table, on the page, in the API and from the command."""

import json
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import translation
from hypothesis import given

from accounts.models import Unit
from cases import calendars
from cases.deadlines import reckon
from cases.explanation import duration_words, sentence, table
from cases.models import Clock, WorkHours
from cases.services.lives import deadline_of
from cases.services.steps import advance
from tests.cases.test_deadlines_properties import calendars as any_calendar
from tests.cases.test_deadlines_properties import lives, steady
from tests.cast import Stage


@given(lives(), any_calendar())
@steady
def test_the_table_has_a_line_for_every_stretch_and_ends_with_what_counted(entries, calendar):
    deadline = reckon(entries, calendar)
    lines = table(deadline)
    assert [(line.kind, line.start, line.end) for line in lines] == [
        (part.kind, part.start, part.end) for part in deadline.segments
    ]
    assert all(line.what for line in lines)
    if lines:
        assert lines[-1].total == duration_words(deadline.counted)


@pytest.fixture
def held(stage: Stage):
    """A case over the weekend, held for three days, under a rule with its source."""
    case = stage.case()
    advance(
        case.pk,
        "hold",
        actor=stage.who("supervisor"),
        at=stage.at,
        until=stage.at.date().replace(day=7),
        reason="等材料",
    )
    return case


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_page_api_and_command_give_the_same_sentence(client, stage, held, language) -> None:
    clock = Clock.objects.get(case=held, kind="finish")
    with translation.override(language):
        expected = sentence(deadline_of(clock))
    assert clock.policy["source"] in expected
    client.force_login(stage.who("supervisor"))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    headers = {"accept-language": language}
    page = client.get(reverse("cases:why", args=[held.number, clock.pk]), headers=headers)
    assert expected in page.text
    for line in table_in(language, clock):
        assert line.what in page.text
    api = client.get(f"/api/v1/cases/{held.number}/clocks/", headers=headers).json()["results"]
    row = next(row for row in api if row["kind"] == "finish")
    assert row["sentence"] == expected
    assert len(row["table"]) == len(row["reckoning"]["segments"])
    out = StringIO()
    call_command("due", case=held.number, language=language, json=True, stdout=out)
    told = json.loads(out.getvalue())
    assert next(row for row in told if row["clock"] == "finish")["sentence"] == expected


def table_in(language, clock):
    with translation.override(language):
        return table(deadline_of(clock))


def test_the_command_prints_the_table_of_every_clock_of_a_case(stage, held) -> None:
    out = StringIO()
    call_command("due", case=held.number, language="zh-hans", stdout=out)
    for clock in Clock.objects.filter(case=held):
        assert str(clock.get_kind_display()) in out.getvalue()
    assert "等材料" in out.getvalue()


def test_the_command_says_what_is_missing(stage) -> None:
    with pytest.raises(CommandError, match="--limit"):
        call_command("due", start="2026-09-30T16:00", unit="workday")
    with pytest.raises(CommandError, match="20991231-000001"):
        call_command("due", case="20991231-000001")


def test_the_command_reckons_on_the_hours_of_a_kind_of_unit(stage) -> None:
    WorkHours.objects.create(code="24x7", name="全天", every_day=True, periods=[["00:00", "24:00"]])
    Unit.objects.filter(code="GD").update(calendar="24x7")
    calendars.forget()
    out = StringIO()
    asked = {"start": "2026-09-30T16:00", "limit": "1", "unit": "workday", "json": True}
    call_command("due", **asked, calendar="24x7", stdout=out)
    assert json.loads(out.getvalue())["due_at"] == "2026-10-01T16:00:00+08:00"
    with pytest.raises(CommandError, match="24x7"):
        call_command("due", **asked, calendar="nights")
