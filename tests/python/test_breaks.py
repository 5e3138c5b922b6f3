"""Bad data and broken contracts: each is stopped before publication, by whom, and what a person then reads.

docs/breaks.md is written from the cases here: `python tests/python/test_breaks.py`.
"""

from __future__ import annotations

import copy
import shutil
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow.parquet as pq
import pytest
from test_contracts import BEFORE, TODAY, UNANNOUNCED

from build_kit import digests, small_project, start_build, whole_build
from conftest import PROJECT, latest_build, manifest
from customer360.core.warehouse import Warehouse
from customer360.landing.writer import DECLARED
from customer360.release import gate
from customer360.release.contracts import breaks, contract_of
from customer360.release.publish import write_published
from landing_kit import HEADING, ROWS, Place, csv_bytes, xlsx

RULES = PROJECT / "seeds" / "policy" / "publication_gate.csv"

DOCUMENT = PROJECT / "docs" / "breaks.md"


def holds(message: str, told: str) -> bool:
    """Whether some line of `told` has the parts of the message, divided by …, in their order."""
    for line in map(" ".join, map(str.split, told.splitlines())):
        at = 0
        for part in message.split("…"):
            found = line.find(part.strip(), at)
            if found < 0:
                break
            at = found + len(part.strip())
        else:
            return True
    return False


def test_the_search_for_a_message_finds_its_parts_in_order() -> None:
    assert holds("fail … above 2", "x\nfail orders 5 → 9; above 2")
    assert not holds("above 2 … fail", "fail orders; above 2")


# --- files that cannot be read ----------------------------------------------------------------------------


class FileBreak(NamedTuple):
    """A file, and what landing says of it."""

    name: str
    file: str
    content: bytes
    message: str
    entity: str = "erp/orders"


FILES = [
    FileBreak(
        "a required column is missing",
        "orders.csv",
        csv_bytes([[h for h in HEADING if h != "金额"], *[r[:4] + r[5:] for r in ROWS]]),
        "the required column amount is missing",
    ),
    FileBreak(
        "a required column has another name",
        "orders.csv",
        csv_bytes([["编号X", *HEADING[1:]], *ROWS]),
        "the required column order_no is missing",
    ),
    FileBreak(
        "a workbook is cut off",
        "orders.xlsx",
        xlsx([HEADING, *ROWS])[:-900],
        "the file is damaged or incomplete and cannot be read",
    ),
    FileBreak(
        "a CSV ends in the middle of a row",
        "orders.csv",
        csv_bytes() + b"A005,x",
        "the file ends in the middle of row",
    ),
    FileBreak(
        "a picture goes by the name of a table",
        "orders.csv",
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20,
        "set aside",
    ),
    FileBreak("an empty file", "orders.csv", b"", "the file is empty"),
    FileBreak(
        "an export without rows replaces one with rows",
        "first.csv",
        csv_bytes([HEADING]),
        "the file has no data rows any more, the earlier one of this name had",
    ),
    FileBreak(
        "a table that nobody declared",
        "invoices.csv",
        csv_bytes(),
        "not in the <system>/<entity> folder of a declared entity of the data set",
        "erp/invoices",
    ),
]


