"""Write the raw files of four invented companies: python tests/companies/make.py [folder].

The files look as the programs of such companies export them, quirks included (README.md). Who and what is in them is
invented. Every run writes the same bytes.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import xlsxwriter

HERE = Path(__file__).resolve().parent
CENT = Decimal("0.01")
T = TypeVar("T")


class Dice:
    """Random choices that are the same in every version of Python: all come from random(), which is promised to be."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed).random

    def below(self, bound: int) -> int:
        """A number from 0 to bound - 1."""
        return int(self.random() * bound)

    def between(self, low: int, high: int) -> int:
        """A number from low to high, both included."""
        return low + self.below(high - low + 1)

    def pick(self, items: Sequence[T]) -> T:
        """One of the items."""
        return items[self.below(len(items))]

    def chance(self, share: float) -> bool:
        """True in the given share of cases."""
        return self.random() < share

    def shuffled(self, items: Iterable[T]) -> list[T]:
        """The items in another order."""
        return [item for _, _, item in sorted((self.random(), n, item) for n, item in enumerate(items))]

    def loyal(self, people: Sequence[T]) -> T:
        """One of the people; the first ones come far more often than the last ones."""
        return people[int(len(people) * self.random() ** 2.2)]

    def moments(self, first: dt.date, last: dt.date, count: int, hours: tuple[int, int]) -> list[dt.datetime]:
        """Moments of opening hours between two days, in their order."""
        days = (last - first).days + 1
        return sorted(
            dt.datetime.combine(first + dt.timedelta(days=self.below(days)), dt.time())
            + dt.timedelta(hours=self.between(*hours), minutes=self.below(60), seconds=self.below(60))
            for _ in range(count)
        )


def words(text: str, sign: str | None = None) -> list[str]:
    """The parts of a text between signs, or between blanks."""
    return text.split(sign)


def cents(amount: Decimal | float) -> Decimal:
    """Rounded to the cent, half up."""
    return Decimal(amount).quantize(CENT, ROUND_HALF_UP)


def comma(amount: Decimal, places: int = 2) -> str:
    """As German programs write it: 1.249,00."""
    return f"{amount:,.{places}f}".translate(str.maketrans(",.", ".,"))


