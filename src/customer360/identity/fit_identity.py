"""`make fit`: train the probabilistic model of identity resolution on a build and write it with its report."""

from __future__ import annotations

import math
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from customer360.core import reading
from customer360.core.data_sets import DataSet
from customer360.core.durable import write_text
from customer360.core.errors import Stopped
from customer360.identity.identity_model import Fitted, fit, model_file, score


class NotFitted(Stopped):
    """No model was trained; the message says why and what to do."""


THRESHOLDS = (0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.97, 0.99, 0.995)
LOWEST = 0.001
"""Pairs below this probability are left out of the report."""


def fit_build(database: Path, truth: Path, version: str) -> tuple[Fitted, str]:
    """Train on a build; returns the model and its report (Markdown). Neither holds a personal value.

    `truth`: folder of labelled data; without labels the report says that nothing was measured.
    """
    with reading.connect(database) as connection:
        cores = connection.execute(
            "from intermediate.int_identity__model_inputs order by record_key"
        ).to_arrow_table()
        examples = connection.execute(
            "from intermediate.int_identity__model_examples order by record_key"
        ).to_arrow_table()
        pairs = connection.execute(
            "select distinct record_key_a, record_key_b from intermediate.int_identity__pairs"
            " semi join examples on examples.record_key = record_key_a"
            " where tier = 1 and decision = 'link' and not is_conflict order by all"
        ).to_arrow_table()
        labels = _labels(connection, truth)
    model = fit(cores, examples, pairs, version, database.parent.name)
    return model, report(model, score(cores, model, LOWEST), cores["record_key"].to_numpy(), labels)


def _labels(connection: duckdb.DuckDBPyConnection, truth: Path) -> dict[int, str]:
    """True customer by record_key; empty without labelled data."""
    files = [str(path) for path in sorted(truth.glob("record_links*.parquet"))]
    if not files:
        return {}
    return dict(
        connection.execute(
            "select records.record_key, labels.customer_id"
            " from intermediate.int_identity__records as records"
            " inner join read_parquet(?, union_by_name = true) as labels"
            " on labels.system = records.source_system and labels.record_key = records.source_customer_id",
            [files],
        ).fetchall()
    )


def report(model: Fitted, scored: pa.Table, cores: np.ndarray, labels: dict[int, str]) -> str:
    """The training report: parameters, weights of the pairs scored and, with labels, precision and recall."""
    probability = scored["match_probability"].to_numpy()
    lines = [
        f"# Identity model {model.version}",
        "",
        f"Trained on build {model.build_id}: {model.cores:,} cores of persons, {model.examples:,} pairs of records"
        " joined by an identifier of the first tier.",
        f"Two cores at random are one person with probability {model.prior(model.cores):.3g}.",
        "",
        "## Parameters",
        "",
        "m: share of the level among pairs of one person, u: among random pairs, weight: log2(m / u).",
        "Levels marked * weigh a rare value more and a common one less.",
        "",
        "| compared | level | m | u | weight |",
        "|---|---|---|---|---|",
    ]
    for comparison in model.settings["comparisons"]:
        for level in comparison["comparison_levels"]:
            if level.get("is_null_level"):
                continue
            m, u = level.get("m_probability"), level.get("u_probability")
            weight = f"{math.log2(m / u):.1f}" if m and u else "not learnt"
            star = " *" if "tf_adjustment_column" in level else ""
            lines.append(
                f"| {comparison['output_column_name']} | {level['label_for_charts']}{star} |"
                f" {_number(m)} | {_number(u)} | {weight} |"
            )
    lines += [
        "",
        "## Pairs by match weight",
        "",
        f"Of the {len(probability):,} pairs with a probability of at least {LOWEST}; weight = log2(p / (1 - p)).",
        "",
        "| weight from | pairs |",
        "|---|---|",
    ]
    odds = np.clip(probability, None, 1 - 1e-12)
    weights, counts = np.unique(np.floor(np.log2(odds / (1 - odds)) / 2) * 2, return_counts=True)
    lines += [f"| {weight:.0f} | {count:,} |" for weight, count in zip(weights, counts, strict=True)]
    lines += ["", "## Precision and recall by threshold", ""]
    if not labels:
        return "\n".join([*lines, "Not measured: this data set has no labelled data.", ""])
    customers = [labels[key] for key in cores.tolist() if key in labels]
    size = np.unique(customers, return_counts=True)[1]
    truly = int((size * (size - 1) // 2).sum())
    a, b = (
        [labels.get(key) for key in scored[name].to_pylist()] for name in ("record_key_a", "record_key_b")
    )
    known = np.array([x is not None and y is not None for x, y in zip(a, b, strict=True)], dtype=bool)
    hit = np.array([x == y for x, y in zip(a, b, strict=True)], dtype=bool) & known
    lines += [
        f"Pairs of labelled cores that no rule joins, before conflicts and names are looked at; {truly:,} are truly one"
        " person, most of them with nothing in common but that.",
        "",
        "| probability from | pairs | precision | recall |",
        "|---|---|---|---|",
    ]
    for threshold in THRESHOLDS:
        found = known & (probability >= threshold)
        hits = int((hit & found).sum())
        lines.append(
            f"| {threshold} | {int(found.sum()):,} | {hits / max(found.sum(), 1):.4f} | {hits / max(truly, 1):.4f} |"
        )
    return "\n".join([*lines, ""])


def _number(x: float | None) -> str:
    return "" if x is None else f"{x:.3g}"


def next_version(folder: Path) -> str:
    """One more than the highest numbered model there."""
    taken = [path.stem.removeprefix("identity_") for path in folder.glob("identity_*.json")]
    return str(max((int(version) for version in taken if version.isdigit()), default=0) + 1)


def fit_data_set(data_set: DataSet, database: Path | None, version: str | None = None) -> Path:
    """Train on the latest build `database` of a data set and write fitted/<data set>/identity_<version>.json (default: the
    next number) and its report; the model's path.

    Raises NotFitted where there is no build, nothing to learn from, or a model of that version.
    """
    folder = data_set.project / "fitted" / data_set.name
    version = version or next_version(folder)
    path = model_file(folder, version)
    if database is None:
        raise NotFitted(f"nothing is built yet. Run: make build DATA={data_set.name}")
    if path.exists():
        raise NotFitted(f"{path} is there already; a model does not change")
    try:
        model, text = fit_build(database, data_set.project / "truth" / data_set.name, version)
    except ValueError as error:
        raise NotFitted(str(error)) from None
    write_text(path.with_name(f"{path.stem}_report.md"), text)
    model.write(path)
    return path
