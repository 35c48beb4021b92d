"""Read a history file record by record: by which byte and line each ends, and what cannot be read."""

import csv
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from dispatch.services.history.reasons import MARK

BOM = b"\xef\xbb\xbf"
WIDE = (b"\xff\xfe", b"\xfe\xff")
"""How files of two bytes a letter (UTF-16) begin."""


class Unreadable(ValueError):
    """The file cannot be read as a table at all; `code` says why (`reasons.FILE`)."""

    def __init__(self, code: str, said: str = "") -> None:
        super().__init__(code)
        self.code, self.said = code, said


@dataclass(frozen=True, slots=True)
class Source:
    """A file with what is known of it before its rows are read."""

    path: Path
    sha256: str
    size: int
    encoding: str
    header: tuple[str, ...]
    body: int
    """The byte at which the first row begins."""
    first_line: int
    """The line before the first row's."""


@dataclass(frozen=True, slots=True)
class Record:
    """One row: its cells, its line, and where the next one begins; `problem` where it is none."""

    line: int
    cells: Sequence[str]
    end: int
    end_line: int
    problem: str = ""


def open_source(path: Path) -> Source:
    """Read hash, encoding and header of the file; raise `Unreadable` where it is not a table."""
    try:
        digest, size, encoding = _survey(path)
        with path.open("rb") as file:
            header = next(_Reader(file, encoding, 0, 0, 0).records(), None)
    except OSError as error:
        raise Unreadable("cannot_open", str(error.strerror or error)) from None
    if header is None:
        raise Unreadable("empty")
    names = tuple(cell.strip().lower() for cell in header.cells)
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if header.problem or not any(names):
        raise Unreadable("no_table")
    if twice:
        raise Unreadable("columns_twice", ", ".join(twice))
    return Source(path, digest, size, encoding, names, header.end, header.end_line)


def read_records(source: Source, start: int, line: int) -> Iterator[Record]:
    """Give the rows that begin at the byte `start`, after the line `line`; empty lines are left out."""
    with source.path.open("rb") as file:
        yield from _Reader(file, source.encoding, start, line, len(source.header)).records()


def _survey(path: Path) -> tuple[str, int, str]:
    """Return hash, size and encoding: UTF-8 unless most of the lines with other letters are not."""
    digest, size, foreign, broken = hashlib.sha256(), 0, 0, 0
    with path.open("rb") as file:
        if file.read(2) in WIDE:
            raise Unreadable("utf16")
        file.seek(0)
        for raw in file:
            digest.update(raw)
            size += len(raw)
            if raw.isascii():
                continue
            foreign += 1
            try:
                raw.decode()
            except UnicodeDecodeError:
                broken += 1
    return digest.hexdigest(), size, "gb18030" if broken * 2 > foreign else "utf-8"


@dataclass(slots=True)
class _Reader:
    """Feeds lines to the CSV parser and counts the bytes it has taken."""

    file: BinaryIO
    encoding: str
    end: int
    line: int
    wanted: int
    """How many cells a row has; 0 for the header, which says it."""
    garbled: bool = field(default=False)

    def records(self) -> Iterator[Record]:
        """Give record after record; after one that cannot be read, go on with the very next line."""
        while True:
            self.file.seek(self.end)
            for record in self._until_broken():
                yield record
                if record.problem:
                    break
            else:
                return

    def _until_broken(self) -> Iterator[Record]:
        parser = csv.reader(self._lines(), strict=True)
        while True:
            begin, line, self.garbled = self.end, self.line, False
            try:
                cells = next(parser)
            except StopIteration:
                return
            except csv.Error:
                yield self._one_line(begin, line, "quotes")
                return
            if not any(cells):
                continue
            while self.wanted < len(cells) and self.wanted and not cells[-1]:
                cells.pop()  # some programs end every line with a comma
            many = self.line - line > 1
            if self.wanted and len(cells) != self.wanted:
                problem = f"cells{MARK}{len(cells)}{MARK}{self.wanted}"
                if many:  # a stray quote: what follows the first line may be rows of their own
                    yield self._one_line(begin, line, "quotes")
                    return
                yield Record(line + 1, cells, self.end, self.line, problem)
                return
            problem = "bytes" if self.garbled else ""
            yield Record(line + 1, cells, self.end, self.line, problem)
            if problem:
                return

    def _one_line(self, begin: int, line: int, problem: str) -> Record:
        self.file.seek(begin)
        raw = self.file.readline()
        self.end, self.line = begin + len(raw), line + 1
        said = raw.decode(self.encoding, "replace").rstrip("\r\n").replace("\x00", "")
        return Record(line + 1, [said], self.end, self.line, problem)

    def _lines(self) -> Iterator[str]:
        for raw in self.file:
            first = self.end == 0 and raw.startswith(BOM)
            self.end += len(raw)
            self.line += 1
            yield self._decoded(raw[len(BOM) :] if first else raw)

    def _decoded(self, raw: bytes) -> str:
        try:
            text = raw.decode(self.encoding)
        except UnicodeDecodeError:
            self.garbled = True
            text = raw.decode(self.encoding, "replace")
        return text.replace("\x00", "") if "\x00" in text else text
