"""What the companies sold, read from their raw files alone: python tests/companies/reader.py.

It knows neither the generator nor the project: it reads the files with csv and zipfile and applies the rules that
README.md states. A document is a sale by its status; revenue is goods net of discounts, without freight and tax, after
refunds.
"""

from __future__ import annotations

import csv
import re
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

HERE = Path(__file__).resolve().parent
Row = dict[str, str]


@dataclass
class Totals:
    """The figures of one system; amounts in the currency of the company."""

    documents: int = 0
    sales: int = 0
    returns: int = 0
    """Documents that take something back: of their own, or mixed with a sale."""
    goods: Decimal = Decimal(0)
    """Goods sold, net of discounts, before refunds."""
    refunds: Decimal = Decimal(0)
    """What of it was paid back."""
    refunded_sales: int = 0
    """Sales with a refund on their own row."""
    freight: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    guests: int = 0
    """Sales to people who can be told apart but have no account."""
    unknown: int = 0
    """Sales that name nobody."""
    gaps: int = 0
    """Documents whose parts do not add up to their own total."""
    statuses: Counter[str] = field(default_factory=Counter)
    """Documents by the words of the file."""
    excluded: Counter[str] = field(default_factory=Counter)
    """Documents that are no sale, by reason."""
    paid_back: Decimal = Decimal(0)
    """Goods of cancelled documents whose money came and went back."""
    by_month: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    """Revenue by the month of the place: of the sale for a refund on its row, of the return for a document."""
    extra: dict[str, Decimal | int] = field(default_factory=dict)

    @property
    def revenue(self) -> Decimal:
        """Goods net of discounts, without freight and tax, after refunds."""
        return self.goods - self.refunds

    def sell(self, month: str, goods: Decimal, back: Decimal = Decimal(0)) -> None:
        """Count goods of a sale and what of them was paid back on its own row."""
        # a refund pays goods back first: what exceeds them was freight and tax
        of_goods = min(back, goods)
        self.goods += goods
        self.refunds += of_goods
        self.refunded_sales += back > 0
        self.by_month[month] += goods - of_goods


def text_rows(path: Path, encoding: str = "utf-8", delimiter: str = ",") -> list[Row]:
    """The rows of a text file by heading."""
    with path.open(encoding=encoding, newline="") as lines:
        return list(csv.DictReader(lines, delimiter=delimiter))


def book_rows(path: Path, dates: Iterable[str] = ()) -> list[Row]:
    """The rows of the first sheet of a workbook by heading; columns of dates in ISO form."""
    spaces = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    with zipfile.ZipFile(path) as book:
        shared = [
            "".join(t.text or "" for t in item.iterfind(".//m:t", spaces))
            for item in ElementTree.fromstring(book.read("xl/sharedStrings.xml")).iterfind("m:si", spaces)
        ]
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    rows: list[Row] = []
    for row in sheet.iterfind(".//m:row", spaces):
        cells: Row = {}
        for cell in row.iterfind("m:c", spaces):
            value = cell.findtext("m:v", "", spaces)
            letters = re.match("[A-Z]+", cell.attrib["r"])
            assert letters
            cells[letters[0]] = shared[int(value)] if cell.get("t") == "s" else value
        rows.append(cells)
    headings, out = rows[0], []
    for cells in rows[1:]:
        named = {heading: cells.get(letters, "") for letters, heading in headings.items()}
        for name in dates:
            if named[name]:
                moment = datetime(1899, 12, 30) + timedelta(days=float(named[name]))
                named[name] = f"{moment:%Y-%m-%d %H:%M:%S}"
        out.append(named)
    return out


def dot(text: str) -> Decimal:
    """A number that German programs wrote: 1.249,00."""
    return Decimal(text.replace(".", "").replace(",", ".") or "0")


