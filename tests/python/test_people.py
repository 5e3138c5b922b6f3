"""The generator of labelled Western records: the same bytes per seed, shares of errors as asked for, known truth."""

from __future__ import annotations

import duckdb
import numpy as np
import pytest

from bench import people

COUNT = 8000

# what a record shows of each error, and among which records: errors that hide one another are left out
SHOWN = {
    "birth_missing": ("birth_date is null", "true"),
    "birth_swapped": (
        "birth_date = strftime(born, '%Y-%d-%m')",
        "birth_date is not null and day(born) <> month(born) and birth_date not like '%-01-01'",
    ),
    "birth_january": (
        "birth_date = strftime(born, '%Y-01-01')",
        "birth_date is not null and birth_date <> '1900-01-01' and strftime(born, '%m-%d') <> '01-01'",
    ),
    "birth_1900": ("birth_date = '1900-01-01'", "birth_date is not null"),
    "birth_digit": (
        "hamming(birth_date, strftime(born, '%Y-%m-%d')) = 1",
        "birth_date is not null and birth_date not like '%-01-01'",
    ),
    "gender_missing": ("gender is null", "true"),
    "gender_wrong": ("gender <> true_gender", "gender is not null"),
    "initial": ("length(replace(given, '.', '')) = 1", "given is not null and family is not null"),
    "turned": (
        "family = true_given",
        "given is not null and family is not null and true_given not in (true_family, family_before)"
        " and given in (true_given, true_family, family_before)",
    ),
    "family_missing": ("family is null", "given is not null"),
    "nameless": ("given is null and family is null", "true"),
    "street_missing": ("street is null", "true"),
    "city_missing": ("city is null", "true"),
    "postcode_missing": ("postcode is null", "true"),
    "email_tag": ("email like '%+%'", "email is not null"),
}


@pytest.fixture(scope="module")
def found() -> people.People:
    pytest.importorskip(
        "names", reason="the names of the census come with the package names (make test-full)"
    )
    return people.generate(COUNT, seed=5)


def connect(made: people.People) -> duckdb.DuckDBPyConnection:
    """The tables, and `compared`: each record, in small letters, beside its person."""
    connection = duckdb.connect()
    for name in ("records", "persons", "look_alikes"):
        connection.register(f"{name}_arrow", getattr(made, name))
        connection.execute(f"create table {name} as from {name}_arrow")
    connection.execute(
        "create table compared as select r.* exclude (given_name, family_name), lower(r.given_name) as given,"
        " lower(r.family_name) as family, p.given_name as true_given, p.family_name as true_family,"
        " p.family_name_before as family_before, cast(p.birth_date as date) as born, p.gender as true_gender"
        " from records as r inner join persons as p using (person_id)"
    )
    return connection


def share(
    connection: duckdb.DuckDBPyConnection, condition: str, among: str = "true", of: str = "compared"
) -> float:
    sql = f"select count(*) filter ({condition}), count(*) from {of} where {among}"
    hits, every = connection.execute(sql).fetchone()
    assert every > 20, f"{every} rows of {of} where {among}"
    return hits / every


def tables(made: people.People) -> list:
    return [made.records, made.persons, made.look_alikes]


def test_the_same_seed_gives_the_same_records_and_another_gives_others(found: people.People):
    small = people.generate(300, seed=8, noise="high")
    assert tables(small) == tables(people.generate(300, seed=8, noise="high"))
    assert small.records != people.generate(300, seed=9, noise="high").records
    assert tables(found) == tables(people.generate(COUNT, seed=5))


def test_the_smallest_companies_are_made(found: people.People):
    for count in range(1, 12):
        assert people.generate(count, seed=count).persons.num_rows == count


@pytest.mark.parametrize("noise", people.NOISE)
def test_errors_are_as_frequent_as_asked_for(found: people.People, noise: str):
    connection = connect(found if noise == "mid" else people.generate(COUNT, seed=5, noise=noise))
    wrong = {}
    for name, (condition, among) in SHOWN.items():
        asked = people.RATES[name] * people.NOISE[noise]
        seen = share(connection, condition, among)
        # others of one record hide a few, and chance moves some
        if abs(seen - asked) > 0.25 * asked + 0.003:
            wrong[name] = (seen, asked)
    assert wrong == {}
    assert share(connection, "phone is not null") == pytest.approx(people.CONTACT, abs=0.02)
    assert share(connection, "email is not null") == pytest.approx(people.CONTACT, abs=0.02)


def test_nicknames_stand_for_names_that_have_them(found: people.People):
    known = people.nicknames()
    pairs = [(name, short) for name, every in known.items() for short in every]
    assert len(pairs) == len(set(pairs)) >= 80
    assert all(name != short for name, short in pairs)
    connection = connect(found)
    connection.execute("create table nicknames (name text, short text)")
    connection.executemany("insert into nicknames values (?, ?)", pairs)
    is_short = "exists (select * from nicknames where name = true_given and short = given)"
    seen = share(connection, is_short, "given is not null and true_given in (select name from nicknames)")
    assert seen == pytest.approx(people.RATES["nickname"], abs=0.03)
    assert ("william", "bill") in pairs and ("joseph", "jo") in pairs


