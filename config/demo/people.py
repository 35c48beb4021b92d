"""The people of the demo district: the demo sign-ins, and colleagues in every town and unit."""

from dataclasses import dataclass, field

from django.contrib.auth.hashers import make_password

from accounts.models import Membership, Unit, User
from grids.models import Area, GridDuty

PASSWORD = "whistle-demo"  # noqa: S105 - of the demo district, printed on purpose
TOWN, TOWN2 = "110112013", "110112012"
COMMUNITY = "110112013001"

SIGN_INS = {
    "operator": ("operator", "HOTLINE", "热线话务员 小宋"),
    "callback": ("callback", "HOTLINE", "回访员 小方"),
    "gridworker": ("gridworker", COMMUNITY, "潞邑社区网格员 老马"),
    "gridhead": ("gridhead", COMMUNITY, "潞邑社区网格长 陈姐"),
    "community": ("community", COMMUNITY, "潞邑社区书记 老周"),
    "town": ("town", TOWN, "潞邑街道书记 老林"),
    "town2": ("town", TOWN2, "杨庄街道书记 老何"),
    "department": ("department", "CGW", "城管委值班 小郭"),
    "department2": ("department", "ZJW", "住建委值班 小谢"),
    "department3": ("department", "XFZD", "消防支队值班 小罗"),
    "supervisor": ("supervisor", "CENTRE", "指挥中心督查 老许"),
    "leader": ("leader", "CENTRE", "区领导 老高"),
    "assessor": ("assessor", "CENTRE", "考核员 小唐"),
    "admin": ("admin", "CENTRE", "系统管理员"),
}
"""Sign-in → role, unit, name on screen. Posts and nicknames, no real person."""


ROLE_IN = {
    "town": "town",
    "department": "department",
    "company": "department",
    "squad": "department",
    "alliance": "department",
    "property": "department",
}
"""The role a colleague holds in a unit of the kind."""


@dataclass
class People:
    """Who acts for which unit; used by the history."""

    by_name: dict[str, User] = field(default_factory=dict)
    of_unit: dict[str, User] = field(default_factory=dict)

    def named(self, name: str) -> User:
        return self.by_name[name]


def load_people() -> People:
    """Create the demo sign-ins and one colleague for every other town, department and company.

    Colleagues cannot sign in.
    """
    people = People()
    units = {unit.code: unit for unit in Unit.objects.all()}
    password = make_password(PASSWORD)
    for name, (role, code, shown) in SIGN_INS.items():
        user = _create(name, shown, password)
        if role == "admin":
            user.is_staff = user.is_superuser = True
            user.save()
        Membership.objects.create(user=user, unit=units[code], role=role)
        people.by_name[name] = user
        people.of_unit.setdefault(code, user)
    for unit in sorted(units.values(), key=lambda unit: unit.code):
        role = ROLE_IN.get(unit.kind, "")
        if role and unit.code not in people.of_unit:
            user = _create(f"{role}-{unit.code.lower()}", f"{unit.name}值班", "")
            Membership.objects.create(user=user, unit=unit, role=role)
            people.of_unit[unit.code] = user
    for grid in Area.objects.within(COMMUNITY).filter(level=Area.Level.GRID):
        GridDuty.objects.create(user=people.named("gridworker"), area=grid)
    return people


def _create(username: str, shown: str, password: str) -> User:
    user = User(username=username, display_name=shown[:40], password=password)
    if not password:
        user.set_unusable_password()
    user.save()
    return user


def known_people() -> People:
    """Return the people that `load_people` created."""
    people = People()
    for post in Membership.objects.select_related("user", "unit").order_by("pk"):
        people.by_name[post.user.username] = post.user
        people.of_unit.setdefault(post.unit.code, post.user)
    return people
