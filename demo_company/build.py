"""A whole run: every chunk in its own process, files into a temporary folder, swapped in at the end."""

from __future__ import annotations

import json
import multiprocessing
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from customer360.core.sources import Table, load_sources
from demo_company import systems
from demo_company.anomalies import Anomaly, plant_anomalies
from demo_company.behaviour import simulate
from demo_company.config import Config
from demo_company.context import Context
from demo_company.engagement import build_engagement, plan_tickets
from demo_company.faults import plant
from demo_company.market import build_market
from demo_company.orders import build_orders
from demo_company.records import build_records
from demo_company.truth import build_truth
from demo_company.world import build_world
from demo_company.writers import write_tables


@dataclass(frozen=True)
class Job:
    """One chunk to make and where to put it."""

    config: Config
    chunk: int
    count: int
    inbox: Path
    truth: Path
    entities: dict[tuple[str, str], Table]


def build_chunk(config: Config, chunk: int, count: int) -> Context:
    """The world, behaviour, records and engagement of one chunk."""
    market = build_market(config)
    world = build_world(config, chunk, count)
    behaviour = simulate(world, market)
    orders = build_orders(world, market, behaviour)
    planted: list[Anomaly] = []
    if config.anomalies:
        orders, planted = plant_anomalies(config, chunk, world, orders)
    tickets = plan_tickets(world, behaviour, orders)
    registry = build_records(world, behaviour, orders, np.unique(tickets["customer"]))
    engagement = build_engagement(world, market, behaviour, orders, registry, tickets)
    return Context(config, chunk, world, market, behaviour, orders, registry, engagement, planted)


def make_chunk(job: Job) -> dict[str, int]:
    """Make one chunk and write its files; returns rows per file."""
    pa.set_cpu_count(1)
    context = build_chunk(job.config, job.chunk, job.count)
    tables, manifest = plant(context, systems.render(context), job.entities)
    counts = write_tables(context, tables, job.entities, job.inbox, manifest)
    for name, table in build_truth(context, tables, manifest, job.entities).items():
        folder = job.truth / "parts" / name
        folder.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, folder / f"{job.chunk:04d}.parquet", compression="zstd")
    context.connection.close()
    return counts


def generate(
    config: Config, workers: int = 1, progress: Callable[[str], None] = lambda _: None
) -> dict[str, int]:
    """Generate the demo company and swap it in; returns rows per file below the inbox.

    What stands in the inbox beside the generated systems stays. Nothing half-written does: files are made beside the
    targets and renamed when all are there. The result does not depend on `workers`.
    """
    entities = {k: e for k, e in load_sources(config.project).items() if k[0] in systems.NAMES}
    inbox, truth = _fresh(config.inbox), _fresh(config.truth)
    jobs = [Job(config, chunk, count, inbox, truth, entities) for chunk, count in config.chunks]
    counts: dict[str, int] = {}
    try:
        for done, result in enumerate(_run(jobs, workers), 1):
            counts |= result
            progress(f"{done} of {len(jobs)} chunks, {sum(counts.values()):,} rows")
        _merge_truth(truth)
        _write_run(config, truth, counts)
        _carry_over(config.inbox, inbox)
        _swap(inbox, config.inbox)
        _swap(truth, config.truth)
    finally:
        for folder in (inbox, truth):
            shutil.rmtree(folder, ignore_errors=True)
    return counts


def _run(jobs: list[Job], workers: int) -> Iterator[dict[str, int]]:
    if workers == 1 or len(jobs) == 1:
        yield from map(make_chunk, jobs)
        return
    context = multiprocessing.get_context("spawn")
    # No max_tasks_per_child: before Python 3.12.3 the pool stops for good when its workers are replaced.
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        yield from pool.map(make_chunk, jobs)


def _fresh(target: Path) -> Path:
    """An empty folder beside the target; what a killed run left behind is put right first."""
    folder, old = target.parent / f".{target.name}.new", target.parent / f".{target.name}.old"
    if old.exists() and not target.exists():
        old.rename(target)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _carry_over(earlier: Path, made: Path) -> None:
    """What people put into the inbox beside the generated systems (verdicts, decisions) stays."""
    if earlier.is_dir():
        for folder in earlier.iterdir():
            if folder.name not in systems.NAMES:
                shutil.copytree(folder, made / folder.name) if folder.is_dir() else shutil.copy2(folder, made)


def _swap(made: Path, target: Path) -> None:
    """Put a finished folder in the place of the target."""
    old = target.parent / f".{target.name}.old"
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    made.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def _merge_truth(truth: Path) -> None:
    """One file per truth table from the parts of all chunks, a part at a time."""
    for folder in sorted((truth / "parts").iterdir()):
        parts = sorted(folder.glob("*.parquet"))
        if folder.name == "uplift":
            pq.write_table(
                _sum_uplift([pq.read_table(p) for p in parts]), truth / "uplift.parquet", compression="zstd"
            )
            continue
        with pq.ParquetWriter(
            truth / f"{folder.name}.parquet", pq.read_schema(parts[0]), compression="zstd"
        ) as writer:
            for part in parts:
                writer.write_table(pq.read_table(part))
    shutil.rmtree(truth / "parts")


def _sum_uplift(parts: list[pa.Table]) -> pa.Table:
    """Mean true uplift per campaign and arm: added probability of an order per contact."""
    contacts = np.sum([p["contacts"].to_numpy() for p in parts], axis=0)
    added = np.sum([p["added_probability"].to_numpy() for p in parts], axis=0)
    orders = np.sum([p["added_orders"].to_numpy() for p in parts], axis=0)
    return pa.table(
        {
            "campaign_code": parts[0]["campaign_code"],
            "variant": parts[0]["variant"],
            "contacts": contacts,
            "true_uplift": np.round(added / np.maximum(contacts, 1), 6),
            "added_orders": orders,
        }
    )


def _write_run(config: Config, truth: Path, counts: dict[str, int]) -> None:
    """What was made with which parameters."""
    note = {
        "customers": config.customers,
        "months": config.months,
        "seed": config.seed,
        "noise": config.noise,
        "anomalies": config.anomalies,
        "start_date": config.start_date.isoformat(),
        "end_date": config.end_date.isoformat(),
        "rows": dict(sorted(counts.items())),
    }
    (truth / "run.json").write_text(json.dumps(note, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
