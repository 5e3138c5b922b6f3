"""Churn: the estimator, the models on real buyers against the published bars, no look ahead, and the demo company's
truth. The figures are explained in docs/churn.md."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections import Counter
from pathlib import Path

import duckdb
import numpy as np
import pytest
from scipy.special import expit

from churn_kit import Chain, Company, area_under_curve, average_precision, calibration_error, cdnow
from conftest import PROJECT, latest_build
from customer360.statistics.churn_model import (
    FITTED,
    TOO_FEW_EVENTS,
    fit_logistic,
    fit_origins,
    fit_plan,
    penalised_likelihood,
)
from demo_company.behaviour import CAUSES

SLOPES = np.array([0.8, -0.5, 0.0, 0.3])


def drawn(examples: int, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Features on unlike scales, and outcomes by a known model on their standardised values."""
    random = np.random.default_rng(seed)
    standard = random.normal(size=(examples, len(SLOPES)))
    outcome = random.random(examples) < expit(-0.4 + standard @ SLOPES)
    return standard * np.array([1.0, 20.0, 0.01, 300.0]) + np.array([0.0, 500.0, 3.0, -1.0]), outcome


# --- the estimator ---------------------------------------------------------------------------------------


def test_gradient_and_information_are_those_of_finite_differences():
    features, outcome = drawn(400)
    design = np.column_stack([np.ones(400), (features - features.mean(0)) / features.std(0)])
    at, penalty = np.array([0.2, -0.4, 0.9, 0.1, 1.3]), np.array([0.0, 2.0, 2.0, 2.0, 2.0])

    def likelihood(point):
        return penalised_likelihood(point, design, outcome.astype(float), penalty)

    _, gradient, information = likelihood(at)
    for unit, slope, row in zip(np.eye(5), gradient, information, strict=True):
        up, down = likelihood(at + 1e-5 * unit), likelihood(at - 1e-5 * unit)
        assert slope == pytest.approx((up[0] - down[0]) / 2e-5, rel=1e-6)
        np.testing.assert_allclose(-(up[1] - down[1]) / 2e-5, row, rtol=1e-6, atol=1e-6)


def test_known_coefficients_are_recovered_within_their_errors():
    features, outcome = drawn(40_000)
    fit = fit_logistic(features, outcome, ridge=1e-6)
    assert fit.status == FITTED
    assert np.abs((fit.coefficients - SLOPES) / fit.standard_errors).max() < 3
    assert abs((fit.intercept + 0.4) / fit.intercept_error) < 3
    assert (fit.standard_errors < 0.02).all()


def test_standard_errors_are_the_spread_of_repeated_samples():
    fits = [fit_logistic(*drawn(1500, seed), ridge=1e-6) for seed in range(200)]
    spread = np.std([fit.coefficients for fit in fits], axis=0)
    np.testing.assert_allclose(np.mean([fit.standard_errors for fit in fits], axis=0), spread, rtol=0.15)


def test_order_scale_and_repeated_features_change_nothing():
    features, outcome = drawn(2000)
    chances = expit(fit_logistic(features, outcome, 1.0).logit(features))
    order = np.random.default_rng(0).permutation(len(outcome))
    shuffled = fit_logistic(features[order], outcome[order], 1.0)
    np.testing.assert_allclose(expit(shuffled.logit(features)), chances, rtol=1e-9)
    other = features * np.array([7.0, 0.1, -3.0, 1.0]) - 40.0
    np.testing.assert_allclose(expit(fit_logistic(other, outcome, 1.0).logit(other)), chances, rtol=1e-7)
    twice = np.column_stack([features, features[:, 0]])
    fit = fit_logistic(twice, outcome, 1.0)
    assert fit.coefficients[0] == pytest.approx(fit.coefficients[-1])
    np.testing.assert_allclose(expit(fit.logit(twice)), chances, atol=2e-3)


def test_a_feature_that_does_not_vary_has_no_say():
    features, outcome = drawn(500)
    plain = fit_logistic(features, outcome, 1.0)
    fit = fit_logistic(np.column_stack([features, np.full(500, 7.0)]), outcome, 1.0)
    np.testing.assert_allclose(fit.coefficients, [*plain.coefficients, 0.0])
    assert fit.deviations[-1] == 1


