"""Customer value on Online Retail: figures known from elsewhere, and nothing that later rows could change."""

from __future__ import annotations

import duckdb
import pytest

from conftest import latest_build, manifest

CLASSES = ["111", "110", "101", "100", "011", "010", "001", "000"]
ORIGIN = "2011-09-10"
CHAIN = (
    "int_orders__reference_links",
    "int_orders__exact_links",
    "int_orders__netting_links",
    "order_items",
    "int_value__line_margins",
    "int_value__day_versions",
    "int_value__base_features",
)
GIVEN = (
    "products",
    "occasion_terms",
    "occasions",
    "clv_policy",
)


class Compiled:
    """The SQL that the latest build of Online Retail compiled, run on tables of a test's own."""

    def __init__(self) -> None:
        self.nodes = {node["name"]: node for node in manifest("online_retail")["nodes"].values()}
        self.connection = duckdb.connect(":memory:")
        self.connection.execute(
            f"attach '{latest_build('online_retail')}' as built (read_only);"
            "attach ':memory:' as customer360; use customer360"
        )
        for schema in ("input", "policy", "intermediate", "marts"):
            self.connection.execute(f"create schema customer360.{schema}")

    def _name(self, catalogue: str, node: str) -> str:
        return f"{catalogue}.{self.nodes[node]['schema']}.{node}"

    def take(self, node: str, query: str = "from {}") -> None:
        """A table of the build, as it is or as a query over it ({} is the table)."""
        source = query.format(self._name("built", node))
        self.connection.execute(f"create table {self._name('customer360', node)} as {source}")

    def create(self, node: str, query: str) -> None:
        """A table of the test's own under a model's name."""
        self.connection.execute(f"create or replace table {self._name('customer360', node)} as {query}")

    def run(self, *nodes: str) -> None:
        """Run models in the order given."""
        for node in nodes:
            self.create(node, self.nodes[node]["compiled_code"])


@pytest.fixture(scope="module")
def unnetted() -> Compiled:
    """RFM measures of all Online Retail as textbooks take them: cancelled lines dropped, nothing netted."""
    compiled = Compiled()
    compiled.take("rfm_classes")
    compiled.take("rfm_action_groups")
    compiled.take("clv_policy")
    compiled.take("int_value__base_features")
    compiled.create(
        "int_value__as_of_dates",
        """
        select date '2011-12-09' as as_of_on, true as is_latest, false as is_reported,
            date '2011-12-09' as parameters_as_of_on
        """,
    )
    compiled.create(
        "int_value__recency_frequency_monetary",
        """
        with days as (
            select customer_id, ordered_on, sum(gross_amount) as amount
            from built.marts.order_items
            where customer_id <> 'unknown' and gross_amount > 0
            group by all
        )
        select date '2011-12-09' as as_of_on, date '2011-12-09' as parameters_as_of_on, true as is_latest,
            false as is_history, 12 as window_months, 'total' as monetary_basis, customer_id,
            max(ordered_on) as last_purchase_on, date '2011-12-09' - max(ordered_on) as recency_days,
            count(*) as frequency, sum(amount) as net_amount, sum(amount) as monetary
        from days group by customer_id
        """,
    )
    return compiled


@pytest.mark.parametrize(
    ("method", "shares"),
    [
        ("mean", [0.169, 0.131, 0.017, 0.355, 0.008, 0.019, 0.007, 0.295]),
        ("median", [0.294, 0.029, 0.042, 0.137, 0.092, 0.027, 0.073, 0.306]),
    ],
)
def test_the_eight_classes_have_the_shares_that_are_known_without_netting(
    unnetted: Compiled, method: str, shares: list[float]
) -> None:
    unnetted.create(
        "rfm_policy",
        f"select * replace ('{method}' as threshold_method) from built.policy.rfm_policy where window_months = 12",
    )
    unnetted.run("int_value__rfm_parameters", "int_value__rfm_classes")
    found = dict(
        unnetted.connection.execute(
            """
            select concat(is_recent::int, is_frequent::int, is_high_spending::int), count(*) / sum(count(*)) over ()
            from intermediate.int_value__rfm_classes group by all
            """
        ).fetchall()
    )
    assert sum(found.values()) == pytest.approx(1)
    for bits, share in zip(CLASSES, shares, strict=True):
        assert found[bits] == pytest.approx(share, abs=0.002), bits


def features(rows: str) -> Compiled:
    """Base features as of the origin and of the latest date, from the order documents that `rows` lets through."""
    compiled = Compiled()
    for node in GIVEN:
        compiled.take(node)
    orders = ("documents", "stated_lines", "refund_lines", "lines")
    for node in (f"int_orders__{name}" for name in orders):
        compiled.take(node, f"select * from {{}} where {rows}")
    compiled.take("int_value__as_of_dates", f"select * from {{}} where as_of_on = '{ORIGIN}' or is_latest")
    compiled.run(*CHAIN)
    return compiled


def test_rows_after_the_cut_off_change_nothing_before_it() -> None:
    known, then = (
        features(rows).connection.execute(
            f"""
            select * exclude (is_latest, is_month_end, is_reported, is_backtest)
            from intermediate.int_value__base_features where as_of_on = '{ORIGIN}' order by customer_id
            """
        )
        for rows in ("true", f"ordered_on <= '{ORIGIN}'")
    )
    with_hindsight, at_the_time = known.fetchall(), then.fetchall()
    assert len(at_the_time) > 3000
    assert [row for row in with_hindsight if row not in set(at_the_time)] == []
    assert len(with_hindsight) == len(at_the_time)


def test_what_was_netted_later_is_still_in_the_value_of_its_time() -> None:
    """Customer 12346 bought for 77,183.60 and cancelled 16 minutes later: never a purchase, at whatever date."""
    with duckdb.connect(str(latest_build("online_retail")), read_only=True) as connection:
        bought = connection.execute(
            """
            select count(*) from intermediate.int_value__base_features as features
            join intermediate.int_customers__ids as ids using (customer_id)
            where ids.source_customer_id = '12346'
            """
        ).fetchone()
        returned_later = connection.execute(
            f"""
            select count(*) from intermediate.int_value__day_versions
            where ordered_on <= '{ORIGIN}' and valid_from_on > '{ORIGIN}'
            """
        ).fetchone()
    assert bought == (0,)
    assert returned_later[0] > 100


def test_the_purchase_model_predicts_90_days_of_value_within_the_bar() -> None:
    with duckdb.connect(str(latest_build("online_retail")), read_only=True) as connection:
        rmse, correlation, bias = connection.execute(
            """
            select rmse, correlation, bias from marts.clv_backtest
            where horizon_days = 90 and method = 'probabilistic' and measure = 'net_amount' and population = 'all'
            """
        ).fetchone()
        identified = connection.execute(
            "select count(*) from marts.customer_clv where p_alive is not null"
        ).fetchone()
    assert rmse <= 3000
    assert correlation >= 0.80
    # the season: the quarter before Christmas sells far more than a model without seasons can know
    assert bias == pytest.approx(-0.41, abs=0.02)
    # nobody is seen to leave within this year, so P(alive) says nothing and is withheld
    assert identified == (0,)
