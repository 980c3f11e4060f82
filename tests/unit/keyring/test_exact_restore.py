"""``restore`` puts the same bytes back, whatever the lines of the key look like."""

from __future__ import annotations

import random
import sys
from typing import TYPE_CHECKING, Any

import pytest

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.files.document import SharedDocument
from awscli_mfa_plugin.files.state import StateFolder
from awscli_mfa_plugin.keyring.removed import Removed, RemovedLine, as_json, from_json
from awscli_mfa_plugin.keyring.removed_file import RemovedFile
from awscli_mfa_plugin.session.access_keys import KeyPair
from awscli_mfa_plugin.session.records import Session
from tests.fakes import NOW
from tests.unit.keyring.test_moves import KEY, Home, contents

if TYPE_CHECKING:
    from pathlib import Path

ID, SECRET = KEY.access_key_id, KEY.secret_access_key
NEW = KeyPair("AKIANEWNEWNEWNEWNEW1", "new-secret")
SESSION = Session("ASIA", "s", "t", NOW, NOW)


def home_of(credentials: str, config: str = "") -> Home:
    """Return a home with these texts, in which KEYID and SECRET stand for the key."""
    home = Home({}, {})
    for file, text in ((home.files._credentials, credentials), (home.files._config, config)):
        with_key = text.replace("SECRET", SECRET).replace("KEYID", ID).encode()
        vars(file)["_held"] = SharedDocument.parse(with_key, file.path)
    return home


