"""What the tests of churn share: buyers of CDNOW and of demo companies, the models' own SQL on them, and the oracle
that knows the demo company's true rates and hazards."""

from __future__ import annotations

import datetime as dt
import importlib.util
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from scipy.stats import gamma, rankdata

from conftest import PROJECT
from demo_company.behaviour import CAUSES, NEVER, Behaviour, simulate
from demo_company.config import Config
from demo_company.market import LEAD_MONTHS, Market, build_market
from demo_company.orders import Orders, build_orders
from demo_company.world import PERSONAL, World, build_world

SEEN = 0.97
"""Share of the demo company's orders that are neither cancelled nor till receipts without a card."""

CHAIN = (
    "origins", "features", "rate_grid", "leaving", "verdicts", "examples", "model_inputs", "model_coefficients", "scores",
)  # fmt: skip
"""The models from purchases to scores, in their order: models/intermediate/churn/int_churn__<name>."""

SEEDS = ("churn_policy", "churn_horizons", "clv_policy")


class Chain:
    """The project's churn models, as the latest build of the demo company compiled them, on the purchases of anybody."""

    def __init__(self) -> None:
        models = PROJECT / "models" / "intermediate" / "churn"
        compiled = (
            PROJECT / "target" / "demo" / "compiled" / "customer360" / "models" / "intermediate" / "churn"
        )
        self._steps: list[tuple[str, Any]] = []
        for name in (f"int_churn__{step}" for step in CHAIN):
            if (models / f"{name}.py").exists():
                self._steps.append((name, _load(models / f"{name}.py")))
            elif (compiled / f"{name}.sql").exists():
                text = (compiled / f"{name}.sql").read_text(encoding="utf-8")
                self._steps.append((name, re.sub(r'"customer360"\."\w+"\.', "", text)))
            else:
                pytest.fail("nothing is compiled; run: make build")

    def run(
        self, purchases: duckdb.DuckDBPyRelation, as_of: dt.date, horizons: tuple[int, ...] = (90, 180)
    ) -> duckdb.DuckDBPyConnection:
        """Tables int_churn__* from purchases (customer_id, ordered_on, amount) as of a date."""
        connection = duckdb.connect()
        connection.register("given", purchases.to_arrow_table())
        connection.execute(
            """
            create table int_value__day_versions as
            select customer_id, ordered_on, ordered_on as valid_from_on, date '9999-12-31' as valid_to_on,
                count(*) as order_count, cast(sum(amount) as decimal(18, 2)) as net_amount, net_amount as purchase_amount,
                net_amount as margin_amount, 0 as gift_amount
            from given group by customer_id, ordered_on;
            create table int_orders__documents as select ordered_on from int_value__day_versions
            """
        )
        connection.execute("create table int_calendar__as_of as select cast(? as date) as as_of_on", [as_of])
        for name in SEEDS:
            file = PROJECT / "seeds" / "policy" / f"{name}.csv"
            connection.execute(f"create table {name} as from '{file}'")
        connection.execute(
            "delete from churn_horizons where not list_contains(?, horizon_days)", [list(horizons)]
        )
        for name, step in self._steps:
            if isinstance(step, str):
                connection.execute(f"create table {name} as {step}")
            else:
                connection.register("made", step(_Dbt(connection), connection))
                connection.execute(f"create table {name} as from made")
                connection.unregister("made")
        return connection


