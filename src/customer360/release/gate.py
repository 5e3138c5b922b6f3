"""The gate before a publication: Great Expectations on the candidate, against the contract and the last publication.

What a row, a key or a reference must be is tested by dbt while it builds. The gate asks what only readers notice:
does the copy have the promised columns, and do its figures continue those of the copy that it replaces.
"""

from __future__ import annotations

import json
import logging
import os
import re
import unicodedata
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from customer360.core import reading
from customer360.core.expressions import Refused, checked
from customer360.core.policy import PolicyTable

CONTRACT_RULE = "contract_columns"
"""The one rule that is no figure: columns and types as promised. No reason accepts its breach."""

REPORT = "gate.json"
STOPPED = 1
"""Exit code of the gate where it does not let a candidate pass."""
FLOOR = 0.0001
"""Smallest share of a category in a stability index: one that was absent would make it infinite."""


class Rule(NamedTuple):
    """One row of the policy seed publication_gate."""

    rule_code: str
    table_name: str
    expression: str | None
    statistic: str
    max_fall: float | None
    max_rise: float
    minimum_base: int
    severity: str
    label_zh: str
    label_en: str

    @property
    def sql(self) -> str:
        """The expression as it may stand in a query. Raises Refused where it is not one value out of columns."""
        return checked(self.expression or "null")

    @property
    def measured(self) -> str:
        return f"{self.statistic} of {self.expression or 'rows'} in {self.table_name}"


_NUMBER = r"[0-9]+([.][0-9]+)?"
_SHAPES = {
    "rule_code": r"\w+",
    "table_name": r"\w+",
    "statistic": "row_count|mean|median|distribution",
    "max_fall": f"({_NUMBER})?",
    "max_rise": _NUMBER,
    "minimum_base": "[0-9]+",
    "severity": "critical|warning",
}

Profile = dict[tuple[str, str], list[tuple[str | None, float | None, int]]]
"""Figures of a publication by rule and what it measured: category, value and base."""


def read_rules(file: Path) -> list[Rule]:
    """The rules of a policy's publication_gate.csv. Raises DeclarationError at one that cannot be used."""
    table = PolicyTable(file, Rule._fields)
    return [_rule(table, number, row) for number, row in table.rows]


def _rule(table: PolicyTable, number: int, row: dict[str, str]) -> Rule:
    for column, shape in _SHAPES.items():
        if not re.fullmatch(shape, row[column]):
            raise table.error(number, column, f"{row[column]!r} cannot be used", f"Write it as {shape}")
    rule = Rule(
        row["rule_code"], row["table_name"], row["expression"] or None, row["statistic"],
        float(row["max_fall"]) if row["max_fall"] else None, float(row["max_rise"]), int(row["minimum_base"]),
        row["severity"], row["label_zh"], row["label_en"],
    )  # fmt: skip
    try:
        checked(rule.expression or "null")
    except Refused as error:
        raise table.error(
            number,
            "expression",
            str(error),
            "Write one value made of columns with case, casts, comparisons and functions such as coalesce or extract",
        ) from None
    return rule


def read_profile(published: Path | None) -> Profile:
    """The figures that a publication left for the next one; none where it left none."""
    found: Profile = {}
    if published is None:
        return found
    with reading.connect(published / "customer360.duckdb") as connection:
        if not connection.execute(
            "select 1 from information_schema.tables where table_schema = 'publication' and table_name = 'profile'"
        ).fetchall():
            return found
        for rule, measured, *figure in connection.execute(
            "select rule_code, measured, category, value, base from publication.profile order by all"
        ).fetchall():
            found.setdefault((rule, measured), []).append(tuple(figure))
    return found


# --- expectations ------------------------------------------------------------------------------------------


def expectations(rules: Sequence[Rule], before: Profile) -> dict[str, tuple[str, str, dict[str, Any]]]:
    """By rule: the table it is asked of, the kind of expectation, and its arguments.

    A figure that the last publication does not have, or has of too few rows, is not compared.
    """
    found = {
        CONTRACT_RULE: (
            "publication.contract_columns",
            "UnexpectedRowsExpectation",
            {"unexpected_rows_query": _COLUMNS, "severity": "critical"},
        )
    }
    for rule in rules:
        figures = before.get((rule.rule_code, rule.measured), [])
        if not figures or figures[0][2] < rule.minimum_base or figures[0][1] is None:
            continue
        found[rule.rule_code] = (f"marts.{rule.table_name}", *_expectation(rule, figures))
    return found


_COLUMNS = """
    select
        coalesce(promised.table_name, actual.table_name) as table_name,
        coalesce(promised.column_name, actual.column_name) as column_name,
        promised.data_type as promised_type,
        actual.data_type as actual_type
    from {batch} as promised
    full join (
        select table_name, column_name, lower(data_type) as data_type from duckdb_columns()
        where schema_name = 'marts' and table_name in (select contract.table_name from {batch} as contract)
    ) as actual
        on promised.table_name = actual.table_name and promised.column_name = actual.column_name
    where replace(promised.data_type, ' ', '') is distinct from replace(actual.data_type, ' ', '')
"""


