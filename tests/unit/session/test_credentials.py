"""Which session is handed to what isn't ``aws``, and in which form."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from awscli_mfa_plugin.errors import (
    CancelledError,
    ConfigurationError,
    MfaError,
    UsageError,
    WrongCodeError,
)
from awscli_mfa_plugin.session.credentials import (
    CredentialsRequest,
    check_min_remaining,
    check_remaining,
    check_request,
    ini_form,
    living_session,
    process_form,
    region_of_handout,
    set_aside,
    variables_of,
    way_to_source,
)
from awscli_mfa_plugin.session.records import Profile, Session
from tests.fakes import LONG_LIVED, NOW, SERIAL, FakeFiles, FakeTerminal, World, session_section

MANAGED = {"mfa_source_profile": "default", "mfa_serial": SERIAL}
ROLE = {"role_arn": "arn:aws:iam::123456789012:role/Admin"}
SESSION = Session("ASIA1", "secret-1", "token-1", NOW + timedelta(hours=1), NOW)


def files(**config: dict[str, str]) -> FakeFiles:
    """Return files with these config sections beside a managed profile and its source."""
    return FakeFiles({"mfa": dict(MANAGED), **config}, {"default": dict(LONG_LIVED)})


WAYS: dict[str, tuple[str, dict[str, dict[str, str]], tuple[str, ...]]] = {
    "a managed profile": ("mfa", {}, ("mfa",)),
    "one with its own keys": ("default", {"default": {"mfa_session": "on"}}, ("default",)),
    "a role on one": ("admin", {"admin": {**ROLE, "source_profile": "mfa"}}, ("admin", "mfa")),
    "a role on a role": (
        "deploy",
        {
            "deploy": {**ROLE, "source_profile": "admin"},
            "admin": {**ROLE, "source_profile": "mfa"},
        },
        ("deploy", "admin", "mfa"),
    ),
}


@pytest.mark.parametrize(("name", "config", "way"), WAYS.values(), ids=WAYS.keys())
def test_the_way_to_the_source(
    name: str, config: dict[str, dict[str, str]], way: tuple[str, ...]
) -> None:
    """Roles are followed to the managed profile that they stand on."""
    assert way_to_source(name, {}, files(**config)) == way


def test_a_session_whose_mark_is_gone_is_handed_out() -> None:
    """What this plugin wrote is its own, also when the profile isn't managed any more."""
    has = FakeFiles({}, {"old": session_section()})
    assert way_to_source("old", {}, has) == ("old",)


NO_WAYS: dict[str, tuple[str, dict[str, dict[str, str]], str]] = {
    "unmanaged": ("default", {}, "isn't managed."),
    "switched off": ("mfa", {"mfa": {**MANAGED, "mfa_session": "off"}}, "(mfa_session = off)"),
    "a role that is switched off": (
        "admin",
        {"admin": {**ROLE, "source_profile": "mfa", "mfa_session": "off"}},
        "left to the CLI",
    ),
    "a role on an unmanaged profile": (
        "admin",
        {"admin": {**ROLE, "source_profile": "default"}},
        "Profile default has no MFA session",
    ),
    "a role without a source": ("admin", {"admin": dict(ROLE)}, "has no source_profile"),
    "a role that leads back to itself": (
        "admin",
        {"admin": {**ROLE, "source_profile": "admin"}},
        "leads back to itself",
    ),
    "SSO": ("sso", {"sso": {"sso_session": "x"}}, "by sso_session"),
    "a process": ("p", {"p": {"credential_process": "get-keys"}}, "by credential_process"),
    "a process that leads here": (
        "tf",
        {"tf": {"credential_process": "awscli-mfa credential-process --profile tf"}},
        "a cycle",
    ),
    "one that leads here by the CLI": (
        "tf",
        {"tf": {"credential_process": "'/a b/aws' mfa credential-process"}},
        "a cycle",
    ),
    "another tool's process of that name": (
        "tf",
        {"tf": {"credential_process": "granted credential-process --profile tf"}},
        "by credential_process; it isn't managed",
    ),
    "missing": ("nobody", {}, "isn't managed"),
}


@pytest.mark.parametrize(("name", "config", "message"), NO_WAYS.values(), ids=NO_WAYS.keys())
def test_where_there_is_no_session_to_hand_out(
    name: str, config: dict[str, dict[str, str]], message: str
) -> None:
    """The error names the profile, the reason and the remedy."""
    with pytest.raises(ConfigurationError) as refused:
        way_to_source(name, {}, files(**config))
    assert message in refused.value.what
    assert refused.value.remedy


