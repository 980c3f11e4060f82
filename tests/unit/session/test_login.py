"""One login, from the options to the resulting files."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from awscli_mfa_plugin.errors import (
    AnswerLostError,
    BusyError,
    CancelledError,
    CannotAskError,
    ConfigurationError,
    MfaError,
    PermissionDeniedError,
    UnknownDeviceError,
    UnwritableFileError,
    UsageError,
    WrongCodeError,
)
from awscli_mfa_plugin.session.login import LoginResult, login
from awscli_mfa_plugin.session.plan import LoginRequest
from awscli_mfa_plugin.session.records import MfaDevice, Session
from tests.fakes import (
    LONG_LIVED,
    NOW,
    SERIAL,
    FakeFiles,
    FakeIam,
    FakeLocks,
    Fakes,
    FakeTerminal,
    FakeTokenProcess,
    Sections,
    SessionTokenCall,
    session_section,
)

MARKED = {"mfa_source_profile": "default", "mfa_serial": SERIAL, "region": "eu-west-1"}
IN_ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "secret-env"}
NEW_SESSION = {
    "aws_access_key_id": "ASIA1",
    "aws_secret_access_key": "secret-1",
    "aws_session_token": "token-1",
    "expiration": "2026-11-24T21:00:00+00:00",
    "issued": "2026-11-24T09:00:00+00:00",
    "issued_key": "2026-11-24T09:00:00+00:00 b1b36d22b7ab353e3f784f0affd40055",
    "manager": "awscli-mfa-plugin",
}

CACHED = Session("ASIA1", "secret-1", "token-1", NOW + timedelta(hours=12), NOW)


def request(profile: str = "mfa", **options: Any) -> LoginRequest:
    """Return the request of a command line."""
    return LoginRequest(profile, **options)


def fakes_of(
    config: Sections | None = None, credentials: Sections | None = None, *codes: str
) -> Fakes:
    """Return fakes with keys in default, and somebody who types codes."""
    keys = {"default": LONG_LIVED}
    files = FakeFiles(config, keys | (credentials or {}))
    return Fakes(files=files, terminal=FakeTerminal(*(codes or ("123456",))))


def test_a_first_login_writes_the_session_and_saves_settings() -> None:
    """Source profile and serial in the config file, the session in the credentials file."""
    fakes = fakes_of()
    result = login(request(), fakes.ports())
    found = {"mfa_source_profile": "default", "mfa_serial": SERIAL}
    assert result == LoginResult(
        "mfa", "default", SERIAL, "renewed", NOW + timedelta(hours=12), found, 43_200
    )
    assert fakes.files.credentials == {"default": LONG_LIVED, "mfa": NEW_SESSION}
    assert fakes.files.config == {"mfa": found}
    assert fakes.sts.calls == [SessionTokenCall("AKIAADA", SERIAL, "123456", 43_200, "us-east-1")]


def test_the_next_login_calls_no_iam_and_saves_nothing() -> None:
    """Everything is known by then; the config file isn't even checked for writing."""
    fakes = fakes_of({"mfa": MARKED})
    result = login(request(), fakes.ports())
    assert result.settings == {}
    assert fakes.iam.calls == []
    assert fakes.files.checked == [False]
    assert fakes.files.writes == [("session", "mfa")]


def test_other_lines_of_the_section_stay() -> None:
    """Except a token under its old name."""
    section = session_section(age=50_000, output="json", aws_security_token="stale")
    fakes = fakes_of({"mfa": MARKED}, {"mfa": section})
    login(request(), fakes.ports())
    assert fakes.files.credentials["mfa"] == NEW_SESSION | {"output": "json"}


KEPT_SETTINGS: dict[str, tuple[dict[str, str], dict[str, Any], dict[str, str], dict[str, str]]] = {
    "another source": (
        MARKED,
        {"source_profile": "a"},
        {},
        {"mfa_source_profile": "a"},
    ),
    "another device": (
        MARKED,
        {"mfa_serial": "GAHT12345678"},
        {},
        {"mfa_serial": "GAHT12345678"},
    ),
    "the same device": (MARKED, {"mfa_serial": SERIAL}, {}, {}),
    "another region for once": (MARKED, {"region": "eu-south-1"}, {}, {}),
    "the first region": (
        {"mfa_source_profile": "default", "mfa_serial": SERIAL},
        {"region": "eu-south-1"},
        {},
        {"region": "eu-south-1"},
    ),
    "the region of the source": (
        {"mfa_source_profile": "a", "mfa_serial": SERIAL},
        {},
        {},
        {"region": "r-of-a"},
    ),
    "a peers' layout": (
        {"source_profile": "a", "mfa_serial": SERIAL, "region": "x"},
        {},
        {},
        {"mfa_source_profile": "a"},
    ),
    "keys in the environment": (
        {"mfa_serial": SERIAL, "region": "x"},
        {},
        IN_ENVIRONMENT,
        {"mfa_session": "on"},
    ),
    "the environment once more": (
        {"mfa_serial": SERIAL, "region": "x", "mfa_session": "on"},
        {},
        IN_ENVIRONMENT,
        {},
    ),
}


