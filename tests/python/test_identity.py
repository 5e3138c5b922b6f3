"""Who is one customer and who is not: every rule of the policy, the guards, stewards, and ids that stay."""

from __future__ import annotations

import random

import pytest

from identity_kit import Lab, Row, company, person, seed

WANG = {"name": "王伟强", "name_script": "han"}

# For each rule of the seed two records that it alone joins.
FIXTURES = {
    "person_unionid": [person("app", "1", unionid="o1"), person("social", "2", unionid="o1")],
    "person_id_number": [person("crm", "1", id_number_hash="h1"), person("crm", "2", id_number_hash="h1")],
    "person_member_no": [person("pos", "1", member_no="m1"), person("shop", "2", member_no="m1")],
    "person_phone_name": [
        person("crm", "1", phone="+8613900001111", **WANG),
        person("pos", "2", phone="+8613900001111", name="wang weiqiang", name_script="latin"),
    ],
    "person_email_name": [
        person("crm", "1", email="a@b.cn", **WANG),
        person("shop", "2", email="a@b.cn", name="王为强"),
    ],
    "person_address_name": [
        person(
            "crm", "1", city_code="510100", district="武侯区", address="成都市武侯区和平路3号2幢101室", **WANG
        ),
        person(
            "shop", "2", city_code="510100", district="武侯区", address="和平路3号2幢101室", name="王强伟"
        ),
    ],
    "person_name_city_address": [
        person("crm", "1", city_code="510100", address="和平路3号阳光花园2幢101室", **WANG),
        person("shop", "2", city_code="510100", address="和平路3号阳光华园2幢101室", **WANG),
    ],
    "person_birth_name_address": [
        person("crm", "1", birth_date="1980-02-03", address="和平路3号阳光花园2幢101室", **WANG),
        person("pos", "2", birth_date="1980-02-03", address="和平路3号阳光华园2幢101室", **WANG),
    ],
    "person_birth_city_name": [
        person("crm", "1", birth_date="1980-02-03", city_code="510100", **WANG),
        person("pos", "2", birth_date="1980-02-03", city_code="510100", name="王强伟"),
    ],
    "person_birth_address": [
        person("crm", "1", birth_date="1980-02-03", address="和平路3号2幢101室", **WANG),
        person("pos", "2", birth_date="1980-02-03", address="和平路3号2幢101室"),
    ],
    "person_birth_address_other_name": [
        person("crm", "1", birth_date="1980-02-03", address="和平路3号2幢101室", **WANG),
        person("pos", "2", birth_date="1980-02-03", address="和平路3号2幢101室", name="李娜"),
    ],
    "person_phone_birth_other_name": [
        person("crm", "1", birth_date="1980-02-03", phone="+8613900001111", **WANG),
        person("pos", "2", birth_date="1980-02-03", phone="+8613900001111", name="李娜"),
    ],
    "person_email_birth_other_name": [
        person("crm", "1", birth_date="1980-02-03", email="a@b.cn", **WANG),
        person("shop", "2", birth_date="1980-02-03", email="a@b.cn", name="李娜"),
    ],
    "person_birth_name_city": [
        person("crm", "1", birth_date="1980-02-03", city_code="510100", **WANG),
        person("pos", "2", birth_date="1980-02-03", city_code="510100", **WANG),
    ],
    "person_masked_phone_name": [
        person("crm", "1", phone="+8613900001111", **WANG),
        person("marketplace", "2", phone_partial="139****1111", **WANG),
    ],
    "person_phone_part": [
        person("crm", "1", phone="+8613900001111", **WANG),
        person("dealer", "2", phone="+8613900001111", name="王", name_honorific="总"),
    ],
    "person_phone_nameless": [
        person("crm", "1", phone="+8613900001111", **WANG),
        person("app", "2", phone="+8613900001111"),
    ],
    "person_email_part": [
        person("crm", "1", email="a@b.cn", **WANG),
        person("service", "2", email="a@b.cn", name="王", name_honorific="先生"),
    ],
    "person_email_nameless": [
        person("crm", "1", email="a@b.cn", **WANG),
        person("shop", "2", email="a@b.cn"),
    ],
    "person_masked_phone_part": [
        person("crm", "1", phone="+8613900001111", city_code="510100", **WANG),
        person("marketplace", "2", phone_partial="139****1111", city_code="510100", name="王"),
    ],
    "person_masked_phone_nameless": [
        person("crm", "1", phone="+8613900001111", city_code="510100", **WANG),
        person("marketplace", "2", phone_partial="139****1111", city_code="510100"),
    ],
    "organisation_credit_code": [
        company("crm", "1", company_name="金方贸易", credit_code="91X"),
        company("erp", "2", company_name="郑州金方", credit_code="91X"),
    ],
    "organisation_phone_name": [
        company("crm", "1", company_name="郑州金方贸易", phone="+8637112345678", city_code="410100"),
        company("service", "2", company_name="金方贸易", phone="+8637112345678"),
    ],
    "organisation_address_name": [
        company("erp", "1", company_name="郑州金方贸易", city_code="410100", address="和平路3号9层"),
        company("crm", "2", company_name="金方贸易", city_code="410100", address="和平路3号9层"),
    ],
    "organisation_name": [
        company("erp", "1", company_name="郑州金方贸易"),
        company("crm", "2", company_name="金方贸易郑州"),
    ],
}


