"""The command line: `customer360 <verb>`. A verb reads what is given and calls one room; nothing else parses arguments."""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Callable, Sequence
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from customer360.core import interrupts
from customer360.core.data_sets import DataSet
from customer360.core.errors import Stopped
from customer360.core.faults import fault_of
from customer360.core.project import project_folder
from customer360.core.warehouse import Warehouse, open_data_set

GIVEN = "CUSTOMER360_GIVEN_"
"""`make <verb> DATA=...` hands DATA over as this and its name: a value in the environment is never part of a command."""

ENGINEER, STEWARD, MARKETER, MANAGER, OFFICER = READERS = (
    "Data engineer 数据工程师",
    "Data steward 数据管家",
    "Marketer 营销",
    "Manager 管理者",
    "Privacy officer 隐私负责人",
)


class Line(click.ParamType):
    """A text that may hold blanks; several of them stand on a line each in the environment."""

    name = "text"
    envvar_list_splitter = "\n"


class Verb(click.Command):
    """One verb: who uses it, and the exit code where it stops (that of the error, unless stated)."""

    def __init__(self, *words: Any, reader: str, stopped: int | None = None, **settings: Any) -> None:
        super().__init__(*words, **settings)
        self.reader, self.stopped = reader, stopped
        for parameter in self.params:
            parameter.envvar = GIVEN + parameter.opts[-1].lstrip("-").replace("-", "_").upper()

    def invoke(self, context: click.Context) -> Any:
        """Run it in the project's folder; an error that is for people becomes one message and an exit code."""
        for name in [name for name in os.environ if name.startswith(GIVEN)]:
            del os.environ[name]  # what it starts is given what it needs
        try:
            context.obj = context.obj or project_folder()
            return super().invoke(context)
        except (Stopped, interrupts.Interrupted) as error:
            told, code = str(error), self.stopped or error.exit_code
        except OSError as error:
            told, code = fault_of(error), self.stopped or 1
        except Exception:
            if not interrupts.seen():
                raise
        if stop := interrupts.seen():
            told, code = str(stop), stop.exit_code
        print(f"{context.command_path}: {told}", file=sys.stderr)
        if stop:
            sys.exit(code)  # nothing that would follow it begins
        return code


class Verbs(click.Group):
    """The verbs, listed by who uses them."""

    def list_commands(self, context: click.Context) -> list[str]:
        """In the order of this file."""
        return list(self.commands)

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """A section per reader."""
        for reader in READERS:
            with formatter.section(reader):
                formatter.write_dl(
                    [
                        (name, verb.get_short_help_str(100))
                        for name, verb in self.commands.items()
                        if verb.reader == reader
                    ]
                )


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.option(
    "--project",
    type=click.Path(path_type=Path, exists=True, file_okay=False, resolve_path=True),
    metavar="FOLDER",
    help="the dbt project (default: the nearest one above the working directory)",
)
@click.pass_context
def verbs(context: click.Context, project: Path | None) -> None:
    """One customer out of many systems: land, build, test and publish, and what is made of it for people."""
    context.obj = project


def of_project(reader: str, name: str, **settings: Any) -> Callable[[Callable[..., Any]], Verb]:
    """Make a function of the project's folder and what is given a verb."""

    def make(function: Callable[..., Any]) -> Verb:
        return verbs.command(name, cls=Verb, reader=reader, **settings)(click.pass_obj(function))

    return make


def of_data_set(reader: str, name: str, **settings: Any) -> Callable[[Callable[..., Any]], Verb]:
    """Make a function of a data set, its warehouse and what is given a verb, which has --data."""

    def make(function: Callable[..., Any]) -> Verb:
        @data
        @wraps(function)
        def opened(project: Path, data: str, **given: Any) -> Any:
            return function(*open_data_set(project, data), **given)

        return of_project(reader, name, **settings)(opened)

    return make


