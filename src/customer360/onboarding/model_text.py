"""SQL and YAML as text: what the models of a mapping are put together from."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from customer360.core.sources import Condition, Filter

WIDTH = 112
"""Characters of a column of a query that fit into a line of a model."""


def is_number(kind: str) -> bool:
    return kind.split("(")[0] in ("decimal", "integer", "bigint", "double")


def literal(text: str) -> str:
    """A text as SQL, in a file that Jinja reads first."""
    return re.sub(r"\{(?=[{%#])", "{{ '{' }}", "'" + text.replace("'", "''") + "'")


def as_word(text: str) -> str:
    """A text as words are compared: on one line and in small letters."""
    return f"lower({call('squeeze', text)})"


def holds(condition: Condition, relation: str) -> str:
    """A condition of the mapping as SQL that is true or false, and never null."""
    words = ", ".join(literal(word.lower()) for word in condition.words)
    negated = "not in" if condition.negated else "in"
    return f"coalesce({as_word(f'{relation}.{condition.column}')}, '') {negated} ({words})"


def left_out_flag(one: Filter) -> str:
    """The column of `typed` that is true where a filter of the mapping leaves the row out."""
    return f"is_left_out_by_{one.condition.column}"


def coalesced(values: Sequence[str]) -> str:
    """The first value that is not null, one on a line."""
    listed = ",\n".join(values).replace("\n", "\n    ")
    return f"coalesce(\n    {listed}\n)"


def scaled(text: str, factor: Decimal, kind: str, currency: str = "") -> str:
    """The number in a text in the unit of the contract; decimals of its type are kept, doubles as they are."""
    digits = f"{factor:f}"
    whole, _, decimals = digits.partition(".")
    factor_type = f"decimal({max(len(whole.lstrip('0')), 0) + len(decimals) or 1}, {len(decimals)})"
    scale = {"double": ""}.get(kind, f", {(re.search(r',([0-9]+)[)]', kind) or [0, 0])[1]}")
    told = f", currency='{currency}'" if currency else ""
    return f"{{{{ scaled_number(\n    '{text}', '{digits}', '{factor_type}', '{kind}'{scale}{told}\n) }}}}"


def call(function: str, *arguments: str) -> str:
    return f"{{{{ function('{function}') }}}}({', '.join(arguments)})"


def macro_call(name: str, arguments: Sequence[str]) -> str:
    """A call of a macro in SQL, on as many lines as fit."""
    call = f"{{{{ {name}({', '.join(arguments)}) }}}}"
    if len(call) <= WIDTH // 2:
        return call
    return f"{{{{ {name}(\n" + "".join(f"    {argument},\n" for argument in arguments) + ") }}"


def all_with(columns: Mapping[str, str], comment: str = "") -> str:
    """All columns in a list of what is selected, these with another value, as SQL."""
    names = ", ".join(f"'{name}'" for name in columns)
    if len(names) > WIDTH - 30:
        names = "\n" + "".join(f"    '{name}',\n" for name in columns)
    note = f"-- {comment}\n" if comment else ""
    values = note + ",\n".join(as_column(sql, name) for name, sql in columns.items())
    indented = values.replace("\n", "\n    ")
    return f"{{% call all_with([{names}]) %}}\n    {indented}\n{{% endcall %}}"


def as_column(sql: str, name: str) -> str:
    """A column of a query, on as many lines as fit."""
    if max(map(len, f"{sql} as {name}".splitlines())) <= WIDTH:
        return f"{sql} as {name}"
    if len(sql) <= WIDTH or "\n" in sql:
        return f"{sql}\n    as {name}"
    function, _, arguments = sql.partition("}}(")
    return f"{function}}}}}(\n    {arguments.removesuffix(')')}\n) as {name}"


def cte(name: str, sql: str) -> str:
    """A CTE; its SQL is indented once."""
    lines = (f"    {line}" if line else "" for line in sql.strip("\n").splitlines())
    return f"{name} as (\n\n" + "\n".join(lines) + "\n\n)"


def select(columns: Sequence[str], rest: str) -> str:
    """A query. What begins with a comment mark is a comment above the column that follows it."""
    last = max(place for place, column in enumerate(columns) if not column.startswith("--"))
    lines = []
    for place, column in enumerate(columns):
        if column.startswith("--"):
            lines += ["", column]
        else:
            lines += (column + ("," if place < last else "")).splitlines()
    return "select\n" + "\n".join(f"    {line}" if line else "" for line in lines) + f"\n{rest}"


def rule_list(name: str, rules: Sequence[str]) -> str:
    """A list of rules as a variable of Jinja."""
    return f"{{% set {name} = [\n" + "".join(f"    {rule},\n" for rule in rules) + "] %}\n"


def model_text(grain: str, head: str, ctes: Sequence[str]) -> str:
    return f"-- grain: {grain}\n\n{head}with\n\n" + ",\n\n".join(ctes) + "\n\nselect * from final\n"


def reasons_of(fields: Sequence[tuple[str, str]]) -> str:
    """Why core fields are empty; `fields` are pairs of core field and the text that it is read from."""
    if not fields:
        return "cast(null as string)"
    return "{{ missing_reasons([\n" + "".join(f"    ('{c}', '{x}'),\n" for c, x in fields) + "]) }}"


def description_of(
    model: str, description: str, config: str, columns: Mapping[str, str], pii: Mapping[str, str]
) -> str:
    lines = [
        f"  - name: {model}",
        f"    description: {description}",
        f"    config: {{{config}}}",
        "    columns:",
    ]
    for name, told in columns.items():
        personal = f", config: {{meta: {{pii: {pii[name]}}}}}" if name in pii else ""
        lines.append(
            f"      - {{name: {name}, description: {json.dumps(told, ensure_ascii=False)}{personal}}}"
        )
    return "\n".join(lines) + "\n"
