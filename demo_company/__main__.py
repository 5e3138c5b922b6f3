"""Generate the demo company: ten messy systems in the inbox, the known truth apart (docs/demo-company.md)."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
import time
from pathlib import Path

from customer360.core.declarations import DeclarationError
from demo_company.build import generate
from demo_company.config import NOISE, Config

ROOT = Path(__file__).resolve().parent.parent


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Command line."""
    defaults = Config()
    parser = argparse.ArgumentParser(
        prog="python -m demo_company",
        description=__doc__,
        epilog="Exit codes: 0 done, 1 failed (nothing was replaced), 2 wrong arguments.",
    )
    parser.add_argument(
        "--customers",
        type=int,
        default=defaults.customers,
        help="true persons and organisations (%(default)s)",
    )
    parser.add_argument(
        "--months", type=int, default=defaults.months, help="length of the period (%(default)s)"
    )
    parser.add_argument("--seed", type=int, default=defaults.seed, help="same seed, same bytes (%(default)s)")
    parser.add_argument(
        "--noise",
        choices=sorted(NOISE, key=NOISE.__getitem__),
        default=defaults.noise,
        help="identity mess (%(default)s)",
    )
    parser.add_argument(
        "--end-date",
        type=dt.date.fromisoformat,
        default=defaults.end_date,
        help="last day of the period, never today (%(default)s)",
    )
    parser.add_argument(
        "--inbox",
        type=Path,
        default=ROOT / defaults.inbox,
        help="where the files go; its ten systems are replaced",
    )
    parser.add_argument(
        "--truth", type=Path, default=ROOT / defaults.truth, help="where the truth goes; replaced as a whole"
    )
    parser.add_argument(
        "--workers",
        type=int,
        default=min(os.cpu_count() or 1, 4),
        help="processes; the result does not depend on it (%(default)s)",
    )
    parser.add_argument(
        "--anomalies",
        action="store_true",
        help="plant anomalies in the sales, with their truth in anomalies.parquet",
    )
    parser.add_argument("--quiet", action="store_true", help="no progress")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Run; returns the exit code."""
    options = parse(arguments)
    started = time.monotonic()

    def say(text: str) -> None:
        if not options.quiet:
            print(f"[{time.monotonic() - started:6.1f} s] {text}", file=sys.stderr)

    try:
        config = Config(
            customers=options.customers,
            months=options.months,
            seed=options.seed,
            noise=options.noise,
            end_date=options.end_date,
            inbox=options.inbox,
            truth=options.truth,
            project=ROOT,
            anomalies=options.anomalies,
        )
    except ValueError as error:
        print(f"demo_company: {error}", file=sys.stderr)
        return 2
    try:
        counts = generate(config, max(options.workers, 1), say)
    except (OSError, ValueError, DeclarationError) as error:
        print(f"demo_company: {error}", file=sys.stderr)
        return 1
    say(f"{len(counts):,} files in {options.inbox}, truth in {options.truth}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
