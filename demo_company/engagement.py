"""What customers do beside buying, and what is done for them: events, posts, activities, tickets,
surveys, campaigns,
coupons, points, contracts, consents. Columns are numpy arrays; days are relative to the period."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demo_company import reference as ref
from demo_company.behaviour import CAUSES, NEVER, POS, SHOP, Behaviour
from demo_company.market import Market
from demo_company.orders import Orders
from demo_company.records import Registry
from demo_company.reference import cumulative, pick
from demo_company.world import CONTACT, World

Columns = dict[str, np.ndarray]

EVENTS = (
    "login", "visit", "search", "view_product", "compare", "read_content", "download", "webinar",
    "request_trial", "add_to_cart",
    "view_coupon",
)  # fmt: skip
_EVENT_SHARES = (22, 17, 9, 22, 5, 14, 2, 1, 1, 5, 2)
ACTIONS = ("like", "comment", "share", "mention", "follow", "group_join")
ACTIVITIES = ("拜访", "品鉴会", "宴请", "到店", "电话")
TICKETS = ("咨询", "投诉", "售后", "建议")
COMPLAINTS = ("物流", "质量", "价格", "服务态度", "真伪", "售后")
TICKET_CHANNELS = ("热线", "在线", "机器人", "门店")
TOUCH_POINTS = ("售前咨询", "支付", "物流通知", "售后响应", "会员关怀")
PURPOSES = ("营销", "个性化推荐", "会员服务", "数据共享")
FACE_VALUES = np.array([20, 50, 100, 200])
_PER_DAY = 5000  # customer * _PER_DAY + day orders customers first, days second


@dataclass
class Engagement:
    """Everything a chunk's customers did beside buying."""

    tickets: Columns
    events: Columns
    social: Columns
    activities: Columns
    surveys: Columns
    contacts: Columns
    coupons: Columns
    points: Columns
    contracts: Columns
    app_consents: Columns
    crm_consents: Columns
    erasures: Columns
    member_no: np.ndarray  # per customer: loyalty number, empty when not a member


def plan_tickets(world: World, behaviour: Behaviour, orders: Orders) -> Columns:
    """Tickets of the service desk: complaints of the simulation, repeats of badly handled ones, enquiries."""
    rng = world.config.rng("tickets", world.chunk)
    c = behaviour.complaints
    repeat = c["badly"] & (rng.random(len(c["day"])) < 0.25)
    complaint_type = pick(rng, cumulative([24, 18, 20, 16, 6, 16]), len(c["day"]))
    asking = np.flatnonzero(rng.random(len(orders)) < 0.035)
    customer = np.concatenate([c["customer"], c["customer"][repeat], orders.customer[asking]])
    day = np.concatenate(
        [c["day"], c["day"][repeat] + rng.integers(3, 28, int(repeat.sum())), orders.day[asking]]
    )
    category = np.concatenate(
        [
            np.ones(len(c["day"]) + int(repeat.sum()), dtype=int),
            pick(rng, cumulative([70, 0, 22, 8]), len(asking)),
        ]
    )
    kind = np.concatenate([complaint_type, complaint_type[repeat], np.full(len(asking), -1)])
    badly = np.concatenate([c["badly"], c["badly"][repeat], np.zeros(len(asking), dtype=bool)])
    keep = (day < world.config.days) & (day >= 0)
    order = np.lexsort((customer[keep], day[keep]))
    return {
        k: v[keep][order]
        for k, v in {
            "customer": customer,
            "day": day,
            "category": category,
            "kind": kind,
            "badly": badly,
        }.items()
    }


