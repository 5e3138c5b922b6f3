"""What the tests of whole builds share: projects to build, builds to kill, and readers of what they leave.

Run as a script, it makes one miniature build (see `miniature`).
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import hashlib
import io
import json
import os
import platform
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb

from bench.companies import set_small_demo
from bench.measuring import copy_project
from customer360.core import interrupts, steps
from customer360.core.data_sets import load_data_set
from customer360.core.sources import load_sources
from customer360.core.warehouse import Warehouse
from customer360.landing.inbox import land_inbox
from customer360.pipeline import build
from customer360.privacy.hashing_key import session_variables
from customer360.privacy.private import FOLDERS
from customer360.release import versions
from customer360.release.gate import REPORT

PROJECT = Path(__file__).resolve().parents[2]


# --- the real project on a small demo company -------------------------------------------------------------


def small_project(root: Path, seed: int = 7) -> Path:
    """The project in a folder of its own, whose demo company has 200 customers."""
    copy_project(root)
    set_small_demo(root, seed)
    return root


def start_build(
    root: Path,
    environment: Mapping[str, str] | None = None,
    before: Callable[[], None] | None = None,
) -> subprocess.Popen[str]:
    """`make build DATA=demo` of a copied project, in a process group of its own, its output in a pipe; `before`
    is called in the new process first. Another demo company may follow: its figures are other ones."""
    return subprocess.Popen(
        [sys.executable, "-m", "customer360", "build", "--data", "demo", "--accept", "another company"],
        cwd=root,
        env={
            **os.environ,
            "PYTHONUNBUFFERED": "1",
            "DO_NOT_TRACK": "1",
            **(environment or {}),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=before,
        umask=0,
    )


def whole_build(
    root: Path,
    environment: Mapping[str, str] | None = None,
    before: Callable[[], None] | None = None,
) -> str:
    """A build that is left to end and must succeed; its output."""
    with start_build(root, environment, before) as process:
        told, _ = process.communicate()
    assert process.returncode == 0, told[-4000:]
    return told


def killed_build(
    root: Path, at: Callable[[str, Path], bool], environment: Mapping[str, str] | None = None
) -> list[str]:
    """A build whose whole process group is killed at the first line of output that `at` picks; its output."""
    seen: list[str] = []
    with start_build(root, environment) as process:
        for line in process.stdout:
            seen.append(line)
            if at(line, root):
                os.killpg(process.pid, signal.SIGKILL)
                break
        process.wait()
    assert process.returncode == -signal.SIGKILL, "".join(seen[-30:])
    return seen


# --- no network -------------------------------------------------------------------------------------------

_SOCKET = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
"""Of a machine: its number for the kernel's audit and its number of the system call `socket`."""

CAN_FORBID_NETWORK = sys.platform == "linux" and platform.machine() in _SOCKET


def forbid_network() -> None:
    """Let the kernel end this process, and any that it starts, at the first IPv4 socket that it asks for, be it
    Python's or a library's own (Linux: seccomp). Sockets inside the machine (AF_UNIX) stay.

    IPv6 is answered as not there: urllib3 asks for it when it is imported, without connecting to anything.
    Raises OSError where the kernel does not permit it.
    """
    audit, socket_call = _SOCKET[platform.machine()]
    load, equal, give = 0x20, 0x15, 0x06  # BPF: load a word, jump if equal, return
    kill, refuse, allow = 0x80000000, 0x00050000 | errno.EAFNOSUPPORT, 0x7FFF0000
    steps = [
        (load, 0, 0, 4), (equal, 0, 6, audit),
        (load, 0, 0, 0), (equal, 0, 4, socket_call),
        (load, 0, 0, 16), (equal, 3, 0, socket.AF_INET), (equal, 0, 1, socket.AF_INET6),
        (give, 0, 0, refuse), (give, 0, 0, allow), (give, 0, 0, kill),
    ]  # fmt: skip
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    program = ctypes.create_string_buffer(struct.pack("@HP", len(steps), ctypes.addressof(code)))
    libc = ctypes.CDLL(None, use_errno=True)
    no_new_privileges, set_seccomp, filter_mode = 38, 22, 2
    if libc.prctl(no_new_privileges, 1, 0, 0, 0) or libc.prctl(set_seccomp, filter_mode, program, 0, 0):
        raise OSError(ctypes.get_errno(), "the kernel takes no seccomp filter")


