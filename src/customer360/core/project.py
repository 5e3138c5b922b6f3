"""The folder of the project that a command works on."""

from __future__ import annotations

import re
from pathlib import Path

from customer360.core.errors import Stopped

_OURS = re.compile(r"""^name:\s*["']?customer360["']?\s*(?:#.*)?$""", re.M)


class NoProject(Stopped):
    """The command was run outside of a project."""

    exit_code = 2


def project_folder(start: Path | None = None) -> Path:
    """The nearest folder with the dbt_project.yml of customer360, from `start` (the working directory) upwards.

    Raises NoProject where there is none.
    """
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        file = folder / "dbt_project.yml"
        if file.is_file() and _OURS.search(file.read_text(encoding="utf-8")):
            return folder
    raise NoProject(
        f"{start} lies in no customer360 project: no dbt_project.yml here or above. Change into the project's folder"
    )
