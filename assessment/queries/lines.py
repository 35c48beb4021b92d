"""Where the aggregates read a period's lines from: the rows as they are, or tables with kept lines."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from assessment.layouts import PRESENT
from assessment.queries.inputs import PARTS, parameters, statement
from assessment.spans import Span


@dataclass(frozen=True, slots=True)
class Lines:
    """For each part the text that stands for its lines in a FROM clause, and what the statements are given."""

    tables: Mapping[str, str]
    given: Mapping[str, Any]

    def sql(self, template: str) -> str:
        """Return a statement over `{case}`, `{order}`, … as one over this period's lines."""
        return template.format_map(self.tables)

    def rows(self, template: str, **more: Any) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(self.sql(template), {**self.given, **more})
            return cursor.fetchall()


def live_lines(span: Span, layout: int = PRESENT) -> Lines:
    """Return the lines of a period as its rows are now; the database reads only what a statement needs of them."""
    given = parameters(span)
    return Lines({name: f"({statement(name, given, layout)})" for name in PARTS}, given)


def kept_lines(fill: Callable[[Any, str, str], None]) -> Lines:
    """Return the lines of a period from temporary tables that last until the transaction ends.

    `fill(cursor, part, table)` writes the kept lines of a part into its table; columns that an earlier
    layout did not have stay empty.
    """
    tables = {name: f"pg_temp.kept_{name}" for name in PARTS}
    with connection.cursor() as cursor:
        for name, table in tables.items():
            columns = ", ".join(f'"{column}" {kind}' for column, kind in PARTS[name].columns)
            cursor.execute(f"DROP TABLE IF EXISTS {table}")
            cursor.execute(f"CREATE TEMPORARY TABLE kept_{name} ({columns}) ON COMMIT DROP")
            fill(cursor, name, table)
            cursor.execute(f"ANALYZE {table}")
    return Lines(tables, {})
