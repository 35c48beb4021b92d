"""A resident's photo on the way to a case, on two phones: sent, claimed, made a case, followed by the link."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from tests.api.photos import jpeg
from tests.browser.chromium import PHONE, Complaints, barriers, launched, signed_in, too_wide
from tests.browser.district import HERE, District, outlined
from tests.cast import Stage

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def district(committed_stage: Stage) -> District:
    return outlined(committed_stage)


@pytest.fixture
def browser(district: District, chromium: str) -> Iterator[Browser]:
    with launched(chromium) as opened:
        yield opened


def test_a_photo_becomes_a_case_and_its_sender_sees_it(
    live_server: LiveServer, district: District, browser: Browser
) -> None:
    complaints = Complaints()
    phone = {"viewport": PHONE, "geolocation": HERE, "permissions": ["geolocation"]}
    street = signed_in(browser, live_server.url, "", **phone)
    resident = complaints.listen(street.new_page())
    resident.goto("/snap/")
    wrong = barriers(resident) + too_wide(resident)
    resident.set_input_files(
        "[name=photo]", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}
    )
    resident.get_by_role("button", name=re.compile("获取.*位置")).click()
    expect(resident.locator("[data-position-words]")).to_contain_text("米")
    resident.get_by_label("诉求内容").fill("垃圾桶满了没人清")
    resident.get_by_role("button", name="提交").click()
    expect(resident.get_by_text("等待网格长认领")).to_be_visible()
    wrong += barriers(resident) + too_wide(resident)

    grid = signed_in(browser, live_server.url, district.sessions["gridhead"], **phone)
    head = complaints.listen(grid.new_page())
    head.goto("/desk/grid/")
    head.get_by_role("button", name="认领").click()
    wrong += barriers(head) + too_wide(head)
    head.get_by_role("link", name="转为案件").click()
    expect(head.get_by_label("现场情况")).to_have_value("垃圾桶满了没人清")
    wrong += barriers(head) + too_wide(head)
    head.get_by_role("combobox", name="类别").fill("市容")
    head.get_by_role("option", name="市容环境").click()
    head.get_by_role("button", name="转为案件").click()
    number = head.locator(".case-number").first.inner_text()

    resident.reload()
    expect(resident.get_by_text(number)).to_be_visible()
    assert not [*wrong, *complaints.texts], "\n".join([*wrong, *complaints.texts])
