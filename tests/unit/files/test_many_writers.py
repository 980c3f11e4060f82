"""Many processes write to one file at once, and nobody's write is lost."""

from __future__ import annotations

import os
import signal
import sys
import time
import traceback
from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.files.document import SharedDocument
from tests.unit.store import OLD, credentials_file, homely, temporary_files

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks")


def forked(work: Callable[[], object], gate: int) -> int:
    """Start a process that waits for a byte from ``gate``, works, and ends; return its id."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        os.read(gate, 1)
        work()
        code = 0
    except BaseException:  # noqa: BLE001 - a fork must not come back into pytest
        traceback.print_exc()
    finally:
        os._exit(code)


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_two_hundred_writers_to_distinct_profiles_are_all_there(tmp_path: Path) -> None:
    """Each process adds its own profile at the same moment; the file holds them all."""
    path = homely(tmp_path)
    store = credentials_file(tmp_path)
    # Import everything before the forks.
    store.update(lambda document: document.with_options("first", {"number": "0"}))

    def add(number: int) -> Callable[[], object]:
        options = {"number": str(number), "aws_session_token": "x" * 500}
        name = f"profile-{number}"
        return lambda: store.update(lambda document: document.with_options(name, options))

    gate, opener = os.pipe()
    children = [forked(add(number), gate) for number in range(200)]
    os.close(gate)
    # Each child has the writing end too, so each is released by a byte.
    os.write(opener, b"x" * len(children))
    os.close(opener)
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    assert codes == [0] * 200
    content = path.read_bytes()
    assert content.startswith(OLD)
    document = SharedDocument.parse(content)
    numbers = {document.options(f"profile-{number}").get("number") for number in range(200)}
    assert numbers == {str(number) for number in range(200)}
    assert path.stat().st_mode & 0o777 == 0o600
    assert not temporary_files(path.parent)


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_reader_never_sees_half_a_file(tmp_path: Path) -> None:
    """While another process writes again and again, every read is complete."""
    path = homely(tmp_path)
    store = credentials_file(tmp_path)
    store.update(lambda document: document.with_options("mfa", {"count": "0"}))

    def write_on() -> None:
        for count in range(10_000):
            text = str(count) * (count % 50 + 1)
            store.update(lambda document: document.with_options("mfa", {"count": text}))  # noqa: B023 - called at once

    gate, opener = os.pipe()
    child = forked(write_on, gate)
    os.close(gate)
    os.write(opener, b"x")
    os.close(opener)
    seen: set[str] = set()
    end = time.monotonic() + 20
    while len(seen) < 100 and time.monotonic() < end:
        content = path.read_bytes()
        assert content.startswith(OLD)
        seen.add(SharedDocument.parse(content).options("mfa")["count"])
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert len(seen) >= 100