def build_engagement(
    world: World, market: Market, behaviour: Behaviour, orders: Orders, registry: Registry, tickets: Columns
) -> Engagement:
    """Fill in everything that hangs on records and orders."""
    rng = world.config.rng("engagement", world.chunk)
    member_no = _membership(world, rng, registry)
    mood = _Mood(world, behaviour)
    contacts = _contacts(world, market, behaviour, orders, registry, rng)
    return Engagement(
        tickets=_tickets(world, orders, registry, rng, tickets),
        events=_events(world, behaviour, orders, registry, rng),
        social=_social(world, behaviour, registry, rng, mood),
        activities=_activities(world, behaviour, registry, rng),
        surveys=_surveys(world, orders, registry, rng, mood),
        contacts=contacts,
        coupons=_coupons(market, behaviour, orders, rng, contacts, world.config.days),
        points=_points(world, behaviour, orders, registry, rng, member_no),
        contracts=_contracts(world, behaviour, registry, rng),
        app_consents=_app_consents(world, registry, rng),
        crm_consents=_crm_consents(world, registry, rng),
        erasures=_erasures(world, registry, rng),
        member_no=member_no,
    )


class _Mood:
    """How content a customer is on a day.

    Low after a badly handled complaint and before leaving over service or price.
    """

    def __init__(self, world: World, behaviour: Behaviour) -> None:
        self._last_bad = np.full(len(world), -NEVER)
        c = behaviour.complaints
        bad = c["badly"]
        np.maximum.at(self._last_bad, c["customer"][bad], c["day"][bad])
        self._drop = behaviour.drop_day
        self._unhappy = np.isin(
            behaviour.drop_cause, (CAUSES.index("service"), CAUSES.index("price_sensitive"))
        )

    def at(self, customer: np.ndarray, day: np.ndarray) -> np.ndarray:
        """0 for ordinary, down to about -2.5."""
        since = day - self._last_bad[customer]
        left = self._drop[customer] - day
        return -1.7 * ((since >= 0) & (since < 180)) - 0.8 * (
            self._unhappy[customer] & (left >= 0) & (left < 90)
        )


def _membership(world: World, rng: np.random.Generator, registry: Registry) -> np.ndarray:
    """Who belongs to the loyalty programme: card holders, and near half of the shop's customers."""
    people = np.arange(world.n_people)
    has_card = registry.choose("pos", people) >= 0
    has_shop = registry.choose("shop", people) >= 0
    member = (
        has_card | (has_shop & (rng.random(world.n_people) < 0.45)) | np.isin(people, world.canary_people)
    )
    return np.concatenate(
        [np.where(member, world.people.member_no, ""), np.full(len(world.orgs), "", dtype=object)]
    )


