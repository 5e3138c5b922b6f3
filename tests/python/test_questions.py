"""docs/questions.md: each of the manager's questions is one query of published marts that answers on the demo."""

from __future__ import annotations

import duckdb
import pytest

from conftest import PROJECT
from customer360.core.warehouse import Warehouse
from customer360.presentation import questions

TEXT = (PROJECT / "docs" / "questions.md").read_text(encoding="utf-8")
QUESTIONS = questions.questions(TEXT)


def published() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(Warehouse(PROJECT / "warehouse" / "demo").published), read_only=True)


def test_there_are_ten_questions_in_both_languages() -> None:
    headings = [line for line in TEXT.splitlines() if line.startswith("## ")]
    assert len(headings) == len(QUESTIONS) == 10
    assert all("?" in heading and "？" in heading for heading in headings)


@pytest.mark.parametrize("number", range(1, 11))
def test_a_question_is_answered_by_one_query_of_what_is_published(number: int) -> None:
    """The columns of the answer on the page are those of the query; the figures move with the demo."""
    sql, answer = QUESTIONS[number - 1]
    with published() as connection:
        assert len(connection.extract_statements(sql)) == 1
        now = questions.table(connection, sql).splitlines()
    assert len(now) > 2, "no row answers"
    assert answer.splitlines()[0] == now[0], "python scripts/answer_questions.py"


def test_the_page_keeps_its_words_when_its_answers_are_written() -> None:
    asked = "## 1. How many? 多少？\n\n```sql\nselect 1234.5 as money, null as unknown, true as yes\n```\n\n"
    text = asked + "| old |\n|---|\n| 1 |\n\nAfter.\n"
    with duckdb.connect() as connection:
        once = questions.answered(text, connection)
        assert questions.answered(once, connection) == once
    assert once == (
        f"{asked}| money | unknown | yes |\n| --- | --- | --- |\n| 1,234.5 |  | true |\n\nAfter.\n"
    )
