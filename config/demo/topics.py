"""Before people complain, in the demo: a hot spot that became a topic under way, a topic that is closed, and
questions about figures, one of them answered."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from assessment import periods
from assessment.models import HotSpot, Sign
from assessment.services.hotspots import search_hot_spots
from assessment.services.signs import answer_sign, look
from assessment.services.topics import Proposed, close_topic, enter, open_topic
from cases.services.callbacks import record_callback
from cases.services.intake import receive
from cases.services.steps import advance
from config.demo.people import COMMUNITY, TOWN, People
from grids.models import Area
from grids.places import Place

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
CATEGORY = "0306"
COMPLAINTS = 34
"""Residents of one community who complain of blocked fire lanes in three weeks."""
TEXTS = (
    "消防通道又被私家车堵住了，晚上更严重",
    "3号楼前消防车道停满了车，担心出事",
    "小区消防通道长期被占，物业不管",
    "消防通道划线磨没了，大家都往那停",
)
CLEARED = "已联系车主挪车，当日恢复畅通。"
WORK = (
    (5, "已会同物业逐楼摸排，梳理堵点十一处，建立台账。"),
    (4, "重新划设黄色禁停标线，增设警示牌八块；联系交管部门夜间巡查两次。"),
    (1, "与产权单位协商开放地下车库夜间共享车位四十个，下周启用。"),
)


def find_and_ask(people: People, until: datetime) -> None:
    """Live the complaints, search, take up two topics and ask two questions, up to the present."""
    _complain(people, until)
    _closed_topic(people, until)
    _spot_to_topic(people, until)
    _questions(people, until)


def _place() -> Place:
    grid = Area.objects.within(COMMUNITY).filter(level=Area.Level.GRID).order_by("code").first()
    assert grid is not None
    return Place(grid.code, grid.lon, grid.lat, "潞邑社区3号楼")


def _complain(people: People, until: datetime) -> None:
    operator, town, agent = (people.named(name) for name in ("operator", "town", "callback"))
    place = _place()
    for number in range(COMPLAINTS):
        at = until - 24 * DAY + number * 15 * HOUR
        case = receive(
            actor=operator,
            at=at,
            channel="hotline",
            kind="complaint",
            category=CATEGORY,
            text=TEXTS[number % len(TEXTS)],
            place=place,
            caller_phone=f"1390112{number:04d}",
        )
        if at + 2 * DAY < until:
            advance(case.pk, "handle", actor=town, at=at + HOUR)
            advance(case.pk, "contact", actor=town, at=at + 2 * HOUR, how="phone")
            advance(case.pk, "finish", actor=town, at=at + 20 * HOUR, result=CLEARED)
            record_callback(
                case.pk,
                actor=agent,
                at=at + 26 * HOUR,
                outcome="reached",
                contacted=True,
                resolved="partly" if number % 3 else "yes",
                satisfied="basic",
                words="当天挪走了，过几天又停上了" if number % 3 else "",
                then="close",
            )


def _closed_topic(people: People, until: datetime) -> None:
    """A topic of the whole district, eight weeks old, closed with what was measured."""
    begun = timezone.localdate(until - 60 * DAY)
    topic = open_topic(
        Proposed(
            title="电梯困人和停运专题",
            text="对投诉集中的老旧电梯逐台评估，超期未检的限期整改，困人电话逐台核验。",
            category="0303",
            area="",
            owner="SCJ",
            assists=("ZJW",),
            goal=Decimal("0.5"),
            begun_on=begun,
            review_on=begun + 56 * DAY,
        ),
        actor=people.named("supervisor"),
        at=until - 60 * DAY,
    )
    owner = people.of_unit["SCJ"]
    for ago, text in (
        (50, "完成首批评估四十台，责令停用两台。"),
        (25, "困人电话核验完毕，更换话机十七部。"),
    ):
        enter(topic.pk, actor=owner, at=until - ago * DAY, text=text)
    outcome = "整改任务完成，转入日常监管；每周件数未降到目标，后续按季度复看。"
    close_topic(topic.pk, actor=people.named("supervisor"), at=until - 3 * DAY, outcome=outcome)


def _spot_to_topic(people: People, until: datetime) -> None:
    """Yesterday's search finds the fire lanes; the topic was begun when it first did, six days ago."""
    centre, before = people.named("supervisor"), until - 6 * DAY
    spot = _found(before)
    today = timezone.localdate(before)
    topic = open_topic(
        Proposed(
            title="潞邑社区消防通道占用专题",
            text="三周内多位居民反映同一问题。摸排堵点，划线立牌，挖掘夜间停车资源，形成长效管护。",
            category=CATEGORY,
            area=COMMUNITY,
            owner="XFZD",
            assists=(TOWN, "ZJW"),
            goal=Decimal(2),
            begun_on=today,
            review_on=today + 56 * DAY,
            spot=spot.pk if spot else None,
        ),
        actor=centre,
        at=before,
    )
    for ago, text in WORK:
        who = people.of_unit["XFZD"] if ago != 4 else people.named("town")
        enter(topic.pk, actor=who, at=until - ago * DAY, text=text)
    search_hot_spots(timezone.localdate(until) - DAY, until - HOUR)


def _found(at: datetime) -> HotSpot | None:
    search = search_hot_spots(timezone.localdate(at) - DAY, at)
    return search.spots.filter(area=COMMUNITY, category=CATEGORY).first()


def _questions(people: People, until: datetime) -> None:
    """An agent enters six calls in three minutes; a town says it called, the resident says no."""
    town, agent = people.named("town"), people.named("callback")
    numbers = []
    for number in range(7):
        case = receive(
            actor=people.named("operator"),
            at=until - 4 * DAY + number * HOUR,
            channel="hotline",
            kind="help",
            category="0101",
            text="小区门口垃圾清运不及时",
            place=_place(),
            caller_phone=f"1391205{number:04d}",
        )
        at = until - 3 * DAY
        advance(case.pk, "handle", actor=town, at=at)
        advance(case.pk, "contact", actor=town, at=at + HOUR, how="phone")
        advance(case.pk, "finish", actor=town, at=at + 5 * HOUR, result="已清运并增加频次")
        numbers.append(case.pk)
    for place, pk in enumerate(numbers):
        record_callback(
            pk,
            actor=agent,
            at=until - 30 * HOUR + timedelta(seconds=25 * place + (3 * 3600 if place == 6 else 0)),
            outcome="reached",
            contacted=place != 6,
            resolved="yes",
            satisfied="satisfied" if place != 6 else "basic",
        )
    look(periods.running_month(until), until - 2 * HOUR, whole=False)
    last, _next = periods.neighbours(periods.running_month(until))
    if last is not None:
        look(last, until - 2 * HOUR)
    asked = Sign.objects.filter(kind=Sign.Kind.CONTACT, unit__code=TOWN, answered_at=None)
    if sign := asked.order_by("pk").first():
        words = "已核对通话记录：接电话的是其家属，本人不知情。已再次联系本人说明处理情况。"
        answer_sign(sign.pk, actor=town, at=until - HOUR, text=words)
