"""Plant one-line faults in the SQL of models and see which tests notice.

A company of 200 customers is generated, landed and built once; each mutant is then one model with one fault. It runs through
the unit tests of the model, its contract, the data tests of the model and of every model that changes with it, and the tests
in Python that name it. What none of them notices survives.

    make mutate SEED=7 N=100 SELECT="value churn"
    make mutate SELECT=customer_rfm N=30

Without SEED the clock gives one, and the report says which. A model is drawn first, then a kind of fault, then a place, so
that long models do not hide short ones. The report goes to reports/mutation/.

    python -m bench.mutate --gross                   # instead: empties every table, loses and repeats each fiftieth row of it
    python -m bench.mutate --gross empty --select value

Only the build, the contract and data tests answer for these: a unit test of few rows sees a table emptied by a condition in its
SQL, and not one that is empty because of what a company's rows are.
"""

from __future__ import annotations

import argparse
import csv
import difflib
import fnmatch
import hashlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import duckdb
from sqlglot.errors import ParseError

from bench import companies, mutants
from bench.measuring import PROJECT, copy_project
from customer360.core.data_sets import AREAS
from customer360.privacy.hashing_key import key_for, session_variables

WORK = PROJECT / "target" / "mutation"
REPORTS = PROJECT / "reports" / "mutation"
EQUIVALENTS = PROJECT / "tests" / "mutation_equivalents.csv"
SEED = 7
PATIENCE = 60.0
"""Seconds of CPU after which a mutant counts as noticed: no build of so few customers takes as long."""
ATTENTION = 15.0
"""Seconds of CPU in which a data test has to notice a fault of a whole table: long enough for its readers, and theirs."""
MEMORY = "3GB"
ALL = "all"
"""Stands for the tests of a file that takes longer than twice the patience."""
_RATE = re.compile(r"(^|_)(rate|share|probability|p)(_|$)")


@dataclass(frozen=True)
class Mutant:
    """One model with one fault."""

    model: str
    site: mutants.Site


@dataclass
class Verdict:
    """What became of a mutant: who noticed it, None where nobody did, and what it did to tables of the company."""

    mutant: Mutant
    area: str
    killed_by: str | None = None
    equivalent: str | None = None
    harm: list[str] = field(default_factory=list)
    changed: int = 0
    """Tables that differ; 0 where the company has no row that shows the fault."""
    seconds: float = 0.0
    diff: str = ""


class Killed(Exception):
    """A test, a contract or the build itself noticed."""


# --- the company that the faults are planted in --------------------------------------------------------------


class Fixture:
    """A built company: its graph, the SQL that dbt ran, and which of its tests pass without a fault."""

    def __init__(self, project: Path) -> None:
        self.project = project
        target = project / "target" / "demo"
        manifest = json.loads(_manifest(project).read_text(encoding="utf-8"))
        self.statuses = json.loads((target / "statuses.json").read_text(encoding="utf-8"))
        self.models: dict[str, dict[str, Any]] = {
            key: node for key, node in manifest["nodes"].items() if node["resource_type"] == "model"
        }
        self.order = _sorted(self.models)
        self.position = {key: place for place, key in enumerate(self.order)}
        self.by_name = {node["name"]: key for key, node in self.models.items()}
        self.parents = {key: set(node["depends_on"]["nodes"]) for key, node in self.models.items()}
        self.unit_tests: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for key, test in manifest["unit_tests"].items():
            if self.statuses.get(key) == "pass" and test["model"] in self.by_name:
                self.unit_tests[self.by_name[test["model"]]].append(test)
        self.data_tests: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for key, node in manifest["nodes"].items():
            if node["resource_type"] != "test" or self.statuses.get(key) != "pass":
                continue
            read = [parent for parent in node["depends_on"]["nodes"] if parent in self.models]
            if read:
                self.data_tests[max(read, key=self.position.__getitem__)].append(node)

    def compiled(self, node: dict[str, Any]) -> str:
        """The SQL of a model or test as dbt compiled it."""
        return self._file("compiled", node).read_text(encoding="utf-8")

    def ran(self, node: dict[str, Any]) -> str:
        """What dbt sent to the database for a model or unit test."""
        return self._file("run", node).read_text(encoding="utf-8")

    def _file(self, kind: str, node: dict[str, Any]) -> Path:
        folder = self.project / "target" / "demo" / kind / "customer360"
        stated = Path(node["original_file_path"])
        if node["resource_type"] == "unit_test":
            return folder / stated / stated.parent / f"{node['name']}.sql"
        return folder / (stated if stated.suffix in (".sql", ".py") else stated / node["path"])

    def area(self, key: str) -> str:
        """The area of a model (its tag in dbt_project.yml); core is staging and orders."""
        node = self.models[key]
        tag = next(iter(node["config"]["tags"]), "none")
        return ("staging" if node["fqn"][1] in ("staging", "input") else "orders") if tag == "core" else tag


