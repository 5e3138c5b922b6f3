"""What all customers share: price rises, competitors, policies and the campaign calendar."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demo_company import reference as ref
from demo_company.config import Config, months_back
from demo_company.seasons import day_weights, festivals
from demo_company.world import BUSINESS, GIFT, PERSONAL

LEAD_MONTHS = 6
"""Months simulated before the period, so that some customers left just before it begins."""

CONTENT = ("促销", "深度", "教育")
CAMPAIGN_CHANNELS = ("短信", "邮件", "微信", "企微")
GROUP_LABEL = {BUSINESS: "企业", GIFT: "礼品", PERSONAL: "个人", -1: "全部"}
VARIANTS = ("A", "B", "对照")


@dataclass(frozen=True)
class Campaign:
    """One campaign with its true effect. Days are relative to the period."""

    code: str
    name: str
    group: int  # target group, -1 for everybody
    scene: str
    content: int  # index into CONTENT
    channel: int  # index into CAMPAIGN_CHANNELS
    start: int
    end: int
    joint: bool
    acquisition: bool
    ab_test: str
    reach: float  # share of eligible profiles in the target group of the campaign
    open_rate: tuple[float, float]  # variants A, B
    click_rate: tuple[float, float]
    uplift: tuple[float, float]  # added probability of an order within 14 days, average customer


@dataclass(frozen=True)
class Market:
    """Conditions per simulated month (the first LEAD_MONTHS lie before the period)."""

    month_starts: np.ndarray  # day of the period on which each month begins; one more for the end
    price_level: np.ndarray  # per month: list price relative to the catalogue
    price_shock: np.ndarray  # per month: factor on leaving for price
    competitor_share: np.ndarray  # (provinces, months) in percent
    competitor_price: np.ndarray  # (provinces, months, competitors) in yuan
    policies: list[tuple[str, int, int, str]]  # name, first month, last month, province
    campaigns: list[Campaign]
    weights: np.ndarray  # (3 groups, days)


def build_market(config: Config) -> Market:
    """The market of a run; the same for every chunk."""
    rng = config.rng("market")
    months = config.months + LEAD_MONTHS
    starts = np.array(
        [
            (months_back(config.end_date, config.months + LEAD_MONTHS - k) - config.start_date).days + 1
            for k in range(months + 1)
        ]
    )
    # Two rises of the list price; leaving for price is likelier for three months after each.
    level = np.ones(months)
    shock = np.ones(months)
    for share, rise in ((0.40, 1.05), (0.75, 1.04)):
        at = int(months * share)
        level[at:] *= rise
        shock[at : at + 3] = 2.6
    n = len(ref.provinces())
    share = rng.uniform(14, 26, n)[:, None] + np.cumsum(rng.normal(0.08, 0.7, (n, months)), axis=1)
    share[rng.permutation(n)[:4], months // 2 :] += 5.5  # a competitor attacks four provinces
    price = rng.uniform(420, 520, (1, 1, len(ref.COMPETITORS))) * (
        1 + rng.normal(0, 0.015, (n, months, len(ref.COMPETITORS)))
    )
    price *= (1 + 0.002 * np.arange(months))[None, :, None]
    policies = [
        ("公务接待限酒令加强", months - 17, months - 1, "全国"),
        ("消费税征收环节调整试点", months - 9, months - 1, "全国"),
        ("夜间经济促消费补贴", LEAD_MONTHS + 4, LEAD_MONTHS + 10, ref.provinces()[int(rng.integers(0, n))]),
    ]
    return Market(
        month_starts=starts,
        price_level=level,
        price_shock=shock,
        competitor_share=share.clip(5, 45).round(1),
        competitor_price=price.round(0),
        policies=policies,
        campaigns=_campaigns(config, rng, starts[LEAD_MONTHS:]),
        weights=day_weights(config),
    )


def _campaigns(config: Config, rng: np.random.Generator, month_starts: np.ndarray) -> list[Campaign]:
    plans: list[tuple[int, int, int, str, int, float, bool, str]] = []
    for f in festivals(config):
        if f.day - 30 >= 0 and f.day < config.days:
            plans.append((f.day - 28, f.day - 3, GIFT, f.label, 0, 0.55, False, f"{f.label}礼遇"))
            plans.append((f.day - 30, f.day - 8, BUSINESS, f.label, 1, 0.55, False, f"{f.label}企业团购"))
    for k, start in enumerate(month_starts[:-1]):
        group = (PERSONAL, -1, GIFT)[k % 3]
        content = k % 3
        name = ("会员日", "品鉴课堂", "新品尝鲜")[content]
        plans.append(
            (int(start) + 4, int(start) + 20, group, "日常", content, 0.24, False, f"{name}第{k + 1}期")
        )
        if k % 4 == 1:
            plans.append(
                (int(start) + 8, int(start) + 25, PERSONAL, "拉新", 0, 0.16, True, f"新客有礼第{k + 1}期")
            )
        if k % 6 == 3:
            plans.append(
                (int(start) + 2, int(start) + 24, BUSINESS, "宴请", 2, 0.40, False, f"企业品鉴会第{k + 1}期")
            )
    result = []
    for k, (start, end, group, scene, content, reach, acquisition, name) in enumerate(sorted(plans)):
        joint = bool(rng.random() < 0.35)
        base_open = (0.44, 0.55, 0.49)[content] * rng.uniform(0.85, 1.15)
        better = rng.uniform(0.85, 1.5)
        uplift = rng.uniform(0.012, 0.035) * (1.0, 0.7, 0.6)[content] * (1.18 if joint else 1.0)
        result.append(
            Campaign(
                code=f"CP{k + 1:04d}",
                name=name,
                group=group,
                scene=scene,
                content=content,
                channel=int(rng.integers(2, 4)) if group == BUSINESS else int(rng.integers(0, 3)),
                start=start,
                end=end,
                joint=joint,
                acquisition=acquisition,
                ab_test=("标题文案", "优惠力度", "主图", "发送时段")[k % 4],
                reach=reach,
                open_rate=(base_open, min(base_open * (better + 1) / 2, 0.9)),
                click_rate=(0.16, min(0.16 * better, 0.6)),
                uplift=(uplift, uplift * better),
            )
        )
    return result
