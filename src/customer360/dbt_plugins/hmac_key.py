"""dbt-duckdb plugin: the hashing key as session variables, so that it never stands in SQL or in a dbt
artefact.

In profiles.yml:

    plugins:
      - module: customer360.dbt_plugins.hmac_key
        config: {data_set: "...", personal_data: "yes" or "none"}

Variables set on every connection and cursor: `customer360_hmac_inner`, `customer360_hmac_outer` (the two
64-byte pads of RFC 2104), `customer360_hmac_key_id`. Read by the macros keyed_hash and keyed_hash_key_id.
"""

import os
from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.exceptions import DbtRuntimeError

from customer360.privacy.hashing_key import ENVIRONMENT_VARIABLE, KeyRefused, key_for, session_variables


class Plugin(BasePlugin):
    """Sets the variables wherever dbt-duckdb opens a connection or a cursor."""

    def initialize(self, config: dict[str, Any]) -> None:
        """Read the data set from the profile and the key from the environment."""
        try:
            key = key_for(
                str(config.get("data_set")),
                str(config.get("personal_data")),
                os.environ.get(ENVIRONMENT_VARIABLE),
            )
        except KeyRefused as error:
            raise DbtRuntimeError(str(error)) from None
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
