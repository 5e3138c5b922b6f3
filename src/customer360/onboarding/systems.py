"""The files that follow from what YAML declares of systems: the lists that dbt loops over, the models of mappings, and the
unit tests of the input layer.

A source table says in its YAML which staging model holds its accepted rows (`staged`), a staging model by its name which
entity of the input layer it offers (stg_<system>__<entity>), or in its own YAML (`input`). dbt must know all of it before
it has read any YAML, hence a macro that is written from it.
"""

from __future__ import annotations

import hashlib
import json
import re
import textwrap
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from customer360.core.data_sets import DataSet
from customer360.core.declarations import DeclarationError, read_keys
from customer360.core.durable import write_text
from customer360.core.policy import policy_table
from customer360.core.sources import CODES, Table, load_sources
from customer360.onboarding.mapped_models import MappedTable
from customer360.onboarding.mapping import OPEN, Contract, check_mapping, load_contracts, targets_of
from customer360.onboarding.named_models import NAMED, named_models
from customer360.onboarding.relations import model_of, relation_described, relation_model

LISTS = "macros/staging/systems.sql"
INPUT_TESTS = "models/input/_input__unit_tests.yml"

_FAMILIES = {
    "orders": "transactions",
    "order_items": "transactions",
    "payments": "transactions",
    "coupons": "transactions",
    "contracts": "transactions",
    "loyalty_transactions": "transactions",
}
_LISTS_TEXT = """{#-
  Written by `make systems` from the YAML of sources, staging models and input models; not edited by hand.
-#}

{#- Entities of the input layer with their labels: one model input__<entity> each. -#}
{% macro input_entities() -%}
    {{ return([
@entities    ]) }}
{%- endmacro %}

{#- The staging models that offer each of them. -#}
{% macro input_offers() -%}
    {{ return({
@offers    }) }}
{%- endmacro %}

{#- Landed entities: the staging model that holds their accepted rows, the family of data that they count as, the columns of
    the base model that name customers and, on order lines, their orders, and the model of the relation that rows are read
    from where no files land; where there are such. `own_sql`: somebody edited the base or the staging model. -#}
{% macro landed_entities() -%}
    {{ return([
@landed    ]) }}
{%- endmacro %}
"""
_TEXTS = "read_csv('tests/fixtures/personal_texts.csv')"
"""Texts as a system writes them (one shorter than six characters is no mail address, one comes twice), and what becomes of
each in a column of words."""
_KEPT = f"""(
    select *, case words when '***' then 'masked:' || left(functions.keyed_hash(personal), 16) else words end as key
    from {_TEXTS}
) as t"""
_MARK = re.compile(
    r"-- written by `make systems` from [^\n]*; an edited file stays as it is \(([0-9a-f]{8})\)\n"
)
_CALL = re.compile(r"-- grain: [^\n]*\n\n\{\{ mapped_(?:base|rows|from_rows)\([^\n]*\) \}\}\n")
"""What an earlier version wrote: one call of a macro that is no more."""


