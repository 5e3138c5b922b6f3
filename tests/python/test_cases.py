"""What people's files do, and what is right: one test for each case, at the value that is right, and variants of it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from cases_kit import case_file, deliver, make_company, stage
from conftest import PROJECT
from customer360.core.policy import BASE
from customer360.landing.totals import TotalWords
from customer360.onboarding.mapping import load_contracts
from customer360.onboarding.new_data import look_into, propose
from landing_kit import SOURCES, Place, xlsx

TILL = """
      - name: receipts
        description: One row per receipt line.
        config:
          meta:
            grain: receipt line
            load: {load}
            rows: order_items
            constants: {{orders.channel: store, orders.document_kind: sale}}
        columns:
          - name: receipt_no
            config: {{meta: {{headers: [Receipt no], maps_to: [orders.source_order_id, order_items.source_order_id]}}}}
          - {{name: store, config: {{meta: {{maps_to: orders.store_code}}}}}}
          - {{name: date, config: {{meta: {{maps_to: orders.ordered_at}}}}}}
          - {{name: member_id, config: {{meta: {{headers: [Member id], maps_to: none}}}}}}
          - {{name: sku, config: {{meta: {{maps_to: [order_items.source_product_id, products.source_product_id]}}}}}}
          - {{name: item, config: {{meta: {{maps_to: products.product_name}}}}}}
          - {{name: qty, config: {{meta: {{maps_to: order_items.quantity}}}}}}
          - {{name: price, config: {{meta: {{maps_to: order_items.unit_price}}}}}}
