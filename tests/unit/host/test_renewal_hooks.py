"""Which providers a command on a managed profile gets, and what the CLI's events change."""

from __future__ import annotations

import atexit
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import awscli
import pytest
from botocore.history import get_global_history_recorder

from awscli_mfa_plugin.aws.roles import RoleOnSessionProvider
from awscli_mfa_plugin.host import renewal_hooks
from awscli_mfa_plugin.host.provider import MfaSessionError, ReportingCommand, SessionProvider
from awscli_mfa_plugin.session.records import Session
from tests.fakes import (
    LONG_LIVED,
    SERIAL,
    FakeProcess,
    Fakes,
    FakeTerminal,
    context,
    session_section,
)

assert awscli  # before botocore

ROLE = "arn:aws:iam::123456789012:role/admin"


class FakeChain:
    """The CLI's credential chain: the inserted providers, and their positions."""

    def __init__(self) -> None:
        """Start with the CLI's own."""
        self.inserted: list[tuple[str, Any]] = []
        self.cache: dict[str, Any] = {}
        self.providers: list[Any] = [
            SimpleNamespace(METHOD="assume-role"),
            SimpleNamespace(METHOD="env"),
        ]

    def insert_before(self, name: str, provider: Any) -> None:
        """Keep it."""
        self.inserted.append((name, provider))
        self.providers.insert(0, provider)

    def get_provider(self, _: str) -> FakeChain:
        """Return the provider of roles: it has a cache."""
        return self


class FakeSession:
    """The CLI's session: its chain, its events, its configuration."""

    def __init__(self, fakes: Fakes) -> None:
        """Start with the profiles of some fakes."""
        self.chain = FakeChain()
        self.handlers: dict[str, Any] = {}
        self.clients: list[tuple[Any, ...]] = []
        self.client_handlers: dict[str, Any] = {}
        self.error_format: str | None = None
        names = fakes.files.profile_names()
        merged = {
            name: {**fakes.files.config.get(name, {}), **fakes.files.credentials.get(name, {})}
            for name in names
        }
        self.full_config = {"profiles": merged}

    def get_component(self, name: str) -> FakeChain:
        """Return the chain."""
        assert name == "credential_provider"
        return self.chain

    def get_config_variable(self, name: str) -> str | None:
        """Return the form of the CLI's errors; an old CLI has none."""
        assert name == "cli_error_format"
        return self.error_format

    def register(self, event: str, handler: Any) -> None:
        """Keep a handler."""
        self.handlers[event] = handler

    def create_client(self, *words: Any, **options: Any) -> Any:
        """Keep what was asked for; return a client with events of its own."""
        self.clients.append((words, options))
        events = SimpleNamespace(register=self.client_handlers.__setitem__)
        return SimpleNamespace(meta=SimpleNamespace(events=events))


class HookProcess(FakeProcess):
    """A process with a command table."""

    def __init__(self, fakes: Fakes) -> None:
        """Start with a command."""
        super().__init__(fakes)
        self.table: dict[str, Any] = {"s3": "the command", "sts": "another"}

    def command_table(self) -> dict[str, Any]:
        """Return the table."""
        return self.table


@pytest.fixture
def fakes() -> Fakes:
    """Return fakes with a managed profile and roles."""
    fakes = Fakes()
    fakes.files.config.update(
        mfa={"mfa_source_profile": "default", "mfa_serial": SERIAL},
        admin={"role_arn": ROLE, "source_profile": "mfa"},
        off={
            "role_arn": ROLE,
            "source_profile": "default",
            "mfa_serial": SERIAL,
            "mfa_session": "off",
        },
    )
    fakes.files.credentials["default"] = dict(LONG_LIVED)
    return fakes


def install(fakes: Fakes, *names: str, **parsed: Any) -> tuple[FakeSession, HookProcess]:
    """Install the hooks of a command on these profiles."""
    session, process = FakeSession(fakes), HookProcess(fakes)
    options = {
        "command": "s3",
        "sign_request": True,
        "verify_ssl": None,
        "connect_timeout": None,
        "read_timeout": None,
        "color": None,
        **parsed,
    }
    renewal_hooks.install(session, SimpleNamespace(**options), process, [*names])  # type: ignore[arg-type]
    return session, process


def test_a_managed_profile_gets_our_provider_before_its_static_session(fakes: Fakes) -> None:
    """It prompts while the command is prepared."""
    session, _ = install(fakes, "mfa")
    [(before, provider)] = session.chain.inserted
    assert before == "shared-credentials-file"
    assert isinstance(provider, SessionProvider)
    assert (provider._asks, provider._is_eager, provider.shows) == (True, True, False)


@pytest.mark.parametrize(
    ("parsed", "asks", "shows"),
    [({"command": "configure"}, False, False), ({"sign_request": False}, False, True)],
)
def test_configure_and_unsigned_calls_do_not_prompt(
    fakes: Fakes, parsed: dict[str, Any], *, asks: bool, shows: bool
) -> None:
    """Debian's CLI resolves credentials for the latter all the same."""
    session, _ = install(fakes, "mfa", **parsed)
    [(_, provider)] = session.chain.inserted
    assert (provider._asks, provider.shows) == (asks, shows)


