"""A company that the project has never seen is brought along docs/bring-your-data.md, down to the marts.

The company is coffee_company; what it sold is computed here from its plain facts, not read back from a warehouse.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
import yaml
from jinja2 import Template

from check_kit import foretold, measured
from coffee_company import (
    ARTICLES,
    CARDS,
    CUSTOMERS,
    ORDERS,
    RETURNED,
    card_of,
    day,
    till_lines,
    till_moment,
    web_lines,
    write_company,
)
from conftest import PROJECT, copy_project
from customer360.cli import verbs
from customer360.core.data_sets import check_policy, load_data_set
from customer360.core.declarations import DeclarationError
from customer360.core.policy import BASE
from customer360.core.sources import Column, Table, load_sources
from customer360.core.warehouse import Warehouse
from customer360.landing.totals import TotalWords
from customer360.onboarding import mapped_models, mapped_rules
from customer360.onboarding.check_data import describe, marts
from customer360.onboarding.mapping import (
    check_mapping,
    load_contracts,
    open_points,
    require_complete,
)
from customer360.onboarding.new_data import (
    CannotScaffold,
    look_into,
    propose,
    scaffold,
    snake_name,
    todo_list,
)
from customer360.onboarding.systems import INPUT_TESTS, LISTS, out_of_step, system_files, write_systems

NAME = "kaffeepost"
DOC = (PROJECT / "docs" / "bring-your-data.md").read_text(encoding="utf-8")
CONTRACTS = load_contracts(PROJECT)
TOTALS = TotalWords.of(PROJECT, BASE)

# What the how-to decides for the example: file, heading or key it stands at, what new-data wrote, what it becomes.
WEBSHOP, TILL = (f"models/staging/{s}/_{s}__sources.yml" for s in ("webshop", "till"))
EDITS = [
    (WEBSHOP, "channel", "orders.channel: todo", "orders.channel: web_shop"),
    (WEBSHOP, "Bonusklasse", "maps_to: todo", "maps_to: none"),
    (WEBSHOP, "Interne Notiz", "maps_to: todo", "maps_to: none"),
    (TILL, "channel", "orders.channel: todo", "orders.channel: store"),
    (
        TILL,
        "Loyalty card",
        "maps_to: todo",
        "pii: name, maps_to: [orders.source_customer_id, customers.source_customer_id]",
    ),
    (TILL, "Cardholder", "maps_to: todo", "pii: name, maps_to: customers.name"),
    (TILL, "Cashier", "maps_to: todo", "maps_to: none"),
]


def run(project: Path, verb: str, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "customer360", verb, *words],
        cwd=project,
        env={k: v for k, v in os.environ.items() if k != "CUSTOMER360_HMAC_KEY"}
        | {"DO_NOT_TRACK": "1"}
        | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def new_data(project: Path) -> subprocess.CompletedProcess[str]:
    return run(project, "new-data", "--name", NAME, "--currency", "EUR", "--time-zone", "Europe/Berlin")


def decide(project: Path) -> None:
    """Apply EDITS, each behind the place it belongs to."""
    for file, place, old, new in EDITS:
        text = (project / file).read_text(encoding="utf-8")
        at = text.index(old if place == "channel" else f'"{place}"')
        assert old in text[at:]
        (project / file).write_text(text[:at] + text[at:].replace(old, new, 1), encoding="utf-8")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project with the company's files in the inbox."""
    copy = copy_project(tmp_path / "project")
    write_company(copy / "inbox" / NAME)
    return copy


@pytest.fixture
def scaffolded(project: Path) -> Path:
    scaffold(project, NAME, [project / "inbox" / NAME], "EUR", "Europe/Berlin")
    return project


def snapshot(project: Path) -> dict[str, str]:
    folders = ("datasets", "models", "macros", "seeds")
    return {
        str(p.relative_to(project)): p.read_text(encoding="utf-8")
        for folder in folders
        for p in (project / folder).rglob("*")
        if p.is_file()
    }


def test_the_how_to_decides_what_the_test_decides():
    for file, place, _, new in EDITS:
        rows = [line for line in DOC.splitlines() if line.startswith(f"| {Path(file).parent.name} |")]
        assert any(place in row and f"`{new}`" in row for row in rows), place


def test_every_command_of_the_how_to_is_a_target_of_make():
    targets = verbs.commands.keys()
    used = set(re.findall(r"(?:^|`)make ([a-z-]+) ", DOC, re.MULTILINE))
    assert {"new-data", "check-data", "build"} <= used <= targets


def test_scaffolding_writes_all_that_is_needed_and_leaves_what_is_there(project):
    before = snapshot(project)
    done = new_data(project)
    assert done.returncode == 0, done.stderr
    after = snapshot(project)
    changed = {path for path in before if after[path] != before[path]}
    assert changed == {LISTS, INPUT_TESTS}
    data_set = load_data_set(project, NAME, load_sources(project))
    assert (data_set.currency, data_set.time_zone, data_set.personal_data) == ("EUR", "Europe/Berlin", True)
    assert data_set.country == "DE"
    assert data_set.offers["webshop", "orders"].encoding == "cp1252"
    assert out_of_step(project) == []
    check_policy(project, data_set)


