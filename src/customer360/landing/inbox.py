"""The inbox of one data set, landed as a whole: under a lock, with its report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from customer360.core.data_sets import load_data_set
from customer360.core.durable import hold
from customer360.core.errors import Stopped
from customer360.core.faults import fault_of
from customer360.core.sources import load_sources
from customer360.landing.report import report, summary, write_report
from customer360.landing.run import land


class NotLanded(Stopped):
    """The inbox could not be landed; the message says why and what to do."""


def land_inbox(
    project: Path,
    name: str,
    inbox: Path | None = None,
    landing: Path | None = None,
    take_older: Sequence[str] = (),
    report_to: Path | None = None,
) -> bool:
    """Land the files of a data set, by default inbox/<name> into landing/<name>, and print what became of each; whether
    none was set aside.

    `take_older` are files, by their path in the inbox, that are taken although they are older than what is in force. The
    report is written into the landing folder and to `report_to`. Raises Stopped where nothing was done.
    """
    inbox = inbox or project / "inbox" / name
    landing = landing or project / "landing" / name
    tables = load_sources(project)
    data_set = load_data_set(project, name, tables)
    if all(table.relation for table in data_set.offers.values()):
        inbox.mkdir(parents=True, exist_ok=True)
    if not inbox.is_dir():
        raise NotLanded(f"{inbox} is no folder. Make it and put files under <system>/<entity>/ in it")
    try:
        with hold(landing, f"landing into {landing}"):
            outcome = land(data_set, tables, inbox, landing, lambda line: print(line, flush=True), take_older)
            content = report(outcome)
            for path in filter(None, (landing / "load_report.json", report_to)):
                write_report(content, path)
    except OSError as error:
        # Only what the system says of itself: a library's message might quote a row.
        if error.errno and not error.filename:
            error.filename = str(landing)
        raise NotLanded(fault_of(error)) from None
    print(summary(outcome))
    return not outcome.set_aside
