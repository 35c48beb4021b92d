"""The way of a request as people click it: each at a browser of their own, by the words on the screen."""

import re
from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.chromium import PHONE, Complaints, launched, signed_in, too_wide
from tests.browser.district import HERE, District, outlined
from tests.cast import GRID, Stage

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LEAD, ASSIST, THIRD = "区消防救援支队", "区住房和城乡建设委员会", "区城市管理委员会"
Opens = Callable[..., Page]
DRAFT_KEPT = """async (words) => {
    const drafts = () => [localStorage, sessionStorage].flatMap(Object.values)
    const end = Date.now() + 60000
    while (Date.now() < end) {
        if (drafts().some(draft => words.every(word => draft.includes(word)))) return true
        await new Promise(resolve => setTimeout(resolve, 50))
    }
    return false
}"""
"""Whether a draft with these words is kept; it is when typing has rested for a moment."""


@pytest.fixture
def district(committed_stage: Stage) -> District:
    return outlined(committed_stage)


@pytest.fixture
def order(district: District) -> int:
    """Return an order that waits for 消防's acknowledgement."""
    return district.stage.order(district.stage.whistle()).pk


@pytest.fixture
def case(district: District) -> str:
    """Return the number of a case that waits for its town."""
    return district.stage.case().number


@pytest.fixture
def complaints() -> Complaints:
    return Complaints()


@pytest.fixture
def browser(district: District, chromium: str) -> Iterator[Browser]:
    with launched(chromium) as opened:
        yield opened


@pytest.fixture
def opens(
    live_server: LiveServer, district: District, browser: Browser, complaints: Complaints
) -> Opens:
    """Return how a person of the cast opens a page, each in a browser of their own."""
    contexts: dict[str, BrowserContext] = {}

    def open_page(name: str, path: str = "/", **options: object) -> Page:
        if name not in contexts:
            session = district.sessions[name]
            contexts[name] = signed_in(browser, live_server.url, session, **options)
        page = complaints.listen(contexts[name].new_page())
        page.goto(path)
        return page

    return open_page


def choose(page: Page, label: str, typed: str, wanted: str) -> None:
    """Type into a field that offers choices, and click one of them."""
    field = page.get_by_role("combobox", name=label)
    field.click()
    field.press_sequentially(typed)
    page.get_by_role("option", name=wanted).first.click()


def tell(page: Page, text: str) -> None:
    """Write what a caller tells, with category and place chosen from what is offered."""
    page.get_by_label("诉求内容").fill(text)
    choose(page, "类别", "消防", "消防通道")
    choose(page, "地点", "潞邑社", "潞邑社区")
    expect(page.locator("[data-place-chosen]")).to_contain_text("潞邑街道 · 潞邑社区")


def number_of(page: Page) -> str:
    """Return the number in the heading of a case's page."""
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"\d{8}-\d{6}"))
    return page.get_by_role("heading", level=1).inner_text().split()[-1]


def summon(page: Page, number: str) -> None:
    """Blow the whistle from the desk: the list's proposal without one of its units, two problems."""
    page.get_by_role("row", name=number).get_by_role("link", name="吹哨").click()
    page.get_by_role("link", name="采用 消防通道被占").click()
    chips = page.locator("[data-units-chips] button")
    expect(chips).to_have_text([re.compile(LEAD), re.compile(THIRD), re.compile(ASSIST)])
    chips.filter(has_text=THIRD).click()
    expect(chips).to_have_count(2)
    page.get_by_label("集结地点").fill("3号楼西侧单元门")
    for line, (text, owner) in enumerate([("私家车占用通道", LEAD), ("楼道堆物", ASSIST)]):
        page.get_by_label("问题", exact=True).nth(line).fill(text)
        page.get_by_label("责任单位").nth(line).select_option(label=owner)
    page.get_by_label("吹哨事由").fill("镇街无执法权")
    page.get_by_role("button", name="吹哨").click()
    expect(page.get_by_text(f"召集：{LEAD}（牵头）、{ASSIST}")).to_be_visible()
    expect(page.get_by_text("2 个问题，已办结 0 个，未开始 2 个")).to_be_visible()


