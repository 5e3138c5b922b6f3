"""Ctrl-C, and the signal with which a system ends a program: the work at hand is undone, and what happened is said."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_seen: Interrupted | None = None
_is_held = False


class Interrupted(BaseException):
    """Somebody pressed Ctrl-C, or the system asks the program to end."""

    def __init__(self, number: int) -> None:
        self.exit_code = 128 + number
        self.what = "stopped by Ctrl-C" if number == signal.SIGINT else "stopped by the system (SIGTERM)"
        self.left = "nothing was published 未发布任何内容"
        """What became of the work."""

    def __str__(self) -> str:
        return f"{self.what} 已中断: {self.left}"


@contextmanager
def heeded() -> Iterator[None]:
    """Raise Interrupted where a signal comes, once: what follows it is left to finish undoing. A signal that whoever
    started the program lets it ignore stays ignored."""
    global _seen
    _seen = None
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    mine = [number for number, handler in before.items() if handler is not signal.SIG_IGN]

    def heed(number: int, frame: FrameType | None) -> None:
        global _seen
        for one in mine:
            signal.signal(one, signal.SIG_IGN)
        _seen = Interrupted(number)
        if not _is_held:
            raise _seen

    for number in mine:
        signal.signal(number, heed)
    try:
        yield
    finally:
        for number in mine:
            signal.signal(number, before[number])


@contextmanager
def held() -> Iterator[None]:
    """What is done here is done whole: a signal is heeded when it is over."""
    global _is_held
    _is_held, there = True, _seen
    try:
        yield
    finally:
        _is_held = False
    if _seen is not there:
        raise _seen


def seen() -> Interrupted | None:
    """The signal that came, where one did: some libraries make an error of their own of what is raised for it."""
    return _seen
