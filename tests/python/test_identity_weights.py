"""Who is one person by the weight of evidence, where no rule says so; and who is asked about or left alone."""

from __future__ import annotations

import math
import random

import pytest

from conftest import PROJECT
from customer360.core.macros import Macros
from customer360.identity.fit_identity import EXPLAINED, HOUSEHOLD
from identity_kit import Lab, person, seed

SURNAMES = "赵钱孙周吴郑冯陈褚卫蒋沈韩杨朱秦尤许何吕"
GIVEN = ["建国", "志明", "秀英", "丽华", "文博", "海燕", "春生", "玉兰", "少军", "晓东"]
FIRST = ["peter", "susan", "harold", "mildred", "victor", "agnes", "oscar", "bertha"]
LAST = ["miller", "baker", "cooper", "fisher", "turner", "weaver", "mason", "potter", "glover", "hunter"]


def strangers() -> list[dict]:
    """Two hundred people of China, eighty of England, twelve of them twice: what is common and how many pairs match is read
    from them."""
    chinese = [
        person(
            "fill",
            f"c{n:03}",
            name=SURNAMES[n % 20] + GIVEN[n // 20],
            name_script="han",
            phone=f"+86137{n * 7919 % 10**8:08}",
            address=f"{SURNAMES[n % 17]}{SURNAMES[n % 19]}路{n * 37 % 900}号{n % 7}幢",
            birth_date=f"{1950 + n % 50}-{n % 12 + 1:02}-{n % 27 + 1:02}",
            gender=("male", "female")[n % 2],
        )
        for n in range(200)
    ]
    again = [{**one, "source_system": "again"} for one in chinese[:12]]
    return (
        again
        + chinese
        + [
            person(
                "fill",
                f"e{n:03}",
                name=f"{FIRST[n % 8]} {LAST[n // 8]}",
                name_script="latin",
                email=f"{FIRST[n % 8]}.{LAST[n // 8]}@mail{n}.example",
                address=f"{n * 53 % 400} {LAST[n % 7]} {FIRST[n % 8]} {LAST[n // 8]}",
                birth_date=f"{1950 + n % 45}-{n % 11 + 1:02}-{n % 26 + 1:02}",
            )
            for n in range(80)
        ]
    )


def resolve(records, decisions=()) -> tuple[dict[str, str], dict[frozenset, set[str]]]:
    """Customers by `system:id`, and by pair of records the reasons for which a person is asked."""
    lab = Lab()
    result = lab.build([*strangers(), *records], decisions)
    ids = dict(
        lab.rows(
            "select record_id, source_system || ':' || source_customer_id from intermediate.int_identity__records"
        )
    )
    asked: dict[frozenset, set[str]] = {}
    for a, b, reason in lab.rows(
        "select record_id_a, record_id_b, review_reason from marts.identity_review_queue"
    ):
        asked.setdefault(frozenset((ids[a], ids[b])), set()).add(reason)
    return result, asked


def two(**columns) -> list[dict]:
    """Two records of two systems; a column of two values gives each of them one."""
    return [
        person(system, "1", **{key: v[i] if isinstance(v, tuple) else v for key, v in columns.items() if v})
        for i, system in enumerate(("crm", "shop"))
    ]


PAIR = frozenset(("crm:1", "shop:1"))

TOGETHER = {
    "a wrong digit, a typing error and one e-mail": two(
        name=("jonathan blackwood", "jonathon blackwood"),
        birth_date=("1971-05-16", "1971-05-19"),
        email="jblack@post.example",
    ),
    "Bill is William": two(
        name=("bill hathaway", "william hathaway"),
        birth_date="1968-11-03",
        address=("12 orchard road exeter", "12 orchard rd exeter"),
    ),
    "given and family name turned round": two(
        name=("hathaway edmund", "edmund hathaway"),
        birth_date=("1968-11-03", "1968-03-11"),
        address="12 orchard road exeter",
    ),
    "pinyin beside characters": two(
        name=("欧阳婉清", "ouyang wanqing"), birth_date=("1991-04-05", "1991-05-04"), phone="+8613800271828"
    ),
    "a number from abroad and a surname mistyped": two(
        name=("edmund hathaway", "edmund hathawey"),
        birth_date=("1968-11-03", "1968-11-08"),
        phone="+441632960001",
    ),
}


@pytest.mark.parametrize("why", TOGETHER)
def test_what_agrees_in_enough_is_one_person_without_an_identifier(why: str):
    result, _ = resolve(TOGETHER[why])
    assert result["crm:1"] == result["shop:1"]


# reason in the queue, or None where nothing is asked
APART = {
    "twins": (
        "other_name",
        two(
            name=("john hathaway", "peter hathaway"),
            birth_date="1990-02-03",
            phone="+441632960001",
            address="12 orchard road exeter",
        ),
    ),
    "Chinese twins": (
        "other_name",
        two(name=("欧阳雪", "欧阳明"), birth_date="1990-02-03", phone="+8613800271828"),
    ),
    "namesakes of one birth date": (
        "namesakes",
        two(
            name="edmund hathaway",
            birth_date="1990-02-03",
            phone=("+441632960001", "+441632970552"),
        ),
    ),
    "Chinese namesakes of one birth date": (
        "namesakes",
        two(name="欧阳雪", birth_date="1990-02-03", phone=("+8613800271828", "+8613952718281")),
    ),
    "a rare full name alone": ("name_alone", two(name="zebulon quartermaine")),
}


@pytest.mark.parametrize("why", APART)
def test_whom_weights_cannot_tell_apart_a_person_decides(why: str):
    reason, records = APART[why]
    result, asked = resolve(records)
    assert result["crm:1"] != result["shop:1"]
    assert reason in asked.get(PAIR, set()), asked


def test_a_nameless_account_under_a_familys_phone_joins_nobody():
    family = [
        person("crm", "1", name="欧阳雪", birth_date="1962-02-03", phone="+8613800271828"),
        person("crm", "2", name="欧阳明", birth_date="1990-07-09", phone="+8613800271828"),
        person("app", "3", phone="+8613800271828"),
    ]
    result, _ = resolve(family)
    assert len({result[key] for key in ("crm:1", "crm:2", "app:3")}) == 3


def test_an_initial_or_no_name_is_no_bridge_between_twins():
    home = {"birth_date": "1990-02-03", "phone": "+441632960001"}
    for name in ("j hathaway", None):
        between = {"name": name} if name else {}
        twins = [
            person("crm", "1", name="john hathaway", **home),
            person("shop", "1", name="jane hathaway", **home),
            person("app", "3", **between, **home),
        ]
        result, asked = resolve(twins)
        assert result["crm:1"] != result["shop:1"], name
        assert asked[PAIR], name


def test_what_a_steward_keeps_apart_no_weight_joins():
    for records in TOGETHER.values():
        result, asked = resolve(records, [{"a": "crm:1", "b": "shop:1", "decision": "must_not_link"}])
        assert result["crm:1"] != result["shop:1"]
        assert PAIR not in asked


def test_two_unionids_never_join():
    records = two(
        name="欧阳雪", birth_date="1990-02-03", phone="+8613800271828", email="x@y.cn", unionid=("o1", "o2")
    )
    result, asked = resolve(records)
    assert result["crm:1"] != result["shop:1"]
    assert "conflict" in asked[PAIR]


def test_a_changed_surname_is_one_person_or_a_question():
    result, asked = resolve(
        two(
            name=("mary hathaway", "mary pemberton"),
            birth_date="1990-02-03",
            phone="+441632960001",
            email="mary77@post.example",
            address="12 orchard road exeter",
        )
    )
    assert result["crm:1"] == result["shop:1"] or asked[PAIR]


def test_people_with_nothing_in_common_are_neither_joined_nor_asked_about():
    result, asked = resolve([])
    assert len(set(result.values())) == len(result) - 12
    assert asked == {}


def test_the_same_ids_whatever_the_order_of_records():
    records = [
        {**record, "source_customer_id": f"{n}-{record['source_customer_id']}"}
        for n, some in enumerate([*TOGETHER.values(), *(some for _, some in APART.values())])
        for record in some
    ]
    results = []
    for order in (0, 1):
        shuffled = [*strangers(), *records]
        random.Random(order).shuffle(shuffled)
        results.append(Lab().build(shuffled))
    assert results[0] == results[1]


def test_the_steps_of_a_pair_add_up_to_its_weight():
    lab = Lab()
    lab.build([*strangers(), *TOGETHER["Bill is William"], *APART["namesakes of one birth date"][1]])
    differing = lab.rows(
        "select record_key_a, record_key_b, sum(steps.weight), any_value(scores.match_weight)"
        " from intermediate.int_identity__pair_weights as steps"
        " join intermediate.int_identity__scores as scores using (record_key_a, record_key_b)"
        " group by all having abs(sum(steps.weight) - any_value(scores.match_weight)) > 1e-9"
    )
    assert differing == []
    assert lab.rows("select count(*) > 0 from intermediate.int_identity__pair_weights") == [(True,)]


# --- weights by hand --------------------------------------------------------------------------------------


def fixed_point(
    pairs: list[tuple[float, float]], records: int, partners: float
) -> list[tuple[float, float, float]]:
    """Weight, prior and what families explain of pairs (evidence, household; bits), worked out another way: the share of
    matches at which as many are expected, by halving the interval."""
    total = records * (records - 1) / 2
    home = partners * records / 2 / total

    def expected(prior: float) -> float:
        return sum(
            prior * 2**e / (prior * 2**e + home * 2**h + 1 - prior - home)
            for e, h in ((round(e * 4) / 4, round(h * 4) / 4) for e, h in pairs)
        )

    low, high = 1 / total, 0.5
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if expected(middle) > middle * total else (low, middle)
    prior = (low + high) / 2
    result = []
    for evidence, household in pairs:
        explained = -math.log2(1 - prior - home + home * 2**household)
        result.append((evidence + math.log2(prior) + explained, math.log2(prior), explained))
    return result


def test_the_prior_is_the_share_at_which_as_many_matches_are_expected():
    lab = Lab()
    lab.build([*strangers(), *TOGETHER["Bill is William"], *TOGETHER["pinyin beside characters"]])
    names = ("given_name", "family_name", "birth", "phone", "email", "place", "gender", "identifier")
    weights = {
        (c, level): w
        for c, level, *w in lab.rows(
            "select comparison, level, match_share, chance_share, household_share from intermediate.int_identity__weights"
        )
    }
    shares = {
        ("given_name", "equal"): "given_name_share",
        ("given_name", "sound"): "given_sound_share",
        ("family_name", "equal"): "family_name_share",
        ("family_name", "sound"): "family_sound_share",
        ("birth", "equal"): "birth_day_share",
        ("phone", "equal"): "phone_share",
        ("phone", "masked"): "phone_pattern_share",
        ("email", "equal"): "email_share",
        ("email", "user"): "email_user_share",
        ("place", "address"): "home_address_share",
        ("place", "other_address"): "city_share",
        ("place", "city"): "city_share",
    }
    columns = sorted(set(shares.values()))
    found = lab.rows(
        f"select {', '.join(f's.{name}_level' for name in names)}, {', '.join(f'a.{c}' for c in columns)},"
        " s.match_weight, s.prior_weight, s.family_weight, s.match_probability"
        " from intermediate.int_identity__scores as s"
        " join intermediate.int_identity__compared as a on s.record_key_a = a.record_key"
    )
    pairs = []
    for row in found:
        value = dict(zip(columns, row[len(names) : -4], strict=True))
        evidence = household = 0.0
        for name, level in zip(names, row, strict=False):
            if level is not None:
                match, chance, home = weights[name, level]
                by_luck = value[shares[name, level]] if (name, level) in shares else chance
                evidence += math.log2(match / by_luck)
                household += math.log2(max(home, by_luck) / by_luck) if name in HOUSEHOLD else 0.0
        pairs.append((evidence, household))
    expected = fixed_point(pairs, 296, 0.1)
    for row, (weight, prior, explained) in zip(found, expected, strict=True):
        assert row[-4:-1] == pytest.approx((weight, prior, explained), abs=0.02)
        assert row[-1] == pytest.approx(1 / (1 + 2 ** -row[-4]))
    assert 2 ** expected[0][1] * 296 * 295 / 2 == pytest.approx(14, abs=1.0)


def test_joining_counts_a_pair_as_its_doubts_allow():
    lab = Lab()
    lab.build(
        [
            *strangers(),
            *TOGETHER["Bill is William"],
            *(
                {**record, "source_system": f"{record['source_system']}{n}"}
                for n, (_, some) in enumerate(APART.values())
                for record in some
            ),
        ]
    )
    rows = lab.rows(
        "select joining_weight, match_weight, asks_for, is_conflict from intermediate.int_identity__scores"
    )
    for joining, weight, asks_for, is_conflict in rows:
        if is_conflict or asks_for == "other_name":
            assert joining == -12
        else:
            assert joining == (weight if asks_for is None else min(weight, 0))
    assert {asks_for for _, weight, asks_for, _ in rows if weight > 0} >= {"namesakes", "name_alone", None}
    assert any(asks_for == "other_name" and weight > -12 for _, weight, asks_for, _ in rows)
    assert max(joining for joining, *_ in rows) > 12


def test_where_nothing_seems_to_match_one_pair_is_expected():
    lab = Lab()
    lab.build([record for record in strangers() if record["source_system"] != "again"])
    pairs = 280 * 279 / 2
    assert lab.rows(
        "select distinct round(power(2, prior_weight) * ?, 6) from intermediate.int_identity__scores".replace(
            "?", str(pairs)
        )
    ) == [(1.0,)]


# --- what Python, macros and seeds say of one thing -------------------------------------------------------


def comparisons() -> dict:
    folders = (PROJECT / "macros" / folder for folder in ("identity", "portable"))
    return Macros(folders, {})["identity_comparisons"]()


def test_comparisons_on_which_families_agree_are_said_once():
    assert {name for name, said in comparisons().items() if said.get("household")} == set(HOUSEHOLD)


def test_every_level_has_labels_and_weights():
    known = {
        (name, level)
        for name, said in comparisons().items()
        for level in [*(level["level"] for level in said["levels"]), "different"]
    }
    labels = {(row["comparison"], row["level"]) for row in seed("identity_levels")}
    assert labels == known | {("prior", "any_pair"), ("household", "explained")}
    for model in ("chinese_retail", "western_crm"):
        rows = [row for row in seed("identity_weights") if row["model"] == model]
        assert {(row["comparison"], row["level"]) for row in rows} == known
        for name in comparisons():
            for share in ("match_share", "chance_share", "household_share"):
                total = sum(float(row[share]) for row in rows if row["comparison"] == name)
                assert total == pytest.approx(1.0, abs=1e-3), (model, name, share)
            family = [
                (row["chance_share"], row["household_share"]) for row in rows if row["comparison"] == name
            ]
            assert name in HOUSEHOLD or all(chance == home for chance, home in family), (model, name)
        for name, levels in EXPLAINED.items():
            for row in rows:
                if row["comparison"] == name and row["level"] in levels:
                    assert row["match_share"] == row["chance_share"] == row["household_share"]
    assert all((name, level) in known for name, levels in EXPLAINED.items() for level in levels)
