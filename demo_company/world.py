"""Who exists: persons, organisations, dealers and stores of one chunk, with their true attributes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import numpy as np

from demo_company import identifiers, names
from demo_company import reference as ref
from demo_company.config import EPOCH, Config
from demo_company.names import Names
from demo_company.reference import cumulative, pick

BUSINESS, GIFT, PERSONAL, CONTACT = range(4)
GROUPS = ("business", "gift", "personal", "contact")
ORG_SHARE = 0.065

IDS_PER_CHUNK = 25_000  # customers; a chunk holds at most CHUNK + 999
NUMBERS_PER_CHUNK = 200_000  # telephone numbers a chunk may use
ORGS_PER_CHUNK = 3_000

CANARIES = 5
"""Persons (and as many organisations at most) of chunk 0 whose personal values are unmistakable."""
_CANARY_NAMES = (("爨", "翀"), ("禤", "旻煊"), ("亓官", "骉"), ("仉", "犇淼"), ("妫", "霡霂"))

INCOME_BANDS = ("10万以下", "10-20万", "20-30万", "30-50万", "50万以上")
JOB_LEVELS = ("员工", "主管", "中层", "高管")
JOB_TITLES = (
    ("专员", "文员", "销售"),
    ("主管", "组长"),
    ("部门经理", "行政经理", "采购经理"),
    ("总经理", "副总经理", "董事长"),
)
DECISION_ROLES = ("决策者", "影响者", "使用者")


class Numbers:
    """Hands out telephone numbers that nobody else has."""

    def __init__(self, config: Config, chunk: int) -> None:
        self._next = chunk * NUMBERS_PER_CHUNK
        self._end = self._next + NUMBERS_PER_CHUNK
        self._shift = int(config.rng("numbers").integers(0, 10**8))

    def take(self, count: int) -> np.ndarray:
        """`count` fresh mobile numbers as strings of 11 digits."""
        if self._next + count > self._end:
            raise ValueError("a chunk ran out of telephone numbers")
        ids = np.arange(self._next, self._next + count)
        self._next += count
        return identifiers.mobiles(ids, self._shift).astype(str).astype(object)


def home_text(home: np.ndarray) -> str:
    """A home as people write it: street, number, compound (-1: a canary's), building, unit, floor, room."""
    street, number, compound, building, unit, floor, room = (int(v) for v in home)
    flat = f"{floor}{room:02d}室"
    if compound < 0:
        return f"栖梧巷{number}号匠里{building}幢{flat}"
    return f"{ref.STREETS[street]}{number}号{ref.COMPOUNDS[compound]}{building}幢{unit}单元{flat}"


@dataclass
class People:
    """Persons as parallel columns."""

    names: Names
    sex: np.ndarray
    birth: np.ndarray  # days since 1970-01-01
    city: np.ndarray
    district: list[str]
    home: np.ndarray  # (n, 7), see home_text
    phone: np.ndarray
    old_phone: np.ndarray  # empty when the person never changed it
    phone_changed: np.ndarray  # day of the period
    second_phone: np.ndarray  # empty when there is none
    email: np.ndarray
    unionid: np.ndarray
    member_no: np.ndarray
    id_number: np.ndarray
    income: np.ndarray
    job_level: np.ndarray
    job_title: np.ndarray
    employer: np.ndarray  # organisation index, -1 for none
    role: np.ndarray  # decision role at the employer, -1 for none

    def __len__(self) -> int:
        return len(self.sex)

    def address(self, i: int) -> str:
        """Street address without province, city and district."""
        return home_text(self.home[i])


@dataclass
class Organisations:
    """Organisations as parallel columns."""

    name: list[str]
    short: list[str]
    credit_code: list[str]
    industry: list[str]
    employees: np.ndarray
    revenue_wan: np.ndarray
    founded: np.ndarray  # days since 1970-01-01
    city: np.ndarray
    address: list[str]
    phone: list[str]  # switchboard or mobile
    office_mobile: np.ndarray
    parent: np.ndarray  # index of the head office, -1 for none
    contacts: list[np.ndarray]  # person indices

    def __len__(self) -> int:
        return len(self.name)


@dataclass
class Outlets:
    """Dealers and stores of the chunk."""

    dealer_code: list[str]
    dealer_name: list[str]
    dealer_city: np.ndarray
    dealer_phone: np.ndarray
    dealer_contact: list[str]
    dealer_credit: list[str]
    dealer_price: np.ndarray  # factor on the list price
    dealer_conflict: np.ndarray  # undercuts others and sells outside its territory
    dealer_signed: np.ndarray
    store_code: list[str]
    store_city: np.ndarray
    store_dealer: np.ndarray  # dealer that runs it, -1 for own stores
    store_type: list[str]
    store_address: list[str]
    store_phone: list[str]
    store_opened: np.ndarray


@dataclass
class World:
    """Everybody in a chunk. Customers are numbered persons first, organisations after them."""

    config: Config
    chunk: int
    people: People
    orgs: Organisations
    outlets: Outlets
    numbers: Numbers
    group: np.ndarray  # per customer
    acquired: np.ndarray  # day of the period, negative before it
    is_lead: np.ndarray  # never buys
    owner: np.ndarray  # staff number of the account owner
    canary_people: np.ndarray
    canary_orgs: np.ndarray
    hard_negatives: list[tuple[str, str, list[int]]] = field(default_factory=list)
    dealer_phone_group: tuple[int, np.ndarray] = (-1, np.empty(0, dtype=int))

    def __len__(self) -> int:
        return len(self.people) + len(self.orgs)

    @property
    def n_people(self) -> int:
        """Number of persons; organisation j is customer n_people + j."""
        return len(self.people)

    def customer_id(self, i: int) -> str:
        """True id of a customer: P... for a person, O... for an organisation."""
        if i < self.n_people:
            return f"P{self.chunk * IDS_PER_CHUNK + i:09d}"
        return f"O{self.chunk * IDS_PER_CHUNK + i - self.n_people:09d}"

    def customer_ids(self) -> list[str]:
        """True ids of all customers in order."""
        return [self.customer_id(i) for i in range(len(self))]

    def cities(self) -> np.ndarray:
        """City index of every customer."""
        return np.concatenate([self.people.city, self.orgs.city])


def date_text(days: int) -> str:
    """yyyy-mm-dd of a count of days since 1970-01-01."""
    return (EPOCH + dt.timedelta(days=int(days))).isoformat()


def build_world(config: Config, chunk: int, count: int) -> World:
    """Create everybody of a chunk of `count` customers."""
    rng = config.rng("world", chunk)
    n_orgs = max(round(count * ORG_SHARE), 8)
    n_people = count - n_orgs
    numbers = Numbers(config, chunk)
    group = np.empty(count, dtype=np.int8)
    group[n_people:] = BUSINESS
    group[:n_people] = np.searchsorted((0.30, 0.94), rng.random(n_people), side="right") + GIFT
    people = _people(config, chunk, rng, numbers, group[:n_people])
    orgs = _organisations(config, chunk, rng, numbers, n_orgs, people, group[:n_people])
    outlets = _outlets(config, chunk, rng, numbers, count)

    # Two customers in five were won within the period, the rest up to four years before it.
    acquired = np.where(
        rng.random(count) < 0.40, rng.integers(0, config.days - 10, count), -rng.integers(1, 1461, count)
    )
    founded = orgs.founded - config.origin
    acquired[n_people:] = np.maximum(acquired[n_people:], founded + 60)
    is_lead = rng.random(count) < np.where(group == BUSINESS, 0.03, 0.04)
    is_lead |= group == CONTACT
    staff = max(count // 400, 6)
    world = World(
        config=config,
        chunk=chunk,
        people=people,
        orgs=orgs,
        outlets=outlets,
        numbers=numbers,
        group=group,
        acquired=acquired,
        is_lead=is_lead,
        owner=np.array([f"E{chunk * 100 + i + 1:05d}" for i in rng.integers(0, staff, count)], dtype=object),
        canary_people=np.arange(CANARIES) if chunk == 0 else np.empty(0, dtype=int),
        canary_orgs=np.arange(2) if chunk == 0 else np.empty(0, dtype=int),
    )
    _plant_canaries(world)
    _plant_hard_negatives(world, config.rng("hard_negatives", chunk))
    return world


def _people(
    config: Config, chunk: int, rng: np.random.Generator, numbers: Numbers, group: np.ndarray
) -> People:
    n = len(group)
    sex = (rng.random(n) < np.where(group == PERSONAL, 0.60, 0.66)).astype(int)
    # Age at the end: gift buyers 62% aged 25-40; personal buyers 37% born after 1995.
    age = np.where(
        group == GIFT,
        np.where(rng.random(n) < 0.62, rng.uniform(25, 40, n), rng.uniform(40, 66, n)),
        np.where(
            group == PERSONAL,
            np.where(rng.random(n) < 0.37, rng.uniform(19, 31.8, n), rng.triangular(31.8, 42, 76, n)),
            rng.triangular(24, 38, 62, n),
        ),
    )
    birth = (config.origin + config.days - 1 - age * 365.25).astype(int)
    who = names.sample_names(rng, sex, birth)
    cities = ref.cities()
    city = pick(rng, cumulative([c.weight for c in cities]), n)
    district_draw = rng.random(n)
    district = [
        cities[c].districts[int(u * len(cities[c].districts))]
        for c, u in zip(city, district_draw, strict=True)
    ]
    home = np.stack(
        [
            rng.integers(0, len(ref.STREETS), n),
            rng.integers(1, 400, n),
            rng.integers(0, len(ref.COMPOUNDS), n),
            rng.integers(1, 30, n),
            rng.integers(1, 5, n),
            rng.integers(1, 29, n),
            rng.integers(1, 5, n),
        ],
        axis=1,
    )
    phone = numbers.take(n)
    old_phone = np.where(rng.random(n) < 0.25, numbers.take(n), "")
    second_phone = np.where(rng.random(n) < 0.12, numbers.take(n), "")
    shift = int(config.rng("numbers").integers(0, 10**8))
    base = chunk * IDS_PER_CHUNK
    domain = pick(rng, cumulative([w for _, w in ref.MAIL_DOMAINS]), n)
    has_mail = rng.random(n) < 0.62
    email = np.array(
        [
            _email(who, i, ref.MAIL_DOMAINS[domain[i]][0], identifiers.permuted(base + i, 8, shift))
            if has_mail[i]
            else ""
            for i in range(n)
        ],
        dtype=object,
    )
    unionid = np.where(rng.random(n) < 0.72, np.array(identifiers.tokens(rng, n, 25, "oK")), "").astype(
        object
    )
    member = np.array(
        [f"8{identifiers.permuted(base * 2 + i, 9, shift):09d}" for i in range(n)], dtype=object
    )
    level = np.searchsorted(
        (0.5, 0.72, 0.9),
        np.where(group == CONTACT, 0.35, 0.0) + rng.random(n) * np.where(group == CONTACT, 0.65, 1),
    )
    titles = rng.random(n)
    return People(
        names=who,
        sex=sex,
        birth=birth,
        city=city,
        district=district,
        home=home,
        phone=phone,
        old_phone=old_phone.astype(object),
        phone_changed=rng.integers(-900, config.days, n),
        second_phone=second_phone.astype(object),
        email=email,
        unionid=unionid,
        member_no=member,
        id_number=_id_numbers(chunk, rng, city, birth, sex),
        income=np.searchsorted(
            (0.28, 0.62, 0.82, 0.94),
            (rng.random(n) + np.where(group == GIFT, 0.25, 0.0)) / np.where(group == GIFT, 1.25, 1),
        ),
        job_level=level,
        job_title=np.array(
            [JOB_TITLES[k][int(u * len(JOB_TITLES[k]))] for k, u in zip(level, titles, strict=True)],
            dtype=object,
        ),
        employer=np.full(n, -1),
        role=np.full(n, -1),
    )


def _email(who: Names, i: int, domain: str, number: int) -> str:
    """Address from the name where it can be written in Latin letters; the number makes it unique."""
    if domain == "qq.com":
        return f"{100_000_000 + number}@qq.com"
    if domain == "139.com":
        return f"u{number}@139.com"
    if who.latin[i]:
        ascii_name = f"{who.given[i]}.{who.surname[i]}".lower()
        ascii_name = "".join({"ü": "ue", "í": "i", "á": "a", "ó": "o"}.get(c, c) for c in ascii_name)
        return f"{ascii_name}{number}@{domain}"
    return f"{names.pinyin(who.surname[i])}{names.pinyin(who.given[i])}{number}@{domain}"


def _id_numbers(
    chunk: int, rng: np.random.Generator, city: np.ndarray, birth: np.ndarray, sex: np.ndarray
) -> np.ndarray:
    """ID numbers, unique across chunks: each chunk owns ten of the thousand sequence numbers.

    Within a chunk a number that occurs twice is given up by the later person.
    """
    cities = ref.cities()
    sequence = chunk % 50 * 20 + rng.integers(0, 10, len(city)) * 2 + sex
    county = rng.integers(2, 6, len(city))
    seen: set[str] = set()
    result = []
    for c, k, b, s in zip(city, county, birth, sequence, strict=True):
        value = identifiers.id_number(
            f"{cities[c].code[:4]}{k:02d}", EPOCH + dt.timedelta(days=int(b)), int(s)
        )
        result.append("" if value in seen else value)
        seen.add(value)
    return np.array(result, dtype=object)


def _company_names(rng: np.random.Generator, city: np.ndarray) -> tuple[list[str], list[str], list[str]]:
    """Industry codes, full and short names of companies in the given cities."""
    cities = ref.cities()
    brand = ref.COMPANY_BRAND
    industry = pick(rng, cumulative([w for _, w in ref.INDUSTRIES]), len(city))
    form = pick(rng, cumulative([w for _, w in ref.COMPANY_FORM]), len(city))
    u = rng.random((len(city), 4))
    codes, full, short = [], [], []
    for i, c in enumerate(city):
        code = ref.INDUSTRIES[industry[i]][0]
        trades = ref.COMPANY_TRADE[code[0]]
        word = brand[int(u[i, 0] * len(brand))] + brand[int(u[i, 1] * len(brand))]
        if u[i, 2] < 0.5:
            word += brand[int(u[i, 2] * 2 * len(brand))]
        trade = trades[int(u[i, 3] * len(trades))]
        codes.append(code)
        short.append(word + trade)
        full.append(f"{cities[c].short}{word}{trade}{ref.COMPANY_FORM[form[i]][0]}")
    return codes, full, short


AREA_CODES = {
    "110100": "010", "120100": "022", "310100": "021", "500100": "023", "440100": "020", "440300": "0755",
    "330100": "0571", "330200": "0574", "330300": "0577", "320100": "025", "320500": "0512", "320200": "0510",
    "510100": "028", "420100": "027", "610100": "029", "210100": "024", "210200": "0411", "370100": "0531",
    "370200": "0532", "410100": "0371", "430100": "0731", "340100": "0551", "350100": "0591",
    "350200": "0592",
    "360100": "0791", "130100": "0311", "140100": "0351", "230100": "0451", "220100": "0431",
    "530100": "0871",
    "520100": "0851", "450100": "0771", "460100": "0898", "620100": "0931", "440600": "0757",
    "441900": "0769",
}  # fmt: skip
SEVEN_DIGITS = {"0592", "0351", "0771", "0931"}


def _switchboard(rng: np.random.Generator, city: int) -> str:
    """A land line with the area code of the city, or a nation-wide 400 number in smaller cities."""
    area = AREA_CODES.get(ref.cities()[city].code)
    if area in SEVEN_DIGITS:
        return f"{area}-{rng.integers(2_000_000, 8_999_999)}"
    if area:
        return f"{area}-8{rng.integers(1_000_000, 9_999_999)}"
    return f"400-8{rng.integers(10, 99)}-{rng.integers(1000, 9999)}"


def _organisations(
    config: Config,
    chunk: int,
    rng: np.random.Generator,
    numbers: Numbers,
    n: int,
    people: People,
    group: np.ndarray,
) -> Organisations:
    cities = ref.cities()
    city = pick(rng, cumulative([c.weight**1.15 for c in cities]), n)
    industry, name, short = _company_names(rng, city)
    shift = int(config.rng("numbers").integers(0, 10**6))
    employees = np.exp(rng.normal(4.1, 1.3, n)).clip(3, 60_000).astype(int)
    revenue = (employees * np.exp(rng.normal(3.9, 0.6, n))).clip(20).round(0)
    office_mobile = numbers.take(n)
    contact_rows = rng.permutation(np.flatnonzero(group == CONTACT))
    others = rng.permutation(np.flatnonzero(group != CONTACT))
    contacts: list[np.ndarray] = []
    taken_c = taken_o = 0
    per_org = len(contact_rows) / n
    for j in range(n):
        # Contacts only for their employer first, then about one in two is a customer in their own right.
        end = round((j + 1) * per_org)
        mine = list(contact_rows[taken_c:end])
        taken_c = end
        extra = int(rng.random() < 0.45) + int(not mine)
        mine += list(others[taken_o : taken_o + extra])
        taken_o += extra
        for k, p in enumerate(mine):
            people.employer[p] = j
            people.city[p] = city[j]
            people.district[p] = cities[city[j]].districts[int(rng.random() * len(cities[city[j]].districts))]
            people.role[p] = 0 if k == 0 else 1 + int(rng.random() < 0.5)
            if k == 0:
                people.job_level[p] = max(int(people.job_level[p]), 2)
                titles = JOB_TITLES[people.job_level[p]]
                people.job_title[p] = titles[int(rng.random() * len(titles))]
        contacts.append(np.array(mine, dtype=int))
    offices = rng.integers(
        [0, 1, 0, 0, 1], [len(ref.STREETS), 900, len(ref.COMPANY_BRAND), len(ref.OFFICE_PARKS), 20], (n, 5)
    )
    return Organisations(
        name=name,
        short=short,
        credit_code=[
            identifiers.credit_code(
                f"{cities[c].code[:4]}0{rng.integers(2, 6)}", chunk * ORGS_PER_CHUNK + j, shift
            )
            for j, c in enumerate(city)
        ],
        industry=industry,
        employees=employees,
        revenue_wan=revenue,
        founded=config.origin - rng.integers(200, 10_000, n),
        city=city,
        address=[
            f"{ref.STREETS[street]}{house}号{ref.COMPANY_BRAND[owner]}{ref.OFFICE_PARKS[park]}{floor}层"
            for street, house, owner, park, floor in offices
        ],
        phone=[
            _switchboard(rng, int(c)) if rng.random() < 0.6 else office_mobile[j] for j, c in enumerate(city)
        ],
        office_mobile=office_mobile,
        parent=np.full(n, -1),
        contacts=contacts,
    )


def _outlets(config: Config, chunk: int, rng: np.random.Generator, numbers: Numbers, count: int) -> Outlets:
    cities = ref.cities()
    weights = np.array([c.weight for c in cities]) ** 0.8
    dealers = min(max(count // 100, 12), 60)
    stores = min(max(count // 150, 10), 40)
    dealer_city = rng.choice(len(cities), dealers, replace=False, p=weights / weights.sum())
    store_city = rng.choice(len(cities), stores, replace=False, p=weights / weights.sum())
    brand = ref.COMPANY_BRAND
    shift = int(config.rng("numbers").integers(0, 10**6))
    conflict = rng.random(dealers) < 0.3
    brand_draw = rng.integers(0, len(brand), (2, dealers))
    owner = names.sample_names(rng, np.ones(dealers, dtype=int), np.full(dealers, 2000))
    store_dealer = np.where(rng.random(stores) < 0.4, rng.integers(0, dealers, stores), -1)
    return Outlets(
        dealer_code=[f"D{chunk * 100 + i + 1:05d}" for i in range(dealers)],
        dealer_name=[
            f"{cities[c].short}{brand[a]}{brand[b]}{('酒业', '商贸', '糖酒')[i % 3]}有限公司"
            for i, (c, a, b) in enumerate(zip(dealer_city, *brand_draw, strict=True))
        ],
        dealer_city=dealer_city,
        dealer_phone=numbers.take(dealers),
        dealer_contact=[owner.full(i) for i in range(dealers)],
        dealer_credit=[
            identifiers.credit_code(
                f"{cities[c].code[:4]}0{2 + i % 4}", chunk * ORGS_PER_CHUNK + ORGS_PER_CHUNK - 1 - i, shift
            )
            for i, c in enumerate(dealer_city)
        ],
        dealer_price=np.where(
            conflict, rng.uniform(0.78, 0.88, dealers), rng.normal(0.98, 0.02, dealers)
        ).round(3),
        dealer_conflict=conflict,
        dealer_signed=config.origin - rng.integers(100, 3000, dealers),
        store_code=[f"S{chunk * 100 + i + 1:05d}" for i in range(stores)],
        store_city=store_city,
        store_dealer=store_dealer,
        store_type=["直营" if d < 0 else ("加盟", "专卖")[i % 2] for i, d in enumerate(store_dealer)],
        store_address=[
            f"{ref.STREETS[rng.integers(0, len(ref.STREETS))]}{rng.integers(1, 600)}号" for _ in range(stores)
        ],
        store_phone=[_switchboard(rng, int(c)) for c in store_city],
        store_opened=config.origin - rng.integers(50, 2500, stores),
    )


def _plant_canaries(world: World) -> None:
    """Give a handful of persons values that occur nowhere else and are easy to find in bytes."""
    p = world.people
    for k, i in enumerate(world.canary_people):
        p.names.surname[i], p.names.given[i] = _CANARY_NAMES[k]
        p.names.latin[i] = False
        world.group[i] = (GIFT, PERSONAL)[k % 2]
        world.is_lead[i] = False
        world.acquired[i] = -400 - 10 * k
        p.phone[i] = f"{identifiers.CANARY_PREFIX}{(k * 17 + 20260731) * 3 % 10**8:08d}"
        p.old_phone[i] = p.second_phone[i] = ""
        p.email[i] = f"kanarienvogel{k}.zqx{7919 * (k + 1)}@foxmail.com"
        p.unionid[i] = f"oKcAnArYzQx{k}UniOnIdVoGeL{7919 * (k + 1):05d}"[:27]
        p.home[i] = (0, 7919 + k, -1, 3 + k, 1, 2 + k, 1)
        if p.employer[i] >= 0:
            j = p.employer[i]
            world.orgs.contacts[j] = world.orgs.contacts[j][world.orgs.contacts[j] != i]
            p.employer[i] = p.role[i] = -1
    if len(world.canary_orgs):
        for j in world.canary_orgs:
            world.is_lead[world.n_people + j] = False
            world.acquired[world.n_people + j] = -300
            world.orgs.phone[j] = f"{identifiers.CANARY_PREFIX}{(j * 29 + 30260917) * 3 % 10**8:08d}"
            world.orgs.address[j] = f"栖梧巷{8110 + j}号匠坊大厦{j + 1}层"
        for k, i in enumerate(world.canary_people):
            # A canary is the main contact of an organisation, so that erp carries personal values too.
            if k < len(world.canary_orgs):
                for other in world.orgs.contacts[k]:
                    world.people.employer[other] = -1
                    world.people.role[other] = -1
                world.orgs.contacts[k] = np.array([i])
                p.employer[i], p.role[i] = k, 0
                p.city[i] = world.orgs.city[k]
                p.district[i] = ref.cities()[world.orgs.city[k]].districts[0]


def _plant_hard_negatives(world: World, rng: np.random.Generator) -> None:
    """Turn ordinary people into pairs that look alike and are not the same; each person takes part once."""
    p, orgs = world.people, world.orgs
    n = len(world)
    ordinary = np.flatnonzero(
        ~world.is_lead[: world.n_people]
        & ~p.names.latin
        & (p.employer < 0)
        & (world.group[: world.n_people] != CONTACT)
    )
    ordinary = ordinary[ordinary >= len(world.canary_people)]
    pool = list(rng.permutation(ordinary))
    pairs = max(3, n // 400)

    def take(count: int) -> list[int]:
        if len(pool) < count:
            raise ValueError("too few ordinary customers for the hard negatives")
        return [int(pool.pop()) for _ in range(count)]

    def add(kind: str, members: list[int]) -> None:
        world.hard_negatives.append(
            (kind, f"{kind}-{world.chunk:04d}-{len(world.hard_negatives):05d}", members)
        )

    def same_home(a: int, b: int) -> None:
        p.city[b], p.district[b] = p.city[a], p.district[a]
        p.home[b] = p.home[a]

    def rename(
        i: int, surname: str | None, given: str | None, sex: int | None = None, birth: int | None = None
    ) -> None:
        if sex is not None:
            p.sex[i] = sex
        if birth is not None:
            p.birth[i] = birth
        fresh = names.sample_names(rng, p.sex[i : i + 1], p.birth[i : i + 1])
        p.names.surname[i] = surname or p.names.surname[i]
        p.names.given[i] = given or (fresh.given[0] if not fresh.latin[0] else "明")
        _renumber(world, i, rng)

    for _ in range(pairs):
        a, b = take(2)  # a couple on one phone
        rename(b, None, None, sex=1 - int(p.sex[a]), birth=int(p.birth[a]) + int(rng.integers(-1200, 1200)))
        same_home(a, b)
        p.phone[b] = p.phone[a]
        for i in (a, b):
            p.old_phone[i] = p.second_phone[i] = ""
        add("couple_one_phone", [a, b])

        a, b = take(2)  # a parent and a grown-up child at one address
        elder = int(p.birth.min()) + int(rng.integers(0, 1500))
        rename(a, None, None, birth=elder)
        rename(b, p.names.surname[a], None, birth=elder + int(rng.integers(8800, 12_000)))
        same_home(a, b)
        add("parent_child_address", [a, b])

        a, b = take(2)  # a number given up by one person and given out to another
        p.old_phone[a] = p.phone[b]
        p.phone_changed[a] = int(rng.integers(-300, world.config.days // 2))
        world.acquired[a] = min(int(world.acquired[a]), int(p.phone_changed[a]) - 200)
        world.acquired[b] = min(
            int(p.phone_changed[a]) + 90 + int(rng.integers(0, 150)), world.config.days - 30
        )
        p.old_phone[b] = ""
        add("recycled_number", [a, b])

        a, b = take(2)  # namesakes in one compound
        rename(b, p.names.surname[a], p.names.given[a], sex=int(p.sex[a]))
        same_home(a, b)
        p.home[b, 3] = p.home[a, 3] % 29 + 1
        p.home[b, 6] = p.home[a, 6] % 4 + 1
        add("namesakes_one_compound", [a, b])

        a, b = take(2)  # namesakes born on one day
        rename(b, p.names.surname[a], p.names.given[a], sex=int(p.sex[a]), birth=int(p.birth[a]))
        add("namesakes_one_birth_date", [a, b])

    branches = max(3, len(orgs) // 40)
    free = [int(j) for j in rng.permutation(len(orgs)) if j not in set(world.canary_orgs.tolist())]
    cities = ref.cities()
    for _ in range(min(branches, len(free) // 3)):
        head, branch = free.pop(), free.pop()
        orgs.parent[branch] = head
        orgs.name[branch] = f"{orgs.name[head]}{cities[orgs.city[branch]].short}分公司"
        orgs.short[branch] = f"{orgs.short[head]}{cities[orgs.city[branch]].short}"
        orgs.industry[branch] = orgs.industry[head]
        orgs.founded[branch] = orgs.founded[head]
        if rng.random() < 0.5:
            orgs.phone[branch] = orgs.phone[head]
        add("company_and_branch", [world.n_people + head, world.n_people + branch])

    for _ in range(max(2, len(orgs) // 60)):
        if not free:
            break
        j = free.pop()
        colleagues = [int(i) for i in orgs.contacts[j]]
        for i in take(max(0, 3 - len(colleagues))):
            p.employer[i], p.role[i] = j, 2
            p.city[i] = orgs.city[j]
            p.district[i] = cities[orgs.city[j]].districts[0]
            colleagues.append(i)
        orgs.contacts[j] = np.array(colleagues)
        for i in colleagues:
            p.phone[i] = orgs.office_mobile[j]
            p.old_phone[i] = p.second_phone[i] = ""
        add("office_phone", colleagues)

    members = take(min(max(n // 100, 8), 200))
    dealer = int(rng.integers(0, len(world.outlets.dealer_code)))
    world.dealer_phone_group = (dealer, np.array(members))
    add("dealer_own_phone", members)


def _renumber(world: World, i: int, rng: np.random.Generator) -> None:
    """Fit ID number and e-mail to a changed name, sex or birth date."""
    p = world.people
    if p.id_number[i]:
        body = p.id_number[i]
        sequence = int(body[14:17]) // 2 * 2 + int(p.sex[i])
        value = identifiers.id_number(body[:6], EPOCH + dt.timedelta(days=int(p.birth[i])), sequence)
        p.id_number[i] = "" if value in set(p.id_number) else value
    if p.email[i]:
        user, domain = p.email[i].split("@")
        digits = "".join(c for c in user if c.isdigit())
        p.email[i] = _email(
            p.names, i, domain, int(digits[-8:]) if domain != "qq.com" else int(digits) - 100_000_000
        )
