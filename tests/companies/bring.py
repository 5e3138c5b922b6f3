"""Bring one of these companies as docs/bring-your-data.md says, with the mapping that was decided for it:

python tests/companies/bring.py northbean
make build DATA=northbean
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

THRESHOLDS = "quality_thresholds.csv"

HERE = Path(__file__).resolve().parent


class Company(NamedTuple):
    """How a company is brought: its systems, and which of its files are which entity of each."""

    currency: str
    time_zone: str
    systems: dict[str, dict[str, str]]
    policy: Mapping[str, Mapping[str, str]] = MappingProxyType({})
    """What its policy decides otherwise: file → text of the base's → its own."""
    leave_out: tuple[str, ...] = ("marketing", "service", "management")
    """Areas of whose data it delivers none."""


COMPANIES = {
    "northbean": Company(
        "USD",
        "America/New_York",
        {"nb_shop": {"orders": "orders_export.csv", "customers": "customers_export.csv"}},
    ),
    "qingcha": Company(
        "CNY",
        "Asia/Shanghai",
        {"qc_taobao": {"orders": "ExportOrderList*.csv", "order_lines": "ExportOrderDetailList*.csv"}},
    ),
    "lindenladen": Company(
        "EUR",
        "Europe/Berlin",
        {"linden_kasse": {"bons": "bons_*.csv", "karten": "kundenkarten.txt"}},
        # half of the people at a till show no card
        {
            THRESHOLDS: {
                "enforced,higher,0.85,0.80,20,SPEC 3: at least 80%": "enforced,higher,0.45,0.40,20,Cards: at least 40%"
            }
        },
    ),
    "teahouse": Company(
        "CNY",
        "Asia/Shanghai",
        {
            "th_erp": {
                name.lower(): f"erp/{name}.csv" for name in ("DMB", "KH", "SP", "XSDD", "XSDDMX", "SKD")
            },
            "th_pos": {"xiaopiao": "pos/xiaopiao_*.xlsx"},
            "th_webshop": {name: f"webshop/{name}.csv" for name in ("users", "orders", "items")},
            "th_crm": {"accounts": "crm/accounts.csv", "contacts": "crm/contacts.xlsx"},
            "th_loyalty": {"members": "loyalty/members.xlsx", "points": "loyalty/points.csv"},
            "th_marketing": {name: f"marketing/{name}.csv" for name in ("campaigns", "sends", "survey")},
        },
        {
            # a third of the people at its tills show no card
            THRESHOLDS: {
                "enforced,higher,0.85,0.80,20,SPEC 3: at least 80%": "enforced,higher,0.65,0.60,20,Cards: at least 60%"
            },
            # the ERP keeps neither of an organisation
            "core_fields.csv": {
                "organisation,industry_code,行业,Industry\n": "",
                "organisation,address,地址,Address\n": "",
            },
        },
        ("management",),
    ),
}


def bring(project: Path, name: str) -> str:
    """Put the files of a company into the inbox of a project, with mapping, data set and policy; what was said."""
    company = COMPANIES[name]
    for system, entities in company.systems.items():
        for entity, files in entities.items():
            folder = project / "inbox" / name / system / entity
            folder.mkdir(parents=True, exist_ok=True)
            for file in (HERE / name).glob(files):
                shutil.copy(file, folder)
    words = ["--name", name, "--currency", company.currency, "--time-zone", company.time_zone]
    _run(project, "new-data", *words)
    for system in company.systems:
        mapping = project / "models" / "staging" / system / f"_{system}__sources.yml"
        shutil.copy(HERE / "mappings" / f"{system}.mapping", mapping)
    told = _run(project, "new-data", *words)
    declared = project / "datasets" / f"{name}.yml"
    text = declared.read_text(encoding="utf-8")
    if "leave_out" not in text:
        declared.write_text(f"{text}leave_out: [{', '.join(company.leave_out)}]\n", encoding="utf-8")
    for file, decided in company.policy.items():
        text = (project / "seeds" / "policy" / file).read_text(encoding="utf-8")
        for old, new in decided.items():
            assert old in text
            text = text.replace(old, new)
        (project / "policies" / name / file).write_text(text, encoding="utf-8")
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
