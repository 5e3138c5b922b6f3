"""Western customer records with known truth: persons, households and moves, and what clerks and forms make of them.

Names come by the frequencies of the US census of 1990 (package `names`, which `make test-full` installs). Written from what
customer files look like, without regard to how identity resolution works; the same seed gives the same bytes.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.measuring import read_arguments

Text = np.ndarray
"""An array of numpy's fixed-width texts."""
Some = Callable[[str], np.ndarray]
"""Which records have the error of a name in RATES."""
Place = tuple[np.ndarray, np.ndarray]
"""Home of each record, and 0 or 1: before or after the move."""

RATES: Mapping[str, float] = {
    "birth_missing": 0.10, "birth_digit": 0.03, "birth_swapped": 0.02, "birth_replaced": 0.015,
    "birth_january": 0.015, "birth_1900": 0.01,
    "nickname": 0.15, "given_typo": 0.04, "family_typo": 0.03, "initial": 0.04, "truncated": 0.02, "turned": 0.02,
    "given_missing": 0.03, "family_missing": 0.02, "nameless": 0.01, "gender_missing": 0.20, "gender_wrong": 0.01,
    "street_missing": 0.20, "street_typo": 0.04, "flat_left_out": 0.20, "city_missing": 0.10, "city_typo": 0.03,
    "postcode_missing": 0.15, "postcode_digit": 0.02, "phone_digit": 0.01, "email_typo": 0.01,
    "email_tag": 0.03, "email_dots": 0.05,
}  # fmt: skip
"""Share of the records with each error at noise `mid`. Of nicknames: of the records whose given name has one; of dots: of
the addresses at a provider that ignores them."""
NOISE: Mapping[str, float] = {"low": 0.4, "mid": 1.0, "high": 2.0}
"""Factor on every rate."""
RECORDS = (0.28, 0.31, 0.20, 0.11, 0.06, 0.03, 0.01)
"""Share of the persons with 1 to 7 records: 2.5 on average."""
CONTACT = 0.5
"""Share of the records with a phone, and with an e-mail address, at every noise."""
KINDS = ("couple", "twins", "siblings", "parent_child", "senior_junior", "namesakes_one_birth_date")
"""Look-alikes. A parent and child of one full name are `senior_junior`, all others `parent_child`."""

SYSTEMS = {
    "crm": (0.35, "title"),
    "shop": (0.30, "as_typed"),
    "pos": (0.20, "upper"),
    "service": (0.15, "title"),
}
"""Share of the records, and how the system writes names."""


def _words(text: str) -> list[str]:
    return text.split()


NICKNAMES = """
william bill will billy willie|robert bob rob bobby robbie|richard dick rick rich richie|james jim jimmy jamie|john jack johnny
joseph joe joey jo|michael mike mick mickey|thomas tom tommy|charles charlie chuck chas|david dave davey|daniel dan danny
matthew matt|anthony tony|mark marc|steven steve|stephen steve|kenneth ken kenny|edward ed eddie ted ned|ronald ron ronnie
timothy tim|jason jay|jeffrey jeff|gary gaz|lawrence larry|nicholas nick nicky|jonathan jon|gregory greg|raymond ray
samuel sam sammy|patrick pat paddy|benjamin ben benny|andrew andy drew|christopher chris kit|joshua josh|douglas doug
peter pete|henry harry hank|walter walt wally|arthur art artie|albert al bert|frederick fred freddie|francis frank fran
gerald gerry jerry|harold harry hal|alexander alex al sandy|philip phil|leonard len lenny|theodore ted theo|vincent vince
victor vic|donald don donnie|eugene gene|russell russ|zachary zach zack|nathaniel nate nat|dennis denny|stanley stan
elizabeth liz beth betty eliza lizzie|margaret maggie peggy meg marge|patricia pat patty trish tricia|catherine cathy kate cate
katherine kathy kate katie kit|kathleen kathy kath|jennifer jenny jen|barbara barb barbie babs|susan sue susie|deborah deb debbie
debra deb debbie|rebecca becky becca|jessica jess jessie|dorothy dot dottie dolly|christine chris chrissy tina
christina chris tina chrissy|cynthia cindy|pamela pam|sandra sandy|victoria vicky tori|jacqueline jackie|josephine jo josie
joanne jo|joanna jo|judith judy jude|virginia ginny|frances fran frannie|theresa terry tess|teresa terry tess|amanda mandy
samantha sam|kimberly kim|melissa mel missy|stephanie steph|nancy nan|abigail abby|alexandra alex sandra lexi|gabrielle gabby
suzanne sue suzy|veronica ronnie vera|janet jan|janice jan|eleanor ellie nell nora|florence flo|gertrude trudy gertie
caroline carrie|carolyn carrie|valerie val|constance connie|marjorie marge margie|mildred millie|michelle shelly mickey
"""