@pytest.mark.parametrize(
    "event",
    [
        "calling-command.sts.get-session-token",
        "before-building-argument-table-parser.configure.mfa-login",
    ],
)
def test_calls_that_take_no_session_get_the_long_lived_keys(fakes: Fakes, event: str) -> None:
    """Our provider isn't used."""
    session, _ = install(fakes, "mfa")
    [(_, provider)] = session.chain.inserted
    assert not provider.steps_aside
    session.handlers[event](parsed_args=None)
    assert provider.steps_aside


def test_configure_list_shows_the_session_without_a_prompt(fakes: Fakes) -> None:
    """Also one that has expired."""
    session, _ = install(fakes, "mfa")
    [(_, provider)] = session.chain.inserted
    session.handlers["before-building-argument-table-parser.configure.list"](x=1)
    assert provider.shows


DENIED = {"Error": {"Code": "AccessDenied", "Message": "x with an explicit deny in a policy"}}


@pytest.fixture
def at_exit(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return what is called when the process ends."""
    calls: list[Any] = []
    monkeypatch.setattr(atexit, "register", lambda *call: calls.append(call))
    monkeypatch.setattr(renewal_hooks, "_said", [])
    return calls


def test_a_denied_call_on_an_old_session_is_explained_at_the_end(
    fakes: Fakes, at_exit: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """Once; not for an answer without an error, and not before a session was provided."""
    session, _ = install(fakes, "mfa")
    [(_, provider)] = session.chain.inserted
    answered = session.handlers["after-call"]
    answered(parsed=DENIED)
    now = datetime.now(timezone.utc)
    end = now + timedelta(hours=9)
    provider.session = Session("ASIA1", "s", "t", end, now - timedelta(hours=3, minutes=1))
    answered(parsed={"Buckets": []}, model=None)
    assert at_exit == []
    answered(parsed=DENIED, model=None)
    answered(parsed=DENIED, model=None)
    [(say, line)] = at_exit
    say(line)
    err = capsys.readouterr().err
    assert err.startswith("The MFA session of profile mfa is 3 h 1 min old.")
    assert err.endswith("aws mfa login --profile mfa --force\n")


def test_a_reader_of_stderr_that_is_gone_changes_no_exit_code() -> None:
    """The line can't be written then, and Python would end with 120."""
    code = (
        "import atexit, os, sys\n"
        "import awscli  # before botocore\n"
        "from awscli_mfa_plugin.host.renewal_hooks import _say\n"
        "reader, writer = os.pipe()\n"
        "os.dup2(writer, 2)\n"
        "os.close(reader), os.close(writer)\n"
        "atexit.register(_say, 'x' * 100)\n"
        "sys.exit(254)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 254


@pytest.mark.parametrize(
    ("option", "setting", "is_explained"),
    [
        ("json", None, False),
        (None, "yaml", False),
        ("enhanced", "json", True),
        (None, "legacy", True),
    ],
)
def test_errors_that_programs_read_get_no_line_more(
    fakes: Fakes, at_exit: list[Any], option: str, setting: str, *, is_explained: bool
) -> None:
    """By the CLI's ``--cli-error-format``, or its setting."""
    session, _ = install(fakes, "mfa", cli_error_format=option)
    session.error_format = setting
    [(_, provider)] = session.chain.inserted
    now = datetime.now(timezone.utc)
    provider.session = Session("ASIA1", "s", "t", now, now - timedelta(hours=3))
    session.handlers["after-call"](parsed=DENIED)
    assert bool(at_exit) is is_explained


def test_an_unreadable_answer_changes_nothing(fakes: Fakes, at_exit: list[Any]) -> None:
    """An error here would replace AWS's own."""
    session, _ = install(fakes, "mfa")
    [(_, provider)] = session.chain.inserted
    provider.session = Session("ASIA1", "s", "t", datetime.now(timezone.utc))
    session.handlers["after-call"](parsed={"Error": None})
    assert at_exit == []


def test_a_role_is_assumed_on_the_session(fakes: Fakes) -> None:
    """By our role provider, which prompts only if the role isn't cached."""
    session, _ = install(fakes, "admin", "mfa", verify_ssl="/ca.pem")
    [(before, role)] = session.chain.inserted
    assert before == "assume-role"
    assert isinstance(role, RoleOnSessionProvider)
    [provider] = role._profile_provider_builder.providers("mfa")
    assert isinstance(provider, SessionProvider)
    assert (provider._asks, provider._is_eager) == (True, False)
    role._client_creator("sts", region_name="x")
    assert session.client_handlers.keys() == {"after-call"}
    assert session.clients == [(("sts",), {"verify": "/ca.pem", "region_name": "x"})]
    session.handlers["before-building-argument-table-parser.configure.list"](x=1)
    assert role.shows
    assert [one.METHOD for one in session.chain.providers] == ["assume-role", "env"]
    assert session.chain.providers[0] is role


def test_a_role_without_signature_is_left_alone(fakes: Fakes) -> None:
    """Nothing is inserted into the chain."""
    session, _ = install(fakes, "admin", "mfa", sign_request=False)
    assert session.chain.inserted == []


def test_a_role_in_configure_does_not_prompt(fakes: Fakes) -> None:
    """But a cached one is shown."""
    session, _ = install(fakes, "admin", "mfa", command="configure")
    [(_, role)] = session.chain.inserted
    assert not role._profile_provider_builder.providers("mfa")[0]._asks


def test_a_role_with_mfa_session_off_is_left_to_the_cli_with_our_codes(fakes: Fakes) -> None:
    """The CLI's own provider, with our sources of codes instead of its prompt."""
    session, _ = install(fakes, "off")
    [(before, role)] = session.chain.inserted
    assert before == "assume-role"
    assert not isinstance(role, RoleOnSessionProvider)
    fakes.terminal = FakeTerminal("123456")
    assert role._profile_name == "off"


@pytest.mark.parametrize(("command", "wrapped"), [("s3", ["s3"]), ("gone", [])])
def test_on_v1_the_command_reports_our_errors(
    fakes: Fakes, command: str, wrapped: list[str]
) -> None:
    """v2 has a class for them; a command that isn't in the table is left alone."""
    _, process = install(fakes, "mfa", command=command)
    assert [
        name for name, entry in process.table.items() if isinstance(entry, ReportingCommand)
    ] == wrapped


def test_a_renewal_reads_the_session_and_makes_a_new_one(fakes: Fakes) -> None:
    """A login with its reason; AWS's answer isn't in the history."""
    recorder = get_global_history_recorder()
    recorder.enable()
    fakes.terminal = FakeTerminal("123456")
    fakes.files.config["mfa"] = {**fakes.files.config["mfa"], "region": "eu-west-1"}
    renewal = renewal_hooks._renewal("mfa", context(fakes))
    assert renewal.session().access_key_id == "ASIA1"
    assert len(fakes.sts.calls) == 1
    assert renewal.session().access_key_id == "ASIA1"
    assert len(fakes.sts.calls) == 1
    assert recorder._enabled
    recorder.disable()


def test_a_renewal_uses_a_session_that_another_process_made(fakes: Fakes) -> None:
    """First from the files as the CLI read them, then as they are now."""
    fakes.files.credentials["mfa"] = session_section(age=43_000)
    here = context(fakes)
    reads: list[str] = []

    def as_read(profile: Any) -> Any:
        reads.append(profile.name)
        return fakes.files.session_of(profile)

    vars(here)["session_of"] = as_read
    first = renewal_hooks._renewal("mfa", here)
    assert first.stored()
    assert reads == ["mfa"]
    fakes.files.credentials["mfa"] = session_section()
    assert first.session() == fakes.files.session_of(fakes.files.profile("mfa"))
    assert fakes.sts.calls == []


@pytest.mark.parametrize(
    ("answers", "keys", "code"),
    [(["123456"], LONG_LIVED, "123456"), ([], session_section(), None)],
)
def test_a_role_with_mfa_session_off_gets_its_code_from_our_sources(
    fakes: Fakes, answers: list[str], keys: dict[str, str], code: str | None
) -> None:
    """Two hours with temporary keys are refused before any prompt."""
    fakes.terminal = FakeTerminal(*answers)
    fakes.files.credentials["default"] = dict(keys)
    fakes.files.config["off"] = {**fakes.files.config["off"], "duration_seconds": "7200"}
    session = FakeSession(fakes)
    renewal_hooks._ask_for_role(session, session.chain, "off", context(fakes))
    [(_, role)] = session.chain.inserted
    if code:
        assert role._prompter("Enter MFA code") == code
    else:
        with pytest.raises(MfaSessionError):
            role._prompter("Enter MFA code")


def test_a_role_that_aws_refuses_for_chaining_is_explained(fakes: Fakes) -> None:
    """Other answers are unchanged."""
    session = FakeSession(fakes)
    events: dict[str, Any] = {}
    client = SimpleNamespace(
        meta=SimpleNamespace(events=SimpleNamespace(register=events.__setitem__))
    )
    session.create_client = lambda *_, **__: client  # type: ignore[method-assign]
    renewal_hooks._ask_for_role(session, session.chain, "off", context(fakes))
    [(_, role)] = session.chain.inserted
    assert role._client_creator("sts") is client
    assert role._load_config() is session.full_config
    assert (role._profile_name, role.cache) == ("off", session.chain.cache)
    assert role._profile_provider_builder
    explain = events["after-call.sts.AssumeRole"]
    explain(parsed={})
    explain(parsed={"Error": {"Message": "Not authorized"}})
    with pytest.raises(MfaSessionError):
        explain(parsed={"Error": {"Message": "… for roles assumed by role chaining."}})