data = click.option("--data", required=True, metavar="NAME", help="data set: datasets/NAME.yml")
named = click.option("--name", required=True, metavar="NAME", help="data set: datasets/NAME.yml")
accept = click.option("--accept", metavar="REASON", help="publish shifted figures for this reason")
accept_contract = click.option(
    "--accept-contract",
    type=int,
    metavar="N",
    help="publish although readers lose what contract N no longer promises (contracts/N.yml)",
)
take_older = click.option(
    "--take-older",
    multiple=True,
    type=Line(),
    metavar="FILE",
    help="land this file of the inbox although it is older than what is effective; may be repeated",
)
PATH = click.Path(path_type=Path)
DONE = "Exit codes: 0 done; 1 it could not be done, and nothing changed; 2 usage or declaration error."
MADE = (
    "Reads the published copy only. Exit codes: 0 written; 1 nothing is published, or what was asked for cannot be made;"
    " 2 usage or declaration error."
)


# --- data engineer -----------------------------------------------------------------------------------------


@of_project(
    ENGINEER,
    "new-data",
    stopped=2,
    epilog="FILES are files or folders; the last two folders of a file are <system>/<entity> (default: inbox/NAME)."
    " Exit codes: 0 done, or nothing to do; 2 nothing was written.",
)
@named
@click.option("--currency", default="CNY", show_default=True, help="ISO 4217")
@click.option("--time-zone", default="Asia/Shanghai", show_default=True, help="IANA name")
@click.option(
    "--country", default="", help="ISO 3166 code, for its telephone numbers (default: that of the time zone)"
)
@click.option(
    "--systems", default="", help="systems that are declared already, as of relations: a,b (default: none)"
)
@click.argument("files", nargs=-1)
def new_data(
    project: Path,
    name: str,
    currency: str,
    time_zone: str,
    country: str,
    systems: str,
    files: Sequence[str],
) -> None:
    """Scaffold a new company: data set, source declarations with a proposed mapping, models, policy."""
    from customer360.onboarding.new_data import scaffold_data_set

    paths = [Path(file) for file in files]
    declared = [system.strip() for system in systems.split(",") if system.strip()]
    print("\n".join(scaffold_data_set(project, name, paths, currency, time_zone, country, declared)))


@of_project(ENGINEER, "systems", stopped=2)
def systems(project: Path) -> None:
    """Write what follows from the sources' YAML: the lists that models loop over, the models of mappings; and remove what a
    mapping that was taken back leaves behind."""
    from customer360.onboarding.systems import write_systems
    from customer360.onboarding.taken_back import remove_left_behind

    lines = [f"wrote 写入 {path}" for path in write_systems(project)] + remove_left_behind(project)
    print("\n".join(lines) or "nothing to write 无需改动")


@of_project(ENGINEER, "package-vars", stopped=2)
@named
def package_vars(project: Path, name: str) -> None:
    """Lay out the policy of a data set and print the variables under which another dbt project installs this one."""
    from customer360.onboarding.packaged import package_variables

    print(package_variables(project, name))


@of_project(
    ENGINEER,
    "check-data",
    stopped=2,
    epilog="Exit codes: 0 can be built; 1 something has to be mended first; 2 it could not be checked.",
)
@named
def check_data(project: Path, name: str) -> int:
    """Say what a data set lacks, which rows a build would quarantine, and what follows for the marts."""
    from customer360.onboarding.check_data import check_data_set

    return 0 if check_data_set(project, name) else 1


@of_project(
    ENGINEER,
    "land",
    stopped=2,
    epilog="Exit codes: 0 all landed, or was older than what is effective; 1 something was set aside, the rest landed;"
    " 2 nothing was done.",
)
@data
@click.option("--inbox", type=PATH, help="folder of the files (default: inbox/NAME)")
@click.option("--landing", type=PATH, help="folder to land in (default: landing/NAME)")
@take_older
@click.option("--report", type=PATH, help="where to write the report as well (JSON)")
def land(project: Path, data: str, report: Path | None, **given: Any) -> int:
    """Land the files of a data set, inbox/NAME/<system>/<entity>/*, as Parquet in landing/."""
    from customer360.landing.inbox import land_inbox

    return 0 if land_inbox(project, data, report_to=report, **given) else 1


