"""Who may blow, close and pass up is what the rows say: in services, on the screens and in the API."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.models import Membership, Unit, User
from accounts.models.users import DISTRICT_WIDE
from accounts.refusals import BadInput
from assessment.services.reviews import review_order
from dispatch import rights
from dispatch.models import LEVELS, Order, Whistle, WhistleRight
from dispatch.rules import steps_for
from dispatch.services.passing import pass_up
from dispatch.services.steps import advance_order
from tests.api.calls import V1, caller
from tests.cast import GRID, PEOPLE, Stage
from tests.dispatch.levels import Row, close_level, make_rights, neighbour

KINDS = tuple(rights.KindCode.values)
POWERS = (rights.BLOW, rights.CLOSE, rights.PASS_UP)
ROLES = ("gridworker", "gridhead", "community", "town", "supervisor", "operator")
ASKED = ("gridhead", "community", "town", "town2", "supervisor")
SUMMONED = {"grid": "DW", "community": "LM", "town": "XFZD", "district": "XFZD"}

RIGHTS = [
    # who, grid, community, town, district: what the shipped rows allow in the town of the case
    ("gridhead", {"blow": "grid", "pass_up": "grid"}),
    ("community", {"blow": "grid community", "pass_up": "community"}),
    ("town", {"blow": "grid community town", "pass_up": "town"}),
    ("supervisor", {"blow": "district"}),
    ("town2", {}),
    ("gridworker", {}),
    ("operator", {}),
    ("department", {}),
    ("leader", {}),
    ("admin", {}),
]


@pytest.mark.parametrize(("name", "held"), RIGHTS)
def test_the_shipped_rights(stage: Stage, name: str, held: dict[str, str]) -> None:
    case, user = stage.case(), stage.who(name)
    for power in (rights.BLOW, rights.PASS_UP):
        found = [level for level in LEVELS if rights.may(user, power, level, case=case)]
        assert found == held.get(power, "").split()


@pytest.mark.parametrize(
    ("level", "unit", "taken"),
    [
        ("grid", "DW", True),
        ("grid", "LM", True),
        ("grid", "XFZD", False),
        ("grid", "GD", False),
        ("community", "LM", True),
        ("community", "WY", True),
        ("community", "ZJW", True),
        ("community", "110112012", False),
        ("town", "XFZD", True),
        ("town", "GD", True),
        ("town", "DW", False),
        ("district", "110112012", True),
        ("district", "DW", False),
        ("district", "HOTLINE", False),
    ],
)
def test_each_level_summons_its_own_kinds_of_unit(
    stage: Stage, level: str, unit: str, taken: bool
) -> None:
    by = "supervisor" if level == "district" else "town"
    if taken:
        whistle = stage.whistle(by=by, level=level, lead=unit, departments=[])
        assert [order.unit.code for order in whistle.orders.select_related("unit")] == [unit]
        return
    with pytest.raises(BadInput) as refused:
        stage.whistle(by=by, level=level, lead=unit, departments=[])
    (text,) = refused.value.fields["lead"]
    assert str(Unit.objects.get(code=unit)) in text
    assert rights.level_label(level) in text


def test_a_unit_beyond_the_level_is_named_among_those_who_assist(stage: Stage) -> None:
    with pytest.raises(BadInput) as refused:
        stage.whistle(by="gridhead", level="grid", lead="DW", departments=["CGW", "WY"])
    assert list(refused.value.fields) == ["departments"]
    assert "区城市管理委员会" in refused.value.fields["departments"][0]


def test_a_level_and_a_kind_that_are_not_blown_here_are_refused(stage: Stage) -> None:
    close_level("community")
    with pytest.raises(BadInput) as refused:
        stage.whistle(by="community", level="community", lead="LM", departments=[])
    assert list(refused.value.fields) == ["level"]
    assert [level.code for level in rights.current().active_levels()] == [
        "grid",
        "town",
        "district",
    ]


def test_a_whistle_blown_before_its_level_was_closed_is_still_accepted(stage: Stage) -> None:
    whistle = stage.whistle(by="community", level="community", lead="LM", departments=[])
    close_level("community")
    order, firm = stage.order(whistle, "LM"), neighbour(stage, "LM")
    for step, details in (("acknowledge", {}), ("report_in", {}), ("finish", {"result": "好"})):
        advance_order(order.pk, step, actor=firm, at=stage.at, **details)
    done = advance_order(order.pk, "accept", actor=stage.who("community"), at=stage.at)
    assert done.state == "accepted"


def test_neighbours_answer_at_the_department_desk(stage: Stage) -> None:
    neighbour(stage, "DW")
    whistle = stage.whistle(by="gridhead", level="grid", lead="DW", departments=[])
    client = Client()
    client.force_login(stage.people["of-dw"])
    page = client.get(reverse("dispatch:desk")).content.decode()
    assert whistle.case.number in page
    order = stage.order(whistle, "DW")
    assert steps_for(Order.objects.for_list().get(pk=order.pk), stage.who("of-dw")) == [
        "acknowledge",
        "object",
    ]


def test_whoever_blows_by_two_roles_blows_for_the_unit_that_gives_the_right(stage: Stage) -> None:
    """A supervisor who is also a community's secretary blows the district's whistle for the centre."""
    Membership.objects.create(
        user=stage.people["supervisor"],
        unit=Unit.objects.get(code=GRID[:12]),
        role="community",
    )
    district = stage.whistle(by="supervisor", level="district", lead="XFZD", departments=[])
    small = stage.whistle(by="supervisor", level="community", lead="LM", departments=[])
    assert (district.blower.code, small.blower.code) == ("CENTRE", GRID[:12])


def test_a_report_about_the_blower_is_not_its_to_whistle(stage: Stage) -> None:
    town = Unit.objects.get(code="110112013")
    case = stage.case(kind="report")
    case.accused = town
    case.save()
    assert not rights.may(stage.who("town"), rights.BLOW, "town", case=case)
    with pytest.raises(PermissionDenied):
        stage.whistle(case)


# ---- any rows at all -------------------------------------------------------------------------


def rows_about(power: str) -> st.SearchStrategy[set[Row]]:
    """Draw sets of rights, most of them of the power asked about."""
    other = next(one for one in POWERS if one != power)
    row = st.tuples(
        st.sampled_from((power, power, other)),
        st.sampled_from(LEVELS),
        st.sampled_from(("", "daily", "hard")),
        st.sampled_from(ROLES),
    )
    return st.sets(row, min_size=8, max_size=26)


def is_granted(granted: set[Row], power: str, level: str, kind: str, role: str) -> bool:
    """Tell by the rows alone, as slowly and plainly as can be."""
    return (power, level, "", role) in granted or (power, level, kind, role) in granted


def lies_over(role: str, unit: Unit, area: str) -> bool:
    return role in DISTRICT_WIDE or (unit.area != "" and area.startswith(unit.area))


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def answer(act: Callable[[], Any]) -> bool:
    """Do something and undo it; tell whether it was allowed (a refusal for another reason fails)."""
    with undone():
        try:
            act()
        except PermissionDenied:
            return False
        return True


def status(client: Any, address: str, body: dict[str, Any]) -> int:
    with undone():
        return int(client.post(address, body).status_code)


class Asker:
    """Somebody of the cast who asks the service, the page and the API for the same thing."""

    def __init__(self, stage: Stage, name: str) -> None:
        self.user: User = stage.who(name)
        self.role, code = PEOPLE[name]
        self.unit = Unit.objects.get(code=code)
        self.api = caller(stage, name)
        self.web = Client()
        self.web.force_login(self.user)

    def agree(self, act: Callable[[User], Any], page: str, call: str, body: Any, form: Any) -> bool:
        """Return what all three answer; fail where they differ."""
        self.user.__dict__.pop("posts", None)
        allowed = answer(lambda: act(self.user))
        on_page, by_api = status(self.web, page, form), status(self.api, f"{V1}{call}", body)
        assert (on_page == 302) == allowed, (self.user, page, on_page, allowed)
        assert (by_api < 300) == allowed, (self.user, call, by_api, allowed)
        assert allowed or {on_page, by_api} <= {403, 404}, (on_page, by_api)
        return allowed


@pytest.fixture
def theatre(stage: Stage) -> Stage:
    stage.at = timezone.now() - timedelta(minutes=30)
    for unit in ("DW", "LM"):
        neighbour(stage, unit)
    return stage


STEPS: tuple[tuple[str, dict[str, str]], ...] = (
    ("accept", {}),
    ("send_back", {"reason": "没清完"}),
    ("withdraw", {"reason": "不用了"}),
)

FEW = settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    phases=(Phase.generate,),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@FEW
@given(
    granted=rows_about(rights.BLOW),
    level=st.sampled_from(LEVELS),
    kind=st.sampled_from(("daily", "hard")),
)
def test_whoever_lacks_the_right_to_blow_is_refused_everywhere(
    theatre: Stage, granted: set[Row], level: str, kind: str
) -> None:
    with undone():
        make_rights(granted)
        case = theatre.case()
        body = {"level": level, "kind": kind, "lead": SUMMONED[level], "departments": []}
        summons = {"level": level, "kind": kind, "lead": SUMMONED[level], "departments": []}
        for name in ASKED:
            asker = Asker(theatre, name)
            allowed = asker.agree(
                lambda user: theatre.whistle(case, by=user.username, **summons),
                reverse("dispatch:blow", args=[case.number]),
                f"/cases/{case.number}/whistles/",
                body,
                body,
            )
            granted_here = is_granted(granted, "blow", level, kind, asker.role)
            assert allowed == (granted_here and lies_over(asker.role, asker.unit, case.area_id))
    rights.forget()


@FEW
@given(granted=rows_about(rights.CLOSE), level=st.sampled_from(LEVELS[:3]))
def test_whoever_lacks_the_right_to_close_is_refused_everywhere(
    theatre: Stage, granted: set[Row], level: str
) -> None:
    with undone():
        rights.forget()
        by = {"grid": "gridhead"}.get(level, level)
        whistle = theatre.whistle(by=by, level=level, lead=SUMMONED[level], departments=[])
        order = theatre.order(whistle, SUMMONED[level])
        actor = "department3" if level == "town" else f"of-{SUMMONED[level].lower()}"
        for step, details in (("acknowledge", {}), ("report_in", {}), ("finish", {"result": "好"})):
            advance_order(order.pk, step, actor=theatre.who(actor), at=theatre.at, **details)
        make_rights(granted)
        for place, name in enumerate(ASKED):
            asker = Asker(theatre, name)
            held = is_granted(granted, "close", level, "daily", asker.role)
            own = asker.unit == whistle.blower
            lies = asker.role == "town" and whistle.blower.area.startswith(asker.unit.area)
            wanted = held and (own or lies)
            step, details = STEPS[place % len(STEPS)]
            allowed = asker.agree(
                partial(take, order, step, details),
                reverse("dispatch:order_step", args=[order.pk, step]),
                f"/orders/{order.pk}/steps/{step}/",
                details,
                details,
            )
            assert allowed == wanted, (name, step)
            for step, details in STEPS:
                assert answer(partial(take, order, step, details, asker.user)) == wanted
            shown = steps_for(Order.objects.for_list().get(pk=order.pk), asker.user)
            assert ("accept" in shown) == wanted
            assert answer(partial(accept_and_review, order, asker.user)) == wanted
    rights.forget()


def take(order: Order, step: str, details: dict[str, str], user: User) -> None:
    advance_order(order.pk, step, actor=user, at=timezone.now(), **details)


def accept_and_review(order: Order, user: User) -> None:
    advance_order(order.pk, "accept", actor=user, at=timezone.now())
    review_order(order.pk, actor=user, at=timezone.now(), arrival=90, attitude=90, result=90)


@FEW
@given(granted=rows_about(rights.PASS_UP), closed=st.sampled_from(("", "community", "district")))
def test_whoever_lacks_the_right_to_pass_up_is_refused_everywhere(
    theatre: Stage, granted: set[Row], closed: str
) -> None:
    with undone():
        close_level(closed)
        make_rights(granted)
        case = theatre.case()
        active = [level for level in LEVELS if level != closed]
        for name in ASKED:
            asker = Asker(theatre, name)
            allowed = asker.agree(
                lambda user: pass_up(case.pk, actor=user, at=timezone.now(), reason="协调不了"),
                reverse("dispatch:pass_up", args=[case.number]),
                f"/cases/{case.number}/pass_up/",
                {"reason": "协调不了"},
                {"reason": "协调不了"},
            )
            held = any(
                (power, level, role) == ("pass_up", of, asker.role)
                for power, level, _kind, role in granted
                for of in active[:-1]
            )
            assert allowed == (held and lies_over(asker.role, asker.unit, case.area_id)), name
    rights.forget()


def test_the_rights_are_read_once_and_no_step_asks_for_them(
    stage: Stage, django_assert_num_queries: Any
) -> None:
    order = stage.order(stage.whistle())
    loaded, user = Order.objects.for_list().get(pk=order.pk), stage.who("town")
    assert user.posts
    with django_assert_num_queries(0):
        assert steps_for(loaded, user) == ["withdraw"]
        assert rights.may_with_case("blow", loaded.case, user)
    assert WhistleRight.objects.exists()
    assert Whistle.objects.count() == 1
