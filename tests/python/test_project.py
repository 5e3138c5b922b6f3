"""The project keeps its own promises: nothing undescribed, nothing forgotten, one shape of policy."""

from __future__ import annotations

import csv
import re

import duckdb
import pytest

from conftest import PROJECT, latest_build, manifest
from customer360.core.data_sets import load_data_set
from customer360.core.dbt import dbt_vars, systems_of_others
from customer360.core.declarations import read_yaml
from customer360.core.sources import NOT_OF_THE_ENTITY, load_sources, rules_of
from customer360.pipeline import lint
from customer360.pipeline.build import check_before

DATA_SET = "online_retail"
MODELS = sorted((PROJECT / "models").rglob("*.sql"))


def ids(paths):
    return [path.stem for path in paths]


@pytest.mark.parametrize("model", MODELS, ids=ids(MODELS))
def test_a_model_says_its_grain_first(model):
    assert model.read_text(encoding="utf-8").startswith("-- grain: ")


@pytest.mark.parametrize("model", MODELS, ids=ids(MODELS))
def test_a_model_knows_neither_the_clock_nor_the_engine(model):
    sql = re.sub(r"--.*", "", model.read_text(encoding="utf-8")).lower()
    for word in ("current_timestamp", "current_date", "now()", "target.type"):
        assert word not in sql


AREAS = {
    "core",
    "identity",
    "value",
    "churn",
    "tags",
    "marketing",
    "service",
    "management",
    "quality",
}


def test_every_model_is_of_one_area_that_a_selector_builds():
    models = [node for node in manifest(DATA_SET)["nodes"].values() if node["resource_type"] == "model"]
    assert {node["name"] for node in models if len(AREAS & set(node["tags"])) != 1} == set()
    assert set().union(*(node["tags"] for node in models)) == AREAS
    selectors = read_yaml(PROJECT / "selectors.yml")["selectors"]
    assert {s["name"]: s["definition"].get("value") for s in selectors} == {a: a for a in AREAS} | {
        "nightly": None
    }


def test_every_model_beyond_staging_has_an_owner():
    models = [node for node in manifest(DATA_SET)["nodes"].values() if node["resource_type"] == "model"]
    assert {n["name"] for n in models if not n["config"].get("group")} == {
        n["name"] for n in models if n["original_file_path"].startswith("models/staging/")
    }


def test_no_rule_of_a_column_is_left_untested():
    nodes = manifest("demo")["nodes"]
    tested = {
        node["attached_node"]
        for node in nodes.values()
        if (node.get("test_metadata") or {}).get("name") == "rules_hold"
    }
    stated = {key for key, node in nodes.items() if any(map(rules_of, node["columns"].values()))}
    assert len(stated) > 100 and stated - tested == set()


def test_every_function_says_what_it_takes_and_answers():
    found = manifest(DATA_SET)["functions"]
    assert {node["name"] for node in found.values()} == {
        path.stem for path in (PROJECT / "functions").glob("*.sql")
    }
    for node in found.values():
        told = [node, node["returns"], *node["arguments"]]
        assert all(part["description"] for part in told) and node["returns"]["data_type"], node["name"]


def test_every_function_is_called():
    graph = manifest("demo")
    called = {
        name
        for node in [*graph["nodes"].values(), *graph["functions"].values()]
        for name in node.get("depends_on", {}).get("nodes", ())
    }
    # what models of mapped tables call stands in a macro, or is written where they are
    macros = "".join(macro["macro_sql"] for macro in graph["macros"].values())
    called |= {f"function.customer360.{name}" for name in re.findall(r"function\('(\w+)'\)", macros)}
    written = (PROJECT / "src/customer360/onboarding/mapped_models.py").read_text(encoding="utf-8")
    called |= {f"function.customer360.{name}" for name in re.findall(r'\bcall\(\s*"(\w+)"', written)}
    assert set(graph["functions"]) <= called


LONGEST = 20_000
"""Characters of a base model's compiled SQL that a person still reads."""


