"""Clusters of records: a true fixpoint, whatever the order of edges, and guards that hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer360.identity.clustering import Limits, components, guarded_components

LIMITS = Limits(max_records=50, min_density=0.2, density_from=60, strict_tier=3)
NOBODY = (np.empty(0, int), np.empty(0, int))


def reference(n: int, edges: list[tuple[int, int]]) -> list[int]:
    """Union-find written another way: relabel whole groups, list by list."""
    groups = {record: [record] for record in range(1, n + 1)}
    for a, b in edges:
        if groups[a] is not groups[b]:
            groups[a].extend(groups[b])
            for record in list(groups[b]):
                groups[record] = groups[a]
    return [min(groups[record]) for record in range(1, n + 1)]


def ends(edges: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    array = np.array(edges, dtype=np.int64).reshape(-1, 2)
    return array[:, 0], array[:, 1]


def guarded(n, edges, tiers=None, exclusive=None, apart=NOBODY, limits=LIMITS):
    a, b = ends(edges)
    tier = np.array(tiers if tiers is not None else [1] * len(edges))
    label, suspicious = guarded_components(n, a, b, tier, exclusive or {}, apart, limits)
    return label[1:].tolist(), suspicious[1:].tolist()


GRAPHS = st.integers(1, 40).flatmap(
    lambda n: st.tuples(st.just(n), st.lists(st.tuples(st.integers(1, n), st.integers(1, n)), max_size=60))
)


@given(GRAPHS)
@settings(max_examples=200, deadline=None)
def test_components_are_those_of_an_independent_union_find(graph):
    n, edges = graph
    label = components(n, *ends(edges))[1:].tolist()
    assert label == reference(n, edges)
    # a fixpoint: no edge leads from one component to another
    assert all(label[a - 1] == label[b - 1] for a, b in edges)


@given(GRAPHS, st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_the_order_of_edges_does_not_matter(graph, random):
    n, edges = graph
    tiers = {edge: 1 + sum(edge) % 4 for edge in edges}
    codes = {"id": np.array([-1] + [record % 3 - 1 for record in range(1, n + 1)])}
    shuffled = edges[:]
    random.shuffle(shuffled)
    one = guarded(n, edges, [tiers[e] for e in edges], codes)
    other = guarded(n, shuffled, [tiers[e] for e in shuffled], codes)
    assert one == other


def test_a_chain_of_fifty_hops_is_one_component():
    n = 51
    edges = [(record + 1, record) for record in range(50, 0, -1)]
    assert set(components(n, *ends(edges))[1:].tolist()) == {1}


def test_an_edge_outside_the_records_is_an_error():
    with pytest.raises(ValueError, match="outside the records"):
        components(3, *ends([(1, 4)]))


def test_two_values_of_an_exclusive_identifier_never_share_a_customer():
    # 1 and 4 hold different codes; the weakest edge on the way between them goes, however weak the others are
    edges, tiers = [(1, 2), (2, 3), (3, 4)], [1, 6, 5]
    codes = {"credit_code": np.array([-1, 7, -1, -1, 8])}
    label, suspicious = guarded(4, edges, tiers, codes)
    assert label == [1, 1, 3, 3]
    assert all(suspicious)


@given(GRAPHS)
@settings(max_examples=200, deadline=None)
def test_guards_hold_on_any_graph(graph):
    n, edges = graph
    rng = np.random.default_rng(n)
    codes = np.concatenate([[-1], rng.integers(-1, 3, n)])
    apart = (rng.integers(1, n + 1, 5), rng.integers(1, n + 1, 5))
    different = apart[0] != apart[1]
    apart = (apart[0][different], apart[1][different])
    limits = Limits(max_records=6, min_density=0.3, density_from=4, strict_tier=2)
    tiers = [1 + (a + b) % 4 for a, b in edges]
    label, suspicious = guarded(n, edges, tiers, {"id": codes}, apart, limits)
    label = np.array([0, *label])
    free = np.array([False, *suspicious])
    for group in np.unique(label[1:]):
        members = np.flatnonzero(label == group)
        assert len(set(codes[members][codes[members] >= 0])) <= 1
        assert len(members) <= 6
    assert not (label[apart[0]] == label[apart[1]]).any()
    # what was not suspicious is what plain components say
    plain = components(n, *ends(edges))
    assert (label[~free] == plain[~free]).all()


def test_a_thin_group_keeps_its_strong_links_only():
    # two dense groups of four, joined by one weak edge
    left = [(a, b) for a in range(1, 5) for b in range(a + 1, 5)]
    right = [(a, b) for a in range(5, 9) for b in range(a + 1, 9)]
    edges = [*left, *right, (4, 5)]
    tiers = [1] * 12 + [5]
    thin = Limits(max_records=50, min_density=0.5, density_from=6, strict_tier=3)
    label, _ = guarded(8, edges, tiers, limits=thin)
    assert label == [1] * 4 + [5] * 4
    assert guarded(8, edges, tiers)[0] == [1] * 8


def test_what_a_steward_keeps_apart_stays_apart_through_others():
    edges, tiers = [(1, 2), (2, 3)], [0, 1]
    apart = (np.array([1]), np.array([3]))
    assert guarded(3, edges, tiers, apart=apart)[0] == [1, 1, 3]


def test_what_a_record_is_kept_from_its_whole_group_is_kept_from():
    apart = (np.array([2]), np.array([4]))
    assert guarded(4, [(1, 2), (1, 4)], [1, 2], apart=apart)[0] == [1, 1, 3, 4]


def test_a_customer_of_too_many_records_is_built_up_to_the_limit():
    chain = [(record, record + 1) for record in range(1, 10)]
    small = Limits(max_records=4, min_density=0.0, density_from=60, strict_tier=3)
    label, suspicious = guarded(10, chain, limits=small)
    assert all(suspicious)
    assert max(np.bincount(label)) == 4
