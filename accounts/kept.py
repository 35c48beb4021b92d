"""Keep in this process, for a minute, what changes rarely and every request asks for."""

import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

SECONDS = 60.0
"""For how long a process trusts what it has read; whoever changes it here calls `forget`."""


class Kept(Generic[T]):
    """A value read at the first use and again when it is older than a minute.

    With `keep_empty=False` an empty one is asked for again: nothing was imported yet.
    """

    def __init__(self, read: Callable[[], T], *, keep_empty: bool = True) -> None:
        self._read, self._keep_empty = read, keep_empty
        self._held: tuple[float, T] | None = None

    def get(self) -> T:
        """Return the value, at most a minute old."""
        now = time.monotonic()
        if self._held is not None and now - self._held[0] < SECONDS:
            return self._held[1]
        value = self._read()
        if value or self._keep_empty:
            self._held = (now, value)
        return value

    def forget(self) -> None:
        """Read again at the next use."""
        self._held = None