def test_separated_and_extreme_features_end_in_a_finite_fit():
    outcome = np.arange(200) < 90
    fit = fit_logistic(np.column_stack([outcome * 1.0, np.exp(np.arange(200.0) / 4)]), outcome, 1.0)
    assert fit.status == FITTED
    assert np.isfinite(fit.coefficients).all() and fit.coefficients[0] > 1


def test_steps_that_overshoot_are_halved():
    """Few of one outcome and features with wild tails, where whole Newton steps never settle."""
    fits = []
    for seed in (148, 190):
        random = np.random.default_rng(seed)
        examples, count = random.integers(20, 300), random.integers(1, 4)
        features = random.standard_cauchy(size=(examples, count)) ** random.integers(1, 3)
        drawn_at = random.random(examples)
        slopes = random.normal(size=count) @ features.T
        log_odds = np.clip(slopes * random.choice([0.1, 1, 5]) + random.choice([-3, 0, 3]), -30, 30)
        fits.append(fit_logistic(features, drawn_at < expit(log_odds), 1.0))
    assert [fit.status for fit in fits] == [FITTED, FITTED]


def test_too_few_of_either_outcome_are_no_fit():
    features, _ = drawn(100)
    for lost in (np.zeros(100, bool), np.ones(100, bool), np.arange(100) < 4):
        fit = fit_logistic(features, lost, 1.0, minimum_events=5)
        assert (fit.status, fit.coefficients) == (TOO_FEW_EVENTS, None)


@pytest.mark.parametrize("ridge, value", [(0.0, 1.0), (1.0, np.nan), (1.0, np.inf)])
def test_no_numbers_and_no_penalty_are_refused(ridge, value):
    features, outcome = drawn(50)
    features[3, 1] = value
    with pytest.raises(ValueError):
        fit_logistic(features, outcome, ridge)


def test_a_date_learns_only_from_origins_that_are_over():
    first = dt.date(2026, 1, 1)
    origins = [
        {
            "horizon_days": 90,
            "as_of_on": first + dt.timedelta(days),
            "until_on": first + dt.timedelta(days + 90),
            "is_scored": days >= 180,
        }
        for days in (0, 90, 180, 270)
    ]
    plan = {row[0]: row[2] for row in fit_plan(origins, {90: 2})}
    assert plan == {
        first + dt.timedelta(180): [first + dt.timedelta(90), first],
        first + dt.timedelta(270): [first + dt.timedelta(180), first + dt.timedelta(90)],
    }
    # the day before a horizon ends it is not over
    origins[1]["until_on"] = first + dt.timedelta(181)
    assert fit_plan(origins, {90: 2})[0][2] == [first]


def test_recalibration_brings_the_newest_origin_to_its_own_rate():
    features, outcome = drawn(6000)
    older = np.arange(6000) < 3000
    outcome = np.where(older, outcome, outcome & (np.random.default_rng(1).random(6000) < 0.4))
    dates = np.where(older, np.datetime64("2026-01-01"), np.datetime64("2026-04-01"))
    origins = [
        {"horizon_days": 90, "as_of_on": day, "until_on": day + dt.timedelta(90), "is_scored": day.month == 6}
        for day in (dt.date(2026, 1, 1), dt.date(2026, 4, 1), dt.date(2026, 6, 30))
    ]
    rows = {"as_of_on": dates, "horizon_days": np.full(6000, 90), "is_lost": outcome}
    rows |= {f"x{k}_feature": features[:, k] for k in range(4)}
    terms = {row["term"]: row for row in fit_origins(origins, rows, {90: 2}, 1.0, 50)}
    assert set(terms) == {"intercept", "x0", "x1", "x2", "x3", "calibration_slope", "calibration_intercept"}
    assert terms["x0"]["example_count"] == 6000
    log_odds = terms["intercept"]["coefficient"] + sum(
        terms[f"x{k}"]["coefficient"]
        * (features[:, k] - terms[f"x{k}"]["mean"])
        / terms[f"x{k}"]["deviation"]
        for k in range(4)
    )
    again = expit(
        terms["calibration_intercept"]["coefficient"] + terms["calibration_slope"]["coefficient"] * log_odds
    )
    newest = ~older
    assert expit(log_odds)[newest].mean() > outcome[newest].mean() + 0.05
    assert again[newest].mean() == pytest.approx(outcome[newest].mean(), abs=1e-6)


