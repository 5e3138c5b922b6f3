"""What customers do month by month.

Tastes, visits, complaints, campaigns, leaving with a cause, and orders.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demo_company import reference as ref
from demo_company.market import LEAD_MONTHS, Market
from demo_company.reference import cumulative, pick
from demo_company.world import BUSINESS, CONTACT, GIFT, PERSONAL, World

ERP, DEALER, POS, SHOP, MARKETPLACE = range(5)
CHANNELS = ("erp", "dealer", "pos", "shop", "marketplace")

CAUSES = ("price_sensitive", "competition", "changed_needs", "service", "channel_conflict", "unknown")
NEVER = np.iinfo(np.int32).max


@dataclass
class Traits:
    """Stable character of each customer."""

    rate: np.ndarray  # orders per year while active
    price_sensitivity: np.ndarray  # 0..1
    spend: np.ndarray  # factor on quantity
    price_class: np.ndarray  # 0..2 within the group
    aroma: np.ndarray  # preferred aroma
    aroma_after: np.ndarray  # preferred after the shift
    aroma_shift: np.ndarray  # day of the shift, NEVER for none
    low_strength: np.ndarray
    channel: np.ndarray  # habitual channel
    second_channel: np.ndarray  # -1 for none
    channel_after: np.ndarray  # habitual channel after the move
    channel_shift: np.ndarray  # day of the move, NEVER for none
    dealer: np.ndarray
    second_dealer: np.ndarray  # -1 for none
    store: np.ndarray
    occasion: (
        np.ndarray
    )  # business: 0 banquet 1 hospitality 2 gifts; personal: 0 family 1 friends 2 collecting
    engagement: np.ndarray  # level of digital activity, mean about 1
    silent: np.ndarray  # leaves without engagement falling first
    has_profile: np.ndarray  # reachable by the marketing platform (persons)
    visit_discipline: np.ndarray  # chance of a visit per quarter (organisations)


@dataclass
class Behaviour:
    """Outcome of the simulation. Days are relative to the period."""

    traits: Traits
    drop_day: np.ndarray  # NEVER while active
    drop_cause: np.ndarray  # index into CAUSES, -1 while active
    complaints: dict[str, np.ndarray]  # customer, day, badly (handled)
    visits: dict[str, np.ndarray]  # customer, day
    tastings: dict[str, np.ndarray]  # customer, day
    contacts: dict[str, np.ndarray]  # campaign, person, buyer, variant, day, extra (0/1), extra_probability
    orders: dict[str, np.ndarray]  # customer, day, campaign
    hazards: np.ndarray  # (months, customers, causes): of leaving in the month; for evaluation only
    appetite: np.ndarray  # (customers, months): factor on the rate; for evaluation only


def simulate(world: World, market: Market) -> Behaviour:
    """Run the months of a chunk."""
    config = world.config
    rng = config.rng("behaviour", world.chunk)
    traits = _traits(world, rng)
    visits, visited = _visits(world, traits, rng, market)
    tastings, tasting_effect = _tastings(world, rng, market)
    drop_day, cause, complaints, hazards = _leave(world, traits, rng, market, visited)
    # Nobody is visited or invited after having left.
    for log in (visits, tastings):
        keep = (log["day"] < drop_day[log["customer"]]) & (log["day"] >= world.acquired[log["customer"]])
        for key in log:
            log[key] = log[key][keep]
    visit_effect = np.ones((len(world), market.month_starts.size - 1))
    quarter = np.arange(visit_effect.shape[1]) // 3
    visit_effect[world.n_people :] = np.where(visited[:, quarter], 1.15, 0.87)  # ratio 1.32
    multiplier = visit_effect * tasting_effect
    contacts = _campaign_contacts(world, traits, rng, market, drop_day)
    orders = _order_days(world, traits, rng, market, drop_day, multiplier, contacts)
    return Behaviour(
        traits, drop_day, cause, complaints, visits, tastings, contacts, orders, hazards, multiplier
    )


def _traits(world: World, rng: np.random.Generator) -> Traits:
    n, group = len(world), world.group
    shape = np.choose(group, [1.4, 1.3, 1.15, 1.0])
    mean = np.choose(group, [25.0, 4.3, 4.6, 0.0])
    rate = rng.gamma(shape, 1.0, n) / shape * mean
    rate[world.is_lead] = 0.0
    canaries = np.concatenate([world.canary_people, world.n_people + world.canary_orgs])
    rate[canaries] = 12.0
    price = rng.beta(2, np.choose(group, [3.5, 4.0, 2.2, 3.0]), n)
    aroma_cdf = {
        BUSINESS: (48, 36, 10, 6),
        GIFT: (42, 38, 12, 8),
        PERSONAL: (22, 40, 25, 13),
        CONTACT: (30, 40, 20, 10),
    }
    aroma = np.empty(n, dtype=np.int8)
    aroma_after = np.empty(n, dtype=np.int8)
    low = np.zeros(n, dtype=bool)
    channel = np.empty(n, dtype=np.int8)
    second = np.full(n, -1, dtype=np.int8)
    channel_shares = {
        BUSINESS: (80, 20, 0, 0, 0), GIFT: (0, 34, 27, 22, 17), PERSONAL: (0, 18, 39, 22, 21),
        CONTACT: (0, 20, 40, 20, 20),
    }  # fmt: skip
    occasion_shares = {BUSINESS: (45, 32, 23), GIFT: (0, 0, 1), PERSONAL: (52, 33, 15), CONTACT: (1, 1, 1)}
    occasion = np.empty(n, dtype=np.int8)
    for g in range(4):
        rows = np.flatnonzero(group == g)
        size = len(rows)
        aroma[rows] = pick(rng, cumulative(aroma_cdf[g]), size)
        aroma_after[rows] = (aroma[rows] + 1 + rng.integers(0, 3, size)) % 4
        low[rows] = rng.random(size) < (0.06, 0.12, 0.60, 0.4)[g]
        channel[rows] = pick(rng, cumulative(channel_shares[g]), size)
        other = pick(rng, cumulative(channel_shares[g]), size)
        has_other = (rng.random(size) < (0.12, 0.40, 0.40, 0.3)[g]) & (other != channel[rows])
        second[rows] = np.where(has_other, other, -1)
        occasion[rows] = pick(rng, cumulative(occasion_shares[g]), size)
    shift = np.where(rng.random(n) < 0.08, rng.integers(30, world.config.days, n), NEVER)
    moves = (rng.random(n) < 0.06) & (group != BUSINESS) & np.isin(channel, (DEALER, POS))
    dealer, second_dealer = _dealers(world, rng)
    # A canary buys in every channel that persons use.
    channel[world.canary_people] = (POS, SHOP, MARKETPLACE, DEALER, SHOP)[: len(world.canary_people)]
    channel[world.n_people + world.canary_orgs] = ERP
    return Traits(
        rate=rate,
        price_sensitivity=price,
        spend=np.exp(rng.normal(-0.125, 0.5, n)),
        price_class=np.searchsorted((0.45, 0.85), rng.random(n)).astype(np.int8),
        aroma=aroma,
        aroma_after=aroma_after,
        aroma_shift=shift,
        low_strength=low,
        channel=channel,
        second_channel=second,
        channel_after=np.where(moves, np.where(rng.random(n) < 0.5, SHOP, MARKETPLACE), channel).astype(
            np.int8
        ),
        channel_shift=np.where(moves, rng.integers(60, world.config.days, n), NEVER),
        dealer=dealer,
        second_dealer=second_dealer,
        store=_nearest(rng, world.cities(), world.outlets.store_city),
        occasion=occasion,
        engagement=rng.gamma(1.2, 1 / 1.2, n),
        silent=rng.random(n) < 0.36,
        has_profile=np.concatenate(
            [
                (rng.random(world.n_people) < np.where(world.group[: world.n_people] == CONTACT, 0.85, 0.58))
                | np.isin(np.arange(world.n_people), world.canary_people),
                np.zeros(len(world.orgs), dtype=bool),
            ]
        ),
        visit_discipline=rng.beta(2.2, 1.5, len(world.orgs)),
    )


def _nearest(rng: np.random.Generator, city: np.ndarray, outlet_city: np.ndarray) -> np.ndarray:
    """An outlet for each customer: of the same city, else the province, else the region, else any."""
    cities = ref.cities()
    result = np.empty(len(city), dtype=int)
    u = rng.random(len(city))
    for c in np.unique(city):
        for digits in (4, 2, 1, 0):
            near = [
                k for k, o in enumerate(outlet_city) if cities[o].code[:digits] == cities[c].code[:digits]
            ]
            if near:
                break
        rows = np.flatnonzero(city == c)
        result[rows] = np.array(near)[(u[rows] * len(near)).astype(int)]
    return result


def _dealers(world: World, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Main and second dealer; the members of the dealer's-own-phone group all buy from that dealer."""
    city = world.cities()
    main = _nearest(rng, city, world.outlets.dealer_city)
    conflict = np.flatnonzero(world.outlets.dealer_conflict)
    second = np.full(len(city), -1)
    if len(conflict):
        rows = np.flatnonzero(rng.random(len(city)) < 0.16)
        second[rows] = conflict[rng.integers(0, len(conflict), len(rows))]
        second[second == main] = -1
    dealer, members = world.dealer_phone_group
    if dealer >= 0:
        main[members], second[members] = dealer, -1
    return main, second


