"""One-line faults in the SQL of a model: every site at which one can be planted, and the SQL with one planted.

A mutant is named by its model, its kind and the text before and after, so that a person can say of one that it is
equivalent (tests/mutation_equivalents.csv).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import sqlglot
from sqlglot import exp

DIALECT = "duckdb"
FIXTURE = "__dbt__cte__"
"""dbt puts the rows of a unit test before the model as CTEs of this prefix."""

Change = tuple[str, Callable[[exp.Expression], exp.Expression | None]]
"""A kind of fault, and what makes the changed node of a copy; None removes it from its parent."""

_UNITS = {
    "day": "week",
    "week": "month",
    "month": "quarter",
    "quarter": "year",
    "year": "month",
    "hour": "day",
}
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_BOUNDARY = {exp.LT: exp.LTE, exp.LTE: exp.LT, exp.GT: exp.GTE, exp.GTE: exp.GT}
_TURNED = {
    exp.LT: exp.GT,
    exp.LTE: exp.GTE,
    exp.GT: exp.LT,
    exp.GTE: exp.LTE,
    exp.EQ: exp.NEQ,
    exp.NEQ: exp.EQ,
}
_ARITHMETIC = {exp.Add: exp.Sub, exp.Sub: exp.Add, exp.Mul: exp.Div, exp.Div: exp.Mul}
_AGGREGATES = {
    exp.Sum: exp.Max,
    exp.Max: exp.Min,
    exp.Min: exp.Max,
    exp.Avg: exp.Max,
    exp.LogicalOr: exp.LogicalAnd,
    exp.LogicalAnd: exp.LogicalOr,
    exp.ArgMax: exp.ArgMin,
    exp.ArgMin: exp.ArgMax,
    exp.Greatest: exp.Least,
    exp.Least: exp.Greatest,
}


GROSS = {
    "empty": ("every row", "no row", "false"),
    "lose": ("every row", "every row but each fiftieth", "row_copy = 0 and row_place % 50 <> 1"),
    "repeat": ("every row", "each fiftieth row twice", "row_copy = 0 or row_place % 50 = 1"),
}
"""Faults of a whole table: what it has, what it has then, and the condition on its rows, numbered and twice."""


@dataclass(frozen=True)
class Site:
    """A place in a model's SQL and one fault to plant there."""

    kind: str
    before: str
    after: str
    node: int
    """Number of the node in the walk over the model's tree."""
    change: int
    """Number of the change among those of the node."""


class _NullsSmall(sqlglot.dialects.DuckDB):
    """DuckDB, were nulls small."""

    NULL_ORDERING = "nulls_are_small"


class _NullsLarge(sqlglot.dialects.DuckDB):
    """DuckDB, were nulls large."""

    NULL_ORDERING = "nulls_are_large"


def parse(sql: str) -> exp.Expression:
    """The tree of one statement of DuckDB; orders that state where nulls stand are marked `nulls`: every dialect reads
    them alike. Raises sqlglot.errors.ParseError."""
    tree = sqlglot.parse_one(sql, dialect=DIALECT)
    if re.search(r"\bnulls\s+(first|last)\b", sql, re.IGNORECASE):
        others = [sqlglot.parse_one(sql, dialect=dialect) for dialect in (_NullsSmall, _NullsLarge)]
        for orders in zip(*(each.find_all(exp.Ordered) for each in (tree, *others)), strict=True):
            orders[0].meta["nulls"] = len({bool(order.args.get("nulls_first")) for order in orders}) == 1
    for log in list(tree.find_all(exp.Log)):
        # log(2, x) has other last digits than log2(x)
        if log.expression and log.this == exp.Literal.number(2):
            log.replace(exp.Anonymous(this="LOG2", expressions=[log.expression]))
    return tree


def sites(tree: exp.Expression) -> list[Site]:
    """Every fault that can be planted in a tree, in the order of the walk.

    The fixtures of a unit test are no part of the model: two trees that differ in names of relations alone have the
    same sites.
    """
    found = []
    for number, node in enumerate(_walk(tree)):
        for place, (kind, make) in enumerate(_changes(node)):
            made = make(node.copy())
            after = "" if made is None else _text(made)
            if after != (before := _text(node)):
                found.append(Site(kind, before, after, number, place))
    return found


def plant(tree: exp.Expression, site: Site) -> str:
    """The SQL of a copy of the tree with the fault of the site."""
    changed = tree.copy()
    node = next(node for number, node in enumerate(_walk(changed)) if number == site.node)
    make = list(_changes(node))[site.change][1]
    made = make(node.copy())
    if node is changed:
        changed = made
    elif made is None:
        node.pop()
    else:
        node.replace(made)
    return written(changed)


def gross_site(kind: str) -> Site:
    """The fault of a whole table; no node of its SQL has it."""
    before, after, _ = GROSS[kind]
    return Site(kind, before, after, -1, 0)


def gross(sql: str, kind: str) -> str:
    """The SQL with a fault of the whole table around it: the same rows each time, of one row or more at least one."""
    return (
        f"select * exclude (row_place, row_copy) from (\n"
        f"select n.*, row_number() over (order by hash(n)) as row_place from (\n{sql}\n) as n\n"
        f") as numbered, range(2) as copies(row_copy) where {GROSS[kind][2]}"
    )


