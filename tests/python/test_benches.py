"""Every bench runs: each module of bench/ that knows `--tiny` once at its smallest size.

A bench may need the latest build of the demo company in warehouse/demo (marts, publish); the others
simulate what they read. The benches in SLOW run in `make test-full` alone: together they take more than three minutes of CPU.
That their command lines and calls are sound, each test run sees.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from bench import tags as bench_tags
from conftest import PROJECT, manifest

BENCHES = sorted(
    path
    for path in (PROJECT / "bench").glob("*.py")
    if "read_arguments(parser" in path.read_text(encoding="utf-8")
)
SLOW = {
    "anomalies": "a minute: a company of 200 built to the mart",
    "check_data": "45 CPU seconds: the whole project is parsed",
    "churn": "17 CPU seconds: 16 models on a simulation",
    "histories": "9 CPU seconds: months and moves of 200 customers",
    "identity": "75 CPU seconds: generates, lands and resolves a company of 200",
    "linkage": "asks for a package that only `make test-full` has",
    "marts": "55 CPU seconds: 123 models on one copy of the demo company",
    "people": "asks for a package that only `make test-full` has",
    "publish": "16 CPU seconds: publications of the demo company, audited",
    "purchase_models": "13 CPU seconds: simulated customers, fitted and scored",
    "standardise": "17 CPU seconds: every function in a process of its own",
    "spark": "asks for packages that only `make test-full` has, and for Java",
    "tags": "42 CPU seconds: the whole project is parsed",
}
"""Benches too slow for each test run, and why."""


def names(paths: list[Path]) -> list[str]:
    return [path.stem for path in paths]


def run_tiny(bench: Path, folder: Path) -> str:
    """What a bench prints at its smallest size."""
    done = subprocess.run(
        [sys.executable, "-m", f"bench.{bench.stem}", "--tiny"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (done.stdout[-2000:] + done.stderr[-2000:]).strip()
    return done.stdout


def test_there_are_benches_and_every_slow_one_is_among_them() -> None:
    assert len(BENCHES) > 5 and SLOW.keys() < {bench.stem for bench in BENCHES}


@pytest.mark.parametrize(
    "bench",
    [pytest.param(b, marks=[pytest.mark.slow] if b.stem in SLOW else []) for b in BENCHES],
    ids=names(BENCHES),
)
def test_a_bench_runs_at_its_smallest_and_prints_figures(bench: Path, tmp_path: Path) -> None:
    shown = run_tiny(bench, tmp_path)
    assert any(character.isdigit() for character in shown), shown
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("bench", BENCHES, ids=names(BENCHES))
def test_a_bench_explains_its_command_line_and_refuses_another(bench: Path, capsys: Any) -> None:
    main = importlib.import_module(f"bench.{bench.stem}").main
    for words, code in ((["--help"], 0), (["--tiny", "--no-such-size", "1"], 2)):
        with pytest.raises(SystemExit) as ended:
            main(words)
        assert ended.value.code == code
    assert "--tiny" in capsys.readouterr().out


def test_the_bench_of_tags_simulates_whatever_its_models_read() -> None:
    """Of the slow benches the one whose stand-ins go out of date most easily: seen without running it."""
    nodes = manifest("demo")["nodes"]
    folders = tuple(word.removeprefix("path:models/") for word in bench_tags.SELECTION if ":" in word)
    chosen = {
        key
        for key, node in nodes.items()
        if node["resource_type"] in ("model", "seed")
        and (node["path"].startswith(folders) or node["name"] in (*bench_tags.SELECTION, *bench_tags.SEEDS))
    }
    read = {
        parent for key in chosen for parent in nodes[key]["depends_on"].get("nodes", []) if parent in nodes
    }
    wanted = {f"{nodes[parent]['schema']}.{nodes[parent]['alias']}" for parent in read - chosen}
    assert len(wanted) > 20
    assert wanted - set(re.findall(r"create table (\w+\.\w+)", bench_tags.TABLES)) == set()


# --- calls give what functions ask for --------------------------------------------------------------------

ROOMS = ("src", "demo_company", "bench", "scripts")
OURS = [
    *(path for room in ROOMS for path in sorted((PROJECT / room).rglob("*.py"))),
    *sorted((PROJECT / "tests" / "python").glob("*.py")),
]
"""Every Python file of the project."""


def calls(tree: ast.AST, hidden: frozenset[str] = frozenset()) -> Iterator[tuple[ast.Call, frozenset[str]]]:
    """Every call in a file, with the names that mean something of their function's own there."""
    for node in ast.iter_child_nodes(tree):
        inner = hidden
        if isinstance(node, ast.FunctionDef | ast.Lambda):
            every = [
                *node.args.posonlyargs,
                *node.args.args,
                *node.args.kwonlyargs,
                node.args.vararg,
                node.args.kwarg,
            ]
            inner |= {argument.arg for argument in every if argument}
            for inside in ast.walk(node):
                if isinstance(inside, ast.Name) and isinstance(inside.ctx, ast.Store):
                    inner |= {inside.id}
                elif isinstance(inside, ast.FunctionDef | ast.ClassDef) and inside is not node:
                    inner |= {inside.name}
        if isinstance(node, ast.Call):
            yield node, inner
        yield from calls(node, inner)