def test_headings_become_names_roles_and_formats(scaffolded):
    tables = load_sources(scaffolded)
    customers, lines = tables["webshop", "customers"], tables["webshop", "order_lines"]
    mapped = {column.headings[0] if column.headings else column.name: column for column in customers.columns}
    assert mapped["kundennr"].maps_to == ("customers.source_customer_id",)
    assert mapped["kundennr"].required
    assert (mapped["E-Mail"].name, mapped["E-Mail"].pii) == ("e_mail", "email")
    assert mapped["anrede"].words == {"Frau": "female", "Herr": "male"}
    assert customers.formats == {"day_first": True}
    assert lines.formats == {"decimal": "comma"}
    assert tables["till", "receipts"].rows == "order_items"
    assert tables["till", "receipts"].constants["orders.document_kind"] == "by_sign"


def test_what_cannot_be_guessed_is_listed_and_refused_before_anything_runs(scaffolded):
    assert len(todo_list(scaffolded, NAME)) == len(EDITS)
    done = run(scaffolded, "build", "--data", NAME)
    assert done.returncode == 2
    for what in ("webshop.customers.bonusklasse: maps_to", "till.receipts: constants: orders.channel"):
        assert what in done.stderr
    assert not (scaffolded / "warehouse" / NAME / "build").exists()
    # the others' builds do not wait for it
    tables = load_sources(scaffolded)
    require_complete([tables["shop", "orders"], tables["online_retail", "order_lines"]], CONTRACTS)


def test_models_follow_the_mapping_and_a_build_says_so_where_they_do_not(scaffolded):
    decide(scaffolded)
    assert todo_list(scaffolded, NAME) == []
    done = run(scaffolded, "build", "--data", NAME)
    assert done.returncode == 2 and "Run: make systems" in done.stderr
    assert "stg_till__receipts_customers.sql" in new_data(scaffolded).stdout
    again = snapshot(scaffolded)
    done = new_data(scaffolded)
    assert (done.returncode, snapshot(scaffolded)) == (0, again)
    assert "nothing to write" in done.stdout
    # and back: what is offered no more leaves no model behind
    file = scaffolded / TILL
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(", customers.source_customer_id]", "]").replace("customers.name", "none"))
    assert "stg_till__receipts_customers.sql (removed)" in new_data(scaffolded).stdout
    assert not (scaffolded / "models/staging/till/stg_till__receipts_customers.sql").exists()


def test_a_model_that_somebody_edited_stays_and_others_follow_the_mapping(scaffolded):
    decide(scaffolded)
    write_systems(scaffolded)
    base = scaffolded / "models/staging/till/base/base_till__receipts.sql"
    stage = scaffolded / "models/staging/till/stg_till__receipts_products.sql"
    written, edited = (
        base.read_text(encoding="utf-8"),
        stage.read_text(encoding="utf-8").replace("min(", "max("),
    )
    stage.write_text(edited, encoding="utf-8")
    mapping = scaffolded / TILL
    text = mapping.read_text(encoding="utf-8")
    mapping.write_text(text.replace("maps_to: products.product_name", "maps_to: none"), encoding="utf-8")
    paths = [path.relative_to(scaffolded).as_posix() for path in (base, stage)]
    assert paths[0] in out_of_step(scaffolded) and paths[1] not in out_of_step(scaffolded)
    assert paths[0] in write_systems(scaffolded)
    assert "products__product_name" in written and "products__product_name" not in base.read_text(
        encoding="utf-8"
    )
    assert stage.read_text(encoding="utf-8") == edited
    assert out_of_step(scaffolded) == []


def test_what_an_earlier_version_wrote_is_written_again(scaffolded):
    model = scaffolded / "models/staging/webshop/base/base_webshop__orders.sql"
    written = model.read_text(encoding="utf-8")
    model.write_text("-- grain: one landed row\n\n{{ mapped_base('webshop', 'orders') }}\n")
    write_systems(scaffolded)
    assert model.read_text(encoding="utf-8") == written


def test_a_word_of_a_file_is_no_jinja_in_a_model(scaffolded):
    mapping = scaffolded / WEBSHOP
    word = "fr{{au}} {%o'x%} {#"
    text = mapping.read_text(encoding="utf-8").replace("{Frau: female", f"{{{json.dumps(word)}: female")
    mapping.write_text(text, encoding="utf-8")
    model = system_files(scaffolded)["models/staging/webshop/base/base_webshop__customers.sql"]
    line = next(line for line in model.splitlines() if line.endswith("then 'female'"))
    assert Template(line).render().strip() == "when 'fr{{au}} {%o''x%} {#' then 'female'"