@pytest.mark.parametrize("case", FILES, ids=[case.name for case in FILES])
def test_a_file_that_cannot_be_read_stops_the_build(
    case: FileBreak, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`make build` ends where landing does with 1; what had landed stays."""
    place = Place(tmp_path)
    place.put("first.csv", csv_bytes())
    assert place.land() == 0
    before = place.content()
    capsys.readouterr()
    place.put(case.file, case.content, case.entity)
    assert place.land() == 1
    told = capsys.readouterr().out
    assert holds(case.message, told), told
    assert place.content() == before
    assert not any(person in told for row in ROWS for person in row[1:3])


# --- contracts --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", UNANNOUNCED)
def test_a_broken_contract_stops_the_build(name: str) -> None:
    change, what = UNANNOUNCED[name]
    after = copy.deepcopy(BEFORE)
    change(after)
    assert what in "\n".join(map(str, breaks(BEFORE, after, TODAY)))


# --- figures that are not as before -----------------------------------------------------------------------


class FigureBreak(NamedTuple):
    """SQL that breaks a candidate, the rule that notices, and the line that a person reads."""

    name: str
    sql: str
    rule: str
    message: str
    is_quick: bool = False


FIGURES = [
    FigureBreak(
        "amounts arrive in fen instead of yuan",
        "update marts.orders set net_amount = net_amount * 100",
        "order_amounts",
        "fail Median order 订单金额中位数 … (+9900%); allowed -30% to +40%",
        True,
    ),
    FigureBreak(
        "times shift by a time zone of eight hours",
        "update marts.orders set ordered_at = ordered_at + interval 8 hours",
        "order_hours",
        "fail Hours of the day of orders 下单时段分布 … stability index above 0.2",
        True,
    ),
    FigureBreak(
        "a tenth of the orders is lost",
        "delete from marts.orders where hash(order_id) % 10 = 0",
        "orders_rows",
        "fail Orders 订单数 … allowed -2% to +50%",
    ),
    FigureBreak(
        "every order line comes twice",
        "insert into marts.order_items by name select * replace (order_item_id || '#' as order_item_id) from marts.order_items",
        "order_items_rows",
        "fail Order lines 订单行数 … (+100%); allowed -2% to +50%",
    ),
    FigureBreak(
        "the channel of orders is suddenly empty",
        "update marts.orders set channel = null",
        "order_channels",
        "fail Channels of orders 订单渠道分布 … none … → 100% … stability index above 0.2",
    ),
    FigureBreak(
        "one channel's orders are missing",
        "delete from marts.orders where channel = (select mode(channel) from marts.orders)",
        "order_channels",
        "fail Channels of orders 订单渠道分布 … → 0%",
    ),
    FigureBreak(
        "prices lose a digit",
        "update marts.order_items set unit_price = unit_price / 10",
        "line_prices",
        "fail Median price of a line 单价中位数 … (-90%); allowed -30% to +40%",
    ),
    FigureBreak(
        "customers fall apart",
        "insert into marts.customers by name select * replace (customer_id || '#' as customer_id) from marts.customers",
        "customers_rows",
        "fail Customers 客户数 … (+100%); allowed -5% to +50%",
    ),
    FigureBreak(
        "persons are taken for companies",
        "update marts.customers set customer_kind = 'organisation' where hash(customer_id) % 2 = 0",
        "customer_kinds",
        "fail Kinds of customers 客户类型分布 … organisation",
    ),
    FigureBreak(
        "all customers fall into one RFM class",
        "update marts.customer_rfm set rfm_class = 'important_value'",
        "rfm_classes",
        "fail RFM classes RFM 分类分布 … important_value … → 100%",
    ),
    FigureBreak(
        "RFM amounts are of another currency",
        "update marts.customer_rfm set monetary = monetary * 7",
        "rfm_spend",
        "fail Median RFM amount RFM 消费金额中位数 … (+600%)",
    ),
    FigureBreak(
        "value tiers slide down",
        "update marts.customer_months set value_tier = 'low' where value_tier <> 'low'",
        "value_tiers",
        "fail Value tiers 价值等级分布 … low … → 100%",
    ),
    FigureBreak(
        "lifetime values are halved",
        "update marts.customer_clv set lifetime_value = lifetime_value / 2",
        "lifetime_value",
        "fail Median lifetime value 客户终身价值中位数 … (-50%); allowed -40% to +60%",
    ),
    FigureBreak(
        "everybody is about to leave",
        "update marts.customer_churn_risk set p_no_order_90d = 0.99",
        "churn_probability",
        "fail Mean churn probability over 90 days 90 天流失概率均值 … → 0.99",
    ),
    FigureBreak(
        "nobody is warned of any more",
        "update marts.customer_churn_risk set alert_level = null",
        "churn_alerts",
        "fail Churn alert levels 流失预警等级分布 … → 100%",
    ),
    FigureBreak(
        "a third of the tags is lost",
        "delete from marts.customer_tags where hash(customer_id, tag_code) % 3 = 0",
        "customer_tags_rows",
        "fail Tags held by customers 客户标签数 … allowed -20% to +50%",
    ),
    FigureBreak(
        "a family of tags is lost",
        "delete from marts.customer_tags where family = 'behaviour'",
        "tag_families",
        "fail Families of the tags held 标签类别分布 … behaviour",
    ),
    FigureBreak(
        "customers hold half of their tags",
        "update marts.customer_tag_lists set tag_count = tag_count / 2",
        "tags_per_customer",
        "fail Tags per customer 人均标签数 … (-50%)",
    ),
    FigureBreak(
        "a figure is null for everybody",
        "update marts.customer_clv set lifetime_value = null",
        "lifetime_value",
        "fail Median lifetime value 客户终身价值中位数 … → nothing",
    ),
    FigureBreak(
        "a column is not in the copy",
        "alter table marts.customers drop column phone_masked",
        "contract_columns",
        "fail Columns and types as promised 列与类型符合契约 … customers.phone_masked is missing and was promised as varchar",
        True,
    ),
    FigureBreak(
        "a column has another type in the copy",
        "alter table marts.orders alter gross_amount type double",
        "contract_columns",
        "fail Columns and types as promised 列与类型符合契约 … orders.gross_amount is double and was promised as decimal(18,2)",
    ),
    FigureBreak(
        "the copy has a column that nobody was promised",
        "alter table marts.customers add column phone varchar",
        "contract_columns",
        "fail Columns and types as promised 列与类型符合契约 … customers.phone is varchar and was promised to nobody",
    ),
]


@pytest.fixture(scope="module")
def version(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A version that was published from the latest build of the demo."""
    folder = tmp_path_factory.mktemp("breaks") / "first"
    contract = contract_of(manifest("demo"))
    write_published(latest_build("demo"), folder / "published", contract)
    shutil.rmtree(folder / "published" / "parquet")
    return folder


@pytest.mark.parametrize(
    "case",
    [pytest.param(case, id=case.name, marks=() if case.is_quick else pytest.mark.slow) for case in FIGURES],
)
def test_figures_that_are_not_as_before_stop_the_publication(
    case: FigureBreak, version: Path, tmp_path: Path
) -> None:
    candidate = Path(shutil.copytree(version, tmp_path / "next"))
    database = candidate / "published" / "customer360.duckdb"
    with duckdb.connect(str(database)) as connection:
        # keys of the copy would keep some of the breaks from being made
        connection.execute(case.sql)
        table = case.sql.split("marts.")[1].split()[0]
        for rule in gate.read_rules(RULES):
            if rule.table_name == table:
                retake(connection, rule)
    report = gate.audit(candidate, RULES, baseline=version)
    failed = {result["rule"] for result in report["results"] if result["status"] == "fail"}
    assert case.rule in failed
    assert holds(case.message, gate.show(report)), gate.show(report)


def retake(connection: duckdb.DuckDBPyConnection, rule: gate.Rule) -> None:
    """Take the figures of a rule again, as write_published would of a build with the break."""
    from customer360.release.publish import _STATISTICS

    query = _STATISTICS[rule.statistic].format(table=f"marts.{rule.table_name}", x=f"({rule.expression})")
    connection.execute("delete from publication.profile where rule_code = ?", [rule.rule_code])
    connection.execute(
        f"insert into publication.profile select ?, ?, * from ({query})", [rule.rule_code, rule.measured]
    )


# --- rows that a source should not have sent --------------------------------------------------------------


class RowBreak(NamedTuple):
    """SQL over the landed rows of a table, the measure that fails for its scope, and the line that a person reads."""

    name: str
    table: str
    replaced: str
    measure: str
    scope: str


def some(column: str, value: str, share: int) -> str:
    """Replace the column in `share` of 100 rows."""
    return f"case when _source_row % 100 < {share} then {value} else {column} end as {column}"


ROWS_BROKEN = [
    RowBreak(
        "6% of the till's lines have an unreadable amount",
        "pos/receipt_items",
        some("amount", "'ERR'", 7),
        "error_rate",
        "pos.receipt_items",
    ),
    RowBreak(
        "the shop's export has lost the telephone numbers",
        "shop/users",
        "cast(null as varchar) as mobile",
        "fill_drop",
        "shop.phone",
    ),
    RowBreak(
        "a tenth of the ERP's orders is dated next year",
        "erp/orders",
        some("order_date", "'2030-01-05'", 12),
        "error_rate",
        "erp.orders",
    ),
    RowBreak(
        "quantities of the marketplace arrive as words",
        "marketplace/order_items",
        some("quantity", "'two'", 12),
        "error_rate",
        "marketplace.order_items",
    ),
    RowBreak(
        "times of tickets are in another format",
        "service/tickets",
        some("created_at", "'12h ago'", 12),
        "error_rate",
        "service.tickets",
    ),
    RowBreak(
        "keys of the CRM's activities are gone",
        "crm/contacts",
        some("contact_id", "null", 12),
        "error_rate",
        "crm.contacts",
    ),
    RowBreak(
        "e-mail addresses of the newsletter are gone",
        "marketing/profiles",
        "cast(null as varchar) as email",
        "fill_drop",
        "marketing.email",
    ),
]


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, str], dict[str, str]]:
    """What a build told whose sources were all broken after a publication, and what was published before and after."""
    root = small_project(tmp_path_factory.mktemp("rows"))
    whole_build(root)
    warehouse = Warehouse(root / "warehouse" / "demo")
    before = digests(warehouse.folder / "current")
    for case in ROWS_BROKEN:
        for path in sorted((root / "landing" / "demo" / case.table).glob("*.parquet")):
            if path.name != DECLARED:
                about = pq.read_metadata(path).metadata
                content = duckdb.sql(f"select * replace ({case.replaced}) from '{path}'").to_arrow_table()
                with pq.ParquetWriter(path, content.schema) as writer:
                    writer.write_table(content)
                    writer.add_key_value_metadata({b"customer360": about[b"customer360"]})
    with start_build(root) as process:
        told, _ = process.communicate()
    assert process.returncode == 1
    return told, before, digests(warehouse.folder / "current")


