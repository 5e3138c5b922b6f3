"""A system is declared in its own folder, and everything that loops over systems follows."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest
import yaml

from conftest import PROJECT, copy_project, run_dbt, run_verb
from customer360.core.declarations import DeclarationError
from customer360.core.sources import STATE, TRUTH, load_tables
from customer360.landing.writer import write_declared
from customer360.onboarding.systems import INPUT_TESTS, LISTS, out_of_step, system_files, write_systems
from customer360.pipeline.build import offer_truth

WMS = {
    "_wms__sources.yml": """
version: 2
sources:
  - name: wms
    description: A warehouse management system.
    tables:
      - name: articles
        description: One row per article.
        config: {meta: {grain: article, load: replace, staged: stg_wms__products}}
        columns:
          - {name: sku, description: Article., config: {meta: {required: true}}}
          - {name: title, description: Name.}
""",
    "_wms__models.yml": """
version: 2
models:
  - name: base_wms__articles
    description: Landed articles.
    config: {materialized: table, meta: {grain: landed row, owner: data engineering}}
  - name: stg_wms__products
    description: Articles that break no rule.
    config: {meta: {grain: article, owner: data engineering}}
    columns:
      - {name: source_product_id, description: Article.}
      - {name: product_name, description: Name.}
      - {name: landed_on, description: Day on which the file was landed.}
""",
    "base/base_wms__articles.sql": """-- grain: one landed article, typed, with the rules it breaks

{% set rules = [('missing_record_key', "source_product_id is null")] %}

with

landed as (

    select * from {{ source('wms', 'articles') }}

),

typed as (

    select
        {{ lineage_columns() }},
        {{ version_columns() }},
        {{ function('clean_text') }}(landed.sku) as source_product_id,
        {{ function('clean_text') }}(landed.title) as product_name
    from landed

),

final as (

    {{ with_broken_rules('typed', rules, keys=['source_product_id']) }}

)

select * from final
""",
    "stg_wms__products.sql": "-- grain: one article\n\n{{ accepted(ref('base_wms__articles')) }}\n",
}


def test_the_project_itself_is_in_step() -> None:
    assert out_of_step(PROJECT) == []


def declare(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / "models" / "staging" / "wms" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.mark.slow
def test_a_new_system_is_declared_in_its_own_folder_alone(tmp_path: Path) -> None:
    root = copy_project(tmp_path / "project")
    declare(root, WMS)
    demo = root / "datasets" / "demo.yml"
    text = "".join(line for line in demo.open(encoding="utf-8") if not line.startswith("prepare:"))
    demo.write_text(text.replace("systems: [", "systems: [wms, "), encoding="utf-8")
    file = root / "inbox" / "demo" / "wms" / "articles" / "a.csv"
    file.parent.mkdir(parents=True)
    file.write_text("sku,title\nK-100,Espresso\n,Nothing\n", encoding="utf-8")
    assert run_verb(root, "land", "--data", "demo").returncode == 0
    offer_truth(root / "truth" / "demo", load_tables(root, TRUTH))
    for table in load_tables(root, STATE):
        write_declared(root / "warehouse" / "demo" / "state" / table.entity, table)
    wanted = ["build", "--select", "+input__products", "--exclude-resource-type", "test", "unit_test"]

    # plain dbt leaves nothing out without a word
    done = run_dbt(root, "demo", *wanted)
    told = " ".join(done.stdout.split())
    assert done.returncode and "systems.sql does not list the source wms.articles. Run: make systems" in told

    assert write_systems(root) == [LISTS, INPUT_TESTS]
    assert out_of_step(root) == []
    done = run_dbt(root, "demo", *wanted)
    assert done.returncode == 0, done.stdout[-3000:]
    with duckdb.connect(str(root / "customer360.duckdb"), read_only=True) as connection:
        rows = connection.execute(
            "select source_system, source_product_id, product_name, category from input.input__products"
        ).fetchall()
    assert rows == [("wms", "K-100", "Espresso", None)]
    nodes = json.loads((root / "target" / "demo" / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    for model, parent in (
        ("quarantine", "model.customer360.base_wms__articles"),
        ("landing_summary", "model.customer360.stg_wms__products"),
        ("load_history", "source.customer360.wms.articles"),
    ):
        assert parent in nodes[f"model.customer360.{model}"]["depends_on"]["nodes"], model


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        (
            "_wms__sources.yml",
            ", staged: stg_wms__products",
            "",
            r"wms\.articles: .*Write `staged: stg_wms__<name>`",
        ),
        (
            "_wms__models.yml",
            "{grain: article,",
            "{grain: article, input: articles,",
            r"'articles' is no input entity",
        ),
    ],
)
def test_a_declaration_that_means_nothing_names_file_and_remedy(
    tmp_path: Path, file: str, old: str, new: str, says: str
) -> None:
    shutil.copytree(PROJECT / "models", tmp_path / "models")
    assert old in WMS[file]
    declare(tmp_path, WMS | {file: WMS[file].replace(old, new)})
    with pytest.raises(DeclarationError, match=says) as caught:
        system_files(tmp_path)
    assert file in str(caught.value)


def test_a_staging_model_may_say_what_it_offers(tmp_path: Path) -> None:
    shutil.copytree(PROJECT / "models", tmp_path / "models")
    named = {name: text.replace("stg_wms__products", "stg_wms__articles") for name, text in WMS.items()}
    named["_wms__models.yml"] = named["_wms__models.yml"].replace(
        "{grain: article,", "{grain: article, input: products,"
    )
    declare(tmp_path, named)
    files = system_files(tmp_path)
    assert "'stg_wms__articles'" in next(
        line for line in files[LISTS].splitlines() if line.startswith("        'products':")
    )
    test = next(
        t for t in yaml.safe_load(files[INPUT_TESTS])["unit_tests"] if t["model"] == "input__products"
    )
    given = {each["input"]: each["rows"] for each in test["given"]}
    assert "personal as product_name, null as landed_on" in given["ref('stg_wms__articles')"]
    assert "('stg_wms__articles', 'wms')" in test["expect"]["rows"]
