#!/usr/bin/env python3
"""Say what a data set lacks and what follows for the marts; see --help and docs/bring-your-data.md."""

import sys

from customer360.check_data import main

if __name__ == "__main__":
    sys.exit(main())
