#!/usr/bin/env python3
"""List what became of requests to be erased; see --help."""

import sys

from customer360.erasure import main

if __name__ == "__main__":
    sys.exit(main())
