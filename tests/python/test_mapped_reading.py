"""What a mapping says of units, sums, filters, codes and records beside the row's own: checked, written as SQL, and run on
rows."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from conftest import PROJECT, copy_project, run_dbt, run_verb
from customer360.core.declarations import DeclarationError
from customer360.core.sources import CODES, load_sources
from customer360.onboarding.check_data import in_no_file
from customer360.onboarding.mapped_models import MappedTable
from customer360.onboarding.mapping import check_mapping, load_contracts, open_points
from customer360.onboarding.systems import system_files, write_systems

CONTRACTS = load_contracts(PROJECT)
KIT = """version: 2
sources:
  - name: book
    description: Who the customers are.
    tables:
      - name: people
        description: People and companies.
        config: {meta: {grain: customers, load: replace, rows: customers}}
        columns:
          - {name: id, description: Number., config: {meta: {pii: name, required: true, maps_to: customers.source_customer_id}}}
          - {name: kind, description: Kind., config: {meta: {maps_to: customers.record_kind}}}
  - name: kit
    description: A system with everything.
    tables:
      - name: words
        description: Names of codes.
        config: {meta: {grain: code, load: replace, rows: codes, key: [list, code]}}
        columns:
          - {name: list, description: List., config: {meta: {required: true}}}
          - {name: code, description: Code., config: {meta: {required: true}}}
          - {name: word, description: Name.}
      - name: heads
        description: Documents.
        config:
          meta:
            grain: orders
            load: replace
            rows: orders
            rows_where: {draft: {not: ["1", "Y"]}, kind: {is: [XS, TH], reason: unknown_code}}
            constants: {orders.channel: store}
        columns:
          - {name: nr, description: Number., config: {meta: {maps_to: orders.source_order_id, required: true}}}
          - {name: kind, description: Kind., config: {meta: {maps_to: {orders.document_kind: {values: {XS: sale, TH: return}},
              orders.purpose: {values: {XS: resale, TH: return goods}}}}}}
          - {name: day, description: Day., config: {meta: {maps_to: orders.ordered_at}}}
          - {name: state, description: Status., config: {meta: {maps_to: orders.status, values: {Done: completed},
              names_from: {table: words, where: {list: [ST]}}}}}
          - {name: total, description: Total., config: {meta: {maps_to: orders.document_amount, factor: 10000, negate: returns}}}
          - {name: post, description: Freight., config: {meta: {maps_to: orders.freight_amount}}}
          - {name: wrap, description: Wrapping in cents., config: {meta: {maps_to: orders.freight_amount, factor: 0.01}}}
          - {name: uid, description: User., config: {meta: {pii: name, maps_to: orders.source_customer_id}}}
          - {name: tel, description: Telephone., config: {meta: {pii: phone, maps_to: {orders.source_customer_id: {fallback: true}}}}}
          - {name: draft, description: Draft.}
          - {name: paid, description: Paid., config: {meta: {maps_to: orders.paid_at}}}
      - name: lines
        description: Lines.
        config: {meta: {grain: order_items, load: replace, rows: order_items}}
        columns:
          - {name: nr, description: Number., config: {meta: {maps_to: order_items.source_order_id, required: true}}}
          - {name: sku, description: Article., config: {meta: {maps_to: [order_items.source_product_id, products.source_product_id]}}}
          - {name: title, description: Name., config: {meta: {maps_to: products.product_name}}}
          - {name: pieces, description: Pieces., config: {meta: {maps_to: order_items.quantity, negate: returns}}}
          - {name: fen, description: Price in cents., config: {meta: {maps_to: order_items.unit_price, factor: 0.01}}}
      - name: slips
        description: Lines of receipts.
        config: {meta: {grain: order_items, load: replace, rows: order_items, decimal: comma,
          constants: {orders.document_kind: by_sign}, rows_where: {what: {not: [Info]}}}}
        columns:
          - {name: nr, description: Number., config: {meta: {required: true,
              maps_to: [order_items.source_order_id, orders.source_order_id]}}}
          - {name: day, description: Day., config: {meta: {maps_to: orders.ordered_at}}}
          - {name: what, description: Article., config: {meta: {maps_to: order_items.source_product_id}}}
          - {name: pieces, description: Pieces., config: {meta: {maps_to: order_items.quantity}}}
          - {name: net, description: Net., config: {meta: {maps_to: order_items.amount}}}
          - {name: vat, description: Tax., config: {meta: {maps_to: orders.tax_amount, per_line: true}}}
      - name: answers
        description: Answers to two questions.
        config: {meta: {grain: surveys, load: replace, rows: surveys, day_first: true, also: {csat: surveys},
          constants: {surveys.question: nps, surveys.scale_max: '10', csat.question: csat, csat.scale_max: '5'}}}
        columns:
          - {name: rid, description: Answer., config: {meta: {maps_to: surveys.source_response_id, required: true}}}
          - {name: filled, description: Day., config: {meta: {maps_to: surveys.answered_at}}}
          - {name: nps, description: NPS., config: {meta: {maps_to: surveys.score}}}
          - {name: csat, description: CSAT., config: {meta: {maps_to: csat.score}}}
      - name: sends
        description: Sends.
        config: {meta: {grain: campaign_contacts, load: replace, rows: campaign_contacts}}
        columns:
          - {name: cmp, description: Campaign., config: {meta: {maps_to: campaign_contacts.campaign_code, required: true}}}
          - {name: cid, description: Contact., config: {meta: {pii: name, required: true, system: book,
              maps_to: campaign_contacts.source_customer_id}}}
          - {name: sent, description: Sent., config: {meta: {maps_to: {campaign_contacts.sent_at: {},
              campaign_contacts.opened_at: {when: {opened: ["1"]}}}}}}
          - {name: opened, description: Opened.}
