"""The page engine: one HTML file in Chinese and English that needs nothing from elsewhere.

A page is made of sections, tables, tiles and charts; every text comes from a dictionary of the page, a CSV with the
columns key, zh, en. Charts are drawn here as SVG, so that a page needs no script, prints, and opens from a disc under
the strictest policy; a page that people click through may ask for ECharts (see `echarts`).
"""

from __future__ import annotations

import base64
import csv
import datetime as dt
import hashlib
import json
import math
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path

from customer360.core.data_sets import DataSet
from customer360.core.warehouse import BUILD_ID

ECHARTS = "6.1.0"
ECHARTS_INTEGRITY = "q0yaFPggC9FUdsWH4blavRWFmxdrIodbkoKNAjJudAI6CA9gNPxHtV2RcZNEepZVlk4yvBYkOkbk6HIVpIyHZA=="
"""SHA-512 of the package, as the npm registry states it."""

# --- pieces: whatever returns `str` here is already escaped ------------------------------------------------


def both(zh: str, en: str) -> str:
    """One text in both languages; the switch hides one of them."""
    return f'<span lang="zh">{escape(zh)}</span><span lang="en">{escape(en)}</span>'


def percent(numerator: float, denominator: float) -> str:
    """A rate in percent; never rounded to 100% or 0% that it is not."""
    rate = numerator / denominator
    shown = f"{rate:.2%}"
    if shown == "100.00%" and numerator < denominator:
        return "> 99.99%"
    return "< 0.01%" if shown == "0.00%" and numerator else shown


@dataclass(frozen=True)
class Cell:
    """One cell of a table; `kind` is its CSS class."""

    html: str
    kind: str = ""


def text(html: str) -> Cell:
    """A cell of text that is HTML already."""
    return Cell(html)


def code(value: str) -> Cell:
    """A cell with a key or a name of the warehouse."""
    return Cell(f"<code>{escape(value)}</code>")


def number(value: float) -> Cell:
    """A cell with a count."""
    return Cell(f"{value:,.0f}", "number")


def counted(numerator: float | None, denominator: float | None) -> Cell:
    """A cell with both sides of a rate."""
    if not denominator:
        return Cell("–", "number")
    return Cell(f"{_plain(numerator or 0)} / {_plain(denominator)}", "number")


def bar(share: float | None) -> Cell:
    """A bar whose length is a share between 0 and 1; the figure stands in a cell beside it."""
    width = 0 if share is None else max(0.0, min(1.0, share)) * 100
    return Cell(
        '<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<rect class="ground" width="100" height="10"></rect>'
        f'<rect class="share" width="{width:.2f}" height="10"></rect></svg>',
        "bar",
    )


def trend(values: Sequence[float | None], limit: float | None = None) -> Cell:
    """A line through the figures of one measure, oldest first, with the latest as a dot and a limit as a dashed line.

    The figures themselves stand in cells beside it. A gap is a build without the measure.
    """
    known = [value for value in values if value is not None and math.isfinite(value)]
    if not known:
        return Cell("–", "trend")
    low, high = (
        min([*known, *([limit] if limit is not None else [])]),
        max([*known, *([limit] if limit is not None else [])]),
    )
    spread = (high - low) or 1

    def place(at: int, value: float) -> tuple[float, float]:
        return 4 + at * 112 / max(len(values) - 1, 1), 26 - (value - low) / spread * 22

    points = [place(at, value) for at, value in enumerate(values) if value is not None]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dashed = (
        f'<line class="limit" x1="0" x2="120" y1="{place(0, limit)[1]:.1f}" y2="{place(0, limit)[1]:.1f}"></line>'
        if limit is not None
        else ""
    )
    x, y = points[-1]
    return Cell(
        '<svg viewBox="0 0 120 30" aria-hidden="true" focusable="false">'
        f'{dashed}<polyline class="line" points="{line}"></polyline><circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="2.4"></circle>'
        "</svg>",
        "trend",
    )


def moment(build_id: str) -> str:
    """A build by the moment that it is named after."""
    try:
        return f"{dt.datetime.strptime(build_id, BUILD_ID):%Y-%m-%d %H:%M} UTC"
    except ValueError:
        return build_id


def css_class(kind: str) -> str:
    """The attribute, or nothing."""
    return f' class="{kind}"' if kind else ""


