"""The fast path for roles, compared with botocore's and our own names in the CLI's cache."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from botocore.credentials import AssumeRoleProvider, JSONFileCache

from awscli_mfa_plugin.aws.roles import CacheOfSource, config_on_session, identity_of
from awscli_mfa_plugin.console import cached_role
from awscli_mfa_plugin.files import botocore_parser
from awscli_mfa_plugin.session.expiry import LONGEST_CHAINED_ROLE
from tests.unit.console.test_credential_process import KEYS, MANAGED, Home, section

if TYPE_CHECKING:
    from pathlib import Path

ROLE = "[profile ops]\nrole_arn = arn:aws:iam::123456789012:role/ops\nsource_profile = mfa\n"
KEYRING = "awscli-mfa keyring get --backend pass AKIA1"
ANSWER = {
    "Version": 1,
    "AccessKeyId": "ASIAROLE",
    "SecretAccessKey": "secret-of-role",
    "SessionToken": "token-of-role",
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Return an empty home, which is also ``~``."""
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    return Home(tmp_path)


class FakeSts:
    """Assumes every role."""

    def __init__(self, seconds: float) -> None:
        """Keep how long a role is valid."""
        self._end = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(seconds=seconds)

    def __enter__(self) -> FakeSts:  # noqa: PYI034 - Self needs Python 3.11
        """Return this, as newer botocore closes its clients."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close nothing."""

    def close(self) -> None:
        """Close nothing."""

    def assume_role(self, **_: Any) -> Any:
        """Return the keys of the answer."""
        keys = {name: value for name, value in ANSWER.items() if name != "Version"}
        return {
            "Credentials": {**keys, "Expiration": self._end},
            "AssumedRoleUser": {"Arn": "a:b:c:d:1:e"},
        }


class Source:
    """A provider of the session that a role is assumed with."""

    METHOD = "test"

    def providers(self, *_: Any, **__: Any) -> list[Source]:
        """Return itself for every profile."""
        return [self]

    def load(self) -> Any:
        """Return keys."""
        from botocore.credentials import Credentials

        return Credentials("ASIA1", "secret-1", "token-1")


def assume(home: Home, profile: str, source: str = "mfa", seconds: float = 3600) -> None:
    """Assume a role as the CLI does on a session, into its cache."""
    sections = botocore_parser.raw_config_parse(home.environment["AWS_CONFIG_FILE"])
    profiles = {name.removeprefix("profile "): options for name, options in sections.items()}
    config = config_on_session({"profiles": profiles}, profile)
    cache = JSONFileCache(str(home.path / ".aws/cli/cache"))
    AssumeRoleProvider(
        load_config=lambda: config,
        client_creator=lambda *_, **__: FakeSts(seconds),
        cache=CacheOfSource(cache, identity_of(home.files().profile(source))),
        profile_name=profile,
        profile_provider_builder=Source(),
    ).load().get_frozen_credentials()


def answers(home: Home, profile: str = "ops") -> bool:
    """Tell whether the fast path has the role's keys."""
    try:
        found = home.answer(profile)
    except FileNotFoundError:
        return False  # aws is started
    return found is not None and ANSWER.items() <= found.items()


CONFIGS = {
    "a role": ROLE,
    "its own name for the session": f"{ROLE}role_session_name = ada\n",
    "an external ID": f'{ROLE}external_id = x"y é\n',
    "half an hour": f"{ROLE}duration_seconds = 1800\n",
    "more than role chaining allows": f"{ROLE}duration_seconds = 43200\n",
    "a duration that is no number": f"{ROLE}duration_seconds = long\n",
    "a code that isn't needed": f"{ROLE}mfa_serial = arn:aws:iam::1:mfa/x\n",
    "everything": f"{ROLE}duration_seconds = 900\nexternal_id = x\nrole_session_name = a\n",
}


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_a_cached_role_is_printed(home: Home, config: str) -> None:
    """Whatever it is assumed with."""
    home.write(MANAGED + config, section("default", {}))
    assert not answers(home)
    assume(home, "ops")
    assert answers(home)


