"""A long-lived key is replaced in the files: byte for byte, and only where the old one still is."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.errors import UnwritableFileError
from awscli_mfa_plugin.files.locks import Locks
from awscli_mfa_plugin.files.profiles import SharedConfigFiles
from awscli_mfa_plugin.files.session_cache import SessionCache
from awscli_mfa_plugin.session.access_keys import KeyPair
from awscli_mfa_plugin.session.records import Session
from tests.fakes import NOW
from tests.unit.store import homely, state_folder

if TYPE_CHECKING:
    from pathlib import Path

OLD = "AKIAOLD"
NEW = KeyPair("AKIANEW", "new/secret+%=")
CREDENTIALS = b"""# mine
[default]
AWS_ACCESS_KEY_ID=AKIAOLD
aws_secret_access_key   = old%secret
region: eu-west-1  ; here

[work]
aws_access_key_id = AKIAOLD
aws_secret_access_key = old%secret
[else]
aws_access_key_id = AKIAELSE
aws_secret_access_key = other\r
"""
SESSION = Session("ASIA1", "secret-1", "token-1", NOW + timedelta(hours=12), NOW)


def files_in(home: Path) -> SharedConfigFiles:
    """Return the files of a home."""
    aws = home / ".aws"
    locks = Locks(state_folder(home))
    cache = SessionCache(str(aws / "cli" / "cache"), str(aws / "credentials"), locks)
    paths = (str(aws / "config"), str(aws / "credentials"))
    return SharedConfigFiles.on_disk(*paths, locks, cache)


def test_every_other_byte_stays(tmp_path: Path) -> None:
    """Comments, spelling, spacing, other profiles with the same key that weren't named."""
    path = homely(tmp_path, CREDENTIALS)
    files_in(tmp_path).replace_key(("default",), OLD, NEW)
    expected = CREDENTIALS.replace(b"AKIAOLD", b"AKIANEW", 1)
    assert path.read_bytes() == expected.replace(b"old%secret", b"new/secret+%=", 1)
    assert path.stat().st_mode & 0o777 == 0o600
    assert not (tmp_path / ".aws" / "config").exists()


def test_all_profiles_that_are_named_change_at_once(tmp_path: Path) -> None:
    """One write for a file."""
    path = homely(tmp_path, CREDENTIALS)
    files_in(tmp_path).replace_key(("default", "work"), OLD, NEW)
    expected = CREDENTIALS.replace(b"AKIAOLD", b"AKIANEW")
    assert path.read_bytes() == expected.replace(b"old%secret", b"new/secret+%=")


def test_a_profile_that_has_another_key_keeps_it(tmp_path: Path) -> None:
    """Also one that got it after the question; a name without a section makes none."""
    path = homely(tmp_path, CREDENTIALS)
    files_in(tmp_path).replace_key(("else", "nowhere"), OLD, NEW)
    assert path.read_bytes() == CREDENTIALS


def test_a_key_in_the_config_file(tmp_path: Path) -> None:
    """Whichever way its section is spelled."""
    homely(tmp_path, b"")
    config = tmp_path / ".aws" / "config"
    text = '[profile "my work"]\naws_access_key_id = {}\naws_secret_access_key = {}\nregion = x\n'
    config.write_text(text.format(OLD, "old"))
    files_in(tmp_path).replace_key(("my work",), OLD, NEW)
    assert config.read_text() == text.format(NEW.access_key_id, NEW.secret_access_key)


def test_a_session_beside_the_key_stays(tmp_path: Path) -> None:
    """AWS accepts it until it expires: no second code is needed."""
    homely(tmp_path, CREDENTIALS)
    files = files_in(tmp_path)
    files.write_session("default", SESSION)
    files.write_session("work", SESSION)
    files.replace_key(("default",), OLD, NEW)
    assert files.session_of(files.profile("default")) == SESSION
    assert files.session_of(files.profile("work")) == SESSION
    files.replace_key(("default",), NEW.access_key_id, KeyPair(OLD, "old%secret"))
    assert files.session_of(files.profile("default")) == SESSION


def test_a_session_of_a_key_that_stays_isnt_given_to_the_new_one(tmp_path: Path) -> None:
    """The profile got another key meanwhile."""
    homely(tmp_path, CREDENTIALS)
    files = files_in(tmp_path)
    files.write_session("work", SESSION)
    path = tmp_path / ".aws" / "credentials"
    path.write_bytes(CREDENTIALS.replace(b"AKIAOLD", b"AKIATHIRD"))
    files.replace_key(("work",), OLD, NEW)
    assert files.session_of(files.profile("work")) is None


@pytest.mark.parametrize("name", ["credentials", "config"])
def test_a_file_that_cant_be_replaced_is_told_ahead(tmp_path: Path, name: str) -> None:
    """Only where the key is in it."""
    homely(tmp_path, CREDENTIALS)
    config = tmp_path / ".aws" / "config"
    config.write_text("[default]\naws_access_key_id = AKIAOLD\naws_secret_access_key = x\n")
    (tmp_path / "other").hardlink_to(tmp_path / ".aws" / name)
    files = files_in(tmp_path)
    with pytest.raises(UnwritableFileError, match="hard link"):
        files.check_key_writable(("default",), OLD)
    files.check_key_writable(("default",), "AKIAELSE")


LINE = "'/my bin/awscli-mfa' keyring get --backend pass"
IN_KEYRING = f"""# mine
[default]
Credential_Process={LINE} {{}}
region = eu-west-1

[profile work]
credential_process = {LINE} {{}}
[profile else]
credential_process = {LINE} AKIAELSE
"""


def test_a_line_gets_another_key_from_the_keyring(tmp_path: Path) -> None:
    """Every other byte stays; so does the session, and the secret is in no file."""
    homely(tmp_path, CREDENTIALS.replace(b"default", b"x"))
    config = tmp_path / ".aws" / "config"
    config.write_text(IN_KEYRING.replace("{}", OLD))
    files = files_in(tmp_path)
    files.write_session("default", SESSION)
    files.replace_key(("default", "else", "x", "nowhere"), OLD, NEW, in_keyring=True)
    expected = IN_KEYRING.replace("{}", NEW.access_key_id, 1).replace("{}", OLD)
    assert config.read_text() == expected
    assert files.session_of(files.profile("default")) == SESSION
    assert b"AKIANEW" not in (tmp_path / ".aws" / "credentials").read_bytes()


def test_a_key_in_a_file_replaces_no_line(tmp_path: Path) -> None:
    """And the config file is checked where a line gets the key."""
    homely(tmp_path, b"")
    config = tmp_path / ".aws" / "config"
    config.write_text(IN_KEYRING.replace("{}", OLD))
    files = files_in(tmp_path)
    files.replace_key(("default", "work"), OLD, NEW)
    assert config.read_text() == IN_KEYRING.replace("{}", OLD)
    (tmp_path / "other").hardlink_to(config)
    with pytest.raises(UnwritableFileError, match="hard link"):
        files.check_key_writable(("work",), OLD)
