#!/usr/bin/env python3
"""Train the probabilistic model of identity resolution; see --help."""

import sys

from customer360.fit_identity import main

if __name__ == "__main__":
    sys.exit(main())