CITIES = _words("""
Springfield Riverton Fairview Greenville Bristol Clinton Salem Georgetown Madison Arlington Franklin Chester Marion Oxford Ashland
Burlington Manchester Milton Newport Auburn Centerville Dayton Lexington Milford Winchester Cleveland Hudson Kingston Dover Oakland
Jackson Richmond Bridgeport Lancaster Lebanon Monroe Portsmouth Princeton Wilmington Glendale Hamilton Waverly Plymouth Clayton
Lakewood Bedford Canton Camden Florence Hillsboro Jefferson Troy Union Vernon Warren Westfield Windsor Concord Danville Easton
Elmwood Farmington Greenwood Hanover Holland Hopkins Lincoln Linden Marlow Medford Midway Newton Norwood Orange Paris Pleasanton
Quincy Rochester Roseville Sheridan Somerset Stratford Sunnyside Trenton Upton Walden Weston Wheaton Woodstock York Zion Afton
""")
STREETS = _words("""
Main Oak Pine Maple Cedar Elm View Washington Lake Hill Walnut Spring North Ridge Church Willow Mill Sunset Railroad Jackson Cherry
West South Center Highland Johnson Forest River Meadow East Chestnut Park Franklin Hickory Broad College Dogwood Adams Cottage Court
Lincoln Madison Jefferson Spruce Valley Prospect Pleasant Grove Locust Liberty School Bridge Market Poplar Green Summit Laurel Union
Birch Water Front Clinton Magnolia Pearl Vine Fairview Harrison Orchard Holly Sycamore Essex Canterbury Windsor Baker Victoria Albert
""")
STREETS += [
    f"{n}{'th' if n % 100 in (11, 12, 13) else {1: 'st', 2: 'nd', 3: 'rd'}.get(n % 10, 'th')}"
    for n in range(1, 61)
]
STREET_TYPES = (
    ("Street", "St", "St."), ("Avenue", "Ave", "Ave."), ("Road", "Rd", "Rd."), ("Drive", "Dr", "Dr."),
    ("Lane", "Ln", "La"), ("Court", "Ct", "Ct."), ("Boulevard", "Blvd", "Blvd."), ("Place", "Pl", "Pl."),
)  # fmt: skip
FLATS = (" Apt ", " Apt. ", " Apartment ", " #", " Unit ")
DOMAINS = ("gmail.com", "yahoo.com", "hotmail.com", "outlook.com", "aol.com", "icloud.com", "comcast.net")
DOMAIN_WEIGHTS = (0.45, 0.17, 0.12, 0.09, 0.07, 0.06, 0.04)
WORDS = _words("""
sunny blue happy lucky silver golden wild quiet crazy green magic little rocky snowy red stormy summer winter coffee guitar soccer
garden mountain river pirate dragon tiger panda kitty puppy eagle falcon rider runner dancer baker hunter gamer angler sailor
""")


@dataclass(frozen=True)
class People:
    """The records as the systems hold them, the persons behind them, and pairs of persons who look alike."""

    records: pa.Table
    persons: pa.Table
    look_alikes: pa.Table


# --- what people are --------------------------------------------------------------------------------------