def _sorted(models: dict[str, dict[str, Any]]) -> list[str]:
    """Models, each after what it reads."""
    return list(
        TopologicalSorter(
            {
                key: [p for p in sorted(node["depends_on"]["nodes"]) if p in models]
                for key, node in sorted(models.items())
            }
        ).static_order()
    )


def prepare(select: Sequence[str]) -> Fixture:
    """The fixture. The company is built where SQL, policy or generator differ from those it was built of; its tests run
    once without a fault where any file differs: those of the models that `select` names, or all of them. Raises
    RuntimeError where the company cannot be built."""
    project = WORK / "project"
    target = project / "target" / "demo"
    built, tested = (
        _digest(lambda path: path.suffix in (".sql", ".py", ".csv") and path.parts[0] != "tests"),
        _digest(lambda path: True),
    )
    known = WORK / "digest.json"
    state = json.loads(known.read_text(encoding="utf-8")) if known.exists() else {}
    if state.get("built") != built:
        shutil.rmtree(WORK, ignore_errors=True)
        WORK.mkdir(parents=True, mode=0o700)  # invented persons, but as closed as any build
        print("building a company of 200 customers", flush=True)
        companies.set_small_demo(copy_project(project), SEED)
        companies.build_demo(project, "--threads", "1")  # sums of doubles in one order
    if state.get("tested") != tested:
        shutil.rmtree(WORK / "python", ignore_errors=True)
        _refresh(project)
        print("running its tests without a fault", flush=True)
        statuses = target / "statuses.json"
        kept = json.loads(statuses.read_text(encoding="utf-8")) if select and statuses.exists() else {}
        words = ["--select", *select] if kept else []
        (target / "run_results.json").unlink(missing_ok=True)
        told = companies.run_dbt(project, "demo", "test", *words)
        if not (target / "run_results.json").exists():
            raise RuntimeError(told.stdout[-2000:])
        results = json.loads((target / "run_results.json").read_text(encoding="utf-8"))["results"]
        for result in results:
            if result["unique_id"].startswith(("test.", "unit_test.")) and result["status"] == "fail":
                print(f"left out, as it fails without a fault: {result['unique_id'].split('.')[2]}")
        kept |= {result["unique_id"]: result["status"] for result in results}
        statuses.write_text(json.dumps(kept), encoding="utf-8")
        known.write_text(
            json.dumps({"built": built} | ({} if words else {"tested": tested})), encoding="utf-8"
        )
    return Fixture(project)


_SOURCES = (
    "models",
    "functions",
    "macros",
    "seeds",
    "policies",
    "tests",
    "demo_company",
    "datasets",
    "contracts",
)


def _digest(counts: Any) -> str:
    """A hash over the tracked files of the project that count."""
    found = hashlib.sha256()
    for name in _SOURCES:
        for path in sorted((PROJECT / name).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and counts(path.relative_to(PROJECT)):
                found.update(str(path.relative_to(PROJECT)).encode() + path.read_bytes())
    return found.hexdigest()


def _refresh(project: Path) -> None:
    """Bring what is declared and tested in the copy up to date; its models are."""
    for name in ("models", "seeds", "tests", "functions"):
        for path in (PROJECT / name).rglob("*"):
            copy = project / path.relative_to(PROJECT)
            if (
                path.is_file()
                and "__pycache__" not in path.parts
                and (not copy.exists() or copy.read_bytes() != path.read_bytes())
            ):
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, copy)
        for copy in (project / name).rglob("*"):
            if copy.is_file() and not (PROJECT / copy.relative_to(project)).exists():
                copy.unlink()


