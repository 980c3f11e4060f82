"""A rotation's new key in the keyring, beside the old one."""

from __future__ import annotations

import pytest

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.keyring.entries import CONFIG, Entry
from awscli_mfa_plugin.keyring.rotated import delete, put
from awscli_mfa_plugin.session.access_keys import KeyPair
from awscli_mfa_plugin.session.records import Profile
from tests.unit.keyring.test_moves import KEY, FakeKeyring, Home

NEW = KeyPair("AKIANEWNEWNEWNEWNEW1", "new/+=")


def keyring() -> FakeKeyring:
    """Return a keyring with a key that was in the config file."""
    made = FakeKeyring()
    made.entries[KEY.access_key_id] = Entry(KEY, CONFIG).as_text()
    return made


def test_the_new_key_goes_back_to_the_same_file() -> None:
    """Both are there: the old one until it is deleted."""
    made = keyring()
    before = made.entries[KEY.access_key_id]
    put(made, NEW, KEY.access_key_id)
    assert made.entries == {
        KEY.access_key_id: before,
        NEW.access_key_id: Entry(NEW, CONFIG).as_text(),
    }


@pytest.mark.parametrize("pair", [KeyPair("minio-minio-minio", "x"), KeyPair(NEW.access_key_id)])
def test_what_isnt_a_key(pair: KeyPair) -> None:
    """The line could not name it, or it has no secret."""
    made = keyring()
    with pytest.raises(ConfigurationError, match="isn't an access key"):
        put(made, pair, KEY.access_key_id)
    assert len(made.entries) == 1


def test_a_keyring_without_the_old_key_or_that_forgets() -> None:
    """It is read back."""
    with pytest.raises(ConfigurationError, match="no usable entry"):
        put(FakeKeyring(), NEW, KEY.access_key_id)
    made = keyring()
    made.forgets = True
    with pytest.raises(ConfigurationError, match="didn't keep"):
        put(made, NEW, KEY.access_key_id)


def test_a_key_that_a_profile_uses_isnt_removed() -> None:
    """Its secret may be nowhere else."""
    made = keyring()
    line = Home.line_for(KEY.access_key_id)
    user = Profile("work", {"credential_process": line})
    with pytest.raises(ConfigurationError, match="in use by profile work"):
        delete(made, KEY.access_key_id, [Profile("x"), user])
    assert made.entries
    delete(made, KEY.access_key_id, [Profile("x")])
    assert not made.entries
