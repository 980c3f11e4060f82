"""``aws mfa exec --server``: what keeps the session valid while the program runs."""

from __future__ import annotations

import json
import os
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from awscli_mfa_plugin.commands import serving
from awscli_mfa_plugin.commands.process import GlobalOptions
from awscli_mfa_plugin.commands.serving import Keeper
from awscli_mfa_plugin.errors import CannotAskError, ConfigurationError
from awscli_mfa_plugin.files.locks import Locks
from awscli_mfa_plugin.files.state import StateFolder
from awscli_mfa_plugin.server.answers import PAUSE
from awscli_mfa_plugin.session.credentials import CredentialsRequest
from awscli_mfa_plugin.session.records import Session
from tests.fakes import (
    LONG_LIVED,
    NOW,
    SERIAL,
    FakeFiles,
    FakeProcess,
    Fakes,
    FakeTerminal,
    context,
    session_section,
)

if TYPE_CHECKING:
    from pathlib import Path

MANAGED = {"mfa_source_profile": "default", "mfa_serial": SERIAL}
ROLE = {"role_arn": "arn:aws:iam::123456789012:role/admin", "source_profile": "mfa"}
HOUR = 3600


class _Cache:
    """The folder of the sessions beside keys, which is watched for changes."""

    def __init__(self, folder: Path) -> None:
        self.folder = str(folder)


class Machine:
    """A keeper of profile mfa, or of role admin on it; ``answers`` are role sessions."""

    def __init__(
        self,
        folder: Path,
        *answers: Any,
        profile: str = "mfa",
        left: int = 12 * HOUR,
        **fakes: Any,
    ) -> None:
        """Start on a session that ends in so many seconds."""
        credentials = {
            "default": LONG_LIVED,
            "mfa": session_section(12 * HOUR, 12 * HOUR - left),
        }
        config = {"default": {"region": "eu-west-1"}, "mfa": MANAGED, "admin": ROLE}
        self.fakes = Fakes(files=FakeFiles(config, credentials), **fakes)
        self.process = FakeProcess(self.fakes, profile, *answers)
        self.services = context(
            self.fakes,
            GlobalOptions(region="eu-west-1"),
            self.process,
            session_cache=lambda: _Cache(folder),
        )
        self.request = CredentialsRequest(profile, min_remaining=900)
        stored = self.fakes.files.session_of(self.fakes.files.profile("mfa"))
        assert stored
        self.first: Session = stored if profile == "mfa" else role_session(HOUR)
        self.keeper = Keeper(self.request, self.first, self.services)

    def key(self) -> str:
        """Return the key that the program gets, or the refusal."""
        _, body = self.keeper.supply.answer()
        return body.decode()


def role_session(seconds: int, key: str = "ASIAROLE") -> Session:
    """Return a role's session that ends so many seconds from now."""
    return Session(key, "secret", "token", NOW + timedelta(seconds=seconds))


def test_nothing_is_done_while_the_session_is_valid(tmp_path: Path) -> None:
    """It comes back when the session expires soon."""
    here = Machine(tmp_path)
    assert here.keeper.step() == NOW + timedelta(hours=11, minutes=45)
    assert "ASIAOLD" in here.key()
    assert (here.fakes.sts.calls, list(here.fakes.notes)) == ([], [])


def test_a_role_is_assumed_again_without_a_code(tmp_path: Path) -> None:
    """With the same request, but for a time that it must last."""
    here = Machine(tmp_path, role_session(2 * HOUR, "ASIANEXT"), profile="admin")
    back = here.keeper.step()
    assert back == NOW + timedelta(minutes=45)
    here.fakes.clock.advance(45 * 60)
    here.keeper.step()
    assert "ASIANEXT" in here.key()
    [request] = here.process.requests
    assert (request.profile, request.min_remaining) == ("admin", None)


def test_a_role_that_cannot_be_assumed_is_tried_again(tmp_path: Path) -> None:
    """After a pause; the program keeps the old session until its end, then gets the reason."""
    here = Machine(tmp_path, ConfigurationError("It went wrong.", "Fix it."), profile="admin")
    here.fakes.clock.advance(45 * 60)
    assert here.keeper.step() == here.fakes.clock.now() + PAUSE
    assert "ASIAROLE" in here.key()
    here.fakes.clock.advance(15 * 60)
    assert "It went wrong." in here.key()


def test_a_login_elsewhere_is_taken_up(tmp_path: Path) -> None:
    """As soon as the session that it has expires soon."""
    here = Machine(tmp_path, left=1000)
    end = NOW + timedelta(hours=12)
    here.fakes.files.write_session("mfa", Session("ASIANEW", "secret", "token", end, NOW))
    here.fakes.clock.advance(200)
    here.keeper.step()
    assert "ASIANEW" in here.key()