# --- one mutant -------------------------------------------------------------------------------------------------


class Judge:
    """A connection of its own to a copy of the company, in which mutants are planted and undone."""

    def __init__(self, fixture: Fixture, folder: Path, python: bool) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.fixture = fixture
        self.folder = folder
        database = folder / "customer360.duckdb"  # the name is the catalogue's, which compiled SQL states
        shutil.copy(fixture.project / "customer360.duckdb", database)
        self.connection = connect(database, fixture.project)
        self.python = PythonTests(fixture, folder / "project") if python else None
        self.hashes = {key: self.content(node["relation_name"]) for key, node in fixture.models.items()}
        self.trees: dict[str, Any] = {}

    def content(self, relation: str) -> tuple[Any, ...]:
        """What tells the rows of a relation from others: their number and two sums of hashes."""
        return self.connection.execute(
            f"select count(*), sum(hash(t)::hugeint), bit_xor(hash(t)) from (from {relation}) as t"
        ).fetchone()

    def tree(self, key: str) -> Any:
        """The tree of a model's SQL; None where what sqlglot writes of it gives other rows than it does."""
        if key not in self.trees:
            tree = mutants.parse(self.fixture.compiled(self.fixture.models[key]))
            again = self.content(f"({mutants.written(tree)})")
            self.trees[key] = tree if again == self.hashes[key] else None
        return self.trees[key]

    def judge_gross(self, mutant: Mutant) -> Verdict:
        """Build a table with a fault of all its rows, and what reads it, until a data test fails. What none notices in time
        is not noticed."""
        started = time.monotonic()
        node = self.fixture.models[mutant.model]
        rows = "from rows" if node["language"] == "python" else self.fixture.compiled(node).strip()
        verdict = Verdict(mutant, self.fixture.area(mutant.model))
        done = threading.Event()
        threading.Thread(target=_lose_patience, args=(self.connection, done, ATTENTION), daemon=True).start()
        try:
            self._build(mutant, mutants.gross(rows, mutant.site.kind), verdict)
        except Killed as by:
            verdict.killed_by = str(by)
        except duckdb.InterruptException:
            pass
        finally:
            done.set()
        verdict.seconds = time.monotonic() - started
        return verdict

    def judge(self, mutant: Mutant) -> Verdict:
        """Run the tests on one mutant until one fails."""
        started = time.monotonic()
        tree = self.tree(mutant.model)
        sql = mutants.plant(tree, mutant.site)
        verdict = Verdict(mutant, self.fixture.area(mutant.model), diff=_diff(mutants.written(tree), sql))
        done = threading.Event()
        threading.Thread(target=_lose_patience, args=(self.connection, done), daemon=True).start()
        try:
            self._unit_tests(mutant)
            changed = self._build(mutant, sql, verdict)
            done.set()
            if self.python and self.python.naming(mutant):
                self._python_tests(mutant, sql, changed)
        except Killed as by:
            verdict.killed_by = str(by)
        except duckdb.InterruptException:
            verdict.killed_by = "takes too long"
        finally:
            done.set()
        verdict.seconds = time.monotonic() - started
        return verdict

    def _unit_tests(self, mutant: Mutant) -> None:
        own = None
        for test in self.fixture.unit_tests[mutant.model]:
            compiled = self.fixture.compiled(test)
            try:
                tree = mutants.parse(compiled)
            except ParseError:  # a fixture that sqlglot does not read
                continue
            own = own or mutants.sites(self.tree(mutant.model))
            site = mutants.same_site(mutant.site, mutants.sites(tree), own)
            if site is None:
                continue
            statement = self.fixture.ran(test).replace(compiled.strip(), mutants.plant(tree, site))
            try:
                rows = self.connection.execute(statement).fetchall()
            except duckdb.InterruptException:
                raise
            except duckdb.Error as error:
                raise Killed(f"unit test {test['name']} ({type(error).__name__})") from None
            answers = {
                kind: Counter(str(row[:-1]) for row in rows if row[-1] == kind)
                for kind in ("actual", "expected")
            }
            if answers["actual"] != answers["expected"]:
                raise Killed(f"unit test {test['name']}")

    def _python_tests(self, mutant: Mutant, sql: str, changed: set[str]) -> None:
        """Run the tests in Python on a company in which the mutant stays."""
        undone, self.connection = self.connection, connect(self.python.new_company(), self.fixture.project)
        try:
            for key in sorted(changed, key=self.fixture.position.__getitem__):
                self._create(self.fixture.models[key], sql if key == mutant.model else None)
        finally:
            self.connection.close()
            self.connection = undone
        self.python.run(mutant, sql, self.tree(mutant.model))

    def _build(self, mutant: Mutant, sql: str, verdict: Verdict) -> set[str]:
        """Build the mutant and what reads it, with the data tests of each, and undo all of it; the models whose rows
        differ."""
        fixture, connection = self.fixture, self.connection
        changed: set[str] = set()
        connection.execute("begin transaction")
        try:
            for key in fixture.order[fixture.position[mutant.model] :]:
                node = fixture.models[key]
                if key == mutant.model or changed & fixture.parents[key]:
                    self._create(node, sql if key == mutant.model else None)
                    content = self.content(node["relation_name"])
                    if content != self.hashes[key]:
                        changed.add(key)
                        verdict.changed += 1
                        verdict.harm += self._harm(node, content[0], self.hashes[key][0])
                    if not changed:
                        break
                for test in fixture.data_tests[key]:
                    if changed & set(test["depends_on"]["nodes"]):
                        self._data_test(test)
            return changed
        except duckdb.InterruptException:
            raise
        except duckdb.Error as error:
            raise Killed(f"the build ({type(error).__name__})") from None
        finally:
            connection.execute("rollback")

    def _create(self, node: dict[str, Any], mutated: str | None) -> None:
        """Put a model in the place of its relation, as dbt does."""
        relation = node["relation_name"]
        compiled = self.fixture.compiled(node)
        if node["language"] == "python":
            names: dict[str, Any] = {}
            exec(compile(compiled, node["name"], "exec"), names)
            dbt = names["dbtObj"](lambda name: self.connection.query(f"select * from {name}"))
            try:
                rows = names["model"](dbt, self.connection)  # noqa: F841  (DuckDB reads it by its name)
            except duckdb.Error:
                raise
            except Exception as error:
                raise Killed(f"the build ({type(error).__name__})") from None
            self.connection.execute(f"drop table {relation}")
            self.connection.execute(f"create table {relation} as {mutated or 'from rows'}")
            return
        statement = self.fixture.ran(node).replace("__dbt_tmp", "")
        if mutated is not None:
            if node["config"]["contract"]["enforced"]:
                self._require_types(node, mutated)
            before, statement = statement, statement.replace(compiled.strip(), mutated)
            if statement == before:
                raise RuntimeError(f"what dbt ran for {node['name']} does not hold its SQL")
        kind = "view" if node["config"]["materialized"] == "view" else "table"
        self.connection.execute(f"drop {kind} {relation}")
        self.connection.execute(statement)

    def _require_types(self, node: dict[str, Any], sql: str) -> None:
        """dbt refuses a contracted model whose columns have other types."""

        def types(of: str) -> list[Any]:
            return sorted(row[:2] for row in self.connection.execute(f"describe {of}").fetchall())

        if types(sql) != types(f"({self.fixture.compiled(node)})"):
            raise Killed("contract")

    def _data_test(self, test: dict[str, Any]) -> None:
        config = test["config"]
        failed = self.connection.execute(
            f"select {config['fail_calc']} {config['error_if']} from ({self.fixture.compiled(test)}) as dbt_internal_test"
        ).fetchone()[0]
        if failed and config["severity"].upper() == "ERROR":
            raise Killed(f"data test {test['name']}")

    def _harm(self, node: dict[str, Any], rows: int, before: int) -> Iterator[str]:
        """What must never pass: a table that is empty, has lost or multiplied rows, or a rate outside of 0 and 1."""
        name, relation = node["name"], node["relation_name"]
        if before and not rows:
            yield f"{name}: emptied, of {before} rows"
        elif abs(rows - before) > 0.01 * before:
            yield f"{name}: {rows} rows for {before}"
        rates = [
            row[0]
            for row in self.connection.execute(f"describe {relation}").fetchall()
            if _RATE.search(row[0]) and row[1].startswith(("DOUBLE", "DECIMAL", "FLOAT"))
        ]
        for rate in rates:
            outside = f"select count(*) from {{}} where {rate} < 0 or {rate} > 1"
            if (found := self._count(outside.format(relation))) and not self._count(
                outside.format(f"built.{relation.partition('.')[2]}")
            ):
                yield f"{name}.{rate}: outside of 0 and 1 in {found} rows"

    def _count(self, sql: str) -> int:
        return self.connection.execute(sql).fetchone()[0]


