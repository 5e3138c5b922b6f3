#!/usr/bin/env python3
"""Audit a publication candidate; see --help."""

import sys

from customer360.gate import main

if __name__ == "__main__":
    sys.exit(main())