def northbean(folder: Path = HERE / "northbean") -> Totals:
    """A Shopify shop: the head of an order stands on its first row only."""
    accounts = {row["Email"].lower() for row in text_rows(folder / "customers_export.csv")}
    orders: dict[str, list[Row]] = defaultdict(list)
    for row in text_rows(folder / "orders_export.csv"):
        orders[row["Name"]].append(row)
    out = Totals(documents=len(orders))
    gift_cards = Decimal(0)
    for rows in orders.values():
        head = rows[0]
        lines = sum(Decimal(r["Lineitem price"]) * int(r["Lineitem quantity"]) for r in rows)
        goods, freight, tax = (Decimal(head[name]) for name in ("Subtotal", "Shipping", "Taxes"))
        out.gaps += lines - Decimal(head["Discount Amount"]) != goods
        out.gaps += goods + freight + tax != Decimal(head["Total"])
        status = head["Financial Status"]
        out.statuses[status] += 1
        reason = (
            "test"
            if head["Payment Method"] == "bogus"
            else "cancelled"
            if head["Cancelled at"]
            else {"voided": "voided", "pending": "unpaid", "expired": "unpaid"}.get(status)
        )
        back = Decimal(head["Refunded Amount"])
        if reason == "cancelled" and back:
            reason, out.paid_back = "cancelled, paid back", out.paid_back + goods
        if reason:
            out.excluded[reason] += 1
            continue
        assert status in ("paid", "partially_refunded", "refunded"), status
        out.sales += 1
        out.freight += freight
        out.tax += tax
        out.sell(head["Created at"][:7], goods, back)
        gift_cards += sum(Decimal(r["Lineitem price"]) for r in rows if "Gift Card" in r["Lineitem name"])
        email = head["Email"].lower()
        out.unknown += not email
        out.guests += bool(email) and email not in accounts
    out.extra = {"gift_cards": gift_cards, "accounts": len(accounts)}
    return out


def qingcha(folder: Path = HERE / "qingcha") -> Totals:
    """A Taobao seller: heads and lines in lists of their own, in pieces; lines at list prices."""

    def plain(text: str) -> str:
        return re.sub('^="(.*)"$', r"\1", text)

    def pieces(name: str) -> list[Row]:
        return [
            {heading.strip(): value for heading, value in row.items()}
            for path in sorted(folder.glob(f"{name}2*.csv"))
            for row in text_rows(path, "gbk")
            if row["订单编号"] != "合计"
        ]

    listed: dict[str, Decimal] = defaultdict(Decimal)
    for row in pieces("ExportOrderDetailList"):
        listed[plain(row["订单编号"])] += Decimal(row["价格"]) * int(row["购买数量"])
    heads = {plain(row["订单编号"]): row for row in pieces("ExportOrderList")}
    assert listed.keys() == heads.keys()
    out = Totals(documents=len(heads))
    discounts, unknown_paid_back = Decimal(0), 0
    for number, head in heads.items():
        goods, freight, total, paid, back = (
            Decimal(head[name])
            for name in ("买家应付货款", "买家应付邮费", "总金额", "买家实际支付金额", "退款金额")
        )
        out.gaps += goods + freight != total
        status = head["订单状态"]
        out.statuses[status] += 1
        reason = {"交易关闭": "cancelled", "等待买家付款": "unpaid"}.get(status)
        if reason == "cancelled" and paid:
            assert back == paid
            reason, out.paid_back = "cancelled, paid back", out.paid_back + goods
        is_nick_hidden, is_phone_hidden = ("*" in head[name] for name in ("买家会员名", "联系手机"))
        if reason:
            out.excluded[reason] += 1
            unknown_paid_back += reason == "cancelled, paid back" and is_nick_hidden and is_phone_hidden
            continue
        assert status in ("交易成功", "卖家已发货，等待买家确认", "买家已付款，等待卖家发货"), status
        out.sales += 1
        out.freight += freight
        discounts += listed[number] - goods
        out.sell(head["订单创建时间"][:7], goods, back)
        out.unknown += is_nick_hidden and is_phone_hidden
        out.guests += is_nick_hidden and not is_phone_hidden
    out.extra = {"discounts": discounts, "unknown_paid_back": unknown_paid_back}
    return out


