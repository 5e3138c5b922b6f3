"""The review page shows the queue's pairs whole and to its owner alone, and what it saves lands as decisions."""

from __future__ import annotations

import json
import os
import re
import stat
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import duckdb
import pytest
from test_dashboard import CONTRAST, Browser, chromium  # noqa: F401 (chromium is a fixture)
from test_identity_page import Reader

from conftest import PROJECT, latest_build
from customer360.cli import main
from customer360.core.data_sets import DataSet, load_data_set
from customer360.core.sources import load_sources
from customer360.core.warehouse import Warehouse
from customer360.landing.inbox import land_inbox
from customer360.presentation import review_page
from customer360.presentation.activation import exported, summary
from customer360.presentation.for_people import NotMade
from customer360.presentation.review_page import FIELDS, PAGE, compared, figures, probability, render, write
from customer360.privacy.exports import remove_all, remove_expired
from identity_kit import Lab, compiled, person

BUILD = "20260201T080000000"
NASTY = "<script>alert(1)</script>\"'&</script><!--"
RECORDS = {
    "crm:1": {"name": NASTY, "phone": "+8613812345678", "address": "</table><img src=x onerror=alert(2)>"},
    "pos:2": {"name": "王伟", "phone": "+8613812345678", "gender": "male", "birth_date": "1990-02-03"},
    "shop:3": {"name": "王小伟", "phone_partial": "138****5678", "birth_year": "1990", "city_code": "370200"},
    "app:4": {"email": "=cmd@x.cn", "company_name": "Müller & Söhne", "customer_kind": "organisation"},
    "erp:5": {"member_no": "M&M"},
}
QUEUE = [
    ("crm:1", "pos:2", "person_phone_part", "policy", None, 1.0),
    ("pos:2", "crm:1", "model", "conflict", 0.9, None),
    ("pos:2", "shop:3", "person_phone_part", "ambiguous", None, 3.0),
    ("app:4", "erp:5", "a_rule_that_went", "model", 0.6, 2.0),
]
COLUMNS = (
    "name", "name_honorific", "company_name", "company_branch", "phone", "phone_partial", "email", "unionid", "member_no",
    "credit_code", "id_number_hash", "gender", "province_code", "city_code", "district", "address", "country", "job_title",
    "account_owner",
)  # fmt: skip


def build_file(folder: Path, weights: bool = False, gain: bool = False) -> Path:
    """A build file with what the page reads, of five records and three pairs."""
    file = folder / BUILD / "customer360.duckdb"
    file.parent.mkdir(parents=True)
    with duckdb.connect(str(file)) as connection:
        for schema in ("marts", "policy", "intermediate", "input"):
            connection.execute(f"create schema {schema}")
        connection.execute(
            "create table intermediate.int_identity__records (record_key int, record_id text, source_system text,"
            " source_customer_id text, customer_kind text);"
            f"create table input.input__customers (source_system text, source_customer_id text, {' text, '.join(COLUMNS)} text,"
            " birth_date date, birth_year int, first_seen_at timestamp, last_seen_at timestamp);"
            "create table marts.identity_review_queue (record_id_a text, record_id_b text, customer_id_a text,"
            " customer_id_b text, rule_code text, review_reason text, evidence_type text, name_agreement text,"
            " match_probability double, expected_gain double);"
            "create table marts.customer_identities (record_id text, customer_id text, source_system text);"
            "create table marts.customers (customer_id text, purchase_count bigint, last_purchase_on date);"
            "create table policy.identity_rules as select 'person_phone_part' as rule_code, 'person' as customer_kind,"
            " '同号' as label_zh, 'Same <phone>' as label_en;"
            "create table policy.identity_evidence as select 'person' as customer_kind, 'phone' as evidence_type,"
            " '电话' as label_zh, 'Phone' as label_en;"
            "create table policy.administrative_divisions as select '370200' as code, '青岛市' as label_zh, 'Qingdao' as label_en;"
            "create table intermediate.int_calendar__as_of as select date '2026-01-31' as as_of_on"
        )
        for key, (record, columns) in enumerate(RECORDS.items(), start=1):
            system, number = record.split(":")
            row = dict(columns)
            kind = row.pop("customer_kind", "person")
            connection.execute(
                "insert into intermediate.int_identity__records values (?, ?, ?, ?, ?)",
                [key, record, system, number, kind],
            )
            row |= {"source_system": system, "source_customer_id": number, "last_seen_at": "2026-01-02"}
            connection.execute(
                f"insert into input.input__customers ({', '.join(row)}) values ({', '.join('?' * len(row))})",
                list(row.values()),
            )
            connection.execute(
                "insert into marts.customer_identities values (?, ?, ?)", [record, f"c{key}", system]
            )
            connection.execute(
                "insert into marts.customers values (?, ?, '2026-01-05')", [f"c{key}", key - 1]
            )
        place = {record: f"c{key}" for key, record in enumerate(RECORDS, start=1)}
        for a, b, rule, reason, share, expected in QUEUE:
            connection.execute(
                "insert into marts.identity_review_queue values (?, ?, ?, ?, ?, ?, 'phone', 'partial', ?, ?)",
                [a, b, place[a], place[b], rule, reason, share, expected],
            )
        if not gain:
            connection.execute("alter table marts.identity_review_queue drop expected_gain")
        if weights:
            connection.execute(
                "create table intermediate.int_identity__pair_weights as select * from (values"
                " (2, 1, 'phone', 'equal', 6.0::double, '电话相同', 'Phone <equal>'), (2, 1, 'name', 'different', -8.0, null, null),"
                " (2, 1, 'prior', 'prior', -1.0, '先验', 'Prior'), (1, 5, 'phone', 'equal', 99.0, '别的', 'Other'),"
                " (2, 3, 'phone', null, -20.0, null, null), (2, 3, 'name', 'never', '-infinity', null, null))"
                " as w (record_key_a, record_key_b, comparison, level, weight, label_zh, label_en)"
            )
    return file