def test_switched_off_for_one_call() -> None:
    """``AWS_MFA_SESSION=off`` takes every profile out."""
    with pytest.raises(ConfigurationError, match="AWS_MFA_SESSION=off"):
        way_to_source("mfa", {"AWS_MFA_SESSION": "off"}, files())


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        (CredentialsRequest("mfa", min_remaining=-1), UsageError),
        (CredentialsRequest("a]b"), ConfigurationError),
    ],
)
def test_a_request_that_can_be_told_wrong_at_once(
    request_: CredentialsRequest, error: type[MfaError]
) -> None:
    """No file is read for it."""
    check_request(CredentialsRequest("mfa"))
    with pytest.raises(error):
        check_request(request_)


class VanishingFiles(FakeFiles):
    """Files whose session is seen once."""

    def __init__(self, files: FakeFiles) -> None:
        """Start as ``files`` are."""
        super().__init__(files.config, files.credentials)

    def session_of(self, profile: Profile) -> Session | None:
        """Return the session, and remove it."""
        session = super().session_of(profile)
        self.credentials.pop(profile.name, None)
        return session


def world(age: int | None = 0, *answers: str | BaseException, nobody: str = "") -> World:
    """Return a world in which ``mfa`` has a session of that age, or none."""
    has = files()
    if age is not None:
        has.credentials["mfa"] = session_section(age=age)
    return World(files=has, terminal=FakeTerminal(*answers, nobody=nobody))


def test_a_session_that_lives_is_handed_out_as_it_is() -> None:
    """Nothing is asked, nothing is called."""
    scene = world(3600)
    session = living_session(CredentialsRequest("mfa"), "mfa", scene.ports())
    assert session.access_key_id == "ASIAOLD"
    assert scene.sts.calls == []


def test_a_session_that_is_due_is_renewed() -> None:
    """The question says why."""
    scene = world(43_200 - 60, "123456")
    session = living_session(CredentialsRequest("mfa"), "mfa", scene.ports())
    assert session.access_key_id == "ASIA1"
    assert scene.terminal.told == ["The session of profile mfa is due: 1 min left.\n"]


def test_a_session_that_is_due_serves_where_nobody_is_asked() -> None:
    """It is handed out while it lives."""
    scene = world(43_200 - 60, nobody="there is no terminal")
    assert (
        living_session(CredentialsRequest("mfa"), "mfa", scene.ports()).access_key_id == "ASIAOLD"
    )


def test_a_session_that_is_over_is_not_handed_out() -> None:
    """Where nobody is asked, the error names the login."""
    scene = world(43_200, nobody="there is no terminal")
    with pytest.raises(ConfigurationError) as over:
        living_session(CredentialsRequest("mfa"), "mfa", scene.ports())
    assert over.value.remedy == "Log in: aws mfa login --profile mfa"


def test_a_dismissed_question_without_a_session_is_a_cancellation() -> None:
    """The exit code is then 130."""
    scene = world(None, CancelledError("Cancelled."))
    with pytest.raises(CancelledError):
        living_session(CredentialsRequest("mfa"), "mfa", scene.ports())


def test_min_remaining_renews_a_session_that_is_not_due() -> None:
    """So much must be left."""
    scene = world(3600, "123456")
    request = CredentialsRequest("mfa", min_remaining=43_000)
    assert living_session(request, "mfa", scene.ports()).access_key_id == "ASIA1"


def test_min_remaining_is_kept_to() -> None:
    """A session with less left isn't handed out in its place."""
    scene = world(3600, "123456", "654321", "111111")
    scene.sts.answers = [WrongCodeError("No."), WrongCodeError("No."), WrongCodeError("No.")]
    with pytest.raises(WrongCodeError):
        living_session(CredentialsRequest("mfa", min_remaining=43_000), "mfa", scene.ports())


def test_a_session_that_goes_away_meanwhile() -> None:
    """Another process may log out just then."""
    scene = world(0)
    vanishing = replace(scene.ports(), files=VanishingFiles(scene.files))
    with pytest.raises(ConfigurationError, match="went away meanwhile"):
        living_session(CredentialsRequest("mfa", min_remaining=60), "mfa", vanishing)


def test_patience_bounds_the_wait_for_another_process() -> None:
    """Who called gives up soon, so this one does before."""
    scene = world(None, "123456")
    living_session(CredentialsRequest("mfa", patience=50), "mfa", scene.ports())
    assert [wait for name, wait in scene.locks.asked if name.startswith("session")] == [50]


