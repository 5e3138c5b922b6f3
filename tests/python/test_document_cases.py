"""What people's files do, and what is right: small files of invented shops, each in a system of its own, from the inbox to
the marts, in one build."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
import xlsxwriter
import yaml

from conftest import copy_project, run_dbt, run_verb
from customer360.core.data_sets import load_data_set
from customer360.core.declarations import DeclarationError
from customer360.core.sources import STATE, load_sources, load_tables
from customer360.landing.writer import write_declared
from customer360.onboarding.systems import check_document_keys, write_systems

# a build of its own; the unit tests of int_orders__totals run each time
pytestmark = pytest.mark.slow

NAME = "cases"
DAY = (dt.date.today() - dt.timedelta(days=30)).isoformat()
NEXT_DAY = (dt.date.today() - dt.timedelta(days=29)).isoformat()

Row = Sequence[object]


@dataclass
class File:
    """One entity of a system: what its columns become (heading → targets), what always holds, and its rows; by sheet
    where there are several."""

    columns: Mapping[str, str]
    rows: Sequence[Row] | Mapping[str, Sequence[Row]]
    constants: Mapping[str, str] = field(default_factory=dict)
    load: str = "replace"

    @property
    def rows_are(self) -> str:
        entities = [targets.split(".")[0] for targets in self.columns.values()]
        return "order_items" if "order_items" in entities else entities[0]

    def declared(self, entity: str) -> dict[str, object]:
        columns = [
            {
                "name": heading.lower().replace(" ", "_"),
                "description": heading,
                "config": {
                    "meta": {"headers": [heading], "maps_to": targets.split()}
                    | ({"pii": "name"} if "customer_id" in targets else {})
                },
            }
            for heading, targets in self.columns.items()
        ]
        meta = {"rows": self.rows_are, "load": self.load, "grain": "row", "constants": dict(self.constants)}
        return {"name": entity, "description": entity, "config": {"meta": meta}, "columns": columns}

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(self.rows, Mapping):
            with xlsxwriter.Workbook(path.with_suffix(".xlsx")) as book:
                for name, rows in self.rows.items():
                    sheet = book.add_worksheet(name)
                    for number, row in enumerate([[*self.columns], *rows]):
                        sheet.write_row(number, 0, [str(value) for value in row])
            return
        text = io.StringIO()
        csv.writer(text).writerows([[*self.columns], *self.rows])
        path.with_suffix(".csv").write_text(text.getvalue(), encoding="utf-8")


NUMBER = "orders.source_order_id order_items.source_order_id"
WIDE = {
    "Name": NUMBER,
    "Created at": "orders.ordered_at",
    "Total": "orders.document_amount",
    "Discount Amount": "orders.order_discount_amount",
    "Shipping": "orders.freight_amount",
    "Taxes": "orders.tax_amount",
    "Lineitem quantity": "order_items.quantity",
    "Lineitem price": "order_items.unit_price",
    "Lineitem sku": "order_items.source_product_id",
}
"""An export of order lines whose first row of each order carries the head."""
SOLD = {"orders.document_kind": "sale", "orders.channel": "web_shop"}

TILL = {
    "Receipt": NUMBER,
    "Date": "orders.ordered_at",
    "Store": "orders.store_code",
    "Card": "orders.source_customer_id",
    "Qty": "order_items.quantity",
    "Price": "order_items.unit_price",
    "SKU": "order_items.source_product_id",
}
IN_STORE = {"orders.document_kind": "sale", "orders.channel": "store"}

TWO_SHOPS = [
    ("1", DAY, "S1", "K1", 1, "60.00", "B"),
    ("1", DAY, "S2", "K2", 1, "35.00", "C"),
    ("2", DAY, "S1", "K1", 2, "20.00", "A"),
    ("2", NEXT_DAY, "S1", "K1", 1, "35.00", "C"),
    ("3", DAY, "S1", "K1", 1, "60.00", "B"),
    ("3", "", "", "", 1, "35.00", "C"),
]
"""Receipt 1 was given out in two stores, 2 on two days; 3 is one receipt whose head stands on its first row."""

ORDERS, WRONG, ARTICLES = 10_000, 279, 40


def _lines(number: int) -> dict[str, Decimal]:
    """Article and price of each line of an order."""
    articles = {number % ARTICLES}
    if number % 3:
        articles.add((number * 7 + number // ARTICLES) % ARTICLES)
    return {f"P{a}": Decimal(8 + 6 * a) + Decimal(a % 10) / 10 for a in sorted(articles)}


SOLD_FOR = {number: sum(_lines(number).values(), Decimal(0)) for number in range(ORDERS)}
IN_CENTS = sorted(SOLD_FOR, key=lambda number: (abs(SOLD_FOR[number] - 25), number))[:WRONG]
"""Orders that the file states in cents: a third more revenue."""
CONFIRMED = IN_CENTS[0]


def scale_rows() -> Iterator[Row]:
    """Ten thousand orders of a line or two."""
    scale = dict.fromkeys(IN_CENTS, 100)
    for number in range(ORDERS):
        total: object = SOLD_FOR[number] * scale.get(number, 1)
        for article, price in _lines(number).items():
            yield (f"W{number}", DAY, total, "", "", "", 1, price * scale.get(number, 1), article)
            total = ""


SYSTEMS: dict[str, dict[str, File]] = {
    # C03: discount 10, freight 5, tax 3
    "case_head": {
        "orders": File(
            WIDE,
            [
                ("#1001", DAY, "133.00", "10.00", "5.00", "3.00", 2, "20.00", "A"),
                ("#1001", DAY, "", "", "", "", 1, "60.00", "B"),
                ("#1001", DAY, "", "", "", "", 1, "35.00", "C"),
                # two lines with odd cents
                ("#1002", DAY, "0.05", "0.01", "0.00", "0.00", 1, "0.03", "A"),
                ("#1002", DAY, "", "", "", "", 1, "0.03", "B"),
                # a line that cannot be read, and a head that cannot
                ("#1003", DAY, "95.00", "0.00", "0.00", "0.00", 1, "60.00", "B"),
                ("#1003", DAY, "", "", "", "", "one", "35.00", "C"),
                ("#1004", "yesterday", "95.00", "0.00", "0.00", "0.00", 1, "60.00", "B"),
                ("#1004", DAY, "", "", "", "", 1, "35.00", "C"),
            ],
            SOLD,
        )
    },
    # prices hold the tax, and the lines the discount
    "case_inside": {
        "orders": File(
            WIDE,
            [
                ("1", DAY, "119.00", "", "0.00", "19.00", 1, "79.00", "A"),
                ("1", DAY, "", "", "", "", 1, "40.00", "B"),
                ("2", DAY, "90.00", "10.00", "0.00", "0.00", 1, "90.00", "A"),
                # as large a discount as freight: read as the order above
                ("3", DAY, "100.00", "5.00", "5.00", "0.00", 1, "100.00", "A"),
            ],
            SOLD,
        )
    },
    # two sheets that repeat each other; a line that comes twice in one sheet is two lines
    "case_sheets": {
        "orders": File(
            WIDE,
            {
                "all": [
                    ("1", DAY, "80.00", "", "", "", 1, "20.00", "A"),
                    ("1", DAY, "", "", "", "", 1, "20.00", "B"),
                    ("1", DAY, "", "", "", "", 1, "20.00", "B"),
                    ("1", DAY, "", "", "", "", 1, "20.00", "C"),
                    ("2", DAY, "20.00", "", "", "", 1, "20.00", "A"),
                ],
                "first half": [
                    ("1", DAY, "80.00", "", "", "", 1, "20.00", "A"),
                    ("1", DAY, "", "", "", "", 1, "20.00", "B"),
                    ("1", DAY, "", "", "", "", 1, "20.00", "B"),
                    ("1", DAY, "", "", "", "", 1, "20.00", "C"),
                ],
            },
            SOLD,
        )
    },
    # lines in a table of their own, and all of them twice
    "case_doubled": {
        "heads": File(
            {"No": "orders.source_order_id", "Date": "orders.ordered_at", "Total": "orders.document_amount"},
            [("1", DAY, "60.00"), ("2", DAY, "35.00")],
            SOLD,
        ),
        "lines": File(
            {
                "No": "order_items.source_order_id",
                "Line": "order_items.source_line_id",
                "SKU": "order_items.source_product_id",
                "Qty": "order_items.quantity",
                "Amount": "order_items.amount",
            },
            [("1", 1, "B", 1, "60.00"), ("1", 2, "B", 1, "60.00"), ("2", 1, "C", 1, "35.00")],
        ),
    },
    "case_till": {"receipts": File(TILL, TWO_SHOPS, IN_STORE)},
    "case_till_keyed": {"receipts": File(TILL, TWO_SHOPS[:4], IN_STORE)},
    # one number, two heads
    "case_heads": {
        "heads": File(
            {
                "No": "orders.source_order_id",
                "Date": "orders.ordered_at",
                "Store": "orders.store_code",
                "Currency": "orders.currency",
            },
            [
                ("1", DAY, "S1", "USD"),
                ("1", DAY, "S2", "USD"),
                ("2", DAY, "S1", "USD"),
                ("3", DAY, "S1", "USD"),
                ("3", DAY, "S1", "EUR"),
            ],
            IN_STORE,
        ),
        "lines": File(
            {
                "No": "order_items.source_order_id",
                "SKU": "order_items.source_product_id",
                "Qty": "order_items.quantity",
                "Amount": "order_items.amount",
            },
            [("1", "B", 1, "60.00"), ("2", "B", 1, "60.00"), ("3", "B", 1, "60.00")],
        ),
    },
    "case_scale": {"orders": File(WIDE, [*scale_rows()], SOLD)},
}
POLICY = {
    "document_keys": "source_system,key_column\ncase_till_keyed,store_code\ncase_till_keyed,ordered_on\n",
    "confirmed_amounts": f"source_system,source_order_id,note\ncase_scale,W{CONFIRMED},seen on paper\n",
}


def declare(project: Path) -> None:
    """The data set of all cases, as somebody would bring it along who writes the mapping by hand."""
    for system, files in SYSTEMS.items():
        folder = project / "models" / "staging" / system
        folder.mkdir()
        tables = [file.declared(entity) for entity, file in files.items()]
        content = {"version": 2, "sources": [{"name": system, "description": system, "tables": tables}]}
        (folder / f"_{system}__sources.yml").write_text(yaml.safe_dump(content, sort_keys=False))
        for entity, file in files.items():
            file.write(project / "inbox" / NAME / system / entity / entity)
    (project / "datasets" / f"{NAME}.yml").write_text(
        yaml.safe_dump(
            {
                "name": NAME, "label_zh": NAME, "label_en": NAME, "currency": "USD", "time_zone": "UTC",
                "country": "CN",
                "policy": NAME, "personal_data": "none", "systems": [*SYSTEMS],
            }
        )
    )  # fmt: skip
    for seed, text in POLICY.items():
        (project / "policies" / NAME).mkdir(exist_ok=True)
        (project / "policies" / NAME / f"{seed}.csv").write_text(text)
    write_systems(project)


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """The cases built as far as the orders, in customer360.duckdb."""
    root = copy_project(tmp_path_factory.mktemp("cases") / "project")
    declare(root)
    check_document_keys(load_data_set(root, NAME, load_sources(root)))
    landed = run_verb(root, "land", "--data", NAME)
    assert landed.returncode == 0, landed.stdout + landed.stderr
    for table in load_tables(root, STATE):
        write_declared(root / "warehouse" / NAME / "state" / table.entity, table)
    built = run_dbt(
        root,
        NAME,
        "build",
        "--select",
        "+orders",
        "+measures_documents",
        "--exclude-resource-type",
        "test",
        "unit_test",
    )
    assert built.returncode == 0, built.stdout[-4000:] + built.stderr
    return root


@pytest.fixture(scope="module")
def built(project) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(project / "customer360.duckdb")) as connection:
        yield connection


def orders(
    built: duckdb.DuckDBPyConnection, system: str, *columns: str
) -> dict[str, tuple[object, ...] | object]:
    """Columns of the mart by the number of the order; net amounts where none are named."""
    found = {}
    for number, *values in built.execute(
        f"select source_order_id, {', '.join(columns) or 'net_amount'} from marts.orders"
        " where source_system = ? order by all",
        [system],
    ).fetchall():
        found[number] = tuple(values) if columns else values[0]
    return found


def lines(built: duckdb.DuckDBPyConnection, system: str, number: str) -> list[Decimal]:
    return [
        amount
        for (amount,) in built.execute(
            "select net_amount from marts.order_items where order_id = ? order by order_item_id",
            [f"{system}:{number}"],
        ).fetchall()
    ]


def refused(built: duckdb.DuckDBPyConnection, base: str) -> dict[int, str]:
    """Row of the file → first reason."""
    return dict(
        built.execute(
            f"select source_row, broken_rules[1] from staging.{base} where len(broken_rules) > 0"
        ).fetchall()
    )


def money(*amounts: str) -> list[Decimal]:
    return [Decimal(amount) for amount in amounts]


def test_c03_a_discount_on_the_order_is_taken_off_its_lines_and_freight_and_tax_stand_apart(built):
    head = [
        "net_amount",
        "document_amount",
        "order_discount_amount",
        "freight_amount",
        "tax_amount",
        "document_gap",
    ]
    found = orders(built, "case_head", *head, "gap_cause")
    assert found["#1001"] == (*money("125", "133", "10", "5", "3", "0"), "none")
    assert lines(built, "case_head", "#1001") == money("37.04", "55.55", "32.41")


def test_odd_cents_of_a_discount_are_allotted_and_none_is_lost(built):
    assert orders(built, "case_head")["#1002"] == Decimal("0.05")
    assert sorted(lines(built, "case_head", "#1002")) == money("0.02", "0.03")


def test_a_line_that_was_lost_is_missed_in_the_total_of_its_order(built):
    found = orders(built, "case_head", "net_amount", "document_gap", "gap_cause")
    assert found["#1003"] == (*money("60", "35"), "lost_line")


def test_a_head_that_cannot_be_read_takes_its_order_along(built):
    assert "#1004" not in orders(built, "case_head")
    reasons = refused(built, "base_case_head__orders")
    assert reasons == {8: "invalid_quantity", 9: "invalid_order_time", 10: "order_quarantined"}


def test_tax_inside_the_prices_is_taken_out_of_them(built):
    found = orders(built, "case_inside", "net_amount", "tax_amount", "gap_cause")
    assert found["1"] == (*money("100", "19"), "none")
    assert lines(built, "case_inside", "1") == money("66.39", "33.61")


def test_a_discount_that_the_lines_hold_already_is_not_taken_off_again(built):
    found = orders(built, "case_inside", "net_amount", "order_discount_amount", "gap_cause")
    assert found["2"] == (*money("90", "10"), "none")
    assert found["3"] == (*money("100", "5"), "none")


def test_sheets_that_repeat_each_other_count_once(built):
    assert orders(built, "case_sheets", "net_amount", "gap_cause") == {
        "1": (Decimal(80), "none"),
        "2": (Decimal(20), "none"),
    }
    assert set(refused(built, "base_case_sheets__orders").values()) == {"repeated_row"}


def test_lines_that_come_twice_are_told_by_the_total(built):
    found = orders(built, "case_doubled", "net_amount", "document_gap", "gap_cause")
    assert found == {"1": (*money("120", "-60"), "doubled_lines"), "2": (*money("35", "0"), "none")}
    measured = built.execute(
        "select numerator, denominator from quality.measures_documents"
        " where measure = 'document_gap' and source_system = 'case_doubled'"
    ).fetchall()
    assert measured == [(1, 2)]


def test_a_number_of_two_stores_or_two_days_is_no_document(built):
    assert orders(built, "case_till") == {"3": Decimal(95)}
    assert refused(built, "base_case_till__receipts") == dict.fromkeys((2, 3, 4, 5), "ambiguous_document")


def test_policy_tells_documents_of_one_number_apart(built):
    assert orders(built, "case_till_keyed") == {
        f"1/S1/{DAY}": Decimal(60),
        f"1/S2/{DAY}": Decimal(35),
        f"2/S1/{DAY}": Decimal(40),
        f"2/S1/{NEXT_DAY}": Decimal(35),
    }
    assert refused(built, "base_case_till_keyed__receipts") == {}


def test_two_heads_of_one_number_take_its_lines_along(built):
    assert orders(built, "case_heads") == {"2": Decimal(60)}
    assert refused(built, "base_case_heads__heads") == {
        2: "ambiguous_document", 3: "ambiguous_document", 5: "order_quarantined", 6: "foreign_currency",
    }  # fmt: skip
    assert refused(built, "base_case_heads__lines") == {2: "order_quarantined", 4: "order_quarantined"}


def test_a_key_that_no_table_could_use_is_named_before_a_build(project):
    file = project / "policies" / NAME / "document_keys.csv"
    data_set = load_data_set(project, NAME, load_sources(project))
    file.write_text("source_system,key_column\nelsewhere,store_code\ncase_heads,store_code\n")
    try:
        with pytest.raises(DeclarationError, match=r"document_keys\.csv.*row 3, key_column.*case_heads"):
            check_document_keys(data_set)
    finally:
        file.write_text(POLICY["document_keys"])


RIGHT = sum(SOLD_FOR.values(), Decimal(0))


def revenue(built: duckdb.DuckDBPyConnection) -> Decimal:
    ((found,),) = built.execute(
        "select sum(amount) from intermediate.int_orders__lines where order_id like 'case_scale:%'"
    ).fetchall()
    return found


def test_amounts_in_cents_are_held_out_of_revenue_until_somebody_confirms_them(built):
    delivered = sum(Decimal(row[7]) for row in SYSTEMS["case_scale"]["orders"].rows)
    assert Decimal("1.3") < delivered / RIGHT < Decimal("1.4")
    held = set(IN_CENTS) - {CONFIRMED}
    assert revenue(built) == RIGHT - sum(SOLD_FOR[n] for n in held) + SOLD_FOR[CONFIRMED] * 99
    measured = built.execute(
        "select numerator, denominator from quality.measures_documents"
        " where measure = 'amount_scale_suspect' and source_system = 'case_scale'"
    ).fetchall()
    assert measured == [(WRONG - 1, ORDERS)]


def test_amounts_in_cents_are_mended_where_policy_says_so(project, built):
    built.execute("update policy.amount_scale_policy set action = 'mend'")
    compiled = project / "target" / NAME / "compiled" / "customer360" / "models" / "intermediate" / "orders"
    for model in ("scales", "line_changes", "judged", "documents", "stated_lines", "lines"):
        sql = (compiled / f"int_orders__{model}.sql").read_text(encoding="utf-8")
        built.execute(f"create or replace table intermediate.int_orders__{model} as {sql}")
    assert revenue(built) == RIGHT + SOLD_FOR[CONFIRMED] * 99
