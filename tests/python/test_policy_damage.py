"""Policy files as they leave a spreadsheet in a hurry: each fault is one sentence with file, row, column, value and remedy,
before dbt begins."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import PROJECT, copy_project
from customer360.cli import main
from customer360.core.data_sets import load_data_set
from customer360.core.declarations import DeclarationError, read_yaml
from customer360.core.policy import policy_files
from customer360.core.policy_rules import Checking, Refused, check_files, declared_seeds
from customer360.core.sources import load_sources
from customer360.onboarding.mapping import check_mapping, load_contracts, open_points

CURRENCY = {"currency": "CNY"}


@cache
def known() -> tuple[dict[str, Path], dict]:
    files = policy_files(PROJECT, "default")
    files |= {file.stem: file for file in (PROJECT / "seeds" / "reference").glob("*.csv")}
    return files, declared_seeds(PROJECT)


def told(folder: Path, seed: str, content: bytes) -> list[str]:
    """What is said of a seed whose file has this content."""
    files, seeds = known()
    damaged = folder / f"{seed}.csv"
    damaged.write_bytes(content)
    checking = Checking(PROJECT, None, {**files, seed: damaged}, seeds, CURRENCY)
    return [str(fault).removeprefix(f"{folder}/") for fault in checking.faults(seeds[seed])]


def lines_of(seed: str) -> list[str]:
    return known()[0][seed].read_text(encoding="utf-8").splitlines()


def cell(seed: str, row: int, column: str, value: str) -> bytes:
    """A file with another value in a cell (the cells before it hold no comma)."""
    lines = lines_of(seed)
    cells = lines[row - 1].split(",")
    cells[lines[0].split(",").index(column)] = value
    lines[row - 1] = ",".join(cells)
    return "\n".join(lines).encode()


def changed(seed: str, change: Callable[[list[str]], object]) -> bytes:
    """A file whose lines were changed."""
    lines = lines_of(seed)
    change(lines)
    return "\n".join(lines).encode()


def without_column(seed: str, number: int) -> bytes:
    return changed(
        seed,
        lambda lines: lines.__setitem__(slice(None), [",".join(line.split(",")[:number]) for line in lines]),
    )


DAMAGES = {
    # what a file is
    "an empty file": ("abc_classes", b"", "row 1: is empty", "Head the file abc_class,class_rank"),
    "a heading alone where one row is the policy": (
        "value_policy", changed("value_policy", lambda x: x.pop()), "rows: holds 0 rows, and 1 is needed", "Keep 1",
    ),
    "two rows where one is the policy": (
        "value_policy", changed("value_policy", lambda x: x.append(x[1])), "rows: holds 2 rows, and 1 is needed", "Keep 1",
    ),
    "another encoding": ("abc_classes", "\n".join(lines_of("abc_classes")).encode("gbk"), "row 2: is not UTF-8", "CSV UTF-8"),
    "another encoding with two bytes a character": (
        "abc_classes", "\n".join(lines_of("abc_classes")).encode("utf-16"), "row 1: is not UTF-8", "CSV UTF-8",
    ),
    "semicolons": (
        "abc_classes", "\n".join(lines_of("abc_classes")).replace(",", ";").encode(),
        "row 1: is divided by ';' and not by commas", "Save it as CSV with commas",
    ),
    # columns
    "a column that is missing": (
        "abc_classes", without_column("abc_classes", 4), "row 1: column label_en is missing", "Head the file",
    ),
    "a column with a slip of the pen": (
        "abc_classes", changed("abc_classes", lambda x: x.__setitem__(0, x[0].replace("class_rank", "clas_rank"))),
        "row 1: column class_rank is missing", "Write it in the place of 'clas_rank'",
    ),
    "a column too many": (
        "abc_classes", changed("abc_classes", lambda x: x.__setitem__(slice(None), [y + ",note" for y in x])),
        "row 1: column 'note' belongs to no file of this name", "Remove the column",
    ),
    "a column twice": (
        "abc_classes", changed("abc_classes", lambda x: x.__setitem__(slice(None), [y + "," + y.split(",")[0] for y in x])),
        "row 1: column abc_class stands twice", "Remove one of the two",
    ),
    "a cell too many": (
        "abc_classes", changed("abc_classes", lambda x: x.__setitem__(2, x[2] + ",x")),
        "row 3, all: has another number of columns than the heading (6, not 5)", "double quotes",
    ),
    # quotes
    "a quote that stays open": (
        "abc_classes", changed("abc_classes", lambda x: x.__setitem__(2, x[2].replace("B 类", '"B 类'))),
        "row 3, column 4: has a double quote that is not closed", "double each one inside",
    ),
    "a quote inside of a text": (
        "abc_classes", cell("abc_classes", 4, "label_en", 'Class "C"'),
        "row 4, column 5: has a double quote that is not closed, or stands inside of a text", "double each one inside",
    ),
    # types
    "a text in the place of a number": (
        "abc_classes", cell("abc_classes", 2, "class_rank", "first"), "row 2, class_rank: 'first' is no whole number", "digits",
    ),
    "a decimal in the place of a whole number": (
        "rfm_policy", cell("rfm_policy", 3, "window_months", "6.4"), "row 3, window_months: '6.4' is no whole number", "digits",
    ),
    "a percent sign": (
        "abc_classes", cell("abc_classes", 2, "share_before_below", "70%"),
        "row 2, share_before_below: '70%' is no number", "30% as 0.3",
    ),
    "thousands": (
        "price_bands", cell("price_bands", 7, "amount_below", '"2,000"'), "row 7, amount_below: '2,000' is no number", "decimal point",
    ),
    "no number at all": (
        "churn_policy", cell("churn_policy", 2, "ridge", "NaN"), "row 2, ridge: 'NaN' is no number", "decimal point",
    ),
    "a date of another country": (
        "festivals", cell("festivals", 2, "festival_on", "22.01.2023"), "row 2, festival_on: '22.01.2023' is no date", "YYYY-MM-DD",
    ),
    "a day that no calendar has": (
        "festivals", cell("festivals", 2, "festival_on", "2023-02-30"), "row 2, festival_on: '2023-02-30' is no date", "YYYY-MM-DD",
    ),
    "yes in the place of true": (
        "rfm_policy", cell("rfm_policy", 2, "keeps_history", "yes"),
        "row 2, keeps_history: 'yes' is neither true nor false", "Write true or false",
    ),
    "blanks": ("abc_classes", cell("abc_classes", 2, "label_zh", "　 "), "row 2, label_zh: holds blanks and nothing else", "Fill it"),
    # values
    "an empty cell": ("abc_classes", cell("abc_classes", 3, "label_en", ""), "row 3, label_en: is empty", "Fill it"),
    "a code that there is not": (
        "rfm_policy", cell("rfm_policy", 2, "threshold_method", "medain"),
        "row 2, threshold_method: 'medain' is not among the values", "Did you mean median?",
    ),
    "a code of nothing near": (
        "rfm_policy", cell("rfm_policy", 2, "threshold_method", "x"),
        "row 2, threshold_method: 'x' is not among the values", "Use one of: mean, median, fixed",
    ),
    "a field that models do not read": (
        "audit_fields", cell("audit_fields", 2, "field", "phones"), "row 2, field: 'phones' is not among the values", "phone?",
    ),
    "a feature that customers do not have": (
        "cluster_features", cell("cluster_features", 2, "feature", "recency"),
        "row 2, feature: 'recency' is not among the values", "Did you mean recency_",
    ),
    "a code that another file lists": (
        "spend_channels", cell("spend_channels", 2, "channel", "web_shopp"),
        "row 2, channel: 'web_shopp' is no channel of sales_channels.csv", "Did you mean web_shop?",
    ),
    "a code that another file lists, of some rows": (
        "strategy_segments", cell("strategy_segments", 2, "segment", "churn_rsk"),
        "row 2, segment: 'churn_rsk' is no action_group of rfm_action_groups.csv", "Did you mean churn_risk?",
    ),
    "a percentage in the place of a share": (
        "value_policy", cell("value_policy", 2, "gift_share", "30"), "row 2, gift_share: 30 does not lie between 0 and 1",
        "30% as 0.3",
    ),
    "a negative share": (
        "missing_value_policy", cell("missing_value_policy", 2, "max_missing_share", "-0.1"),
        "row 2, max_missing_share: -0.1 does not lie between 0 and 1", "Write 30% as 0.3",
    ),
    "a number that breaks one of several conditions": (
        "churn_policy", cell("churn_policy", 2, "ridge", "-1"), "row 2, ridge: -1 breaks the rule `ridge > 0",
        "so that the rule holds",
    ),
    "two numbers the wrong way round": (
        "identity_model", cell("identity_model", 2, "review_weight", "9"),
        "row 2, review_weight, link_weight: 9, ", "so that the rule holds",
    ),
    "another currency": (
        "rfm_policy", cell("rfm_policy", 2, "currency", "USD"), "row 2, currency: 'USD' is not among the values",
        "Convert the amounts",
    ),
    "no currency": ("rfm_policy", cell("rfm_policy", 2, "currency", ""), "row 2, currency: is empty", "Fill it"),
    # rows together
    "a code twice": (
        "abc_classes", cell("abc_classes", 4, "abc_class", "A"), "row 4, abc_class: 'A' stands in row 2 too",
        "Change one of the two rows",
    ),
    "a key of two columns twice": (
        "structure_bands", cell("structure_bands", 3, "band", "under_25"),
        "row 3, dimension, band: 'age', 'under_25' stand in row 2 too", "remove it",
    ),
    "half of a key": ("survivorship", cell("survivorship", 2, "source_system", ""), "row 2, source_system: is empty", "Fill it"),
    "bands that overlap": (
        "price_bands", cell("price_bands", 3, "amount_below", "350"),
        "rows 3 and 4, amount_below and amount_from: the bands overlap 区间重叠: the first ends at 350, the second begins at 300",
        "Write the same number as amount_below of row 3 and as amount_from of row 4",
    ),
    "bands with a gap": (
        "price_bands", cell("price_bands", 3, "amount_below", "250"),
        "rows 3 and 4, amount_below and amount_from: a gap lies between the bands 区间之间有空档: the first ends at 250",
        "Write the same number",
    ),
    "bands with a gap in one of several dimensions": (
        "structure_bands", cell("structure_bands", 11, "value_below", "1989"),
        "rows 11 and 12, value_below and value_from: a gap lies", "Write the same number",
    ),
    "a band without an end before others": (
        "price_bands", cell("price_bands", 2, "amount_below", ""),
        "rows 2 and 3, amount_below and amount_from: the bands overlap 区间重叠: the first has no end", "Write the same number",
    ),
    "bands that end": (
        "price_bands", cell("price_bands", 8, "amount_below", "9000"), "row 8, amount_below: the last band ends at 9000",
        "Leave it empty",
    ),
    "bands in several dimensions that overlap": (
        "rfm_action_groups", cell("rfm_action_groups", 5, "recency_months_above", "0"),
        "rows 4 and 5, recency_months_above, recency_months_to", "Move a bound of one of the two rows",
    ),
    "a rest that is gone": (
        "rfm_action_groups", changed("rfm_action_groups", lambda x: x.pop()),
        "rows: holds 0 rows where action_group = 'other', and 1 is needed", "Keep 1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_file_is_told_in_a_sentence(name, tmp_path):
    seed, content, says, remedy = DAMAGES[name]
    faults = told(tmp_path, seed, content)
    assert [fault for fault in faults if fault.startswith(f"{seed}.csv: {says}") and remedy in fault], faults
    assert all(fault.count("\n") == 0 for fault in faults)


def test_the_files_as_they_are_have_no_fault(tmp_path):
    for policy, currency in (("default", "CNY"), ("online_retail", "GBP")):
        check_files(PROJECT, policy, {"currency": currency})


def test_rows_are_counted_as_a_spreadsheet_counts_them(tmp_path):
    """Empty rows, texts of two lines and line ends of three systems count as one row each."""
    lines = lines_of("abc_classes")
    for end in ("\n", "\r\n", "\r"):
        text = end.join(
            [lines[0], "", lines[1], lines[2].replace("Class B", f'"Class{end}B, ""b"""'), lines[3]]
        )
        assert told(tmp_path, "abc_classes", text.encode("utf-8-sig")) == []
        (fault,) = told(tmp_path, "abc_classes", text.replace("C,3,", "C,x,").encode())
        assert fault.startswith("abc_classes.csv: row 5, class_rank: 'x' is no whole number")


