"""Another dbt project stages its tables and installs this one as a package: one `dbt build` makes both (docs/dbt-package.md)."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
import yaml
from staged_company import CUSTOMERS, LINES, NAME, ORDERS, SYSTEM, write_mapping, write_project

from conftest import PROJECT, copy_project, run, run_verb
from customer360.core.steps import tool

DOC = (PROJECT / "docs" / "dbt-package.md").read_text(encoding="utf-8")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of this project in which the models of the other one are mapped."""
    root = copy_project(tmp_path / "customer360")
    write_mapping(root, "ref")
    words = ["--currency", "EUR", "--time-zone", "Europe/Berlin", "--systems", SYSTEM]
    done = run_verb(root, "new-data", "--name", NAME, *words)
    assert done.returncode == 0 and "the mapping is complete" in done.stdout, done.stdout + done.stderr
    return root


def test_variables_of_the_package_are_those_of_its_data_set(package):
    done = run_verb(package, "package-vars", "--name", NAME)
    assert done.returncode == 0, done.stderr
    variables = yaml.safe_load(done.stdout)["vars"]
    defaults = yaml.safe_load((package / "vars.yml").read_text(encoding="utf-8"))["vars"]
    assert variables.keys() == defaults.keys()
    assert (variables["currency"], variables["without_files"]) == ("EUR", "yes")
    assert (package / variables["policy_folder"] / "rfm_policy.csv").is_file()


def test_the_page_shows_what_the_test_does(tmp_path):
    """What the how-to says of the other project's files stands in those that are tested."""
    write_project(tmp_path, Path("../customer360"))
    files = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.*") if path.is_file()}
    for block in re.findall(r"```yaml\n# (\S+)\n(.*?)```", DOC, re.DOTALL):
        if block[0] in files:
            shown, tested = (yaml.safe_load(text) for text in (block[1], files[block[0]]))
            if block[0] == "profiles.yml":
                shown, tested = (t["acme_dbt"]["outputs"]["dev"] for t in (shown, tested))
            for key in shown:
                assert shown[key] == tested[key], (block[0], key)


@pytest.mark.slow
def test_one_build_makes_their_tables_and_our_marts(package, tmp_path):
    """About four minutes."""
    theirs = tmp_path / "acme"
    write_project(theirs, package)
    (theirs / "vars.yml").write_text(
        run_verb(package, "package-vars", "--name", NAME).stdout, encoding="utf-8"
    )
    environment = {"CUSTOMER360_HMAC_KEY": "0" * 64, "CUSTOMER360_POLICY_FOLDER": f"target/policy/{NAME}"}
    for words in (["deps"], ["build"]):
        done = run(theirs, tool("dbt"), *words, **environment)
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr
    assert " ERROR=0 SKIP=0 " in done.stdout
    with duckdb.connect(str(theirs / "acme.duckdb"), read_only=True) as connection:
        sold = connection.execute("select count(*), sum(gross_amount) from marts.orders").fetchone()
        customers = connection.execute(
            "select count(*) from marts.customers where record_count > 0"
        ).fetchone()
        quarantined = connection.execute("select entity, reason_code from quality.quarantine").fetchall()
    total = sum(LINES * (n % 9 + 1) * Decimal("10.12") for n in range(ORDERS))
    assert (sold, customers) == ((ORDERS, total), (CUSTOMERS,))
    assert quarantined == [("order_lines", "orphan_line")]
