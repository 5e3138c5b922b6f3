"""An invented company to bring: a European coffee shop with a web shop (csv, German) and a till (xlsx, English).

Other column names, decimal commas, dates that begin with the day, returns in two ways: the web shop books them as
documents of their own, the till as negative lines, once together with a sale.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import xlsxwriter

FIRST_NAMES = ("Anna", "Björn", "Carla", "Dieter", "Elif", "Franz", "Greta", "Henrik", "Ines", "Jörg")
SURNAMES = ("Albrecht", "Brandt", "Czerny", "Dürr", "Engel", "Falk")
ARTICLES = (
    ("K-100", "Espresso Napoli 250 g", Decimal("7.90")),
    ("K-200", "Filterkaffee Äthiopien 500 g", Decimal("14.50")),
    ("W-300", "Grüner Veltliner 0,75 l", Decimal("12.25")),
    ("Z-900", "Siebträger Classico", Decimal("1249.00")),
)
LAST_DAY = dt.date.today() - dt.timedelta(days=3)

CUSTOMERS = 40
ORDERS = 120
CARDS = 15
RECEIPTS = 60


def comma(amount: Decimal | int) -> str:
    """As German programs write it: 1.249,00."""
    return f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))


def day(number: int) -> dt.date:
    """Days spread over the year before the last day, the newest last."""
    return LAST_DAY - dt.timedelta(days=(number * 37) % 330)


def web_lines() -> list[tuple[int, int, Decimal]]:
    """Order, article, pieces of every sale of the web shop."""
    return [
        (order, (order + line) % len(ARTICLES), Decimal(1 + (order * 7 + line) % 3))
        for order in range(ORDERS)
        for line in range(1 + order % 2)
    ]


RETURNED = (3, 10, 17)
"""Orders whose first line comes back whole."""


def card_of(receipt: int) -> int | None:
    """The loyalty card on a receipt; every tenth customer shows none."""
    return None if receipt % 10 == 9 else receipt % CARDS


def write_company(inbox: Path) -> None:
    """Write the files of both systems under inbox/<system>/<entity>/."""
    customers = [
        "Kundennr;Anrede;Vorname;Nachname;E-Mail;Telefon;Straße;PLZ;Ort;Land;Geburtsdatum;Kunde seit;Bonusklasse"
    ]
    for n in range(CUSTOMERS):
        first, last = FIRST_NAMES[n % 10], SURNAMES[n // 10 % 6]
        customers.append(
            f"C{n:04};{'Frau' if n % 2 == 0 else 'Herr'};{first};{last};kunde{n}@kaffeepost.de;"
            f"0171/55{n * 7919 % 100000:05};Lindenstr. {n + 1};1011{n % 10};Berlin;Deutschland;"
            f"{1 + n % 28:02}.{1 + n % 12:02}.{1960 + n};{1 + n % 28:02}.03.2024;{'AB'[n % 2]}"
        )
    heads = ["Bestellnummer;Vorgang;Bestellt am;Kundennr;Ursprungsbeleg;Gesamtbetrag;Währung;Interne Notiz"]
    lines = ["Bestellnummer;Position;Artikelnr;Bezeichnung;Menge;Einzelpreis;Betrag"]
    for order in range(ORDERS):
        own = [(article, pieces) for o, article, pieces in web_lines() if o == order]
        total = sum((ARTICLES[article][2] * pieces for article, pieces in own), Decimal())
        heads.append(
            f"B{order:05};Bestellung;{day(order):%d.%m.%Y} 14:05;C{order % CUSTOMERS:04};;{comma(total)} €;EUR;"
        )
        for position, (article, pieces) in enumerate(own, 1):
            code, name, price = ARTICLES[article]
            lines.append(
                f"B{order:05};{position};{code};{name};{pieces};{comma(price)};{comma(price * pieces)}"
            )
    for order in RETURNED:
        article, pieces = next((a, p) for o, a, p in web_lines() if o == order)
        code, name, price = ARTICLES[article]
        back = -price * pieces
        heads.append(
            f"R{order:05};Retoure;{LAST_DAY:%d.%m.%Y} 09:30;C{order % CUSTOMERS:04};B{order:05};{comma(back)} €;EUR;"
        )
        lines.append(f"R{order:05};1;{code};{name};{-pieces};{comma(price)};{comma(back)}")
    # rows that must not get in: an amount nobody can read, a line without its order, another currency
    lines.append("B00001;9;K-100;Espresso Napoli 250 g;1;7,90;sieben")
    lines.append("B99999;1;K-100;Espresso Napoli 250 g;1;7,90;7,90")
    heads.append(f"B77777;Bestellung;{LAST_DAY:%d.%m.%Y} 10:00;C0001;;10,00;CHF;")
    for entity, text in (("customers", customers), ("orders", heads), ("order_lines", lines)):
        path = inbox / "webshop" / entity / f"{entity}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(("\r\n".join(text) + "\r\n").encode("cp1252"))
    # the second export begins five receipts before the first one ends
    _write_till(inbox / "till" / "receipts" / "till_1.xlsx", range(0, 50))
    _write_till(inbox / "till" / "receipts" / "till_2.xlsx", range(45, RECEIPTS))


def till_lines() -> list[tuple[int, int, int]]:
    """Receipt, article, pieces; receipt 20 brings back what 5 sold, receipt 30 exchanges what 15 sold."""
    lines = [(receipt, receipt % 3, 1 + receipt % 2) for receipt in range(RECEIPTS) if receipt != 20]
    return sorted([*lines, (20, 5 % 3, -2), (30, 15 % 3, -2)])


def till_moment(receipt: int) -> dt.datetime:
    """When a receipt was printed: they follow each other."""
    return dt.datetime.combine(LAST_DAY, dt.time(10, 15)) - dt.timedelta(days=5 * (RECEIPTS - 1 - receipt))


def _write_till(path: Path, receipts: range) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("2025")
        date, time = (
            book.add_format({"num_format": "yyyy-mm-dd"}),
            book.add_format({"num_format": "hh:mm:ss"}),
        )
        sheet.write(0, 0, "Till export, all amounts in EUR")
        headings = (
            "Receipt no",
            "Date",
            "Time",
            "Loyalty card",
            "Cardholder",
            "SKU",
            "Item",
            "Qty",
            "Price",
            "Cashier",
        )
        sheet.write_row(2, 0, headings)
        for row, (receipt, article, pieces) in enumerate((t for t in till_lines() if t[0] in receipts), 3):
            code, name, price = ARTICLES[article]
            card, moment = card_of(receipt), till_moment(receipt)
            sheet.write_number(row, 0, 700_000 + receipt)
            sheet.write_datetime(row, 1, moment.replace(hour=0, minute=0), date)
            sheet.write_datetime(row, 2, dt.datetime(1899, 12, 31, moment.hour, moment.minute), time)
            sheet.write(row, 3, None if card is None else f"L{card:03}")
            sheet.write(row, 4, None if card is None else f"{FIRST_NAMES[card % 10]} Winzer{chr(97 + card)}")
            sheet.write_row(row, 5, (code, name, pieces, float(price), "Kasse 1"))