class PythonTests:
    """The quick tests in Python that name a model, on a copy of the project in which the mutant stands: in the build, in
    the SQL that dbt compiled and in the model's own file."""

    def __init__(self, fixture: Fixture, project: Path) -> None:
        self.fixture = fixture
        self.project = project
        self.files = {
            path.name: path.read_text(encoding="utf-8")
            for path in sorted((fixture.project / "tests" / "python").glob("test_*.py"))
        }
        graph = json.loads(_manifest(fixture.project).read_text(encoding="utf-8"))
        self.calls = {
            node["relation_name"]: f"{{{{ ref('{node['name']}') }}}}" for node in graph["nodes"].values()
        }
        self.calls |= {
            source["relation_name"]: f"{{{{ source('{source['source_name']}', '{source['name']}') }}}}"
            for source in graph["sources"].values()
        }
        self.calls |= {
            function["relation_name"]: f"{{{{ function('{function['name']}') }}}}"
            for function in graph["functions"].values()
        }

    def naming(self, mutant: Mutant) -> list[str]:
        """The test files that name the model of a mutant."""
        name = re.compile(rf"""["'.]{mutant.model.split(".")[-1]}\b""")
        return [file for file, text in self.files.items() if name.search(text)]

    def new_company(self) -> Path:
        """The build file that the tests read, as it is without a fault."""
        if not self.project.exists():
            self._lay_out()
        database = self.project / "warehouse" / "demo" / "build" / "1" / "customer360.duckdb"
        database.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(self.fixture.project / "customer360.duckdb", database)
        return database

    def run(self, mutant: Mutant, sql: str, tree: Any) -> None:
        """Raises Killed where a test fails that passes without the fault."""
        before = self._failing_without(self.naming(mutant))
        node = self.fixture.models[mutant.model]
        file = self.project / node["original_file_path"]
        kept = {path: path.read_bytes() for path in (file, *self._manifests())}
        head = re.search(r"\{\{\s*config\(.*?\)\s*\}\}", node["raw_code"], re.DOTALL)
        try:
            written = re.sub(
                r'"customer360"\."\w+"\."\w+"', lambda name: self.calls.get(name[0], name[0]), sql
            )
            file.write_text(f"{head[0] if head else ''}\n{written}", encoding="utf-8")
            for manifest in self._manifests():
                graph = json.loads(kept[manifest])
                compiled = graph["nodes"][mutant.model].get("compiled_code")
                other = compiled and mutants.parse(compiled)
                if site := other and mutants.same_site(
                    mutant.site, mutants.sites(other), mutants.sites(tree)
                ):
                    graph["nodes"][mutant.model]["compiled_code"] = mutants.plant(other, site)
                    manifest.write_text(json.dumps(graph), encoding="utf-8")
            for name, failing in before.items():
                if found := self._failing(name, failing, "-x"):
                    raise Killed(f"python test {found[0]}")
        finally:
            for path, content in kept.items():
                path.write_bytes(content)

    def _failing_without(self, files: Iterable[str]) -> dict[str, list[str]]:
        """For each test file, the tests that fail without a fault: so few customers, or no build of the other company."""
        found = {}
        for name in files:
            known = WORK / "python" / f"{name}.json"
            if not known.exists():
                # the company has the mutant in it: look at it without
                database = self.project / "warehouse" / "demo" / "build" / "1" / "customer360.duckdb"
                faulty = database.rename(database.with_suffix(".faulty"))
                self.new_company()
                known.parent.mkdir(exist_ok=True)
                known.write_text(json.dumps(self._failing(name, [])), encoding="utf-8")
                faulty.replace(database)
            found[name] = json.loads(known.read_text(encoding="utf-8"))
        return {name: failing for name, failing in found.items() if ALL not in failing}

    def _failing(self, name: str, known: Iterable[str], *words: str) -> list[str]:
        """The tests of a file that fail; `ALL` where it takes too long."""
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "--tb=no",
            "-rfE",
            "-m",
            "not slow",
            "-p",
            "no:cacheprovider",
        ]
        command += [*words, *(f"--deselect={test}" for test in known), f"tests/python/{name}"]
        with subprocess.Popen(
            command, cwd=self.project, stdout=subprocess.PIPE, text=True, start_new_session=True
        ) as process:
            timer = threading.Timer(2 * PATIENCE, os.killpg, (process.pid, signal.SIGKILL))
            timer.start()
            told, _ = process.communicate()
            timer.cancel()
        if process.returncode == -signal.SIGKILL:
            return [] if words else [ALL]
        return re.findall(r"^(?:FAILED|ERROR) (\S+)", told, re.MULTILINE)

    def _manifests(self) -> list[Path]:
        return sorted(self.project.glob("target/*/manifest.json"))

    def _lay_out(self) -> None:
        made = ("target", "landing", "inbox", "truth", "warehouse", "logs", "customer360.duckdb")
        shutil.copytree(
            self.fixture.project, self.project, ignore=shutil.ignore_patterns(*made), symlinks=True
        )
        shutil.copytree(
            PROJECT / "bench", self.project / "bench", ignore=shutil.ignore_patterns("__pycache__")
        )
        for name in ("pyproject.toml", "Makefile"):
            shutil.copy(PROJECT / name, self.project / name)
        for name in ("landing", "truth"):
            (self.project / name).symlink_to(self.fixture.project / name)
        for root, name in ((self.fixture.project, "demo"), (PROJECT, "online_retail")):
            if (manifest := _manifest(root, name)).exists():
                (self.project / "target" / name).mkdir(parents=True)
                shutil.copy(manifest, self.project / "target" / name)
        (self.project / "warehouse").mkdir()
        if (PROJECT / "warehouse" / "online_retail").exists():
            (self.project / "warehouse" / "online_retail").symlink_to(PROJECT / "warehouse" / "online_retail")


