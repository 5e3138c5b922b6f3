"""The key that personal values are hashed with: when there must be one, and what DuckDB gets of it."""

from __future__ import annotations

import hashlib
import hmac
import os

from customer360.core.data_sets import DataSet
from customer360.core.errors import BuildStopped

ENVIRONMENT_VARIABLE = "CUSTOMER360_HMAC_KEY"
# Public on purpose: the demo company is invented, and everyone should build the same hashes of it.
DEMO_KEY = "customer360 demo key: public, for invented people only"
MINIMUM_LENGTH = 32
BLOCK = 64


class KeyRefused(BuildStopped):
    """Personal data would be hashed without a secret key; the message says what to do."""


def key_for(data_set: str, personal_data: str, environment_key: str | None) -> bytes | None:
    """The key to hash with, or None for a data set without personal data.

    Raises KeyRefused where personal data would have to be hashed without a secret key.
    """
    if personal_data not in ("yes", "none"):
        raise KeyRefused(f"hmac_key: personal_data must be 'yes' or 'none', not {personal_data!r}")
    if environment_key:
        if len(environment_key) < MINIMUM_LENGTH:
            raise KeyRefused(
                f"{ENVIRONMENT_VARIABLE} is shorter than {MINIMUM_LENGTH} characters: phone numbers hashed "
                "with it could be guessed. Make one with: openssl rand -hex 32"
            )
        return environment_key.encode()
    if personal_data == "none":
        return None
    if data_set == "demo":
        return DEMO_KEY.encode()
    raise KeyRefused(
        f"The data set {data_set!r} holds personal data, and {ENVIRONMENT_VARIABLE} is not set. "
        "Make a key with: openssl rand -hex 32, keep it outside of the project, and export it before the "
        "build."
    )


def require_key(data_set: DataSet) -> None:
    """KeyRefused where dbt would stop for want of a key to hash with."""
    personal_data = "yes" if data_set.personal_data else "none"
    key_for(data_set.name, personal_data, os.environ.get(ENVIRONMENT_VARIABLE))


def session_variables(key: bytes | None) -> dict[str, bytes | str]:
    """Values of the session variables for a key: the pads of RFC 2104 and the key id (first 8 hex digits)."""
    if key is None:
        return {}
    block = (hashlib.sha256(key).digest() if len(key) > BLOCK else key).ljust(BLOCK, b"\0")
    return {
        "customer360_hmac_inner": bytes(b ^ 0x36 for b in block),
        "customer360_hmac_outer": bytes(b ^ 0x5C for b in block),
        "customer360_hmac_key_id": key_id(key),
    }


def keyed_hash(key: bytes, value: str) -> str:
    """HMAC-SHA256 of a value in hex, as the macro keyed_hash makes it."""
    return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()


def key_id(key: bytes) -> str:
    """Eight hex digits that name a key without giving it away."""
    return keyed_hash(key, "customer360 key id")[:8]