@of_data_set(
    ENGINEER,
    "build",
    epilog="Exit codes: 0 published; 1 a step failed, and what was published before stays; 2 usage or declaration error.",
)
@click.option("--unit-tests", is_flag=True, help="run the unit tests of the models as well")
@accept
@accept_contract
@take_older
def build(data_set: DataSet, warehouse: Warehouse, **given: Any) -> None:
    """Land, build, test and publish one data set."""
    from customer360.pipeline.build import build_data_set

    build_data_set(data_set, warehouse, **given)


@of_data_set(ENGINEER, "publish", epilog=DONE)
@accept
@accept_contract
def publish(data_set: DataSet, warehouse: Warehouse, **given: Any) -> None:
    """Publish the latest build after all, without building again."""
    from customer360.release.versions import publish_latest

    with warehouse.lock():
        print(f"\npublished {publish_latest(data_set, warehouse, **given).name}")


@of_data_set(ENGINEER, "rollback", epilog=DONE)
@click.option("--to", metavar="VERSION", help="the version to go back to (default: the one before)")
@click.option("--accept", metavar="REASON", help="why, for the journal")
def rollback(data_set: DataSet, warehouse: Warehouse, to: str | None, accept: str | None) -> None:
    """Make an earlier version current again, published copy and state."""
    from customer360.release.versions import roll_back

    with warehouse.lock():
        print(roll_back(warehouse, to, accept))


@of_data_set(ENGINEER, "publications")
def publications(data_set: DataSet, warehouse: Warehouse) -> None:
    """List what was published when, and which version is current."""
    from customer360.release.versions import listing

    print(listing(warehouse))


@of_project(
    ENGINEER,
    "contracts",
    epilog="Exit codes: 0 the contract is kept; 1 it is broken, unfinished, or changed and not committed.",
)
@click.option("--write", is_flag=True, help="commit to the contract that the models declare now")
def contracts(project: Path, write: bool) -> None:
    """Compare the models with the committed contract with readers, contracts/published.json."""
    from customer360.release.contracts import hold_to_contract

    print(hold_to_contract(project, write))


@of_project(
    ENGINEER,
    "gate",
    stopped=2,
    epilog="Writes gate.json into the candidate. Exit codes: 0 may be published; 1 not; 2 it could not be audited.",
)
@click.option("--candidate", required=True, type=PATH, help="folder of the version to publish")
@click.option("--rules", required=True, type=PATH, help="publication_gate.csv of the data set's policy")
@click.option("--baseline", type=PATH, help="folder of the version that is current")
@accept
def gate(_: Path, candidate: Path, rules: Path, baseline: Path | None, accept: str | None) -> int:
    """Audit a publication candidate against its contract and the last publication."""
    from customer360.release.gate import STOPPED, audit_candidate

    return 0 if audit_candidate(candidate, rules, baseline, accept) else STOPPED


@of_data_set(ENGINEER, "query")
@click.argument("sql")
@click.option(
    "--build",
    metavar="BUILD",
    help="ask a build instead, published or not: its name, or latest (all layers: personal data)",
)
def query(data_set: DataSet, warehouse: Warehouse, sql: str, build: str | None) -> None:
    """Ask the published copy in SQL, such as "from marts.orders limit 3"; it can read that copy and nothing else."""
    from customer360.presentation.asking import show_answer

    show_answer(warehouse, sql, build)


@of_data_set(
    ENGINEER,
    "metrics",
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    epilog="For example: customer360 metrics --data demo query --metrics revenue --group-by metric_time__month",
)
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def metrics(data_set: DataSet, warehouse: Warehouse, words: Sequence[str]) -> int:
    """Ask the semantic layer of the published copy: WORDS are those of MetricFlow's `mf`."""
    from customer360.presentation.asking import ask_metrics

    return ask_metrics(data_set.project, warehouse, words)


