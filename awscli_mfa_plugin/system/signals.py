"""Handles signals for a while, and then as before."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


@contextlib.contextmanager
def handled(handlers: Mapping[str, Any], *, also_ignored: bool = False) -> Iterator[None]:
    """Handle signals, by name, for a while; None changes no handler, and restores it at the end.

    One that was ignored when the process started (nohup) stays ignored unless ``also_ignored``.
    Nothing happens for names that this system lacks, and outside of the main thread.
    """
    before: dict[int, Any] = {}
    is_main = threading.current_thread() is threading.main_thread()
    try:
        for name, handler in handlers.items() if is_main else ():
            number = getattr(signal, name, 0)
            old = signal.getsignal(number) if number else None
            if old is not None and (also_ignored or old != signal.SIG_IGN):
                before[number] = old
                if handler is not None:
                    signal.signal(number, handler)
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


@contextlib.contextmanager
def deferred(*names: str) -> Iterator[None]:
    """Let signals wait until the end of the block, and raise them there."""
    # Each is raised, also after one whose handler raised an exception.
    with contextlib.ExitStack() as stack:

        def wait(number: int, _frame: object) -> None:
            stack.callback(signal.raise_signal, number)

        with handled(dict.fromkeys(names, wait)):
            yield


def raised(
    error: Callable[[int], BaseException], *names: str, also_ignored: bool = False
) -> contextlib.AbstractContextManager[None]:
    """Raise ``error(number)`` at the first of these signals.

    From then on they and Ctrl-C are ignored, so that cleaning up isn't interrupted.
    """

    def end(number: int, _frame: object) -> None:
        for name in (*names, "SIGINT"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), signal.SIG_IGN)
        raise error(number)

    return handled({"SIGINT": None, **dict.fromkeys(names, end)}, also_ignored=also_ignored)


class _EndedBySignal(BaseException):
    """A signal asked this process to end."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextlib.contextmanager
def cleaning_up_on_signals() -> Iterator[None]:
    """Raise an exception for SIGTERM, SIGHUP and SIGQUIT; at the end, die of the signal.

    Also for one that was ignored when the process started: a secret may be on the screen.
    """
    try:
        with raised(_EndedBySignal, "SIGTERM", "SIGHUP", "SIGQUIT", also_ignored=True):
            yield
    except _EndedBySignal as ended:
        signal.signal(ended.number, signal.SIG_DFL)
        os.kill(os.getpid(), ended.number)
        raise