TEXTS = {
    "spacing": "[default]\nAWS_ACCESS_KEY_ID=KEYID\naws_secret_access_key   :  SECRET  \n",
    "comments": "# a\n[default]\n# b\naws_access_key_id = KEYID\n# c\n"
    "aws_secret_access_key = SECRET\n# d\n\n[x]\ny = z\n",
    "order": "[default]\naws_secret_access_key = SECRET\nregion = x\naws_access_key_id = KEYID\n"
    "output = json\n\n\n[x]\na = b\n",
    "blank lines": "[default]\n\n\naws_access_key_id = KEYID\n\naws_secret_access_key = SECRET\n\n",
    "indents": "[default]\n  aws_access_key_id = KEYID\n  aws_secret_access_key = SECRET\n  a=b",
    "no last newline": "[x]\na=b\n[default]\naws_access_key_id=KEYID\naws_secret_access_key=SECRET",
    "CRLF": "[default]\r\naws_access_key_id = KEYID\r\naws_secret_access_key=SECRET\r\n[x]\r\n",
    "umlauts": "[default]\naws_secret_access_key=SECRET\nx = \u00e4\naws_access_key_id = KEYID\n",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_the_credentials_file_is_what_it_was(text: str) -> None:
    """Also the config file, with or without a section of the profile."""
    for config in ("", "[default]\n", "[default]\nregion = x\n[plugins]\na=b", "# mine\n"):
        home = home_of(text, config)
        before = contents(home.files)
        home.store()
        assert SECRET.encode() not in b"".join(contents(home.files))
        assert SECRET not in str(home.removals.kept)
        home.restore()
        assert contents(home.files) == before
        assert home.removals.kept == {}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_the_config_file_is_what_it_was(text: str) -> None:
    """There our line comes and goes beside the key."""
    home = home_of("", text)
    before = contents(home.files)
    home.store()
    home.restore()
    assert contents(home.files) == before


@pytest.mark.parametrize("file", ["config", "credentials"])
@pytest.mark.parametrize(
    "text",
    [
        "[DEFAULT]\naws_access_key_id = KEYID\naws_secret_access_key = SECRET\n[default]\na = b\n",
        "[DEFAULT]\naws_secret_access_key = SECRET\n[default]\naws_access_key_id = KEYID\n",
    ],
)
def test_a_key_that_every_profile_has_is_refused(text: str, file: str) -> None:
    """It would stay where it is, in clear."""
    home = home_of("", text) if file == "config" else home_of(text)
    before = contents(home.files)
    with pytest.raises(ConfigurationError, match=r"section \[DEFAULT\]"):
        home.store()
    assert contents(home.files) == before
    assert home.keyring.entries == {}


def test_random_sections() -> None:
    """Two hundred of them, the same each time."""
    draw = random.Random(0)
    for _ in range(200):
        lines = ["region = x", "# c", "", "output=json", "  # d", "s3 =\n  a = b"]
        lines = draw.sample(lines, draw.randrange(len(lines)))
        for name, value in (("aws_access_key_id", "KEYID"), ("aws_secret_access_key", "SECRET")):
            between = draw.choice(["=", " = ", ":", "\t=  "])
            lines.insert(draw.randrange(len(lines) + 1), f"{name}{between}{value}")
        text = "\n".join(["[default]", *lines]) + draw.choice(["", "\n", "\n\n[x]\ny=z\n"])
        home = home_of(text)
        before = contents(home.files)
        home.store()
        home.restore()
        assert contents(home.files) == before, text


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_after_a_rotation_the_new_key_is_in_the_old_ones_lines(text: str) -> None:
    """Whatever was changed in other sections meanwhile."""
    home = home_of(text)
    home.store()
    home.keyring.entries[NEW.access_key_id] = (
        home.keyring.entries.pop(ID)
        .replace(ID, NEW.access_key_id)
        .replace(SECRET, NEW.secret_access_key)
    )
    home.files.config["default"] = {"credential_process": home.line_for(NEW.access_key_id)}
    home.files.write_session("new", SESSION)
    home.restore()
    with_new = text.replace("SECRET", NEW.secret_access_key).replace("KEYID", NEW.access_key_id)
    other = home_of(with_new)
    other.files.write_session("new", SESSION)
    assert contents(home.files)[1] == contents(other.files)[1]


CHANGED = "[default]\naws_access_key_id = KEYID\naws_secret_access_key=SECRET\n"


def changed(home: Home, text: str) -> bytes:
    """Store, change the credentials file, restore; return what it is then."""
    home.store()
    file: Any = home.files._credentials
    vars(file)["_held"] = SharedDocument.parse(text.encode(), file.path)
    home.restore()
    return contents(home.files)[1]


@pytest.mark.parametrize("text", ["[default]\nregion = x\n", "", "# else\n"])
def test_a_section_that_has_changed_gets_the_key_at_its_end(text: str) -> None:
    """As any new setting."""
    after = changed(home_of(CHANGED), text)
    assert after.startswith(text.encode())
    assert f"aws_access_key_id = {ID}\naws_secret_access_key = {SECRET}\n".encode() in after


def test_blank_lines_that_were_removed() -> None:
    """The key's place is gone with them."""
    home = home_of(CHANGED.replace("aws_access", "\n\naws_access", 1))
    after = changed(home, "[default]\n")
    assert f"aws_access_key_id = {ID}".encode() in after


def test_without_a_record_the_key_comes_back_too() -> None:
    """It was uninstalled meanwhile, or is of a newer version."""
    home = home_of(CHANGED)
    home.store()
    home.removals.kept.clear()
    home.restore()
    text = CHANGED.replace("=SECRET", " = SECRET").replace("SECRET", SECRET).replace("KEYID", ID)
    assert contents(home.files)[1] == text.encode()


REMOVED = Removed(
    "digest",
    (
        RemovedLine(1, "aws_access_key_id", "a=", "", "\n"),
        RemovedLine(2, "aws_secret_access_key", "b=", " ", ""),
    ),
    had_section=True,
)


def test_the_record_is_kept_in_the_plugins_folder(tmp_path: Path) -> None:
    """A file for each profile of two shared files; one that can't be read is none."""
    folder = StateFolder(str(tmp_path / "state"))
    kept = RemovedFile(folder, "/config", "/credentials")
    assert kept.load("default") is None
    kept.save("default", REMOVED)
    assert kept.load("default") == REMOVED
    assert kept.load("work") is None
    assert RemovedFile(folder, "/other", "/credentials").load("default") is None
    (path,) = (tmp_path / "state").iterdir()
    assert sys.platform == "win32" or path.stat().st_mode & 0o777 == 0o600
    path.write_text("[]")
    assert kept.load("default") is None
    kept.remove("default")
    kept.remove("default")
    assert list((tmp_path / "state").iterdir()) == []


def test_a_record_of_something_else() -> None:
    """It is refused as a whole."""
    assert from_json(as_json(REMOVED)) == REMOVED
    with pytest.raises(ValueError, match="key"):
        from_json({**as_json(REMOVED), "Lines": []})
