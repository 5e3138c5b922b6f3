"""Groups of customers that data draw: k-means on standardised features, the number of groups chosen by stability.

A number of groups is stable when two random halves of the evidence draw the same borders: for pairs of subsamples the
groups are found apart, everybody is assigned by both, and the adjusted Rand index of the two assignments says how far
they agree (Ben-Hur, Elisseeff and Guyon, 2002; Hubert and Arabie, 1985).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

SEED = 20_260_101
"""Seed of every random draw: equal features give equal groups."""


@dataclass(frozen=True)
class Clusters:
    """What was found. ``centroids`` are in standardised units (groups × used features), largest group first."""

    means: np.ndarray
    deviations: np.ndarray  # NaN for a feature that does not vary
    centroids: np.ndarray
    sizes: np.ndarray
    stability: dict[int, float]  # mean adjusted Rand index per number of groups
    inertia: dict[int, float]  # mean squared distance to the centroid


def adjusted_rand_index(a: np.ndarray, b: np.ndarray) -> float:
    """Agreement of two groupings of the same rows, 0 by chance and 1 when equal."""
    table = np.zeros((a.max() + 1, b.max() + 1))
    np.add.at(table, (a, b), 1)

    def pairs(n: np.ndarray) -> float:
        return float((n * (n - 1) / 2).sum())

    together, in_a, in_b = pairs(table), pairs(table.sum(1)), pairs(table.sum(0))
    everything = pairs(np.array([len(a)], dtype=float))
    expected = in_a * in_b / everything
    most = (in_a + in_b) / 2
    return 1.0 if most == expected else (together - expected) / (most - expected)


def assign(points: np.ndarray, centroids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Number of the nearest centroid of each point, and the squared distance to it."""
    squares = (points**2).sum(1)[:, None] - 2 * points @ centroids.T + (centroids**2).sum(1)[None, :]
    nearest = squares.argmin(axis=1)
    return nearest, np.maximum(squares[np.arange(len(points)), nearest], 0)


def k_means(
    points: np.ndarray, groups: int, random: np.random.Generator, starts: int = 5, steps: int = 100
) -> tuple[np.ndarray, float]:
    """Best of several runs of Lloyd's algorithm begun by k-means++: centroids and mean squared distance."""
    best, best_distance = points[:groups], np.inf
    for _ in range(starts):
        centroids = points[random.integers(len(points))][None, :]
        while len(centroids) < groups:
            distance = assign(points, centroids)[1]
            total = distance.sum()
            chosen = (
                random.choice(len(points), p=distance / total) if total > 0 else random.integers(len(points))
            )
            centroids = np.vstack([centroids, points[chosen]])
        for _ in range(steps):
            nearest, distance = assign(points, centroids)
            counts = np.bincount(nearest, minlength=groups)
            sums = np.column_stack([np.bincount(nearest, weights=c, minlength=groups) for c in points.T])
            # a group nobody is nearest to begins anew at the farthest point
            moved = np.where(
                counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], points[distance.argmax()]
            )
            if np.allclose(moved, centroids, atol=1e-9):
                break
            centroids = moved
        mean = float(assign(points, centroids)[1].mean())
        if mean < best_distance - 1e-12:
            best, best_distance = centroids, mean
    return best, best_distance


def standardise(values: np.ndarray, limit: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points in deviations from the mean, at most ``limit`` of them; means; deviations, NaN where nothing varies."""
    means, deviations = values.mean(axis=0), values.std(axis=0)
    deviations = np.where(deviations > 1e-9, deviations, np.nan)
    used = ~np.isnan(deviations)
    points = ((values - means)[:, used] / deviations[used]).clip(-limit, limit)
    return points, means, deviations


def find_clusters(
    values: np.ndarray,
    numbers: Sequence[int],
    repeats: int,
    share: float,
    limit: float,
    minimum_customers: int,
) -> Clusters | None:
    """Groups of the rows of ``values`` (customers × features, no gaps); None for too few customers.

    ``numbers`` are the numbers of groups tried; ``repeats`` pairs of subsamples of ``share`` of the customers say how
    stable each is. The most stable number wins, of equals the larger.
    """
    if not np.isfinite(values).all():
        raise ValueError("features must be finite")
    if len(values) < max(minimum_customers, max(numbers) + 1):
        return None
    points, means, deviations = standardise(values, limit)
    if not points.shape[1]:
        return None
    stability, inertia, found = {}, {}, {}
    size = max(int(len(points) * share), max(numbers))
    for groups in numbers:
        random = np.random.default_rng([SEED, groups])
        agreements = []
        for _ in range(repeats):
            halves = [
                k_means(points[random.permutation(len(points))[:size]], groups, random, starts=2)[0]
                for _ in "ab"
            ]
            agreements.append(adjusted_rand_index(*(assign(points, half)[0] for half in halves)))
        stability[groups] = float(np.mean(agreements))
        found[groups], inertia[groups] = k_means(points, groups, random, starts=10)
    chosen = max(numbers, key=lambda groups: (round(stability[groups], 6), groups))
    sizes = np.bincount(assign(points, found[chosen])[0], minlength=chosen)
    order = np.lexsort((*found[chosen].T, -sizes))
    return Clusters(means, deviations, found[chosen][order], sizes[order], stability, inertia)
