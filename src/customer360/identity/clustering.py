"""Connected components of match graphs, and the stricter second look at suspicious ones.

Records are dense integers 1..n (int_identity__records.record_key); an edge joins two of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

Keys = np.ndarray
EXCLUSIVE = ("unionid", "id_number_hash", "credit_code")
"""Identifiers of which a customer has one value."""


@dataclass(frozen=True)
class Limits:
    """From when on a group is suspicious, and what still holds it together then."""

    max_records: int
    """A larger group is suspicious."""
    min_density: float
    """So is one whose edges are a smaller share of all its pairs; from `density_from` records on."""
    density_from: int
    strict_tier: int
    """In a suspicious group only edges up to this tier count."""


def exclusive_codes(records: duckdb.DuckDBPyRelation) -> dict[str, Keys]:
    """Per exclusive identifier a code for each record, shape (n + 1,), negative where it has none; position 0 is unused.

    `records`: int_identity__records, whose keys are 1..n.
    """
    codes = ", ".join(
        f"case when {name} is null then -1 else dense_rank() over (order by {name}) end as {name}"
        for name in EXCLUSIVE
    )
    found = records.project(f"record_key, {codes}").order("record_key").fetchnumpy()
    return {name: np.concatenate([[-1], found[name]]) for name in EXCLUSIVE}


def components(n: int, a: Keys, b: Keys) -> Keys:
    """Label each record 1..n with the smallest record of its connected component.

    `a`, `b`: ends of the edges, integers of shape (m,). Returns int64 of shape (n + 1,); position 0 is unused.
    Raises ValueError on an end outside 1..n.
    """
    if len(a) and (min(a.min(), b.min()) < 1 or max(a.max(), b.max()) > n):
        raise ValueError("an edge ends outside the records")
    graph = coo_matrix((np.ones(len(a), dtype=bool), (a, b)), shape=(n + 1, n + 1))
    count, label = connected_components(graph, directed=False)
    smallest = np.full(count, n + 1, dtype=np.int64)
    np.minimum.at(smallest, label, np.arange(n + 1))
    return smallest[label]


def guarded_components(
    n: int,
    a: Keys,
    b: Keys,
    tier: Keys,
    exclusive: Mapping[str, Keys],
    apart: tuple[Keys, Keys],
    limits: Limits,
) -> tuple[Keys, Keys]:
    """Components in which no customer holds two values of an exclusive identifier and no separated pair.

    `tier`: strength of each edge, 1 strongest, 0 a steward's decision. `exclusive`: per identifier a code for each
    record, shape (n + 1,), negative where it has none. `apart`: pairs that must not be together, however indirectly.
    Groups that break this, are too large or too thin are clustered again from single records, strongest edges first,
    each refused that would bring a conflict; in the large and thin ones edges beyond `limits.strict_tier` do not count
    at all. Returns labels as
    `components` does, and a mask (n + 1,) of the records whose group was suspicious. Independent of the order of edges.
    """
    label = components(n, a, b)
    misshapen = _misshapen(label, a, b, limits)
    suspicious = misshapen | _conflicting(label, exclusive, apart)
    if not suspicious.any():
        return label, suspicious
    inside = suspicious[a] & (~misshapen[a] | (tier <= limits.strict_tier))
    order = np.lexsort((b[inside], a[inside], tier[inside]))
    group = _Groups(np.flatnonzero(suspicious), exclusive, apart, limits)
    for left, right, strength in zip(
        a[inside][order].tolist(), b[inside][order].tolist(), tier[inside][order].tolist(), strict=True
    ):
        group.join(left, right, steward=strength == 0)
    label = label.copy()
    for record in group.parent:
        label[record] = group.find(record)
    return label, suspicious


@dataclass(frozen=True)
class Joining:
    """When groups of records join for what their pairs of records weigh, in bits."""

    link_weight: float
    """The best pair between two groups weighs at least this,"""
    least_mean_weight: float
    """and all pairs between them this on average."""
    unscored_weight: float
    """What a pair counts that nobody compared: it has nothing in common."""
    most_weight: float
    """No pair counts more in the mean, for or against."""
    margin: float
    """A group without a given name joins the best group only if it beats the second by this much."""


def joined_by_weight(
    label: Keys,
    a: Keys,
    b: Keys,
    weight: np.ndarray,
    named: Keys,
    exclusive: Mapping[str, Keys],
    apart: tuple[Keys, Keys],
    limits: Limits,
    joining: Joining,
) -> Keys:
    """Join groups that weighed pairs hold together, strongest first; returns labels as `components` does.

    `label`: groups to begin with, shape (n + 1,), each named by its smallest record. `a`, `b`, `weight`: pairs of records,
    each once, and their weights. `named`: mask (n + 1,) of the records with a given name. `exclusive`, `apart`: as in
    `guarded_components`; a join that would break one of them is refused.

    Plain closure joins two whole customers for one bad pair, and the more records there are, the more bad pairs. So the
    threshold comes down in steps, each group joins at each step its best partner alone, and only where the pairs between
    the two do not speak against it on average. Independent of the order of pairs.
    """
    label = label.copy()
    size = len(label)
    steps = [step for step in _STEPS if step > joining.link_weight] + [joining.link_weight]
    # a group that no pair holds to another strongly enough joins nobody, whatever else does
    may_join = np.zeros(size, dtype=bool)
    strong = (label[a] != label[b]) & (weight >= joining.link_weight)
    may_join[label[a[strong]]] = may_join[label[b[strong]]] = True
    open_pairs = (label[a] != label[b]) & (may_join[label[a]] | may_join[label[b]])
    a, b, weight = a[open_pairs], b[open_pairs], weight[open_pairs]
    counted = np.clip(weight, -joining.most_weight, joining.most_weight)

    def allowed() -> tuple[Keys, Keys, np.ndarray]:
        """Pairs of groups that may join if their best pair is strong enough, and its weight."""
        left, right, best, mean = _between(label, a, b, weight, counted, named, joining)
        members = np.bincount(label, minlength=size)
        fits = (mean >= joining.least_mean_weight) & (members[left] + members[right] <= limits.max_records)
        for codes in exclusive.values():
            held = np.full(size, -1)
            np.maximum.at(held, label, codes)
            fits &= (held[left] < 0) | (held[right] < 0) | (held[left] == held[right])
        parted = np.sort(np.stack([label[apart[0]], label[apart[1]]]), axis=0)
        fits &= ~np.isin(left * size + right, parted[0] * size + parted[1])
        fits &= _stand_out(label, left, right, best, fits, named, joining.margin)
        return left[fits], right[fits], best[fits]

    left, right, best = allowed()
    for step in steps:
        while (strong := best >= step).any():
            left, right, best = left[strong], right[strong], best[strong]
            rank = np.empty(len(left), dtype=np.int64)
            rank[np.lexsort((right, left, -best))] = np.arange(len(left))
            first = np.full(size, len(left))
            np.minimum.at(first, left, rank)
            np.minimum.at(first, right, rank)
            mutual = (first[left] == rank) & (first[right] == rank)
            renamed = np.arange(size)
            renamed[right[mutual]] = left[mutual]
            label = renamed[label]
            left, right, best = allowed()
    return label


_STEPS = (20.0, 17.0, 14.0, 12.0, 10.0, 8.0, 6.0, 4.0, 3.0)
"""Thresholds on the way down to the policy's, in bits."""


