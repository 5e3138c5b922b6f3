"""Purchase models: published figures, sums against quadrature, and the dbt models on real data from end to end."""

from __future__ import annotations

from decimal import Decimal, getcontext
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet
from scipy.integrate import quad
from scipy.special import betaln, log_expit

from bench.purchase_models import (
    build_models,
    customers_of,
    lay_out_models,
    measure_fit,
    measure_scoring,
    simulate,
    write_features,
)
from conftest import PROJECT
from customer360.statistics import purchase_models
from customer360.statistics.purchase_models import beta_nodes, expectation_nodes, fit_amounts, fit_purchases

ONLINE_RETAIL = PROJECT.parent / "shared/data/online_retail/online_retail.parquet"
CUT_OFF = "1997-09-30"


def cdnow(name: str, day: int, amount: int, skip: int) -> duckdb.DuckDBPyRelation:
    """Raw CDNOW transactions (customer, ordered_on, amount), from the package `lifetimes`; nothing of it is imported."""
    folder = Path(find_spec("lifetimes").submodule_search_locations[0]) / "datasets"
    return duckdb.sql(
        f"""
        select
            word[1] as customer_id,
            cast(strptime(word[{day}], '%Y%m%d') as date) as ordered_on,
            cast(word[{amount}] as double) as amount
        from (
            select regexp_split_to_array(trim(line), ' +') as word
            from read_csv('{folder / name}', columns = {{'line': 'varchar'}}, delim = '|', header = false, skip = {skip})
        )
        """
    )


def histories(orders: duckdb.DuckDBPyRelation, until: str) -> dict[str, np.ndarray]:
    """x, t_x, age in days and the sum of repeat amounts per customer, as of a date."""
    return duckdb.sql(
        f"""
        with days as (
            select customer_id, ordered_on, sum(amount) as amount
            from orders where ordered_on <= date '{until}' group by all
        )
        select
            count(*) - 1 as x,
            max(ordered_on) - min(ordered_on) as t_x,
            date '{until}' - min(ordered_on) as age,
            sum(amount) - arg_min(amount, ordered_on) as repeat_amount
        from days group by customer_id order by customer_id
        """
    ).fetchnumpy()


@pytest.fixture(scope="module")
def sample_orders():
    return cdnow("CDNOW_sample.txt", 3, 5, 0)


@pytest.fixture(scope="module")
def sample(sample_orders):
    return histories(sample_orders, CUT_OFF)


def mean_amounts(rows):
    bought = rows["repeat_amount"] > 0
    return rows["x"][bought], rows["repeat_amount"][bought] / rows["x"][bought]


def test_cdnow_sample_has_the_published_parameters(sample):
    fit = fit_purchases(sample["x"], sample["t_x"] / 7, sample["age"] / 7)["bg_nbd"]
    assert (fit.status, fit.customers, fit.repeat_customers) == ("fitted", 2357, 946)
    published = {"r": 0.2425945, "alpha": 4.4136019, "a": 0.7929199, "b": 2.4258881}
    assert fit.estimates == pytest.approx(published, rel=2e-5)
    assert fit.log_likelihood == pytest.approx(-9582.429, abs=1e-3)
    assert fit.standard_errors == pytest.approx(
        {"r": 0.0126, "alpha": 0.378, "a": 0.186, "b": 0.705}, rel=5e-3
    )
    assert fit.gradient_norm < 1e-10
    amounts = fit_amounts(*mean_amounts(sample))
    assert amounts.estimates == pytest.approx({"p": 6.2496, "q": 3.7442, "v": 15.4435}, abs=1e-4)
    assert amounts.log_likelihood == pytest.approx(-4055.918, abs=1e-3)
    assert (amounts.customers, round(amounts.correlation, 3)) == (946, 0.114)