def _manifest(project: Path, data_set: str = "demo") -> Path:
    return project / "target" / data_set / "manifest.json"


def connect(database: Path, project: Path) -> duckdb.DuckDBPyConnection:
    """A connection as a build has it, on one core, in the folder to which its views are relative; the company without a
    fault is attached as `built`."""
    os.chdir(project)
    connection = duckdb.connect(str(database))
    connection.execute(f"attach '{project / 'customer360.duckdb'}' as built (read_only)")
    connection.execute(f"set threads = 1; set memory_limit = '{MEMORY}'; set enable_progress_bar = false")
    connection.execute("set preserve_insertion_order = false")
    for name, value in session_variables(key_for("demo", "yes", None)).items():
        connection.execute(f"set variable {name} = ?", [value])
    return connection


def _lose_patience(
    connection: duckdb.DuckDBPyConnection, done: threading.Event, seconds: float = PATIENCE
) -> None:
    """Interrupt what runs on a connection after so many seconds of CPU, unless it is done before."""
    limit = time.process_time() + seconds
    while not done.wait(1):
        if time.process_time() > limit:
            connection.interrupt()


def _diff(before: str, after: str) -> str:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2)
    return "\n".join(list(lines)[2:])


# --- many ---------------------------------------------------------------------------------------------------------


