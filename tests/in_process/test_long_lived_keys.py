"""Long-lived keys that are added between the last read of a profile and the write stay."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from awscli_mfa_plugin.errors import MfaError
from awscli_mfa_plugin.files.profiles import SharedConfigFiles
from awscli_mfa_plugin.files.session_cache import SessionCache
from awscli_mfa_plugin.session.records import Session
from tests.in_process.aws import section_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MINE = {"aws_access_key_id": "AKIANEWKEYOFMINE", "aws_secret_access_key": "the only copy"}
KEYS = "".join(f"{option} = {value}\n" for option, value in MINE.items())
OLD = (
    "[mfa]\naws_access_key_id = ASIAOLD\naws_secret_access_key = old\naws_session_token = old\n"
    "expiration = 2026-01-01T00:00:00+00:00\nmanager = awscli-mfa-plugin\n"
)


class LocksAfter:
    """Locks that are free only after somebody else has written the file."""

    def __init__(self, turn: Callable[[], object]) -> None:
        """Keep what the other does."""
        self._turn = turn

    @contextmanager
    def hold(self, name: str, wait_seconds: float, on_wait: Any = None) -> Iterator[None]:
        """Let the other write first."""
        del name, wait_seconds, on_wait
        self._turn()
        yield


@pytest.mark.parametrize("before", ["", "[other]\nx = y\n", OLD], ids=["missing", "new", "expired"])
def test_keys_that_appear_just_before_the_write_stay(tmp_path: Path, before: str) -> None:
    """The profile had none when it was read; another process got the lock first."""
    credentials = tmp_path / "credentials"
    credentials.write_text(before, "utf-8")
    others = before.replace(OLD, "")
    locks: Any = LocksAfter(lambda: credentials.write_text(f"{others}[mfa]\n{KEYS}", "utf-8"))
    cache = SessionCache(str(tmp_path / "cache"), str(credentials), locks)
    files = SharedConfigFiles.on_disk(str(tmp_path / "config"), str(credentials), locks, cache)
    end = datetime.now(timezone.utc) + timedelta(hours=12)
    with suppress(MfaError):  # whether it is refused or goes to the cache, the keys stay
        files.write_session("mfa", Session("ASIANEW", "new", "new", end))
    assert section_of(credentials, "mfa") == MINE