def serve(page: Page, result: str) -> None:
    """Acknowledge, report in where one stands, and finish, all from the desk."""
    page.get_by_role("button", name="签收").click()
    page.get_by_role("link", name="报到", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="获取位置").click()
    expect(dialog.get_by_text("已获取位置")).to_be_visible()
    dialog.get_by_label("到场情况").fill("两人到场")
    dialog.get_by_role("button", name="报到").click()
    page.get_by_role("link", name="办结", exact=True).click()
    page.get_by_role("dialog").get_by_label("办理情况和结果").fill(result)
    page.get_by_role("dialog").get_by_role("button", name="办结").click()
    expect(page.get_by_text("已办结，等待吹哨单位验收。")).to_be_visible()


def accept_and_mark(page: Page) -> None:
    """Accept the two results that wait, then mark both units by the quick marks."""
    for _result in range(2):
        page.get_by_role("link", name="验收通过").first.click()
        page.get_by_role("dialog").get_by_role("button", name="验收通过").click()
        expect(page.get_by_text("已验收通过。")).to_be_visible()
    for _unit in range(2):
        page.goto("/desk/whistles/?kind=review")
        page.get_by_role("main").get_by_role("link", name="评价", exact=True).first.click()
        for mark, grade in (("到场", "100"), ("态度", "85"), ("结果", "100")):
            box = page.locator("[data-mark]").filter(has=page.get_by_label(mark))
            box.get_by_role("button", name=re.compile(rf" {grade}$")).click()
        page.get_by_role("button", name="保存评价").click()
        expect(page.get_by_text("评价已保存。")).to_be_visible()


def call_back(page: Page, number: str) -> None:
    """Record that the resident was reached and is satisfied, and close the case."""
    expect(page.get_by_role("link", name=number, exact=True)).to_be_visible()
    expect(page.get_by_label("已解决")).to_be_hidden()
    for question, answer in (
        ("回访结果", "已接通"),
        ("承办单位是否联系", "是"),
        ("是否解决", "已解决"),
        ("是否满意", "满意"),
        ("下一步", "结案"),
    ):
        page.get_by_role("group", name=question).get_by_label(answer, exact=True).check()
    page.get_by_role("button", name="记录回访").click()
    expect(page.get_by_text("没有待回访的群众")).to_be_visible()


def test_a_request_travels_from_the_call_to_the_month_page(
    opens: Opens, complaints: Complaints
) -> None:
    field = {"permissions": ["geolocation"], "geolocation": HERE}
    operator = opens("operator")
    operator.get_by_label("来电号码").fill("13800001234")
    expect(operator.get_by_text("该号码此前没有来电。")).to_be_visible()
    tell(operator, "3号楼前消防通道被私家车堵住")
    expect(operator.get_by_text("没有相似的未结案件。")).to_be_visible()
    expect(operator.get_by_text("消防通道被占")).to_be_visible()
    operator.get_by_role("button", name="保存受理").click()
    number = number_of(operator)
    expect(operator.get_by_text(f"案件 {number} 已受理。")).to_be_visible()

    town = opens("town")
    summon(town, number)
    serve(opens("department3", **field), "已劝离车辆，划线警示")
    serve(opens("department2", **field), "已督促物业清理楼道")
    town.goto("/desk/whistles/")
    accept_and_mark(town)
    call_back(opens("callback"), number)

    leader = opens("leader")
    leader.get_by_role("main").get_by_role("link", name="月度考核").click()
    leader.get_by_role("button", name="重新计算").click()
    expect(leader.locator("a.tile", has_text="已结案")).to_contain_text("1")
    leader.locator("a.tile", has_text="已受理").click()
    expect(leader.get_by_role("link", name=number)).to_be_visible()
    expect(leader.get_by_role("row", name=number)).to_contain_text("已结案")
    assert complaints.texts == []