@pytest.mark.parametrize(
    ("config", "options", "environment", "settings"),
    KEPT_SETTINGS.values(),
    ids=KEPT_SETTINGS.keys(),
)
def test_a_login_saves_missing_settings(
    config: dict[str, str],
    options: dict[str, Any],
    environment: dict[str, str],
    settings: dict[str, str],
) -> None:
    """And never writes source_profile, which some SDKs refuse without role_arn."""
    fakes = fakes_of({"mfa": config, "a": {"region": "r-of-a"}}, {"a": LONG_LIVED})
    fakes.environment = environment
    result = login(request(**options), fakes.ports())
    assert result.settings == settings
    assert fakes.files.config["mfa"] == config | settings
    assert fakes.files.checked == [bool(settings)]


def test_a_login_works_without_any_file() -> None:
    """With keys in the environment alone."""
    fakes = Fakes(environment=IN_ENVIRONMENT, terminal=FakeTerminal("123456"))
    result = login(request(), fakes.ports())
    assert (result.source_profile, result.mfa_serial) == ("", SERIAL)
    assert fakes.files.config == {"mfa": {"mfa_session": "on", "mfa_serial": SERIAL}}
    assert fakes.sts.calls[0].access_key_id == "AKIAENV"


REGIONS: dict[str, tuple[dict[str, str], dict[str, Any], dict[str, str], str]] = {
    "known": (MARKED, {}, {}, "eu-west-1"),
    "requested": (MARKED, {"region": "eu-south-1"}, {}, "eu-south-1"),
    "of the environment": ({"mfa_serial": SERIAL}, {}, {"AWS_REGION": "r-env"}, "r-env"),
    "of AWS": ({"mfa_serial": SERIAL}, {}, {}, "us-east-1"),
    "of hardware": ({"mfa_serial": "GAHT12345678"}, {}, {}, "us-east-1"),
    "of GovCloud": (
        {"mfa_serial": "arn:aws-us-gov:iam::123456789012:mfa/team/ada"},
        {},
        {},
        "us-gov-west-1",
    ),
    "of China": ({"mfa_serial": "arn:aws-cn:iam::123456789012:mfa/ada"}, {}, {}, "cn-north-1"),
}


@pytest.mark.parametrize(
    ("config", "options", "environment", "region"), REGIONS.values(), ids=REGIONS.keys()
)
def test_sts_is_called_at_a_regional_endpoint(
    config: dict[str, str], options: dict[str, Any], environment: dict[str, str], region: str
) -> None:
    """The configured region, else one of the serial's partition, which isn't saved."""
    fakes = fakes_of({"mfa": config})
    fakes.environment = environment
    result = login(request(**options), fakes.ports())
    assert fakes.sts.calls[0].region == region
    is_known = bool(environment or options or "region" in config)
    assert ("region" in fakes.files.config["mfa"]) is is_known
    assert "region" not in result.settings or environment


def test_the_expiration_is_the_one_that_sts_returned() -> None:
    """Root gets an hour, whatever is requested."""
    fakes = fakes_of({"mfa": MARKED})
    fakes.sts.answers = [3600]
    result = login(request(duration_seconds=7200), fakes.ports())
    assert fakes.sts.calls[0].duration_seconds == 7200
    assert result.expiration == NOW + timedelta(hours=1)
    assert fakes.files.credentials["mfa"]["expiration"] == "2026-11-24T10:00:00+00:00"


