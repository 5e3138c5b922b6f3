"""The contract with readers of the published copy: whole, committed, and broken by nobody unnoticed; and every kind of
rule has one owner."""

from __future__ import annotations

import copy
import csv
import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import PROJECT, latest_build, manifest
from customer360.core.declarations import DeclarationError
from customer360.release import contracts
from customer360.release.contracts import (
    COMMITTED,
    Contract,
    NotKept,
    Promised,
    breaks,
    contract_of,
    unfinished,
)
from customer360.release.gate import CONTRACT_RULE, read_rules

TODAY = dt.date(2026, 11, 22)


def table(**changes: object) -> dict[str, object]:
    return {
        "version": 1,
        "owner": "data engineering",
        "grain": "customer",
        "key": ["customer_id"],
        "deprecated_on": None,
        "columns": {"customer_id": "varchar not null", "amount": "decimal(18,2)", "since_on": "date"},
    } | changes


def without(column: str) -> dict[str, str]:
    return {name: kind for name, kind in table()["columns"].items() if name != column}


BEFORE: Contract = {"customers": table()}


@pytest.fixture(scope="module")
def declared() -> Contract:
    latest_build("demo")
    return contract_of(manifest("demo"))


def test_every_published_table_promises_all_that_a_reader_needs(declared: Contract) -> None:
    """Version, owner, grain, key and a type for every column; and what is promised is enforced by dbt."""
    assert unfinished(declared) == []
    nodes = {
        node["alias"]: node for node in manifest("demo")["nodes"].values() if node["resource_type"] == "model"
    }
    assert [name for name in declared if not nodes[name]["contract"]["enforced"]] == []
    marts = [node for node in nodes.values() if node["fqn"][1] == "marts"]
    assert [node["name"] for node in marts if node["access"] != "public" or not node["group"]] == []


@pytest.mark.parametrize("item", ["version", "owner", "grain", "key", "columns"])
def test_a_table_that_promises_less_is_named(item: str) -> None:
    assert unfinished({"customers": table() | {item: None}}) == [f"customers: {item}"]


def test_a_column_without_a_type_is_named() -> None:
    assert unfinished({"customers": table(columns={"customer_id": "any"})}) == ["customers: columns"]


def test_the_committed_contract_is_what_the_models_declare(declared: Contract) -> None:
    """`make contracts WRITE=yes` commits to a change that breaks nothing."""
    assert contracts.read(PROJECT / COMMITTED) == Promised(max(contracts.majors(PROJECT)), declared)


def test_the_contract_survives_being_written(declared: Contract, tmp_path) -> None:
    contracts.write(Promised(2, declared), tmp_path / "contract.json")
    assert contracts.read(tmp_path / "contract.json") == Promised(2, declared)


def test_a_contract_of_before_major_versions_is_contract_1(tmp_path: Path) -> None:
    (tmp_path / "contract.json").write_text(json.dumps(BEFORE), encoding="utf-8")
    assert contracts.read(tmp_path / "contract.json") == Promised(1, BEFORE)


UNANNOUNCED: dict[str, tuple[Callable[[Contract], object], str]] = {
    "a table is dropped": (lambda c: c.pop("customers"), "the table is gone"),
    "a column is dropped": (lambda c: c["customers"]["columns"].pop("amount"), "column amount is gone"),
    "a column is renamed": (
        lambda c: c["customers"].update(columns=without("amount") | {"net_amount": "decimal(18,2)"}),
        "column amount is gone",
    ),
    "a column changes its type": (
        lambda c: c["customers"]["columns"].update(amount="double"),
        "column amount was decimal(18,2) and is double",
    ),
    "a column may be null": (
        lambda c: c["customers"]["columns"].update(customer_id="varchar"),
        "column customer_id may be null now",
    ),
    "the key changes": (
        lambda c: c["customers"].update(key=["customer_id", "since_on"]),
        "its key was customer_id and is customer_id, since_on",
    ),
    "the grain changes": (
        lambda c: c["customers"].update(grain="customer and day"),
        "its grain was 'customer' and is 'customer and day'",
    ),
    "a new version without the old one": (
        lambda c: c["customers"].update(version=2, columns=without("amount")),
        "version 2 replaces version 1 at once (column amount is gone)",
    ),
    "an old version in another shape": (
        lambda c: c.update(
            customers=table(version=2, columns=without("amount")),
            customers_v1=table(deprecated_on="2027-05-31", columns=without("since_on")),
        ),
        "it is not the shape that customers had",
    ),
}


