"""The workbook holds the toolkit's tables as the published marts have them, ready to be read, filtered and printed."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest
from python_calamine import CalamineWorkbook
from test_identity_page import ask, both_data_sets, published
from test_privacy import canaries

from conftest import PROJECT
from customer360.cli import main
from customer360.core.data_sets import load_data_set
from customer360.core.sources import load_sources
from customer360.presentation import workbook
from customer360.presentation.workbook import (
    FORMATS,
    KPI_COLUMNS,
    MONTHS,
    SHEETS,
    WORDS,
    Column,
    sheet_name,
    write,
)

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
TABLES = ("customers", "rfm", "rfm_classes", "strategies", "kpis")

TEMPLATES = {
    "customers": "id name industry revenue_band region last_purchase amount_6m rfm_group industry_tags behaviour_tags"
    " need_tags owner",
    "rfm": "type customers share order_value frequency description advice",
    "rfm_classes": "type customers share order_value frequency description advice",
    "strategies": "strategy group period cost converted rate incremental_return return return_basis owner advice",
}
"""The columns of the toolkit's templates (SPEC 11), in order."""


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Path]:
    """Workbooks by data set and language."""
    folder = tmp_path_factory.mktemp("books")
    found = {}
    for data_set, language in (("demo", "zh"), ("demo", "en"), ("online_retail", "en")):
        found[data_set, language] = folder / f"{data_set}.{language}.xlsx"
        write(found[data_set, language], published(data_set), declared(data_set), language)
    return found


@cache
def declared(data_set: str):
    return load_data_set(PROJECT, data_set, load_sources(PROJECT))


@cache
def cells(path: Path, key: str) -> list[list]:
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_name(sheet_name(key)).to_python()


@cache
def parts(path: Path) -> dict[str, ElementTree.Element]:
    """The XML of each table by key, and that of the styles."""
    with zipfile.ZipFile(path) as archive:
        found = {
            key: ElementTree.fromstring(archive.read(f"xl/worksheets/sheet{number}.xml"))
            for number, key in enumerate(TABLES, start=2)
        }
        found["styles"] = ElementTree.fromstring(archive.read("xl/styles.xml"))
    return found


def number_formats(path: Path) -> list[str]:
    """The number format of each style, by its number."""
    styles = parts(path)["styles"]
    codes = {node.get("numFmtId"): node.get("formatCode") for node in styles.iter(f"{MAIN}numFmt")}
    built_in = {"0": "General", "3": "#,##0", "4": "#,##0.00"}
    return [
        codes.get(style.get("numFmtId")) or built_in[style.get("numFmtId")]
        for style in styles.find(f"{MAIN}cellXfs")
    ]


def formats_of(path: Path, key: str, row: int) -> list[str]:
    """The number formats of the filled cells of a row, by column."""
    formats = number_formats(path)
    found = next(node for node in parts(path)[key].iter(f"{MAIN}row") if node.get("r") == str(row))
    return {re.sub(r"\d", "", cell.get("r")): formats[int(cell.get("s", 0))] for cell in found}


def test_the_sheets_have_the_columns_of_the_templates_under_two_headings(books) -> None:
    for path in books.values():
        names = CalamineWorkbook.from_path(str(path)).sheet_names
        assert names == [sheet_name(key) for key in ("readme", *TABLES)]
        for key, columns in TEMPLATES.items():
            assert cells(path, key)[0] == ["\n".join(WORDS.words[column]) for column in columns.split()]
        months = ask(
            "demo", "select max(period_start_on) from pages.report_periods where period_kind = 'month'"
        )
        assert cells(books["demo", "zh"], "kpis")[0][: len(KPI_COLUMNS)] == [
            "\n".join(WORDS.words[column.heading]) for column in KPI_COLUMNS
        ]
        assert cells(books["demo", "zh"], "kpis")[0][len(KPI_COLUMNS) :][-1] == f"{months[0][0]:%Y-%m}"
        assert len(cells(books["demo", "zh"], "kpis")[0]) == len(KPI_COLUMNS) + MONTHS


def test_the_customer_base_is_the_mart(books) -> None:
    for language in ("zh", "en"):
        found = cells(books["demo", language], "customers")[1:]
        expected = ask(
            "demo", SHEETS[0].query.format(language=language, nobody=WORDS.words["nobody"][language == "en"])
        )
        assert len(found) == len(expected) > 3000
        for line, row in zip(found, expected, strict=True):
            assert [value or None for value in line] == [
                float(value) or None if column.kind == "money" and value is not None else value or None
                for column, value in zip(SHEETS[0].columns, row, strict=True)
            ]


