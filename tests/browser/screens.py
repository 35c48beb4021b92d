"""The main screens, with work on each of them: a case in every stage, and who looks at it where."""

from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from assessment.services.reviews import review_order
from cases.models import Case, FieldTask, Opinion, Snapshot
from cases.services.callbacks import rating_token, record_callback
from cases.services.group import post_message
from cases.services.steps import advance
from dispatch.models import Objection, Order, Whistle
from dispatch.services.guests import log_visit, make_link
from dispatch.services.items import Item, move_item
from dispatch.services.ownership import RuleText, switch_on, write_draft
from dispatch.services.rulings import rule
from dispatch.services.steps import advance_order
from tests.accounts.posts import message, reachable
from tests.browser.appeals import contested
from tests.browser.directives import directed
from tests.browser.district import District
from tests.browser.reports import reported
from tests.browser.sources import one_call, sources
from tests.browser.topics import proactive
from tests.cases.test_grid_life_on_screen import fill
from tests.cast import GRID, Stage

Screens = dict[str, list[str]]
"""Addresses by the name of the person who opens them; without a name, by anybody."""
WAY = ("acknowledge", "report_in", "finish", "accept")


def screens_of(district: District) -> Screens:
    """Fill the district with a case in every stage; return who looks at which screens."""
    stage = district.stage
    fresh = stage.case(kind="report", urgency="critical", text="三号楼消防通道长期上锁")
    taken = advance(stage.case().pk, "handle", actor=stage.who("town"), at=stage.at)
    _held(stage)
    blown = _blown(stage)
    lead, assist = stage.order(blown), stage.order(blown, "ZJW")
    mine = blown.items.get(unit=lead.unit)
    fire = stage.who("department3")
    move_item(mine.pk, "done", actor=fire, at=stage.at, evidence="已劝离车辆，画线设桩")
    _go(stage, lead, "finish")
    reason = "不属于我单位职责"
    advance_order(assist.pk, "object", actor=stage.who("department2"), at=stage.at, reason=reason)
    coming = stage.order(stage.whistle(kind="emergency"))
    _go(stage, coming, "acknowledge")
    handled, closed, marked = _handled(stage), _handled(stage), _handled(stage)
    _close(stage, closed)
    order = stage.order(Whistle.objects.get(case=marked))
    given, secret = _given_by_link(stage)
    appeals = contested(stage)
    return {
        "operator": [
            "/cases/new/",
            "/cases/",
            f"/cases/{fresh.number}/",
            f"/cases/{fresh.number}/split/",
            f"/cases/{fresh.number}/steps/reject/",
            "/commendations/new/",
            *sources(stage),
        ],
        "town": [
            "/desk/town/",
            "/desk/whistles/",
            f"/cases/{fresh.number}/whistle/",
            f"/cases/{blown.case.number}/pass-up/",
            f"/cases/{blown.case.number}/",
            f"/cases/{taken.number}/steps/finish/",
            f"/orders/{order.pk}/review/",
            f"/whistles/{blown.pk}/",
            f"/items/{blown.items.order_by('position')[1].pk}/steps/assign/",
            f"/orders/{given.pk}/",
            f"/orders/{given.pk}/guest-links/",
            f"/cases/{given.case.number}/group/",
            "/responsibilities/",
            "/notices/",
            *appeals["town"],
        ],
        "department3": [
            "/desk/department/",
            f"/orders/{lead.pk}/",
            f"/orders/{coming.pk}/steps/report_in/",
            f"/orders/{coming.pk}/whistle_back/",
            *appeals["department3"],
        ],
        "supervisor": [
            "/desk/centre/?tab=objections",
            "/desk/centre/?tab=overdue",
            "/desk/centre/?tab=problems",
            f"/orders/{assist.pk}/rule/",
            *_routed(stage),
            *directed(stage),
            *proactive(stage),
            *appeals["supervisor"],
        ],
        "callback": [
            "/desk/callbacks/",
            f"/desk/callbacks/?case={one_call(stage).number}",
            "/desk/callbacks/?part=tell",
            f"/cases/{closed.number}/",
        ],
        "gridworker": ["/desk/grid/", "/grid-life/"],
        "gridhead": [*_grid_life(stage), "/grid-life/snapshots/", "/grid-life/diary/"],
        "community": [
            "/community-figures/2026-03/",
            *[f"/grid-life/{page}/" for page in ("duty", "meetings", "heads", "volunteers")],
        ],
        "assessor": ["/policies/", "/policies/new/", *appeals["assessor"], *reported(stage)],
        "leader": [
            "/brief/",
            "/trend/",
            "/wall/",
            "/month/2026-03/",
            *[f"/month/2026-03/?tab={tab}" for tab in ("towns", "departments", "lists")],
            f"/month/2026-03/working/department/{lead.unit.code}/",
            f"/month/2026-03/working/department/{lead.unit.code}/timeliness/",
            *appeals["leader"],
        ],
        "admin": [
            "/rights/",
            "/district/",
            "/district/nanchang/",
            "/engine/",
            *[f"/messages/?state={state}" for state in _messages(stage)],
        ],
        "": [
            "/snap/",
            f"/grids/{GRID}/duty/",
            f"/rate/{rating_token(handled)}/",
            f"/guest/{secret}/",
        ],
    }