def _plain(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


# --- the page ----------------------------------------------------------------------------------------------


class Dictionary:
    """The texts of one page, and what is built of them."""

    def __init__(self, file: Path) -> None:
        self.file = file

    @cached_property
    def words(self) -> dict[str, tuple[str, str]]:
        """Chinese and English text by key; those of every page first."""
        found = {}
        for path in (Path(__file__).with_name("page_words.csv"), self.file):
            with path.open(encoding="utf-8", newline="") as file:
                found |= {row["key"]: (row["zh"], row["en"]) for row in csv.DictReader(file)}
        return found

    def say(self, key: str, **values: object) -> str:
        """A text of the dictionary; a code that it does not know is shown as such."""
        zh, en = self.words.get(key, ("", ""))
        return (
            both(zh.format(**values), en.format(**values))
            if zh
            else f"<code>{escape(key.split('.')[-1])}</code>"
        )

    def rate(self, numerator: float | None, denominator: float | None) -> Cell:
        """A rate, or that there is none."""
        if not denominator:
            return Cell(self.say("not_measured"), "absent")
        return Cell(percent(numerator or 0, denominator), "number")

    def table(
        self, caption: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]], quiet: bool = False
    ) -> str:
        """A table whose first column names the row; a sentence where there is no row.

        `quiet`: its heading is that of the section and is there for readers of the screen only.
        """
        lines = [list(row) for row in rows]
        kind = "quiet" if quiet else ""
        if not lines:
            return f"<h3{css_class(kind)}>{caption}</h3><p>{self.say('nothing')}</p>"
        head = "".join(
            f'<th scope="col"{css_class("number" if cell.kind == "absent" else cell.kind)}>'
            f"{self.say(column) if column else ''}</th>"
            for column, cell in zip(columns, lines[0], strict=True)
        )
        body = "".join(
            f'<tr><th scope="row"{css_class(first.kind)}>{first.html}</th>'
            + "".join(f"<td{css_class(cell.kind)}>{cell.html}</td>" for cell in rest)
            + "</tr>"
            for first, *rest in lines
        )
        return (
            f'<div class="table"><table><caption{css_class(kind)}>{caption}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        )

    def tiles(self, tiles: Iterable[tuple[str, Cell]]) -> str:
        """Figures in large, each under its text of the dictionary."""
        return (
            '<dl class="tiles">'
            + "".join(
                f"<div><dt>{self.say(key)}</dt><dd{css_class(cell.kind)}>{cell.html}</dd></div>"
                for key, cell in tiles
            )
            + "</dl>"
        )

    def section(self, name: str, *parts: str) -> str:
        """A part of the page with its heading, and the note of that name where the dictionary has one."""
        note = f"<p>{self.say(f'{name}.note')}</p>" if f"{name}.note" in self.words else ""
        return f'<section id="{name}"><h2>{self.say(name)}</h2>{note}{"".join(parts)}</section>'

    def facts(self, data_set: DataSet, *others: str) -> Iterator[str]:
        """What stands under the heading: whose figures they are, `others`, and what the copy was made without."""
        yield both(data_set.label_zh, data_set.label_en)
        yield from others
        if data_set.leave_out:
            words = [self.words[f"area.{area}"] for area in data_set.leave_out]
            zh, en = "、".join(zh for zh, _ in words), ", ".join(en for _, en in words)
            said_zh, said_en = self.words["left_out"]
            yield f"<strong>{both(said_zh.format(areas=zh), said_en.format(areas=en))}</strong>"

    def document(
        self,
        name: str,
        facts: Iterable[str],
        sections: Iterable[str],
        script: str = "",
        *,
        style: str = "",
        controls: str = "",
        data: object = None,
    ) -> str:
        """The whole file; `script` is let through by its hash and nothing else is.

        `style`: rules after those of every page; `controls`: what stands between heading and sections; `data`: what the
        script reads, as JSON in an element that browsers do not run.
        """
        title = " · ".join(self.words["title"])
        policy = "default-src 'none'; style-src 'unsafe-inline'"
        if script:
            hashed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
            policy += f"; script-src 'sha256-{hashed}'"
        held = "" if data is None else f'<script type="application/json" id="data">{as_data(data)}</script>'
        return f"""<!DOCTYPE html>
<html lang="zh">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} · {escape(name)}</title>
<style>{STYLE}{style}</style>
</head>
<body>
<input class="switch" type="radio" name="language" id="zh" aria-label="中文" checked>
<input class="switch" type="radio" name="language" id="en" aria-label="English">
<nav aria-label="{escape(" · ".join(self.words["language"]))}"><label for="zh">中文</label><label for="en">English</label></nav>
<header><h1>{self.say("title")}</h1><p class="facts">{" · ".join(facts)}</p><p>{self.say("lead")}</p>{controls}</header>
<main>
{chr(10).join(sections)}
</main>
{held}{f"<script>{script}</script>" if script else ""}</body>
</html>
"""


def as_data(value: object) -> str:
    """JSON that cannot end the element it stands in."""
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return written.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


# --- ECharts -----------------------------------------------------------------------------------------------


class NoCharts(Exception):
    """ECharts is not here and could not be fetched; the message says what to do."""


def echarts(cache: Path) -> str:
    """The source of ECharts for a page that people click through: from the cache, else from the npm registry once.

    Raises NoCharts where npm is missing, the registry cannot be reached, or the package is not the one expected.
    """
    kept = cache / f"echarts-{ECHARTS}.min.js"
    if not kept.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as folder:
            package = _fetch(Path(folder))
            if base64.b64encode(hashlib.sha512(package.read_bytes()).digest()).decode() != ECHARTS_INTEGRITY:
                raise NoCharts(f"the package {package.name} is not the one that this project was tested with")
            with tarfile.open(package) as archive:
                source = archive.extractfile("package/dist/echarts.min.js")
                fresh = Path(folder) / kept.name
                fresh.write_bytes(source.read())
            fresh.replace(kept)
    return kept.read_text(encoding="utf-8").replace("</script", "<\\/script")


def _fetch(folder: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        raise NoCharts(
            "charts to click through need ECharts from npm, and npm is not installed. Install Node.js"
        )
    done = subprocess.run(
        [npm, "pack", f"echarts@{ECHARTS}", "--silent"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    packages = list(folder.glob("*.tgz"))
    if done.returncode or not packages:
        raise NoCharts(
            f"echarts@{ECHARTS} could not be fetched from the npm registry. Behind a firewall, set npm's registry to"
            " the company's mirror (npm config set registry ...) and try again"
        )
    return packages[0]


STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1d2733; --soft: #5b6875; --line: #dfe4ea; --ground: #eef2f6;
  --share: #2f6690; --on-share: #fff; --good: #1f7a4d; --warn: #9a6700; --bad: #b42318; }
@media (prefers-color-scheme: dark) { :root { --paper: #14191f; --ink: #e7ecf1; --soft: #a3b0bd; --line: #2c3641;
  --ground: #1f2730; --share: #7fb4dd; --on-share: #10161c; --good: #6fcf97; --warn: #e0b04c; --bad: #f2877b; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1.25rem 4rem; max-width: 68rem; color: var(--ink); background: var(--paper);
  font: 15px/1.55 system-ui, "Segoe UI", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC",
  "WenQuanYi Micro Hei", sans-serif; }
.switch { position: absolute; opacity: 0; }
nav { display: flex; justify-content: flex-end; gap: .25rem; }
nav label { padding: .2rem .8rem; border: 1px solid var(--line); border-radius: 1rem; cursor: pointer; color: var(--soft); }
#zh:checked ~ nav label[for="zh"], #en:checked ~ nav label[for="en"] { background: var(--share); border-color: var(--share);
  color: var(--on-share); }
#zh:focus-visible ~ nav label[for="zh"], #en:focus-visible ~ nav label[for="en"] { outline: 3px solid #f0a202; }
#zh:checked ~ :is(header, main) [lang="en"], #en:checked ~ :is(header, main) [lang="zh"] { display: none; }
h1 { margin: .25rem 0 0; font-size: 1.9rem; line-height: 1.25; }
h2 { margin: 2.5rem 0 .25rem; padding-top: 1rem; border-top: 2px solid var(--ink); font-size: 1.25rem; }
h3, caption { font-size: 1rem; font-weight: 600; text-align: left; margin: 1.25rem 0 .25rem; }
caption { padding: .9rem 0 .35rem; }
p { margin: .35rem 0; max-width: 50rem; color: var(--soft); }
.facts { font-size: .9rem; }
.tiles { display: grid; grid-template-columns: repeat(4, 1fr); gap: .75rem; margin: 1rem 0; }
.tiles div { display: flex; flex-direction: column-reverse; justify-content: flex-end; padding: .8rem 1rem;
  background: var(--ground); border-radius: .5rem; }
.tiles dt { color: var(--soft); font-size: .85rem; }
.tiles dd { margin: 0; font-size: 1.6rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.tiles dd.absent { font-size: 1.1rem; font-weight: 400; line-height: 2.4rem; }
.quiet { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.table { position: relative; overflow-x: auto; margin-top: .6rem; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: .32rem .75rem .32rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: middle; }
thead th { color: var(--soft); font-size: .82rem; font-weight: 500; vertical-align: bottom; }
tbody th { font-weight: 400; }
.number + :not(.number), td.absent + :not(.number) { padding-left: 1.4rem; }
:is(th, td).number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
thead .number { white-space: normal; }
.absent { color: var(--soft); font-style: italic; }
td.absent { text-align: right; white-space: nowrap; }
.bar { width: 26%; min-width: 6rem; padding-left: .6rem; }
#rules .bar { width: 13%; min-width: 4rem; }
#rules tbody th { width: 30%; }
.bar svg { display: block; width: 100%; height: .75rem; }
.trend { width: 8rem; }
.trend svg { display: block; width: 7.5rem; height: 1.9rem; overflow: visible; }
.line { fill: none; stroke: var(--share); stroke-width: 1.6; }
.dot { fill: var(--share); }
.limit { stroke: var(--bad); stroke-width: 1; stroke-dasharray: 3 3; }
.good { color: var(--good); }
.warn { color: var(--warn); }
.bad { color: var(--bad); font-weight: 600; }
.wide { max-width: 22rem; overflow-wrap: anywhere; }
.ground { fill: var(--ground); }
.share { fill: var(--share); }
.remark { color: var(--soft); font-size: .85em; white-space: nowrap; }
code { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: .88em; }
@media (max-width: 44rem) { .tiles { grid-template-columns: repeat(2, 1fr); } }
@media print { :root { --paper: #fff; --ink: #000; --soft: #333; --line: #bbb; --ground: #eee; --share: #333; }
  body { max-width: none; padding: 0; font-size: 11px; } nav { display: none; }
  section { break-inside: auto; } h2, caption { break-after: avoid; } tr, .tiles { break-inside: avoid; }
  .table { overflow: visible; } }
"""
