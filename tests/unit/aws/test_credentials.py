"""The session that a command requests: a managed profile's, or a role's on it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import awscli
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from awscli_mfa_plugin.aws import credentials
from awscli_mfa_plugin.aws.clients import ClientOptions
from awscli_mfa_plugin.aws.credentials import resolve
from awscli_mfa_plugin.errors import ConfigurationError, MfaError, UnreachableError, UsageError
from awscli_mfa_plugin.session.credentials import CredentialsRequest
from tests.fakes import (
    LONG_LIVED,
    SERIAL,
    FakeClock,
    FakeFiles,
    Fakes,
    FakeTerminal,
    session_section,
)

assert awscli  # before botocore

ROLE = "arn:aws:iam::123456789012:role/admin"
NOW = datetime.now(timezone.utc).replace(microsecond=0)


class FakeCli:
    """The CLI's session, whose STS client returns a role session, or an error."""

    def __init__(self, fakes: Fakes, lifetime: int = 3600, error: Exception | None = None) -> None:
        """Start with the profiles of some fakes."""
        self.full_config = {
            "profiles": {name: dict(has) for name, has in fakes.files.config.items()}
        }
        self.cache: dict[str, Any] = {}
        self.clients: list[dict[str, Any]] = []
        self._lifetime = lifetime
        self._error = error

    def get_component(self, _: str) -> FakeCli:
        """Return the chain: this one."""
        return self

    def get_provider(self, _: str) -> FakeCli:
        """Return the provider of roles: this one."""
        return self

    def create_client(self, _: str, **options: Any) -> FakeCli:
        """Make the client: this one."""
        self.clients.append(options)
        return self

    def assume_role(self, **_: Any) -> dict[str, Any]:
        """Return a role session, or raise the error."""
        if self._error:
            raise self._error
        return {
            "Credentials": {
                "AccessKeyId": "ASIAROLE",
                "SecretAccessKey": "secret",
                "SessionToken": "token",
                "Expiration": NOW + timedelta(seconds=self._lifetime),
            },
            "AssumedRoleUser": {"Arn": "arn:aws:sts::123456789012:assumed-role/admin/x"},
        }


@pytest.fixture(autouse=True)
def _no_other_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start without a credential process above this one."""
    monkeypatch.setenv(credentials._RESOLVING, "")


def fakes(*answers: str, age: int = 0) -> Fakes:
    """Return fakes with a session and a role on it, at the machine's time."""
    config = {
        "mfa": {"mfa_source_profile": "default", "mfa_serial": SERIAL, "region": "eu-west-1"},
        "admin": {"role_arn": ROLE, "source_profile": "mfa", "region": "eu-central-1"},
    }
    sections = {"default": LONG_LIVED, "mfa": session_section(age=age, now=NOW)}
    return Fakes(
        files=FakeFiles(config, sections), terminal=FakeTerminal(*answers), clock=FakeClock(NOW)
    )


def found(
    here: Fakes,
    request: CredentialsRequest,
    cli: FakeCli | None = None,
    region: str | None = None,
    **options: Any,
) -> tuple[str, str]:
    """Return the access key and the region that a request gets."""
    cli = cli or FakeCli(here)
    session, chosen = resolve(request, lambda: cli, region, ClientOptions(**options), here.ports())
    return session.access_key_id, chosen


@pytest.mark.parametrize(
    ("options", "environment", "region"),
    [
        ({}, {}, "eu-west-1"),
        ({}, {"AWS_REGION": "us-east-1"}, "us-east-1"),
        ({"region": "us-west-2"}, {"AWS_REGION": "us-east-1"}, "us-west-2"),
    ],
)
def test_the_session_of_a_managed_profile(
    options: dict[str, Any], environment: dict[str, str], region: str
) -> None:
    """With the region as the CLI resolves it."""
    here = fakes()
    here.environment.update(environment)
    assert found(here, CredentialsRequest("mfa"), **options) == ("ASIAOLD", region)


def test_a_session_with_too_little_left_is_renewed() -> None:
    """With a code."""
    here = fakes("123456", age=600)
    assert found(here, CredentialsRequest("mfa", min_remaining=43_000))[0] == "ASIA1"
    assert found(here, CredentialsRequest("mfa"))[0] == "ASIA1"


