"""What failed in a build is said once more at its end."""

from __future__ import annotations

import json

import duckdb

from customer360.pipeline.failures import print_failures

TEST = {
    "resource_type": "test",
    "name": "not_null_orders_ordered_at",
    "original_file_path": "models/marts/core/_core__models.yml",
    "column_name": "ordered_at",
    "attached_node": "model.customer360.orders",
    "compiled_path": "target/demo/compiled/a.sql",
}
MODEL = {"resource_type": "model", "name": "orders", "original_file_path": "models/marts/core/orders.sql"}
SEED = {"resource_type": "seed", "name": "bands", "original_file_path": "seeds/policy/bands.csv"}
OF_SEED = TEST | {
    "name": "unique_bands_band",
    "attached_node": "seed.customer360.bands",
    "column_name": "band",
}
OF_RULES = TEST | {
    "name": "rules_hold_orders",
    "column_name": None,
    "compiled_path": "target/demo/compiled/rules.sql",
}
UNIT = {
    "resource_type": "unit_test",
    "name": "a_case",
    "model": "orders",
    "original_file_path": "models/_units.yml",
}


def result(node: str, status: str, failures: int | None = None, message: str = "") -> dict[str, object]:
    return {"unique_id": node, "status": status, "failures": failures, "message": message}


def told(tmp_path, capsys, *results):
    (tmp_path / "target/demo/compiled").mkdir(parents=True)
    (tmp_path / "target/demo/compiled/a.sql").write_text("select 1")
    (tmp_path / "target/demo/compiled/rules.sql").write_text("select * from broken")
    database = tmp_path / "customer360.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("create table broken as select 'amount at_least 0' as rule, 7 as row_count")
    nodes = {
        "test.t": TEST,
        "test.s": OF_SEED,
        "test.r": OF_RULES,
        "model.customer360.orders": MODEL,
        "seed.customer360.bands": SEED,
    }
    target = tmp_path / "target" / "demo"
    (target / "manifest.json").write_text(json.dumps({"nodes": nodes, "unit_tests": {"unit.u": UNIT}}))
    (target / "run_results.json").write_text(json.dumps({"results": results}))
    print_failures(tmp_path, target, "demo", database)
    return capsys.readouterr().out


def test_each_failure_names_file_column_and_sql_and_no_value(tmp_path, capsys):
    message = (
        "Runtime Error in model orders\n  Conversion Error: Could not convert string '13800138000' to INT32"
    )
    assert told(
        tmp_path,
        capsys,
        result("test.t", "fail", 3, "Got 3 results, configured to fail if != 0"),
        result("test.s", "fail", 1),
        result("test.r", "fail", 1),
        result("unit.u", "fail", 1, "actual differs from expected: 13800138000"),
        result("model.customer360.orders", "error", None, message),
        result("model.customer360.others", "skipped"),
        result("test.warned", "warn", 5),
        result("test.passed", "pass", 0),
    ).splitlines() == [
        "",
        "== failed 失败 (5)",
        "test not_null_orders_ordered_at: 3 rows that must not be there",
        "   models/marts/core/_core__models.yml, model orders, column ordered_at",
        "   SQL: target/demo/compiled/a.sql",
        "test unique_bands_band: 1 rows that must not be there",
        "   models/marts/core/_core__models.yml, seed bands, column band",
        "   SQL: target/demo/compiled/a.sql",
        "test rules_hold_orders: 1 rules broken",
        "   7 rows: amount at_least 0",
        "   models/marts/core/_core__models.yml, model orders",
        "   SQL: target/demo/compiled/rules.sql",
        "unit test a_case: the answer is not the expected one (compare both above)",
        "   models/_units.yml, model orders",
        "model orders: Conversion Error (see above)",
        "   models/marts/core/orders.sql",
        "and 1 models and tests that build on them did not run",
        "To look into the build: customer360 query --data demo --build latest 'from (<SQL of the file>)'",
    ]


def test_nothing_is_said_where_nothing_failed(tmp_path, capsys):
    assert told(tmp_path, capsys, result("test.t", "pass", 0)) == ""