def test_cdnow_master_has_the_published_likelihood():
    rows = histories(cdnow("CDNOW_master.txt", 2, 4, 1), CUT_OFF)
    fits = fit_purchases(rows["x"], rows["t_x"] / 7, rows["age"] / 7)
    assert fits["bg_nbd"].customers == 23_570
    assert fits["bg_nbd"].log_likelihood == pytest.approx(-95368.444, abs=1e-3)
    assert fits["bg_nbd"].log_likelihood_gain == pytest.approx(
        fits["bg_nbd"].log_likelihood - fits["nbd"].log_likelihood
    )


def test_grouping_order_and_unit_change_nothing(sample):
    x, t_x, age = (sample[name] for name in ("x", "t_x", "age"))
    days = fit_purchases(x, t_x, age)
    shuffled = np.random.default_rng(1).permutation(len(x))
    groups, count = np.unique(np.stack([x, t_x, age]), axis=1, return_counts=True)
    assert len(count) < len(x) / 2
    in_unit = {unit: fit_purchases(x, t_x / unit, age / unit) for unit in (7, 1 / 86_400)}
    for model, fit in days.items():
        same = fit_purchases(x[shuffled], t_x[shuffled], age[shuffled])[model]
        grouped = fit_purchases(*groups, count)[model]
        for other in (same, grouped):
            assert other.estimates == pytest.approx(fit.estimates, rel=1e-6)
            assert other.log_likelihood == pytest.approx(fit.log_likelihood, abs=1e-6)
        # weeks and seconds
        for unit, other in in_unit.items():
            in_days = other[model].estimates | {"alpha": unit * other[model].estimates["alpha"]}
            assert in_days == pytest.approx(fit.estimates, rel=1e-6)
            assert other[model].log_likelihood - x.sum() * np.log(unit) == pytest.approx(
                fit.log_likelihood, abs=1e-6
            )
    x, mean = mean_amounts(sample)
    whole, (pairs, count) = fit_amounts(x, mean), np.unique(np.stack([x, mean]), axis=1, return_counts=True)
    cents = fit_amounts(pairs[0][::-1], 100 * pairs[1][::-1], count[::-1])
    assert cents.estimates | {"v": cents.estimates["v"] / 100} == pytest.approx(whole.estimates, rel=1e-6)


def test_gradients_are_those_of_finite_differences(sample):
    x, t_x, age = (sample[name] for name in ("x", "t_x", "age"))
    bg_nbd, nbd = purchase_models._bg_nbd_likelihoods(x, t_x / 30.0, age / 30.0, np.ones(len(x)))
    amounts = purchase_models._gamma_gamma_likelihood(
        *mean_amounts(sample), np.ones((sample["repeat_amount"] > 0).sum())
    )
    random = np.random.default_rng(2)
    for likelihood, size in ((bg_nbd, 4), (nbd, 2), (amounts, 3)):
        for at in random.uniform(-1.5, 1.5, (5, size)):
            value, gradient = likelihood(at)
            step = 1e-5
            differences = [
                (likelihood(at + step * unit)[0] - likelihood(at - step * unit)[0]) / (2 * step)
                for unit in np.eye(size)
            ]
            assert gradient == pytest.approx(differences, rel=1e-5, abs=1e-8 * abs(value))


@pytest.mark.parametrize("truth", [(0.25, 30, 0.8, 2.4), (1.2, 60, 0.4, 0.9), (0.6, 20, 3.0, 5.0)], ids=str)
def test_simulated_parameters_are_recovered(truth):
    fit = fit_purchases(*simulate(20_000, *truth, seed=7))["bg_nbd"]
    assert fit.status == "fitted"
    assert fit.dropout_identified
    for (name, estimate), true in zip(fit.estimates.items(), truth, strict=True):
        assert abs(estimate - true) < 4 * fit.standard_errors[name], name