def test_a_role_is_assumed_on_the_session_with_the_options_of_the_call() -> None:
    """With its own region; the role session is cached."""
    here = fakes()
    cli = FakeCli(here)
    options = {"endpoint_url": "http://localhost:1", "verify": "/ca.pem"}
    assert found(here, CredentialsRequest("admin"), cli, **options) == ("ASIAROLE", "eu-central-1")
    [client] = cli.clients
    assert (client["endpoint_url"], client["verify"]) == ("http://localhost:1", "/ca.pem")
    assert client["aws_access_key_id"] == "ASIAOLD"
    assert found(here, CredentialsRequest("admin"), cli)[0] == "ASIAROLE"
    assert len(cli.clients) == 1


def test_options_that_arent_given_are_left_to_the_cli() -> None:
    """Verification stays as it is configured."""
    here = fakes()
    cli = FakeCli(here)
    found(here, CredentialsRequest("admin"), cli)
    assert not {"endpoint_url", "verify"} & cli.clients[0].keys()


def test_the_session_of_a_role_is_whole() -> None:
    """Its expiration is in UTC."""
    here = fakes()
    request, options = CredentialsRequest("admin"), ClientOptions()
    session, _ = resolve(request, lambda: FakeCli(here), None, options, here.ports())
    assert (session.secret_access_key, session.session_token) == ("secret", "token")
    assert session.expiration == NOW + timedelta(hours=1)
    assert session.expiration.tzinfo == timezone.utc


def test_min_remaining_applies_to_the_role_only() -> None:
    """Its source session may have less; a role session that is too short is an error."""
    here = fakes(age=41_400)
    assert found(here, CredentialsRequest("admin", min_remaining=3000))[0] == "ASIAROLE"
    short = FakeCli(here, lifetime=900)
    with pytest.raises(ConfigurationError):
        found(here, CredentialsRequest("admin", min_remaining=1800), short)


def test_an_hour_of_min_remaining_is_refused_for_a_role() -> None:
    """AWS allows no more with a session; nothing is called."""
    here = fakes()
    cli = FakeCli(here)
    with pytest.raises(ConfigurationError):
        found(here, CredentialsRequest("admin", min_remaining=3600), cli)
    assert cli.clients == []


def test_a_role_that_aws_denies() -> None:
    """It is an error of the service."""
    here = fakes()
    denied = ClientError({"Error": {"Code": "AccessDenied", "Message": "not you"}}, "AssumeRole")
    with pytest.raises(MfaError) as refused:
        found(here, CredentialsRequest("admin"), FakeCli(here, error=denied))
    assert refused.value.exit_code == 254
    assert "not you" in str(refused.value)


def test_a_role_without_a_network() -> None:
    """The config isn't wrong then."""
    here = fakes()
    lost = EndpointConnectionError(endpoint_url="https://sts.eu-west-1.amazonaws.com/")
    with pytest.raises(UnreachableError) as refused:
        found(here, CredentialsRequest("admin"), FakeCli(here, error=lost))
    assert refused.value.what.startswith("Can't reach AWS in the profile's region")
    assert "Check your network" in refused.value.remedy


def test_a_role_with_a_wrong_source_profile() -> None:
    """It is an error of the configuration."""
    here = fakes()
    cli = FakeCli(here)
    del cli.full_config["profiles"]["mfa"]
    with pytest.raises(ConfigurationError, match="admin"):
        found(here, CredentialsRequest("admin"), cli)


def test_a_credential_process_that_asks_for_itself_is_refused() -> None:
    """Known by the environment that it inherits; another profile is no cycle."""
    here = fakes()
    here.files.config["other"] = dict(here.files.config["mfa"])
    here.files.credentials["other"] = dict(here.files.credentials["mfa"])
    assert found(here, CredentialsRequest("mfa", patience=50))[0] == "ASIAOLD"
    assert found(here, CredentialsRequest("other", patience=50))[0] == "ASIAOLD"
    for name in ("mfa", "other"):
        with pytest.raises(ConfigurationError, match="asks for the credentials"):
            found(here, CredentialsRequest(name, patience=50))
    assert found(here, CredentialsRequest("mfa"))[0] == "ASIAOLD"


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        (CredentialsRequest("mfa", min_remaining=-1), UsageError),
        (CredentialsRequest("default"), ConfigurationError),
        (CredentialsRequest("nobody"), ConfigurationError),
    ],
)
def test_a_profile_without_a_session_is_refused(
    request_: CredentialsRequest, error: type[MfaError]
) -> None:
    """Before anything is called."""
    here = fakes()
    cli = FakeCli(here)
    with pytest.raises(error):
        found(here, request_, cli)
    assert cli.clients == []