@of_data_set(ENGINEER, "docs")
def docs(data_set: DataSet, warehouse: Warehouse) -> None:
    """Write dbt's documentation and lineage of a built data set as one page."""
    from customer360.pipeline.docs import write_docs

    print(f"open {write_docs(data_set, warehouse)}")


@of_project(ENGINEER, "lint")
@click.option("--all", "everything", is_flag=True, help="lint every SQL file (always so in CI)")
def lint(project: Path, everything: bool) -> int:
    """Lint SQL and project conventions."""
    from customer360.pipeline.lint import lint as lint_project

    return 0 if lint_project(project, everything or bool(os.environ.get("CI"))) else 1


# --- data steward ------------------------------------------------------------------------------------------


def page(
    reader: str, name: str, told: str, module: str, *options: Callable[..., Any], area: str | None = None
) -> None:
    """A verb that makes files for people out of the published copy: `make` of a module of the room `presentation`,
    whose figures are all of one `area`."""

    def made(data_set: DataSet, warehouse: Warehouse, **given: Any) -> None:
        from customer360.presentation.for_people import make_all

        make_all(import_module(f"customer360.presentation.{module}").make, data_set, warehouse, area, **given)

    made.__doc__ = told
    for option in options:
        made = option(made)
    of_data_set(reader, name, epilog=MADE)(made)


page(
    STEWARD,
    "quality-page",
    "Scorecard, quarantine, gate, contract and publications as one page.",
    "quality_page",
)
page(STEWARD, "identity-page", "How records became customers, and how well, as one page.", "identity_page")


@of_data_set(
    STEWARD,
    "review-page",
    epilog="What the page saves goes into inbox/NAME/stewardship/identity_decisions/. Exit codes: 0 written; 1 nothing is"
    " published, or its build file is gone; 2 usage or declaration error.",
)
@click.option(
    "--n", "count", type=click.IntRange(min=1), help="pairs at most (100; with --sample all that are drawn)"
)
@click.option(
    "--sample",
    is_flag=True,
    help="pairs drawn by chance, linked ones too: they measure how many are right and left",
)
def review_page(data_set: DataSet, warehouse: Warehouse, count: int | None, sample: bool) -> None:
    """Write the pairs of the review queue as a page that takes answers: review/NAME/identity_review.html (personal)."""
    from customer360.presentation.review_page import PAIRS, RETURNED_AS, write

    path, pairs = write(data_set, warehouse, count or (sys.maxsize if sample else PAIRS), sample)
    inbox = "/".join(("inbox", data_set.name, *RETURNED_AS))
    print(
        f"open {path.relative_to(data_set.project)}: {pairs} pairs with full values 含完整个人信息; answers go into {inbox}/"
    )


@of_data_set(
    STEWARD,
    "audit",
    epilog="Filled in, it goes into inbox/NAME/stewardship/audit_verdicts/ as it is. Exit codes: 0 written; 1 nothing to"
    " write, or there already; 2 usage or declaration error.",
)
@click.option(
    "--month",
    type=click.DateTime(["%Y-%m"]),
    metavar="YYYY-MM",
    help="month of the sample (default: the latest)",
)
def audit(data_set: DataSet, warehouse: Warehouse, month: dt.datetime | None) -> None:
    """Write the fields sampled for audit as a workbook: audit/NAME/<month>.xlsx."""
    from customer360.presentation.audit import RETURNED_AS, write_audit

    path, fields = write_audit(data_set, warehouse, month and month.date())
    inbox = "/".join(("inbox", data_set.name, *RETURNED_AS))
    print(f"{fields} fields in {path.relative_to(data_set.project)}; filled in, it goes into {inbox}/")


@of_data_set(
    STEWARD,
    "try-rules",
    epilog="Exit codes: 0 reported; 1 no build, or the rules fail; 2 usage or declaration error.",
)
def try_rules(data_set: DataSet, warehouse: Warehouse) -> None:
    """Try the identity rules as edited now on a copy of the latest build; nothing is published."""
    from customer360.identity.try_rules import report, try_rules

    build_id, connection = try_rules(data_set, warehouse)
    with connection:
        print("\n".join(report(connection, data_set.name, build_id)))


