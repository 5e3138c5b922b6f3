"""Festivals and how strongly each group of customers buys on each day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from borax.calendars import LunarDate

from demo_company.config import Config

SPRING, DRAGON, AUTUMN = "spring_festival", "dragon_boat", "mid_autumn"
_LUNAR = {SPRING: (1, 1), DRAGON: (5, 5), AUTUMN: (8, 15)}

GIFT_SHARE = {SPRING: 0.38, AUTUMN: 0.27, DRAGON: 0.17}
"""Share of a year's gift buying from 30 days before to 7 days after each festival (field reference)."""


@dataclass(frozen=True)
class Festival:
    """A festival: code and day relative to the first day of the period."""

    code: str
    day: int
    date: dt.date

    @property
    def label(self) -> str:
        """Chinese name as campaigns use it."""
        return {SPRING: "春节", DRAGON: "端午", AUTUMN: "中秋"}[self.code]


def festivals(config: Config) -> list[Festival]:
    """Lunar festivals from one year before the period to one after, in date order."""
    found = []
    for year in range(config.start_date.year - 1, config.end_date.year + 2):
        for code, (month, day) in _LUNAR.items():
            date = LunarDate(year, month, day).to_solar_date()
            found.append(Festival(code, (date - config.start_date).days, date))
    return sorted(found, key=lambda f: f.day)


def festival_days(config: Config, before: int = 30, after: int = 7) -> np.ndarray:
    """Whether each day of the period lies in a festival window."""
    inside = np.zeros(config.days, dtype=bool)
    for f in festivals(config):
        inside[max(f.day - before, 0) : max(f.day + after + 1, 0)] = True
    return inside


def day_weights(config: Config) -> np.ndarray:
    """Buying intensity per group (0 business, 1 gift, 2 personal) and day; a normal year averages 1."""
    days = config.days
    dates = np.arange(days) + config.origin
    month = dates.astype("datetime64[D]").astype("datetime64[M]").astype(int) % 12 + 1
    month_day = (
        dates.astype("datetime64[D]") - dates.astype("datetime64[D]").astype("datetime64[M]")
    ).astype(int) + 1
    weekday = (dates + 3) % 7  # 1970-01-01 was a Thursday; Monday = 0
    gift = np.full(days, 1 - sum(GIFT_SHARE.values()))
    shape = np.concatenate([np.linspace(0.4, 1.0, 16), np.full(14, 2.2), np.full(8, 0.2)])
    near = np.ones(days)
    for f in festivals(config):
        for offset, height in zip(range(-30, 8), shape / shape.sum(), strict=True):
            day = f.day + offset
            if 0 <= day < days:
                gift[day] += GIFT_SHARE[f.code] * 365 * height
                if offset <= 0:
                    near[day] = 1.4  # the festival uplift of the field
    business = near * np.where(np.isin(month, (11, 12, 1)), 1.25, 0.95)
    business *= np.where(weekday >= 5, 0.25, 1.3)
    personal = near * np.where(weekday >= 5, 1.35, 0.86)
    personal[(month == 11) & (month_day >= 8) & (month_day <= 11)] *= 3.0  # Double Eleven
    personal[(month == 6) & (month_day >= 15) & (month_day <= 18)] *= 2.2
    business /= business.mean()
    personal /= personal.mean()
    return np.stack([business, gift, personal])
