"""A data set may leave out areas: fewer nodes, and what is published says which areas are not in it."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from build_kit import small_project, whole_build
from conftest import PROJECT, manifest, run_verb
from customer360.core.data_sets import AREAS, LEAVES, load_data_set
from customer360.core.dbt import selection
from customer360.core.declarations import DeclarationError
from customer360.core.sources import STATE, load_sources, load_tables


def leave_out(root: Path, areas: str) -> None:
    file = root / "datasets" / "demo.yml"
    file.write_text(file.read_text(encoding="utf-8") + f"\nleave_out: [{areas}]\n", encoding="utf-8")


def test_areas_are_those_of_the_models():
    models = [node for node in manifest("demo")["nodes"].values() if node["resource_type"] == "model"]
    assert {node["tags"][0] for node in models} == set(AREAS)
    # what a build hands on to the next is never in an area that may be left out
    kept = {table.entity for table in load_tables(PROJECT, STATE)}
    of_state = {node["name"]: node["tags"][0] for node in models if node["name"].split("__")[-1] in kept}
    assert len(of_state) >= len(kept) and set(of_state.values()) & set(LEAVES) == set()


def test_a_build_holds_the_systems_of_its_own_data_set_alone():
    """Unit tests look at the models, and so those of other systems are built where they run."""
    for name, others in (("demo", {"online_retail"}), ("online_retail", {"crm", "erp", "shop"})):
        data_set = load_data_set(PROJECT, name, load_sources(PROJECT))
        words, *folders = selection(data_set)
        assert words == "--exclude"
        assert {f"path:models/staging/{system}" for system in others} <= {*folders}
        assert not {f"path:models/staging/{system}" for system in data_set.systems} & {*folders}
        assert selection(data_set, of_everybody=True) == []


@pytest.mark.parametrize(("name", "other"), [("demo", "online_retail"), ("online_retail", "shop")])
def test_an_input_model_reads_no_system_of_others(name, other):
    """As dbt parsed it: what a model reads, and what the sources of a data set are, follow from its declaration."""
    nodes = manifest(name)["nodes"]
    read = nodes["model.customer360.input__orders"]["depends_on"]["nodes"]
    assert read and f"model.customer360.stg_{other}__orders" not in read


@pytest.mark.parametrize("area", ["core", "tags", "marketting"])
def test_an_area_that_others_need_cannot_be_left_out(tmp_path, area):
    (tmp_path / "datasets").mkdir()
    file = tmp_path / "datasets" / "demo.yml"
    file.write_text((PROJECT / "datasets" / "demo.yml").read_text(encoding="utf-8"), encoding="utf-8")
    leave_out(tmp_path, area)
    with pytest.raises(
        DeclarationError, match=f"'{area}' cannot be left out. List any of: marketing, service"
    ):
        load_data_set(tmp_path, "demo", load_sources(PROJECT))


@pytest.mark.slow
def test_a_company_without_leaf_areas_is_built_published_and_shown(tmp_path):
    root = small_project(tmp_path / "project")
    leave_out(root, "marketing, service, management")
    whole_build(root)
    built = json.loads((root / "target" / "demo" / "run_results.json").read_text(encoding="utf-8"))["results"]
    models = {
        result["unique_id"].split(".")[-1] for result in built if result["unique_id"].startswith("model.")
    }
    assert "customer_rfm" in models and not {"kpi_monthly", "followups_due", "activation_lists"} & models
    with duckdb.connect(
        str(root / "warehouse/demo/published/customer360.duckdb"), read_only=True
    ) as connection:
        rows = {
            name: connection.execute(f"select count(*) from marts.{name}").fetchone()[0]
            for name in ("customer_rfm", "customer_clv", "customer_churn_risk", "kpi_monthly")
        }
    assert rows.pop("kpi_monthly") == 0 and min(rows.values()) > 0
    for verb, said in (("dashboard", "未计算：管理、营销、服务"), ("quality-page", "Not built: management")):
        done = run_verb(root, verb, "--data", "demo")
        assert done.returncode == 0, done.stderr
        page = {"dashboard": "dashboard.html", "quality-page": "quality.html"}[verb]
        assert said in (root / "reports" / "demo" / page).read_text(encoding="utf-8")
    for verb in ("report", "workbook", "activation"):
        done = run_verb(root, verb, "--data", "demo")
        assert done.returncode == 1 and "is left out of this data set" in done.stderr, done.stdout
