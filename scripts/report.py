#!/usr/bin/env python3
"""Write the report of a week, a month or a quarter; see --help."""

import sys

from customer360.report import main

if __name__ == "__main__":
    sys.exit(main())