def system_files(project: Path) -> dict[str, str]:
    """Every file that follows from the declarations, by path in the project: the lists, and models and YAML of mapped tables.

    Raises DeclarationError where a declaration can mean nothing.
    """
    tables, contracts = load_sources(project), load_contracts(project)
    mapped = []
    for table in tables.values():
        if table.rows:
            check_mapping(table, contracts)
        if table.rows not in (None, OPEN):
            stores = _stores(table, tables.values())
            mapped.append(MappedTable(table, contracts, _heads(table, tables.values()), stores))
    files: dict[str, str] = {}
    described: dict[str, list[str]] = {}
    named: dict[str, dict[str, list[str]]] = {}
    for one in sorted(mapped, key=lambda one: one.table.key):
        system, written_from = one.table.system, f"_{one.table.system}__sources.yml"
        folder = f"models/staging/{system}"
        files[f"{folder}/base/{one.base}.sql"] = _marked(one.base_model(), written_from)
        for model, sql in one.staging_models().values():
            files[f"{folder}/{model}.sql"] = _marked(sql, written_from)
        described.setdefault(f"{folder}/_{system}__mapped.yml", []).extend(one.described())
    for table in sorted((t for t in tables.values() if t.relation), key=lambda table: table.key):
        folder, system = f"models/staging/{table.system}", table.system
        files[f"{folder}/relations/{model_of(table)}.sql"] = _marked(
            relation_model(table), f"_{system}__sources.yml"
        )
        described.setdefault(f"{folder}/_{system}__mapped.yml", []).append(relation_described(table))
    offers = _offers(project, contracts, mapped)
    for system in sorted({one.table.system for one in mapped if one.foreign_keys}):
        own = [one for one in mapped if one.table.system == system]
        for one in own:
            if one.foreign_keys and any(m.startswith(f"stg_{system}__") for m in offers["customers"]):
                raise one.table.place.wrong(
                    "system",
                    f"{system} has customers of its own, whose keys may be those of another system",
                    "Give these rows a system of their own",
                )
        for model, (sql, told) in named_models(system, own, offers["customers"]).items():
            files[f"models/staging/{system}/{model}.sql"] = _marked(sql, f"_{system}__sources.yml")
            described[f"models/staging/{system}/_{system}__mapped.yml"].append(told)
            entity = NAMED[model.removeprefix(f"stg_{system}__")]
            columns = [c for c in contracts[entity].types if f"name: {c}," in told]
            named.setdefault(entity, {})[model] = columns
    for entity, models in named.items():
        offers[entity] |= models
    for path, models in described.items():
        files[path] = "# Written by `make systems`; not edited by hand.\nversion: 2\n\nmodels:\n" + "\n".join(
            models
        )
    edited = {path for path in files if _is_edited(project, path)}
    landed = [_landed(table, {one.table.key: one for one in mapped}, edited) for table in tables.values()]
    lists = {
        "entities": [
            f"('{c.entity}', {json.dumps(c.label_zh, ensure_ascii=False)}, {json.dumps(c.label_en)})"
            for c in sorted(contracts.values(), key=lambda c: c.entity)
        ],
        "offers": [f"'{entity}': {sorted(models)}" for entity, models in sorted(offers.items())],
        "landed": sorted(filter(None, landed)),
    }
    text = _LISTS_TEXT
    for name, lines in lists.items():
        text = text.replace(f"@{name}", "".join(f"        {line},\n" for line in lines))
    files[LISTS] = text
    files[INPUT_TESTS] = "# Written by `make systems`; not edited by hand.\nunit_tests:\n" + "\n".join(
        _input_test(contracts[entity], models) for entity, models in sorted(offers.items()) if models
    )
    return files


def check_document_keys(data_set: DataSet) -> None:
    """DeclarationError at the first row of the seed document_keys that could tell no documents of the data set apart."""
    project = data_set.project
    contracts = load_contracts(project)
    policy = policy_table(project, data_set.policy, "document_keys", ("source_system", "key_column"))
    systems = {table.system for table in data_set.offers.values()}
    known: dict[str, set[str]] = {}
    for table in data_set.offers.values():
        if table.rows not in (None, OPEN):
            known.setdefault(table.system, set()).update(MappedTable(table, contracts).document_keys)
    for number, row in policy.rows:
        system, column = row["source_system"], row["key_column"]
        if system in systems and column not in known.get(system, ()):
            raise policy.error(
                number,
                "key_column",
                f"no mapped table of {system} holds order lines together with orders.{column.replace('_on', '_at')}",
                "Map it there; where heads and lines are two tables map the column to source_order_id in both,"
                " beside the number",
            )