def test_simulated_amounts_are_recovered():
    random = np.random.default_rng(3)
    p, q, v = 4.0, 3.0, 50.0
    x = random.integers(1, 15, 20_000)
    mean = random.gamma(p * x, 1 / (random.gamma(q, 1 / v, len(x)) * x))
    fit = fit_amounts(x, mean)
    for name, true in (("p", p), ("q", q), ("v", v)):
        assert abs(fit.estimates[name] - true) < 4 * fit.standard_errors[name], name


@pytest.mark.parametrize(
    "customers, truth, seed, gains, leaves",
    [
        (5_000, (0.7, 60, 1e-9, 1), 4, False, False),
        # by chance a few seem to leave, and explain next to nothing
        (600, (0.7, 60, 1e-9, 1), 1, False, True),
        # of customers with hundreds of purchases one in two thousand leaves at each
        (4_000, (2, 20, 0.5, 1_200), 0, True, False),
    ],
    ids=["nobody leaves", "no gain", "too few leave"],
)
def test_drop_out_needs_both_leavers_and_a_gain(customers, truth, seed, gains, leaves):
    fits = fit_purchases(*simulate(customers, *truth, seed=seed))
    fit = fits["bg_nbd"]
    assert (fit.log_likelihood_gain >= 2) == gains
    assert (fit.estimates["a"] / (fit.estimates["a"] + fit.estimates["b"]) >= 1e-3) == leaves
    assert (fit.status, fit.dropout_identified) == ("dropout_not_identified", False)
    assert fits["nbd"].status == "fitted"


def test_customers_of_a_thousand_purchases_are_no_special_case():
    x, t_x, age = simulate(3_000, 0.5, 20, 0.5, 2, seed=5)
    x[:20], t_x[:20], age[:20] = np.arange(1000, 3000, 100), 3600, 3650
    fit = fit_purchases(x, t_x, age)["bg_nbd"]
    assert fit.status == "fitted"
    assert np.isfinite(list(fit.estimates.values())).all()


def test_too_little_data_is_said_and_not_fitted(sample):
    few = fit_purchases(np.array([0, 3]), np.array([0, 5]), np.array([9, 9]), np.array([900, 49]))
    assert {fit.status for fit in few.values()} == {"too_few_customers"}
    assert few["bg_nbd"].estimates == {}
    assert fit_purchases(*np.zeros((3, 0)))["nbd"].status == "too_few_customers"
    alike = fit_purchases(np.full(60, 2), np.full(60, 5), np.full(60, 9))
    assert alike["nbd"].status == "no_variance"
    assert fit_amounts(np.full(49, 2), np.linspace(1, 9, 49)).status == "too_few_customers"
    assert fit_amounts(np.full(60, 2), np.full(60, 5.0)).status == "no_variance"
    # amounts so unequal that a mean over customers does not exist
    random = np.random.default_rng(6)
    unequal = random.gamma(4.0, 1 / random.gamma(0.6, 1.0, 2000))
    assert fit_amounts(np.ones(2000), unequal).status == "no_finite_mean"
    x, mean = mean_amounts(sample)
    loss = fit_amounts(np.append(x, 3), np.append(mean, -5.0))
    assert (loss.left_out, loss.estimates) == (1, fit_amounts(x, mean).estimates)


@pytest.mark.parametrize(
    "x, t_x, age",
    [
        ([1], [0], [9]),
        ([0], [3], [9]),
        ([1], [10], [9]),
        ([-1], [0], [9]),
        ([1.5], [3], [9]),
        ([1, 2], [3], [9]),
    ],
)
def test_rows_that_are_no_purchase_histories_are_errors(x, t_x, age):
    with pytest.raises(ValueError):
        fit_purchases(np.array(x), np.array(t_x), np.array(age))
    with pytest.raises(ValueError):
        fit_amounts(np.array([0]), np.array([5.0]))
    with pytest.raises(ValueError):
        beta_nodes(0.0, 1.0, 8)


