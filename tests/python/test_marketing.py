"""Campaign experiments against the demo company's true effects: the models' own SQL on companies before they are written
into systems. The figures are explained in docs/marketing.md."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Mapping

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import chi2, norm

from churn_kit import SEEN, Company
from conftest import PROJECT
from customer360.core import functions
from demo_company import reference
from demo_company.market import CAMPAIGN_CHANNELS, CONTENT, GROUP_LABEL
from demo_company.orders import Orders

COMPILED = PROJECT / "target" / "demo" / "compiled" / "customer360" / "models"
MODELS = (
    "intermediate/marketing/int_marketing__experiment_units",
    "intermediate/marketing/int_marketing__experiment_splits",
    "marts/marketing/campaign_experiments",
    "intermediate/marketing/int_marketing__increments",
    "marts/marketing/campaign_increments",
    "pages/campaign_summary",
)
BESIDE = """
    create table int_calendar__as_of as select max(attributed_until_on) as as_of_on from int_marketing__campaigns;
    create table int_calendar__festival_days as select date '1900-01-01' as date_on, 'x' as festival;
    create table int_value__customer_states (customer_id text, value_tier text, as_of_on date, is_month_end boolean);
    create table festival_windows (festival text, label_zh text, label_en text);
    create table value_tiers (value_tier text, label_zh text, label_en text);
    create table campaign_results as
    select *, 'x' as target_group, 'x' as content_type, 'x' as scene, 'x' as channel, false as is_joint,
        0 as target_count, 0 as reached_count, 0 as touch_count, 0 as opened_count, 0 as clicked_count,
        0 as converted_count, 0 as order_count, 0 as cost, 0 as revenue, 0 as margin_amount
    from int_marketing__campaigns