def test_every_test_of_a_seed_is_one_that_can_be_told():
    """What is written into the YAML of a seed is asked before dbt, too."""
    seeds = known()[1]
    assert {name for seed in seeds.values() for name, *_ in seed.tests} == {
        "rules_hold", "relationships", "intervals_do_not_overlap", "bands_join",
    }  # fmt: skip
    assert all(seed.tests for seed in seeds.values())


def test_every_column_of_a_seed_has_a_type():
    """dbt would guess it from the values, and guess otherwise when they change."""
    for file in (PROJECT / "seeds").glob("*/_*.yml"):
        for seed in read_yaml(file)["seeds"]:
            assert list(seed["config"]["column_types"]) == [c["name"] for c in seed["columns"]], seed["name"]


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    return copy_project(tmp_path_factory.mktemp("damaged") / "project")


def test_all_faults_are_told_at_once_and_a_base_file_is_mended_in_a_copy(project):
    own = project / "policies" / "online_retail"
    before = {
        file: file.read_bytes()
        for file in (own / "price_bands.csv", project / "seeds/policy/abc_classes.csv")
    }
    try:
        (own / "price_bands.csv").write_text("price_band\n", encoding="utf-8")
        (project / "seeds/policy/abc_classes.csv").write_bytes(
            cell("abc_classes", 2, "share_before_below", "70")
        )
        with pytest.raises(Refused) as refused:
            check_files(project, "online_retail", {"currency": "GBP"})
    finally:
        for file, content in before.items():
            file.write_bytes(content)
    first, second = str(refused.value).splitlines()
    assert "abc_classes.csv: row 2, share_before_below: 70 " in first
    assert first.endswith(f", in a copy of the file: {own / 'abc_classes.csv'}")
    assert "price_bands.csv: row 1: column band_rank is missing" in second


