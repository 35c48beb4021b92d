"""Files of a working group: looked into, stored, and taken away again where their message fails."""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.core.files.base import ContentFile, File
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from accounts.refusals import BadInput
from cases.file_kinds import JPEG, FileKind, kind_of, safe_name
from cases.models import GroupFile, GroupMessage
from cases.services.photos import reencode

Upload: TypeAlias = "UploadedFile[Any]"

MOST_FILES = 6
LARGEST_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that may be kept: its name made safe, its kind found in its content."""

    name: str
    kind: FileKind
    content: "File[Any]"


def check_files(files: Sequence[Upload]) -> list[Checked]:
    """Return the files as they may be kept; raise `BadInput` on what is too large, too many or unknown."""
    if len(files) > MOST_FILES:
        raise BadInput({"files": _("At most %(count)s files at once.") % {"count": MOST_FILES}})
    return [_check(file) for file in files]


def _check(file: Upload) -> Checked:
    named = {"name": file.name or ""}
    if (file.size or 0) > LARGEST_BYTES:
        raise BadInput({"files": _("“%(name)s” is larger than 20 MB.") % named})
    kind = kind_of(file, file.name or "")
    if kind is None:
        text = _(
            "“%(name)s” cannot be taken: its content is no photo (JPEG, PNG, WebP), PDF, DOCX, XLSX, "
            "TXT, MP3 or AMR."
        )
        raise BadInput({"files": text % named})
    if kind.image:
        content = ContentFile(reencode(file, "files"))
        return Checked(safe_name(file.name or "", JPEG), JPEG, content)
    return Checked(safe_name(file.name or "", kind), kind, file)


@contextmanager
def stored(message: GroupMessage, files: Sequence[Checked]) -> Iterator[list[GroupFile]]:
    """Lend the files as rows not yet saved, their content stored; it is removed where the block fails."""
    rows: list[GroupFile] = []
    try:
        for file in files:
            row = GroupFile(
                message=message,
                token=uuid.uuid4(),
                name=file.name,
                content_type=file.kind.content_type,
                size=file.content.size,
            )
            row.file.save(file.name, file.content, save=False)
            rows.append(row)
        yield rows
    except BaseException:
        for row in rows:
            row.file.delete(save=False)
        raise