def joined(result: dict[str, str]) -> bool:
    return len(set(result.values())) == 1


def with_rules(**changes: str | None) -> dict[str, list[dict[str, str]]]:
    """The default rules with the decision of some changed; None switches a rule off."""
    rows = seed("identity_rules")
    for row in rows:
        if row["rule_code"] in changes:
            decision = changes[row["rule_code"]]
            row |= {"is_active": "false"} if decision is None else {"decision": decision}
    return {"identity_rules": rows}


def without_weights() -> dict[str, list[dict[str, str]]]:
    """A policy by which nothing weighs enough to join or to be shown."""
    return {
        "identity_model": [
            row | {"link_weight": "99", "review_weight": "99"} for row in seed("identity_model")
        ]
    }


def test_every_rule_of_the_policy_has_a_fixture():
    assert {row["rule_code"] for row in seed("identity_rules")} == set(FIXTURES)


@pytest.mark.parametrize("rule", FIXTURES)
def test_a_rule_joins_its_two_records_and_nothing_else_does(rule: str):
    decision = {row["rule_code"]: row["decision"] for row in seed("identity_rules")}[rule]
    assert joined(Lab(without_weights()).build(FIXTURES[rule])) == (decision == "link")
    lab = Lab(with_rules(**{rule: None}) | without_weights())
    assert not joined(lab.build(FIXTURES[rule]))
    assert lab.rows("from marts.identity_review_queue") == []
    # the other way round: linked at will, or shown to a person
    other = "review" if decision == "link" else "link"
    lab = Lab(with_rules(**{rule: other}) | without_weights())
    assert joined(lab.build(FIXTURES[rule])) == (other == "link")
    queue = lab.rows("select rule_code, review_reason from marts.identity_review_queue")
    assert queue == ([(rule, "policy")] if other == "review" else [])


PHONE = {"phone": "+8613900001111"}
MEN = [
    person("pos", str(number), name=f"{surname}强", gender="male")
    for number, surname in enumerate("李张刘陈杨赵", 50)
]


