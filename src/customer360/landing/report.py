"""The load report: load_report.json for machines, a summary for people."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from customer360.landing.catalogue import Remark
from customer360.landing.ledger import Load
from customer360.landing.run import Delivery, Outcome
from customer360.landing.writer import temporary_name


def report(outcome: Outcome) -> dict[str, Any]:
    """The state after a run; the same inbox and landing give the same report."""
    offers = outcome.data_set.offers
    return {
        "data_set": outcome.data_set.name,
        "files": [_file(delivery) for delivery in outcome.deliveries],
        "tables": [
            {
                "system": system,
                "entity": entity,
                "load": offers[system, entity].load if (system, entity) in offers else None,
                "loads": [_load(load) for load in sorted(loads.values(), key=lambda load: load.load_id)],
            }
            for (system, entity), loads in outcome.loads.items()
        ],
    }


def write_report(content: dict[str, Any], path: Path) -> None:
    """Write the report unless it says the same already."""
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary_name(path).write_text(text, encoding="utf-8")
    os.replace(temporary_name(path), path)


def summary(outcome: Outcome) -> str:
    """What a person should know, in both languages; no value of any cell."""
    lines: list[str] = []
    loads = {load.load_id: load for by_id in outcome.loads.values() for load in by_id.values()}
    for delivery in outcome.deliveries:
        if delivery.reason:
            what = "not taken / 未采用" if delivery.status == "older" else "set aside / 搁置"
            lines += [f"{delivery.path}: {what} [{delivery.reason.code}]", *_say(delivery.reason)]
            continue
        remarks = list(delivery.remarks)
        if delivery.status == "landed":
            remarks += _remarks(loads[delivery.load_id])
        if remarks:
            lines.append(f"{delivery.path}:")
            for remark in remarks:
                lines += _say(remark)
    offered = {delivery.load_id for delivery in outcome.deliveries}
    for load in loads.values():
        if load.load_id not in offered and load.standing:
            lines.append(f"{load.source_file}:")
            for remark in load.standing:
                lines += _say(remark)
    landed = sum(load.data_rows for load in loads.values())
    lines.append(
        f"{outcome.data_set.name}: {len(outcome.deliveries)} files, {len(outcome.set_aside)} set aside, "
        f"{len(outcome.older)} too old, "
        f"{len(loads)} loads in landing with {landed:,} data rows"
    )
    return "\n".join(lines)


def _rows(load: Load) -> dict[str, int]:
    kinds = load.parts[0]["rows"]
    return {kind: sum(part["rows"][kind] for part in load.parts) for kind in kinds}


def _say(remark: Remark) -> list[str]:
    text = remark.say()
    where = f"[{remark.sheet}] " if remark.sheet else ""
    zh = f"{text.zh}。{text.remedy_zh}" if text.remedy_zh else text.zh
    en = f"{text.en}. Remedy: {text.remedy_en}" if text.remedy_en else text.en
    return [f"  - {where}{en}", f"    {where}{zh}"]


def _remarks(load: Load) -> list[Remark]:
    stored = load.parts[0]["file_remarks"] + [remark for part in load.parts for remark in part["remarks"]]
    return load.standing + [Remark(**remark | {"rows": tuple(remark.get("rows", ()))}) for remark in stored]


def _told(remark: Remark) -> dict[str, Any]:
    text = remark.say()
    told = {
        "message_zh": text.zh,
        "message_en": text.en,
        "remedy_zh": text.remedy_zh,
        "remedy_en": text.remedy_en,
    }
    return remark.as_dict() | {key: value for key, value in told.items() if value}


def _file(delivery: Delivery) -> dict[str, Any]:
    return {
        "path": delivery.path,
        "system": delivery.system,
        "entity": delivery.entity,
        "status": delivery.status,
        "load_id": delivery.load_id,
        "reason": _told(delivery.reason) if delivery.reason else None,
        "remarks": [_told(remark) for remark in delivery.remarks],
    }


def _load(load: Load) -> dict[str, Any]:
    return {
        "load_id": load.load_id,
        "source_file": load.source_file,
        "landed_at": load.landed_at,
        "newest": load.newest,
        "rows": _rows(load),
        "parts": [
            {key: part.get(key) for key in ("sheet", "part", "header_row", "headings", "rows")}
            for part in load.parts
        ],
        "remarks": [_told(remark) for remark in _remarks(load)],
    }
