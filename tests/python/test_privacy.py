"""Personal data and the key stay where they belong: nothing published, logged or compiled holds either, every
personal column says so, and nothing phones home."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest

from build_kit import (
    CAN_FORBID_NETWORK,
    columns_holding,
    files_holding,
    forbid_network,
    lay_out_miniature,
    secrets_of,
    small_project,
    whole_build,
)
from conftest import PROJECT, latest_build, manifest
from customer360.cli import main
from customer360.core import steps
from customer360.core.sources import PII_CLASSES
from customer360.core.warehouse import Warehouse
from customer360.pipeline import build
from customer360.privacy.hashing_key import DEMO_KEY, ENVIRONMENT_VARIABLE
from customer360.release.contracts import PUBLISHED_QUALITY
from customer360.release.publish import write_published

KEY = "canary-71c0aa94e2b84d5f-not-for-any-file"

needs_seccomp = pytest.mark.skipif(
    not CAN_FORBID_NETWORK, reason="only Linux lets a test forbid the network to a process"
)


# --- the key ----------------------------------------------------------------------------------------------


def places_of_key(folders: list[Path], tables: list[Path], key: str) -> list[str]:
    """Files below the folders, and columns of the databases and Parquet files, that hold the key or a pad of it, in
    any form."""
    secrets = secrets_of(key)
    texts = [secret.decode("latin-1") for secret in secrets if secret.isascii()]
    found = files_holding(folders, secrets)
    for file in {file.resolve() for file in tables}:
        found += columns_holding(texts, file)
    return found


def test_the_latest_build_left_no_key() -> None:
    """The bytes of all that the last builds of the demo left here (artefacts, logs, build files, published copies,
    state), and the columns of the latest build file, which has what was published and more."""
    built = latest_build("demo")
    folders = [PROJECT / name / "demo" for name in ("target", "logs", "warehouse", "landing")]
    names = {path.name for folder in folders for path in folder.rglob("*")}
    assert {"manifest.json", "run_results.json", "dbt.log", "customer360.duckdb"} <= names
    keys = {DEMO_KEY, os.environ.get(ENVIRONMENT_VARIABLE) or DEMO_KEY}
    assert [place for key in keys for place in places_of_key(folders, [built], key)] == []


@pytest.mark.slow
def test_a_whole_build_with_a_planted_key_leaves_it_nowhere(tmp_path: Path) -> None:
    """Everything that the build writes, and all that it prints; the network is forbidden to it where that can
    be done."""
    root = small_project(tmp_path / "project")
    written_before = {path for path in root.rglob("*") if path.is_file()}
    told = whole_build(
        root, {ENVIRONMENT_VARIABLE: KEY}, before=forbid_network if CAN_FORBID_NETWORK else None
    )
    folders = [root / name for name in ("target", "logs", "warehouse", "landing", "inbox", "truth")]
    written = {path for path in root.rglob("*") if path.is_file()} - written_before
    assert {path.relative_to(root).parts[0] for path in written} - {f.name for f in folders} <= {"scripts"}
    assert not any(secret in told.encode() for secret in secrets_of(KEY))
    tables = [path for path in written if path.suffix in (".duckdb", ".parquet")]
    assert places_of_key([*folders, root / "scripts"], tables, KEY) == []
    # It was this key that made the hashes.
    database = Warehouse(root / "warehouse" / "demo").latest_build()
    with duckdb.connect(str(database), read_only=True) as connection:
        hashes = connection.execute("select id_number_hash from input.input__customers").fetchall()
    assert any(value for (value,) in hashes)


@pytest.mark.parametrize("form", range(len(secrets_of(KEY))))
def test_the_search_for_a_key_finds_it_in_every_form(form: int, tmp_path: Path) -> None:
    """In a file, and in a column of a database whose compression hides it from a search of bytes."""
    secret = secrets_of(KEY)[form]
    (tmp_path / "dbt.log").write_bytes(b"executing: set variable " + secret + b";")
    (tmp_path / "clean.log").write_bytes(b"executing: set variable ?;")
    assert places_of_key([tmp_path], [], KEY) == [str(tmp_path / "dbt.log")]
    (tmp_path / "dbt.log").unlink()
    if secret.isascii():
        database = tmp_path / "a.duckdb"
        with duckdb.connect(str(database)) as connection:
            connection.execute("create table t as select ? as note from range(5000)", [secret.decode()])
        assert places_of_key([], [database], KEY) == ['"main"."t".note']


def mine(root: Path, personal_data: str) -> Path:
    """A project whose data set is not the demo."""
    lay_out_miniature(root)
    text = (root / "datasets" / "demo.yml").read_text(encoding="utf-8")
    text = text.replace("name: demo", "name: mine").replace("prepare: scripts/fill.py\n", "")
    text = text.replace("personal_data: none", f"personal_data: {personal_data}")
    (root / "datasets" / "mine.yml").write_text(text, encoding="utf-8")
    return root


@pytest.mark.parametrize("key", [None, "brief"])
def test_personal_data_without_a_key_stops_before_anything_is_done(
    key: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message says what is missing and how to get it, and never repeats a key."""
    monkeypatch.setattr(build, "check_before", lambda data_set: None)  # of declarations, not of keys
    monkeypatch.setattr(steps, "run", lambda *step: pytest.fail("a step ran"))
    root = mine(tmp_path, "yes")
    monkeypatch.delenv(ENVIRONMENT_VARIABLE, raising=False)
    if key:
        monkeypatch.setenv(ENVIRONMENT_VARIABLE, key)
    assert main(["--project", str(root), "build", "--data", "mine"]) == 1
    told = capsys.readouterr().err
    assert ENVIRONMENT_VARIABLE in told and "openssl rand -hex 32" in told
    assert "brief" not in told


