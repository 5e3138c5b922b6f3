"""Keys of customers: personal where they may name or reach a person, and not where they are numbers or codes."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from conftest import PROJECT
from customer360.core.declarations import DeclarationError
from customer360.core.policy import BASE
from customer360.core.sources import load_sources
from customer360.landing.totals import TotalWords
from customer360.onboarding.customer_keys import are_opaque, is_opaque, personal_keys
from customer360.onboarding.mapping import check_mapping, load_contracts
from customer360.onboarding.new_data import look_into, propose

CONTRACTS = load_contracts(PROJECT)
TOTALS = TotalWords.of(PROJECT, BASE)


@pytest.mark.parametrize(
    "key",
    [
        "1",
        "1042",
        "K-00017",
        "C0001",
        "cus_8Yx3",
        "DE12-7781",
        "6543210987654",
        "2a7f3c1e-9b4d-4f7a-8c21-0d5e6f7a8b9c",
    ],
)
def test_a_number_or_a_code_says_nothing_of_a_person(key):
    assert is_opaque(key)


@pytest.mark.parametrize(
    "key",
    [
        "anna@kaffee.de", "Anna Albrecht", "王小明", "albrecht", "13912345670", "8613912345670", "+491715512345",
        "0171 5512345", "(415) 555-1000", "4155551000", "11010519491231002X", "guest", "t***8",
    ],
)  # fmt: skip
def test_what_names_or_reaches_a_person_is_personal(key):
    assert not is_opaque(key)


def test_keys_are_opaque_where_each_of_them_is():
    assert are_opaque(["1", "", "2"])
    assert not are_opaque(["1", "anna@kaffee.de"])
    assert not are_opaque(["", ""])


@pytest.mark.parametrize(
    ("first", "second", "pii"),
    [("1001", "1002", None), ("a@b.de", "c@d.de", "name"), ("13912345670", "13912345671", "name")],
)
def test_a_class_is_proposed_by_proof(tmp_path: Path, first, second, pii):
    file = tmp_path / "kunden.csv"
    file.write_text(
        f"Kundennr,Vorname,E-Mail\n{first},Anna,x@kaffee.de\n{second},Carla,y@kaffee.de\n", encoding="utf-8"
    )
    proposal = propose("webshop", "customers", look_into(file, TOTALS), CONTRACTS)
    key, _, mail = proposal.columns
    assert key["meta"]["maps_to"] == "customers.source_customer_id"
    assert (key["meta"].get("pii"), mail["meta"]["pii"]) == (pii, "email")


def declared(root: Path, pii: str, target: str = "customers.source_customer_id"):
    file = root / "models" / "staging" / "book" / "_book__sources.yml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(
        "version: 2\nsources:\n  - name: book\n    tables:\n      - name: people\n"
        "        config: {meta: {load: replace, rows: customers}}\n        columns:\n"
        f"          - {{name: id, config: {{meta: {{{pii}maps_to: {target}}}}}}}\n",
        encoding="utf-8",
    )
    return load_sources(root)["book", "people"]


def test_a_key_without_a_class_is_accepted_and_other_personal_columns_are_not(tmp_path):
    check_mapping(declared(tmp_path, ""), CONTRACTS)
    check_mapping(declared(tmp_path, "pii: name, "), CONTRACTS)
    with pytest.raises(DeclarationError, match="is personal"):
        check_mapping(declared(tmp_path, "", "customers.phone"), CONTRACTS)


def test_keys_that_are_personal_and_not_declared_so_are_told_without_a_value(tmp_path):
    with duckdb.connect() as connection:
        connection.execute("create schema staging; create schema book")
        # a guest is known by another column, and is not what the file says
        connection.execute(
            """
            create table book.people as
            select 'l' as _load_id, n as _source_row, null::varchar as _source_sheet, id
            from (values (1, '1001'), (2, ' anna@kaffee.de '), (3, 'guest')) as t (n, id)
            """
        )
        connection.execute(
            """
            create table staging.base_book__people as
            select 'l' as load_id, n as source_row, null::varchar as source_sheet, id as customers__source_customer_id
            from (values (1, '1001'), (2, 'anna@kaffee.de'), (3, 'bo@kaffee.de')) as t (n, id)
            """
        )
        lines = personal_keys(connection, [declared(tmp_path, "")], CONTRACTS)
        assert len(lines) == 2 and "1 of 2 keys may be a name" in lines[1] and "book.people.id" in lines[1]
        assert "anna" not in "".join(lines) and "guest" not in "".join(lines)
        assert personal_keys(connection, [declared(tmp_path, "pii: name, ")], CONTRACTS) == []
        connection.execute("delete from staging.base_book__people where source_row = 2")
        assert personal_keys(connection, [declared(tmp_path, "")], CONTRACTS) == []
