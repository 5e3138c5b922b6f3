"""What a run is: size, period, seed, noise and places."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import numpy as np

CHUNK = 20_000
"""Customers per chunk. Part of the definition of the data: another value gives other data."""

EPOCH = dt.date(1970, 1, 1)

NOISE = {"low": 0.5, "mid": 1.0, "high": 1.6}
"""Factor on every identity-noise probability; mid gives about 18% surplus records inside systems."""


@dataclass(frozen=True)
class Config:
    """One run of the generator."""

    customers: int = 2000
    months: int = 36
    seed: int = 7
    noise: str = "mid"
    end_date: dt.date = dt.date(2026, 10, 31)
    inbox: Path = Path("inbox/demo")
    truth: Path = Path("truth/demo")
    project: Path = Path()
    chunk: int = CHUNK
    anomalies: bool = False

    def __post_init__(self) -> None:
        if self.customers < 200:
            raise ValueError("customers must be 200 or more: the hard negatives need people to stand on")
        if not 12 <= self.months <= 120:
            raise ValueError("months must lie between 12 and 120")
        if self.noise not in NOISE:
            raise ValueError(f"noise must be one of {', '.join(NOISE)}")

    @property
    def noise_factor(self) -> float:
        """Multiplier of identity-noise probabilities."""
        return NOISE[self.noise]

    @property
    def start_date(self) -> dt.date:
        """First day of the period: `months` whole months ending on `end_date`."""
        return months_back(self.end_date, self.months) + dt.timedelta(days=1)

    @property
    def days(self) -> int:
        """Length of the period in days; day 0 is `start_date`."""
        return (self.end_date - self.start_date).days + 1

    @property
    def origin(self) -> int:
        """Days from 1970-01-01 to day 0."""
        return (self.start_date - EPOCH).days

    @property
    def chunks(self) -> list[tuple[int, int]]:
        """(index, number of customers) of every chunk."""
        full, rest = divmod(self.customers, self.chunk)
        # A short remainder joins the last full chunk: every chunk is large enough to hold each phenomenon.
        sizes = [self.chunk] * full + ([rest] if rest else [])
        if len(sizes) > 1 and sizes[-1] < self.chunk // 20:
            last = sizes.pop()
            sizes[-1] += last
        return list(enumerate(sizes))

    def rng(self, stage: str, chunk: int = -1) -> np.random.Generator:
        """Random stream of one stage of one chunk (-1: shared by all), independent of all others."""
        key = (sum(ord(c) * 257**i for i, c in enumerate(stage)) % 2**32, chunk + 1)
        return np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=key))


def months_back(day: dt.date, months: int) -> dt.date:
    """The same day `months` calendar months earlier; the last day of a month stays a last day."""
    next_day = day + dt.timedelta(days=1)
    is_last = next_day.day == 1
    anchor = next_day if is_last else day
    index = anchor.year * 12 + anchor.month - 1 - months
    year, month = divmod(index, 12)
    last = (dt.date(year + (month == 11), (month + 1) % 12 + 1, 1) - dt.timedelta(days=1)).day
    moved = dt.date(year, month + 1, min(anchor.day, last))
    return moved - dt.timedelta(days=1) if is_last else moved
