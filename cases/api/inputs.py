"""What the calls on cases read. Shapes only: the services decide."""

from typing import Any

from rest_framework import serializers

from cases.api.fields import Coordinate, WorkdaysField
from cases.lifecycle import Contact
from cases.models import Callback, Case, Clue
from cases.services.intake import LONGEST_TEXT
from cases.services.photos import MOST_PHOTOS

TEXT = {"max_length": LONGEST_TEXT}
MAY_LACK: dict[str, Any] = {"required": False, "allow_blank": True, "default": ""}


class PhotosIn(serializers.Serializer[Any]):
    photos = serializers.ListField(
        child=serializers.FileField(),
        max_length=MOST_PHOTOS,
        required=False,
        help_text="JPEG, PNG or WebP, as multipart/form-data",
    )


class CaseIn(PhotosIn):
    """A request. Say where by one of `area`, `lon` with `lat`, or `address`."""

    channel = serializers.ChoiceField(choices=Case.Channel.choices)
    kind = serializers.ChoiceField(choices=Case.Kind.choices)
    category = serializers.CharField(max_length=8)
    condition = serializers.CharField(
        max_length=12, help_text="a filing condition of the category", **MAY_LACK
    )
    text = serializers.CharField(**TEXT)
    area = serializers.CharField(max_length=17, **MAY_LACK)
    lon = Coordinate(most=180)
    lat = Coordinate(most=90)
    address = serializers.CharField(max_length=200, **MAY_LACK)
    urgency = serializers.ChoiceField(choices=Case.Urgency.choices, default=Case.Urgency.NORMAL)
    caller_name = serializers.CharField(max_length=40, **MAY_LACK)
    caller_phone = serializers.CharField(max_length=24, **MAY_LACK)
    confidential = serializers.BooleanField(default=False)
    accused = serializers.CharField(
        max_length=20, help_text="code of the unit complained of", **MAY_LACK
    )
    external_id = serializers.CharField(max_length=80, **MAY_LACK)
    call = serializers.CharField(
        max_length=24,
        help_text="a case of the same call: its caller is taken from there, and called back once for all",
        **MAY_LACK,
    )


class HandleIn(serializers.Serializer[Any]):
    note = serializers.CharField(**TEXT, **MAY_LACK)


class FinishIn(serializers.Serializer[Any]):
    result = serializers.CharField(**TEXT)


class HoldIn(serializers.Serializer[Any]):
    until = serializers.DateField(help_text="after today, at most a year ahead")
    reason = serializers.CharField(**TEXT)


class ContactIn(serializers.Serializer[Any]):
    how = serializers.ChoiceField(choices=Contact.choices)
    note = serializers.CharField(**TEXT, **MAY_LACK)


class CorrectIn(serializers.Serializer[Any]):
    """What is to be put right; what is left out stays."""

    category = serializers.CharField(max_length=8, **MAY_LACK)
    condition = serializers.CharField(max_length=12, **MAY_LACK)
    urgency = serializers.ChoiceField(choices=Case.Urgency.choices, **MAY_LACK)
    kind = serializers.ChoiceField(choices=Case.Kind.choices, **MAY_LACK)
    accused = serializers.CharField(
        max_length=20, help_text="code of the unit complained of; “-” for none", **MAY_LACK
    )
    reason = serializers.CharField(**TEXT)


class AskExtensionIn(serializers.Serializer[Any]):
    limit = WorkdaysField(help_text="workdays, more than 0 and at most what the policy allows")
    reason = serializers.CharField(**TEXT)


class AskHoldIn(HoldIn):
    """Until when, and why."""


class RulingIn(serializers.Serializer[Any]):
    granted = serializers.BooleanField()
    reason = serializers.CharField(**TEXT)


class NothingIn(serializers.Serializer[Any]):
    """Nothing need be said."""


class ResumeIn(serializers.Serializer[Any]):
    """Nothing need be said."""


OUTCOME: dict[str, Any] = MAY_LACK | {
    "choices": Clue.Outcome.choices,
    "help_text": "of a clue's case: what its source is told, if not what follows from the step",
}


class RejectIn(serializers.Serializer[Any]):
    """Say by which exit and why. Left out, the exit is T10; T3 names the case in `same_as`, T7 gives the
    answer in `result`."""

    exit = serializers.CharField(max_length=4, help_text="see /exits/", **MAY_LACK)
    reason = serializers.CharField(**TEXT, **MAY_LACK)
    result = serializers.CharField(**TEXT, **MAY_LACK)
    same_as = serializers.CharField(
        max_length=24,
        help_text="number of the case that the same matter is handled under",
        **MAY_LACK,
    )
    outcome = serializers.ChoiceField(**OUTCOME)


class MergeIn(serializers.Serializer[Any]):
    into = serializers.CharField(max_length=24, help_text="the number of the case that stays")


class UnmergeIn(serializers.Serializer[Any]):
    note = serializers.CharField(**TEXT, **MAY_LACK)


class ReopenIn(serializers.Serializer[Any]):
    reason = serializers.CharField(**TEXT)


class CloseIn(serializers.Serializer[Any]):
    note = serializers.CharField(**TEXT, **MAY_LACK)
    outcome = serializers.ChoiceField(**OUTCOME)


class RevealIn(serializers.Serializer[Any]):
    purpose = serializers.CharField(max_length=200)


class SaidIn(serializers.Serializer[Any]):
    """What the resident said of one case."""

    contacted = serializers.BooleanField(required=False, allow_null=True, default=None)
    resolved = serializers.ChoiceField(choices=Callback.Resolved.choices, **MAY_LACK)
    satisfied = serializers.ChoiceField(
        choices=Callback.Satisfied.choices,
        help_text="one of the answers offered: three of them, or all five where the policy that scores the "
        "month of the case says so; any other is 400 and names those offered",
        **MAY_LACK,
    )
    words = serializers.CharField(**TEXT, **MAY_LACK)
    then = serializers.ChoiceField(
        choices=[("close", "close"), ("reopen", "reopen")],
        help_text="a step to take at once",
        **MAY_LACK,
    )


class AlsoIn(SaidIn):
    """What was said in the same call of another case of it."""

    case = serializers.CharField(max_length=24)


class CallbackIn(SaidIn):
    """One attempt. Where the resident was reached, all three answers are needed, for every case spoken of."""

    outcome = serializers.ChoiceField(choices=Callback.Outcome.choices)
    also = AlsoIn(many=True, required=False, help_text="other cases of the same call")