@pytest.mark.parametrize("verb", ["build", "check-data", "try-rules"])
def test_nothing_begins_with_a_damaged_file(verb, project, capsys):
    file = project / "seeds/policy/abc_classes.csv"
    before = file.read_bytes()
    file.write_bytes(cell("abc_classes", 2, "class_rank", "first"))
    try:
        assert (
            main(["--project", str(project), verb, "--name" if verb == "check-data" else "--data", "demo"])
            == 2
        )
    finally:
        file.write_bytes(before)
    said = capsys.readouterr()
    assert re.fullmatch(
        rf"customer360 {verb}: \S+abc_classes.csv: row 2, class_rank: 'first' is no whole number .*\n",
        said.err,
    )
    assert said.out == "" and not (project / "landing").exists() and not (project / "warehouse").exists()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_happens_to_a_file_it_is_read_or_told_in_sentences(tmp_path, data):
    """Bytes removed, doubled or exchanged anywhere; no error but the one for people."""
    seed = data.draw(
        st.sampled_from(
            sorted(["abc_classes", "price_bands", "rfm_policy", "strategy_segments", "festivals"])
        )
    )
    content = bytearray(known()[0][seed].read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content)))
        length = data.draw(st.integers(0, 12))
        content[at : at + length] = data.draw(
            st.one_of(
                st.binary(max_size=4),
                st.sampled_from([b'"', b",", b"\n", b"\r\n", b"\t", b"\xef\xbb\xbf", b"1e999", b"'"]),
            )
        )
    for fault in told(tmp_path, seed, bytes(content)):
        assert re.match(rf"{seed}\.csv: row(s?) ?\d*( and \d+)?(, [^:]+)?: .+\. .+", fault, re.S), fault