def written(tree: exp.Expression) -> str:
    """The SQL of a tree, one clause a line."""
    return tree.sql(dialect=DIALECT, pretty=True)


def same_site(site: Site, among: list[Site], own: list[Site]) -> Site | None:
    """The site of another tree of the same model (a unit test's, with other relations and variables) that is `site`
    of the tree with the sites `own`; None where that tree has none."""
    if [(s.kind, s.change) for s in own] == [(s.kind, s.change) for s in among]:
        return among[own.index(site)]
    alike = [s for s in among if (s.kind, s.before, s.after) == (site.kind, site.before, site.after)]
    rank = [s for s in own if (s.kind, s.before, s.after) == (site.kind, site.before, site.after)].index(site)
    return alike[rank] if rank < len(alike) else None


def _walk(tree: exp.Expression) -> Iterator[exp.Expression]:
    """The nodes of a model, depth first, without types and without the fixtures of a unit test."""
    return tree.dfs(prune=_is_foreign)


def _is_foreign(node: exp.Expression) -> bool:
    return isinstance(node, exp.DataType) or (isinstance(node, exp.CTE) and node.alias.startswith(FIXTURE))


def _text(node: exp.Expression) -> str:
    """The SQL of a node with the bare names of relations."""
    text = node.sql(dialect=DIALECT)
    return re.sub(r'"customer360"\."\w+"\."(\w+)"', r"\1", text).replace(FIXTURE, "")


def _changes(node: exp.Expression) -> Iterator[Change]:
    """The faults that a node can have. Their number and order follow from the shape of the tree alone."""
    if _is_foreign(node):
        return
    for matters, changes in (
        (type(node) in _TURNED, _comparisons),
        (isinstance(node, (exp.Between, exp.In, exp.Is, exp.Not)), _comparisons),
        (isinstance(node, (exp.And, exp.Or)), _connectors),
        (isinstance(node, (exp.Where, exp.Having, exp.Qualify, exp.Filter)), _conditions),
        (isinstance(node, exp.Join), _joins),
        (type(node) in _ARITHMETIC, _swap("arithmetic", _ARITHMETIC)),
        (type(node) in _AGGREGATES, _swap("aggregate", _AGGREGATES)),
        (isinstance(node, (exp.Count, exp.Select, exp.Union)), _distincts),
        (isinstance(node, exp.Coalesce), _coalesces),
        (isinstance(node, exp.Ordered), _orders),
        (isinstance(node, exp.Window), _windows),
        (isinstance(node, exp.Case), _cases),
        (isinstance(node, (exp.Literal, exp.Boolean, exp.Var)), _constants),
    ):
        if matters:
            yield from changes(node)


def _swap(kind: str, other: dict[type, type]) -> Callable[[exp.Expression], Iterator[Change]]:
    def changes(node: exp.Expression) -> Iterator[Change]:
        yield kind, _to(other[type(node)])

    return changes


def _to(kind: type) -> Callable[[exp.Expression], exp.Expression]:
    """The same operands under another operator."""
    return lambda node: kind(**{key: value for key, value in node.args.items() if key in kind.arg_types})


def _comparisons(node: exp.Expression) -> Iterator[Change]:
    if type(node) in _TURNED:
        yield "comparison", _to(_TURNED[type(node)])
    if type(node) in _BOUNDARY:
        yield "boundary", _to(_BOUNDARY[type(node)])
    if isinstance(node, exp.Between):
        yield (
            "boundary",
            lambda n: exp.Paren(
                this=exp.And(
                    this=exp.GT(this=n.this, expression=n.args["low"]),
                    expression=exp.LTE(this=n.this.copy(), expression=n.args["high"]),
                )
            ),
        )
        yield (
            "boundary",
            lambda n: exp.Paren(
                this=exp.And(
                    this=exp.GTE(this=n.this, expression=n.args["low"]),
                    expression=exp.LT(this=n.this.copy(), expression=n.args["high"]),
                )
            ),
        )
    if isinstance(node, exp.Not):
        yield "comparison", lambda n: n.this
    elif isinstance(node, (exp.In, exp.Is)) and not isinstance(node.parent, exp.Not):
        yield "comparison", lambda n: exp.Not(this=exp.Paren(this=n))


def _connectors(node: exp.Expression) -> Iterator[Change]:
    other = exp.Or if isinstance(node, exp.And) else exp.And
    yield "and/or", lambda n: exp.Paren(this=other(this=n.this, expression=n.expression))
    if isinstance(node, exp.And):
        yield "dropped condition", lambda n: n.this
        if not isinstance(node.this, exp.And):
            yield "dropped condition", lambda n: n.expression


def _conditions(node: exp.Expression) -> Iterator[Change]:
    if isinstance(node, exp.Filter):
        yield "dropped condition", lambda n: n.this
    elif not isinstance(node.this, exp.And) and not isinstance(node.parent, exp.Filter):
        yield "dropped condition", lambda n: None


