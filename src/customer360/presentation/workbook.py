"""The toolkit's tables as a workbook: customer base, RFM, strategies and KPIs, out of the published copy.

Headings are in Chinese and English, cells in one language, so that filters stay short: one file per language. Personal
fields are masked, as in every mart. The same publication gives the same bytes.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range
from xlsxwriter.worksheet import Worksheet

from customer360.core import reading
from customer360.core.data_sets import DataSet
from customer360.core.durable import whole
from customer360.core.warehouse import Warehouse
from customer360.presentation import for_people
from customer360.presentation.page import Dictionary, moment

WORDS = Dictionary(Path(__file__).with_name("workbook_words.csv"))

LANGUAGES = ("zh", "en")
MAXIMUM_ROWS = 1_048_576
"""Rows of a sheet, headings among them."""
BATCH = 20_000
"""Rows fetched at a time: the customers of a large company do not fit into memory as Python objects."""

README_WIDTH = 62

FORMATS = {
    "money": "#,##0",
    "price": "#,##0.00",
    "count": "#,##0",
    "share": "0.0%",
    "ratio": "0.0",
    "points": "0.0",
    "hours": "0.0",
    "days": "0.0",
    "date": "yyyy-mm-dd",
}
"""Number format by kind of column, or by unit of a KPI."""

GOOD, MIDDLE, POOR = (
    {"bg_color": "#DCEFE4", "font_color": "#1F6B43"},
    {"bg_color": "#FBEFD5", "font_color": "#7A5200"},
    {"bg_color": "#F9DEDB", "font_color": "#9C1C13"},
)
"""Colours of what is well, what is to watch and what is not well."""


@dataclass(frozen=True)
class Column:
    """A column of a sheet: its heading in the dictionary, width in characters and kind of cell."""

    heading: str
    width: float
    kind: str = "text"


@dataclass(frozen=True)
class Sheet:
    """A table: key of its texts, columns, query ({language} is filled) and columns that stay in sight."""

    key: str
    columns: tuple[Column, ...]
    query: str
    frozen: int = 1


SHEETS = (
    Sheet(
        "customers",
        (
            Column("id", 30),
            Column("name", 22),
            Column("industry", 18),
            Column("revenue_band", 18),
            Column("region", 14),
            Column("last_purchase", 13, "date"),
            Column("amount_6m", 14, "money"),
            Column("rfm_group", 16),
            Column("industry_tags", 34),
            Column("behaviour_tags", 44),
            Column("need_tags", 44),
            Column("owner", 18),
        ),
        """
        select customer_id, name_masked, industry_{language}, revenue_band_{language}, region_{language}, last_purchase_on,
            net_amount_6m, action_group_{language}, industry_tags_{language}, behaviour_tags_{language},
            need_tags_{language}, coalesce(owner_{language}, '{nobody}')
        from pages.customer_base order by net_amount_6m desc nulls last, last_purchase_on desc nulls last, customer_id
        """,
        frozen=2,
    ),
    *(
        Sheet(
            key,
            (
                Column("type", 24),
                Column("customers", 12, "count"),
                Column("share", 10, "share"),
                Column("order_value", 14, "price"),
                Column("frequency", 12, "ratio"),
                Column("description", 46),
                Column("advice", 56),
            ),
            f"""
            select member_{{language}}, customer_count, customer_share, order_value, frequency, description_{{language}},
                advice_{{language}}
            from pages.rfm_summary where scheme = '{scheme}' order by position
            """,
        )
        for key, scheme in (("rfm", "action_group"), ("rfm_classes", "rfm_class"))
    ),
    Sheet(
        "strategies",
        (
            Column("strategy", 30),
            Column("group", 18),
            Column("period", 25),
            Column("cost", 12, "money"),
            Column("converted", 12, "count"),
            Column("rate", 11, "share"),
            Column("incremental_return", 11, "ratio"),
            Column("return", 11, "ratio"),
            Column("return_basis", 12),
            Column("owner", 12),
            Column("advice", 60),
        ),
        """
        select coalesce(campaign_name, campaign_code, campaign_id), target_group_{language},
            concat_ws(' – ', strftime(started_on, '%Y-%m-%d'), strftime(ended_on, '%Y-%m-%d')), cost, converted_count,
            conversion_rate_target, incremental_return_ratio, return_ratio, return_basis_{language}, owner, suggestion_{language}
        from marts.campaign_results order by started_on desc nulls last, campaign_id
        """,
    ),
)

KPI_COLUMNS = (
    Column("kpi", 30),
    Column("unit", 8),
    Column("value", 12, "unit"),
    Column("last_year", 12, "unit"),
    Column("baseline", 12, "unit"),
    Column("target", 11, "unit"),
    Column("target_met", 10),
    Column("field", 11, "unit"),
    Column("leader", 11, "unit"),
    Column("alert", 14),
    Column("owner", 16),
    Column("trend", 16),
)
MONTHS = 13
"""Months of the KPI sheet, the latest complete one among them."""

KPI_QUERY = """
    select figures.kpi, figures.kpi_{language}, figures.unit, figures.value, figures.last_year_value,
        monthly.baseline_value, figures.target, figures.is_target_met, figures.field_average, figures.leader,
        figures.alert_kinds_{language}, figures.owner_{language}
    from pages.report_figures as figures
    inner join pages.report_periods as periods
        on figures.period_kind = periods.period_kind and figures.period = periods.period and periods.is_latest
    inner join marts.kpi_monthly as monthly
        on figures.period_start_on = monthly.month_start_on and figures.kpi = monthly.kpi
    where figures.period_kind = 'month' order by figures.position