"""
FILES = {
    "words": "list,code,word\nST,1,Open\nST,2,Done\nXX,3,Elsewhere\nST,,Nothing\n",
    "heads": (
        "nr,kind,day,state,total,post,wrap,uid,tel,draft,paid\n"
        "A1,XS,2026-03-01,2,0.0123,5.00,150,U1,555,,\n"
        "A2,XS,2026-03-02,1,1.23456,,,,556,0,2026-03-03\n"
        "A3,TH,2026-03-03,9,0.0040,,250,U1,,0,\n"
        "A4,XS,2026-03-04,2,0.0050,,,U2,,y,\n"
        "A5,ZZ,2026-03-05,2,0.0050,,,U2,,0,\n"
        "A6,XS,2026-03-06,2,0.0050,five,100,U2,,0,\n"
    ),
    "lines": (
        "nr,sku,title,pieces,fen\nA1,K1,Kettle,2,6150\nA2,K1,Kettle,1,12.5\nA3,K1,Kettle,1,4000\nA4,K1,Kettle,1,5000\n"
        "A2,GC,Gift card 20,1,-2000\nA2,K1,Kettle,1,-500\n"
    ),
    "slips": (
        "nr;day;what;pieces;net;vat\n"
        'S1;2026-03-01;K1;1;"10,00";"1,90"\nS1;2026-03-01;K2;2;"20,00";"3,80"\nS1;2026-03-01;Info;;;\n'
        'S2;2026-03-02;K1;1;"10,00";"1,90"\nS2;2026-03-02;K2;-1;"-4,00";"-0,76"\n'
        'S3;2026-03-03;K1;-1;"-1,00";"-0,19"\nS3;2026-03-03;info;;;\n'
    ),
    "answers": "rid;filled;nps;csat\nR1;19/04/2026;10;\nR2;20/04/2026;7;3\nR3;20/04/2026;;5\nR4;20/04/2026;11;4\n"
    "R5;20/04/2026;many;2\nR6;20/04/2026;;\nR7;20/04/2026;9;6\nR8;31/31/2026;9;5\n",
    "sends": (
        "cmp,cid,sent,opened\nP1,C1,2026-04-01 10:00,1\nP1,C2,2026-04-01 10:00,0\nP1,C9,2026-04-01 10:00,0\n"
    ),
}
PEOPLE = "id,kind\nC1,person\nC2,organisation\nC3,person\n"


@pytest.fixture
def declared(tmp_path: Path) -> Path:
    """A project that holds the declaration of the system alone."""
    for name in (
        "models/input/_input__models.yml",
        "seeds/policy/quarantine_reasons.csv",
        "seeds/reference/countries.csv",
    ):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes((PROJECT / name).read_bytes())
    folder = tmp_path / "models" / "staging" / "kit"
    folder.mkdir(parents=True)
    (folder / "_kit__sources.yml").write_text(KIT, encoding="utf-8")
    return tmp_path


def mapped(project: Path, entity: str) -> MappedTable:
    heads = ["heads"] if entity == "lines" else []
    return MappedTable(load_sources(project)["kit", entity], CONTRACTS, heads)


def test_the_mapping_is_complete(declared):
    for table in load_sources(declared).values():
        check_mapping(table, CONTRACTS)
        assert open_points(table, CONTRACTS, {"orders"}) == [], table.entity
    assert {path.split("/")[-1] for path in system_files(declared) if path.endswith(".sql")} >= {
        "base_kit__words.sql",
        "stg_kit__words.sql",
        "stg_kit__answers_csat.sql",
    }


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("factor: 10000", "factor: ten", "heads.total.factor: 'ten' is no factor. Write a number"),
        ("factor: 10000", "factor: 0", "0 is no factor"),
        ("factor: 10000", "factor: true", "True is no factor"),
        ("maps_to: surveys.answered_at", "maps_to: surveys.answered_at, factor: 2", "answers.filled.factor: the target is no number"),
        ("negate: returns}}}\n          - {name: post", "negate: sometimes}}}\n          - {name: post", "neither true nor false"),
        ("maps_to: order_items.amount", "maps_to: order_items.amount, negate: returns", "told by their sign"),
        ("maps_to: surveys.score}", "maps_to: surveys.score, negate: returns}", "is no amount of a document"),
        ('{not: ["1", "Y"]}', '{not: ["1"], is: ["2"]}', "both or neither of is and not"),
        ('{not: ["1", "Y"]}', "{not: []}", "lists no words"),
        ('{not: ["1", "Y"]}', "{not: [1]}", "expected a list of texts"),
        ("{draft: {not", "{draught: {not", "draught: is no column of kit.heads"),
        ("reason: unknown_code", "reason: unknwon_code", "is no reason of quarantine_reasons.csv. Did you mean unknown_code?"),
        ("when: {opened", "when: {open", "'open' is no column of sends. Did you mean opened?"),
        ("{fallback: true}", "{fallback: maybe}", "neither true nor false"),
        ("maps_to: orders.source_customer_id}}", "maps_to: none}}", "nothing else is mapped to orders.source_customer_id"),
        ("orders.tax_amount, per_line", "order_items.discount_amount, per_line", "is no part of an amount of a document"),
        ("also: {csat: surveys}", "also: {csat: orders}", "'orders' cannot stand in a row once more"),
        ("also: {csat: surveys}", "also: {csat: customers}", "'customers' cannot stand in a row once more"),
        ("also: {csat: surveys}", "also: {tickets: surveys}", "'tickets' is no name for one more surveys"),
        ("also: {csat: surveys},", "", "csat.score: is no column of the input contract"),
        ("table: words", "table: heads", "'heads' is no list of codes. Name one of: words"),
        ("where: {list: [ST]}", "where: {lst: [ST]}", "several columns of words may hold the code"),
        ("where: {list: [ST]}", "where: {list: [ST]}, name: wrd", "'wrd' is no column of kit.words"),
        ("rows: codes, key: [list, code]", "rows: codes", "words has no code"),
        ("system: book", "system: boko", "'boko' is no other system. Use one of: book"),
        ("system: book", "system: kit", "'kit' is no other system. Use one of: book"),
        ("maps_to: surveys.answered_at", "maps_to: surveys.answered_at, system: book", "names no customer record of another"),
        ("orders.purpose: {values", "orders.purpose: {value", "unknown key. Did you mean values?"),
        ("orders.purpose: {values", "orders.purpos: {values", "Did you mean orders.purpose?"),
    ],
)  # fmt: skip
def test_what_can_mean_nothing_is_named_with_its_line_and_a_remedy(declared, old, new, says):
    file = declared / "models" / "staging" / "kit" / "_kit__sources.yml"
    assert KIT.count(old) == 1
    file.write_text(KIT.replace(old, new), encoding="utf-8")
    with pytest.raises(DeclarationError, match=re.escape(says)) as told:
        for table in load_sources(declared).values():
            check_mapping(table, CONTRACTS)
    assert re.search(r"_kit__sources\.yml: line \d+, ", str(told.value))


def test_numbers_are_read_exactly_and_add_up(declared):
    model = " ".join(mapped(declared, "heads").base_model().split())
    assert "scaled_number( 'parsed.total', '10000', 'decimal(5, 0)', 'decimal(18,2)', 2 )" in model
    assert "scaled_number( 'landed.wrap', '0.01', 'decimal(2, 2)', 'decimal(18,2)', 2 )" in model
    assert "('parsed.post', 'parsed.orders__freight_amount__post__part'), ('parsed.wrap'," in model
    assert "double" not in model
    signed = "case when orders__document_kind = 'return' then -orders__document_amount else orders__document_amount end"
    assert signed in model
    lines = " ".join(mapped(declared, "lines").base_model().split())
    # before the amount is made of pieces and price, and after the kind of the document is known
    assert lines.index("headed as (") < lines.index("signed as (") < lines.index("priced as (")


@pytest.mark.parametrize("name", ["heads", "lines", "slips"])
def test_columns_with_another_value_are_written_for_every_engine(declared, name):
    model = mapped(declared, name).base_model()
    assert "* replace" not in model
    written = re.findall(r"\{% call all_with\(\[(.*?)\]\) %\}(.*?)\{% endcall %\}", model, flags=re.DOTALL)
    assert written
    for columns, values in written:
        assert re.findall(r"'(\w+)'", columns) == re.findall(
            r"(?<!\() as (orders__\w+|order_items__\w+|customers__\w+)$",
            values.replace(",\n", "\n"),
            flags=re.MULTILINE,
        )


def test_rows_that_are_no_records_have_a_reason_before_all_others(declared):
    rules, _ = mapped(declared, "heads").rules()
    assert [rule.split("'")[1] for rule in rules[:2]] == ["not_a_record", "unknown_code"]
    told = mapped(declared, "heads").columns_of_rules()
    assert told["not_a_record"] == ["draft"]
    _, of_heads = mapped(declared, "slips").rules()
    early = "before_first_day('kit', ['orders__ordered_at'], 'is_left_out_by_what')"
    assert early in of_heads
    assert all(', "not (is_left_out_by_what) and (' in rule for rule in of_heads if rule != early)


def test_a_column_that_conditions_ask_for_and_no_file_has_is_named(declared):
    tables = [load_sources(declared)["kit", entity] for entity in ("heads", "sends", "words")]
    assert [sorted(table.asked) for table in tables] == [["draft", "kind"], ["opened"], []]
    absent = {"heads": "draft", "sends": "opened", "words": "word"}
    report = {
        "tables": [
            {
                "system": "kit",
                "entity": entity,
                "loads": [{"remarks": [{"code": "absent_column", "column": column}]}],
            }
            for entity, column in absent.items()
        ]
    }
    named = in_no_file(tables, report, "inbox/x")
    assert [re.findall(r"kit\.\w+\.\w+", line)[0] for line in named] == [
        "kit.heads.draft",
        "kit.sends.opened",
        "kit.words.word",
    ]


def test_who_names_customers_of_another_system_has_none_of_its_own(declared):
    file = declared / "models" / "staging" / "kit" / "_kit__sources.yml"
    offers = system_files(declared)["macros/staging/systems.sql"]
    assert "'customers': ['stg_book__people', 'stg_kit__named_customers']" in offers
    assert "'identity_decisions': ['stg_kit__named_decisions']" in offers
    old = "maps_to: orders.source_customer_id}}"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(
        text.replace(old, "maps_to: [orders.source_customer_id, customers.source_customer_id]}}"),
        encoding="utf-8",
    )
    with pytest.raises(
        DeclarationError, match=r"kit has customers of its own.*Give these rows a system of their own"
    ):
        system_files(declared)


def test_a_list_of_codes_offers_nothing_to_the_input_layer(declared):
    files = system_files(declared)
    assert CODES not in {
        line.split("'")[1] for line in files["macros/staging/systems.sql"].splitlines() if "stg_" in line
    }
    assert "'staged': 'stg_kit__words'" in files["macros/staging/systems.sql"]
    assert "input: codes" not in files["models/staging/kit/_kit__mapped.yml"]


@pytest.mark.slow
def test_rows_are_read_as_the_mapping_says(tmp_path):
    root = copy_project(tmp_path / "project")
    folder = root / "models" / "staging" / "kit"
    folder.mkdir()
    (folder / "_kit__sources.yml").write_text(KIT, encoding="utf-8")
    demo = root / "datasets" / "demo.yml"
    text = "".join(line for line in demo.open(encoding="utf-8") if not line.startswith("prepare:"))
    demo.write_text(text.replace("systems: [", "systems: [kit, book, "), encoding="utf-8")
    files = {("kit", entity): content for entity, content in FILES.items()} | {("book", "people"): PEOPLE}
    for (system, entity), content in files.items():
        file = root / "inbox" / "demo" / system / entity / f"{entity}.csv"
        file.parent.mkdir(parents=True)
        file.write_text(content, encoding="utf-8")
    write_systems(root)
    assert run_verb(root, "land", "--data", "demo").returncode == 0
    words = ["--select", "+path:models/staging/kit", "--exclude-resource-type", "test", "unit_test"]
    done = run_dbt(root, "demo", "build", *words)
    assert done.returncode == 0, done.stdout[-3000:]
    with duckdb.connect(str(root / "customer360.duckdb"), read_only=True) as connection:

        def rows(query: str) -> list[tuple]:
            return connection.execute(query).fetchall()

        columns = "source_order_id, document_kind, purpose, status, document_amount, freight_amount, source_customer_id"
        assert rows(f"select {columns} from staging.stg_kit__heads order by 1") == [
            ("A1", "sale", "resale", "completed", Decimal("123.00"), Decimal("6.50"), "U1"),
            ("A2", "sale", "resale", "Open", Decimal("12345.60"), None, "556"),
            ("A3", "return", "return goods", "9", Decimal("-40.00"), Decimal("2.50"), "U1"),
        ]
        reasons = "select orders__source_order_id, broken_rules[1] from staging.base_kit__heads where len(broken_rules) > 0"
        assert rows(f"{reasons} order by 1") == [
            ("A4", "not_a_record"),
            ("A5", "unknown_code"),
            ("A6", "invalid_amount"),
        ]
        columns = "source_order_id, quantity, unit_price, amount"
        assert rows(f"select {columns} from staging.stg_kit__lines order by 1, 4") == [
            ("A1", Decimal("2.000"), Decimal("61.5000"), Decimal("123.00")),
            # a gift card that is used
            ("A2", Decimal("1.000"), Decimal("-20.0000"), Decimal("-20.00")),
            ("A2", Decimal("1.000"), Decimal("0.1250"), Decimal("0.13")),
            ("A3", Decimal("-1.000"), Decimal("40.0000"), Decimal("-40.00")),
        ]
        # the line of a document that is no record waits for it
        assert rows(
            "select broken_rules[1] from staging.base_kit__lines where len(broken_rules) > 0 order by 1"
        ) == [
            ("invalid_price",),
            ("order_quarantined",),
        ]
        assert rows("select source_order_id, tax_amount from staging.stg_kit__slips_orders order by 1") == [
            ("S1", Decimal("5.70")),
            ("S2", Decimal("1.90")),
            ("S2-return", Decimal("-0.76")),
            ("S3", Decimal("-0.19")),
        ]
        slips = "select distinct broken_rules[1], count(*) over () from staging.base_kit__slips"
        assert rows(f"{slips} where len(broken_rules) > 0") == [("not_a_record", 2)]
        columns = "source_response_id, question, score, scale_max, cast(answered_at as varchar)[:10]"
        answers = "select {0} from staging.stg_kit__answers union all select {0} from staging.stg_kit__answers_csat order by 1"
        assert rows(answers.format(columns)) == [
            ("R1", "nps", 10.0, 10.0, "2026-04-19"),
            ("R2", "nps", 7.0, 10.0, "2026-04-20"),
            ("R2/csat", "csat", 3.0, 5.0, "2026-04-20"),
            # of two answers in one row the second stands also where the first was not given or is none
            ("R3/csat", "csat", 5.0, 5.0, "2026-04-20"),
            ("R4/csat", "csat", 4.0, 5.0, "2026-04-20"),
            ("R5/csat", "csat", 2.0, 5.0, "2026-04-20"),
        ]
        broken = "select surveys__source_response_id, broken_rules from staging.base_kit__answers"
        assert rows(f"{broken} where len(broken_rules) > 0 order by 1") == [
            ("R3", ["not_a_record"]),
            ("R4", ["invalid_score"]),
            ("R5", ["invalid_score"]),
            ("R6", ["not_a_record"]),
            ("R7", ["invalid_score"]),
            ("R8", ["invalid_time"]),
        ]
        assert rows(
            "select source_customer_id, opened_at = sent_at from staging.stg_kit__sends order by 1"
        ) == [("C1", True), ("C2", None), ("C9", None)]
        # whom the other system knows has a record here, of the same kind, that is linked to the one there
        named = "select source_customer_id, of_system, record_kind from staging.stg_kit__named_customers order by 1"
        assert rows(named) == [("C1", "book", "person"), ("C2", "book", "organisation")]
        (linked,) = rows(
            """
            select count(*), count_if(decision = 'must_link'), count_if(record_id_a < record_id_b),
                count_if(record_id_a like 'book:%' and record_id_b like 'kit:%')
            from staging.stg_kit__named_decisions
            """
        )
        assert linked == (2, 2, 2, 2)
        # nothing is lost
        for entity, content in FILES.items():
            (landed,) = rows(f"select count(*) from staging.base_kit__{entity}")[0]
            assert landed == content.count("\n") - 1, entity
