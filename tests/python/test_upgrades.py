"""What a warehouse holds opens under today's code: layouts of landing and state, and a company that an earlier commit built
(tests/fixtures/upgrade/README.md)."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from bench.measuring import copy_project
from build_kit import digests, lay_out_miniature, miniature, offer
from conftest import PROJECT, run_verb
from customer360.core import upgrades
from customer360.core.data_sets import DataSet, load_data_set
from customer360.core.durable import Damaged
from customer360.core.errors import BuildStopped
from customer360.core.sources import load_sources
from customer360.core.upgrades import MARK, Layout, TooNew, renamed
from customer360.core.warehouse import Warehouse, open_data_set
from customer360.landing.inbox import land_inbox
from customer360.pipeline import build
from customer360.privacy.hashing_key import ENVIRONMENT_VARIABLE
from customer360.privacy.ledger import Ledger, hashing_keys
from customer360.privacy.state import Undeclared, current_state, read_state
from customer360.release import contracts, gate, versions
from landing_kit import Place

# --- steps -------------------------------------------------------------------------------------------------


def write(name: str, *expected: str) -> Callable[[Path], None]:
    """A step that writes a file, where those of the steps before it are."""

    def step(folder: Path) -> None:
        assert [file for file in expected if not (folder / file).is_file()] == []
        (folder / name).write_text(name, encoding="utf-8")

    return step


def marked(folder: Path) -> object:
    return json.loads((folder / MARK).read_text(encoding="utf-8"))


def test_a_folder_takes_the_steps_that_it_lacks_in_order_and_each_once(tmp_path: Path) -> None:
    Layout("landing", (write("first"),)).upgrade(tmp_path)
    assert marked(tmp_path) == {"version": 1}
    (tmp_path / "first").write_text("changed since", encoding="utf-8")
    Layout("landing", (write("first"), write("second", "first"), write("third", "second"))).upgrade(tmp_path)
    assert marked(tmp_path) == {"version": 3}
    assert (tmp_path / "first").read_text(encoding="utf-8") == "changed since"
    assert (tmp_path / "third").is_file()


def test_a_step_that_was_cut_short_is_taken_again(tmp_path: Path) -> None:
    def killed(folder: Path) -> None:
        (folder / ".second.tmp").write_text("half", encoding="utf-8")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Layout("landing", (write("first"), killed)).upgrade(tmp_path)
    assert marked(tmp_path) == {"version": 1}
    Layout("landing", (write("first"), write("second", "first"))).upgrade(tmp_path)
    assert marked(tmp_path) == {"version": 2} and (tmp_path / "second").is_file()


def test_what_a_newer_release_wrote_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.put("a.csv", b"payment_no,amount\n1,5\n", "erp/payments")
    assert place.land() == 0
    (place.landing / MARK).write_text('{"version": 99}', encoding="utf-8")
    before = digests(place.landing)
    place.put("b.csv", b"payment_no,amount\n2,5\n", "erp/payments")
    assert place.land() == 2
    assert digests(place.landing) == before


def test_a_newer_release_is_named_in_one_sentence_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / MARK).write_text('{"version": 3}', encoding="utf-8")
    with pytest.raises(
        TooNew, match=r"has version 3 of the state layout, .* knows 0 at most\. Use the release"
    ):
        Layout("state", ()).upgrade(tmp_path)


@pytest.mark.parametrize("content", ["", "[]", '{"version": "1"}'])
def test_a_damaged_mark_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / MARK).write_text(content, encoding="utf-8")
    with pytest.raises(Damaged, match=f"{MARK} is damaged"):
        Layout("state", ()).upgrade(tmp_path)


# --- landing -----------------------------------------------------------------------------------------------


def test_landing_of_before_versions_loses_its_files_of_a_former_name(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.put("a.csv", b"payment_no,amount\n1,5\n", "erp/payments")
    assert place.land() == 0
    (place.landing / MARK).unlink()
    for folder in ("erp/orders", "erp/payments"):
        shutil.copy(place.landing / folder / "schema.parquet", place.landing / folder / "_declared.parquet")
    assert place.land() == 0
    assert not list(place.landing.rglob("_declared.parquet"))
    assert marked(place.landing) == {"version": upgrades.LANDING.version}


# --- state -------------------------------------------------------------------------------------------------


def history(state: Path) -> dict[str, str]:
    """The first build that saw each load."""
    return dict(
        duckdb.execute("from read_parquet(?)", [str(state / "load_history" / "data.parquet")]).fetchall()
    )


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A miniature that was built once, whose state has the column `first_build` of an earlier layout."""
    root = lay_out_miniature(tmp_path)
    offer(root, 1)
    miniature(root)
    state = root / "warehouse" / "demo" / "current" / "state"
    renamed("load_history", "first_build_id", "first_build")(state.resolve())
    offer(root, 2)
    return root