def data_set_in(root: Path) -> DataSet:
    declared = load_data_set(PROJECT, "demo", load_sources(PROJECT))
    return replace(declared, file=root / "datasets" / "demo.yml")


def page_of(folder: Path, count: int = 100, **what: bool) -> str:
    return render(data_set_in(folder), figures(build_file(folder, **what), count))


def pairs_of(text: str) -> list[list[str]]:
    return json.loads(re.search(r'id="data">(.*?)</script>', text)[1])["pairs"]


# --- where it lies -----------------------------------------------------------------------------------------


def published(root: Path) -> Warehouse:
    """A warehouse whose published version is that of the build file."""
    warehouse = Warehouse(root / "warehouse" / "demo")
    build_file(warehouse.builds)
    (warehouse.versions / BUILD).mkdir(parents=True)
    warehouse.pointer.symlink_to(warehouse.versions / BUILD)
    return warehouse


def test_the_page_and_its_folder_are_the_owners_alone(tmp_path: Path) -> None:
    warehouse = published(tmp_path)
    for folder in (tmp_path / "review", tmp_path / "review" / "demo"):
        folder.mkdir()
        folder.chmod(0o755)
    before = os.umask(0)
    try:
        path, pairs = write(data_set_in(tmp_path), warehouse, 2)
    finally:
        os.umask(before)
    assert (path, pairs) == (tmp_path / "review" / "demo" / "identity_review.html", 2)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in (path.parent, path.parent.parent)} == {0o700}
    assert [file.name for file in path.parent.iterdir()] == [path.name], "no temporary file stays"
    # who made it is known, and the log holds nobody
    (entry,) = exported(warehouse)
    assert entry["event"] == "review_page" and entry["rows"] == 2 and entry["publication"] == BUILD
    assert "2 pairs" in summary([entry]) and "王" not in summary([entry])


def test_it_goes_with_the_retention_and_when_somebody_is_erased(tmp_path: Path) -> None:
    warehouse, data_set = published(tmp_path), data_set_in(tmp_path)
    path, _ = write(data_set, warehouse)
    assert remove_expired(PROJECT, replace(data_set, name="none_such"), warehouse) == []
    (tmp_path / "seeds" / "policy").mkdir(parents=True)
    (tmp_path / "seeds" / "policy" / "privacy_policy.csv").write_text("export_retention_days\n30\n")
    assert remove_expired(tmp_path, data_set, warehouse) == [] and path.is_file()
    os.utime(path, (0, 0))
    assert remove_expired(tmp_path, data_set, warehouse) == ["review/demo/identity_review.html"]
    path, _ = write(data_set, warehouse)
    assert remove_all(tmp_path, data_set, warehouse) == ["review/demo/identity_review.html"]
    assert not path.exists() and exported(warehouse)[-1]["why"] == "erasure"


