"""What agreements are worth, learnt from counts of pairs: shares that are known are found again, whatever the fit begins with."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer360.identity import weights
from customer360.identity.weights import Answers, Level, TooLittle, learn

RECORDS = 1000
MATCHES, HOMES = 900, 400
PAIRS = RECORDS * (RECORDS - 1) // 2
# comparison -> level -> share among pairs of one person, by chance, of one household
TRUE = {
    "name": {"equal": (0.8, 0.01, 0.01), "near": (0.15, 0.02, 0.02), "different": (0.05, 0.97, 0.97)},
    "family": {"equal": (0.9, 0.03, 0.85), "different": (0.1, 0.97, 0.15)},
    "birth": {"equal": (0.7, 0.002, 0.002), "year": (0.2, 0.03, 0.03), "different": (0.1, 0.968, 0.968)},
    "phone": {"equal": (0.75, 0.001, 0.9), "different": (0.25, 0.999, 0.1)},
    "place": {"equal": (0.6, 0.002, 0.8), "different": (0.4, 0.998, 0.2)},
}
HOUSEHOLD = ("family", "phone", "place")


def levels(shares) -> weights.Weights:
    return {name: {level: Level(*s) for level, s in by_level.items()} for name, by_level in shares.items()}


def begin(given: float = 0.6, home: float = 0.5) -> weights.Weights:
    """Defaults that know no more than that the first level speaks for a match."""
    start = {}
    for name, by_level in TRUE.items():
        rest = len(by_level) - 1
        start[name] = {
            level: Level(
                given if i == 0 else (1 - given) / rest,
                1 / (rest + 1),
                home if i == 0 else (1 - home) / rest,
            )
            for i, level in enumerate(by_level)
        }
    return start


def counts(matches=MATCHES, homes=HOMES, pairs=PAIRS, unknown=None) -> dict:
    """The pairs that the true shares lead one to expect; `unknown`: the share of pairs of which a comparison says nothing."""
    result: dict = {}
    for vector in itertools.product(*({**levels, None: None} for levels in TRUE.values())):
        expected = 0.0
        for number, which in ((matches, 0), (pairs - matches - homes, 1), (homes, 2)):
            share = 1.0
            for (name, by_level), level in zip(TRUE.items(), vector, strict=True):
                silent = (unknown or {}).get(name, 0.0)
                share *= silent if level is None else (1 - silent) * by_level[level][which]
            expected += number * share
        if round(expected):
            result[vector] = round(expected)
    return result


def fit(start=None, candidates=None, by_chance=None, records=RECORDS, household=HOUSEHOLD, explained=None):
    candidates = counts() if candidates is None else candidates
    by_chance = candidates if by_chance is None else by_chance
    return learn(start or begin(), candidates, by_chance, records, household, explained or {})


def found(learnt, which: str) -> dict[tuple[str, str], float]:
    return {
        (name, level): getattr(shares, which)
        for name, by_level in learnt.weights.items()
        for level, shares in by_level.items()
    }


def true(which: int, homes=HOMES, matches=MATCHES) -> dict[tuple[str, str], float]:
    """Of the pairs drawn by chance matches are taken out, families are not: they are no match either."""
    strangers = PAIRS - matches - homes
    shares = {(name, level): s for name, by_level in TRUE.items() for level, s in by_level.items()}
    if which == 1:
        return {key: (s[1] * strangers + s[2] * homes) / (strangers + homes) for key, s in shares.items()}
    return {key: s[which] for key, s in shares.items()}


def test_known_shares_are_found_again():
    learnt = fit()
    assert learnt.records == RECORDS
    assert learnt.matches == pytest.approx(MATCHES, rel=0.03)
    assert learnt.households == pytest.approx(HOMES, rel=0.08)
    assert found(learnt, "match") == pytest.approx(true(0), abs=0.02)
    assert found(learnt, "chance") == pytest.approx(true(1), rel=0.05)
    assert found(learnt, "household") == pytest.approx(true(2), abs=0.03)


def test_what_one_of_the_two_does_not_say_changes_no_share():
    learnt = fit(candidates=counts(unknown={"name": 0.2, "birth": 0.4, "phone": 0.5}))
    assert learnt.matches == pytest.approx(MATCHES, rel=0.06)
    assert found(learnt, "match") == pytest.approx(true(0), abs=0.03)
    assert found(learnt, "chance") == pytest.approx(true(1), rel=0.1)


def test_four_different_starts_end_at_the_same_weights(monkeypatch):
    # the defaults count as hardly a pair, so that what differs is where the fit begins
    monkeypatch.setattr(weights, "STRENGTH", 1e-3)
    monkeypatch.setattr(weights, "SETTLED", 1e-9)
    first, *others = (
        fit(start)
        for start in (levels(TRUE), begin(), begin(given=0.9, home=0.8), begin(given=0.5, home=0.35))
    )
    for other in others:
        assert other.matches == pytest.approx(first.matches, rel=1e-3)
        for which in ("match", "chance", "household"):
            assert found(other, which) == pytest.approx(found(first, which), abs=1e-3), which


def test_matches_among_the_pairs_by_chance_are_taken_out():
    # one pair in fifty drawn by chance is a match: its birth dates would make a common thing of a rare one
    learnt = fit(candidates=counts(9000, 0), by_chance=counts(9000, 0))
    with_matches = sum(n for vector, n in counts(9000, 0).items() if vector[2] == "equal") / PAIRS
    assert with_matches > 0.014
    assert learnt.weights["birth"]["equal"].chance == pytest.approx(0.002, rel=0.1)
    assert learnt.matches == pytest.approx(9000, rel=0.02)


def test_pairs_outside_the_blocks_count_as_no_match():
    some = {vector: n for vector, n in counts().items() if "equal" in vector[:1] or vector[2] == "equal"}
    learnt = fit(candidates=some, by_chance=counts())
    inside = MATCHES * (1 - 0.2 * 0.3)
    assert learnt.matches == pytest.approx(inside, rel=0.04)
    assert found(learnt, "chance") == pytest.approx(true(1), rel=0.1)


def test_a_family_is_no_match_and_takes_no_match():
    # more families than people with two records: they share surname and phone, but neither name nor birth date
    learnt = fit(candidates=counts(homes=3000))
    assert learnt.matches == pytest.approx(MATCHES, rel=0.05)
    assert learnt.households == pytest.approx(3000, rel=0.15)
    # without families the class stays empty rather than to live on the matches
    alone = fit(candidates=counts(homes=0))
    assert alone.matches == pytest.approx(MATCHES, rel=0.03)
    assert alone.households < 0.05 * MATCHES


def test_a_family_agrees_on_names_and_birth_dates_as_strangers_do():
    learnt = fit()
    for name in ("name", "birth"):
        for level, shares in learnt.weights[name].items():
            assert shares.household == shares.chance, (name, level)
    assert all(shares.household != shares.chance for shares in learnt.weights["phone"].values())


def test_the_shares_of_a_class_add_up_to_one():
    learnt = fit()
    for by_level in learnt.weights.values():
        for which in ("match", "chance", "household"):
            assert sum(getattr(shares, which) for shares in by_level.values()) == pytest.approx(1.0)
            assert all(getattr(shares, which) > 0 for shares in by_level.values())


def test_a_level_that_no_pair_shows_keeps_its_default_or_the_least_that_can_be_known():
    start = begin()
    start["name"]["sound"] = Level(0.1, 0.2, 0.2)
    start["phone"]["masked"] = Level(0.1, 0.2, 0.3)
    learnt = fit(start)
    # twenty pairs of the default beside those found: the level fades, and never to nothing
    sound, masked = learnt.weights["name"]["sound"], learnt.weights["phone"]["masked"]
    assert sound.match == pytest.approx(20 * 0.1 / (MATCHES + 20 * 1.1), rel=0.04)
    assert masked.household == pytest.approx(20 * 0.3 / (HOMES + 20 * 1.3), rel=0.1)
    # half a pair of those drawn by chance
    assert sound.chance == pytest.approx(0.5 / PAIRS, rel=0.02)


def test_a_comparison_that_nobody_fills_keeps_its_defaults():
    start = begin()
    start["gender"] = {"equal": Level(0.98, 0.5, 0.5), "different": Level(0.02, 0.5, 0.5)}
    candidates = {(*vector, None): n for vector, n in counts().items()}
    learnt = fit(start, candidates)
    assert [s.match for s in learnt.weights["gender"].values()] == pytest.approx([0.98, 0.02])
    assert [s.chance for s in learnt.weights["gender"].values()] == [0.5, 0.5]


def test_what_another_comparison_explains_weighs_nothing():
    learnt = fit(explained={"name": ("near",)})
    near = learnt.weights["name"]["near"]
    assert near.match == near.chance == near.household
    assert near.match == pytest.approx(0.15, abs=0.02)
    plain = fit()
    for level in ("equal", "different"):
        assert learnt.weights["name"][level] == plain.weights["name"][level]
    # of a comparison on which families agree only the chance is replaced
    family = fit(explained={"family": ("equal",)}).weights["family"]["equal"]
    assert family.match == family.chance
    assert family.household == pytest.approx(0.85, abs=0.03)


def test_too_few_records_teach_nothing():
    candidates = counts(150, 0, 200 * 199 // 2)
    assert learn(begin(), candidates, candidates, 200, HOUSEHOLD, {}).records == 200
    with pytest.raises(TooLittle, match="199 records are too few to learn from; it takes 200"):
        learn(begin(), candidates, candidates, 199, HOUSEHOLD, {})


def test_too_few_matches_teach_nothing(monkeypatch):
    matches = fit().matches
    monkeypatch.setattr(weights, "MIN_MATCHES", matches)
    assert fit().matches == matches
    monkeypatch.setattr(weights, "MIN_MATCHES", matches * (1 + 1e-12))
    with pytest.raises(TooLittle, match=f"{matches:.0f} pairs of records seem to be one person"):
        fit()


def test_the_least_matches_are_a_hundred():
    assert fit(candidates=counts(115, 0)).matches > 100
    with pytest.raises(TooLittle, match="it takes 100"):
        fit(candidates=counts(85, 0))


@pytest.mark.filterwarnings("error")
def test_no_pair_at_all_teaches_nothing():
    with pytest.raises(TooLittle, match="0 pairs"):
        fit(candidates={}, by_chance={})


@given(st.randoms(use_true_random=False))
@settings(max_examples=15, deadline=None)
def test_the_order_of_the_counts_does_not_matter(random: random.Random):
    rows = list(counts(unknown={"birth": 0.3}).items())
    random.shuffle(rows)
    one, other = fit(candidates=counts(unknown={"birth": 0.3})), fit(candidates=dict(rows))
    assert other.rounds == one.rounds
    for which in ("match", "chance", "household"):
        assert found(other, which) == pytest.approx(found(one, which), rel=1e-9)


ALIKE = ("equal", "equal", "equal", "equal", "equal")
OTHER_NAME = ("different", "equal", "equal", "equal", "equal")
"""A relative or a person with a second name: one in twenty pairs of one person, nearly all of one household, are like this."""


def test_an_answered_pair_keeps_its_class_and_is_counted_once(monkeypatch):
    # in the first round other pairs count by what the fit begins with, whatever was answered
    monkeypatch.setattr(weights, "ROUNDS", 1)
    candidates = counts() | {OTHER_NAME: 100}
    start = levels(TRUE)

    def answered(same: int, different: int):
        answers = Answers({OTHER_NAME: same}, {OTHER_NAME: different})
        return learn(start, candidates, candidates, RECORDS, HOUSEHOLD, {}, answers)

    none, all_same, all_different = answered(0, 0), answered(100, 0), answered(0, 100)
    odds = (none.matches - all_different.matches) / 100
    assert 0.05 < odds < 0.99
    assert all_same.matches - all_different.matches == pytest.approx(100)
    assert answered(60, 40).matches - all_different.matches == pytest.approx(60)
    # those not answered keep their odds
    assert answered(10, 20).matches - all_different.matches == pytest.approx(10 + 70 * odds)
    # no match is of the household as often as its odds say
    assert all_same.households < none.households < all_different.households


def test_answers_move_what_a_level_is_worth():
    candidates = counts() | {OTHER_NAME: 100}

    def worth(same: int, different: int) -> float:
        answers = Answers({OTHER_NAME: same}, {OTHER_NAME: different})
        learnt = learn(begin(), candidates, candidates, RECORDS, HOUSEHOLD, {}, answers)
        return found(learnt, "match")["name", "different"]

    assert worth(0, 100) < worth(50, 50) < worth(100, 0)


def test_answers_that_say_what_the_odds_say_change_little():
    same, candidates = 200, counts()
    asked = learn(begin(), candidates, candidates, RECORDS, HOUSEHOLD, {}, Answers({ALIKE: same}, {}))
    assert candidates[ALIKE] > same
    unasked = fit(candidates=candidates)
    assert found(asked, "match") == pytest.approx(found(unasked, "match"), abs=0.005)
    assert found(asked, "chance") == pytest.approx(found(unasked, "chance"), rel=0.01)


def test_no_answers_are_no_change():
    candidates = counts()
    assert learn(begin(), candidates, candidates, RECORDS, HOUSEHOLD, {}, Answers({}, {})) == fit(
        candidates=candidates
    )