# --- declarations in YAML -------------------------------------------------------------------------------------

SOURCES = "models/staging/shop/_shop__sources.yml"
MAPPED = """version: 2
sources:
  - name: stall
    tables:
      - name: receipts
        config:
          meta:
            load: append
            rows: order_items
            key: [number]
            constants: {orders.channel: store}
        columns:
          - {name: number, config: {meta: {headers: [Nr], maps_to: order_items.source_order_id}}}
          - {name: article, config: {meta: {headers: [Article], maps_to: order_items.source_product_id}}}
"""
MISTAKES = {
    "a tab": ("            load:", "\t    load:", 8, "never with a tab"),
    "a key twice": (
        "            rows: order_items", "            rows: order_items\n            rows: orders",
        10, "stands twice, first in line 9",
    ),
    "a bracket that stays open": ("[number]", "[number", 11, "YAML"),
    "an unknown key of a table": ("            key:", "            keys:", 10, "Did you mean key?"),
    "an unknown key of a column": ("headers: [Nr]", "header: [Nr]", 13, "Did you mean headers?"),
    "a key on the wrong level": ("        config:\n          meta:", "        config:\n          mta:", 5, None),
    "a number for a list": ("headers: [Nr]", "headers: 5", 13, "headers: [Heading, ...]"),
    "a list for a text": ("rows: order_items", "rows: [order_items]", 9, "Write `rows: ...`"),
    "a text for keys": ("        config:\n          meta:", "        config: meta\n        meta:", 6, "indented"),
    "a list for words": ("constants: {orders.channel: store}", "constants: [store]", 11, "Write {word: meaning}"),
    "a column without keys": (
        "          - {name: number,", "          - number\n          - {name: numbers,",
        13, "Write `- name: ...`",
    ),
    "tables that are none": ("    tables:\n", "    tables: 3\n    description:\n", 4, "behind `- `"),
    "an entity that there is not": ("rows: order_items", "rows: order_lines", 9, "Use one of:"),
    "a target that there is not": ("order_items.source_product_id", "order_items.product", 14, "Write <entity>.<column>"),
    "a target with a slip of the pen": (
        "order_items.source_product_id", "order_items.source_prodct_id",
        14, "Did you mean order_items.source_product_id?",
    ),
    "a target of another form": ("order_items.source_product_id", "5", 14, "Write maps_to: [...]"),
    "a target of a constant that there is not": ("orders.channel", "orders.chanel", 11, "Did you mean orders.channel?"),
    "a target twice": ("order_items.source_product_id", "order_items.source_order_id", None, None),
    "a column that the table has not": ("key: [number]", "key: [numbr]", 10, "Did you mean number?"),
    "a date for a load": ("load: append", "load: 2024-13-45", 8, "in quotes"),
    "another load": ("load: append", "load: apend", 8, "load: replace or load: append"),
    "a personal target": ("order_items.source_product_id", "customers.phone", 14, "Write `pii: phone`"),
    "a wrong format": ("load: append", "load: append\n            decimal: komma", 9, "decimal: comma"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_in_a_mapping_is_told_with_its_line(name, project, capsys):
    old, new, line, remedy = MISTAKES[name]
    assert MAPPED.count(old) == 1
    folder = project / "models" / "staging" / "stall"
    folder.mkdir()
    file = folder / "_stall__sources.yml"
    try:
        file.write_text(MAPPED.replace(old, new), encoding="utf-8")
        code = main(["--project", str(project), "systems"])
    finally:
        shutil.rmtree(folder)
    said = capsys.readouterr().err
    assert "Traceback" not in said
    if remedy:
        assert code == 2 and f"_stall__sources.yml: line {line}, " in said and remedy in said, said


contracts_of_input = cache(lambda: load_contracts(PROJECT))
DATA_SET = """name: stall
label_zh: 摊位
label_en: Stall
currency: CNY
time_zone: Asia/Shanghai
policy: default
personal_data: none
systems: [shop]
"""
SLIPS = {
    "a key twice": ("label_en: Stall", "label_en: Stall\ncurrency: USD", 5, "Keep one of the two"),
    "a tab": ("label_en: Stall", "label_en:\n\tStall", 4, "never with a tab"),
    "a list for a text": ("currency: CNY", "currency: [CNY]", 4, "as text"),
    "a list for yes": ("personal_data: none", "personal_data: [yes]", 7, "personal_data: yes"),
    "a day that no calendar has": ("policy: default", "policy: default\nas_of_date: 2025-02-30", 7, "in quotes"),
    "a number for areas": ("policy: default", "policy: default\nleave_out: 5", 7, "Write leave_out: [...]"),
    "an area that there is not": ("policy: default", "policy: default\nleave_out: [core]", 7, "List any of"),
    "a number for columns": ("policy: default", "policy: default\nnot_personal: 5", 7, "Write not_personal: [...]"),
    "systems of another form": ("systems: [shop]", "systems: {shop: 5}", 8, "indented"),
    "a system that there is not": ("systems: [shop]", "systems: [shopp]", 8, "Did you mean shop?"),
    "a list alone": (DATA_SET, "- name: stall\n", None, "Begin with `name: ...`"),
    "nothing": (DATA_SET, "", None, "Begin with `name: ...`"),
}  # fmt: skip


@pytest.mark.parametrize("name", SLIPS)
def test_a_mistake_in_a_data_set_is_told_with_its_line(name, project, tmp_path):
    old, new, line, remedy = SLIPS[name]
    assert DATA_SET.count(old) == 1
    file = project / "datasets" / "stall.yml"
    file.write_text(DATA_SET.replace(old, new), encoding="utf-8")
    try:
        with pytest.raises(DeclarationError) as stopped:
            load_data_set(project, "stall", load_sources(project))
    finally:
        file.unlink()
    assert f"stall.yml: line {line}, " in str(stopped.value) if line else True
    assert remedy in str(stopped.value)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_is_written_into_a_mapping_it_is_read_or_told_with_its_line(tmp_path, data):
    """A value anywhere in the declaration is exchanged for one of another kind."""
    values = [
        "5",
        "true",
        "[]",
        "{}",
        "[1, 2]",
        "{a: b}",
        "x",
        "''",
        "2024-13-45",
        "~",
        "*x",
        "&x y",
        "[[",
        "- a",
        "\t",
        "no",
        "'todo'",
    ]
    text = MAPPED
    for _ in range(data.draw(st.integers(1, 2))):
        places = [
            m
            for m in re.finditer(r"(?<=: )[^\s{\[][^,}\n]*|(?<=: )\[[^]\n]*\]|(?<=: )\{[^\n]*\}(?=\n)", text)
        ]
        place = data.draw(st.sampled_from(places))
        text = text[: place.start()] + data.draw(st.sampled_from(values)) + text[place.end() :]
    folder = tmp_path / "models" / "staging" / "stall"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "_stall__sources.yml").write_text(text, encoding="utf-8")
    contracts = contracts_of_input()
    try:
        for table in load_sources(tmp_path).values():
            check_mapping(table, contracts)
            open_points(table, contracts, set())
    except DeclarationError as error:
        assert re.search(r"_stall__sources\.yml: line \d+, .+: .+\. .+", str(error), re.S), error