@pytest.mark.parametrize(
    ("settings", "credentials"),
    [
        ("mfa_session = on\n", f"[mfa]\n{KEYS}"),
        ("mfa_source_profile = default\nmfa_serial = arn:aws:iam::1:mfa/x\n", ""),
        ("mfa_session = on\n", f"[mfa]\n{KEYS}mfa_serial = arn:aws:iam::1:mfa/y\n"),
        (f"mfa_session = on\n{KEYS}", ""),
        (
            "mfa_session = on\ncredential_process = awscli-mfa keyring get --backend pass AKIA1\n",
            "",
        ),
        (f"mfa_session = on\n{KEYS}", "[mfa]\naws_access_key_id = ASIA2\naws_session_token = t\n"),
    ],
)
def test_whose_session_it_is_assumed_on(home: Home, settings: str, credentials: str) -> None:
    """A role that was cached for another user or device isn't printed."""
    home.write(f"[profile mfa]\n{settings}{ROLE}", credentials)
    assume(home, "ops")
    assert answers(home)
    home.write(f"[profile mfa]\nmfa_source_profile = other\n{ROLE}", credentials)
    assert not answers(home)


def test_a_role_on_a_role(home: Home) -> None:
    """The MFA profile is at the end of the way."""
    top = ROLE.replace("ops]", "top]").replace("= mfa", "= ops")
    home.write(MANAGED + ROLE + top, "")
    assume(home, "top")
    assert answers(home, "top")


@pytest.mark.parametrize(("seconds", "valid"), [(960, True), (890, False), (-5, False)])
def test_a_role_that_expires_soon_is_left_to_aws(
    home: Home, seconds: float, *, valid: bool
) -> None:
    """The CLI assumes it again fifteen minutes before."""
    home.write(MANAGED + ROLE, "")
    if seconds > 0:
        assume(home, "ops", seconds=seconds)
    assert answers(home) == valid


UNCLEAR = {
    "no session of ours": ROLE + "[profile mfa]\nregion = eu-west-1\n",
    "a source that opted out": ROLE + "[profile mfa]\nmfa_session = off\n",
    "a source that gets its keys elsewhere": MANAGED + "credential_process = x\n" + ROLE,
    "a role that opted out": MANAGED + ROLE + "mfa_session = off\n",
    "another source of credentials": MANAGED + ROLE + "credential_source = Environment\n",
    "SSO": MANAGED + ROLE + "sso_session = x\n",
    "a circle": ROLE.replace("= mfa", "= ops"),
    "no source": ROLE.replace("source_profile = mfa\n", ""),
    "a source of an unusual name": ROLE.replace("= mfa", "= my mfa"),
    "a source that is spelled in two ways": f"{MANAGED}[profile 'mfa']\nx = y\n{ROLE}",
}


@pytest.mark.parametrize("config", UNCLEAR.values(), ids=UNCLEAR)
def test_unclear_cases_are_left_to_aws(home: Home, config: str) -> None:
    """Also with the role in the cache."""
    home.write(MANAGED + ROLE, "")
    assume(home, "ops")
    assert answers(home)
    home.write(config, "")
    assert not answers(home)


def test_a_role_with_lines_in_the_credentials_file_is_left_to_aws(home: Home) -> None:
    """They may change what is asked for."""
    home.write(MANAGED + ROLE, "")
    assume(home, "ops")
    home.write(MANAGED + ROLE, "[ops]\nexternal_id = x\n")
    assert not answers(home)


def test_a_broken_cache_is_left_to_aws(home: Home) -> None:
    """It is written anew."""
    home.write(MANAGED + ROLE, "")
    assume(home, "ops")
    [file] = (home.path / ".aws/cli/cache").glob("*.json")
    file.write_text(json.dumps({"Credentials": {}}))
    with pytest.raises(KeyError):
        home.answer("ops")


def test_the_copied_rule_is_the_original() -> None:
    """Importing it would take longer than the answer."""
    assert cached_role.LONGEST_CHAINED_ROLE == LONGEST_CHAINED_ROLE


def test_a_large_file_is_read_in_part(home: Home) -> None:
    """With the same answer, wherever the sections are; an odd header is left to the parser."""
    many = "".join(f"[profile other{number}]\nregion = x\n" for number in range(4000))
    assert len(many) > botocore_parser.LARGE
    home.write(
        MANAGED + many + ROLE + many.replace("other", "another"), many.replace("profile ", "")
    )
    assume(home, "ops")
    assert answers(home)
    home.write(f"{MANAGED}{many}{ROLE}[profile 'ops']\nx = y\n", "")
    assert not answers(home)
    home.write(f"{MANAGED}{many}{ROLE}  [profile last]\n  [profile 'ops']\n", "")
    assert not answers(home)
    about = botocore_parser.sections_about(home.environment["AWS_CONFIG_FILE"])
    assert len(about("mfa")) == 1
    assert len(about("ops")) > 4000