def _visits(
    world: World, traits: Traits, rng: np.random.Generator, market: Market
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Sales visits to organisations: a log inside the period and (organisations, quarters) visited or not."""
    months = market.month_starts.size - 1
    quarters = -(-months // 3)
    n = len(world.orgs)
    visited = rng.random((n, quarters)) < traits.visit_discipline[:, None]
    times = np.where(visited, 1 + (rng.random((n, quarters)) < 0.35), 0)
    org, quarter = np.nonzero(times)
    count = times[org, quarter]
    org, quarter = np.repeat(org, count), np.repeat(quarter, count)
    first = market.month_starts[quarter * 3]
    last = market.month_starts[np.minimum(quarter * 3 + 3, months)]
    day = (first + rng.random(len(org)) * (last - first)).astype(int)
    inside = day >= 0
    return {"customer": world.n_people + org[inside], "day": day[inside]}, visited


def _tastings(
    world: World, rng: np.random.Generator, market: Market
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Tastings of persons: a log and the factor on buying for six months after one (1.25)."""
    months = market.month_starts.size - 1
    effect = np.ones((len(world), months))
    joined = rng.random((world.n_people, months - LEAD_MONTHS)) < 0.005
    person, month = np.nonzero(joined)
    month += LEAD_MONTHS
    for offset in range(1, 7):
        at = month + offset
        ok = at < months
        effect[person[ok], at[ok]] = 1.25
    start, stop = market.month_starts[month], market.month_starts[month + 1]
    day = (start + rng.random(len(person)) * (stop - start)).astype(int)
    return {"customer": person, "day": day}, effect


def _leave(
    world: World, traits: Traits, rng: np.random.Generator, market: Market, visited: np.ndarray
) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray], np.ndarray]:
    """Competing hazards of leaving, month by month; the cause is drawn by its share of the hazard.

    A complaint raises the hazard for two months, much more when it was handled badly. A dealer customer
    suffers where prices of dealers differ within the province; a customer whose aroma shifted is likelier
    to go for eight months; price rises drive the price sensitive away.
    """
    n = len(world)
    starts = market.month_starts
    months = starts.size - 1
    province = _provinces()[world.cities()]
    frailty = rng.gamma(2.0, 0.5, n)
    susceptible = rng.gamma(1.5, 1 / 1.5, n)
    conflict = _price_spread(world)[province] * np.isin(traits.channel, (DEALER,))
    conflict *= np.where(traits.second_dealer >= 0, 1.8, 1.0)
    calm = np.where(world.group == BUSINESS, 0.55, np.where(world.group == GIFT, 0.85, 1.0))
    protected = np.concatenate([world.canary_people, world.n_people + world.canary_orgs])
    calm[protected] = 0.0
    drop_day = np.full(n, NEVER, dtype=np.int64)
    cause = np.full(n, -1, dtype=np.int8)
    shock_good = np.zeros(n)
    shock_bad = np.zeros(n)
    hazards = np.zeros((months, n, len(CAUSES)), dtype=np.float32)
    log: dict[str, list[np.ndarray]] = {"customer": [], "day": [], "badly": []}
    for m in range(months):
        start, stop = int(starts[m]), int(starts[m + 1])
        active = (drop_day == NEVER) & (world.acquired < stop) & ~world.is_lead
        # Who is unhappier (frailer, dearer shocks, dealers that undercut each other) complains more.
        temper = (
            0.25 + 0.75 * frailty + 2.0 * conflict + (market.price_shock[m] - 1) * traits.price_sensitivity
        )
        complains = active & (rng.random(n) < 1 - np.exp(-(traits.rate / 12 * 0.050 + 0.004) * temper))
        badly = complains & (rng.random(n) < 0.38)
        rows = np.flatnonzero(complains)
        if len(rows):
            day = (
                np.maximum(start, world.acquired[rows]) + rng.random(len(rows)) * 0.5 * (stop - start)
            ).astype(int)
            log["customer"].append(rows)
            log["day"].append(np.minimum(day, stop - 1))
            log["badly"].append(badly[rows])
        shock_good = np.where(complains & ~badly, 1.0, shock_good * 0.5)
        shock_bad = np.where(badly, 1.0, shock_bad * 0.5)
        since_shift = (start - traits.aroma_shift) / 30.4
        shifted = (since_shift > 0) & (since_shift < 8)
        share = market.competitor_share[province, m] / 20.0
        hazard = np.stack(
            [
                0.016 * traits.price_sensitivity**2 * market.price_shock[m],
                0.0048 * share**1.5 * susceptible,
                0.0012 + 0.050 * shifted,
                0.11 * shock_bad + 0.010 * shock_good,
                0.020 * conflict,
                np.full(n, 0.0022),
            ],
            axis=1,
        )
        hazard *= (frailty * calm)[:, None]
        quarter = m // 3
        overdue = ~visited[:, quarter] & (~visited[:, quarter - 1] if quarter else True)
        hazard[world.n_people :] *= np.where(overdue, 1.8, 0.85)[:, None]
        hazards[m] = hazard
        total = hazard.sum(axis=1)
        goes = active & (rng.random(n) < 1 - np.exp(-total))
        rows = np.flatnonzero(goes)
        shares = np.cumsum(hazard[rows], axis=1) / total[rows, None]
        cause[rows] = (rng.random(len(rows))[:, None] > shares).sum(axis=1).clip(0, len(CAUSES) - 1)
        first = np.maximum(start, world.acquired[rows] + 1)
        drop_day[rows] = (first + rng.random(len(rows)) * np.maximum(stop - first, 1)).astype(int)
    complaints = {k: np.concatenate(v) if v else np.empty(0, dtype=int) for k, v in log.items()}
    keep = (complaints["day"] >= 0) & (complaints["day"] < drop_day[complaints["customer"]])
    return drop_day, cause, {k: v[keep] for k, v in complaints.items()}, hazards


