"""Python's garbage collector, which a command that runs for a second doesn't need."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def no_garbage_collected() -> Iterator[None]:
    """Turn the collector off inside, and leave what is there uncollected at exit.

    Reading botocore's data makes so many objects that looking through them took 7 % of a login,
    and once more at the end of the process about 15 %: what is frozen isn't looked through.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()
