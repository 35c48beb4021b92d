"""The daily life of the demo's first community: duty, tasks, diary, building heads, volunteers, snapshots, a meeting."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from django.utils import timezone

from accounts.models import Membership, Unit, User
from cases.lifecycle import State
from cases.models import Case, FieldTask
from cases.services.deliberations import Said, record_meeting
from cases.services.origins import make_case
from cases.services.snapshots import answer_snapshot, claim_snapshot, take_snapshot
from cases.services.steps import advance
from cases.services.tasks import done_task, give_patrol, give_task
from config.demo.people import COMMUNITY, People
from config.demo.photos import sample_photo
from grids.dutylist import monday_of
from grids.models import Area, GridDuty
from grids.places import Place
from grids.services.diary import write_entry
from grids.services.duty import add_shift, copy_week
from grids.services.heads import elect_head
from grids.services.positions import note_position
from grids.services.volunteers import record_service, save_team

PHONES = {"gridworker": "19900001001", "gridhead": "19900001002"}
COLLEAGUE = ("gridworker-2", "潞邑社区网格员 小杜", "19900001003")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

DIARY = (
    ("3号楼 独居的孙大爷", "走访独居老人，血压平稳，燃气阀门已关好，约定每周二上门。"),
    ("5号楼 2单元", "楼道堆放纸箱和旧家具，已劝说两户自行清理，下周复查。"),
    ("底商 张记面馆", "提醒油烟净化器按月清洗，店主表示本周安排。"),
    ("8号楼 新搬来的一家", "登记新入住家庭，孩子上学的学位问题已告知咨询方式。"),
    ("小区南门", "电动车充电桩夜间不够用，居民希望增设，已记下。"),
)
HEADS = (
    ("1号楼", "孙大姐", 72),
    ("2号楼", "老吴", 68),
    ("3号楼", "周阿姨", 84),
    ("5号楼", "郑师傅", 60),
)
OPINIONS = (
    Said("小区南门增设电动车充电桩", "老吴"),
    Said("3号楼前路灯昏暗，晚上看不清台阶", "周阿姨"),
    Said("希望物业公布停车费收支", "郑师傅"),
    Said("周末安排一次楼道大扫除", "孙大姐"),
)


class Neighbourhood:
    """One community in the days before `until`, seen by those who work in it."""

    def __init__(self, people: People, until: datetime) -> None:
        self.people, self.until, self.rng = people, until, Random(20)
        grids = Area.objects.filter(code__startswith=COMMUNITY, level=Area.Level.GRID)
        self.grids = list(grids.defer("boundary").order_by("code"))

    def who(self, name: str) -> User:
        return self.people.named(name)

    def live(self) -> None:
        """Fill every list of the grids' daily life."""
        self.colleague = self._colleague()
        self._duty()
        self._diary()
        self._heads()
        self._volunteers()
        self._snapshots()
        self._meeting()
        self._tasks()

    def _colleague(self) -> User:
        for name, phone in PHONES.items():
            User.objects.filter(username=name).update(phone=phone)
        username, shown, phone = COLLEAGUE
        user = User(username=username, display_name=shown, phone=phone)
        user.set_unusable_password()
        user.save()
        Membership.objects.create(
            user=user, unit=Unit.objects.get(code=COMMUNITY), role="gridworker"
        )
        for grid in self.grids[-2:-1]:
            GridDuty.objects.create(user=user, area=grid)
        return user

    def _duty(self) -> None:
        """Two people share the week; the last grid has nobody, and the list says so."""
        own = self.grids[-1:]
        GridDuty.objects.filter(area__in=own).delete()
        monday = monday_of(timezone.localtime(self.until).date())
        for day in range(7):
            for n, grid in enumerate(self.grids[:-1]):
                person = self.who("gridworker") if (day + n) % 2 else self.colleague
                add_shift(
                    actor=self.who("community"),
                    area=grid.code,
                    user=person.pk,
                    starts_at=monday + day * DAY + 8 * HOUR,
                    ends_at=monday + day * DAY + 18 * HOUR,
                )
        copy_week(actor=self.who("community"), area=COMMUNITY, monday=monday, weeks=1)
        lon, lat = self.grids[0].lon or 0.0, self.grids[0].lat or 0.0
        at = self.until - timedelta(minutes=8)
        note_position(self.who("gridworker"), lon=lon + 0.0006, lat=lat, at=at)

    def _diary(self) -> None:
        for n, (household, text) in enumerate(DIARY):
            at = self.until - (n * 26 + 2) * HOUR
            author = self.who("gridworker") if n % 3 else self.colleague
            grid = self.grids[n % len(self.grids)].code
            write_entry(actor=author, at=at, area=grid, text=text, household=household)

    def _heads(self) -> None:
        for n, (building, name, households) in enumerate(HEADS):
            elect_head(
                actor=self.who("gridhead"),
                area=self.grids[n % 2].code,
                building=building,
                name=name,
                phone=f"1990000200{n}",
                households=households,
                elected_on=date(self.until.year - 1, 12, 6),
            )

    def _volunteers(self) -> None:
        teams = (("红马甲志愿队", "赵老师", 26), ("银龄巡逻队", "老吴", 14))
        for n, (name, leader, members) in enumerate(teams):
            team = save_team(
                actor=self.who("community"),
                area=COMMUNITY,
                name=name,
                leader=leader,
                phone=f"1990000300{n}",
                members=members,
            )
            for back, title in ((2 + n, "清扫楼道"), (5 + n, "夜间平安巡逻"), (9 + n, "助老送餐")):
                began = self.until - back * DAY
                record_service(
                    actor=self.who("gridworker"),
                    at=self.until,
                    team=team.pk,
                    title=title,
                    began_at=began,
                    hours=Decimal(2 + n) / 2 + 1,
                    people=6 + n * 2 + back % 3,
                )

    def _place(self, n: int, address: str) -> Place:
        grid = self.grids[n % len(self.grids)]
        return Place(grid.code, grid.lon, grid.lat, address)

    def _snapshots(self) -> None:
        """One waits, one is in hand, one was answered, one became a case."""
        sent = []
        for n, (back, text, address) in enumerate(
            (
                (timedelta(minutes=25), "路灯从昨晚起不亮", "3号楼东侧小路"),
                (3 * HOUR, "垃圾桶满了，旁边堆了建筑垃圾", "5号楼南侧"),
                (DAY, "小广场的健身器材松动", "中心小广场"),
                (2 * DAY, "人行道地砖翘起，老人差点绊倒", "小区北门外"),
            )
        ):
            at = self.until - back
            photo, named = sample_photo(self.rng, at), n == 3
            sent.append(
                take_snapshot(
                    at=at,
                    text=text,
                    photo=photo,
                    place=self._place(n, address),
                    name="李女士" if named else "",
                    phone="19900001234" if named else "",
                )
            )
        head = self.who("gridhead")
        claim_snapshot(sent[1].pk, actor=head, at=self.until - 2 * HOUR)
        words = "已联系物业紧固，今天下午恢复使用，谢谢您的提醒。"
        answer_snapshot(sent[2].pk, actor=head, at=self.until - 20 * HOUR, words=words)
        case = make_case(
            "snapshot",
            sent[3].pk,
            actor=head,
            at=self.until - 46 * HOUR,
            place=self._place(3, "小区北门外"),
            kind=Case.Kind.COMPLAINT,
            category="0101",
            text=sent[3].text,
        )
        self._handle(case, self.until - 45 * HOUR)

    def _handle(self, case: Case, at: datetime) -> None:
        """Let the community take the case itself, speak to whoever can be reached, and finish it."""
        who = self.who("community")
        advance(case.pk, "handle", actor=who, at=at)
        if case.callable:
            advance(case.pk, "contact", actor=who, at=at, how="phone")
        result = "已现场修复并拍照留存"
        advance(case.pk, "finish", actor=who, at=at + 4 * HOUR, result=result)

    def _meeting(self) -> None:
        held = self.until - 4 * DAY
        meeting = record_meeting(
            actor=self.who("community"),
            at=held + 3 * HOUR,
            area=COMMUNITY,
            topic="充电、照明与停车",
            held_at=held,
            place="社区议事厅",
            people=21,
            minutes="到会居民代表、楼栋长、物业经理共 21 人，逐条听取意见。",
            opinions=OPINIONS,
        )
        lamp = meeting.opinions.get(position=2)
        case = make_case(
            "opinion",
            lamp.pk,
            actor=self.who("community"),
            at=self.until - 3 * DAY,
            place=self._place(2, "3号楼前"),
            kind=Case.Kind.SUGGESTION,
            category="0101",
            text=lamp.text,
        )
        self._handle(case, self.until - 70 * HOUR)
        verify = case.tasks.get(done_at=None)
        grid, seen = self.who("gridhead"), self.until - 60 * HOUR
        note = "路灯已亮，台阶贴了反光条。"
        done_task(verify.pk, actor=grid, at=seen, outcome="solved", note=note)

    def _tasks(self) -> None:
        """A patrol done, one to do, and a check asked for a moment ago."""
        head, grid = self.who("gridhead"), self.grids[0].code
        done = give_patrol(
            actor=head,
            at=self.until - 8 * HOUR,
            area=grid,
            title="沿河步道、3号楼后侧、小广场",
            due_at=self.until - HOUR,
            to=self.who("gridworker").pk,
        )
        note = "步道无积水；3号楼后侧两辆电动车占道，已劝离。"
        done_task(
            done.pk,
            actor=self.who("gridworker"),
            at=self.until - 2 * HOUR,
            outcome="done",
            note=note,
        )
        give_patrol(
            actor=head,
            at=self.until - HOUR,
            area=grid,
            title="放学时段学校门口秩序",
            due_at=self.until + 4 * HOUR,
            to=self.who("gridworker").pk,
        )
        at = self.until - timedelta(minutes=6)
        waiting = Case.objects.filter(
            area__code__startswith=COMMUNITY, state=State.RECEIVED, received_at__lt=at
        )
        case = waiting.exclude(kind=Case.Kind.REPORT).order_by("-received_at").first()
        if case is not None:
            at = self.until - timedelta(minutes=6)
            give_task(
                case.pk, FieldTask.Kind.CHECK, actor=self.who("operator"), at=at, note="核对位置"
            )


def live_in_the_grids(people: People, until: datetime) -> None:
    """Let the first community live through the days before `until`."""
    Neighbourhood(people, until).live()