@pytest.mark.parametrize(
    "a, b", [(0.8, 2.4), (0.31, 0.5), (1.0, 1.0), (1e-7, 6565.0), (0.5, 150_000.0), (40.0, 3.0)]
)
def test_nodes_have_the_moments_of_their_distribution(a, b):
    share, weight = beta_nodes(a, b, 40)
    assert ((share > 0) & (share <= 1)).all()
    assert (np.diff(share) > 0).all()
    moment = 1.0
    for power in range(8):
        assert weight @ share**power == pytest.approx(moment, rel=1e-10)
        moment *= (a + power) / (a + b + power)


# name, r, alpha, a, b, x, t_x, age, days; alpha and times in days
CASES = [
    ("CDNOW, one purchase", 0.2426, 30.895, 0.7929, 2.4259, 0, 0, 200, 273),
    ("CDNOW, some", 0.2426, 30.895, 0.7929, 2.4259, 4, 150, 200, 273),
    ("CDNOW, five years ahead", 0.2426, 30.895, 0.7929, 2.4259, 20, 15, 20, 1826.25),
    ("a just under 1", 0.25, 30.0, 1 - 1e-9, 2.4, 2, 100, 200, 90),
    ("a = 1", 0.25, 30.0, 1.0, 2.4, 2, 100, 200, 90),
    ("a just over 1", 0.25, 30.0, 1 + 1e-9, 2.4, 2, 100, 200, 90),
    ("a + b < 1 and x = 0", 0.11, 2.24, 0.31, 0.5, 0, 0, 1, 30),
    ("a + b < 1, five years ahead", 0.11, 2.24, 0.31, 0.5, 0, 0, 0, 1826.25),
    ("x = 300", 0.2426, 30.895, 0.7929, 2.4259, 300, 900, 910, 90),
    ("x = 1000", 0.2426, 30.895, 0.7929, 2.4259, 1000, 1200, 1270, 90),
    ("x = 1000, surely gone", 0.2426, 30.895, 0.7929, 2.4259, 1000, 1000, 3000, 90),
    ("a towards 0", 0.7224, 65.87, 1e-7, 6565.0, 3, 200, 250, 90),
    ("a and b towards 0", 0.7224, 65.87, 1e-6, 1e-4, 0, 0, 250, 365),
    ("b > 1000", 0.7, 60.0, 0.5, 5000.0, 12, 300, 330, 365),
    ("b > 1000, many", 0.7, 60.0, 30.0, 5000.0, 500, 990, 1000, 1826.25),
    ("far ahead", 0.2426, 30.895, 0.7929, 2.4259, 2, 100, 150, 5000),
    ("few purchases at high rates", 12.0, 5.0, 0.2, 0.4, 1, 3, 4, 365),
]  # fmt: skip


def by_quadrature(r, alpha, a, b, x, age, days):
    """Expected purchases given alive, by adaptive quadrature over the logit of p ~ Beta(a, b + x)."""
    limit = (r + x) * days / (alpha + age)

    def integrand(u):
        p = np.exp(log_expit(u))
        density = np.exp(a * log_expit(u) + (b + x) * log_expit(-u) - betaln(a, b + x))
        return density * (-np.expm1(-(r + x) * np.log1p(p * days / (alpha + age))) / p - limit)

    edges = [-80, -40, -20, -12, -9, -7, -5, -3, -1, 1, 3, 6, 12, 80 / min(1.0, b + x)]
    parts = [
        quad(integrand, *edge, epsabs=1e-13 * limit, epsrel=1e-12, limit=400)[0] for edge in pairwise(edges)
    ]
    return limit + sum(parts)


def alive_exactly(r, alpha, a, b, x, t_x, age):
    """P(alive) in decimal arithmetic of 60 digits."""
    getcontext().prec = 60
    r, alpha, a, b, x, t_x, age = (Decimal(repr(float(value))) for value in (r, alpha, a, b, x, t_x, age))
    if x == 0:
        return 1.0
    return float(1 / (1 + a / (b + x - 1) * ((alpha + age) / (alpha + t_x)) ** (r + x)))


