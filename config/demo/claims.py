"""Claims in every state, marks answered and ruled on, whistles marked by departments, leaders' marks."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from accounts.models import Membership, Role, User
from assessment import periods
from assessment.models import Review
from assessment.services.claims import Plea, ask, items_for, limits_to_appeal, review, withdraw
from assessment.services.exclusions import ensure_items
from assessment.services.leader_marks import departments_of, mark_departments
from assessment.services.review_answers import answer_review, rule_on_marks
from assessment.services.whistle_marks import are_marked, mark_whistle
from cases.models import Callback, Case, Clock
from config.demo.people import People
from dispatch.models import Order, OrderState

EXCLUSIONS = [
    # facts, evidence, the words of the reviews and whether they approve; a lone False: taken back
    (
        "来电人与物业公司的纠纷已由区法院立案，诉求与诉讼请求一致，属诉讼中的事项。",
        "区人民法院受理案件通知书、与来电人的通话录音。",
        [("受理通知书真实，诉求与诉讼请求一致。", True), ("同意不计入考核。", True)],
    ),
    (
        "回访前多次按来电号码联系，号码为空号，无法与来电人核实办理结果。",
        "三次拨打记录截图。",
        [("号码确为空号，已核通话记录。", True)],
    ),
    (
        "同一来电人就同一事项十日内反复来电，未提出新的事实和理由，前单已办结答复。",
        "前后案件对照表、答复记录。",
        [("前单答复未解决漏水问题，本单有新的事实，不属重复。", False)],
    ),
    (
        "所反映道路由市级部门管养，街道无处置权限，已函告市级部门。",
        "移交函及签收回执。",
        [("管养单位已核。", True), ("街道未按规定转介，应计入考核。", False)],
    ),
    ("来电人来电要求撤销诉求，自述已与邻居协商解决。", "撤单通话录音。", []),
    ("所反映事项涉及信访程序，正在办理中。", "信访受理告知书。", None),
]
APPEALS = [
    ("当日全区防汛一级响应，人员全部在岗排险，无法按时限处置，已电话告知街道。", [True, True]),
    ("系统当日停机升级，未能及时登记，有信息中心公告。", [True]),
    ("到场途中道路封闭，绕行导致迟到。", [False]),
    ("需等待产权单位配合开启井室，未能在时限内办结。", []),
]
ANSWERS = [
    # answer, words, then the ruling: upheld or not, with its reason
    ("accept", "", None),
    ("explain", "当日另有两处险情，人员调配不足，今后提前告知。", None),
    (
        "object",
        "按约定时间到场，签到定位和照片可证，响应得分与事实不符。",
        (True, "签到记录属实。"),
    ),
    ("object", "办理结果已由街道验收通过，评分过低。", (False, "验收不代表群众满意，评分有据。")),
    ("object", "现场负责人态度问题已向当事人核实，不存在推诿。", None),
    ("accept", "", None),
    ("explain", "配件到货晚，已向街道说明。", None),
]
IMPROPER = "该事项在街道权责清单内，街道可自行处置，不需吹哨。"
COMMENTS = ("主动靠前", "到场及时", "", "复杂事项牵头有力", "", "反馈偏慢，应改进")


def contest(people: People, until: datetime) -> None:
    """Live claims and marks both ways up to the present."""
    ensure_items()
    centre = [people.named("supervisor"), people.named("assessor")]
    _exclusions(centre, until)
    _appeals(centre, until)
    _answers(centre, until)
    _whistles(until)
    _leaders(people.named("leader"), until)


def _speaker(unit_id: int | None, *roles: str) -> User | None:
    """Return somebody who speaks for the unit."""
    posts = Membership.objects.filter(unit=unit_id, role__in=roles, user__is_active=True)
    post = posts.select_related("user").order_by("pk").first()
    return post.user if post else None


def _poorly_answered(until: datetime) -> Iterator[tuple[Case, User]]:
    """Yield cases of different towns whose residents were not content, with somebody of the town."""
    poor = Callback.objects.filter(outcome="reached", satisfied="dissatisfied", at__lt=until)
    told = poor.exclude(case__kind=Case.Kind.REPORT).select_related("case").order_by("-at", "pk")
    for answer in told[:60]:
        posts = Membership.objects.filter(unit__code=answer.case.town_id, role=Role.TOWN)
        post = posts.select_related("user").order_by("pk").first()
        if post and answer.case.counted:
            yield answer.case, post.user


def _exclusions(centre: list[User], until: datetime) -> None:
    for (case, person), (basis, evidence, words) in zip(
        _poorly_answered(until), EXCLUSIONS, strict=False
    ):
        listed = items_for(case)
        if not listed:
            return
        at = max(until - timedelta(days=4), case.received_at) + timedelta(minutes=5)
        item = listed[case.pk % len(listed)].code
        plea = Plea("exclusion", case.town_id or "", basis, evidence, item=item)
        claim = ask(case.pk, plea, actor=person, at=at)
        if words is None:
            withdraw(claim.pk, actor=person, at=at + timedelta(hours=1))
            continue
        for reviewer, (said, approve) in zip(centre, words, strict=False):
            at = min(at + timedelta(hours=20), until)
            review(claim.pk, approve=approve, words=said, actor=reviewer, at=at)


def _appeals(centre: list[User], until: datetime) -> None:
    said = {True: "佐证材料齐全，情况属实。", False: "未提前报告，理由不成立。"}
    missed = Clock.objects.filter(breached_at__lt=until, order_ref__isnull=False, exempt_at=None)
    stories = iter(APPEALS)
    units: set[int] = set()
    for clock in missed.select_related("unit", "case").order_by("-breached_at", "pk")[:200]:
        person = _speaker(clock.unit_id, Role.DEPARTMENT)
        if person is None or clock.unit_id in units or clock.case.kind == Case.Kind.REPORT:
            continue
        if clock.breached_at is None or clock not in limits_to_appeal(clock.case, [clock.unit]):
            continue
        story = next(stories, None)
        if story is None:
            return
        basis, answers = story
        units.add(clock.unit_id)
        at = min(clock.breached_at + timedelta(hours=6), until)
        plea = Plea("overdue", clock.unit.code, basis, "值班记录、现场照片。", clock=clock.pk)
        claim = ask(clock.case_id, plea, actor=person, at=at)
        for reviewer, approve in zip(centre, answers, strict=False):
            at = min(at + timedelta(hours=5), until)
            review(claim.pk, approve=approve, words=said[approve], actor=reviewer, at=at)


def _answers(centre: list[User], until: datetime) -> None:
    marked = Review.objects.filter(at__lt=until, answer=None).select_related("order")
    stories = iter(ANSWERS)
    for given in marked.order_by("-at", "pk")[3:60:3]:
        person = _speaker(given.order.unit_id, Role.DEPARTMENT)
        if person is None:
            continue
        story = next(stories, None)
        if story is None:
            return
        kind, text, ruling = story
        at = min(given.at + timedelta(hours=4), until)
        answer_review(given.order_id, kind=kind, text=text, actor=person, at=at)
        if ruling:
            upheld, reason = ruling
            at = min(at + timedelta(hours=20), until)
            order, by = given.order_id, centre[upheld]
            rule_on_marks(order, upheld=upheld, reason=reason, actor=by, at=at)


def _whistles(until: datetime) -> None:
    answered = Order.objects.filter(state__in=[OrderState.ACCEPTED, OrderState.REVIEWED])
    rows = answered.filter(settled_at__lt=until, whistle_mark=None).select_related(
        "case", "whistle"
    )
    for number, order in enumerate(rows.order_by("-settled_at", "pk")[:40]):
        person = _speaker(order.unit_id, Role.DEPARTMENT)
        if person is None or order.settled_at is None or not are_marked(order):
            continue
        proper = number % 9 != 4
        mark = 95 - 7 * (number % 4) if proper else 40
        at = min(order.settled_at + timedelta(hours=3), until)
        comment = "" if proper else IMPROPER
        mark_whistle(order.pk, proper=proper, mark=mark, comment=comment, actor=person, at=at)


def _leaders(leader: User, until: datetime) -> None:
    month = periods.running_month(until)
    before, _after = periods.neighbours(month)
    for span in (before, month):
        if span is None:
            continue
        units = departments_of(span)
        given = {
            unit.code: (96 - 3 * (place % 6), COMMENTS[place % len(COMMENTS)])
            for place, unit in enumerate(units)
        }
        mark_departments(span, given, actor=leader, at=until)
