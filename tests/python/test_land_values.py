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
from customer360.core.sources import Table, load_sources
from customer360.landing.age import Calendar, Newest, is_older
from customer360.landing.headings import layout
from customer360.landing.parts import grid_batch
from customer360.landing.rows import KINDS, LAST_ROWS, Inspector
from customer360.landing.values import arrow_to_text, cell_text, number_text
from landing_kit import Place

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
    inspector = Inspector(layout([column.name for column in table.columns], table, 1, None), None)
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
        inspector = Inspector(layout([column.name for column in orders.columns], orders, 1, None), None)
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