@pytest.mark.parametrize(
    ("why", "records"),
    [
        (
            "a couple on one phone",
            [person("crm", "1", name="王伟强", **PHONE), person("pos", "2", name="李娜", **PHONE)],
        ),
        (
            "one phone and name, another gender",
            [
                person("crm", "1", gender="male", **WANG, **PHONE),
                person("pos", "2", gender="female", **WANG, **PHONE),
            ],
        ),
        (
            "one phone and name, birth dates far apart",
            [
                person("crm", "1", birth_date="1960-05-01", **WANG, **PHONE),
                person("pos", "2", birth_date="1990-11-12", **WANG, **PHONE),
            ],
        ),
        (
            "one e-mail and name, two ID numbers",
            [
                person("crm", "1", email="a@b.cn", id_number_hash="h1", **WANG),
                person("crm", "2", email="a@b.cn", id_number_hash="h2", **WANG),
            ],
        ),
        (
            "parent and child at one address",
            [
                person("crm", "1", city_code="510100", address="和平路3号2幢101室", name="王伟强"),
                person("shop", "2", city_code="510100", address="和平路3号2幢101室", name="王子轩"),
            ],
        ),
        (
            "namesakes with one birth date in two cities",
            [
                person("crm", "1", birth_date="1980-02-03", city_code="510100", **WANG),
                person("pos", "2", birth_date="1980-02-03", city_code="310100", **WANG),
            ],
        ),
        (
            "namesakes in one compound, another flat",
            [
                person("crm", "1", city_code="510100", address="和平路3号2幢101室", **WANG),
                person("shop", "2", city_code="510100", address="和平路3号9幢301室", **WANG),
            ],
        ),
        (
            "a company and its branch",
            [
                company("crm", "1", company_name="郑州金方贸易", phone="+8637112345678"),
                company(
                    "crm",
                    "2",
                    company_name="郑州金方贸易",
                    company_branch="北京分公司",
                    phone="+8637112345678",
                ),
            ],
        ),
        (
            "a person and a company with one phone",
            [person("crm", "1", **WANG, **PHONE), company("erp", "2", company_name="郑州金方贸易", **PHONE)],
        ),
        (
            "companies of one name in two cities",
            [
                company("crm", "1", company_name="华嘉医疗科技", city_code="320600", credit_code="91A"),
                company("erp", "2", company_name="华嘉医疗科技", city_code="370700", credit_code="91B"),
            ],
        ),
        (
            "an example number",
            [
                person("crm", "1", phone="+8613800138000", **WANG),
                person("pos", "2", phone="+8613800138000", **WANG),
            ],
        ),
    ],
)
def test_who_looks_alike_stays_apart(why, records):
    assert not joined(Lab().build(records)), why


def test_a_mistyped_detail_gives_way_to_a_strong_identifier_under_the_same_name():
    records = [
        person("crm", "1", member_no="m1", birth_date="1960-05-01", **WANG),
        person("pos", "2", member_no="m1", birth_date="1990-11-12", **WANG),
    ]
    assert joined(Lab().build(records))
    records[1] |= {"name": "李娜"}
    assert not joined(Lab().build(records))


def test_a_nameless_record_on_a_shared_phone_goes_to_nobody():
    records = [
        person("crm", "1", name="王伟强", **PHONE),
        person("pos", "2", name="李娜", **PHONE),
        person("app", "3", **PHONE),
    ]
    lab = Lab()
    result = lab.build(records)
    assert len(set(result.values())) == 3
    assert {row[0] for row in lab.rows("select review_reason from marts.identity_review_queue")} == {
        "ambiguous"
    }


@pytest.mark.parametrize(
    ("why", "named", "nameless", "others"),
    [
        (
            "two_people",
            {"name": "王伟强"},
            {"city_code": "510100"},
            [person("marketplace", "9", name="李娜", phone_partial="139****1111", city_code="510100")],
        ),
        ("doubtful", {"name": "王伟强", "source_system": "app"}, {"name_reason": "missing"}, MEN),
        (
            "doubtful",
            {"name": "王伟强", "first_seen_at": "2024-06-01", "last_seen_at": "2024-07-01"},
            {"first_seen_at": "2025-09-01"},
            MEN,
        ),
        ("doubtful", {"name": "王强"}, {"gender": "female"}, MEN),
    ],
    ids=["another name under the mask", "known to the system", "a year without a trace", "a man's name"],
)
def test_a_nameless_record_is_a_question_where_the_number_may_be_two_peoples(why, named, nameless, others):
    # MEN: among a handful of records every pair would seem to match
    def build(named: Row, nameless: Row) -> tuple[bool, set[str]]:
        lab = Lab()
        records = [person("crm", "1", **PHONE) | named, person("app", "3", **PHONE) | nameless, *others]
        result = lab.build(records)
        owner = result[f"{records[0]['source_system']}:1"]
        reasons = lab.rows(
            "select review_reason from marts.identity_review_queue where rule_code = 'person_phone_nameless'"
        )
        return result["app:3"] == owner, {row[0] for row in reasons}

    assert build(named, nameless) == (False, {why})
    # the same two where nothing speaks against it
    known = {"name": named["name"]}
    others = [record for record in others if record["source_system"] != "marketplace"]
    assert build(known, {}) == (True, set())