def _between(
    label: Keys,
    a: Keys,
    b: Keys,
    weight: np.ndarray,
    counted: np.ndarray,
    named: Keys,
    joining: Joining,
) -> tuple[Keys, Keys, np.ndarray, np.ndarray]:
    """Pairs of groups with a scored pair of records: the smaller and the larger label, best weight, mean of all pairs.

    Where both groups have records with a given name, the mean is at most that of the pairs of these: a record without one,
    which fits twins alike, is no bridge between them.
    """
    size = len(label)
    low, high = np.minimum(label[a], label[b]), np.maximum(label[a], label[b])
    other = low != high
    codes, place = np.unique(low[other].astype(np.int64) * size + high[other], return_inverse=True)
    best = np.full(len(codes), -np.inf)
    np.maximum.at(best, place, weight[other])
    left, right = codes // size, codes % size

    def mean(records: Keys) -> np.ndarray:
        """Over the pairs of these records; infinite where a group has none."""
        among = (records[a] & records[b])[other]
        scored = np.bincount(place[among], minlength=len(codes))
        # in whole millionths: the sum does not depend on the order of the pairs
        total = np.zeros(len(codes), dtype=np.int64)
        np.add.at(total, place[among], np.rint(counted[other][among] * 1e6).astype(np.int64))
        members = np.bincount(label[records], minlength=size)
        pairs = members[left] * members[right]
        whole = total / 1e6 + (pairs - scored) * joining.unscored_weight
        return np.where(pairs > 0, whole / np.maximum(pairs, 1), np.inf)

    return left, right, best, np.minimum(mean(np.ones(size, dtype=bool)), mean(named))