def _provinces() -> np.ndarray:
    """Province index of every city."""
    index = {p: k for k, p in enumerate(ref.provinces())}
    return np.array([index[c.province] for c in ref.cities()])


def _price_spread(world: World) -> np.ndarray:
    """Price spread between the dealers that serve each province, 0..1 (1: 25% apart)."""
    province = _provinces()[world.outlets.dealer_city]
    spread = np.zeros(len(ref.provinces()))
    for p in range(len(spread)):
        here = world.outlets.dealer_price[province == p]
        if len(here):
            # An undercutting dealer sells outside its territory, so it is compared with the country's level.
            spread[p] = min((max(here.max(), 0.98) - here.min()) / 0.25, 1.0)
    return spread


def _campaign_contacts(
    world: World, traits: Traits, rng: np.random.Generator, market: Market, drop_day: np.ndarray
) -> dict[str, np.ndarray]:
    """Who is in which campaign with which variant, and whether it made them order (the true uplift)."""
    columns: dict[str, list[np.ndarray]] = {
        k: [] for k in ("campaign", "person", "buyer", "variant", "day", "extra", "extra_probability")
    }
    people = world.people
    buyer_of = np.where(people.employer >= 0, world.n_people + people.employer, np.arange(world.n_people))
    group = world.group[: world.n_people]
    profile = np.flatnonzero(traits.has_profile[: world.n_people])
    for k, c in enumerate(market.campaigns):
        if c.group == BUSINESS:
            eligible = profile[people.employer[profile] >= 0]
        elif c.group == -1:
            eligible = profile[group[profile] != CONTACT]
        else:
            eligible = profile[group[profile] == c.group]
        eligible = eligible[world.acquired[eligible] < c.start]
        chosen = eligible[rng.random(len(eligible)) < c.reach]
        variant = np.searchsorted((0.45, 0.90), rng.random(len(chosen)))
        day = c.start + rng.integers(0, max((c.end - c.start) // 2, 1), len(chosen))
        buyer = buyer_of[chosen] if c.group == BUSINESS else chosen
        # Promotions move the price sensitive, other content the engaged; who has left is not moved.
        bend = (
            0.5 + traits.price_sensitivity[buyer] * 1.2
            if c.content == 0
            else 0.5 + 0.5 * traits.engagement[chosen].clip(0, 3)
        )
        active = (drop_day[buyer] > day + 14) & ~world.is_lead[buyer]
        effect = np.array([*c.uplift, 0.0])[variant]
        probability = np.where(active, (effect * bend).clip(0, 0.5), 0.0)
        columns["campaign"].append(np.full(len(chosen), k))
        columns["person"].append(chosen)
        columns["buyer"].append(buyer)
        columns["variant"].append(variant)
        columns["day"].append(day)
        columns["extra_probability"].append(probability)
        columns["extra"].append((rng.random(len(chosen)) < probability).astype(int))
    return {k: np.concatenate(v) for k, v in columns.items()}


def _order_days(
    world: World,
    traits: Traits,
    rng: np.random.Generator,
    market: Market,
    drop_day: np.ndarray,
    multiplier: np.ndarray,
    contacts: dict[str, np.ndarray],
) -> dict[str, np.ndarray]:
    """Days of all orders in the period.

    An inhomogeneous Poisson process, first orders and campaign orders.
    """
    days = world.config.days
    group = np.minimum(world.group, PERSONAL)
    starts = market.month_starts
    customers, when = [], []
    for g in range(3):
        cumulated = np.concatenate([[0.0], np.cumsum(market.weights[g])])
        rows = np.flatnonzero((group == g) & (traits.rate > 0))
        for m in range(LEAD_MONTHS, starts.size - 1):
            first = np.maximum(starts[m], world.acquired[rows]).clip(0, days)
            last = np.minimum(starts[m + 1], drop_day[rows]).clip(0, days)
            mass = (cumulated[last] - cumulated[first]).clip(0)
            count = rng.poisson(traits.rate[rows] / 365 * mass * multiplier[rows, m])
            who = np.repeat(np.arange(len(rows)), count)
            target = cumulated[first[who]] + rng.random(len(who)) * mass[who]
            day = np.searchsorted(cumulated, target, side="right") - 1
            customers.append(rows[who])
            when.append(day.clip(first[who], last[who] - 1))
    plain = sum(len(c) for c in customers)
    won = np.flatnonzero((world.acquired >= 0) & ~world.is_lead & (rng.random(len(world)) < 0.75))
    customers.append(won)
    when.append(world.acquired[won])
    made = contacts["extra"] == 1
    customers.append(contacts["buyer"][made])
    extra_day = contacts["day"][made] + rng.integers(1, 13, int(made.sum()))
    when.append(extra_day)
    campaign = np.concatenate([np.full(plain + len(won), -1), contacts["campaign"][made]])
    customer, day = np.concatenate(customers), np.concatenate(when)
    # Canaries buy once more in each channel (see orders.py), so that every system knows them.
    keep = (day >= 0) & (day < days)
    return {"customer": customer[keep], "day": day[keep], "campaign": campaign[keep]}
