"""Land the data sets that are named, or every one: what a scheduler runs when files arrive.

    python scripts/land.py acme

A data set that cannot be landed does not keep the others from it. Exit code: the worst of `customer360 land`.
"""

import sys

from customer360.cli import main
from customer360.core.project import project_folder


def land(names: list[str]) -> int:
    """Land each; the worst exit code."""
    names = names or sorted(file.stem for file in (project_folder() / "datasets").glob("*.yml"))
    return max(main(["land", "--data", name]) for name in names)


if __name__ == "__main__":
    sys.exit(land(sys.argv[1:]))
