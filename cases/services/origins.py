"""Make a case of what the grids' daily life brings: a snapshot, an opinion, a diary entry, a patrol's finding."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import StepRefused
from cases.models import Case, FieldTask, Opinion
from cases.services.deliberations import may_record
from cases.services.intake import check_may_receive, receive
from cases.services.photos import Photo
from cases.services.records import record
from cases.services.snapshots import held_by
from cases.services.tasks import may_do
from grids.models import DiaryEntry
from grids.places import Place
from grids.reach import HEADS
from grids.services.diary import link_entry


@dataclass(frozen=True, slots=True)
class Origin:
    """What the case is made of: its caller, its photos, and how the row learns of the case."""

    link: Callable[[Case], None]
    channel: str = Case.Channel.GRID
    caller: Mapping[str, str] | None = None
    photos: Sequence[Photo] = ()
    note: str = ""


@transaction.atomic
def make_case(
    source: str,
    pk: int,
    *,
    actor: User,
    at: datetime,
    place: Place,
    photos: Sequence[Photo] = (),
    **details: Any,
) -> Case:
    """Receive a case made of a row of the named source, once; `details` are those of `receive`."""
    check_may_receive(actor)
    origin = SOURCES[source](pk, actor, at)
    case = receive(
        actor=actor,
        at=at,
        channel=origin.channel,
        place=place,
        photos=[*origin.photos, *photos],
        **{**details, **(origin.caller or {})},
    )
    origin.link(case)
    record(case, "origin", actor=actor, at=at, source=source, about=origin.note)
    return case


def _snapshot(pk: int, actor: User, at: datetime) -> Origin:
    snapshot = held_by(pk, actor=actor, at=at)

    def link(case: Case) -> None:
        snapshot.case = case
        snapshot.save(update_fields=["case"])

    with snapshot.photo.open("rb") as file:
        photo = SimpleUploadedFile("snapshot.jpg", file.read(), "image/jpeg")
    caller = {"caller_name": snapshot.name, "caller_phone": snapshot.phone}
    return Origin(link, Case.Channel.SNAPSHOT, caller, [photo])


def _opinion(pk: int, actor: User, at: datetime) -> Origin:
    opinion = Opinion.objects.select_for_update(no_key=True, of=("self",)).get(pk=pk)
    meeting = opinion.meeting
    if not may_record(actor, meeting.area_id):
        raise PermissionDenied(_("This area is not yours."))
    if opinion.case_id is not None:
        raise StepRefused(_("A case was made of it already."))

    def link(case: Case) -> None:
        opinion.case = case
        opinion.save(update_fields=["case"])

    return Origin(link, note=meeting.topic)


def _diary(pk: int, actor: User, at: datetime) -> Origin:
    entry = DiaryEntry.objects.select_for_update(no_key=True).get(pk=pk)
    if entry.author_id != actor.pk and not actor.holds_over(entry.area_id, *HEADS):
        raise PermissionDenied(_("This area is not yours."))
    if entry.case_number:
        raise StepRefused(_("A case was made of it already."))
    return Origin(lambda case: link_entry(entry, case.number))


def _patrol(pk: int, actor: User, at: datetime) -> Origin:
    task = FieldTask.objects.get(pk=pk, kind=FieldTask.Kind.PATROL)
    if not may_do(task, actor):
        raise PermissionDenied(_("This task is not yours."))
    return Origin(lambda case: None, note=task.title)


SOURCES: Mapping[str, Callable[[int, User, datetime], Origin]] = {
    "snapshot": _snapshot,
    "opinion": _opinion,
    "diary": _diary,
    "patrol": _patrol,
}
