"""Publish the latest build of a data set after all, for a reason, and write the pages for people again.

    python scripts/publish.py acme "the price list of October is right"

Exit code: the worst of `customer360 publish` and of the pages.
"""

import sys

from customer360.cli import main

PAGES = ("quality-page", "dashboard", "report")


def publish(name: str, reason: str) -> int:
    """Publish, then write every page; the worst exit code."""
    code = main(["publish", "--data", name, "--accept", reason])
    return code or max(main([page, "--data", name]) for page in PAGES)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(publish(*sys.argv[1:]))