def test_a_part_of_a_name_that_fits_two_goes_to_the_one_whom_the_rest_fits():
    two = [
        person("crm", "1", name="王伟强", gender="male", birth_date="1980-05-06", **PHONE),
        person("pos", "2", name="王芳", gender="female", birth_date="1983-07-21", **PHONE),
    ]
    open_record = person("dealer", "3", name="王", **PHONE)
    result = Lab().build([*two, open_record | {"birth_date": "1983-07-21"}])
    assert result["dealer:3"] == result["pos:2"] != result["crm:1"]
    assert len(set(Lab().build([*two, open_record]).values())) == 3


def test_a_part_of_a_name_on_a_shared_phone_goes_to_the_one_it_fits():
    records = [
        person("crm", "1", name="王伟强", **PHONE),
        person("pos", "2", name="李娜", **PHONE),
        person("dealer", "3", name="李", name_honorific="女士", **PHONE),
    ]
    result = Lab().build(records)
    assert result["dealer:3"] == result["pos:2"] != result["crm:1"]


def test_a_phone_of_many_people_joins_nobody():
    names = ["王伟强", "李娜", "张建国", "刘洋", "陈静", "杨帆", "赵磊"]
    dealer = [person("dealer", str(i), name=name, **PHONE) for i, name in enumerate(names)]
    lab = Lab()
    result = lab.build([*dealer, person("crm", "9", name="王伟强", **PHONE)])
    assert len(set(result.values())) == 8
    assert lab.rows(
        "select distinct ban_reason from intermediate.int_identity__evidence_use where evidence_type = 'phone'"
    ) == [("too_many_people",)]


def test_no_customer_holds_two_credit_codes_however_they_are_chained():
    records = [
        company(
            "crm",
            "1",
            company_name="郑州金方贸易",
            credit_code="91A",
            city_code="410100",
            address="和平路3号",
        ),
        company(
            "erp",
            "2",
            company_name="郑州金方贸易",
            phone="+8637112345678",
            city_code="410100",
            address="和平路3号",
        ),
        company("service", "3", company_name="郑州金方贸易", phone="+8637112345678", credit_code="91B"),
    ]
    lab = Lab()
    result = lab.build(records)
    assert result["crm:1"] != result["service:3"]
    assert len(set(result.values())) == 2
    # the link that was not kept is there for a person to see
    assert ("suspicious",) in lab.rows("select review_reason from marts.identity_review_queue")


def test_stewards_override_every_rule():
    together = [person("crm", "1", name="王伟强"), person("pos", "2", name="李娜", gender="female")]
    assert joined(Lab().build(together, [{"a": "crm:1", "b": "pos:2", "decision": "must_link"}]))
    apart = [person("crm", "1", **WANG, **PHONE), person("pos", "2", **WANG, **PHONE)]
    lab = Lab()
    assert joined(lab.build(apart))
    assert not joined(lab.build(apart, [{"a": "pos:2", "b": "crm:1", "decision": "must_not_link"}]))
    # what is decided is no question any more
    assert lab.rows("from marts.identity_review_queue") == []


def crowd(size: int = 60) -> list[dict]:
    """People with two to four records each, and some look-alikes."""
    rng = random.Random(5)
    records = []
    for i in range(size):
        name = rng.choice("王李张刘陈") + rng.choice("伟娜静洋磊") + rng.choice("强国华明丽")
        phone = f"+8613900{i % (size * 9 // 10):06d}"
        for copy in range(rng.randint(2, 4)):
            shown = rng.choice([name, name, name[0], None])
            records.append(person(rng.choice(["crm", "pos", "shop"]), f"{i}-{copy}", name=shown, phone=phone))
    return records


def test_the_order_of_records_changes_neither_groups_nor_ids():
    records = crowd()
    shuffled = records[:]
    random.Random(1).shuffle(shuffled)
    assert Lab().build(records) == Lab().build(shuffled)


def test_no_link_crosses_customers_unless_a_guard_refused_it():
    lab = Lab()
    lab.build(crowd())
    assert lab.rows(
        """
        select count(*) from intermediate.int_identity__links as links
        join intermediate.int_identity__clusters as a on a.record_key = links.record_key_a
        join intermediate.int_identity__clusters as b on b.record_key = links.record_key_b
        where a.cluster_key <> b.cluster_key and not a.is_suspicious
        """
    ) == [(0,)]


