"""The identity page says what the published marts say, in two languages, and nothing personal."""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest
from test_privacy import canaries

from conftest import PROJECT
from customer360.cli import main
from customer360.core.data_sets import load_data_set
from customer360.core.sources import load_sources
from customer360.core.warehouse import Warehouse
from customer360.presentation import identity_page
from customer360.presentation import page as engine
from customer360.presentation.identity_page import figures, render, say, words
from customer360.presentation.page import percent

VOID = {"meta", "input", "br", "link", "img", "hr", "base", "embed", "source"}
LANGUAGES = ("zh", "en")


class Reader(HTMLParser):
    """Reads a page as a browser does: tables by section, texts by language, and whether every tag is closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[tuple[str, dict[str, str | None]]] = []
        self.faults: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.texts: dict[str, list[str]] = {language: [] for language in LANGUAGES}
        self.rows: dict[str, list[list[dict[str, str]]]] = {}
        self.bare: list[str] = []
        self.feed(page)
        self.close()
        self.faults += [tag for tag, _ in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag in VOID:
            return
        self.open.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.setdefault(self._section(), []).append([])
        elif tag in ("th", "td"):
            self.rows[self._section()][-1].append(dict.fromkeys(LANGUAGES, ""))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop()[0] != tag:
            self.faults.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        tags = [tag for tag, _ in self.open]
        if "main" not in tags:
            return
        language = next((attrs["lang"] for _, attrs in reversed(self.open[1:]) if "lang" in attrs), None)
        if language:
            self.texts[language].append(data)
        elif data.strip():
            self.bare.append(data)
        if {"th", "td"} & set(tags):
            for wanted in [language] if language else LANGUAGES:
                self.rows[self._section()][-1][-1][wanted] += data

    def _section(self) -> str:
        return next((attrs["id"] or "" for tag, attrs in reversed(self.open) if tag == "section"), "")

    def row(self, section: str, label: str) -> list[str]:
        """The cells, in English, of the one row that begins with a label."""
        found = [row for row in self.rows[section] if row and row[0]["en"].strip().startswith(label)]
        assert len(found) == 1, (section, label, len(found))
        return [cell["en"].strip() for cell in found[0]]


def published(data_set: str) -> Path:
    path = Warehouse(PROJECT / "warehouse" / data_set).published
    return path if path.is_file() else pytest.fail(f"nothing published; run: make build DATA={data_set}")


@cache
def page(data_set: str) -> str:
    declared = load_data_set(PROJECT, data_set, load_sources(PROJECT))
    return render(declared, figures(published(data_set)))


def ask(data_set: str, sql: str) -> list[tuple]:
    with duckdb.connect(str(published(data_set)), read_only=True) as connection:
        return connection.execute(sql).fetchall()


both_data_sets = pytest.mark.parametrize("data_set", ["demo", "online_retail"])


def assert_self_contained(text: str) -> None:
    """A page is whole HTML under a policy that lets nothing in, and asks for nothing from elsewhere."""
    read = Reader(text)
    assert read.faults == []
    assert ("meta", "content", "default-src 'none'; style-src 'unsafe-inline'") in read.attributes
    refused = {"script", "link", "img", "iframe", "object", "base", "form"}
    assert {tag for tag, *_ in read.attributes} & refused == set()
    assert [
        a for a in read.attributes if a[1] in ("src", "href", "srcset", "style", "action") or a[1][:2] == "on"
    ] == []
    assert re.search(r"(?i)https?:|//|url\(|@import|<script", text) is None


@both_data_sets
def test_the_page_is_whole_and_needs_nothing_from_elsewhere(data_set: str) -> None:
    assert_self_contained(page(data_set))


@pytest.mark.parametrize("broken", ["<section><p>", "<p></div></p>"])
def test_the_reader_notices_a_tag_left_open(broken: str) -> None:
    assert Reader(broken).faults != []


@both_data_sets
def test_every_text_is_there_in_both_languages(data_set: str) -> None:
    """Between the language spans stand figures, keys and punctuation only; each span has its counterpart."""
    read = Reader(page(data_set))
    assert len(read.texts["zh"]) == len(read.texts["en"]) > 100
    assert [text for text in read.texts["en"] if re.search(r"[\u4e00-\u9fff]", text)] == []
    keys = re.compile(r"[a-z_]+(:[0-9a-f.]+[0-9TZ]*)?|[^a-zA-Z\u4e00-\u9fff]*( UTC)?")
    assert [text for text in read.bare if not keys.fullmatch(text)] == []


@both_data_sets
def test_no_code_is_left_without_a_label(data_set: str) -> None:
    """A code that the dictionary does not know is shown as such; of what the builds here wrote none is."""
    known = {
        system for (system,) in ask(data_set, "select distinct source_system from marts.customer_identities")
    }
    ids = {customer for (customer,) in ask(data_set, "select customer_id from marts.customers")}
    assert set(re.findall(r"<code>(.*?)</code>", page(data_set))) <= known | ids
    assert say("reason.unheard_of") == "<code>unheard_of</code>"


def test_the_dictionary_is_filled_and_used() -> None:
    source = "".join(Path(part.__file__).read_text(encoding="utf-8") for part in (identity_page, engine))
    assert all(zh.strip() and en.strip() for zh, en in words().values())
    coded = {
        "measure",
        "truth",
        "status",
        "kind",
        "kinds",
        "rule",
        "agreement",
        "look_alike",
        "reason",
        "event",
        "headline",
        "area",
        "lacks",
        "bands",
    }
    lone = [key for key in words() if key.split(".")[0] not in coded and not key.endswith(".note")]
    assert [key for key in lone if not re.search(f"['\"]{re.escape(key)}['\"]", source)] == []


def test_the_demo_page_shows_the_figures_of_the_marts() -> None:
    read = Reader(page("demo"))
    shown = " ".join(cell["en"] for row in read.rows["quality"] for cell in row)
    for measure, label in (
        ("pair_precision", "Pair precision"),
        ("pair_recall", "Pair recall"),
        ("pair_f1", "Pair F1"),
    ):
        ((numerator, denominator),) = ask(
            "demo", f"select numerator, denominator from marts.identity_quality where measure = '{measure}'"
        )
        row = read.row("quality", label)
        assert row[1:3] == [percent(numerator, denominator), f"{numerator:,.0f} / {denominator:,.0f}"]
    ((rate,),) = ask("demo", "select rate from marts.identity_quality where measure = 'b_cubed_recall'")
    assert f"{rate:.2%}" in shown
    ((records, customers, queue),) = ask(
        "demo",
        "select count(*), count(distinct customer_id), (select count(*) from marts.identity_review_queue)"
        " from marts.customer_identities",
    )
    tiles = re.findall(r"<dd[^>]*>(.*?)</dd>", page("demo"))
    assert (tiles[0], tiles[1], tiles[-1]) == (f"{records:,}", f"{customers:,}", f"{queue:,}")


def test_the_demo_page_counts_every_rule_as_the_evidence_does() -> None:
    """Links, from the mart of evidence; records, from the mart of identities; precision, from the mart of quality."""
    read = Reader(page("demo"))
    labels = dict(
        ask("demo", "select rule_code, label_en from pages.identity_rule_use where label_en is not null")
    )
    links = dict(ask("demo", "select rule_code, count(*) from marts.customer_identity_evidence group by 1"))
    records = dict(ask("demo", "select rule_code, count(*) from marts.customer_identities group by 1"))
    precision = dict(
        ask(
            "demo",
            "select scope, (numerator, denominator) from marts.identity_quality where measure = 'rule_precision'",
        )
    )
    assert len(labels) >= len(set(links) - {"steward_must_link"}) > 10
    for rule, label in labels.items():
        row = [
            cells
            for cells in read.rows["rules"]
            if re.sub(" (for review only|switched off)$", "", cells[0]["en"].strip()) == label
        ]
        assert len(row) == 1, label
        cells = [cell["en"].strip() for cell in row[0]]
        assert cells[3] == f"{links.get(rule, 0):,}", rule
        assert cells[5] == f"{records.get(rule, 0):,}", rule
        assert cells[8] == (percent(*precision[rule]) if rule in precision else "not measured"), rule


def test_the_sizes_add_up_to_all_customers_and_records() -> None:
    read = Reader(page("demo"))
    rows = [[cell["en"].replace(",", "") for cell in row] for row in read.rows["sizes"] if len(row) == 5][1:]
    ((records, customers),) = ask(
        "demo", "select count(*), count(distinct customer_id) from marts.customer_identities"
    )
    assert (sum(int(row[3]) for row in rows), sum(int(row[1]) for row in rows)) == (records, customers)
    largest = [row for row in read.rows["sizes"] if len(row) == 6][1:]
    sizes = ask(
        "demo", "select count(*) from marts.customer_identities group by customer_id order by 1 desc limit 20"
    )
    assert [int(row[1]["en"]) for row in largest] == [size for (size,) in sizes]


def test_the_other_sections_of_the_demo_page_are_complete() -> None:
    read = Reader(page("demo"))
    kinds = ask("demo", "select count(*) from marts.identity_quality where measure = 'look_alikes_merged'")[
        0
    ][0]
    recalls = ask("demo", "select count(*) from marts.identity_quality where measure = 'identifier_recall'")[
        0
    ][0]
    types = ask("demo", "select count(*) from pages.identity_value_use")[0][0]
    systems, lacking = (
        ask("demo", f"select count(*) from marts.scorecard where measure = '{measure}'")[0][0]
        for measure in ("duplicate_rate_before", "duplicate_rate_lacking")
    )
    reasons = ask(
        "demo",
        "select count(distinct review_reason), count(distinct (review_reason, rule_code)) from marts.identity_review_queue",
    )[0]
    builds = ask("demo", "select count(distinct build_id) from marts.scorecard_history")[0][0]
    assert kinds > 5 and recalls > 5 and types > 5
    rows = {name: len(found) for name, found in read.rows.items()}
    assert rows["look_alikes"] == 1 + kinds
    assert rows["recall"] == 2 + recalls - 1  # the measure over all is in the section before
    assert rows["banned"] == 2 + types
    assert rows["duplicates"] == 1 + 6 + 1 + lacking + 1 + systems - 1
    assert rows["queue"] == 2 + sum(reasons)
    assert rows["events"] == 1 + min(builds, 6)


def test_no_planted_value_is_on_the_page() -> None:
    values = [value for value in canaries() if value in page("demo")]
    assert values == []
    # nor any other name, number or mail that the marts show masked
    shown = ask("demo", "select display_name, phone_masked, email_masked from marts.customers where is_known")
    assert [value for row in shown for value in row if value and value in page("demo")] == []


def test_without_labels_the_page_says_so() -> None:
    read = Reader(page("online_retail"))
    assert ask("online_retail", "select count(*) from marts.identity_quality") == [(0,)]
    for section in ("quality", "recall", "look_alikes"):
        part = page("online_retail").split(f'<section id="{section}">')[1].split("</section>")[0]
        assert "未测量" in part and "not measured" in part
    assert read.row("quality", "Pair precision")[1] == "not measured"
    empty = [row for rows in read.rows.values() for row in rows for cell in row[:1] if not cell["en"].strip()]
    assert empty == []


@pytest.mark.parametrize(
    ("numerator", "denominator", "shown"),
    [
        (1, 1, "100.00%"),
        (99_999, 100_000, "> 99.99%"),
        (0, 5, "0.00%"),
        (1, 100_000, "< 0.01%"),
        (1, 3, "33.33%"),
    ],
)
def test_a_rate_is_not_rounded_to_certainty(numerator: int, denominator: int, shown: str) -> None:
    assert percent(numerator, denominator) == shown


def test_nothing_published_is_said_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "datasets").symlink_to(PROJECT / "datasets")
    (tmp_path / "models").symlink_to(PROJECT / "models")
    assert main(["--project", str(tmp_path), "identity-page", "--data", "demo"]) == 1
    assert "make build DATA=demo" in capsys.readouterr().err
    assert main(["--project", str(tmp_path), "identity-page", "--data", "nowhere"]) == 2
