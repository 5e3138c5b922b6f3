"""An invented company that has staged its tables already: a DuckDB file with typed tables, and the mapping that reads them.

The first rows are there for their types: an amount of four decimals, an instant of another zone, a boolean, an empty value.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

NAME = "acme"
SYSTEM = "acme_lake"
CUSTOMERS, ORDERS, LINES = 60, 240, 2

CUSTOMERS_SQL = f"""
    select
        n as customer_id,
        ['Anna', 'Carla', 'Dieter', 'Elif', 'Franz', 'Greta'][1 + n % 6] || ' '
        || ['Albrecht', 'Brandt', 'Czerny', 'Engel', 'Falk'][1 + n // 6 % 5] as "Full Name",
        case when n % 7 > 0 then 'kunde' || n || '@kaffee.example.de' end as email,
        date '1960-01-01' + cast(n * 200 as integer) as born,
        timestamptz '2024-01-31 23:30:00.123456+05:30' + interval (n) hour as created_at
    from range(1, {CUSTOMERS + 1}) as t (n)
"""
ORDERS_SQL = f"""
    select
        'A' || lpad(n::varchar, 5, '0') as order_id,
        cast(1 + n % {CUSTOMERS} as integer) as customer_id,
        timestamptz '2026-11-20 23:59:59.654321-04:00' - interval (n) day as ordered_at,
        case when n % 5 > 0 then n % 2 = 0 end as gift,
        cast({LINES} * (n % 9 + 1) * 10.12 as decimal(18, 4)) as total
    from range({ORDERS}) as t (n)
"""
LINES_SQL = f"""
    select
        'A' || lpad(n::varchar, 5, '0') as order_id,
        line as line_no,
        'S' || (n + line) % 5 as sku,
        cast(n % 9 + 1 as double) as quantity,
        cast(10.1234 as decimal(18, 4)) as price,
        cast(round((n % 9 + 1) * 10.12, 2) as decimal(18, 4)) as amount,
        timestamp '2026-11-25 06:00:00' as loaded_at
    from range({ORDERS}) as t (n), range(1, {LINES + 1}) as l (line)
    -- one that must not get in
    union all select 'A99999', 1, 'S1', 1, 1, 1, timestamp '2026-11-25 06:00:00'
"""
TABLES = {"stg_customers": CUSTOMERS_SQL, "stg_orders": ORDERS_SQL, "stg_order_lines": LINES_SQL}

_MAPPING = """
version: 2

sources:
  - name: acme_lake
    description: Tables that the team of Acme has staged.
@source
    tables:
      - name: customers
        description: One row per customer.
        @customers
        columns:
          - {name: customer_id, description: Key., config: {meta: {required: true, maps_to: customers.source_customer_id}}}
          - name: full_name
            description: Name.
            config: {meta: {headers: [Full Name], pii: name, maps_to: customers.name}}
          - {name: email, description: Mail., config: {meta: {pii: email, maps_to: customers.email}}}
          - {name: born, description: Birth., config: {meta: {pii: birth_date, maps_to: customers.birth_date}}}
          - {name: created_at, description: First seen., config: {meta: {maps_to: customers.first_seen_at}}}
      - name: orders
        description: One row per order.
        @orders
        columns:
          - {name: order_id, description: Number., config: {meta: {required: true, maps_to: orders.source_order_id}}}
          - {name: customer_id, description: Customer., config: {meta: {maps_to: orders.source_customer_id}}}
          - {name: ordered_at, description: Instant., config: {meta: {maps_to: orders.ordered_at}}}
          - {name: gift, description: Gift., config: {meta: {maps_to: orders.is_gift}}}
          - {name: total, description: Total., config: {meta: {maps_to: orders.document_amount}}}
      - name: order_lines
        description: One row per line.
        @lines
        columns:
          - {name: order_id, description: Number., config: {meta: {required: true, maps_to: order_items.source_order_id}}}
          - {name: line_no, description: Line., config: {meta: {maps_to: order_items.source_line_id}}}
          - {name: sku, description: Article., config: {meta: {maps_to: order_items.source_product_id}}}
          - {name: quantity, description: Pieces., config: {meta: {maps_to: order_items.quantity}}}
          - {name: price, description: Price., config: {meta: {maps_to: order_items.unit_price}}}
          - {name: amount, description: Amount., config: {meta: {maps_to: order_items.amount}}}
          - {name: loaded_at, description: Loaded., config: {meta: {maps_to: none}}}
"""
_CONSTANTS = "{orders.document_kind: sale, orders.channel: web_shop}"


def mapping(of: str) -> str:
    """The mapping of the tables: in an attached database (`attach`), or of the models of a dbt project (`ref`)."""
    said = {
        "customers": ("customers", "stg_customers", "customer_id", ""),
        "orders": ("orders", "stg_orders", "order_id", f", constants: {_CONSTANTS}"),
        "lines": ("order_items", "stg_order_lines", "order_id, line_no", ""),
    }
    text = _MAPPING
    for place, (rows, model, key, more) in said.items():
        relation = "source" if of == "attach" else f"\"ref('acme_dbt', '{model}')\""
        loaded = "\n          loaded_at_field: loaded_at" if place == "lines" else ""
        declared = f"identifier: {model}\n        config:" if of == "attach" else "config:"
        text = text.replace(
            f"@{place}",
            f"{declared}{loaded}\n          meta: {{grain: {place}, relation: {relation}, rows: {rows}, key: [{key}]{more}}}",
        )
    where = "    database: lake\n    schema: staged\n    config: {meta: {attach: lake.duckdb}}"
    return text.replace("@source", where if of == "attach" else "")


def write_mapping(project: Path, of: str) -> None:
    """Declare the system in a project."""
    file = project / "models" / "staging" / SYSTEM / f"_{SYSTEM}__sources.yml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(mapping(of), encoding="utf-8")


def write_database(path: Path) -> None:
    """The team's own database."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("set timezone = 'Asia/Tokyo'")
        connection.execute("create schema staged")
        for name, sql in TABLES.items():
            connection.execute(f"create table staged.{name} as {sql}")


def write_project(folder: Path, package: Path) -> None:
    """A dbt project of the team that stages the tables itself and installs this project as a package."""
    for name, sql in TABLES.items():
        model = folder / "models" / f"{name}.sql"
        model.parent.mkdir(parents=True, exist_ok=True)
        model.write_text("{{ config(materialized='table') }}\n" + sql, encoding="utf-8")
    files = {
        "dbt_project.yml": "name: acme_dbt\nversion: 1.0.0\nprofile: acme_dbt\nflags: {indirect_selection: buildable}\n"
        "dispatch: [{macro_namespace: dbt, search_order: [acme_dbt, customer360, dbt]}]\n"
        "unit_tests: {customer360: {+enabled: false}}\n",
        "packages.yml": f"packages:\n  - local: {package}\n",
        "profiles.yml": """
acme_dbt:
  target: dev
  outputs:
    dev:
      type: duckdb
      path: acme.duckdb
      schema: staged
      threads: 2
      config_options: {storage_compatibility_version: v1.4.0}
      plugins:
        - module: customer360.dbt_plugins.hmac_key
          config: {data_set: acme, personal_data: "yes"}
""",
        "macros/generate_schema_name.sql": (
            "{% macro generate_schema_name(custom_schema_name, node) %}"
            "{{ (custom_schema_name or target.schema) | trim }}{% endmacro %}"
        ),
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
