"""What the calls on directives, matters, meetings, dockets and papers read and answer."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.api.fields import Coordinate
from cases.api.inputs import MAY_LACK
from dispatch.models import Directive, DirectiveEntry, Meeting, Paper, UnclaimedMatter
from dispatch.queries.dockets import Account
from dispatch.services.papers import LONGEST_TEXT, LONGEST_TITLE, MOST_DIRECTIVES

TITLE, TEXT = {"max_length": LONGEST_TITLE}, {"max_length": LONGEST_TEXT}


def _units(**given: Any) -> serializers.ListField:
    return serializers.ListField(
        child=serializers.CharField(max_length=20), max_length=60, default=list, **given
    )


def _keys(most: int) -> serializers.ListField:
    return serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        max_length=most,
        default=list,
    )


# --- read


class DirectiveIn(serializers.Serializer[Any]):
    """A directive. `lead` and `assists` are unit codes; the limit is `due_at` or `workdays`; it may
    hang on a `case` (number), a `whistle` or a `matter` (ids)."""

    title = serializers.CharField(**TITLE)
    text = serializers.CharField(**TEXT)
    path = serializers.CharField(**TEXT, help_text="the ordered steps, one a line")
    lead = serializers.CharField(max_length=20)
    assists = _units()
    due_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    workdays = serializers.DecimalField(
        max_digits=6, decimal_places=2, required=False, allow_null=True, default=None
    )
    town = serializers.CharField(max_length=9, **MAY_LACK)
    case = serializers.CharField(max_length=24, **MAY_LACK)
    whistle = serializers.IntegerField(required=False, allow_null=True, default=None)
    matter = serializers.IntegerField(required=False, allow_null=True, default=None)


class EntryIn(serializers.Serializer[Any]):
    """`percent` (0 to 99) goes with `progress`; `lon` and `lat` with `verified`."""

    kind = serializers.ChoiceField(choices=DirectiveEntry.Kind.choices)
    text = serializers.CharField(**TEXT)
    percent = serializers.IntegerField(
        min_value=0, max_value=100, required=False, allow_null=True, default=None
    )
    lon = Coordinate(most=180)
    lat = Coordinate(most=90)


class MatterIn(serializers.Serializer[Any]):
    """A matter that nobody claims, of a `case` (number) or without one."""

    title = serializers.CharField(**TITLE)
    text = serializers.CharField(**TEXT)
    category = serializers.CharField(max_length=8)
    case = serializers.CharField(max_length=24, **MAY_LACK)


class MatterRulingIn(serializers.Serializer[Any]):
    """`lasting` writes it into the responsibility list: item `item`, or a new one."""

    lead = serializers.CharField(max_length=20)
    assists = _units()
    ruling = serializers.CharField(**TEXT)
    lasting = serializers.BooleanField(default=False)
    item = serializers.CharField(max_length=12, **MAY_LACK)


class MeetingIn(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=Meeting.Kind.choices)
    held_at = serializers.DateTimeField()
    place = serializers.CharField(max_length=200)
    chair = serializers.CharField(max_length=60, **MAY_LACK)
    matters = _keys(200)


class MinutesIn(serializers.Serializer[Any]):
    minutes = serializers.CharField(**TEXT)
    present = serializers.CharField(**TEXT, **MAY_LACK)


class BulletinIn(serializers.Serializer[Any]):
    """An inspection bulletin on the `directives` (ids) to the whole district."""

    title = serializers.CharField(**TITLE)
    text = serializers.CharField(**TEXT)
    directives = _keys(MOST_DIRECTIVES)


class FreezeIn(serializers.Serializer[Any]):
    """Nothing need be said."""


# --- answered


class EntryOut(serializers.ModelSerializer[DirectiveEntry]):
    unit = serializers.CharField(source="unit.code", default=None, allow_null=True)
    by = serializers.CharField()

    class Meta:
        model = DirectiveEntry
        fields = ["id", "kind", "text", "percent", "lon", "lat", "unit", "by", "at"]


class DirectiveRowOut(serializers.ModelSerializer[Directive]):
    """A directive in a list. `percent` is the share done as the lead published it last."""

    number = serializers.CharField(source="paper.number")
    lead = serializers.CharField(source="lead.code")
    lead_name = serializers.CharField(source="lead.name")
    leader = serializers.CharField(allow_null=True)
    percent = serializers.IntegerField(allow_null=True)
    late = serializers.SerializerMethodField()

    class Meta:
        model = Directive
        fields = [
            "id",
            "number",
            "title",
            "lead",
            "lead_name",
            "town",
            "leader",
            "issued_at",
            "due_at",
            "state",
            "percent",
            "late",
            "reported_at",
            "verified_at",
        ]

    def get_late(self, directive: Directive) -> bool:
        end = directive.reported_at or self.context["at"]
        return bool(end > directive.due_at)


class DirectiveOut(DirectiveRowOut):
    """A directive with its course; `steps` are the entries that you may make now."""

    paper = serializers.IntegerField(source="paper_id")
    path = serializers.SerializerMethodField()
    assists: Any = serializers.SlugRelatedField("code", many=True, read_only=True)
    matter = serializers.CharField(source="matter.number", default=None, allow_null=True)
    entries = EntryOut(many=True, source="course")
    steps = serializers.ListField(child=serializers.CharField())

    class Meta(DirectiveRowOut.Meta):
        fields = [
            *DirectiveRowOut.Meta.fields,
            "paper",
            "text",
            "path",
            "assists",
            "matter",
            "entries",
            "steps",
        ]

    def get_path(self, directive: Directive) -> list[str]:
        return directive.path.splitlines()


class MatterOut(serializers.ModelSerializer[UnclaimedMatter]):
    """An unclaimed matter, ruled on or waiting; `case` is null where you may not see it."""

    category = serializers.CharField(source="category_id")
    case = serializers.CharField(source="case_number", allow_null=True)
    raised_by = serializers.CharField(source="raised_by.code")
    meeting = serializers.IntegerField(source="meeting_id", allow_null=True)
    lead = serializers.CharField(source="lead.code", default=None, allow_null=True)
    assists: Any = serializers.SlugRelatedField("code", many=True, read_only=True)

    class Meta:
        model = UnclaimedMatter
        fields = [
            "id",
            "number",
            "title",
            "text",
            "category",
            "case",
            "raised_by",
            "raised_at",
            "meeting",
            "lead",
            "assists",
            "ruling",
            "ruled_at",
            "lasting",
        ]


class MeetingOut(serializers.ModelSerializer[Meeting]):
    paper = serializers.CharField(source="paper.number", default=None, allow_null=True)
    treated = serializers.IntegerField()
    ruled = serializers.IntegerField()

    class Meta:
        model = Meeting
        fields = [
            "id",
            "kind",
            "held_at",
            "place",
            "chair",
            "present",
            "minutes",
            "closed_at",
            "paper",
            "treated",
            "ruled",
        ]


class PaperRowOut(serializers.ModelSerializer[Paper]):
    class Meta:
        model = Paper
        fields = [
            "id",
            "form",
            "number",
            "title",
            "issued_at",
            "to_all",
            "week",
            "period",
            "subject",
        ]


class TableOut(serializers.Serializer[Any]):
    caption = serializers.CharField()
    columns = serializers.ListField(child=serializers.CharField())
    rows = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))


class SeriesOut(serializers.Serializer[Any]):
    name = serializers.CharField()
    values = serializers.ListField(child=serializers.FloatField(allow_null=True))


class ChartOut(serializers.Serializer[Any]):
    """A chart as data: `kind` is bar, line or pie; null is what was not measured."""

    kind = serializers.CharField()
    caption = serializers.CharField()
    unit = serializers.CharField()
    labels = serializers.ListField(child=serializers.CharField())
    series = SeriesOut(many=True)


class PaperOut(PaperRowOut):
    """A paper with its text as issued."""

    to = serializers.CharField(source="sheet.to")
    paragraphs = serializers.ListField(child=serializers.CharField(), source="sheet.paragraphs")
    tables = TableOut(many=True, source="sheet.tables")
    charts = serializers.SerializerMethodField()
    signed = serializers.CharField(source="sheet.signed")

    class Meta(PaperRowOut.Meta):
        fields = [*PaperRowOut.Meta.fields, "to", "paragraphs", "tables", "charts", "signed"]

    @extend_schema_field(ChartOut(many=True))
    def get_charts(self, paper: Paper) -> Any:
        """Return the charts; papers of before there were any have none."""
        return ChartOut(paper.sheet.get("charts", []), many=True).data


class AccountOut(serializers.Serializer[Account]):
    """A unit's account: `due` in the week, `done` (of that `done_late`), `late` at its end or now."""

    unit = serializers.CharField(source="unit.code")
    unit_name = serializers.CharField(source="unit.name")
    due = serializers.IntegerField()
    done = serializers.IntegerField()
    done_late = serializers.IntegerField()
    late = serializers.IntegerField()
    days_late = serializers.SerializerMethodField()

    def get_days_late(self, account: Account) -> int:
        return account.days_late(self.context["cut"])


class DocketOut(serializers.Serializer[Any]):
    """The account of a week; `paper` is the number under which it was frozen."""

    week = serializers.CharField(source="week.code")
    begins = serializers.DateField(source="week.monday")
    ends = serializers.DateField(source="week.sunday")
    counted_until = serializers.DateTimeField(source="cut")
    paper = serializers.CharField(allow_null=True)
    units = AccountOut(many=True, source="accounts")