@pytest.mark.parametrize("key", [LONG_LIVED["aws_access_key_id"], "AKIAOTHER"])
def test_a_logout_ends_the_session(tmp_path: Path, key: str) -> None:
    """For the program too, whatever else happens to the source's key."""
    here = Machine(tmp_path)
    here.fakes.files.credentials["default"] = {**LONG_LIVED, "aws_access_key_id": key}
    del here.fakes.files.credentials["mfa"]
    here.keeper.step()
    assert "ASIAOLD" not in here.key()


def test_files_that_cannot_be_read_log_nobody_out(tmp_path: Path) -> None:
    """The session that is there is kept."""
    here = Machine(tmp_path)

    def fail(_: Any) -> Session:
        raise ConfigurationError("It can't be read.", "Fix it.")

    here.fakes.files.session_of = fail  # type: ignore[method-assign,assignment]
    assert here.keeper.step() <= NOW + timedelta(hours=11, minutes=45)
    assert "ASIAOLD" in here.key()


@pytest.mark.skipif(sys.platform == "win32", reason="mfa_process is a command of the shell here")
@pytest.mark.parametrize("has_bug", [False, True])
def test_an_expiring_session_is_renewed_by_mfa_process(tmp_path: Path, *, has_bug: bool) -> None:
    """Without a question and without a word on the program's terminal.

    An error isn't the program's: it keeps its session, and the renewal is tried again.
    """
    command = "sh -c 'echo hidden >&2; echo 123456'"
    here = Machine(tmp_path, left=600, environment={"PATH": "/usr/bin:/bin"})
    here.fakes.files.config["mfa"] = {**MANAGED, "mfa_process": command}
    if has_bug:
        here.fakes.sts.answers = [RuntimeError("a bug")]
    back = here.keeper.step()
    assert [call.token_code for call in here.fakes.sts.calls] == ["123456"]
    assert ("ASIAOLD" if has_bug else "ASIA1") in here.key()
    assert (back == NOW + PAUSE) is has_bug
    assert list(here.fakes.notes) == []


def test_a_wait_for_the_next_code_ends_with_the_program(tmp_path: Path) -> None:
    """It is the program's end that is waited for, and nothing is shown."""
    here = Machine(tmp_path)
    here.keeper.program._ended.set()
    here.keeper._ports().wait(600, "Next code in")
    assert list(here.fakes.notes) == []


def test_without_the_terminal_nobody_is_asked(tmp_path: Path) -> None:
    """The terminal is muted, and no code is taken from the environment."""
    here = Machine(tmp_path)
    here.keeper._asks = False
    ports = here.keeper._ports()
    assert "the program uses the terminal" in ports.terminal.unavailable_reason()
    assert ports.environment_code() == ""
    here.keeper._asks = True
    assert here.keeper._ports().terminal is here.fakes.terminal


class First:
    """What the first session is made with."""

    def __init__(self, left: int, min_remaining: int | None = None, process: str = "code") -> None:
        """Give profile mfa a session that ends in so many seconds, and a command for codes."""
        config = {"default": {}, "mfa": {**MANAGED, "mfa_process": process}}
        credentials = {
            "default": LONG_LIVED,
            "mfa": session_section(12 * HOUR, 12 * HOUR - left),
        }
        fakes = Fakes(files=FakeFiles(config, credentials), terminal=FakeTerminal())
        seen = []

        class Process(FakeProcess):
            def session_credentials(self, request: Any, options: Any, ports: Any) -> Any:
                seen.append(ports)
                return super().session_credentials(request, options, ports)

        process_of = Process(fakes, "mfa", role_session(HOUR))
        services = context(fakes, GlobalOptions(region="eu-west-1"), process_of)
        request = CredentialsRequest("mfa", min_remaining=min_remaining)
        self.session, self.region = serving._first_session(request, services)
        self.is_the_users = seen[0].token_process is fakes.token_process
        self.token_process = seen[0].token_process


def test_the_program_does_not_wait_for_a_command_if_the_session_outlives_it() -> None:
    """The keeper runs it, while the program runs."""
    here = First(61)
    assert (here.session.access_key_id, here.region) == ("ASIAROLE", "eu-west-1")
    assert not here.is_the_users
    with pytest.raises(CannotAskError, match="The session needs a new MFA code"):
        here.token_process("code")


@pytest.mark.parametrize(
    ("left", "min_remaining", "process"),
    [(-5, None, "code"), (5, None, "code"), (HOUR, 900, "code"), (HOUR, None, "")],
)
def test_otherwise_it_does(left: int, min_remaining: int | None, process: str) -> None:
    """Where the session ends before, has to last, or where there is no command."""
    assert First(left, min_remaining, process).is_the_users


