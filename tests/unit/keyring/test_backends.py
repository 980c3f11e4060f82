"""The keyrings: which may be used, how they fail, and that secrets go by stdin and stdout alone."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from awscli_mfa_plugin.errors import ConfigurationError, KeyringError
from awscli_mfa_plugin.keyring import backends
from awscli_mfa_plugin.keyring.backends import NAMES, _Library, _Pass, backend_of, usual_backend

if TYPE_CHECKING:
    from pathlib import Path

KEY = "AKIAIOSFODNN7EXAMPLE"
posix = pytest.mark.skipif(sys.platform == "win32", reason="a shell script, and alarms")


class FakeLibrary:
    """What the library gives: a dictionary, or an error."""

    def __init__(self, error: BaseException | None = None) -> None:
        """Start empty; ``error`` is raised by each call."""
        self.kept: dict[tuple[str, str], str] = {}
        self.error = error

    def get_password(self, service: str, name: str) -> str | None:
        """Return an entry."""
        if self.error:
            raise self.error
        return self.kept.get((service, name))

    def set_password(self, service: str, name: str, text: str) -> None:
        """Make an entry."""
        self.get_password(service, name)
        self.kept[service, name] = text

    def delete_password(self, service: str, name: str) -> None:
        """Remove an entry, which must be there."""
        del self.kept[service, name]


def test_the_library_keeps_entries_by_the_keys_id() -> None:
    """An entry that is gone can be removed once more."""
    library = FakeLibrary()
    keyring = _Library(library)
    assert keyring.get(KEY) is None
    keyring.set(KEY, "text")
    assert (keyring.get(KEY), list(library.kept)) == ("text", [("awscli-mfa", KEY)])
    keyring.delete(KEY)
    keyring.delete(KEY)
    assert keyring.get(KEY) is None


def test_a_locked_keyring_is_an_answer() -> None:
    """With the library's reason on one line, or at least its name."""
    for error, shown in ((RuntimeError("no\x1bprompt"), "no\\x1bprompt"), (KeyError(), "KeyError")):
        with pytest.raises(KeyringError) as caught:
            _Library(FakeLibrary(error)).get(KEY)
        assert shown in caught.value.what
        assert "Unlock" in caught.value.remedy


@posix
def test_a_keyring_that_waits_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """A prompt that nobody sees must not hang an SDK."""
    monkeypatch.setattr(backends, "PATIENCE", 1)
    library: Any = FakeLibrary()
    library.get_password = lambda *_: time.sleep(30)
    started = time.monotonic()
    with pytest.raises(KeyringError, match="didn't answer"):
        _Library(library).get(KEY)
    assert time.monotonic() - started < 10


def test_only_known_keyrings_are_used() -> None:
    """Never one that keeps entries in clear, or nowhere."""
    assert usual_backend() in NAMES
    for name in ("keyrings.alt.file.PlaintextKeyring", "null", "fail", ""):
        with pytest.raises(ConfigurationError, match="No keyring"):
            backend_of(name, {})


def test_a_keyring_of_another_system_or_none() -> None:
    """The library, or what it needs, may be missing."""
    with pytest.raises(ConfigurationError, match=r"isn't (installed|available)"):
        backend_of("windows" if sys.platform != "win32" else "macos", {})
    with pytest.raises(ConfigurationError, match="isn't on the PATH"):
        backend_of("pass", {"PATH": "/nowhere"})


@pytest.fixture
def store(tmp_path: Path) -> _Pass:
    """Return a password store whose ``pass`` notes its arguments and keeps entries in clear."""
    program = tmp_path / "bin" / "pass"
    program.parent.mkdir()
    program.write_text(
        '#!/bin/sh\nfolder="$HOME/.password-store"\necho "$*" >> "$HOME/arguments"\n'
        'for name; do :; done\nfile="$folder/$name.gpg"\n'
        'case $1 in\nshow) cat "$file";;\n'
        'insert) mkdir -p "$(dirname "$file")"; cat > "$file";;\nrm) rm "$file";;\nesac\n'
    )
    program.chmod(0o755)
    environment = {"HOME": str(tmp_path), "PATH": f"{program.parent}:/usr/bin:/bin"}
    keyring = backend_of("pass", environment)
    assert isinstance(keyring, _Pass)
    return keyring


@posix
def test_pass_gets_the_entry_on_stdin(store: _Pass, tmp_path: Path) -> None:
    """No secret is in an argument."""
    assert store.get(KEY) is None
    store.set(KEY, '{"secret": 1}')
    assert store.get(KEY) == '{"secret": 1}'
    store.delete(KEY)
    store.delete(KEY)
    assert store.get(KEY) is None
    assert "secret" not in (tmp_path / "arguments").read_text()


@posix
def test_pass_that_fails(store: _Pass, tmp_path: Path) -> None:
    """Its last line is shown."""
    store.set(KEY, "text")
    (tmp_path / "bin" / "pass").write_text("#!/bin/sh\necho 'gpg: No secret key' >&2\nexit 2\n")
    with pytest.raises(KeyringError, match="No secret key"):
        store.get(KEY)


@posix
def test_another_folder_of_the_store(store: _Pass, tmp_path: Path) -> None:
    """As ``pass`` itself reads it."""
    elsewhere = {"PASSWORD_STORE_DIR": str(tmp_path / "else"), "PATH": "", "HOME": str(tmp_path)}
    assert _Pass("/bin/true", elsewhere)._path(KEY) == f"{tmp_path}/else/awscli-mfa/{KEY}.gpg"
    assert store._path(KEY) == f"{tmp_path}/.password-store/awscli-mfa/{KEY}.gpg"