def test_without_a_publication_or_its_build_it_says_what_to_do(tmp_path: Path) -> None:
    warehouse, data_set = published(tmp_path), data_set_in(tmp_path)
    (warehouse.builds / BUILD / "customer360.duckdb").unlink()
    with pytest.raises(NotMade, match=r"kept no longer\. Run: make build DATA=demo"):
        write(data_set, warehouse)
    with pytest.raises(NotMade, match="nothing is published yet"):
        write(data_set, Warehouse(tmp_path / "other"))
    duckdb.connect(str(warehouse.builds / BUILD / "customer360.duckdb")).close()
    with pytest.raises(NotMade, match="is older than this command"):
        write(data_set, warehouse)
    assert not (tmp_path / "review").exists()
    assert main(["--project", str(PROJECT), "review-page", "--data", "demo", "--n", "0"]) == 2
    assert main(["--project", str(PROJECT), "review-page", "--data", "nowhere"]) == 2


# --- what it shows -----------------------------------------------------------------------------------------


def test_the_page_is_whole_and_needs_nothing_from_elsewhere(tmp_path: Path) -> None:
    text = page_of(tmp_path, weights=True)
    read = Reader(text)
    assert read.faults == []
    (policy,) = [
        value
        for tag, name, value in read.attributes
        if tag == "meta" and name == "content" and "src" in value
    ]
    assert re.fullmatch(
        r"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-[\w+/=]+'", policy
    )
    assert {tag for tag, *_ in read.attributes} & {"link", "img", "iframe", "object", "base", "form"} == set()
    assert [
        a for a in read.attributes if a[1] in ("src", "href", "srcset", "action") or a[1][:2] == "on"
    ] == []
    assert re.search(r"(?i)https?:|(?<!Object)url\(|@import|fetch\(|XMLHttpRequest|sendBeacon", text) is None


def test_every_value_is_escaped(tmp_path: Path) -> None:
    text = page_of(tmp_path, weights=True)
    read = Reader(text)
    assert text.count("<script") == text.count("</script>") == 2, "the data and the page's own"
    assert (
        "alert(2)>" not in text
        and "<img" not in text
        and "Same <phone>" not in text
        and "<equal>" not in text
    )
    assert NASTY in unescape(text) and "Müller & Söhne" in unescape(text) and "M&M" not in text
    assert [name for tag, name, _ in read.attributes if tag == "script"] == ["type", "id"], (
        "those of the data"
    )


def test_the_pairs_are_the_queue_in_its_order_each_once(tmp_path: Path) -> None:
    text = page_of(tmp_path)
    # 0.6 is more open than 0.9; two questions about one pair are one, with both reasons
    assert pairs_of(text) == [["app:4", "erp:5"], ["pos:2", "crm:1"], ["pos:2", "shop:3"]]
    second = text.split('id="pair-2"')[1].split('id="pair-3"')[0]
    assert "规则要求人工看一眼" in second and "有信息相冲突" in second and "90.00%" in second
    assert "3 pairs on this page, 3 in the queue" in text
    assert "<code>a_rule_that_went</code>" in text, "a rule without a label is shown by its code"


def test_the_queue_by_expected_gain_where_it_has_one(tmp_path: Path) -> None:
    text = page_of(tmp_path, 2, gain=True)
    assert pairs_of(text) == [["pos:2", "shop:3"], ["app:4", "erp:5"]]
    assert "2 pairs on this page, 3 in the queue" in text
    assert 'id="pair-3"' not in text


