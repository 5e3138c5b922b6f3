"""The installed program, and `python -m customer360 <verb>`."""

from __future__ import annotations

import signal
import sys


def run() -> None:
    """Run a verb. Ctrl-C is heeded once there is one: until all is imported, it ends the program without a word."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from customer360.cli import main

    sys.exit(main())


if __name__ == "__main__":
    run()