def built_nodes(data_set: str) -> dict[str, dict]:
    """The nodes of a data set's manifest without the staging of other data sets' systems, which its build leaves out."""
    others = systems_of_others(load_data_set(PROJECT, data_set, load_sources(PROJECT)))
    return {
        key: node
        for key, node in manifest(data_set)["nodes"].items()
        if node["fqn"][1] != "staging" or node["fqn"][2] not in others
    }


@pytest.mark.parametrize("data_set", ["demo", "online_retail"])
def test_what_a_base_model_compiles_to_can_be_read(data_set):
    sizes = {
        node["name"]: len(node["compiled_code"])
        for node in built_nodes(data_set).values()
        if node["name"].startswith("base_") and node["resource_type"] == "model"
    }
    assert sizes and {name: size for name, size in sizes.items() if size > LONGEST} == {}


def test_every_staging_model_is_read():
    nodes = built_nodes(DATA_SET)
    read = {
        parent
        for key, node in nodes.items()
        if key.startswith("model.")
        for parent in node["depends_on"]["nodes"]
    }
    staged = {key for key in nodes if key.startswith("model.customer360.stg_")}
    assert staged and staged <= read


def test_rules_and_reasons_are_the_same_list():
    used = {
        code
        for model in [
            *(PROJECT / "models" / "staging").glob("*/base/*.sql"),
            PROJECT / "macros" / "staging" / "versions.sql",
            PROJECT / "macros" / "staging" / "row_rules.sql",
        ]
        for code in re.findall(
            r"(?:^\s*|\[|, )\('([a-z_]+)', *(?!'landed)(?=[\"i])",
            model.read_text(encoding="utf-8"),
            re.MULTILINE,
        )
    } | {NOT_OF_THE_ENTITY}
    files = [
        PROJECT / "seeds/policy/quarantine_reasons.csv",
        *PROJECT.glob("policies/*/quarantine_reasons.csv"),
    ]
    for path in files:
        with path.open(encoding="utf-8", newline="") as file:
            assert {row["reason_code"] for row in csv.DictReader(file)} == used, path


TIMES_OF_ANY_AGE = {
    "birth_date",
    "founded_on",
    "launched_on",
    "opened_on",
    "audit_month",  # of an audit list that the project wrote
    "last_seen_at",  # the later of two others, where it is not bounded itself
} | {"base_erp__dealers.signed_on", "base_service__erasure_requests.received_at"}
"""Times of base models that may lie before the first plausible day: as OF_ANY_AGE of mapped models, and what rows derive."""


@pytest.mark.parametrize("data_set", ["demo", "online_retail"])
def test_each_time_of_a_base_model_has_a_first_day(data_set):
    times: dict[str, set[str]] = {}
    with duckdb.connect(str(latest_build(data_set)), read_only=True) as connection:
        for model, column in connection.execute(
            """
            select table_name, column_name from information_schema.columns
            where table_name like 'base_%' and (data_type = 'DATE' or data_type like 'TIMESTAMP%')
            """
        ).fetchall():
            if column not in ("landed_on", "landed_at"):
                times.setdefault(model, set()).add(column)
    assert times
    for model, columns in times.items():
        (file,) = (PROJECT / "models" / "staging").rglob(f"{model}.sql")
        bounded = re.findall(r"before_first_day\('[a-z_]+', \[(.*?)\]\)", file.read_text(encoding="utf-8"))
        left = columns - set(re.findall("[a-z_]+", " ".join(bounded)))
        assert {c for c in left if not {c, f"{model}.{c}"} & TIMES_OF_ANY_AGE} == set(), model


def test_a_company_states_only_policy_that_differs():
    """By content; that columns are those of the base is what a build looks at first."""
    for path in PROJECT.glob("policies/*/*.csv"):
        assert path.read_bytes() != (PROJECT / "seeds" / "policy" / path.name).read_bytes(), path


