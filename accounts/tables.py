"""Read a table from outside (CSV or XLSX), gathering errors by line: all or nothing."""

import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

Row = dict[str, str]


class ImportRefused(Exception):
    """A file that was not taken over; `errors` holds (line, what is wrong), nothing was written."""

    def __init__(self, errors: Sequence[tuple[int, str]]) -> None:
        self.errors = list(errors)
        super().__init__("; ".join(f"{line}: {text}" for line, text in self.errors[:20]))


class Errors:
    """Collects what is wrong with which line, then refuses the whole file."""

    def __init__(self) -> None:
        self.found: list[tuple[int, str]] = []

    def add(self, line: int, text: str) -> None:
        self.found.append((line, text))

    def refuse_if_any(self) -> None:
        """Raise `ImportRefused` where anything was wrong."""
        if self.found:
            raise ImportRefused(sorted(self.found))


def read_table(path: Path, columns: Sequence[str]) -> list[tuple[int, Row]]:
    """Return (line number, row) for each filled line; the file must name all `columns`.

    CSV is UTF-8 (with or without a byte order mark); XLSX is read from its first sheet.
    Raise `ImportRefused` when the file cannot be read or a column is missing.
    """
    lines = list(_lines(path))
    if not lines:
        raise ImportRefused([(1, _("The file is empty."))])
    header = [cell.strip() for cell in lines[0][1]]
    missing = [name for name in columns if name not in header]
    if missing:
        text = _("The header lacks the column(s) %(names)s.") % {"names": ", ".join(missing)}
        raise ImportRefused([(1, text)])
    errors = Errors()
    rows = []
    for number, cells in lines[1:]:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(header):
            errors.add(number, _("The line has more cells than the header."))
            continue
        padded = [*cells, *[""] * (len(header) - len(cells))]
        rows.append((number, {h: c.strip() for h, c in zip(header, padded, strict=True)}))
    errors.refuse_if_any()
    return rows


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        if path.suffix.lower() == ".xlsx":
            yield from _sheet(path)
        else:
            with path.open(encoding="utf-8-sig", newline="") as file:
                reader = csv.reader(file, strict=True)
                for cells in reader:
                    yield reader.line_num, cells
    except FileNotFoundError:
        raise ImportRefused([(0, _("There is no file %(path)s.") % {"path": path})]) from None
    except UnicodeDecodeError:
        text = _("The file is not UTF-8 text; save it as “CSV UTF-8”.")
        raise ImportRefused([(0, text)]) from None
    except (csv.Error, OSError, BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        text = _("The file cannot be read as a table: %(error)s") % {"error": error}
        raise ImportRefused([(0, text)]) from None


def _sheet(path: Path) -> Iterator[tuple[int, list[str]]]:
    book = load_workbook(path, read_only=True, data_only=True)
    sheet = book.worksheets[0]
    for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
        yield number, ["" if cell is None else str(cell) for cell in cells]


class ImportCommand(BaseCommand):
    """A management command that takes one file through one importing service."""

    importer: Callable[[Path], dict[str, int]]

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            counts = self.importer(options["file"])
        except ImportRefused as refusal:
            for line, text in refusal.errors:
                self.stderr.write(_("line %(line)s: %(text)s") % {"line": line, "text": text})
            raise CommandError(
                _("Nothing was imported: %(count)s error(s).") % {"count": len(refusal.errors)}
            ) from None
        self.stdout.write(", ".join(f"{name}: {count}" for name, count in counts.items()))