def _expectation(
    rule: Rule, figures: Sequence[tuple[str | None, float | None, int]]
) -> tuple[str, dict[str, Any]]:
    more: dict[str, Any] = {"severity": rule.severity}
    # braces are GX's own marks of places to fill
    expression = rule.sql.replace("{", "{{").replace("}", "}}")
    if rule.statistic == "distribution":
        shares = ", ".join(f"({_literal(category)}, {value!r})" for category, value, _ in figures)
        query = f"""
            with

            before(category, share) as (values {shares}),

            after as (
                select cast(({expression}) as varchar) as category, count(*) / sum(count(*)) over () as share
                from {{batch}} where ({expression}) is not null group by 1
            ),

            compared as (
                select
                    greatest(coalesce(before.share, 0), {FLOOR}) as p,
                    greatest(coalesce(after.share, 0), {FLOOR}) as q
                from before full join after on before.category = after.category
            )

            select sum((q - p) * ln(q / p)) as stability_index from compared
            having coalesce(stability_index, 1e9) > {rule.max_rise!r}
        """
        return "UnexpectedRowsExpectation", more | {"unexpected_rows_query": query}
    low, high = bounds(rule, figures[0][1])
    if rule.statistic == "row_count":
        return "ExpectTableRowCountToBeBetween", more | {"min_value": round(low), "max_value": round(high)}
    if rule.statistic == "mean" and re.fullmatch(r"\w+", rule.expression or ""):
        return "ExpectColumnMeanToBeBetween", more | {
            "column": rule.expression,
            "min_value": low,
            "max_value": high,
        }
    # GX's own expectation of quantiles cannot be written as JSON (numpy's bool)
    function = {"median": "median", "mean": "avg"}[rule.statistic]
    query = f"""
        select {function}(cast(({expression}) as double)) as figure from {{batch}}
        having coalesce(figure not between {low!r} and {high!r}, true)
    """
    return "UnexpectedRowsExpectation", more | {"unexpected_rows_query": query}


def bounds(rule: Rule, value: float) -> tuple[float, float]:
    """Within which the next figure may lie; a negative figure may move as far as its size says."""
    return value - abs(value) * (rule.max_fall or 0), value + abs(value) * rule.max_rise


def _literal(category: str | None) -> str:
    return "'" + str(category).replace("'", "''").replace("{", "{{").replace("}", "}}") + "'"


def _let_duckdb_answer() -> None:
    """Keep one connection: GX closes it before it reads the answer, which duckdb then has forgotten."""
    import sqlalchemy
    from great_expectations.execution_engine import sqlalchemy_execution_engine as engine

    original = engine.SqlAlchemyExecutionEngine.get_connection

    @contextmanager
    def get_connection(self: Any) -> Iterator[Any]:
        if self.engine.dialect.name == "duckdb":
            if not self._connection:
                self._connection = self.engine.connect()
            yield self._connection
        else:
            with original(self) as connection:
                yield connection

    engine.SqlAlchemyExecutionEngine.get_connection = get_connection

    @sqlalchemy.event.listens_for(sqlalchemy.engine.Engine, "connect")
    def find_tables(connection: Any, _: Any) -> None:
        # GX asks for the types of columns without naming the schema
        connection.execute("set search_path = 'marts,publication'")