FEATURES = """
    with days as (
        select customer_id, ordered_on, sum(amount) as amount from {orders}
        where ordered_on <= date '{until}' group by all
    )
    select
        cast(customer_id as varchar) as customer_id,
        date '{until}' as as_of_on,
        min(ordered_on) as first_purchase_on,
        max(ordered_on) as last_purchase_on,
        count(*) as purchase_days,
        cast(sum(amount) as decimal(18, 2)) as purchase_amount,
        cast(arg_min(amount, ordered_on) as decimal(18, 2)) as first_day_amount,
        date '{until}' - min(ordered_on) as tenure_days
    from days group by customer_id
"""

# Twelve months at 1% a month, and months of 4.345 weeks: what `lifetimes` calls the lifetime value.
POLICY = (
    "select 1 as lifetime_years, pow(1.01, 12) - 1 as annual_discount_rate, 50 as minimum_repeat_customers"
)
WEEKLY_MONTHS = """
    with months as (select {{ each_number(1, 12) }} as k),
    expected as (
        select h.x, h.age_days, sum(
            (pow(1.01, -k) - case when k < 12 then pow(1.01, -k - 1) else 0 end) * n.weight / n.share
            * {{ chance_of_an_event('m.r + h.x', 'n.share / (m.alpha + h.age_days)', '4.345 * 7 * k') }}
        ) as orders
        from (select distinct as_of_on, x, age_days from {{ ref('int_value__purchase_model_inputs') }}) as h
        inner join {{ ref('int_value__purchase_models') }} as m on h.as_of_on = m.as_of_on and m.model = 'bg_nbd'
        inner join {{ ref('int_value__purchase_model_nodes') }} as n on h.as_of_on = n.as_of_on and h.x = n.x
            and h.age_days >= n.from_age and h.age_days < n.until_age
        cross join months
        where h.as_of_on = date '1997-09-30'
        group by all
    )
    select sum(v.p_alive * e.orders * v.expected_order_value) as total
    from {{ ref('int_value__base_features') }} as c
    inner join {{ ref('int_value__probabilistic_values') }} as v using (customer_id, as_of_on)
    inner join expected as e on c.purchase_days - 1 = e.x and c.tenure_days = e.age_days
    where as_of_on = date '1997-09-30'
"""
SCORED_CASES = """
    with alive as (
        select *, {{ p_alive('x', 't_x', 'age', 'r', 'alpha', 'a', 'b') }} as p_alive from {{ ref('cases') }}
    )
    select
        c.id,
        any_value(c.p_alive) as p_alive,
        any_value({{ p_no_order('c.p_alive', 'c.x', 'c.age', 'c.r', 'c.alpha', 'c.days') }}) as p_no_order,
        sum(n.weight / n.share * {{ chance_of_an_event('c.r + c.x', 'n.share / (c.alpha + c.age)', 'c.days') }}) as if_alive
    from alive as c inner join {{ ref('case_nodes') }} as n
        on c.id = n.id and c.age >= n.from_age and c.age < n.until_age
    group by c.id
"""