def test_of_the_latest_build_every_pair_is_there_with_its_values() -> None:
    built = latest_build("demo")
    found = figures(built, 1000)
    with duckdb.connect(str(built), read_only=True) as connection:
        columns = [
            name for name, *_ in connection.execute("describe from marts.identity_review_queue").fetchall()
        ]
        gain = "expected_gain desc nulls last, " if "expected_gain" in columns else ""
        levels = {
            level for (level,) in connection.execute("select level from policy.identity_levels").fetchall()
        }
        queue = connection.execute(
            "select least(record_id_a, record_id_b), greatest(record_id_a, record_id_b) from marts.identity_review_queue"
            f" order by {gain} abs(match_probability - 0.5) nulls last, record_id_a, record_id_b"
        ).fetchall()
    assert [tuple(sorted(pair.ids)) for pair in found.pairs] == list(dict.fromkeys(queue)) and len(queue) > 10
    text = render(load_data_set(PROJECT, "demo", load_sources(PROJECT)), found)
    assert Reader(text).faults == []
    phones = {side["phone"] for pair in found.pairs for side in (pair.a, pair.b)} - {None}
    assert phones and all(phone in text for phone in phones)
    codes = set(re.findall(r"<code>(.*?)</code>", text)) - set(found.customers) - levels
    assert not {code for code in codes if not code.startswith("customer360")}, "every code has its label"


def test_weights_are_bars_with_their_sum_and_without_them_the_page_says_so(tmp_path: Path) -> None:
    text = page_of(tmp_path, weights=True)
    first, second, third = (
        text.split(f'id="pair-{number}"')[1].split("</section>")[0] for number in (1, 2, 3)
    )
    assert "No weights are known" in first, "nor those of another pair"
    assert "&lt; 0.01%" in third and "inf" not in third and "None" not in third and "nan" not in third
    assert re.findall(r'<td class="number">([^<]*)<', second) == [
        "-1.00",
        "-8.00",
        "+6.00",
        "-3.00",
        "90.00%",
    ]
    bars = re.findall(r'<rect class="(for|against)" x="([\d.]+)" width="([\d.]+)"', second)
    assert bars == [
        ("against", "95.00", "5.00"), ("against", "60.00", "40.00"), ("for", "100.00", "30.00"), ("against", "85.00", "15.00"),
    ]  # fmt: skip
    assert "Phone &lt;equal&gt;" in second and "<code>name</code>" in second
    assert probability(0) == 0.5 and probability(1) == pytest.approx(2 / 3) and probability(-5000) >= 0


CASES = [
    ("text", "光明路1号", "光明路１号", "equal"),
    ("text", "Main St. 5", "main st 5", "equal"),
    ("text", "光明路170号银杏苑1幢", "光明路170号银杏苑2幢", "near"),
    ("text", "光明路170号", "人民东街9号", "different"),
    ("text", None, "x", "one"),
    ("text", None, "", "none"),
    ("name", "wang wei", "Wei Wang", "near"),
    ("name", "王伟", "王伟强", "near"),
    ("name", "王伟", "李娜", "different"),
    ("phone", "+8613812345678", "+8613812345678", "equal"),
    ("phone", "+8613812345678", "138****5678", "near"),
    ("phone", "+8613912345678", "138****5678", "different"),
    ("phone", "+8613812345678", "+8613812345687", "near"),
    ("phone", "+8613812345678", "+8613812345679", "near"),
    ("phone", "+8613812345678", "+8613812349999", "different"),
    ("date", "1990-02-03", "1990-03-02", "near"),
    ("date", "1990-02-03", "1990-02-13", "near"),
    ("date", "1990-02-03", "1990", "near"),
    ("date", "1990-02-03", "1991", "different"),
    ("date", "1990-02-03", "1991-02-13", "different"),
    ("code", "M1", "m1", "equal"),
    ("code", "M1", "M12", "different"),
]


@pytest.mark.parametrize(("kind", "a", "b", "state"), CASES)
def test_how_two_values_stand_to_each_other(kind: str, a: str | None, b: str | None, state: str) -> None:
    assert compared(kind, a, b) == compared(kind, b, a) == state


def test_two_names_are_near_where_identity_resolution_says_so() -> None:
    assert compared("name", "王伟", "wang wei") == "different"
    assert compared("name", "王伟", "wang wei", "sound") == "near"
    assert compared("name", "王伟", "wang wei", "unknown") == "different"