def test_a_model_that_somebody_wrote_stays(scaffolded):
    model = scaffolded / "models/staging/webshop/stg_webshop__orders.sql"
    model.write_text("-- grain: order\n\nselect 1 as mine\n")
    (scaffolded / "policies" / NAME / "rfm_policy.csv").write_text("mine\n")
    scaffold(scaffolded, NAME, [scaffolded / "inbox" / NAME], "EUR", "Europe/Berlin")
    assert "mine" in model.read_text()
    assert (scaffolded / "policies" / NAME / "rfm_policy.csv").read_text() == "mine\n"


def test_a_new_entity_of_a_declared_system_is_shown_for_pasting(scaffolded):
    path = scaffolded / "inbox" / NAME / "webshop" / "articles" / "a.csv"
    path.parent.mkdir()
    path.write_text("Artikelnr,Artikel,Kategorie\nK-100,Espresso,Kaffee\n", encoding="utf-8")
    before = snapshot(scaffolded)
    _, says = scaffold(scaffolded, NAME, [scaffolded / "inbox" / NAME], "EUR", "Europe/Berlin")
    assert snapshot(scaffolded) == before
    assert "products.category" in says[0] and "load: replace" in says[0] and len(says) == 2


@pytest.mark.parametrize(
    ("name", "folder", "currency", "zone", "says"),
    [
        ("Kaffee Post", "webshop/orders", "EUR", "Europe/Berlin", "small letters"),
        ("../up", "webshop/orders", "EUR", "Europe/Berlin", "small letters"),
        (NAME, "shop/orders", "EUR", "Europe/Berlin", "taken by another data set"),
        (NAME, "state/orders", "EUR", "Europe/Berlin", "state is taken"),
        (NAME, "webshop/Orders 2025", "EUR", "Europe/Berlin", "small letters"),
        (NAME, "webshop", "EUR", "Europe/Berlin", "<system>/<entity>"),
        (NAME, "webshop/orders", "euro", "Europe/Berlin", "three capitals"),
        (NAME, "webshop/orders", "EUR", "Berlin", "IANA"),
        (NAME, "webshop/orders", "EUR", "Etc/UTC", "time zone Etc/UTC is of no country"),
    ],
)
def test_what_cannot_be_named_is_refused_and_nothing_is_written(tmp_path, name, folder, currency, zone, says):
    project = copy_project(tmp_path / "project")
    file = tmp_path / "files" / folder / "a.csv"
    file.parent.mkdir(parents=True)
    file.write_text("Order no,SKU,Qty,Amount\n1,A,1,2.50\n")
    before = snapshot(project)
    with pytest.raises(CannotScaffold, match=re.escape(says)):
        scaffold(project, name, [tmp_path / "files"], currency, zone)
    assert snapshot(project) == before


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    broken = tmp_path / "webshop" / "orders" / "broken.xlsx"
    broken.parent.mkdir(parents=True)
    broken.write_bytes(b"PK\x03\x04 cut short")
    with pytest.raises(
        CannotScaffold, match=r"broken\.xlsx: the file is damaged .* Remedy: .* \[unreadable\]"
    ):
        look_into(broken, TOTALS)


def test_chinese_headings_are_read_as_pinyin_and_guessed(tmp_path):
    file = tmp_path / "会员.csv"
    file.write_text("会员编号,姓名,手机号,备注说明\nM1,王小明,13800001111,老客户\n", encoding="gb18030")
    proposal = propose("huiyuan", "members", look_into(file, TOTALS), CONTRACTS)
    assert [c["name"] for c in proposal.columns] == [
        "hui_yuan_bian_hao",
        "xing_ming",
        "shou_ji_hao",
        "bei_zhu_shuo_ming",
    ]
    assert proposal.rows == "customers"
    assert [c["meta"]["maps_to"] for c in proposal.columns] == [
        "customers.source_customer_id",
        "customers.name",
        "customers.phone",
        "todo",
    ]
    assert snake_name("Größe (cm)", taken := set()) == "groesse_cm"
    assert snake_name("Groesse cm", taken) == "groesse_cm_2"
    assert snake_name("2025", set()) == "column_2025"