def _joins(node: exp.Expression) -> Iterator[Change]:
    side, kind = node.side.upper(), node.kind.upper()
    if not (node.args.get("on") or node.args.get("using")):
        return

    def as_(**given: str) -> Callable[[exp.Expression], exp.Expression]:
        def change(n: exp.Expression) -> exp.Expression:
            n.set("side", None)
            n.set("kind", None)
            for key, value in given.items():
                n.set(key, value)
            return n

        return change

    if kind in ("", "INNER", "OUTER") and not side:
        yield "join kind", as_(side="LEFT")
    elif side in ("LEFT", "RIGHT"):
        yield "join kind", as_(kind="INNER")
    elif side == "FULL":
        yield "join kind", as_(side="LEFT")
    elif kind in ("SEMI", "ANTI"):
        yield "join kind", as_(kind="ANTI" if kind == "SEMI" else "SEMI")


def _distincts(node: exp.Expression) -> Iterator[Change]:
    if isinstance(node, exp.Select):
        if node.args.get("distinct"):
            yield "distinct", lambda n: n.set("distinct", None) or n
    elif isinstance(node, exp.Union):
        yield "distinct", lambda n: n.set("distinct", not n.args.get("distinct")) or n
    elif isinstance(node.this, exp.Distinct):
        if len(node.this.expressions) == 1:
            yield "distinct", lambda n: exp.Count(this=n.this.expressions[0])
    elif node.this is not None and not isinstance(node.this, exp.Star):
        yield "distinct", lambda n: exp.Count(this=exp.Distinct(expressions=[n.this]))


def _coalesces(node: exp.Expression) -> Iterator[Change]:
    yield "coalesce default", lambda n: n.this


def _orders(node: exp.Expression) -> Iterator[Change]:
    if not _orders_matter(node):
        return
    yield "order and nulls", lambda n: n.set("desc", not n.args.get("desc")) or n
    if node.meta.get("nulls"):
        yield "order and nulls", lambda n: n.set("nulls_first", not n.args.get("nulls_first")) or n


def _orders_matter(node: exp.Expression) -> bool:
    """An order decides what a window, an aggregate or a limit gives, and not what rows a query has."""
    query = node.find_ancestor(exp.Select, exp.Window, exp.AggFunc, exp.Union, exp.WithinGroup)
    return not isinstance(query, (exp.Select, exp.Union)) or bool(query.args.get("limit"))


def _windows(node: exp.Expression) -> Iterator[Change]:
    for place in range(len(node.args.get("partition_by") or ())):

        def drop(n: exp.Expression, place: int = place) -> exp.Expression:
            kept = n.args["partition_by"]
            n.set("partition_by", kept[:place] + kept[place + 1 :])
            return n

        yield "partition", drop
    if node.args.get("spec"):
        yield "frame", lambda n: n.set("spec", None) or n


def _cases(node: exp.Expression) -> Iterator[Change]:
    branches = node.args["ifs"]
    for place in range(len(branches)):

        def drop(n: exp.Expression, place: int = place) -> exp.Expression:
            kept = n.args["ifs"]
            if len(kept) == 1:
                return n.args.get("default") or exp.Null()
            n.set("ifs", kept[:place] + kept[place + 1 :])
            return n

        yield "case branch", drop
    if node.args.get("default"):
        yield "case branch", lambda n: n.set("default", None) or n


def _constants(node: exp.Expression) -> Iterator[Change]:
    if isinstance(node, exp.Boolean):
        yield "constant", lambda n: exp.Boolean(this=not n.this)
        return
    text = node.name
    if text.lower() in _UNITS and isinstance(
        node.parent, (exp.DateTrunc, exp.TimestampTrunc, exp.DateDiff, exp.Interval)
    ):
        unit = _UNITS[text.lower()]
        yield "date bound", lambda n: n.set("this", unit) or n
    elif isinstance(node, exp.Var) or _is_counted(node):
        return
    elif not node.is_string:
        kind = "date bound" if node.find_ancestor(exp.Interval) else "constant"
        yield kind, lambda n: exp.Literal.number(_next(text))
    elif isinstance(node.parent, exp.Interval) and text.isdigit():
        yield "date bound", lambda n: exp.Literal.string(str(int(text) + 1))
    elif _DATE.fullmatch(text):
        yield "date bound", lambda n: exp.Literal.string(_day_after(text))
    else:
        yield "constant", lambda n: exp.Literal.string(f"{text}~")


def _is_counted(node: exp.Expression) -> bool:
    """The value of a branch that is only counted: count(case when ... then 1 end)."""
    case = node.parent.parent if isinstance(node.parent, exp.If) and node.arg_key == "true" else None
    return isinstance(case, exp.Case) and isinstance(case.parent, exp.Count)


def _next(number: str) -> str:
    """A whole number and one more; one and a half times a fraction, which 1 would leave far behind."""
    return str(int(number) + 1) if number.isdigit() else repr(float(number) * 1.5)


def _day_after(text: str) -> str:
    try:
        return (dt.date.fromisoformat(text) + dt.timedelta(days=1)).isoformat()
    except (OverflowError, ValueError):
        return "9999-12-30"