KEPT: dict[str, tuple[dict[str, str], dict[str, Any], bool]] = {
    "just made": (session_section(age=1), {}, True),
    "a second before the window": (session_section(age=43_200 - 901), {}, True),
    "inside the window": (session_section(age=43_200 - 899), {}, False),
    "over": (session_section(age=43_200), {}, False),
    "short, ten minutes old": (session_section(900, age=600), {}, True),
    "short, inside its window": (session_section(900, age=676), {}, False),
    "forced": (session_section(age=1), {"force": True}, False),
    "enough for the job": (session_section(age=3600), {"min_remaining": 39_600}, True),
    "a second too little": (session_section(age=3601), {"min_remaining": 39_600}, False),
    "inside the window, but enough": (
        session_section(age=43_200 - 100),
        {"min_remaining": 60},
        True,
    ),
    "anything that lives": (session_section(age=43_199), {"min_remaining": 0}, True),
    "nothing that lives": (session_section(age=43_200), {"min_remaining": 0}, False),
    "enough, and forced": (session_section(age=9), {"min_remaining": 0, "force": True}, False),
    "an end that can't be read": (session_section(expiration="soon"), {}, False),
    "without its start": (session_section(issued=""), {}, True),
    "without its start, forced": (session_section(issued=""), {"force": True}, False),
}


@pytest.mark.parametrize(("section", "options", "is_kept"), KEPT.values(), ids=KEPT.keys())
def test_a_valid_session_is_kept(
    section: dict[str, str], options: dict[str, Any], is_kept: object
) -> None:
    """Without a prompt, a lock or a write; other sessions are renewed."""
    fakes = fakes_of({"mfa": MARKED}, {"mfa": section})
    result = login(request(**options), fakes.ports())
    assert (result.outcome == "kept") is is_kept
    assert (result.outcome == "renewed") is not is_kept
    assert (len(fakes.sts.calls), len(fakes.terminal.questions)) == ((0, 0) if is_kept else (1, 1))
    assert (fakes.files.writes == []) is is_kept
    assert (fakes.locks.requests == []) is is_kept
    assert (result.source_profile, result.mfa_serial) == ("default", SERIAL)


def test_the_result_has_the_expiration_of_a_kept_session() -> None:
    """As that of a renewed one."""
    fakes = fakes_of({"mfa": MARKED}, {"mfa": session_section(age=3600)})
    assert login(request(), fakes.ports()) == LoginResult(
        "mfa", "default", SERIAL, "kept", NOW + timedelta(hours=11)
    )


def test_a_dry_run_says_what_would_be_done() -> None:
    """Without a prompt, a code, a lock or a write."""
    fakes = fakes_of({"default": {"region": "eu-west-1", "duration_seconds": "900"}})
    result = login(request(dry_run=True, token_code="123456"), fakes.ports())
    settings = {"mfa_source_profile": "default", "mfa_serial": SERIAL, "region": "eu-west-1"}
    assert result == LoginResult("mfa", "default", SERIAL, "planned", None, settings, 43_200)
    assert (fakes.terminal.questions, fakes.sts.calls, fakes.locks.requests) == ([], [], [])
    assert (fakes.files.writes, fakes.files.checked) == ([], [])
    assert not fakes.used_codes.used


def test_a_dry_run_keeps_a_valid_session() -> None:
    """With --force it would be renewed."""
    fakes = fakes_of({"mfa": MARKED}, {"mfa": session_section(age=1)})
    assert login(request(dry_run=True), fakes.ports()).outcome == "kept"
    assert login(request(dry_run=True, force=True), fakes.ports()).outcome == "planned"


USAGE: dict[str, tuple[LoginRequest, type[MfaError], str]] = {
    "too short": (request(duration_seconds=899), UsageError, "900 to 129600"),
    "too long": (request(duration_seconds=129_601), UsageError, "900 to 129600"),
    "less than nothing": (request(min_remaining=-1), UsageError, "--min-remaining"),
    "a user's ARN": (
        request(mfa_serial="arn:aws:iam::123456789012:user/ada"),
        ConfigurationError,
        "user's ARN",
    ),
    "a short serial": (request(mfa_serial="GAHT1"), ConfigurationError, "9 to 256"),
    "a bracket in the name": (request("a]"), ConfigurationError, "profile name"),
    "a newline in the name": (request("a\nb"), ConfigurationError, "profile name"),
    "no name": (request(""), ConfigurationError, "profile name"),
}


@pytest.mark.parametrize(("options", "error", "what"), USAGE.values(), ids=USAGE.keys())
def test_impossible_options_are_refused_before_anything_is_read(
    options: LoginRequest, error: type[MfaError], what: str
) -> None:
    """Also if the session would be kept."""

    class Unread(FakeFiles):
        def profile(self, name: str) -> Any:
            raise AssertionError(name)

    fakes = Fakes(files=Unread())
    with pytest.raises(error, match=what):
        login(options, fakes.ports())


