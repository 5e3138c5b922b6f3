"""Typed values become their shortest exact text; rows are called data unless words and gaps say otherwise."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from conftest import PROJECT
from customer360.core.policy import BASE
from customer360.core.sources import Table, load_sources
from customer360.landing.age import Calendar, Newest, is_older
from customer360.landing.headings import layout
from customer360.landing.parts import grid_batch
from customer360.landing.rows import KINDS, LAST_ROWS, Inspector
from customer360.landing.totals import TotalWords
from customer360.landing.values import arrow_to_text, cell_text, number_text
from customer360.landing.wrapping import blanks_as_nulls, without_wrapping
from landing_kit import SOURCES, Place

TOTALS = TotalWords.of(PROJECT, BASE)
MOMENT = dt.datetime(2024, 3, 1, 8, 30)

CELLS = [
    (2.55, "2.55"), (17850.0, "17850"), (0.1 + 0.2, "0.30000000000000004"), (-0.0, "0"), (1e15, "1000000000000000"),
    (6.22202123456789e18, "6222021234567890000"), (1e-7, "0.0000001"), (1.5e-7, "0.00000015"), (1e22, "1" + "0" * 22),
    (True, "true"), (False, "false"), (0, "0"), ("", None), (None, None), (" ", " "), ("=1+1", "=1+1"), ("007", "007"),
    (dt.date(2024, 3, 1), "2024-03-01"), (MOMENT, "2024-03-01 08:30:00"),
    (MOMENT.replace(microsecond=120_000), "2024-03-01 08:30:00.12"), (dt.time(8, 5), "08:05:00"),
    (dt.timedelta(hours=36, minutes=5), "36:05:00"),
]  # fmt: skip

COLUMNS = [
    (pa.float64(), [2.55, 17850.0, float("nan"), None, -0.0], ["2.55", "17850", None, None, "0"]),
    (pa.float64(), [1e20, 1e-7], ["1" + "0" * 20, "0.0000001"]),
    (pa.float32(), [0.1, 17850.0], ["0.1", "17850"]),
    (pa.int64(), [17850, None, 2**60], ["17850", None, str(2**60)]),
    (pa.bool_(), [True, False], ["true", "false"]),
    (pa.string(), ["x", "", None], ["x", None, None]),
    (pa.large_string(), ["x", ""], ["x", None]),
    (pa.dictionary(pa.int8(), pa.string()), ["x", "", None], ["x", None, None]),
    (pa.decimal128(38, 10), [Decimal("17850"), Decimal("2.50"), Decimal("1e-10")], ["17850", "2.5", "0.0000000001"]),
    (pa.decimal128(10, 0), [Decimal("100")], ["100"]),
    (pa.date32(), [dt.date(2024, 3, 1)], ["2024-03-01"]),
    (pa.timestamp("s"), [MOMENT], ["2024-03-01 08:30:00"]),
    (pa.timestamp("ns"), [MOMENT, MOMENT.replace(microsecond=500_000)], ["2024-03-01 08:30:00", "2024-03-01 08:30:00.5"]),
    (pa.timestamp("us", "Asia/Shanghai"), [MOMENT.replace(tzinfo=ZoneInfo("Asia/Shanghai"))], ["2024-03-01 00:30:00Z"]),
    (pa.time64("us"), [dt.time(8, 5)], ["08:05:00"]),
    (pa.duration("s"), [dt.timedelta(hours=36)], ["36:00:00"]),
    (pa.list_(pa.int32()), [[1, None], None], ["[1,null]", None]),
    (pa.struct([("城市", pa.string()), ("on", pa.date32())]), [{"城市": "北京", "on": dt.date(2024, 3, 1)}],
     ['{"城市":"北京","on":"2024-03-01"}']),
    (pa.binary(), ["北京".encode(), b"\xff\x01", b""], ["北京", "ff01", None]),
    (pa.null(), [None], [None]),
]  # fmt: skip


@pytest.mark.parametrize(("value", "text"), CELLS)
def test_a_cell_becomes_its_shortest_exact_text(value: Any, text: str | None) -> None:
    assert cell_text(value) == text


@pytest.mark.parametrize(("kind", "values", "texts"), COLUMNS, ids=[str(kind) for kind, _, _ in COLUMNS])
def test_a_typed_column_becomes_its_shortest_exact_text(
    kind: Any, values: list[Any], texts: list[Any]
) -> None:
    array = pa.array(values, kind)
    assert arrow_to_text(array).to_pylist() == texts
    assert arrow_to_text(pa.concat_arrays([array, array]).slice(len(array))).to_pylist() == texts


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_no_digit_of_a_number_is_lost_or_made_up(value: float) -> None:
    text = number_text(value)
    assert float(text) == value
    assert "e" not in text and not text.endswith(".0")
    assert arrow_to_text(pa.array([value])).to_pylist() == [text]


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Table]:
    return load_sources(Place(tmp_path_factory.mktemp("project")).root)


def kinds(table: Table, rows: list[list[Any]]) -> list[str]:
    """Kinds of rows whose cells stand in the declared order."""
    inspector = Inspector(layout([column.name for column in table.columns], table, 1, None), None, TOTALS)
    batch = grid_batch(list(enumerate(rows, 2)), len(table.columns))
    ((_, found),) = inspector.look([batch])
    assert sum(inspector.counts[kind] for kind in KINDS) == len(rows)
    return found.to_pylist()


DATA = ["A1", "x", "138", "2024-03-01", "5", None]
ORDERS = [
    (["合计", None, None, None, "100", None], "total"),
    (["合 计：", None, None, None, "1,234.50", None], "total"),
    ([None, "华东区小计", None, None, "¥100元", None], "total"),
    (["总计（元）", None, None, None, 100.5, None], "total"),
    (["Grand Total", None, None, None, "(100)", None], "total"),
    (["TOTAL:", None, "12", None, "100", None], "total"),
    # in the languages of the seed total_words, with what is counted, in any column
    (["合计", "6人", None, None, None, None], "total"),
    (["共计6单", None, None, None, None, None], "total"),
    (["合計：1,234円", None, None, None, None, None], "total"),
    (["計", None, None, None, "100", None], "total"),
    ([None, "합계", None, None, "1,000원", None], "total"),
    (["Total", "6 rows", None, None, None, None], "total"),
    (["Total; 6 rows", None, None, None, None, None], "total"),
    (["Total (6 rows)", None, None, None, None, None], "total"),
    ([None, "Total general", None, None, "1.234.567,50", None], "total"),
    (["Summe:", None, None, None, "-208,50 €", None], "total"),
    (["SUMME", "6 Stück", None, None, "208,50 EUR", None], "total"),
    (["Total général", None, None, None, "1 234,50", None], "total"),
    (["Sous-total", None, None, None, "CHF 1'234.50", None], "total"),
    (["TOPLAM", None, None, None, "₹1,23,456.00", None], "total"),
    ([None, None, "Всего", None, "5", None], "total"),
    # with a label where the row cannot be a record
    (["North Total", "4", None, None, "208.5", None], "total"),
    (["Total Nord", None, None, None, "208.5", None], "total"),
    (["Nord Ergebnis", None, None, None, "208,5", None], "total"),
    (["North Total", "4", None, "2024-03-01", "208.5", None], "data"),
    (["Total", None, None, "01.03.2024", "100", None], "data"),
    (["Somerset", None, None, None, "100", None], "data"),
    (["Summer sale", None, None, None, "100", None], "data"),
    (["设计", None, None, None, "100", None], "data"),
    # a total names no other text, leaves a required column empty, and has its word in the first cell
    (["合计", "张三", None, None, "100", None], "data"),
    (["合计", None, None, "2024-03-01", "100", "5"], "data"),
    (["合计", None, None, "20240301", "100", None], "data"),
    (["A1", "合计", None, None, "100", None], "data"),
    (["A1", "Total", None, None, None, None], "data"),
    (["小计算机", None, None, None, "100", None], "data"),
    (["Totally new", None, None, None, "100", None], "data"),
    # footers anywhere
    (["制表人：王五", None, None, "审核：赵六", None, None], "note"),
    (["第 1 页 共 3 页", None, None, None, None, None], "note"),
    ([None, None, "Page 2 of 3", None, None, None], "note"),
    (["备注：以上为三月数据", None, None, None, None, None], "note"),
    (["数据来源：ERP", "x", None, None, None, None], "data"),
    (["订单号", "客户", "电话", "下单日期", "金额", "备注"], "note"),
    (["order_no", None, None, "ordered_on", None, None], "note"),
    (["A1", None, None, None, None, None], "data"),
]  # fmt: skip
KEYED = [
    # the word stands in the only required column: nobody's key is called Total
    (["Total", "6", None, None, "208.5", "12"], "total"),
    (["Gesamtsumme", None, None, None, "208,50", None], "total"),
    (["合计", "6", None, "3", "208.5", "12"], "total"),
    (["Total", "6", "1", "3", "208.5", "12"], "data"),
    (["North Total", None, None, None, "208.5", None], "data"),
    ([None, "Total", None, None, "208.5", None], "total"),
]
NAMED = [
    # ... but a customer may be
    (["Total", "13800138000", None, None, None, None], "total"),
    (["Total", "13800138000", "1", "3", "208.5", None], "data"),
    (["合计", "13800138000", "1", "3", "208.5", None], "total"),
]
CONTACTS = [
    # without required columns a Latin word needs half of the cells empty, for it may be a name
    (["Total", "13800138000", "上海"], "data"),
    (["Total", "13800138000", None], "data"),
    (["Total", None, None], "total"),
    (["合计", "13", None], "total"),
    (["合计", "13", "2"], "data"),
    (["王五", None, None], "data"),
]


@pytest.mark.parametrize(("row", "kind"), ORDERS)
def test_rows_of_a_table_with_required_columns(tables: Any, row: list[Any], kind: str) -> None:
    assert kinds(tables["erp", "orders"], [DATA, row, DATA]) == ["data", kind, "data"]


@pytest.mark.parametrize(("row", "kind"), KEYED)
def test_rows_of_a_table_with_one_required_column(tmp_path: Path, row: list[Any], kind: str) -> None:
    sources = SOURCES.replace("Date], required: true", "Date]").replace("Amount], required: true", "Amount]")
    orders = load_sources(Place(tmp_path, sources=sources).root)["erp", "orders"]
    assert kinds(orders, [DATA, row, DATA]) == ["data", kind, "data"]


@pytest.mark.parametrize(("row", "kind"), NAMED)
def test_rows_of_a_table_whose_names_are_required(tmp_path: Path, row: list[Any], kind: str) -> None:
    column = "{name: order_no, config: {meta: {headers: [订单号, 单号, OrderNo], required: true}}}"
    sources = SOURCES.replace("Date], required: true", "Date]").replace("Amount], required: true", "Amount]")
    sources = sources.replace(column, column.replace("required: true", "required: true, pii: name"))
    orders = load_sources(Place(tmp_path, sources=sources).root)["erp", "orders"]
    assert kinds(orders, [DATA, row, DATA]) == ["data", kind, "data"]


@pytest.mark.parametrize(
    ("landed", "value", "is_protected"),
    [
        ('="A001"', "A001", True), ("='139'", "139", True), ('= "007"', "007", True), (' ="A" ', "A", True),
        ('="5"" pipe"', '5" pipe', True), ('=""', None, True), ('="\'139"', "139", True), ("'13916630127", "13916630127", True),
        ("'A001", "A001", True), ("'A001'", "A001", True), ("'007", "007", True),
        ("'2024-03-01 10:00:00", "2024-03-01 10:00:00", True),
        ("'+86 139 1663 0127", "+86 139 1663 0127", True), ("'=1+1", "=1+1", True), ("'张三", "张三", True),
        ("`139", "139", True), ("`张三", "张三", True), ("`x`", "x", True), ("`2024-03-01 10:00:00", "2024-03-01 10:00:00", True),
        # what an apostrophe begins stays, and so does a formula
        ("'t Hooft", "'t Hooft", False), ("'s-Hertogenbosch", "'s-Hertogenbosch", False), ("'90s Tee", "'90s Tee", False),
        ("'Rock' 2024", "'Rock' 2024", False), ("O'Brien", "O'Brien", False), ("=1+1", "=1+1", False), ("'", "'", False),
        ('="a"&"b"', '="a"&"b"', False), ("5'", "5'", False), ("-5", "-5", False),
        (" \u3000\xa0", " \u3000\xa0", False), ("\u200b", "\u200b", False), (" x ", " x ", False),
    ],
)  # fmt: skip
def test_what_protects_a_value_is_no_part_of_it(landed: str, value: str | None, is_protected: bool) -> None:
    bare = without_wrapping(pa.array(["'7", landed, None, "x"]).slice(1))
    assert bare.cells.to_pylist() == [value, None, "x"]
    protected = [False] * 3 if bare.protected is None else bare.protected.to_pylist()
    assert protected == [is_protected, False, False]
    assert bare.escaped is None
    assert bare.has_blanks == (not landed.strip(" \u3000\xa0\u200b"))
    seen = [None if bare.has_blanks else value, None, "x"]
    assert blanks_as_nulls(bare.cells).to_pylist() == seen


@pytest.mark.parametrize(
    ("landed", "value"),
    [
        ("O&#39;Brien &amp; Co", "O'Brien & Co"), ("&#x4e2d;&#22269;", "中国"), ("&lt;b&gt;", "<b>"), ("&amp;amp;", "&"),
        ("&eacute;t&eacute;", "été"), ("&nbsp;", "\xa0"), ("&#39;007", "007"), ("=&quot;007&quot;", "007"),
        ("AT&T;", "AT&T;"), ("R&D", "R&D"), ("?a=1&copy=2", "?a=1&copy=2"), ("&nothing;", "&nothing;"), ("& ;", "& ;"),
        ("&notit;", "&notit;"),
    ],
)  # fmt: skip
def test_escapes_of_html_become_the_characters_that_they_name(landed: str, value: str | None) -> None:
    bare = without_wrapping(pa.array(["x", landed]))
    assert bare.cells.to_pylist() == ["x", value]
    assert (bare.escaped is not None and bare.escaped.to_pylist() == [False, True]) == (value != landed)


@pytest.mark.parametrize(("row", "kind"), CONTACTS)
def test_rows_of_a_table_without_required_columns(tables: Any, row: list[Any], kind: str) -> None:
    last = ["李四", "1", "北京"]
    assert kinds(tables["crm", "contacts"], [last, row, last]) == ["data", kind, "data"]
    assert kinds(tables["crm", "contacts"], [last, row])[1] == kind


def test_a_lone_cell_is_a_note_only_among_the_last_rows(tables: Any) -> None:
    lone = [None, "数据仅供内部使用", None, None, None, None]
    orders = tables["erp", "orders"]
    assert kinds(orders, [DATA, lone, DATA, lone, ["合计", None, None, None, "10", None], lone]) == [
        "data", "data", "data", "note", "total", "note",
    ]  # fmt: skip
    assert kinds(orders, [DATA] + [lone] * (LAST_ROWS + 5)) == ["data"] * 6 + ["note"] * LAST_ROWS


def test_the_kind_does_not_depend_on_where_batches_end(tables: Any) -> None:
    orders = tables["erp", "orders"]
    lone = ["内部资料", None, None, None, None, None]
    rows = list(enumerate([DATA] * 70 + [["合计", None, None, None, "10", None], lone, lone], 2))
    for cut in (0, 1, 60, 69, 70, 71, 72):
        inspector = Inspector(
            layout([column.name for column in orders.columns], orders, 1, None), None, TOTALS
        )
        batches = [grid_batch(part, 6) for part in (rows[:cut], rows[cut:]) if part]
        found = [kind for _, kinds in inspector.look(batches) for kind in kinds.to_pylist()]
        assert found == ["data"] * 70 + ["total", "note", "note"]


# --- the newest record of a file --------------------------------------------------------------------------

CASES = yaml.safe_load((Path(__file__).parent / "standardise_cases.yml").read_text(encoding="utf-8"))
FORMS = [
    *((value, moment, "Asia/Shanghai", None) for value, moment in CASES["parse_timestamp"]),
    *((value, moment, "Asia/Shanghai", True) for value, moment in CASES["timestamp_day_first"]),
    *((value, moment, "Asia/Shanghai", False) for value, moment in CASES["timestamp_month_first"]),
    *((value, moment, "Europe/London", None) for value, moment in CASES["timestamp_london"]),
]
MONTHS = {"2025-03": "2025-03-01"}
"""What is no day to staging, and as a month says well enough how old a file is."""


def newest(
    values: list[str | None],
    until: str = "2100-01-01",
    zone: str = "Asia/Shanghai",
    day_first: bool | None = None,
) -> str | None:
    found = Newest(Calendar(PROJECT, zone, dt.date.fromisoformat(until), day_first))
    for start in range(0, len(values), 3):  # in batches, as files are read
        found.look([pa.array(values[start : start + 3], pa.string())])
    return found.text


@pytest.mark.parametrize(("value", "moment", "zone", "day_first"), FORMS)
def test_the_newest_record_reads_dates_as_staging_does(
    value: str | None, moment: str | None, zone: str, day_first: bool | None
) -> None:
    wanted = MONTHS.get(value or "", moment)
    found = newest([value], zone=zone, day_first=day_first)
    if wanted is None:
        assert found is None
    else:
        assert found == wanted[:19].replace("T", " ")[: len(found)]
        assert len(found) == 19 or wanted.endswith("T00:00:00") or value in MONTHS


@pytest.mark.parametrize(
    "form",
    [
        "%Y-%m-%d",
        "%Y-%m-%d %H:%M:%S",
        "%Y/%m/%dT%H:%M",
        "%Y%m%d%H%M%S",
        "%Y年%m月%d日 %H:%M:%S",
        "%d %b %Y",
        "@",
    ],
)
def test_the_newest_record_is_the_latest_that_is_no_later_than_the_file(form: str) -> None:
    dice = random.Random(form)
    first = dt.datetime(2024, 1, 1)
    for _ in range(20):
        moments = [first + dt.timedelta(seconds=dice.randrange(40_000_000)) for _ in range(30)]
        until = dice.choice(moments).date()
        zone = ZoneInfo("Asia/Shanghai")
        texts = [
            str(int(m.replace(tzinfo=zone).timestamp())) if form == "@" else m.strftime(form) for m in moments
        ]
        wanted = max(moment for moment in moments if moment.date() <= until)
        assert (newest([*texts, "", None, "x", "2024-02-31 25:00"], str(until)) or "")[:10] == str(
            wanted.date()
        )
        if form not in ("%Y-%m-%d", "%d %b %Y"):
            found = newest(texts, str(until))
            assert found and wanted.strftime("%Y-%m-%d %H:%M") == found[:16]


def test_an_impossible_day_does_not_hide_the_newest_record() -> None:
    assert newest(["2024-06-31 10:00", "2024-06-30 10:00", "2024-02-30"]) == "2024-06-30 10:00:00"


def test_an_offset_may_move_the_newest_record_into_another_day() -> None:
    late, early = "2024-03-01T23:00:00-05:00", "2024-03-02 08:00:00 +0800"
    assert newest([late, early]) == newest([early, late]) == "2024-03-02 12:00:00"
    assert newest(["2024-03-01T20:00:00Z", "2024-03-02 03:59:00"], "2024-03-02") == "2024-03-02 04:00:00"
    assert newest(["2024-03-02T20:00:00Z"], "2024-03-02") is None


@pytest.mark.parametrize(
    ("one", "other", "older"),
    [
        ("2024-03-01", "2024-03-02", True), ("2024-03-02", "2024-03-01", False), ("2024-03-01", "2024-03-01", False),
        ("2024-03-01", "2024-03-01 08:00:00", False), ("2024-03-01 08:00:00", "2024-03-01", False),
        ("2024-03-01 07:59:59", "2024-03-01 08:00:00", True), ("2024-02-29 23:59:59", "2024-03-01", True),
        (None, "2024-03-01", False), ("2024-03-01", None, False), (None, None, False),
    ],
)  # fmt: skip
def test_a_file_is_older_only_by_what_both_state(one: str | None, other: str | None, older: bool) -> None:
    assert is_older(one, other) is older