# --- the models on CDNOW -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def chain():
    return Chain()


@pytest.fixture(scope="module")
def cdnow_scores(chain):
    return chain.run(cdnow(), dt.date(1998, 6, 30))


def at(connection: duckdb.DuckDBPyConnection, horizon: int, date: str, table: str = "int_churn__scores"):
    """Scores of a tested date as arrays, ordered by customer."""
    rows = connection.sql(
        f"select * from {table} where horizon_days = {horizon} and as_of_on = date '{date}' order by customer_id"
    ).fetchnumpy()
    return {
        name: np.ma.filled(values, np.nan) if name != "customer_id" else values
        for name, values in rows.items()
    }


# With one hazard for all, 12 months of customers who were all won in one quarter are calibrated worse than with BG/NBD's many
# (.019 and .128; decision 0009).
@pytest.mark.parametrize(
    "horizon, date, curve, brier, calibration",
    [(90, "1998-04-01", 0.835, 0.090, 0.025), (180, "1998-01-01", 0.80, 0.131, 0.05)],
)
def test_cdnow_meets_its_bars(cdnow_scores, horizon, date, curve, brier, calibration):
    rows = at(cdnow_scores, horizon, date)
    lost, probability = rows["is_lost"].astype(bool), rows["probability"]
    assert len(lost) == 23_570
    assert area_under_curve(probability, lost) >= curve
    assert ((probability - lost) ** 2).mean() <= brier
    assert calibration_error(probability, lost) <= calibration
    active = rows["recency_days"] <= 90
    recency = area_under_curve(rows["recency_days"][active], lost[active])
    assert area_under_curve(probability[active], lost[active]) >= recency + 0.1


def test_scores_in_sql_are_those_of_the_fit(cdnow_scores):
    inputs = at(cdnow_scores, 90, "1998-04-01", "int_churn__model_inputs")
    terms = {
        term: figures
        for term, *figures in cdnow_scores.sql(
            "select term, coefficient, mean, deviation from int_churn__model_coefficients"
            " where horizon_days = 90 and as_of_on = date '1998-04-01'"
        ).fetchall()
    }
    features = [name.removesuffix("_feature") for name in inputs if name.endswith("_feature")]
    assert set(terms) == {*features, "intercept", "calibration_slope", "calibration_intercept"}
    assert len(features) == 17
    log_odds = terms["intercept"][0] + sum(
        terms[name][0] * (inputs[f"{name}_feature"] - terms[name][1]) / terms[name][2] for name in features
    )
    scores = at(cdnow_scores, 90, "1998-04-01")
    np.testing.assert_allclose(scores["logistic_probability"], expit(log_odds), rtol=1e-9)
    again = terms["calibration_intercept"][0] + terms["calibration_slope"][0] * log_odds
    np.testing.assert_allclose(scores["recalibrated_probability"], expit(again), rtol=1e-9)


def test_what_comes_after_a_date_changes_nothing_at_it(chain, cdnow_scores):
    """Purchases after 1 April 1998 are left out, doubled or moved to others: its scores and coefficients stay."""
    orders = cdnow()
    assert orders
    other = duckdb.sql(
        """
        select customer_id, ordered_on, amount from orders where ordered_on <= date '1998-04-01'
        union all
        select lpad(cast(23571 - cast(customer_id as integer) as varchar), 5, '0'), ordered_on, 3 * amount
        from orders where ordered_on > date '1998-04-01'
        """
    )
    changed = chain.run(other, dt.date(1998, 6, 30))
    known, now = at(cdnow_scores, 90, "1998-04-01"), at(changed, 90, "1998-04-01")
    assert (known["customer_id"] == now["customer_id"]).all()
    assert (known["is_lost"] != now["is_lost"]).mean() > 0.1
    for method in ("label_free", "logistic", "recalibrated"):
        np.testing.assert_array_equal(known[f"{method}_probability"], now[f"{method}_probability"])
    learnt = "select * from int_churn__model_coefficients where as_of_on = date '1998-04-01' order by all"
    assert cdnow_scores.sql(learnt).fetchall() == changed.sql(learnt).fetchall()


