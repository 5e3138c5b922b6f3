#!/usr/bin/env python3
"""Write the dashboard of a data set; see --help."""

import sys

from customer360.dashboard import main

if __name__ == "__main__":
    sys.exit(main())