def lindenladen(folder: Path = HERE / "lindenladen") -> Totals:
    """Tills: each counts its own receipts, a row is a line, a negative line takes back. Amounts without VAT."""

    def reason_of(row: Row) -> str | None:
        if row["Status"] == "storniert":
            return "voided"
        return "test" if row["Belegart"] == "Training" else None

    cards = {row["Kartennr"] for row in text_rows(folder / "kundenkarten.txt", "cp1252", "\t")}
    receipts: dict[tuple[str, str], list[Row]] = defaultdict(list)
    out = Totals()
    for path in sorted(folder.glob("bons_*.csv")):
        net = Decimal(0)
        for row in text_rows(path, "cp1252", ";"):
            if row["Kasse"] == "Gesamtsumme":
                out.gaps += dot(row["Netto"]) != net
                continue
            receipts[row["Kasse"], row["Bonnr"]].append(row)
            net += dot(row["Netto"]) if reason_of(row) is None else 0
    out.documents = len(receipts)
    strangers = 0
    for rows in receipts.values():
        head = rows[0]
        out.statuses[f"{head['Belegart']} {head['Status']}"] += 1
        for row in rows:
            full = dot(row["Menge"]) * dot(row["Einzelpreis"]) - dot(row["Rabatt"])
            out.gaps += abs(full - dot(row["Brutto"])) > Decimal("0.005")
            out.gaps += dot(row["Netto"]) + dot(row["MwSt"]) != dot(row["Brutto"])
        reason = reason_of(head)
        if reason:
            out.excluded[reason] += 1
            continue
        sold = [dot(row["Netto"]) for row in rows if dot(row["Menge"]) > 0]
        back = [-dot(row["Netto"]) for row in rows if dot(row["Menge"]) < 0]
        out.sales += bool(sold)
        out.returns += bool(back)
        out.tax += sum(dot(row["MwSt"]) for row in rows)
        out.goods += sum(sold)
        out.refunds += sum(back)
        day = head["Datum"]
        out.by_month[f"{day[6:]}-{day[3:5]}"] += sum(sold) - sum(back)
        out.unknown += bool(sold) and not head["Kartennr"]
        strangers += bool(sold) and head["Kartennr"] not in cards | {""}
    out.extra = {"cards": len(cards), "sales_with_an_unlisted_card": strangers}
    return out


def teahouse_erp(folder: Path = HERE / "teahouse" / "erp") -> Totals:
    """The ERP: orders and returns are documents of one list, told apart by their type."""
    orders, lines, payments = (
        text_rows(folder / f"{name}.csv", "gb18030") for name in ("XSDD", "XSDDMX", "SKD")
    )
    names = {(row["DMLB"], row["DM"]): row["DMMC"] for row in text_rows(folder / "DMB.csv", "gb18030")}
    goods: dict[str, Decimal] = defaultdict(Decimal)
    out = Totals(documents=len(orders))
    for line in lines:
        goods[line["DDBH"]] += Decimal(line["JE"])
        out.gaps += int(line["SL"]) * Decimal(line["DJ"]) != Decimal(line["JE"])
    for order in orders:
        status = names["DDZT", order["DDZT"]]
        out.statuses[f"{names['DJLX', order['DJLX']]} {status}"] += 1
        off, freight, tax, total = (Decimal(order[name]) for name in ("ZKJE", "YF", "SE", "HJJE"))
        own = goods[order["DDBH"]] - off
        out.gaps += own + freight + tax != total
        reason = {"草稿": "draft", "作废": "voided"}.get(status)
        if reason:
            out.excluded[reason] += 1
            continue
        month = f"{order['DDRQ'][:4]}-{order['DDRQ'][4:6]}"
        if order["DJLX"] == "TH":
            out.returns += 1
            out.refunds += own
            out.by_month[month] -= own
        else:
            out.sales += 1
            out.freight += freight
            out.tax += tax
            out.sell(month, own)
    out.extra = {"payments": len(payments), "paid": sum((Decimal(p["SKJE"]) for p in payments), Decimal(0))}
    return out


