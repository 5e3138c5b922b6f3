"""Alerts of the management: the models' own SQL on a company with seasons, a trend and one planted drop; and the metrics of
the semantic layer against the marts."""

from __future__ import annotations

import csv
import datetime
import math
import subprocess
import sys

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from conftest import PROJECT, latest_build

COMPILED = PROJECT / "target" / "demo" / "compiled" / "customer360" / "models" / "intermediate" / "management"
MODELS = (
    "int_management__expectations",
    "int_management__deviations",
    "int_management__contributions",
    "int_management__top_contributors",
)
SHARES = {"110000": 0.2, "310000": 0.3, "440000": 0.5}
"""Regions and their share of the revenue."""
MONTHS = 48
SEASON = 0.4
"""Amplitude of the seasons in logarithms."""
GROWTH = 0.01
"""Growth a month."""
NOISE = 0.03


def month(number: int) -> datetime.date:
    """The first day of the month so many months after January 2021."""
    return datetime.date(2021 + number // 12, number % 12 + 1, 1)


def company(
    seed: int, planted: dict[tuple[int, str], float], moved: dict[int, float] | None = None
) -> duckdb.DuckDBPyConnection:
    """What the models find in a company with revenue in three regions; `planted`: factor by month and region; `moved`:
    factor by month of a festival's season that was not there last year."""
    moved = moved or {}
    random = np.random.default_rng(seed)
    rows = []
    for number in range(MONTHS):
        level = 1e6 * math.exp(GROWTH * number + SEASON * math.sin(2 * math.pi * number / 12))
        for region, share in SHARES.items():
            noise = math.exp(random.normal(0, NOISE))
            rows.append(
                (
                    month(number),
                    region,
                    level * share * noise * planted.get((number, region), 1.0) * moved.get(number, 1.0),
                )
            )
    sold = pa.table(
        {
            "month_start_on": [row[0] for row in rows],
            "segment": [row[1] for row in rows],
            "numerator": [row[2] for row in rows],
        }
    )
    connection = duckdb.connect()
    connection.register("sold", sold)
    connection.execute("""
        create table int_management__values as
        select 'revenue' as kpi, month_start_on, 'region' as segment_kind, segment, numerator,
            cast(null as double) as base, numerator as value
        from sold
        union all
        select 'revenue', month_start_on, 'all', 'all', sum(numerator), null, sum(numerator)
        from sold group by month_start_on
    """)
    connection.register(
        "moved",
        pa.table(
            {
                "month_start_on": [month(number) for number in range(MONTHS)],
                "factor": [moved.get(number) for number in range(MONTHS)],
            }
        ),
    )
    connection.execute("""
        create table int_management__months as
        select month_start_on, true as is_complete, cast(month_start_on - interval 1 year as date) as year_before_on
        from moved
    """)
    connection.execute("""
        create table int_management__festival_shifts as
        select 'month' as period_kind, month_start_on as period_start_on,
            case when factor is null then 'unmoved' else 'aligned' end as shift_status
        from moved
    """)
    connection.execute("""
        create table int_management__aligned_values as
        select 'month' as period_kind, moved.month_start_on as period_start_on, earlier.kpi, 'all' as segment_kind,
            'all' as segment, earlier.value * moved.factor as value
        from moved
        inner join int_management__values as earlier
            on earlier.month_start_on = moved.month_start_on - interval 1 year and earlier.segment_kind = 'all'
        where moved.factor is not null
    """)
    for name in ("kpi_catalog", "kpi_references", "management_policy"):
        file = PROJECT / "seeds" / "policy" / f"{name}.csv"
        connection.execute(f"create table {name} as from '{file}'")
    connection.execute(
        "create view int_management__kpi_references as select *, 'comparable' as reference_status from kpi_references"
    )
    connection.execute("""
        create table int_management__segment_labels (segment_kind text, segment text, label_zh text, label_en text)
    """)
    connection.execute("""
        create table int_management__anomalies (
            anomaly_kind text, anomaly_kind_zh text, anomaly_kind_en text, segment text, segment_label text, evidence double,
            since_on date
        )
    """)
    for model in MODELS:
        sql = (COMPILED / f"{model}.sql").read_text()
        for schema in ("intermediate", "policy"):
            sql = sql.replace(f'"customer360"."{schema}".', "")
        connection.execute(f"create table {model} as {sql}")
    return connection


def alerts(connection: duckdb.DuckDBPyConnection) -> list[tuple[datetime.date, str]]:
    """Months and top region of the anomalies."""
    return connection.execute("""
        select deviations.month_start_on, contributions.segment
        from int_management__deviations as deviations
        inner join int_management__contributions as contributions
            on
                deviations.kpi = contributions.kpi
                and deviations.month_start_on = contributions.month_start_on
                and deviations.reason = contributions.reason
                and contributions.contribution_rank = 1
        where deviations.reason = 'anomaly' and deviations.is_alert
        order by 1
    """).fetchall()


@pytest.mark.parametrize("region", SHARES)
def test_a_planted_drop_is_raised_with_its_region_on_top(region):
    drop = MONTHS - 1
    found = alerts(company(7, {(drop, region): 0.1}))
    assert (month(drop), region) in found


def test_what_the_calendar_of_festivals_explains_is_not_raised():
    boom = MONTHS - 1
    planted = {(boom, region): 3.0 for region in SHARES}
    assert month(boom) in {start for start, _ in alerts(company(7, planted))}
    assert month(boom) not in {start for start, _ in alerts(company(7, {}, moved={boom: 3.0}))}


def test_an_anomaly_does_not_come_back_a_year_later():
    """A month is held against last year's: the one after a drop is high, and is not told."""
    drop = MONTHS - 13
    found = {start for start, _ in alerts(company(7, {(drop, region): 0.5 for region in SHARES}))}
    assert month(drop) in found and month(drop + 12) not in found


def test_a_drop_of_fifteen_per_cent_is_found():
    drop = MONTHS - 1
    planted = {(drop, region): 0.85 for region in SHARES}
    assert (
        sum(month(drop) in {start for start, _ in alerts(company(seed, planted))} for seed in range(20)) >= 17
    )


def test_seasons_and_growth_raise_nothing():
    """A swing of the season from trough to peak is a factor of 2.2: the rule has to take it for one."""
    scored = raised = 0
    for seed in range(20):
        connection = company(seed, {})
        raised += len(alerts(connection))
        scored += connection.execute(
            "select count(score) from int_management__expectations where kpi = 'revenue'"
        ).fetchone()[0]
    assert scored >= 20 * 24
    assert raised / scored < 0.01


def test_what_came_before_a_drop_does_not_know_of_it():
    """A drop changes no expectation of an earlier month, nor of its own."""
    drop = MONTHS - 4
    query = """
        select month_start_on, kpi, expected_value from int_management__expectations
        where month_start_on <= ? order by 1, 2
    """
    plain = company(7, {}).execute(query, [month(drop)]).fetchall()
    planted = company(7, {(drop, "440000"): 0.1}).execute(query, [month(drop)]).fetchall()
    assert plain
    assert plain == planted


def test_the_drop_in_words_names_the_region_and_its_share():
    drop = MONTHS - 1
    (words,) = (
        company(7, {(drop, "440000"): 0.1})
        .execute(
            "select top_contributors_en from int_management__top_contributors "
            "where reason = 'anomaly' and month_start_on = ?",
            [month(drop)],
        )
        .fetchone()
    )
    region, share = words.split("; ")[0].split(" ")
    assert region == "440000"
    assert 80 <= int(share.rstrip("%")) <= 120


METRICS = {
    "revenue": "revenue",
    "purchases": "purchases",
    "buyers": "buyers",
    "order_value": "order_value",
    "roi": "roi",
    "attributed_roi": "attributed_roi",
    "campaign_conversion": "campaign_conversion",
    "nps": "nps",
    "csat": "csat",
    "response_hours": "response_hours",
    "complaint_resolution_rate": "complaint_resolution_rate",
    "renewal_rate": "renewal_rate",
}
"""Metrics of the semantic layer and the KPIs that they define too."""


def test_a_metric_asked_for_is_the_figure_of_the_management(tmp_path):
    """One query for all metrics by month, against the same numerators and bases that kpi_monthly is made of."""
    answer = tmp_path / "metrics.csv"
    words = [
        "query",
        "--metrics",
        ",".join(METRICS),
        "--group-by",
        "metric_time__month",
        "--csv",
        str(answer),
    ]
    asked = subprocess.run(
        [sys.executable, "-m", "customer360", "metrics", "--data", "demo", *words, "--quiet"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.returncode == 0, asked.stdout + asked.stderr
    with duckdb.connect(str(latest_build("demo")), read_only=True) as connection:
        figures = {
            (kpi, start): value
            for kpi, start, value in connection.execute("""
                select
                    measures.kpi,
                    measures.month_start_on,
                    case catalog.statistic
                        when 'sum' then measures.numerator
                        else catalog.scale * measures.numerator / nullif(measures.base, 0)
                    end
                from intermediate.int_management__measures as measures
                inner join policy.kpi_catalog as catalog
                    on measures.kpi = catalog.kpi
                where measures.segment_kind = 'all'
            """).fetchall()
        }
    with answer.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 36
    for metric, kpi in METRICS.items():
        found = {
            datetime.date.fromisoformat(row["metric_time__month"][:10]): float(row[metric])
            for row in rows
            if row[metric]
        }
        expected = {
            start: value for (name, start), value in figures.items() if name == kpi and value is not None
        }
        assert len(found) >= 30, metric
        assert found == pytest.approx(expected, rel=1e-9), metric