@pytest.mark.slow
@pytest.mark.parametrize("case", ROWS_BROKEN, ids=[case.name for case in ROWS_BROKEN])
def test_rows_that_a_source_should_not_have_sent_stop_the_publication(
    case: RowBreak, broken: tuple[str, dict[str, str], dict[str, str]]
) -> None:
    told, before, after = broken
    assert holds(f"fail {case.measure} {case.scope} ".replace(" ", "…"), told), told[-6000:]
    assert holds("a model or test failed; nothing was published. Look into warehouse/demo/build/", told)
    assert before == after


# --- the table for people ---------------------------------------------------------------------------------


def document() -> str:
    """docs/breaks.md."""
    lines = [
        "# What is stopped before publication",
        "",
        "Written from the cases of `tests/python/test_breaks.py`, which makes each of these breaks and reads the message.",
        "`…` stands for figures. Whatever stops a build, what was published before stays as it was, byte for byte.",
        "",
        "| what is broken | who stops it | what a person reads |",
        "|---|---|---|",
    ]
    for case in FILES:
        lines.append(f"| {case.name} | landing | {_cell(case.message)} |")
    for row in ROWS_BROKEN:
        lines.append(f"| {row.name} | scorecard | {_cell(f'fail {row.measure} {row.scope} …')} |")
    for name, (_, what) in UNANNOUNCED.items():
        lines.append(f"| {name} | contract | {_cell(f'customers: {what} …')} |")
    for figure in FIGURES:
        lines.append(f"| {figure.name} | gate | {_cell(figure.message)} |")
    return "\n".join(lines) + "\n"


def _cell(message: str) -> str:
    return "`" + message.replace("|", "\\|") + "`"


def test_the_table_for_people_says_what_is_tested() -> None:
    assert len(FILES) + len(ROWS_BROKEN) + len(UNANNOUNCED) + len(FIGURES) >= 30
    assert DOCUMENT.read_text(encoding="utf-8") == document()


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
