#!/usr/bin/env python3
"""Try edited identity rules on a copy of the latest build; see --help."""

import sys

from customer360.try_rules import main

if __name__ == "__main__":
    sys.exit(main())
