#!/usr/bin/env python3
"""Hold the models against the committed contract of the published copy; see --help."""

import sys

from customer360.contracts import main

if __name__ == "__main__":
    sys.exit(main())
