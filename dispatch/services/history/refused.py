"""The file of refused rows: each as it came, with its line and every reason, never half a row."""

import csv
import io
import os
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from dispatch.services.history.reading import BOM, Unreadable

EXTRA = ("line", "reasons")


class RefusedRows:
    """Appends refused rows. What was written after the last chunk that was stored is cut off again."""

    def __init__(self, path: Path, header: Sequence[str], size: int) -> None:
        self.path, self.size = path, size
        self._header = [name for name in header if name not in EXTRA]
        self._kept = [name not in EXTRA for name in header]
        self._file: BinaryIO | None = None

    def stands(self) -> bool:
        """Tell whether the file still holds what was written before."""
        return not self.size or (self.path.exists() and self.path.stat().st_size >= self.size)

    def cut(self) -> None:
        """Cut off what no stored chunk stands for; raise `Unreadable` where nothing can be written."""
        try:
            if self.size:
                os.truncate(self.path, self.size)
                return
            self.path.touch()  # whether it can be written is known before the first row
            self.path.unlink()
        except OSError as error:
            raise Unreadable("errors_file", str(error)) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()

    def write(self, rows: Sequence[tuple[int, Sequence[str], str]]) -> int:
        """Append (line, cells, reasons), down to the disk; return how long the file is now."""
        if not rows:
            return self.size
        text = io.StringIO()
        writer = csv.writer(text)
        if not self.size:
            writer.writerow([*self._header, *EXTRA])
        for line, cells, reasons in rows:
            writer.writerow([*self._placed(cells), line, reasons])
        data = text.getvalue().encode()
        if not self.size:
            data = BOM + data  # spreadsheets take it for UTF-8 then
        if self._file is None:
            self._file = self.path.open("ab")
        self._file.write(data)
        self._file.flush()
        os.fsync(self._file.fileno())
        self.size += len(data)
        return self.size

    def _placed(self, cells: Sequence[str]) -> list[str]:
        """Return the cells under their columns; of a line that is no row, whatever there is of it."""
        if len(cells) != len(self._kept):
            room = len(self._header)
            last = [",".join(cells[room - 1 :])] if len(cells) >= room else []
            placed = [*cells[: room - 1], *last]
            return placed + [""] * (room - len(placed))
        return [cell for cell, kept in zip(cells, self._kept, strict=True) if kept]