def test_states_are_told_apart_by_sign_and_word(tmp_path: Path) -> None:
    text = page_of(tmp_path)
    third = text.split('id="pair-3"')[1].split("</section>")[0]
    marks = dict(re.findall(r'data-field="(\w+)".*?<td class="mark">(.*?)</td>', third))
    assert "≈" in marks["phone"] and "near" in marks["phone"] and "相近" in marks["phone"]
    assert "≈" in marks["birth"] and "one only" in marks["gender"] and "Qingdao" in third
    assert 'data-field="email"' not in third, "a field that neither has"
    assert "Purchases 1" in third and "1 pos" not in third


def test_both_languages_are_complete_and_every_word_is_used(tmp_path: Path) -> None:
    read = Reader(page_of(tmp_path, weights=True))
    assert len(read.texts["zh"]) == len(read.texts["en"]) > 100
    with review_page.WORDS.open(encoding="utf-8") as file:
        rows = [line.split(",")[0] for line in file][1:]
    assert len(rows) == len(set(rows))
    assert all(zh.strip() and en.strip() for zh, en in PAGE.words.values())
    assert not [key for key in rows if re.search("[\u4e00-\u9fff]", PAGE.words[key][1])]
    source = Path(review_page.__file__).read_text(encoding="utf-8")
    coded = {"field": FIELDS, "mark": review_page.MARKS, "gender": ("male", "female")}
    for key in rows:
        first, _, rest = key.partition(".")
        assert (
            rest in coded.get(first, ())
            or re.search(f"[\"']{re.escape(key)}[\"']", source)
            or first == "weights"
            or key in ("title", "lead")
        ), key
    assert {f"field.{name}" for name in FIELDS} <= set(rows)


def test_a_data_set_that_reads_no_answers_says_so(tmp_path: Path) -> None:
    found = figures(build_file(tmp_path), 1)
    data_set = data_set_in(tmp_path)
    without = replace(
        data_set, offers={key: table for key, table in data_set.offers.items() if key[0] != "stewardship"}
    )
    assert "does not list the system stewardship" in render(without, found)
    assert "does not list the system stewardship" not in render(data_set, found)


def test_an_empty_queue_makes_a_page_without_questions(tmp_path: Path) -> None:
    file = build_file(tmp_path)
    with duckdb.connect(str(file)) as connection:
        connection.execute("delete from marts.identity_review_queue")
    text = render(data_set_in(tmp_path), figures(file, 10))
    assert "There is no pair in the queue" in text and pairs_of(text) == [] and 'class="answers' not in text


# --- in a browser, and what becomes of its file ------------------------------------------------------------


@pytest.fixture
def review(chromium: Any, tmp_path: Path) -> Browser:  # noqa: F811
    file = tmp_path / "page.html"
    file.write_text(page_of(tmp_path, weights=True), encoding="utf-8")
    return Browser(chromium, file, timezone_id="America/Los_Angeles")


def shown(looked: Browser) -> tuple[str, str, str]:
    """Which pair is shown, its answer, and how many are answered."""
    page = looked.page
    (section,) = page.locator(".pair:visible").all()
    badge = section.locator(".badge").get_attribute("data-decision") or ""
    return section.get_attribute("id"), badge, page.inner_text("#answered")


def saved(looked: Browser) -> tuple[str, bytes]:
    with looked.page.expect_download() as download:
        looked.page.click('[data-do="save"]')
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def test_keys_answer_go_back_and_undo_and_a_reload_forgets_nothing(review: Browser) -> None:
    page = review.page
    assert shown(review) == ("pair-1", "", "0 / 3")
    assert page.evaluate("document.querySelectorAll('script[src], img').length") == 0
    page.keyboard.press("ArrowRight")
    page.keyboard.press("j")
    assert shown(review) == ("pair-3", "", "1 / 3")
    page.keyboard.press("Shift+?")
    assert shown(review) == ("pair-1", "", "2 / 3"), "on to what is open"
    page.keyboard.press("z")
    assert shown(review) == ("pair-3", "", "1 / 3")
    page.keyboard.press("u")
    page.click(".answers [data-decision=must_not_link]")
    assert shown(review)[2] == "3 / 3" and page.is_visible("#done")
    page.reload()
    page.wait_for_selector("html[data-ready]")
    assert shown(review)[2] == "3 / 3"
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("y")
    page.keyboard.press("z")
    page.keyboard.press("z")
    assert shown(review) == ("pair-1", "", "2 / 3"), "what was answered before the reload is undone as well"
    page.locator("#by").press_sequentially("nyu?z")
    page.locator(".pair:visible .note input").press_sequentially("yny")
    assert page.input_value("#by") == "nyu?z"
    assert shown(review)[2] == "2 / 3", "letters of a text are no answers"
    page.click("details summary")
    page.click('[data-do="forget"]')
    assert shown(review)[2] == "0 / 3" and page.input_value("#by") == ""
    assert page.evaluate("Object.keys(localStorage).length") == 0
    page.reload()
    page.wait_for_selector("html[data-ready]")
    assert shown(review)[2] == "0 / 3"
    assert review.messages == [] and all(url.startswith("file:") for url in review.requests)


