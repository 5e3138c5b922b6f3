"""Anomalies planted in the sales of a company, with their truth: what a reader of the figures ought to be told."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from demo_company import reference as ref
from demo_company.behaviour import ERP, MARKETPLACE, NEVER, POS, SHOP
from demo_company.config import Config
from demo_company.orders import Orders
from demo_company.world import World

PLANTED = 3
"""Anomalies of each kind."""
SYSTEMS = {ERP: "erp", POS: "pos", SHOP: "shop", MARKETPLACE: "marketplace"}
FIRST_DAY = 200
"""Day from which anomalies are planted: there is a history to hold them against."""
SLIP = 0.25
"""Share of the right price that is charged."""
SILENT_DAYS = 30


@dataclass(frozen=True)
class Anomaly:
    """One planted anomaly: days of the period, documents or lines in it, and their amount in fen."""

    kind: str
    segment_kind: str
    segment: str
    first_day: int
    last_day: int
    count: int
    fen: int


def plant_anomalies(config: Config, chunk: int, world: World, orders: Orders) -> tuple[Orders, list[Anomaly]]:
    """The orders with anomalies, and which they are. A store is silent in every chunk, all else is in the first one."""
    shared, found = config.rng("anomalies"), []
    silent = _apart(shared, FIRST_DAY, config.days - SILENT_DAYS, SILENT_DAYS + 60)
    for store, day in zip(
        shared.choice(len(world.outlets.store_code), len(silent), False), silent, strict=True
    ):
        orders, anomaly = _silence(world, orders, int(store), day)
        found.append(anomaly)
    if chunk:
        return orders, []
    rng = config.rng("anomalies", chunk)
    for day in _apart(rng, FIRST_DAY, config.days - 10, 40):
        orders, anomaly = _slip(rng, orders, day)
        found.append(anomaly)
    for day in _apart(rng, FIRST_DAY, config.days - 10, 40):
        orders, anomaly = _refund(rng, orders, day)
        found.append(anomaly)
    for day in _apart(rng, FIRST_DAY, config.days - 10, 40):
        orders, anomaly = _repeat(rng, orders, day)
        found.append(anomaly)
    return orders, found


def _apart(rng: np.random.Generator, first: int, last: int, gap: int) -> list[int]:
    """Days of the period so far apart that none is in another's history at once; fewer in a short period."""
    days: list[int] = []
    for day in rng.permutation(np.arange(first, max(last, first))):
        if len(days) < PLANTED and all(abs(int(day) - other) >= gap for other in days):
            days.append(int(day))
    return sorted(days)


def _silence(world: World, orders: Orders, store: int, day: int) -> tuple[Orders, Anomaly]:
    """The till of a store writes nothing for some weeks."""
    inside = (orders.channel == POS) & (orders.store == store)
    inside &= (orders.day >= day) & (orders.day < day + SILENT_DAYS)
    anomaly = Anomaly(
        "silent_store", "store", world.outlets.store_code[store], day, day + SILENT_DAYS - 1,
        int(inside.sum()), int(orders.total_fen[inside].sum()),
    )  # fmt: skip
    return _rows(orders, np.flatnonzero(~inside)), anomaly


def _slip(rng: np.random.Generator, orders: Orders, day: int) -> tuple[Orders, Anomaly]:
    """One article of the many that are sold is charged at a quarter of its price for a week."""
    week = (orders.day >= day) & (orders.day < day + 7) & ~orders.cancelled
    lines = np.flatnonzero(week[orders.line_order])
    sold = np.bincount(orders.product[lines], minlength=len(ref.products().price))
    product = int(rng.choice(np.flatnonzero(sold >= min(5, sold.max()))))
    hit = lines[orders.product[lines] == product]
    unit, discount = orders.unit_fen.copy(), orders.discount_fen.copy()
    unit[hit] = np.maximum((unit[hit] * SLIP / 100).round().astype(np.int64) * 100, 100)
    discount[hit] = (discount[hit] * SLIP / 100).round().astype(np.int64) * 100
    amount = unit * orders.quantity - discount
    back = orders.return_fen.copy()
    back[hit] = amount[hit] * orders.returned[hit] // orders.quantity[hit]
    total = np.bincount(orders.line_order, weights=amount, minlength=len(orders)).round().astype(np.int64)
    anomaly = Anomaly(
        "price_slip", "product", ref.products().rows[product]["material_no"], day, day + 6, len(hit),
        int((orders.amount_fen[hit] - amount[hit]).sum()),
    )  # fmt: skip
    changed = replace(
        orders, unit_fen=unit, discount_fen=discount, amount_fen=amount, return_fen=back, total_fen=total
    )
    return changed, anomaly