"""
"""What is read beside the experiments: no tiers, no festivals, campaigns without results."""
ARMS = ("A", "B", "control")
ATTRIBUTION_DAYS = 14


def run(tables: Mapping[str, Mapping[str, object]]) -> duckdb.DuckDBPyConnection:
    """The experiment models, as the latest build of the demo company compiled them, on these tables."""
    connection = duckdb.connect()
    for name in ("wilson_bound", "student_quantile"):
        connection.execute(functions.definition(PROJECT, name))
    connection.execute(
        "create table int_marketing__code_labels (list_code text, code text, label_zh text, label_en text)"
    )
    for name in ("experiment_policy", "campaign_arm_shares", "chi_square_quantiles"):
        (file,) = (
            *(PROJECT / "seeds").glob(f"policy/{name}.csv"),
            *(PROJECT / "seeds").glob(f"reference/{name}.csv"),
        )
        connection.execute(f"create table {name} as from '{file}'")
    for name, columns in tables.items():
        connection.register(name, pa.table({key: pa.array(value) for key, value in columns.items()}))
    connection.execute(
        "create view int_marketing__orders as select hash(customer_id) as customer_number, * from purchases;"
        "create table int_marketing__references (metric text, reference double);"
        "create table campaign_targets (target_group text, label_zh text, label_en text)"
    )
    connection.execute(BESIDE)
    for model in MODELS:
        file = COMPILED / f"{model}.sql"
        if not file.exists():
            pytest.fail("nothing is compiled; run: make build")
        sql = re.sub(r'"customer360"\."\w+"\.', "", file.read_text(encoding="utf-8"))
        connection.execute(f"create table {file.stem} as {sql}")
    return connection


def observed(company: Company) -> dict[str, dict[str, object]]:
    """What the experiment models read, as a perfect identity resolution would give it."""
    start = np.datetime64(company.config.start_date)
    contacts, orders, plans = company.behaviour.contacts, company.orders, company.market.campaigns
    code = np.array([plan.code for plan in plans])
    # a cancelled order is no purchase and a till receipt without a card names nobody
    seen = ~orders.cancelled & ~orders.anonymous & (orders.total_fen > 0)
    campaign, person, buyer = (
        code[contacts["campaign"]],
        contacts["person"].astype(str),
        contacts["buyer"].astype(str),
    )
    other = person != buyer
    return {
        "int_marketing__campaigns": {
            "campaign_id": code,
            "source_system": ["marketing"] * len(code),
            "campaign_code": code,
            "campaign_name": [plan.name for plan in plans],
            "started_on": start + np.array([plan.start for plan in plans]),
            "attributed_until_on": start + np.array([plan.end + ATTRIBUTION_DAYS for plan in plans]),
            "is_over": [plan.end + ATTRIBUTION_DAYS < company.config.days for plan in plans],
            "target_group": [GROUP_LABEL[plan.group] for plan in plans],
            "content_type": [CONTENT[plan.content] for plan in plans],
            "channel": [CAMPAIGN_CHANNELS[plan.channel] for plan in plans],
        },
        "int_marketing__contacts": {
            "campaign_id": campaign,
            "customer_id": person,
            "arm": np.array(ARMS)[contacts["variant"]],
            "record_count": np.ones(len(person), dtype=int),
            "planned_share": pa.nulls(len(person), pa.float64()),
        },
        "int_marketing__buyers": {
            "campaign_id": np.concatenate([campaign, campaign[other]]),
            "customer_id": np.concatenate([person, person[other]]),
            "buyer_id": np.concatenate([person, buyer[other]]),
        },
        "purchases": {
            "customer_id": orders.customer[seen].astype(str),
            "ordered_on": start + orders.day[seen],
            "net_amount": decimals(orders.total_fen[seen]),
            "margin_amount": decimals(margin_fen(orders)[seen]),
        },
        "int_marketing__spend": {
            "campaign_id": [*code, None],
            "channel": ["x"] * len(code) + ["search_ads"],
            "amount": decimals(np.full(len(code) + 1, 100_000)),
        },
    }


def decimals(fen: np.ndarray) -> pa.Array:
    """Amounts in yuan, as the models have them."""
    return pa.array((fen / 100).round(2)).cast(pa.decimal128(18, 2))


def margin_fen(orders: Orders) -> np.ndarray:
    """Margin per order: what was paid less what the pieces cost."""
    cost = np.round(reference.products().cost * 100)[orders.product] * orders.quantity
    return np.bincount(orders.line_order, orders.amount_fen - cost, len(orders)).round()


def true_effects(company: Company) -> dict[tuple[str, str], tuple[float, float]]:
    """Per campaign and arm, over customers with one contact: the purchases it truly added per customer, and the share
    who bought only because of it."""
    contacts, orders = company.behaviour.contacts, company.orders
    seen = ~orders.cancelled & ~orders.anonymous & (orders.total_fen > 0)
    customer, day, source = orders.customer[seen], orders.day[seen], orders.campaign[seen]
    effects = {}
    for k, plan in enumerate(company.market.campaigns):
        inside = (day >= plan.start) & (day <= plan.end + ATTRIBUTION_DAYS) & (source != k)
        of = contacts["campaign"] == k
        buyers, times = np.unique(contacts["buyer"][of], return_counts=True)
        once = of & np.isin(contacts["buyer"], buyers[times == 1])
        idle = ~np.isin(contacts["buyer"], customer[inside])
        for v in (0, 1):
            at = once & (contacts["variant"] == v)
            if at.any():
                added = SEEN * contacts["extra_probability"][at]
                effects[plan.code, ARMS[v]] = (added.mean(), (added * idle[at]).mean())
    return effects


def true_increments(company: Company) -> dict[str, np.ndarray]:
    """Per campaign, of treated customers with one contact: purchases, net amount and margin of the orders it made."""
    contacts, orders = company.behaviour.contacts, company.orders
    seen = ~orders.cancelled & ~orders.anonymous & (orders.total_fen > 0)
    figures = np.stack([np.ones(len(orders)), orders.total_fen / 100, margin_fen(orders) / 100])
    truth = {}
    for k, plan in enumerate(company.market.campaigns):
        of = contacts["campaign"] == k
        buyers, first, times = np.unique(contacts["buyer"][of], return_index=True, return_counts=True)
        treated = buyers[(times == 1) & (contacts["variant"][of][first] < 2)]
        made = seen & (orders.campaign == k) & np.isin(orders.customer, treated)
        truth[plan.code] = figures[:, made].sum(axis=1)
    return truth


def pooled_coverage(seeds: range, customers: int) -> tuple[int, np.ndarray]:
    """Pools of campaigns with a sufficient base, and the share of their intervals that hold what was truly added:
    purchases, net amount, margin."""
    held = []
    for seed in seeds:
        company = Company.make(seed, customers)
        truth = true_increments(company)
        members = {
            "all": lambda plan: "all",
            "target_group": lambda plan: GROUP_LABEL[plan.group],
            "content_type": lambda plan: CONTENT[plan.content],
            "channel": lambda plan: CAMPAIGN_CHANNELS[plan.channel],
        }
        done = run(observed(company))
        measured = {
            campaign
            for (campaign,) in done.sql(
                "select campaign_id from int_marketing__increments where segment_kind = 'all' and is_measured"
            ).fetchall()
        }
        for dimension, member, *bounds in done.sql(
            """
            select dimension, member, incremental_orders_from, incremental_orders_to, incremental_revenue_from,
                incremental_revenue_to, incremental_margin_from, incremental_margin_to
            from campaign_increments where status = 'measured'
            """
        ).fetchall():
            if dimension in members:
                added = sum(
                    truth[plan.code]
                    for plan in company.market.campaigns
                    if plan.code in measured and members[dimension](plan) == member
                )
                held.append(
                    [
                        low <= at <= high
                        for at, low, high in zip(added, bounds[::2], bounds[1::2], strict=True)
                    ]
                )
    return len(held), np.mean(held, axis=0)


STRONGER = 15
"""Times the effect of the demo company's campaigns: at their own no campaign of 40,000 customers has a power of 80%."""


