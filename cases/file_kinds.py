"""What a file is by what is in it, never by its name: the kinds a working group may keep.

A text has no signature; it is one where its name says so and nothing in it speaks against it.
"""

import zipfile
from dataclasses import dataclass
from typing import IO, Any

HEAD_BYTES = 16
MOST_ZIP_ENTRIES = 4000
"""Far more parts than any letter or table has; a directory that lists more is no such file."""


@dataclass(frozen=True, slots=True)
class FileKind:
    """One kind of file: the ending its name gets, the type it is sent as. An image is drawn anew."""

    ending: str
    content_type: str
    image: bool = False


JPEG = FileKind("jpg", "image/jpeg", image=True)
PNG = FileKind("png", "image/png", image=True)
WEBP = FileKind("webp", "image/webp", image=True)
PDF = FileKind("pdf", "application/pdf")
DOCX = FileKind("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document")
XLSX = FileKind("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
MP3 = FileKind("mp3", "audio/mpeg")
AMR = FileKind("amr", "audio/amr")
TEXT = FileKind("txt", "text/plain")

ENDINGS = ("jpg", "jpeg", "png", "webp", "pdf", "docx", "xlsx", "txt", "mp3", "amr")
"""What is offered to be picked; what comes is looked into all the same."""

_BEGINS = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"%PDF-", PDF),
    (b"ID3", MP3),
    (b"#!AMR", AMR),
)
_OFFICE = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX}
_CONTROL = frozenset(range(32)) - frozenset(b"\t\n\r\f")


def kind_of(file: IO[Any], name: str) -> FileKind | None:
    """Return what kind of file it is, or None where it is none of ours; the file is rewound."""
    file.seek(0)
    head = file.read(HEAD_BYTES)
    file.seek(0)
    for begin, kind in _BEGINS:
        if head.startswith(begin):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if _is_mpeg_frame(head):
        return MP3
    if head.startswith(b"PK\x03\x04"):
        return _office_kind(file)
    return TEXT if name.lower().endswith(".txt") and _is_text(file) else None


def _is_mpeg_frame(head: bytes) -> bool:
    """Tell whether it begins with a frame of MPEG audio, layer III."""
    return (
        len(head) > 2
        and head[0] == 0xFF
        and head[1] & 0xE6 == 0xE2
        and head[1] & 0x18 != 0x08
        and head[2] & 0xF0 != 0xF0
    )


def _office_kind(file: IO[Any]) -> FileKind | None:
    """Read the directory of a ZIP file, nothing of its content; macros are refused."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist()[: MOST_ZIP_ENTRIES + 1])
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return None
    finally:
        file.seek(0)
    if len(names) > MOST_ZIP_ENTRIES or any(name.endswith("vbaProject.bin") for name in names):
        return None
    if "[Content_Types].xml" not in names:
        return None
    return next((kind for part, kind in _OFFICE.items() if part in names), None)


def _is_text(file: IO[Any]) -> bool:
    content = file.read()
    file.seek(0)
    if not content or _CONTROL & set(content):
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


def safe_name(name: str, kind: FileKind) -> str:
    """Return the name without folders and signs that no name has, under the ending of its kind."""
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = "".join(sign for sign in last if sign.isprintable() and sign not in '<>:"|?*').strip()
    stem, _dot, ending = plain.rpartition(".")
    if not (ending.isascii() and ending.isalnum() and len(ending) <= 5 and not ending.isdigit()):
        stem = plain
    stem = stem.strip(" .")[:120] or "file"
    return f"{stem}.{kind.ending}"
