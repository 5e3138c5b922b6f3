#!/usr/bin/env python3
"""Time and peak memory of the main jobs, each as a whole process; see --help."""

import sys

from customer360.bench import main

if __name__ == "__main__":
    sys.exit(main())
