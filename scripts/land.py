#!/usr/bin/env python3
"""Land the files of a data set as Parquet; see docs/landing.md or --help."""

import sys

from customer360.landing.cli import main

if __name__ == "__main__":
    sys.exit(main())