class Names:
    """Given names of men, then of women, and family names, each with its share of the census; in small letters."""

    def __init__(self) -> None:
        lists = {}
        for part in ("male.first", "female.first", "all.last"):
            rows = [line.split() for line in files("names").joinpath(f"dist.{part}").read_text().splitlines()]
            # the shares have three digits: what is rarer than they say still occurs
            lists[part] = (
                np.array([row[0].lower() for row in rows]),
                np.cumsum(np.maximum([float(row[1]) for row in rows], 0.0003)),
            )
        (men, self._men), (women, self._women) = lists["male.first"], lists["female.first"]
        self.given, self.men = np.concatenate([men, women]), len(men)
        self.family, self._family = lists["all.last"]
        known = nicknames()
        most = max(map(len, known.values()))
        self.nicknames = np.array(
            [(known.get(name, []) + [""] * most)[:most] for name in self.given.tolist()], "U16"
        )
        self.nickname_count = (self.nicknames != "").sum(axis=1)

    def draw_given(self, rng: np.random.Generator, is_female: np.ndarray) -> np.ndarray:
        share = rng.random(len(is_female))
        men = np.searchsorted(self._men, share * self._men[-1], side="right")
        women = np.searchsorted(self._women, share * self._women[-1], side="right")
        return np.where(is_female, self.men + women, men)

    def draw_family(self, rng: np.random.Generator, count: int) -> np.ndarray:
        return np.searchsorted(self._family, rng.random(count) * self._family[-1], side="right")


def nicknames() -> dict[str, list[str]]:
    """Nicknames by given name."""
    entries = [entry.split() for entry in NICKNAMES.strip().replace("\n", "|").split("|")]
    return {name: short for name, *short in entries}