def validate(published: Path, wanted: dict[str, tuple[str, str, dict[str, Any]]]) -> dict[str, bool | None]:
    """Whether each expectation holds in the published copy of a folder, by Great Expectations; None where it could
    not be evaluated.

    Nothing is sent, no Data Docs are written, and no value of a row is kept: only whether it holds.
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    import great_expectations as gx
    from great_expectations import expectations as gxe

    _let_duckdb_answer()
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_sql(
        name="candidate",
        connection_string=f"duckdb:///{published / 'customer360.duckdb'}",
        kwargs={"connect_args": {"read_only": True}},
    )
    found: dict[str, bool | None] = {}
    for table in sorted({table for table, *_ in wanted.values()}):
        schema, _, name = table.partition(".")
        batch = source.add_table_asset(
            table, table_name=name, schema_name=schema
        ).add_batch_definition_whole_table("all")
        suite = context.suites.add(
            gx.ExpectationSuite(
                name=table,
                expectations=[
                    getattr(gxe, kind)(**arguments, meta={"rule": rule})
                    for rule, (where, kind, arguments) in wanted.items()
                    if where == table
                ],
            )
        )
        outcome = context.validation_definitions.add(
            gx.ValidationDefinition(name=table, data=batch, suite=suite)
        ).run(result_format="BOOLEAN_ONLY")
        for result in outcome.results:
            raised = "'raised_exception': True" in str(result.exception_info)
            found[result.expectation_config.meta["rule"]] = None if raised else bool(result.success)
    # the file may be opened again in this process, to be written
    engine = source.get_execution_engine()
    if engine._connection is not None:
        engine._connection.close()
    engine.engine.dispose()
    source.get_engine().dispose()
    if missing := wanted.keys() - found.keys():
        raise RuntimeError(f"Great Expectations did not answer for {', '.join(sorted(missing))}")
    return found


# --- the audit ---------------------------------------------------------------------------------------------


def audit(
    candidate: Path, rules_file: Path, baseline: Path | None = None, accept: str | None = None
) -> dict[str, Any]:
    """Hold a candidate's published copy against its contract and the last publication.

    `accept` is the reason for which shifts of figures are let through; it is recorded. The columns are no shift.
    """
    rules = read_rules(rules_file)
    before = read_profile(baseline / "published" if baseline else None)
    after = read_profile(candidate / "published")
    wanted = expectations(rules, before)
    holds = validate(candidate / "published", wanted)
    results = [
        {
            "rule": CONTRACT_RULE,
            "table": "all",
            "label_zh": "列与类型符合契约",
            "label_en": "Columns and types as promised",
            "status": "pass" if holds[CONTRACT_RULE] else "fail",
            "detail": "" if holds[CONTRACT_RULE] else ", ".join(broken_columns(candidate / "published")[:6]),
        }
    ]
    for rule in rules:
        key = (rule.rule_code, rule.measured)
        detail = _told(rule, before.get(key, []), after.get(key, []))
        status = "not_compared"
        if rule.rule_code in wanted:
            if holds[rule.rule_code] is None:
                detail = "could not be evaluated: its table or column is not as it was"
            bad = "warn" if rule.severity == "warning" else "accepted" if accept else "fail"
            status = "pass" if holds[rule.rule_code] else bad
        results.append(
            {
                "rule": rule.rule_code,
                "table": rule.table_name,
                "label_zh": rule.label_zh,
                "label_en": rule.label_en,
                "status": status,
                "detail": detail,
            }
        )
    return {
        "baseline": baseline.name if baseline else None,
        "accepted": accept if any(result["status"] == "accepted" for result in results) else None,
        "results": results,
    }


def broken_columns(published: Path) -> list[str]:
    """Which columns are not as promised: names and types, no value."""
    with reading.connect(published / "customer360.duckdb") as connection:
        found = connection.execute(_COLUMNS.format(batch="publication.contract_columns")).fetchall()
    return sorted(
        f"{table}.{column} is {actual or 'missing'} and was promised {'as ' + promised if promised else 'to nobody'}"
        for table, column, promised, actual in found
    )


def _told(rule: Rule, before: list[tuple], after: list[tuple]) -> str:
    """What a person needs to judge a shift: the figures and what the policy allows."""
    if not before:
        return "new: the last publication does not have it"
    if before[0][2] < rule.minimum_base:
        return f"too few rows to compare: {before[0][2]:,}, wanted {rule.minimum_base:,}"
    if rule.statistic != "distribution":
        old, new = before[0][1], after[0][1] if after else None
        shown = "nothing" if new is None else f"{new:,.4g}" if abs(new) < 1000 else f"{new:,.0f}"
        told = "nothing" if old is None else f"{old:,.4g}" if abs(old) < 1000 else f"{old:,.0f}"
        change = f" ({new / old - 1:+.0%})" if new is not None and old else ""
        return f"{told} → {shown}{change}; allowed -{rule.max_fall:.0%} to +{rule.max_rise:.0%}"
    old_shares = {category: value or 0 for category, value, _ in before}
    new_shares = {category: value or 0 for category, value, _ in after}
    moved = sorted(
        old_shares.keys() | new_shares.keys(),
        key=lambda category: (-abs(new_shares.get(category, 0) - old_shares.get(category, 0)), str(category)),
    )
    shown = ", ".join(
        f"{category} {old_shares.get(category, 0):.0%} → {new_shares.get(category, 0):.0%}"
        for category in moved[:3]
    )
    return f"{shown}; stability index above {rule.max_rise:g}"


def show(report: dict[str, Any]) -> str:
    """The gate on one screen: what failed first, what was not compared last."""
    results = report["results"]
    lines = []
    if report["baseline"] is None:
        lines.append("first publication: there is no earlier one to compare with 首次发布，无可比基准")
    for status in ("fail", "accepted", "warn"):
        for result in results:
            if result["status"] == status:
                name = _pad(f"{result['label_en']} {result['label_zh']}", 46)
                lines.append(f"{status:9} {name} {result['detail']}".rstrip())
    counts = {status: sum(r["status"] == status for r in results) for status in ("pass", "not_compared")}
    lines.append(
        f"and {counts['pass']} expectations hold, {counts['not_compared']} had nothing to compare with"
    )
    return "\n".join(lines)


def _pad(text: str, width: int) -> str:
    """Pad to a width of the terminal, where a Chinese character takes two columns."""
    return text + " " * (width - sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text))


def audit_candidate(
    candidate: Path, rules: Path, baseline: Path | None = None, accepted: str | None = None
) -> bool:
    """Audit a candidate, keep the report in it and show it on one screen; whether it may be published.

    Raises DeclarationError for a rule that cannot be used and Held where another program has a file open for writing.
    """
    report = audit(candidate, rules, baseline, accepted)
    (candidate / REPORT).write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(show(report))
    return all(result["status"] != "fail" for result in report["results"])
