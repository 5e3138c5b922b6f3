"""`make fit`: what is learnt from a build becomes policy that the next build accepts and finds."""

from __future__ import annotations

import csv
import dataclasses
import itertools
import shutil
from pathlib import Path

import duckdb
import pytest

from conftest import PROJECT
from customer360.core.data_sets import DataSet, load_data_set
from customer360.core.policy_rules import check_files
from customer360.core.sources import load_sources
from customer360.identity.fit_identity import SEED, NotFitted, fit_build, fit_data_set
from identity_kit import seed

RECORDS = 400
PAIRS = RECORDS * (RECORDS - 1) // 2
SILENT = ("phone", "place", "gender", "identifier")
"""Comparisons of which nobody says anything."""


def database(file: Path, matches: int = 300, records: int = RECORDS, compare_all: int = 3000) -> Path:
    """A build with the weights of a default and pairs of records as the match and chance shares of another make them."""
    model = [row for row in seed(SEED) if row["model"] == "chinese_retail"]
    shares = {
        name: {row["level"]: (float(row["match_share"]), float(row["chance_share"])) for row in rows}
        for name, rows in itertools.groupby(
            (row for row in seed(SEED) if row["model"] == "western_crm"), lambda row: row["comparison"]
        )
    }
    counts = {}
    told = [name for name in shares if name not in SILENT]
    for vector in itertools.product(*(shares[name] for name in told)):
        expected = 0.0
        for number, which in ((matches, 0), (PAIRS - matches, 1)):
            share = 1.0
            for name, level in zip(told, vector, strict=True):
                share *= shares[name][level][which]
            expected += number * share
        if round(expected):
            counts[vector] = round(expected)
    columns = ", ".join(f"{name}_level varchar" for name in shares)
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            "create schema intermediate; create schema policy;"
            "create table intermediate.int_identity__weights (comparison varchar, level varchar, match_share double,"
            " chance_share double, household_share double);"
            f"create table intermediate.int_identity__comparisons (record_key_a bigint, record_key_b bigint, {columns});"
            "create table intermediate.int_identity__decisions (record_key_a bigint, record_key_b bigint, decision varchar);"
            f"create table policy.identity_model as select {compare_all} as compare_all_up_to;"
            f"create table intermediate.int_identity__compared as select range as record_key from range({records})"
        )
        connection.executemany(
            "insert into intermediate.int_identity__weights values (?, ?, ?, ?, ?)",
            [list(row.values())[1:] for row in model],
        )
        made = 0
        for vector, count in counts.items():
            levels = dict(zip(told, vector, strict=True))
            values = ", ".join(f"'{levels[name]}'" if name in levels else "null" for name in shares)
            connection.execute(
                "insert into intermediate.int_identity__comparisons"
                f" select range, range, {values} from range({made}, {made + count})"
            )
            made += count
        connection.execute(
            "create table intermediate.int_identity__chance_comparisons as"
            " from intermediate.int_identity__comparisons where birth_level = 'different'"
        )
    return file


@pytest.fixture(scope="module")
def build(tmp_path_factory) -> Path:
    return database(tmp_path_factory.mktemp("build") / "customer360.duckdb")


@pytest.fixture
def demo(tmp_path) -> DataSet:
    """The demo company in a project of its own, with the policy files alone."""
    for folder in ("datasets", "seeds", "macros", "tests/generic", "functions"):
        shutil.copytree(PROJECT / folder, tmp_path / folder)
    shutil.copytree(
        PROJECT / "models",
        tmp_path / "models",
        ignore=lambda d, names: [n for n in names if n.endswith(".sql")],
    )
    loaded = load_data_set(PROJECT, "demo", load_sources(PROJECT))
    return dataclasses.replace(loaded, file=tmp_path / "datasets" / "demo.yml")


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def test_a_build_teaches_what_its_pairs_show(build):
    learnt = fit_build(build)
    assert learnt.records == RECORDS
    # cells of less than half a pair are none
    assert learnt.matches == pytest.approx(270, abs=30)
    given = learnt.weights["given_name"]
    # the build began with 0.86 and 0.0027
    assert 0.6 < given["equal"].match < 0.75
    assert given["equal"].chance == pytest.approx(0.004, rel=0.2)
    # nobody says anything of it: the weights of the build stay
    assert learnt.weights["gender"]["equal"].match == pytest.approx(0.99)


