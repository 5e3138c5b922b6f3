"""dbt-duckdb plugin: the hashing key as session variables, so that it never stands in SQL or in a dbt
artefact.

In profiles.yml:

    module_paths: ["scripts"]
    plugins:
      - module: customer360.dbt_plugins.hmac_key
        config: {data_set: "...", personal_data: "yes" or "none"}

Variables set on every connection and cursor: `customer360_hmac_inner`, `customer360_hmac_outer` (the two
64-byte pads of RFC 2104), `customer360_hmac_key_id`. Read by the macros keyed_hash and keyed_hash_key_id.
"""

import hashlib
import hmac
import os
from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.exceptions import DbtRuntimeError

ENVIRONMENT_VARIABLE = "CUSTOMER360_HMAC_KEY"
# Public on purpose: the demo company is invented, and everyone should build the same hashes of it.
DEMO_KEY = "customer360 demo key: public, for invented people only"
MINIMUM_LENGTH = 32
BLOCK = 64


def key_for(data_set: str, personal_data: str, environment_key: str | None) -> bytes | None:
    """The key to hash with, or None for a data set without personal data.

    Raises DbtRuntimeError where personal data would have to be hashed without a secret key.
    """
    if personal_data not in ("yes", "none"):
        raise DbtRuntimeError(f"hmac_key: personal_data must be 'yes' or 'none', not {personal_data!r}")
    if environment_key:
        if len(environment_key) < MINIMUM_LENGTH:
            raise DbtRuntimeError(
                f"{ENVIRONMENT_VARIABLE} is shorter than {MINIMUM_LENGTH} characters: phone numbers hashed "
                "with it could be guessed. Make one with: openssl rand -hex 32"
            )
        return environment_key.encode()
    if personal_data == "none":
        return None
    if data_set == "demo":
        return DEMO_KEY.encode()
    raise DbtRuntimeError(
        f"The data set {data_set!r} holds personal data, and {ENVIRONMENT_VARIABLE} is not set. "
        "Make a key with: openssl rand -hex 32, keep it outside of the project, and export it before the "
        "build."
    )


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


def key_id(key: bytes) -> str:
    """Eight hex digits that name a key without giving it away."""
    return hmac.new(key, b"customer360 key id", hashlib.sha256).hexdigest()[:8]


class Plugin(BasePlugin):
    """Sets the variables wherever dbt-duckdb opens a connection or a cursor."""

    def initialize(self, config: dict[str, Any]) -> None:
        """Read the data set from the profile and the key from the environment."""
        key = key_for(
            str(config.get("data_set")),
            str(config.get("personal_data")),
            os.environ.get(ENVIRONMENT_VARIABLE),
        )
        self._variables = session_variables(key)

    def _set(self, connection: Any) -> None:
        for name, value in self._variables.items():
            connection.execute(f"set variable {name} = ?", [value])

    def configure_connection(self, conn: Any) -> None:
        """Called once per database connection."""
        self._set(conn)

    def configure_cursor(self, cursor: Any) -> None:
        """Called for every cursor, that is for every thread and Python model."""
        self._set(cursor)
