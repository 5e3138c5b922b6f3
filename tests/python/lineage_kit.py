"""Where the values of a column come from: a reader of compiled models that follows each value, and not what a value is
compared with. Beside the declared `meta.pii`, which people write, it is a second opinion."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.optimizer.scope import Scope, build_scope

Values = frozenset[str]
"""Names of the personal columns that a value is made of. Where fields stand one below another, each with its name in a
column beside it, `source|column=name` says of which: `case when column = 'name'` lets that one through and no other.
`source|.name` says of which field of a struct."""

NONE: Values = frozenset()
Columns = dict[str, Values]
"""Columns of a relation in their order, in lower case."""

COUNTED = {
    "count", "bool_or", "bool_and", "regexp_matches", "contains", "starts_with", "list_contains", "list_has_any",
    "len", "length", "strlen", "levenshtein", "damerau_levenshtein", "jaro_winkler_similarity", "jaro_similarity",
    "jaccard", "row_number", "isfinite", "suffix", "prefix",
}  # fmt: skip
"""Functions that answer yes or no, how many or how alike, and let no value through."""

_NO_VALUE = (
    exp.Predicate, exp.Connector, exp.Not, exp.Exists, exp.Count, exp.CountIf, exp.LogicalOr, exp.LogicalAnd, exp.Length,
    exp.Levenshtein, exp.RowNumber, exp.Literal, exp.Null, exp.Boolean, exp.DataType, exp.RegexpLike, exp.StartsWith,
    exp.ArraySize, exp.Interval,
)  # fmt: skip

KEY = "customer360_hmac_outer"


class Lineage:
    """What the columns of relations are made of. `unresolved` names columns that no relation explains."""

    def __init__(self) -> None:
        self.relations: dict[str, Columns] = {}
        self._functions: dict[str, tuple[list[str], Scope]] = {}
        self.unresolved: list[str] = []
        self._at = ""
        self._done: dict[int, Columns] = {}
        self._scopes: dict[int, Scope] = {}

    def declare(self, relation: str, columns: Mapping[str, Values]) -> None:
        """A relation that is taken as it is: a source, a seed, a model in another language."""
        self.relations[_bare(relation)] = {name.lower(): values for name, values in columns.items()}

    def declare_function(self, name: str, arguments: Iterable[str], sql: str) -> None:
        """A function of the project: what its body makes of its arguments is followed at each call."""
        scope = build_scope(sqlglot.parse_one(f"select {sql}", read="duckdb"))
        self._scopes |= {id(part.expression): part for part in scope.traverse()}
        self._functions[name.lower()] = ([argument.lower() for argument in arguments], scope)

    def follow(self, relation: str, sql: str) -> Columns:
        """Read a model whose parents are known; what its columns are made of."""
        self._at, self._done = relation, {}
        scope = build_scope(sqlglot.parse_one(sql, read="duckdb"))
        self._scopes |= {id(part.expression): part for part in scope.traverse()}
        self.declare(relation, self._columns(scope))
        return self.relations[_bare(relation)]

    # --- relations

    def _columns(self, scope: Scope) -> Columns:
        query = scope.expression
        if id(query) in self._done:
            return self._done[id(query)]
        if isinstance(query, exp.SetOperation):
            branches, first, parts = [], scope, [query]
            while isinstance(first.expression, exp.SetOperation):  # hundreds in a row
                first, branch = first.set_operation_scopes
                branches.append(branch)
                parts.append(first.expression)
            found = dict(self._told_apart(first))
            # a recursive one reads what stands before its last branch: itself
            self._done |= {id(part): found for part in parts}
            for branch in reversed(branches):
                other = self._told_apart(branch)
                by_name = query.args.get("by_name")
                for name, values in other.items() if by_name else zip(found, other.values(), strict=True):
                    found[name] = found.get(name, NONE) | values
        elif isinstance(query, exp.Select):
            found = {}
            scope.aliases_followed = found  # an expression may use the name of an earlier one
            for projection in query.expressions:
                found.update(self._projection(scope, projection))
        else:  # values, unnest, table functions: one value each
            found = {"*": self._union(scope, query)}
        return self._done.setdefault(id(query), found)

    def _told_apart(self, part: Scope) -> Columns:
        """The columns of one branch of a union, each value marked with what the branch says in words."""
        columns = self._columns(part)
        query = part.expression
        if not isinstance(query, exp.Select):
            return columns
        words = [
            f"|{made.alias.lower()}={made.this.this}"
            for made in query.expressions
            if isinstance(made, exp.Alias) and isinstance(made.this, exp.Literal) and made.this.is_string
        ]
        return {
            name: frozenset(
                value + "".join(word for word in words if word.partition("=")[0] + "=" not in value)
                for value in values
            )
            for name, values in columns.items()
        }

    def _projection(self, scope: Scope, projection: exp.Expression) -> Iterator[tuple[str, Values]]:
        star = (
            projection
            if isinstance(projection, exp.Star)
            else projection.this
            if isinstance(projection, exp.Column) and isinstance(projection.this, exp.Star)
            else None
        )
        if star is None:
            yield projection.alias_or_name.lower(), self._value(scope, projection)
            return
        wanted = projection.table.lower() if isinstance(projection, exp.Column) else None
        without = {part.name.lower() for part in star.args.get("except_") or star.args.get("except") or ()}
        instead = {
            part.alias_or_name.lower(): part
            for part in star.args.get("replace_") or star.args.get("replace") or ()
        }
        for name, columns in self._sources(scope).items():
            if wanted is None or name == wanted:
                for column, values in columns.items():
                    if column not in without:
                        yield column, self._value(scope, instead[column]) if column in instead else values

    def _sources(self, scope: Scope) -> dict[str, Columns]:
        """What a query reads: by name the columns, those that an unpivot makes of others included."""
        found = {}
        for alias, (node, source) in scope.selected_sources.items():
            columns = self._source(source)
            for pivot in node.args.get("pivots") or ():
                if pivot.args.get("unpivot"):
                    ((field, names),) = [(part.this.name.lower(), part.expressions) for part in pivot.fields]
                    value = pivot.expressions[0].name.lower()
                    told = [(name.name, columns.get(name.name.lower(), NONE)) for name in names]
                    columns = columns | {
                        field: NONE,
                        value: frozenset(f"{v}|{field}={name}" for name, values in told for v in values),
                    }
            found[alias.lower()] = columns
        return found

    def _source(self, source: Any) -> Columns:
        if isinstance(source, Scope):
            return self._columns(source)
        relation = _bare(source.sql(dialect="duckdb")) if isinstance(source, exp.Table) else str(source)
        found = self.relations.get(relation.partition(" ")[0]) or self.relations.get(relation)
        if found is None:
            self.unresolved.append(f"{self._at}: relation {relation[:80]}")
            return {}
        return found

    # --- values

    def _value(self, scope: Scope, node: Any, bound: Mapping[str, Values] | None = None) -> Values:
        bound = bound or {}
        if isinstance(node, exp.Column):
            if isinstance(node.this, exp.Star):  # the columns of a row, as an argument
                return frozenset().union(*(values for _, values in self._projection(scope, node)))
            return self._column(scope, node, bound)
        if isinstance(node, exp.Identifier) and node.name.lower() in bound:
            return bound[node.name.lower()]
        if (
            isinstance(node, _NO_VALUE)
            or _is_keyed_hash(node)
            or _is_mask(node)
            or not isinstance(node, exp.Expression)
        ):
            return NONE
        if isinstance(node, exp.Dot):  # a field of a struct, or a function with its schema before it
            if isinstance(node.expression, exp.Identifier):
                return _field(self._value(scope, node.this, bound), node.expression.name)
            return self._value(scope, node.expression, bound)
        if isinstance(node, exp.StructExtract):
            return _field(self._value(scope, node.this, bound), node.expression.name)
        if isinstance(node, exp.Struct):
            return frozenset(
                f"{value}|.{part.this.name.lower()}"
                for part in node.expressions
                for value in self._value(scope, part.expression, bound)
            )
        if isinstance(node, exp.Case):
            branches = [
                _where(self._value(scope, part.args["true"], bound), part.this if node.this is None else None)
                for part in node.args["ifs"]
            ]
            return frozenset().union(*branches, self._all(scope, [node.args.get("default")], bound))
        if isinstance(node, exp.If):
            return self._all(scope, [node.args["true"], node.args.get("false")], bound)
        if isinstance(
            node, (exp.Window, exp.Filter, exp.WithinGroup, exp.Order, exp.IgnoreNulls, exp.Ordered)
        ):
            return self._value(scope, node.this, bound)
        if isinstance(node, (exp.Anonymous, exp.Func)):
            name = (node.name if isinstance(node, exp.Anonymous) else node.sql_name()).lower()
            if name in COUNTED:
                return NONE
            if name in self._functions:
                return self._called(scope, name, node.expressions, bound)
        arguments = list(_arguments(node))
        lambdas = [part for part in arguments if isinstance(part, exp.Lambda)]
        if lambdas:
            given = self._all(scope, [part for part in arguments if not isinstance(part, exp.Lambda)], bound)
            (made,) = lambdas
            inner = {**bound, **{part.name.lower(): given for part in made.expressions}}
            result = self._value(scope, made.this, inner)
            # a filter lets its elements through, a transformation what it makes of them
            return (
                result
                if "transform" in type(node).__name__.lower() or _named(node, "list_transform")
                else given | result
            )
        if isinstance(node, exp.Query):
            inner = self._scopes.get(id(node.unnest()))
            if inner is None:
                self.unresolved.append(f"{self._at}: subquery")
                return NONE
            return frozenset().union(*self._columns(inner).values())
        return self._all(scope, arguments, bound)

    def _all(self, scope: Scope, nodes: Iterable[Any], bound: Mapping[str, Values]) -> Values:
        return reduce(
            frozenset.union, (self._value(scope, node, bound) for node in nodes if node is not None), NONE
        )

    def _called(self, scope: Scope, name: str, given: list[Any], bound: Mapping[str, Values]) -> Values:
        """What a function answers. An argument that is left out is a constant."""
        names, body = self._functions[name]
        values = dict.fromkeys(names, NONE)
        for position, part in enumerate(given):
            if isinstance(part, exp.Kwarg):
                values[part.this.name.lower()] = self._value(scope, part.expression, bound)
            else:
                values[names[position]] = self._value(scope, part, bound)
        return self._value(body, body.expression.expressions[0], values)

    def _union(self, scope: Scope, query: exp.Expression) -> Values:
        return self._all(scope, _arguments(query), {})

    def _column(self, scope: Scope, node: exp.Column, bound: Mapping[str, Values]) -> Values:
        name, table = node.name.lower(), (node.parts[0].name.lower() if len(node.parts) > 1 else "")
        if table in bound:  # a field of a lambda's parameter
            return _field(bound[table], name)
        if not table and name in bound:
            return bound[name]
        place: Scope | None = scope
        while place is not None:
            sources = self._sources(place)
            if table in sources:
                found = sources[table]
                column = node.parts[1].name.lower() if table else name  # a source may have no name
                values = found.get(column, found.get("*"))
                if values is None:
                    return self._lost(node)
                return _field(values, name) if len(node.parts) > 2 else values
            made = getattr(place, "aliases_followed", {})
            word = table or name  # a table that is none is a struct, and the name a field of it
            for found in (*sources.values(), made):
                if word in found:
                    return _field(found[word], name) if table else found[word]
            if word in sources:  # the row as a whole
                return frozenset().union(*sources[word].values())
            for found in sources.values():
                if "*" in found:
                    return found["*"]
            place = None if place.is_cte else place.parent
        return self._lost(node)

    def _lost(self, node: exp.Column) -> Values:
        self.unresolved.append(f"{self._at}: column {node.sql(dialect='duckdb')}")
        return NONE


def _field(values: Values, name: str) -> Values:
    """Values of one field of a struct; of another value than a struct's, all."""
    kept = set()
    for value in values:
        whole, mark, field = value.rpartition("|.")
        if not mark or field == name.lower():
            kept.add(whole if mark else value)
    return frozenset(kept)


