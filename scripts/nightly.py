"""Build every data set and write the pages for people: what a scheduler runs at night.

    15 2 * * *  cd /srv/customer360 && .venv/bin/python scripts/nightly.py

A data set that fails does not keep the others from being built; what it had published before stays, and so do its pages.
Exit code: the worst of all.
"""

import sys

from customer360.cli import main
from customer360.core.project import project_folder

PAGES = ("quality-page", "dashboard", "report")


def nightly() -> int:
    """Build each data set, then write its pages; the worst exit code."""
    worst = 0
    for file in sorted((project_folder() / "datasets").glob("*.yml")):
        code = main(["build", "--data", file.stem])
        worst = max(worst, code or max(main([page, "--data", file.stem]) for page in PAGES))
    return worst


if __name__ == "__main__":
    sys.exit(nightly())