UNFIT: dict[str, tuple[Sections, Sections, str]] = {
    "a role": ({"mfa": {"role_arn": "x"}}, {}, "from role_arn"),
    "SSO": ({"mfa": {"sso_session": "x"}}, {}, "from sso_session"),
    "a process": ({"mfa": {"credential_process": "x"}}, {}, "from credential_process"),
    "another tool's session": ({}, {"mfa": session_section(manager="awsume")}, "from awsume"),
    "switched off": ({"mfa": {"mfa_session": "off"}}, {}, "mfa_session = off"),
    "its own source": ({"mfa": {"mfa_source_profile": "mfa"}}, {}, "to make its own session from"),
    "keys of its own, and a role": (
        {"mfa": {"role_arn": "x"}},
        {"mfa": LONG_LIVED},
        "from role_arn",
    ),
    "keys of its own, switched off": (
        {"mfa": {"mfa_session": "off"}},
        {"mfa": LONG_LIVED},
        "mfa_session = off",
    ),
    "a temporary source": (
        {"mfa": {"mfa_source_profile": "t"}},
        {"t": session_section()},
        "has temporary keys",
    ),
    "a wrong duration": (
        {"mfa": MARKED | {"duration_seconds": "soon"}},
        {},
        "duration_seconds = soon",
    ),
    "a FIDO device": (
        {"mfa": {"mfa_serial": "arn:aws:iam::123456789012:u2f/user/ada/k"}},
        {},
        "is a FIDO device",
    ),
}


@pytest.mark.parametrize("dry_run", [False, True], ids=["login", "dry run"])
@pytest.mark.parametrize(("config", "credentials", "what"), UNFIT.values(), ids=UNFIT.keys())
def test_problems_are_errors_before_the_prompt(
    config: Sections, credentials: Sections, what: str, dry_run: object
) -> None:
    """Of target, source, device and duration; nothing is changed."""
    fakes = fakes_of(config, credentials)
    with pytest.raises(ConfigurationError, match=what):
        login(request(dry_run=bool(dry_run)), fakes.ports())
    assert (fakes.terminal.questions, fakes.sts.calls, fakes.files.writes) == ([], [], [])
    assert fakes.locks.holding == []


def test_an_unwritable_file_is_an_error_before_a_code_is_used() -> None:
    """Both files are checked if both would be written."""
    fakes = fakes_of()
    fakes.files.refusal = UnwritableFileError("the file", "is a bind mount", "")
    with pytest.raises(UnwritableFileError):
        login(request(), fakes.ports())
    assert (fakes.files.checked, fakes.terminal.questions, fakes.sts.calls) == ([True], [], [])


def test_keys_that_appear_while_the_code_is_typed_stay() -> None:
    """The session goes to the cache."""
    fakes = fakes_of({"mfa": MARKED})

    class Meanwhile(FakeTerminal):
        def ask(self, question: str, *, hidden: bool = False) -> str:
            fakes.files.credentials["mfa"] = dict(LONG_LIVED)
            return super().ask(question, hidden=hidden)

    fakes.terminal = Meanwhile("123456")
    assert login(request(), fakes.ports()).outcome == "renewed"
    assert fakes.files.credentials["mfa"] == LONG_LIVED
    assert fakes.files.cached == {"mfa": CACHED}


FAILURES: list[MfaError] = [
    CancelledError("Cancelled."),
    CannotAskError("Nobody answered."),
]


@pytest.mark.parametrize("error", FAILURES, ids=lambda error: type(error).__name__)
def test_a_login_without_a_code_changes_nothing(error: MfaError) -> None:
    """After Ctrl-C, Ctrl-D, or without a terminal."""
    fakes = fakes_of()
    fakes.terminal = FakeTerminal(error)
    with pytest.raises(type(error)):
        login(request(), fakes.ports())
    assert (fakes.files.writes, fakes.sts.calls, fakes.locks.holding) == ([], [], [])


@pytest.mark.parametrize(
    "error",
    [WrongCodeError("wrong"), UnknownDeviceError("unknown"), AnswerLostError("lost")],
    ids=lambda error: type(error).__name__,
)
def test_a_login_that_aws_refuses_changes_nothing(error: MfaError) -> None:
    """Neither the session that was there nor the settings."""
    old = session_section(age=43_000)
    fakes = fakes_of({"mfa": {}}, {"mfa": old})
    fakes.sts.answers = [error]
    with pytest.raises(type(error)):
        login(request(token_code="123456"), fakes.ports())
    assert (fakes.files.writes, fakes.files.credentials["mfa"]) == ([], old)


