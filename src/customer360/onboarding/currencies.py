"""Files of exchange rates, told by what stands in them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from customer360.onboarding.decimals import are_numbers

_CODE = re.compile(r"[A-Za-z]{3}")
_DAY = re.compile(
    r"(?:19|20)[0-9]{2}[-/.年]?[01]?[0-9][-/.月]?[0-3]?[0-9]日?(?:[T ].*)?|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4}"
)


def are_rates(values: Mapping[str, Sequence[str]], guessed: Mapping[str, Sequence[str]]) -> bool:
    """Whether the columns of a file prove that each row is the rate of a currency on a day: by their headings, and by days,
    codes of currencies and numbers above zero, no day and currency twice. `guessed`: heading → columns of the contract."""
    held = {
        column: [heading for heading, columns in guessed.items() if column in columns]
        for column in ("rate_date", "currency", "rate")
    }
    if any(len(headings) != 1 for headings in held.values()):
        return False
    days, currencies, rates = (values[headings[0]] for headings in held.values())
    if not days or not len(days) == len(currencies) == len(rates):
        return False
    return (
        all(map(_DAY.fullmatch, days))
        and all(map(_CODE.fullmatch, currencies))
        and are_numbers(rates)
        and all(re.search(r"[1-9]", rate) and "-" not in rate for rate in rates)
        and len(set(zip(days, currencies, strict=True))) == len(days)
    )
