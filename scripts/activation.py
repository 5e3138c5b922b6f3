#!/usr/bin/env python3
"""Export the lists of whom to contact; see --help."""

import sys

from customer360.activation import main

if __name__ == "__main__":
    sys.exit(main())
