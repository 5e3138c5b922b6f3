"""Whose a record or an order is when people write what stands for nobody: a small American shop of systems whose mapping is
proposed from their files, up to the review queue of identities.

Each test is one situation that users of shop exports and matching tools report.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import duckdb
import pytest

from conftest import PROJECT, copy_project, offer_inputs, run_dbt, run_verb
from customer360.onboarding.new_data import scaffold, todo_list
from customer360.privacy.hashing_key import DEMO_KEY

pytestmark = pytest.mark.slow

# <system>/<entity>/<file>. `guests`: heads and lines of a web shop in two files. `counter`: the export of a till, in which name
# and contact of an order may stand on one row alone. The others are lists of contacts.
FILES = PROJECT / "tests" / "cases" / "names"
NAME = "hemlock"


@pytest.fixture(scope="module")
def american(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The systems, staged and resolved."""
    root = copy_project(tmp_path_factory.mktemp("cases") / "project")
    shutil.copytree(FILES, root / "inbox" / NAME)
    scaffold(root, NAME, [root / "inbox" / NAME], "USD", "America/New_York")
    for system in ("guests", "counter"):
        mapping = root / f"models/staging/{system}/_{system}__sources.yml"
        text = mapping.read_text(encoding="utf-8").replace("orders.channel: todo", "orders.channel: web_shop")
        mapping.write_text(text, encoding="utf-8")
    scaffold(root, NAME, [], "USD", "America/New_York")
    assert todo_list(root, NAME) == []
    landed = run_verb(root, "land", "--data", NAME)
    assert landed.returncode == 0, landed.stderr
    offer_inputs(root, NAME)
    models = ("+identity_review_queue", "+int_orders__documents", "+field_reasons", "+quarantine")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CUSTOMER360_HMAC_KEY", DEMO_KEY)
        done = run_dbt(root, NAME, "build", "-s", *models, "--exclude-resource-type", "unit_test", "test")
    assert done.returncode == 0, done.stdout[-3000:]
    with duckdb.connect(str(root / "customer360.duckdb"), read_only=True) as connection:
        yield connection


def customers(connection: duckdb.DuckDBPyConnection, system: str) -> dict[str, tuple]:
    """Of each customer record of a system by its number: name, name_reason, phone, email, email_reason, customer_id."""
    rows = connection.execute(
        """
        select source_customer_id, name, name_reason, phone, email, email_reason, customer_id
        from input.input__customers
        left join intermediate.int_customers__ids using (source_system, source_customer_id)
        where source_system = ?
        """,
        [system],
    ).fetchall()
    return {row[0]: row[1:] for row in rows}


def buyers(connection: duckdb.DuckDBPyConnection, system: str) -> dict[str, str]:
    """Of each order of a system its customer."""
    rows = connection.execute(
        "select source_order_id, customer_id from intermediate.int_orders__documents where source_system = ?",
        [system],
    )
    return dict(rows.fetchall())


def rejected(connection: duckdb.DuckDBPyConnection, system: str) -> dict[str, int]:
    """Rows of a system in the quarantine by reason."""
    rows = connection.execute(
        "select reason_code, count(*) from quality.quarantine where source_system = ? group by all", [system]
    )
    return dict(rows.fetchall())


def in_review(connection: duckdb.DuckDBPyConnection, system: str) -> set[frozenset[str]]:
    """Pairs of records of a system that wait for a steward, by their numbers."""
    rows = connection.execute(
        """
        select a.source_customer_id, b.source_customer_id
        from marts.identity_review_queue as queue
        inner join intermediate.int_customers__ids as a on queue.record_id_a = a.record_id
        inner join intermediate.int_customers__ids as b on queue.record_id_b = b.record_id
        where a.source_system = ? and b.source_system = ?
        """,
        [system, system],
    )
    return {frozenset(row) for row in rows.fetchall()}


