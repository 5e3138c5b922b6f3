"""SQL style (sqlfluff) and project conventions (dbt-bouncer).

sqlfluff compiles the whole project, about a minute: by default it reads the SQL files that differ from the
last commit, with --all and in CI every one.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
FOLDERS = ("models", "tests", "analyses")


def changed_sql() -> list[str]:
    """SQL files in the linted folders that differ from the last commit or are new."""
    listed = subprocess.run(
        ["git", "status", "--porcelain", "--untracked-files=all", "--", *FOLDERS],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    files = [line[3:].split(" -> ")[-1] for line in listed.splitlines()]
    return [file for file in files if file.endswith(".sql") and (PROJECT / file).is_file()]


def _tool(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run both linters; 0 if both are content, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="lint.py", description=__doc__.splitlines()[0])
    parser.add_argument("--all", action="store_true", help="lint every SQL file (always so in CI)")
    given = parser.parse_args(arguments)
    everything = given.all or bool(os.environ.get("CI"))
    targets = list(FOLDERS) if everything else changed_sql()
    commands = [
        [_tool("dbt"), "--quiet", "parse", "--target", "lint", "--target-path", "target/lint"],
        [_tool("dbt-bouncer"), "run"],
    ]
    if targets:
        commands.append([_tool("sqlfluff"), "lint", "--disable-progress-bar", "--processes", "2", *targets])
    # one failing linter must not hide what the others have to say
    codes = [subprocess.run(command, cwd=PROJECT, check=False).returncode for command in commands]
    if not targets:
        print("sqlfluff: no SQL file differs from the last commit (--all lints every one)")
    return int(any(codes))