def signs(seeds: range, customers: int) -> dict[str, tuple[int, float]]:
    """Per figure the campaigns with a power of 80% at their true effect, and the share whose sign is right."""
    right: dict[str, list[bool]] = {"order": [], "revenue": [], "margin": []}
    for seed in seeds:
        company = Company.make(seed, customers, effect=STRONGER)
        truth = true_increments(company)
        for campaign, *found in (
            run(observed(company))
            .sql(
                """
            select campaign_id, order_effect, sqrt(order_error), revenue_effect, sqrt(revenue_error),
                margin_effect, sqrt(margin_error)
            from int_marketing__increments where segment_kind = 'all' and is_measured
            """
            )
            .fetchall()
        ):
            for figure, true, effect, error in zip(
                right, truth[campaign], found[::2], found[1::2], strict=True
            ):
                if abs(true) >= (norm.ppf(0.975) + norm.ppf(0.8)) * error:
                    right[figure].append(effect * true > 0)
    return {figure: (len(told), float(np.mean(told))) for figure, told in right.items()}


def coverage(seeds: range, customers: int) -> tuple[int, float, float]:
    """Arms with a sufficient base, and the share of their intervals that hold the true effect: of purchases per customer
    and of the share who bought."""
    held = []
    for seed in seeds:
        company = Company.make(seed, customers)
        truth = true_effects(company)
        for campaign, arm, *bounds in (
            run(observed(company))
            .execute(
                """
            select campaign_id, arm, order_uplift_from, order_uplift_to, uplift_from, uplift_to
            from campaign_experiments where compared_with = 'control' and arm <> 'treated' and not is_low_base
            """
            )
            .fetchall()
        ):
            orders, share = truth[campaign, arm]
            held.append((bounds[0] <= orders <= bounds[1], bounds[2] <= share <= bounds[3]))
    return len(held), *(float(share) for share in np.mean(held, axis=0))


def test_the_intervals_hold_the_true_effect_of_one_company():
    arms, of_orders, of_share = coverage(range(7, 8), 10_000)
    print(f"\n{arms} arms: purchases {of_orders:.3f}, share {of_share:.3f}")
    # three standard errors of a hundred arms, which share their controls
    assert arms >= 100
    assert 0.88 <= of_orders < 1 and 0.88 <= of_share < 1


@pytest.mark.slow
def test_pooled_increments_hold_what_was_truly_added():
    """Seeds that nobody worked on: 13 pools each, which share campaigns."""
    for customers in (2000, 10_000):
        pools, held = pooled_coverage(range(21, 26), customers)
        print(f"\n{customers} customers, {pools} pools: purchases, net amount, margin {held.round(3)}")
        assert pools >= 55 and (held >= 0.88).all()


@pytest.mark.slow
def test_the_sign_of_what_a_campaign_added_is_right_where_its_test_could_see_it():
    told = signs(range(21, 26), 40_000)
    print(f"\n{told}")
    assert told["order"][0] >= 100 and told["margin"][0] >= 30
    assert all(share >= 0.95 for _, share in told.values())


@pytest.mark.slow
def test_the_intervals_hold_the_true_effect_as_often_as_they_say():
    arms, of_orders, of_share = coverage(range(1, 9), 10_000)
    print(f"\n{arms} arms: purchases {of_orders:.3f}, share {of_share:.3f}")
    assert arms >= 160
    assert 0.91 <= of_orders <= 0.98 and 0.91 <= of_share <= 0.98


