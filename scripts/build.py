#!/usr/bin/env python3
"""Land, build, test and publish one data set; see --help."""

import sys

from customer360.build import main

if __name__ == "__main__":
    sys.exit(main())
