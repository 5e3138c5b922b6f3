"""The quality page says what the published version says, in two languages, and nothing personal; the page engine."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import tarfile
from functools import cache
from pathlib import Path

import pytest
from test_identity_page import Reader, ask, assert_self_contained, both_data_sets
from test_privacy import canaries

from conftest import PROJECT
from customer360.cli import main
from customer360.core.data_sets import load_data_set
from customer360.core.sources import load_sources
from customer360.core.warehouse import Warehouse
from customer360.presentation import page as engine
from customer360.presentation import quality_page
from customer360.presentation.page import Dictionary, NoCharts, echarts, trend
from customer360.presentation.quality_page import PAGE, figures, render


@cache
def page(data_set: str) -> str:
    declared = load_data_set(PROJECT, data_set, load_sources(PROJECT))
    return render(declared, figures(Warehouse(PROJECT / "warehouse" / data_set)))


@both_data_sets
def test_the_page_is_whole_and_needs_nothing_from_elsewhere(data_set: str) -> None:
    assert_self_contained(page(data_set))


@both_data_sets
def test_every_text_is_there_in_both_languages(data_set: str) -> None:
    read = Reader(page(data_set))
    assert len(read.texts["zh"]) == len(read.texts["en"]) > 80
    assert [text for text in read.texts["en"] if re.search(r"[\u4e00-\u9fff]", text)] == []


def test_the_dictionary_is_filled_and_used() -> None:
    source = Path(quality_page.__file__).read_text(encoding="utf-8") + Path(engine.__file__).read_text(
        encoding="utf-8"
    )
    assert all(zh.strip() and en.strip() for zh, en in PAGE.words.values())
    coded = {"measure", "status", "event", "area"}
    lone = [key for key in PAGE.words if key.split(".")[0] not in coded and not key.endswith(".note")]
    assert [key for key in lone if not re.search(f"['\"]{re.escape(key)}['\"]", source)] == []
    measures = {name for (name,) in ask("demo", "select distinct measure from marts.scorecard")}
    assert {f"measure.{name}" for name in measures} <= PAGE.words.keys()


def test_the_page_shows_the_figures_of_the_version() -> None:
    read = Reader(page("demo"))
    rows = {name: len(found) for name, found in read.rows.items()}
    ((whole,),) = ask("demo", "select count(*) from marts.scorecard where source_system = 'all'")
    ((reasons, errors),) = ask(
        "demo",
        "select count(distinct reason_code), count(*) filter (counts_as_error) from pages.quarantine_examples",
    )
    ((tables,),) = ask("demo", "select count(distinct table_name) from publication.contract_columns")
    assert rows["quarantine"] == 2 + reasons + errors
    assert rows["contracts"] == 1 + tables
    assert rows["scorecard"] >= 1 + whole
    assert 11 < rows["gate"] <= 21
    tiles = re.findall(r"<dd[^>]*>(.*?)</dd>", page("demo"))
    ((quarantined,),) = ask("demo", "select sum(row_count) from pages.quarantine_examples")
    assert tiles[0] == str(tables) and tiles[4] == f"{quarantined:,.0f}"


def test_a_table_with_an_announced_end_says_when() -> None:
    found = figures(Warehouse(PROJECT / "warehouse" / "demo"))
    found["tables"][-1]["deprecated_on"] = "2027-05-31"
    declared = load_data_set(PROJECT, "demo", load_sources(PROJECT))
    assert "2027-05-31" in render(declared, found) and "2027-05-31" not in page("demo")


def test_no_planted_value_is_on_the_page_and_examples_are_shapes() -> None:
    assert [value for value in canaries() if value in page("demo")] == []
    shapes = ask("demo", "select row_masked from pages.quarantine_examples")
    assert len(shapes) > 10
    for (shape,) in shapes:
        values = [part.split(": ", 1)[-1] for part in shape.split("; ")]
        assert not any(re.search(r"[0-8]|[a-wyzA-Z\u4e00-\u9fff]", value) for value in values), shape


def test_nothing_published_is_said_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("datasets", "models"):
        (tmp_path / name).symlink_to(PROJECT / name)
    assert main(["--project", str(tmp_path), "quality-page", "--data", "demo"]) == 1
    assert "make build DATA=demo" in capsys.readouterr().err


# --- the engine -------------------------------------------------------------------------------------------


def test_a_script_is_let_through_by_its_hash_alone() -> None:
    document = PAGE.document("demo", [], [], script="draw()")
    hashed = base64.b64encode(hashlib.sha256(b"draw()").digest()).decode()
    assert f"script-src 'sha256-{hashed}'" in document and "<script>draw()</script>" in document


def test_a_trend_shows_what_there_is() -> None:
    assert trend([]).html == trend([None]).html == "–"
    line = trend([0.1, None, 0.3], limit=0.5).html
    assert line.count(",") == 2 and 'class="limit"' in line  # two points: a gap is a gap
    assert "nan" not in trend([0.2, 0.2]).html


def package(source: bytes) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        entry = tarfile.TarInfo("package/dist/echarts.min.js")
        entry.size = len(source)
        archive.addfile(entry, io.BytesIO(source))
    return packed.getvalue()


def test_charts_come_from_the_registry_once_and_only_as_expected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = package(b"var echarts = '</script>'")

    def fetch(folder: Path) -> Path:
        (folder / "echarts.tgz").write_bytes(content)
        return folder / "echarts.tgz"

    monkeypatch.setattr(engine, "_fetch", fetch)
    with pytest.raises(NoCharts, match="not the one that this project was tested with"):
        echarts(tmp_path)
    monkeypatch.setattr(
        engine, "ECHARTS_INTEGRITY", base64.b64encode(hashlib.sha512(content).digest()).decode()
    )
    assert echarts(tmp_path) == "var echarts = '<\\/script>'"
    monkeypatch.setattr(engine, "_fetch", lambda folder: pytest.fail("fetched twice"))
    assert "echarts" in echarts(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [f"echarts-{engine.ECHARTS}.min.js"]


def test_without_npm_or_a_registry_the_message_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine.shutil, "which", lambda name: None)
    with pytest.raises(NoCharts, match=r"Install Node\.js"):
        echarts(tmp_path)
    monkeypatch.setattr(engine.shutil, "which", lambda name: "/bin/false")
    with pytest.raises(NoCharts, match="npm config set registry"):
        echarts(tmp_path)


def test_a_dictionary_of_a_page_has_the_words_of_every_page(tmp_path: Path) -> None:
    (tmp_path / "words.csv").write_text("key,zh,en\ntitle,页,Page\n", encoding="utf-8")
    words = Dictionary(tmp_path / "words.csv").words
    assert words["title"] == ("页", "Page") and "not_measured" in words