def test_a_wrong_code_on_a_terminal_prompts_again() -> None:
    """The login continues with the same lock."""
    fakes = fakes_of({"mfa": MARKED}, {}, "111111", "222222", "123456")
    fakes.sts.answers = [WrongCodeError("wrong"), WrongCodeError("wrong"), 43_200]
    assert login(request(), fakes.ports()).outcome == "renewed"
    assert [name.split()[0] for name, _ in fakes.locks.requests] == [
        "session",
        *["device"] * 3,
    ]


PROMPTS: dict[str, tuple[Sections, bool]] = {
    "shown": ({"mfa": MARKED}, False),
    "hidden": ({"mfa": MARKED | {"mfa_prompt": "hidden"}}, True),
    "hidden, any case": ({"mfa": MARKED | {"mfa_prompt": "Hidden"}}, True),
    "hidden by the source": ({"mfa": MARKED, "default": {"mfa_prompt": "hidden"}}, True),
    "shown in spite of the source": (
        {"mfa": MARKED | {"mfa_prompt": "shown"}, "default": {"mfa_prompt": "hidden"}},
        False,
    ),
    "hidden in spite of the source's never": (
        {"mfa": MARKED | {"mfa_prompt": "hidden"}, "default": {"mfa_prompt": "never"}},
        True,
    ),
}


@pytest.mark.parametrize(("config", "hidden"), PROMPTS.values(), ids=PROMPTS.keys())
def test_the_code_is_shown_while_typing_unless_hidden(config: Sections, hidden: object) -> None:
    """By ``mfa_prompt`` of the session profile, or of its source."""
    fakes = fakes_of(config)
    login(request(), fakes.ports())
    assert fakes.terminal.hidden == [hidden]


SILENT: dict[str, tuple[Sections, dict[str, str], str]] = {
    "by the profile": ({"mfa": MARKED | {"mfa_prompt": "never"}}, {}, "mfa_prompt = never"),
    "by the source": (
        {"mfa": MARKED, "default": {"mfa_prompt": "never"}},
        {},
        "mfa_prompt = never",
    ),
    "for one call": ({"mfa": MARKED}, {"AWS_MFA_PROMPT": "never"}, "AWS_MFA_PROMPT=never"),
    "on CI": ({"mfa": MARKED}, {"CI": "true"}, "CI is set"),
}


@pytest.mark.parametrize(("config", "environment", "reason"), SILENT.values(), ids=SILENT.keys())
def test_prompts_can_be_forbidden(
    config: Sections, environment: dict[str, str], reason: str
) -> None:
    """The error says by what; a code from elsewhere still works."""
    fakes = fakes_of(config)
    fakes.environment = environment
    with pytest.raises(CannotAskError, match=reason):
        login(request(), fakes.ports())
    assert fakes.terminal.questions == []
    assert login(request(token_code="123456"), fakes.ports()).outcome == "renewed"


PROCESSES: dict[str, tuple[Sections, str]] = {
    "the session profile's": (
        {"mfa": MARKED | {"mfa_process": "own"}, "default": {"mfa_process": "inherited"}},
        "own",
    ),
    "inherited from the source": (
        {"mfa": MARKED, "default": {"mfa_process": "inherited"}},
        "inherited",
    ),
    "inherited from another source": (
        {
            "mfa": {"mfa_source_profile": "a", "source_profile": "b", "mfa_serial": SERIAL},
            "a": {"mfa_process": "of a"},
            "b": {"mfa_process": "of b"},
        },
        "of a",
    ),
    "inherited by the peers' layout": (
        {
            "mfa": {"source_profile": "a", "mfa_serial": SERIAL},
            "a": {"mfa_process": "of a"},
            "default": {"mfa_process": "of default"},
        },
        "of a",
    ),
    "inherited from default, the source of a new profile": (
        {"default": {"mfa_process": "of default"}},
        "of default",
    ),
}


@pytest.mark.parametrize(("config", "command"), PROCESSES.values(), ids=PROCESSES.keys())
def test_the_code_may_come_from_a_command(config: Sections, command: str) -> None:
    """From the profile's setting, or its source profile's."""
    fakes = fakes_of(config, {"a": LONG_LIVED})
    fakes.token_process = FakeTokenProcess("654321\n")
    login(request(), fakes.ports())
    assert fakes.token_process.commands == [command]
    assert fakes.sts.calls[0].token_code == "654321"
    assert fakes.terminal.questions == []