@pytest.fixture(scope="module")
def scored(tmp_path_factory, sample_orders):
    """The project's models on three dates: CDNOW sample (latest, also 39 weeks before its end), Online Retail before
    its last 90 days where the file is there, and ten customers."""
    folder = tmp_path_factory.mktemp("purchase_models") / "project"
    data = folder.parent
    features = [FEATURES.format(orders="sample_orders", until=CUT_OFF)]
    features.append(FEATURES.format(orders="sample_orders", until="1997-01-02"))
    dates = [(CUT_OFF, True, 273), ("1997-01-02", False, 30)]
    if ONLINE_RETAIL.exists():
        online_retail = duckdb.sql(
            f"""
            select "CustomerID" as customer_id, cast("InvoiceDate" as date) as ordered_on,
                "Quantity" * "UnitPrice" as amount
            from '{ONLINE_RETAIL}'
            where "CustomerID" is not null and "Quantity" > 0 and "UnitPrice" > 0 and "InvoiceNo" not like 'C%'
            """
        )
        assert online_retail
        features.append(FEATURES.format(orders="online_retail", until="2011-09-10"))
        dates.append(("2011-09-10", False, 90))
    rows = ", ".join(f"(date '{on}', {latest}, true, {days})" for on, latest, days in dates)
    as_of_dates = f"select * from (values {rows}) as t (as_of_on, is_latest, is_backtest, horizon_days)"
    duckdb.sql(
        f"""
        copy (
            select f.*, 0.3 * f.purchase_amount as margin_amount, 0.3 * f.first_day_amount as first_day_margin,
                d.is_latest, d.is_backtest
            from ({" union all ".join(f"({sql})" for sql in features)}) as f
            inner join ({as_of_dates}) as d using (as_of_on)
        ) to '{data}/features.parquet'
        """
    )
    names = ("id", "r", "alpha", "a", "b", "x", "t_x", "age", "days")
    cases = {
        name: [float(value) for value in values]
        for name, values in zip(
            names, zip(*((i, *case[1:]) for i, case in enumerate(CASES)), strict=True), strict=True
        )
    }
    nodes = [
        pa.table({"id": np.full(len(found["x"]), i), **found})
        for i, (_, r, alpha, a, b, x, _, _, days) in enumerate(CASES)
        for found in [expectation_nodes(r, alpha, a, b, np.array([x]), days)]
    ]
    parquet.write_table(pa.table(cases), data / "cases.parquet")
    parquet.write_table(pa.concat_tables(nodes), data / "nodes.parquet")
    lay_out_models(
        folder,
        {
            "int_value__as_of_dates": f"select as_of_on, is_latest, is_backtest from ({as_of_dates})",
            "int_value__backtests": f"select as_of_on, horizon_days from ({as_of_dates})",
            **customers_of(data / "features.parquet"),
            "clv_policy": POLICY,
            "cases": f"select * from '{data}/cases.parquet'",
            "case_nodes": f"select * from '{data}/nodes.parquet'",
            "scored_cases": SCORED_CASES,
            "weekly_months": WEEKLY_MONTHS,
        },
    )
    build_models(folder)
    with duckdb.connect(str(folder / "macro_views.duckdb"), read_only=True) as connection:
        yield connection


def one(connection, sql):
    return connection.sql(sql).fetchone()


@pytest.mark.parametrize("position", range(len(CASES)), ids=[case[0] for case in CASES])
def test_expectations_in_sql_are_those_of_adaptive_quadrature(scored, position):
    name, r, alpha, a, b, x, t_x, age, days = CASES[position]
    alive, pausing, expected = one(
        scored, f"select p_alive, p_no_order, p_alive * if_alive from scored_cases where id = {position}"
    )
    truth = alive_exactly(r, alpha, a, b, x, t_x, age)
    assert alive == pytest.approx(truth, rel=1e-9, abs=1e-300)
    quadrature = truth * by_quadrature(r, alpha, a, b, x, age, days)
    assert expected == pytest.approx(quadrature, rel=1e-6, abs=1e-300)
    assert pausing == pytest.approx(
        1 - truth * (1 - ((alpha + age) / (alpha + age + days)) ** (r + x)), rel=1e-9
    )
    if name == "a + b < 1 and x = 0":
        assert expected == pytest.approx(0.56458862, rel=1e-8)


