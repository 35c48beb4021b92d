"""What a file is, is found in its content; its name only names it."""

from io import BytesIO

import pytest

from cases.file_kinds import JPEG, PDF, TEXT, FileKind, kind_of, safe_name
from tests.cases import group_files as files

TAKEN = [
    ("现场.jpg", files.picture("JPEG"), "jpg"),
    ("现场.png", files.picture("PNG"), "png"),
    ("现场.webp", files.picture("WEBP"), "webp"),
    ("方案.pdf", files.PDF, "pdf"),
    ("方案.docx", files.DOCX, "docx"),
    ("清单.xlsx", files.XLSX, "xlsx"),
    ("录音.mp3", files.MP3, "mp3"),
    ("录音2.mp3", files.MP3_BARE, "mp3"),
    ("录音.amr", files.AMR, "amr"),
    ("说明.txt", "第一条 拆除地锁".encode(), "txt"),
    ("旧说明.txt", "第一条 拆除地锁".encode("gb18030"), "txt"),
    ("改了名.exe", files.PDF, "pdf"),
]
REFUSED = [
    ("程序.pdf", b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00"),
    ("网页.pdf", b"<html><script>alert(1)</script></html>"),
    ("网页.html", b"<html></html>"),
    ("图.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
    ("宏.docx", files.MACROS),
    ("压缩包.docx", files.office("a.txt")),
    ("坏.xlsx", b"PK\x03\x04broken"),
    ("动图.gif", b"GIF89a" + bytes(20)),
    ("二进制.txt", b"abc\x00def"),
    ("空.txt", b""),
    ("空.pdf", b""),
]


@pytest.mark.parametrize(("name", "content", "ending"), TAKEN)
def test_what_a_group_may_keep_is_known_by_its_content(
    name: str, content: bytes, ending: str
) -> None:
    file = BytesIO(content)
    kind = kind_of(file, name)
    assert kind is not None
    assert kind.ending == ending
    assert file.tell() == 0


@pytest.mark.parametrize(("name", "content"), REFUSED)
def test_what_it_may_not_keep_is_refused_whatever_its_name(name: str, content: bytes) -> None:
    assert kind_of(BytesIO(content), name) is None


@pytest.mark.parametrize(
    ("name", "kind", "kept"),
    [
        ("整改方案.pdf", PDF, "整改方案.pdf"),
        ("整改方案.exe", PDF, "整改方案.pdf"),
        ("报价v1.2", PDF, "报价v1.2.pdf"),
        ("../../etc/passwd.txt", TEXT, "passwd.txt"),
        ("C:\\照片\\一.png", JPEG, "一.jpg"),
        ('a"b\r\nX: y.txt', TEXT, "abX y.txt"),
        ("\u202efdp.exe", PDF, "fdp.pdf"),
        ("...", TEXT, "file.txt"),
        ("长" * 300 + ".pdf", PDF, "长" * 120 + ".pdf"),
    ],
)
def test_a_name_keeps_nothing_that_could_mislead(name: str, kind: FileKind, kept: str) -> None:
    assert safe_name(name, kind) == kept
