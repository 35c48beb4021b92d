"""Volunteers: teams, and the services they render."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import BadInput
from grids.masks import PHONE
from grids.models import Area, VolunteerService, VolunteerTeam
from grids.services.duty import check_keeper, check_taking_part

MOST_PEOPLE = 9999
MOST_HOURS = Decimal(24)


@transaction.atomic
def save_team(
    *,
    actor: User,
    area: str,
    name: str,
    leader: str = "",
    phone: str = "",
    members: int = 0,
    active: bool = True,
    pk: int | None = None,
) -> VolunteerTeam:
    """Found a team, or change one (`pk`); its name is its own within the area."""
    check_keeper(actor, area)
    name, phone = name.strip()[:60], phone.strip()
    if not name:
        raise BadInput({"name": _("Give the name.")})
    if phone and not PHONE.fullmatch(phone):
        raise BadInput({"phone": _("A phone number has 6 to 19 digits.")})
    if not 0 <= members <= MOST_PEOPLE:
        raise BadInput({"members": _("Give a number from 0 to %(most)s.") % {"most": MOST_PEOPLE}})
    if not Area.objects.filter(code=area).exclude(level=Area.Level.DISTRICT).exists():
        raise BadInput({"area": _("Choose the area.")})
    twins = VolunteerTeam.objects.filter(area=area, name=name).exclude(pk=pk or 0)
    if twins.exists():
        raise BadInput({"name": _("The area has a team of this name already.")})
    team = VolunteerTeam(area_id=area) if pk is None else _known(pk, actor)
    team.area_id, team.name, team.leader = area, name, leader.strip()[:40]
    team.phone, team.members, team.active = phone, members, active
    team.save()
    return team


def _known(pk: int, actor: User) -> VolunteerTeam:
    team = VolunteerTeam.objects.filter(pk=pk).first()
    if team is None:
        raise BadInput({"name": _("There is no such team.")})
    check_keeper(actor, team.area_id)
    return team


def record_service(
    *,
    actor: User,
    at: datetime,
    team: int,
    title: str,
    began_at: datetime,
    hours: Decimal,
    people: int,
    case_number: str = "",
) -> VolunteerService:
    """Write down a service of a team: how many people for how many hours each."""
    row = VolunteerTeam.objects.filter(pk=team, active=True).first()
    if row is None:
        raise BadInput({"team": _("Choose a team.")})
    check_taking_part(actor, row.area_id)
    if not title.strip():
        raise BadInput({"title": _("Write what was done.")})
    if began_at > at:
        raise BadInput({"began_at": _("The service cannot lie in the future.")})
    if not 0 < hours <= MOST_HOURS:
        raise BadInput({"hours": _("Give the hours of each, more than 0 and at most 24.")})
    if not 1 <= people <= MOST_PEOPLE:
        raise BadInput({"people": _("Give a number from 1 to %(most)s.") % {"most": MOST_PEOPLE}})
    return VolunteerService.objects.create(
        team=row,
        title=title.strip()[:120],
        began_at=began_at,
        hours=hours,
        people=people,
        case_number=case_number.strip()[:24],
        recorded_by=actor,
    )