@both_data_sets
def test_rfm_strategies_and_kpis_are_the_marts(books, data_set: str) -> None:
    path = books[data_set, "en"]
    for sheet in SHEETS[1:]:
        expected = ask(data_set, sheet.query.format(language="en"))
        found = cells(path, sheet.key)[1:]
        assert len(found) == len(expected)
        for line, row in zip(found, expected, strict=True):
            assert [None if value == "" else value for value in line] == pytest.approx(
                [
                    float(value) if column.kind != "text" and value is not None else value
                    for column, value in zip(sheet.columns, row, strict=True)
                ]
            )
    kpis = {line[0]: line for line in cells(path, "kpis")[1:]}
    expected = ask(
        data_set,
        """
        select kpi_en, value, target, is_target_met, owner_en from pages.report_figures
        where period_kind = 'month' and period_start_on =
            (select period_start_on from pages.report_periods where period_kind = 'month' and is_latest)
        """,
    )
    assert len(kpis) == len(expected)
    for name, value, target, met, owner in expected:
        line = kpis[name]
        shown = [None if line[at] == "" else line[at] for at in (2, 5, 10)]
        assert shown == pytest.approx([value, target, owner])
        assert line[6] == {None: "", True: "yes", False: "no"}[met]
        assert line[-1] == line[2]


def test_headings_stay_in_sight_filters_and_colours_are_set(books) -> None:
    path = books["demo", "zh"]
    frozen = {"customers": ("2", "1"), **dict.fromkeys(TABLES[1:], ("1", "1"))}
    rules = {
        "customers": {"cellIs", "dataBar"},
        "rfm": {"dataBar"},
        "rfm_classes": {"dataBar"},
        "strategies": {"cellIs", "containsBlanks"},
        "kpis": {"cellIs", "notContainsBlanks"},
    }
    for key in TABLES:
        sheet = parts(path)[key]
        pane = sheet.find(f".//{MAIN}pane")
        assert (pane.get("xSplit"), pane.get("ySplit"), pane.get("state")) == (*frozen[key], "frozen")
        columns, rows = len(cells(path, key)[0]), len(cells(path, key))
        last = chr(ord("A") + columns - 1)
        assert sheet.find(f"{MAIN}autoFilter").get("ref") == f"A1:{last}{rows}"
        assert {rule.get("type") for rule in sheet.iter(f"{MAIN}cfRule")} == rules[key]
    floor, target = ask(
        "demo", "select min(return_ratio_floor), max(return_ratio_target) from marts.spend_efficiency"
    )[0]
    bounds = [
        (rule.get("operator"), float(rule.find(f"{MAIN}formula").text))
        for rule in parts(path)["strategies"].iter(f"{MAIN}cfRule")
        if rule.get("type") == "cellIs"
    ]
    assert bounds == [("lessThan", floor), ("greaterThanOrEqual", target)]
    label = ask("demo", "select member_zh from pages.rfm_summary where member = 'churn_risk'")[0][0]
    coloured = [rule.text for rule in parts(path)["customers"].iter(f"{MAIN}formula")]
    assert len(coloured) == 3 and f'"{label}"' in coloured


def test_figures_have_number_formats(books) -> None:
    path = books["demo", "zh"]
    assert formats_of(path, "customers", 2)["F"] == "yyyy-mm-dd"
    assert formats_of(path, "customers", 2)["G"] == "#,##0"
    rfm = formats_of(path, "rfm", 2)
    assert [rfm[column] for column in "BCDE"] == ["#,##0", "0.0%", "#,##0.00", "0.0"]
    strategies = formats_of(path, "strategies", 2)
    assert [strategies[column] for column in "DEFH"] == ["#,##0", "#,##0", "0.0%", "0.0"]
    units = ask("demo", "select kpi_zh, unit from pages.report_figures group by all")
    place = {line[0]: number for number, line in enumerate(cells(path, "kpis"), start=1)}
    for label, unit in units:
        if label in place:
            assert formats_of(path, "kpis", place[label])["C"] == FORMATS[unit], label