@pytest.mark.slow
def test_the_pooled_interval_holds_the_mean_effect_though_each_campaign_is_too_small():
    held, widths = [], []
    for seed in range(1, 61):
        company = Company.make(seed, 2000)
        done = run(observed(company))
        weights = done.sql(
            """
            select campaign_id, arm, customer_count * any_value(compared_customer_count) over (partition by campaign_id)
                / (sum(customer_count) over (partition by campaign_id) + compared_customer_count)
            from campaign_experiments where compared_with = 'control' and arm <> 'treated'
            """
        ).fetchall()
        truth = true_effects(company)
        mean = sum(truth[c, arm][1] * w for c, arm, w in weights) / sum(w for *_, w in weights)
        low, high = done.sql(
            "select uplift_from, uplift_to from campaign_summary where dimension = 'all'"
        ).fetchone()
        held.append(low <= mean <= high)
        widths.append(high - low)
    print(f"\n{len(held)} companies: {np.mean(held):.3f}, mean width {np.mean(widths):.3f}")
    assert 0.88 <= np.mean(held) < 1.01


def drawn_arms(arms: Mapping[str, tuple[int, int]]) -> dict[str, dict[str, object]]:
    """A campaign whose arms have so many customers, of whom so many bought once."""
    customers = [(arm, f"{arm}{k}", k < bought) for arm, (size, bought) in arms.items() for k in range(size)]
    campaign = ["c"] * len(customers)
    day = np.array(["2026-01-10"], dtype="datetime64[D]")
    return {
        "int_marketing__campaigns": {
            "campaign_id": ["c"], "source_system": ["marketing"], "campaign_code": ["c"], "campaign_name": ["c"], "started_on": day,
            "attributed_until_on": day + 20, "is_over": [True], "target_group": ["gift"], "content_type": ["promotion"],
            "channel": ["sms"],
        },
        "int_marketing__contacts": {
            "campaign_id": campaign, "customer_id": [who for _, who, _ in customers],
            "arm": [arm for arm, _, _ in customers], "record_count": [1] * len(customers),
            "planned_share": pa.array([None] * len(customers), pa.float64()),
        },
        "int_marketing__buyers": {
            "campaign_id": campaign, "customer_id": [who for _, who, _ in customers],
            "buyer_id": [who for _, who, _ in customers],
        },
        "purchases": {
            "customer_id": [who for _, who, bought in customers if bought] + ["nobody"],
            "ordered_on": np.repeat(day, sum(bought for _, _, bought in customers) + 1),
            "net_amount": [10.0] * (sum(bought for _, _, bought in customers) + 1),
            "margin_amount": [4.0] * (sum(bought for _, _, bought in customers) + 1),
        },
        "int_marketing__spend": {
            "campaign_id": ["c", None], "channel": ["sms", "search_ads"], "amount": decimals(np.array([10_000, 30_000])),
        },
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arm", "control", "low", "high"),
    [
        ((70, 56), (80, 48), 0.0524, 0.3339),
        ((10, 9), (10, 3), 0.1705, 0.8090),
        ((56, 5), (29, 0), -0.0381, 0.1926),
    ],
)
def test_the_interval_is_that_of_the_published_examples(arm, control, low, high):
    """Newcombe 1998, table II, method 10."""
    bounds = run(drawn_arms({"A": arm, "control": control})).sql(
        "select uplift_from, uplift_to from campaign_experiments"
    )
    assert bounds.fetchone() == pytest.approx((low, high), abs=6e-5)


def test_a_split_that_is_not_the_planned_one_is_found():
    """45 / 45 / 10 is planned: 450, 450, 100 is it; with half of the control lost it is not, and nothing is read from it."""
    for control, even in ((100, True), (50, False)):
        rows = (
            run(drawn_arms({"A": (450, 90), "B": (450, 45), "control": (control, 0)}))
            .execute(
                "select split_chi_square, is_split_as_planned, reading from campaign_experiments where arm = 'A'"
            )
            .fetchall()
        )
        total = 900 + control
        expected = [(450 - 0.45 * total) ** 2 / (0.45 * total)] * 2 + [
            (control - 0.1 * total) ** 2 / (0.1 * total)
        ]
        assert rows == [(pytest.approx(sum(expected)), even, "better" if even else "uneven_split")]


def test_quantiles_in_seeds_are_those_of_the_distributions():
    with (PROJECT / "seeds" / "reference" / "chi_square_quantiles.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            assert float(row["quantile"]) == pytest.approx(
                chi2.ppf(float(row["confidence"]), int(row["degrees"])), abs=1e-6
            )
    for policy in [
        PROJECT / "seeds/policy/experiment_policy.csv",
        *PROJECT.glob("policies/*/experiment_policy.csv"),
    ]:
        with policy.open(encoding="utf-8") as file:
            (row,) = csv.DictReader(file)
        assert math.isclose(float(row["interval_z"]), norm.ppf(0.975), abs_tol=1e-6)
        assert math.isclose(float(row["power_z"]), norm.ppf(0.8), abs_tol=1e-6)
