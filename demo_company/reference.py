"""Reference tables of the demo world.

Places, names, products, industries. All from public knowledge or invented.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent / "reference"


def _rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def cumulative(weights: list[float] | np.ndarray) -> np.ndarray:
    """Cumulative shares ending at exactly 1, for `searchsorted` sampling."""
    cdf = np.cumsum(np.asarray(weights, dtype=float))
    cdf /= cdf[-1]
    cdf[-1] = 1.0
    return cdf


def pick(rng: np.random.Generator, cdf: np.ndarray, size: int) -> np.ndarray:
    """Indices drawn with the shares of `cdf`."""
    return np.searchsorted(cdf, rng.random(size), side="right")


@dataclass(frozen=True)
class City:
    """A prefecture-level city with its official names and division code (GB/T 2260)."""

    code: str
    province: str
    name: str
    weight: float
    districts: tuple[str, ...]

    @property
    def short(self) -> str:
        """杭州市 -> 杭州."""
        return self.name.removesuffix("市")

    @property
    def province_short(self) -> str:
        """浙江省 -> 浙江, 广西壮族自治区 -> 广西."""
        return short_province(self.province)


def short_province(name: str) -> str:
    """Everyday name of a province."""
    for tail in ("维吾尔自治区", "壮族自治区", "回族自治区", "自治区", "省", "市"):
        if name.endswith(tail):
            return name.removesuffix(tail)
    return name


@cache
def cities() -> list[City]:
    """Cities of the demo, in code order."""
    return [
        City(r["code"], r["province"], r["city"], float(r["weight"]), tuple(r["districts"].split("|")))
        for r in _rows("cities.csv")
    ]


@cache
def provinces() -> list[str]:
    """Provinces in code order."""
    return list(dict.fromkeys(c.province for c in cities()))


@cache
def surnames() -> tuple[list[str], np.ndarray]:
    """Surnames and their cumulative shares."""
    rows = _rows("surnames.csv")
    return [r["surname"] for r in rows], cumulative([float(r["weight"]) for r in rows])


COHORTS = (1900, 1970, 1985, 1995)


@cache
def given_names() -> dict[tuple[int, str], dict[str, tuple[float, list[str]]]]:
    """(cohort, sex) -> kind (single, first, second, popular) -> (weight, values)."""
    table: dict[tuple[int, str], dict[str, tuple[float, list[str]]]] = {}
    for r in _rows("given_names.csv"):
        key = (int(r["cohort"]), r["sex"])
        table.setdefault(key, {})[r["kind"]] = (float(r["weight"]), r["values"].split())
    return table


@cache
def latin_names() -> dict[str, list[str]]:
    """Latin given names by sex and surnames."""
    return {r["kind"]: r["values"].split() for r in _rows("latin_names.csv")}


AROMAS = ("酱香", "浓香", "清香", "兼香", "凤香", "米香")


@dataclass(frozen=True)
class Products:
    """The catalogue as columns; index = product number used throughout."""

    rows: list[dict[str, str]]
    price: np.ndarray  # yuan
    cost: np.ndarray  # yuan
    strength: np.ndarray  # % vol, 0 for tea and glassware
    aroma: np.ndarray  # index into AROMAS, -1 for none
    gift: np.ndarray
    custom: np.ndarray
    launched: np.ndarray  # days since 1970-01-01
    appeal: np.ndarray  # (3 groups, products)


@cache
def products() -> Products:
    """The maker's products."""
    rows = _rows("products.csv")
    return Products(
        rows=rows,
        price=np.array([float(r["price"]) for r in rows]),
        cost=np.array([float(r["cost"]) for r in rows]),
        strength=np.array([float(r["strength"] or 0) for r in rows]),
        aroma=np.array([AROMAS.index(r["aroma"]) if r["aroma"] else -1 for r in rows]),
        gift=np.array([r["gift"] == "X" for r in rows]),
        custom=np.array([r["custom"] == "X" for r in rows]),
        launched=np.array([r["launched"] for r in rows], dtype="datetime64[D]").astype(int),
        appeal=np.array([[float(r[g]) for r in rows] for g in ("business", "gift_group", "personal")]),
    )


INDUSTRIES = (
    ("C13", 3), ("C15", 2), ("C26", 5), ("C30", 4), ("C33", 5), ("C34", 6), ("C36", 4), ("C38", 5),
    ("C39", 6),
    ("D44", 2), ("E47", 8), ("E48", 6), ("E50", 5), ("F51", 9), ("F52", 6), ("G54", 4), ("G59", 2),
    ("H61", 5),
    ("H62", 9), ("I64", 3), ("I65", 6), ("J66", 5), ("J67", 2), ("J68", 3), ("K70", 9), ("L72", 8),
    ("M74", 4),
    ("N78", 1), ("O80", 2), ("P83", 3), ("Q84", 3), ("R88", 1), ("R90", 2),
)  # fmt: skip
"""Divisions of GB/T 4754-2017 (section letter and two digits) with the share among business customers."""

COMPANY_TRADE = {
    "C": ("机械", "电子", "化工", "食品", "材料"),
    "D": ("电力", "热力"),
    "E": ("建设", "建筑工程", "装饰工程"),
    "F": ("商贸", "贸易", "供应链"),
    "G": ("物流", "运输"),
    "H": ("餐饮管理", "酒店管理"),
    "I": ("信息技术", "网络科技"),
    "J": ("投资", "资产管理"),
    "K": ("房地产开发", "置业"),
    "L": ("企业管理", "商务服务"),
    "M": ("工程设计", "检测技术"),
    "N": ("环境科技",),
    "O": ("生活服务",),
    "P": ("教育科技",),
    "Q": ("医疗科技",),
    "R": ("文化传播", "体育文化"),
}
WORDS = {r["kind"]: r["values"].split() for r in _rows("words.csv")}
COMPANY_BRAND = WORDS["company_brand"]
COMPANY_FORM = (("有限公司", 70), ("有限责任公司", 18), ("股份有限公司", 8), ("集团有限公司", 4))

STREETS = WORDS["street"]
COMPOUNDS = WORDS["compound"]
OFFICE_PARKS = WORDS["office_park"]
MAIL_DOMAINS = (
    ("qq.com", 38), ("163.com", 26), ("126.com", 9), ("sina.com", 7), ("139.com", 5), ("foxmail.com", 5),
    ("outlook.com", 4), ("gmail.com", 4), ("aliyun.com", 2),
)  # fmt: skip
NICKNAMES = WORDS["nickname"]
COMPETITORS = ("赤河", "五谷春", "洛川", "杏林", "桃源")
