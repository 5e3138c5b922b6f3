#!/usr/bin/env python3
"""Lint SQL and project conventions; see --help."""

import sys

from customer360.lint import main

if __name__ == "__main__":
    sys.exit(main())
