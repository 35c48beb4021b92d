"""Cases of an older system come over whole, once, and in a state that people can go on from."""

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User
from cases.lifecycle import clocks_of
from cases.models import Callback, Case, CaseEvent, Clock
from cases.services.steps import advance
from dispatch.models import Document, HistoryImport, Order, Whistle
from dispatch.services.order_clocks import kinds_of
from dispatch.services.steps import advance_order
from tests.cast import GRID, TOWN, Stage
from tests.imports.history_file import FRESH, GOOD, NOW, SELF, refused_rows, take_over, write

pytestmark = pytest.mark.django_db


def test_a_finished_whistle_comes_over_with_its_orders_answers_and_moments(
    stage: Stage, tmp_path: Path
) -> None:
    found = take_over(write(tmp_path / "h.csv", [GOOD]))
    assert (found.stored, found.known, found.refused, found.errors) == (1, 0, 0, None)
    case = Case.objects.get(number="2023-0001")
    assert (case.state, case.town_id, case.area_id, case.counted) == ("closed", TOWN, GRID, True)
    assert case.caller_phone == "13800001234"
    assert case.callable
    assert case.lon is None
    whistle = Whistle.objects.get(case=case)
    assert (whistle.blower.code, whistle.settled_at) == (TOWN, case.handled_at)
    assert not whistle.blown_by.is_active
    orders = (
        Order.objects.filter(case=case).order_by("pk").values_list("unit__code", "role", "state")
    )
    assert list(orders) == [("XFZD", "lead", "accepted"), ("ZJW", "assist", "accepted")]
    callback = Callback.objects.get(case=case)
    assert (callback.outcome, callback.contacted, callback.resolved, callback.satisfied) == (
        "reached",
        True,
        "yes",
        "basic",
    )
    assert list(case.parties.order_by("pk").values_list("unit__code", flat=True)) == ["XFZD", "ZJW"]
    told = CaseEvent.objects.filter(case=case).order_by("at", "pk").values_list("step", "state")
    assert list(told) == [
        ("receive", "received"),
        ("whistle", "whistled"),
        *[("order.acknowledge", "whistled")] * 2,
        *[("order.report_in", "whistled")] * 2,
        ("arrive", "reported"),
        ("settle", "handled"),
        ("callback", "handled"),
        ("rate", "rated"),
        ("close", "closed"),
    ]
    assert not Clock.objects.exists()


def test_the_state_follows_from_what_the_row_says(stage: Stage, tmp_path: Path) -> None:
    asked = {"contacted": "", "resolved": "", "satisfied": "", "closed_at": ""}
    rows = {
        "received": FRESH,
        "handling": FRESH | {"route": "self"},
        "whistled": GOOD | asked | {"valid_callback": "", "handled_at": "", "reported_at": ""},
        "reported": GOOD | asked | {"valid_callback": "", "handled_at": ""},
        "handled": SELF | asked | {"valid_callback": "n"},
        "rated": SELF | {"closed_at": ""},
        "closed": SELF,
    }
    take_over(write(tmp_path / "h.csv", [row | {"number": f"{s}-1"} for s, row in rows.items()]))
    assert dict(Case.objects.values_list("number", "state")) == {f"{s}-1": s for s in rows}
    assert Case.objects.get(number="handled-1").callback_given_up
    assert Case.objects.get(number="handling-1").self_handled
    for case in Case.objects.all():
        last = case.events.order_by("pk").last()
        assert last is not None
        assert last.state == case.state
        own = case.clocks.running().of_case_itself().values_list("kind", flat=True)
        assert sorted(own) == sorted(clocks_of(case)), case.number
    for order in Order.objects.select_related("case", "whistle"):
        running = Clock.objects.running().filter(order_ref=order.pk)
        wanted = kinds_of(order) if order.case.closed_at is None else ()
        assert sorted(running.values_list("kind", flat=True)) == sorted(wanted)


def test_time_for_open_cases_begins_now_spread_over_days_and_without_documents(
    stage: Stage, tmp_path: Path
) -> None:
    rows = [FRESH | {"number": f"o-{number:03d}"} for number in range(45)]
    take_over(write(tmp_path / "h.csv", rows))
    decide = Clock.objects.filter(kind="decide").order_by("due_at")
    days = [clock.due_at.date() for clock in decide if clock.due_at]
    assert len(set(days)) == 3
    assert max(map(days.count, days)) == 20
    assert {clock.started_at for clock in decide} == {NOW}
    assert {clock.ladder_id for clock in decide} == {None}
    assert not Clock.objects.filter(breached_at__isnull=False).exists()
    assert not Document.objects.exists()


