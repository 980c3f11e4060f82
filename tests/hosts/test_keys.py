"""``aws mfa keys`` on the real CLIs: questions on a terminal, and runs that are killed."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING

import pytest

from tests.hosts.cache import OLDEST_TOO
from tests.hosts.sessions import log_in
from tests.hosts.terminal import CTRL_C
from tests.hosts.users import REGION, serial_of, settle

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    from tests.aws import EmbeddedAws
    from tests.hosts.home import Home

    Moment = Callable[[str, str], bool]

MFA = f"[profile mfa]\nmfa_source_profile = default\nregion = {REGION}\n"


def settle_logged_in(home: Home, aws: EmbeddedAws) -> None:
    """Give the home ada's key, and a session on it."""
    settle(home, aws, config=MFA + f"mfa_serial = {serial_of(aws)}\n")
    log_in(home, aws)


def journals(home: Home) -> list[Path]:
    """Return what rotations have left."""
    return list((home.aws_folder / "cli" / "awscli-mfa").glob("rotation-*.json"))


def pairs_on_disk(home: Home) -> list[tuple[str, str]]:
    """Return the long-lived keys in the credentials file and in the journal."""
    text, found = home.credentials.read_text(), list[tuple[str, str]]()
    lines = text.partition("[mfa]")[0].splitlines()
    values = dict(line.split(" = ", 1) for line in lines if " = " in line)
    found.append((values["aws_access_key_id"], values["aws_secret_access_key"]))
    for path in journals(home):
        kept = json.loads(path.read_text())
        found += [(kept[of]["AccessKeyId"], kept[of]["SecretAccessKey"]) for of in ("Old", "New")]
    return found


def works(aws: EmbeddedAws, pair: tuple[str, str]) -> bool:
    """Return whether AWS takes a key."""
    return any((key.id, key.secret) == pair and key.active for key in aws.user("ada").access_keys)


@pytest.mark.parametrize("host", OLDEST_TOO, indirect=True)
def test_a_rotation_on_a_terminal(home: Home, aws: EmbeddedAws) -> None:
    """The list, the new key, the question about the old one, and its end; no second code."""
    settle_logged_in(home, aws)
    aws.state.new_keys_unknown_seconds = 2
    old = aws.user("ada").access_key_id
    assert f"{old}  active" in home.run("mfa", "keys").stdout
    terminal = home.spawn("mfa", "keys", "rotate")
    terminal.expect(f"Make {old} inactive now? [y/N] ")
    terminal.send_line("y")
    assert terminal.wait() == 0, terminal.text
    assert "Rotated. Profile default has the new key" in terminal.text
    assert [key.active for key in aws.user("ada").access_keys] == [False, True]
    last = home.spawn("mfa", "keys", "rotate", "--finish")
    last.expect("Delete it for good? [y/N] ")
    last.send_line("y")
    assert last.wait() == 0, last.text
    (new,) = aws.user("ada").access_keys
    assert pairs_on_disk(home) == [(new.id, new.secret)]
    assert home.run("s3", "ls", "--profile", "mfa").returncode == 0
    assert sum(1 for call in aws.calls if call.token_code) == 1


def test_ctrl_c_at_the_question_loses_nothing(home: Home, aws: EmbeddedAws) -> None:
    """The new key is stored by then; the next run asks again."""
    settle_logged_in(home, aws)
    terminal = home.spawn("mfa", "keys", "rotate")
    terminal.expect("inactive now? [y/N] ")
    terminal.send(CTRL_C)
    assert terminal.wait() in {130, -signal.SIGINT}, terminal.text
    assert works(aws, pairs_on_disk(home)[0])
    result = home.run("mfa", "keys", "rotate")
    assert result.returncode == 0, result.output
    assert len(aws.user("ada").access_keys) == 2


def kill_when(process: subprocess.Popen[bytes], aws: EmbeddedAws, comes: Moment) -> None:
    """Kill a CLI before or after the first of its calls at which a moment has come."""

    def kill(when: str, action: str) -> None:
        if process.returncode is None and comes(when, action):
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    aws.observe = kill
    with process:
        process.communicate(timeout=120)
    aws.observe = lambda _when, _action: None
    assert process.returncode == -signal.SIGKILL


def is_made(when: str, action: str) -> bool:
    """Return whether AWS has just made a key whose secret nobody has yet."""
    return (when, action) == ("after", "CreateAccessKey")


def test_killed_on_the_way(home: Home, aws: EmbeddedAws) -> None:
    """A key that works is in the file whatever was done last, and the last run ends well.

    Each run goes on with what the one before left. Every moment is in tests/unit/keys.
    """
    settle_logged_in(home, aws)
    (old,) = aws.user("ada").access_keys
    moments: dict[str, Moment] = {
        "begun": lambda *_: bool(journals(home)),
        "made": is_made,
        "kept": lambda *_: any(secret for _, secret in pairs_on_disk(home)[2:]),
        "stored": lambda *_: pairs_on_disk(home)[0][0] != old.id,
    }
    for name, comes in moments.items():
        kill_when(home.start("mfa", "keys", "rotate"), aws, comes)
        assert works(aws, pairs_on_disk(home)[0]), name
    result = home.run("mfa", "keys", "rotate")
    assert result.returncode == 0, result.output
    kept, new = aws.user("ada").access_keys
    assert kept == old
    in_file, _, in_journal = pairs_on_disk(home)
    assert (in_file, in_journal) == ((new.id, new.secret), (new.id, ""))
    files = (path for path in home.path.rglob("*") if path.is_file())
    assert [path for path in files if new.secret.encode() in path.read_bytes()] == [
        home.credentials
    ]