def test_a_grid_worker_reports_from_a_phone_with_photo_and_position(
    opens: Opens, complaints: Complaints
) -> None:
    photo = BytesIO()
    Image.new("RGB", (2400, 1800), "teal").save(photo, "JPEG")
    page = opens(
        "gridworker",
        viewport=PHONE,
        has_touch=True,
        is_mobile=True,
        permissions=["geolocation"],
        geolocation=HERE,
    )
    page.get_by_label("拍照").set_input_files(
        {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": photo.getvalue()}
    )
    expect(page.locator("[data-photo-strip] img")).to_be_visible()
    page.get_by_role("button", name="获取位置").tap()
    expect(page.locator("[data-place-chosen]")).to_contain_text("已获取位置")
    page.get_by_label("现场情况").fill("楼道口堆了两张旧沙发")
    choose(page, "类别", "市容", "市容环境")
    assert too_wide(page) == []
    page.get_by_role("button", name="上报").tap()
    expect(page.get_by_text("潞邑社区第1网格").first).to_be_visible()
    expect(page.get_by_label("现场情况")).to_have_value("")

    page.get_by_role("article").get_by_role("link").first.tap()
    picture = page.get_by_alt_text("上报照片")
    expect(picture).to_be_visible()
    picture.scroll_into_view_if_needed()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 1600
    assert too_wide(page) == []
    assert complaints.texts == []


def test_clicking_the_map_fills_the_place_and_a_draft_is_put_back(
    opens: Opens, complaints: Complaints
) -> None:
    page = opens("operator")
    place, chosen = page.get_by_role("combobox", name="地点"), page.locator("[data-place-chosen]")
    page.get_by_label("来电号码").fill("13800001234")
    page.get_by_label("诉求内容").fill("路灯不亮")
    click_on_map(page, "全区")
    expect(page.locator("[data-map-path]")).to_contain_text("潞邑街道")
    click_on_map(page, "潞邑街道")
    expect(place).to_have_value("潞邑街道 · 潞邑社区 · 第1网格")
    expect(chosen).to_contain_text("已选")

    assert page.evaluate(DRAFT_KEPT, ["路灯不亮", GRID])
    page.reload()
    expect(page.get_by_text("已恢复未保存的草稿。")).to_be_visible()
    expect(page.get_by_label("诉求内容")).to_have_value("路灯不亮")
    expect(page.get_by_label("来电号码")).to_have_value("")
    expect(chosen).to_contain_text("第1网格")

    choose(page, "类别", "市容", "市容环境")
    page.get_by_role("button", name="保存受理").click()
    number_of(page)
    expect(page.get_by_text("潞邑街道 · 潞邑社区 · 第1网格").first).to_be_visible()
    page.goto("/cases/new/")
    expect(page.get_by_label("诉求内容")).to_have_value("")
    assert complaints.texts == []


def click_on_map(page: Page, path: str) -> None:
    """Click where the people in the field stand, once the map has drawn the part it names."""
    expect(page.locator("[data-map-path]")).to_contain_text(path)
    spot = page.evaluate(
        "([lat, lon]) => document.getElementById('place-map').chuishaoMap.map.latLngToContainerPoint([lat, lon])",
        [HERE["latitude"], HERE["longitude"]],
    )
    page.locator("#place-map").click(position={"x": spot["x"], "y": spot["y"]})


def test_of_two_tabs_that_press_the_same_button_the_second_is_told(
    order: int, opens: Opens, complaints: Complaints
) -> None:
    first, second = opens("department3"), opens("department3", f"/orders/{order}/")
    first.get_by_role("button", name="签收").click()
    expect(first.get_by_text("已签收，请在时限内报到。")).to_be_visible()
    assert complaints.texts == []
    second.get_by_role("button", name="签收").click()
    expect(second.get_by_role("heading", name="案件状态已变")).to_be_visible()
    expect(second.get_by_text("已签收")).to_be_visible()
    second.get_by_role("link", name="重新打开").click()
    expect(second.get_by_role("link", name="报到", exact=True)).to_be_visible()
    assert all("409" in text for text in complaints.texts)


def test_without_scripts_a_call_is_saved_and_a_whistle_blown(case: str, opens: Opens) -> None:
    page = opens("operator", "/cases/new/", java_script_enabled=False)
    page.get_by_label("诉求内容").fill("单元门口有一堆建筑垃圾")
    page.get_by_label("类别").select_option(label="市容环境")
    page.get_by_role("combobox", name="地点").fill("潞邑社区")
    page.get_by_role("button", name="保存受理").click()
    number_of(page)

    page = opens("town", f"/cases/{case}/whistle/", java_script_enabled=False)
    page.get_by_label(f"牵头 {LEAD}").check()
    page.get_by_label(f"配合 {ASSIST}").check()
    page.get_by_label("问题", exact=True).first.fill("私家车占用通道")
    page.get_by_label("责任单位").first.select_option(label=LEAD)
    page.get_by_role("button", name="吹哨").click()
    expect(page.get_by_text(f"召集：{LEAD}（牵头）、{ASSIST}")).to_be_visible()
