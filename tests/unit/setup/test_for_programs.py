"""The profile from which programs get the session of an MFA profile."""

from __future__ import annotations

import pytest

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.session.records import Profile
from awscli_mfa_plugin.setup.plan import change_for_programs

MFA = Profile("mfa", {"mfa_source_profile": "default", "region": "eu-west-1"})
COMMAND = "/opt/awscli-mfa credential-process --profile mfa"


def settings(profile: Profile, session: Profile = MFA, script: str = "/opt/awscli-mfa") -> object:
    """Return what would be written."""
    return dict(change_for_programs(profile, session, script, on_windows=False).settings)


def test_a_new_profile() -> None:
    """It has the command and the region of the session."""
    assert settings(Profile("work")) == {"credential_process": COMMAND, "region": "eu-west-1"}


def test_a_profile_that_has_it_already() -> None:
    """Nothing changes; its own region stays."""
    has = Profile("work", {"credential_process": COMMAND, "region": "us-east-1"})
    assert settings(has) == {}


def test_a_session_without_a_region() -> None:
    """Then none is written."""
    assert settings(Profile("work"), Profile("mfa", {"mfa_session": "on"})) == {
        "credential_process": COMMAND
    }


def test_paths_and_names_with_blanks_are_quoted() -> None:
    """As botocore and shells split them."""
    session = Profile("my mfa", {"mfa_session": "on"})
    assert settings(Profile("work"), session, "/my programs/awscli-mfa") == {
        "credential_process": "'/my programs/awscli-mfa' credential-process --profile 'my mfa'"
    }
    on_windows = change_for_programs(Profile("work"), session, "C:\\a b.exe", on_windows=True)
    assert on_windows.settings["credential_process"].startswith('"C:\\a b.exe" credential-process')


@pytest.mark.parametrize(
    "profile",
    [
        MFA,
        Profile("default", {}, {"aws_access_key_id": "AKIA1", "aws_secret_access_key": "x"}),
        Profile("ops", {"role_arn": "arn", "source_profile": "mfa"}),
        Profile("other", {"credential_process": "another program"}),
    ],
)
def test_a_profile_that_has_something_else_is_refused(profile: Profile) -> None:
    """No key and no role gets hidden."""
    with pytest.raises(ConfigurationError, match="exists already"):
        settings(profile)


def test_a_profile_without_a_session_is_refused() -> None:
    """It says how to get one."""
    with pytest.raises(ConfigurationError, match="isn't an MFA profile") as caught:
        settings(Profile("work"), Profile("none"))
    assert "aws mfa login --profile none" in str(caught.value)