@pytest.mark.parametrize(
    ("text", "rows", "meant"),
    [
        (
            "SKBH,DDBH,SKRQ,SKJE,SKFS\n1,XS1,20251211,10.50,2\n",
            "payments",
            "source_payment_id source_order_id paid_at amount method",
        ),
        (
            "DDBH,HH,SPBM,SL,DJ,JE\nXS1,1,A,2,5,10\n",
            "order_items",
            "source_order_id source_line_id source_product_id quantity unit_price amount",
        ),
        (
            "campaign_code,uid,variant,sent,opened\nP1,7,A,2026-01-01 10:00,\n",
            "campaign_contacts",
            "campaign_code source_customer_id variant sent_at todo",
        ),
        (
            "Review ID,Customer ID,Rating,Review date\n1,7,4,2026-01-01\n",
            "surveys",
            "source_response_id source_customer_id score answered_at",
        ),
        ("会员卡号,id_card,手机\n1,2,13900000000\n", "customers", "member_no id_number_hash phone"),
    ],
)  # fmt: skip
def test_initials_of_pinyin_and_names_of_the_contract_are_known(tmp_path, text, rows, meant):
    file = tmp_path / "file.csv"
    file.write_text(text, encoding="utf-8")
    proposal = propose("book", "list", look_into(file, TOTALS), CONTRACTS)
    assert proposal.rows == rows
    targets = [column["meta"]["maps_to"] for column in proposal.columns]
    assert [target.removeprefix(f"{rows}.") for target in targets] == meant.split()


def test_a_name_is_not_the_heading_of_another_column(tmp_path):
    file = tmp_path / "bons.csv"
    file.write_text("Bonnr,MwSt %,MwSt,Netto,(Netto)\n1,19,0.19,1,1\n", encoding="utf-8")
    columns = propose("till", "bons", look_into(file, TOTALS), CONTRACTS).columns
    assert [(c["name"], c["meta"].get("headers")) for c in columns[1:]] == [
        ("mwst_2", ["MwSt %"]),
        ("mwst", None),
        ("netto", None),
        ("netto_2", ["(Netto)"]),
    ]


def proposed(folder: Path, system: str, entity: str, text: str) -> dict[str, str | list[str]]:
    """Heading → what it is proposed to become, without what is left open."""
    file = folder / f"{system}.csv"
    file.write_text(text, encoding="utf-8")
    columns = propose(system, entity, look_into(file, TOTALS), CONTRACTS).columns
    return {c["description"]: m for c in columns if (m := c["meta"]["maps_to"]) != "todo"}


def test_what_shops_say_of_an_order_beside_its_lines_is_proposed(tmp_path):
    """In a file that states freight or tax, a total and a discount are those of the order; a `Name` without letters is a number."""
    shop = proposed(
        tmp_path,
        "shop",
        "export",
        "Name,Financial Status,Fulfillment Status,Currency,Subtotal,Shipping,Taxes,Total,Amount,Discount Amount,Created at,"
        "Lineitem quantity,Lineitem price,Lineitem sku,Lineitem discount,Cancelled at,Payment Method,Refunded Amount\n"
        "#1001,paid,fulfilled,USD,40,5,3,48,40,2,2024-10-10 12:00:00,2,20,A,1,,bogus,0\n",
    )
    number = ["order_items.source_order_id", "orders.source_order_id"]
    assert shop == {
        "Name": number,
        "Financial Status": "orders.payment_status",
        "Fulfillment Status": "orders.status",
        "Currency": ["order_items.currency", "orders.currency"],
        "Shipping": "orders.freight_amount",
        "Taxes": "orders.tax_amount",
        "Total": "orders.document_amount",
        "Amount": "order_items.amount",
        "Discount Amount": "orders.order_discount_amount",
        "Created at": "orders.ordered_at",
        "Lineitem quantity": "order_items.quantity",
        "Lineitem price": "order_items.unit_price",
        "Lineitem sku": "order_items.source_product_id",
        "Lineitem discount": "order_items.discount_amount",
        "Cancelled at": "orders.cancelled_at",
        "Payment Method": "orders.payment_method",
        "Refunded Amount": "orders.refunded_amount",
    }
    # of two totals the one that was paid
    market = proposed(
        tmp_path,
        "market",
        "orders",
        "订单编号,总金额,买家实际支付金额,订单状态,订单创建时间,关闭时间,退款金额,运费,优惠金额,支付方式\n"
        "41,100,90,交易成功,2024-10-20 09:00:00,,10.00,5,10,支付宝\n",
    )
    assert {heading: target.removeprefix("orders.") for heading, target in market.items()} == {
        "订单编号": "source_order_id",
        "买家实际支付金额": "document_amount",
        "订单状态": "status",
        "订单创建时间": "ordered_at",
        "关闭时间": "cancelled_at",
        "退款金额": "refunded_amount",
        "运费": "freight_amount",
        "优惠金额": "order_discount_amount",
        "支付方式": "payment_method",
    }
    # without them a total is that of the line, and a name is a person's
    till = proposed(
        tmp_path, "till", "lines", "receipt no,name,date,sku,quantity,total\n7,Ann Ash,2024-10-10,A,1,20\n"
    )
    assert till["total"] == "order_items.amount"
    assert till["receipt no"] == number


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("customers.email", "customers.e_mail", "no column of the input contract"),
        ("customers.email", "kunden.email", "no column of the input contract"),
        ("rows: customers", "rows: clients", "no input entity"),
        ("pii: email, ", "", "is personal"),
        ("maps_to: customers.country", "maps_to: customers.birth_date, pii: birth_date", None),
        ("day_first: true", "day_first: maybe", "means nothing"),
        ("{Frau: female", "{yes: female", "quoting yes and no"),
        ("day_first: true", "day_first: true\n            phone_country: NO", None),
        ("day_first: true", "day_first: true\n            phone_country: '49'", "'49' is no country"),
        ("day_first: true", "day_first: true\n            phone_country: XX", "'XX' is no country"),
        ("maps_to: customers.country", "maps_to: customers.country, day_first: maybe", "land.day_first"),
    ],
)
def test_a_mapping_that_means_nothing_names_the_place(scaffolded, old, new, says):
    file = scaffolded / WEBSHOP
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")

    def check() -> None:
        check_mapping(load_sources(scaffolded)["webshop", "customers"], CONTRACTS)

    if says is None:  # dates may be put together, of a day and a time
        return check()
    with pytest.raises(DeclarationError, match=re.escape(says)):
        check()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("country: DE\n", "country: UK\n", "country: 'UK' is unknown"),
        ("country: DE\n", "country: Germany\n", "country: 'Germany' is unknown"),
        ("country: DE\n", "country: [DE]\n", "country: ['DE'] is unknown"),
        ("Europe/Berlin\ncountry: DE\n", "Etc/UTC\n", "country: missing, and Etc/UTC is of no country"),
        ("Europe/Berlin\ncountry: DE\n", "Asia/Calcutta\n", "IN"),
        ("country: DE\n", "", "DE"),
        ("country: DE\n", "country: NO\n", "NO"),
    ],
)
def test_a_data_set_has_a_country_that_is_known(scaffolded, old, new, says):
    """It is that of the time zone where none is stated."""
    file = scaffolded / f"datasets/{NAME}.yml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    if len(says) == 2:
        assert load_data_set(scaffolded, NAME, load_sources(scaffolded)).country == says
        return
    with pytest.raises(DeclarationError, match=re.escape(says)) as told:
        load_data_set(scaffolded, NAME, load_sources(scaffolded))
    assert "ISO 3166 code" in str(told.value)


