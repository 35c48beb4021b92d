"""One view of the rows for many queries, so that sums taken one after the other agree."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

MEMORY = "64MB"
"""For sums over a year: with the server's four they are sorted on disk, and take twice as long."""


@contextmanager
def one_snapshot(*, writes: bool = False) -> Iterator[None]:
    """Let every query inside see the rows as they were at the first; within another transaction, as that one does."""
    mode = "" if writes else ", READ ONLY"
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute(f"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ{mode}")
                cursor.execute(f"SET LOCAL work_mem = '{MEMORY}'")
        yield