def called(function: ast.expr, module: ModuleType, hidden: frozenset[str]) -> Any:
    """The function of the project that a call means; None where it is another's or not to be told."""
    attributes = []
    while isinstance(function, ast.Attribute):
        attributes.append(function.attr)
        function = function.value
    if not isinstance(function, ast.Name) or function.id in hidden:
        return None
    meant = vars(module).get(function.id)
    for name in reversed(attributes):
        if not (inspect.ismodule(meant) or inspect.isclass(meant)):
            return None
        meant = getattr(meant, name, None)
    home = sys.modules.get(getattr(meant, "__module__", None) or "")
    is_ours = home is not None and str(getattr(home, "__file__", None) or "").startswith(str(PROJECT / ""))
    return meant if callable(meant) and is_ours and ".venv" not in str(home.__file__) else None


def wrong_calls(module: ModuleType, text: str) -> tuple[list[str], int]:
    """Calls that leave out an argument or give one too many, as line and reason; and how many were looked at."""
    wrong, looked_at = [], 0
    for call, hidden in calls(ast.parse(text)):
        function = called(call.func, module, hidden)
        if function is None:
            continue
        try:
            signature = inspect.signature(function)
        except (TypeError, ValueError):
            continue
        given = [None for argument in call.args if not isinstance(argument, ast.Starred)]
        named = {keyword.arg: None for keyword in call.keywords if keyword.arg}
        is_whole = len(given) == len(call.args) and len(named) == len(call.keywords)
        looked_at += 1
        try:
            (signature.bind if is_whole else signature.bind_partial)(*given, **named)
        except TypeError as error:
            wrong.append(f"{module.__name__}:{call.lineno}: {ast.unparse(call.func)}: {error}")
    return wrong, looked_at


def module_of(path: Path) -> ModuleType:
    root = next(
        (r for r in (PROJECT / "src", PROJECT / "tests" / "python") if path.is_relative_to(r)), PROJECT
    )
    return importlib.import_module(".".join(path.relative_to(root).with_suffix("").parts))


def test_every_call_gives_what_the_function_asks_for() -> None:
    found = [wrong_calls(module_of(path), path.read_text(encoding="utf-8")) for path in OURS]
    assert [line for wrong, _ in found for line in wrong] == []
    assert sum(count for _, count in found) > 2000


def test_a_call_with_an_argument_too_few_is_found() -> None:
    module = ModuleType("made_up")
    module.run_tiny, module.subprocess = run_tiny, subprocess
    text = (
        "def f(run_tiny):\n    run_tiny()\n"  # another run_tiny
        "run_tiny(1)\nrun_tiny(1, 2)\nrun_tiny(*x)\nrun_tiny(1, 2, 3)\nrun_tiny(1, place=2)\nsubprocess.run()\n"
    )
    wrong, looked_at = wrong_calls(module, text)
    assert [line.split(":")[1] for line in wrong] == ["3", "6", "7"]
    assert looked_at == 5