def test_nodes_suffice_wherever_parameters_and_histories_may_lie():
    random = np.random.default_rng(1)
    for _ in range(60):
        r, alpha, a, b = np.exp(random.uniform(np.log([0.1, 1, 0.02, 0.1]), np.log([5, 200, 10, 50])))
        x = int(np.exp(random.uniform(-1, 6)))
        # x purchase days take x days at least
        age = x + int(np.exp(random.uniform(-1, 7)))
        days = float(np.exp(random.uniform(3, np.log(1826.25))))
        nodes = expectation_nodes(r, alpha, a, b, np.array([x]), 1826.25)
        nodes = {
            name: values[(nodes["from_age"] <= age) & (age < nodes["until_age"])]
            for name, values in nodes.items()
        }
        assert nodes["weight"].sum() == pytest.approx(1, rel=1e-12)
        chance = -np.expm1(-(r + x) * np.log1p(nodes["share"] * days / (alpha + age)))
        expected = nodes["weight"] / nodes["share"] @ chance
        assert expected == pytest.approx(by_quadrature(r, alpha, a, b, x, age, days), rel=1e-8)


def test_the_models_find_cdnow_in_days(scored):
    rows = scored.sql(
        f"select parameter, estimate, standard_error from int_value__purchase_parameters "
        f"where as_of_on = date '{CUT_OFF}' and model = 'bg_nbd' and is_scoring and is_latest"
    ).fetchall()
    assert {name: estimate for name, estimate, _ in rows} == pytest.approx(
        {"r": 0.242595, "alpha": 7 * 4.413602, "a": 0.792922, "b": 2.425907}, rel=1e-5
    )
    assert {name: error for name, _, error in rows} == pytest.approx(
        {"r": 0.0126, "alpha": 7 * 0.378, "a": 0.186, "b": 0.705}, rel=5e-3
    )
    assert dict(
        scored.sql(
            f"select parameter || ' ' || unit, round(estimate, 4) from int_value__purchase_parameters "
            f"where as_of_on = date '{CUT_OFF}' and model = 'gamma_gamma_net'"
        ).fetchall()
    ) == pytest.approx({"p 1": 6.2496, "q 1": 3.7442, "v USD": 15.4435}, abs=2e-4)
    # margin is 30% everywhere: the same shapes on another scale, so the same customers are worth most
    ratio = one(
        scored,
        f"select min(expected_order_margin / expected_order_value), max(expected_order_margin / expected_order_value) "
        f"from int_value__probabilistic_values where as_of_on = date '{CUT_OFF}'",
    )
    assert ratio == pytest.approx((0.3, 0.3), rel=2e-3)


def test_expected_orders_of_cdnow_are_the_published_total(scored):
    customers, orders = one(
        scored,
        f"select count(*), sum(expected_orders_horizon) from int_value__probabilistic_values "
        f"where as_of_on = date '{CUT_OFF}' and horizon_days = 273",
    )
    assert customers == 2357
    assert orders == pytest.approx(1653.4, abs=0.05)


def test_lifetime_value_is_discounted_by_month_on_increments(scored):
    (value,) = one(
        scored,
        "select sum(expected_orders_lifetime * expected_order_value) from int_value__probabilistic_values where is_latest",
    )
    assert value == pytest.approx(71_550.20, abs=0.05)
    assert one(scored, "select total from weekly_months")[0] == pytest.approx(71_507.95, abs=0.05)


def test_one_time_buyers_differ_by_how_recent_they_are(scored):
    rows = scored.sql(
        f"""
        select c.tenure_days, v.p_alive, v.p_no_order_30d, v.p_no_order_90d, v.p_no_order_180d
        from int_value__probabilistic_values as v
        inner join int_value__base_features as c using (customer_id, as_of_on)
        where as_of_on = date '{CUT_OFF}' and purchase_days = 1
        order by tenure_days
        """
    ).fetchnumpy()
    assert (rows["p_alive"] == 1).all()
    older = np.diff(rows["tenure_days"]) > 0
    for days in (30, 90, 180):
        assert (np.diff(rows[f"p_no_order_{days}d"])[older] > 0).all()
    assert (rows["p_no_order_30d"] > rows["p_no_order_90d"]).all()
    assert (rows["p_no_order_90d"] > rows["p_no_order_180d"]).all()


