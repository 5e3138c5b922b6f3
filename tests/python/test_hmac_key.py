"""The hashing key: when there must be one, and that no file dbt writes ever holds it."""

from __future__ import annotations

import hashlib
import hmac
import os
import stat
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from dbt.adapters.duckdb.plugins import BasePlugin

from bench.macro_views import dbt, lay_out
from conftest import PROJECT
from customer360.dbt_plugins import database_folder
from customer360.privacy.hashing_key import (
    DEMO_KEY,
    ENVIRONMENT_VARIABLE,
    KeyRefused,
    key_for,
    session_variables,
)

KEY = "canary-5f2d9c1e7b3a4086-not-for-any-file"
MODELS = {
    "hashed": "select {{ function('keyed_hash') }}('13812345679') as phone_hash, {{ function('hashing_key_id') }}() as key_id",
    "broken": "select {{ function('keyed_hash') }}('13812345679') as phone_hash from no_such_table",
}
PROFILE = """
macro_views:
  target: duckdb
  outputs:
    duckdb:
      type: duckdb
      path: macro_views.duckdb
      threads: 2
      config_options: {{storage_compatibility_version: v1.4.0}}
      plugins:
        - module: customer360.dbt_plugins.hmac_key
          config: {{data_set: {data_set}, personal_data: "{personal_data}"}}
"""


def project(folder: Path, data_set: str, personal_data: str) -> Path:
    """A throw-away dbt project for a data set."""
    lay_out(folder, MODELS)
    profile = PROFILE.format(data_set=data_set, personal_data=personal_data)
    (folder / "profiles.yml").write_text(profile, encoding="utf-8")
    (folder / "models/schema.yml").write_text(
        "version: 2\nmodels:\n  - name: hashed\n    columns: [{name: phone_hash, data_tests: [not_null]}]\n"
        "unit_tests:\n  - name: a_hash_has_64_digits\n    model: lengths\n"
        "    given: [{input: ref('hashed'), rows: [{phone_hash: a}]}]\n    expect: {rows: [{digits: 64}]}\n",
        encoding="utf-8",
    )
    (folder / "models/lengths.sql").write_text(
        "select length({{ function('keyed_hash') }}(phone_hash)) as digits from {{ ref('hashed') }}",
        encoding="utf-8",
    )
    return folder


def environment(key: str | None) -> dict[str, str]:
    """The process environment with or without a key."""
    kept = {name: value for name, value in os.environ.items() if name != ENVIRONMENT_VARIABLE}
    return kept | ({ENVIRONMENT_VARIABLE: key} if key else {})


@pytest.mark.parametrize(
    ("data_set", "personal_data", "key", "wanted"),
    [
        ("mine", "yes", KEY, KEY.encode()),
        ("demo", "yes", KEY, KEY.encode()),
        ("demo", "yes", None, DEMO_KEY.encode()),
        ("demo", "yes", "", DEMO_KEY.encode()),
        ("online_retail", "none", None, None),
    ],
)
def test_which_key(data_set: str, personal_data: str, key: str | None, wanted: bytes | None) -> None:
    """A key from the environment first; the public one for the demo; none where nothing personal is."""
    assert key_for(data_set, personal_data, key) == wanted


@pytest.mark.parametrize(
    ("data_set", "personal_data", "key", "message"),
    [
        ("mine", "yes", None, "CUSTOMER360_HMAC_KEY is not set"),
        ("demo2", "yes", "", "CUSTOMER360_HMAC_KEY is not set"),
        ("None", "yes", None, "is not set"),
        ("mine", "yes", "brief-key-0451", "shorter than 32"),
        ("mine", "no", KEY, "'yes' or 'none'"),
        ("mine", "None", KEY, "'yes' or 'none'"),
    ],
)
def test_no_key_is_a_clear_stop(data_set: str, personal_data: str, key: str | None, message: str) -> None:
    """And the message never repeats a key."""
    with pytest.raises(KeyRefused, match=message) as stop:
        key_for(data_set, personal_data, key)
    assert not key or key not in str(stop.value)


def test_pads_are_those_of_rfc_2104() -> None:
    """Also for keys longer than a block."""
    for key in (b"k" * 40, b"k" * 64, b"k" * 100):
        pads = session_variables(key)
        inner = hashlib.sha256(pads["customer360_hmac_inner"] + b"value").digest()
        outer = hashlib.sha256(pads["customer360_hmac_outer"] + inner).hexdigest()
        assert outer == hmac.new(key, b"value", hashlib.sha256).hexdigest()


@pytest.fixture(scope="module")
def mine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with personal data, parsed once for the tests below; no test builds it before the first of them."""
    return project(tmp_path_factory.mktemp("mine") / "project", "mine", "yes")


def test_a_build_without_a_key_stops_before_it_starts(mine: Path) -> None:
    """No table is written, and the message says what to do."""
    done = dbt(mine, "run", "--select", "hashed", environment=environment(None))
    assert done.returncode != 0
    assert "export it before the build" in done.stdout + done.stderr
    assert not (mine / "macro_views.duckdb").exists()


def test_the_key_is_in_no_file(mine: Path) -> None:
    """A build with threads, tests, a unit test and a failing model, debug logs on: byte scan for the key and
    its pads, raw, in hex and in the escaped form DuckDB prints."""
    done = dbt(
        mine,
        "--debug",
        "build",
        "--select",
        "path:models",
        "keyed_hash",
        "hashing_key_id",
        environment=environment(KEY),
    )
    docs = dbt(mine, "docs", "generate", environment=environment(KEY))
    pads = [value for value in session_variables(KEY.encode()).values() if isinstance(value, bytes)]
    printed = ["".join(chr(b) if 32 < b < 127 else f"\\x{b:02X}" for b in pad).encode() for pad in pads]
    hexadecimal = [secret.hex().encode() for secret in (KEY.encode(), *pads)]
    secrets = [KEY.encode(), *pads, *printed, *hexadecimal]
    files = [path for path in mine.rglob("*") if path.is_file() and not path.is_symlink()]
    contents = {str(path): path.read_bytes() for path in files} | {
        "output": (done.stdout + docs.stdout).encode()
    }
    names = {path.name for path in files}
    assert {"manifest.json", "run_results.json", "dbt.log", "hashed.sql", "catalog.json"} <= names
    assert "macro_views.duckdb" in names
    assert "PASS=6" in done.stdout
    assert "ERROR=1" in done.stdout
    assert [name for name, data in contents.items() if any(secret in data for secret in secrets)] == []


def test_dbt_makes_the_folder_of_its_file_and_lets_nobody_else_in(tmp_path: Path) -> None:
    profile = yaml.safe_load((PROJECT / "profiles.yml").read_text(encoding="utf-8"))["customer360"][
        "outputs"
    ]["duckdb"]
    assert {"module": database_folder.__name__} in profile["plugins"]
    (tmp_path / "there").mkdir()
    (tmp_path / "there").chmod(0o755)
    file = tmp_path / "there" / "warehouse" / "dev" / "customer360.duckdb"
    plugin = BasePlugin.create(database_folder.__name__, config={})
    mask = os.umask(0)
    try:
        for path in (str(file), str(file), ":memory:"):
            plugin.update_connection_config(SimpleNamespace(path=path), {})
    finally:
        os.umask(mask)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (*file.parents,)[:3]]
    assert modes == [0o700, 0o700, 0o755]