def events(lab: Lab, build: str) -> set[tuple]:
    return set(
        lab.rows(
            "select event, customer_id, other_customer_id, record_count from marts.customer_id_history"
            f" where build_id = '{build}'"
        )
    )


def test_ids_stay_when_records_come_and_go():
    lab = Lab()
    first = lab.build([person("crm", "1", **WANG, **PHONE), person("pos", "2", **WANG, **PHONE)])
    assert {event[0] for event in events(lab, "build-1")} == {"created"}
    lab.keep_state()
    # a record joins that sorts before the others by its hash or not: the id is the same
    more = [person("shop", str(n), **WANG, **PHONE) for n in range(5)]
    second = lab.build([person("crm", "1", **WANG, **PHONE), person("pos", "2", **WANG, **PHONE), *more])
    assert set(second.values()) == set(first.values())
    assert events(lab, "build-2") == {("absorbed", first["crm:1"], None, 5)}
    lab.keep_state()
    # the records it was named after are missing for a day
    third = lab.build(more)
    assert set(third.values()) == set(first.values())
    assert events(lab, "build-3") == set()
    lab.keep_state()
    lab.build([person("crm", "99", name="李娜", phone="+8613700002222")])
    assert {event[:2] for event in events(lab, "build-4")} >= {("retired", first["crm:1"])}
    lab.keep_state()
    assert set(lab.build(more).values()) == set(first.values())
    assert ("returned", first["crm:1"], None, 5) in events(lab, "build-5")
    # the history only grows
    assert {row[0] for row in lab.rows("select distinct build_id from marts.customer_id_history")} == {
        f"build-{n}" for n in (1, 2, 4, 5)
    }


def test_a_merger_keeps_the_id_of_most_records_and_a_split_the_larger_part():
    two_phones = [person("crm", str(n), **WANG, phone="+8613900001111") for n in range(3)]
    other = [person("pos", str(n), **WANG, phone="+8613700002222") for n in range(2)]
    lab = Lab()
    first = lab.build([*two_phones, *other])
    larger, smaller = first["crm:0"], first["pos:0"]
    assert larger != smaller
    lab.keep_state()
    bridge = [{"a": "crm:0", "b": "pos:0", "decision": "must_link"}]
    merged = lab.build([*two_phones, *other], bridge)
    assert set(merged.values()) == {larger}
    assert events(lab, "build-2") == {("merged", smaller, larger, 2)}
    lab.keep_state()
    split = lab.build([*two_phones, *other])
    assert {split[f"crm:{n}"] for n in range(3)} == {larger}
    new = {split[f"pos:{n}"] for n in range(2)}
    # an id that went into another is not given out again
    assert len(new) == 1 and not new & {larger, smaller}
    assert events(lab, "build-3") == {("created", *new, None, 2), ("split", larger, *new, 2)}


def test_the_golden_record_follows_the_policy_and_says_where_it_disagrees():
    records = [
        person(
            "crm",
            "1",
            name="王",
            phone="+8613900001111",
            unionid="o1",
            gender="male",
            last_seen_at="2025-01-01",
        ),
        person(
            "shop",
            "2",
            name="王伟强",
            phone="+8613700002222",
            unionid="o1",
            city_code="510100",
            last_seen_at="2024-01-01",
        ),
        person(
            "app", "3", phone="+8613600003333", unionid="o1", city_code="310100", last_seen_at="2026-01-01"
        ),
    ]
    lab = Lab()
    assert joined(lab.build(records))
    # a complete name before the trusted source's surname; the shop's phone before the crm's; shop before app
    assert lab.rows(
        "select name, phone, city_code, gender, conflicting_fields, record_count from intermediate.int_customers__profiles"
    ) == [("王伟强", "+8613700002222", "510100", "male", "city_code", 3)]
    rows = [*seed("survivorship"), {"field": "phone", "source_system": "app", "priority": "1"}]
    rows = [row for row in rows if (row["field"], row["source_system"]) != ("phone", "shop")]
    other = Lab({"survivorship": rows})
    other.build(records)
    assert other.rows("select phone from intermediate.int_customers__profiles") == [("+8613600003333",)]
    # every candidate stays
    assert lab.rows(
        "select source_system, value_rank from intermediate.int_customers__field_values where field = 'phone' order by 2"
    ) == [("shop", 1), ("crm", 2), ("app", 3)]
