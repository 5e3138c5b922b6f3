"""Models of a mapping that somebody edited: what their SQL leaves out and adds is counted, and a build goes on."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from staged_company import CUSTOMERS, LINES, NAME, ORDERS, SYSTEM, write_database, write_mapping

from conftest import copy_project, offer_inputs, run_dbt, run_verb
from customer360.onboarding.own_sql import own_sql_lines
from customer360.onboarding.systems import LISTS, out_of_step, write_systems

FOLDER = Path("models", "staging", SYSTEM)
LANDED = ORDERS * LINES + 1


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """A copy in which the base model of lines leaves out one article, the staging model of orders repeats those of one day,
    and the staging model of customers leaves some out."""
    root = copy_project(tmp_path_factory.mktemp("own") / "project")
    write_database(root / "lake.duckdb")
    write_mapping(root, "attach")
    words = ["--currency", "EUR", "--time-zone", "Europe/Berlin", "--systems", SYSTEM]
    assert run_verb(root, "new-data", "--name", NAME, *words).returncode == 0
    assert "own_sql" not in (root / LISTS).read_text(encoding="utf-8").partition("macro landed_entities")[2]
    for model, old, new in (
        (
            f"base/base_{SYSTEM}__order_lines.sql",
            f"select * from {{{{ ref('landed_{SYSTEM}__order_lines') }}}}",
            f"select * from {{{{ ref('landed_{SYSTEM}__order_lines') }}}} where sku <> 'S3'",
        ),
        (
            f"stg_{SYSTEM}__orders.sql",
            "from accepted",
            "from accepted cross join (values (1), (2)) as t (copy) where copy = 1 or orders__source_order_id < 'A00010'",
        ),
        (f"stg_{SYSTEM}__customers.sql", "from accepted", "from accepted where customers__email is not null"),
    ):
        file = root / FOLDER / model
        text = file.read_text(encoding="utf-8")
        assert text.count(old) == 1, model
        file.write_text(text.replace(old, new), encoding="utf-8")
    return root


def test_a_model_that_was_edited_is_listed(project):
    assert out_of_step(project) == [LISTS]
    write_systems(project)
    assert out_of_step(project) == []
    text = (project / LISTS).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if "'own_sql': true" in line]
    assert len(lines) == 3 and all(f"'system': '{SYSTEM}'" in line for line in lines)


@pytest.mark.slow
def test_rows_that_own_sql_leaves_out_and_adds_are_counted(project):
    write_systems(project)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CUSTOMER360_HMAC_KEY", "0" * 64)
        assert run_verb(project, "land", "--data", NAME).returncode == 0
        offer_inputs(project, NAME)
        words = [
            f"+path:models/staging/{SYSTEM}",
            "+scorecard_landing",
            "+assert_staging_loses_no_landed_row",
        ]
        words += ["test_type:generic,landing_summary", "test_type:generic,quarantine", "+family_weights"]
        done = run_dbt(project, NAME, "build", "--select", *words, "--indirect-selection", "empty")
    assert done.returncode == 0, done.stdout[-3000:]
    with duckdb.connect(str(project / "customer360.duckdb"), read_only=True) as connection:
        found = connection.execute(
            "select entity, outcome, row_count, landed_rows from quality.landing_summary"
            f" where source_system = '{SYSTEM}' order by all"
        ).fetchall()
        status = connection.execute(
            "select entity, status, numerator from quality.scorecard_landing"
            f" where measure = 'conservation' and source_system = '{SYSTEM}' order by all"
        ).fetchall()
        lines = own_sql_lines(connection)
    without_mail = CUSTOMERS // 7
    one_article = sum((n + line) % 5 == 3 for n in range(ORDERS) for line in range(1, LINES + 1))
    assert found == [
        ("customers", "left_out_by_own_sql", without_mail, CUSTOMERS),
        ("customers", "staged", CUSTOMERS - without_mail, CUSTOMERS),
        ("order_lines", "left_out_by_own_sql", one_article, LANDED),
        ("order_lines", "orphan_line", 1, LANDED),
        ("order_lines", "staged", LANDED - 1 - one_article, LANDED),
        ("orders", "added_by_own_sql", 10, ORDERS),
        ("orders", "staged", ORDERS + 10, ORDERS),
    ]
    assert [numerator for *_, numerator in status] == [0, 0, 0]
    assert any("order_lines: Left out by own SQL" in line for line in lines)
    assert any("orders: Added by own SQL" in line and "10 of 240" in line for line in lines)
