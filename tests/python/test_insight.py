"""Views that data draw: the regression within customers and the clusters, on data whose truth is known and on the demo
company, whose planted effects must lie in the intervals. The figures are explained in docs/products-and-channels.md."""

from __future__ import annotations

import duckdb
import numpy as np
import pytest

from conftest import latest_build
from customer360.statistics.clusters import adjusted_rand_index, assign, find_clusters, k_means, standardise
from customer360.statistics.regression import (
    COLLINEAR,
    FITTED,
    NO_VARIATION,
    TOO_FEW,
    fit_segments,
    fit_within_customers,
)

EFFECTS = np.array([0.28, 0.0, -0.4])


def panel(customers: int, seed: int, months: int = 24, overdispersed: bool = False):
    """Customers with rates of their own, that depend on the drivers they see, and counts by known effects."""
    random = np.random.default_rng(seed)
    number = np.repeat(np.arange(customers), months)
    level = np.repeat(random.gamma(1.2, 0.5, customers), months)
    # who buys more is visited more: a comparison between customers would be wrong
    visited = (random.random(len(number)) < 0.1 + 0.5 * (level > np.median(level))).astype(float)
    design = np.column_stack([visited, random.normal(size=len(number)), random.random(len(number))])
    exposure = random.choice([28.0, 30.0, 31.0], len(number))
    mean = level * exposure / 30 * np.exp(design @ EFFECTS)
    if overdispersed:
        mean = mean * random.gamma(0.7, 1 / 0.7, len(mean))
    return number, random.poisson(mean), exposure, design


# --- regression within customers -------------------------------------------------------------------------


def test_known_effects_are_recovered_though_the_visited_buy_more_anyway():
    number, counts, exposure, design = panel(3000, 1)
    fit = fit_within_customers(number, counts, exposure, design)
    assert fit.status == FITTED and fit.dispersion == pytest.approx(1, abs=0.05)
    assert np.abs((fit.coefficients - EFFECTS) / fit.standard_errors).max() < 3
    assert fit.standard_errors.max() < 0.1
    naive = np.log(np.average(counts[design[:, 0] == 1]) / np.average(counts[design[:, 0] == 0]))
    assert naive > EFFECTS[0] + 0.3


@pytest.mark.parametrize("overdispersed", [False, True])
def test_intervals_hold_the_truth_as_often_as_they_say(overdispersed):
    fits = [fit_within_customers(*panel(150, seed, overdispersed=overdispersed)) for seed in range(200)]
    errors = np.array([fit.standard_errors for fit in fits])
    spread = np.std([fit.coefficients for fit in fits], axis=0)
    np.testing.assert_allclose(errors.mean(axis=0), spread, rtol=0.15)
    held = [np.abs(fit.coefficients - EFFECTS) < 1.96 * fit.standard_errors for fit in fits]
    assert 0.90 <= np.mean(held) <= 0.98


def test_the_fit_is_that_of_a_dummy_for_every_customer():
    number, counts, exposure, design = panel(25, 5, months=12)
    keep = np.isin(number, np.flatnonzero(np.bincount(number, weights=counts) > 0))
    number, counts, exposure, design = number[keep], counts[keep], exposure[keep], design[keep]
    _, number = np.unique(number, return_inverse=True)
    full = np.column_stack([np.eye(number.max() + 1)[number], design])
    b = np.concatenate(
        [np.log(np.bincount(number, weights=counts) / np.bincount(number, weights=exposure)), [0, 0, 0]]
    )
    for _ in range(60):
        mean = exposure * np.exp(full @ b)
        b = b + np.linalg.solve(full.T @ (full * mean[:, None]), full.T @ (counts - mean))
    np.testing.assert_allclose(
        fit_within_customers(number, counts, exposure, design).coefficients, b[-3:], atol=1e-6
    )


def test_what_does_not_vary_within_customers_or_repeats_others_is_named():
    number, counts, exposure, design = panel(100, 2)
    wide = np.column_stack([number % 3, design, design[:, 0] * 2 + 5 + number])
    fit = fit_within_customers(number, counts, exposure, wide)
    assert fit.term_status == [NO_VARIATION, FITTED, FITTED, FITTED, COLLINEAR]
    plain = fit_within_customers(number, counts, exposure, design)
    np.testing.assert_allclose(fit.coefficients[1:4], plain.coefficients, rtol=1e-6)
    assert np.isnan(fit.coefficients[[0, 4]]).all()