def test_a_typing_error_is_one_edit():
    rng = np.random.default_rng(3)
    text = np.array(["katherine", "main", "lee", "jo", ""] * 2000)
    rows = rng.random(len(text)) < 0.5
    pairs = list(zip(text.tolist(), people._mistyped(rng, text, rows).tolist(), rows.tolist(), strict=True))
    assert all(new == old for old, new, is_row in pairs if not is_row or len(old) < 3)
    edited = [(old, new) for old, new, is_row in pairs if is_row and len(old) > 2]
    sql = "select max(damerau_levenshtein(a, b)), avg((a <> b)::int), count(distinct b) from (select unnest(?) as a, unnest(?) as b)"
    most, changed, kinds = duckdb.execute(sql, [list(side) for side in zip(*edited, strict=True)]).fetchone()
    assert most == 1
    # two equal letters swapped are no error
    assert changed > 0.9 and kinds > 50
    assert {"akin", "man", "mmain", "nain"} & {new for _, new in edited} >= {"man", "mmain", "nain"}


def test_every_record_has_its_person_and_every_person_one_to_seven_records(found: people.People):
    connection = connect(found)
    assert connection.execute("select count(*), count(distinct person_id) from persons").fetchone() == (
        COUNT,
        COUNT,
    )
    sizes = connection.execute(
        "select count(r.record_id) as n from persons full join records as r using (person_id) group by person_id"
    ).fetchnumpy()["n"]
    assert len(sizes) == COUNT and sizes.min() == 1 and sizes.max() == 7
    assert sizes.mean() == pytest.approx(2.5, abs=0.05)
    assert share(connection, "true", of="(select distinct record_id from records)") == 1
    assert connection.execute(
        "select count(distinct record_id), count(distinct system) from records"
    ).fetchone() == (
        found.records.num_rows,
        len(people.SYSTEMS),
    )
    # neither the number of a record nor its place says whose it is
    order = found.records["person_id"].to_pylist()
    assert np.mean([a == b for a, b in zip(order[1:], order[:-1], strict=True)]) < 0.01


def test_look_alikes_are_alike(found: people.People):
    connection = connect(found)
    connection.execute(
        "create table alike as select l.kind, a, b from look_alikes as l inner join persons as a on a.person_id = person_id_a"
        " inner join persons as b on b.person_id = person_id_b"
    )
    every = {kind for (kind,) in connection.execute("select distinct kind from alike").fetchall()}
    assert every == set(people.KINDS)
    pairs = found.look_alikes.num_rows
    assert connection.execute(
        "select count(*), count(distinct (person_id_a, person_id_b)) from look_alikes where person_id_a < person_id_b"
    ).fetchone() == (pairs, pairs)
    home, given, born = "a.home = b.home", "a.given_name = b.given_name", "a.birth_date = b.birth_date"
    family = "a.family_name = b.family_name"
    for kind, always in {
        "couple": f"{home} and not ({given})",
        "twins": f"{born} and {home} and {family} and not ({given})",
        "siblings": f"not ({given}) and abs(a.birth_date::date - b.birth_date::date) >= 365",
        "parent_child": f"not ({given} and {family}) and b.birth_date::date - a.birth_date::date > 14 * 365",
        "senior_junior": f"{given} and a.family_name = b.family_name_before"
        " and b.birth_date::date - a.birth_date::date > 19 * 365",
        "namesakes_one_birth_date": f"{born} and {given} and {family} and a.gender = b.gender and a.city <> b.city",
    }.items():
        assert share(connection, always, f"kind = '{kind}'", "alike") == 1, kind
    assert share(connection, family, "kind = 'couple'", "alike") == pytest.approx(0.8, abs=0.05)
    assert share(connection, f"{family} and {home}", "kind = 'siblings'", "alike") > 0.3


def test_households_share_a_phone_and_strangers_none(found: people.People):
    connection = connect(found)
    connection.execute(
        "create table phones as select distinct person_id, right(regexp_replace(phone, '[^0-9]', '', 'g'), 10) as phone"
        " from records where phone is not null"
    )
    together = (
        "(select l.kind, exists (select * from phones as a inner join phones as b using (phone)"
        " where a.person_id = person_id_a and b.person_id = person_id_b) as is_shared from look_alikes as l"
        " where person_id_a in (select person_id from phones) and person_id_b in (select person_id from phones))"
    )
    assert share(connection, "is_shared", "kind = 'couple'", together) > 0.05
    assert share(connection, "is_shared", "kind = 'namesakes_one_birth_date'", together) == 0


def test_nobody_has_the_mailbox_of_another_but_couples(found: people.People):
    connection = connect(found)
    rng = np.random.default_rng(5)
    persons = people._Persons(rng, people.Names(), 3000)
    used: dict[str, set[int]] = {}
    for era in range(2):
        for person, mailbox in enumerate(persons.mailbox[era].tolist()):
            used.setdefault(mailbox.replace(".", ""), set()).add(person)
    shared = [owners for owners in used.values() if len(owners) > 1]
    couples = {
        frozenset(pair) for pair in zip(*(side.tolist() for side in persons.look_alikes()[:2]), strict=True)
    }
    assert shared and all(frozenset(owners) in couples for owners in shared)
    # made of the name, or of something else
    named = share(
        connection, "contains(email, family_before) or contains(email, true_family)", "email is not null"
    )
    assert 0.5 < named < 0.75


def test_people_move_marry_and_change_their_address(found: people.People):
    connection = connect(found)
    assert 0.02 < share(connection, "family_name <> family_name_before", of="persons") < 0.15
    places = (
        "(select count(distinct postcode) filter (n > 1) as postcodes from (select person_id, postcode, count(*) over"
        " (partition by person_id, postcode) as n from records where postcode is not null) group by person_id)"
    )
    assert share(connection, "postcodes > 1", of=places) > 0.01
    streets = [text for text in found.records["street"].to_pylist() if text]
    for form in (" Street", " St", " St.", " Avenue", " Ave."):
        assert any(text.endswith(form) for text in streets), form
    assert sum(" Apt " in text for text in streets) > 50