@of_data_set(STEWARD, "fit")
def fit(data_set: DataSet, warehouse: Warehouse) -> None:
    """Learn the weights of identity resolution from the latest build of a data set.

    They are added to identity_weights.csv of its policy; the next build uses them.
    """
    from customer360.identity.fit_identity import fit_data_set

    path, name, learnt = fit_data_set(data_set, warehouse.latest_build())
    print(
        f"{path.relative_to(data_set.project)} has the model {name}, learnt from {learnt.records:,} records:"
        f" {learnt.matches:,.0f} pairs of one person and {learnt.households:,.0f} of one household are expected among them."
        f" The next build uses it (make build DATA={data_set.name}); another one by its name in identity_model.csv"
    )


# --- marketer ----------------------------------------------------------------------------------------------


@of_data_set(MARKETER, "tags")
def tags(data_set: DataSet, warehouse: Warehouse) -> None:
    """Check the tag catalogue of a data set's policy row by row and write docs/tag-catalogue.md from it."""
    from customer360.onboarding.tags import check_catalogue

    policy = check_catalogue(data_set, warehouse)
    print(f"every row of the policy {policy} can be used 标签目录可用")


@of_data_set(
    MARKETER,
    "calibrate-policy",
    epilog="Writes reports/NAME/proposed_policy/ and changes no policy. Exit codes: 0 written; 1 no build, or too few"
    " customers; 2 usage or declaration error.",
)
def calibrate_policy(data_set: DataSet, warehouse: Warehouse) -> None:
    """Propose the bands of the action groups from the latest build, with shares before and after."""
    from customer360.onboarding.calibrate import calibrate

    print("\n".join(calibrate(data_set, warehouse.latest_build()).lines))


@of_data_set(MARKETER, "activation", epilog=DONE)
@click.option("--strategy", metavar="CODE", help="one strategy or trigger (default: all)")
@click.option("--format", "kind", type=click.Choice(["csv", "parquet"]), default="csv", show_default=True)
@click.option("--with-addresses", is_flag=True, help="with the address of the channel: personal")
@click.option(
    "--on",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="day of use (default: the lists' own as-of date)",
)
@click.option("--list", "listing", is_flag=True, help="what was exported and removed; exports nothing")
def activation(
    data_set: DataSet, warehouse: Warehouse, listing: bool, on: dt.datetime | None, **given: Any
) -> None:
    """Export the published lists of whom to contact, after looking again at what is agreed."""
    from customer360.presentation.activation import export, exported, summary

    if listing:
        print(summary(exported(warehouse)))
        return
    with warehouse.lock():
        print(summary(export(data_set.project, data_set, warehouse, on=on and on.date(), **given)))


# --- manager -----------------------------------------------------------------------------------------------

page(MANAGER, "dashboard", "Every area as one page that filters, in Chinese and English.", "dashboard")
page(
    MANAGER,
    "report",
    "A report for print: a week, a month or a quarter in sentences, charts and next actions.",
    "report",
    click.option(
        "--period",
        metavar="PERIOD",
        help="a week (2026-W43), a month (2026-10) or a quarter (2026-Q3); default: the latest complete month",
    ),
    area="management",
)
page(
    MANAGER,
    "workbook",
    "Customer base, RFM, strategies and KPIs as workbooks, in Chinese and in English.",
    "workbook",
    click.option(
        "--language", type=click.Choice(["zh", "en"]), help="the file of one language (default: both)"
    ),
    area="management",
)


# --- privacy officer ---------------------------------------------------------------------------------------


@of_data_set(OFFICER, "erasures")
def erasures(data_set: DataSet, warehouse: Warehouse) -> None:
    """What became of requests to be erased, and which delivered files to mend. A build carries them out."""
    from customer360.privacy.erasure import listing

    print(listing(data_set, warehouse))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb, by default that of the command line; its exit code. Ctrl-C and SIGTERM end the program."""
    try:
        with interrupts.heeded():
            return verbs.main(arguments, prog_name="customer360", standalone_mode=False) or 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