@pytest.mark.parametrize(
    ("mapping", "argument"),
    [
        ("", ", country => landed.customers__phone__country)"),
        ("phone_country: AT", ", country => coalesce(landed.customers__phone__country, 'AT'))"),
        ("phone_country: none", ", country => landed.customers__phone__country)"),
    ],
)
def test_a_number_is_of_the_country_of_its_record_else_of_the_mapping(scaffolded, mapping, argument):
    file = scaffolded / WEBSHOP
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace("day_first: true", f"day_first: true\n            {mapping}", 1), encoding="utf-8"
    )
    model = system_files(scaffolded)["models/staging/webshop/base/base_webshop__customers.sql"]
    assert f"{{{{ function('phone') }}}}(landed.telefon{argument}" in " ".join(model.split())
    file.write_text(file.read_text(encoding="utf-8").replace("maps_to: customers.country", "maps_to: none"))
    model = system_files(scaffolded)["models/staging/webshop/base/base_webshop__customers.sql"]
    plain = "(landed.telefon, country => 'AT')" if "AT" in mapping else "(landed.telefon)"
    assert f"{{{{ function('phone') }}}}{plain} as customers__phone__parts" in model
    assert "country_code" not in model


def test_two_counts_cannot_become_one(scaffolded):
    file = scaffolded / WEBSHOP
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace("maps_to: order_items.unit_price", "maps_to: order_items.quantity"), encoding="utf-8"
    )
    with pytest.raises(DeclarationError, match="mapped more than once"):
        check_mapping(load_sources(scaffolded)["webshop", "order_lines"], CONTRACTS)


def test_what_the_contract_requires_and_nothing_maps_to_is_open(scaffolded):
    decide(scaffolded)
    file = scaffolded / WEBSHOP
    text = file.read_text(encoding="utf-8")
    for target in ("order_items.quantity", "order_items.amount", "orders.ordered_at"):
        text = text.replace(f"maps_to: {target}", "maps_to: none")
    file.write_text(text, encoding="utf-8")
    points = todo_list(scaffolded, NAME)
    assert "webshop.order_lines: nothing maps to order_items.quantity" in points
    assert "webshop.orders: nothing maps to orders.ordered_at" in points
    # an amount that is not there is quantity × price
    assert not any("order_items.amount" in point for point in points)
    lines = load_sources(scaffolded)["webshop", "order_lines"]
    assert "webshop.order_lines: nothing maps to orders.source_order_id" in open_points(
        lines, CONTRACTS, set()
    )


@pytest.mark.parametrize(("currency", "says"), [("CNY", "'CNY' is not among the values"), ("", "is empty")])
def test_money_of_another_currency_stops_the_build(scaffolded, currency, says):
    decide(scaffolded)
    new_data(scaffolded)
    file = scaffolded / "policies" / NAME / "rfm_policy.csv"
    file.write_text(file.read_text().replace("EUR", currency, 1))
    done = run(scaffolded, "build", "--data", NAME)
    assert done.returncode == 2
    assert "rfm_policy.csv: row 2, currency" in done.stderr and says in done.stderr


