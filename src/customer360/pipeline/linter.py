"""sqlfluff as `customer360 lint` runs it: `python -m customer360.pipeline.linter lint ...`.

sqlfluff makes objects by the million and few of them in cycles: with Python's usual threshold, collecting them is two fifths
of its time. Its workers import this module as their main one, so that the threshold is theirs as well.
"""

from __future__ import annotations

import gc

gc.set_threshold(1_000_000)

if __name__ == "__main__":
    from sqlfluff.cli.commands import cli

    cli()
