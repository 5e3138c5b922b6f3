"""Channels and the journey on the demo company, whose planted habits they must show, and on Online Retail, which has one
channel and nothing beside orders."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from conftest import latest_build

EMPTY_IN_ONLINE_RETAIL = (
    "marts.content_performance",
    "marts.delivery_performance",
    "quality.journey_stitching",
    "marts.product_bundles",
)


@pytest.fixture(scope="module")
def demo() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(latest_build("demo")), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def retail() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(latest_build("online_retail")), read_only=True) as connection:
        yield connection


def test_customers_who_moved_online_are_found(demo):
    """Who the truth moved from dealer or till to shop or marketplace has an online main channel after the move."""
    before, after, customers = demo.sql(
        """
        with moved as (
            select distinct ids.customer_id, preferences.channel_moved_on
            from 'truth/demo/preferences.parquet' as preferences
            inner join staging.stg_truth__record_links as links
                on preferences.customer_id = links.true_customer_id
            inner join intermediate.int_customers__ids as ids using (source_system, source_customer_id)
            where preferences.channel_after in ('shop', 'marketplace') and preferences.channel in ('dealer', 'pos')
                and preferences.channel_moved_on is not null
        ),
        mains as (
            select moved.customer_id, period_start_on >= channel_moved_on as is_after,
                max(channels.is_online::integer) as is_online
            from moved
            inner join intermediate.int_channels__main_channels as mains
                on hash(moved.customer_id) = mains.customer_number
            inner join policy.sales_channels as channels on mains.main_channel = channels.channel
            where period_kind = 'quarter' and period_start_on not between channel_moved_on - 92 and channel_moved_on
            group by all
        )
        select avg(is_online) filter (where not is_after), avg(is_online) filter (where is_after),
            count(distinct customer_id)
        from mains
        """
    ).fetchone()
    assert customers >= 15 and after > 0.75 and before < 0.45, (before, after, customers)


def test_more_move_online_than_back(demo):
    online, offline = demo.sql(
        """
        select sum(customer_count) filter (where not a.is_online and b.is_online),
            sum(customer_count) filter (where a.is_online and not b.is_online)
        from marts.segment_migration
        inner join policy.sales_channels as a on from_segment = a.channel
        inner join policy.sales_channels as b on to_segment = b.channel
        where scheme = 'main_channel' and months_apart = 12
        """
    ).fetchone()
    assert online > offline > 0


def test_festivals_delay_deliveries_in_every_channel(demo):
    rates = demo.sql(
        """
        select channel, is_festival, sum(on_time_count) / sum(judged_count), sum(delivered_hours) / sum(delivered_timed_count)
        from marts.delivery_performance group by all having sum(judged_count) >= 100
        """
    ).fetchall()
    by = {(channel, festival): (rate, hours) for channel, festival, rate, hours in rates}
    channels = {channel for channel, _ in by}
    assert len(channels) >= 4
    for channel in channels:
        assert by[channel, True][0] < by[channel, False][0] - 0.05, channel
        assert by[channel, True][1] > by[channel, False][1], channel


def test_depth_is_opened_more_than_promotion(demo):
    opened = dict(
        demo.sql(
            "select content_type, sum(opened_count) / sum(sent_count) from marts.content_performance group by 1"
        ).fetchall()
    )
    assert opened["depth"] > opened["education"] > opened["promotion"]


def test_run_up_of_companies_is_seen(demo):
    """6.5 calls on average were planted before a company's first order; their people add to the touches."""
    median, customers = demo.sql(
        "select median_touches, touched_count from marts.journey_funnel "
        "where cohort_kind = 'all' and member = 'business' and journey_step = 'decision'"
    ).fetchone()
    assert customers >= 20 and 5.5 <= median <= 10


def test_events_are_stitched_to_whom_they_belong(demo):
    """An app event counts for the customer of the person the truth names, whatever record it was made under."""
    agree, events = demo.sql(
        """
        with owners as (
            select ids.source_system, ids.source_customer_id, ids.customer_id, links.true_customer_id
            from staging.stg_truth__record_links as links
            inner join intermediate.int_customers__ids as ids using (source_system, source_customer_id)
        ),
        main as (
            select true_customer_id, mode(customer_id) as customer_id from owners group by true_customer_id
        )
        select
            avg(((hash(main.customer_id), landed.interaction_type, landed.occurred_at) in (
                select (customer_number, interaction_type, occurred_at) from intermediate.int_journey__interactions
            ))::integer),
            count(*)
        from input.input__interactions as landed
        inner join owners using (source_system, source_customer_id)
        inner join main on owners.true_customer_id = main.true_customer_id
        where landed.source_system = 'app'
        """
    ).fetchone()
    assert events > 20_000 and agree > 0.7, (agree, events)


def test_online_retail_has_one_channel_and_the_rest_is_empty_and_typed(retail):
    channels = retail.sql(
        "select distinct channel, acquisition_cost, visitor_count from marts.channel_performance"
    )
    assert channels.fetchall() == [("web_shop", None, None)]
    for mart in EMPTY_IN_ONLINE_RETAIL:
        relation = retail.table(mart)
        assert len(relation) == 0 and len(relation.columns) > 5, mart
    kinds = retail.sql(
        "select count(*), sum(online_and_offline_count) from marts.multichannel_customers"
    ).fetchone()
    assert kinds[0] > 0 and kinds[1] == 0
    funnel = dict(
        retail.sql(
            "select journey_step, entered_count from marts.journey_funnel where cohort_kind = 'all' and dimension = 'all'"
        ).fetchall()
    )
    # some sent everything back: met, and never a buyer
    assert funnel["awareness"] > funnel["interest"] == funnel["decision"] > funnel["repurchase"] > 0