class _Persons:
    """Arrays with one value per person; `household` is the number of the home that a person grew up or lives in."""

    def __init__(self, rng: np.random.Generator, names: Names, people: int) -> None:
        self.count = people
        # households: one person, a couple, a couple with one to three children, two brothers or sisters
        kind = rng.choice(4, people, p=(0.45, 0.22, 0.28, 0.05))
        size = np.select(
            [kind == 0, kind == 2], [1, 2 + rng.choice((1, 2, 3), people, p=(0.35, 0.45, 0.20))], 2
        )
        whole = int(np.searchsorted(np.cumsum(size), people, side="right"))
        rest = people - int(size[:whole].sum())
        kind, size = np.append(kind[:whole], np.zeros(rest, int)), np.append(size[:whole], np.ones(rest, int))
        self.households = len(size)
        start = np.cumsum(size) - size
        self.household = np.repeat(np.arange(self.households), size)
        self.head = start[self.household]
        self.role = np.arange(people) - self.head
        self.kind = kind[self.household]
        self.is_partner = (self.role == 1) & np.isin(self.kind, (1, 2))
        self.is_sibling = (self.role == 1) & (self.kind == 3)
        self.is_child = self.role >= 2

        self._births(rng)
        self._names(rng, names)
        self._homes(rng)
        self._namesakes(rng)
        self._contacts(rng, names)

    def _births(self, rng: np.random.Generator) -> None:
        first = dt.date(1970, 1, 1).toordinal()
        oldest, youngest = (np.array([dt.date(year, 1, 1).toordinal() - first for year in years])[
            np.minimum(self.kind, 3)] for years in ((1940, 1938, 1935, 1945), (2005, 1990, 1968, 2000)))  # fmt: skip
        born = oldest + (rng.random(self.count) * (youngest - oldest)).astype(int)
        head = born[self.head]
        apart = np.clip(rng.normal(0, 4 * 365, self.count), -3000, 3000).astype(int)
        later = rng.integers(400, 9 * 365, self.count)
        # children one after the other, at least a year apart
        gaps = np.cumsum(np.where(self.is_child, rng.integers(400, 4 * 365, self.count), 0))
        grown = rng.integers(20 * 365, 30 * 365, self.count)[self.head] + gaps - gaps[self.head]
        born = np.select(
            [self.is_partner, self.is_sibling, self.is_child],
            [head + apart, head + later, head + grown],
            born,
        )
        self.is_twin = (self.role == 3) & (rng.random(self.count) < 0.15)
        self.born = np.where(self.is_twin, born[np.maximum(np.arange(self.count) - 1, 0)], born)

    def _names(self, rng: np.random.Generator, names: Names) -> None:
        count, index = self.count, np.arange(self.count)
        self.is_female = rng.random(count) < 0.5
        self.is_female = np.where(
            self.is_partner & (rng.random(count) < 0.96), ~self.is_female[self.head], self.is_female
        )
        self.given = names.draw_given(rng, self.is_female)
        # nobody of a household bears the name of another
        for role in range(1, 5):
            rows = index[self.role == role]
            while len(rows):
                taken = np.zeros(len(rows), bool)
                for back in range(1, role + 1):
                    taken |= names.given[self.given[rows]] == names.given[self.given[rows - back]]
                rows = rows[taken]
                self.given[rows] = names.draw_given(rng, self.is_female[rows])
        # but a first child may be called after a parent
        self.is_junior = (
            (self.role == 2) & (self.is_female == self.is_female[self.head]) & (rng.random(count) < 0.15)
        )
        self.given = np.where(self.is_junior, self.given[self.head], self.given)

        own = names.draw_family(rng, count)
        keeps = self.is_partner & (rng.random(count) < 0.2)
        self.family = np.where(keeps, own, own[self.head])
        # grown children live elsewhere, twins at home
        has_twin = self.is_twin | np.append(self.is_twin[1:], False)
        self.is_away = self.is_child & ~has_twin & (rng.random(count) < 0.35)
        # another name since a marriage: a maiden name before, or the husband's afterwards
        other, chance = names.draw_family(rng, count), rng.random(count)
        had = self.is_partner & ~keeps & self.is_female & (chance < 0.3)
        gets = self.is_female & (
            ((self.kind == 0) & (chance < 0.08)) | (self.is_away & ~self.is_junior & (chance < 0.3))
        )
        self.family_before = np.where(had, other, self.family)
        self.family = np.where(gets, other, self.family)
        self.married_at = np.where(had | gets, rng.uniform(0.2, 0.8, count), -1.0)

    def _homes(self, rng: np.random.Generator) -> None:
        """Two addresses per home, the second from `moved_at` on; children may live elsewhere."""
        away = np.flatnonzero(self.is_away)
        self.home = self.household.copy()
        self.home[away] = self.households + np.arange(len(away))
        homes = self.households + len(away)
        weight = 1 / np.arange(3, 3 + len(CITIES))
        self.city = rng.choice(len(CITIES), (homes, 2), p=weight / weight.sum())
        # half of those who move stay in their city
        self.city[:, 1] = np.where(rng.random(homes) < 0.5, self.city[:, 0], self.city[:, 1])
        self.moved_at = np.where(rng.random(homes) < 0.25, rng.uniform(0.2, 0.8, homes), 2.0)
        self.zone = rng.integers(0, 40, (homes, 2))
        self.number = np.clip(rng.lognormal(6, 1.3, (homes, 2)), 1, 19_999).astype(int)
        self.street = rng.integers(0, len(STREETS), (homes, 2))
        self.street_type = rng.choice(
            len(STREET_TYPES), (homes, 2), p=(0.3, 0.2, 0.14, 0.12, 0.08, 0.06, 0.05, 0.05)
        )
        self.flat = np.where(rng.random((homes, 2)) < 0.25, rng.integers(1, 60, (homes, 2)), 0)

    def _namesakes(self, rng: np.random.Generator) -> None:
        """One in a hundred who live alone: called and born as somebody else, in another city."""
        alone = rng.permutation(np.flatnonzero(self.kind == 0))[: self.count // 100]
        others = np.setdiff1d(np.arange(self.count), alone)
        self.namesake = alone[: len(others)]
        self.namesake_of = rng.choice(others, len(self.namesake), replace=False)
        for values in (
            self.given,
            self.is_female,
            self.born,
            self.family,
            self.family_before,
            self.married_at,
        ):
            values[self.namesake] = values[self.namesake_of]
        home, theirs = self.home[self.namesake], self.city[self.home[self.namesake_of]]
        step = rng.integers(1, len(CITIES), len(home))
        for _ in range(2):
            step = np.where(
                (theirs[:, 0] + step) % len(CITIES) == theirs[:, 1], step % (len(CITIES) - 1) + 1, step
            )
        self.city[home] = ((theirs[:, 0] + step) % len(CITIES))[:, None]

    def _contacts(self, rng: np.random.Generator, names: Names) -> None:
        count = self.count

        def numbers(homes: np.ndarray) -> np.ndarray:
            area = 201 + (self.city[homes, 0] * 7) % 780
            return area * 10_000_000 + rng.integers(2_000_000, 9_999_999, len(homes))

        self.phone = np.stack([numbers(self.home), numbers(self.home)], axis=1)
        self.phone_at = np.where(rng.random(count) < 0.2, rng.uniform(0.2, 0.8, count), 2.0)
        shared = numbers(np.arange(self.households))
        has = (rng.random(self.households) < 0.5)[self.household] & (self.kind > 0) & ~self.is_away
        self.shared_phone = np.where(has, shared[self.household], 0)

        self.mailbox = _mailboxes(rng, names, self)
        self.domain = rng.choice(len(DOMAINS), (2, count), p=DOMAIN_WEIGHTS)
        self.email_at = np.where(rng.random(count) < 0.3, rng.uniform(0.2, 0.8, count), 2.0)
        # some couples have one address
        one = np.flatnonzero(self.is_partner & (rng.random(count) < 0.12))
        for values in (*self.mailbox, *self.domain, self.email_at):
            values[one] = values[self.head[one]]

    def look_alikes(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Pairs of persons, and the place of their kind in KINDS."""
        index = np.arange(self.count)
        found = [(self.head[rows], rows, 0) for rows in [index[self.is_partner]]]
        found.append((index[self.is_twin] - 1, index[self.is_twin], 1))
        found.append((self.head[self.is_sibling], index[self.is_sibling], 2))
        for role, back in ((3, 1), (4, 1), (4, 2)):
            rows = index[(self.role == role) & ~(self.is_twin & (back == 1))]
            found.append((rows - back, rows, 2))
        for parent in (0, 1):
            rows = index[self.is_child & ~(self.is_junior & (parent == 0))]
            found.append((self.head[rows] + parent, rows, 3))
        found.append((self.head[self.is_junior], index[self.is_junior], 4))
        found.append((self.namesake_of, self.namesake, 5))
        a = np.concatenate([pair[0] for pair in found])
        b = np.concatenate([pair[1] for pair in found])
        kind = np.concatenate([np.full(len(pair[0]), pair[2]) for pair in found])
        return np.minimum(a, b), np.maximum(a, b), kind


def _mailboxes(rng: np.random.Generator, names: Names, persons: _Persons) -> list[Text]:
    """Old and new mailbox of everybody: often made of the name, sometimes of something else; nobody has another's."""
    found = []
    for family in (persons.family_before, persons.family):
        count = persons.count
        given, last = names.given[persons.given], names.family[family]
        short = _nickname(rng, names, persons.given)
        year = _part(persons.born.astype("M8[D]"), "Y") % 100
        two = rng.integers(10, 100, count)
        words = np.array(WORDS)
        patterns = [
            _join(given, ".", last),
            _join(given.astype("U1"), last),
            _join(given, last, _digits(year, 2)),
            _join(short, "_", last, _digits(two, 2)),
            _join(short, _digits(rng.integers(1000, 10_000, count), 4)),
            _join(rng.choice(words, count), ".", rng.choice(words, count), _digits(two, 2)),
        ]
        chosen = rng.choice(len(patterns), count, p=(0.25, 0.15, 0.15, 0.07, 0.10, 0.28))
        found.append(np.choose(chosen, [pattern.astype("U40") for pattern in patterns]))
    every = np.concatenate(found)
    while True:
        # to the provider that ignores dots, two that differ by one are the same
        dotless = np.strings.replace(every, ".", "")
        order = np.argsort(dotless, kind="stable")
        same = np.append(False, dotless[order][1:] == dotless[order][:-1])
        if not same.any():
            break
        first = np.maximum.accumulate(np.where(same, 0, np.arange(len(every))))
        rank = np.empty(len(every), int)
        rank[order] = np.arange(len(every)) - first
        rows = rank > 0
        every[rows] = _join(every[rows], rank[rows].astype("U8"))
    return [every[: persons.count], every[persons.count :]]


# --- what records make of them ----------------------------------------------------------------------------


def generate(people: int, seed: int = 1, noise: str = "mid") -> People:
    """So many persons, with 1 to 7 records each, in no order."""
    rng, names = np.random.default_rng(seed), Names()
    rate = {name: share * NOISE[noise] for name, share in RATES.items()}
    persons = _Persons(rng, names, people)
    who = np.repeat(np.arange(people), 1 + rng.choice(len(RECORDS), people, p=RECORDS))
    who = rng.permutation(who)
    count = len(who)
    when = rng.random(count)
    systems = list(SYSTEMS)
    system = rng.choice(len(systems), count, p=[share for share, _ in SYSTEMS.values()])

    def some(name: str) -> np.ndarray:
        return rng.random(count) < rate[name]

    given, family = _written_names(rng, names, persons, who, when, some)
    for style in {style for _, style in SYSTEMS.values()}:
        of_style = np.isin(system, [n for n, name in enumerate(systems) if SYSTEMS[name][1] == style])
        for values in (given, family):
            values[of_style] = _styled(rng, values[of_style], style)
    birth = _written_births(rng, persons.born[who], some)
    is_female = persons.is_female[who] ^ some("gender_wrong")
    gender = np.where(some("gender_missing"), "", np.where(is_female, "female", "male"))
    home = persons.home[who]
    place = (home, (when > persons.moved_at[home]).astype(int))
    columns = {
        "record_id": _digits(np.arange(count), 8),
        "system": np.array(systems)[system],
        "given_name": given,
        "family_name": family,
        "birth_date": birth,
        "gender": gender,
        "phone": _written_phones(rng, persons, who, when, system, some),
        "email": _written_emails(rng, persons, who, when, np.array(systems)[system], some),
        "street": _written_streets(rng, persons, place, some),
        "city": np.where(
            some("city_missing"), "", _mistyped(rng, np.array(CITIES)[persons.city[place]], some("city_typo"))
        ),
        "postcode": _written_postcodes(rng, persons, place, some),
        "person_id": _join("p", _digits(who, 8)),
    }
    a, b, kind = persons.look_alikes()
    return People(
        _table(columns),
        _table(
            {
                "person_id": _join("p", _digits(np.arange(people), 8)),
                "given_name": names.given[persons.given],
                "family_name": names.family[persons.family],
                "family_name_before": names.family[persons.family_before],
                "birth_date": persons.born.astype("M8[D]").astype("U10"),
                "gender": np.where(persons.is_female, "female", "male"),
                "home": _digits(persons.home, 8),
                "city": np.array(CITIES)[
                    persons.city[persons.home, (persons.moved_at < 1)[persons.home].astype(int)]
                ],
            }
        ),
        _table(
            {
                "person_id_a": _join("p", _digits(a, 8)),
                "person_id_b": _join("p", _digits(b, 8)),
                "kind": np.array(KINDS)[kind],
            }
        ),
    )


def _written_names(
    rng: np.random.Generator, names: Names, persons: _Persons, who: np.ndarray, when: np.ndarray, some: Some
) -> tuple[Text, Text]:
    code = persons.given[who]
    given = np.where(some("nickname"), _nickname(rng, names, code), names.given[code])
    married = when > persons.married_at[who]
    family = names.family[np.where(married, persons.family[who], persons.family_before[who])]
    given, family = _mistyped(rng, given, some("given_typo")), _mistyped(rng, family, some("family_typo"))
    short, initial = some("truncated"), some("initial")
    given = np.where(short, given.astype("U4"), given)
    family = np.where(short & (rng.random(len(who)) < 0.5), family.astype("U6"), family)
    point = np.where(rng.random(len(who)) < 0.5, ".", "")
    given = np.where(initial & (given != ""), _join(given.astype("U1"), point), given)
    nameless = some("nameless")
    given, family = np.where(some("given_missing") | nameless, "", given), np.where(nameless, "", family)
    # one of the two at most is left out besides
    family = np.where(some("family_missing") & (given != ""), "", family)
    turned = some("turned") & (given != "") & (family != "")
    return np.where(turned, family, given), np.where(turned, given, family)


def _styled(rng: np.random.Generator, values: Text, style: str) -> Text:
    if style == "upper":
        return np.strings.upper(values)
    titled = np.strings.capitalize(values)
    return titled if style == "title" else np.where(rng.random(len(values)) < 0.3, values, titled)


def _written_births(rng: np.random.Generator, born: np.ndarray, some: Some) -> Text:
    """`year-month-day`; of a swapped day and month, or a wrong digit, also what no calendar has."""
    count = len(born)
    other = born + rng.integers(-15 * 365, 15 * 365, count)
    days = np.where(some("birth_replaced"), other, born).astype("M8[D]")
    year, month, day = _part(days, "Y"), _part(days, "M"), _part(days, "D")
    swapped = some("birth_swapped")
    month, day = np.where(swapped, day, month), np.where(swapped, month, day)
    january = some("birth_january")
    month, day = np.where(january, 1, month), np.where(january, 1, day)
    text = _join(_digits(year, 4), "-", _digits(month, 2), "-", _digits(day, 2))
    text = _wrong_digit(rng, text, some("birth_digit"), (2, 3, 6, 8, 9))
    text = np.where(some("birth_1900"), "1900-01-01", text)
    return np.where(some("birth_missing"), "", text)


def _written_phones(
    rng: np.random.Generator,
    persons: _Persons,
    who: np.ndarray,
    when: np.ndarray,
    system: np.ndarray,
    some: Some,
) -> Text:
    number = persons.phone[who, (when > persons.phone_at[who]).astype(int)]
    shared = persons.shared_phone[who]
    number = np.where((shared > 0) & (rng.random(len(who)) < 0.4), shared, number)
    digits = _wrong_digit(rng, _digits(number, 10), some("phone_digit"), range(3, 10))
    area, exchange, line = (_slice(digits, *part) for part in ((0, 3), (3, 6), (6, 10)))
    written = [
        _join("(", area, ") ", exchange, "-", line),
        _join("+1 ", area, " ", exchange, " ", line),
        digits,
        _join(area, "-", exchange, "-", line),
    ]
    text = np.choose(system, [way.astype("U16") for way in written])
    return np.where(rng.random(len(who)) < CONTACT, text, "")


def _written_emails(
    rng: np.random.Generator, persons: _Persons, who: np.ndarray, when: np.ndarray, system: Text, some: Some
) -> Text:
    later = when > persons.email_at[who]
    mailbox = np.where(later, persons.mailbox[1][who], persons.mailbox[0][who])
    domain = np.where(later, persons.domain[1][who], persons.domain[0][who])
    mailbox = _mistyped(rng, mailbox, some("email_typo"))
    dotless = some("email_dots") & (domain == 0)
    mailbox = np.where(dotless, np.strings.replace(mailbox, ".", ""), mailbox)
    mailbox = np.where(some("email_tag"), _join(mailbox, "+", system), mailbox)
    text = _join(mailbox, "@", np.array(DOMAINS)[domain])
    return np.where(rng.random(len(who)) < CONTACT, text, "")


def _written_streets(rng: np.random.Generator, persons: _Persons, place: Place, some: Some) -> Text:
    count = len(place[0])
    name = _mistyped(rng, np.array(STREETS)[persons.street[place]], some("street_typo"))
    kind = np.array(STREET_TYPES)[persons.street_type[place], rng.integers(0, 3, count)]
    text = _join(persons.number[place].astype("U5"), " ", name, " ", kind)
    flat = persons.flat[place]
    has_flat = (flat > 0) & ~some("flat_left_out")
    text = np.where(has_flat, _join(text, rng.choice(np.array(FLATS), count), flat.astype("U3")), text)
    return np.where(some("street_missing"), "", text)


def _written_postcodes(rng: np.random.Generator, persons: _Persons, place: Place, some: Some) -> Text:
    code = 10_000 + persons.city[place] * 800 + persons.zone[place]
    text = _wrong_digit(rng, _digits(code, 5), some("postcode_digit"), range(5))
    return np.where(some("postcode_missing"), "", text)


# --- texts ------------------------------------------------------------------------------------------------


def _join(*parts: Text | str) -> Text:
    text = parts[0]
    for part in parts[1:]:
        text = np.strings.add(text, part)
    return text


def _digits(values: np.ndarray, width: int) -> Text:
    text = values.astype(f"U{width}")
    return np.strings.zfill(text, width) if len(text) else text


def _part(days: np.ndarray, unit: str) -> np.ndarray:
    """Year, month or day of a date."""
    if unit == "Y":
        return days.astype("M8[Y]").astype(int) + 1970
    if unit == "M":
        return days.astype("M8[M]").astype(int) % 12 + 1
    return (days - days.astype("M8[M]")).astype(int) + 1


def _letters(text: Text) -> np.ndarray:
    """The code points of each text, filled up with 0: a copy."""
    width = text.dtype.itemsize // 4
    return np.ascontiguousarray(text).view(np.uint32).reshape(len(text), width).copy()


def _as_text(letters: np.ndarray) -> Text:
    return np.ascontiguousarray(letters).view(f"U{letters.shape[1]}").reshape(-1)


def _slice(text: Text, start: int, end: int) -> Text:
    return _as_text(_letters(text)[:, start:end])


def _nickname(rng: np.random.Generator, names: Names, code: np.ndarray) -> Text:
    """A nickname of each given name, or the name itself where it has none."""
    known = names.nickname_count[code]
    chosen = (rng.random(len(code)) * known).astype(int)
    return np.where(known > 0, names.nicknames[code, chosen], names.given[code])


def _neighbours() -> np.ndarray:
    """Two keys beside each on the keyboard; what is neither letter nor digit is its own neighbour."""
    table = np.repeat(np.arange(128, dtype=np.uint32)[:, None], 2, axis=1)
    for row in ("qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890"):
        for case in {row, row.upper()}:
            for key, left, right in zip(case, case[1] + case[:-1], case[1:] + case[-2], strict=True):
                table[ord(key)] = ord(left), ord(right)
    return table


_KEYS = _neighbours()


def _mistyped(rng: np.random.Generator, text: Text, rows: np.ndarray) -> Text:
    """In these rows one typing error: a neighbouring key, or a letter dropped, doubled or swapped with the next. Texts of
    one or two letters stay."""
    length = np.strings.str_len(text)
    rows = np.flatnonzero(rows & (length > 2))
    width = text.dtype.itemsize // 4 + 1
    text = text.astype(f"U{width}")
    letters, length = _letters(text[rows]), length[rows]
    at = (rng.random(len(rows)) * (length - 1)).astype(int)[:, None]
    error = rng.integers(0, 4, len(rows))[:, None]
    column = np.arange(width)[None, :]
    source = np.select(
        [error == 0, error == 1, error == 2],
        [
            column + (column >= at),
            column - (column > at),
            column + (column == at) * 1 - (column == at + 1) * 1,
        ],
        column,
    )
    letters = np.take_along_axis(letters, np.minimum(source, width - 1), axis=1)
    struck = np.flatnonzero(error == 3)
    old = letters[struck, at[struck, 0]]
    letters[struck, at[struck, 0]] = _KEYS[np.minimum(old, 127), rng.integers(0, 2, len(struck))]
    text[rows] = _as_text(letters)
    return text


def _wrong_digit(rng: np.random.Generator, text: Text, rows: np.ndarray, places: Sequence[int]) -> Text:
    """In these rows another digit at one of these places."""
    rows = np.flatnonzero(rows)
    letters = _letters(text[rows])
    at = rng.choice(np.array(places), len(rows))
    every = np.arange(len(rows))
    letters[every, at] = 48 + (letters[every, at] - 48 + rng.integers(1, 10, len(rows))) % 10
    text = text.copy()
    text[rows] = _as_text(letters)
    return text


def _table(columns: Mapping[str, Text]) -> pa.Table:
    """Texts; an empty one is null."""
    return pa.table(
        {name: pa.array(values, pa.string(), mask=values == "") for name, values in columns.items()}
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Generate, print sizes and seconds, and write the three tables where asked."""
    parser = argparse.ArgumentParser(prog="python -m bench.people", description=__doc__)
    parser.add_argument("--people", type=int, default=400_000, metavar="N", help="persons (400000)")
    parser.add_argument("--seed", type=int, default=1, help="seed (1)")
    parser.add_argument("--noise", default="mid", choices=NOISE, help="share of errors (mid)")
    parser.add_argument("--write", type=Path, metavar="FOLDER", help="write the tables there as Parquet")
    given = read_arguments(parser, arguments, people=500)
    started = time.monotonic()
    found = generate(given.people, given.seed, given.noise)
    print(
        f"{found.records.num_rows:,} records of {given.people:,} persons in {time.monotonic() - started:.1f} s"
    )
    for kind in KINDS:
        print(f"{kind:26} {found.look_alikes['kind'].to_pylist().count(kind):>10,} pairs")
    if given.write:
        given.write.mkdir(parents=True, exist_ok=True)
        for name in ("records", "persons", "look_alikes"):
            pq.write_table(getattr(found, name), given.write / f"{name}.parquet")
    return 0


if __name__ == "__main__":
    sys.exit(main())
