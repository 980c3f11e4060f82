"""The credential chain: the sections of a fake, and botocore's own chain over real files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.aws.clients import BotocoreSessions
from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.session.records import Keys
from tests.fakes import FakeChain, FakeFiles, ini

if TYPE_CHECKING:
    from pathlib import Path

    from awscli_mfa_plugin.session.ports import CredentialChain
    from tests.fakes import Sections

KEYS = {"aws_access_key_id": "AKIAADA", "aws_secret_access_key": "secret%of/ada"}
OTHERS = {"aws_access_key_id": "AKIABOB", "aws_secret_access_key": "secret-of-bob"}
TOKEN = {"aws_session_token": "token"}


def chain_of(kind: str, home: Path, config: Sections, credentials: Sections) -> CredentialChain:
    """Return a chain over these sections; a section is given by the name of its profile."""
    if kind == "fake":
        return FakeChain(FakeFiles(config, credentials))
    named = {name if name == "default" else f"profile {name}": config[name] for name in config}
    (home / "config").write_text(ini(named), encoding="utf-8")
    (home / "credentials").write_text(ini(credentials), encoding="utf-8")
    return BotocoreSessions()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder whose files botocore takes for the shared ones."""
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return tmp_path


RESOLVED: dict[str, tuple[Sections, Sections, Keys]] = {
    "in the credentials file": (
        {},
        {"default": OTHERS, "work": KEYS},
        Keys("AKIAADA", "secret%of/ada", "", "work"),
    ),
    "in the config file": (
        {"default": OTHERS, "work": {**KEYS, "region": "eu-west-1"}},
        {},
        Keys("AKIAADA", "secret%of/ada", "", "work"),
    ),
    "in both, the credentials file's": (
        {"work": OTHERS},
        {"work": KEYS},
        Keys("AKIAADA", "secret%of/ada", "", "work"),
    ),
    "temporary ones with their token": (
        {},
        {"work": {**KEYS, **TOKEN}},
        Keys("AKIAADA", "secret%of/ada", "token", "work"),
    ),
}


@pytest.mark.parametrize("kind", ["fake", "real"])
@pytest.mark.parametrize(("config", "credentials", "keys"), RESOLVED.values(), ids=RESOLVED.keys())
def test_a_profile_resolves_to_its_keys(
    home: Path, kind: str, config: Sections, credentials: Sections, keys: Keys
) -> None:
    """With the name of the profile; another profile's keys are ignored."""
    assert chain_of(kind, home, config, credentials).keys_of("work") == keys


@pytest.mark.parametrize("kind", ["fake", "real"])
@pytest.mark.parametrize("name", ["default", "a b", "it's", "$(touch x)", "ü"])
def test_any_name_resolves(home: Path, kind: str, name: str) -> None:
    """Names hold blanks, quotes and worse."""
    chain = chain_of(kind, home, {}, {name: KEYS})
    assert chain.keys_of(name) == Keys("AKIAADA", "secret%of/ada", "", name)


@pytest.mark.parametrize("kind", ["fake", "real"])
@pytest.mark.parametrize(
    "config", [{}, {"work": {"region": "eu-west-1"}}], ids=["unknown", "without keys"]
)
def test_a_profile_without_keys_is_an_error(home: Path, kind: str, config: Sections) -> None:
    """It names the profile, and never falls back to another's keys."""
    chain = chain_of(kind, home, config, {"default": OTHERS})
    with pytest.raises(ConfigurationError, match="work"):
        chain.keys_of("work")


@pytest.mark.parametrize("kind", ["fake", "real"])
def test_keys_show_no_secret(home: Path, kind: str) -> None:
    """Neither the secret key nor the token is in the text that a log would show."""
    keys = chain_of(kind, home, {}, {"work": {**KEYS, "aws_session_token": "tok"}}).keys_of("work")
    assert "AKIAADA" in repr(keys)
    assert KEYS["aws_secret_access_key"] not in repr(keys)
    assert "tok" not in repr(keys).replace("session_token", "")
