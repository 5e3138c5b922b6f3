"""Charts of a report as SVG: they need no script, print sharply and follow the colours of the page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from customer360.presentation.page import Cell
from customer360.presentation.report_sentences import Part

WIDTH, HEIGHT = 960, 270
LEFT, RIGHT, TOP, BOTTOM = 66, 6, 12, 34


def nice_top(largest: float) -> float:
    """The end of an axis that starts at 0 and holds `largest`: a round figure whose quarters are round too."""
    if largest <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(largest))
    return next(step * power for step in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10) if step * power >= largest)


def text(part: Part, x: float, y: float, anchor: str, kind: str = "") -> str:
    """A text in both languages; the switch hides one."""
    return "".join(
        f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" lang="{language}">{words}</text>'
        for language, words in (("zh", part.zh), ("en", part.en))
    )


def columns(
    title: Part,
    labels: Sequence[Part],
    values: Sequence[float | None],
    earlier: Sequence[float | None],
    ticks: Sequence[tuple[float, Part]],
    legend: tuple[Part, Part],
) -> str:
    """A column per period with the same period last year as a line of dashes above its place; the last one is the period.

    `ticks`: values of the axis with their labels, lowest first; the figures are in the table of the report.
    """
    top = max(ticks[-1][0], *(value for value in (*values, *earlier) if value is not None))
    step = (WIDTH - LEFT - RIGHT) / len(values)

    def height(value: float) -> float:
        return HEIGHT - BOTTOM - max(0.0, value) / top * (HEIGHT - TOP - BOTTOM)

    drawn = []
    for value, label in ticks:
        y = height(value)
        drawn.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"></line>')
        drawn.append(text(label, LEFT - 8, y + 4, "end", "tick"))
    for at, (value, before, label) in enumerate(zip(values, earlier, labels, strict=True)):
        x = LEFT + at * step
        last = at == len(values) - 1
        if value is not None:
            y = height(value)
            drawn.append(
                f'<rect class="{"column now" if last else "column"}" x="{x + step * 0.2:.1f}" y="{y:.1f}"'
                f' width="{step * 0.6:.1f}" height="{HEIGHT - BOTTOM - y:.1f}"></rect>'
            )
        if before is not None:
            y = height(before)
            drawn.append(
                f'<line class="before" x1="{x + step * 0.1:.1f}" x2="{x + step * 0.9:.1f}" y1="{y:.1f}" y2="{y:.1f}"></line>'
            )
        drawn.append(
            text(label, x + step / 2, HEIGHT - BOTTOM + 18, "middle", "tick strong" if last else "tick")
        )
    described = escape(f"{title.zh} · {title.en}", quote=True)
    keys = "".join(
        f'<span class="key {kind}"></span>{part.html()}'
        for kind, part in zip(("bar-key", "line-key"), legend, strict=True)
    )
    return (
        f'<figure><figcaption><strong>{title.html()}</strong><span class="legend">{keys}</span></figcaption>'
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{described}">'
        f"{''.join(drawn)}</svg></figure>"
    )


def either_way(value: float | None, largest: float) -> Cell:
    """A bar to the left of the middle for what pulls down and to the right for what pulls up."""
    width = 0.0 if value is None or not largest else min(50.0, abs(value) / largest * 50)
    left = 50 - width if value is not None and value < 0 else 50.0
    return Cell(
        '<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        f'<rect class="{"down" if value is not None and value < 0 else "up"}" x="{left:.2f}" width="{width:.2f}" height="10"></rect>'
        '<line class="middle" x1="50" x2="50" y1="0" y2="10"></line></svg>',
        "bar",
    )