def test_columns_built_are_the_columns_described():
    described = {
        (node["schema"], node["alias"]): set(node["columns"])
        for node in built_nodes(DATA_SET).values()
        if node["resource_type"] in ("model", "seed")
    }
    built: dict[tuple[str, str], set[str]] = {}
    with duckdb.connect(str(latest_build(DATA_SET)), read_only=True) as connection:
        for schema, table, column in connection.execute(
            "select table_schema, table_name, column_name from information_schema.columns"
        ).fetchall():
            built.setdefault((schema, table), set()).add(column)
    assert {
        key: sorted(built.get(key, set()) ^ columns)
        for key, columns in described.items()
        if built.get(key) != columns
    } == {}
    assert all(
        column["description"]
        for node in manifest(DATA_SET)["nodes"].values()
        if node["resource_type"] in ("model", "seed")
        for column in node["columns"].values()
    )


@pytest.mark.parametrize("name", sorted(p.stem for p in (PROJECT / "datasets").glob("*.yml")))
def test_a_build_of_the_projects_own_data_sets_may_begin(name):
    check_before(load_data_set(PROJECT, name, load_sources(PROJECT)))


def test_dbt_by_hand_builds_what_make_build_builds():
    demo = load_data_set(PROJECT, "demo", load_sources(PROJECT))
    offered = read_yaml(PROJECT / "vars.yml")["vars"]
    assert offered == dbt_vars(demo) | {"measures": offered["measures"]}


@pytest.mark.parametrize(
    ("body", "seen"),
    [
        ("{{ regexp_like('text', '^a') }}", ""),
        ("{{ regexp_like('text', '^a') }} and (", "PRS"),
        ("UPPER(text)", "CP03"),
        ("{{ regexp_lik('text', '^a') }}", "regexp_lik"),
    ],
)
def test_lint_reads_functions(body, seen, tmp_path, capfd):
    (tmp_path / "functions").mkdir()
    (tmp_path / "macros").symlink_to(PROJECT / "macros")
    (tmp_path / ".sqlfluff").symlink_to(PROJECT / ".sqlfluff")
    file = tmp_path / "functions" / "planted.sql"
    file.write_text(body, encoding="utf-8")
    assert lint.lint_functions(tmp_path, [file]) == (not seen)
    assert seen in capfd.readouterr().out


def ends_with_final(sql: str) -> bool:
    """Whether a model's last CTE is `final` and the rest reads it whole; a model may be one call of a macro instead."""
    bare = re.sub(r"\{%-?\s*set \w+\s*-?%\}.*?\{%-?\s*endset\s*-?%\}", "", sql, flags=re.DOTALL)
    bare = re.sub(r"--[^\n]*|\{#.*?#\}|\{\{ config.*?\}\}|\{%-?\s*set .*?%\}", "", bare, flags=re.DOTALL)
    if re.fullmatch(r"\s*\{\{((?!\}\}).)*\}\}\s*", bare, re.DOTALL):
        return True
    ctes = re.findall(r"^(\w+) as \($", bare, re.MULTILINE)
    return ctes[-1:] == ["final"] and bool(
        re.search(r"\n\)\n\s*select \* from final(\norder by .*)?\s*$", bare)
    )


def test_every_model_ends_with_its_final_cte():
    models = sorted((PROJECT / "models").rglob("*.sql"))
    assert len(models) > 300
    assert [file.name for file in models if not ends_with_final(file.read_text(encoding="utf-8"))] == []


def test_lint_counts_the_characters_of_a_line(tmp_path):
    (tmp_path / ".sqlfluff").write_text("[sqlfluff]\nmax_line_length = 12\n", encoding="utf-8")
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "a.sql").write_text("-- 十二个字符正好放下\n-- 0123456789\n", encoding="utf-8")
    told = ["models/a.sql:2: 13 characters, 12 are allowed"]
    assert lint.long_lines(tmp_path, ["models"]) == lint.long_lines(tmp_path, ["models/a.sql"]) == told
