"""Personal data in fields of other things: masked in the input layer whatever the column, so that it is published by none."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bench import macro_views
from build_kit import columns_holding, small_project, whole_build
from conftest import PROJECT
from customer360.core.declarations import read_yaml
from customer360.core.sources import load_sources
from customer360.core.warehouse import Warehouse
from customer360.landing.writer import DECLARED, METADATA_KEY

INPUT = PROJECT / "models" / "input" / "_input__models.yml"

PERSONAL = [
    "13912345670", "139 1234 5670", "139-1234-5670", "+86 139 1234 5670", "0086-13912345670", "8613912345670",
    "１３９１２３４５６７０", "电话13912345670", "张伟13912345670（老客户）", "13912345670/13812345671", "tel13912345670x",
    "+1 415 555 1000", "+1 (415) 555-1000", "+4915112345678", "(415) 555-1000", "415-555-1000", "415.555.1000",
    "021-61234567", "0571-87654321", "zhang@mail.cn", "Zhang.Wei+tag@Mail.example.com", "联系 zhang@mail.cn", "ｚ zhang＠mail.cn",
    "11010519491231002X", "110105194912310021", "身份证110105194912310021",
]  # fmt: skip
"""Texts with a telephone number, a mail address or an ID number in them."""

PLAIN = [
    "经理", "高管", "20-30万", "浦东新区", "E1024", "S0012", "2026-11-30", "2026-11-30 12:00:00", "XS2401250035",
    "6901234567892", "123456789012345678901", "1.5", "-12", "53度500ml", "飞天茅台 53%vol 500ml*6", "a@b", "@王总",
    "D00001:XS2401250035-1", "4200001234201903080123456789", "1391234567", "139123456701", "order 100200300",
]  # fmt: skip
"""Texts without: codes, dates, numbers of documents and articles."""


@pytest.fixture(scope="module")
def judged(tmp_path_factory) -> duckdb.DuckDBPyConnection:
    """What becomes of texts in a column of each class."""
    folder = tmp_path_factory.mktemp("texts") / "project"
    connection = macro_views.build(
        folder,
        {
            "words": "{{ without_personal_text('orders', {'name': 'x', 'config': {'meta': {'text': 'words'}}}) }}",
            "key": "{{ without_personal_text('orders', {'name': 'x', 'config': {'meta': {'text': 'key'}}}) }}",
            "personal": "{{ without_personal_text('orders', {'name': 'x', 'config': {'meta': {'pii': 'name'}}}) }}",
        },
        columns="x varchar, source_system varchar",
        variables={"personal_data": "yes", "not_personal": "till.orders.x,till.orders.y,shop.tickets.x"},
    )
    return connection


def answers(
    connection: duckdb.DuckDBPyConnection, view: str, texts: list[str], system: str = "erp"
) -> list[str]:
    connection.execute("delete from cases")
    connection.executemany(
        "insert into cases values (?, ?, ?)", [[n, text, system] for n, text in enumerate(texts)]
    )
    return [y for (y,) in connection.execute(f"select y from {view} order by id").fetchall()]


def test_words_are_masked_and_nothing_else(judged):
    assert answers(judged, "words", PERSONAL) == ["***"] * len(PERSONAL)
    assert answers(judged, "words", PLAIN) == PLAIN


def test_keys_still_join_and_give_nothing_away(judged):
    masked = answers(judged, "key", PERSONAL)
    assert all(re.fullmatch("masked:[0-9a-f]{16}", key) for key in masked)
    assert len(set(masked)) == len(PERSONAL) and answers(judged, "key", PERSONAL) == masked
    assert answers(judged, "key", PLAIN) == PLAIN


def test_a_data_set_may_say_that_a_column_of_a_system_is_not_personal(judged):
    assert answers(judged, "words", ["13912345670"], "till") == ["13912345670"]
    assert answers(judged, "words", ["13912345670"], "shop") == ["***"]
    assert answers(judged, "personal", PERSONAL) == PERSONAL


def test_every_text_of_the_input_layer_has_a_class():
    for model in read_yaml(INPUT)["models"]:
        for column in model["columns"]:
            if column["data_type"] == "varchar" and column["name"] != "source_system":
                meta = (column.get("config") or {}).get("meta") or {}
                assert meta.get("pii") or meta.get("text") in ("words", "key"), (
                    model["name"],
                    column["name"],
                )


def test_a_text_by_which_rows_are_told_apart_is_no_words():
    """Two rows whose words are masked would be one."""
    for model in read_yaml(INPUT)["models"]:
        (grain,) = [
            test["rules_hold"]["arguments"]["key"] for test in model["data_tests"] if "rules_hold" in test
        ]
        words = {
            c["name"] for c in model["columns"] if c.get("config", {}).get("meta", {}).get("text") == "words"
        }
        assert not words & set(grain), model["name"]


def test_a_text_without_a_class_stops_with_the_remedy(tmp_path):
    with pytest.raises(RuntimeError, match=r"input__orders.x is text without a class. Write `config: \{meta"):
        macro_views.build(
            tmp_path / "project",
            {"none": "{{ without_personal_text('orders', {'name': 'x', 'config': {'meta': {}}}) }}"},
            columns="x varchar, source_system varchar",
            variables={"personal_data": "yes", "not_personal": ""},
        )


# --- a canary in every text column that a source has --------------------------------------------------------


def canary(number: int) -> list[str]:
    """What is typed into the wrong field, another value for each column."""
    return [f"139{number:08d}", f"canary{number:08d}@wrong-field.cn", f"老客户+86 138{number:08d}"]


def plant(landing: Path) -> dict[str, list[str]]:
    """Type personal data into three landed rows of every declared column of every table; what, by column."""
    planted: dict[str, list[str]] = {}
    numbers = itertools.count(1)
    for (system, entity), table in sorted(load_sources(PROJECT).items()):
        files = sorted(
            path for path in (landing / system / entity).glob("*.parquet") if path.name != DECLARED
        )
        if not files:
            continue
        content, about = pq.read_table(files[0]), pq.read_metadata(files[0]).metadata
        for place, name in enumerate(table.names):
            values = content[name].to_pylist()
            planted[f"{system}.{entity}.{name}"] = canary(next(numbers))
            for row, value in enumerate(planted[f"{system}.{entity}.{name}"]):
                values[(7 * place + row) % len(values)] = value
            content = content.set_column(
                content.column_names.index(name), name, pa.array(values, pa.string())
            )
        with pq.ParquetWriter(files[0], content.schema.remove_metadata(), compression="zstd") as writer:
            writer.write_table(content.replace_schema_metadata())
            writer.add_key_value_metadata({METADATA_KEY: about[METADATA_KEY]})
    return planted


@pytest.mark.slow
def test_no_canary_of_any_column_is_published(tmp_path):
    root = small_project(tmp_path / "project")
    whole_build(root)
    planted = plant(root / "landing" / "demo")
    assert len(planted) > 300
    demo = root / "datasets" / "demo.yml"
    demo.write_text(
        re.sub(r"^prepare:.*$", "", demo.read_text(encoding="utf-8"), flags=re.MULTILINE), encoding="utf-8"
    )
    # so much nonsense is over every threshold: what is asked here is what is published
    for file in (root / "seeds" / "policy").glob("quality_thresholds.csv"):
        file.write_text(
            file.read_text(encoding="utf-8").replace(",enforced,", ",reported,"), encoding="utf-8"
        )
    told = whole_build(root)
    published = Warehouse(root / "warehouse" / "demo").published
    digits = sorted(
        {re.sub(r"\D", "", v)[-11:] for values in planted.values() for v in values if "@" not in v}
    )
    mails = sorted({v for values in planted.values() for v in values if "@" in v})
    assert columns_holding([*digits, *mails], published) == []
    assert [value for value in (*digits, *mails) if value in told] == []
