"""The keyring by the program that a line names: secrets on stdin and stdout, errors as they are."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.errors import KeyringError
from awscli_mfa_plugin.session.access_keys import KeyPair
from awscli_mfa_plugin.system.keyring_program import KeyringProgram

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="programs of a shell")
OLD = "AKIAIOSFODNN7EXAMPLE"
NEW = KeyPair("AKIANEWNEWNEWNEWNEW1", "new/secret+=")


def program(folder: Path, script: str, patience: float = 60) -> KeyringProgram:
    """Return the keyring of a line that names a script in a folder with a blank."""
    path = folder / "my bin" / "awscli-mfa"
    path.parent.mkdir()
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    line = f"'{path}' keyring get --backend pass {OLD}"
    environment = {"PATH": "/usr/bin:/bin", "AWS_SECRET_ACCESS_KEY": "no", "OUT": str(folder)}
    return KeyringProgram(line, environment, patience)


def test_a_secret_is_on_stdin_alone(tmp_path: Path) -> None:
    """Not among the arguments, nor in the environment; no other key is there."""
    script = 'echo "$@" > "$OUT/words"; cat > "$OUT/stdin"; env > "$OUT/env"'
    program(tmp_path, script).put(NEW, OLD)
    words = (tmp_path / "words").read_text()
    assert words == f"keyring put --backend pass --in-place-of {OLD} {NEW.access_key_id}\n"
    assert (tmp_path / "stdin").read_text() == f"{NEW.secret_access_key}\n"
    environment = (tmp_path / "env").read_text()
    assert NEW.secret_access_key not in environment
    assert "AWS_SECRET_ACCESS_KEY" not in environment


def test_the_other_actions(tmp_path: Path) -> None:
    """Each by the line's own program and backend."""
    script = 'echo "$@" >> "$OUT/words"; echo \'{"SecretAccessKey": "s"}\''
    keyring = program(tmp_path, script)
    keyring.check(OLD)
    assert keyring.get(OLD) == KeyPair(OLD, "s")
    keyring.delete(OLD)
    actions = ("check", "get", "delete")
    expected = "".join(f"keyring {action} --backend pass {OLD}\n" for action in actions)
    assert (tmp_path / "words").read_text() == expected


def test_its_errors_are_shown_as_they_are(tmp_path: Path) -> None:
    """What happened and what to do, without its name, and harmless."""
    script = "printf 'awscli-mfa: The keyring is locked.\\033[1m\\nUnlock it.\\n' >&2; exit 253"
    with pytest.raises(KeyringError) as caught:
        program(tmp_path, script).get(OLD)
    assert caught.value.what.startswith("The keyring is locked.")
    assert "\033" not in caught.value.what
    assert caught.value.remedy == "Unlock it."


@pytest.mark.parametrize(
    ("script", "why"),
    [("exit 1", "awscli-mfa failed"), ("echo nonsense", "no usable entry"), ("echo []", "entry")],
)
def test_an_answer_that_isnt_one(tmp_path: Path, script: str, why: str) -> None:
    """An error of ours."""
    with pytest.raises(KeyringError, match=why):
        program(tmp_path, script).get(OLD)


def test_a_program_that_hangs(tmp_path: Path) -> None:
    """It is ended."""
    started = time.monotonic()
    with pytest.raises(KeyringError, match=r"awscli-mfa failed: it took longer than 0\.5 s"):
        program(tmp_path, "sleep 60", 0.5).check(OLD)
    assert time.monotonic() - started < 30


def test_a_program_that_is_gone(tmp_path: Path) -> None:
    """Its path is named."""
    line = f"{tmp_path}/awscli-mfa keyring get --backend pass {OLD}"
    with pytest.raises(KeyringError, match="No such file") as caught:
        KeyringProgram(line, {}).check(OLD)
    assert f"{tmp_path}/awscli-mfa" in caught.value.what


def test_a_line_that_no_shell_could_split() -> None:
    """A quote without its end."""
    with pytest.raises(KeyringError, match="quote"):
        KeyringProgram(f"'/bin/awscli-mfa keyring get --backend pass {OLD}", {})
