"""The environment, the settings of the network, and keys that aws can't get from the keyring."""

from __future__ import annotations

import pytest

from awscli_mfa_plugin.doctor.environment import (
    ObservedKeyring,
    check_environment,
    check_keyring,
    check_network_settings,
)
from awscli_mfa_plugin.doctor.findings import (
    ERROR,
    NOTE,
    OK,
    WARNING,
    Observations,
    ObservedRead,
)


def machine(environment: dict[str, str]) -> Observations:
    """Return a machine with this environment, and profiles default and mfa."""
    config = ObservedRead("config", exists=True, sections={"default": {}, "profile mfa": {}})
    return Observations(config, environment=environment)


ENVIRONMENTS: dict[str, tuple[dict[str, str], str, str, str, str]] = {
    "keys": (
        {"AWS_ACCESS_KEY_ID": "AKIAX", "AWS_SECRET_ACCESS_KEY": "x-secret"},
        "environment-keys",
        WARNING,
        "use these keys",
        "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY",
    ),
    "temporary keys": (
        {
            "AWS_ACCESS_KEY_ID": "ASIAX",
            "AWS_SECRET_ACCESS_KEY": "x-secret",
            "AWS_SESSION_TOKEN": "t-secret",
        },
        "environment-keys",
        WARNING,
        "temporary keys, which can't be a source profile",
        "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN",
    ),
    "half of a pair": (
        {"AWS_ACCESS_KEY_ID": "AKIAX"},
        "environment-keys",
        ERROR,
        "AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY",
        "unset AWS_ACCESS_KEY_ID",
    ),
    "the other half": (
        {"AWS_SECRET_ACCESS_KEY": "x-secret"},
        "environment-keys",
        ERROR,
        "AWS_SECRET_ACCESS_KEY is set without AWS_ACCESS_KEY_ID",
        "unset AWS_SECRET_ACCESS_KEY",
    ),
    "a token alone": (
        {"AWS_SECURITY_TOKEN": "t-secret"},
        "environment-keys",
        NOTE,
        "is set without keys.",
        "unset AWS_SECURITY_TOKEN",
    ),
    "another file": (
        {"AWS_CONFIG_FILE": "/tmp/\x1b"},
        "environment",
        NOTE,
        "AWS_CONFIG_FILE = /tmp/\\x1b",
        "",
    ),
    "two profiles": (
        {"AWS_PROFILE": "mfa", "AWS_DEFAULT_PROFILE": "default"},
        "environment-profile",
        WARNING,
        "different profiles",
        "unset AWS_DEFAULT_PROFILE",
    ),
    "a profile that isn't there": (
        {"AWS_PROFILE": "no\x1bbody"},
        "environment-profile",
        WARNING,
        "AWS_PROFILE names profile no\\x1bbody, which doesn't exist.",
        "Correct AWS_PROFILE, or create the profile:  aws mfa login",
    ),
    "switched off": (
        {"AWS_MFA_SESSION": "OFF"},
        "environment",
        NOTE,
        "neither use nor renew MFA sessions",
        "unset AWS_MFA_SESSION",
    ),
}


@pytest.mark.parametrize(
    ("environment", "name", "state", "seen", "remedy"),
    ENVIRONMENTS.values(),
    ids=ENVIRONMENTS.keys(),
)
def test_variables_with_an_effect_are_reported(
    environment: dict[str, str], name: str, state: str, seen: str, remedy: str
) -> None:
    """By name; a secret value isn't shown."""
    found = list(check_environment(machine(environment)))
    [finding] = [each for each in found if each.name == name and each.state != OK]
    assert finding.state == state
    assert seen in finding.what
    assert finding.remedy == remedy
    assert "secret" not in "".join(each.what + each.remedy for each in found)


def test_an_environment_without_problems() -> None:
    """A profile that exists and is named twice is no problem."""
    environment = {"AWS_PROFILE": "mfa", "AWS_DEFAULT_PROFILE": "mfa", "HOME": "/home/ada"}
    [found] = check_environment(machine(environment))
    assert found.state == OK


def test_network_settings_are_reported() -> None:
    """A proxy only by its variable; a CA bundle must be readable."""
    machine = Observations(
        proxies=("HTTPS_PROXY", "no_proxy"),
        bundles=(("AWS_CA_BUNDLE", "/ca.pem", True), ("ca_bundle of [a\x1b]", "/gone.pem", False)),
    )
    proxy, good, gone = check_network_settings(machine)
    assert proxy.what == "Set by HTTPS_PROXY, no_proxy."
    assert (good.state, good.what) == (OK, "AWS_CA_BUNDLE = /ca.pem.")
    assert gone.state == ERROR
    assert "\x1b" not in gone.what + gone.remedy
    assert "ca_bundle of [a\\x1b] = /gone.pem can't be read" in gone.what
    assert [each.what for each in check_network_settings(Observations())] == ["None is set."]


def with_keyrings(*keyrings: ObservedKeyring) -> Observations:
    """Return a machine with these lines, whose profile mfa has the source default."""
    sections = {"profile mfa": {"mfa_source_profile": "default"}}
    return Observations(ObservedRead("config", exists=True, sections=sections), keyrings=keyrings)


def test_a_program_that_is_gone_is_an_error() -> None:
    """Every command of the profiles fails."""
    seen = ObservedKeyring(("default", "work"), "/bin/awscli-mfa", has_program=False)
    (found,) = check_keyring(with_keyrings(seen), None)
    assert found.state == ERROR
    assert found.what == (
        "The key of profiles default, work is in the keyring, but /bin/awscli-mfa, which gets it, "
        "doesn't exist."
    )


def test_a_keyring_that_doesnt_answer_is_a_warning() -> None:
    """It may only be locked."""
    seen = ObservedKeyring(("work",), "x", unavailable_reason="It is locked.", remedy="Unlock it.")
    (found,) = check_keyring(with_keyrings(seen), None)
    assert (found.state, found.remedy) == (WARNING, "Unlock it.")
    assert found.what == "aws can't get the key of profile work: It is locked."


def test_all_is_well() -> None:
    """That is shown with --verbose."""
    (found,) = check_keyring(with_keyrings(ObservedKeyring(("work",), "x")), None)
    assert found.state == OK


@pytest.mark.parametrize(
    ("only", "count"), [(None, 2), ("mfa", 1), ("default", 1), ("other", 0), ("mfa2", 0)]
)
def test_one_profile_and_its_source(only: str | None, count: int) -> None:
    """Other profiles are left out."""
    both = (ObservedKeyring(("default",), "x"), ObservedKeyring(("work",), "x"))
    assert len(list(check_keyring(with_keyrings(*both), only))) == count
