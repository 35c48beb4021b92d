"""Residents' snapshots: told to the grid head, claimed by one, made a case or answered, never forgotten."""

from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from PIL import Image

from accounts.models import Membership, Notice
from accounts.refusals import BadInput, StepRefused
from cases.models import Case, Snapshot
from cases.services.origins import make_case
from cases.services.snapshots import (
    TooMany,
    answer_snapshot,
    claim_snapshot,
    fingerprint,
    release_snapshot,
    sweep_snapshots,
    take_snapshot,
)
from grids.places import Place
from tests.cast import GRID, Stage
from tests.races.test_two_people_press_the_same_button import at_once

PLACE = Place(GRID, 116.685, 39.925, "3号楼西侧")


def phone_photo() -> SimpleUploadedFile:
    """Return a photo as a phone takes it: with its maker and the place it was taken at."""
    exif = Image.Exif()
    exif[0x010F] = "PhoneMaker"
    exif.get_ifd(0x8825)[1] = "N"
    out = BytesIO()
    Image.new("RGB", (60, 40), "green").save(out, "JPEG", exif=exif)
    return SimpleUploadedFile("IMG_0001.jpg", out.getvalue(), "image/jpeg")


def sent(stage: Stage, **given: object) -> Snapshot:
    fields = {
        "at": stage.at,
        "text": "垃圾桶满溢",
        "photo": phone_photo(),
        "place": PLACE,
        "name": "李女士",
        "phone": "13900004321",
    }
    return take_snapshot(**(fields | given))  # type: ignore[arg-type]


def told(kind: str = "snapshot_waits") -> set[str]:
    rows = Notice.objects.filter(kind=kind).values_list("recipient__username", flat=True)
    return set(rows)


def test_the_grid_head_of_the_place_is_told_and_nobody_else(stage: Stage) -> None:
    sent(stage)
    assert told("snapshot_new") == {"gridhead"}
    assert told() == set()


