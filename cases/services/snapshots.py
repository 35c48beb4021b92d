"""Residents' snapshots (全民随手拍): taken in without an account, claimed by one, never forgotten."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts import locks
from accounts.models import Role, User
from accounts.refusals import BadInput, StepRefused
from accounts.services.notices import Draft, tell_people, tell_units
from cases.models import Snapshot
from cases.services.assigning import unit_over
from cases.services.intake import clean_phone
from cases.services.photos import Photo, reencode
from grids.people import grid_people
from grids.places import Place
from grids.reach import HEADS, KEEPERS

LADDER: tuple[tuple[str, timedelta | None], ...] = (
    (Role.GRIDHEAD, timedelta(hours=2)),
    (Role.COMMUNITY, timedelta(hours=24)),
    (Role.TOWN, None),
)
"""Who is told of a snapshot that nobody has claimed, and when, after its arrival, the next are."""

LONGEST_TEXT = 500
BATCH = 200


class TooMany(Exception):
    """More snapshots came from one address than are taken in an hour."""


def fingerprint(address: str, at: datetime) -> str:
    """Return what stands for a sender's network address today, and for nothing tomorrow."""
    day = timezone.localtime(at).date().isoformat()
    return salted_hmac("snapshot-sender", f"{address} {day}", algorithm="sha256").hexdigest()


def take_snapshot(
    *,
    at: datetime,
    text: str,
    photo: "Photo | None",
    place: Place,
    name: str = "",
    phone: str = "",
    token: UUID | None = None,
    sender: str = "",
) -> Snapshot:
    """Keep a snapshot and tell the grid head of its place. The same `token` is taken once: a form sent
    twice is one snapshot. Raise `TooMany` where the sender has sent enough for now."""
    known = Snapshot.objects.filter(token=token).first() if token else None
    if known is not None:
        return known
    text = text.strip().replace("\x00", "")
    if not text:
        raise BadInput({"text": _("Write what the matter is.")})
    if len(text) > LONGEST_TEXT:
        most = _("The text is too long: at most %(count)s characters.") % {"count": LONGEST_TEXT}
        raise BadInput({"text": most})
    number = _phone(phone)
    if photo is None:
        raise BadInput({"photo": _("Take a photo of what is there.")})
    if sender and _sent(sender, at) >= settings.SNAPSHOTS_PER_HOUR:
        raise TooMany
    content = reencode(photo, "photo")
    snapshot = Snapshot(
        token=token or uuid4(),
        text=text,
        lon=place.lon,
        lat=place.lat,
        address=place.address.replace("\x00", "")[:200],
        area_id=place.area,
        name=name.strip().replace("\x00", "")[:40],
        phone=number,
        received_at=at,
        sender=sender,
    )
    with transaction.atomic():
        if sender:
            _count_alone(sender, at)
        snapshot.photo.save("photo.jpg", ContentFile(content), save=False)
        snapshot.save(force_insert=True)
        tell_next_level(snapshot, at)
    return snapshot


def _phone(phone: str) -> str:
    try:
        return clean_phone(phone)
    except BadInput as refusal:
        raise BadInput({"phone": refusal.fields["caller_phone"]}) from None


def _sent(sender: str, at: datetime) -> int:
    since = at - timedelta(hours=1)
    return Snapshot.objects.filter(sender=sender, received_at__gt=since).count()


def _count_alone(sender: str, at: datetime) -> None:
    """Count once more, one after the other: a burst from one address must not slip through together."""
    locks.hold(f"snapshots {sender}")
    if _sent(sender, at) >= settings.SNAPSHOTS_PER_HOUR:
        raise TooMany


def tell_next_level(snapshot: Snapshot, at: datetime) -> None:
    """Tell the next level that somebody stands on, and set when the one after it is told."""
    people: list[int] = []
    while not people and snapshot.told < len(LADDER):
        role, wait = LADDER[snapshot.told]
        people = list(grid_people(snapshot.area_id, role).values_list("pk", flat=True))
        snapshot.told += 1
        snapshot.tell_at = snapshot.received_at + wait if wait else None
    draft = Draft(
        "snapshot_waits" if snapshot.told > 1 else "snapshot_new",
        unit_over(snapshot.area),
        f"snapshot:{snapshot.pk}:{snapshot.told}",
        params={"snapshot": snapshot.pk, "place": snapshot.area.name},
    )
    if people:
        tell_people(draft, people, at)
    else:
        tell_units([draft], at)
    snapshot.save(update_fields=["told", "tell_at"])