def test_a_renamed_column_of_state_keeps_its_history(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = (*upgrades.STATE.steps, renamed("load_history", "first_build", "first_build_id"))
    monkeypatch.setattr(upgrades, "STATE", Layout("state", steps))
    warehouse = Warehouse(root / "warehouse" / "demo")
    first = warehouse.current()
    before, known = digests(first), history(first / "state")
    with current_state(warehouse) as state:
        assert pq.read_schema(state / "load_history" / "data.parquet").names == ["load_id", "first_build_id"]
    miniature(root)
    assert digests(first) == before, "a published version changed"
    after = history(warehouse.current() / "state")
    assert len(known) == 6 and known.items() < after.items() and set(known.values()) == {first.name}
    for folder in (warehouse.current(), warehouse.latest_build().parent):
        assert marked(folder / "state") == {"version": len(steps)}
    warehouse.rollback()  # to state of the earlier layout
    miniature(root)
    assert known.items() < history(warehouse.current() / "state").items()


@pytest.mark.parametrize("lost", ["first_build", "load_history"])
def test_what_no_declaration_names_stops_the_build_before_it_is_lost(root: Path, lost: str) -> None:
    if lost == "load_history":
        file = root / "models" / "staging" / "state" / "_state__sources.yml"
        file.write_text(file.read_text(encoding="utf-8").replace(lost, "load_log"), encoding="utf-8")
    with pytest.raises(Undeclared, match=r"state table load_history .* column \w+, .*or add a step"):
        miniature(root)


def test_a_build_whose_state_has_an_earlier_layout_is_not_published(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse = Warehouse(root / "warehouse" / "demo")
    renamed("load_history", "first_build", "first_build_id")(warehouse.current() / "state")
    with pytest.raises(BuildStopped, match="the gate stopped the publication"):
        miniature(root, failing="audit the candidate")
    monkeypatch.setattr(upgrades, "STATE", Layout("state", (*upgrades.STATE.steps, write("x"))))
    with pytest.raises(BuildStopped, match=r"has the state of an earlier release. Run: make build DATA=demo"):
        versions.publish_latest(load_data_set(root, "demo", load_sources(root)), warehouse, None)


# --- a company that an earlier commit built ----------------------------------------------------------------

NAME = "earlier"
KEY = "a public key of invented people, for a test only"


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[DataSet, Warehouse, Path]:
    """A copy of the project that holds the company; its data set, its warehouse, and its state as it was."""
    root = copy_project(tmp_path / "project")
    shutil.unpack_archive(PROJECT / "tests" / "fixtures" / "upgrade" / "company.tar.xz", root, filter="data")
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, KEY)
    data_set, warehouse = open_data_set(root, NAME)
    return data_set, warehouse, Path(shutil.copytree(warehouse.folder / "state", tmp_path / "state"))


def gone(before: Path, after: Path, *columns: str) -> int:
    """Rows of a Parquet file that another one lacks, as far as both have the columns (default: all)."""
    both = [name for name in pq.read_schema(before).names if name in pq.read_schema(after).names]
    named = ", ".join(f'cast("{name}" as varchar)' for name in columns or both)
    return duckdb.execute(
        f"select count(*) from (select {named} from read_parquet(?) except all select {named} from read_parquet(?))",
        [str(before), str(after)],
    ).fetchone()[0]


def test_todays_code_opens_what_an_earlier_commit_left(
    company: tuple[DataSet, Warehouse, Path], capsys
) -> None:
    data_set, warehouse, state = company
    project = data_set.project
    landing = project / "landing" / NAME
    landed = Path(shutil.copytree(landing, project.parent / "landed"))
    build.check_before(data_set)
    assert land_inbox(project, NAME), capsys.readouterr()
    assert marked(landing) == {"version": upgrades.LANDING.version}
    files = [
        path.relative_to(landed) for path in landed.glob("*/*/*.parquet") if path.name != "schema.parquet"
    ]
    assert len(files) > 40 and sum(gone(landed / path, landing / path) for path in files) == 0
    report = json.loads((landing / "load_report.json").read_text(encoding="utf-8"))
    assert {Path(file["path"]).parent.name: file["status"] for file in report["files"]} == {
        "orders": "landed", "members": "older",
    }  # fmt: skip

    read_state(data_set, warehouse, project / "read")
    tables = sorted(path.parent.name for path in state.glob("*/data.parquet"))
    assert len(tables) == 8
    for table in tables:
        file = f"{table}/data.parquet"
        assert pq.read_metadata(state / file).num_rows > 0
        if table == "winback_steps":  # a later release finds the steps from the orders
            assert not (project / "read" / table).exists()
        else:
            assert gone(state / file, project / "read" / file) == 0, table

    held = contracts.read(warehouse.current() / "contract.json")
    assert held.major == 1 and len(held.tables) == 118
    assert versions.listing(warehouse).count("published") == 2
    assert len(gate.read_profile(warehouse.current() / "published")) > 10
    ledger = Ledger.of(warehouse)
    assert len(ledger.requests) == 2 and hashing_keys(data_set, ledger)


@pytest.mark.slow
def test_a_company_of_an_earlier_commit_is_built_and_published_and_keeps_ids_and_history(
    company: tuple[DataSet, Warehouse, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    data_set, warehouse, state = company
    first, lines = warehouse.current(), warehouse.journal.read_text(encoding="utf-8")
    before, customers = digests(first), ids(warehouse)
    major = str(max(contracts.majors(data_set.project)))
    # figures may shift with what a release computes otherwise: the gate has tests of its own
    words = ("--accept", "another release", "--accept-contract", major)
    built = run_verb(data_set.project, "build", "--data", NAME, *words)
    assert built.returncode == 0, built.stdout[-4000:] + built.stderr[-2000:]
    assert warehouse.current() != first and digests(first) == before
    assert marked(warehouse.folder / "state") == {"version": upgrades.STATE.version}

    after = warehouse.folder / "state"
    assert (
        gone(
            state / "identity_map/data.parquet",
            after / "identity_map/data.parquet",
            "record_id",
            "customer_id",
        )
        == 0
    )
    for table in ("audit_sample", "customer_id_history", "load_history", "scorecard_history", "tag_history",
                  "tag_versions"):  # fmt: skip
        assert gone(state / table / "data.parquet", after / table / "data.parquet") == 0, table
    assert (state / "winback_steps").is_dir() and not (after / "winback_steps").exists()
    assert len(customers) > 200 and ids(warehouse) == customers
    assert warehouse.journal.read_text(encoding="utf-8").startswith(lines)
    assert len(warehouse.noted()) == 3 and len(Ledger.of(warehouse).requests) == 2

    print(versions.roll_back(warehouse, None, None))
    assert warehouse.current() == first and ids(warehouse) == customers
    read_state(data_set, warehouse, data_set.project / "read again")


def ids(warehouse: Warehouse) -> set[str]:
    """The customers that the published copy has."""
    with duckdb.connect(str(warehouse.published), read_only=True) as connection:
        return {name for (name,) in connection.execute("select customer_id from marts.customers").fetchall()}