def test_few_customers_and_no_numbers_are_no_fit():
    number, counts, exposure, design = panel(20, 3)
    assert fit_within_customers(number, counts, exposure, design, minimum_customers=30).status == TOO_FEW
    assert fit_within_customers(number, counts * 0, exposure, design).status == TOO_FEW
    design[3, 1] = np.nan
    with pytest.raises(ValueError):
        fit_within_customers(number, counts, exposure, design)


def test_the_season_is_held_apart_from_what_customers_differ_in():
    """Everybody is visited more in the months in which everybody buys more; festivals move between years."""
    random = np.random.default_rng(4)
    customers, months = 600, 36
    number = np.repeat(np.arange(customers), months)
    month = np.tile(np.arange(months), customers)
    season = np.where(month % 12 == 0, 1.0, 0.0)
    festival = np.tile(np.resize([0, 0.6, 0, 0.9, 0.2, 0, 0.4, 0, 0, 0, 0.1], months), customers)
    visited = (random.random(len(number)) < 0.1 + 0.6 * season).astype(float)
    mean = np.repeat(random.gamma(2, 0.4, customers), months) * np.exp(
        0.28 * visited + 0.8 * season + 0.34 * festival
    )
    rows = {
        "segment": np.full(len(number), "person"),
        "season_group": np.where(number % 2 == 0, "gift", "personal"),
        "customer_number": number,
        "month_start_on": month,
        "month_of_year": month % 12 + 1,
        "order_count": random.poisson(mean),
        "exposure_days": np.full(len(number), 30),
        "visited_driver": visited,
        "festival_driver": festival,
    }
    terms = {row["term"]: row for row in fit_segments(rows, ["visited", "festival"], 30)}
    assert terms["visited"]["design"] == "months" and terms["festival"]["design"] == "season"
    for term, effect in (("visited", 0.28), ("festival", 0.34), ("month_2", -0.8)):
        assert terms[term]["effect_low"] < np.expm1(effect) < terms[term]["effect_high"], term
    assert terms["month_2"]["is_season"] and not terms["visited"]["is_season"]
    # in a single year every month is its own season: what all customers share cannot be told from it
    rows = {name: values[month < 12] for name, values in rows.items()}
    terms = {row["term"]: row for row in fit_segments(rows, ["visited", "festival"], 30)}
    assert terms["festival"]["status"] == COLLINEAR and terms["visited"]["status"] == FITTED


# --- clusters ----------------------------------------------------------------------------------------------


def blobs(sizes=(400, 250, 150), seed=0):
    """Groups far apart on unlike scales, and which group each row is of."""
    random = np.random.default_rng(seed)
    centres = np.array([[0, 0, 0], [6, 0, 3], [0, 7, -4]])
    truth = np.repeat(np.arange(3), sizes)
    points = centres[truth] + random.normal(size=(len(truth), 3))
    return points * [1, 100, 0.01] + [5, -300, 0], truth


def test_planted_groups_are_found_and_their_number_chosen():
    values, truth = blobs()
    found = find_clusters(values, range(2, 7), 10, 0.8, 3.0, 50)
    assert max(found.stability, key=found.stability.get) == len(found.centroids) == 3
    assert found.sizes.tolist() == sorted(found.sizes, reverse=True)
    points, _, _ = standardise(values, 3.0)
    assert adjusted_rand_index(assign(points, found.centroids)[0], truth) > 0.98


def test_equal_features_give_equal_groups_and_rows_have_no_order():
    noise = np.column_stack([np.random.default_rng(2).normal(size=(400, 4)), np.full(400, 7.0)])
    first, again = (find_clusters(noise, [6], 2, 0.8, 3.0, 50) for _ in "ab")
    np.testing.assert_array_equal(first.centroids, again.centroids)
    assert np.isnan(first.deviations[4]) and first.centroids.shape == (6, 4)
    values, _ = blobs()
    order = np.random.default_rng(1).permutation(len(values))
    plain, shuffled = (find_clusters(given, [3], 2, 0.8, 3.0, 50) for given in (values, values[order]))
    np.testing.assert_allclose(shuffled.centroids, plain.centroids, atol=1e-6)