def sweep_snapshots(at: datetime) -> int:
    """Tell the next level of every snapshot that has waited too long; return how many."""
    total = 0
    while found := _sweep_batch(at):
        total += found
    return total


@transaction.atomic
def _sweep_batch(at: datetime) -> int:
    due = Snapshot.objects.to_tell(at).order_by("tell_at", "pk")
    held = due.select_for_update(skip_locked=True, no_key=True, of=("self",))
    rows = list(held.select_related("area").defer("area__boundary")[:BATCH])
    for snapshot in rows:
        tell_next_level(snapshot, at)
    return len(rows)


def may_claim(snapshot: Snapshot, user: User) -> bool:
    """Tell whether the user, whose area it is, may take the snapshot on."""
    return user.holds_over(snapshot.area_id, *HEADS)


def may_finish(snapshot: Snapshot, user: User) -> bool:
    """Tell whether the user may answer it or make it a case: who claimed it, or community and town."""
    own = snapshot.claimed_by_id == user.pk or user.holds_over(snapshot.area_id, *KEEPERS)
    return own and may_claim(snapshot, user)


def locked(pk: int, actor: User) -> Snapshot:
    """Lock a snapshot that waits for an end. Raise `PermissionDenied` where it is not the actor's area,
    `StepRefused` where it has become a case or been answered."""
    snapshot = Snapshot.objects.select_for_update(no_key=True).get(pk=pk)
    if not may_claim(snapshot, actor):
        raise PermissionDenied(_("This area is not yours."))
    if snapshot.case_id is not None or snapshot.answered_at is not None:
        raise StepRefused(_("This snapshot has been dealt with already."))
    return snapshot


@transaction.atomic
def claim_snapshot(pk: int, *, actor: User, at: datetime) -> Snapshot:
    """Take a snapshot on. Who claims first has it; everybody after is refused."""
    snapshot = locked(pk, actor)
    if snapshot.claimed_by_id not in (None, actor.pk):
        text = _("%(who)s was faster and has claimed this snapshot.")
        raise StepRefused(text % {"who": snapshot.claimed_by})
    return hold(snapshot, actor, at)


def hold(snapshot: Snapshot, actor: User, at: datetime) -> Snapshot:
    """Put a locked snapshot into the actor's hands."""
    if snapshot.claimed_by_id != actor.pk:
        snapshot.claimed_by, snapshot.claimed_at, snapshot.tell_at = actor, at, None
        snapshot.save(update_fields=["claimed_by", "claimed_at", "tell_at"])
    return snapshot


def held_by(pk: int, *, actor: User, at: datetime) -> Snapshot:
    """Lock a snapshot for its end: unclaimed it is claimed with it, another's only by community or town."""
    snapshot = locked(pk, actor)
    if snapshot.claimed_by_id is not None and not may_finish(snapshot, actor):
        text = _("%(who)s was faster and has claimed this snapshot.")
        raise StepRefused(text % {"who": snapshot.claimed_by})
    return hold(snapshot, actor, at)


@transaction.atomic
def release_snapshot(pk: int, *, actor: User, at: datetime) -> Snapshot:
    """Give a claimed snapshot back, so that somebody else may claim it; the next level hears of it."""
    snapshot = locked(pk, actor)
    if snapshot.claimed_by_id is None:
        return snapshot
    if not may_finish(snapshot, actor):
        raise PermissionDenied(_("This task is not yours."))
    snapshot.claimed_by = snapshot.claimed_at = None
    snapshot.tell_at = at if snapshot.told < len(LADDER) else None
    snapshot.save(update_fields=["claimed_by", "claimed_at", "tell_at"])
    return snapshot


@transaction.atomic
def answer_snapshot(pk: int, *, actor: User, at: datetime, words: str) -> Snapshot:
    """Answer on the spot, in words that the resident reads; no case comes of it."""
    snapshot = held_by(pk, actor=actor, at=at)
    words = words.strip().replace("\x00", "")
    if not words:
        raise BadInput({"words": _("Write what the resident is to read.")})
    if len(words) > LONGEST_TEXT:
        most = _("The text is too long: at most %(count)s characters.") % {"count": LONGEST_TEXT}
        raise BadInput({"words": most})
    snapshot.answer, snapshot.answered_at = words, at
    snapshot.save(update_fields=["answer", "answered_at"])
    return snapshot