def test_a_copied_policy_says_nothing_of_the_demo(scaffolded):
    folder = scaffolded / "policies" / NAME
    text = (folder / "source_frequencies.csv").read_text()
    assert [line.split(",")[:2] for line in text.splitlines()[1:]] == [
        ["till", "orders"],
        ["webshop", "orders"],
    ]
    # the thresholds name no system: what the base says of all of them together holds for any company
    own = {path.name for path in folder.iterdir()}
    assert {
        "rfm_policy.csv",
        "value_tiers.csv",
        "core_fields.csv",
    } < own and "quality_thresholds.csv" not in own
    same = {
        path.name
        for path in folder.iterdir()
        if path.read_bytes() == (PROJECT / "seeds/policy" / path.name).read_bytes()
    }
    assert same == {"core_fields.csv"}  # to be decided all the same


def test_mapped_rules_have_a_reason():
    text = Path(mapped_rules.__file__).read_text(encoding="utf-8")
    codes = set(re.findall(r"add\(\s*\"([a-z_]+)\"", text)) | set(
        re.findall(r'"([a-z]+_(?:after_landing|before_first_day))"', text)
    )
    for tables in (mapped_rules.UNREADABLE, mapped_rules.UNREADABLE_TYPES, mapped_rules.MISSING):
        codes |= set(filter(None, tables.values()))
    assert {
        "invalid_quantity",
        "negative_amount_not_return",
        "missing_order_number",
        "time_after_landing",
        "time_before_first_day",
    } <= codes
    reasons = (PROJECT / "seeds/policy/quarantine_reasons.csv").read_text(encoding="utf-8")
    assert codes <= {line.split(",")[0] for line in reasons.splitlines()}


@pytest.mark.parametrize("entity", sorted(CONTRACTS))
def test_each_time_of_a_mapped_row_has_a_first_day(entity):
    types = CONTRACTS[entity].types
    columns = tuple(
        Column(column, maps_to=(f"{entity}.{column}",)) for column in types if column != "landed_on"
    )
    mapped = mapped_models.MappedTable(Table("till", "rows", columns, Path("t.yml"), rows=entity), CONTRACTS)
    times = {
        column for column, kind in types.items() if kind in ("timestamp", "date") and column != "landed_on"
    }
    bounded = [
        rule for rules in mapped.rules() for rule in rules if rule.startswith("before_first_day('till', ")
    ]
    assert set(re.findall(rf"'{entity}__([a-z_]+)'", " ".join(bounded))) == {
        column for column in times if f"{entity}.{column}" not in mapped_rules.OF_ANY_AGE
    }


def test_dates_of_any_age_are_dates_of_a_contract():
    for name in mapped_rules.OF_ANY_AGE:
        entity, _, column = name.partition(".")
        assert CONTRACTS[entity].types[column] in ("timestamp", "date"), name


def test_bounds_of_a_contract_are_rules_of_its_rows():
    columns = tuple(
        Column(name, maps_to=(f"surveys.{name}",))
        for name in ("source_response_id", "question", "score", "scale_max", "answered_at")
    )
    mapped = mapped_models.MappedTable(
        Table("till", "rows", columns, Path("t.yml"), rows="surveys"), CONTRACTS
    )
    told = next(rule for rule in mapped.rules()[0] if rule.startswith("('invalid_score'"))
    for condition in (
        "surveys__score is null",
        "surveys__scale_max is null",
        "surveys__score < 0",
        "surveys__score > surveys__scale_max",
        "surveys__scale_max <= 0",
    ):
        assert condition in told
    for contract in CONTRACTS.values():
        for column in contract.bounds:
            assert mapped_rules.unreadable_code(column, contract.types[column]), column


