"""A notice goes to somebody, never nowhere."""

from accounts.models import Membership, Notice, Role, User
from tests.accounts.posts import tell
from tests.cast import NOON, TOWN, Stage


def told() -> list[str]:
    return sorted(Notice.objects.values_list("recipient__username", flat=True))


def leave(*names: str) -> None:
    User.objects.filter(username__in=names).update(is_active=False)


def test_the_people_of_the_unit_are_told(stage: Stage) -> None:
    tell()
    assert told() == ["town"]


def test_for_a_unit_without_people_the_centre_is_told(stage: Stage) -> None:
    leave("town")
    tell()
    assert told() == ["supervisor"]


def test_where_the_centre_is_empty_too_the_leaders_are_told(stage: Stage) -> None:
    leave("town", "supervisor")
    tell()
    assert told() == ["leader"]


def test_and_where_there_is_no_leader_the_administrators(stage: Stage) -> None:
    leave("town", "supervisor", "leader")
    tell()
    assert told() == ["admin"]


def test_an_administrator_without_a_role_is_found_at_the_very_last(stage: Stage) -> None:
    Membership.objects.all().delete()
    tell(at=NOON)
    assert told() == ["admin"]


def test_somebody_with_two_roles_in_a_unit_is_told_once(stage: Stage) -> None:
    town = stage.people["town"]
    unit = town.memberships.get().unit
    assert unit.code == TOWN
    Membership.objects.create(user=town, unit=unit, role=Role.CALLBACK)
    tell()
    assert told() == ["town"]
