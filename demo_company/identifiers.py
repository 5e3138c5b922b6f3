"""Identifiers of people and companies: unique by construction, valid by their own check digits."""

from __future__ import annotations

import datetime as dt

import numpy as np

MOBILE_PREFIXES = np.array(
    [130, 131, 132, 133, 134, 135, 136, 137, 138, 139, 147, 150, 151, 152, 153, 155, 156, 157, 158, 159,
     166, 173, 175, 176, 177, 178, 180, 181, 182, 183, 184, 185, 186, 187, 188, 189, 191, 193, 199]
)  # fmt: skip
CANARY_PREFIX = 198
"""Kept out of MOBILE_PREFIXES, so that a canary's number can be nobody else's."""

CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
BASE62 = np.array(list("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"))

_EIGHT = 100_000_000
_STEP = 61_803_399  # coprime to 10^8, so id -> id * step permutes the eight last digits


def looks_like_placeholder(numbers: np.ndarray) -> np.ndarray:
    """Whether 11-digit numbers hold six equal digits in a row or a run of six counting up or down."""
    digits = numbers[:, None] // 10 ** np.arange(10, -1, -1) % 10
    steps = np.diff(digits, axis=1)
    bad = np.zeros(len(numbers), dtype=bool)
    for step in (-1, 0, 1):
        same = steps == step
        window = np.lib.stride_tricks.sliding_window_view(same, 5, axis=1)
        bad |= window.all(axis=2).any(axis=1)
    return bad


def mobiles(ids: np.ndarray, shift: int) -> np.ndarray:
    """Mobile numbers (int64, 11 digits), one to one for ids below 5 * 10^7; `shift` comes from the seed.

    The eight last digits alone make a number unique. Each id owns two of them: the second stands in where
    the first would look like a placeholder.
    """
    result = np.empty(len(ids), dtype=np.int64)
    todo = np.arange(len(ids))
    for attempt in (0, 1):
        tail = ((2 * ids[todo] + attempt) * _STEP + shift) % _EIGHT
        prefix = MOBILE_PREFIXES[(ids[todo] * 7 + tail // 977) % len(MOBILE_PREFIXES)]
        result[todo] = prefix * _EIGHT + tail
        todo = todo[looks_like_placeholder(result[todo])]
    if len(todo):
        raise ValueError("two neighbouring number ids both look like placeholders")
    return result


def permuted(number_id: int, digits: int, shift: int) -> int:
    """A number of at most `digits` digits, one to one for ids below 10**digits."""
    space = 10**digits
    return (number_id * 7_368_787 + shift) % space


def id_number(area: str, birth: dt.date, sequence: int) -> str:
    """Chinese ID number (GB 11643-1999): area, birth date, sequence (odd for men), check digit."""
    body = f"{area}{birth:%Y%m%d}{sequence:03d}"
    return body + id_check_digit(body)


def id_check_digit(body: str) -> str:
    """Check digit of the first 17 characters (ISO 7064, mod 11-2)."""
    total = sum(int(c) * (2 ** (17 - i) % 11) for i, c in enumerate(body))
    return "10X98765432"[total % 11]


def credit_code(area: str, number_id: int, shift: int) -> str:
    """Unified social credit code (GB 32100-2015) with a valid organisation code (GB 11714) inside."""
    org = f"MA{permuted(number_id, 6, shift):06d}"
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(w * (int(c) if c.isdigit() else ord(c) - 55) for w, c in zip(weights, org, strict=True))
    org += "0123456789X0"[11 - total % 11]
    # GB 32100 has no code letter for I, O, S, V, Z; the check letter X is part of its alphabet.
    body = f"91{area}{org}"
    return body + credit_check_digit(body)


def credit_check_digit(body: str) -> str:
    """Check character of the first 17 characters (weights 3^i mod 31)."""
    total = sum(CREDIT_ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return CREDIT_ALPHABET[(31 - total % 31) % 31]


def ean13(item: int) -> str:
    """EAN-13 of the maker's item number (range 690 12345, five digits, check digit)."""
    body = f"6901234{item:05d}"
    total = sum(int(c) * (3 if i % 2 else 1) for i, c in enumerate(body))
    return body + str(-total % 10)


def tokens(rng: np.random.Generator, count: int, length: int, prefix: str = "") -> list[str]:
    """Random base-62 strings, such as WeChat ids; 25 characters make a collision impossible in practice."""
    letters = BASE62[rng.integers(0, 62, (count, length))]
    return [prefix + "".join(row) for row in letters]