def _routed(stage: Stage) -> list[str]:
    """Write rules, one of them shadowed, try a draft, rule on an objection, make a problem case, and take a
    case up with the city; return the screens that show it."""
    centre = stage.who("supervisor")
    for name in ("消防通道", "消防通道夜间"):
        text = RuleText(
            name, "city", "三定方案", category="0306", lead="XFZD", outside_unit="市消防总队"
        )
        draft = write_draft(text, actor=centre)
        switch_on(draft.pk, actor=centre, at=stage.at - timedelta(hours=1))
    draft = write_draft(RuleText("物业", "town", "清单", category="03"), actor=centre)
    order = stage.order(stage.whistle(), "ZJW")
    reason = {"reason": "红线以外", "evidence": "附红线图"}
    advance_order(order.pk, "object", actor=stage.who("department2"), at=stage.at, **reason)
    rule(order.pk, actor=centre, at=stage.at, upheld=True, reason="依据权责清单认定")
    case = order.case
    problem = Case.objects.filter(pk=case.pk)
    problem.update(problem_at=stage.at, transfers=3)
    return [
        "/routing/",
        "/routing/new/",
        f"/routing/{draft.pk}/edit/",
        f"/routing/try/?try=1&drafts={draft.pk}",
        "/rulings/",
        f"/rulings/{Objection.objects.get(order=order).pk}/",
        f"/cases/{case.number}/city/",
        f"/cases/{case.number}/",
    ]


def _given_by_link(stage: Stage) -> tuple[Order, str]:
    """Let a company answer by link, reported in, with problems and a group that talks; return the secret."""
    items = (Item("配电箱敞开", "GD"), Item("电线私拉", "GD"))
    order = stage.order(stage.whistle(lead="GD", departments=[], items=items), "GD")
    link = make_link(order.pk, actor=stage.who("town"), at=timezone.now(), contact="李师傅")
    log_visit(link.link, "open", at=timezone.now(), address="127.0.0.1", agent="WeChat")
    for step in ("acknowledge", "report_in"):
        advance_order(order.pk, step, actor=None, guest=link.link, at=timezone.now())
    plan = SimpleUploadedFile("方案.txt", "第一条".encode())
    for who, files in (("town", [plan]), ("operator", [])):
        post_message(order.case_id, actor=stage.who(who), at=stage.at, text="收到", files=files)
    return Order.objects.get(pk=order.pk), link.secret


def _grid_life(stage: Stage) -> list[str]:
    """Fill the lists of the grids' daily life; return a task, a meeting and a snapshot to be filed."""
    fill(stage)
    task = FieldTask.objects.get(kind="check")
    snapshot, opinion = Snapshot.objects.get(), Opinion.objects.get()
    return [
        f"/grid-life/tasks/{task.pk}/",
        f"/grid-life/meetings/{opinion.meeting.pk}/",
        f"/grid-life/report/snapshot/{snapshot.pk}/",
        "/grid-life/meetings/new/",
    ]


def _messages(stage: Stage) -> tuple[str, ...]:
    """Write messages in every state; return the states."""
    town, at = reachable(stage), stage.at
    message(town, parked_at=at, tried_at=at, attempts=8, last_error="HTTP 503")
    message(town, parked_at=at, tried_at=at, attempts=1, last_error="no_address", urgent=True)
    message(town, tried_at=at, attempts=2, last_error="unreachable", subject="12 条通知：3 条超时")
    message(town, sent_at=at, tried_at=at, attempts=1)
    return "parked", "waiting", "sent"


def _held(stage: Stage) -> None:
    until = (stage.at + timedelta(days=9)).date()
    advance(
        stage.case().pk,
        "hold",
        actor=stage.who("supervisor"),
        at=stage.at,
        until=until,
        reason="等待冬季停暖后施工",
    )


def _blown(stage: Stage) -> Whistle:
    items = (Item("私家车占用通道", "XFZD"), Item("楼道堆物"))
    at = stage.at + timedelta(hours=2)
    return stage.whistle(items=items, assembly_at=at, assembly_place="3号楼西侧", reason="无执法权")


def _go(stage: Stage, order: Order, last: str) -> None:
    """Take the order's steps up to and with the last."""
    at = stage.at
    for step in WAY[: WAY.index(last) + 1]:
        at += timedelta(minutes=9)
        who = "town" if step == "accept" else "department3"
        details: dict[str, Any] = {"result": "已劝离车辆"} if step == "finish" else {}
        if step == "report_in":
            details = {"lon": 116.69, "lat": 39.93, "note": "两人到场"}
        advance_order(order.pk, step, actor=stage.who(who), at=at, **details)


def _handled(stage: Stage) -> Case:
    whistle = stage.whistle(departments=[])
    order = stage.order(whistle)
    _go(stage, order, "accept")
    return Case.objects.get(pk=whistle.case_id)


def _close(stage: Stage, case: Case) -> None:
    order, at = Order.objects.get(case=case), stage.at + timedelta(hours=1)
    review_order(order.pk, actor=stage.who("town"), at=at, arrival=90, attitude=95, result=100)
    record_callback(
        case.pk,
        actor=stage.who("callback"),
        at=at,
        outcome="reached",
        contacted=True,
        resolved="yes",
        satisfied="satisfied",
        words="来得很快",
        then="close",
    )
