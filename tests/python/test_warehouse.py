"""The warehouse folder: one pointer moves published copy and state together, and nothing half-made is ever seen."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from pathlib import Path

import duckdb
import pytest

from customer360.core.durable import Busy
from customer360.core.warehouse import KEPT_BUILDS, KEPT_VERSIONS, Warehouse


def publish(warehouse: Warehouse, build_id: str, content: str) -> Path:
    """Prepare and promote a version whose published file and state both hold `content`."""
    candidate = warehouse.candidate(build_id)
    for part in ("published", "state"):
        (candidate / part).mkdir()
        with duckdb.connect(str(candidate / part / "customer360.duckdb")) as connection:
            connection.execute("create table content as select ? as value", [content])
    return warehouse.promote(candidate)


def read(path: Path) -> str:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute("select value from content").fetchone()[0]


def test_published_copy_and_state_move_together(tmp_path):
    warehouse = Warehouse(tmp_path / "demo")
    assert warehouse.current() is None
    for number in range(3):
        publish(warehouse, f"2026010{number}", str(number))
        assert read(warehouse.published) == str(number)
        assert read(warehouse.folder / "state" / "customer360.duckdb") == str(number)


def test_a_reader_keeps_what_it_opened_and_a_new_one_sees_the_new_version(tmp_path):
    warehouse = Warehouse(tmp_path / "demo")
    publish(warehouse, "20260101", "old")
    with duckdb.connect(str(warehouse.published.resolve()), read_only=True) as reader:
        publish(warehouse, "20260102", "new")
        warehouse.tidy()
        assert reader.execute("select value from content").fetchone()[0] == "old"
        assert read(warehouse.published) == "new"


def test_tidying_removes_what_was_never_published_and_what_is_too_old(tmp_path):
    warehouse = Warehouse(tmp_path / "demo")
    for number in range(5):
        publish(warehouse, f"2026010{number}", str(number))
        warehouse.new_build()
    (warehouse.versions / "20260109").mkdir()  # killed between rename and pointer
    warehouse.candidate("20260110")  # killed before the rename
    warehouse.tidy()
    assert warehouse.current().name == "20260104"
    assert [v.name for v in sorted(warehouse.versions.iterdir())] == ["20260102", "20260103", "20260104"][
        -KEPT_VERSIONS:
    ]
    assert len(list(warehouse.builds.iterdir())) == KEPT_BUILDS
    assert read(warehouse.published) == "4"


def test_a_build_is_the_newest_even_if_the_clock_was_put_back(tmp_path):
    warehouse = Warehouse(tmp_path / "demo")
    assert warehouse.latest_build() is None
    publish(warehouse, "29991231T235959999", "of a wrong clock")
    names = [warehouse.new_build().name for _ in range(3)]
    assert names == sorted({*names, "29991231T235959999"})[1:]
    (warehouse.builds / names[1] / "customer360.duckdb").touch()
    assert warehouse.latest_build().parent.name == names[1]
    publish(warehouse, names[2], "later")
    warehouse.tidy()
    assert read(warehouse.published) == "later"


def test_a_first_build_killed_before_the_pointer_leaves_nothing(tmp_path):
    warehouse = Warehouse(tmp_path / "demo")
    (warehouse.versions / "20260109").mkdir(parents=True)
    warehouse.tidy()
    assert list(warehouse.versions.iterdir()) == []
    assert warehouse.current() is None


def test_the_second_of_two_builds_stops_with_a_clear_message(tmp_path):
    warehouse = Warehouse(tmp_path / "demo")
    with (
        warehouse.lock(),
        pytest.raises(Busy, match=rf"another build of demo is running \(process {os.getpid()}\)"),
        Warehouse(tmp_path / "demo").lock(),
    ):
        pass


def _publish_for_ever(folder: Path) -> None:
    warehouse = Warehouse(folder)
    number = 1
    while True:
        with warehouse.lock():
            warehouse.tidy()
            publish(warehouse, f"{number:08}", f"{number:08}")
        number += 1


def test_killed_at_any_moment_a_valid_version_holds(tmp_path):
    folder = tmp_path / "demo"
    publish(Warehouse(folder), f"{0:08}", f"{0:08}")
    for attempt in range(20):
        # each attempt starts from a fresh history, so that names keep rising
        folder = tmp_path / f"demo{attempt}"
        publish(Warehouse(folder), f"{0:08}", f"{0:08}")
        process = multiprocessing.get_context("spawn").Process(target=_publish_for_ever, args=(folder,))
        process.start()
        time.sleep(0.25 + attempt * 0.013)
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        warehouse = Warehouse(folder)
        held = warehouse.current().name
        assert read(warehouse.published) == read(warehouse.folder / "state" / "customer360.duckdb") == held
        with warehouse.lock():
            warehouse.tidy()
        assert max(v.name for v in warehouse.versions.iterdir()) == held