def test_people_finish_an_open_case_that_was_taken_over(stage: Stage, tmp_path: Path) -> None:
    still = GOOD | dict.fromkeys(
        ["reported_at", "handled_at", "valid_callback", "contacted", "resolved", "satisfied"], ""
    )
    take_over(write(tmp_path / "h.csv", [still | {"closed_at": "", "departments": "XFZD"}]))
    order = Order.objects.get()
    department, town = stage.who("department3"), stage.who("town")
    advance_order(order.pk, "report_in", actor=department, at=NOW)
    advance_order(order.pk, "finish", actor=department, at=NOW, result="已清理")
    advance_order(order.pk, "accept", actor=town, at=NOW)
    case = Case.objects.get()
    assert case.state == "handled"
    supervisor = stage.who("supervisor")
    case.callback_given_up = True
    case.save()
    assert advance(case.pk, "close", actor=supervisor, at=NOW).state == "closed"
    assert not Clock.objects.running().filter(order_ref=None).exists()


def test_the_same_file_twice_stores_everything_once(stage: Stage, tmp_path: Path) -> None:
    live = stage.case()
    rows = [GOOD, SELF, GOOD | {"text": "另一件事"}, SELF | {"number": live.number}]
    path = write(tmp_path / "h.csv", rows)
    first = take_over(path)
    assert (first.stored, first.known, first.refused) == (2, 2, 0)
    counts = [model.objects.count() for model in (Case, CaseEvent, Order, Callback)]
    again = take_over(path)
    assert (again.stored, again.known, again.refused) == (0, 4, 0)
    assert [model.objects.count() for model in (Case, CaseEvent, Order, Callback)] == counts
    live.refresh_from_db()
    assert live.state == "received"
    assert Case.objects.get(number="2023-0001").text == "消防通道被占"


def test_overlapping_files_meet_in_their_numbers(stage: Stage, tmp_path: Path) -> None:
    take_over(write(tmp_path / "a.csv", [GOOD, SELF]))
    found = take_over(write(tmp_path / "b.csv", [SELF, FRESH | {"number": "2023-0003"}]))
    assert (found.stored, found.known) == (1, 1)
    assert Case.objects.count() == 3


def test_a_row_refused_before_is_stored_once_its_reason_is_gone(
    stage: Stage, tmp_path: Path
) -> None:
    from cases.models import Category

    path = write(tmp_path / "h.csv", [GOOD, SELF | {"category": "0999"}])
    assert take_over(path).refused == 1
    assert refused_rows(path)[0]["number"] == "2023-0002"
    Category.objects.create(code="0999", name="新类别")
    found = take_over(path)
    assert (found.stored, found.known, found.refused) == (1, 1, 0)
    assert not path.with_suffix(".errors.csv").exists()


def test_a_dry_run_says_what_would_happen_and_stores_nothing(stage: Stage, tmp_path: Path) -> None:
    path = write(tmp_path / "h.csv", [GOOD, SELF, GOOD, FRESH | {"number": ""}])
    found = take_over(path, dry_run=True, chunk=2)
    assert (found.stored, found.known, found.refused) == (2, 1, 1)
    assert len(refused_rows(path)) == 1
    for model in (Case, HistoryImport, CaseEvent, Whistle):
        assert not model.objects.exists()
    assert not User.objects.filter(username="history-import").exists()


def test_new_numbers_begin_after_those_of_the_older_system(stage: Stage, tmp_path: Path) -> None:
    running = int(stage.case().number[9:])  # no test gives back the numbers that another took
    take_over(write(tmp_path / "h.csv", [FRESH | {"number": f"20260304-{running + 50:06d}"}]))
    assert stage.case().number == f"20260304-{running + 51:06d}"


def test_the_page_of_the_case_says_where_its_history_comes_from(
    stage: Stage, tmp_path: Path
) -> None:
    take_over(write(tmp_path / "h.csv", [GOOD, FRESH | {"number": "2023-0003"}]))
    client = Client()
    client.force_login(stage.who("leader"))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    closed = client.get("/cases/2023-0001/").content.decode()
    assert closed.count("据原系统记录") == len(CaseEvent.objects.filter(case__number="2023-0001"))
    assert "尚未办结" not in closed
    assert "由原系统转入，尚未办结：自此计时" in client.get("/cases/2023-0003/").content.decode()
    assert "13800001234" not in closed


def test_the_page_shows_the_answers_there_are(stage: Stage, tmp_path: Path) -> None:
    take_over(write(tmp_path / "h.csv", [SELF | {"resolved": "", "satisfied": "satisfied"}]))
    client = Client()
    client.force_login(stage.who("leader"))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    page = client.get("/cases/2023-0002/").content.decode()
    said = page[page.index("回访") :]
    assert "满意" in said
    assert "未解决" not in said
