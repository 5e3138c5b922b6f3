#!/usr/bin/env python3
"""Write the quality page of a data set; see --help."""

import sys

from customer360.quality_page import main

if __name__ == "__main__":
    sys.exit(main())