def draw(fixture: Fixture, seed: int, count: int, chosen: Sequence[str]) -> list[Mutant]:
    """`count` different mutants (fewer where there are no more): a model, then a kind, then a place, each as likely."""
    lottery = random.Random(seed)
    found: dict[Mutant, None] = {}
    places: dict[str, dict[str, list[mutants.Site]]] = {}
    for _ in range(50 * count):
        if len(found) == count:
            break
        model = lottery.choice(chosen)
        if model not in places:
            kinds = places[model] = defaultdict(list)
            for site in mutants.sites(mutants.parse(fixture.compiled(fixture.models[model]))):
                kinds[site.kind].append(site)
        if places[model]:
            kind = lottery.choice(sorted(places[model]))
            found[Mutant(model, lottery.choice(places[model][kind]))] = None
    return list(found)


def choose(fixture: Fixture, select: Sequence[str], languages: Sequence[str] = ("sql",)) -> list[str]:
    """The models that are named, by name (with * for any letters) or by area; all where none is.

    Raises SystemExit where a word names none.
    """
    models = [key for key in fixture.order if fixture.models[key]["language"] in languages]
    if not select:
        return models
    found: dict[str, None] = {}
    for word in select:
        named = [
            k for k in models if fnmatch.fnmatch(fixture.models[k]["name"], word) or fixture.area(k) == word
        ]
        if not named:
            sys.exit(
                f"SELECT names no model and no area: {word}. Areas: {', '.join(sorted({fixture.area(k) for k in models}))}"
            )
        found.update(dict.fromkeys(named))
    return list(found)


