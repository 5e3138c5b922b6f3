"""Steps of a build that are programs of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path


def tool(name: str) -> str:
    """The path of a program that is installed beside the Python that runs this."""
    return str(Path(sys.executable).with_name(name))


def own_command(*words: str) -> list[str]:
    """The command line `customer360 <words>` in the Python that runs this."""
    return [sys.executable, "-m", "customer360", *words]


def run(
    project: Path, step: str, command: Sequence[str], environment: Mapping[str, str] | None = None
) -> int:
    """Run one step in the project folder with its output shown; returns its exit code."""
    print(f"\n== {step}", flush=True)
    started = time.monotonic()
    # The step inherits the lock: should this process alone be killed, the warehouse stays held until the
    # step has ended.
    code = subprocess.run(
        command, cwd=project, env={**os.environ, **(environment or {})}, check=False, close_fds=False
    ).returncode
    print(f"-- {step}: {time.monotonic() - started:.1f} s", flush=True)
    return code