def _refund(rng: np.random.Generator, orders: Orders, day: int) -> tuple[Orders, Anomaly]:
    """A shop takes back on one day what it sold in the weeks before: up to 14 orders, whole."""
    channel = int(rng.choice([SHOP, MARKETPLACE]))
    has_return = np.bincount(orders.line_order, orders.returned > 0, len(orders)) > 0
    able = (orders.channel == channel) & (orders.day >= day - 20) & (orders.day <= day - 2)
    able &= ~orders.cancelled & ~orders.bulk & ~has_return
    chosen = rng.permutation(np.flatnonzero(able))[:14]
    hit = np.isin(orders.line_order, chosen)
    anomaly = Anomaly(
        "refunds", "source_system", SYSTEMS[channel], day, day, len(chosen), int(orders.total_fen[chosen].sum())
    )  # fmt: skip
    changed = replace(
        orders,
        returned=np.where(hit, orders.quantity, orders.returned),
        return_fen=np.where(hit, orders.amount_fen, orders.return_fen),
        return_day=np.where(hit, day, orders.return_day),
    )
    return changed, anomaly


def _repeat(rng: np.random.Generator, orders: Orders, day: int) -> tuple[Orders, Anomaly]:
    """The orders of a day come again from one system, under new numbers. Of a quiet day the next busy one is taken."""
    channel = int(rng.choice(sorted(SYSTEMS)))
    able = (orders.channel == channel) & ~orders.cancelled
    per_day = np.bincount(orders.day[able], minlength=int(orders.day.max()) + 1)
    busy = np.flatnonzero(per_day >= min(5, per_day.max()))
    day = int(busy[np.argmin(np.where(busy >= day, busy - day, 10_000))])
    chosen = np.flatnonzero(able & (orders.day == day))
    anomaly = Anomaly(
        "repeated_documents", "source_system", SYSTEMS[channel], day, day, len(chosen),
        int(orders.total_fen[chosen].sum()),
    )  # fmt: skip
    doubled = _rows(orders, np.concatenate([np.arange(len(orders)), chosen]))
    number = doubled.number.copy()
    number[len(orders) :] = orders.number.max() + 1 + np.arange(len(chosen))
    # what came again is not taken back again
    copied = doubled.line_order >= len(orders)
    doubled = replace(
        doubled,
        number=number,
        returned=np.where(copied, 0, doubled.returned),
        return_fen=np.where(copied, 0, doubled.return_fen),
        return_day=np.where(copied, NEVER, doubled.return_day),
    )
    return _rows(doubled, np.lexsort((doubled.second, doubled.day, doubled.customer))), anomaly


def _rows(orders: Orders, rows: np.ndarray) -> Orders:
    """These orders, in this order and as often as they are named, with their lines."""
    counts = np.bincount(orders.line_order, minlength=len(orders))
    starts = np.cumsum(counts) - counts
    lengths = counts[rows]
    within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    lines = np.repeat(starts[rows], lengths) + within
    of_lines = {
        "line_no", "product", "quantity", "unit_fen", "discount_fen", "amount_fen", "returned", "return_fen",
        "return_day",
    }  # fmt: skip
    changed = {
        name: values[lines if name in of_lines else rows]
        for name, values in vars(orders).items()
        if name != "line_order"
    }
    return Orders(**changed, line_order=np.repeat(np.arange(len(rows)), lengths))
