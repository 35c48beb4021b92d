"""No page shows a caller without a deliberate look, and a confidential caller to no handling unit."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import AccessLog
from cases.models import Case
from cases.services.steps import advance
from tests.api.photos import jpeg
from tests.cases.conftest import Enter
from tests.cast import PEOPLE, Stage

NAME, PHONE = "王小明", "13800001234"
TEXT = f"来电人王小明（电话{PHONE}）反映消防通道被堵，请联系138 0000 1234"
LISTS = ("/cases/", "/desk/town/", "/desk/callbacks/", "/desk/grid/")
MAY_LOOK = {"operator", "callback", "supervisor", "town", "community", "department2", "department3"}
KEEPERS = {"callback", "supervisor"}
READ_TEXT_WHOLE = {"operator", "callback", "supervisor"}


def _handled(stage: Stage, **given: Any) -> Case:
    photo = SimpleUploadedFile("a.jpg", jpeg(), "image/jpeg")
    case = stage.case(text=TEXT, caller_name=NAME, caller_phone=PHONE, photos=[photo], **given)
    town = stage.who("town")
    advance(case.pk, "handle", actor=town, at=stage.at, note=f"已联系{NAME}{PHONE}")
    return advance(case.pk, "finish", actor=town, at=stage.at, result=f"已回复{NAME}")


def _pages(enter: Enter, name: str, case: Case) -> Iterator[str]:
    client = enter(name)
    clock = case.clocks.first()
    assert clock is not None
    page = case.get_absolute_url()
    for path in (
        *LISTS,
        page,
        f"{page}look-alikes/",
        f"{page}clocks/{clock.pk}/",
        f"{page}orders/",
    ):
        yield client.get(path).content.decode()


@pytest.mark.parametrize("name", PEOPLE)
@pytest.mark.parametrize("confidential", [False, True])
def test_name_and_phone_stand_on_no_page(
    live: Stage, enter: Enter, name: str, confidential: bool
) -> None:
    case = _handled(live, confidential=confidential)
    live.whistle(live.case(text=TEXT, confidential=confidential))
    whole = name in READ_TEXT_WHOLE and (name in KEEPERS or not confidential)
    for page in _pages(enter, name, case):
        if not whole:  # the hotline's own desks read the text as it was told
            assert NAME not in page
            assert PHONE not in page
            assert "138 0000 1234" not in page


@pytest.mark.parametrize("name", PEOPLE)
def test_a_deliberate_look_is_for_those_who_need_it_and_leaves_a_line(
    live: Stage, enter: Enter, name: str
) -> None:
    case = live.whistle().case
    answer = enter(name).post(f"{case.get_absolute_url()}reveal/", {"purpose": "Verify the result"})
    if name in MAY_LOOK:
        assert answer.status_code == 200
        assert PHONE in answer.content.decode()
        line = AccessLog.objects.get()
        assert (line.user, line.case_number) == (live.people[name], case.number)
        assert line.purpose == "Verify the result"
    else:
        assert answer.status_code == (404 if name in {"town2", "department"} else 403)
        assert not AccessLog.objects.exists()


@pytest.mark.parametrize("name", PEOPLE)
def test_a_confidential_caller_is_shown_to_the_callback_desk_alone(
    live: Stage, enter: Enter, name: str
) -> None:
    case = live.whistle(live.case(confidential=True)).case
    page = enter(name).get(case.get_absolute_url()).content.decode()
    answer = enter(name).post(f"{case.get_absolute_url()}reveal/", {"purpose": "Verify the result"})
    if name in KEEPERS:
        assert PHONE in answer.content.decode()
        assert "王**" in page
    else:
        assert answer.status_code in (403, 404)
        assert "王**" not in page
        assert "138****" not in page
        assert not AccessLog.objects.exists()


def test_a_look_without_a_purpose_shows_nothing(live: Stage, enter: Enter) -> None:
    case = live.case()
    answer = enter("town").post(f"{case.get_absolute_url()}reveal/", {"purpose": ""})
    assert answer.status_code == 400
    assert PHONE not in answer.content.decode()
    assert not AccessLog.objects.exists()


def test_the_administration_shows_no_caller(live: Stage, enter: Enter) -> None:
    case = live.case(text=TEXT, caller_name=NAME)
    client = enter("admin")
    for path in ("", f"{case.pk}/change/"):
        page = client.get(f"/admin/cases/case/{path}").content.decode()
        assert case.number in page
        assert NAME not in page
        assert PHONE not in page