def test_rand_index_is_0_by_chance_and_1_when_equal():
    random = np.random.default_rng(0)
    a = random.integers(0, 4, 20_000)
    assert adjusted_rand_index(a, (a + 1) % 4) == 1
    assert adjusted_rand_index(a, random.integers(0, 4, 20_000)) == pytest.approx(0, abs=0.01)


def test_better_starts_never_give_a_worse_fit_and_no_group_stays_empty():
    values, _ = blobs()
    points, _, _ = standardise(values, 3.0)
    random = np.random.default_rng(0)
    assert (
        k_means(points, 5, random, starts=10)[1] <= k_means(points, 5, np.random.default_rng(0), starts=1)[1]
    )
    centroids, _ = k_means(np.repeat(points[:4], 50, axis=0), 4, random)
    assert set(assign(points[:4], centroids)[0].tolist()) == {0, 1, 2, 3}


def test_too_few_customers_are_no_groups():
    values, _ = blobs()
    assert find_clusters(values[:40], range(2, 5), 3, 0.8, 3.0, 50) is None
    assert find_clusters(np.ones((100, 2)), range(2, 5), 3, 0.8, 3.0, 50) is None


# --- the demo company --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def demo():
    with duckdb.connect(str(latest_build("demo")), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def drivers(demo):
    rows = demo.sql(
        "select segment, term, effect, effect_low, effect_high, status from marts.purchase_drivers"
    )
    return {(row[0], row[1]): row[2:] for row in rows.fetchall()}


def test_planted_effects_lie_in_their_intervals(drivers):
    """What the demo company was made with (docs/demo-company.md), and nothing where nothing was planted."""
    planted = {
        ("business", "visited_quarter"): 1.15 / 0.87 - 1,
        ("person", "tasting_6m"): 0.25,
        ("business", "festival_days"): 0.40,
    }
    for key, effect in planted.items():
        _, low, high, _ = drivers[key]
        assert low < effect < high and low > 0, (key, low, effect, high)
    nothing = [
        (segment, term)
        for segment in ("business", "person")
        for term in ("competitor_share", "competitor_price", "market", "complaint_3m", "price")
    ]
    clear = [key for key in nothing if drivers[key][1] > 0 or drivers[key][2] < 0]
    assert len(clear) <= 2, clear


def test_the_season_of_companies_is_told_from_festivals(drivers):
    """Companies buy 1.25 in November, December and January against 0.95 in other months, festivals apart."""
    months = {m: drivers["business", f"month_{m}"] for m in range(2, 13)}
    for m in (11, 12):
        assert months[m][1] < 0 < months[m][2], m
    others = [m for m in range(2, 11) if months[m][1] < 0.95 / 1.25 - 1 < months[m][2]]
    assert len(others) >= 8, others
    assert np.mean([months[m][0] for m in range(2, 11)]) == pytest.approx(0.95 / 1.25 - 1, abs=0.06)


def test_messages_are_told_from_having_been_chosen(demo, drivers):
    """A message adds 0.015 orders on average: its interval holds that against the mean rate of persons."""
    truth = demo.sql(
        "select sum(added_orders) / sum(contacts) from 'truth/demo/uplift.parquet' where variant <> '对照'"
    )
    added = truth.fetchone()[0]
    rate = demo.sql(
        "select avg(order_count) from intermediate.int_insight__driver_panel where segment = 'person'"
    ).fetchone()[0]
    for term in ("promotion_message", "other_message"):
        _, low, high, status = drivers["person", term]
        assert status == FITTED and low < added / rate < high, term


def test_clusters_tell_companies_from_persons(demo):
    """Nobody told the clusters who is a company; one of them holds most of those who buy."""
    business, customers, most = demo.sql(
        """
        select sum(business_count), sum(customer_count), max(business_count / customer_count)
        from pages.cluster_profiles
        """
    ).fetchone()
    assert most > 4 * business / customers
    chosen = demo.sql(
        "select stability, is_scoring from marts.model_diagnostics where model_family = 'clusters' order by stability desc"
    ).fetchall()
    assert chosen[0][1] and chosen[0][0] > 0.6
