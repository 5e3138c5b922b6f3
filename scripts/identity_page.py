#!/usr/bin/env python3
"""Write the identity page of a data set; see --help."""

import sys

from customer360.identity_page import main

if __name__ == "__main__":
    sys.exit(main())