def _last_order(orders: Orders, customer: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Index of the customer's last order on or before a day, -1 for none.

    Orders are sorted by customer and day.
    """
    code = orders.customer * _PER_DAY + orders.day
    at = np.searchsorted(code, customer * _PER_DAY + day, side="right") - 1
    ok = (at >= 0) & (orders.customer[at.clip(0)] == customer)
    return np.where(ok, at, -1)


def _next_order(orders: Orders, customer: np.ndarray, day: np.ndarray, within: int) -> np.ndarray:
    """Index of the customer's first order after `day` and within so many days, -1 for none."""
    code = orders.customer * _PER_DAY + orders.day
    at = np.searchsorted(code, customer * _PER_DAY + day, side="right")
    safe = at.clip(0, max(len(orders) - 1, 0))
    ok = (at < len(orders)) & (orders.customer[safe] == customer) & (orders.day[safe] <= day + within)
    ok &= ~orders.cancelled[safe]
    return np.where(ok, at, -1)


def _tickets(
    world: World, orders: Orders, registry: Registry, rng: np.random.Generator, plan: Columns
) -> Columns:
    n = len(plan["day"])
    complaint = plan["category"] == 1
    badly = plan["badly"]
    requester = registry.choose("service", plan["customer"], rng.random(n))
    registry.use("service", requester, plan["day"])
    order = _last_order(orders, plan["customer"], plan["day"])
    order = np.where(rng.random(n) < 0.65, order, -1)
    channel = np.where(
        complaint, pick(rng, cumulative([52, 34, 0, 14]), n), pick(rng, cumulative([30, 30, 34, 6]), n)
    )
    bot = channel == 2
    hours = np.exp(rng.normal(0.0, 0.9, n)) * np.where(badly, 9.0, np.where(complaint, 1.6, 0.35))
    hours = np.where(bot, 0.003 + 0.01 * rng.random(n), hours)
    solve = np.exp(rng.normal(0.0, 0.8, n)) * np.where(badly, 8 * 24, np.where(complaint, 2.7 * 24, 6.0))
    solve = np.where(bot, 0.1, solve)
    score = rng.normal(np.where(badly, 2.0, np.where(complaint, 4.2, 4.6)), 0.8)
    second = rng.integers(8 * 3600 + 1800, 21 * 3600, n)
    opened = plan["day"] * 86400 + second
    answered = opened + (hours * 3600).astype(int) + 5
    resolved = answered + (solve * 3600).astype(int) + 60
    end = world.config.days * 86400
    touch = np.where(
        complaint,
        np.choose(plan["kind"].clip(0), [2, 3, 1, 0, 3, 3]),
        pick(rng, cumulative([60, 10, 20, 5, 5]), n),
    )
    return plan | {
        "requester": requester,
        "order": order,
        "channel": channel,
        "touch": touch,
        "agent": np.where(bot, -1, rng.integers(0, max(len(world) // 1500, 6), n)),
        "store": np.where(channel == 3, rng.integers(0, len(world.outlets.store_code), n), -1),
        "wait": np.where(
            channel == 0, rng.exponential(24, n), np.where(channel == 1, rng.exponential(38, n), -1)
        ).astype(int),
        "opened": opened,
        "answered": np.where(answered < end, answered, -1),
        "resolved": np.where(resolved < end, resolved, -1),
        "score": np.where((rng.random(n) < 0.45) & (resolved < end), np.rint(score).clip(1, 5), 0).astype(
            int
        ),
        "text": rng.integers(0, 4, n),
    }


def _fade(behaviour: Behaviour, customer: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Share of usual activity.

    Falls over the 90 days before leaving (unless the customer goes silently), little after.
    """
    left = behaviour.drop_day[customer].astype(float) - day
    before = np.where(behaviour.traits.silent[customer], 1.0, (0.15 + 0.85 * left / 90).clip(0, 1))
    return np.where(left <= 0, 0.10, before)


def _events(
    world: World, behaviour: Behaviour, orders: Orders, registry: Registry, rng: np.random.Generator
) -> Columns:
    """Behaviour events of app users: a steady stream that fades, and a trail before online orders."""
    days = world.config.days
    t = behaviour.traits
    users = registry.tables["app"]
    start = users.created.clip(0)
    level = t.engagement[users.owner] * np.where(users.copy > 0, 0.4, 1.0)
    count = rng.poisson(1.25 * level * (days - start) / 30.4)
    user = np.repeat(np.arange(len(users)), count)
    day = (start[user] + rng.random(len(user)) * (days - start[user])).astype(int)
    customer = users.owner[user]
    keep = rng.random(len(user)) < _fade(behaviour, customer, day)
    user, day, customer = user[keep], day[keep], customer[keep]
    kind = pick(rng, cumulative(_EVENT_SHARES), len(user))
    # Who is about to leave for price or a competitor compares.
    tempted = np.isin(
        behaviour.drop_cause[customer], (CAUSES.index("price_sensitive"), CAUSES.index("competition"))
    )
    left = behaviour.drop_day[customer] - day
    kind = np.where(
        tempted & (left > 0) & (left < 75) & (rng.random(len(user)) < 0.32), EVENTS.index("compare"), kind
    )
    product = rng.integers(0, len(ref.products().price), len(user))
    second = (7 * 3600 + 16.5 * 3600 * np.sqrt(rng.random(len(user)))).astype(int)

    bought = np.flatnonzero(np.isin(orders.channel, (SHOP, POS)))
    buyer = registry.choose("app", orders.customer[bought])
    bought, buyer = bought[buyer >= 0], buyer[buyer >= 0]
    first_line = np.searchsorted(orders.line_order, np.arange(len(orders)))
    trail = (
        EVENTS.index("search"),
        EVENTS.index("view_product"),
        EVENTS.index("view_product"),
        EVENTS.index("add_to_cart"),
    )
    lag = np.array([4, 3, 1, 0])
    steps = rng.random((len(bought), 4)) < np.array([0.35, 0.6, 0.5, 0.75])
    row, step = np.nonzero(steps)
    trail_user, trail_order = buyer[row], bought[row]
    trail_day = orders.day[trail_order] - (lag[step] * rng.random(len(row))).astype(int)
    trail_second = np.where(
        trail_day == orders.day[trail_order],
        (orders.second[trail_order] - 60 * (4 - step) - 30).clip(0),
        72_000,
    )
    ok = trail_day >= 0
    registry.use("app", trail_user[ok], trail_day[ok])
    user = np.concatenate([user, trail_user[ok]])
    day = np.concatenate([day, trail_day[ok]])
    second = np.concatenate([second, trail_second[ok]])
    kind = np.concatenate([kind, np.array(trail)[step[ok]]])
    product = np.concatenate([product, orders.product[first_line[trail_order[ok]]]])
    order = np.lexsort((second, day, user))
    user, day, second, kind, product = (a[order] for a in (user, day, second, kind, product))
    # A session: events of one user on one day.
    session = (
        np.cumsum(np.concatenate([[True], (user[1:] != user[:-1]) | (day[1:] != day[:-1])]))
        if len(user)
        else user
    )
    read = np.isin(kind, (EVENTS.index("read_content"), EVENTS.index("download"), EVENTS.index("webinar")))
    taste = t.price_sensitivity[users.owner[user]]
    content = np.where(rng.random(len(user)) < taste, 0, 1 + (rng.random(len(user)) < 0.5)).astype(int)
    return {
        "user": user,
        "day": day,
        "second": second,
        "kind": kind,
        "product": product,
        "other": (product + rng.integers(1, 12, len(user))) % len(ref.products().price),
        "session": session,
        "platform": pick(rng, cumulative([55, 15, 30]), len(user)),
        "content": np.where(read, content, -1),
        "content_id": rng.integers(1, 400, len(user)),
        "word": rng.integers(0, 12, len(user)),
    }


def _social(
    world: World, behaviour: Behaviour, registry: Registry, rng: np.random.Generator, mood: _Mood
) -> Columns:
    days = world.config.days
    followers = registry.tables["social"]
    start = followers.created.clip(0)
    level = behaviour.traits.engagement[followers.owner]
    count = rng.poisson(0.42 * level * (days - start) / 30.4)
    row = np.repeat(np.arange(len(followers)), count)
    day = (start[row] + rng.random(len(row)) * (days - start[row])).astype(int)
    keep = rng.random(len(row)) < _fade(behaviour, followers.owner[row], day)
    row, day = row[keep], day[keep]
    action = pick(rng, cumulative([56, 20, 13, 11]), len(row))
    fresh = np.flatnonzero(followers.created >= 0)
    grouped = fresh[followers.u[fresh, 5] < 0.22]
    row = np.concatenate([row, fresh, grouped])
    day = np.concatenate([day, followers.created[fresh], followers.created[grouped]])
    action = np.concatenate([action, np.full(len(fresh), 4), np.full(len(grouped), 5)])
    customer = followers.owner[row]
    sentiment = (rng.normal(0.35, 0.32, len(row)) + 0.42 * mood.at(customer, day)).clip(-1, 1)
    spoken = np.isin(action, (1, 3))
    order = np.lexsort((row, day))
    return {
        k: v[order]
        for k, v in {
            "follower": row,
            "day": day,
            "second": rng.integers(7 * 3600, 86_000, len(row)),
            "action": action,
            "sentiment": np.where(spoken, sentiment.round(2), np.nan),
            "text": np.where(
                spoken,
                np.where(sentiment < -0.15, 0, np.where(sentiment < 0.25, 4, 8))
                + rng.integers(0, 4, len(row)),
                -1,
            ),
            "post": rng.integers(1, 900, len(row)),
        }.items()
    }


def _activities(world: World, behaviour: Behaviour, registry: Registry, rng: np.random.Generator) -> Columns:
    """Offline interactions.

    Visits, tastings, banquets, store visits, calls; and the run-up to a first order.
    """
    days = world.config.days
    customer, day, kind = [], [], []

    def add(who: np.ndarray, when: np.ndarray, what: int) -> None:
        customer.append(who)
        day.append(when)
        kind.append(np.full(len(who), what))

    add(behaviour.visits["customer"], behaviour.visits["day"], 0)
    add(behaviour.tastings["customer"], behaviour.tastings["day"], 1)
    orgs = world.n_people + np.arange(len(world.orgs))
    contacts = registry.tables["crm"]
    known = np.unique(contacts.owner)
    for who, per_year, what in ((orgs, 0.9, 2), (orgs, 2.2, 4), (known, 0.35, 4), (known, 0.25, 3)):
        first = world.acquired[who].clip(0)
        last = np.minimum(behaviour.drop_day[who], days)
        count = rng.poisson(per_year * (last - first).clip(0) / 365)
        rows = np.repeat(np.arange(len(who)), count)
        add(who[rows], (first[rows] + rng.random(len(rows)) * (last - first)[rows]).astype(int), what)
    new = orgs[(world.acquired[orgs] > 20) & ~world.is_lead[orgs]]
    count = rng.poisson(6.5, len(new))
    rows = np.repeat(np.arange(len(new)), count)
    before = world.acquired[new][rows] - (1 + rng.random(len(rows)) * 75).astype(int)
    inside = before >= 0
    add(new[rows][inside], before[inside], 4)
    all_customer, all_day, all_kind = np.concatenate(customer), np.concatenate(day), np.concatenate(kind)
    order = np.lexsort((all_customer, all_day))
    all_customer, all_day, all_kind = all_customer[order], all_day[order], all_kind[order]
    n = len(all_day)
    is_org = all_customer >= world.n_people
    company = np.where(is_org, registry.choose("crm_company", all_customer, rng.random(n)), -1)
    # A company is met through one of its contacts.
    first_contact = np.array([c[0] if len(c) else -1 for c in world.orgs.contacts])
    person = np.where(is_org, first_contact[(all_customer - world.n_people).clip(0)], all_customer)
    contact = np.where(person >= 0, registry.choose("crm", person.clip(0), rng.random(n)), -1)
    registry.use("crm_company", company, all_day)
    registry.use("crm", contact, all_day)
    return {
        "customer": all_customer,
        "day": all_day,
        "second": rng.integers(9 * 3600, 20 * 3600, n) // 300 * 300,
        "kind": all_kind,
        "company": company,
        "contact": contact,
        "minutes": np.choose(all_kind, [60, 120, 150, 25, 8]) + rng.integers(-5, 40, n),
        "store": np.where(all_kind == 3, rng.integers(0, len(world.outlets.store_code), n), -1),
        "outcome": pick(rng, cumulative([38, 22, 30, 10]), n),
        "note": rng.integers(0, 6, n),
    }


def _surveys(
    world: World, orders: Orders, registry: Registry, rng: np.random.Generator, mood: _Mood
) -> Columns:
    """NPS, CSAT and touch-point answers some days after an order."""
    base = np.flatnonzero(
        (orders.customer < world.n_people) & ~orders.cancelled & (rng.random(len(orders)) < 0.075)
    )
    n = len(base)
    question = pick(rng, cumulative([40, 28, 32]), n)
    customer = orders.customer[base]
    day = orders.day[base] + rng.integers(1, 8, n)
    latent = rng.normal(0, 1, n) + mood.at(customer, day)
    nps = np.rint(8.95 + 1.35 * latent).clip(0, 10)
    five = np.rint(4.45 + 0.75 * latent).clip(1, 5)
    profile = registry.choose("marketing", customer, rng.random(n))
    anonymous = rng.random(n) < 0.15
    keep = day < world.config.days
    return {
        k: v[keep]
        for k, v in {
            "customer": customer,
            "profile": np.where(anonymous, -1, profile),
            "typed_phone": (profile < 0) & ~anonymous,
            "day": day,
            "second": rng.integers(8 * 3600, 22 * 3600, n),
            "question": question,
            "touch": np.where(question == 2, pick(rng, cumulative([20, 15, 30, 15, 20]), n), -1),
            "score": np.where(question == 0, nps, five).astype(int),
            "store": np.where(orders.channel[base] == POS, orders.store[base], -1),
            "agent": np.where(rng.random(n) < 0.2, rng.integers(0, 6, n), -1),
            "text": np.where(rng.random(n) < 0.12, np.where(latent < -1, 0, 4) + rng.integers(0, 4, n), -1),
        }.items()
    }


def _contacts(
    world: World,
    market: Market,
    behaviour: Behaviour,
    orders: Orders,
    registry: Registry,
    rng: np.random.Generator,
) -> Columns:
    """Campaign contacts with what the platform saw.

    Sent, opened, clicked, converted (an order within 14 days of a click).
    """
    c = behaviour.contacts
    n = len(c["day"])
    campaigns = market.campaigns
    opening = np.array([(*k.open_rate, 0.0) for k in campaigns])[c["campaign"], c["variant"]]
    clicking = np.array([(*k.click_rate, 0.0) for k in campaigns])[c["campaign"], c["variant"]]
    level = (0.4 + 0.6 * behaviour.traits.engagement[c["person"]]).clip(0, 1.9)
    level = level * _fade(behaviour, c["buyer"], c["day"])
    moved = c["extra"] == 1
    opened = (rng.random(n) < opening * level) | (moved & (rng.random(n) < 0.9))
    clicked = opened & ((rng.random(n) < clicking) | (moved & (rng.random(n) < 0.9)))
    sent = c["day"] * 86400 + rng.integers(9 * 3600, 20 * 3600, n)
    open_at = sent + (rng.exponential(9 * 3600, n)).astype(int) + 20
    click_at = open_at + rng.integers(5, 900, n)
    order = _next_order(orders, c["buyer"], c["day"], 14)
    at = orders.day[order.clip(0)] * 86400 + orders.second[order.clip(0)]
    converted = clicked & (order >= 0) & (at > click_at)
    end = world.config.days * 86400
    profile = registry.choose("marketing", c["person"], rng.random(n))
    registry.use("marketing", profile, c["day"])
    held = c["variant"] == 2
    return {
        "campaign": c["campaign"],
        "person": c["person"],
        "buyer": c["buyer"],
        "profile": profile,
        "variant": c["variant"],
        "day": c["day"],
        "sent": np.where(held, -1, sent),
        "opened": np.where(opened & ~held & (open_at < end), open_at, -1),
        "clicked": np.where(clicked & ~held & (click_at < end), click_at, -1),
        "converted": np.where(converted & ~held, at, -1),
        "order": np.where(converted & ~held, order, -1),
    }


def _coupons(
    market: Market,
    behaviour: Behaviour,
    orders: Orders,
    rng: np.random.Generator,
    contacts: Columns,
    days: int,
) -> Columns:
    """Coupons of promotions.

    Issued with the message, used by part of those who then ordered in shop or store.
    """
    content = np.array([c.content for c in market.campaigns])[contacts["campaign"]]
    rows = np.flatnonzero((content == 0) & (contacts["variant"] < 2) & (rng.random(len(content)) < 0.75))
    n = len(rows)
    order = _next_order(orders, contacts["buyer"][rows], contacts["day"][rows], 30)
    channel = orders.channel[order.clip(0)]
    keen = 0.35 + 0.6 * behaviour.traits.price_sensitivity[contacts["buyer"][rows]]
    used = (order >= 0) & np.isin(channel, (SHOP, POS)) & (rng.random(n) < keen)
    # One coupon per order.
    first = np.zeros(n, dtype=bool)
    first[np.unique(order, return_index=True)[1]] = True
    used &= first
    face = rng.integers(0, 4, n)
    return {
        "profile": contacts["profile"][rows],
        "campaign": contacts["campaign"][rows],
        "face": FACE_VALUES[face],
        "minimum": FACE_VALUES[face] * 10 - 1,
        "issued": contacts["sent"][rows],
        "expires": contacts["day"][rows] + 30,
        "order": np.where(used, order, -1),
        "used": np.where(used, orders.day[order.clip(0)] * 86400 + orders.second[order.clip(0)], -1),
    }


def _points(
    world: World,
    behaviour: Behaviour,
    orders: Orders,
    registry: Registry,
    rng: np.random.Generator,
    member_no: np.ndarray,
) -> Columns:
    """Loyalty points: earned at tills and in the shop, some redeemed, the rest of old ones expired."""
    days = world.config.days
    at_till = (orders.channel == POS) & (registry.order_record >= 0)
    in_shop = (orders.channel == SHOP) & (member_no[orders.customer] != "") & ~orders.cancelled
    earn = np.flatnonzero(at_till | in_shop)
    points = orders.total_fen[earn] // 1000
    keep = points > 0
    earn, points = earn[keep], points[keep]
    n = len(earn)
    redeems = rng.random(n) < 0.22
    later = orders.day[earn] + rng.integers(15, 300, n)
    part = (points * rng.uniform(0.3, 1.0, n)).astype(int).clip(1)
    redeems &= later < days
    expiry = orders.day[earn] + 365
    rest = points - np.where(redeems, part, 0)
    expires = (expiry < days) & (rest > 0) & (rng.random(n) < 0.30)
    row = np.concatenate([np.arange(n), np.flatnonzero(redeems), np.flatnonzero(expires)])
    kind = np.repeat([0, 1, 2], [n, int(redeems.sum()), int(expires.sum())])
    amount = np.concatenate([points, -part[redeems], -rest[expires]])
    day = np.concatenate([orders.day[earn], later[redeems], expiry[expires]])
    order = np.lexsort((row, day))
    row, kind, amount, day = row[order], kind[order], amount[order], day[order]
    rate = behaviour.traits.rate[orders.customer[earn[row]]]
    return {
        "order": earn[row],
        "kind": kind,
        "points": amount,
        "day": day,
        "second": np.where(kind == 0, orders.second[earn[row]], 36_000),
        "level": np.searchsorted((4.0, 11.0), rate),
    }


def _contracts(world: World, behaviour: Behaviour, registry: Registry, rng: np.random.Generator) -> Columns:
    """Yearly supply contracts of companies: renewed nearly always while the company is a customer."""
    days = world.config.days
    columns: dict[str, list[int | float]] = {
        k: [] for k in ("org", "signed", "start", "end", "amount", "status", "renews")
    }
    u = rng.random((len(world.orgs), 12))
    for j in range(len(world.orgs)):
        i = world.n_people + j
        if world.is_lead[i] or u[j, 0] > 0.62:
            continue
        start = max(int(world.acquired[i]) + 5, -360 + int(u[j, 1] * 360))
        drop = int(behaviour.drop_day[i])
        amount = round(max(float(behaviour.traits.rate[i]) * 0.4 * (0.8 + 0.4 * float(u[j, 2])), 1.0), 1)
        previous = -1
        for term in range(11):
            if start >= min(drop, days):
                break
            end = start + 364
            if end >= days:
                status = 0 if drop > days else 3
            elif drop > end + 1 and u[j, 3 + term % 9] < 0.95:
                status = 2
            else:
                status = 1 if drop > end else 3
            columns["org"].append(i)
            columns["signed"].append(start - 1 - int(u[j, 4] * 25))
            columns["start"].append(start)
            columns["end"].append(end)
            columns["amount"].append(amount)
            columns["status"].append(status)
            columns["renews"].append(previous)
            previous = len(columns["org"]) - 1
            if status != 2:
                break
            start, amount = end + 1, round(amount * (0.95 + 0.2 * float(u[j, 5])), 1)
    result = {k: np.array(v) for k, v in columns.items()}
    company = (
        registry.choose("crm_company", result["org"].astype(int))
        if len(result["org"])
        else np.empty(0, dtype=int)
    )
    return result | {"company": company}


def _app_consents(world: World, registry: Registry, rng: np.random.Generator) -> Columns:
    """Privacy switches of the app: set at registration, some withdrawn later."""
    users = registry.tables["app"]
    n = len(users)
    # purpose, channel, share of users asked, share that agrees
    plan = (
        (0, 0, 0.8, 0.62),
        (0, 1, 0.5, 0.48),
        (0, 4, 0.9, 0.70),
        (1, 3, 0.6, 0.66),
        (2, 3, 0.5, 0.92),
        (3, 1, 0.25, 0.22),
    )
    parts: list[np.ndarray] = []
    for purpose, channel, asked, agrees in plan:
        rows = np.flatnonzero(rng.random(n) < asked)
        granted = rng.random(len(rows)) < agrees
        when = users.created[rows] * 86400 + users.second[rows] + 30
        parts.append(
            np.stack([rows, np.full(len(rows), purpose), np.full(len(rows), channel), granted, when], axis=1)
        )
        back = rows[granted & (rng.random(len(rows)) < 0.10)]
        span = (world.config.days - 1 - users.created[back]).clip(1)
        later = (users.created[back] + 1 + (rng.random(len(back)) * span).astype(int)).clip(
            None, world.config.days - 1
        )
        parts.append(
            np.stack(
                [
                    back,
                    np.full(len(back), purpose),
                    np.full(len(back), channel),
                    np.zeros(len(back), int),
                    later * 86400 + 43_000,
                ],
                axis=1,
            )
        )
    table = np.concatenate(parts)
    table = table[np.lexsort((table[:, 2], table[:, 1], table[:, 0], table[:, 4]))]
    return dict(zip(("user", "purpose", "channel", "granted", "at"), table.T, strict=True))


def _crm_consents(world: World, registry: Registry, rng: np.random.Generator) -> Columns:
    """Consent forms signed on paper, marketing by text message, mail, telephone or WeChat."""
    contacts = registry.tables["crm"]
    rows = np.flatnonzero(rng.random(len(contacts)) < 0.45)
    twice = rows[rng.random(len(rows)) < 0.30]
    rows = np.concatenate([rows, twice])
    granted = np.concatenate([rng.random(len(rows) - len(twice)) < 0.84, rng.random(len(twice)) < 0.35])
    first = contacts.created[rows]
    span = (world.config.days - 1 - first).clip(1)
    again = np.arange(len(rows)) >= len(rows) - len(twice)
    day = np.where(again, first + 1 + (rng.random(len(rows)) * span).astype(int), first).clip(
        None, world.config.days - 1
    )
    order = np.lexsort((rows, day))
    return {
        k: v[order]
        for k, v in {
            "contact": rows,
            "purpose": np.where(rng.random(len(rows)) < 0.75, 0, rng.integers(1, 4, len(rows))),
            "channel": rng.integers(0, 4, len(rows)),
            "granted": granted,
            "day": day,
            "second": rng.integers(9 * 3600, 18 * 3600, len(rows)),
        }.items()
    }


def _erasures(world: World, registry: Registry, rng: np.random.Generator) -> Columns:
    """Requests to be erased, in the last half year: mostly people the service desk knows."""
    barred = np.zeros(world.n_people, dtype=bool)
    barred[world.canary_people] = True
    for _, _, members in world.hard_negatives:
        barred[[m for m in members if m < world.n_people]] = True
    open_to = np.flatnonzero(~barred & (world.group[: world.n_people] != CONTACT))
    n = min(max(3, round(world.n_people * 0.0015)), len(open_to))
    person = np.sort(rng.choice(open_to, n, replace=False))
    day = np.sort(rng.integers(world.config.days - 180, world.config.days, n))
    return {
        "person": person,
        "day": day,
        "second": rng.integers(9 * 3600, 18 * 3600, n),
        "requester": registry.choose("service", person),
        "status": np.where(day < world.config.days - 30, 2, rng.integers(0, 2, n)),
        "gives": rng.integers(0, 3, n),  # phone, e-mail, both
    }
