"""The workbook of the monthly audit: what the published build drew, for people to judge and hand back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import duckdb
import xlsxwriter

from customer360.core.data_sets import DataSet
from customer360.core.durable import whole
from customer360.core.errors import Stopped
from customer360.core.sources import load_sources
from customer360.core.warehouse import Warehouse
from customer360.privacy.state import current_state

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


class NothingDrawn(Stopped):
    """The draw was not written; the message says why and what to do."""


def draw(sample: Path, month: dt.date | None) -> tuple[dt.date, list[dict[str, str]]]:
    """The draw of `month` (default: the latest) as rows of the workbook, from the published state.

    Raises NothingDrawn where there is none.
    """
    if not sample.is_file():
        raise NothingDrawn("the published build drew nothing")
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
    if path.exists():
        raise FileExistsError(path)
    with whole(path) as temporary, xlsxwriter.Workbook(str(temporary)) as workbook:
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


def write_audit(data_set: DataSet, warehouse: Warehouse, month: dt.date | None = None) -> tuple[Path, int]:
    """Write the draw of a month (default: the latest) as audit/<data set>/<month>.xlsx; its path and number of fields.

    Raises NothingDrawn where there is no draw, or a workbook of it lies there already.
    """
    tables = load_sources(data_set.project)
    with current_state(warehouse) as state:
        if state is None:
            raise NothingDrawn(f"nothing is published yet. Run: make build DATA={data_set.name}")
        month, rows = draw(state / "audit_sample" / "data.parquet", month)
    path = data_set.project / "audit" / data_set.name / f"{month:%Y-%m}.xlsx"
    try:
        write_workbook(path, {c.name: c.headings[0] for c in tables[RETURNED_AS].columns}, rows)
    except FileExistsError:
        raise NothingDrawn(f"{path} is there already. Move it away first") from None
    return path, len(rows)
