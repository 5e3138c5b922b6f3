"""`make calibrate-policy`: bands of the action groups proposed from a company's own customers."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from conftest import copy_project, latest_build, manifest
from customer360.cli import main
from customer360.core.data_sets import DataSet, load_data_set
from customer360.core.policy_rules import check_files
from customer360.core.sources import load_sources
from customer360.onboarding.calibrate import BOUNDS, GROUPS, NotProposed, calibrate, rounded_to

LIMIT = 0.4


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project without anything built."""
    return copy_project(tmp_path / "project")


def opened(project: Path, name: str) -> DataSet:
    return load_data_set(project, name, load_sources(project))


def company(file: Path, recent: int = 12, repeats_needed: int = 30) -> Path:
    """A build of 69 customers: four kinds of recent ones, 12 of five months ago, 10 who did not buy in the 12 months."""
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            f"""
            create schema marts; create schema policy; create schema intermediate;
            create table marts.customer_rfm as
            with kinds as (
                select * from (values
                    ('once', {recent - 1}, date '2026-06-10', 1, 100, 0), ('twice', {recent}, date '2026-06-10', 2, 200, 0),
                    ('four', {recent}, date '2026-06-10', 4, 1000, 0), ('six', {recent}, date '2026-06-10', 6, 0, 1000),
                    ('before', 12, date '2026-01-15', 1, 100, 0), ('silent', 10, date '2025-01-15', 0, 0, 0)
                ) as kinds(kind, customers, last_purchase_on, frequency, amount, step)
            )
            select kind || number as customer_id, 12 as window_months, last_purchase_on, date '2026-06-30' as as_of_on,
                frequency, cast(amount + step * number as decimal(18, 2)) as net_amount, 'other' as action_group
            from kinds cross join (select unnest(range(1, 13)) as number) where number <= customers;
            create table policy.clv_policy as select {repeats_needed} as minimum_repeat_customers;
            create table intermediate.int_value__base_features as
            select customer_id, true as is_latest, frequency as purchase_days from marts.customer_rfm
            """
        )
    return file


def bounds_of(path: Path) -> dict[str, dict[str, str]]:
    """The bounds of each group in a policy file, without empty ones."""
    with path.open(encoding="utf-8", newline="") as file:
        return {
            row["action_group"]: {bound: row[bound] for bound in BOUNDS if row[bound]}
            for row in csv.DictReader(file)
        }


def test_bands_follow_from_the_customers(project: Path) -> None:
    proposal = calibrate(opened(project, "demo"), company(project / "built.duckdb"))
    # 47 of 59 buyers bought within a month; 36 of them at least twice, too many
    # to be often, and 24 at least four times; these are the ones with 1,000 or more. Of the 24, the 17th by amount has 5,000.
    assert bounds_of(proposal.path) == {
        "high_value": {"recency_months_to": "1", "frequency_from": "4", "monetary_from": "5000"},
        "potential": {
            "recency_months_to": "1",
            "frequency_from": "4",
            "monetary_from": "1000",
            "monetary_below": "5000",
        },
        "new": {
            "recency_months_to": "1",
            "frequency_from": "1",
            "frequency_to": "3",
            "monetary_below": "1000",
        },
        "churn_risk": {"recency_months_above": "1", "frequency_from": "1"},
        "other": {},
    }
    assert proposal.before == {"other": 69}
    assert proposal.after == {"high_value": 8, "potential": 16, "new": 23, "churn_risk": 12, "other": 10}
    assert proposal.silent == 10
    # nothing but the bounds has changed, and the file can be used as it is
    with (project / "seeds/policy/rfm_action_groups.csv").open(encoding="utf-8", newline="") as file:
        own = [{k: v for k, v in row.items() if k not in BOUNDS} for row in csv.DictReader(file)]
    with proposal.path.open(encoding="utf-8", newline="") as file:
        assert [{k: v for k, v in row.items() if k not in BOUNDS} for row in csv.DictReader(file)] == own
    (project / "policies" / "tried").mkdir()
    (project / "policies" / "tried" / proposal.path.name).write_bytes(proposal.path.read_bytes())
    check_files(project, "tried", {"currency": "CNY"}, ["rfm_action_groups", "calibration_policy"])


def test_who_leaves_is_not_judged_where_too_few_come_back(project: Path) -> None:
    proposal = calibrate(opened(project, "demo"), company(project / "built.duckdb", repeats_needed=37))
    assert proposal.after == {"high_value": 8, "potential": 16, "new": 23, "other": 22}
    assert "empty 空分组: churn_risk" in proposal.lines


def test_few_customers_propose_nothing(project: Path) -> None:
    with pytest.raises(
        NotProposed, match="47 customers of demo bought in the last 12 months, and 50 are needed"
    ):
        calibrate(opened(project, "demo"), company(project / "built.duckdb", recent=9))
    assert not (project / "reports").exists()


def test_without_a_build_the_remedy_is_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--project", str(project), "calibrate-policy", "--data", "demo"]) == 1
    assert "nothing is built yet. Run: make build DATA=demo" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("amount", "digits", "rounded"),
    [("1659", 2, "1700"), ("1650", 2, "1700"), ("12564", 2, "13000"), ("0.126", 2, "0.13"), ("0.004", 1, "0"), ("0", 2, "0")],
)  # fmt: skip
def test_amounts_are_rounded_to_significant_digits(amount: str, digits: int, rounded: str) -> None:
    assert rounded_to(Decimal(amount), digits) == Decimal(rounded)


@pytest.mark.parametrize("name", ["demo", "online_retail"])
def test_the_proposed_file_divides_the_customers_of_a_build(project: Path, name: str) -> None:
    """The proposed file, read by the SQL of the build, gives the shares told: no group empty, the rest under the limit."""
    database = latest_build(name)
    proposal = calibrate(opened(project, name), database)
    nodes = {node["name"]: node for node in manifest(name)["nodes"].values()}
    seed, model = nodes["rfm_action_groups"], nodes["int_value__rfm_classes"]["compiled_code"]
    assert seed["relation_name"] in model
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{database}' as customer360 (read_only)")
        types = ", ".join(f"{column} := '{kind}'" for column, kind in seed["config"]["column_types"].items())
        connection.execute(
            f"create table proposed as from read_csv('{proposal.path}', types = struct_pack({types}), nullstr = '')"
        )
        found = connection.execute(
            f"""
            select action_group, count(*) from ({model.replace(seed["relation_name"], "memory.main.proposed")})
            where is_latest and window_months = 12 group by all
            """
        ).fetchall()
    assert dict(found) == proposal.after
    assert all(proposal.after[group] > 0 for group in GROUPS)
    assert proposal.after["other"] / sum(proposal.after.values()) < LIMIT < 1
    assert sum(proposal.before.values()) == sum(proposal.after.values())
