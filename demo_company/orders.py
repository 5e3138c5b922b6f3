"""Orders with their lines, prices, returns, cancellations and abnormal bulk purchases.

Money is integer fen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demo_company import reference as ref
from demo_company.behaviour import DEALER, ERP, MARKETPLACE, NEVER, POS, SHOP, Behaviour
from demo_company.market import LEAD_MONTHS, Market
from demo_company.seasons import festival_days
from demo_company.world import BUSINESS, PERSONAL, World

ORDERS_PER_CHUNK = 1_000_000
"""Order numbers a chunk may use; the last 100,000 are left to planted errors."""


@dataclass
class Orders:
    """Orders and their lines; `line_order` points into the orders, both sorted by time."""

    customer: np.ndarray
    day: np.ndarray
    second: np.ndarray  # of the day, local time
    channel: np.ndarray
    campaign: np.ndarray  # -1 for none
    dealer: np.ndarray
    store: np.ndarray
    to_others: np.ndarray  # sent to somebody else
    cancelled: np.ndarray  # never paid, no sale
    bulk: np.ndarray  # abnormally large, and true
    anonymous: np.ndarray  # till receipt without a card
    number: np.ndarray  # unique across chunks and channels
    line_order: np.ndarray
    line_no: np.ndarray  # 1, 2, ...
    product: np.ndarray
    quantity: np.ndarray
    unit_fen: np.ndarray
    discount_fen: np.ndarray  # of the line
    amount_fen: np.ndarray
    returned: np.ndarray  # quantity taken back of the line, 0 for none
    return_fen: np.ndarray
    return_day: np.ndarray  # NEVER for none
    total_fen: np.ndarray  # per order, before returns

    def __len__(self) -> int:
        return len(self.customer)


def build_orders(world: World, market: Market, behaviour: Behaviour) -> Orders:
    """Fill the order days of a chunk with goods."""
    config = world.config
    rng = config.rng("orders", world.chunk)
    t = behaviour.traits
    customer, day, campaign, channel = _with_channels(world, behaviour, rng)
    n = len(customer)
    second = _seconds(rng, channel)
    order = np.lexsort((second, day, customer))
    customer, day, second, campaign, channel = (a[order] for a in (customer, day, second, campaign, channel))
    group = np.minimum(world.group[customer], PERSONAL)
    if n > ORDERS_PER_CHUNK - 100_000:
        raise ValueError("a chunk has more orders than order numbers")

    to_others = rng.random(n) < np.where(
        np.isin(channel, (SHOP, MARKETPLACE)), np.choose(group, [0, 0.48, 0.05]), 0.0
    )
    second_dealer = t.second_dealer[customer]
    dealer = np.where((second_dealer >= 0) & (rng.random(n) < 0.35), second_dealer, t.dealer[customer])
    store = t.store[customer]
    elsewhere = rng.random(n) < 0.08
    store = np.where(elsewhere, rng.integers(0, len(world.outlets.store_code), n), store)
    online = np.isin(channel, (SHOP, MARKETPLACE))
    bulk = np.zeros(n, dtype=bool)
    candidates = np.flatnonzero(group != BUSINESS)
    bulk[rng.choice(candidates, max(3, n // 3000), replace=False)] = True
    cancelled = online & (rng.random(n) < 0.035) & ~bulk

    lines_per_order = 1 + rng.poisson(np.choose(group, [1.3, 0.85, 0.95]))
    line_order = np.repeat(np.arange(n), lines_per_order)
    product = _choose_products(world, market, behaviour, rng, customer, day, group, line_order)
    line_order, product = _drop_repeats(line_order, product)
    line_order, product = _complements(rng, group, line_order, product)
    first = np.concatenate([[True], line_order[1:] != line_order[:-1]])
    starts = np.flatnonzero(first)
    line_no = np.arange(len(line_order)) - np.repeat(starts, np.diff(np.append(starts, len(line_order)))) + 1

    quantity = _quantities(rng, t.spend[customer], group, line_order, product)
    quantity = np.where(bulk[line_order], quantity * rng.integers(40, 120, len(quantity)), quantity)
    unit, discount, amount = _prices(
        world,
        market,
        behaviour,
        rng,
        customer,
        day,
        channel,
        campaign,
        dealer,
        group,
        line_order,
        product,
        quantity,
    )
    total = np.bincount(line_order, weights=amount, minlength=n).round().astype(np.int64)
    returned, return_fen, return_day = _returns(
        config.days, rng, day, channel, cancelled | bulk, line_order, quantity, amount
    )
    return Orders(
        customer=customer,
        day=day,
        second=second,
        channel=channel,
        campaign=campaign,
        dealer=dealer,
        store=store,
        to_others=to_others,
        cancelled=cancelled,
        bulk=bulk,
        anonymous=(channel == POS) & (rng.random(n) < 0.14) & ~np.isin(customer, world.canary_people),
        number=world.chunk * ORDERS_PER_CHUNK + np.arange(n),
        line_order=line_order,
        line_no=line_no,
        product=product,
        quantity=quantity,
        unit_fen=unit,
        discount_fen=discount,
        amount_fen=amount,
        returned=returned,
        return_fen=return_fen,
        return_day=return_day,
        total_fen=total,
    )


def _with_channels(
    world: World, behaviour: Behaviour, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Order days with a channel each; canaries and the dealer-phone group get what makes them visible."""
    t, o = behaviour.traits, behaviour.orders
    customer, day = o["customer"], o["day"]
    habit = np.where(day >= t.channel_shift[customer], t.channel_after[customer], t.channel[customer])
    other = t.second_channel[customer]
    channel = np.where((other >= 0) & (rng.random(len(day)) < 0.28), other, habit)
    _dealer, members = world.dealer_phone_group
    extra_c, extra_k = [], []
    for k in (DEALER, POS, SHOP, MARKETPLACE):
        extra_c.append(world.canary_people)
        extra_k.append(np.full(len(world.canary_people), k))
    extra_c += [world.n_people + world.canary_orgs, members]
    extra_k += [np.full(len(world.canary_orgs), ERP), np.full(len(members), DEALER)]
    more = np.concatenate(extra_c)
    first = np.maximum(world.acquired[more], 0)
    last = np.minimum(behaviour.drop_day[more], world.config.days)
    ok = last > first
    more, first, last = more[ok], first[ok], last[ok]
    more_day = (first + rng.random(len(more)) * (last - first)).astype(int)
    return (
        np.concatenate([customer, more]),
        np.concatenate([day, more_day]),
        np.concatenate([o["campaign"], np.full(len(more), -1)]),
        np.concatenate([channel, np.concatenate(extra_k)[ok]]).astype(np.int8),
    )