# --- the built data sets -------------------------------------------------------------------------------------


def build(data_set: str) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(latest_build(data_set)), read_only=True)


def method(connection, subject: str, date: str, horizon: int, population: str = "all") -> dict[str, float]:
    """One row of churn_backtest."""
    found = connection.execute(
        """
        select area_under_curve, average_precision, brier_score, calibration_error, customer_count
        from marts.churn_backtest
        where subject_kind = 'method' and subject = ? and as_of_on = ? and horizon_days = ? and population = ?
        """,
        [subject, date, horizon, population],
    ).fetchone()
    assert found, f"no back-test of {subject} at {date}"
    return dict(zip(("curve", "precision", "brier", "calibration", "customers"), found, strict=True))


def test_online_retail_meets_its_bars():
    with build("online_retail") as connection:
        fitted = method(connection, "logistic", "2011-09-10", 90)
        active = method(connection, "logistic", "2011-09-10", 90, "active")
        recency = method(connection, "recency", "2011-09-10", 90, "active")
        label_free = method(connection, "label_free", "2011-09-10", 90)
        learnt = connection.sql(
            "select distinct first_origin_on, last_origin_on from marts.model_diagnostics"
            " where as_of_on = date '2011-09-10' and model = 'churn_90d'"
        ).fetchall()
    assert learnt == [(dt.date(2011, 6, 12),) * 2]
    assert fitted["curve"] >= 0.73 and fitted["precision"] >= 0.61 and fitted["brier"] <= 0.216
    assert active["curve"] >= 0.745 and active["curve"] >= recency["curve"] + 0.05
    assert label_free["curve"] >= 0.725


@pytest.mark.parametrize("data_set", ["demo", "online_retail"])
def test_the_back_test_in_sql_measures_what_numpy_measures(data_set):
    with build(data_set) as connection:
        cells = connection.sql(
            "select distinct horizon_days, as_of_on from intermediate.int_churn__scores where is_lost is not null"
        ).fetchall()
        assert len(cells) >= 5
        for horizon, date in cells:
            rows = at(connection, horizon, str(date), "intermediate.int_churn__scores")
            for population, who in (
                ("all", rows["recency_days"] >= 0),
                ("active", rows["recency_days"] <= 90),
            ):
                lost = rows["is_lost"].astype(bool)[who]
                chance = rows["label_free_probability"][who]
                found = method(connection, "label_free", str(date), horizon, population)
                assert found["customers"] == len(lost)
                assert found["curve"] == pytest.approx(area_under_curve(chance, lost), rel=1e-9)
                assert found["precision"] == pytest.approx(average_precision(chance, lost), rel=1e-9)
                assert found["brier"] == pytest.approx(((chance - lost) ** 2).mean(), rel=1e-9)
                assert found["calibration"] == pytest.approx(calibration_error(chance, lost), rel=1e-9)
                recency = method(connection, "recency", str(date), horizon, population)
                days = rows["recency_days"][who].astype(float)
                assert recency["curve"] == pytest.approx(area_under_curve(days, lost), rel=1e-9)


def test_level_1_gives_three_true_alerts_to_a_false_one_on_the_demo():
    with build("demo") as connection:
        warned, true, left, dates = connection.sql(
            "select sum(alert_count), sum(true_count), sum(left_count), count(*) from marts.leaving_backtest"
            " where subject_kind = 'alert_level' and subject = '1'"
        ).fetchone()
        gains = connection.sql(
            "select sum(case subject when 'p_left' then area_under_curve else -area_under_curve end)"
            " from marts.leaving_backtest where subject_kind = 'method' group by as_of_on"
        ).fetchall()
    assert dates == 2 and true / (warned - true) >= 3 and true / left >= 0.2
    assert np.mean(gains) >= 0.015


# --- the demo company's truth ----------------------------------------------------------------------------------


