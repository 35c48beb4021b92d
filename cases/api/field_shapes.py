"""What the calls on tasks and snapshots read and answer."""

from typing import Any

from django.urls import reverse
from rest_framework import serializers

from accounts.masks import mask_phone
from cases.api.fields import Coordinate
from cases.api.inputs import MAY_LACK, TEXT, PhotosIn
from cases.models import Case, FieldTask, Snapshot
from cases.privacy import mask_name, note_of, struck
from cases.services.snapshots import LONGEST_TEXT

ASKED = [kind for kind in FieldTask.Kind.choices if kind[0] != FieldTask.Kind.PATROL]
FOUND = [one for one in FieldTask.Outcome.choices if one[0] != FieldTask.Outcome.LAPSED]


class TaskOut(serializers.ModelSerializer[FieldTask]):
    """A task in the field. `why_them` says in words why the person was chosen."""

    area = serializers.CharField(source="area_id")
    area_name = serializers.CharField(source="area.name")
    case = serializers.CharField(source="case.number", default=None, allow_null=True)
    assignee = serializers.CharField(allow_null=True)
    note = serializers.SerializerMethodField()

    class Meta:
        model = FieldTask
        fields = [
            "id",
            "kind",
            "case",
            "area",
            "area_name",
            "title",
            "assignee",
            "why_them",
            "created_at",
            "due_at",
            "done_at",
            "outcome",
            "note",
            "lon",
            "lat",
            "distance_m",
        ]

    def get_note(self, task: FieldTask) -> str:
        return note_of(task, self.context["request"].user)


class GiveIn(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=ASKED)
    note = serializers.CharField(max_length=200, help_text="what to look at", **MAY_LACK)


class DoneIn(PhotosIn):
    """A check needs a photo; “not as reported”, “not solved” and a patrol need a note."""

    outcome = serializers.ChoiceField(choices=FOUND)
    note = serializers.CharField(**TEXT, **MAY_LACK)
    lon = Coordinate(most=180)
    lat = Coordinate(most=90)


class ReassignIn(serializers.Serializer[Any]):
    to = serializers.IntegerField(min_value=1, max_value=2**31 - 1, help_text="id of the person")


class SnapshotIn(serializers.Serializer[Any]):
    """A snapshot. Say where by one of `area`, `lon` with `lat`, or `address`."""

    text = serializers.CharField(max_length=LONGEST_TEXT)
    photo = serializers.FileField(help_text="JPEG, PNG or WebP, as multipart/form-data")
    area = serializers.CharField(max_length=17, **MAY_LACK)
    lon = Coordinate(most=180)
    lat = Coordinate(most=90)
    address = serializers.CharField(max_length=200, **MAY_LACK)
    name = serializers.CharField(max_length=40, **MAY_LACK)
    phone = serializers.CharField(max_length=24, **MAY_LACK)


class SnapshotAnswerIn(serializers.Serializer[Any]):
    words = serializers.CharField(max_length=LONGEST_TEXT)


class SnapshotCaseIn(serializers.Serializer[Any]):
    """How the case is filed; without a text it takes the snapshot's."""

    kind = serializers.ChoiceField(choices=Case.Kind.choices)
    category = serializers.CharField(max_length=8)
    condition = serializers.CharField(max_length=12, **MAY_LACK)
    text = serializers.CharField(**TEXT, **MAY_LACK)
    urgency = serializers.ChoiceField(choices=Case.Urgency.choices, default=Case.Urgency.NORMAL)


class SnapshotOut(serializers.ModelSerializer[Snapshot]):
    """A snapshot; who sent it is masked, as in a case."""

    area = serializers.CharField(source="area_id")
    area_name = serializers.CharField(source="area.name")
    text = serializers.SerializerMethodField()
    name = serializers.SerializerMethodField()
    phone = serializers.SerializerMethodField()
    photo = serializers.SerializerMethodField()
    claimed_by = serializers.CharField(allow_null=True)
    case = serializers.CharField(source="case.number", default=None, allow_null=True)

    class Meta:
        model = Snapshot
        fields = [
            "id",
            "text",
            "area",
            "area_name",
            "lon",
            "lat",
            "address",
            "name",
            "phone",
            "photo",
            "received_at",
            "claimed_by",
            "claimed_at",
            "case",
            "answer",
            "answered_at",
        ]

    def get_text(self, snapshot: Snapshot) -> str:
        return struck(snapshot.text, snapshot.name, snapshot.phone)

    def get_name(self, snapshot: Snapshot) -> str:
        return mask_name(snapshot.name)

    def get_phone(self, snapshot: Snapshot) -> str:
        return mask_phone(snapshot.phone)

    def get_photo(self, snapshot: Snapshot) -> str:
        path = reverse("api_snapshot_photo", args=[snapshot.pk])
        return str(self.context["request"].build_absolute_uri(path))