"""
TILL_HEADING = ["Receipt no", "Store", "Date", "Member id", "SKU", "Item", "Qty", "Price"]

RUG = ["S1", "2026-09-05", "M4", "SKU-D", "Rug", "1", "110"]


def till_rows(receipts: dict[str, str]) -> list[list[str]]:
    """Receipt → its lines, as article:quantity:price."""
    return [TILL_HEADING] + [
        [number, "S1", "2026-09-05", "M4", f"SKU-{article}", f"Item {article}", quantity, price]
        for number, lines in receipts.items()
        for article, quantity, price in (line.split(":") for line in lines.split())
    ]


def till_csv(**receipts: str) -> bytes:
    return "".join(",".join(row) + "\n" for row in till_rows(receipts)).encode()


@pytest.mark.slow
def test_c14_a_document_cut_over_files_of_one_delivery_is_whole(tmp_path: Path) -> None:
    sources = {
        "till_parts": TILL.format(load="replace"),
        "till_added": TILL.format(load="append"),
        "till_mixed": TILL.format(load="replace"),
        "till_more": TILL.format(load="replace"),
    }
    project = make_company(tmp_path, sources, "USD")
    part_1, part_2 = case_file("C14", "part1.csv"), case_file("C14", "part2.csv")
    workbook = xlsx([TILL_HEADING, *([number, *RUG] for number in ("R900", "R901"))])
    deliver(
        project,
        {
            "till_parts/receipts/part1.csv": part_1,
            "till_parts/receipts/part2.csv": part_2,
            "till_added/receipts/part1.csv": part_1,
            "till_added/receipts/part2.csv": part_2,
            "till_mixed/receipts/part1.csv": part_1,
            "till_mixed/receipts/part2.csv": part_2,
            "till_mixed/receipts/till part 2 (2026).xlsx": workbook,
            "till_more/receipts/1.csv": till_csv(
                CUT="A:1:20 B:1:60",
                TWICE="A:1:10 A:1:10",
                STATED="A:2:5",
                SHORTER="A:1:20 B:1:60",
                LATE="A:1:1 B:1:2",
            ),
            "till_more/receipts/2.csv": till_csv(CUT="D:1:110 E:1:3", TWICE="A:1:10 A:1:10", STATED="A:1:5"),
            "till_more/receipts/sheets.xlsx": xlsx(
                till_rows({"SHEETS": "A:1:7 B:1:8", "HALVES": "A:1:7"}),
                till_rows({"SHEETS": "A:1:7 B:1:8", "HALVES": "B:1:8 C:1:9"}),
            ),
        },
    )
    # another day: a part corrected under its own name, a document stated anew without one of its lines, and a later part
    deliver(
        project,
        {
            "till_more/receipts/2.csv": till_csv(CUT="D:1:100 E:1:3", TWICE="A:1:10 A:1:10", STATED="A:1:5"),
            "till_more/receipts/3.csv": till_csv(SHORTER="A:1:20", LATE="C:1:3"),
        },
    )
    with stage(project, sources) as connection:

        def receipts(system: str) -> dict[str, Decimal]:
            lines = connection.execute(
                f"select source_order_id, source_line_id, amount from staging.stg_{system}__receipts"
            ).fetchall()
            assert len({line[:2] for line in lines}) == len(lines)
            orders = connection.execute(
                f"select source_order_id from staging.stg_{system}__receipts_orders order by 1"
            ).fetchall()
            assert [number for (number,) in orders] == sorted({number for number, *_ in lines})
            return {number: sum(amount for one, _, amount in lines if one == number) for (number,) in orders}

        def broken(system: str) -> list[tuple[str, str, int]]:
            return connection.execute(
                f"""
                select order_items__source_order_id, broken_rules[1], count(*) from staging.base_{system}__receipts
                where len(broken_rules) > 0 group by all order by all
                """
            ).fetchall()

        assert receipts("till_parts") == receipts("till_added") == {"R900": 190}
        assert broken("till_parts") == broken("till_added") == []
        assert receipts("till_mixed") == {"R900": 190, "R901": 110}
        assert broken("till_mixed") == [("R900", "repeated_row", 1)]
        assert receipts("till_more") == {
            "CUT": 183,
            "HALVES": 24,
            "LATE": 6,
            "SHEETS": 15,
            "SHORTER": 20,
            "STATED": 5,
            "TWICE": 20,
        }
        assert broken("till_more") == [
            ("SHEETS", "repeated_row", 2),
            ("SHORTER", "conflicting_row", 2),
            ("STATED", "conflicting_row", 1),
            ("TWICE", "conflicting_row", 2),
        ]


def test_c17_protected_numbers_are_unwrapped(tmp_path: Path) -> None:
    place = Place(tmp_path, sources=SOURCES.replace("下单日期", "下单时间"))
    name = "ExportOrderList20240302.csv"
    place.put(name, case_file("C17", name).decode().encode("gb18030"))
    place.put("more.csv", "订单号,电话,下单时间,金额\n'A003,`13705552211,2024-03-03,='5'\n".encode())
    assert place.land() == 0
    assert place.rows(["order_no", "phone", "amount"]) == [
        ("A001", "13916630127", "120.50"),
        ("A002", "13705552211", "88"),
        ("A003", "13705552211", "5"),
    ]


def proposed(tmp_path: Path, content: bytes) -> tuple[object, dict[str, object]]:
    """The decimal mark that new-data proposes for a file, and those of its columns, by their headings."""
    file = tmp_path / "file.csv"
    file.write_bytes(content)
    proposal = propose(
        "shop", "sales", look_into(file, TotalWords.of(PROJECT, BASE)), load_contracts(PROJECT)
    )
    own = {c["description"]: c["meta"]["decimal"] for c in proposal.columns if "decimal" in c["meta"]}
    return proposal.formats.get("decimal"), own


def test_c25_whole_amounts_prove_no_decimal_comma(tmp_path: Path) -> None:
    assert proposed(tmp_path, case_file("C25", "orders.csv")) == (None, {})


@pytest.mark.parametrize(
    ("prices", "amounts", "sizes", "of_table", "own"),
    [
        # proof of a comma in one column
        ("7,90", "5", "M", "comma", {}),
        ("1.249,00 €", "1.280", "30", "comma", {}),
        ("1.280.000", "5", "M", "comma", {}),
        ("7,90", "1,280", "M", "comma", {"Amount": "todo"}),
        ("7,90", "12.60", "M", None, {"Price": "comma"}),
        ("7,90 7.90", "5", "M", None, {"Price": "todo"}),
        # of a point, or of none
        ("7.90", "1,280", "M", None, {}),
        ("7.90", "1.280", "M", None, {}),
        ("$1,280,000", "1,280", "M", None, {}),
        ("1,280", "12,600 980", "M", None, {}),
        ("1.280", "12.600 980", "M", None, {"Price": "todo", "Amount": "todo"}),
        ("0.280", "12.600 980", "M", None, {}),
        # what is no number of the contract proves nothing for the others
        ("5", "1,280", "30,5", None, {"Size": "comma"}),
        ("5", "1,280", "30,5 M", None, {}),
        ("7,90", "5", "30.5", "comma", {"Size": "point"}),
    ],
)
def test_a_decimal_comma_is_proposed_by_proof_and_by_column(
    tmp_path: Path, prices: str, amounts: str, sizes: str, of_table: str | None, own: dict[str, str]
) -> None:
    columns = [text.split(" ") if "€" not in text else [text] for text in (prices, amounts, sizes)]
    rows = [[column[min(n, len(column) - 1)] for column in columns] for n in range(2)]
    lines = ["Order No,Order Date,SKU,Product,Price,Amount,Size"]
    lines += [
        f'J{n},2026-05-01,T-1,"Tray 30,5 cm","{price}","{amount}","{size}"'
        for n, (price, amount, size) in enumerate(rows)
    ]
    assert proposed(tmp_path, "\n".join(lines).encode()) == (of_table, own)


def test_c57_html_escapes_are_the_characters_that_they_name(tmp_path: Path) -> None:
    place = Place(tmp_path, sources=SOURCES.replace("下单日期", "下单时间"))
    place.put("ent.csv", case_file("C57", "ent.csv"))
    assert place.land() == 0
    assert place.rows(["order_no", "customer", "amount"]) == [("A001", "O'Brien & Co", "5")]


def test_c59_a_line_break_inside_a_heading_is_found(tmp_path: Path) -> None:
    place = Place(tmp_path, sources=SOURCES.replace("下单日期", "下单时间").replace("[金额", "[金额(元)"))
    place.put("hdr.csv", case_file("C59", "hdr.csv"))
    assert place.land() == 0
    assert place.rows(["order_no", "ordered_on", "amount", "_source_row"]) == [
        ("A001", "2024-03-01 10:00:00", "120.50", 3),
        ("A002", "2024-03-02 09:00:00", "88", 4),
    ]


def test_c60_a_row_of_gesamtsumme_is_a_total(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.put("de.csv", case_file("C60", "de.csv"))
    assert place.land() == 0
    assert place.rows(["order_no", "_row_kind"]) == [
        ("A001", "data"),
        ("A002", "data"),
        ("Gesamtsumme", "total"),
    ]
