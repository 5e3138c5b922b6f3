"""Identity resolution on a handful of records in memory: the SQL that the latest build compiled, on invented input."""

from __future__ import annotations

import csv
import hashlib
import importlib.util
from collections.abc import Iterable, Mapping
from typing import Any

import duckdb
import pyarrow as pa

from conftest import PROJECT, manifest
from customer360.core.functions import statement
from customer360.identity.fit_identity import learn_from
from customer360.identity.weights import Learnt, rows_of

MODELS = (
    "int_identity__records",
    "int_identity__decisions",
    "int_identity__evidence",
    "int_identity__evidence_use",
    "int_identity__pairs",
    "int_identity__core_links",
    "int_identity__compared",
    "int_identity__block_keys",
    "int_identity__candidates",
    "int_identity__comparisons",
    "int_identity__weights",
    "int_identity__scores",
    "int_identity__cores",
    "int_identity__core_profiles",
    "int_identity__attachments",
    "int_identity__weighed_pairs",
    "int_identity__pair_weights",
    "int_identity__links",
    "int_identity__clusters",
    "int_identity__assignments",
    "int_customers__ids",
    "int_customers__identity_map",
    "customer_id_history",
    "int_customers__field_values",
    "int_customers__profiles",
    "identity_review_queue",
)
LEFT = (
    "duplicate_customers",
    "banded_pairs",
    "weight_bands",
    "drawn_pairs",
    "expected_duplicates",
)
"""What is built on top of a build where a test asks what it left."""
POLICY = (
    "identity_evidence",
    "identity_rules",
    "identity_banned_values",
    "identity_limits",
    "identity_levels",
    "identity_model",
    "identity_weights",
    "survivorship",
    "identity_weight_bands",
    "identity_sample",
    "duplicate_policy",
)
Row = Mapping[str, Any]