@pytest.mark.skipif(not ONLINE_RETAIL.exists(), reason="the file of Online Retail is not there")
def test_online_retail_shows_no_drop_out_and_says_so(scored):
    diagnostics = scored.sql(
        "select model, status, is_scoring, is_dropout_identified, log_likelihood_gain, log_likelihood, customer_count "
        "from int_value__purchase_models where as_of_on = date '2011-09-10' and model in ('bg_nbd', 'nbd') order by model"
    ).fetchall()
    bg_nbd, nbd = diagnostics
    assert bg_nbd[:4] == ("bg_nbd", "dropout_not_identified", False, False)
    assert abs(bg_nbd[4]) < 1e-3
    assert nbd[:3] == ("nbd", "fitted", True)
    purchases = one(
        scored,
        "select sum(purchase_days - 1) from int_value__base_features where as_of_on = date '2011-09-10'",
    )[0]
    # the published figures are in weeks
    assert nbd[5] + float(purchases) * np.log(7) == pytest.approx(-22924.104, abs=1e-3)
    estimates = dict(
        scored.sql(
            "select parameter, estimate from int_value__purchase_parameters where as_of_on = date '2011-09-10' and model = 'nbd'"
        ).fetchall()
    )
    assert estimates == pytest.approx({"r": 0.7224, "alpha": 7 * 9.4106}, rel=1e-4)
    customers, alive, pausing, orders = one(
        scored,
        "select count(*), count(p_alive), count(p_no_order_90d), sum(expected_orders_horizon) "
        "from int_value__probabilistic_values where as_of_on = date '2011-09-10'",
    )
    assert (customers, alive, pausing) == (3370, 0, 3370)
    assert orders == pytest.approx(3326.0, abs=0.1)


def test_without_a_model_amounts_fall_back_and_the_rest_is_unknown(scored):
    assert scored.sql(
        "select distinct status, label_en, is_scoring, log_likelihood from int_value__purchase_models "
        "inner join model_statuses using (status) where as_of_on = date '1997-01-02'"
    ).fetchall() == [
        ("too_few_customers", "too few customers with a repeat purchase; not fitted", False, None)
    ]
    assert one(
        scored, "select count(*) from int_value__purchase_parameters where as_of_on = date '1997-01-02'"
    ) == (0,)
    where = "from int_value__probabilistic_values where as_of_on = date '1997-01-02'"
    assert one(
        scored,
        f"select count(p_alive) + count(p_no_order_30d) + count(expected_orders_12m) + count(lifetime_margin) {where}",
    ) == (0,)
    values = scored.sql(
        f"select order_value_basis, count(*), min(expected_order_value) > 0 {where} group by 1"
    ).fetchall()
    assert {basis for basis, _, _ in values} <= {"own_mean", "population_mean"}
    (population,) = one(
        scored,
        "select sum(purchase_amount) / sum(purchase_days) from int_value__base_features where as_of_on = date '1997-01-02'",
    )
    assert one(scored, f"select max(expected_order_value) {where} and order_value_basis = 'population_mean'")[
        0
    ] == pytest.approx(float(population))


@pytest.mark.slow
def test_a_million_customers_are_fitted_and_scored_in_seconds(tmp_path):
    features = tmp_path / "features.parquet"
    write_features(features, 1_000_000, seed=1)
    figures = measure_fit(features)
    print(figures)
    assert figures.cpu <= 5
    assert figures.peak_mb <= 500
    seconds = measure_scoring(tmp_path / "project", features)
    print(seconds)
    # CPU seconds are no fewer than an idle machine takes, and do not count the neighbours
    assert sum(cpu for _, cpu in seconds.values()) <= 10
