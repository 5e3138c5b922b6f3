"""Write, audit, publish: what a candidate holds, what the gate lets through, and what readers see meanwhile."""

from __future__ import annotations

import getpass
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from build_kit import digests, lay_out_miniature, miniature, offer
from conftest import PROJECT, latest_build, manifest
from customer360.cli import main
from customer360.core.data_sets import load_data_set
from customer360.core.errors import BuildStopped
from customer360.core.sources import load_sources
from customer360.core.warehouse import Warehouse
from customer360.pipeline import build
from customer360.release import contracts, gate, versions
from customer360.release.contracts import Contract, contract_of
from customer360.release.publish import RECORD, Incomplete, code_version, write_published
from customer360.release.versions import TESTED

RULES = PROJECT / "seeds" / "policy" / "publication_gate.csv"


@pytest.fixture(scope="module")
def contract() -> Contract:
    return contract_of(manifest("demo"))


@pytest.fixture(scope="module")
def version(contract: Contract, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A version that was published from the latest build of the demo."""
    folder = tmp_path_factory.mktemp("versions") / "first"
    write_published(latest_build("demo"), folder / "published", contract)
    return folder


# --- write ------------------------------------------------------------------------------------------------


def test_the_copy_holds_every_promised_table_and_no_other(version: Path, contract: Contract) -> None:
    """Beside them schema `pages` holds the models of models/pages, and no file of theirs."""
    pages = {
        node["name"]
        for node in manifest("demo")["nodes"].values()
        if node["resource_type"] == "model" and node["fqn"][1] == "pages"
    }
    with duckdb.connect(str(version / "published" / "customer360.duckdb"), read_only=True) as connection:
        tables = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
        views = connection.execute("select count(*) from duckdb_views() where not internal").fetchone()[0]
    assert {name for schema, name in tables if schema == "marts"} == set(contract)
    assert {name for schema, name in tables if schema == "pages"} == pages
    assert {name for schema, name in tables if schema == "publication"} == {
        "areas", "contract_columns", "profile",
    }  # fmt: skip
    assert {schema for schema, _ in tables} == {"marts", "pages", "publication"}
    assert views == 0
    assert {path.stem for path in (version / "published" / "parquet").iterdir()} == set(contract)


def test_released_clients_can_read_the_file(version: Path) -> None:
    """The storage version in its header: duckdb 1.4.2, which BI tools carry, reads 64 to 67."""
    head = (version / "published" / "customer360.duckdb").read_bytes()[:20]
    assert head[8:12] == b"DUCK"
    assert 64 <= int.from_bytes(head[12:20], "little") <= 67
    assert not list(version.rglob("*.wal"))


def test_a_table_that_is_promised_and_not_built_stops_the_copy(contract: Contract, tmp_path: Path) -> None:
    with pytest.raises(Incomplete, match="the build has no table invoices, which the contract promises"):
        write_published(latest_build("demo"), tmp_path / "copy", contract | {"invoices": contract["orders"]})


def test_a_table_of_an_area_that_is_left_out_is_there_without_rows(
    contract: Contract, tmp_path: Path
) -> None:
    promised = contract | {"missing": contract["kpi_monthly"]}
    with pytest.raises(Incomplete, match="missing"):
        write_published(latest_build("demo"), tmp_path / "one", promised, ["management"])
    columns = {"month_start_on": "date", "value": "decimal(18,4)"}
    shapes = {"marts.missing": columns, "pages.missing_too": columns, "marts.kpi_monthly": columns}
    write_published(latest_build("demo"), tmp_path / "two", promised, ["management"], shapes)
    with duckdb.connect(str(tmp_path / "two" / "customer360.duckdb"), read_only=True) as connection:
        for name in ("marts.missing", "pages.missing_too"):
            table = connection.execute(f"from {name}")
            assert {column: str(kind).lower() for column, kind, *_ in table.description} == columns
            assert table.fetchall() == []
        assert connection.execute("select count(*) from marts.kpi_monthly").fetchone()[0] > 0
        areas = dict(connection.execute("from publication.areas").fetchall())
        assert [area for area, is_built in areas.items() if not is_built] == ["management"]


def test_the_code_version_changes_with_a_model(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    model = tmp_path / "models" / "a.sql"
    model.write_text("select 1")
    before = code_version(tmp_path)
    assert code_version(tmp_path) == before
    model.write_text("select 2")
    assert code_version(tmp_path) != before


def test_the_latest_publication_left_its_record() -> None:
    warehouse = Warehouse(PROJECT / "warehouse" / "demo")
    current = warehouse.current()
    record = json.loads((current / RECORD).read_text(encoding="utf-8"))
    noted = [entry for entry in warehouse.noted() if entry["build_id"] == current.name]
    assert noted and noted[-1]["event"] == "published" and noted[-1]["at"] > "2026"
    promised = contracts.read(current / "contract.json")
    assert (record["major"], record["contract"]) == (promised.major, contracts.digest(promised.tables))
    assert record["rows"]["customers"] > 1000
    assert {rate["measure"] for rate in record["rates"]} >= {"duplicate_rate", "integration_rate"}
    assert record["code"] and record["gate"]["results"]


def raw_identifiers(database: Path) -> list[str]:
    """Telephone numbers, addresses, union ids and member numbers of everybody in a build."""
    with duckdb.connect(str(database), read_only=True) as connection:
        found = connection.execute(
            """
            select distinct value from (
                select unnest([phone, email, unionid, case when length(member_no) > 6 then member_no end]) as value
                from input.input__customers
            ) where value is not null
            """
        ).fetchall()
    return [value for (value,) in found]


def columns_equal_to(values: list[str], published: Path) -> list[str]:
    """Published text columns that hold one of the values."""
    found = []
    with duckdb.connect(str(published), read_only=True) as connection:
        connection.execute("create temp table raw as select unnest(?::varchar[]) as raw_value", [values])
        for table, column in connection.execute(
            "select table_name, column_name from duckdb_columns() where schema_name = 'marts' and data_type = 'VARCHAR'"
        ).fetchall():
            if connection.execute(
                f'select 1 from marts."{table}" semi join raw on "{column}" = raw_value limit 1'
            ).fetchall():
                found.append(f"{table}.{column}")
    return found


def test_no_published_value_is_an_identifier_of_anybody(version: Path) -> None:
    """A second opinion beside what columns are declared as: the values of everybody, and not the planted ones alone."""
    values = raw_identifiers(latest_build("demo"))
    assert len(values) > 3000
    copy = version / "published" / "customer360.duckdb"
    assert columns_equal_to(values, copy) == []


def test_an_identifier_in_a_column_that_does_not_say_so_is_found(version: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copy(version / "published" / "customer360.duckdb", tmp_path / "copy.duckdb"))
    values = raw_identifiers(latest_build("demo"))
    with duckdb.connect(str(copy)) as connection:
        connection.execute(
            "update marts.customers set district = ? where customer_id = 'unknown'", [values[0]]
        )
    assert columns_equal_to(values, copy) == ["customers.district"]


# --- audit ------------------------------------------------------------------------------------------------


def test_the_first_publication_has_nothing_to_compare_with_and_says_so(version: Path) -> None:
    report = gate.audit(version, RULES)
    assert {r["status"] for r in report["results"]} == {"pass", "not_compared"}
    assert "first publication" in gate.show(report)


def test_the_same_figures_pass(version: Path) -> None:
    report = gate.audit(version, RULES, baseline=version)
    assert {r["status"] for r in report["results"]} == {"pass"}
    assert 10 < len(report["results"]) <= 20


def test_a_shift_is_stopped_accepted_with_a_reason_and_recorded(version: Path, tmp_path: Path) -> None:
    candidate = Path(shutil.copytree(version, tmp_path / "next"))
    with duckdb.connect(str(candidate / "published" / "customer360.duckdb")) as connection:
        connection.execute("update marts.orders set channel = 'pos' where channel <> 'pos'")
    stopped = gate.audit(candidate, RULES, baseline=version)
    assert [r["rule"] for r in stopped["results"] if r["status"] == "fail"] == ["order_channels"]
    shown = gate.show(stopped)
    assert shown.splitlines()[0].startswith("fail      Channels of orders 订单渠道分布")
    assert len(shown.splitlines()) < 25
    accepted = gate.audit(candidate, RULES, baseline=version, accept="the web shop closed")
    assert accepted["accepted"] == "the web shop closed"
    assert [r["rule"] for r in accepted["results"] if r["status"] == "accepted"] == ["order_channels"]


def test_no_reason_accepts_a_broken_contract(version: Path, tmp_path: Path) -> None:
    candidate = Path(shutil.copytree(version, tmp_path / "next"))
    with duckdb.connect(str(candidate / "published" / "customer360.duckdb")) as connection:
        connection.execute("alter table marts.products drop column aroma")
    report = gate.audit(candidate, RULES, baseline=version, accept="nobody reads it")
    (failed,) = [r for r in report["results"] if r["status"] == "fail"]
    assert failed["rule"] == gate.CONTRACT_RULE
    assert failed["detail"] == "products.aroma is missing and was promised as varchar"


def test_a_table_of_too_few_rows_is_not_compared(version: Path) -> None:
    rules = [rule._replace(minimum_base=10**9) for rule in gate.read_rules(RULES)]
    assert set(gate.expectations(rules, gate.read_profile(version / "published"))) == {gate.CONTRACT_RULE}


def test_a_rule_that_measures_something_else_than_before_is_not_compared(version: Path) -> None:
    rules = [rule._replace(expression="source_system") for rule in gate.read_rules(RULES) if rule.expression]
    assert set(gate.expectations(rules, gate.read_profile(version / "published"))) == {gate.CONTRACT_RULE}


# --- publish ----------------------------------------------------------------------------------------------


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A miniature that was built twice."""
    root = lay_out_miniature(tmp_path)
    for edition in (1, 2):
        offer(root, edition)
        miniature(root)
    return root


def promise_orders(root: Path) -> Warehouse:
    """Let the version that holds promise a table that no later build does: dbt's stand-in declares none."""
    warehouse = Warehouse(root / "warehouse" / "demo")
    promised = {
        "orders": {"version": 1, "grain": "order", "key": ["order_no"], "deprecated_on": None, "columns": {}}
    }
    contracts.write(contracts.Promised(1, promised), warehouse.current() / "contract.json")
    offer(root, 3)
    return warehouse


def test_a_contract_that_is_broken_stops_the_publication(root: Path) -> None:
    """What was published stays, and the message says what to do."""
    warehouse = promise_orders(root)
    before, held = digests(warehouse.folder / "current"), warehouse.current()
    with pytest.raises(BuildStopped, match=r"orders: the table is gone(?s:.*)contracts/2\.yml"):
        miniature(root, accept_contract=2)
    assert warehouse.current() == held and digests(warehouse.folder / "current") == before


def test_a_new_major_version_is_accepted_once_by_its_number_and_recorded(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    warehouse = promise_orders(root)
    first = warehouse.current()
    (root / "contracts").mkdir()
    (root / "contracts" / "2.yml").write_text("replaced: {orders: payments}\n", encoding="utf-8")
    stopped = r"nobody has accepted it(?s:.*)orders → payments(?s:.*)make publish DATA=demo ACCEPT_CONTRACT=2"
    for given in (None, 1, 3):
        with pytest.raises(BuildStopped, match=stopped):
            miniature(root, accept_contract=given)
        assert warehouse.current() == first
    miniature(root, accept_contract=2)
    second = warehouse.current()
    assert contracts.read(second / "contract.json").major == 2
    (noted,) = [entry for entry in warehouse.noted() if entry["build_id"] == second.name]
    assert noted["major"] == 2 and noted["accepted_contract"] == {
        "from": 1, "who": getpass.getuser(), "why": None,
    }  # fmt: skip
    assert f"contract 2 accepted by {getpass.getuser()}" in versions.listing(warehouse)
    offer(root, 4)
    miniature(root)
    third = warehouse.current()
    assert warehouse.noted()[-1]["accepted_contract"] is None
    for to, told in (
        (first, "It keeps contract 1; contract 2 is to be accepted again\n"),
        (third, "It keeps contract 2\n"),
        (first, "again\n"),
    ):
        assert main(["--project", str(root), "rollback", "--data", "demo", "--to", to.name]) == 0
        assert capsys.readouterr().out.endswith(told)
    with pytest.raises(BuildStopped, match=stopped):
        miniature(root)


def test_a_release_that_knows_less_than_the_contract_that_holds_publishes_nothing(root: Path) -> None:
    warehouse = Warehouse(root / "warehouse" / "demo")
    contracts.write(contracts.Promised(2, {}), warehouse.current() / "contract.json")
    with pytest.raises(BuildStopped, match=r"contract 2 holds, and this release knows contract 1 at most"):
        miniature(root)


def test_going_back_moves_published_copy_and_state_together_and_is_recorded(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    warehouse = Warehouse(root / "warehouse" / "demo")
    first, second = sorted(path.name for path in warehouse.versions.iterdir())
    older = digests(warehouse.versions / first)
    assert main(["--project", str(root), "rollback", "--data", "demo"]) == 0
    assert digests(warehouse.folder / "current") == older
    assert f"version {first} holds again" in capsys.readouterr().out
    assert [(e["event"], e["build_id"]) for e in warehouse.noted()] == [
        ("published", first), ("published", second), ("rolled back", first),
    ]  # fmt: skip
    assert main(["--project", str(root), "rollback", "--data", "demo"]) == 1
    assert (
        f"no earlier version is kept; beside the one that holds there are: {second}"
        in capsys.readouterr().err
    )
    assert main(["--project", str(root), "rollback", "--data", "demo", "--to", second]) == 0
    assert warehouse.current().name == second
    miniature(root)  # the next build begins from what holds
    assert [e["event"] for e in warehouse.noted()].count("published") == 3
    assert main(["--project", str(root), "publications", "--data", "demo"]) == 0
    assert capsys.readouterr().out.count("← holds") == 1


def test_the_journal_notes_each_publication_once_and_mends_a_line_that_a_kill_cut(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    warehouse.note("published", {"build_id": "a"})
    with warehouse.journal.open("a") as file:
        file.write('{"event": "publi')
    assert [entry["build_id"] for entry in warehouse.noted()] == ["a"]
    warehouse.note("published", {"build_id": "b"})
    warehouse.note("published", {"build_id": "b"})
    assert [entry["build_id"] for entry in warehouse.noted()] == ["a", "b"]


def test_the_latest_build_is_published_by_hand_only_where_it_follows_what_holds(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse = Warehouse(root / "warehouse" / "demo")
    data_set = load_data_set(root, "demo", load_sources(root))
    with pytest.raises(BuildStopped, match="is published already"):
        versions.publish_latest(data_set, warehouse, None)
    offer(root, 3)
    with pytest.raises(BuildStopped, match='make publish DATA=demo ACCEPT="why it is"'):
        miniature(root, failing="audit the candidate")
    folder = warehouse.latest_build().parent
    done = []
    monkeypatch.setattr(
        versions, "publish", lambda *given, **more: done.append((*given[2:], more["accept_contract"]))
    )
    versions.publish_latest(data_set, warehouse, "a new shop", 2)
    assert done == [(folder, "a new shop", 2)]
    warehouse.rollback()
    with pytest.raises(BuildStopped, match="began from another version than the one that holds"):
        versions.publish_latest(data_set, warehouse, None)
    (folder / TESTED).unlink()
    with pytest.raises(BuildStopped, match="did not pass its tests"):
        versions.publish_latest(data_set, warehouse, None)


_READER = """
import sys, time
import duckdb
path, stop = sys.argv[1:3]
import pathlib
seen = []
while not pathlib.Path(stop).exists():
    with duckdb.connect(path, read_only=True) as connection:
        for _ in range(3):
            one, = connection.execute("select distinct value from marts.orders").fetchone()
            other, = connection.execute("select distinct value from marts.customers").fetchone()
            assert one == other, "a mixed state"
            if not seen or seen[-1] != one:
                seen.append(one)
    if len(seen) == 1:
        print("reading", flush=True)
print(",".join(map(str, seen)))
"""


def test_a_reader_without_pause_sees_ten_publications_whole_and_in_order(tmp_path: Path) -> None:
    """No error, no mixed state, and the newest one as soon as it opens the file again."""
    warehouse = Warehouse(tmp_path / "demo")

    def put_out(number: int) -> None:
        candidate = warehouse.candidate(f"{number:04}")
        for part in ("published", "state"):
            (candidate / part).mkdir()
        with duckdb.connect(str(candidate / "published" / "customer360.duckdb")) as connection:
            connection.execute("create schema marts")
            for table in ("orders", "customers"):
                connection.execute(
                    f"create table marts.{table} as select {number} as value from range(50000)"
                )
        warehouse.promote(candidate)
        warehouse.tidy()

    put_out(0)
    stop = tmp_path / "stop"
    with subprocess.Popen(
        [sys.executable, "-c", _READER, str(warehouse.published), str(stop)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as reader:  # fmt: skip
        assert reader.stdout.readline() == "reading\n"
        for number in range(1, 11):
            put_out(number)
            time.sleep(0.1)
        time.sleep(0.5)
        stop.touch()
        told, errors = reader.communicate()
    assert reader.returncode == 0, errors
    seen = [int(number) for number in told.splitlines()[-1].split(",")]
    assert seen == sorted(seen) and seen[-1] == 10 and len(seen) > 5


def test_a_build_that_was_killed_before_its_note_is_noted_by_the_next(root: Path) -> None:
    warehouse = Warehouse(root / "warehouse" / "demo")
    lines = warehouse.journal.read_text(encoding="utf-8").splitlines(keepends=True)
    warehouse.journal.write_text("".join(lines[:-1]), encoding="utf-8")
    build.catch_up(warehouse)
    assert [e["build_id"] for e in warehouse.noted()] == sorted(v.name for v in warehouse.versions.iterdir())