"""


def heading(key: str) -> str:
    """A heading in both languages, one under the other."""
    zh, en = WORDS.words[key]
    return f"{zh}\n{en}"


def sheet_name(key: str, part: int = 1) -> str:
    """The name of a sheet in both languages; further parts of a long table are numbered."""
    zh, en = WORDS.words[f"sheet.{key}"]
    return (zh if zh == en else f"{zh} {en}") + (f" {part}" if part > 1 else "")


class Book:
    """A workbook under way: its formats, and the sheets written one by one."""

    def __init__(
        self, path: Path, connection: duckdb.DuckDBPyConnection, language: str, as_of: dt.date
    ) -> None:
        self.connection = connection
        self.language = language
        # constant_memory: a row is written out when the next one begins, so rows come in order
        self.book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
        self.book.set_properties(
            {"title": " · ".join(WORDS.words["title"]), "created": dt.datetime.combine(as_of, dt.time())}
        )
        self.formats: dict[tuple[tuple[str, Any], ...], Format] = {}
        self.rows: dict[str, int] = {}

    def format(self, **properties: Any) -> Format:
        """A format of the workbook; equal ones are one."""
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format(
                {"font_name": "Microsoft YaHei", "font_size": 10, **properties}
            )
        return self.formats[key]

    def cell_format(self, kind: str) -> Format:
        """The format of a kind of cell."""
        return self.format(num_format=FORMATS[kind]) if kind in FORMATS else self.format(indent=1)

    def head(self, kind: str) -> Format:
        """The format of a heading: over figures to the right, as they are."""
        place = {"align": "left", "indent": 1} if kind == "text" else {"align": "right"}
        return self.format(
            bold=True, text_wrap=True, valign="vcenter", bg_color="#2F6690", font_color="#FFFFFF", **place
        )

    def word(self, key: str) -> str:
        """A text of the dictionary in the language of the cells."""
        return WORDS.words[key][LANGUAGES.index(self.language)]

    def ask(self, query: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, a batch at a time."""
        answer = self.connection.cursor().execute(
            query.replace("{language}", self.language).replace("{nobody}", self.word("nobody"))
        )
        while batch := answer.fetchmany(BATCH):
            yield from batch

    def begin(self, name: str, columns: Sequence[Column], frozen: int) -> Worksheet:
        """A sheet with headings that stay in sight, ready for print on landscape A4."""
        sheet = self.book.add_worksheet(name)
        sheet.freeze_panes(1, frozen)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.set_footer("&C&P / &N")
        for number, column in enumerate(columns):
            sheet.set_column(number, number, column.width, self.cell_format(column.kind))
        sheet.set_row(0, 34)
        for number, column in enumerate(columns):
            sheet.write_string(0, number, heading(column.heading), self.head(column.kind))
        return sheet

    def write(self, sheet: Worksheet, row: int, column: int, value: Any, kind: str) -> None:
        """One cell: text as text, whatever it begins with; numbers and dates as such; nothing for null."""
        if value is None:
            return
        if isinstance(value, dt.date):
            sheet.write_datetime(row, column, dt.datetime.combine(value, dt.time()), self.cell_format("date"))
        elif isinstance(value, str):
            sheet.write_string(row, column, value, self.cell_format(kind))
        else:
            sheet.write_number(row, column, float(value), self.cell_format(kind))

    def table(self, sheet: Sheet) -> None:
        """A sheet out of its query; what is longer than a sheet can be goes on in further ones."""
        rows, part, line = self.ask(sheet.query), 1, 0
        current = self.begin(sheet_name(sheet.key), sheet.columns, sheet.frozen)
        written = 0
        for values in rows:
            if line == MAXIMUM_ROWS - 1:
                self.finish(current, sheet.key, sheet.columns, line)
                part, line = part + 1, 0
                current = self.begin(sheet_name(sheet.key, part), sheet.columns, sheet.frozen)
            line += 1
            written += 1
            for number, (column, value) in enumerate(zip(sheet.columns, values, strict=True)):
                self.write(current, line, number, value, column.kind)
        self.finish(current, sheet.key, sheet.columns, line)
        self.rows[sheet.key] = written

    def finish(self, sheet: Worksheet, key: str, columns: Sequence[Column], last: int) -> None:
        """Filters, the area for print, and the colours of the sheet."""
        sheet.autofilter(0, 0, last, len(columns) - 1)
        sheet.print_area(0, 0, last, len(columns) - 1)
        if not last:
            return
        place = {column.heading: number for number, column in enumerate(columns)}
        if key == "customers":
            for member, colours in (("high_value", GOOD), ("potential", MIDDLE), ("churn_risk", POOR)):
                for (label,) in self.ask(
                    f"select member_{{language}} from pages.rfm_summary where scheme = 'action_group' and member = '{member}'"
                ):
                    self.colour(
                        sheet,
                        last,
                        place["rfm_group"],
                        {"type": "cell", "criteria": "==", "value": f'"{label}"'},
                        colours,
                    )
            self.bars(sheet, last, place["amount_6m"])
        elif key in ("rfm", "rfm_classes"):
            self.bars(sheet, last, place["share"])
        elif key == "strategies":
            for low, high in self.ask(
                "select min(return_ratio_floor), max(return_ratio_target) from marts.spend_efficiency having count(*) > 0"
            ):
                at = place["incremental_return"]
                self.colour(sheet, last, at, {"type": "blanks", "stop_if_true": True}, {})
                self.colour(sheet, last, at, {"type": "cell", "criteria": "<", "value": low}, POOR)
                self.colour(sheet, last, at, {"type": "cell", "criteria": ">=", "value": high}, GOOD)
        elif key == "kpis":
            met = {"yes": GOOD, "no": POOR}
            for answer, colours in met.items():
                rule = {"type": "cell", "criteria": "==", "value": f'"{self.word(f"met.{answer}")}"'}
                self.colour(sheet, last, place["target_met"], rule, colours)
            self.colour(sheet, last, place["alert"], {"type": "no_blanks"}, MIDDLE)

    def colour(
        self, sheet: Worksheet, last: int, column: int, rule: dict[str, Any], colours: dict[str, str]
    ) -> None:
        """A conditional colour of a column."""
        look = {"format": self.book.add_format(colours)} if colours else {}
        sheet.conditional_format(1, column, last, column, {**rule, **look})

    def bars(self, sheet: Worksheet, last: int, column: int) -> None:
        """A bar in each cell of a column, as long as its figure."""
        sheet.conditional_format(
            1,
            column,
            last,
            column,
            {
                "type": "data_bar",
                "bar_color": "#9CC3E6",
                "bar_solid": True,
                "min_type": "num",
                "min_value": 0,
            },
        )

    def kpis(self) -> None:
        """The KPIs of the latest complete month: each row has the number format of its unit, and its months as a line."""
        months = [
            month
            for (month,) in self.ask(
                f"""
                select period_start_on from (
                    select period_start_on from pages.report_periods where period_kind = 'month'
                    order by period_start_on desc limit {MONTHS}
                ) order by 1
                """
            )
        ]
        series = {
            (kpi, month): value
            for kpi, month, value in self.ask(
                "select kpi, period_start_on, value from pages.report_figures where period_kind = 'month'"
            )
        }
        columns = [*KPI_COLUMNS, *(Column("month", 13, "unit") for _ in months)]
        name = sheet_name("kpis")
        sheet = self.begin(name, KPI_COLUMNS, 1)
        sheet.set_paper(8)  # A3: the months are many
        first = len(KPI_COLUMNS)
        for number, month in enumerate(months, start=first):
            sheet.set_column(number, number, 11)
            sheet.write_string(0, number, f"{month:%Y-%m}", self.head("count"))
        line = 0
        for line, (kpi, label, unit, *figures, met, field, leader, alert, owner) in enumerate(
            self.ask(KPI_QUERY), start=1
        ):
            answer = None if met is None else self.word(f"met.{'yes' if met else 'no'}")
            cells = [label, self.word(f"unit.{unit}"), *figures, answer, field, leader, alert, owner, None]
            for number, (column, value) in enumerate(zip(KPI_COLUMNS, cells, strict=True)):
                self.write(sheet, line, number, value, unit if column.kind == "unit" else column.kind)
            for number, month in enumerate(months, start=first):
                self.write(sheet, line, number, series.get((kpi, month)), unit)
            if months:
                sheet.add_sparkline(
                    line,
                    first - 1,
                    {
                        "range": f"'{name}'!{xl_range(line, first, line, first + len(months) - 1)}",
                        "last_point": True,
                        "series_color": "#2F6690",
                    },
                )
        self.finish(sheet, "kpis", columns, line)
        self.rows["kpis"] = line

    def readme(self, data_set: DataSet, as_of: dt.date, build: str, sheet: Worksheet) -> None:
        """What the workbook holds, of what date, and how to read it; in both languages."""
        bold, wrapped = self.format(bold=True, font_size=14), self.format(text_wrap=True, valign="top")
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 24, wrapped)
        sheet.set_column(1, 2, README_WIDTH, wrapped)
        sheet.set_row(0, 24)
        sheet.write_string(0, 0, " · ".join(WORDS.words["title"]), bold)
        facts = [
            ("readme.data_set", data_set.label_zh, data_set.label_en),
            ("readme.as_of", f"{as_of:%Y-%m-%d}", f"{as_of:%Y-%m-%d}"),
            ("readme.build", moment(build), moment(build)),
            ("readme.currency", data_set.currency, data_set.currency),
        ]
        facts += [
            (
                f"sheet.{key}",
                *(text.format(rows=f"{self.rows[key]:,}") for text in WORDS.words[f"readme.{key}"]),
            )
            for key in ("customers", "rfm", "rfm_classes", "strategies", "kpis")
        ]
        facts += [
            (f"readme.{key}", *WORDS.words[f"readme.{key}.text"]) for key in ("masked", "colours", "language")
        ]
        for line, (key, zh, en) in enumerate(facts, start=2):
            # a Chinese character is as wide as two Latin ones
            lines = max(math.ceil(2 * len(zh) / README_WIDTH), math.ceil(1.1 * len(en) / README_WIDTH))
            sheet.set_row(line, 15 * lines + 5)
            sheet.write_string(
                line,
                0,
                " ".join(dict.fromkeys(WORDS.words[key])),
                self.format(bold=True, valign="top", text_wrap=True),
            )
            sheet.write_string(line, 1, zh, wrapped)
            sheet.write_string(line, 2, en, wrapped)


def write(path: Path, published: Path, data_set: DataSet, language: str) -> dict[str, int]:
    """Write the workbook of one language; rows by sheet."""
    with reading.connect(published) as connection, whole(path) as temporary:
        as_of, build = connection.execute(
            "select max(as_of_on), max(build_id) from marts.scorecard_history"
        ).fetchone()
        book = Book(temporary, connection, language, as_of)
        readme = book.book.add_worksheet(sheet_name("readme"))
        for sheet in SHEETS:
            book.table(sheet)
        book.kpis()
        book.readme(data_set, as_of, build, readme)
        readme.activate()
        book.book.close()
    return book.rows


def make(data_set: DataSet, warehouse: Warehouse, language: str | None = None) -> for_people.Made:
    """Write the workbook of each language."""
    for chosen in [language] if language else LANGUAGES:
        name = "customer360.xlsx" if chosen == "zh" else f"customer360.{chosen}.xlsx"
        path = for_people.file_of(data_set, name)
        rows = write(path, warehouse.published, data_set, chosen)
        yield path, f": {rows['customers']:,} customers"
