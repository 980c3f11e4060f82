"""Long-lived keys that a login didn't write survive every command."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from awscli_mfa_plugin.errors import MfaError
from awscli_mfa_plugin.files.profiles import SharedConfigFiles
from awscli_mfa_plugin.files.session_cache import SessionCache
from awscli_mfa_plugin.session.records import Session
from tests.hosts.sessions import session_section
from tests.in_process.aws import WIRING, section_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.in_process.aws import Aws

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


OUT_OF_RANGE = "".join(
    f"[{name}]\naws_access_key_id = ASIA{name}\naws_secret_access_key = x\n"
    f"aws_session_token = t\nexpiration = {time}\n{manager}"
    for name, time, manager in (
        ("first", "0001-01-01T00:00:00Z", "manager = awscli-mfa-plugin\n"),
        ("last", "9999-12-31T23:59:59Z", ""),
        ("early", "0001-01-01T00:00:00+14:00", "manager = awsume\n"),
    )
)


def settle_on(aws: Aws, seconds: float, config: str = "") -> None:
    """Give the profile mfa a session that ends so many seconds from now, and a way to codes."""
    script = aws.program("code", f"echo {aws.code()}")
    aws.settle_mfa(f"mfa_process = {script}\n", config)
    aws.write_credentials(aws.keys("ada") + session_section(aws.service, "mfa", seconds))


def put(aws: Aws, key_id: str, secret: str) -> None:
    """Replace the two lines of a session in an editor."""
    session, text = aws.session(), aws.credentials.read_text("utf-8")
    text = text.replace(session["aws_access_key_id"], key_id)
    aws.write_credentials(text.replace(session["aws_secret_access_key"], secret))


COMMANDS = (
    ("login",),
    ("login", "--force"),
    ("export", "--profile", "mfa"),
    ("credential-process", "--profile", "mfa"),
    ("exec", "--profile", "mfa", "--", "true"),
)


def test_each_command_keeps_new_keys(aws: Aws) -> None:
    """Commands that make a session refuse; a logout removes our lines beside them."""
    settle_on(aws, -60)
    put(aws, *MINE.values())
    before = aws.credentials.read_bytes()
    for command in COMMANDS:
        result = aws.run("mfa", *command)
        assert result.code == 253, (command, result.output)
        assert "has its own long-lived keys" in result.stderr, command
        assert aws.credentials.read_bytes() == before, command
    assert "not logged in" in aws.run("mfa", "status").stdout
    assert "Traceback" not in aws.run("mfa", "watch", "--once").output
    assert aws.credentials.read_bytes() == before
    result = aws.run("mfa", "logout", "--all")
    assert result.code == 0, result.output
    assert "so it was kept." in result.stdout
    assert aws.session() == MINE


def test_a_login_with_the_new_keys(aws: Aws) -> None:
    """The remedy works: the session goes to the cache, and the old lines are removed."""
    settle_on(aws, -60)
    user = aws.service.user("ada")
    put(aws, user.access_key_id, user.secret_access_key)
    result = aws.run("mfa", "login", "--profile", "mfa", "--source-profile", "mfa")
    assert result.code == 0, result.output
    assert "Removed lines of an old session" in result.stderr
    assert aws.credentials.read_text("utf-8").endswith(aws.keys("ada", "mfa"))
    assert aws.run("s3", "ls", "--profile", "mfa").code == 0


def test_an_empty_section_survives_login_and_logout(aws: Aws) -> None:
    """Byte for byte."""
    settle_on(aws, -60)
    aws.write_credentials(f"{aws.keys('ada')}\n[mfa]\n")
    before = aws.credentials.read_bytes()
    assert aws.run("mfa", "login").code == 0
    assert aws.run("mfa", "logout").code == 0
    assert aws.credentials.read_bytes() == before


def test_an_expiration_out_of_range_breaks_nothing_else(aws: Aws) -> None:
    """In one profile, ours or another tool's; the other sessions are shown."""
    settle_on(aws, 3600)
    aws.write_credentials(aws.credentials.read_text("utf-8") + OUT_OF_RANGE)
    for command in (("status",), ("login",), ("doctor",), ("credential-process",)):
        result = aws.run("mfa", *command)
        assert "bug" not in result.stderr, result.output
        assert "Error" not in result.stderr, result.output
    assert "mfa" in aws.run("mfa", "status").stdout
    assert aws.run("mfa", "logout", "--all").code == 0


ROLES = {
    "source_profile": "role_arn = arn:aws:iam::123456789012:role/x\nsource_profile =\n  a = b\n",
    "role_arn": "source_profile = mfa\nrole_arn =\n  a = b\n",
}


@pytest.mark.parametrize("role", ROLES.values(), ids=ROLES.keys())
def test_a_malformed_role_fails_as_without_the_plugin(aws: Aws, role: str) -> None:
    """The plugin says nothing, and the command ends as it would alone."""
    settle_on(aws, 3600, f"[profile role]\n{role}")
    ours = aws.run("sts", "get-caller-identity", "--profile", "role")
    aws.config.write_text(aws.config.read_text("utf-8").removeprefix(WIRING), "utf-8")
    plain = aws.run("sts", "get-caller-identity", "--profile", "role")
    assert "can't start" not in ours.output
    assert ours == plain


@pytest.mark.parametrize("words", [("login",), ("login", "--force"), (), ("status",)])
def test_a_code_without_its_option_is_not_repeated(aws: Aws, words: tuple[str, ...]) -> None:
    """Wrong usage, without the code, which may be valid for another half minute."""
    settle_on(aws, 3600)
    result = aws.run("mfa", *words, "123456", "--debug")
    assert result.code == 252, result.output
    assert "123456" not in result.output
