"""The optional probabilistic stage: what its scores may do, that it costs nothing while off, and what it is worth."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from bench.identity import measure, prepare, run
from conftest import PROJECT, latest_build
from customer360.core.data_sets import load_data_set
from customer360.core.dbt import dbt_command
from customer360.core.sources import load_sources
from customer360.identity.fit_identity import fit_build
from customer360.identity.identity_model import (
    SCORES,
    Fitted,
    ModelMissing,
    model_file,
    read_model,
    score,
    settings,
)
from identity_kit import Lab, person, seed

STORED = sorted((PROJECT / "fitted").glob("*/identity_*.json"))
WANG = {"name": "王伟强", "name_script": "han"}


def scoring(scores: Mapping[tuple[str, str], float]) -> Callable[..., pa.Table]:
    """Stands in for int_identity__model_scores: these probabilities by pairs of `system:id`."""

    def model(dbt: Any, session: Any) -> pa.Table:
        keys = {
            f"{system}:{number}": key
            for key, system, number in dbt.ref("int_identity__records")
            .project("record_key, source_system, source_customer_id")
            .fetchall()
        }
        rows = [(*sorted((keys[a], keys[b])), probability) for (a, b), probability in scores.items()]
        return pa.table([list(column) for column in zip(*rows, strict=True)], schema=SCORES)

    return model


def lab_with(scores: Mapping[tuple[str, str], float]) -> Lab:
    lab = Lab()
    lab.python["int_identity__model_scores"] = scoring(scores)
    return lab


def queue(lab: Lab) -> list[tuple]:
    return sorted(
        lab.rows("select rule_code, review_reason, match_probability from marts.identity_review_queue")
    )


@pytest.mark.parametrize(
    ("why", "probability", "other", "reason"),
    [
        ("the policy's threshold is met", 0.951, WANG, None),
        ("between the thresholds a person decides", 0.949, WANG, "model"),
        ("what is known rules it out", 0.999, {**WANG, "gender": "female"}, "conflict"),
        ("another name is never joined", 0.999, {"name": "李娜"}, "model"),
        ("nor one without a name", 0.999, {}, "model"),
    ],
)
def test_what_becomes_of_a_scored_pair(why, probability, other, reason):
    lab = lab_with({("crm:1", "pos:2"): probability})
    result = lab.build([person("crm", "1", gender="male", **WANG), person("pos", "2", **other)])
    assert (result["crm:1"] == result["pos:2"]) == (reason is None), why
    assert queue(lab) == ([] if reason is None else [("model", reason, probability)]), why
    links = lab.rows("select rule_code, tier, match_probability from intermediate.int_identity__links")
    assert links == ([("model", 6, probability)] if reason is None else []), why


def test_a_part_of_a_name_goes_to_one_person_or_to_a_person_who_decides():
    records = [
        person("crm", "1", **WANG),
        person("pos", "2", name="王建国"),
        person("dealer", "3", name="王", name_honorific="总"),
    ]
    lab = lab_with({("crm:1", "dealer:3"): 0.99})
    result = lab.build(records)
    assert result["crm:1"] == result["dealer:3"] != result["pos:2"]
    lab = lab_with({("crm:1", "dealer:3"): 0.99, ("pos:2", "dealer:3"): 0.6})
    assert len(set(lab.build(records).values())) == 3
    assert queue(lab) == [("model", "model", 0.6), ("model", "model", 0.99)]


def test_a_steward_overrides_the_model():
    lab = lab_with({("crm:1", "pos:2"): 0.99})
    records = [person("crm", "1", **WANG), person("pos", "2", **WANG)]
    result = lab.build(records, [{"a": "crm:1", "b": "pos:2", "decision": "must_not_link"}])
    assert result["crm:1"] != result["pos:2"]


def test_while_the_policy_leaves_it_off_nothing_is_scored_and_splink_is_not_needed(monkeypatch):
    monkeypatch.setitem(sys.modules, "splink", None)
    assert seed("identity_model")[0]["is_active"] == "false"
    lab = Lab()
    lab.build([person("crm", "1", **WANG), person("pos", "2", **WANG)])
    assert lab.rows("select count(*) from intermediate.int_identity__model_scores") == [(0,)]
    with pytest.raises(ModelMissing, match="make setup-fit"):
        score(pa.table({"record_key": [1, 2]}), Fitted("1", "b", 2, 1, settings()), 0.5)


def test_a_policy_that_asks_for_a_model_that_is_not_there_says_so(tmp_path):
    with pytest.raises(ModelMissing, match="make fit"):
        read_model(tmp_path, "9")


def test_a_larger_company_has_more_strangers():
    fitted = Fitted("1", "b", 1000, 1, {"probability_two_random_records_match": 0.01})
    assert fitted.prior(1000) == pytest.approx(0.01)
    assert fitted.prior(50_000) == pytest.approx(0.0002)
    assert fitted.prior(2) == 0.5


def levels(model: Mapping[str, Any]) -> list[tuple]:
    return [
        (comparison["output_column_name"], level["sql_condition"], level.get("tf_adjustment_column"))
        for comparison in model["comparisons"]
        for level in comparison["comparison_levels"]
    ]


@pytest.mark.parametrize("path", STORED, ids=[f"{path.parent.name}/{path.stem}" for path in STORED])
def test_a_stored_model_compares_what_the_project_compares_and_holds_nothing_personal(path):
    fitted = read_model(path.parent, path.stem.removeprefix("identity_"))
    assert levels(fitted.settings) == levels(settings())
    report = path.with_name(f"{path.stem}_report.md").read_text(encoding="utf-8")
    assert nothing_personal(path.read_text(encoding="utf-8") + report, latest_build(path.parent.name))


def test_the_model_that_the_policy_names_is_stored():
    assert model_file(PROJECT / "fitted" / "demo", seed("identity_model")[0]["model_version"]).is_file()


def nothing_personal(text: str, database: Path) -> bool:
    """No name, number, user name or address of a build stands in the text, nor any Chinese character."""
    with duckdb.connect(str(database), read_only=True) as connection:
        values = connection.execute(
            "select distinct value from ("
            "  select unnest([name, name_key, birth_date, home_address, email_user]) as value"
            "  from intermediate.int_identity__model_inputs"
            "  union all select unnest(phones || phone_patterns) from intermediate.int_identity__model_inputs"
            ") as known where length(value) > 5"
        ).fetchall()
    assert len(values) > 1000
    return not re.search(r"[\u3400-\u9fff]", text) and not any(value in text for (value,) in values)


@pytest.mark.slow
def test_a_fitted_model_finds_more_and_joins_nobody_wrongly(tmp_path):
    pytest.importorskip("splink", reason="Splink is not installed; make setup-fit")
    project = prepare(tmp_path, 2000, 11, "mid")
    rates = measure(project, "fit")
    assert rates["with model fit: pair_precision"] >= 0.995
    assert rates["with model fit: pair_recall"] > rates["pair_recall"]
    assert rates["with model fit: rule_precision model"] >= 0.98
    for name in (name for name in rates if name.startswith("look_alikes_merged")):
        assert rates[f"with model fit: {name}"] == rates[name], name

    # the marts show what it did and what it leaves open; their contracts and tests hold
    command = dbt_command(
        load_data_set(PROJECT, "demo", load_sources(PROJECT)),
        *(
            "build",
            "--select",
            "int_identity__model_pairs",
            "identity_review_queue",
            "customer_identity_evidence",
            "customer_identities",
            "identity_rule_use",
            "--indirect-selection",
            "cautious",
        ),
    )
    run(project, "marts", *command)

    # Splink leaves nothing behind, and what is stored holds no value of anybody
    database = project / "customer360.duckdb"
    with duckdb.connect(str(database), read_only=True) as connection:
        tables = connection.execute("select table_name from information_schema.tables").fetchall()
        evidence, proposed = (
            connection.execute(
                "select count(*), min(match_probability), count(*) filter (match_probability is null)"
                f" from marts.{mart} where rule_code = 'model'"
            ).fetchone()
            for mart in ("customer_identity_evidence", "identity_review_queue")
        )
        used = connection.execute(
            "select is_active, kept_count, review_count from pages.identity_rule_use where rule_code = 'model'"
        ).fetchall()
        assert used == [(True, evidence[0], proposed[0])]
        assert evidence[0] > 0 and evidence[1] >= 0.95 and evidence[2] == 0
        assert proposed[0] > 0 and 0.5 <= proposed[1] < 0.95 and proposed[2] == 0
        for view in ("inputs", "examples"):
            keys = connection.execute(
                "select count(*), count(distinct record_key), count(distinct unit_key)"
                f" from intermediate.int_identity__model_{view}"
            ).fetchone()
            assert keys[0] == keys[1] == keys[2] > 1000, view
    assert not [name for (name,) in tables if "splink" in name]
    stored = model_file(project / "fitted" / "demo", "fit").read_text(encoding="utf-8")
    assert nothing_personal(stored + (project / "fitted" / "demo" / "report.md").read_text(), database)

    # the same training gives the same model, from a build that used one as from a build that did not
    again, _ = fit_build(database, project / "truth" / "demo", "fit")
    before = json.loads(stored)["settings"]["comparisons"]
    for old, new in zip(before, again.settings["comparisons"], strict=True):
        for x, y in zip(old["comparison_levels"], new["comparison_levels"], strict=True):
            assert x.get("m_probability", 0) == pytest.approx(y.get("m_probability", 0), rel=1e-6)
            assert x.get("u_probability", 0) == pytest.approx(y.get("u_probability", 0), rel=1e-6)
