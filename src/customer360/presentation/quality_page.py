"""The quality page: scorecard, quarantine, identity, contract, gate and publications, as one HTML file in two languages.

It reads the published copy and the records beside it, and so holds no personal value.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from customer360.core import reading
from customer360.core.data_sets import DataSet
from customer360.core.warehouse import Warehouse
from customer360.presentation import for_people
from customer360.presentation.page import Cell, Dictionary, both, code, counted, moment, number, text, trend
from customer360.privacy.erasure import Ledger
from customer360.release.gate import REPORT
from customer360.release.publish import RECORD
from customer360.release.versions import contract_noted, why_noted

PAGE = Dictionary(Path(__file__).with_name("quality_words.csv"))
say, rate, table, section = PAGE.say, PAGE.rate, PAGE.table, PAGE.section

Row = dict[str, Any]

QUERIES = {
    "scorecard": "from marts.scorecard order by measure, source_system, entity",
    "history": """
        select measure, source_system, entity, list(rate order by build_id) as rates
        from marts.scorecard_history group by all
    """,
    "quarantine": "from pages.quarantine_examples order by row_count desc, source_system, entity, reason_code",
    "documents": "from pages.document_gaps order by is_gap desc, document_count desc, source_system, gap_cause",
    "identity": "from marts.identity_quality where scope = 'all' and rate is not null order by measure",
    "as_of": "select max(as_of_on) as as_of_on from marts.scorecard_history",
    "tables": """
        select table_name, any_value(version) as version, any_value(deprecated_on) as deprecated_on, count(*) as columns
        from publication.contract_columns group by table_name order by table_name
    """,
}
WORST = ("fail", "no_threshold", "accepted", "warn", "not_compared", "not_measured", "reported", "pass")
KINDS = {"fail": "bad", "no_threshold": "bad", "warn": "warn", "accepted": "warn", "pass": "good"}


def figures(warehouse: Warehouse) -> dict[str, Any]:
    """What the page shows: rows by query, the gate's report, the record, the journal and counts of erasures."""
    found: dict[str, Any] = {}
    with reading.connect(warehouse.published) as connection:
        for name, query in QUERIES.items():
            answer = connection.execute(query)
            columns = [column for column, *_ in answer.description]
            found[name] = [dict(zip(columns, row, strict=True)) for row in answer.fetchall()]
    current = warehouse.current()
    found["gate"] = json.loads((current / REPORT).read_text(encoding="utf-8"))
    found["record"] = json.loads((current / RECORD).read_text(encoding="utf-8"))
    found["journal"] = warehouse.noted()
    found["erased"] = len([r for r in Ledger.of(warehouse).requests if r["action"] == "erased"])
    return found


def _status(status: str) -> Cell:
    return Cell(say(f"status.{status}"), KINDS.get(status, ""))


def _scope(row: Row) -> str:
    parts = [part for part in (row["source_system"], row["entity"]) if part != "all"]
    return f"<code>{escape('.'.join(parts))}</code>" if parts else "–"