def test_marts_are_held_against_what_is_filled():
    def model(name, path, code, *parents):
        return f"model.p.{name}", {
            "resource_type": "model",
            "name": name,
            "original_file_path": path,
            "raw_code": code,
            "depends_on": {"nodes": [f"model.p.{parent}" for parent in parents]},
        }

    manifest = {
        "nodes": dict(
            [
                model("input__orders", "models/input/o.sql", ""),
                model("input__customers", "models/input/c.sql", ""),
                model("input__tickets", "models/input/t.sql", ""),
                model("input__corrections", "models/input/k.sql", ""),
                model(
                    "int_a",
                    "models/intermediate/a.sql",
                    "select channel, status -- platform",
                    "input__orders",
                ),
                model("sold", "models/marts/s.sql", "select channel, platform", "int_a"),
                model(
                    "plain",
                    "models/marts/p.sql",
                    "select 1",
                    "int_a",
                    "input__customers",
                    "input__corrections",
                ),
                model("both", "models/marts/b.sql", "select 1", "int_a", "input__tickets"),
                (
                    "model.p.int_why",
                    model("int_why", "models/intermediate/w.sql", "select 1", "input__tickets")[1]
                    | {"config": {"meta": {"evidence": True}}},
                ),
                model("told", "models/marts/w.sql", "select 1", "input__customers", "int_why"),
                model("service", "models/marts/t.sql", "select 1", "input__tickets", "input__corrections"),
            ]
        )
    }
    filled = {
        "orders": {"till": {"*": 7, "status": 7}},
        "customers": {"till": {"*": 2, "name": 2}},
        "tickets": {"till": {"*": 0}},
    }
    found = {mart.name: mart for mart in marts(manifest, CONTRACTS, filled)}
    assert {name: mart.status for name, mart in found.items()} == {
        "sold": "limited",
        "plain": "complete",
        "both": "limited",
        "service": "empty",
        "told": "complete",
    }
    # stewards have corrected nothing yet; named on the way; a comment names nothing, and platform does not get past int_a
    assert found["sold"].unfilled == {"orders.channel"}
    assert found["both"].absent == {"tickets"}
    lines, complete = describe(list(found.values()), CONTRACTS, filled)
    assert not complete
    assert "required, and without rows 必需但没有数据: order_items" in lines
    assert "  empty 为空: service" in lines


def test_yaml_of_a_proposal_says_what_it_means(scaffolded):
    content = yaml.safe_load((scaffolded / WEBSHOP).read_text(encoding="utf-8"))
    entities = {table["name"] for table in content["sources"][0]["tables"]}
    assert entities == {"customers", "orders", "order_lines"}
    assert len(system_files(scaffolded)) > len(entities)


# ---- the whole way -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def brought(tmp_path_factory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The project after the how-to was followed to its end, and what check-data said before the build."""
    project = copy_project(tmp_path_factory.mktemp("brought") / "project")
    write_company(project / "inbox" / NAME)
    assert new_data(project).returncode == 0
    decide(project)
    assert new_data(project).returncode == 0
    key = {"CUSTOMER360_HMAC_KEY": "5eed" * 16}
    checked = run(project, "check-data", "--name", NAME, **key)
    built = run(project, "build", "--data", NAME, **key)
    assert built.returncode == 0, built.stdout[-4000:] + built.stderr
    return project, checked


@pytest.fixture(scope="module")
def warehouse(brought):
    """The build's own file: it still knows the source systems' customer numbers."""
    database = Warehouse(brought[0] / "warehouse" / NAME).latest_build()
    with duckdb.connect(str(database), read_only=True) as connection:
        yield connection


def sold() -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    """By order: what was sold, and what is left of it after returns; by the company's plain facts."""
    gross: dict[str, Decimal] = defaultdict(Decimal)
    net: dict[str, Decimal] = defaultdict(Decimal)
    taken_back: dict[str, Decimal] = {}
    for order, article, pieces in web_lines():
        amount = ARTICLES[article][2] * pieces
        gross[f"B{order:05}"] += amount
        net[f"B{order:05}"] += amount
        if order in RETURNED and f"B{order:05}" not in taken_back:
            taken_back[f"B{order:05}"] = amount
    for receipt, article, pieces in till_lines():
        if pieces > 0:
            amount = ARTICLES[article][2] * pieces
            gross[str(700_000 + receipt)] += amount
            net[str(700_000 + receipt)] += amount
    # receipts 5 and 15 sold what 20 and 30 bring back, by the same cards
    for receipt in (5, 15):
        taken_back[str(700_000 + receipt)] = ARTICLES[receipt % 3][2] * 2
    for order, amount in taken_back.items():
        net[order] -= amount
    return gross, net


@pytest.mark.slow
def test_orders_are_right_to_the_cent_and_returns_are_netted(warehouse):
    gross, net = sold()
    rows = warehouse.execute(
        "select source_order_id, gross_amount, net_amount from marts.orders where document_kind = 'sale'"
    ).fetchall()
    assert {order: amount for order, amount, _ in rows} == gross
    assert {order: amount for order, _, amount in rows} == net
    assert len(rows) == ORDERS + len({receipt for receipt, _, pieces in till_lines() if pieces > 0})
    returned = warehouse.execute(
        "select source_order_id, return_amount, net_amount from marts.orders where document_kind = 'return' order by 1"
    ).fetchall()
    # an exchange is two documents; every return found its sale
    assert [order for order, *_ in returned] == ["700020", "700030-return", "R00003", "R00010", "R00017"]
    assert sum(amount for _, amount, _ in returned) == sum(net.values()) - sum(gross.values())
    assert all(rest == 0 for *_, rest in returned)


