"""Build the data sets that are named, one after the other, and list what was published.

    python scripts/build.py acme bottega

Stops at the first that fails, as later ones may be built from the same files. Exit code: that of `customer360 build`.
"""

import sys

from customer360.cli import main


def build(names: list[str]) -> int:
    """Build each until one fails; its exit code, or 0."""
    for name in names:
        if code := main(["build", "--data", name]):
            return code
        main(["publications", "--data", name])
    return 0


if __name__ == "__main__":
    sys.exit(build(sys.argv[1:]))