def _seconds(rng: np.random.Generator, channel: np.ndarray) -> np.ndarray:
    """Local second of the day: offices 9-18, tills 10-21, online with a peak in the evening."""
    u = rng.random(len(channel))
    hour = np.choose(
        channel,
        [9 + 9 * u, 9 + 10 * u, 10 + 11 * u, 8 + 15.9 * np.sqrt(u), 8 + 15.9 * np.sqrt(u)],
    )
    return (hour * 3600).astype(int)


def _choose_products(
    world: World,
    market: Market,
    behaviour: Behaviour,
    rng: np.random.Generator,
    customer: np.ndarray,
    day: np.ndarray,
    group: np.ndarray,
    line_order: np.ndarray,
) -> np.ndarray:
    """A product per line from the customer's taste: group, aroma, strength, price class, festival or not."""
    t, products = behaviour.traits, ref.products()
    near = festival_days(world.config, 30, 0)
    aroma = np.where(day >= t.aroma_shift[customer], t.aroma_after[customer], t.aroma[customer])
    cell = (
        ((group.astype(int) * 4 + aroma) * 2 + t.low_strength[customer]) * 3 + t.price_class[customer]
    ) * 2 + near[day]
    weights = np.empty((3 * 4 * 2 * 3 * 2, len(products.price)))
    low_product = (products.strength > 0) & (products.strength <= 40)
    logs = np.log(products.price)
    for c in range(len(weights)):
        rest, festival = divmod(c, 2)
        rest, price_class = divmod(rest, 3)
        rest, low = divmod(rest, 2)
        g, a = divmod(rest, 4)
        target = np.log(((380, 700, 1250), (330, 720, 2300), (95, 180, 460))[g][price_class])
        w = products.appeal[g] * np.where(products.aroma == a, 7.0, 1.0)
        w = w * (np.where(low_product, 6.0, 0.45) if low else np.where(low_product, 0.2, 1.0))
        w = w * np.exp(-((logs - target) ** 2) / (2 * 0.55**2))
        if festival and g != BUSINESS:
            w = w * np.where(products.gift, 2.5, 1.0)
        weights[c] = w
    cdf = np.cumsum(weights, axis=1)
    cdf /= cdf[:, -1:]
    cdf[:, -1] = 1.0
    flat = (cdf + np.arange(len(cdf))[:, None]).ravel()
    draws = np.searchsorted(flat, cell[line_order] + rng.random(len(line_order)), side="right")
    product = draws - cell[line_order] * cdf.shape[1]
    # Before a product was launched its oldest relative of the same aroma was bought.
    fallback = np.arange(len(products.price))
    for a in range(len(ref.AROMAS)):
        family = np.flatnonzero(products.aroma == a)
        fallback[family] = family[np.argmin(products.launched[family])]
    early = products.launched[product] > day[line_order] + world.config.origin
    return np.where(early, fallback[product], product)


