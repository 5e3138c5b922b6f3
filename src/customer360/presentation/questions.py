"""Questions of a page in Markdown, each a query, and their answers as tables."""

import re

import duckdb

_QUESTION = re.compile(r"(```sql\n(.*?)```\n)(?:\n((?:\|[^\n]*\n)+))?", re.DOTALL)
"""A query of the page and, where there is one, the table behind it."""


def questions(text: str) -> list[tuple[str, str]]:
    """Query and answer of each question, in the order of the page; an answer that is not written yet is empty."""
    return [(found[2], found[3] or "") for found in _QUESTION.finditer(text)]


def answered(text: str, connection: duckdb.DuckDBPyConnection) -> str:
    """The page with the answer of each question as a table behind its query."""
    return _QUESTION.sub(lambda found: f"{found[1]}\n{table(connection, found[2])}", text)


def table(connection: duckdb.DuckDBPyConnection, sql: str) -> str:
    """The rows of a query as a table in Markdown."""
    answer = connection.execute(sql)
    names = [name for name, *_ in answer.description]
    lines = [names, ["---"] * len(names), *answer.fetchall()]
    return "".join("| " + " | ".join(map(_shown, line)) + " |\n" for line in lines)


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str | bool):
        return str(value).lower() if isinstance(value, bool) else value
    return f"{value:,.3f}".rstrip("0").rstrip(".")
