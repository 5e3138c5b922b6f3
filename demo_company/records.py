"""Which system knows whom.

Source records with duplicates and the mess people make when they write others down.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from demo_company import names
from demo_company import reference as ref
from demo_company.behaviour import DEALER, ERP, MARKETPLACE, NEVER, POS, SHOP, Behaviour
from demo_company.orders import Orders
from demo_company.reference import cumulative, pick
from demo_company.world import CONTACT, IDS_PER_CHUNK, World

RECORDS_PER_CHUNK = 2 * IDS_PER_CHUNK
"""Record numbers a chunk may use in one table."""

PHONE_FORMATS = ("plain", "spaced", "dashed", "plus86", "zeros86", "fullwidth", "noted")


@dataclass(frozen=True)
class Profile:
    """How one system writes people down. Shares are those of `--noise mid`."""

    surplus: float
    """Surplus records per first record, beside those that several platforms or dealers bring about."""
    kinds: dict[str, float] = field(default_factory=dict)
    """Share of each way to write a name that is not plain."""
    extra_kinds: dict[str, float] = field(default_factory=dict)
    """The same for surplus records, which mostly exist because something was written differently."""
    missing: dict[str, float] = field(default_factory=dict)
    """Share of records in which a field is empty."""
    formats: dict[str, float] = field(default_factory=dict)
    """Share of telephone notations that are not plain digits."""


_TIDY = {"homophone": 0.010, "swapped": 0.003, "spaced": 0.006}
_DUPLICATE = {
    "homophone": 0.10,
    "traditional": 0.05,
    "pinyin": 0.07,
    "honorific": 0.12,
    "nickname": 0.05,
    "note": 0.07,
    "spaced": 0.05,
}

PROFILES = {
    "crm": Profile(
        0.23,
        {**_TIDY, "honorific": 0.06, "note": 0.05, "traditional": 0.01, "pinyin": 0.01},
        _DUPLICATE,
        {"phone": 0.05, "email": 0.30, "birth": 0.35, "id_number": 0.62, "address": 0.20, "unionid": 0.55},
        {"spaced": 0.05, "dashed": 0.04, "plus86": 0.04, "zeros86": 0.01, "fullwidth": 0.02},
    ),
    "shop": Profile(
        0.20,
        {**_TIDY, "missing": 0.12, "pinyin": 0.02, "traditional": 0.01, "nickname": 0.03},
        {**_DUPLICATE, "honorific": 0.02, "missing": 0.15},
        {"phone": 0.03, "email": 0.45, "birth": 0.50, "address": 0.15, "unionid": 0.40, "member_no": 0.55},
        {"plus86": 0.02},
    ),
    "marketplace": Profile(
        0.14,
        {"masked": 0.55, "honorific": 0.04, "nickname": 0.02},
        {"masked": 0.5, "honorific": 0.15},
    ),
    "pos": Profile(
        0.22,
        {**_TIDY, "honorific": 0.05, "missing": 0.03, "nickname": 0.02},
        {**_DUPLICATE, "missing": 0.05},
        {"phone": 0.02, "birth": 0.14, "address": 0.60},
        {"spaced": 0.02},
    ),
    "dealer": Profile(
        0.13,
        {**_TIDY, "honorific": 0.22, "note": 0.20, "nickname": 0.05, "traditional": 0.02},
        {**_DUPLICATE, "honorific": 0.30, "note": 0.25},
        {"phone": 0.10, "address": 0.35},
        {"spaced": 0.08, "dashed": 0.08, "fullwidth": 0.05, "noted": 0.04},
    ),
    "app": Profile(
        0.185, missing={"phone": 0.15, "birth": 0.55, "unionid": 0.20, "member_no": 0.50, "city": 0.20}
    ),
    "social": Profile(
        0.04,
        {"honorific": 0.15, "note": 0.10, "nickname": 0.10},
        {"honorific": 0.20, "note": 0.10, "nickname": 0.20},
        {"unionid": 0.05, "remark": 0.55, "city": 0.30},
    ),
    "service": Profile(
        0.23,
        {**_TIDY, "honorific": 0.25, "missing": 0.05},
        {**_DUPLICATE, "honorific": 0.35, "missing": 0.15},
        {"phone": 0.04, "email": 0.80, "member_no": 0.70},
        {"dashed": 0.02},
    ),
    "marketing": Profile(
        0.23,
        {**_TIDY, "pinyin": 0.03, "honorific": 0.04, "missing": 0.04},
        {**_DUPLICATE, "missing": 0.10},
        {"phone": 0.12, "email": 0.35, "unionid": 0.60, "member_no": 0.55},
        {"plus86": 0.06, "spaced": 0.03},
    ),
    "erp": Profile(0.16, missing={"email": 0.40, "credit_code": 0.06}, formats={"dashed": 0.05}),
    "crm_company": Profile(
        0.21, missing={"credit_code": 0.14, "revenue": 0.30, "founded": 0.25, "phone": 0.10}
    ),
}


@dataclass
class Records:
    """Source records of one table as parallel columns, in order of creation."""

    system: str
    entity: str
    owner: np.ndarray  # customer
    sub: np.ndarray  # dealer, platform or 0: where within the system
    copy: np.ndarray  # 0 first record of its slot, 1.. surplus
    created: np.ndarray  # day of the period
    second: np.ndarray  # of that day
    updated: np.ndarray  # day
    number: np.ndarray  # unique across chunks within the table
    name: np.ndarray  # as written, None when missing
    phone: np.ndarray  # as written, None when missing
    digits: np.ndarray  # the number behind it, None when missing
    email: np.ndarray
    u: np.ndarray  # (n, 8) uniform draws for the choices of the single systems
    slot_start: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=int))

    def __len__(self) -> int:
        return len(self.owner)

    def keep(self, share: float, column: int, factor: float = 1.0) -> np.ndarray:
        """Mask of records that hold a field missing in `share` of them; `column` chooses the draw."""
        return self.u[:, column] >= share * factor


@dataclass
class Registry:
    """Records of all tables and which record each order and event goes through."""

    tables: dict[str, Records]
    order_record: np.ndarray  # per order: row in the table of its channel, -1 when anonymous
    by_owner: dict[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for table, records in self.tables.items():
            order = np.argsort(records.owner, kind="stable")
            self.by_owner[table] = (order, records.owner[order])

    def choose(self, table: str, customers: np.ndarray, u: np.ndarray | float = 0.0) -> np.ndarray:
        """A row of `table` for each customer, -1 for none.

        `u` in [0, 1) chooses among several (0: the oldest).
        """
        order, owner = self.by_owner[table]
        if not len(order):
            return np.full(len(customers), -1)
        first = np.searchsorted(owner, customers, side="left")
        count = np.searchsorted(owner, customers, side="right") - first
        row = order[(first + (u * count).astype(int)).clip(0, len(order) - 1)]
        return np.where(count > 0, row, -1)

    def use(self, table: str, rows: np.ndarray, days: np.ndarray) -> None:
        """A record is at least as old as what goes through it."""
        known = rows >= 0
        np.minimum.at(self.tables[table].created, rows[known], days[known])


CHANNEL_TABLE = {ERP: "erp", DEALER: "dealer", POS: "pos", SHOP: "shop", MARKETPLACE: "marketplace"}
ENTITY = {
    "crm": "contacts", "crm_company": "companies", "erp": "accounts", "shop": "users",
    "marketplace": "orders", "pos": "members",
    "dealer": "sellout", "app": "users", "social": "followers", "service": "requesters",
    "marketing": "profiles",
}  # fmt: skip
PLATFORMS = ("天猫", "京东", "拼多多")
SOCIAL = ("wechat", "weibo", "douyin", "xiaohongshu")


def build_records(world: World, behaviour: Behaviour, orders: Orders, callers: np.ndarray) -> Registry:
    """Create the source records of a chunk; `callers` are the customers known to the service desk."""
    rng = world.config.rng("records", world.chunk)
    n_people = world.n_people
    tables: dict[str, Records] = {}
    order_record = np.full(len(orders), -1)
    platform_habit = pick(rng, cumulative([50, 32, 18]), len(world))
    two_platforms = rng.random(len(world)) < 0.12
    for channel, table in CHANNEL_TABLE.items():
        rows = np.flatnonzero((orders.channel == channel) & ~orders.anonymous)
        owner = orders.customer[rows]
        if channel == DEALER:
            sub = orders.dealer[rows]
        elif channel == MARKETPLACE:
            elsewhere = two_platforms[owner] & (rng.random(len(rows)) < 0.35)
            sub = np.where(elsewhere, (platform_habit[owner] + 1) % 3, platform_habit[owner])
        else:
            sub = np.zeros(len(rows), dtype=int)
        code = owner * 1000 + sub
        idle = _idle(world, rng, channel, np.unique(owner))
        slots = np.union1d(code, idle * 1000)
        records = _make(world, rng, table, slots // 1000, slots % 1000)
        # An order goes through one of the records of its slot.
        at = np.searchsorted(slots, code)
        copies = np.diff(np.append(records.slot_start, len(records)))
        chosen = records.slot_start[at] + (rng.random(len(rows)) * copies[at]).astype(int)
        first_use = np.full(len(records), NEVER)
        np.minimum.at(first_use, chosen, orders.day[rows])
        position = _date(world, rng, records, first_use)
        order_record[rows] = position[chosen]
        tables[table] = records

    people = np.arange(n_people)
    group = world.group[:n_people]
    canary = np.isin(people, world.canary_people)
    age_end = (world.config.origin + world.config.days - world.people.birth) / 365.25
    in_app = rng.random(n_people) < np.where(group == CONTACT, 0.15, np.where(age_end < 40, 0.56, 0.30))
    in_social = rng.random(n_people) < np.where(age_end < 40, 0.34, 0.20)
    in_crm = rng.random(n_people) < np.choose(group, [1, 0.42, 0.10, 1.0])
    in_crm |= world.people.employer >= 0
    in_crm |= world.is_lead[:n_people] & (rng.random(n_people) < 0.7)
    in_marketing = behaviour.traits.has_profile[:n_people]
    visitors = np.unique(behaviour.tastings["customer"])
    in_crm[visitors[visitors < n_people]] = True
    members: dict[str, np.ndarray] = {
        "app": people[in_app | canary],
        "crm": people[in_crm | canary],
        "marketing": people[in_marketing | canary],
        "service": np.union1d(callers, world.canary_people),
        "crm_company": n_people + np.arange(len(world.orgs)),
    }
    for table, owner in members.items():
        records = _make(world, rng, table, owner, np.zeros(len(owner), dtype=int))
        _date(world, rng, records, np.full(len(records), NEVER), early=0 if table == "service" else 60)
        tables[table] = records
    followers = people[in_social | canary]
    habit = pick(rng, cumulative([55, 12, 20, 13]), len(followers))
    second = pick(rng, cumulative([30, 20, 28, 22]), len(followers))
    both = (rng.random(len(followers)) < 0.24 * world.config.noise_factor) & (second != habit)
    slots = np.union1d(followers * 1000 + habit, followers[both] * 1000 + second[both])
    records = _make(world, rng, "social", slots // 1000, slots % 1000)
    _date(world, rng, records, np.full(len(records), NEVER))
    tables["social"] = records
    _everybody_somewhere(world, rng, tables)
    return Registry(tables, order_record)


def _idle(world: World, rng: np.random.Generator, channel: int, buyers: np.ndarray) -> np.ndarray:
    """Customers registered in a channel without having bought there."""
    if channel in (POS, SHOP):
        share = 0.10 if channel == SHOP else 0.03
        people = np.arange(world.n_people)
        idle = people[(rng.random(world.n_people) < share) & (world.group[: world.n_people] != CONTACT)]
    elif channel == ERP:
        # Half of the companies that never ordered were opened as accounts all the same.
        orgs = world.n_people + np.arange(len(world.orgs))
        idle = orgs[rng.random(len(orgs)) < 0.10]
    else:
        idle = np.empty(0, dtype=int)
    return np.setdiff1d(idle, buyers)


def _everybody_somewhere(world: World, rng: np.random.Generator, tables: dict[str, Records]) -> None:
    """A true customer whom no system knows is put into the crm (a person) as a lead."""
    known = np.zeros(len(world), dtype=bool)
    for records in tables.values():
        known[records.owner] = True
    missing = np.flatnonzero(~known[: world.n_people])
    if len(missing):
        old = tables["crm"]
        more = _make(world, rng, "crm", missing, np.zeros(len(missing), dtype=int), start=len(old))
        _date(world, rng, more, np.full(len(more), NEVER))
        tables["crm"] = _concat(old, more)


def _make(
    world: World, rng: np.random.Generator, table: str, owner: np.ndarray, sub: np.ndarray, start: int = 0
) -> Records:
    """Records of a table: one per slot and its surplus copies, slot by slot (dated and reordered later)."""
    profile = PROFILES[table]
    factor = world.config.noise_factor
    slots = len(owner)
    surplus = profile.surplus * factor
    u = rng.random(slots)
    extra = (u < surplus * 0.86).astype(int) + (u < surplus * 0.14)
    # A small chunk gets its share exactly rather than by luck of the draw.
    wanted = round(surplus * slots)
    rank = np.argsort(u, kind="stable")
    extra[:] = 0
    extra[rank[: round(wanted * 0.86)]] += 1
    extra[rank[: wanted - round(wanted * 0.86)]] += 1
    is_canary = np.isin(owner, world.canary_people) | np.isin(owner, world.n_people + world.canary_orgs)
    extra[is_canary] = 0
    repeat = 1 + extra
    slot_start = np.concatenate([[0], np.cumsum(repeat)[:-1]])
    row_owner = np.repeat(owner, repeat)
    row_sub = np.repeat(sub, repeat)
    n = len(row_owner)
    copy = np.arange(n) - np.repeat(slot_start, repeat)
    draws = rng.random((n, 8))
    records = Records(
        system="crm" if table == "crm_company" else table,
        entity=ENTITY[table],
        owner=row_owner,
        sub=row_sub,
        copy=copy,
        created=np.zeros(n, dtype=int),
        second=rng.integers(8 * 3600, 21 * 3600, n),
        updated=np.zeros(n, dtype=int),
        number=world.chunk * RECORDS_PER_CHUNK + start + np.arange(n),
        name=np.empty(n, dtype=object),
        phone=np.empty(n, dtype=object),
        digits=np.empty(n, dtype=object),
        email=np.empty(n, dtype=object),
        u=draws,
        slot_start=slot_start,
    )
    if start + n > RECORDS_PER_CHUNK:
        raise ValueError(f"a chunk has more {table} records than record numbers")
    _write_names(world, rng, table, records)
    _write_contacts(world, rng, table, records)
    return records


def _kind_table(profile: Profile, factor: float, extra: bool) -> tuple[list[str], np.ndarray]:
    kinds = profile.extra_kinds if extra else profile.kinds
    scaled = {k: v * (1 if k in ("missing", "masked") else factor) for k, v in kinds.items()}
    total = sum(scaled.values())
    if total > 0.95:
        scaled = {k: v * 0.95 / total for k, v in scaled.items()}
        total = 0.95
    return ["plain", *scaled], cumulative([1 - total, *scaled.values()])


def _write_names(world: World, rng: np.random.Generator, table: str, records: Records) -> None:
    profile, factor = PROFILES[table], world.config.noise_factor
    plans = [_kind_table(profile, factor, extra) for extra in (False, True)]
    u = rng.random((len(records), 2))
    p, n_people = world.people, world.n_people
    canaries = set(world.canary_people.tolist())
    for r, owner in enumerate(records.owner):
        if owner >= n_people:
            records.name[r] = _company_name(
                world, int(owner) - n_people, u[r, 0], factor, records.copy[r] > 0
            )
            continue
        if table in ("app", "social"):
            records.name[r] = _nickname(world, int(owner), u[r])
            continue
        kinds, cdf = plans[min(int(records.copy[r]), 1)]
        kind = "plain" if owner in canaries else kinds[int(np.searchsorted(cdf, u[r, 0], side="right"))]
        records.name[r] = names.variant(
            kind,
            p.names.surname[owner],
            p.names.given[owner],
            bool(p.names.latin[owner]),
            bool(p.sex[owner]),
            u[r, 1],
        )


def _nickname(world: World, i: int, u: np.ndarray) -> str | None:
    """Screen name: invented for most, near the real name for a third."""
    who = world.people.names
    if i in world.canary_people:
        return f"{who.full(i)}的酒窖"
    if u[0] < 0.08:
        return None
    if u[0] < 0.66:
        base = ref.NICKNAMES[int(u[1] * len(ref.NICKNAMES))]
        return base if u[0] < 0.4 else f"{base}{int(u[1] * 9973) % 1000}"
    kind = ("plain", "nickname", "pinyin", "spaced")[int((u[0] - 0.66) / 0.34 * 4)]
    return names.variant(
        kind, who.surname[i], who.given[i], bool(who.latin[i]), bool(world.people.sex[i]), u[1]
    )


def _company_name(world: World, j: int, u: float, factor: float, is_copy: bool) -> str:
    """A company as written: registered name, short name, with a note, with a space, half-width brackets."""
    full, short = world.orgs.name[j], world.orgs.short[j]
    if j in world.canary_orgs:
        return full
    odd = (0.55 if is_copy else 0.16) * factor
    if u >= odd:
        return full
    return (
        short,
        f"{short}公司",
        f"{full}（总部）",
        full.replace("有限公司", ""),
        f" {full}",
        f"{short} 王经理转",
    )[int(u / odd * 6)]


def _write_contacts(world: World, rng: np.random.Generator, table: str, records: Records) -> None:
    """Telephone and e-mail: current, former or second number, in the notations of the system."""
    profile, factor = PROFILES[table], world.config.noise_factor
    p, n_people = world.people, world.n_people
    formats = list(profile.formats)
    format_cdf = np.cumsum([v * factor for v in profile.formats.values()]) if formats else np.empty(0)
    u = rng.random((len(records), 4))
    dealer, group = world.dealer_phone_group
    shop_phone = set(group.tolist())
    canaries = set(world.canary_people.tolist()) | {n_people + int(j) for j in world.canary_orgs}
    # Whose number went to somebody else is still on file with it.
    gave_up = {members[0] for kind, _, members in world.hard_negatives if kind == "recycled_number"}
    for r, owner in enumerate(records.owner):
        i, is_copy, special = int(owner), records.copy[r] > 0, int(owner) in canaries
        if i >= n_people:
            j = i - n_people
            contacts = world.orgs.contacts[j]
            if table == "crm_company" or not len(contacts) or (is_copy and u[r, 0] < 0.4):
                digits = world.orgs.phone[j]
            else:
                digits = p.phone[contacts[int(is_copy and len(contacts) > 1)]]
            email = p.email[contacts[0]] if len(contacts) else ""
        else:
            digits, email = p.phone[i], p.email[i]
            former = p.old_phone[i]
            if is_copy and p.second_phone[i] and u[r, 0] < 0.45:
                digits = p.second_phone[i]
            elif former and (i in gave_up or u[r, 0] < (0.75 if is_copy else 0.22 * factor)):
                digits = former
        missing_phone = profile.missing.get("phone", 0.0) * (3.0 if is_copy else 1.0) * factor
        if not special and u[r, 1] < missing_phone:
            digits = ""
        if table == "dealer" and i in shop_phone and records.sub[r] == dealer:
            digits = world.outlets.dealer_phone[dealer]
        if not special and u[r, 2] < profile.missing.get("email", 0.0) * (1.3 if is_copy else 1.0):
            email = ""
        records.digits[r] = digits or None
        records.email[r] = email or None
        kind = "plain"
        if digits and formats and not special and len(digits) == 11 and digits.isdigit():
            at = int(np.searchsorted(format_cdf, u[r, 3], side="right"))
            kind = formats[at] if at < len(formats) else "plain"
        records.phone[r] = format_phone(digits, kind) if digits else None


_FULLWIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def format_phone(digits: str, kind: str) -> str:
    """A mobile number in one of PHONE_FORMATS."""
    a, b, c = digits[:3], digits[3:7], digits[7:]
    return {
        "plain": digits,
        "spaced": f"{a} {b} {c}",
        "dashed": f"{a}-{b}-{c}",
        "plus86": f"+86 {digits}",
        "zeros86": f"0086{digits}",
        "fullwidth": digits.translate(_FULLWIDTH),
        "noted": f"{digits}（微信同号）",
    }[kind]


def mask_phone(digits: str) -> str:
    """138****1234."""
    return f"{digits[:3]}****{digits[7:]}"


def _date(
    world: World, rng: np.random.Generator, records: Records, first_use: np.ndarray, early: int = 0
) -> np.ndarray:
    """Give records their dates and put them in order of creation; returns old row -> new row.

    `early`: a first record is made up to so many days before the customer's first order.
    """
    n, days = len(records), world.config.days
    acquired = world.acquired[records.owner] - (rng.random(n) ** 2 * early).astype(int)
    later = acquired + (rng.random(n) ** 2 * np.maximum(days - 1 - acquired, 1)).astype(int)
    created = np.where(records.copy > 0, later, acquired)
    # Whoever bought before the period was registered at some time before it.
    created = np.minimum(created, np.where(first_use == NEVER, days - 1, first_use))
    records.created = created.clip(None, days - 1)
    records.updated = (
        records.created + (rng.random(n) ** 3 * (days - 1 - records.created)).astype(int)
    ).clip(None, days - 1)
    order = np.lexsort((rng.random(n), records.created))
    numbers = records.number.copy()
    for key in (
        "owner",
        "sub",
        "copy",
        "created",
        "second",
        "updated",
        "name",
        "phone",
        "digits",
        "email",
        "u",
    ):
        setattr(records, key, getattr(records, key)[order])
    records.number = numbers
    position = np.empty(n, dtype=int)
    position[order] = np.arange(n)
    records.slot_start = np.empty(0, dtype=int)
    return position


def _concat(a: Records, b: Records) -> Records:
    joined = {
        key: np.concatenate([getattr(a, key), getattr(b, key)])
        for key in (
            "owner",
            "sub",
            "copy",
            "created",
            "second",
            "updated",
            "number",
            "name",
            "phone",
            "digits",
            "email",
            "u",
        )
    }
    return Records(system=a.system, entity=a.entity, **joined)


def keys(records: Records, pattern: str) -> np.ndarray:
    """Record keys such as C000000012 from a pattern `C{:09d}`."""
    write: Callable[[int], str] = pattern.format
    return np.array([write(int(k)) for k in records.number], dtype=object)
