"""The working group as its reader sees it: messages newest last, texts as the reader may read them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse

from accounts.models import Unit, User
from cases.models import Case, GroupFile, GroupMessage
from cases.models.group import GroupMessageQuerySet
from cases.privacy import shown_text

PAGE = 50
"""Messages shown at once; the earlier ones are a page away."""

ICONS = {
    "application/pdf": "file-text",
    "audio/mpeg": "file-music",
    "audio/amr": "file-music",
    "text/plain": "file-text",
}


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file under a message."""

    url: str
    name: str
    size: int
    icon: str
    image: bool


@dataclass(frozen=True, slots=True)
class MessageLine:
    """A message in the panel; `mine` where the reader wrote it."""

    pk: int
    author: User
    unit: Unit | None
    at: datetime
    text: str
    whistle: int | None
    files: list[FileLine]
    mine: bool


def newest_of(number: str, reader: User) -> tuple[int, int] | None:
    """Return the key of the case and of its newest message (0 where there is none), or None where the
    reader sees no such case; one query, on indexes alone."""
    last = GroupMessage.objects.filter(case=OuterRef("pk")).order_by("-id").values("id")[:1]
    seen = Case.objects.visible_to(reader).filter(number=number).order_by()
    row = seen.values_list("pk", Subquery(last))[:1]
    return next(((pk, newest or 0) for pk, newest in row), None)


def messages_of(case_pk: int, whistle: int | None) -> GroupMessageQuerySet:
    """Return the messages of a case; with `whistle`, those about that one and about none."""
    messages = GroupMessage.objects.filter(case=case_pk)
    if whistle is not None:
        messages = messages.filter(Q(whistle_ref=whistle) | Q(whistle_ref=None))
    return messages


def last_lines(
    case: Case, reader: User, whistle: int | None = None, before: int | None = None
) -> tuple[list[MessageLine], int | None]:
    """Return the last messages (those before `before`), and what to ask for the earlier ones with."""
    messages = messages_of(case.pk, whistle)
    if before is not None:
        messages = messages.filter(pk__lt=before)
    found = list(_whole(messages).order_by("-pk")[: PAGE + 1])
    shown = found[:PAGE][::-1]
    return lines_of(shown, case, reader), shown[0].pk if len(found) > PAGE else None


def new_lines(case: Case, reader: User, after: int, whistle: int | None) -> list[MessageLine]:
    """Return the messages after that one."""
    messages = messages_of(case.pk, whistle).filter(pk__gt=after)
    return lines_of(_whole(messages).order_by("pk")[:PAGE], case, reader)


def _whole(messages: GroupMessageQuerySet) -> GroupMessageQuerySet:
    return messages.select_related("author", "unit").prefetch_related("files")


def lines_of(messages: Iterable[GroupMessage], case: Case, reader: User) -> list[MessageLine]:
    """Return the messages as the reader may read them."""
    return [
        MessageLine(
            message.pk,
            message.author,
            message.unit,
            message.at,
            shown_text(case, reader, message.text),
            message.whistle_ref,
            [_file_line(file, case, reader) for file in message.files.all()],
            message.author_id == reader.pk,
        )
        for message in messages
    ]


def _file_line(file: GroupFile, case: Case, reader: User) -> FileLine:
    return FileLine(
        reverse("cases:group_file", args=[file.token]),
        shown_text(case, reader, file.name),
        file.size,
        ICONS.get(file.content_type, "file-description"),
        file.content_type.startswith("image/"),
    )