def _input_test(contract: Contract, offers: Mapping[str, Iterable[str]]) -> str:
    """The unit test of an input model: what each system offers is there under its name, each row once, and where a text that
    is not declared personal shows a person, it is masked. `offers`: staging model → its columns."""

    def listed(columns: Iterable[str], indent: int) -> str:
        text = ", ".join(c if len(c) > 100 else c.replace(" ", "~") for c in columns)
        margin = " " * indent
        lines = textwrap.wrap(
            text, 130, initial_indent=margin, subsequent_indent=margin, break_long_words=False
        )
        return "\n".join(lines).replace("~", " ")

    lines = [
        f"  - name: {contract.entity}_of_every_system_are_there_and_show_no_person_in_words",
        f"    model: input__{contract.entity}",
        "    overrides:",
        "      macros:",
        "        input_columns:",
    ]
    for column, kind in contract.types.items():
        text = contract.texts.get(column)
        meta = {None: "", "personal": "pii: text"}.get(text, f"text: {text}")
        lines.append(f"          - {{name: {column}, data_type: '{kind}', config: {{meta: {{{meta}}}}}}}")
    lines.append("        offered_columns:")
    offered = {
        model: [c for c in contract.types if c in columns] for model, columns in sorted(offers.items())
    }
    for model, columns in offered.items():
        lines += [f"          {model}: [", listed(columns, 12), "          ]"]
    lines += ["        staged_offers: [", listed(offered, 10), "        ]", "    given:"]
    for model, columns in offered.items():
        given = [f"{'personal' if c in contract.texts else 'null'} as {c}" for c in columns]
        lines += [
            f"      - input: ref('{model}')",
            "        format: sql",
            "        rows: |",
            "          select",
        ]
        lines += [listed(given, 14), f"          from {_TEXTS}"]
    models = ", ".join(f"('{model}', '{model.split('__')[0].removeprefix('stg_')}')" for model in offered)
    expected = ["model.source_system"]
    for column, kind in contract.types.items():
        having = [f"'{model}'" for model, columns in offered.items() if column in columns]
        value = (
            f"t.{contract.texts[column]}" if column in contract.texts and having else f"cast(null as {kind})"
        )
        if column in contract.texts and 0 < len(having) < len(offered):
            value = f"case when model.name in ({', '.join(having)}) then {value} end"
        expected.append(f"{value} as {column}")
    lines += ["    expect:", "      format: sql", "      rows: |", "        select", listed(expected, 12)]
    lines += textwrap.indent(f"from {_KEPT}", " " * 8).splitlines()
    lines += [
        "        cross join (",
        listed([f"values {models}"], 12),
        "        ) as model (name, source_system)",
    ]
    return "\n".join(lines) + "\n"


def _heads(table: Table, tables: Iterable[Table]) -> list[str]:
    """Other mapped tables of the system that offer the orders of this one's lines."""
    offered = targets_of(table)
    if "order_items" not in offered or "orders" in offered:
        return []
    return [
        other.entity
        for other in tables
        if other.system == table.system and other.rows not in (None, OPEN) and "orders" in targets_of(other)
    ]


def _stores(table: Table, tables: Iterable[Table]) -> str:
    """The mapped table of the system that says where the clocks of its stores are; empty where there is none."""
    return next(
        (
            other.entity
            for other in tables
            if (other.system, other.rows) == (table.system, "stores")
            and "time_zone" in targets_of(other).get("stores", ())
        ),
        "",
    )


def _offers(
    project: Path, contracts: Mapping[str, Contract], mapped: Sequence[MappedTable]
) -> dict[str, dict[str, list[str]]]:
    """Input entity → the staging models that offer it → their columns."""
    offers: dict[str, dict[str, list[str]]] = {entity: {} for entity in contracts}
    for one in mapped:
        for entity, (model, _) in one.staging_models().items():
            if entity != CODES:
                offers[one.of(entity)][model] = one.offered(entity)
    for file in sorted((project / "models" / "staging").glob("*/_*__models.yml")):
        for model in read_keys(file, "Start with `version: 2`").places("models"):
            called = model.text("name") or ""
            layer, _, name = called.partition("__")
            meta = model.place("config", called).place("meta")
            said = meta.text("input")
            if said is not None and said not in contracts:
                raise meta.wrong(
                    "input", f"{said!r} is no input entity", f"Use one of: {', '.join(contracts)}"
                )
            if layer.startswith("stg_") and (said or name) in contracts:
                columns = [column.text("name") or "" for column in model.places("columns")]
                offers[said or name][called] = columns
    return offers