def causes(connection: duckdb.DuckDBPyConnection, truth: Path) -> list[tuple[str, str]]:
    """True and found cause of every customer who has left since the last purchase and is warned of or lapsed."""
    return connection.execute(
        """
        with persons as (
            select ids.customer_id, mode(links.true_customer_id) as true_id
            from staging.stg_truth__record_links as links
            inner join intermediate.int_customers__ids as ids using (source_system, source_customer_id)
            group by ids.customer_id
        )
        select truth.cause, found.cause
        from intermediate.int_churn__causes as found
        inner join persons using (customer_id)
        inner join read_parquet(?) as truth on persons.true_id = truth.customer_id
        where truth.dropped_on >= found.last_purchase_on
        """,
        [str(truth / "drop_outs.parquet")],
    ).fetchall()


def confusion(pairs: list[tuple[str, str]]) -> str:
    """The matrix as a table in Markdown, one line per true cause."""
    found = Counter(pairs)
    rows = ["| true cause | " + " | ".join(CAUSES) + " |", "| --- " * (len(CAUSES) + 1) + "|"]
    rows += [
        f"| {true} | " + " | ".join(str(found[true, other]) for other in CAUSES) + " |" for true in CAUSES
    ]
    return "\n".join(rows)


def measured_causes(pairs: list[tuple[str, str]]) -> dict[str, float]:
    """Shares of those who left: cause right, the most frequent cause, cause named; and right among the named."""
    named = [true == found for true, found in pairs if found != "unknown"]
    return {
        "right": float(np.mean([true == found for true, found in pairs])),
        "majority": max(Counter(true for true, _ in pairs).values()) / len(pairs),
        "named": len(named) / len(pairs),
        "right where named": float(np.mean(named)),
    }


def test_root_causes_are_right_more_often_than_the_majority_line():
    with build("demo") as connection:
        pairs = causes(connection, PROJECT / "truth" / "demo")
    rates = measured_causes(pairs)
    print(f"\n{len(pairs)} left: {rates}\n{confusion(pairs)}")
    assert len(pairs) > 250
    assert rates["right"] >= rates["majority"] + 0.03


@pytest.mark.slow
def test_root_causes_of_five_companies(five_companies):
    pairs = []
    for root in five_companies:
        # staging is views on the files of the company's own folder
        with (
            contextlib.chdir(root),
            duckdb.connect("customer360.duckdb", read_only=True) as connection,
        ):
            pairs.append(causes(connection, root / "truth" / "demo"))
    rates = [measured_causes(company) for company in pairs]
    means = {name: np.mean([company[name] for company in rates]) for name in rates[0]}
    everybody = [pair for company in pairs for pair in company]
    print(f"\n{len(everybody)} left: {means}\n{confusion(everybody)}")
    assert means["right"] >= means["majority"] + 0.03


@pytest.mark.slow
def test_the_demo_comes_near_what_purchase_histories_can_tell(chain):
    """Mean of five companies and their tested quarters: the gain over recency in the area under the curve, and the
    likeliest cause for who knows all hazards. Alert levels: bench/leaving.py."""
    gains, right = [], []
    for seed in range(7, 12):
        company = Company.make(seed)
        end = company.config.end_date
        scores = chain.run(company.relation(), end, (90,))
        right.append(np.equal(*company.cause_oracle()).mean())
        for quarter in (1, 2, 3, 4):
            date = end - dt.timedelta(90 * quarter)
            rows = at(scores, 90, str(date))
            who, lost = rows["customer_id"].astype(int), rows["is_lost"].astype(bool)
            oracle = company.oracle(date, 90)[who]
            ranked = [rows["recency_days"], rows["label_free_probability"], rows["probability"]]
            ranked += [company.observer(date, 90)[who], oracle]
            gains.append([area_under_curve(score, lost) for score in ranked])
    recency, label_free, model, observer, oracle = np.mean(gains, axis=0)
    print(
        f"\nrecency {recency:.4f}, label-free {label_free:.4f}, model {model:.4f}, observer {observer:.4f}, oracle {oracle:.4f}"
    )
    print(f"cause by the hazards {np.mean(right):.3f}")
    assert (model - recency) / (observer - recency) >= 0.75
    assert (label_free - recency) / (observer - recency) >= 0.80
    assert (model - recency) / (oracle - recency) >= 0.45
