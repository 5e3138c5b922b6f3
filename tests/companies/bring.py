"""Bring one of these companies as docs/bring-your-data.md says, with the mapping that was decided for it:

python tests/companies/bring.py northbean
make build DATA=northbean
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent


class Company(NamedTuple):
    """How a company is brought: its system, and which of its files are which entity."""

    system: str
    currency: str
    time_zone: str
    entities: dict[str, str]
    threshold: tuple[str, str] | None = None
    """What its policy decides otherwise: a row of quality_thresholds.csv, old and new."""


COMPANIES = {
    "northbean": Company(
        "nb_shop",
        "USD",
        "America/New_York",
        {"orders": "orders_export.csv", "customers": "customers_export.csv"},
    ),
    "qingcha": Company(
        "qc_taobao",
        "CNY",
        "Asia/Shanghai",
        {"orders": "ExportOrderList*.csv", "order_lines": "ExportOrderDetailList*.csv"},
    ),
    "lindenladen": Company(
        "linden_kasse",
        "EUR",
        "Europe/Berlin",
        {"bons": "bons_*.csv", "karten": "kundenkarten.txt"},
        # half of the people at a till show no card
        (
            "enforced,higher,0.85,0.80,20,SPEC 3: at least 80%",
            "enforced,higher,0.45,0.40,20,Cards: at least 40%",
        ),
    ),
}


def bring(project: Path, name: str) -> str:
    """Put the files of a company into the inbox of a project, with mapping, data set and policy; what was said."""
    company = COMPANIES[name]
    for entity, files in company.entities.items():
        folder = project / "inbox" / name / company.system / entity
        folder.mkdir(parents=True, exist_ok=True)
        for file in (HERE / name).glob(files):
            shutil.copy(file, folder)
    words = ["--name", name, "--currency", company.currency, "--time-zone", company.time_zone]
    _run(project, "new-data", *words)
    mapping = project / "models" / "staging" / company.system / f"_{company.system}__sources.yml"
    shutil.copy(HERE / "mappings" / f"{company.system}.mapping", mapping)
    told = _run(project, "new-data", *words)
    declared = project / "datasets" / f"{name}.yml"
    text = declared.read_text(encoding="utf-8")
    if "leave_out" not in text:
        # none of them delivers what these areas are made of
        declared.write_text(f"{text}leave_out: [marketing, service, management]\n", encoding="utf-8")
    if company.threshold:
        text = (project / "seeds" / "policy" / "quality_thresholds.csv").read_text(encoding="utf-8")
        assert company.threshold[0] in text
        own = project / "policies" / name / "quality_thresholds.csv"
        own.write_text(text.replace(*company.threshold), encoding="utf-8")
    return told


def _run(project: Path, *words: str) -> str:
    """What a verb says; its errors end the program."""
    done = subprocess.run(
        [sys.executable, "-m", "customer360", "--project", str(project), *words],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    return done.stdout


if __name__ == "__main__":
    print(bring(HERE.parents[1], sys.argv[1]))