def test_a_role_that_lasts_too_short() -> None:
    """The error says how long it lasts, and what to change."""
    with pytest.raises(ConfigurationError, match="lasts 1 h") as short:
        check_remaining(CredentialsRequest("admin", min_remaining=7200), SESSION, World().ports())
    assert "duration_seconds" in short.value.remedy


@pytest.mark.parametrize("seconds", [None, 0, 3600])
def test_a_role_that_lasts_long_enough(seconds: int | None) -> None:
    """The bound itself is enough."""
    check_remaining(CredentialsRequest("admin", min_remaining=seconds), SESSION, World().ports())


REGIONS = [
    ("eu-west-1", {"AWS_REGION": "eu-west-2"}, {"region": "eu-west-3"}, "eu-west-1"),
    (None, {"AWS_REGION": "eu-west-2", "AWS_DEFAULT_REGION": "x"}, {"region": "y"}, "eu-west-2"),
    (None, {"AWS_DEFAULT_REGION": "eu-west-2"}, {"region": "eu-west-3"}, "eu-west-2"),
    (None, {}, {"region": "eu-west-3"}, "eu-west-3"),
    (None, {}, {}, ""),
]


@pytest.mark.parametrize(("option", "environment", "config", "region"), REGIONS)
def test_the_region_beside_a_session(
    option: str | None, environment: dict[str, str], config: dict[str, str], region: str
) -> None:
    """As the CLI itself resolves it: option, environment, profile."""
    assert region_of_handout(option, Profile("mfa", config), environment) == region


def test_the_variables_of_a_session() -> None:
    """The expiration has an offset; the region has both names."""
    assert variables_of(SESSION, "eu-west-1") == {
        "AWS_ACCESS_KEY_ID": "ASIA1",
        "AWS_SECRET_ACCESS_KEY": "secret-1",
        "AWS_SESSION_TOKEN": "token-1",
        "AWS_CREDENTIAL_EXPIRATION": "2026-11-24T10:00:00+00:00",
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
    }
    assert "AWS_REGION" not in variables_of(SESSION, "")


def test_what_is_set_aside_is_named() -> None:
    """By its name alone: values are secrets."""
    environment = {"AWS_SESSION_TOKEN": "t", "AWS_PROFILE": "x", "AWS_SECURITY_TOKEN": ""}
    assert (
        set_aside(environment) == "Set aside from the environment: AWS_SESSION_TOKEN, AWS_PROFILE."
    )
    assert set_aside({"HOME": "/"}) == ""


def test_the_form_of_a_credential_process() -> None:
    """Version 1, and the expiration always."""
    assert process_form(SESSION) == {
        "Version": 1,
        "AccessKeyId": "ASIA1",
        "SecretAccessKey": "secret-1",
        "SessionToken": "token-1",
        "Expiration": "2026-11-24T10:00:00+00:00",
    }


def test_the_form_of_a_credentials_section() -> None:
    """As a login writes it, so that other tools know whose it is; the region where it is known."""
    lines = ini_form("mfa", SESSION, "eu-west-1").splitlines()
    assert lines[0] == "[mfa]"
    assert lines[1:] == [
        "aws_access_key_id = ASIA1",
        "aws_secret_access_key = secret-1",
        "aws_session_token = token-1",
        "expiration = 2026-11-24T10:00:00+00:00",
        "manager = awscli-mfa-plugin",
        "issued = 2026-11-24T09:00:00+00:00",
        "issued_key = 2026-11-24T09:00:00+00:00 b1b36d22b7ab353e3f784f0affd40055",
        "region = eu-west-1",
    ]
    assert "region" not in ini_form("mfa", SESSION, "")


@pytest.mark.parametrize("seconds", [None, 0, 3599])
def test_less_than_an_hour_can_be_left(seconds: int | None) -> None:
    """A new role session has that much left."""
    check_min_remaining(CredentialsRequest("admin", min_remaining=seconds))


@pytest.mark.parametrize("seconds", [3600, 7200])
def test_an_hour_or_more_can_not_be_left(seconds: int) -> None:
    """A moment after AWS gave the hour it is less; the profile and the bound are named."""
    with pytest.raises(ConfigurationError, match="profile admin can't have") as refused:
        check_min_remaining(CredentialsRequest("admin", min_remaining=seconds))
    assert "less than 3600 seconds" in refused.value.remedy
