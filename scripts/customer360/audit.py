"""The workbook of the monthly audit: what the published build drew, for people to judge and hand back."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import Sequence
from pathlib import Path

import duckdb
import xlsxwriter

from customer360.data_sets import load_data_set
from customer360.sources import DeclarationError, load_sources
from customer360.warehouse import Warehouse

PROJECT = Path(__file__).resolve().parents[2]
RETURNED_AS = ("stewardship", "audit_verdicts")
"""The source that reads the filled workbook; its first headings are the workbook's."""

VERDICTS = ["一致 agrees", "不一致 differs", "无法判断 cannot_tell"]
"""What a reviewer may choose (seed source_codes, list audit_verdict)."""

_WIDTHS = {
    "record_id": 36,
    "field": 16,
    "where_to_look": 48,
    "what_to_check": 60,
    "verdict": 22,
    "reviewer": 14,
}


class NothingDrawn(Exception):
    """There is no draw to write; the message says why and what to do."""


def draw(sample: Path, month: dt.date | None) -> tuple[dt.date, list[dict[str, str]]]:
    """The draw of `month` (default: the latest) as rows of the workbook, from the published state.

    Raises NothingDrawn where there is none.
    """
    if not sample.is_file():
        raise NothingDrawn("nothing is published yet. Run: make build")
    rows = duckdb.execute(
        """
        select
            cast(audit_month as date), record_id, field,
            concat_ws(' / ', source_file, source_sheet, '行 row ' || source_row),
            label_zh || '：' || check_zh || ' · ' || label_en || ': ' || check_en
        from read_parquet(?)
        where cast(audit_month as date) = coalesce(?, (select max(cast(audit_month as date)) from read_parquet(?)))
        order by source_file, source_sheet, source_row, record_id, field
        """,
        [str(sample), month, str(sample)],
    ).fetchall()
    if not rows:
        raise NothingDrawn(f"no draw of {month:%Y-%m}" if month else "the published build drew nothing")
    names = ("audit_month", "record_id", "field", "where_to_look", "what_to_check")
    return rows[0][0], [dict(zip(names, (f"{first:%Y-%m}", *rest), strict=True)) for first, *rest in rows]


def write_workbook(path: Path, headings: dict[str, str], rows: Sequence[dict[str, str]]) -> None:
    """Write `rows` under `headings` (column → heading) with a list of verdicts to choose from.

    Raises FileExistsError rather than replace a workbook that somebody may have filled in.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.open("xb").close()
    with xlsxwriter.Workbook(str(path)) as workbook:
        sheet = workbook.add_worksheet("audit")
        head = workbook.add_format({"bold": True, "bottom": 1})
        wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        for number, (column, heading) in enumerate(headings.items()):
            sheet.write_string(0, number, heading, head)
            style = day if column == "reviewed_on" else wrapped
            sheet.set_column(number, number, _WIDTHS.get(column, 20), style)
            if column == "verdict":
                sheet.data_validation(1, number, len(rows), number, {"validate": "list", "source": VERDICTS})
            for line, row in enumerate(rows, start=1):
                if column in row:
                    sheet.write_string(line, number, row[column], wrapped)
        sheet.freeze_panes(1, 0)


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; 0: written, 1: nothing to write or already there, 2: usage or declaration error."""
    parser = argparse.ArgumentParser(
        prog="audit.py",
        description="Write the fields drawn for audit as a workbook: audit/<data set>/<month>.xlsx.",
        epilog="Filled in, it goes into inbox/<data set>/stewardship/audit_verdicts/ as it is.",
    )
    parser.add_argument("--data", required=True, metavar="NAME", help="data set: datasets/NAME.yml")
    parser.add_argument(
        "--month",
        type=lambda text: dt.datetime.strptime(text, "%Y-%m").date(),
        metavar="YYYY-MM",
        help="month of the draw (default: the latest)",
    )
    given = parser.parse_args(arguments)
    try:
        tables = load_sources(PROJECT)
        data_set = load_data_set(PROJECT, given.data, tables)
    except DeclarationError as error:
        print(f"audit.py: {error}", file=sys.stderr)
        return 2
    state = Warehouse(PROJECT / "warehouse" / data_set.name).folder / "state"
    try:
        month, rows = draw(state / "audit_sample" / "data.parquet", given.month)
        path = PROJECT / "audit" / data_set.name / f"{month:%Y-%m}.xlsx"
        write_workbook(path, {c.name: c.headings[0] for c in tables[RETURNED_AS].columns}, rows)
    except NothingDrawn as error:
        print(f"audit.py: {error}", file=sys.stderr)
        return 1
    except FileExistsError as error:
        print(f"audit.py: {error.filename} is there already. Move it away first", file=sys.stderr)
        return 1
    inbox = "/".join(("inbox", data_set.name, *RETURNED_AS))
    print(f"{len(rows)} fields in {path.relative_to(PROJECT)}; filled in, it goes into {inbox}/")
    return 0