def test_the_command_of_a_named_source_is_used() -> None:
    """Not the saved source's."""
    config = {"mfa": MARKED, "a": {"mfa_process": "of a"}, "default": {"mfa_process": "no"}}
    fakes = fakes_of(config, {"a": LONG_LIVED})
    fakes.token_process = FakeTokenProcess("654321")
    login(request(source_profile="a"), fakes.ports())
    assert fakes.token_process.commands == ["of a"]


def test_if_listing_devices_is_denied_the_serial_is_prompted_for_and_saved() -> None:
    """Then the code."""
    fakes = fakes_of({}, {}, SERIAL, "123456")
    fakes.iam = FakeIam(PermissionDeniedError("denied"))
    login(request(), fakes.ports())
    assert len(fakes.terminal.questions) == 2
    assert fakes.files.config["mfa"]["mfa_serial"] == SERIAL


WAITS: dict[str, tuple[FakeTerminal, dict[str, str], int]] = {
    "a person can take over": (FakeTerminal("123456"), {}, 150),
    "nobody can": (FakeTerminal(nobody="no terminal"), {}, 30),
    "nobody may": (FakeTerminal("123456"), {"CI": "1"}, 30),
}


@pytest.mark.parametrize(("terminal", "environment", "seconds"), WAITS.values(), ids=WAITS.keys())
def test_another_login_to_the_profile_is_waited_for(
    terminal: FakeTerminal, environment: dict[str, str], seconds: int
) -> None:
    """One prompt for a session at a time; with a terminal the wait is longer."""
    fakes = fakes_of({"mfa": MARKED})
    fakes.terminal, fakes.environment = terminal, environment
    login(request(token_code="123456"), fakes.ports())
    name = f"session {FakeFiles.credentials_path} mfa"
    assert fakes.locks.requests[0] == (name, seconds)


def other_login(fakes: Fakes, section: dict[str, str]) -> None:
    """Let another process log in while this one waits for the profile's lock."""

    def log_in(name: str) -> None:
        if name.startswith("session "):
            fakes.clock.advance(5)
            fakes.files.credentials["mfa"] = dict(section)

    fakes.locks.meanwhile = log_in


@pytest.mark.parametrize("force", [False, True])
def test_a_session_that_another_process_made_meanwhile_is_used(force: object) -> None:
    """Also with --force: it is new."""
    fakes = fakes_of({"mfa": MARKED}, {"mfa": session_section(age=43_100)})
    other_login(fakes, session_section(now=NOW + timedelta(seconds=4)))
    result = login(request(force=bool(force)), fakes.ports())
    assert result.outcome == "kept"
    assert result.expiration == NOW + timedelta(hours=12, seconds=4)
    assert (fakes.terminal.questions, fakes.sts.calls) == ([], [])


def test_a_session_of_the_same_second_is_new_for_a_forced_login() -> None:
    """Times are written in seconds: the other process didn't start earlier."""
    fakes = fakes_of({"mfa": MARKED}, {"mfa": session_section(age=43_100)})
    fakes.clock.advance(0.7)
    other_login(fakes, session_section(now=NOW))
    assert login(request(force=True), fakes.ports()).outcome == "kept"


def test_a_forced_login_ignores_an_older_session() -> None:
    """Only one made since its start is used."""
    fakes = fakes_of({"mfa": MARKED}, {"mfa": session_section(age=60)})
    fakes.locks.meanwhile = lambda _: fakes.clock.advance(5)
    assert login(request(force=True), fakes.ports()).outcome == "renewed"


def test_min_remaining_over_the_duration_is_refused() -> None:
    """It would renew forever."""
    fakes = fakes_of({"mfa": MARKED})
    with pytest.raises(UsageError, match="more than a new session would last"):
        login(request(min_remaining=3601, duration_seconds=3600), fakes.ports())
    assert fakes.sts.calls == []


def test_keys_that_appear_while_waiting_are_respected() -> None:
    """The profile is read again under the lock."""
    fakes = fakes_of({"mfa": MARKED})
    other_login(fakes, LONG_LIVED)
    with pytest.raises(ConfigurationError, match="has its own long-lived keys"):
        login(request(), fakes.ports())
    assert fakes.files.credentials["mfa"] == LONG_LIVED
    assert fakes.terminal.questions == []


def test_a_role_that_appears_while_waiting_is_refused() -> None:
    """The profile is checked again before the write."""
    fakes = fakes_of({"mfa": MARKED})

    def change(_: str) -> None:
        fakes.files.config["mfa"] = {"role_arn": "x"}

    fakes.locks.meanwhile = change
    with pytest.raises(ConfigurationError, match="from role_arn"):
        login(request(), fakes.ports())
    assert (fakes.terminal.questions, fakes.files.writes) == ([], [])