# --- a miniature: the real steps around a stand-in for dbt ------------------------------------------------

_SOURCES = """
version: 2
sources:
  - name: erp
    tables:
      - name: orders
        config: {meta: {load: replace}}
        columns: [{name: order_no}, {name: amount}]
      - name: payments
        config: {meta: {load: append}}
        columns: [{name: payment_no}, {name: amount}]
"""
_STATE = """
version: 2
sources:
  - name: state
    tables:
      - name: load_history
        columns: [{name: load_id}, {name: first_build_id}]
"""
_DATA_SET = """
name: demo
label_zh: 演示
label_en: Demo
currency: CNY
time_zone: Asia/Shanghai
policy: default
personal_data: none
prepare: scripts/fill.py
systems: [erp]
"""


def lay_out_miniature(root: Path) -> Path:
    """A project small enough to build in a second."""
    for name, text in {
        "models/staging/erp/_erp__sources.yml": _SOURCES,
        "models/staging/state/_state__sources.yml": _STATE,
        "datasets/demo.yml": _DATA_SET,
        "seeds/policy/privacy_policy.csv": 'published_group\n""\n',
        "seeds/policy/total_words.csv": (PROJECT / "seeds/policy/total_words.csv").read_text(
            encoding="utf-8"
        ),
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    for folder in ("functions", "macros"):
        (root / folder).symlink_to(PROJECT / folder)
    return root


def offer(root: Path, edition: int) -> None:
    """Let the next builds fill the inbox with this edition of the files."""
    shutil.rmtree(root / "offered", ignore_errors=True)
    for entity, heading in (("orders", "order_no"), ("payments", "payment_no")):
        folder = root / "offered" / "erp" / entity
        folder.mkdir(parents=True)
        for file in range(3):
            rows = "".join(f"{edition}-{file}-{n},{n}\n" for n in range(20))
            (folder / f"{file}.csv").write_text(f"{heading},amount\n{rows}", encoding="utf-8")


def miniature(root: Path, failing: str = "", accept_contract: int | None = None) -> None:
    """Build the miniature under its lock: all of `build.build`, where the inbox is filled by a copy, landing
    runs in this process and a query over landing and state stands in for dbt. The step `failing` does its work
    and then says that it failed."""

    def step(
        project: Path, name: str, command: list[str], environment: Mapping[str, str] | None = None
    ) -> int:
        outer = sys.getprofile()
        sys.setprofile(None)  # the steps have tests of their own: count the calls between them
        try:
            of = {
                "fill the inbox": fill,
                "land": land,
                "build and test": models,
                "audit the candidate": gate,
            }
            return of[name](command, environment or {}) or int(name == failing)
        finally:
            sys.setprofile(outer)

    def fill(command: list[str], environment: Mapping[str, str]) -> int:
        shutil.rmtree(root / "inbox", ignore_errors=True)
        shutil.copytree(root / "offered", root / "inbox" / "demo")
        return 0

    def land(command: list[str], environment: Mapping[str, str]) -> int:
        with contextlib.redirect_stdout(io.StringIO()):
            return 0 if land_inbox(root, "demo") else 1

    def models(command: list[str], environment: Mapping[str, str]) -> int:
        state, build_id = (environment[f"CUSTOMER360_{name}"] for name in ("STATE", "BUILD_ID"))
        with duckdb.connect(str(root / environment["CUSTOMER360_DATABASE"])) as connection:
            connection.execute("create schema marts; create schema quality")
            for entity in ("orders", "payments"):
                files = f"{root}/landing/demo/erp/{entity}/*.parquet"
                connection.execute(
                    f"create table marts.{entity} as "
                    f"select * exclude (_landed_at) from read_parquet('{files}', union_by_name = true)"
                )
            connection.execute(
                f"""
                create table quality.load_history as
                with earlier as (
                    from read_parquet('{root / state}/load_history/*.parquet', union_by_name = true)
                )
                select load_id, first_build_id from earlier
                union all
                select distinct _load_id, ?
                from (select _load_id from marts.orders union all select _load_id from marts.payments)
                where _load_id not in (select load_id from earlier)
                """,
                [build_id],
            )
        return 0

    def gate(command: list[str], environment: Mapping[str, str]) -> int:
        candidate = Path(command[command.index("--candidate") + 1])
        (candidate / REPORT).write_text(
            '{"baseline": null, "accepted": null, "results": []}', encoding="utf-8"
        )
        return 0

    kept = steps.run, build.print_scorecard
    steps.run, build.print_scorecard = step, lambda database: None
    try:
        data_set = load_data_set(root, "demo", load_sources(root))
        warehouse = Warehouse(root / "warehouse" / "demo")
        with warehouse.lock():
            build.build(data_set, warehouse, accept_contract=accept_contract)
    finally:
        steps.run, build.print_scorecard = kept


CHANGING = {
    "open", "mkdir", "rename", "replace", "symlink", "unlink", "rmdir", "fsync", "sendfile",  # the system's
    "execute", "write_table", "connect",
}  # fmt: skip
"""Calls at which what lies on the disc changes."""


def miniature_by_point(root: Path, point: int, number: int = signal.SIGKILL) -> list[str]:
    """Make a miniature build that gets a signal, by default the one that kills it, before its `point`-th change of the
    disc (0: never); who made each change: the function that `build.build` or `versions.publish` had called."""
    changes: list[str] = []
    step = ""

    def count(frame: Any, event: str, argument: Any) -> None:
        nonlocal step
        if (
            event == "call"
            and frame.f_back
            and frame.f_back.f_code in (build.build.__code__, versions.publish.__code__)
        ):
            step = frame.f_code.co_name
        called = argument.__name__ if event == "c_call" else frame.f_code.co_name if event == "call" else ""
        if step and called in CHANGING:
            changes.append(step)
            if len(changes) == point:
                os.kill(os.getpid(), number)

    with interrupts.heeded():
        sys.setprofile(count)
        try:
            miniature(root)
        finally:
            sys.setprofile(None)
    return changes


def miniature_process(
    root: Path, point: int, number: int = signal.SIGKILL
) -> subprocess.CompletedProcess[str]:
    """`miniature_by_point` in a process of its own; the changes are the JSON of its last line."""
    return subprocess.run(
        [sys.executable, __file__, str(root), str(point), str(int(number))],
        capture_output=True, text=True, check=False, umask=0,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )  # fmt: skip


# --- what a build leaves ----------------------------------------------------------------------------------


def open_to_others(root: Path) -> list[str]:
    """Files and folders below the folders that builds write, which others than their owner could read, write or enter."""
    return [
        str(path.relative_to(root))
        for folder in FOLDERS
        for path in (root / folder).rglob("*")
        if not path.is_symlink() and path.stat().st_mode & 0o077
    ]


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder (links followed) by its name there."""
    found = {}
    for path in sorted(folder.resolve().rglob("*")):
        if path.is_file():
            found[str(path.relative_to(folder.resolve()))] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def rows_of(version: Path, hidden: Mapping[str, str] | None = None) -> dict[str, list[str]]:
    """Every row of everything a version holds, its Parquet and state as well, as sorted text by table; `hidden` texts are
    replaced first. Doubles are texts that read back as the same double: builds of one input are equal to the last bit."""
    found: dict[str, list[str]] = {}
    with duckdb.connect() as connection:
        connection.execute(
            f"attach '{version / 'published' / 'customer360.duckdb'}' as published (read_only)"
        )
        tables = connection.execute(
            "select schema_name || '.\"' || table_name || '\"' from duckdb_tables() where database_name = 'published'"
        ).fetchall()
        relations = {name: f"published.{name}" for (name,) in tables}
        relations |= {str(p.relative_to(version)): f"'{p}'" for p in version.rglob("*.parquet")}
        for name, relation in relations.items():
            lines = [
                line for (line,) in connection.execute(f"select to_json(t) from {relation} as t").fetchall()
            ]
            for text, stand_in in (hidden or {}).items():
                lines = [line.replace(text, stand_in) for line in lines]
            found[name] = sorted(lines)
    return found


def landed_rows(landing: Path) -> dict[str, list[str]]:
    """Every landed row, without the time of landing, by file."""
    return {
        str(path.relative_to(landing)): sorted(
            row
            for (row,) in duckdb.sql(
                f"select to_json(t) from (select * exclude (_landed_at) from '{path}') as t"
            ).fetchall()
        )
        for path in sorted(landing.glob("*/*/*.parquet"))
    }


def secrets_of(key: str) -> list[bytes]:
    """The forms in which a key could lie in a file: itself and its two pads, raw, in hex (both cases) and as
    DuckDB and Python print bytes."""
    encoded = key.encode()
    raw = [encoded, *(pad for pad in session_variables(encoded).values() if isinstance(pad, bytes))]
    printed = ["".join(chr(b) if 32 < b < 127 else f"\\x{b:02X}" for b in value).encode() for value in raw]
    shown = [repr(value)[2:-1].encode() for value in raw]
    digits = [value.hex().encode() for value in raw]
    return list(dict.fromkeys([*raw, *printed, *shown, *digits, *(d.upper() for d in digits)]))


def files_holding(folders: Iterable[Path], needles: Iterable[bytes]) -> list[str]:
    """Names of the files below the folders whose bytes hold one of the needles."""
    pattern = re.compile(b"|".join(re.escape(needle) for needle in needles))
    files = {path.resolve() for folder in folders for path in folder.rglob("*") if path.is_file()}
    return sorted(str(path) for path in files if pattern.search(path.read_bytes()))


_HOLD_NO_TEXT = ("BOOLEAN", "DATE", "DECIMAL", "DOUBLE", "FLOAT", "INTEGER", "SMALLINT", "TIME", "TINYINT")


def columns_holding(needles: Iterable[str], file: Path) -> list[str]:
    """Columns of a database or Parquet file one of whose values, as text, holds one of the needles."""
    pattern = "|".join(re.escape(needle) for needle in needles)
    is_database = file.suffix == ".duckdb"
    found = []
    with duckdb.connect(str(file) if is_database else ":memory:", read_only=is_database) as connection:
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where not internal order by all"
        ).fetchall()
        for relation in [f'"{schema}"."{name}"' for schema, name in tables] or [f"'{file}'"]:
            names = [
                name
                for name, kind, *_ in connection.execute(f"describe from {relation}").fetchall()
                if not kind.startswith(_HOLD_NO_TEXT)
            ]
            if not names:
                continue
            tests = ", ".join(
                f'coalesce(bool_or(regexp_matches(cast("{name}" as varchar), $pattern)), false)'
                for name in names
            )
            held = connection.execute(f"select {tests} from {relation}", {"pattern": pattern}).fetchone()
            found += [f"{relation}.{name}" for name, holds in zip(names, held, strict=True) if holds]
    return found


if __name__ == "__main__":
    try:
        print(json.dumps(miniature_by_point(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))
    except BaseException:
        if not (stop := interrupts.seen()):
            raise
        print(stop, file=sys.stderr)
        sys.exit(stop.exit_code)
