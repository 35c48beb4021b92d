"""Give documents their numbers: one after another in each form and year, none left out, none twice."""

from collections import Counter
from collections.abc import Iterable

from django.db import connection

from dispatch.models import Document, DocumentCounter

Series = tuple[str, int]
"""A form and a year."""


def take_numbers(series: Iterable[Series]) -> list[int]:
    """Return the next number of each series in turn; three queries for any number of them.

    Call it late in the transaction that uses the numbers: others wait for the counters until it ends,
    and where it is rolled back the numbers are free again.
    """
    wanted = list(series)
    counted = Counter(wanted)
    rows = [DocumentCounter(form=form, year=year) for form, year in sorted(counted)]
    DocumentCounter.objects.bulk_create(rows, ignore_conflicts=True)
    known = DocumentCounter.objects.filter(
        form__in={form for form, _year in counted}, year__in={year for _form, year in counted}
    )
    # In one order, so that two sweepers never wait for each other.
    held = {(row.form, row.year): row for row in known.order_by("form", "year").select_for_update()}
    numbers = []
    for each in wanted:
        held[each].last += 1
        numbers.append(held[each].last)
    DocumentCounter.objects.bulk_update([held[each] for each in counted], ["last"])
    return numbers


def reserve_ids(count: int) -> list[int]:
    """Return the primary keys of documents about to be written, so that their clocks can name them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [Document._meta.db_table, count],  # noqa: SLF001 - Django's own public name for it
        )
        return [row[0] for row in cursor.fetchall()]
