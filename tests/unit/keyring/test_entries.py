"""What the keyring holds, and the line that gets it."""

from __future__ import annotations

import json

import pytest

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.keyring.entries import (
    CONFIG,
    Entry,
    backend_in,
    delete,
    entry_from,
    may_be_stored,
    process_line,
    put,
    users_of,
)
from awscli_mfa_plugin.session import keyring_key_id
from awscli_mfa_plugin.session.access_keys import KeyPair
from awscli_mfa_plugin.session.records import Profile
from tests.unit.keyring.test_moves import FakeKeyring, Home

KEY = "AKIAIOSFODNN7EXAMPLE"
PAIR = KeyPair(KEY, "secret/+=")
NEW = KeyPair("AKIANEWNEWNEWNEWNEW1", "new/+=")


@pytest.mark.parametrize("file", ["credentials", CONFIG])
def test_an_entry_comes_back_as_it_was(file: str) -> None:
    """With the file that it came from."""
    assert entry_from(Entry(PAIR, file).as_text(), KEY) == Entry(PAIR, file)


OTHERS = (Entry(KeyPair("AKIAX", "x")).as_text(), Entry(KeyPair(KEY)).as_text())


@pytest.mark.parametrize("text", ["", "secret", "[]", "{}", *OTHERS])
def test_anything_else_is_no_entry(text: str) -> None:
    """Also that of another key, and one without a secret."""
    with pytest.raises(ValueError, match=r"."):
        entry_from(text, KEY)


def test_what_a_credential_process_prints() -> None:
    """Long-lived keys have neither token nor end."""
    assert json.loads(Entry(PAIR).as_credentials()) == {
        "Version": 1,
        "AccessKeyId": KEY,
        "SecretAccessKey": "secret/+=",
    }


@pytest.mark.parametrize(
    ("program", "on_windows", "start"),
    [
        ("/usr/bin/awscli-mfa", False, "/usr/bin/awscli-mfa keyring"),
        ("/my bin/awscli-mfa", False, "'/my bin/awscli-mfa' keyring"),
        ("C:\\My Bin\\awscli-mfa.exe", True, '"C:\\My Bin\\awscli-mfa.exe" keyring'),
        ("C:\\Bin\\awscli-mfa.EXE", True, '"C:\\Bin\\awscli-mfa.EXE" keyring'),
    ],
)
def test_the_line_is_read_by_the_rules(program: str, on_windows: bool, start: str) -> None:  # noqa: FBT001 - pytest gives it by name
    """Whatever folder the script is in."""
    line = process_line(program, "pass", KEY, on_windows=on_windows)
    assert line.startswith(start)
    assert keyring_key_id(line) == KEY
    assert backend_in(line) == "pass"


@pytest.mark.parametrize(
    "line",
    [
        "",
        "keyring get --backend pass AKIAX",
        "/bin/other keyring get --backend pass AKIAX",
        "awscli-mfa keyring get --backend pass ASIAX",
        "awscli-mfa keyring get --backend pass AKIAX --more",
        "awscli-mfa credential-process --profile mfa",
        {"nested": "settings"},
    ],
)
def test_another_line_is_none_of_the_keyrings(line: object) -> None:
    """It gets credentials another way."""
    assert keyring_key_id(line) == ""


@pytest.mark.parametrize(("key_id", "may"), [(KEY, True), ("AKIA x", False), ("XKIA" * 5, False)])
def test_which_keys_can_be_stored(key_id: str, may: bool) -> None:  # noqa: FBT001 - pytest's
    """Only those that the line can name."""
    assert may_be_stored(key_id) is may


def test_whose_key_it_is() -> None:
    """By the line alone; a key in a file overrides it."""
    line = {"credential_process": process_line("awscli-mfa", "pass", KEY, on_windows=False)}
    key = {"aws_access_key_id": "AKIAX", "aws_secret_access_key": "x"}
    profiles = [Profile("a", line), Profile("b", line, key), Profile("c"), Profile("d", line)]
    assert users_of(KEY, profiles) == ("a", "d")


def keyring() -> FakeKeyring:
    """Return a keyring with a key that was in the config file."""
    made = FakeKeyring()
    made.entries[KEY] = Entry(PAIR, CONFIG).as_text()
    return made


def test_the_new_key_goes_back_to_the_same_file() -> None:
    """Both are there: the old one until it is deleted."""
    made = keyring()
    before = made.entries[KEY]
    put(made, NEW, KEY)
    assert made.entries == {
        KEY: before,
        NEW.access_key_id: Entry(NEW, CONFIG).as_text(),
    }


@pytest.mark.parametrize("pair", [KeyPair("minio-minio-minio", "x"), KeyPair(NEW.access_key_id)])
def test_what_isnt_a_key(pair: KeyPair) -> None:
    """The line could not name it, or it has no secret."""
    made = keyring()
    with pytest.raises(ConfigurationError, match="isn't an access key"):
        put(made, pair, KEY)
    assert len(made.entries) == 1


def test_a_keyring_without_the_old_key_or_that_forgets() -> None:
    """It is read back."""
    with pytest.raises(ConfigurationError, match="no usable entry"):
        put(FakeKeyring(), NEW, KEY)
    made = keyring()
    made.forgets = True
    with pytest.raises(ConfigurationError, match="didn't keep"):
        put(made, NEW, KEY)


def test_a_key_that_a_profile_uses_isnt_removed() -> None:
    """Its secret may be nowhere else."""
    made = keyring()
    line = Home.line_for(KEY)
    user = Profile("work", {"credential_process": line})
    with pytest.raises(ConfigurationError, match="in use by profile work"):
        delete(made, KEY, [Profile("x"), user])
    assert made.entries
    delete(made, KEY, [Profile("x")])
    assert not made.entries