@pytest.mark.parametrize("name", UNANNOUNCED)
def test_a_change_that_a_reader_would_notice_is_named_with_what_to_do(name: str) -> None:
    change, what = UNANNOUNCED[name]
    after = copy.deepcopy(BEFORE)
    change(after)
    (found,) = breaks(BEFORE, after, TODAY)
    assert found.what == what
    assert "Keep" in found.remedy or "version 2" in found.remedy or "beside it" in found.remedy


def test_what_no_reader_notices_is_no_break() -> None:
    after = copy.deepcopy(BEFORE) | {"orders": table()}
    after["customers"]["columns"]["phone_masked"] = "varchar"
    after["customers"]["owner"] = "customer insight"
    after["customers"]["columns"]["amount"] = "decimal(18,2) not null"
    assert breaks(BEFORE, after, TODAY) == []


def test_a_new_shape_beside_the_old_one_is_no_break_and_the_old_one_may_go_when_its_day_has_come() -> None:
    after = {
        "customers": table(version=2, columns=without("amount")),
        "customers_v1": table(deprecated_on="2027-05-31"),
    }
    assert breaks(BEFORE, after, TODAY) == []
    alone = {"customers": after["customers"]}
    (early,) = breaks(after, alone, TODAY)
    assert early.what == "the table is gone before 2027-05-31"
    assert breaks(after, alone, dt.date(2027, 5, 31)) == []
    (moved,) = breaks(after, after | {"customers_v1": table(deprecated_on="2027-01-01")}, TODAY)
    assert moved.what == "its end moved forward from 2027-05-31"


# --- major versions ----------------------------------------------------------------------------------------


def announce(project: Path, major: int, replaced: str) -> None:
    file = project / "contracts" / f"{major}.yml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"replaced: {{{replaced}}}\n", encoding="utf-8")


@pytest.mark.parametrize("name", sorted(UNANNOUNCED.keys() - {"an old version in another shape"}))
def test_a_major_version_lets_through_what_it_names_and_nothing_else(name: str) -> None:
    after = copy.deepcopy(BEFORE)
    UNANNOUNCED[name][0](after)
    given = Promised(1, BEFORE), Promised(2, after)
    (found,) = contracts.unannounced(*given, {"orders": (), "customers.since_on": ()}, TODAY)
    assert contracts.unannounced(*given, {"customers": ("people",)}, TODAY) == []
    named = {f"customers.{column}": () for column in found.columns}
    assert contracts.unannounced(*given, named, TODAY) == ([] if named else [found])


def test_one_column_that_is_named_does_not_let_another_go() -> None:
    after = {"customers": table(version=2, columns={"customer_id": "varchar not null"})}
    given = Promised(1, BEFORE), Promised(2, after)
    assert contracts.unannounced(*given, {"customers.amount": ()}, TODAY)
    assert not contracts.unannounced(*given, {"customers.amount": (), "customers.since_on": ()}, TODAY)


def test_what_takes_the_place_is_followed_through_later_major_versions(tmp_path: Path) -> None:
    announce(tmp_path, 2, "visits: [days, months], notes: none, abc: groups")
    announce(tmp_path, 3, "days: weeks, groups: months")
    known = contracts.majors(tmp_path)
    assert contracts.replaced_between(known, 1, 3) == {
        "visits": ("weeks", "months"), "notes": (), "abc": ("months",), "days": ("weeks",), "groups": ("months",),
    }  # fmt: skip
    assert contracts.replaced_between(known, 2, 3) == {"days": ("weeks",), "groups": ("months",)}
    assert contracts.replaced_between(known, 3, 3) == {}


@pytest.mark.parametrize(
    ("major", "text", "told"),
    [
        (3, "replaced: {a: b}", "contract 2 comes first"),
        (2, "", "missing, empty or not alone"),
        (2, "replaced: {}", "missing, empty or not alone"),
        (2, "replaced: {a: b}\nremoved: [c]", "missing, empty or not alone"),
        (2, "replaced: {a: }", "replaced.a: None names nothing"),
        (2, "replaced: {a: []}", r"replaced.a: \[\] names nothing"),
    ],
)
def test_a_major_version_that_cannot_be_used_is_named(
    major: int, text: str, told: str, tmp_path: Path
) -> None:
    announce(tmp_path, major, "")
    (tmp_path / "contracts" / f"{major}.yml").write_text(text, encoding="utf-8")
    with pytest.raises(DeclarationError, match=rf"{major}.yml: .*{told}"):
        contracts.majors(tmp_path)


