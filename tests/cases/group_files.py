"""Small files of every kind for tests."""

import zipfile
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    """Return an upload that claims to be nothing in particular."""
    return SimpleUploadedFile(name, content, "application/octet-stream")


def picture(form: str) -> bytes:
    """Return a small picture in the form named."""
    out = BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, form)
    return out.getvalue()


def office(*parts: str) -> bytes:
    """Return a ZIP file with those parts."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for part in parts:
            archive.writestr(part, "<x/>")
    return out.getvalue()


DOCX = office("[Content_Types].xml", "word/document.xml")
XLSX = office("[Content_Types].xml", "xl/workbook.xml")
MACROS = office("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
MP3 = b"ID3\x04\x00\x00\x00\x00\x00\x00"
MP3_BARE = b"\xff\xfb\x90\x64" + bytes(60)
AMR = b"#!AMR\n" + bytes(32)