class Page:
    """The page of one data set; each method returns one section."""

    def __init__(self, found: dict[str, Any]) -> None:
        self.found = found
        self.history = {
            (row["measure"], row["source_system"], row["entity"]): row["rates"] for row in found["history"]
        }

    def sections(self) -> Iterator[str]:
        for build in (
            self.headline, self.scorecard, self.quarantine, self.documents, self.identity, self.gate, self.contracts,
            self.publications,
        ):  # fmt: skip
            yield build()

    def headline(self) -> str:
        statuses = Counter(row["status"] for row in self.found["scorecard"])
        gate = Counter(result["status"] for result in self.found["gate"]["results"])
        rows = self.found["record"]["rows"]
        return section(
            "headline",
            PAGE.tiles(
                [
                    ("headline.published", number(len(rows))),
                    ("headline.rows", number(sum(rows.values()))),
                    ("headline.pass", number(statuses["pass"])),
                    ("headline.warn", number(statuses["warn"])),
                    (
                        "headline.quarantined",
                        number(sum(row["row_count"] for row in self.found["quarantine"])),
                    ),
                    ("headline.gate", number(gate["pass"])),
                    ("headline.shifts", number(gate["accepted"])),
                    ("headline.erasures", number(self.found["erased"])),
                ]
            ),
        )

    def _measure(self, row: Row) -> list[Cell]:
        level = row["error_level"]
        key = (row["measure"], row["source_system"], row["entity"])
        return [
            text(say(f"measure.{row['measure']}")),
            text(_scope(row)),
            rate(_float(row["numerator"]), _float(row["denominator"])),
            counted(_float(row["numerator"]), _float(row["denominator"])),
            Cell("–" if level is None else f"{level:.2%}", "number"),
            trend(self.history.get(key, []), level),
            _status(row["status"]),
        ]

    def scorecard(self) -> str:
        columns = ("measure", "scope", "rate", "counted", "level", "trend", "status")
        rows = sorted(self.found["scorecard"], key=lambda row: WORST.index(row["status"]))
        whole = [row for row in rows if row["source_system"] == "all"]
        single = [
            row
            for row in rows
            if row["source_system"] != "all"
            and row["denominator"]
            and row["status"] not in ("pass", "reported")
        ]
        return section(
            "scorecard",
            table(say("scorecard"), columns, map(self._measure, whole), quiet=True),
            table(say("scorecard.sources"), columns, map(self._measure, single)),
        )

    def quarantine(self) -> str:
        reasons: dict[str, list[Row]] = {}
        for row in self.found["quarantine"]:
            reasons.setdefault(row["reason_code"], []).append(row)
        return section(
            "quarantine",
            table(
                say("quarantine.reasons"),
                ("reason", "rows", "is_error", "remedy"),
                [
                    [
                        text(both(rows[0]["label_zh"], rows[0]["label_en"])),
                        number(sum(row["row_count"] for row in rows)),
                        text(say("yes" if rows[0]["counts_as_error"] else "no")),
                        text(both(rows[0]["remedy_zh"], rows[0]["remedy_en"])),
                    ]
                    for rows in sorted(
                        reasons.values(), key=lambda rows: -sum(row["row_count"] for row in rows)
                    )
                ],
            ),
            table(
                say("quarantine.examples"),
                ("system", "reason", "rows", "row", "example"),
                [
                    [
                        code(f"{row['source_system']}.{row['entity']}"),
                        text(both(row["label_zh"], row["label_en"])),
                        number(row["row_count"]),
                        number(row["source_row"]),
                        Cell(f"<code>{escape(row['row_masked'] or '')}</code>", "wide"),
                    ]
                    for row in self.found["quarantine"]
                    if row["counts_as_error"]
                ],
            ),
        )

    def documents(self) -> str:
        return section(
            "documents",
            table(
                say("documents"),
                ("system", "cause", "rate", "counted", "gap", "remedy"),
                [
                    [
                        code(row["source_system"]),
                        text(both(row["label_zh"], row["label_en"])),
                        rate(row["document_count"], row["stated_count"]),
                        counted(row["document_count"], row["stated_count"]),
                        Cell(f"{row['document_gap']:,.2f}", "number"),
                        text(both(row["remedy_zh"], row["remedy_en"])),
                    ]
                    for row in self.found["documents"]
                ],
            ),
        )

    def identity(self) -> str:
        wanted = ("pair_precision", "pair_recall", "pair_f1", "b_cubed_precision", "b_cubed_recall")
        return section(
            "identity",
            table(
                say("identity"),
                ("measure", "rate", "counted"),
                [
                    [
                        text(say(f"measure.{row['measure']}")),
                        rate(row["numerator"], row["denominator"]),
                        counted(row["numerator"], row["denominator"]),
                    ]
                    for row in self.found["identity"]
                    if row["measure"] in wanted
                ],
                quiet=True,
            ),
        )

    def gate(self) -> str:
        report = self.found["gate"]
        accepted = f"<p>{say('why')}: {escape(report['accepted'])}</p>" if report["accepted"] else ""
        return section(
            "gate",
            f"<p>{say('first')}</p>" if report["baseline"] is None else "",
            accepted,
            table(
                say("gate"),
                ("rule", "status", "detail"),
                [
                    [
                        text(both(result["label_zh"], result["label_en"])),
                        _status(result["status"]),
                        Cell(f"<code>{escape(result['detail'])}</code>", "wide"),
                    ]
                    for result in sorted(report["results"], key=lambda result: WORST.index(result["status"]))
                ],
                quiet=True,
            ),
        )

    def contracts(self) -> str:
        rows = self.found["record"]["rows"]
        return section(
            "contracts",
            table(
                say("contracts.tables"),
                ("table", "version", "columns", "rows", "until"),
                [
                    [
                        code(row["table_name"]),
                        number(row["version"]),
                        number(row["columns"]),
                        number(rows.get(row["table_name"], 0)),
                        Cell(str(row["deprecated_on"] or "–"), "number"),
                    ]
                    for row in sorted(self.found["tables"], key=lambda row: row["deprecated_on"] is None)
                ],
                quiet=True,
            ),
        )

    def publications(self) -> str:
        held = self.found["record"]["build_id"]
        lines = []
        for entry in reversed(self.found["journal"][-15:]):
            gate = entry.get("gate") or {}
            why = escape(why_noted(entry)) or "–"
            if entry["event"] == "published" and not gate.get("baseline"):
                why = say("first")
            is_held = entry["build_id"] == held
            lines.append(
                [
                    text(escape(entry["at"][:16].replace("T", " ") + " UTC")),
                    text(say(f"event.{entry['event']}")),
                    text(escape(moment(entry["build_id"])) + (f" ({say('holds')})" if is_held else "")),
                    number(sum(entry.get("rows", {}).values())),
                    code(contract_noted(entry)),
                    code(entry.get("code", "–")),
                    text(why),
                ]
            )
        columns = ("at", "event", "build", "rows", "contract", "code", "why")
        return section("publications", table(say("publications"), columns, lines, quiet=True))


def _float(value: Any) -> float | None:
    return None if value is None else float(value)


def render(data_set: DataSet, found: dict[str, Any]) -> str:
    """The whole page."""
    facts = PAGE.facts(
        data_set,
        f"{say('as_of')} {found['as_of'][0]['as_of_on']}",
        f"{say('build')} {escape(moment(found['record']['build_id']))}",
    )
    return PAGE.document(data_set.name, facts, Page(found).sections())


def make(data_set: DataSet, warehouse: Warehouse) -> for_people.Made:
    """Write the page."""
    yield for_people.write_page(data_set, "quality.html", render(data_set, figures(warehouse))), ""