def test_what_stewards_answered_is_learnt_from(tmp_path):
    file = database(tmp_path / "answered.duckdb")

    def answer(levels: str, decision: str) -> None:
        with duckdb.connect(str(file)) as connection:
            connection.execute("delete from intermediate.int_identity__decisions")
            connection.execute(
                "insert into intermediate.int_identity__decisions select record_key_a, record_key_b, ?"
                f" from intermediate.int_identity__comparisons where {levels} order by all limit 40",
                [decision],
            )

    unasked = fit_build(file)
    other_name = "given_name_level = 'different' and birth_level = 'equal'"
    answer(other_name, "undecided")
    assert fit_build(file) == unasked
    answer(other_name, "must_link")
    linked = fit_build(file)
    assert (
        linked.weights["given_name"]["different"].match
        > 1.2 * unasked.weights["given_name"]["different"].match
    )
    assert linked.matches > unasked.matches
    answer(other_name, "must_not_link")
    parted = fit_build(file)
    assert parted.weights["given_name"]["different"].match <= unasked.weights["given_name"]["different"].match
    assert parted.matches < linked.matches


def test_above_the_limit_of_comparing_all_strangers_are_those_drawn_by_chance(tmp_path, build):
    drawn = fit_build(database(tmp_path / "large.duckdb", compare_all=RECORDS - 1))
    # nobody drawn has a birth date of the other's
    assert drawn.weights["birth"]["different"].chance > 0.999
    assert fit_build(build).weights["birth"]["different"].chance < 0.7
    # the limit itself compares all
    bound = fit_build(database(tmp_path / "bound.duckdb", compare_all=RECORDS))
    assert bound.weights["birth"]["different"].chance < 0.7


def test_a_model_is_added_to_the_policy_and_accepted_there(demo, build):
    before = rows(PROJECT / "seeds" / "policy" / f"{SEED}.csv")
    path, name, learnt = fit_data_set(demo, build)
    assert (path, name) == (demo.project / "seeds" / "policy" / f"{SEED}.csv", "demo_001")
    after = rows(path)
    assert after[: len(before)] == before
    added = after[len(before) :]
    assert {row["model"] for row in added} == {"demo_001"}
    assert {(row["comparison"], row["level"]) for row in added} == {
        (name, level) for name, levels in learnt.weights.items() for level in levels
    }
    for row in added:
        shares = learnt.weights[row["comparison"]][row["level"]]
        for column in ("match", "chance", "household"):
            assert float(row[f"{column}_share"]) == pytest.approx(getattr(shares, column), rel=1e-5)
    check_files(demo.project, demo.policy, {"data_set": "demo"}, [SEED])


def test_earlier_models_stay_and_the_next_has_the_next_number(demo, build):
    file = demo.project / "seeds" / "policy" / f"{SEED}.csv"
    others = "".join(
        f"{name},given_name,equal,0.5,0.5,0.5\n"
        for name in ("demo_009", "demo_1000", "demo_b_2000", "demo_trial", "demonstration_003")
    )
    file.write_text(file.read_text(encoding="utf-8") + others, encoding="utf-8")
    before = rows(file)
    assert fit_data_set(demo, build)[1] == "demo_1001"
    assert fit_data_set(demo, build)[1] == "demo_1002"
    after = rows(file)
    assert after[: len(before)] == before
    assert len(after) == len(before) + 2 * 43


def test_a_default_named_like_the_data_set_is_none_of_its_models(demo, build):
    western = dataclasses.replace(demo, name="western")
    assert fit_data_set(western, build)[1] == "western_001"


def test_a_company_with_a_policy_of_its_own_gets_the_model_there(demo, build):
    own = demo.project / "policies" / demo.policy
    own.mkdir(parents=True)
    base = demo.project / "seeds" / "policy" / f"{SEED}.csv"
    before = base.read_bytes()
    path, _, _ = fit_data_set(demo, build)
    assert path == own / f"{SEED}.csv"
    assert base.read_bytes() == before
    # it begins with the defaults, and what is there counts from then on
    assert path.read_bytes().startswith(before)
    assert fit_data_set(demo, build)[1] == "demo_002"


@pytest.mark.parametrize(
    ("records", "matches", "said"),
    [
        (199, 300, "199 records are too few to learn from; it takes 200"),
        (RECORDS, 0, "seem to be one person; it takes 100 to learn from"),
    ],
)
def test_too_little_is_refused_with_a_sentence(demo, tmp_path, records, matches, said):
    file = demo.project / "seeds" / "policy" / f"{SEED}.csv"
    before = file.read_bytes()
    with pytest.raises(NotFitted) as refused:
        fit_data_set(demo, database(tmp_path / "small.duckdb", matches, records))
    assert said in str(refused.value)
    assert str(refused.value).endswith(f"The defaults of seeds/policy/{SEED}.csv stay in use")
    assert file.read_bytes() == before


def test_without_a_build_the_way_to_one_is_said(demo):
    with pytest.raises(NotFitted, match="make build DATA=demo"):
        fit_data_set(demo, None)