def equivalents(file: Path = EQUIVALENTS) -> dict[tuple[str, str, str, str], str]:
    """Why a mutant cannot be told from its model, by model, kind, text before and text after."""
    with file.open(encoding="utf-8", newline="") as rows:
        return {
            (row["model"], row["kind"], row["before"], row["after"]): row["reason"]
            for row in csv.DictReader(rows)
        }


def _is_area(word: str) -> bool:
    return word in (*AREAS, "staging", "orders")


_judge: Judge | None = None


def _begin(project: Path, folder: Path, python: bool) -> None:
    global _judge
    _judge = Judge(Fixture(project), folder / str(os.getpid()), python)


def _run(mutant: Mutant) -> Verdict | str:
    """The verdict on a mutant; the name of its model where sqlglot does not write it as it is."""
    if mutant.site.kind in mutants.GROSS:
        return _judge.judge_gross(mutant)
    if _judge.tree(mutant.model) is None:
        return mutant.model
    return _judge.judge(mutant)


def run(fixture: Fixture, drawn: Iterable[Mutant], jobs: int, python: bool) -> Iterator[Verdict | str]:
    """The verdicts, as they come, from `jobs` processes; with the tests in Python or without."""
    folder = WORK / "judges"
    shutil.rmtree(folder, ignore_errors=True)
    with ProcessPoolExecutor(
        jobs, mp_context=get_context("spawn"), initializer=_begin, initargs=(fixture.project, folder, python)
    ) as pool:
        yield from pool.map(_run, drawn)
    shutil.rmtree(folder, ignore_errors=True)


def report(seed: int, verdicts: list[Verdict], unwritten: Iterable[str], seconds: float) -> str:
    """What a person reads: killed by area and kind, what survived and the harm that it did."""
    lines = [f"# {len(verdicts)} mutants, seed {seed}, {seconds / 60:.0f} minutes", ""]
    counted = [verdict for verdict in verdicts if not verdict.equivalent]

    def table(title: str, of: Any) -> None:
        groups: dict[str, list[Verdict]] = defaultdict(list)
        for verdict in counted:
            groups[of(verdict)].append(verdict)
        lines.append(f"| {title} | mutants | killed | share |")
        lines.append("|---|---|---|---|")
        for name, group in [*sorted(groups.items()), ("all", counted)]:
            killed = sum(verdict.killed_by is not None for verdict in group)
            lines.append(f"| {name} | {len(group)} | {killed} | {killed / max(len(group), 1):.0%} |")
        lines.append("")

    table("area", lambda verdict: verdict.area)
    table("kind", lambda verdict: verdict.mutant.site.kind)
    by = Counter(re.split(r" \(|(?<=test) ", v.killed_by)[0] for v in counted if v.killed_by)
    lines += [f"killed by: {', '.join(f'{name} {count}' for name, count in by.most_common())}", ""]
    alive = [verdict for verdict in counted if not verdict.killed_by]
    lines.append(
        f"equivalent: {len(verdicts) - len(counted)}; without effect on the company: {sum(not v.changed for v in alive)}"
    )
    harmful = [verdict for verdict in alive if verdict.harm]
    lines.append(f"survivors that empty, lose or multiply rows, or leave 0..1: {len(harmful)}")
    if unwritten:
        lines.append(f"left out, as sqlglot writes them otherwise: {', '.join(sorted(set(unwritten)))}")
    for verdict in alive:
        site = verdict.mutant.site
        lines += ["", f"## {_name(verdict.mutant.model)}: {site.kind}", ""]
        lines += [f"- {harm}" for harm in verdict.harm[:5]]
        lines += [f"- tables that differ: {verdict.changed}", "", "```diff", verdict.diff, "```"]
    return "\n".join(lines) + "\n"