class _Dbt:
    """What a dbt Python model asks of dbt."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab

    def config(self, **settings: Any) -> None:
        pass

    def ref(self, name: str) -> duckdb.DuckDBPyRelation:
        return self.lab.connection.sql(f"from {self.lab.tables[name]}")


class Lab:
    """Builds of one invented company; what a build leaves as state is what the next one reads."""

    def __init__(self, policy: Mapping[str, list[dict[str, str]]] | None = None) -> None:
        graph = manifest("demo")
        self.nodes = graph["nodes"] | graph["functions"]
        self.connection = duckdb.connect(":memory:")
        self.connection.execute("attach ':memory:' as customer360; use customer360")
        key = hashlib.sha256(b"lab").digest().ljust(64, b"\0")
        for name, mask in (("inner", 0x36), ("outer", 0x5C)):
            self.connection.execute(
                f"set variable customer360_hmac_{name} = ?::blob", [bytes(byte ^ mask for byte in key)]
            )
        for schema in ("functions", "input", "policy", "staging", "intermediate", "marts", "quality"):
            self.connection.execute(f"create schema customer360.{schema}")
        self.tables: dict[str, str] = {}
        self.python = {
            name: self._python_model(name) for name in MODELS if self._node(name)["language"] == "python"
        }
        for name in POLICY:
            self.load_seed(name, (policy or {}).get(name))
        self.load_seed("given_name_variants")
        self._create(
            "policy.han_characters",
            "select * from read_csv(?, header = true, all_varchar = true)",
            [str(PROJECT / "seeds" / "reference" / "han_characters.csv")],
        )
        self.connection.execute(
            "alter table policy.han_characters alter code_point type integer;"
            "create table intermediate.int_calendar__as_of as select date '2026-01-31' as as_of_on, 'x' as as_of_basis;"
            "create table intermediate.int_customers__field_gaps as select '' as source_system,"
            " '' as source_customer_id, '' as field, '' as filled_value, '' as fill_method limit 0;"
            "create table intermediate.int_customers__rare_words as select '' as field, '' as value limit 0"
        )
        for name in (*MODELS, *LEFT):
            self._create_functions(self._node(name))
        self._create(
            "staging.stg_state__identity_map",
            "select '' as record_id, '' as customer_id, '' as first_build_id, true as is_present limit 0",
        )
        self._create(
            "staging.stg_state__customer_id_history",
            "select '' as build_id, date '2026-01-01' as as_of_on, '' as event, '' as customer_id,"
            " '' as other_customer_id, 0::bigint as record_count limit 0",
        )
        self.builds = 0
        self.compiled_build_id = compiled_build_id(self.nodes)

    def _node(self, name: str) -> dict[str, Any]:
        return self.nodes[f"model.customer360.{name}"]

    def _create_functions(self, node: dict[str, Any]) -> None:
        """The functions that a node calls, those first that they call."""
        for name in node["depends_on"]["nodes"]:
            if name.startswith("function."):
                function = self.nodes[name]
                self._create_functions(function)
                self.connection.execute(
                    statement(function["relation_name"], function["arguments"], function["compiled_code"])
                )

    def _python_model(self, name: str) -> Any:
        spec = importlib.util.spec_from_file_location(name, PROJECT / self._node(name)["original_file_path"])
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module.model

    def _create(self, table: str, query: str, values: Iterable[Any] = ()) -> None:
        self.connection.execute(f"create or replace table customer360.{table} as {query}", list(values))
        self.tables[table.split(".")[1]] = f"customer360.{table}"

    def load_seed(self, name: str, rows: list[dict[str, str]] | None = None) -> None:
        """Load a policy seed, from `rows` or as the default policy has it, with the types dbt gives it."""
        rows = seed(name) if rows is None else rows
        types = self.nodes[f"seed.customer360.{name}"]["config"]["column_types"]
        text = pa.table(
            {column: pa.array([row[column] or None for row in rows], pa.string()) for column in types}
        )
        self.connection.register("seed_text", text)
        columns = ", ".join(f'cast("{column}" as {kind}) as "{column}"' for column, kind in types.items())
        self._create(f"policy.{name}", f"select {columns} from seed_text")

    def build(self, records: Iterable[Row], decisions: Iterable[Row] = (), name: str = "") -> dict[str, str]:
        """Resolve records (columns of input__customers); returns customer_id by `source_system:source_customer_id`.

        `decisions`: rows with a, b (`system:id`) and decision.
        """
        self.builds += 1
        build_id = name or f"build-{self.builds}"
        self._input("input__customers", records)
        for model in MODELS:
            if model == "int_identity__decisions":
                self._input("input__identity_decisions", self._decided(decisions))
            schema = self._node(model)["schema"]
            if model in self.python:
                table = self.python[model](_Dbt(self), self.connection)
                self.connection.register("python_result", table)
                self._create(f"{schema}.{model}", "from python_result")
            else:
                sql = compiled(self._node(model)).replace(self.compiled_build_id, build_id)
                self._create(f"{schema}.{model}", sql)
        return dict(
            self.connection.execute(
                "select source_system || ':' || source_customer_id, customer_id from intermediate.int_customers__ids"
            ).fetchall()
        )

    def look_at_what_is_left(self, *models: str) -> None:
        """Build the models that look at pairs the last build left open (LEFT, or the named ones of it)."""
        for model in models or LEFT:
            self._create(f"quality.{model}", compiled(self._node(model)))

    def fit(self) -> Learnt:
        """Learn weights from the last build, as `make fit` does; the next build uses them."""
        self._create(
            "intermediate.int_identity__chance_comparisons",
            compiled(self._node("int_identity__chance_comparisons")),
        )
        learnt = learn_from(self.connection)
        known = seed("identity_weights")
        rows = [dict(zip(known[0], row, strict=True)) for row in rows_of("demo_001", learnt.weights)]
        self.load_seed("identity_weights", [*known, *rows])
        return learnt

    def keep_state(self) -> None:
        """What publishing does: the next build reads what this one wrote."""
        self._create("staging.stg_state__identity_map", "from intermediate.int_customers__identity_map")
        self._create("staging.stg_state__customer_id_history", "from marts.customer_id_history")

    def rows(self, sql: str) -> list[tuple]:
        return self.connection.execute(sql).fetchall()

    def _decided(self, decisions: Iterable[Row]) -> list[Row]:
        ids = dict(
            self.rows(
                "select source_system || ':' || source_customer_id, record_id from intermediate.int_identity__records"
            )
        )
        return [
            {
                "source_system": "stewardship",
                "record_id_a": min(ids[row["a"]], ids[row["b"]]),
                "record_id_b": max(ids[row["a"]], ids[row["b"]]),
                "decision": row["decision"],
                "drawn_as": row.get("drawn_as"),
            }
            for row in decisions
        ]

    def _input(self, name: str, rows: Iterable[Row]) -> None:
        rows = list(rows)
        columns = {column["name"]: column["data_type"] for column in self._node(name)["columns"].values()}
        unknown = {key for row in rows for key in row} - set(columns)
        assert not unknown, f"{name} has no column {sorted(unknown)}"
        text = pa.table(
            {
                column: pa.array(
                    [None if row.get(column) is None else str(row[column]) for row in rows], pa.string()
                )
                for column in columns
            }
        )
        self.connection.register("input_text", text)
        casts = ", ".join(f'cast("{column}" as {kind}) as "{column}"' for column, kind in columns.items())
        self._create(f"input.{name}", f"select {casts} from input_text")


def compiled(node: Mapping[str, Any]) -> str:
    """The SQL of a model as the latest build of the demo company compiled it."""
    path = PROJECT / "target" / "demo" / "compiled" / "customer360" / node["original_file_path"]
    return path.read_text(encoding="utf-8")


def compiled_build_id(nodes: Mapping[str, Any]) -> str:
    """The build id in the compiled SQL of the latest build."""
    sql = compiled(nodes["model.customer360.int_customers__identity_map"])
    return sql.split("coalesce(earlier.first_build_id, cast('")[1].split("'")[0]


def seed(name: str) -> list[dict[str, str]]:
    """Rows of a seed, of a policy seed those of the default policy."""
    path = next((PROJECT / "seeds").glob(f"*/{name}.csv"))
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def person(system: str, number: str, **columns: Any) -> dict[str, Any]:
    """A customer record of a person."""
    return {
        "source_system": system,
        "source_customer_id": number,
        "record_kind": "person",
        "landed_on": "2026-01-31",
        **columns,
    }


def company(system: str, number: str, **columns: Any) -> dict[str, Any]:
    """A customer record of an organisation."""
    return {**person(system, number, **columns), "record_kind": "organisation"}
