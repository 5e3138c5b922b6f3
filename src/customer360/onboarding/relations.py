"""The model of a source table that is read from a relation: its rows as landing would have written them."""

from __future__ import annotations

from customer360.core.sources import SOURCE, Table
from customer360.onboarding.model_text import cte, description_of, macro_call, model_text

_LANDED = {
    "_source_file": "Schema and name of the relation.",
    "_source_sheet": "Null: a relation has no sheets.",
    "_source_row": "Place of the row among all rows of the relation, by its key.",
    "_row_kind": "`data`.",
    "_load_id": "Name of the source table, hashed.",
    "_load_rank": "Null: there is one relation.",
    "_landed_at": "Time at which the row was loaded (`loaded_at_field`), else at which the run began; UTC.",
}


def model_of(table: Table) -> str:
    """The name of the model that holds the rows of the relation."""
    return f"landed_{table.system}__{table.entity}"


def read_from(table: Table) -> str:
    """What a base model reads, as Jinja."""
    return f"ref('{model_of(table)}')" if table.relation else f"source('{table.system}', '{table.entity}')"


def relation_model(table: Table) -> str:
    """The SQL of the model."""
    names = [f"('{theirs}', '{ours}')" for ours, theirs in table.relation_columns.items()]
    relation = f"source('{table.system}', '{table.entity}')" if table.relation == SOURCE else table.relation
    arguments = [
        relation,
        f"'{table.system}'",
        f"'{table.entity}'",
        "columns=[\n" + "".join(f"        {name},\n" for name in names) + "    ]",
    ]
    if table.row_key:
        arguments.append(f"key={list(table.row_key)}")
    if table.loaded_at:
        arguments.append(f"loaded_at={table.loaded_at!r}")
    return model_text(
        f"one row of the relation that {table.entity} of {table.system} is read from",
        "",
        [cte("final", macro_call("read_relation", arguments))],
    )


def relation_described(table: Table) -> str:
    """The model as it stands under `models:`."""
    told = {column.name: f"Column {column.name} as text." for column in table.columns} | _LANDED
    pii = {column.name: column.pii for column in table.columns if column.pii}
    config = "materialized: table, meta: {grain: landed row, owner: data engineering}"
    what = f"Rows of the relation that {table.entity} of {table.system} is read from, as landing writes them."
    return description_of(model_of(table), what, config, told, pii)
