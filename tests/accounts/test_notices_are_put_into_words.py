"""A notice stores kind and parameters; it is worded in the reader's language."""

import pytest
from django.utils import translation

from accounts.models import Notice
from accounts.notice_texts import ICONS, TEXTS, wording


def test_a_due_time_is_written_in_the_zone_on_screen() -> None:
    params = {"clock": "acknowledge", "due": "2026-03-04T02:30:00+00:00"}
    notice = Notice(kind="clock_overdue", case_number="TZ1", params=params)

    with translation.override("zh-hans"):
        assert wording(notice) == "案件 TZ1 已超时：签收时限为 03-04 10:30"
    with translation.override("en"):
        assert wording(notice) == "Case TZ1 is overdue: acknowledgement was due 03-04 10:30"


def test_what_is_not_known_is_left_out_and_not_gaped_at() -> None:
    notice = Notice(kind="clock_overdue", case_number="TZ1", params={"clock": "finish", "due": ""})

    with translation.override("en"):
        assert wording(notice) == "Case TZ1 is overdue"


def test_percent_signs_in_a_reason_are_just_text() -> None:
    params = {"unit": "区城管委", "reason": "100%s 不归我们管 %(unit)s"}
    notice = Notice(kind="order_objected", case_number="TZ1", params=params)

    with translation.override("en"):
        assert wording(notice).endswith("100%s 不归我们管 %(unit)s")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_kind_has_a_wording_and_an_icon(language: str) -> None:
    assert TEXTS.keys() == ICONS.keys()
    with translation.override(language):
        for kind in TEXTS:
            said = wording(Notice(kind=kind, case_number="TZ1", params={}))
            names_its_case = any("%(number)s" in str(text) for text in TEXTS[kind])
            assert ("TZ1" in said) == names_its_case, kind
            assert said, kind
            assert "%(" not in said, kind


def test_a_kind_of_a_newer_release_is_shown_by_its_name() -> None:
    assert wording(Notice(kind="from_the_future", case_number="TZ1")) == "from_the_future TZ1"