def _where(values: Values, condition: exp.Expression | None) -> Values:
    """Values that can be there where the condition holds."""
    for part in condition.flatten() if isinstance(condition, exp.And) else [condition]:
        if (
            isinstance(part, exp.EQ)
            and isinstance(part.this, exp.Column)
            and isinstance(part.expression, exp.Literal)
        ):
            mark, word = f"|{part.this.name.lower()}=", part.expression.this
            values = frozenset(v for v in values if mark not in v or f"{mark}{word}|" in f"{v}|")
    return values


def plain(values: Values) -> list[str]:
    """The names alone."""
    return sorted({value.partition("|")[0] for value in values})


def _arguments(node: exp.Expression) -> Iterator[Any]:
    for value in node.args.values():
        yield from value if isinstance(value, list) else [value]


def _named(node: exp.Expression, name: str) -> bool:
    return isinstance(node, exp.Anonymous) and node.name.lower() == name


def _is_keyed_hash(node: exp.Expression) -> bool:
    """sha256 over the outer pad of the key (function keyed_hash)."""
    return (isinstance(node, exp.SHA2) or _named(node, "sha256")) and KEY in node.sql(dialect="duckdb")


def _is_mask(node: exp.Expression) -> bool:
    """A text of which stars hide a part (functions mask_*)."""
    parts = (
        node.flatten()
        if isinstance(node, exp.DPipe)
        else _arguments(node)
        if isinstance(node, exp.Concat)
        else ()
    )
    for part in parts:
        told = [branch.args["true"] for branch in part.args["ifs"]] if isinstance(part, exp.Case) else [part]
        if all(isinstance(word, exp.Literal) and word.is_string and "**" in word.this for word in told):
            return True
    return False


def _bare(relation: str) -> str:
    return relation.replace('"', "").replace("'", "").lower()