def _stand_out(
    label: Keys, left: Keys, right: Keys, best: np.ndarray, fits: Keys, named: Keys, margin: float
) -> Keys:
    """Whether a pair of groups is the clear best of each of the two that has no given name."""
    has_name = np.zeros(len(label), dtype=bool)
    np.logical_or.at(has_name, label, named)
    ends = np.concatenate([left[fits], right[fits]])
    weights = np.concatenate([best[fits], best[fits]])
    order = np.lexsort((-weights, ends))
    ends, weights = ends[order], weights[order]
    begins = np.flatnonzero(np.r_[True, ends[1:] != ends[:-1]]) if len(ends) else np.array([], dtype=np.int64)
    highest, second = np.full(len(label), -np.inf), np.full(len(label), -np.inf)
    highest[ends[begins]] = weights[begins]
    follows = begins + 1
    follows = follows[follows < len(ends)]
    follows = follows[ends[follows] == ends[follows - 1]]
    second[ends[follows]] = weights[follows]

    def clear(group: Keys) -> Keys:
        return has_name[group] | ((best == highest[group]) & (best - margin >= second[group]))

    return clear(left) & clear(right)


def _misshapen(label: Keys, a: Keys, b: Keys, limits: Limits) -> Keys:
    """Records of groups that are too large or too thin."""
    size = np.bincount(label, minlength=len(label))
    pair = np.unique(np.minimum(a, b).astype(np.int64) * len(label) + np.maximum(a, b))
    edges = np.bincount(label[pair // len(label)], minlength=len(label))
    thin = (size >= limits.density_from) & (edges < limits.min_density * size * (size - 1) / 2)
    return ((size > limits.max_records) | thin)[label]


def _conflicting(label: Keys, exclusive: Mapping[str, Keys], apart: tuple[Keys, Keys]) -> Keys:
    """Records of groups that hold two values of an exclusive identifier, or a separated pair."""
    bad = np.zeros(len(label), dtype=bool)
    for codes in exclusive.values():
        known = codes >= 0
        width = int(codes.max()) + 1 if known.any() else 1
        holder = np.unique(label[known].astype(np.int64) * width + codes[known]) // width
        bad |= np.bincount(holder, minlength=len(label)) > 1
    bad[label[apart[0][label[apart[0]] == label[apart[1]]]]] = True
    return bad[label]


class _Groups:
    """Union of records that remembers what each group holds; the smallest record names a group."""

    def __init__(
        self, records: Keys, exclusive: Mapping[str, Keys], apart: tuple[Keys, Keys], limits: Limits
    ) -> None:
        self.parent = {record: record for record in records.tolist()}
        self.size = dict.fromkeys(self.parent, 1)
        self.limits = limits
        self.held = {
            record: {name: int(codes[record]) for name, codes in exclusive.items() if codes[record] >= 0}
            for record in self.parent
        }
        self.apart: dict[int, set[int]] = {record: set() for record in self.parent}
        for left, right in zip(apart[0].tolist(), apart[1].tolist(), strict=True):
            if left in self.parent and right in self.parent:
                self.apart[left].add(right)
                self.apart[right].add(left)

    def find(self, record: int) -> int:
        while self.parent[record] != record:
            self.parent[record] = self.parent[self.parent[record]]
            record = self.parent[record]
        return record

    def join(self, left: int, right: int, steward: bool) -> None:
        left, right = self.find(left), self.find(right)
        if left == right:
            return
        if any(self.find(other) == right for other in self.apart[left]):
            return
        if not steward:
            if self.size[left] + self.size[right] > self.limits.max_records:
                return
            mine, theirs = self.held[left], self.held[right]
            if any(name in theirs and theirs[name] != code for name, code in mine.items()):
                return
        root, other = min(left, right), max(left, right)
        self.parent[other] = root
        self.size[root] += self.size.pop(other)
        self.held[root] |= self.held.pop(other)
        self.apart[root] |= self.apart.pop(other)