def test_no_published_name_is_removed_without_a_new_major_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not by writing the contract anew, and not by adding it to a major version that is committed."""
    now = {"customers": table(columns=without("amount")), "orders": table()}
    monkeypatch.setattr(contracts, "declared", lambda project: now)
    file = tmp_path / COMMITTED
    contracts.write(Promised(1, BEFORE | {"orders": table(), "visits": table()}), file)

    def refused(told: str) -> None:
        before = file.read_bytes()
        with pytest.raises(NotKept, match=told):
            contracts.hold_to_contract(tmp_path, write_it=True)
        assert file.read_bytes() == before

    refused(r"(?s)customers: column amount is gone.*visits: the table is gone.*contracts/2\.yml: a new major")
    announce(tmp_path, 2, "customers.amount: customers.net_amount, visits: orders, orders: none")
    refused(
        "(?s)2.yml: customers.net_amount is to take the place .*2.yml: orders is named, and no reader loses it"
    )
    announce(tmp_path, 2, "customers.amount: orders.amount, visits: orders")
    with pytest.raises(NotKept, match="does not say what the models do"):
        contracts.hold_to_contract(tmp_path)
    assert "contract 2" in contracts.hold_to_contract(tmp_path, write_it=True)
    assert contracts.read(file) == Promised(2, now)
    del now["orders"]
    announce(tmp_path, 2, "customers.amount: none, visits: none, orders: none")
    refused(r"orders: the table is gone(?s:.*)contracts/3\.yml")
    (tmp_path / "contracts" / "2.yml").unlink()
    refused(r"contracts/2\.yml is missing")


# --- one rule, one owner ----------------------------------------------------------------------------------

RULES = PROJECT / "seeds" / "policy" / "publication_gate.csv"
OWNERS = {
    "dbt": {
        # rows, keys and references, inside the build
        "bands_join", "intervals_do_not_overlap", "never_empty", "no_gaps",
        "relationships", "rules_hold", "same_keys", "same_totals",
    },
    "scorecard": {"gates_hold"},  # rates of the data that came in, against the seed quality_thresholds
    "gate": {CONTRACT_RULE, "row_count", "mean", "median", "distribution"},  # what readers notice
    "contract": {"breaks"},  # what the models promise, against what they promised
}  # fmt: skip
"""Who writes which kind of rule. A new kind goes to one of them, and to no second one."""


def test_every_kind_of_rule_has_one_owner() -> None:
    kinds = [kind for owned in OWNERS.values() for kind in owned]
    assert len(kinds) == len(set(kinds))
    latest_build("demo")
    tests = [node for node in manifest("demo")["nodes"].values() if node["resource_type"] == "test"]
    generic = {node["test_metadata"]["name"] for node in tests if node.get("test_metadata")}
    assert generic == OWNERS["dbt"] | OWNERS["scorecard"]
    statistics = {rule.statistic for rule in read_rules(RULES)}
    assert statistics | {CONTRACT_RULE} == OWNERS["gate"]


def test_the_gate_asks_little_and_nothing_that_dbt_asks_of_the_same_table(declared: Contract) -> None:
    """At most twenty expectations; tables and columns are ones that the contract promises; none counts the rows of a
    table whose rows a dbt test counts."""
    rules = read_rules(RULES)
    assert len(rules) + 1 <= 20
    counted = {
        node["attached_node"].rsplit(".", 1)[-1]
        for node in manifest("demo")["nodes"].values()
        if node["resource_type"] == "test"
        and any(
            isinstance(r, dict) and "rows" in r and "where" not in r
            for r in node.get("test_metadata", {}).get("kwargs", {}).get("rules", ())
        )
    }
    for rule in rules:
        assert rule.table_name in declared
        if rule.expression:
            columns = declared[rule.table_name]["columns"]
            assert any(name in rule.expression for name in columns), rule.rule_code
        else:
            assert rule.table_name not in counted
    with (PROJECT / "seeds" / "policy" / "quality_thresholds.csv").open(encoding="utf-8") as file:
        measures = {row["measure"] for row in csv.DictReader(file)}
    assert measures.isdisjoint(rule.rule_code for rule in rules)


def test_the_contract_is_one_line_per_column() -> None:
    """So that a review sees what a reader would."""
    content = json.loads((PROJECT / COMMITTED).read_text(encoding="utf-8"))
    lines = (PROJECT / COMMITTED).read_text(encoding="utf-8").splitlines()
    assert len(lines) > sum(len(promised["columns"]) for promised in content["tables"].values())