def test_photos_lose_position_and_maker(stage: Stage) -> None:
    with sent(stage).photo.open("rb") as file, Image.open(file) as image:
        assert image.format == "JPEG"
        assert not image.getexif()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"text": " "}, "text"),
        ({"text": "长" * 501}, "text"),
        ({"photo": None}, "photo"),
        ({"photo": SimpleUploadedFile("a.jpg", b"no photo")}, "photo"),
        ({"phone": "call me"}, "phone"),
    ],
)
def test_what_cannot_be_taken_is_refused_by_field(
    stage: Stage, given: dict[str, object], field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        sent(stage, **given)
    assert list(refused.value.fields) == [field]
    assert not Snapshot.objects.exists()


def test_a_form_sent_twice_is_one_snapshot(stage: Stage) -> None:
    token = uuid4()
    assert sent(stage, token=token) == sent(stage, token=token)
    assert Snapshot.objects.count() == 1


@override_settings(SNAPSHOTS_PER_HOUR=2)
def test_one_address_sends_so_many_in_an_hour_and_no_more(stage: Stage) -> None:
    me, other = fingerprint("10.0.0.1", stage.at), fingerprint("10.0.0.2", stage.at)
    first = sent(stage, sender=me)
    sent(stage, sender=me)
    with pytest.raises(TooMany):
        sent(stage, sender=me)
    sent(stage, sender=other)
    later = stage.at + timedelta(minutes=61)
    sent(stage, sender=me, at=later)
    assert "10.0.0.1" not in first.sender
    assert me != fingerprint("10.0.0.1", stage.at + timedelta(days=1))


def test_unclaimed_it_goes_up_after_two_hours_and_after_a_day(stage: Stage) -> None:
    sent(stage)
    hours = timedelta(hours=1)
    assert sweep_snapshots(stage.at + 1.9 * hours) == 0
    assert sweep_snapshots(stage.at + 2 * hours) == 1
    assert told() == {"community"}
    assert sweep_snapshots(stage.at + 23 * hours) == 0
    assert sweep_snapshots(stage.at + 24 * hours) == 1
    assert told() == {"community", "town"}
    assert sweep_snapshots(stage.at + 99 * hours) == 0


def test_a_claim_ends_the_reminders_and_a_release_begins_them_again(stage: Stage) -> None:
    snapshot = sent(stage)
    head = stage.who("gridhead")
    claim_snapshot(snapshot.pk, actor=head, at=stage.at)
    assert sweep_snapshots(stage.at + timedelta(days=3)) == 0
    release_snapshot(snapshot.pk, actor=head, at=stage.at + timedelta(hours=1))
    assert sweep_snapshots(stage.at + timedelta(hours=1)) == 1
    assert told() == {"community"}


def test_without_a_head_the_community_is_told_at_once(stage: Stage) -> None:
    Membership.objects.filter(role="gridhead").delete()
    sent(stage)
    assert told() == {"community"}


def test_who_claims_first_has_it(stage: Stage) -> None:
    snapshot = sent(stage)
    claim_snapshot(snapshot.pk, actor=stage.who("gridhead"), at=stage.at)
    claim_snapshot(snapshot.pk, actor=stage.who("gridhead"), at=stage.at)  # pressed twice
    with pytest.raises(StepRefused):
        claim_snapshot(snapshot.pk, actor=stage.who("community"), at=stage.at)
    for name in ("gridworker", "town2", "operator", "supervisor", "department"):
        with pytest.raises(PermissionDenied):
            claim_snapshot(snapshot.pk, actor=stage.who(name), at=stage.at)


def test_of_many_claims_at_the_same_moment_one_holds(committed_stage: Stage) -> None:
    stage = committed_stage
    snapshot = sent(stage)
    hands = [stage.who(name) for name in ("gridhead", "community", "town")]
    results = at_once(
        *[lambda who=who: claim_snapshot(snapshot.pk, actor=who, at=stage.at) for who in hands]
    )
    assert sum(isinstance(result, StepRefused) for result in results) == 2
    snapshot.refresh_from_db()
    assert snapshot.claimed_by in hands


def test_a_snapshot_becomes_a_case_with_its_photo_and_its_reporter(stage: Stage) -> None:
    snapshot = sent(stage)
    head = stage.who("gridhead")
    details = {"kind": "complaint", "category": "0101", "text": snapshot.text}
    case = make_case("snapshot", snapshot.pk, actor=head, at=stage.at, place=PLACE, **details)
    assert (case.channel, case.received_by, case.caller_phone) == ("snapshot", head, "13900004321")
    assert (case.attachments.count(), case.callable, case.area_id) == (1, True, GRID)
    snapshot.refresh_from_db()
    assert (snapshot.case, snapshot.claimed_by) == (case, head)
    assert case.events.filter(step="origin").exists()
    with pytest.raises(StepRefused):
        make_case("snapshot", snapshot.pk, actor=head, at=stage.at, place=PLACE, **details)
    assert Case.objects.count() == 1


def test_another_s_snapshot_is_left_to_them_except_by_community_and_town(stage: Stage) -> None:
    snapshot = sent(stage)
    claim_snapshot(snapshot.pk, actor=stage.who("community"), at=stage.at)
    with pytest.raises(StepRefused):
        answer_snapshot(snapshot.pk, actor=stage.who("gridhead"), at=stage.at, words="已清运")
    answer_snapshot(snapshot.pk, actor=stage.who("town"), at=stage.at, words="已清运")
    snapshot.refresh_from_db()
    assert (snapshot.answer, snapshot.case) == ("已清运", None)
    with pytest.raises(StepRefused):
        claim_snapshot(snapshot.pk, actor=stage.who("gridhead"), at=stage.at)


def test_snapshots_are_seen_in_their_area_and_by_the_district(stage: Stage) -> None:
    sent(stage)
    seeing = {n for n in stage.people if Snapshot.objects.visible_to(stage.who(n)).exists()}
    assert {"gridworker", "gridhead", "community", "town", "supervisor"} <= seeing
    assert not {"town2", "department", "department2"} & seeing