def busy_fakes(section: dict[str, str] | None) -> Fakes:
    """Return fakes in which another process never lets go of the profile's lock."""
    locks = FakeLocks()
    locks.busy["session "] = "process 7 on /dev/pts/3\x1b[2J"
    fakes = fakes_of({"mfa": MARKED}, {"mfa": section} if section else {})
    fakes.locks = locks
    return fakes


def test_a_locked_profile_with_a_valid_session_keeps_it() -> None:
    """Though it is expiring; a message names the other process, escaped."""
    fakes = busy_fakes(session_section(age=43_100))
    result = login(request(), fakes.ports())
    assert (result.outcome, result.expiration) == ("expiring", NOW + timedelta(seconds=100))
    assert len(fakes.notes) == 2
    assert "Waiting for process 7 on /dev/pts/3\\x1b[2J" in fakes.notes[0]
    assert "Using the old session" in fakes.notes[1]
    assert fakes.files.writes == []


BUSY: dict[str, tuple[dict[str, str] | None, dict[str, Any]]] = {
    "no session": (None, {}),
    "one that is over": (session_section(age=43_200), {}),
    "a new one is wanted": (session_section(age=43_100), {"force": True}),
    "more must be left": (session_section(age=43_100), {"min_remaining": 101}),
}


@pytest.mark.parametrize(("section", "options"), BUSY.values(), ids=BUSY.keys())
def test_a_locked_profile_without_a_valid_session_is_an_error(
    section: dict[str, str] | None, options: dict[str, Any]
) -> None:
    """With a remedy; no prompt, nothing written."""
    fakes = busy_fakes(section)
    with pytest.raises(BusyError) as caught:
        login(request(**options), fakes.ports())
    assert caught.value.remedy
    assert (fakes.terminal.questions, fakes.files.writes) == ([], [])


def test_twenty_logins_to_one_profile_use_one_code() -> None:
    """One prompts, the others find its session."""
    fakes = fakes_of({"mfa": MARKED})
    outcomes = [login(request(), fakes.ports()).outcome for _ in range(20)]
    assert outcomes == ["renewed", *["kept"] * 19]
    assert len(fakes.sts.calls) == 1


def test_two_profiles_with_one_device_dont_use_a_code_twice() -> None:
    """The second waits for the next code."""
    fakes = fakes_of({"a": MARKED, "b": MARKED}, {}, "123456", "123456", "654321")
    login(request("a"), fakes.ports())
    login(request("b"), fakes.ports())
    assert [call.token_code for call in fakes.sts.calls] == ["123456", "654321"]
    assert [seconds for seconds, _ in fakes.wait.waits] == [30]


def test_a_request_doesnt_show_its_code() -> None:
    """It may get into a log or a traceback."""
    assert "123456" not in repr(request(token_code="123456"))


@pytest.mark.parametrize(("age", "wait"), [(43_200 - 60, 3), (43_200, 150), (None, 150)])
def test_inside_another_command_a_valid_session_is_used_without_waiting(
    age: int | None, wait: float
) -> None:
    """Another process may be prompting; only an expired session waits for it."""
    credentials: Sections = {"default": dict(LONG_LIVED)}
    if age is not None:
        credentials["mfa"] = session_section(age=age)
    files = FakeFiles({"mfa": dict(MARKED)}, credentials)
    fakes = Fakes(files=files, terminal=FakeTerminal("123456"))
    login(LoginRequest("mfa", reason="It is expiring."), fakes.ports())
    assert [seconds for name, seconds in fakes.locks.requests if name.startswith("session")] == [
        wait
    ]


TWO = (MfaDevice(f"{SERIAL}-1", "virtual"), MfaDevice(f"{SERIAL}-2", "virtual"))


def test_from_the_prompt_back_to_the_menu_of_devices() -> None:
    """The device that was chosen last gives the code, and is saved; IAM is asked once."""
    fakes = fakes_of(None, None, "1", "b", "2", "123456")
    fakes.iam = FakeIam(TWO)
    result = login(request(), fakes.ports())
    assert (result.mfa_serial, len(fakes.iam.calls)) == (f"{SERIAL}-2", 1)
    assert fakes.files.config["mfa"]["mfa_serial"] == f"{SERIAL}-2"
    assert [call.mfa_serial for call in fakes.sts.calls] == [f"{SERIAL}-2"]


