"""Policy files held against what their YAML declares, before dbt begins: columns, types, and the tests of the seeds.

The YAML of the seeds is the one place that says what a file may hold, and the macros of the tests say what its words mean:
both are read here as dbt reads them. A test answers how many rows break a rule; here they are named, with the value.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from customer360.core import functions
from customer360.core.declarations import DeclarationError, read_yaml
from customer360.core.expressions import conjuncts
from customer360.core.macros import Macros
from customer360.core.policy import BASE, PolicyTable, policy_files
from customer360.core.sources import rules_of

SHOWN = 12
"""Faults that one message names."""
ROWS_SHOWN = 3
"""Rows that break one rule of which each is named."""
ROW = "file_row"
"""The column of a loaded file that holds the number of the row, as a spreadsheet counts it."""

_MACROS = ("macros/quality", "macros/tags", "tests/generic")
_WHOLE = {"integer", "bigint"}
_TYPES = {
    "whole": ("is no whole number 不是整数", "Write digits and nothing else"),
    "number": ("is no number 不是数字", "Write digits with a decimal point and nothing else, 30% as 0.3"),
    "date": ("is no date 不是日期", "Write YYYY-MM-DD"),
    "boolean": ("is neither true nor false 既不是 true 也不是 false", "Write true or false"),
}
"""What is wrong with a text that is no value of a type, and the remedy."""


class Refused(DeclarationError):
    """Policy files that cannot be used: a sentence for each fault."""

    def __init__(self, faults: Sequence[str]) -> None:
        lines = list(faults[:SHOWN])
        if len(faults) > SHOWN:
            lines.append(f"and {len(faults) - SHOWN} more 另有 {len(faults) - SHOWN} 处")
        Exception.__init__(self, "\n  ".join(lines))


@dataclass(frozen=True)
class Seed:
    """What YAML declares of one seed."""

    name: str
    types: Mapping[str, str]
    """Column → type, in the order of the YAML."""
    rules: tuple[tuple[str, Sequence[Any]], ...]
    """Rules of each column, for the macro stated_rules."""
    tests: tuple[tuple[str, str | None, Mapping[str, Any]], ...]
    """Generic test, column and arguments; the key `where` is that of its config."""


def declared_seeds(project: Path) -> dict[str, Seed]:
    """The seeds of the project by name, as the YAML beside them declares them."""
    seeds = {}
    for folder in ("policy", "reference"):
        for file in sorted((project / "seeds" / folder).glob("_*.yml")):
            for declared in (read_yaml(file) or {}).get("seeds") or ():
                types = (declared.get("config") or {}).get("column_types") or {}
                columns = declared.get("columns") or ()
                seeds[declared["name"]] = Seed(
                    declared["name"],
                    {column["name"]: types.get(column["name"], "varchar") for column in columns},
                    tuple((column["name"], rules_of(column)) for column in columns),
                    tuple(_tests(declared, None))
                    + tuple(test for column in columns for test in _tests(column, column["name"])),
                )
    return seeds


def _tests(
    declared: Mapping[str, Any], column: str | None
) -> Iterator[tuple[str, str | None, Mapping[str, Any]]]:
    for test in declared.get("data_tests") or ():
        name, said = next(iter(test.items())) if isinstance(test, dict) else (test, {})
        where = (said.get("config") or {}).get("where")
        yield name, column, {**(said.get("arguments") or {}), **({"where": where} if where else {})}


def check_files(
    project: Path, policy: str, variables: Mapping[str, str], only: Iterable[str] | None = None
) -> None:
    """Raise Refused, which names every fault, where a file of a policy or of the reference data is not what its YAML
    declares. `variables` are those of dbt that the YAML reads. `only` looks at these seeds alone."""
    files = policy_files(project, policy)
    files |= {file.stem: file for file in sorted((project / "seeds" / "reference").glob("*.csv"))}
    seeds = {name: seed for name, seed in declared_seeds(project).items() if name in files}
    own = project / "policies" / policy
    checking = Checking(project, own if policy != BASE else None, files, seeds, variables)
    faults = dict.fromkeys(str(fault) for name in (only or seeds) for fault in checking.faults(seeds[name]))
    if faults:
        raise Refused(list(faults))


class Checking:
    """One look at the files of a policy, loaded into a database in memory as they are needed."""

    def __init__(
        self,
        project: Path,
        own: Path | None,
        files: Mapping[str, Path],
        seeds: Mapping[str, Seed],
        variables: Mapping[str, str],
    ) -> None:
        self.base, self.own, self.files, self.seeds = project / "seeds" / "policy", own, files, seeds
        self.connection = duckdb.connect(config={"threads": 1})
        given = {"var": variables.__getitem__, "execute": True, "function": self._function}
        self.macros = Macros((project / folder for folder in _MACROS), given)
        self._made: set[str] = set()
        self._loaded: dict[str, list[DeclarationError]] = {}

    def faults(self, seed: Seed) -> list[DeclarationError]:
        """Everything that is wrong with the file of a seed. What cannot be read, or has other columns or types, is not
        looked at further."""
        if found := self._load(seed):
            return found
        return [
            fault
            for name, column, arguments in seed.tests
            for fault in self._broken(seed, name, column, arguments)
        ]

    def error(self, seed: Seed, at: str, problem: str, remedy: str) -> DeclarationError:
        """What is wrong at one place of a file; a company mends a file of the base in a copy of its own."""
        file = self.files[seed.name]
        if self.own and file.parent == self.base:
            remedy += f", in a copy of the file: {self.own / file.name}"
        return DeclarationError(file, at, problem, remedy)

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return self.connection.execute(sql).fetchall()

    def _function(self, name: str) -> str:
        """The name of a function of the project, which is made with the functions and seeds that its body names."""
        if name not in self._made:
            self._made.add(name)
            project = self.base.parents[1]
            named = set(re.findall(r"\w+", functions.body(project, name)))
            for other in functions.arguments(project).keys() & named:
                self._function(other)
            for seed in self.seeds.keys() & named:
                self._load(self.seeds[seed])
            self.connection.execute(functions.definition(project, name))
        return name

    # --- reading ------------------------------------------------------------------------------------------

    def _load(self, seed: Seed) -> list[DeclarationError]:
        """Make a table of the file, once; what keeps it from being one."""
        if seed.name not in self._loaded:
            self._loaded[seed.name] = list(self._read(seed))
        return self._loaded[seed.name]

    def _read(self, seed: Seed) -> Iterator[DeclarationError]:
        try:
            table = PolicyTable(self.files[seed.name], list(seed.types), exactly=True)
        except DeclarationError as error:
            yield error
            return
        # JSON in the statement: for any parameter DuckDB loads pandas first, which takes longer than all of this
        rows = json.dumps(
            [[str(number), *(row[column] or None for column in seed.types)] for number, row in table.rows]
        )
        cells = "".join(f", cells[{n}] as {column}" for n, column in enumerate(seed.types, 2))
        literal = rows.replace("'", "''")
        self.connection.execute(
            f"create or replace temp table texts as select cast(cells[1] as integer) as {ROW}{cells}"
            f""" from (select unnest(from_json('{literal}', '[["varchar"]]')) as cells)"""
        )
        is_sound = True
        for number, row in table.rows:
            for column, text in row.items():
                if text and not text.strip():
                    is_sound = False
                    yield self.error(
                        seed,
                        f"row {number}, {column}",
                        "holds blanks and nothing else 只有空格",
                        "Fill it, or leave it empty",
                    )
        wrong = [
            f"select {ROW}, '{column}', {column} from texts where {_is_no(column, kind)}"
            for column, kind in seed.types.items()
            if _family(kind) != "text"
        ]
        for row, column, value in self.ask(" union all ".join(wrong) + " order by 1") if wrong else ():
            is_sound = False
            problem, remedy = _TYPES[_family(seed.types[column])]
            yield self.error(seed, f"row {row}, {column}", f"{value!r} {problem}", remedy)
        if is_sound:
            typed = "".join(f", cast({column} as {kind}) as {column}" for column, kind in seed.types.items())
            self.connection.execute(f"create table {seed.name} as select {ROW}{typed} from texts")

    # --- rules --------------------------------------------------------------------------------------------

    def _broken(
        self, seed: Seed, name: str, column: str | None, arguments: Mapping[str, Any]
    ) -> Iterator[DeclarationError]:
        """The rows that break one generic test."""
        arguments = dict(arguments)
        where = arguments.pop("where", None)
        rows = f"(select * from {seed.name} where {where}) as {seed.name}" if where else seed.name
        if name == "rules_hold":
            columns = [(column, [self._told(rule) for rule in rules]) for column, rules in seed.rules]
            given = self._told(arguments.get("key", [])), self._told(arguments.get("rules", []))
            stated = self.macros["stated_rules"](rows, *given, columns)
            counted = "".join(f", {rule['counted']}" for rule in stated)
            ((_, *counts),) = self.ask(f"select count(*){counted} from {rows}")
            for rule, count in zip(stated, counts, strict=True):
                yield from self._of_rule(seed, rows, rule) if count else ()
        elif name == "relationships":
            yield from self._of_reference(seed, rows, column, **arguments)
        elif name == "intervals_do_not_overlap":
            for one, other in self.ask(self.macros[f"test_{name}"](rows, ROW, arguments["intervals"])):
                yield self._overlapping(
                    seed, one, other, [c for i in arguments["intervals"] for c in i.values()]
                )
        elif name == "bands_join":
            for band in self.ask(self.macros[f"test_{name}"](rows, key=ROW, **arguments)):
                yield self._apart(seed, arguments["lower"], arguments["upper"], *band)

    def _told(self, said: Any) -> Any:
        """What YAML says, with what stands in braces."""
        if isinstance(said, str):
            return self.macros.render(said) if "{{" in said else said
        if isinstance(said, list):
            return [self._told(one) for one in said]
        return (
            {self._told(key): self._told(value) for key, value in said.items()}
            if isinstance(said, dict)
            else said
        )

    def _of_rule(self, seed: Seed, rows: str, rule: Mapping[str, Any]) -> Iterator[DeclarationError]:
        """The rows that break one rule of rules_hold, named, each with what is wrong and what to do."""
        word, told, column, scope = rule["word"], rule["told"], rule["column"], rule["scope"]
        of = "" if scope == "true" else f" where {scope}"
        if word == "rows":
            ((there,),) = self.ask(f"select count(*) from {rows} where {scope}")
            yield self.error(
                seed,
                "rows",
                f"holds {there} rows{of}, and {told} {'is' if told == 1 else 'are'} needed 行数不对",
                f"Keep {told}",
            )
        elif word in ("unique", "key"):
            yield from self._twice(seed, rows, told if word == "key" else [column], scope, word == "unique")
        elif word in _WORDS:
            values = (
                f"select {ROW}, {column} from {rows} where ({scope}) and ({rule['broken']}) order by {ROW}"
            )
            for row, value in self.ask(values)[:ROWS_SHOWN]:
                problem, remedy = _WORDS[word](value, told)
                yield self.error(seed, f"row {row}, {column}", problem + of, rule["remedy"] or remedy)
        else:
            yield from self._unmet(seed, rows, word if column is None else rule["broken"], rule)

    def _twice(
        self, seed: Seed, rows: str, key: Sequence[str], scope: str, is_nullable: bool
    ) -> Iterator[DeclarationError]:
        """Rows that share a key, and rows that have none."""
        columns = ", ".join(key)
        is_known = " and ".join(f"{column} is not null" for column in key)
        for *values, places in self.ask(
            f"select {columns}, list({ROW} order by {ROW}) as places from {rows} where ({scope}) and {is_known}"
            f" group by {columns} having count(*) > 1 order by min({ROW})"
        ):
            told = ", ".join(map(_shown, values))
            first, second, *_ = places
            yield self.error(
                seed,
                f"row {second}, {columns}",
                f"{told} {'stands' if len(key) == 1 else 'stand'} in row {first} too 与第 {first} 行重复",
                "Change one of the two rows, or remove it",
            )
        if not is_nullable:
            empty = " or ".join(f"{column} is null" for column in key)
            for row, *values in self.ask(
                f"select {ROW}, {columns} from {rows} where ({scope}) and ({empty}) order by {ROW}"
            ):
                column = next(column for column, value in zip(key, values, strict=True) if value is None)
                yield self.error(seed, f"row {row}, {column}", *_WORDS["not_null"](None, True))

    def _unmet(
        self, seed: Seed, rows: str, condition: str, rule: Mapping[str, Any]
    ) -> Iterator[DeclarationError]:
        """The rows that do not meet a condition, by the part of it that they break."""
        parts = conjuncts(rule["word"]) if rule["broken"].startswith("not coalesce(") else [condition]
        for part in parts:
            words = re.findall(r"\w+", re.sub(r"'[^']*'", "", part))
            named = [word for word in dict.fromkeys(words) if word in seed.types]
            columns = "".join(f", {column}" for column in named)
            found = self.ask(
                f"select {ROW}{columns} from {rows} where ({rule['scope']}) and not coalesce({part}, false) order by {ROW}"
            )
            for row, *values in found[:ROWS_SHOWN]:
                told = ", ".join(map(_shown, values))
                yield self.error(
                    seed,
                    f"row {row}, {', '.join(named)}",
                    f"{told} {'breaks' if len(named) == 1 else 'break'} the rule `{' '.join(part.split())}` 不符合规则",
                    rule["remedy"] or "Change the row so that the rule holds",
                )

    def _of_reference(
        self, seed: Seed, rows: str, column: str, to: str, field: str
    ) -> Iterator[DeclarationError]:
        """Rows whose value another seed has to list, and does not."""
        named = re.fullmatch(r"ref\('(\w+)'\)", to)
        other = self.seeds.get(named[1]) if named else None
        if other is None or self._load(other):
            return  # dbt sees a model; what is wrong with a file is said of that file
        known = [
            value
            for (value,) in self.ask(
                f"select distinct {field} from {other.name} where {field} is not null order by 1"
            )
        ]
        for row, value in self.ask(
            f"select {ROW}, {column} from {rows} where {column} is not null"
            f" and cast({column} as varchar) not in (select cast({field} as varchar) from {other.name} where {field} is not null)"
            f" order by {ROW}"
        )[:ROWS_SHOWN]:
            file = self.files[other.name].name
            yield self.error(
                seed,
                f"row {row}, {column}",
                f"{_shown(value)} is no {field} of {file} 未在 {file} 中定义",
                _near(value, known, f"Add it there, or use one of: {_listed(known)}"),
            )

    def _overlapping(self, seed: Seed, one: int, other: int, columns: Sequence[str]) -> DeclarationError:
        first, second = self.ask(
            f"select {', '.join(columns)} from {seed.name} where {ROW} in ({one}, {other}) order by {ROW}"
        )
        told = " and ".join(
            ", ".join("-" if v is None else str(v) for v in values) for values in (first, second)
        )
        return self.error(
            seed,
            f"rows {one} and {other}, {', '.join(columns)}",
            f"{told} overlap 区间重叠",
            "Move a bound of one of the two rows",
        )

    def _apart(
        self, seed: Seed, lower: str, upper: str, row: int, ends: Any, next_row: int | None, begins: Any
    ) -> DeclarationError:
        """Two neighbouring bands that do not join, or a last one that ends."""
        if next_row is None:
            return self.error(
                seed,
                f"row {row}, {upper}",
                f"the last band ends at {_plain(ends)}, and no band holds what lies above it 最后一档没有覆盖更高的值",
                "Leave it empty",
            )
        ended = "has no end" if ends is None else f"ends at {_plain(ends)}"
        if ends is None or begins is None or ends > begins:
            what = "the bands overlap 区间重叠"
        else:
            what = "a gap lies between the bands 区间之间有空档"
        return self.error(
            seed,
            f"rows {row} and {next_row}, {upper} and {lower}",
            f"{what}: the first {ended}, the second begins at {_plain(begins)}",
            f"Write the same number as {upper} of row {row} and as {lower} of row {next_row}",
        )


def _family(kind: str) -> str:
    """What a column type means to those who write the file."""
    name = kind.lower().partition("(")[0]
    if name in _WHOLE:
        return "whole"
    return name if name in ("date", "boolean") else "number" if name in ("double", "decimal") else "text"


def _is_no(column: str, kind: str) -> str:
    """SQL: a text is no value of a type. A whole number has no decimals, which a cast would round away."""
    refused = f"try_cast({column} as {kind}) is null"
    if _family(kind) == "whole":
        refused += f" or not regexp_full_match(trim({column}), '[+-]?[0-9]+')"
    if _family(kind) == "number":
        refused += f" or not isfinite(try_cast({column} as double))"
    if _family(kind) == "boolean":
        refused += f" or lower(trim({column})) not in ('true', 'false')"
    return f"{column} is not null and ({refused})"


def _of_share(value: Any, told: Any) -> tuple[str, str]:
    remedy = f"Write {value:g}% as {value / 100:g}" if 1 < value <= 100 else "Write 30% as 0.3"
    return f"{_plain(value)} does not lie between 0 and 1 不在 0 与 1 之间", remedy


def _of_bound(words: str) -> Callable[[Any, Any], tuple[str, str]]:
    return lambda value, told: (
        f"{_plain(value)} is not {words} {told} 超出界限",
        f"Write a number {words} {told}" if not isinstance(told, str) else "Change one of the two columns",
    )


def _of_list(value: Any, told: Sequence[Any]) -> tuple[str, str]:
    return f"{_shown(value)} is not among the values 不在可选值中", _near(
        value, told, f"Use one of: {_listed(told)}"
    )


_WORDS: dict[str, Callable[[Any, Any], tuple[str, str]]] = {
    "not_null": lambda value, told: ("is empty 为空", "Fill it"),
    "share": _of_share,
    "values": _of_list,
    "known": _of_list,
    "at_least": _of_bound("at least"),
    "at_most": _of_bound("at most"),
    "above": _of_bound("above"),
    "below": _of_bound("below"),
}
"""By word of a rule: from the value of a row and what the rule says, what is wrong and what to do."""


def _shown(value: Any) -> str:
    return "(empty)" if value is None else repr(value) if isinstance(value, str) else _plain(value)


def _plain(value: Any) -> str:
    """A number as people write it."""
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    return re.sub(r"\.0*$|(\.[0-9]*?)0+$", r"\1", text) if re.fullmatch(r"-?[0-9]+\.[0-9]+", text) else text


def _near(value: Any, known: Sequence[Any], otherwise: str) -> str:
    near = difflib.get_close_matches(str(value), [str(one) for one in known], 1)
    return f"Did you mean {near[0]}?" if near else otherwise


def _listed(known: Sequence[Any]) -> str:
    shown = ", ".join(map(str, known[:20]))
    return f"{shown} …" if len(known) > 20 else shown
