#!/usr/bin/env python3
"""Publish the latest build after all, or let an earlier version hold again; see --help."""

import sys

from customer360.versions import main

if __name__ == "__main__":
    sys.exit(main())
