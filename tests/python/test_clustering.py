"""Clusters of records: a true fixpoint, whatever the order of edges, and guards that hold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer360.identity.clustering import Joining, Limits, components, guarded_components, joined_by_weight

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


JOINING = Joining(link_weight=2.0, least_mean_weight=-2.0, unscored_weight=-4.0, most_weight=12.0, margin=3.0)


def joined(n, pairs, named=None, start=None, exclusive=None, apart=(), limits=LIMITS, joining=JOINING):
    """Labels of records 1..n; `pairs`: (a, b) -> weight; `named`: the records with a given name, all by default."""
    a, b = ends(list(pairs))
    mask = np.zeros(n + 1, dtype=bool)
    mask[list(range(1, n + 1) if named is None else named)] = True
    codes = {name: np.array([-1, *values]) for name, values in (exclusive or {}).items()}
    label = np.array([0, *(start or range(1, n + 1))])
    return joined_by_weight(
        label, a, b, np.array(list(pairs.values()), float), mask, codes, ends(list(apart)), limits, joining
    )[1:].tolist()


def test_a_pair_joins_from_the_policys_weight_on():
    assert joined(2, {(1, 2): 2.0}) == [1, 1]
    assert joined(2, {(1, 2): 1.999}) == [1, 2]
    # also where the policy's weight is above the steps on the way down
    high = replace(JOINING, link_weight=25.0, most_weight=30.0)
    assert joined(2, {(1, 2): 24.9}, joining=high) == [1, 2]
    assert joined(2, {(2, 1): 25.0}, joining=high) == [1, 1]


def test_the_strongest_pair_joins_first():
    # 2 may be with one of the two only; each is weak against the other
    assert joined(3, {(1, 2): 4.5, (2, 3): 9.0, (1, 3): -12.0}) == [1, 2, 2]
    assert joined(3, {(1, 2): 9.0, (2, 3): 4.5, (1, 3): -12.0}) == [1, 1, 3]


def test_what_joins_first_within_a_step_is_the_stronger_too():
    # both reach the step of 4 bits and not the one above
    assert joined(3, {(1, 2): 4.1, (2, 3): 4.2, (1, 3): -12.0}) == [1, 2, 2]


def test_a_group_joins_one_partner_at_a_time():
    # 2 would take 1 and 3 at once; with 1 it is full
    small = replace(LIMITS, max_records=2)
    assert joined(3, {(1, 2): 11.0, (2, 3): 10.9}, limits=small) == [1, 1, 3]
    # pairs that do not touch join beside each other
    assert joined(4, {(1, 2): 11.0, (3, 4): 10.9}, limits=small) == [1, 1, 3, 3]


def test_of_two_equal_partners_the_smaller_labels_are_taken():
    small = replace(LIMITS, max_records=2)
    assert joined(3, {(2, 3): 5.0, (1, 2): 5.0}, limits=small) == [1, 1, 3]


def test_one_bad_pair_joins_no_two_groups():
    # three records each, one bridge of 9 bits; the other eight pairs nobody compared: (9 - 8 * 4) / 9 = -2.6
    start = [1, 1, 1, 4, 4, 4]
    assert joined(6, {(3, 4): 9.0}, start=start) == start
    # with two of them the mean is (9 + 9 - 7 * 4) / 9 = -1.1
    assert joined(6, {(3, 4): 9.0, (2, 5): 9.0}, start=start) == [1] * 6


def test_the_mean_of_all_pairs_counts_at_its_bound():
    start = [1, 2, 2]
    assert joined(3, {(1, 2): 8.0, (1, 3): -12.0}, start=start) == [1, 1, 1]
    assert joined(3, {(1, 2): 7.9, (1, 3): -12.0}, start=start) == [1, 2, 2]
    # so it does where the others have no given name
    assert joined(3, {(1, 2): 7.9, (1, 3): -12.0}, named=[1], start=[1, 2, 2]) == [1, 2, 2]
    # a pair that nobody compared counts as the policy says
    assert joined(4, {(1, 2): 4.0}, start=[1, 2, 2, 2]) == [1, 1, 1, 1]
    assert joined(4, {(1, 2): 3.9}, start=[1, 2, 2, 2], joining=replace(JOINING, least_mean_weight=-1.3)) == [
        1,
        2,
        2,
        2,
    ]


def test_no_pair_counts_more_than_the_policy_says():
    # 12 and -12 are 0 in the mean, however strong the pair
    tight = replace(JOINING, least_mean_weight=0.1)
    assert joined(3, {(1, 2): 40.0, (1, 3): -12.0}, start=[1, 2, 2], joining=tight) == [1, 2, 2]
    # nor does one speak more against
    assert joined(3, {(1, 2): 8.0, (1, 3): -90.0}, start=[1, 2, 2]) == [1, 1, 1]


def test_a_group_without_a_given_name_joins_the_clear_best_only():
    assert joined(3, {(1, 3): 8.0, (2, 3): 5.0}, named=[1, 2]) == [1, 2, 1]
    assert joined(3, {(1, 3): 8.0, (2, 3): 5.1}, named=[1, 2]) == [1, 2, 3]
    # also where it is the smaller of the two
    assert joined(3, {(1, 2): 8.0, (1, 3): 5.1}, named=[2, 3]) == [1, 2, 3]
    # two that are as good as each other
    assert joined(3, {(1, 3): 8.0, (2, 3): 8.0}, named=[1, 2]) == [1, 2, 3]
    # with a name it is the pair that decides, not the second best
    assert joined(3, {(1, 3): 8.0, (2, 3): 7.0, (1, 2): -12.0}) == [1, 2, 1]
    # a second best below the policy's weight is one all the same
    assert joined(3, {(1, 3): 3.0, (2, 3): 1.0}, named=[1, 2]) == [1, 2, 3]


def test_a_group_without_a_given_name_and_without_a_second_joins():
    assert joined(2, {(1, 2): 2.0}, named=[1]) == [1, 1]
    assert joined(2, {(1, 2): 2.0}, named=[]) == [1, 1]
    # whoever it may not join is no second
    codes = {"unionid": [-1, 7, 8]}
    assert joined(3, {(1, 3): 8.0, (2, 3): 8.0}, named=[1, 2], exclusive=codes) == [1, 2, 1]


def test_one_name_names_a_group():
    # 3 has no name, the group of 3 and 4 has one
    pairs = {(1, 3): 8.0, (2, 3): 7.0, (1, 2): -12.0, (1, 4): 0.0, (2, 4): 0.0}
    assert joined(4, pairs, named=[1, 2, 4], start=[1, 2, 3, 3]) == [1, 2, 1, 1]
    assert joined(4, pairs, named=[1, 2], start=[1, 2, 3, 3]) == [1, 2, 3, 3]


def test_a_record_without_a_given_name_is_no_bridge():
    # 1 and 2 are twins, 3 has no name and fits 1 better; with 3 the mean of the pairs of 2 would be 0
    twins = {(1, 3): 20.0, (2, 3): 12.0, (1, 2): -12.0}
    assert joined(3, twins, named=[1, 2]) == [1, 2, 1]
    assert joined(3, twins) == [1, 1, 1]
    # between the named ones the same bound holds
    assert joined(3, {(1, 3): 20.0, (2, 3): 12.0, (1, 2): -2.0}, named=[1, 2]) == [1, 1, 1]
    assert joined(3, {(1, 3): 20.0, (2, 3): 12.0, (1, 2): -2.1}, named=[1, 2]) == [1, 2, 1]
    # whoever has no name at all is joined by what there is
    assert joined(3, {(1, 3): 20.0, (2, 3): 12.0, (1, 2): 9.0}, named=[]) == [1, 1, 1]


def test_two_values_of_an_exclusive_identifier_never_join_by_weight():
    assert joined(2, {(1, 2): 12.0}, exclusive={"unionid": [7, 8]}) == [1, 2]
    assert joined(2, {(1, 2): 12.0}, exclusive={"unionid": [7, 7]}) == [1, 1]
    assert joined(2, {(1, 2): 12.0}, exclusive={"unionid": [7, -1], "id_number_hash": [-1, 3]}) == [1, 1]
    # 2 has none: it takes what it joins first, and then refuses the other
    codes = {"unionid": [7, -1, 8]}
    assert joined(3, {(1, 2): 12.0, (2, 3): 11.0}, exclusive=codes) == [1, 1, 3]
    # a code of 0 is one
    assert joined(2, {(1, 2): 12.0}, exclusive={"unionid": [0, 1]}) == [1, 2]


def test_what_a_steward_keeps_apart_no_weight_joins():
    assert joined(2, {(1, 2): 12.0}, apart=[(1, 2)]) == [1, 2]
    assert joined(2, {(1, 2): 12.0}, apart=[(2, 1)]) == [1, 2]
    # nor through another record
    assert joined(3, {(1, 2): 12.0, (2, 3): 11.0, (1, 3): 5.0}, apart=[(3, 1)]) == [1, 1, 3]


def test_a_customer_joined_by_weight_has_at_most_the_records_of_the_limit():
    small = replace(LIMITS, max_records=3)
    pairs = {(a, b): 5.0 + (a == 1) for a in range(1, 5) for b in range(a + 1, 5)}
    assert max(np.bincount(joined(4, pairs, limits=small))) == 3
    assert joined(3, {(1, 2): 6.0, (1, 3): 6.0}, start=[1, 2, 2], limits=small) == [1, 1, 1]
    assert joined(4, {(1, 2): 6.0, (1, 3): 6.0, (1, 4): 6.0}, start=[1, 2, 2, 2], limits=small) == [
        1,
        2,
        2,
        2,
    ]


def test_without_pairs_the_groups_stay():
    assert joined(3, {}, start=[1, 1, 3]) == [1, 1, 3]
    assert joined(0, {}) == []


WEIGHED = st.integers(2, 16).flatmap(
    lambda n: st.tuples(
        st.just(n),
        st.dictionaries(
            st.tuples(st.integers(1, n), st.integers(1, n)).filter(lambda pair: pair[0] < pair[1]),
            # whole bits: ties are frequent
            st.integers(-14, 22).map(float),
            max_size=60,
        ),
        st.lists(st.integers(1, n), min_size=n, max_size=n),
        st.lists(st.integers(-1, 2), min_size=n, max_size=n),
        st.lists(st.booleans(), min_size=n, max_size=n),
        st.lists(st.tuples(st.integers(1, n), st.integers(1, n)).filter(lambda p: p[0] != p[1]), max_size=4),
    )
)


def start_groups(n, parents, codes, apart):
    """Groups to begin with that break nothing: record r beside a smaller one, where no code and no steward forbids it."""
    label = list(range(1, n + 1))
    for record, parent in enumerate(parents, 1):
        trial = [label[parent - 1] if label[record - 1] == other else other for other in label]
        trial = [min(r for r, one in enumerate(trial, 1) if one == other) for other in trial]
        if sound(trial, codes, apart, 6):
            label = trial
    return label


def sound(label, codes, apart, most):
    for group in set(label):
        members = [r for r, other in enumerate(label) if other == group]
        if len({codes[r] for r in members} - {-1}) > 1 or len(members) > most:
            return False
    return not any(label[a - 1] == label[b - 1] for a, b in apart)


@given(WEIGHED)
@settings(max_examples=300, deadline=None)
def test_what_weights_join_on_any_graph_holds_the_guards(graph):
    n, pairs, parents, codes, named, apart = graph
    start = start_groups(n, parents, codes, apart)
    limits = replace(LIMITS, max_records=6)
    names = [record for record in range(1, n + 1) if named[record - 1]]
    label = joined(n, pairs, names, start, {"id": codes}, apart, limits)
    # named by the smallest record, and nothing that was together comes apart
    assert all(group == 1 + label.index(group) for group in label)
    assert all(label[record] == label[group - 1] for record, group in enumerate(start))
    assert sound(label, codes, apart, 6)
    # two groups that joined are held by pairs of the policy's weight
    a, b = ends([pair for pair, weight in pairs.items() if weight >= JOINING.link_weight])
    both = np.array([0, *start])
    held = components(n, np.concatenate([a, np.arange(1, n + 1)]), np.concatenate([b, both[1:]]))
    assert all(held[record] == held[label[record - 1]] for record in range(1, n + 1))


@given(WEIGHED, st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_the_order_of_pairs_does_not_matter_to_weights(graph, random):
    n, pairs, parents, codes, named, apart = graph
    start = start_groups(n, parents, codes, apart)
    names = [record for record in range(1, n + 1) if named[record - 1]]
    shuffled = [((b, a) if random.random() < 0.5 else (a, b), w + 0.1) for (a, b), w in pairs.items()]
    random.shuffle(shuffled)
    kept = {pair: weight + 0.1 for pair, weight in pairs.items()}
    one = joined(n, kept, names, start, {"id": codes}, apart)
    assert one == joined(n, dict(shuffled), names, start, {"id": codes}, apart)


@given(WEIGHED)
@settings(max_examples=150, deadline=None)
def test_where_weights_have_joined_nothing_more_joins(graph):
    n, pairs, parents, codes, _, apart = graph
    start = start_groups(n, parents, codes, apart)
    label = joined(n, pairs, None, start, {"id": codes}, apart)
    assert joined(n, pairs, None, label, {"id": codes}, apart) == label