def _is_edited(project: Path, path: str) -> bool:
    """Whether a model that a mapping writes is there as somebody changed it."""
    file = project / path
    return path.endswith(".sql") and file.is_file() and not is_ours(path, file.read_text(encoding="utf-8"))


def _landed(
    table: Table, mapped: Mapping[tuple[str, str], MappedTable], edited: Collection[str]
) -> str | None:
    """The line of a landed table; None where its mapping does not say yet what a row is. `edited`: paths of models."""
    if table.rows == OPEN:
        return None
    staged, family = table.staged, table.family
    customer_key, order_key = table.customer_key, table.order_key
    if table.rows:
        one = mapped[table.key]
        staged = one.staging_models()[table.rows][0]
        family = table.constants.get("interactions.family") or _FAMILIES.get(table.rows)
        customer_key = "customers__source_customer_id" if "customers" in one.entities else None
        customer_key = customer_key or next(iter(one.foreign_keys), None)
        order_key = "order_items__source_order_id" if one.has_lines else None
    if not staged:
        raise DeclarationError(
            table.file,
            f"{table.system}.{table.entity}",
            "no staging model holds its accepted rows",
            f"Write `staged: stg_{table.system}__<name>` under config.meta, or map it (`rows`)",
        )
    values = {
        "system": table.system,
        "entity": table.entity,
        "staged": staged,
        "family": family,
        "customer_key": customer_key,
        "order_key": order_key,
    }
    if table.relation:
        values["relation"] = model_of(table)
    folder = f"models/staging/{table.system}"
    if {f"{folder}/base/base_{table.system}__{table.entity}.sql", f"{folder}/{staged}.sql"} & set(edited):
        values["own_sql"] = True
    return "{" + ", ".join(f"'{key}': {repr(value).lower()}" for key, value in values.items()) + "}"


def _marked(sql: str, written_from: str) -> str:
    """A model with the line, under its grain, by which an edited one is told from one that follows its mapping."""
    grain, _, rest = sql.partition("\n")
    mark = (
        f"-- written by `make systems` from {written_from}; an edited file stays as it is ({_digest(sql)})\n"
    )
    return f"{grain}\n{mark}{rest}"


def _digest(sql: str) -> str:
    return hashlib.sha256(sql.encode()).hexdigest()[:8]


def is_ours(path: str, text: str) -> bool:
    """Whether a file is as it was written, so that it may be written again: a model that somebody edited is theirs."""
    if path in (LISTS, INPUT_TESTS) or path.endswith("__mapped.yml") or _CALL.fullmatch(text):
        return True
    mark = _MARK.search(text)
    return mark is not None and _digest(text.replace(mark[0], "", 1)) == mark[1]


def _amiss(project: Path) -> tuple[dict[str, str], list[str]]:
    """Files to write, and files to remove: models of an entity that a mapping no longer offers have nothing to read."""
    files = system_files(project)
    wanted = {}
    for path, text in files.items():
        there = (project / path).read_text(encoding="utf-8") if (project / path).is_file() else None
        if there is None or (there != text and is_ours(path, there)):
            wanted[path] = text
    stale = []
    for file in sorted((project / "models" / "staging").rglob("*")):
        path = file.relative_to(project).as_posix()
        is_needed = path in files or not path.endswith((".sql", "__mapped.yml"))
        if not is_needed and is_ours(path, file.read_text(encoding="utf-8")):
            stale.append(path)
    return wanted, stale


def out_of_step(project: Path) -> list[str]:
    """Paths of files that the declarations need otherwise than they are. Raises DeclarationError as `system_files`."""
    wanted, stale = _amiss(project)
    return [*wanted, *stale]


def write_systems(project: Path) -> list[str]:
    """Bring the files that follow from declarations up to date; the paths written and removed. Raises as `system_files`."""
    wanted, stale = _amiss(project)
    for path, text in wanted.items():
        write_text(project / path, text)
    for path in stale:
        (project / path).unlink()
    for folder in sorted((project / "models" / "staging").rglob("*/"), reverse=True):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
    return [*wanted, *(f"{path} (removed)" for path in stale)]
