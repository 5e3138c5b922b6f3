#!/usr/bin/env python3
"""Scaffold what a new company needs; see --help and docs/bring-your-data.md."""

import sys

from customer360.new_data import main

if __name__ == "__main__":
    sys.exit(main())