def test_back_to_the_menu_after_a_wrong_code() -> None:
    """It was the other device's, maybe."""
    fakes = fakes_of(None, None, "1", "111111", "b", "2", "123456")
    fakes.iam = FakeIam(TWO)
    fakes.sts.answers = [WrongCodeError("Wrong.")]
    assert login(request(), fakes.ports()).mfa_serial == f"{SERIAL}-2"
    assert [call.token_code for call in fakes.sts.calls] == ["111111", "123456"]


QUESTION = "Did you mean 'mfa'? [Y/n] (n creates 'mfaa') "
MEANT: dict[str, tuple[list[str], str]] = {
    "Enter": ([""], "mfa"),
    "yes": (["Y"], "mfa"),
    "its name": (["mfa"], "mfa"),
    "no": (["n"], "mfaa"),
    "no, in full": (["No"], "mfaa"),
    "the new name": (["mfaa"], "mfaa"),
    "after an answer that is neither": (["what?", "n"], "mfaa"),
}


@pytest.mark.parametrize(("answers", "profile"), MEANT.values(), ids=MEANT.keys())
def test_a_new_name_near_that_of_an_mfa_profile_is_asked_about(
    answers: list[str], profile: str
) -> None:
    """Before a code is; a profile that is created beside others is named."""
    fakes = fakes_of({"mfa": MARKED, "dev": {"region": "eu-west-1"}}, None, *answers, "123456")
    assert login(request("mfaa"), fakes.ports()).session_profile == profile
    assert fakes.terminal.shown == ["There is no profile 'mfaa' yet.\n"]
    assert fakes.terminal.questions[:-1] == [QUESTION] * len(answers)
    assert fakes.notes == (["Created profile mfaa."] if profile == "mfaa" else [])
    assert ("mfaa" in fakes.files.config) == (profile == "mfaa")


@pytest.mark.parametrize(
    ("known", "typed"),
    [("mfa", "mfs"), ("mfa", "maf"), ("mfa", "mf"), ("mf", "m"), ("work-mfa", "wrok-mfa")],
)
def test_one_mistake_is_seen(known: str, typed: str) -> None:
    """A wrong letter, two swapped, one missing."""
    fakes = fakes_of({known: MARKED}, None, "", "123456")
    assert login(request(typed), fakes.ports()).session_profile == known


def test_the_profile_that_was_meant_may_have_a_valid_session() -> None:
    """Then no code is asked for."""
    fakes = fakes_of({"mfa": MARKED}, {"mfa": session_section()}, "y")
    assert login(request("mfaa"), fakes.ports()).outcome == "kept"


def test_no_answer_to_that_changes_nothing() -> None:
    """Three answers that are neither end it."""
    fakes = fakes_of({"mfa": MARKED}, None, "what?", "who?", "why?", "123456")
    with pytest.raises(CancelledError, match="Nothing was changed"):
        login(request("mfaa"), fakes.ports())
    assert fakes.files.writes == []


CREATED: dict[str, tuple[Sections, str, list[str]]] = {
    "another name": ({"mfa": MARKED}, "production", ["Created profile production."]),
    "a name of the same kind": ({"mfa-work": MARKED}, "mfa-home", ["Created profile mfa-home."]),
    "no MFA profile": ({"mfb": {"region": "eu-west-1"}}, "mfaa", []),
    "an existing profile": ({"mfa": MARKED, "mfaa": {"region": "eu-west-1"}}, "mfaa", []),
}


@pytest.mark.parametrize(("config", "name", "notes"), CREATED.values(), ids=CREATED.keys())
def test_other_names_arent_asked_about(config: Sections, name: str, notes: list[str]) -> None:
    """Only the code is."""
    fakes = fakes_of(config)
    assert login(request(name), fakes.ports()).session_profile == name
    assert len(fakes.terminal.questions) == 1
    assert fakes.notes == notes


@pytest.mark.parametrize("given", [{"nobody": "CI is set"}, {}])
def test_with_nobody_to_ask_the_profile_is_created_and_named(given: dict[str, str]) -> None:
    """By an option or mfa_prompt of the source too."""
    never = {"mfa_prompt": "never"}
    fakes = fakes_of({"mfa": MARKED, "default": {} if given else never})
    fakes.terminal = FakeTerminal(**given)
    login(request("mfaa", token_code="123456"), fakes.ports())
    assert fakes.notes == ["Created profile mfaa."]


def test_a_dry_run_asks_which_profile_is_meant_too() -> None:
    """And plans for that one."""
    fakes = fakes_of({"mfa": MARKED}, None, "y")
    assert login(request("mfaa", dry_run=True), fakes.ports()).session_profile == "mfa"
    assert fakes.files.writes == []
