"""Learn from a company's own records what an agreement between two of them is worth (Fellegi and Sunter, 1969).

What is learnt, by expectation maximisation on counts of comparison vectors: how often two records of one person agree at
each level of each comparison (match share), and how often two people of one household do. How often strangers agree is
measured on pairs drawn by chance and stays fixed: left free, the classes change places (docs/decisions/0017). No labels are
needed; pairs that a steward answered keep the class that the steward gave them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

Counts = Mapping[tuple[str | None, ...], int]
"""Pairs by their levels, in the order of the comparisons; None where one of the two does not say."""


@dataclass(frozen=True)
class Answers:
    """Pairs that stewards answered, by their levels: one person (`same`) or two (`different`)."""

    same: Counts
    different: Counts


NO_ANSWERS = Answers({}, {})
ROUNDS = 100
SETTLED = 1e-4
"""The rounds end where the share of matches moves by less than this part of itself."""
STRENGTH = 20.0
"""Pairs that the weights begun with count as: a level that hardly a pair shows keeps its default."""
RARE = 0.5
"""Pairs that a level counts as which no pair by chance shows."""
MIN_RECORDS = 200
MIN_MATCHES = 100


class TooLittle(ValueError):
    """There are too few records, or too few that match, to learn from."""


@dataclass(frozen=True)
class Level:
    """One level of one comparison: how often pairs of one person, by chance and of one household agree at it."""

    match: float
    chance: float
    household: float


Weights = dict[str, dict[str, Level]]
"""By comparison and level; the shares of the levels of a comparison add up to 1 in each class."""


def rows_of(model: str, weights: Weights) -> list[list[str]]:
    """Weights as rows of seed identity_weights."""
    return [
        [model, comparison, level, *(f"{share:.6g}" for share in (of.match, of.chance, of.household))]
        for comparison, levels in weights.items()
        for level, of in levels.items()
    ]


@dataclass(frozen=True)
class Learnt:
    """What a fit found, and on how much."""

    weights: Weights
    records: int
    matches: float
    """Pairs of records of one person that are expected among all pairs."""
    households: float
    rounds: int


def learn(
    start: Weights,
    candidates: Counts,
    by_chance: Counts,
    records: int,
    household: Sequence[str],
    explained: Mapping[str, Sequence[str]],
    answers: Answers = NO_ANSWERS,
) -> Learnt:
    """Fit the weights of `records` records.

    `start`: defaults, which name comparisons and levels and are what the fit begins with. `candidates`: the pairs that some
    block brings together; all other pairs count as no match. `by_chance`: pairs drawn by chance; matches among them are
    taken out in every round. `household`: comparisons on which people of one household agree more often than strangers; on all
    others they agree as strangers do. `explained`: levels by comparison that the other comparisons explain (an e-mail name
    made of the name): they weigh nothing. `answers`: pairs of `candidates` that stewards answered. A pair answered yes is a
    match in every round, and a pair answered no is of the household or of strangers.

    Raises TooLittle under MIN_RECORDS records or MIN_MATCHES expected matches.
    Source: Fellegi, Sunter (1969), A theory for record linkage; expectation maximisation with fixed chance shares as in
    Winkler (1988). Time grows with the number of different vectors, not of pairs.
    """
    if records < MIN_RECORDS:
        raise TooLittle(f"{records} records are too few to learn from; it takes {MIN_RECORDS}")
    names = list(start)
    levels = {name: list(start[name]) for name in names}
    unanswered = Counter(candidates)
    for counts in (answers.same, answers.different):
        unanswered.subtract(counts)
    parts = [_coded(counts, names, levels) for counts in (unanswered, answers.same, answers.different)]
    vectors, number = (np.concatenate(of) for of in zip(*parts, strict=True))
    same, different = (
        np.repeat([i == part for i in range(3)], [len(of) for _, of in parts]) for part in (1, 2)
    )
    chance_vectors, chance_number = _coded(by_chance, names, levels)
    total = records * (records - 1) / 2
    seen = [
        np.bincount(chance_vectors[known, i], chance_number[known], minlength=len(levels[name]))
        for i, name in enumerate(names)
        for known in [chance_vectors[:, i] >= 0]
    ]
    match = [np.array([start[name][level].match for level in levels[name]]) for name in names]
    homes = [np.array([start[name][level].household for level in levels[name]]) for name in names]
    defaults = [share.copy() for share in match]
    home_defaults = [share.copy() for share in homes]
    share, home_share = 0.3 * records / total, 0.1 * records / total
    for rounds in range(1, ROUNDS + 1):  # noqa: B007
        chance = []
        for i, name in enumerate(names):
            known = seen[i].sum()
            if not known:
                chance.append(np.array([start[name][level].chance for level in levels[name]]))
                continue
            left = np.maximum(seen[i] - share * match[i] * known, RARE)
            chance.append(left / left.sum())
        homes = [homes[i] if name in household else chance[i] for i, name in enumerate(names)]
        log_match = np.full(len(number), np.log(share))
        log_home = np.full(len(number), np.log(home_share))
        log_chance = np.full(len(number), np.log1p(-share - home_share))
        for i in range(len(names)):
            known = vectors[:, i] >= 0
            code = vectors[known, i]
            log_match[known] += np.log(match[i][code])
            log_home[known] += np.log(homes[i][code])
            log_chance[known] += np.log(chance[i][code])
        log_match[different] = log_home[same] = log_chance[same] = -np.inf
        highest = np.maximum(np.maximum(log_match, log_home), log_chance)
        weight = np.exp(np.array([log_match, log_home, log_chance]) - highest)
        weight *= number / weight.sum(axis=0)
        before = share
        share, home_share = (max(weight[i].sum() / total, 1e-15) for i in (0, 1))
        for i, name in enumerate(names):
            known = vectors[:, i] >= 0
            size = len(levels[name])
            counted = (
                np.bincount(vectors[known, i], weight[0][known], minlength=size) + STRENGTH * defaults[i]
            )
            match[i] = counted / counted.sum()
            if name in household:
                counted = (
                    np.bincount(vectors[known, i], weight[1][known], minlength=size)
                    + STRENGTH * home_defaults[i]
                )
                homes[i] = counted / counted.sum()
        if abs(share - before) < SETTLED * share:
            break
    if share * total < MIN_MATCHES:
        raise TooLittle(
            f"{share * total:.0f} pairs of records seem to be one person; it takes {MIN_MATCHES} to learn from"
        )
    weights: Weights = {}
    for i, name in enumerate(names):
        weights[name] = {}
        for code, level in enumerate(levels[name]):
            by_luck = match[i][code] if level in explained.get(name, ()) else chance[i][code]
            weights[name][level] = Level(
                float(match[i][code]), float(by_luck), float(homes[i][code] if name in household else by_luck)
            )
    return Learnt(weights, records, float(share * total), float(home_share * total), rounds)


def _coded(
    counts: Counts, names: Sequence[str], levels: Mapping[str, list[str]]
) -> tuple[np.ndarray, np.ndarray]:
    """Vectors as codes of levels, shape (n, comparisons), negative where unknown, and how many pairs show each."""
    codes = [{level: code for code, level in enumerate(levels[name])} for name in names]
    vectors = np.array(
        [
            [-1 if level is None else code[level] for code, level in zip(codes, vector, strict=True)]
            for vector in counts
        ],
        dtype=np.int64,
    ).reshape(-1, len(names))
    return vectors, np.array(list(counts.values()), dtype=float)
