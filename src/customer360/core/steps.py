"""Steps of a build that are programs of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from customer360.core import interrupts


def tool(name: str) -> str:
    """The path of a program that is installed beside the Python that runs this."""
    return str(Path(sys.executable).with_name(name))


def own_command(*words: str) -> list[str]:
    """The command line `customer360 <words>` in the Python that runs this."""
    return [sys.executable, "-m", "customer360", *words]


def ended(
    project: Path,
    command: Sequence[str],
    environment: Mapping[str, str] | None = None,
    is_quiet: bool = False,
) -> subprocess.CompletedProcess[str]:
    """Run a program in the project folder to its end, its output shown or, where it is to be quiet, kept as text. Who is
    interrupted ends the program, and all that it has started, first."""
    kept = subprocess.PIPE if is_quiet else None
    process = None
    try:
        with interrupts.held():
            # The step inherits the lock: should this process alone be killed, the warehouse stays held until the
            # step has ended.
            process = subprocess.Popen(
                command,
                cwd=project,
                env={**os.environ, **(environment or {})},
                stdout=kept,
                stderr=kept,
                text=True,
                close_fds=False,
            )
        said, complained = process.communicate()
    except BaseException:
        if process:
            _end(process)
        raise
    return subprocess.CompletedProcess(command, process.returncode, said, complained)


def _end(process: subprocess.Popen[str]) -> None:
    """Kill a process and those that it and its children have started; it starts no more once it is stopped."""
    with suppress(ProcessLookupError):
        os.kill(process.pid, signal.SIGSTOP)
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=False)
    parents = [tuple(map(int, line.split())) for line in listed.stdout.splitlines()]
    family = [process.pid]
    for one in family:
        family += [child for child, parent in parents if parent == one]
    for one in family:
        with suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)
    process.wait()


def run(
    project: Path, step: str, command: Sequence[str], environment: Mapping[str, str] | None = None
) -> int:
    """Run one step in the project folder with its output shown; returns its exit code."""
    print(f"\n== {step}", flush=True)
    started = time.monotonic()
    code = ended(project, command, environment).returncode
    print(f"-- {step}: {time.monotonic() - started:.1f} s", flush=True)
    return code
