"""What the tests of churn share: buyers of CDNOW and of demo companies, the models' SQL on them, measures of a
ranking, and the oracle that knows the demo company's true rates and hazards."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from customer360.demo.behaviour import CAUSES, Behaviour, simulate
from customer360.demo.config import Config
from customer360.demo.market import LEAD_MONTHS, Market, build_market
from customer360.demo.orders import Orders, build_orders
from customer360.demo.world import PERSONAL, World, build_world

SEEN = 0.97
"""Share of the demo company's orders that are neither cancelled nor till receipts without a card."""


@dataclass
class Company:
    """A demo company before it is written into systems: everything is known."""

    config: Config
    market: Market
    world: World
    behaviour: Behaviour
    orders: Orders

    @classmethod
    def make(cls, seed: int, customers: int = 2000) -> Company:
        """The company of a seed, one chunk."""
        config = Config(customers=customers, seed=seed)
        market, world = build_market(config), build_world(config, 0, customers)
        behaviour = simulate(world, market)
        return cls(config, market, world, behaviour, build_orders(world, market, behaviour))

    def day_of(self, date: dt.date) -> int:
        """Day of the period."""
        return (date - self.config.start_date).days

    def purchases(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Customer, day and amount of every order that the company sees."""
        o = self.orders
        seen = ~o.cancelled & ~o.anonymous
        return o.customer[seen], o.day[seen], o.total_fen[seen] / 100

    def oracle(self, date: dt.date, horizon: int) -> np.ndarray:
        """P(no purchase within `horizon` days after `date`) per customer, nan where none was seen by then.

        Knows rates, seasons and hazards of leaving, and when the customer was last seen to buy; not whether the
        customer has left. Bayes' rule over the days since the last purchase.
        """
        starts, days = self.market.month_starts, self.config.days
        month = np.searchsorted(starts, np.arange(days), side="right") - 1
        length = np.diff(starts)[month]
        group = np.minimum(self.world.group, PERSONAL)
        rate = self.behaviour.traits.rate[:, None] / 365 * self.market.weights[group]
        intensity = SEEN * rate * self.behaviour.appetite[:, month]
        hazard = (self.behaviour.hazards.sum(axis=2) / np.diff(starts)[:, None])[month].T
        assert intensity.shape == hazard.shape and len(length) == days and starts[LEAD_MONTHS] == 0
        at = self.day_of(date)
        customer, day, _ = self.purchases()
        last = np.full(len(self.world), -1)
        past = day <= at
        np.maximum.at(last, customer[past], day[past])
        quiet = np.cumsum(intensity, axis=1) + np.cumsum(hazard, axis=1)

        def gone_within(first: np.ndarray, until: int) -> tuple[np.ndarray, np.ndarray]:
            """Chances, from alive on day `first` on, to be alive and to be gone by `until` with no purchase between."""
            base = np.take_along_axis(quiet, first[:, None], axis=1)
            span = np.arange(days)[None, :]
            inside = (span > first[:, None]) & (span <= until)
            gone = (np.where(inside, hazard * np.exp(-(quiet - base)), 0.0)).sum(axis=1)
            return np.exp(-(quiet[:, until] - base[:, 0])), gone

        alive, gone = gone_within(last.clip(0), at)
        stays, leaves = gone_within(np.full(len(last), at), min(at + horizon, days - 1))
        chance = 1 - alive / (alive + gone) * (1 - stays - leaves)
        return np.where(last >= 0, chance, np.nan)


def area_under_curve(score: np.ndarray, outcome: np.ndarray) -> float:
    """Chance that a true case scores above a false one; ties count half."""
    ranks, true = rankdata(score), int(outcome.sum())
    return float((ranks[outcome].sum() - true * (true + 1) / 2) / (true * (len(outcome) - true)))