def _drop_repeats(line_order: np.ndarray, product: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """One line per order and product."""
    _, first = np.unique(line_order * 1000 + product, return_index=True)
    keep = np.sort(first)
    return line_order[keep], product[keep]


def _complements(
    rng: np.random.Generator, group: np.ndarray, line_order: np.ndarray, product: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Tea goes with gifts, glassware with boxes and fine bottles.

    An added line, placed after its order's lines.
    """
    p = ref.products()
    tea = np.flatnonzero(np.array([r["category"] == "茶" for r in p.rows]))
    glass = np.flatnonzero(np.array([r["category"] == "酒具" for r in p.rows]))
    is_first = np.concatenate([[True], line_order[1:] != line_order[:-1]])
    rows = np.flatnonzero(is_first)
    orders = line_order[rows]
    u = rng.random(len(rows))
    tea_rate = np.choose(group[orders], [0.05, 0.28, 0.04]) * np.where(p.gift[product[rows]], 1.5, 0.7)
    add_tea = u < tea_rate
    add_glass = (u > 0.97) | ((u > 0.90) & (p.price[product[rows]] > 700))
    # Each aroma has its tea, so that "bought together" can be found.
    tea_of = tea[(p.aroma[product[rows]] % len(tea)).clip(0)]
    extra_order = np.concatenate([orders[add_tea], orders[add_glass]])
    extra_product = np.concatenate(
        [tea_of[add_tea], glass[rng.integers(0, len(glass), int(add_glass.sum()))]]
    )
    all_order = np.concatenate([line_order, extra_order])
    all_product = np.concatenate([product, extra_product])
    order = np.argsort(all_order, kind="stable")
    return all_order[order], all_product[order]


def _quantities(
    rng: np.random.Generator,
    spend: np.ndarray,
    group: np.ndarray,
    line_order: np.ndarray,
    product: np.ndarray,
) -> np.ndarray:
    """Bottles or boxes per line; dear goods in smaller numbers."""
    g = group[line_order]
    mean = np.choose(g, [3.65, 1.7, 2.5]) * spend[np.arange(len(spend))][line_order]
    mean = mean * (500 / ref.products().price[product]).clip(0.25, 1.6) ** np.choose(g, [0.5, 0.6, 0.35])
    return (1 + rng.poisson((mean - 1).clip(0.05))).astype(np.int64)


def _prices(
    world: World,
    market: Market,
    behaviour: Behaviour,
    rng: np.random.Generator,
    customer: np.ndarray,
    day: np.ndarray,
    channel: np.ndarray,
    campaign: np.ndarray,
    dealer: np.ndarray,
    group: np.ndarray,
    line_order: np.ndarray,
    product: np.ndarray,
    quantity: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Unit price, discount and net amount of every line in fen."""
    t = behaviour.traits
    month = np.searchsorted(market.month_starts[LEAD_MONTHS:], day, side="right") - 1 + LEAD_MONTHS
    level = market.price_level[month]
    factor = np.choose(
        channel,
        [
            np.ones(len(day)),
            world.outlets.dealer_price[dealer],
            np.ones(len(day)),
            np.ones(len(day)),
            np.full(len(day), 0.95),
        ],
    )
    contract = 0.88 + 0.10 * rng.random(len(day))
    factor = factor * np.where(channel == ERP, contract, 1.0) * level
    dates = (day + world.config.origin).astype("datetime64[D]")
    month_no = dates.astype("datetime64[M]").astype(int) % 12 + 1
    month_day = (dates - dates.astype("datetime64[M]")).astype(int) + 1
    sale = np.isin(channel, (SHOP, MARKETPLACE)) & (
        ((month_no == 11) & (month_day >= 8) & (month_day <= 11))
        | ((month_no == 6) & (month_day >= 15) & (month_day <= 18))
    )
    off = np.where(sale, 0.12, 0.0) + np.where(campaign >= 0, 0.08, 0.0)
    off += np.where(rng.random(len(day)) < 0.12 + 0.35 * t.price_sensitivity[customer], 0.05, 0.0) * (
        group != BUSINESS
    )
    # A dealer's sheet has no discounts, only the price that was agreed.
    agreed = channel == DEALER
    factor = factor * np.where(agreed, 1 - off, 1.0)
    off = np.where(agreed, 0.0, off)
    price = ref.products().price[product] * factor[line_order]
    # Offices agree prices to 0.1 yuan, everybody else sells in whole yuan.
    step = np.where(channel[line_order] == ERP, 10, 100)
    unit = (price * 100 / step).round().astype(np.int64) * step
    gross = unit * quantity
    discount = (gross * off[line_order] / 100).round().astype(np.int64) * 100
    return unit, discount, gross - discount


def _returns(
    days: int,
    rng: np.random.Generator,
    day: np.ndarray,
    channel: np.ndarray,
    barred: np.ndarray,
    line_order: np.ndarray,
    quantity: np.ndarray,
    amount: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returned quantity, amount and day per line.

    Whole orders or a single line, online more than elsewhere.
    """
    rate = np.choose(channel, [0.015, 0.012, 0.012, 0.045, 0.040])
    has = (rng.random(len(day)) < rate) & ~barred
    whole = rng.random(len(day)) < 0.45
    when = day + rng.integers(2, 21, len(day))
    has &= when < days
    is_first = np.concatenate([[True], line_order[1:] != line_order[:-1]])
    hit = has[line_order] & (whole[line_order] | is_first)
    part = np.where(whole[line_order], quantity, 1 + (rng.random(len(quantity)) * quantity).astype(np.int64))
    returned = np.where(hit, np.minimum(part, quantity), 0)
    fen = np.where(returned == quantity, amount, amount * returned // np.maximum(quantity, 1))
    return returned, np.where(hit, fen, 0), np.where(hit, when[line_order], NEVER)
