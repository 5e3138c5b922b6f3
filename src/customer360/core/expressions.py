"""Expressions that people write into policy: one value out of the columns of a row, and nothing that reads or writes
anything else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import duckdb

CLASSES = frozenset(
    {"BETWEEN", "CASE", "CAST", "COLUMN_REF", "COMPARISON", "CONJUNCTION", "CONSTANT", "FUNCTION", "OPERATOR"}
)
"""Kinds of nodes in DuckDB's own syntax tree: no subquery, window, lambda, star or parameter."""

FUNCTIONS = frozenset(
    {
        "%", "*", "+", "-", "/", "//", "abs", "ceil", "concat", "date_diff", "date_part", "date_trunc", "datediff", "day",
        "dayofweek", "ends_with", "floor", "greatest", "hour", "isodow", "least", "left", "len", "length", "list_contains",
        "ln", "log", "lower", "ltrim", "minute", "mod", "month", "nullif", "quarter", "regexp_matches", "replace", "right", "round",
        "rtrim", "sign", "split_part", "sqrt", "starts_with", "strftime", "strlen", "substr", "substring", "to_days",
        "to_months", "to_years", "trim", "trunc", "upper", "week", "year", "||", "~~", "~~*", "!~~", "!~~*",
    }
)  # fmt: skip
"""Functions and operators of values; none of them reads a file, a variable or a clock."""


KEYWORDS = frozenset(
    {
        "current_catalog", "current_database", "current_date", "current_role", "current_schema", "current_time",
        "current_timestamp", "current_user", "localtime", "localtimestamp", "session_user", "user",
    }
)  # fmt: skip
"""Names that look like columns and are functions of the session."""


class Refused(ValueError):
    """An expression that policy may not hold; the message says why."""


def checked(expression: str) -> str:
    """The expression as DuckDB writes it, on one line and without comments. Raises Refused where it is anything else than
    one value made of columns by CASE, casts, comparisons and the functions of FUNCTIONS."""
    with duckdb.connect() as connection:
        tree = _serialized(connection, f"select ({expression})")
        if tree["error"] or len(tree["statements"]) != 1:
            raise Refused("is not one SQL expression")
        plain = _bare(_serialized(connection, "select 1")["statements"][0]["node"])
        select = tree["statements"][0]["node"]
        if select["type"] != "SELECT_NODE" or len(select["select_list"]) != 1 or _bare(select) != plain:
            raise Refused("is more than one expression")
        for node in _nodes(select["select_list"][0]):
            if node["class"] not in CLASSES:
                raise Refused(f"holds a {node['class'].lower().replace('_', ' ')}, which is not allowed")
            if node["class"] == "COLUMN_REF" and node["column_names"][-1].lower() in KEYWORDS:
                raise Refused(f"reads {node['column_names'][-1]}, which is no column")
            if node["class"] == "FUNCTION" and node["function_name"].lower() not in FUNCTIONS:
                raise Refused(f"calls {node['function_name']}, which is not among the allowed functions")
        (sql,) = connection.execute("select json_deserialize_sql(?)", [json.dumps(tree)]).fetchone()
    return sql.removeprefix("SELECT ")


def conjuncts(condition: str) -> list[str]:
    """The conditions that `and` joins, as they are written; a condition that cannot be taken apart is its only one."""
    with duckdb.connect() as connection:
        tree = _serialized(connection, f"select ({condition})")
        if tree["error"] or len(tree["statements"]) != 1:
            return [condition]
        select = tree["statements"][0]["node"]
        (whole,) = select["select_list"]
        if whole["type"] != "CONJUNCTION_AND":
            return [condition]
        parts = []
        for part in whole["children"]:
            select["select_list"] = [part]
            (sql,) = connection.execute("select json_deserialize_sql(?)", [json.dumps(tree)]).fetchone()
            parts.append(_unwrapped(sql.removeprefix("SELECT ")))
    return parts


def _unwrapped(sql: str) -> str:
    """An expression without the brackets around all of it."""
    depth = 0
    for place, character in enumerate(sql):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth == 0 and place < len(sql) - 1:
            return sql
    return sql[1:-1] if sql[:1] == "(" else sql


def _bare(select: dict[str, Any]) -> dict[str, Any]:
    """What a query has beside its list of values: tables, conditions, groups, order."""
    return {key: value for key, value in select.items() if key != "select_list"}


def _serialized(connection: duckdb.DuckDBPyConnection, sql: str) -> dict[str, Any]:
    (answer,) = connection.execute("select json_serialize_sql(?)", [sql]).fetchone()
    return json.loads(answer)


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Every node of a syntax tree that is an expression."""
    if isinstance(tree, dict):
        if "class" in tree:
            yield tree
        for value in tree.values():
            yield from _nodes(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _nodes(value)
