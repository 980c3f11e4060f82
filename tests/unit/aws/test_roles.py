"""What the CLI's role provider gets from the plugin: config, cache, client."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from botocore.credentials import JSONFileCache

from awscli_mfa_plugin.aws.roles import (
    CacheOfSource,
    config_on_session,
    identity_of,
    role_provider,
)
from awscli_mfa_plugin.session.records import Profile
from tests.fakes import LONG_LIVED, SERIAL

if TYPE_CHECKING:
    from pathlib import Path

ROLE = {"role_arn": "arn:aws:iam::123456789012:role/admin", "source_profile": "mfa"}
ADA = Profile("mfa", {"mfa_source_profile": "default", "mfa_serial": SERIAL})


class FakeChain:
    """The CLI's credential chain, whose provider of roles has a cache."""

    def __init__(self) -> None:
        """Start with an empty cache."""
        self.cache: dict[str, Any] = {}

    def get_provider(self, method: str) -> FakeChain:
        """Return the provider of roles."""
        assert method == "assume-role"
        return self


class FakeSts:
    """Counts the roles that are assumed, and with whose keys."""

    def __init__(self) -> None:
        """Start with no call."""
        self.calls: list[dict[str, Any]] = []

    def create(self, _: str, **options: Any) -> FakeSts:
        """Make a client: this one."""
        self.calls.append(dict(options))
        return self

    def assume_role(self, **parameters: Any) -> dict[str, Any]:
        """Return a role session whose access key names the caller."""
        self.calls[-1] |= parameters
        return {
            "Credentials": {
                "AccessKeyId": f"role of {self.calls[-1]['aws_access_key_id']}",
                "SecretAccessKey": "secret",
                "SessionToken": "token",
                "Expiration": datetime.now(timezone.utc) + timedelta(hours=1),
            },
            "AssumedRoleUser": {"Arn": "arn:aws:sts::123456789012:assumed-role/admin/x"},
        }


class FakeCli:
    """The CLI's session: its configuration and its chain."""

    def __init__(self, **profiles: dict[str, Any]) -> None:
        """Start with these profiles."""
        self.full_config = {"profiles": profiles}
        self.chain = FakeChain()

    def get_component(self, _: str) -> FakeChain:
        """Return the chain."""
        return self.chain


class FixedKeys:
    """A provider of a session's keys."""

    METHOD = "fixed"

    def __init__(self, key_id: str) -> None:
        """Keep the access key ID."""
        self._key_id = key_id

    def load(self) -> Any:
        """Return the keys."""
        from botocore.credentials import Credentials

        return Credentials(self._key_id, "secret", "token")


def role_of(cli: FakeCli, sts: FakeSts, source: Profile, key_id: str) -> str:
    """Return the access key of the role that a session with ``key_id`` gets."""
    provider = role_provider(cli, "admin", source, FixedKeys(key_id), create_client=sts.create)
    return str(provider.load().get_frozen_credentials().access_key)


OTHERS = {
    "another session profile": Profile("other", ADA.config),
    "another source profile": Profile("mfa", {**ADA.config, "mfa_source_profile": "user"}),
    "another device": Profile("mfa", {**ADA.config, "mfa_serial": f"{SERIAL}2"}),
    "other long-lived keys": Profile("mfa", ADA.config, LONG_LIVED),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS.keys())
def test_cached_roles_are_kept_apart_by_user(other: Profile) -> None:
    """One cache, one role, two sessions: each gets its own role session."""
    sources: dict[str, dict[str, Any]] = {"mfa": {}, "other": {}}
    cli, sts = FakeCli(admin=dict(ROLE), **sources), FakeSts()
    assert role_of(cli, sts, ADA, "ASIAADA") == "role of ASIAADA"
    assert role_of(cli, sts, other, "ASIAEVE") == "role of ASIAEVE"
    assert role_of(cli, sts, ADA, "ASIALATER") == "role of ASIAADA"
    assert len(sts.calls) == 2


def test_our_cache_keys_differ_from_the_clis() -> None:
    """We don't find a role that the CLI assumed with plain keys, nor the CLI ours."""
    cache: dict[str, Any] = {"key": "the CLI's own"}
    ours = CacheOfSource(cache, identity_of(ADA))
    assert "key" not in ours
    ours["key"] = "ours"
    assert (cache["key"], ours["key"]) == ("the CLI's own", "ours")


def test_a_cached_role_with_enough_time_left_is_used(tmp_path: Path) -> None:
    """By the CLI's own cache, which ends a time with UTC; a time that can't be read is none."""
    cache = JSONFileCache(str(tmp_path))
    end = datetime.now(timezone.utc) + timedelta(hours=1)
    CacheOfSource(cache, "mfa")["role"] = {"Credentials": {"Expiration": end}}
    assert "role" in CacheOfSource(cache, "mfa", 3000)
    assert "role" not in CacheOfSource(cache, "mfa", 3601)
    CacheOfSource(cache, "mfa")["role"] = {"Credentials": {"Expiration": "soon"}}
    assert "role" not in CacheOfSource(cache, "mfa", 1)


def test_commands_and_export_share_cached_roles() -> None:
    """Though a command reads merged sections, and ``export`` each file."""
    session = {"aws_access_key_id": "ASIAX", "aws_session_token": "t"}
    for keys in (LONG_LIVED, session):
        merged = Profile("mfa", {**ADA.config, **keys})
        assert identity_of(merged) == identity_of(Profile("mfa", ADA.config, keys))


def test_the_config_that_the_provider_gets() -> None:
    """No code and at most an hour for each role of a chain; the CLI's own config isn't changed."""
    profiles: dict[str, dict[str, Any]] = {
        "top": {"role_arn": "x", "source_profile": "mid", "duration_seconds": "7200"},
        "mid": {"role_arn": "y", "source_profile": "mfa", "duration_seconds": "43200"},
        "mfa": {"mfa_serial": SERIAL, "duration_seconds": "43200"},
        "aside": {"role_arn": "z", "source_profile": "mfa", "duration_seconds": "7200"},
    }
    for role in ("top", "mid"):
        profiles[role]["mfa_serial"] = SERIAL
    before = {name: dict(options) for name, options in profiles.items()}
    found = config_on_session({"profiles": profiles, "other": 1}, "top")
    assert [found["profiles"][role]["duration_seconds"] for role in ("top", "mid")] == ["3600"] * 2
    assert "mfa_serial" not in found["profiles"]["top"] | found["profiles"]["mid"]
    assert found["profiles"]["mfa"] == before["mfa"]
    assert found["profiles"]["aside"] == before["aside"]
    assert profiles == before


def test_odd_roles_are_left_to_the_cli() -> None:
    """Nested settings, a missing source, a cycle."""
    profiles = {
        "nested": {"role_arn": "x", "duration_seconds": {"a": "b"}, "source_profile": "gone"},
        "loop": {"role_arn": "x", "source_profile": "loop"},
    }
    for name in profiles:
        assert config_on_session({"profiles": profiles}, name)["profiles"] == profiles


def test_a_duration_may_be_left_to_aws() -> None:
    """A role that signs in to the console is assumed without one."""
    profiles = {"ops": {"role_arn": "arn", "source_profile": "mfa", "duration_seconds": "900"}}
    found = config_on_session({"profiles": profiles}, "ops", default_duration=True)
    assert "duration_seconds" not in found["profiles"]["ops"]
    assert profiles["ops"]["duration_seconds"] == "900"