def teahouse_pos(folder: Path = HERE / "teahouse" / "pos") -> Totals:
    """The tills: amounts in fen, returns as negative pieces."""
    receipts: dict[str, list[Row]] = defaultdict(list)
    for path in sorted(folder.glob("*.xlsx")):
        for row in book_rows(path, ["时间"]):
            receipts[row["小票"]].append(row)
    out = Totals(documents=len(receipts))
    for rows in receipts.values():
        head = rows[0]
        out.statuses[head["状态"]] += 1
        if head["状态"] == "作废":
            out.excluded["voided"] += 1
            continue
        amounts = [Decimal(row["实收"]) / 100 for row in rows]
        sold, back = sum(a for a in amounts if a > 0), -sum(a for a in amounts if a < 0)
        out.sales += sold > 0
        out.returns += back > 0
        out.goods += sold
        out.refunds += back
        out.by_month[head["时间"][:7]] += sold - back
        out.unknown += sold > 0 and not head["会员卡"]
    return out


def teahouse_webshop(folder: Path = HERE / "teahouse" / "webshop") -> Totals:
    """The web shop: a coupon, freight and a refund on the order; guests have no user number."""
    orders = text_rows(folder / "orders.csv", delimiter="|")
    listed: dict[str, Decimal] = defaultdict(Decimal)
    for row in text_rows(folder / "items.csv", delimiter="|"):
        listed[row["oid"]] += int(row["n"]) * Decimal(row["price"])
    out = Totals(documents=len(orders))
    for order in orders:
        out.statuses[order["st"]] += 1
        goods = listed[order["oid"]] - Decimal(order["coupon"])
        out.gaps += goods + Decimal(order["ship"]) != Decimal(order["total"])
        reason = {"closed": "cancelled", "new": "unpaid"}.get(order["st"])
        if reason:
            out.excluded[reason] += 1
            continue
        out.sales += 1
        out.freight += Decimal(order["ship"])
        out.sell(order["placed"][:7], goods, Decimal(order["refund"]))
        out.guests += not order["uid"]
    return out


def teahouse_people(folder: Path = HERE / "teahouse") -> dict[str, int | Decimal]:
    """Records of people and what they answered and opened."""
    survey = text_rows(folder / "marketing" / "survey.csv", "utf-8-sig", ";")
    sends = text_rows(folder / "marketing" / "sends.csv", "utf-8-sig", ";")
    scores = [int(row["nps"]) for row in survey]
    return {
        "accounts": len(text_rows(folder / "crm" / "accounts.csv", "utf-8-sig")),
        "contacts": len(book_rows(folder / "crm" / "contacts.xlsx")),
        "erp_customers": len(text_rows(folder / "erp" / "KH.csv", "gb18030")),
        "users": len(text_rows(folder / "webshop" / "users.csv", delimiter="|")),
        "members": len(book_rows(folder / "loyalty" / "members.xlsx")),
        "points": sum(int(row["积分"]) for row in text_rows(folder / "loyalty" / "points.csv")),
        "nps_answers": len(scores),
        "promoters": sum(score >= 9 for score in scores),
        "detractors": sum(score <= 6 for score in scores),
        "csat_answers": sum(bool(row["csat"]) for row in survey),
        "sent": len(sends),
        "opened": sum(int(row["opened"]) for row in sends),
        "clicked": sum(int(row["clicked"]) for row in sends),
    }


COMPANIES = {
    "northbean": northbean,
    "qingcha": qingcha,
    "lindenladen": lindenladen,
    "teahouse_erp": teahouse_erp,
    "teahouse_pos": teahouse_pos,
    "teahouse_webshop": teahouse_webshop,
}


if __name__ == "__main__":
    for name, read in COMPANIES.items():
        totals = read()
        print(f"{name}: revenue {totals.revenue}, {totals}\n")
    print("teahouse:", teahouse_people())