def test_every_kpi_with_months_has_its_line(books) -> None:
    with zipfile.ZipFile(books["demo", "zh"]) as archive:
        text = archive.read(f"xl/worksheets/sheet{TABLES.index('kpis') + 2}.xml").decode()
    ranges = re.findall(r"<xm:f>'([^']+)'!(\w+):(\w+)</xm:f>", text)
    assert len(ranges) == len(cells(books["demo", "zh"], "kpis")) - 1
    assert (sheet_name("kpis"), "M2", "Y2") in ranges


def test_the_same_publication_gives_the_same_bytes_dated_as_of(books, tmp_path: Path) -> None:
    again = tmp_path / "again.xlsx"
    write(again, published("online_retail"), declared("online_retail"), "en")
    assert again.read_bytes() == books["online_retail", "en"].read_bytes()
    ((as_of,),) = ask("online_retail", "select max(as_of_on) from marts.scorecard_history")
    with zipfile.ZipFile(again) as archive:
        assert f"{as_of}T00:00:00Z" in archive.read("docProps/core.xml").decode()


def test_no_planted_value_is_in_the_workbook(books) -> None:
    planted = canaries()
    for path in (books["demo", "zh"], books["demo", "en"]):
        with zipfile.ZipFile(path) as archive:
            text = "\n".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
        assert [value for value in planted if value in text] == []
        people = [line[1] for line in cells(path, "customers")[1:]]
        persons = ask("demo", "select name_masked from pages.customer_base where customer_kind = 'person'")
        assert all(name is None or "*" in name for (name,) in persons)
        assert {name for (name,) in persons if name} <= set(people)


def test_the_readme_says_of_what_and_when(books) -> None:
    lines = {line[0]: line for line in cells(books["demo", "en"], "readme") if line[0]}
    ((as_of,),) = ask("demo", "select max(as_of_on) from marts.scorecard_history")
    assert lines["数据截至 As of"][1:] == [f"{as_of:%Y-%m-%d}"] * 2
    customers = len(cells(books["demo", "en"], "customers")) - 1
    assert lines[sheet_name("customers")][2].startswith(f"{customers:,} customers")
    assert all(zh.strip() and en.strip() for zh, en in WORDS.words.values())
    assert len(lines) == 13


def test_a_longer_table_goes_on_in_a_further_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAXIMUM_ROWS", 2001)
    path = tmp_path / "long.xlsx"
    rows = write(path, published("demo"), declared("demo"), "en")
    book = CalamineWorkbook.from_path(str(path))
    assert book.sheet_names[1:4] == [sheet_name("customers"), sheet_name("customers", 2), sheet_name("rfm")]
    first, second = (book.get_sheet_by_name(name).to_python() for name in book.sheet_names[1:3])
    assert first[0] == second[0] and len(first) == 2001
    assert (
        len({line[0] for line in first[1:] + second[1:]}) == rows["customers"] == len(first) + len(second) - 2
    )


def test_text_stays_text_whatever_it_begins_with(tmp_path: Path) -> None:
    book = workbook.Book(tmp_path / "text.xlsx", None, "en", dt.date(2026, 1, 1))
    sheet = book.begin("text", [Column("name", 10)], 0)
    for line, value in enumerate(("=1+1", "https://a.example", "{=1}"), start=1):
        book.write(sheet, line, 0, value, "text")
    book.book.close()
    assert CalamineWorkbook.from_path(str(tmp_path / "text.xlsx")).get_sheet_by_index(0).to_python()[1:] == [
        ["=1+1"], ["https://a.example"], ["{=1}"],
    ]  # fmt: skip
    with zipfile.ZipFile(tmp_path / "text.xlsx") as archive:
        assert "<f>" not in archive.read("xl/worksheets/sheet1.xml").decode()
        assert not [name for name in archive.namelist() if "rels/sheet" in name]


def test_the_command_writes_a_file_per_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("datasets", "models"):
        (tmp_path / name).symlink_to(PROJECT / name)
    assert main(["--project", str(tmp_path), "workbook", "--data", "online_retail"]) == 1
    assert "make build DATA=online_retail" in capsys.readouterr().err
    (tmp_path / "warehouse").symlink_to(PROJECT / "warehouse")
    assert main(["--project", str(tmp_path), "workbook", "--data", "online_retail", "--language", "en"]) == 0
    folder = tmp_path / "reports" / "online_retail"
    assert [file.name for file in folder.iterdir()] == ["customer360.en.xlsx"]
