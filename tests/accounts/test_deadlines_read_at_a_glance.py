"""How a deadline stands: tone, sign and words, by what is left of it."""

from datetime import datetime, timedelta

import pytest
from django.utils import translation

from accounts.spans import in_words, standing
from tests.cast import NOON

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(0), "0 分"),
        (timedelta(seconds=59), "0 分"),
        (timedelta(minutes=15), "15 分"),
        (timedelta(hours=2, minutes=15), "2 小时 15 分"),
        (timedelta(hours=3), "3 小时"),
        (timedelta(days=3, hours=4, minutes=59), "3 天 4 小时"),
        (timedelta(days=2, minutes=5), "2 天"),
        (timedelta(minutes=-90), "1 小时 30 分"),
    ],
)
def test_a_span_is_said_in_its_two_largest_units(span: timedelta, words: str) -> None:
    with translation.override("zh-hans"):
        assert in_words(span) == words


@pytest.mark.parametrize(
    ("at", "state", "tone", "words"),
    [
        (NOON, "running", "green", "剩 4 小时"),
        (NOON + 3 * HOUR, "soon", "amber", "剩 1 小时"),
        (NOON + 4 * HOUR, "overdue", "red", "已超 0 分"),
        (NOON + 7 * HOUR, "overdue", "red", "已超 3 小时"),
    ],
)
def test_a_running_clock_turns_amber_for_its_last_quarter_and_red_when_due(
    at: datetime, state: str, tone: str, words: str
) -> None:
    with translation.override("zh-hans"):
        how = standing(NOON + 4 * HOUR, at=at, started=NOON)

    assert (how.state, how.tone, how.words) == (state, tone, words)


@pytest.mark.parametrize(
    ("due", "stopped", "paused", "state"),
    [
        (NOON + HOUR, NOON, False, "met"),
        (NOON, NOON + HOUR, False, "missed"),
        (None, NOON, False, "met"),
        (None, None, True, "paused"),
        (None, None, False, "none"),
    ],
)
def test_a_clock_that_does_not_run_says_why(
    due: datetime | None, stopped: datetime | None, paused: bool, state: str
) -> None:
    how = standing(due, at=NOON + 9 * HOUR, stopped=stopped, paused=paused)

    assert how.state == state


def test_every_standing_has_a_sign_besides_its_colour() -> None:
    how = [standing(NOON, at=NOON + shift * HOUR, started=NOON - 4 * HOUR) for shift in (-3, -1, 1)]

    assert len({each.icon for each in how}) == 3