def report_gross(verdicts: list[Verdict], seconds: float) -> str:
    """What a person reads: how many tables can lose, multiply or miss their rows without a data test noticing, and which."""
    unmoved = {verdict.mutant.model for verdict in verdicts if not verdict.changed and not verdict.killed_by}
    counted = [v for v in verdicts if v.mutant.model not in unmoved and not v.equivalent]
    models = len({verdict.mutant.model for verdict in counted})
    lines = [f"# Rows of {models} tables, {seconds / 60:.0f} minutes", ""]
    lines += ["| fault | tables | noticed | not noticed |", "|---|---|---|---|"]
    kinds = [kind for kind in mutants.GROSS if any(v.mutant.site.kind == kind for v in counted)]
    alive = {kind: [v for v in counted if v.mutant.site.kind == kind and not v.killed_by] for kind in kinds}
    for kind in kinds:
        total = sum(v.mutant.site.kind == kind for v in counted)
        lines.append(f"| {kind} | {total} | {total - len(alive[kind])} | {len(alive[kind])} |")
    lines += ["", f"equivalent: {sum(bool(v.equivalent) for v in verdicts)}"]
    lines.append(
        f"without a row in this company: {', '.join(sorted(_name(key) for key in unmoved)) or 'none'}"
    )
    for kind in kinds:
        lines += ["", f"## {kind}", ""]
        lines += [
            f"- {_name(v.mutant.model)} ({v.area}; tables that differ: {v.changed})" for v in alive[kind]
        ]
    return "\n".join(lines) + "\n"


def _name(model: str) -> str:
    return model.split(".")[-1]


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw, judge, report; exit code 1 where a survivor did harm that must never pass."""
    given = {name: os.environ.get(f"CUSTOMER360_GIVEN_{name}") for name in ("SEED", "N", "SELECT")}
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--seed", type=int, default=int(given["SEED"] or time.time()))
    parser.add_argument("--mutants", type=int, default=int(given["N"] or 100))
    parser.add_argument("--select", nargs="*", default=re.split(r"[ ,]+", (given["SELECT"] or "").strip()))
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--no-python", action="store_true", help="leave out the tests in Python, most of the time"
    )
    parser.add_argument(
        "--gross",
        nargs="*",
        choices=[*mutants.GROSS],
        help="plant these faults (all where none is named) in every table instead of drawing some",
    )
    read = parser.parse_args(arguments)
    kinds = None if read.gross is None else read.gross or list(mutants.GROSS)
    started = time.monotonic()
    select = [word for word in read.select if word]
    fixture = prepare([word for word in select if "*" not in word and not _is_area(word)])
    if kinds:
        chosen = choose(fixture, select, ("sql", "python"))
        drawn = [Mutant(model, mutants.gross_site(kind)) for model in chosen for kind in kinds]
    else:
        drawn = draw(fixture, read.seed, read.mutants, choose(fixture, select))
    known = equivalents()
    verdicts, unwritten = [], []
    for number, verdict in enumerate(run(fixture, drawn, read.jobs, not read.no_python and not kinds), 1):
        if isinstance(verdict, str):
            unwritten.append(fixture.models[verdict]["name"])
            continue
        name, site = _name(verdict.mutant.model), verdict.mutant.site
        verdict.equivalent = (
            known.get((name, site.kind, site.before, site.after)) if not verdict.killed_by else None
        )
        verdicts.append(verdict)
        print(
            f"{number:4} {name}, {site.kind}: "
            f"{verdict.killed_by or ('equivalent' if verdict.equivalent else 'SURVIVED')}, {verdict.seconds:.1f} s",
            flush=True,
        )
    seconds = time.monotonic() - started
    told = report_gross(verdicts, seconds) if kinds else report(read.seed, verdicts, unwritten, seconds)
    REPORTS.mkdir(parents=True, exist_ok=True)
    file = REPORTS / ("gross.md" if kinds else f"{read.seed}.md")
    file.write_text(told, encoding="utf-8")
    print("\n" + told)
    print(f"written to {file.relative_to(PROJECT)}")
    return int(any(v.harm for v in verdicts if not v.killed_by and not v.equivalent))


if __name__ == "__main__":
    sys.exit(main())
