"""What can be asked about cases: rows of lists, one case's page, choices of filters."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.kept import Kept
from accounts.models import Unit, User
from cases.event_texts import face_of, note_of
from cases.models import BOUNDARIES, Attachment, Case, CaseEvent, Category, Clock
from cases.privacy import shown_text
from grids.models import Area
from grids.naming import short_name


class CaseLine:
    """A case as one reader may see it in a list: never the caller, the text redacted.

    Only the names in `SHOWN` are passed on, so that a template cannot show what it must not.
    """

    SHOWN = frozenset(
        {
            "pk",
            "number",
            "state",
            "round",
            "urgency",
            "category",
            "confidential",
            "problem_at",
            "area",
            "area_id",
            "town",
            "town_id",
            "callable",
            "callback_given_up",
            "received_at",
            "handled_at",
            "hold_until",
            "urged",
            "get_absolute_url",
        }
    )

    def __init__(self, case: Case, reader: User, clock: Clock | None = None) -> None:
        self._case = case
        self.text = shown_text(case, reader)
        self.clock = clock

    def __getattr__(self, name: str) -> Any:
        if name in CaseLine.SHOWN:
            return getattr(self._case, name)
        raise AttributeError(name)

    # Django's own get_…_display translates every choice of the field to find one: a third of a list.
    def get_state_display(self) -> str:
        return str(self._case.get_state_display())

    def get_urgency_display(self) -> str:
        return str(Case.Urgency(self._case.urgency).label)

    def get_kind_display(self) -> str:
        return str(Case.Kind(self._case.kind).label)

    def get_channel_display(self) -> str:
        return str(Case.Channel(self._case.channel).label)

    @property
    def town_name(self) -> str:
        return short_name(self._case.town.name)

    @property
    def area_name(self) -> str:
        return short_name(self._case.area.name)

    @property
    def place(self) -> str:
        """Return town and area by the names people say."""
        area = "" if self._case.area_id == self._case.town_id else self._case.area.name
        return " · ".join(filter(None, [self.town_name, short_name(area)]))


def lines(cases: Iterable[Case], reader: User) -> list[CaseLine]:
    """Return the cases as rows for the reader, each with its clock due next; one query more.

    The cases must come with category, area and town loaded.
    """
    rows = list(cases)
    due = next_clocks(rows)
    return [CaseLine(case, reader, due.get(case.pk)) for case in rows]


def next_clocks(cases: Sequence[Case]) -> dict[int, Clock]:
    """Return the running clock of each case that is due first; paused ones only where none runs."""
    if not cases:
        return {}
    running = Clock.objects.running().of_case_itself()
    running = running.filter(case__in=[case.pk for case in cases])
    found: dict[int, Clock] = {}
    for clock in sorted(running, key=_due_first):
        found.setdefault(clock.case_id, clock)
    return found


def _due_first(clock: Clock) -> tuple[bool, float, int]:
    return (clock.due_at is None, clock.due_at.timestamp() if clock.due_at else 0.0, clock.pk)


def cases_for_page(user: User) -> QuerySet[Case]:
    """Return the cases the user may see, with what a case's page shows of each."""
    rows = Case.objects.visible_to(user).defer(*BOUNDARIES)
    return rows.select_related(
        "category__parent", "condition", "area", "town", "received_by", "parent", "exit", "accused"
    )


def own_clocks(case: Case) -> list[Clock]:
    """Return the case's own clocks (not its orders'), the running ones first; one query."""
    own = Clock.objects.of_case_itself().filter(case=case)
    rows = list(own.select_related("unit"))
    return sorted(rows, key=lambda clock: (clock.stopped_at is not None, *_due_first(clock)))


@dataclass(frozen=True, slots=True)
class Happening:
    """One entry of a case's timeline, in the reader's words."""

    at: datetime
    label: str
    icon: str
    tone: str
    actor: User | None
    unit: Unit | None
    note: str
    photos: list[dict[str, str]]


def timeline(
    case: Case, reader: User, photos: dict[tuple[datetime, int | None], list[dict[str, str]]]
) -> list[Happening]:
    """Return everything recorded of the case, newest first, in the active language; one query.

    `photos` are those of each step, by its time and order (see `photos_by_step`).
    """
    events = CaseEvent.objects.filter(case=case).select_related("actor", "unit")

    def words(text: str) -> str:
        return shown_text(case, reader, text)

    left = dict(photos)
    return [
        Happening(
            at=event.at,
            label=str(face_of(event.step).label),
            icon=face_of(event.step).icon,
            tone=face_of(event.step).tone,
            actor=event.actor,
            unit=event.unit,
            note=note_of(event, words),
            photos=left.pop((event.at, event.order_ref), []),
        )
        for event in events.order_by("-at", "-id")
    ]


def photos_by_step(
    photos: Iterable[Attachment],
) -> dict[tuple[datetime, int | None], list[dict[str, str]]]:
    """Return the photos by the time and order of the step they came with, as the timeline shows them."""
    found: dict[tuple[datetime, int | None], list[dict[str, str]]] = {}
    for photo in photos:
        found.setdefault((photo.at, photo.order_ref), []).append(
            {"url": reverse("cases:photo", args=[photo.token]), "name": _("Photo")}
        )
    return found


def category_groups() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the second-level categories by the name of the first, as a select's option groups."""
    return _groups.get()


def category_choices() -> list[tuple[str, Any]]:
    """Return every category for a filter: the whole first level, then its second level, in groups."""
    return _choices.get()


def accusable_groups() -> list[Any]:
    """Return the units that may be complained of, by kind, as a select's option groups."""
    return _accusable.get()


def town_choices() -> list[tuple[str, str]]:
    """Return the towns as (code, name)."""
    return _towns.get()


def forget() -> None:
    """Read reference data again at the next use; call it where they change."""
    for kept in (_groups, _choices, _towns, _accusable):
        kept.forget()


def _read_groups() -> list[tuple[str, list[tuple[str, str]]]]:
    rows = list(Category.objects.order_by("code"))
    parents = {row.code: row.name for row in rows if row.parent_id is None}
    groups: dict[str, list[tuple[str, str]]] = {code: [] for code in parents}
    for row in rows:
        if row.parent_id is not None:
            groups.setdefault(row.parent_id, []).append((row.code, row.name))
        elif not any(other.parent_id == row.code for other in rows):
            groups[row.code].append((row.code, row.name))
    return [(parents.get(c, c), leaves) for c, leaves in groups.items() if leaves]


def _read_choices() -> list[tuple[str, Any]]:
    rows = Category.objects.filter(parent=None).order_by("code").values_list("name", "code")
    codes = dict(rows)
    return [
        (name, [(codes[name], name), *leaves])
        for name, leaves in category_groups()
        if name in codes
    ]


def _read_towns() -> list[tuple[str, str]]:
    rows = Area.objects.towns().values_list("code", "name")
    return [(code, short_name(name)) for code, name in rows]


def _read_accusable() -> list[Any]:
    kinds: dict[str, list[tuple[str, str]]] = {}
    for unit in Unit.objects.filter(active=True).order_by("kind", "code"):
        kinds.setdefault(unit.kind, []).append((unit.code, str(unit)))
    return [(Unit.Kind(kind).label, units) for kind, units in kinds.items()]


_accusable = Kept(_read_accusable, keep_empty=False)
_groups = Kept(_read_groups, keep_empty=False)
_choices = Kept(_read_choices, keep_empty=False)
_towns = Kept(_read_towns, keep_empty=False)