class _Dbt:
    """What a Python model asks of dbt."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def config(self, **_: object) -> None:
        """Nothing to configure."""

    def ref(self, name: str) -> duckdb.DuckDBPyRelation:
        """The table of that name."""
        return self._connection.table(name)


def _load(file: Path) -> Any:
    """The function `model` of a Python model."""
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.model


def cdnow() -> duckdb.DuckDBPyRelation:
    """All of CDNOW (customer_id, ordered_on, amount), from the package `lifetimes`; nothing of it is imported."""
    folder = Path(importlib.util.find_spec("lifetimes").submodule_search_locations[0]) / "datasets"
    return duckdb.sql(
        f"""
        select
            word[1] as customer_id,
            cast(strptime(word[2], '%Y%m%d') as date) as ordered_on,
            cast(word[4] as double) as amount
        from (
            select regexp_split_to_array(trim(line), ' +') as word
            from read_csv('{folder / "CDNOW_master.txt"}', columns = {{'line': 'varchar'}}, delim = '|', header = false, skip = 1)
        )
        """
    )


@dataclass
class Company:
    """A demo company before it is written into systems: everything is known."""

    config: Config
    market: Market
    world: World
    behaviour: Behaviour
    orders: Orders

    @classmethod
    def make(cls, seed: int, customers: int = 2000, effect: float = 1) -> Company:
        """The company of a seed, one chunk; its campaigns move customers `effect` times as much."""
        config = Config(customers=customers, seed=seed)
        market, world = build_market(config), build_world(config, 0, customers)
        plans = [replace(plan, uplift=tuple(effect * x for x in plan.uplift)) for plan in market.campaigns]
        market = replace(market, campaigns=plans)
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

    def relation(self) -> duckdb.DuckDBPyRelation:
        """The same as `Chain.run` reads it; customer_id is the position in the world."""
        customer, day, amount = self.purchases()
        rows = {"customer": customer, "day": day, "amount": amount}
        assert rows
        start = self.config.start_date.isoformat()
        return duckdb.sql(
            f"""
            select printf('%06d', customer) as customer_id, date '{start}' + cast(day as integer) as ordered_on, amount
            from rows where amount > 0
            """
        )

    def last_seen(self, at: int) -> np.ndarray:
        """Day of each customer's last seen order by day `at`, -1 for none."""
        customer, day, _ = self.purchases()
        last = np.full(len(self.world), -1)
        past = day <= at
        np.maximum.at(last, customer[past], day[past])
        return last

    def oracle(self, date: dt.date, horizon: int) -> np.ndarray:
        """P(no purchase within `horizon` days after `date`) per customer, nan where none was seen by then.

        Knows rates, seasons and hazards of leaving, and when the customer was last seen to buy; not whether the
        customer has left. Bayes' rule over the days since the last purchase.
        """
        intensity, hazard = self._intensity(), self._hazard()
        intensity *= self.behaviour.traits.rate[:, None]
        return self._chance(intensity, hazard, date, horizon)[0]

    def observer(self, date: dt.date, horizon: int, levels: int = 40) -> np.ndarray:
        """The same for who knows the generator, but of a customer only the purchases and the group.

        Rates are inferred from what was bought (gamma prior of the group), seasons known, and hazards those of the
        group: the most that purchase histories can tell.
        """
        group = np.minimum(self.world.group, PERSONAL)
        own = self._hazard()
        hazard = np.stack([own[group == g].mean(axis=0) for g in range(3)])[group]
        intensity = SEEN / 365 * self.market.weights[group]
        at = self.day_of(date)
        customer, day, _ = self.purchases()
        count = np.bincount(customer[day <= at], minlength=len(group)).astype(float)
        won = self.world.acquired >= 0
        count -= np.where(won, 0.75, 0.0)  # three in four of the newly won begin with an order
        last, first = self.last_seen(at).clip(0), self.world.acquired.clip(0, self.config.days - 1)
        mass = np.cumsum(intensity, axis=1)
        span = np.arange(len(group))
        exposed = mass[span, last] - np.where(won, mass[span, (first - 1).clip(0)], 0.0)
        shape, mean = np.array([1.4, 1.3, 1.15])[group], np.array([25.0, 4.3, 4.6])[group]
        lost = weight = 0.0
        for level in (np.arange(levels) + 0.5) / levels:
            rate = gamma.ppf(level, shape, scale=mean / shape)
            chance, likelihood = self._chance(intensity * rate[:, None], hazard, date, horizon)
            expected = (rate * exposed).clip(1e-9)
            likelihood = likelihood * np.exp(
                count.clip(0) * (np.log(expected) - np.log(count.clip(1e-9))) - expected + count.clip(0)
            )
            lost, weight = lost + likelihood * chance, weight + likelihood
        return lost / weight

    def cause_oracle(self) -> tuple[np.ndarray, np.ndarray]:
        """True cause, and the likeliest one for who knows the hazards of the month, of buyers who left."""
        customer, _, _ = self.purchases()
        bought = np.isin(np.arange(len(self.world)), customer)
        left = np.flatnonzero((self.behaviour.drop_day != NEVER) & bought)
        month = np.searchsorted(self.market.month_starts, self.behaviour.drop_day[left], side="right") - 1
        assert self.behaviour.hazards.shape[2] == len(CAUSES)
        return self.behaviour.drop_cause[left], self.behaviour.hazards[month, left].argmax(axis=1)

    def _months(self) -> np.ndarray:
        return np.searchsorted(self.market.month_starts, np.arange(self.config.days), side="right") - 1

    def _intensity(self) -> np.ndarray:
        """Seen purchases per day and unit of rate, (customers, days)."""
        assert self.market.month_starts[LEAD_MONTHS] == 0
        group = np.minimum(self.world.group, PERSONAL)
        return SEEN / 365 * self.market.weights[group] * self.behaviour.appetite[:, self._months()]

    def _hazard(self) -> np.ndarray:
        """Hazard of leaving per day, (customers, days)."""
        daily = self.behaviour.hazards.sum(axis=2) / np.diff(self.market.month_starts)[:, None]
        return daily[self._months()].T

    def _chance(
        self, intensity: np.ndarray, hazard: np.ndarray, date: dt.date, horizon: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """P(no purchase), and the chance of no purchase since the last one."""
        at, days = self.day_of(date), self.config.days
        last = self.last_seen(at)
        quiet = np.cumsum(intensity + hazard, axis=1)
        span = np.arange(days)[None, :]

        def gone_within(first: np.ndarray, until: int) -> tuple[np.ndarray, np.ndarray]:
            """From alive on `first` on: chance to be alive, and gone, by `until` with no purchase between."""
            since = quiet - np.take_along_axis(quiet, first[:, None], axis=1)
            inside = (span > first[:, None]) & (span <= until)
            gone = np.where(inside, hazard * np.exp(-since.clip(0)), 0.0).sum(axis=1)
            return np.exp(-since[:, until]), gone

        alive, gone = gone_within(last.clip(0), at)
        stays, leaves = gone_within(np.full(len(last), at), min(at + horizon, days - 1))
        chance = 1 - alive / (alive + gone) * (1 - stays - leaves)
        return np.where(last >= 0, chance, np.nan), alive + gone


def area_under_curve(score: np.ndarray, outcome: np.ndarray) -> float:
    """Chance that a true case scores above a false one; ties count half."""
    ranks, true = rankdata(score), int(outcome.sum())
    return float((ranks[outcome].sum() - true * (true + 1) / 2) / (true * (len(outcome) - true)))


def average_precision(score: np.ndarray, outcome: np.ndarray) -> float:
    """Mean precision at the scores of true cases; equal scores stand together."""
    values, index = np.unique(-score, return_inverse=True)
    everybody = np.cumsum(np.bincount(index, minlength=len(values)))
    true = np.cumsum(np.bincount(index, weights=outcome, minlength=len(values)))
    return float((true / everybody)[index][outcome].mean())


def calibration_error(probability: np.ndarray, outcome: np.ndarray) -> float:
    """Mean distance of stated and true shares over ten equal bins."""
    bins = np.minimum(np.floor(probability * 10), 9).astype(int)
    distance = np.bincount(bins, weights=probability - outcome, minlength=10)
    return float(np.abs(distance).sum() / len(outcome))
