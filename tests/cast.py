"""One cast for all tests: two towns, their communities and grids, the units and the people."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from accounts import district as own_district
from accounts import quiet_hours
from accounts.models import Membership, Unit, User
from assessment.models import AssessmentPolicy
from cases import calendars
from cases.models import Case, Category
from cases.services import alerts, limits
from cases.services.exits import restore_exits
from cases.services.intake import receive
from cases.services.reference import import_limits
from dispatch import rights
from dispatch.models import Order, Responsibility, Whistle
from dispatch.services.rights import ensure_rights
from dispatch.services.whistles import Summons, blow_whistle
from grids.models import Area, Atlas, GridDuty
from grids.places import Place
from tests.copies import write_or_copy

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 3, 4, 10, 0, tzinfo=SHANGHAI)
"""A Wednesday morning in working time."""

ROOT = Path(__file__).resolve().parent.parent
TOWN, OTHER_TOWN = "110112013", "110112012"
COMMUNITY, OTHER_COMMUNITY = "110112013001", "110112012001"
GRID = "110112013001001"

PEOPLE = {
    "operator": ("operator", "HOTLINE"),
    "callback": ("callback", "HOTLINE"),
    "gridworker": ("gridworker", COMMUNITY),
    "gridhead": ("gridhead", COMMUNITY),
    "community": ("community", COMMUNITY),
    "town": ("town", TOWN),
    "town2": ("town", OTHER_TOWN),
    "department": ("department", "CGW"),
    "department2": ("department", "ZJW"),
    "department3": ("department", "XFZD"),
    "supervisor": ("supervisor", "CENTRE"),
    "leader": ("leader", "CENTRE"),
    "assessor": ("assessor", "CENTRE"),
    "admin": ("admin", "CENTRE"),
}
PASSWORD = "a-test-pass-word"


def square(lon: float, lat: float, side: float = 0.01) -> dict[str, Any]:
    """Return a GeoJSON square whose lower left corner is given."""
    ring = [[lon, lat], [lon + side, lat], [lon + side, lat + side], [lon, lat + side], [lon, lat]]
    return {"type": "Polygon", "coordinates": [ring]}


def _areas() -> list[Area]:
    def area(code: str, name: str, level: str, parent: str | None, box: Any = None) -> Area:
        lon, lat = (box[0] + 0.005, box[1] + 0.005) if box else (None, None)
        return Area(
            code=code,
            name=name,
            level=level,
            parent_id=parent,
            boundary=square(*box) if box else None,
            lon=lon,
            lat=lat,
        )

    return [
        area("110112", "通州区", "district", None),
        area(TOWN, "潞邑街道", "town", "110112"),
        area(OTHER_TOWN, "杨庄街道", "town", "110112"),
        area(COMMUNITY, "潞邑社区居民委员会", "community", TOWN),
        area(OTHER_COMMUNITY, "杨庄北里社区居委会", "community", OTHER_TOWN),
        area(GRID, "潞邑社区第1网格", "grid", COMMUNITY, (116.68, 39.92)),
        area("110112013001002", "潞邑社区第2网格", "grid", COMMUNITY, (116.69, 39.92)),
        area("110112012001001", "杨庄北里社区第1网格", "grid", OTHER_COMMUNITY, (116.65, 39.90)),
    ]


def _units() -> list[Unit]:
    rows = [
        ("CENTRE", "区城市管理指挥中心", "centre", ""),
        ("HOTLINE", "区市民热线", "hotline", ""),
        ("CGW", "区城市管理委员会", "department", ""),
        ("ZJW", "区住房和城乡建设委员会", "department", ""),
        ("XFZD", "区消防救援支队", "department", ""),
        ("GD", "供电公司", "company", ""),
        ("DW", "潞邑社区邻里互助队", "squad", COMMUNITY),
        ("LM", "潞邑社区联盟便民超市", "alliance", COMMUNITY),
        ("WY", "潞邑物业服务公司", "property", COMMUNITY),
        (TOWN, "潞邑街道", "town", TOWN),
        (OTHER_TOWN, "杨庄街道", "town", OTHER_TOWN),
        (COMMUNITY, "潞邑社区居民委员会", "community", COMMUNITY),
        (OTHER_COMMUNITY, "杨庄北里社区居委会", "community", OTHER_COMMUNITY),
    ]
    return [Unit(code=c, name=n, kind=k, area=a) for c, n, k, a in rows]


def _write_people() -> None:
    """Create everybody of `PEOPLE`, each with one role in one unit."""
    units = {unit.code: unit for unit in Unit.objects.all()}
    people = {}
    posts = []
    for name, (role, unit) in PEOPLE.items():
        user = User(username=name, display_name=name, password=_hashed())
        user.is_staff = user.is_superuser = role == "admin"
        people[name] = user
        posts.append(Membership(user=user, unit=units[unit], role=role))
    User.objects.bulk_create(people.values())
    Membership.objects.bulk_create(posts)
    GridDuty.objects.create(user=people["gridworker"], area_id=GRID)


_HASH: list[str] = []


def _hashed() -> str:
    if not _HASH:
        user = User()
        user.set_password(PASSWORD)
        _HASH.append(user.password)
    return _HASH[0]


def load_district() -> dict[str, User]:
    """Load the small district and its people; return the people by name."""
    for kept in (calendars, rights, quiet_hours, limits, alerts, own_district):
        kept.forget()
    write_or_copy(_write_district)
    Atlas.objects.update_or_create(pk=1, defaults={"version": _next_version()})
    own_district.district_name()  # read once by each process
    rights.current()  # this, too
    calendars.forget()  # the row stands now, and may be trusted
    known = User.objects.in_bulk(PEOPLE, field_name="username")
    return {name: known[name] for name in PEOPLE}


def _write_district() -> None:
    Area.objects.bulk_create(_areas())
    Unit.objects.bulk_create(_units())
    Category.objects.bulk_create(
        [
            Category(code="01", name="城市管理"),
            Category(code="03", name="物业管理"),
            Category(code="0101", name="市容环境", parent_id="01"),
            Category(code="0306", name="消防通道", parent_id="03"),
            Category(code="0303", name="电梯", parent_id="03"),
        ]
    )
    import_limits(ROOT / "cases/data/time_limits.csv")
    calendars.version_of(calendars.OFFICE)
    ensure_rights()
    restore_exits()
    item = Responsibility.objects.create(
        code="2-01",
        group="住房与物业",
        title="消防通道被占",
        category_id="0306",
        lead=Unit.objects.get(code="XFZD"),
        person="防火监督科科长",
        basis="《中华人民共和国消防法》",
    )
    item.assists.set(Unit.objects.filter(code__in=["ZJW", "CGW"]))
    AssessmentPolicy.objects.create(
        name="10/50/40",
        valid_from=date(2020, 1, 1),
        response_weight=Decimal("0.1"),
        resolution_weight=Decimal("0.5"),
        satisfaction_weight=Decimal("0.4"),
        basic_factor=Decimal("0.9"),
        source="怀柔区做法",
    )
    _write_people()


_VERSIONS = iter(range(10**6, 10**9))


def _next_version() -> int:
    """Return a version no other test used, so that places are read anew."""
    return next(_VERSIONS)


@dataclass
class Stage:
    """The cast and short ways to a case in any state."""

    people: dict[str, User]
    at: datetime = NOON
    made: list[Case] = field(default_factory=list)

    def who(self, name: str) -> User:
        """Return the person with roles read anew, as a new request would."""
        return User.objects.get(pk=self.people[name].pk)

    def case(self, *, by: str = "operator", **given: Any) -> Case:
        """Receive a case in the town's first grid."""
        fields: dict[str, Any] = {
            "actor": self.who(by),
            "at": self.at,
            "channel": "hotline",
            "kind": "complaint",
            "category": "0306",
            "text": "消防通道被私家车堵住了",
            "place": Place(GRID, 116.685, 39.925, "潞邑社区3号楼"),
            "caller_name": "王小明",
            "caller_phone": "13800001234",
        }
        case = receive(**(fields | given))
        self.made.append(case)
        return case

    def whistle(self, case: Case | None = None, *, by: str = "town", **given: Any) -> Whistle:
        """Blow a daily whistle at 消防 (lead) and 住建 (assist)."""
        case = case or self.case()
        fields: dict[str, Any] = {
            "level": "town",
            "kind": "daily",
            "lead": "XFZD",
            "departments": ["ZJW"],
        }
        return blow_whistle(case.pk, Summons(**(fields | given)), actor=self.who(by), at=self.at)

    def order(self, whistle: Whistle, unit: str = "XFZD") -> Order:
        return Order.objects.get(whistle=whistle, unit__code=unit)


MakeCase = Callable[..., Case]
