"""The package: its rooms import one way, only the command line parses arguments, and `make` and the scripts call it."""

from __future__ import annotations

import ast
import os
import re
import runpy
from collections.abc import Iterator
from graphlib import TopologicalSorter
from importlib import import_module
from pathlib import Path

import click
import pytest

from conftest import PROJECT
from customer360 import cli
from customer360.cli import GIVEN, READERS, main, verbs
from customer360.core.declarations import DeclarationError
from customer360.core.durable import Busy
from customer360.core.errors import Stopped
from customer360.core.project import NoProject, project_folder

PACKAGE = PROJECT / "src" / "customer360"
ROOMS = (
    "core", "landing", "privacy", "statistics", "onboarding", "identity", "release", "presentation", "pipeline",
    "dbt_plugins", "cli", "__main__",
)  # fmt: skip
"""Lowest first: a room imports from its own modules and from rooms before it."""
MODULES = {
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts): path
    for path in sorted(PACKAGE.rglob("*.py"))
    if path.name != "__init__.py"
}


def imported(module: str, text: str) -> Iterator[str]:
    """Modules of the package that a module imports, anywhere in it."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in MODULES else node.module for name in names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def wrong_way(module: str, text: str) -> list[str]:
    """Imports of a module from a room that does not come before its own."""
    room = ROOMS.index(module.split(".")[1])
    found = [name.split(".") for name in imported(module, text) if name.startswith("customer360.")]
    return [".".join(parts) for parts in found if ROOMS.index(parts[1]) > room]


@pytest.mark.parametrize("module", MODULES)
def test_a_room_imports_from_rooms_before_it_alone(module: str) -> None:
    assert wrong_way(module, MODULES[module].read_text(encoding="utf-8")) == []


def test_an_import_the_wrong_way_is_found() -> None:
    for line in ("from customer360.pipeline import build", "import customer360.pipeline.build"):
        assert wrong_way("customer360.core.durable", f"def f():\n    {line}\n") == [
            "customer360.pipeline.build"
        ]


def test_the_rooms_stand_in_the_documentation_in_this_order() -> None:
    text = (PROJECT / "docs" / "package.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE) == list(ROOMS[:-1])


def test_no_module_imports_itself_over_others() -> None:
    graph = {
        name: set(imported(name, path.read_text(encoding="utf-8"))) & MODULES.keys()
        for name, path in MODULES.items()
    }
    assert sum(map(len, graph.values())) > 200
    TopologicalSorter(graph).prepare()  # CycleError names the modules


def test_the_package_imports_neither_the_demo_company_nor_the_benches() -> None:
    for name, path in MODULES.items():
        outside = {other.split(".")[0] for other in imported(name, path.read_text(encoding="utf-8"))}
        assert not outside & {"demo_company", "bench", "conftest"}, name


@pytest.mark.parametrize("module", MODULES)
def test_only_the_command_line_parses_arguments_and_ends_the_process(module: str) -> None:
    if module not in ("customer360.cli", "customer360.__main__"):
        text = MODULES[module].read_text(encoding="utf-8")
        assert not re.search(
            r"\b(?:import|from) (?:argparse|click)\b|\bsys\.(?:argv|exit)\b|\bSystemExit\b", text
        )


# --- the command line -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", verbs.commands)
def test_a_verb_explains_itself_outside_of_a_project(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["--data", "demo"] if name == "metrics" else ["--help"]  # `metrics` hands --help on
    assert main([name, *words]) == (2 if name == "metrics" else 0)
    told = capsys.readouterr()
    assert "no customer360 project" in told.err if name == "metrics" else f"customer360 {name}" in told.out


def test_what_a_verb_imports_is_there() -> None:
    """Verbs import when they run, so that `--help` and landing need not wait for what they do not use."""
    tree = ast.parse(Path(cli.__file__).read_text(encoding="utf-8"))
    wanted = [
        (node.module, alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module.startswith("customer360.")
        for alias in node.names
    ]
    assert len(wanted) > 20
    assert [f"{m}.{name}" for m, name in wanted if not hasattr(import_module(m), name)] == []


def test_the_verbs_are_listed_by_who_uses_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    told = capsys.readouterr().out
    places = [told.index(reader) for reader in READERS]
    assert places == sorted(places) and {verb.reader for verb in verbs.commands.values()} == set(READERS)
    assert all(re.search(rf"^  {name} ", told, re.MULTILINE) for name in verbs.commands)


@pytest.mark.parametrize(
    ("error", "verb", "code"),
    [
        (DeclarationError(Path("x.yml"), "name", "is wrong", "Mend it"), "publications", 2),
        (Busy("another build is running"), "publications", 1),
        (Stopped("it cannot be done"), "publications", 1),
        (PermissionError(13, "Permission denied", "/x"), "publications", 1),
        (Busy("another landing is running"), "land", 2),
        (PermissionError(13, "Permission denied", "/x"), "land", 2),
    ],
)
def test_an_error_is_one_message_and_the_exit_code_of_the_verb(
    error: Exception,
    verb: str,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(verbs.commands[verb], "callback", fail)
    assert main(["--project", str(PROJECT), verb, "--data", "demo"]) == code
    told = capsys.readouterr()
    assert told.err.startswith(f"customer360 {verb}: ") and told.err.count("\n") == 1 and told.out == ""


@pytest.mark.parametrize(
    "words", [["no-such-verb"], ["build"], ["report", "--data", "demo", "--no-such", "x"]]
)
def test_a_wrong_call_ends_with_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    assert "Usage: customer360" in capsys.readouterr().err


def test_the_project_is_the_nearest_one_above(tmp_path: Path) -> None:
    ours, other = tmp_path / "ours", tmp_path / "ours" / "models" / "other"
    other.mkdir(parents=True)
    (ours / "dbt_project.yml").write_text("name: customer360\nversion: 1\n", encoding="utf-8")
    (other / "dbt_project.yml").write_text("name: another\n", encoding="utf-8")
    assert project_folder(ours) == project_folder(ours / "models") == project_folder(other) == ours
    with pytest.raises(NoProject, match=f"{tmp_path} lies in no customer360 project"):
        project_folder(tmp_path)
    assert project_folder(PROJECT / "models") == PROJECT


# --- what calls it ----------------------------------------------------------------------------------------


def makefile(name: str) -> list[str]:
    """The words of a variable of the Makefile."""
    text = (PROJECT / "Makefile").read_text(encoding="utf-8").replace("\\\n", " ")
    return re.search(rf"^{name} := (.*)$", text, re.MULTILINE)[1].split()


def test_make_passes_each_verb_on_but_those_with_words_of_their_own() -> None:
    # the gate is a step of a build, `metrics` takes any words, and `make lint` does more
    assert set(makefile("VERBS")) == verbs.commands.keys() - {"gate", "metrics", "lint"}


def test_make_hands_over_options_that_there_are() -> None:
    known = {parameter.envvar for verb in verbs.commands.values() for parameter in verb.params}
    known |= {GIVEN + name for name in ("N", "SEED", "SELECT")}  # of bench.mutate
    assert {GIVEN + name for name in makefile("GIVEN")} <= known


def test_what_make_gives_is_read_as_it_stands_and_not_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[object] = []

    def see(**given: object) -> None:
        read.append((given, [name for name in os.environ if name.startswith(GIVEN)]))

    monkeypatch.setattr(
        verbs.commands["build"], "callback", click.pass_obj(lambda project, **given: see(**given))
    )
    for name, value in {
        "DATA": "demo",
        "ACCEPT": "it's $5; `x`",
        "ACCEPT_CONTRACT": "2",
        "TAKE_OLDER": "crm/a b.csv",
        "LIST": "",
    }.items():
        monkeypatch.setenv(GIVEN + name, value)
    assert main(["--project", str(PROJECT), "build"]) == 0
    assert read == [
        (
            {
                "data": "demo",
                "accept": "it's $5; `x`",
                "accept_contract": 2,
                "take_older": ("crm/a b.csv",),
                "unit_tests": False,
            },
            [],
        )
    ]


SCRIPTS = sorted((PROJECT / "scripts").iterdir())


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_thin(script: Path) -> None:
    assert script.suffix == ".py" and len(script.read_text(encoding="utf-8").splitlines()) <= 40


def test_a_night_builds_every_data_set_whatever_one_of_them_does(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []

    def run(words: list[str]) -> int:
        ran.append(words)
        return int(words == ["build", "--data", "demo"])

    monkeypatch.setattr(cli, "main", run)
    script = runpy.run_path(str(PROJECT / "scripts" / "nightly.py"))
    assert script["nightly"]() == 1
    assert [words for words in ran if words[-1] == "demo"] == [["build", "--data", "demo"]]
    assert [words[0] for words in ran if words[-1] == "online_retail"] == ["build", *script["PAGES"]]