@pytest.mark.slow
def test_rfm_of_the_company(warehouse):
    _, net = sold()
    expected = defaultdict(lambda: [0, Decimal(), None])
    for order, amount in net.items():
        if order.startswith("B"):
            customer, on = f"C{int(order[1:]) % CUSTOMERS:04}", day(int(order[1:]))
        else:
            receipt = int(order) - 700_000
            if (card := card_of(receipt)) is None:
                continue
            customer, on = f"L{card:03}", till_moment(receipt).date()
        one = expected[customer]
        one[0] += amount > 0
        one[1] += amount
        one[2] = max(filter(None, (one[2], on if amount > 0 else None)), default=None)
    rows = warehouse.execute(
        """
        select ids.source_customer_id, rfm.frequency, rfm.net_amount, rfm.recency_days
        from marts.customer_rfm as rfm
        inner join intermediate.int_customers__ids as ids on rfm.customer_id = ids.customer_id
        where rfm.window_months = 12
        """
    ).fetchall()
    as_of = warehouse.execute("select as_of_on from intermediate.int_calendar__as_of").fetchone()[0]
    assert {customer: (count, amount) for customer, count, amount, _ in rows} == {
        customer: (count, amount) for customer, (count, amount, _) in expected.items() if count
    }
    assert {customer: days for customer, *_, days in rows} == {
        customer: (as_of - last).days for customer, (_, _, last) in expected.items() if last
    }
    classes = warehouse.execute("select count(distinct rfm_class) from marts.customer_rfm").fetchone()[0]
    assert classes > 1


@pytest.mark.slow
def test_customers_are_read_as_people_of_another_country(warehouse):
    assert dict(
        warehouse.execute(
            "select source_system, count(*) from input.input__customers group by all"
        ).fetchall()
    ) == {"webshop": CUSTOMERS, "till": CARDS}
    one = warehouse.execute(
        "select name, phone, email, cast(birth_date as varchar), gender, address, country "
        "from input.input__customers where source_customer_id = 'C0001'"
    ).fetchone()
    assert one == (
        "bjorn albrecht",
        "+491715507919",
        "kunde1@kaffeepost.de",
        "1961-02-02",
        "male",
        "Lindenstr. 2 10111 Berlin",
        "Deutschland",
    )


@pytest.mark.slow
def test_rows_that_cannot_be_trusted_are_set_apart_with_their_reason(warehouse):
    rows = warehouse.execute(
        "select source_system, entity, reason_code, count(*) from quality.quarantine group by all order by all"
    ).fetchall()
    again = sum(1 for receipt, *_ in till_lines() if 45 <= receipt < 50)
    assert rows == [
        ("till", "receipts", "conflicting_row", again),
        ("till", "receipts", "note_row", 2),
        ("webshop", "order_lines", "invalid_amount", 1),
        ("webshop", "order_lines", "orphan_line", 1),
        ("webshop", "orders", "foreign_currency", 1),
    ]


@pytest.mark.slow
def test_a_record_drawn_for_audit_is_found_in_its_file(warehouse):
    places = warehouse.execute(
        "select distinct source_system, split_part(source_file, '/', 2), source_row > 1 from quality.audit_sample "
        "order by all"
    ).fetchall()
    assert places == [("till", "receipts", True), ("webshop", "customers", True)]


@pytest.mark.slow
def test_check_data_says_what_is_there_and_what_is_missing(brought):
    project, checked = brought
    assert checked.returncode == 0, checked.stdout + checked.stderr
    for line in (
        "kaffeepost: 5 files 文件, 0 set aside 搁置",
        "till.receipts.cashier, webshop.customers.bonusklasse, webshop.orders.interne_notiz",
        f"customers: till {CARDS}, webshop {CUSTOMERS}",
        "webshop.order_lines: 2 of 185 rows with errors",
        "complete 完整: customer_rfm",
        "limited 受限: products",
        "limited 受限: measures_input",
        "can be built 可以构建",
    ):
        assert line in checked.stdout, checked.stdout
    assert [path.name for path in (project / "warehouse" / NAME / "check").iterdir()] == [".lock"]


@pytest.mark.slow
def test_check_data_foretells_the_errors_that_the_build_counts(brought):
    project, checked = brought
    rates, reasons = measured(project, NAME)
    assert (rates, reasons) == foretold(checked.stdout)
    assert rates["all"] == (3, 417) and len(reasons) == 3


@pytest.mark.slow
def test_no_personal_value_is_published_or_said(brought):
    project, checked = brought
    published = b"".join(
        p.read_bytes() for p in (project / "warehouse" / NAME / "published").rglob("*") if p.is_file()
    )
    assert published
    for value in ("kunde1@kaffeepost.de", "+491715507919", "Lindenstr. 2"):
        assert value.encode() not in published
        assert value not in checked.stdout


@pytest.mark.slow
def test_without_a_key_nothing_is_built(brought):
    done = run(brought[0], "check-data", "--name", NAME)
    assert done.returncode == 2
    assert "CUSTOMER360_HMAC_KEY" in done.stderr