def test_answers_are_those_of_one_build(review: Browser, tmp_path: Path) -> None:
    review.page.keyboard.press("y")
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    (tmp_path / "next.html").write_text(text.replace(BUILD, "20260301T080000000"), encoding="utf-8")
    review.page.goto((tmp_path / "next.html").as_uri())
    review.page.wait_for_selector("html[data-ready]")
    assert shown(review)[2] == "0 / 3"


def test_a_browser_that_keeps_nothing_is_told_so_and_can_save(chromium: Any, tmp_path: Path) -> None:  # noqa: F811
    file = tmp_path / "page.html"
    file.write_text(page_of(tmp_path), encoding="utf-8")
    context = chromium.new_context()
    context.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('no'); } })"
    )
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(file.as_uri())
    page.wait_for_selector("html[data-ready]")
    assert page.is_visible("#not_kept")
    page.keyboard.press("y")
    assert page.inner_text("#answered") == "1 / 3"
    with page.expect_download() as download:
        page.click('[data-do="save"]')
    assert Path(download.value.path()).read_bytes().count(b"must_link") == 1 and faults == []
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_a_phone_and_can_be_read(chromium: Any, tmp_path: Path, scheme: str) -> None:  # noqa: F811
    file = tmp_path / "page.html"
    file.write_text(page_of(tmp_path, weights=True), encoding="utf-8")
    looked = Browser(
        chromium, file, viewport={"width": 390, "height": 844}, is_mobile=True, color_scheme=scheme
    )
    looked.page.keyboard.press("ArrowRight")
    for language in ("zh", "en"):
        looked.page.click(f"label[for={language}]")
        assert looked.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        sizes = looked.page.evaluate(
            "[...document.querySelectorAll('.answers div button')].map((b) => [b.offsetWidth, b.offsetHeight])"
        )
        assert len(sizes) == 5 and all(width >= 44 and height >= 48 for width, height in sizes)
        assert (
            looked.page.locator(
                f".pair:visible span[lang={'en' if language == 'zh' else 'zh'}]:visible"
            ).count()
            == 0
        )
        seen, bad = looked.page.evaluate(CONTRAST)
        assert seen > 40 and bad == []


def answered(review: Browser) -> tuple[str, bytes]:
    """Answer all three, with a name and a note that a spreadsheet would run, and save."""
    review.page.clock.set_fixed_time("2026-01-31T20:00:00Z")
    review.page.fill("#by", '张三, "E017"')
    review.page.fill(".pair:visible .note input", "=1+1")
    review.page.locator("h1").click()
    for key in ("u", "y", "n"):
        review.page.keyboard.press(key)
    return saved(review)


def test_the_saved_file_lands_and_is_accepted(review: Browser, tmp_path: Path) -> None:
    name, content = answered(review)
    assert re.fullmatch(rf"identity_decisions_{BUILD}_[0-9a-f]{{4}}\.csv", name)
    assert content.startswith(
        b"\xef\xbb\xbfrecord_id_a,record_id_b,decision,decided_by,decided_on,note,drawn_as\r\n"
    )
    assert content.decode().count(",2026-02-01,") == 3, (
        "the day of the company, which is not that of the browser"
    )
    assert b",'=1+1,\r\n" in content, "no spreadsheet takes it for a formula"
    assert saved(review) == (name, content), "saved again it is the same file"
    assert name in review.page.inner_text("#saved") and not review.page.is_visible("#unsaved")
    inbox = tmp_path / "inbox" / "stewardship" / "identity_decisions"
    inbox.mkdir(parents=True)
    (inbox / name).write_bytes(content)
    assert land_inbox(PROJECT, "demo", tmp_path / "inbox", tmp_path / "landing")
    rows = staged(tmp_path / "landing")
    assert [row[:3] for row in rows] == [
        ("app:4", "erp:5", "undecided"), ("crm:1", "pos:2", "must_link"), ("pos:2", "shop:3", "must_not_link"),
    ]  # fmt: skip
    assert {row[3] for row in rows} == {'张三, "E017"'} and {row[4] for row in rows} == {"", "=1+1"}
    assert {row[5] for row in rows} == {"[]"}, "no row is quarantined"


