"""A build killed at any moment: what was published stays as it was, and the next build is as if undisturbed.

Three kinds of kills: between any two changes of the disc by a miniature build (the real steps around a stand-in
for dbt), in real builds of a small demo company while each of the steps runs, and of the build's own process alone, with a
step left behind.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from build_kit import (
    digests,
    killed_build,
    landed_rows,
    lay_out_miniature,
    miniature,
    miniature_process,
    offer,
    open_to_others,
    rows_of,
    small_project,
    start_build,
    whole_build,
)
from conftest import set_demo
from customer360.core.durable import Busy
from customer360.core.errors import BuildStopped
from customer360.core.warehouse import KEPT_VERSIONS, Warehouse
from customer360.landing.ledger import read_ledger


def outcome(root: Path) -> dict[str, list[str]]:
    """All that a build is for: landed rows, published rows and state, with its own id out of sight."""
    version = Warehouse(root / "warehouse" / "demo").current()
    return landed_rows(root / "landing" / "demo") | rows_of(version, {version.name: "this build"})


def check_sound(root: Path, before: dict[str, str], name_before: str) -> bool:
    """After a kill: readers find what they found, or (killed behind the pointer's step) the next version whole.

    Every version that goes by its name is complete, landing holds no part of a file, and nobody else may read
    anything, though the build began with the mask 0. Whether the old version holds.
    """
    assert open_to_others(root) == []
    warehouse = Warehouse(root / "warehouse" / "demo")
    current = warehouse.current()
    if current.name == name_before:
        assert digests(warehouse.pointer) == before
    assert digests(warehouse.published.parent) == digests(current / "published")
    assert digests(warehouse.folder / "state") == digests(current / "state")
    for version in warehouse.versions.iterdir():
        if not version.name.startswith("."):
            assert set(digests(version)) == set(before), f"{version.name} is half-written"
    for folder in (root / "landing" / "demo").glob("*/*/"):
        read_ledger(folder)
    return current.name == name_before


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A miniature with a history long enough that tidying has work, and other files on offer."""
    root = lay_out_miniature(tmp_path_factory.mktemp("start"))
    for edition in range(1, KEPT_VERSIONS + 2):
        offer(root, edition)
        miniature(root)
    offer(root, 9)
    return root


def check_kills(start: Path, folder: Path, is_chosen: Callable[[list[str], int], bool]) -> None:
    """Kill before the chosen changes (who makes each, number from 0); then build again and compare with a build
    that nobody disturbed."""

    def copy(name: str) -> Path:
        return Path(shutil.copytree(start, folder / name, symlinks=True))

    whole = miniature_process(copy("undisturbed"), 0)
    assert whole.returncode == 0, whole.stderr
    steps = json.loads(whole.stdout.splitlines()[-1])
    assert {"fill_inbox", "read_state", "write_published", "write_state", "promote", "tidy"} <= set(steps)
    expected = outcome(folder / "undisturbed")
    before = digests(start / "warehouse/demo/current")
    name_before = (start / "warehouse/demo/current").readlink().name
    held = []
    for number, step in enumerate(steps):
        if not is_chosen(steps, number):
            continue
        root = copy("killed")
        killed = miniature_process(root, number + 1)
        assert killed.returncode == -signal.SIGKILL, (step, number, killed.stderr)
        held.append(check_sound(root, before, name_before))
        if held[-1]:
            miniature(root)
        assert outcome(root) == expected, (step, number)
        if not held[-1]:  # the next build has leftovers to clear
            miniature(root)
            assert not check_sound(root, before, name_before)
        shutil.rmtree(root)
    assert held.count(True) > len(held) / 2


def middles(steps: list[str]) -> set[int]:
    """The middle change of each step."""
    return {
        numbers[len(numbers) // 2]
        for step in set(steps)
        for numbers in [[number for number, name in enumerate(steps) if name == step]]
    }


@pytest.mark.slow
def test_killed_in_each_step_and_run_again_is_as_if_undisturbed(start: Path, tmp_path: Path) -> None:
    check_kills(start, tmp_path, lambda steps, number: number in middles(steps))


@pytest.mark.slow
def test_killed_before_any_change_and_run_again_is_as_if_undisturbed(start: Path, tmp_path: Path) -> None:
    check_kills(start, tmp_path, lambda steps, number: True)


@pytest.mark.parametrize("step", ["fill the inbox", "land", "build and test", "audit the candidate"])
def test_a_failed_build_changes_nothing_and_the_next_one_is_as_if_undisturbed(
    step: str, start: Path, tmp_path: Path
) -> None:
    undisturbed, root = (
        Path(shutil.copytree(start, tmp_path / name, symlinks=True)) for name in ("undisturbed", "root")
    )
    miniature(undisturbed)
    before = digests(root / "warehouse/demo/current")
    for _ in range(KEPT_VERSIONS + 1):  # failures do not push versions out
        with pytest.raises(BuildStopped):
            miniature(root, failing=step)
    assert check_sound(root, before, Warehouse(start / "warehouse/demo").current().name)
    assert digests(root / "warehouse/demo/versions") == digests(start / "warehouse/demo/versions")
    miniature(root)
    assert outcome(root) == outcome(undisturbed)


def test_interrupted_in_a_step_leaves_nothing_and_says_what_was_published(
    start: Path, tmp_path: Path
) -> None:
    """Ctrl-C before a change in the middle of some steps; then a build as if undisturbed."""

    def copy(name: str) -> Path:
        return Path(shutil.copytree(start, tmp_path / name, symlinks=True))

    steps = json.loads(miniature_process(copy("undisturbed"), 0).stdout.splitlines()[-1])
    expected = outcome(tmp_path / "undisturbed")
    warehouse = start / "warehouse/demo"
    before, name_before = digests(warehouse / "current"), (warehouse / "current").readlink().name
    builds = {path.name for path in (warehouse / "build").iterdir()}
    published = []
    chosen = [n for n in middles(steps) if steps[n] in ("read_state", "write_published", "promote", "tidy")]
    for number in sorted(chosen):
        root = copy("interrupted")
        stopped = miniature_process(root, number + 1, signal.SIGINT)
        assert stopped.returncode == 130 and "Traceback" not in stopped.stderr, stopped.stderr
        there = Warehouse(root / "warehouse/demo")
        if check_sound(root, before, name_before):
            assert "nothing was published" in stopped.stderr
            assert {path.name for path in there.builds.iterdir()} <= builds
            miniature(root)
        else:
            assert f"version {there.current().name} was published already" in stopped.stderr
            published.append(number)
        assert [path.name for path in there.versions.iterdir() if path.name.startswith(".")] == []
        assert outcome(root) == expected, steps[number]
        shutil.rmtree(root)
    assert len(chosen) == 4 and len(published) in (1, 2)


# --- a step that outlives its build -----------------------------------------------------------------------

_ORPHAN = """
import os, sys
from pathlib import Path
from customer360.core import steps
from customer360.core.warehouse import Warehouse
with Warehouse(Path(sys.argv[1])).lock():
    steps.run(Path(sys.argv[1]), "build and test", [sys.executable, "-c", "print('begun', flush=True); input()"])
"""


def test_a_step_that_outlives_a_killed_build_keeps_the_next_one_waiting(tmp_path: Path) -> None:
    """Else two runs of dbt would write the same artefacts, and two generators the same inbox."""
    process = subprocess.Popen(
        [sys.executable, "-c", _ORPHAN, str(tmp_path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    while "begun" not in process.stdout.readline():
        pass
    process.kill()
    process.wait()
    with pytest.raises(Busy), Warehouse(tmp_path).lock():
        pass
    process.stdin.close()  # the step ends
    process.stdout.read()
    deadline = time.monotonic() + 30
    while True:
        try:
            with Warehouse(tmp_path).lock():
                return
        except Busy:
            assert time.monotonic() < deadline
            time.sleep(0.05)


@pytest.mark.parametrize(
    ("number", "moment"), [(signal.SIGINT, "== fill the inbox"), (signal.SIGTERM, "== land")]
)
def test_a_build_that_is_told_to_end_says_that_nothing_was_published(
    number: int, moment: str, tmp_path: Path
) -> None:
    root = small_project(tmp_path / "project")
    with start_build(root) as process:
        for text in process.stdout:
            if moment in text:
                process.send_signal(number)
                break
        told = process.stdout.read()
    assert process.returncode == 128 + number
    (last,) = told.strip().splitlines()[-1:]
    assert last.startswith("customer360 build: stopped by ") and "nothing was published" in last
    assert "Traceback" not in told
    with Warehouse(root / "warehouse/demo").lock():  # no step is left behind
        pass
    assert not list((root / "warehouse/demo/build").glob("*"))


# --- real builds ------------------------------------------------------------------------------------------

FAST = {"DBT_EXCLUDE_RESOURCE_TYPES": "test unit_test"}
"""Tests change nothing that is published: without them a build takes half the time."""


Moment = Callable[[str, Path], bool]
"""Whether a line of output of the build in a folder is the last one before the kill."""


def line(pattern: str, count: int = 1) -> Moment:
    """The count-th line of output that the pattern is found in."""
    seen = 0

    def at(text: str, root: Path) -> bool:
        nonlocal seen
        seen += bool(re.search(pattern, text))
        return seen == count

    return at


def progress(share: float) -> Moment:
    """The first line at which dbt has begun this share of its nodes."""

    def at(text: str, root: Path) -> bool:
        found = re.search(r"(\d+) of (\d+) START", text)
        return bool(found) and int(found[1]) >= share * int(found[2])

    return at


def until(pattern: str) -> Moment:
    """From the end of the scorecard on, the moment at which the warehouse holds a file of this pattern."""
    ended = line("== quarantined rows")

    def at(text: str, root: Path) -> bool:
        if not ended(text, root):
            return False
        deadline = time.monotonic() + 60
        while not any((root / "warehouse" / "demo").glob(pattern)) and time.monotonic() < deadline:
            pass
        return True

    return at


# (name, moment, whether a whole build follows)
MOMENTS: list[tuple[str, Callable[[], Moment], bool]] = [
    ("filling the inbox: begun", lambda: line("== fill the inbox"), False),
    ("filling the inbox: files ready", lambda: line(r"chunks, .* rows"), False),
    ("filling the inbox: ended", lambda: line("-- fill the inbox"), True),
    ("landing: begun", lambda: line("== land"), False),
    ("landing: one file", lambda: line("^landed"), False),
    ("landing: half of the files", lambda: line("^landed", 30), True),
    ("dbt: begun", lambda: line("== build and test"), False),
    ("dbt: 1%", lambda: progress(0.01), False),
    ("dbt: 20%", lambda: progress(0.2), False),
    ("dbt: 40%", lambda: progress(0.4), False),
    ("dbt: 60%", lambda: progress(0.6), True),
    ("dbt: 80%", lambda: progress(0.8), False),
    ("dbt: all begun", lambda: progress(1), False),
    ("dbt: done", lambda: line("Done[.] PASS"), False),
    ("scorecard", lambda: line("== scorecard"), False),
    ("audit: begun", lambda: line("== audit the candidate"), False),
    ("publishing: begun", lambda: until("versions/.*/published"), False),
    ("publishing: half of the tables", lambda: until("versions/.*/published/parquet/l*.parquet"), False),
    ("publishing: all tables", lambda: until("versions/.*/state"), True),
    ("publishing: half of the state", lambda: until("versions/.*/state/*/data.parquet"), False),
]


@pytest.mark.slow
def test_real_builds_killed_at_twenty_moments_change_nothing_and_leave_the_next_one_undisturbed(
    tmp_path: Path,
) -> None:
    """Kills follow one another on what the last one left; after one in each step, a whole build is compared
    with one that nobody disturbed."""
    first = small_project(tmp_path / "first")
    whole_build(first, FAST)
    set_demo(first, 8)
    undisturbed = Path(shutil.copytree(first, tmp_path / "undisturbed", symlinks=True))
    whole_build(undisturbed, FAST)
    check_moments(first, outcome(undisturbed), tmp_path)


def check_moments(first: Path, expected: dict[str, list[str]], folder: Path) -> None:
    """Kill builds of copies of `first`, whose next build should come to what is expected."""
    pointer = first / "warehouse/demo/current"
    before, name_before = digests(pointer), pointer.readlink().name
    earlier = outcome(first)
    assert len(expected) > 60
    assert {name for name, rows in expected.items() if rows != earlier.get(name)} > {
        'marts."orders"', "published/parquet/customers.parquet", "state/load_history/data.parquet",
    }  # fmt: skip
    root = Path(shutil.copytree(first, folder / "0", symlinks=True))
    for number, (name, moment, compared) in enumerate(MOMENTS, 1):
        killed_build(root, moment(), FAST)
        assert check_sound(root, before, name_before), name
        if compared:
            whole_build(root, FAST)
            assert outcome(root) == expected, name
            shutil.rmtree(root)
            root = Path(shutil.copytree(first, folder / str(number), symlinks=True))