@pytest.mark.parametrize("is_logged_in", [False, True])
def test_a_role_in_the_cache_needs_a_session_too(*, is_logged_in: bool) -> None:
    """After a logout the login comes first, and not an error in the program."""
    role = {"role_arn": "arn:aws:iam::123456789012:role/admin", "source_profile": "mfa"}
    config = {"default": {}, "mfa": dict(MANAGED), "admin": role}
    credentials = {"default": LONG_LIVED, "mfa": session_section() if is_logged_in else {}}
    fakes = Fakes(files=FakeFiles(config, credentials))
    process = FakeProcess(fakes, "admin", role_session(HOUR), role_session(HOUR))
    services = context(fakes, GlobalOptions(region="eu-west-1"), process)
    serving._first_session(CredentialsRequest("admin", min_remaining=9), services)
    asked = [(request.profile, request.min_remaining) for request in process.requests]
    assert asked == [*([] if is_logged_in else [("mfa", None)]), ("admin", 9)]


def test_files_that_can_be_read(tmp_path: Path) -> None:
    """Those that aren't there are left out."""
    one = tmp_path / "one"
    one.write_bytes(b"[Boto]\n")
    assert serving._contents([str(tmp_path / "none"), str(one)]) == [b"[Boto]\n"]


PROGRAM = """
import json, os, sys
config = open(os.environ["AWS_CONFIG_FILE"]).read()
if "change" in sys.argv:
    open(os.environ["AWS_CONFIG_FILE"], "a").write("# changed")
json.dump([dict(os.environ), config], open("seen", "w"))
sys.exit(7)
"""


class Served:
    """A program that was run beside the endpoint, in a home of its own."""

    def __init__(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, *words: str, region: str | None
    ) -> None:
        """Run it, and keep what it saw."""
        for name in ("HOME", "USERPROFILE"):
            monkeypatch.setenv(name, str(folder))
        monkeypatch.chdir(folder)
        config = {"default": {"region": "eu-west-1"}, "mfa": {**MANAGED, "output": "text"}}
        credentials = {"default": LONG_LIVED, "mfa": session_section()}
        (folder / "boto.cfg").write_text("[Credentials]\naws_access_key_id = x\n")
        environment = {
            "PATH": "/usr/bin:/bin",
            "NO_PROXY": "example.com",
            "HTTP_PROXY": "http://127.0.0.1:9",
            "AWS_PROFILE": "other",
            "BOTO_CONFIG": str(folder / "boto.cfg"),
        }
        fakes = Fakes(files=FakeFiles(config, credentials), environment=environment)
        services = context(
            fakes,
            GlobalOptions(region=region),
            FakeProcess(fakes, "mfa", role_session(HOUR)),
            session_cache=lambda: _Cache(folder),
            state=StateFolder(str(folder / "state")),
            locks=Locks(StateFolder(str(folder / "state"))),
        )
        words = words or (sys.executable, "-c", PROGRAM)
        self.code = serving.serve(CredentialsRequest("mfa"), words, services)
        self.notes = list(fakes.notes)
        self.left = [*(folder / "state").glob("exec-*")]
        seen = folder / "seen"
        self.environment, self.config = json.loads(seen.read_text()) if seen.exists() else ({}, "")


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("region", ["eu-north-1", None])
def test_the_program_gets_the_endpoint_and_no_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, region: str | None
) -> None:
    """Its exit code comes back, and nothing is left of its folder."""
    ran = Served(tmp_path, monkeypatch, region=region)
    environment = ran.environment
    assert (ran.code, ran.notes, ran.left) == (7, [], [])
    assert environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"].startswith("http://127.0.0.1:")
    assert environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"]
    assert "127.0.0.1" in environment["NO_PROXY"]
    assert environment["NO_PROXY"].startswith("example.com")
    assert environment["AWS_MFA_PROFILE"] == "mfa"
    regions = [environment.get(name) for name in ("AWS_REGION", "AWS_DEFAULT_REGION")]
    assert regions == [region, region]
    assert environment["AWS_CONFIG_FILE"].startswith(str(tmp_path / "state"))
    assert "output = text" in ran.config
    assert "secret" not in ran.config
    assert environment["AWS_PROFILE"] == "awscli-mfa-exec"
    assert environment["BOTO_CONFIG"] == os.devnull


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_program_that_changes_its_config_file_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was a copy."""
    words = (sys.executable, "-c", PROGRAM, "change")
    ran = Served(tmp_path, monkeypatch, *words, region=None)
    note = "Changes to the config file weren't saved: under exec --server, AWS_CONFIG_FILE names"
    assert ran.notes == [f"{note} a copy."]


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_program_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The exit code is a shell's."""
    ran = Served(tmp_path, monkeypatch, "no-such-program", region=None)
    assert (ran.code, ran.left) == (127, [])
    assert "no-such-program" in capsys.readouterr().err