def drawn(file: Path) -> Path:
    """A build file whose draw has a linked pair and an open one; the queue is as before."""
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            "create schema quality; create table quality.drawn_pairs as select * from (values"
            " (2, 'open 0 to 2', 'pos:2', 'shop:3', 'c2', 'c3', 0.61::double),"
            " (1, 'linked 4 and more', 'crm:1', 'erp:5', 'c1', 'c1', 0.97))"
            " as d (draw_order, drawn_as, record_id_a, record_id_b, customer_id_a, customer_id_b, match_probability)"
        )
    return file


def test_drawn_pairs_come_in_the_order_of_the_draw_and_show_nothing_that_leads(tmp_path: Path) -> None:
    found = figures(drawn(build_file(tmp_path, weights=True)), 100, sample=True)
    text = render(data_set_in(tmp_path), found)
    assert pairs_of(text) == [["crm:1", "erp:5"], ["pos:2", "shop:3"]] and found.total == 2
    data = json.loads(re.search(r'id="data">(.*?)</script>', text)[1])
    assert data["drawn"] == ["linked 4 and more", "open 0 to 2"]
    assert "97.0%" not in text and "61.0%" not in text
    assert unescape(text).count(PAGE.words["weights.none"][1]) == 2, (
        "no weight of what the answers are to measure"
    )
    # the queue knows of no draw
    assert (
        json.loads(re.search(r'id="data">(.*?)</script>', page_of(tmp_path / "other"))[1])["drawn"]
        == [""] * 3
    )


def staged(landing: Path) -> list[tuple]:
    """What the staging model makes of the landed decisions."""
    lab = Lab()
    connection = lab.connection
    connection.execute("create schema stewardship")
    connection.execute(
        "create view stewardship.identity_decisions as select *, cast(null as bigint) as _load_rank"
        f" from read_parquet('{landing}/stewardship/identity_decisions/*_*.parquet', union_by_name = true)"
    )
    for folder, seed in (
        ("reference", "source_codes"),
        ("reference", "standard_terms"),
        ("policy", "first_plausible_days"),
    ):
        connection.execute(
            f"create table policy.{seed} as from read_csv(?, header = true, all_varchar = true)",
            [str(PROJECT / "seeds" / folder / f"{seed}.csv")],
        )
    connection.execute("alter table policy.first_plausible_days alter first_plausible_on type date")
    node = lab._node("base_stewardship__identity_decisions")
    lab._create_functions(node)
    return connection.execute(
        "select record_id_a, record_id_b, decision, decided_by, coalesce(note, ''), cast(broken_rules as varchar)"
        f" from ({compiled(node)}) order by all"
    ).fetchall()


def test_what_is_undecided_links_nothing_parts_nothing_and_is_not_asked_again() -> None:
    phone = {"phone": "+8613812345678"}
    records = [
        person("app", "1", **phone),
        person("crm", "2", name="王伟强", **phone),
        person("pos", "3", name="李小娜", **phone),
        person("shop", "4", name="王伟强", **phone),
    ]
    lab = Lab()
    result = lab.build(records)
    queue = lab.rows("select record_id_a, record_id_b from marts.identity_review_queue")
    assert result["app:1"] not in (result["crm:2"], result["pos:3"]) and len(queue) > 1
    asked = [{"a": "app:1", "b": other, "decision": "undecided"} for other in ("crm:2", "pos:3", "shop:4")]
    again = Lab()
    assert again.build(records, asked) == result
    assert again.rows("from marts.identity_review_queue") == []
    # nor does it part what a rule joins
    asked = [{"a": "crm:2", "b": "shop:4", "decision": "undecided"}]
    assert Lab().build(records, asked) == result and result["crm:2"] == result["shop:4"]