@pytest.mark.parametrize(("personal_data", "key"), [("none", None), ("yes", KEY)])
def test_a_build_goes_on_with_a_key_or_without_personal_data(
    personal_data: str, key: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run: list[str] = []
    monkeypatch.setattr(build, "check_before", lambda data_set: None)  # of declarations, not of keys
    monkeypatch.setattr(steps, "run", lambda project, step, *more: run.append(step) or 2)
    root = mine(tmp_path, personal_data)
    monkeypatch.delenv(ENVIRONMENT_VARIABLE, raising=False)
    if key:
        monkeypatch.setenv(ENVIRONMENT_VARIABLE, key)
    assert main(["--project", str(root), "build", "--data", "mine"]) == 1
    assert run == ["land"]


# --- nothing phones home ----------------------------------------------------------------------------------


@needs_seccomp
@pytest.mark.parametrize(
    "attempt",
    [
        "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)",
        "import duckdb; duckdb.sql(\"install spatial from 'http://192.0.2.1'\")",
        "import subprocess, sys; sys.exit(subprocess.call([sys.executable, '-c', "
        "\"import urllib.request as u; u.urlopen('http://192.0.2.1')\"]))",
    ],
    ids=["python", "library", "child"],
)
def test_the_ban_on_the_network_notices_an_attempt(attempt: str) -> None:
    """Of Python, of a library's own code, and of a process that was started by the one under the ban."""
    done = subprocess.run(
        [sys.executable, "-c", attempt], preexec_fn=forbid_network, capture_output=True, check=False
    )
    assert done.returncode in (-31, 225), done  # SIGSYS, as such or handed on by sys.exit


@needs_seccomp
def test_landing_and_dbt_do_not_even_try_the_network(tmp_path: Path) -> None:
    """As a plain `dbt build` does it, without what make exports; of one system, for what dbt does of its own accord is
    the same for all."""
    root = small_project(tmp_path / "project")
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DO_NOT_TRACK", "DBT_SEND_ANONYMOUS_USAGE_STATS", ENVIRONMENT_VARIABLE)
    }
    database = root / "customer360.duckdb"

    def run_offline(*command: str) -> None:
        done = subprocess.run(
            command,
            cwd=root,
            env={**kept, "CUSTOMER360_DATABASE": str(database)},
            preexec_fn=forbid_network,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (command[1:], done.returncode, done.stdout[-2000:] + done.stderr[-2000:])

    run_offline(sys.executable, "-m", "demo_company", "--customers", "200", "--months", "12", "--quiet")
    run_offline(sys.executable, "-m", "customer360", "land", "--data", "demo")
    shutil.move(root / "models" / "staging" / "app", root / "app")
    for folder in ("models", "analyses", "tests/integrity"):
        shutil.rmtree(root / folder)
    for descriptions in (root / "seeds" / "policy").glob("*.yml"):  # they refer to texts of the models
        descriptions.unlink()
    (root / "models" / "staging" / "app").mkdir(parents=True)
    for file in [*(root / "app").rglob("*.sql"), root / "app" / "_app__sources.yml"]:
        shutil.move(file, root / "models" / "staging" / "app")
    run_offline(str(Path(sys.executable).with_name("dbt")), "build", "--select", "+stg_app__consents")
    with duckdb.connect(str(database), read_only=True) as connection:
        assert connection.execute("select count(*) from staging.stg_app__consents").fetchone()[0] > 0


def test_nothing_is_downloaded_for_a_model() -> None:
    """DuckDB fetches an extension that a query needs, unless it is told not to."""
    text = (PROJECT / "profiles.yml").read_text(encoding="utf-8")
    assert text.count("autoinstall_known_extensions: false") == text.count("type: duckdb")


# --- planted personal values ------------------------------------------------------------------------------


def canaries() -> list[str]:
    """The planted values that belong to invented persons and to nobody else."""
    found = duckdb.sql(
        f"select distinct value from '{PROJECT / 'truth' / 'demo' / 'canaries.parquet'}'"
    ).fetchall()
    assert len(found) > 20
    return [value for (value,) in found]


def places_of_canaries(published: Path, values: list[str]) -> list[str]:
    """Files and columns of a published copy that hold one of the values, in plain sight or compressed."""
    found = files_holding([published], [value.encode() for value in values])
    for file in [published / "customer360.duckdb", *sorted((published / "parquet").glob("*.parquet"))]:
        found += columns_holding(values, file)
    return found


def test_no_planted_value_is_in_the_published_copy() -> None:
    """While the build file, which is not for readers, holds them all over: the values are the right ones."""
    database = latest_build("demo")
    warehouse = Warehouse(PROJECT / "warehouse" / "demo")
    assert places_of_canaries(warehouse.published.parent, canaries()) == []
    with duckdb.connect(str(database), read_only=True) as connection:
        names = connection.execute(
            "select count(*) from input.input__customers where list_contains(?, name)", [canaries()]
        ).fetchone()
    assert names[0] > 0


def test_no_planted_value_is_in_a_log_or_an_artefact() -> None:
    """No personal value in any log line, compiled model, run result or load report."""
    latest_build("demo")
    folders = [PROJECT / "target" / "demo", PROJECT / "logs" / "demo"]
    reports = files_holding([PROJECT / "landing" / "demo"], [value.encode() for value in canaries()])
    assert files_holding(folders, [value.encode() for value in canaries()]) == []
    assert [name for name in reports if not name.endswith(".parquet")] == []


def test_a_raw_column_in_a_mart_would_be_found(tmp_path: Path) -> None:
    """Published by the project's own function from a build whose mart carries what it must not."""
    database = tmp_path / "build.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute(f"attach '{latest_build('demo')}' as latest (read_only)")
        connection.execute("create schema marts")
        connection.execute(
            """
            create table marts.customers as
            select source_customer_id, name, phone from latest.staging.base_crm__contacts
            """
        )
    write_published(database, tmp_path / "published")
    found = places_of_canaries(tmp_path / "published", canaries())
    assert {'"marts"."customers".name', '"marts"."customers".phone'} <= set(found)
    assert any(place.endswith("customers.parquet'.name") for place in found)


# --- personal columns say so ------------------------------------------------------------------------------

PERSONAL = {
    "name": r"name|names|surname|nick|nickname|honorific",
    "phone": r"phone|mobile|telephone|tel",
    "email": r"email|mail",
    "id_number": r"id_number|id_card|passport",
    "address": r"address|street",
    "birth_date": r"birth|birthday|birth_date|birth_year|born",
    "social_id": r"unionid|union_id|openid|open_id|wechat|weixin|member_no|follower",
    "free_text": r"remark|remarks|note|comment|comment_text|message|search_term|old_value|new_value",
}
"""What a column is called that holds something of a person, by class: one or more whole words of its name."""

NOT_PERSONAL = {
    r".*_reason": "says why a value is missing, out of a fixed list",
    r".*\.(name_script|name_honorific)": "a script or a form of address, out of a fixed list",
    r".*\.(column|event|content|campaign|contract|product|item|material|store|dealer)_name": "names a thing",
    r".*\.(name_agreement|surname_length)": "how far two names agree, how long one is; not a name",
    r".*\.(has|is)_(phone|email|wechat|follower)(_consent)?": "yes or no, never the value",
    r"int_identity__.*_(level|weight)": "how far two values agree and what that weighs; not the values",
    r"int_identity__compared\..*_share": "share of the records that have a value",
    r".*\.is_name_asked": "whether the system asks for names",
    r".*\.(also_)?bought_name": "names a product",
    r".*\.(promotion|other)_message_driver": "a figure of messages, not their text",
    r"engagement_monthly\..*follower.*": "how many, not who",
    r"(int_management__alert_states|kpi_alerts)\.note": "what the management wrote of a KPI, by the seed of no customer",
    r".*external_indicators\.note": "about the market",
    r"scorecard(_landing)?\.note": "about a threshold",
    r"pos\.stores\.(address|phone)": "of a shop that is open to the public",
}
"""Columns (table.column) that are called like personal ones and are not: pattern and reason."""

MASKED = re.compile(r"(^|_)(masked|hash)$")
"""How a published column is called that shows a personal value masked or as a keyed hash."""


class Column(NamedTuple):
    """A declared column: where it stands, its personal class if it has one, and the tables its model reads."""

    layer: str
    table: str
    name: str
    pii: str | None
    reads: tuple[str, ...] = ()


def columns_of(graph: dict[str, Any]) -> Iterator[Column]:
    """Every declared column of sources and models; a source table is called system.entity."""
    nodes = {
        key: f"{node['source_name']}.{node['name']}" if node["resource_type"] == "source" else node["name"]
        for key, node in (graph["nodes"] | graph["sources"]).items()
        if node["resource_type"] in ("model", "source")
    }
    for key, table in nodes.items():
        node = graph["nodes"].get(key) or graph["sources"][key]
        layer = "sources" if node["resource_type"] == "source" else node["fqn"][1]
        reads = tuple(nodes[up] for up in node.get("depends_on", {}).get("nodes", ()) if up in nodes)
        for name, column in node["columns"].items():
            pii = (column.get("config", {}).get("meta") or {}).get("pii")
            yield Column(layer, table, name, pii, reads)


def unmarked(columns: Sequence[Column]) -> list[str]:
    """Columns without a class that are called like personal ones; that a table which their model reads has as
    personal; or that are personal in the model which reads them as a source."""
    word = re.compile(r"(^|_)(" + "|".join(PERSONAL.values()) + r")(_|$)")
    allowed = re.compile("|".join(NOT_PERSONAL))
    personal = {(column.table, column.name) for column in columns if column.pii}
    personal |= {
        (table, column.name) for column in columns if column.pii for table in column.reads if "." in table
    }
    return [
        f"{column.layer}: {column.table}.{column.name}"
        for column in columns
        if not column.pii
        and not allowed.fullmatch(f"{column.table}.{column.name}")
        and (
            word.search(column.name)
            or any((table, column.name) in personal for table in (column.table, *column.reads))
        )
    ]


PUBLISHED = {
    "customers.display_name": "a person's name masked; an organisation's own name in full",
    "customers.birth_year": "a year without the day; age bands need it",
}
"""Published columns with a class that are neither called masked nor hashed: column and reason."""


def published_raw(columns: Sequence[Column]) -> list[str]:
    """Published columns that carry a personal class and do not say that they are masked or hashed."""
    return [
        f"{column.table}.{column.name}"
        for column in columns
        if column.pii
        and (column.layer in ("marts", "pages") or column.table in PUBLISHED_QUALITY)
        and not MASKED.search(column.name)
        and f"{column.table}.{column.name}" not in PUBLISHED
    ]


def test_personal_columns_say_so_and_no_published_one_is_raw() -> None:
    latest_build("demo")
    columns = list(columns_of(manifest("demo")))
    assert {column.layer for column in columns} >= {"sources", "staging", "input", "intermediate", "marts"}
    assert {column.pii for column in columns} - {None} <= PII_CLASSES == set(PERSONAL)
    assert unmarked(columns) == []
    assert published_raw(columns) == []


def test_every_exception_from_the_personal_words_is_in_use() -> None:
    names = [f"{column.table}.{column.name}" for column in columns_of(manifest("demo")) if not column.pii]
    assert [rule for rule in NOT_PERSONAL if not any(re.fullmatch(rule, name) for name in names)] == []
    marked = {f"{column.table}.{column.name}" for column in columns_of(manifest("demo")) if column.pii}
    assert set(PUBLISHED) <= marked


@pytest.mark.parametrize("name", ["phone", "contact_phone", "buyer_nick", "id_number_hash", "wechat_unionid"])
def test_a_column_that_is_called_like_a_personal_one_needs_a_class(name: str) -> None:
    assert unmarked([Column("marts", "customers", name, None)]) == [f"marts: customers.{name}"]


def test_a_personal_column_stays_personal_on_its_way() -> None:
    columns = [
        Column("sources", "pos.cards", "card", None),
        Column("staging", "base_cards", "card", "social_id", ("pos.cards",)),
        Column("input", "input__cards", "card", None, ("base_cards", "base_others")),
        Column("staging", "base_others", "card", None),
    ]
    assert unmarked(columns) == ["sources: pos.cards.card", "input: input__cards.card"]


def test_a_published_column_is_masked_or_hashed() -> None:
    columns = [
        Column("marts", "customers", name, "phone") for name in ("phone", "phone_masked", "phone_hash")
    ]
    assert published_raw(columns) == ["customers.phone"]
    assert published_raw([Column("quality", "quarantine", "original_row", "free_text")]) == []
    assert published_raw([Column("quality", PUBLISHED_QUALITY[0], "note", "free_text")]) != []
