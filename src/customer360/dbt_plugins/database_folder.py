"""dbt-duckdb plugin: the folder of the database file, which a fresh clone does not have.

In profiles.yml:

    plugins:
      - module: customer360.dbt_plugins.database_folder
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin


class Plugin(BasePlugin):
    """Makes the folder right before dbt-duckdb opens the file; nobody else may look into it."""

    def update_connection_config(self, creds: Any, config: dict[str, Any]) -> None:
        """Called once per database, with the credentials of the profile."""
        folder = Path(creds.path).parent
        for part in [*reversed(folder.parents), folder]:
            if not part.exists():
                part.mkdir(mode=0o700, exist_ok=True)
