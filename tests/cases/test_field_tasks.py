"""Tasks in the field: who is nearest, checks before a request is taken up, verification before it is closed."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Membership, Notice, Unit, User
from accounts.refusals import BadInput, StepRefused
from cases.models import Case, Clock, FieldTask
from cases.nearest import Spot, nearest
from cases.services.breaches import sweep_breaches
from cases.services.steps import advance
from cases.services.tasks import done_task, give_patrol, give_task, reassign_task
from grids.models import Area, DutyShift, GridDuty
from grids.services.positions import note_position
from tests.api.photos import jpeg
from tests.cast import COMMUNITY, GRID, OTHER_COMMUNITY, Stage

HERE = Spot(GRID, 116.685, 39.925)
MINUTE = timedelta(minutes=1)


def photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("a.jpg", jpeg(), "image/jpeg")


def worker(name: str, *areas: str, unit: str = COMMUNITY, role: str = "gridworker") -> User:
    """Create somebody of the grids with the duty of the areas."""
    user = User.objects.create(username=name, display_name=name)
    Membership.objects.create(user=user, unit=Unit.objects.get(code=unit), role=role)
    for area in areas:
        GridDuty.objects.create(user=user, area_id=area)
    return user


def on_shift(stage: Stage, user: User, area: str = GRID) -> DutyShift:
    begins, ends = stage.at - timedelta(hours=1), stage.at + timedelta(hours=7)
    return DutyShift.objects.create(user=user, area_id=area, starts_at=begins, ends_at=ends)


def names(stage: Stage) -> list[str]:
    return [one.user.username for one in nearest(HERE, stage.at)]


def handled(stage: Stage, **given: Any) -> Case:
    """Return a case handled by the town, with nobody to be called back."""
    fields = {"by": "gridworker", "channel": "grid", "caller_phone": "", "caller_name": ""}
    case, town = stage.case(**(fields | given)), stage.who("town")
    advance(case.pk, "handle", actor=town, at=stage.at)
    return advance(case.pk, "finish", actor=town, at=stage.at, result="已清理")


# --- who is nearest


def test_duty_comes_before_a_post_and_a_shift_before_duty(stage: Stage) -> None:
    assert names(stage) == ["gridworker"]  # has the duty of the grid; the head is only posted there
    busy = worker("shift", unit=COMMUNITY)
    on_shift(stage, busy)
    assert names(stage) == ["shift", "gridworker"]
    GridDuty.objects.all().delete()
    DutyShift.objects.all().delete()
    assert set(names(stage)) == {"gridworker", "gridhead", "shift"}


def test_a_fresh_position_says_who_is_near_and_an_old_one_nothing(stage: Stage) -> None:
    near, far = worker("near", GRID), worker("far", GRID)
    note_position(near, lon=116.6851, lat=39.925, at=stage.at - 10 * MINUTE)
    note_position(far, lon=116.699, lat=39.929, at=stage.at - 10 * MINUTE)
    assert names(stage)[-1] == "far"
    assert "09:50" in next(c for c in nearest(HERE, stage.at) if c.user == near).why()
    note_position(far, lon=116.685, lat=39.925, at=stage.at - 31 * MINUTE)
    far_away = next(c for c in nearest(HERE, stage.at) if c.user == far)
    assert far_away.seen_at is None  # the middle of the duty area stands for it


def test_without_positions_the_nearest_area_of_duty_decides_then_who_has_less_to_do(
    stage: Stage,
) -> None:
    GridDuty.objects.all().delete()
    worker("next door", "110112013001002")
    own = worker("own", COMMUNITY, GRID)
    other = worker("other", GRID)
    assert names(stage)[:2] == ["own", "other"]
    give_patrol(
        actor=stage.who("community"),
        at=stage.at,
        area=GRID,
        title="夜间巡查",
        due_at=stage.at + timedelta(hours=4),
        to=own.pk,
    )
    assert names(stage) == ["other", "own"]
    assert other.username == "other"


def test_people_of_another_community_are_never_asked(stage: Stage) -> None:
    stranger = worker("stranger", GRID, unit=OTHER_COMMUNITY)
    note_position(stranger, lon=116.685, lat=39.925, at=stage.at)
    assert "stranger" not in names(stage)


# --- verify


def test_what_nobody_can_be_called_about_is_verified_by_the_nearest(stage: Stage) -> None:
    case = handled(stage)
    task = FieldTask.objects.get()
    assert (task.kind, task.assignee, task.created_by) == (
        "verify",
        stage.people["gridworker"],
        None,
    )
    clock = Clock.objects.running().get(case=case)
    assert (clock.kind, clock.due_at) == ("verify", task.due_at)
    assert task.why_them
    notice = Notice.objects.get(kind="task_given")
    assert notice.recipient == stage.people["gridworker"]
    assert case.events.filter(step="task.give").count() == 1


def test_a_case_with_a_caller_is_called_and_not_visited(stage: Stage) -> None:
    handled(stage, by="operator", channel="hotline", caller_phone="13800001234")
    assert not FieldTask.objects.exists()


def test_solved_closes_the_case_and_unsolved_sends_it_back(stage: Stage) -> None:
    good, bad = handled(stage), handled(stage)
    at, who = stage.at + 20 * MINUTE, stage.who("gridworker")
    task = done_task(
        good.tasks.get().pk,
        actor=who,
        at=at,
        outcome="solved",
        photos=[photo()],
        lon=116.685,
        lat=39.926,
    )
    done_task(bad.tasks.get().pk, actor=who, at=at, outcome="unsolved", note="又堆上了")
    good.refresh_from_db()
    bad.refresh_from_db()
    assert (good.state, good.closed_at, task.distance_m) == ("closed", at, 111)
    assert (bad.state, bad.round, bad.reason) == ("received", 2, "又堆上了")
    assert good.attachments.get().step == "task.done"
    assert not FieldTask.objects.open().exists()


def test_redone_work_is_verified_anew(stage: Stage) -> None:
    case = handled(stage)
    who, town = stage.who("gridworker"), stage.who("town")
    done_task(case.tasks.get().pk, actor=who, at=stage.at, outcome="unsolved", note="还在")
    advance(case.pk, "handle", actor=town, at=stage.at)
    advance(case.pk, "finish", actor=town, at=stage.at, result="再次清理")
    assert list(case.tasks.order_by("pk").values_list("outcome", flat=True)) == ["unsolved", ""]


def test_a_step_of_the_case_itself_ends_the_task(stage: Stage) -> None:
    case, again = handled(stage), handled(stage)
    advance(case.pk, "close", actor=stage.who("town"), at=stage.at)
    advance(again.pk, "reopen", actor=stage.who("town"), at=stage.at, reason="未做完")
    assert (case.tasks.get().outcome, again.tasks.get().outcome) == ("solved", "unsolved")


def test_a_verification_asked_for_a_callable_case_leaves_the_closing_to_the_callback_desk(
    stage: Stage,
) -> None:
    case = handled(stage, by="operator", channel="hotline", caller_phone="13800001234")
    task = give_task(case.pk, "verify", actor=stage.who("callback"), at=stage.at)
    done_task(task.pk, actor=stage.who("gridworker"), at=stage.at, outcome="solved")
    case.refresh_from_db()
    assert case.state == "handled"
    assert Notice.objects.filter(kind="task_done", recipient=stage.people["callback"]).exists()


def test_where_nobody_covers_the_place_the_unit_is_told_and_anybody_of_the_grid_may_go(
    stage: Stage,
) -> None:
    Membership.objects.filter(role__in=["gridworker", "gridhead"]).delete()
    case = handled(stage, by="operator")
    task = case.tasks.get()
    assert task.assignee is None
    assert Notice.objects.filter(kind="task_nobody", recipient=stage.people["community"]).exists()
    late = worker("late")
    done_task(task.pk, actor=late, at=stage.at, outcome="solved")
    case.refresh_from_db()
    assert case.state == "closed"


# --- check


def test_a_check_has_its_clock_and_stands_beside_the_decision(stage: Stage) -> None:
    case = stage.case()
    task = give_task(
        case.pk, "check", actor=stage.who("operator"), at=stage.at, note="是否消防通道"
    )
    clock = Clock.objects.running().get(case=case, kind="check")
    assert (clock.unit.code, clock.due_at) == (COMMUNITY, stage.at + 30 * MINUTE)
    assert (task.due_at, task.title[-6:]) == (clock.due_at, "是否消防通道")
    advance(case.pk, "contact", actor=stage.who("town"), at=stage.at, how="phone")
    assert Clock.objects.running().filter(case=case, kind="check").exists()  # it runs on
    at = stage.at + 12 * MINUTE
    who = stage.who("gridworker")
    with pytest.raises(BadInput) as refused:
        done_task(task.pk, actor=who, at=at, outcome="true")
    assert "photos" in refused.value.fields
    done_task(task.pk, actor=who, at=at, outcome="true", photos=[photo()])
    clock.refresh_from_db()
    assert (clock.stopped_at, clock.breached_at) == (at, None)
    assert Notice.objects.filter(kind="task_done", recipient=stage.people["operator"]).exists()


def test_a_check_forgotten_is_a_breach_of_the_community(stage: Stage) -> None:
    case = stage.case()
    give_task(case.pk, "check", actor=stage.who("operator"), at=stage.at)
    sweep_breaches(stage.at + 31 * MINUTE)
    assert case.events.filter(step="breach", unit__code=COMMUNITY).count() == 1


def test_a_check_lapses_when_the_town_decides_without_it(stage: Stage) -> None:
    case = stage.case()
    task = give_task(case.pk, "check", actor=stage.who("town"), at=stage.at)
    advance(case.pk, "handle", actor=stage.who("town"), at=stage.at)
    task.refresh_from_db()
    assert (task.outcome, task.done_at) == ("lapsed", stage.at)
    assert not Clock.objects.running().filter(case=case, kind="check").exists()
    with pytest.raises(StepRefused):
        give_task(case.pk, "check", actor=stage.who("town"), at=stage.at)


def test_one_check_at_a_time_and_only_by_those_who_take_requests_up(stage: Stage) -> None:
    case = stage.case()
    for name in ("gridworker", "department", "town2", "callback"):
        with pytest.raises(PermissionDenied):
            give_task(case.pk, "check", actor=stage.who(name), at=stage.at)
    give_task(case.pk, "check", actor=stage.who("community"), at=stage.at)
    with pytest.raises(StepRefused):
        give_task(case.pk, "check", actor=stage.who("operator"), at=stage.at)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"outcome": "solved"}, "outcome"),
        ({"outcome": "untrue"}, "note"),
        ({"outcome": "true", "photos": [SimpleUploadedFile("a.jpg", b"no photo")]}, "photos"),
    ],
)
def test_findings_that_say_nothing_are_refused(
    stage: Stage, given: dict[str, Any], field: str
) -> None:
    task = give_task(stage.case().pk, "check", actor=stage.who("operator"), at=stage.at)
    with pytest.raises(BadInput) as refused:
        done_task(
            task.pk, actor=stage.who("gridworker"), at=stage.at, **({"photos": [photo()]} | given)
        )
    assert list(refused.value.fields) == [field]


# --- patrol, reassigning, scope


def test_a_patrol_goes_to_the_duty_and_is_done_with_a_note(stage: Stage) -> None:
    due = stage.at + timedelta(hours=6)
    patrol: dict[str, Any] = {"area": GRID, "title": "沿河步道、3号楼后", "due_at": due}
    task = give_patrol(actor=stage.who("gridhead"), at=stage.at, **patrol)
    assert task.assignee == stage.people["gridworker"]
    with pytest.raises(BadInput):
        done_task(task.pk, actor=stage.who("gridworker"), at=stage.at, outcome="done")
    done_task(task.pk, actor=stage.who("gridworker"), at=stage.at, outcome="done", note="未见异常")
    with pytest.raises(StepRefused):
        done_task(task.pk, actor=stage.who("gridworker"), at=stage.at, outcome="done", note="再报")
    for name in ("gridworker", "town2", "operator"):
        with pytest.raises(PermissionDenied):
            give_patrol(actor=stage.who(name), at=stage.at, **patrol)


def test_the_head_gives_a_task_to_somebody_else_of_the_area_only(stage: Stage) -> None:
    task = handled(stage).tasks.get()
    colleague, stranger = worker("colleague"), worker("stranger", unit=OTHER_COMMUNITY)
    with pytest.raises(BadInput):
        reassign_task(task.pk, actor=stage.who("gridhead"), at=stage.at, to=stranger.pk)
    with pytest.raises(PermissionDenied):
        reassign_task(task.pk, actor=stage.who("gridworker"), at=stage.at, to=colleague.pk)
    reassign_task(task.pk, actor=stage.who("gridhead"), at=stage.at, to=colleague.pk)
    with pytest.raises(PermissionDenied):
        done_task(task.pk, actor=stage.who("gridworker"), at=stage.at, outcome="solved")
    done_task(task.pk, actor=colleague, at=stage.at, outcome="solved")


def test_tasks_are_seen_in_the_area_by_the_assignee_and_by_the_district(stage: Stage) -> None:
    task = handled(stage).tasks.get()
    seeing = [
        name
        for name in stage.people
        if FieldTask.objects.visible_to(stage.who(name)).filter(pk=task.pk).exists()
    ]
    assert set(seeing) == {
        *("gridworker", "gridhead", "community", "town"),
        *("operator", "callback", "supervisor", "leader", "assessor", "admin"),
    }


def test_a_place_without_a_position_is_measured_from_the_middle_of_its_area(stage: Stage) -> None:
    task = give_patrol(
        actor=stage.who("gridhead"),
        at=stage.at,
        area=GRID,
        title="巡查",
        due_at=stage.at + timedelta(hours=1),
    )
    middle = Area.objects.get(pk=GRID)
    done = done_task(
        task.pk,
        actor=stage.who("gridworker"),
        at=stage.at,
        outcome="done",
        note="正常",
        lon=middle.lon,
        lat=middle.lat,
    )
    assert done.distance_m == 0