def write_text(
    path: Path,
    rows: list[list[Any]],
    encoding: str = "utf-8",
    delimiter: str = ",",
    end: str = "\n",
    quote: int = 0,
) -> None:
    """Write rows as text with the given delimiter."""
    held = io.StringIO()
    csv.writer(held, delimiter=delimiter, lineterminator=end, quoting=quote).writerows(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(held.getvalue().encode(encoding))


def write_book(path: Path, sheet: str, rows: list[list[Any]], dates: tuple[str, ...] = ()) -> None:
    """Write rows as a workbook; columns named in `dates` hold real dates."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"created": dt.datetime(2026, 11, 1)})
        page = book.add_worksheet(sheet)
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        at = {rows[0].index(name) for name in dates}
        for y, row in enumerate(rows):
            for x, value in enumerate(row):
                if y and x in at and value:
                    page.write_datetime(y, x, value, moment)
                elif isinstance(value, int | float | Decimal):
                    page.write_number(y, x, float(value))
                elif value not in ("", None):
                    page.write_string(y, x, str(value))


# --- northbean: a coffee roaster in the United States with a Shopify shop

ORDERS_EXPORT = words(
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,"
    "Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,"
    "Lineitem price,Lineitem compare at price,Lineitem sku,Lineitem requires shipping,Lineitem taxable,"
    "Lineitem fulfillment status,Billing Name,Billing Street,Billing Address1,Billing Address2,Billing Company,"
    "Billing City,Billing Zip,Billing Province,Billing Country,Billing Phone,Shipping Name,Shipping Street,"
    "Shipping Address1,Shipping Address2,Shipping Company,Shipping City,Shipping Zip,Shipping Province,"
    "Shipping Country,Shipping Phone,Notes,Note Attributes,Cancelled at,Payment Method,Payment Reference,"
    "Refunded Amount,Vendor,Outstanding Balance,Employee,Location,Device ID,Id,Tags,Risk Level,Source,"
    "Lineitem discount,Tax 1 Name,Tax 1 Value,Tax 2 Name,Tax 2 Value,Tax 3 Name,Tax 3 Value,Tax 4 Name,Tax 4 Value,"
    "Tax 5 Name,Tax 5 Value,Phone,Receipt Number,Duties,Billing Province Name,Shipping Province Name,Payment ID,"
    "Payment Terms Name,Next Payment Due At,Payment References",
    ",",
)
CUSTOMERS_EXPORT = words(
    "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,Default Address Address1,"
    "Default Address Address2,Default Address City,Default Address Province Code,Default Address Country Code,"
    "Default Address Zip,Default Address Phone,Phone,Accepts SMS Marketing,Total Spent,Total Orders,Note,Tax Exempt,Tags",
    ",",
)
US_FIRST = words(
    "Abel Ada Beatrix Calvin Clara Delia Desmond Edith Elmer Fern Felix Greta Gilbert Hazel Hugo Ida Irving June Jasper "
    "Kit Lorna Leon Mabel Milo Nell Otis Opal Percy Pearl Quinn Rhoda Rufus Selma Silas Thea Tobias Una Vera Wade Willa",
)
US_LAST = words(
    "Ashcombe Birchall Coldwell Dunmore Ellerby Farrow Gladwin Hollis Ivers Jessop Kettering Lockhart Marden Norcross "
    "Oakes Penrose Quimby Radley Sedgwick Thornbury Underhill Varley Wexford Yardley",
)
US_PLACES = (
    ("Portland", "ME", "Maine", "'04101", "207", "0.055"),
    ("Burlington", "VT", "Vermont", "'05401", "802", "0.06"),
    ("Boston", "MA", "Massachusetts", "'02116", "617", "0.0625"),
    ("Albany", "NY", "New York", "12207", "518", "0.08"),
    ("Pittsburgh", "PA", "Pennsylvania", "15222", "412", "0.07"),
    ("Manchester", "NH", "New Hampshire", "'03101", "603", "0"),
)
# name, sku, price, price before a reduction, needs shipping, taxable
COFFEES: tuple[tuple[str, str, str, str, bool, bool], ...] = (
    ("Hemlock House Blend - 12 oz / Whole Bean", "NB-HEM-12W", "17.50", "", True, False),
    ("Hemlock House Blend - 12 oz / Ground", "NB-HEM-12G", "17.50", "", True, False),
    ("Hemlock House Blend - 5 lb / Whole Bean", "NB-HEM-5LB", "89.00", "95.00", True, False),
    ("Guji Natural - 12 oz / Whole Bean", "NB-GUJ-12W", "21.00", "", True, False),
    ("Huila Washed, Lot 7 - 12 oz / Whole Bean", "NB-HUI-12W", "19.25", "", True, False),
    ("Night Shift Decaf - 12 oz / Whole Bean", "NB-DEC-12W", "18.00", "", True, False),
    ("Roaster's Choice Subscription", "NB-SUB", "16.20", "18.00", True, False),
    ("Pour-Over Dripper - White", "NB-DRIP-W", "28.00", "", True, True),
    ("Gooseneck Kettle 0.9 L", "NB-KETTLE", "119.00", "139.00", True, True),
    ('Paper Filters, 6" (100 ct)', "NB-FILT", "9.50", "", True, True),
    ("Diner Mug", "NB-MUG", "15.00", "", True, True),
)
GIFT_CARD = ("Northbean Gift Card - $50.00", "", "50.00", "", False, False)
CATERING = ("Catering: coffee for 40, delivered", "", "310.00", "", False, False)
NEW_YORK = ZoneInfo("America/New_York")


def shop_time(moment: dt.datetime) -> str:
    """As American shops export a time: a blank before the offset of that day."""
    return f"{moment.replace(tzinfo=NEW_YORK):%Y-%m-%d %H:%M:%S %z}"


def northbean(folder: Path) -> None:
    """Orders (a row per line item, head on the first) and customers as Shopify exports them."""
    dice = Dice(1)
    people = []
    for n in range(190):
        first, last = US_FIRST[n % 40], US_LAST[(n * 7 + n // 40) % 24]
        city, code, province, post, area, rate = US_PLACES[dice.below(6)]
        people.append(
            {
                "first": first,
                "last": last,
                "email": f"{first}.{last}{n if n % 3 == 0 else ''}@hemlockmail.com".lower(),
                "phone": f"'+1{area}5550{100 + n % 100:03}" if dice.chance(0.8) else "",
                "street": f"{dice.between(2, 480)} {dice.pick(('Ash', 'Birch', 'Cedar', 'Fir', 'Oak', 'Pine'))} St",
                "place": (city, code, province, post),
                "rate": Decimal(rate),
                "news": "yes" if dice.chance(0.4) else "no",
                "id": 7_039_478_530_000 + n * 337,
            }
        )
    with_account, guests = people[:160], people[160:]
    kinds = (
        ["paid"] * 224
        + ["partially_refunded"] * 15
        + ["refunded"] * 10
        + ["voided"] * 8
        + ["pending"] * 10
        + ["expired"] * 2
        + ["cancelled_refunded"] * 6
        + ["cancelled_voided"] * 5
        + ["test"] * 6
        + ["draft_paid"] * 5
        + ["draft_pending"] * 4
        + ["till"] * 7
    )
    kinds = dice.shuffled(kinds)
    moments = dice.moments(dt.date(2025, 9, 1), dt.date(2026, 10, 30), len(kinds), (6, 22))
    # late on the last evening of a month: it is the next month in Greenwich
    for n in (40, 120, 210):
        moments[n] = moments[n].replace(day=1, hour=23, minute=40) - dt.timedelta(days=1)
    # an hour that the clocks of that night show twice
    moments[60] = dt.datetime(2025, 11, 2, 1, 30)
    moments.sort()
    rows: list[list[str]] = []
    spent: dict[str, Decimal] = defaultdict(Decimal)
    bought: dict[str, int] = defaultdict(int)
    for n, (kind, moment) in enumerate(zip(kinds, moments, strict=True)):
        person = (
            None if kind == "till" else dice.pick(guests) if dice.chance(0.13) else dice.loyal(with_account)
        )
        items = [(dice.pick(COFFEES[:7] if dice.chance(0.75) else COFFEES), dice.pick((1, 1, 1, 2, 2, 3)))]
        while dice.chance(0.38) and len(items) < 5:
            item = dice.pick(COFFEES)
            if item[1] not in {other[0][1] for other in items}:
                items.append((item, dice.pick((1, 1, 2))))
        if n % 37 == 5:
            items.append((GIFT_CARD, 1))
        if kind.startswith("draft"):
            items.append((CATERING, 1))
        if kind == "test":
            items = [(COFFEES[8], dice.between(5, 9))]
        listed = [Decimal(item[2]) * pieces for item, pieces in items]
        # a reduced line: its discount is part of the order's
        line_off = [cents(a * Decimal("0.20")) if dice.chance(0.06) else Decimal("0.00") for a in listed]
        code, off = "", Decimal("0.00")
        if person and kind in ("paid", "partially_refunded", "voided") and dice.chance(0.18):
            code = dice.pick(("WELCOME10", "FALL15", "THANKYOU5"))
            left = sum(listed) - sum(line_off)
            off = Decimal("5.00") if code == "THANKYOU5" else cents(left * Decimal(code[-2:]) / 100)
        subtotal = sum(listed) - sum(line_off) - off
        taxed = sum(a - b for a, b, (item, _) in zip(listed, line_off, items, strict=True) if item[5])
        share = subtotal / (subtotal + off)
        tax = cents(taxed * share * (person["rate"] if person else Decimal("0.055")))
        ships = person is not None and any(item[4] for item, _ in items)
        freight = Decimal("0.00") if not ships or subtotal >= 60 else Decimal("6.95")
        total = subtotal + freight + tax
        status = {
            "draft_paid": "paid",
            "draft_pending": "pending",
            "test": "paid",
            "till": "paid",
            "cancelled_refunded": "refunded",
            "cancelled_voided": "voided",
        }.get(kind, kind)
        if status == "refunded":
            back = total
        elif status == "partially_refunded":
            # money for a gesture, or one piece with its tax
            item = items[0][0]
            piece = (listed[0] - line_off[0]) / items[0][1] * share
            one = cents(piece * (1 + (person["rate"] if item[5] else 0)))
            back = Decimal("4.00") if n % 3 == 0 or one >= subtotal else one
        else:
            back = Decimal("0.00")
        paid = (
            shop_time(moment + dt.timedelta(seconds=4))
            if status not in ("pending", "voided", "expired")
            else ""
        )
        gone = shop_time(moment + dt.timedelta(hours=5)) if kind.startswith("cancelled") else ""
        sent = status in ("paid", "partially_refunded", "refunded") and not gone
        email = person["email"] if person else ""
        if n % 9 == 4:
            email = email.title() if n % 2 else email.upper()
        source = "shopify_draft_order" if kind.startswith("draft") else "pos" if kind == "till" else "web"
        method = {"test": "bogus", "till": "Cash", "draft_pending": "", "draft_paid": "manual"}.get(
            kind, "Shopify Payments"
        )
        head = {
            "Financial Status": status,
            "Paid at": paid,
            "Fulfillment Status": "fulfilled" if sent else "unfulfilled",
            "Fulfilled at": shop_time(moment + dt.timedelta(days=1)) if sent else "",
            "Accepts Marketing": person["news"] if person else "no",
            "Currency": "USD",
            "Subtotal": f"{subtotal:.2f}",
            "Shipping": f"{freight:.2f}",
            "Taxes": f"{tax:.2f}",
            "Total": f"{total:.2f}",
            "Discount Code": code,
            "Discount Amount": f"{sum(line_off) + off:.2f}",
            "Shipping Method": "Economy" if ships else "",
            "Cancelled at": gone,
            "Payment Method": method,
            "Payment Reference": f"c{40_000_000 + n * 7919}.1" if method == "Shopify Payments" else "",
            "Refunded Amount": f"{back:.2f}",
            "Outstanding Balance": f"{total if status in ('pending', 'expired') else 0:.2f}",
            "Employee": "Northbean Roastery" if source != "web" else "",
            "Location": "Portland Roastery" if source == "pos" else "",
            "Id": str(6_100_000_000_000 + n * 4_801),
            "Risk Level": "Low",
            "Source": source,
            "Notes": "Please grind it coarse, thanks" if n % 41 == 3 else "",
            "Tax 1 Name": f"{person['place'][2]} State Tax {person['rate'] * 100:.2f}%"
            if person and tax
            else "",
            "Tax 1 Value": f"{tax:.2f}" if tax else "",
        }
        if person:
            city, state, province, post = person["place"]
            for side in ("Billing", "Shipping"):
                head |= {
                    f"{side} Name": f"{person['first']} {person['last']}",
                    f"{side} Street": person["street"],
                    f"{side} Address1": person["street"],
                    f"{side} City": city,
                    f"{side} Zip": post,
                    f"{side} Province": state,
                    f"{side} Country": "US",
                    f"{side} Phone": person["phone"],
                    f"{side} Province Name": province,
                }
        for at, ((item, pieces), less) in enumerate(zip(items, line_off, strict=True)):
            line = {
                "Name": f"#{1001 + n}",
                "Email": email,
                "Created at": shop_time(moment),
                "Lineitem quantity": str(pieces),
                "Lineitem name": item[0],
                "Lineitem price": item[2],
                "Lineitem compare at price": item[3],
                "Lineitem sku": item[1],
                "Lineitem requires shipping": str(item[4]).lower(),
                "Lineitem taxable": str(item[5]).lower(),
                "Lineitem fulfillment status": "fulfilled" if sent else "pending",
                "Vendor": "Northbean",
                "Lineitem discount": f"{less:.2f}",
            }
            row = line | head if at == 0 else line
            rows.append([row.get(heading, "") for heading in ORDERS_EXPORT])
        if person and status in ("paid", "partially_refunded") and kind != "test" and not gone:
            spent[person["email"]] += total - back
            bought[person["email"]] += 1
    # the newest order comes first
    by_order: dict[str, list[list[str]]] = defaultdict(list)
    for row in rows:
        by_order[row[0]].append(row)
    newest_first = [row for name in reversed(by_order) for row in by_order[name]]
    write_text(folder / "orders_export.csv", [ORDERS_EXPORT, *newest_first])
    customers = [CUSTOMERS_EXPORT]
    for n, person in enumerate(with_account):
        city, state, _, post = person["place"]
        customers.append(
            [
                f"'{person['id']}",
                person["first"],
                person["last"],
                person["email"],
                person["news"],
                "Hollis & Daughters LLC" if n == 17 else "",
                person["street"],
                "",
                city,
                state,
                "US",
                post,
                person["phone"],
                person["phone"] if n % 4 == 0 else "",
                "no",
                f"{spent[person['email']]:.2f}",
                str(bought[person["email"]]),
                "",
                "no",
                "wholesale" if n % 50 == 17 else "",
            ]
        )
    write_text(folder / "customers_export.csv", customers)


# --- qingcha: a tea seller on Taobao

ORDER_LIST = words(
    "订单编号,买家会员名,买家支付宝账号,买家应付货款,买家应付邮费,买家支付积分,总金额,返点积分,买家实际支付金额,"
    "买家实际支付积分,订单状态,买家留言,收货人姓名,收货地址 ,运送方式,联系电话 ,联系手机,订单创建时间,订单付款时间 ,"
    "宝贝标题 ,宝贝种类 ,物流单号 ,物流公司,订单备注,宝贝总数量,店铺Id,店铺名称,订单关闭原因,卖家服务费,买家服务费,"
    "发票抬头,是否手机订单,退款金额",
    ",",
)
DETAIL_LIST = words("订单编号,标题,价格,购买数量,外部系统编号,商品属性,套餐信息,备注,订单状态,商家编码", ",")
TEAS = (
    ("明前龙井 250克罐装 2026新茶", "QC-LJ250", "268.00", "净含量:250g;等级:特级"),
    ("安吉白茶 100克", "QC-BC100", "128.00", "净含量:100g"),
    ("凤凰单丛 鸭屎香 125克", "QC-DC125", "158.00", "香型:清香;净含量:125g"),
    ("云南滇红 金芽 200克", "QC-DH200", "99.00", "净含量:200g"),
    ("福鼎老白茶饼 350克", "QC-LB350", "336.00", "年份:2018;规格:饼"),
    ("茉莉花茶 龙珠 150克", "QC-ML150", "76.50", "净含量:150g"),
    ("手绘盖碗 150ml", "QC-GW150", "89.90", "颜色分类:青花"),
    ("礼盒装 龙井+滇红 两罐", "QC-LH2", "458.00", "颜色分类:中秋礼盒"),
)
CN_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
CN_GIVEN = words(
    "子涵 雨桐 建国 秀英 思远 晓梅 志强 丽华 浩然 静怡 文博 春燕 立新 佳琪 俊杰 玉兰 一诺 明 芳 磊"
)
CN_PLACES = (
    ("浙江省", "杭州市", "西湖区", "文三路", "310012"),
    ("上海", "上海市", "徐汇区", "漕溪北路", "200030"),
    ("广东省", "广州市", "天河区", "体育西路", "510620"),
    ("四川省", "成都市", "武侯区", "人民南路四段", "610041"),
    ("江苏省", "苏州市", "姑苏区", "干将西路", "215002"),
    ("湖北省", "武汉市", "洪山区", "珞喻路", "430070"),
)
NICK_WORDS = ("茶香", "tea", "小雨", "山间", "清风", "moon", "豆豆", "老王", "青青", "lucky", "南山", "竹")


def protected(number: str) -> str:
    """As the exports keep a spreadsheet from rounding a long number."""
    return f'="{number}"'


def qingcha(folder: Path) -> None:
    """Order lists and line lists as Taobao's seller centre exports them, one pair a month, September in two."""
    dice = Dice(2)
    buyers = []
    for n in range(170):
        surname, given = CN_SURNAMES[n % 32], CN_GIVEN[(n * 3 + n // 32) % 20]
        nick = f"{NICK_WORDS[n % 12]}{NICK_WORDS[(n * 5 + 3) % 12]}{1000 + n * 37 % 9000}"
        hidden = n % 8 == 3  # the platform shows the nick of a buyer who asked for it only in part
        phone = f"{dice.pick(('137', '139', '158', '186'))}0555{n * 53 % 10_000:04}"
        buyers.append(
            {
                "nick": f"{nick[0]}**{nick[-1]}" if hidden else nick,
                "name": f"{surname}{'*' * len(given)}" if n % 3 else f"{surname}{given}",
                "phone": f"'{phone[:3]}****{phone[-4:]}" if n % 3 else f"'{phone}",
                "place": dice.pick(CN_PLACES),
                "door": dice.between(1, 380),
                "open": n % 3 == 0,
            }
        )
    states = dice.shuffled(
        ["交易成功"] * 214
        + ["退过款"] * 16
        + ["交易关闭"] * 24
        + ["退款关闭"] * 8
        + ["等待买家付款"] * 12
        + ["卖家已发货，等待买家确认"] * 18
        + ["买家已付款，等待卖家发货"] * 8
    )
    moments = dice.moments(dt.date(2026, 5, 1), dt.date(2026, 10, 30), len(states), (8, 23))
    heads: dict[str, list[list[str]]] = defaultdict(list)
    lines: dict[str, list[list[str]]] = defaultdict(list)
    for n, (kind, moment) in enumerate(zip(states, moments, strict=True)):
        buyer = dice.loyal(buyers)
        number = protected(str(4_100_000_000_000_000_000 + n * 104_729 * 7 + 287))
        items = [(dice.pick(TEAS), dice.pick((1, 1, 1, 2, 2, 4)))]
        while dice.chance(0.35) and len(items) < 4:
            tea = dice.pick(TEAS)
            if tea not in [other for other, _ in items]:
                items.append((tea, dice.pick((1, 1, 2))))
        listed = sum(Decimal(tea[2]) * pieces for tea, pieces in items)
        # a coupon of the shop: no column names it, the goods to be paid are less than the list prices
        goods = listed - (20 if listed >= 199 and dice.chance(0.5) else 0)
        freight = Decimal("0.00") if listed >= 99 else Decimal("10.00")
        state = {"退过款": "交易成功", "退款关闭": "交易关闭"}.get(kind, kind)
        never_paid = kind in ("交易关闭", "等待买家付款")
        paid = Decimal("0.00") if never_paid else goods + freight
        closed_line = None
        if kind == "退款关闭":
            back = paid
        elif kind == "退过款" and len(items) > 1:
            # one line went back: it is closed in the list of lines
            closed_line = len(items) - 1
            tea, pieces = items[closed_line]
            back = cents(Decimal(tea[2]) * pieces * goods / listed)
        elif kind == "退过款":
            back = Decimal(dice.pick(("15.00", "30.00", "8.88")))
        else:
            back = Decimal("0.00")
        province, city, district, road, post = buyer["place"]
        door = f"{buyer['door']}号" if buyer["open"] else "***"
        reason = {"交易关闭": "买家未付款", "退款关闭": "退款成功，交易自动关闭"}.get(kind, "订单未关闭")
        sent = state in ("交易成功", "卖家已发货，等待买家确认")
        month = f"{moment:%Y%m}"
        heads[month].append(
            [
                number,
                buyer["nick"],
                "",
                f"{goods:.2f}",
                f"{freight:.2f}",
                "0",
                f"{goods + freight:.2f}",
                "0",
                f"{paid:.2f}",
                "0",
                state,
                "包装好一点，送人的" if n % 31 == 7 else "",
                buyer["name"],
                f"{province} {city} {district} {road}{door}({post})",
                "快递",
                "",
                buyer["phone"],
                f"{moment:%Y-%m-%d %H:%M:%S}",
                ""
                if never_paid
                else f"{moment + dt.timedelta(minutes=dice.between(1, 25)):%Y-%m-%d %H:%M:%S}",
                "，".join(tea[0] for tea, _ in items),
                str(len(items)),
                f"No:{protected(str(75_500_000_000 + n * 991))}" if sent else "",
                "中通快递" if sent else "",
                f"'{dice.pick(('', '', '', '老客户送茶样'))}",
                str(sum(pieces for _, pieces in items)),
                "0",
                "清茶小铺",
                reason,
                "0.00元",
                "0.00元",
                "",
                "手机订单" if n % 5 else "",
                f"{back:.2f}",
            ]
        )
        for at, (tea, pieces) in enumerate(items):
            lines[month].append(
                [
                    number,
                    tea[0],
                    tea[2],
                    str(pieces),
                    tea[1],
                    tea[3],
                    "",
                    "",
                    "交易关闭" if at == closed_line else state,
                    tea[1],
                ]
            )

    def export(name: str, headings: list[str], rows: list[list[str]], sums: tuple[str, ...]) -> None:
        at = [headings.index(column) for column in sums]
        end = ["合计", *([""] * (len(headings) - 1))]
        for x in at:
            end[x] = f"{sum(Decimal(row[x]) for row in rows)}"
        write_text(folder / name, [headings, *rows, end], "gbk", end="\r\n")

    money = ("买家应付货款", "买家应付邮费", "总金额", "买家实际支付金额", "宝贝总数量", "退款金额")
    for month in heads:
        # the seller centre cuts a long list where it is full, in the middle of an order too
        half = next(
            n
            for n in range(len(lines[month]) // 2, len(lines[month]))
            if lines[month][n][0] == lines[month][n - 1][0]
        )
        if month == "202609":
            cut = [row[0] for row in heads[month]].index(lines[month][half][0]) + 1
            pieces = [
                ("_1", heads[month][:cut], lines[month][:half]),
                ("_2", heads[month][cut:], lines[month][half:]),
            ]
        else:
            pieces = [("", heads[month], lines[month])]
        for suffix, own_heads, own_lines in pieces:
            export(f"ExportOrderList{month}{suffix}.csv", ORDER_LIST, own_heads, money)
            export(f"ExportOrderDetailList{month}{suffix}.csv", DETAIL_LIST, own_lines, ("购买数量",))


# --- lindenladen: a German shop with two tills and loyalty cards

BON_EXPORT = words(
    "Kasse;Bonnr;Datum;Uhrzeit;Bediener;Belegart;Status;Kartennr;Pos;EAN;Artikel;Warengruppe;Menge;Einzelpreis;Rabatt;"
    "Brutto;MwSt %;MwSt;Netto;Zahlart",
    ";",
)
CARD_EXPORT = words(
    "Kartennr;Anrede;Vorname;Nachname;Geburtsdatum;Straße;PLZ;Ort;Telefon;E-Mail;Ausgestellt am;Gesperrt;Ersatz für",
    ";",
)
DE_FIRST_F = words(
    "Annegret Birte Christel Dörte Edeltraud Frauke Gesine Hannelore Imke Jutta Käthe Luise Marlies Ursel"
)
DE_FIRST_M = words("Arndt Bodo Carsten Detlef Eckhard Fiete Götz Heiko Ingo Jörn Kuno Lüder Malte Uwe")
DE_LAST = words(
    "Achterberg Brüggemann Claasen Dittmers Eggersglüß Finkenstein Grünewald Hüttemann Jürgensen Köhnke Lindhorst "
    "Möllenkamp Nötzel Osterloh Petersohn Rübsam Schäfermeier Tiedemann Vollbrecht Wöhlermann",
)
# article, group, price, VAT, sold by weight
WARES = (
    ("Ostfriesentee lose", "Tee", "39.80", 7, True),
    ("Kräutertee Lindenblüte 50 g", "Tee", "4.95", 7, False),
    ("Honig Linde 500 g", "Honig", "8.90", 7, False),
    ("Kluntje weiß 500 g", "Süßes", "3.49", 7, False),
    ("Trüffel lose", "Süßes", "54.00", 7, True),
    ("Teekanne Gusseisen 1,2 l", "Geschirr", "79.95", 19, False),
    ("Becher Steingut", "Geschirr", "14.50", 19, False),
    ("Teesieb Edelstahl", "Zubehör", "6.99", 19, False),
    ("Kerze Bienenwachs", "Zubehör", "9.80", 19, False),
    ("Teeservice Meerblick 21-tlg.", "Geschirr", "1249.00", 19, False),
)


def barcode(number: int) -> str:
    """An EAN-13 for use inside a shop (it begins with 2), with its check digit."""
    digits = f"2{number:011}"
    return digits + str(-sum(int(d) * (3 if n % 2 else 1) for n, d in enumerate(digits)) % 10)


def lindenladen(folder: Path) -> None:
    """Receipts a month, head and line in one row, and the list of loyalty cards."""
    dice = Dice(3)
    codes = [barcode(40_000 + 17 * n) for n in range(len(WARES))]
    cards = []
    for n in range(150):
        lady = dice.chance(0.6)
        issued = dt.date(2025, 10, 1) + dt.timedelta(days=dice.below(360))
        first, last = dice.pick(DE_FIRST_F if lady else DE_FIRST_M), DE_LAST[(n * 3 + n // 20) % 20]
        mail = f"{first}.{last}{n}@lindenpost.de".lower().translate(
            str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
        )
        cards.append(
            [
                f"{700_100 + n:08}",
                "Frau" if lady else "Herr",
                first,
                last,
                f"{dt.date(1940, 1, 1) + dt.timedelta(days=dice.below(23_000)):%d.%m.%Y}"
                if dice.chance(0.7)
                else "",
                f"{dice.pick(('Lindenallee', 'Deichstr.', 'Am Siel', 'Hafengasse'))} {dice.between(1, 90)}",
                "26789" if n % 4 else "26721",
                "Leer" if n % 4 else "Emden",
                f"030/23125{n:03}" if dice.chance(0.55) else "",
                mail if dice.chance(0.6) else "",
                f"{issued:%d.%m.%Y}",
                "",
                "",
            ]
        )
    # a lost card: the same person has a new number, the old one is blocked
    for n in (12, 47, 88):
        new = [f"{700_900 + n:08}", *cards[n][1:10], "14.05.2026", "", cards[n][0]]
        cards[n][11] = "J"
        cards.append(new)
    write_text(folder / "kundenkarten.txt", [CARD_EXPORT, *cards], "cp1252", "\t", "\r\n")

    holders = [row[0] for row in cards]
    kinds = dice.shuffled(
        ["Verkauf"] * 748 + ["Retoure"] * 18 + ["Umtausch"] * 14 + ["Storno"] * 12 + ["Training"] * 8
    )
    moments = dice.moments(dt.date(2025, 11, 1), dt.date(2026, 10, 31), len(kinds), (9, 18))
    numbers = {"1": 20_417, "2": 20_101}  # each till counts its own receipts
    months: dict[str, list[list[Any]]] = defaultdict(list)
    for n, (kind, moment) in enumerate(zip(kinds, moments, strict=True)):
        till = "1" if dice.chance(0.65) else "2"
        numbers[till] += 1
        card = dice.loyal(holders) if dice.chance(0.52) else ""
        if n in (222, 555):
            card = f"{799_000 + n:08}"  # a card that the list does not know
        pieces: list[tuple[int, Decimal]] = []
        for _ in range(dice.pick((1, 1, 2, 2, 3, 4)) if kind != "Retoure" else 1):
            ware = dice.below(9) if n % 160 else 9
            amount = (
                Decimal(dice.between(2, 16)) * Decimal("0.025")
                if WARES[ware][4]
                else Decimal(dice.pick((1, 1, 2)))
            )
            if ware not in [other for other, _ in pieces]:
                pieces.append((ware, amount))
        if kind == "Retoure":
            pieces = [(dice.pick((5, 6, 7, 8)), Decimal(-1))]
        if kind == "Umtausch":
            pieces.append(((pieces[0][0] + 1) % 4 + 5, Decimal(-1)))
        pay = dice.pick(("Bar", "Girocard", "Girocard", "Kreditkarte"))
        for at, (ware, amount) in enumerate(pieces, 1):
            article, group, price, rate, _ = WARES[ware]
            full = cents(Decimal(price) * amount)
            off = (
                cents(full * Decimal("0.10"))
                if card and amount > 0 and dice.chance(0.15)
                else Decimal("0.00")
            )
            gross = full - off
            tax = cents(gross * rate / (100 + rate))
            months[f"{moment:%Y-%m}"].append(
                [
                    till,
                    str(numbers[till]),
                    f"{moment:%d.%m.%Y}",
                    f"{moment:%H:%M}",
                    f"Bed. {1 + n % 4}",
                    "Training" if kind == "Training" else "Retoure" if kind == "Retoure" else "Verkauf",
                    "storniert" if kind == "Storno" else "abgeschlossen",
                    card,
                    str(at),
                    codes[ware],
                    article,
                    group,
                    amount,
                    Decimal(price),
                    off,
                    gross,
                    Decimal(rate),
                    tax,
                    gross - tax,
                    pay,
                ]
            )
    for month, rows in months.items():
        real = [row for row in rows if row[5] != "Training" and row[6] != "storniert"]
        end: list[Any] = ["Gesamtsumme", *([""] * 19)]
        for x in (14, 15, 17, 18):
            end[x] = sum(row[x] for row in real)
        out = [
            [comma(v, 3 if x == 12 else 2) if isinstance(v, Decimal) else v for x, v in enumerate(row)]
            for row in [*rows, end]
        ]
        write_text(folder / f"bons_{month}.csv", [BON_EXPORT, *out], "cp1252", ";", "\r\n")


# --- teahouse: a retailer of six systems, for measuring the effort of a mapping

USCC_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# ERP code, barcode, name, group code, price, cost
TEAHOUSE_GOODS = tuple(
    (
        f"CY{1001 + n * 7}",
        barcode(50_000 + n * 23),
        name,
        group,
        Decimal(price),
        cents(Decimal(price) * Decimal("0.46")),
    )
    for n, (name, group, price) in enumerate(
        (
            ("龙井茶 罐装 250克", "L1", "268.00"),
            ("铁观音 盒装 500克", "L2", "328.00"),
            ("普洱熟饼 357克", "L3", "198.00"),
            ("正山小种 200克", "L4", "156.00"),
            ("茉莉花茶 100克", "L1", "48.50"),
            ("紫砂壶 西施", "Q1", "680.00"),
            ("公道杯 玻璃", "Q1", "39.00"),
            ("茶点 绿豆糕 8枚", "D1", "28.80"),
            ("中秋茶礼盒", "H1", "458.00"),
            ("春节茶礼盒", "H1", "598.00"),
        )
    )
)


def credit_code(number: int) -> str:
    """A unified social credit code with its check character (GB 32100)."""
    body = f"91330106MA{number:07}"
    total = sum(USCC_SIGNS.index(sign) * pow(3, n, 31) for n, sign in enumerate(body))
    return body + USCC_SIGNS[-total % 31]


def teahouse(folder: Path) -> None:
    """CRM, ERP, tills, web shop, loyalty and marketing of one retailer."""
    dice = Dice(4)
    first_day, last_day = dt.date(2025, 11, 1), dt.date(2026, 10, 31)
    people = []
    for n in range(400):
        surname, given = CN_SURNAMES[(n * 5 + n // 32) % 32], CN_GIVEN[(n + n // 20) % 20]
        people.append(
            {
                "n": n,
                "surname": surname,
                "given": given,
                "phone": f"{('135', '137', '150', '188')[n % 4]}0555{(n * 7 + 1001) % 10_000:04}",
                "mail": f"u{n * 131 % 10_000:04}@shanfangpost.cn",
                "born": dt.date(1958, 1, 1) + dt.timedelta(days=dice.below(17_000)),
                "joined": dt.date(2024, 6, 1) + dt.timedelta(days=dice.below(500)),
            }
        )
    # --- CRM: firms and the people there
    accounts = [["AccNo", "AccName", "USCC", "Ind", "Lvl", "Own", "CrtDt", "Del"]]
    contacts = [["CID", "AccNo", "XM", "SJ", "Mail", "ZW", "WX", "UpdTm"]]
    firms = []
    for n in range(36):
        name = f"{dice.pick(('杭州', '苏州', '武汉'))}{NICK_WORDS[n % 12] if n % 12 not in (1, 5, 9) else '云栖'}{n + 1}号"
        name += dice.pick(("商贸有限公司", "酒店管理有限公司", "文化传播有限公司"))
        firms.append((f"K{3000 + n * 11}", f"A-{n + 1:04}", name, credit_code(2_000_000 + n * 917)))
        accounts.append(
            [
                firms[n][1],
                name,
                firms[n][3],
                dice.pick(("F51", "H61", "R88")),
                dice.pick(("1", "2", "3")),
                dice.pick(("yw01", "yw02", "yw07")),
                f"{dt.date(2023, 1, 5) + dt.timedelta(days=n * 19):%Y%m%d}",
                "1" if n == 35 else "0",
            ]
        )
    for n, person in enumerate(people[:90]):
        contacts.append(
            [
                f"C{person['n'] + 500}",
                firms[n % 36][1] if n < 60 else "",
                person["surname"] + person["given"],
                f"{person['phone'][:3]} {person['phone'][3:7]} {person['phone'][7:]}"
                if n % 3
                else person["phone"],
                person["mail"] if n % 4 else "",
                dice.pick(("采购", "行政", "总经理", "")),
                "",
                dt.datetime.combine(person["joined"], dt.time(9, 30)),
            ]
        )
    write_text(folder / "crm" / "accounts.csv", accounts, "utf-8-sig", end="\r\n")
    write_book(folder / "crm" / "contacts.xlsx", "Contacts", contacts, ("UpdTm",))

    # --- ERP: pinyin initials, codes with a list of their names
    codes = [["DMLB", "DM", "DMMC"]]
    for kind, own in (
        ("DDZT", {"10": "草稿", "20": "已审核", "30": "已出库", "40": "已完成", "90": "作废"}),
        ("DJLX", {"XS": "销售", "TH": "退货"}),
        ("SKFS", {"1": "银行转账", "2": "现金", "3": "微信"}),
        ("KHLB", {"Q": "企业", "G": "个人"}),
        ("DQ", {"0571": "浙江省杭州市", "0512": "江苏省苏州市", "027": "湖北省武汉市"}),
        (
            "SPLB",
            {
                "L1": "绿茶花茶",
                "L2": "乌龙",
                "L3": "黑茶",
                "L4": "红茶",
                "Q1": "茶具",
                "D1": "茶点",
                "H1": "礼盒",
            },
        ),
    ):
        codes += [[kind, code, name] for code, name in own.items()]
    write_text(folder / "erp" / "DMB.csv", codes, "gb18030", end="\r\n")
    goods = [["SPBM", "SPMC", "TXM", "SPLB", "LSJ", "CBJ"]]
    goods += [
        [c, name, code, group, f"{p:.2f}", f"{cost:.2f}"] for c, code, name, group, p, cost in TEAHOUSE_GOODS
    ]
    write_text(folder / "erp" / "SP.csv", goods, "gb18030", end="\r\n")
    customers = [["KHBM", "KHMC", "TYXYDM", "KHLB", "DQ", "LXR", "LXDH"]]
    for n, (code, _, name, credit) in enumerate(firms):
        person = people[n]
        region = {"杭": "0571", "苏": "0512", "武": "027"}[name[0]]
        customers.append(
            [
                code,
                name,
                credit,
                "Q",
                region,
                person["surname"] + person["given"],
                person["phone"] if n % 2 else "",
            ]
        )
    for n, person in enumerate(people[60:80]):
        name = person["surname"] + person["given"]
        customers.append([f"K{9000 + n}", name, "", "G", "0571", name, person["phone"]])
    write_text(folder / "erp" / "KH.csv", customers, "gb18030", end="\r\n")
    orders = [["DDBH", "DJLX", "DDRQ", "KHBM", "DDZT", "YDDBH", "ZKJE", "YF", "SE", "HJJE", "BZ"]]
    lines = [["DDBH", "HH", "SPBM", "SL", "DJ", "JE"]]
    payments = [["SKBH", "DDBH", "SKRQ", "SKJE", "SKFS"]]
    sold: list[tuple[str, str, list[tuple[int, int]]]] = []
    for n, moment in enumerate(dice.moments(first_day, last_day - dt.timedelta(days=20), 118, (9, 17))):
        code = dice.loyal(customers[1:])[0]
        number = f"XS{moment:%y%m}{n + 1:04}"
        state = "40" if dice.chance(0.7) else dice.pick(("10", "20", "30", "30", "90"))
        own = [(dice.below(10), dice.between(2, 24)) for _ in range(dice.between(1, 4))]
        gross = Decimal(0)
        for at, (ware, pieces) in enumerate(own, 1):
            price = cents(TEAHOUSE_GOODS[ware][4] * Decimal("0.80"))
            gross += price * pieces
            lines.append(
                [number, at, TEAHOUSE_GOODS[ware][0], pieces, f"{price:.2f}", f"{price * pieces:.2f}"]
            )
        off = cents(gross * Decimal("0.03")) if dice.chance(0.3) else Decimal("0.00")
        freight = Decimal("60.00") if gross < 3000 else Decimal("0.00")
        tax = cents((gross - off) * Decimal("0.13"))
        total = gross - off + freight + tax
        orders.append(
            [
                number,
                "XS",
                f"{moment:%Y%m%d}",
                code,
                state,
                "",
                f"{off:.2f}",
                f"{freight:.2f}",
                f"{tax:.2f}",
                f"{total:.2f}",
                "",
            ]
        )
        if state in ("30", "40"):
            half = cents(total / 2)
            for part in (half, total - half) if n % 5 == 0 else (total,):
                payments.append(
                    [
                        f"SK{len(payments) + 1:05}",
                        number,
                        f"{moment + dt.timedelta(days=dice.between(1, 40)):%Y%m%d}",
                        f"{part:.2f}",
                        dice.pick(("1", "1", "2", "3")),
                    ]
                )
        if state == "40" and not off:
            sold.append((number, code, own))
    for n, (number, code, own) in enumerate(sold[4:60:9]):
        # a return is a document of its own with positive figures; its type says that it is one
        back, (ware, pieces) = f"TH{n + 1:04}", own[0]
        price = cents(TEAHOUSE_GOODS[ware][4] * Decimal("0.80"))
        some = max(1, pieces // 3)
        tax = cents(price * some * Decimal("0.13"))
        lines.append([back, 1, TEAHOUSE_GOODS[ware][0], some, f"{price:.2f}", f"{price * some:.2f}"])
        orders.append(
            [
                back,
                "TH",
                f"{last_day - dt.timedelta(days=12 - n):%Y%m%d}",
                code,
                "40",
                number,
                "0.00",
                "0.00",
                f"{tax:.2f}",
                f"{price * some + tax:.2f}",
                "包装破损",
            ]
        )
    for name, rows in (("XSDD", orders), ("XSDDMX", lines), ("SKD", payments)):
        write_text(folder / "erp" / f"{name}.csv", rows, "gb18030", end="\r\n")

    # --- loyalty: cards of 260 people
    members = [["卡号", "姓", "名", "手机号码", "生日", "入会日期", "等级", "积分余额"]]
    points = [["流水", "卡号", "日期", "积分", "原因"]]
    cards = []
    for person in people[80:340]:
        cards.append(f"88{600_000 + person['n'] * 3}")
        members.append(
            [
                cards[-1],
                person["surname"],
                person["given"],
                person["phone"] if person["n"] % 9 else "",
                dt.datetime.combine(person["born"], dt.time()) if person["n"] % 3 else "",
                dt.datetime.combine(person["joined"], dt.time()),
                dice.pick(("G", "S", "S", "P")),
                dice.between(0, 900),
            ]
        )
    write_book(folder / "loyalty" / "members.xlsx", "会员", members, ("生日", "入会日期"))

    # --- tills: amounts in fen, articles by barcode, returns as negative pieces
    quarters: dict[str, list[list[Any]]] = defaultdict(list)
    for n, moment in enumerate(dice.moments(first_day, last_day, 420, (10, 20))):
        card = dice.loyal(cards) if dice.chance(0.6) else ""
        state = "作废" if n % 60 == 31 else "正常"
        back = n % 35 == 20
        for _ in range(1 if back else dice.pick((1, 1, 2, 3))):
            _, code, _, _, price, _ = dice.pick(TEAHOUSE_GOODS[:8])
            pieces = -1 if back else dice.pick((1, 1, 2))
            off = int(price * 100 * pieces) // 20 if card and not back and dice.chance(0.2) else 0
            quarters[f"{moment.year}Q{(moment.month + 2) // 3}"].append(
                [
                    f"{moment:%y%m%d}{n:04}",
                    moment,
                    f"M{1 + n % 3:02}",
                    card,
                    code,
                    pieces,
                    int(price * 100),
                    off,
                    int(price * 100 * pieces) - off,
                    state,
                ]
            )
        if card and state == "正常" and not back:
            points.append([len(points), card, f"{moment:%Y/%m/%d}", dice.between(1, 60), "消费"])
    headings = ["小票", "时间", "门店", "会员卡", "条码", "数量", "单价", "折扣", "实收", "状态"]
    for quarter, rows in quarters.items():
        write_book(folder / "pos" / f"xiaopiao_{quarter}.xlsx", quarter, [headings, *rows], ("时间",))
    write_text(folder / "loyalty" / "points.csv", points, "utf-8", end="\n")

    # --- web shop: articles by the code of the ERP, a coupon and freight on the order
    users = [["uid", "nick", "mobile", "mail", "reg_ts"]]
    for person in people[240:400]:
        users.append(
            [
                f"w{person['n']}",
                f"{person['given']}{person['n']}",
                f"+86 {person['phone']}",
                person["mail"].upper() if person["n"] % 5 == 0 else person["mail"],
                int(dt.datetime.combine(person["joined"], dt.time(4), dt.UTC).timestamp()),
            ]
        )
    shop_orders = [
        ["oid", "placed", "uid", "consignee", "tel", "st", "pay_st", "coupon", "ship", "total", "refund"]
    ]
    shop_items = [["oid", "sku", "n", "price"]]
    for n, moment in enumerate(dice.moments(first_day, last_day, 170, (7, 23))):
        person = people[240 + int(160 * dice.random() ** 2)]
        number = f"{moment:%Y%m%d}-{n + 1:03}"
        own = [
            (ware, dice.pick((1, 1, 2)))
            for ware in sorted({dice.below(10) for _ in range(dice.between(1, 3))})
        ]
        goods_sum = sum(TEAHOUSE_GOODS[ware][4] * pieces for ware, pieces in own)
        coupon = Decimal("30.00") if goods_sum >= 300 and dice.chance(0.3) else Decimal("0.00")
        ship = Decimal("12.00") if goods_sum < 99 else Decimal("0.00")
        state, pay = dice.pick(
            (("done", "1"),) * 10 + (("sent", "1"),) * 2 + (("closed", "0"), ("new", "0"), ("paid", "1"))
        )
        back = Decimal("0.00")
        if state == "done" and n % 14 == 3:
            back = goods_sum - coupon if n % 28 == 3 else Decimal("20.00")
        shop_orders.append(
            [
                number,
                f"{moment:%Y-%m-%dT%H:%M:%S}+08:00",
                f"w{person['n']}" if n % 6 else "",
                person["surname"] + person["given"],
                person["phone"],
                state,
                pay,
                f"{coupon}",
                f"{ship}",
                f"{goods_sum - coupon + ship:.2f}",
                f"{back:.2f}",
            ]
        )
        shop_items += [
            [number, TEAHOUSE_GOODS[w][0], pieces, f"{TEAHOUSE_GOODS[w][4]:.2f}"] for w, pieces in own
        ]
    for name, rows in (("users", users), ("orders", shop_orders), ("items", shop_items)):
        write_text(folder / "webshop" / f"{name}.csv", rows, delimiter="|")

    # --- marketing: two questions in a row of the survey, what became of a message as 0 and 1
    survey = [["rid", "card", "filled", "nps", "csat", "shop", "remark"]]
    for n in range(110):
        day = dt.date(2026, 3, 1) + dt.timedelta(days=dice.below(240))
        score = dice.pick((10, 10, 9, 9, 8, 8, 7, 6, 4))
        csat = max(1, min(5, score // 2 + dice.pick((-1, 0, 0, 1)))) if n % 7 else ""
        survey.append(
            [f"R{n + 1:04}", dice.pick(cards), f"{day:%d/%m/%Y}", score, csat, f"M{1 + n % 3:02}", ""]
        )
    campaigns = [["cmp", "title", "from", "to", "cost", "ch"]]
    contacts_sent = [["cmp", "cid", "sent", "opened", "clicked", "arm"]]
    for n, (title, start) in enumerate(
        (("春茶上市", dt.date(2026, 4, 1)), ("中秋礼盒", dt.date(2026, 9, 10)))
    ):
        campaigns.append(
            [
                f"P{n + 1}",
                title,
                f"{start}",
                f"{start + dt.timedelta(days=14)}",
                f"{1800 + n * 700}.00",
                "mail",
            ]
        )
        for contact in contacts[1:]:
            opened = int(dice.chance(0.4))
            contacts_sent.append(
                [
                    f"P{n + 1}",
                    contact[0],
                    f"{start} 10:00",
                    opened,
                    opened and int(dice.chance(0.3)),
                    dice.pick("AB"),
                ]
            )
    for name, rows in (("survey", survey), ("campaigns", campaigns), ("sends", contacts_sent)):
        write_text(folder / "marketing" / f"{name}.csv", rows, "utf-8-sig", ";")


COMPANIES = {
    "northbean": northbean,
    "qingcha": qingcha,
    "lindenladen": lindenladen,
    "teahouse": teahouse,
}


def main(folder: Path) -> None:
    """Write the files of every company under its name in the folder."""
    for name, write in COMPANIES.items():
        write(folder / name)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
