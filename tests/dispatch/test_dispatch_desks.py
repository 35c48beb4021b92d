"""The desks of departments, blowers and the centre, the case's panel, and the responsibility list."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Unit
from cases.models import Clock
from cases.services.steps import advance
from dispatch.models import Order, Responsibility
from dispatch.queries import desks, soonest
from dispatch.services.items import Item
from dispatch.services.steps import advance_order
from tests.cast import Stage
from tests.dispatch.test_rulings_on_screen import asked, objected
from tests.dispatch.test_steps_on_screen import order_in

SignIn = Callable[[str], Client]
DESK, WHISTLES, CENTRE = "dispatch:desk", "dispatch:whistles", "dispatch:centre"


def queries_of(client: Client, url: str) -> int:
    client.get(url)  # what a process keeps is read
    with CaptureQueriesContext(connection) as caught:
        answer = client.get(url)
    assert answer.status_code == 200
    return len(caught)


@pytest.mark.parametrize(
    ("view", "query", "who", "make", "most"),
    [
        (DESK, "?group=issued", "department3", lambda s: s.whistle(), 12),
        (DESK, "?group=finished", "department3", lambda s: order_in(s, "finished"), 12),
        (WHISTLES, "?kind=accept", "town", lambda s: order_in(s, "finished"), 14),
        (WHISTLES, "?kind=review", "town", lambda s: order_in(s, "accepted"), 14),
        (CENTRE, "?tab=objections", "supervisor", objected, 20),
        (CENTRE, "?tab=extensions", "supervisor", asked, 20),
        (CENTRE, "?tab=overdue", "supervisor", lambda s: overdue(s), 14),
        (CENTRE, "?tab=on_hold", "supervisor", lambda s: held(s), 14),
    ],
)
def test_a_desk_costs_the_same_with_one_row_and_with_many(
    live: Stage,
    sign_in: SignIn,
    view: str,
    query: str,
    who: str,
    make: Callable[[Stage], object],
    most: int,
) -> None:
    client, url = sign_in(who), reverse(view) + query
    make(live)
    one = queries_of(client, url)
    for _each in range(6):
        make(live)
    assert queries_of(client, url) == one
    assert one <= most
    assert client.get(url).content.decode().count('class="case-number"') == 7


def overdue(stage: Stage) -> None:
    late = stage.at - timedelta(days=1)
    Clock.objects.filter(case=stage.case(), kind="decide").update(due_at=late)


def held(stage: Stage) -> None:
    until = date.today() + timedelta(days=30)
    actor = stage.who("supervisor")
    advance(stage.case().pk, "hold", actor=actor, at=stage.at, until=until, reason="等供暖季")


def test_the_panel_costs_the_same_with_one_order_and_with_many(
    live: Stage, sign_in: SignIn
) -> None:
    for code in "ABCDEFGH":
        Unit.objects.create(code=f"D{code}", name=f"部门{code}", kind="department")
    small = live.whistle(departments=[], items=(Item("堆物"),)).case
    many = [f"D{code}" for code in "ABCDEFGH"]
    items = tuple(Item(f"问题{n}", "DA") for n in range(15))
    large = live.whistle(departments=many, items=items).case
    client = sign_in("town")
    one = queries_of(client, reverse("dispatch:orders", args=[small.number]))
    page = reverse("dispatch:orders", args=[large.number])
    assert queries_of(client, page) == one
    assert one <= 16
    assert "15 found, 0 done, 15 not begun" in client.get(page).content.decode()


def test_the_department_finds_its_orders_by_what_is_next(live: Stage, sign_in: SignIn) -> None:
    client = sign_in("department3")
    for state in ("issued", "acknowledged", "reported", "finished", "objected", "accepted"):
        order = order_in(live, state)
        group = "settled" if state == "accepted" else state
        page = client.get(reverse(DESK), {"group": group}).content.decode()
        assert reverse("dispatch:order", args=[order.pk]) in page
        assert order.case.number in page


def test_one_click_acknowledges_and_stays_on_the_desk(live: Stage, sign_in: SignIn) -> None:
    order = live.order(live.whistle())
    client = sign_in("department3")
    page = client.get(reverse(DESK)).content.decode()
    url = reverse("dispatch:order_step", args=[order.pk, "acknowledge"])
    assert f'action="{url}"' in page
    form = page.split(f'action="{url}"')[1].split("</form>")[0]
    assert f'name="next" value="{reverse(DESK)}"' in form
    answer = client.post(url, {"next": reverse(DESK)}, follow=True)
    assert answer.status_code == 200
    assert "To report in" in answer.content.decode()
    assert Order.objects.get(pk=order.pk).state == "acknowledged"


def test_the_soonest_due_stands_first_and_pages_lose_nothing(
    live: Stage, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = [live.order(live.whistle()) for _each in range(5)]
    for place, order in enumerate(reversed(orders)):
        due = live.at + timedelta(hours=place // 2)  # two pairs at the very same time
        Clock.objects.filter(order_ref=order.pk).update(due_at=due)
    Clock.objects.filter(order_ref=orders[0].pk).update(due_at=None)  # stands still: the last
    monkeypatch.setattr(
        desks, "soonest", lambda rows, cursor, *, by: soonest.soonest(rows, cursor, by=by, size=3)
    )
    user, cursor, seen = live.who("department3"), "", []
    for _page in range(2):  # the second page begins between two of the same time
        page = desks.desk_group(user, "issued", cursor, live.at)
        seen += [card.order.pk for card in page.rows]
        cursor = page.next
    assert cursor == ""
    first, second, third, fourth, last = orders
    assert [set(seen[:2]), set(seen[2:4]), seen[4]] == [
        {last.pk, fourth.pk},
        {third.pk, second.pk},
        first.pk,
    ]
    nonsense = desks.desk_group(user, "issued", "nonsense", live.at)
    assert len(nonsense.rows) == 3


def test_the_blower_finds_results_to_accept_and_orders_to_review(
    live: Stage, sign_in: SignIn
) -> None:
    finished, accepted = order_in(live, "finished"), order_in(live, "accepted")
    client = sign_in("town")
    page = client.get(reverse(WHISTLES), {"kind": "accept"}).content.decode()
    assert finished.case.number in page
    assert accepted.case.number not in page
    assert "已清理" in page
    page = client.get(reverse(WHISTLES), {"kind": "review"}).content.decode()
    assert reverse("assessment:review", args=[accepted.pk]) in page
    assert finished.case.number not in page
    assert sign_in("town2").get(reverse(WHISTLES)).content.decode().count("case-number") == 0


def test_a_town_closes_the_whistles_of_its_communities(live: Stage, sign_in: SignIn) -> None:
    order = live.order(live.whistle(by="community", level="community"))
    unit = live.who("department3")
    for step in ("acknowledge", "report_in"):
        advance_order(order.pk, step, actor=unit, at=live.at)
    advance_order(order.pk, "finish", actor=unit, at=live.at, result="好了")
    for name in ("town", "community"):
        assert order.case.number in sign_in(name).get(reverse(WHISTLES)).content.decode()


def test_the_centre_sees_the_list_beside_the_objection(live: Stage, sign_in: SignIn) -> None:
    order = objected(live)
    page = sign_in("supervisor").get(reverse(CENTRE)).content.decode()
    assert "属于供电公司设施" in page
    assert "消防通道被占" in page
    assert "Listed as lead" in page
    assert reverse("dispatch:rule", args=[order.pk]) in page


def test_missed_clocks_are_counted_by_unit_and_narrowed(live: Stage, sign_in: SignIn) -> None:
    overdue(live)
    whistle = live.whistle()
    late = live.at - timedelta(days=2)
    Clock.objects.filter(order_ref=live.order(whistle).pk).update(due_at=late)
    client, url = sign_in("supervisor"), reverse(CENTRE)
    units = client.get(url, {"tab": "overdue"}).context["units"]
    counts = {row["code"]: row["count"] for row in units}
    assert counts == {"110112013": 1, "XFZD": 3}
    narrowed = client.get(url, {"tab": "overdue", "unit": "XFZD"}).context["page"].rows
    assert {clock.unit.code for clock in narrowed} == {"XFZD"}


def test_a_case_whose_town_has_no_unit_is_shown_to_the_centre(live: Stage, sign_in: SignIn) -> None:
    Unit.objects.filter(code="110112013").update(code="GONE")
    case = live.case()
    page = sign_in("supervisor").get(reverse(CENTRE), {"tab": "unowned"}).content.decode()
    assert case.number in page


@pytest.mark.parametrize(
    ("view", "allowed"),
    [
        (DESK, {"department", "department2", "department3", "town", "town2", "community"}),
        (WHISTLES, {"town", "town2", "community", "gridhead", "supervisor"}),
        (CENTRE, {"supervisor"}),
    ],
)
def test_a_desk_belongs_to_its_roles(
    live: Stage, sign_in: SignIn, view: str, allowed: set[str]
) -> None:
    answers = {name: sign_in(name).get(reverse(view)).status_code for name in live.people}
    assert {name for name, status in answers.items() if status == 200} == allowed
    assert {status for name, status in answers.items() if name not in allowed} == {403}


def test_a_stranger_is_sent_to_sign_in(live: Stage) -> None:
    order = live.order(live.whistle(items=(Item("堆物"),)))
    urls = [
        reverse(DESK),
        reverse(WHISTLES),
        reverse(CENTRE),
        reverse("dispatch:responsibilities"),
        reverse("dispatch:proposal"),
        reverse("dispatch:blow", args=[order.case.number]),
        reverse("dispatch:orders", args=[order.case.number]),
        reverse("dispatch:order", args=[order.pk]),
        reverse("dispatch:order_step", args=[order.pk, "acknowledge"]),
        reverse("dispatch:rule", args=[order.pk]),
        reverse("dispatch:item_done", args=[order.whistle.items.get().pk]),
        reverse("assessment:review", args=[order.pk]),
        reverse("assessment:marks"),
    ]
    for url in urls:
        for answer in (Client().get(url), Client().post(url)):
            assert answer.status_code == 302
            assert answer.headers["Location"].startswith("/sign-in/")


@pytest.mark.parametrize("name", ["town2", "department"])
def test_what_is_not_theirs_is_not_found(live: Stage, sign_in: SignIn, name: str) -> None:
    order = live.order(live.whistle())
    client = sign_in(name)
    for url in (
        reverse("dispatch:orders", args=[order.case.number]),
        reverse("dispatch:order", args=[order.pk]),
        reverse("assessment:review", args=[order.pk]),
        reverse("dispatch:order", args=[10**9]),
    ):
        assert client.get(url).status_code == 404


def test_the_responsibility_list_is_searched_by_word_class_category_and_unit(
    live: Stage, sign_in: SignIn
) -> None:
    Responsibility.objects.create(
        code="1-01", group="城市管理", title="沿街小广告", category_id="0101", town_assists=True
    )
    client, url = sign_in("gridworker"), reverse("dispatch:responsibilities")

    def found(**given: str) -> list[str]:
        return [row.code for row in client.get(url, given).context["items"]]

    assert found() == ["1-01", "2-01"]
    assert found(q="小广告") == ["1-01"]
    assert found(q="消防 占") == ["2-01"]
    assert found(group="城市管理") == ["1-01"]
    assert found(category="03") == ["2-01"]
    assert found(unit="ZJW") == ["2-01"]
    assert found(unit="nobody") == ["1-01", "2-01"]
    assert found(q="没有这样的事") == []
    assert found(after="1-01") == ["2-01"]


def test_the_proposal_names_lead_assisting_units_person_and_basis(
    live: Stage, sign_in: SignIn
) -> None:
    client, url = sign_in("operator"), reverse("dispatch:proposal")
    page = client.get(url, {"category": "0306"}).content.decode()
    for word in ("区消防救援支队", "区住房和城乡建设委员会", "防火监督科科长", "消防法"):
        assert word in page
    assert "data-adopt" not in page
    assert "no item" in client.get(url, {"category": "0303"}).content.decode()
    assert client.get(url).content.decode().strip() == ""