def test_c09_guests_under_one_number_are_people_by_their_mail_or_unknown(
    american: duckdb.DuckDBPyConnection,
) -> None:
    """Never one customer. A blank number is a guest's as well. Who gives neither is counted, and why."""
    whose = buyers(american, "guests")
    guests = [whose[str(8100 + n)] for n in range(8)]
    assert len({*guests}) == 8 and "unknown" not in guests
    assert whose["9000"] == whose["8100"]
    nobodys = {order for order, customer in whose.items() if customer == "unknown"}
    assert nobodys == {"9001", "9002", "9003", "9004", "9005", "9007", "9009", "9010"}
    # an account of its own number stays one customer, also where its name tells nothing or once was typed as a walk-in's
    assert whose["9006"] == whose["9008"]
    assert len({whose["9006"], whose["9011"], whose["9012"], *guests}) == 11
    records = customers(american, "guests")
    assert len(records) == 11 and {row[0] for row in records.values()} >= {"ada guesto", "kim known", None}
    reasons = american.execute(
        "select reason, reason_count from quality.field_reasons where source_system = 'guests' and field = 'order_customer'"
    )
    assert dict(reasons.fetchall()) == {"placeholder": 6, "no_record": 1, "missing": 1}


def test_what_one_row_of_an_order_leaves_empty_another_one_says(american: duckdb.DuckDBPyConnection) -> None:
    """A guest's contact, a customer's number and a walk-in's name hold for all rows; two contacts contradict each other."""
    whose = buyers(american, "counter")
    assert {order for order, customer in whose.items() if customer == "unknown"} == {"R3", "R5"}
    assert len({whose[order] for order in ("R1", "R2", "R4", "R6")}) == 4
    assert customers(american, "counter").keys() == {
        "ada@hemlockmail.com",
        "bea@hemlockmail.com",
        "502",
        "gus@hemlockmail.com",
    }
    assert "R7" not in whose and rejected(american, "counter") == {"ambiguous_document": 2}


def test_c33_a_word_for_nothing_is_a_name_beside_another(american: duckdb.DuckDBPyConnection) -> None:
    names = {key: row[:2] for key, row in customers(american, "surnames").items()}
    assert names == {
        "K131": ("christopher null", None),
        "K132": ("null christopher", None),
        "K133": ("na li", None),
        "K134": ("ann", None),
        "K135": ("smith", None),
        "K136": (None, "missing"),
        "K137": (None, "missing"),
        "K138": ("jones", None),
        "K139": ("张", None),
        "K140": (None, "placeholder"),
        "K147": ("judith guest", None),
        "K148": ("johnny cash", None),
    }


def test_c37_c38_another_name_is_a_question_where_a_birth_date_and_something_else_agree(
    american: duckdb.DuckDBPyConnection,
) -> None:
    """A surname changes, a given name is shortened: with address, telephone number or mail beside the birth date two records
    are one customer or a question; one alone, as of a couple or of a family, joins nobody."""
    for name, pairs, strangers in (
        ("married", ("K121 K122", "K123 K124", "K125 K126"), ("K127 K128", "K121 K123", "K125 K127")),
        ("shortened", ("K191 K192",), ()),
    ):
        found, waiting = customers(american, name), in_review(american, name)
        for a, b in map(str.split, pairs):
            assert found[a][5] == found[b][5] or frozenset((a, b)) in waiting, (a, b)
        for a, b in map(str.split, strangers):
            assert found[a][5] != found[b][5], (a, b)


def test_c40_words_for_nothing_and_a_mailbox_of_nobody_join_nobody(
    american: duckdb.DuckDBPyConnection,
) -> None:
    """Records of all walk-in customers are of nobody; a guest who leaves a number is somebody, and so is an account whose name
    was left out."""
    found = customers(american, "mailboxes")
    shown = [found[key] for key in ("K141", "K142", "K143")]
    assert {row[:5] for row in shown} == {(None, "missing", None, None, "placeholder_mailbox")}
    assert len({row[5] for row in shown}) == 3
    assert found.keys() == {"K141", "K142", "K143", "K146", "K151", "K152"}
    assert found["K146"][:3] == (None, "walk_in", "+14155552146")
    assert found["K151"][:2] == found["K152"][:2] == (None, "placeholder")
    assert rejected(american, "mailboxes") == {"walk_in_customer": 6}


def test_c40b_words_for_nothing_with_one_telephone_number_are_not_one_person(
    american: duckdb.DuckDBPyConnection,
) -> None:
    found = customers(american, "words")
    assert {row[:3] for row in found.values()} == {(None, "missing", "+14155552205")}
    assert found["K205"][5] != found["K206"][5]
    assert frozenset(found) in in_review(american, "words")
