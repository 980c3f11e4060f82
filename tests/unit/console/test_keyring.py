"""``awscli-mfa keyring``: a key moves out of the file, and the CLI is seen to get it."""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.console.main import main

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="programs of a shell")
KEY, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG"
CREDENTIALS = f"[default]\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n"
PASS = """#!/bin/sh
for name; do :; done
file="$HOME/.password-store/$name.gpg"
case $1 in
show) cat "$file";;
insert) mkdir -p "$(dirname "$file")"; cat > "$file";;
rm) rm "$file";;
esac
"""
AWS = """#!/bin/sh
case $1 in
--version) echo aws-cli/2.36.12 Python/3.14;;
*) line=$(sed -n 's/^credential_process = //p' "$AWS_CONFIG_FILE")
   printed=$(eval "$line") || exit 255
   key=${printed#*AccessKeyId\\": \\"????????????????}
   echo "access_key ****************${key%%\\"*} custom-process";;
esac
"""
TOOLS = ("cat", "dirname", "mkdir", "rm", "sed", "sh")


class Home:
    """A home with ``pass``, ``aws`` and ``awscli-mfa`` on its PATH."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Make it."""
        self.path = path
        (path / ".aws").mkdir()
        (path / "bin").mkdir()
        self.credentials.write_text(CREDENTIALS)
        self.credentials.chmod(0o600)
        for name in TOOLS:
            (path / "bin" / name).symlink_to(str(shutil.which(name)))
        self.program("pass", PASS)
        self.program("aws", AWS)
        script = (
            f"#!{sys.executable}\nimport sys\nsys.path[:0] = {sys.path!r}\n"
            "from awscli_mfa_plugin.console.main import main\nsys.exit(main(system=()))\n"
        )
        self.script = self.program("awscli-mfa", script)
        for name in [*os.environ]:
            if not name.startswith(("COV", "PYTEST")):
                monkeypatch.delenv(name)
        monkeypatch.setenv("HOME", str(path))
        monkeypatch.setenv("PATH", str(path / "bin"))
        monkeypatch.setattr(sys, "argv", [str(self.script)])

    @property
    def credentials(self) -> Path:
        """The credentials file."""
        return self.path / ".aws" / "credentials"

    @property
    def config(self) -> Path:
        """The config file."""
        return self.path / ".aws" / "config"

    def program(self, name: str, text: str) -> Path:
        """Put a program on the PATH."""
        path = self.path / "bin" / name
        path.write_text(text)
        path.chmod(0o755)
        return path


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Return a home with a key in its file."""
    return Home(tmp_path, monkeypatch)


def keyring(*words: str) -> int:
    """Run the command."""
    return main(["keyring", *words], ())


def test_there_and_back(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    """The file has no key, the list has; then everything is as before."""
    assert keyring("store", "--backend", "pass") == 0
    line = f"credential_process = {home.script} keyring get --backend pass {KEY}"
    assert line in home.config.read_text()
    assert SECRET not in home.credentials.read_text()
    assert keyring("list") == 0
    assert keyring("restore") == 0
    assert home.credentials.read_text() == CREDENTIALS
    assert keyring("list") == 0
    assert capsys.readouterr().out.splitlines() == [
        f"Moved {KEY} of profile default into the keyring (pass).",
        f"default  {KEY}  pass",
        f"Moved {KEY} back into the files of profile default.",
        "No access key is in the keyring. Store one:  awscli-mfa keyring store",
    ]


def test_another_profile_with_the_key_is_named(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    """The key is still in clear there."""
    home.credentials.write_text(CREDENTIALS + CREDENTIALS.replace("default", "my work"))
    assert keyring("store", "--backend", "pass") == 0
    assert capsys.readouterr().out.splitlines()[1:] == [
        "Profile my work still has it in its file:  awscli-mfa keyring store --profile 'my work'"
    ]


def test_what_the_process_prints(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    """Long-lived keys, and nothing else."""
    assert home.credentials.exists()
    keyring("store", "--backend", "pass")
    capsys.readouterr()
    assert keyring("get", "--backend", "pass", KEY) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == {"Version": 1, "AccessKeyId": KEY, "SecretAccessKey": SECRET}


def test_what_a_rotation_does(
    home: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second key comes beside the first, and leaves; nothing is printed."""
    keyring("store", "--backend", "pass")
    capsys.readouterr()
    new = "AKIANEWNEWNEWNEWNEW1"
    monkeypatch.setattr(sys, "stdin", io.StringIO("new-secret\n"))
    assert keyring("put", "--backend", "pass", "--in-place-of", KEY, new) == 0
    assert keyring("check", "--backend", "pass", new) == 0
    assert capsys.readouterr() == ("", "")
    assert keyring("get", "--backend", "pass", new) == 0
    assert "new-secret" in capsys.readouterr().out
    assert keyring("delete", "--backend", "pass", new) == 0
    assert keyring("check", "--backend", "pass", new) == 253
    assert keyring("delete", "--backend", "pass", KEY) == 253
    assert "in use by profile default" in capsys.readouterr().err
    assert keyring("restore") == 0
    assert home.credentials.read_text() == CREDENTIALS


def test_the_actions_of_a_rotation_arent_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    """People have no use for them."""
    with pytest.raises(SystemExit):
        keyring("--help")
    assert "put" not in capsys.readouterr().out.replace("output", "")


@pytest.mark.parametrize(
    ("aws", "why"),
    [
        ("#!/bin/sh\necho aws-cli/2.36.12\n", "shows no key"),
        (AWS.replace("eval", "false"), "exit code 255"),
        ("#!/bin/sh\nexit 1\n", "no aws was found that starts"),
    ],
)
def test_a_cli_that_doesnt_get_the_key(
    home: Home, capsys: pytest.CaptureFixture[str], aws: str, why: str
) -> None:
    """The key stays in the file, and no line comes."""
    home.program("aws", aws)
    assert keyring("store", "--backend", "pass") == 253
    assert why in capsys.readouterr().err
    assert home.credentials.read_text() == CREDENTIALS
    assert not home.config.exists()


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        ((), 252, "awscli-mfa keyring --help"),
        (("hide",), 252, "invalid choice"),
        (("store", "--backend", "file"), 253, "No keyring 'file'"),
        (("get", "--backend", "pass", "../x"), 252, "isn't an access key ID"),
        (("get", "--backend", "pass", "AKIANOTTHERE12345678"), 253, "no usable entry"),
        (("check", "--backend", "pass", "AKIANOTTHERE12345678"), 253, "no usable entry"),
        (("put", "--backend", "pass", "--in-place-of", "x", KEY), 252, "isn't an access key ID"),
        (("restore",), 253, "isn't in the keyring"),
    ],
)
def test_what_goes_wrong(
    home: Home, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: int, why: str
) -> None:
    """An exit code of the CLI's, and no traceback."""
    assert keyring(*words) == code
    assert why in capsys.readouterr().err
    assert home.credentials.read_text() == CREDENTIALS


def test_a_script_that_cant_be_named(
    home: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The config file needs the path of a program."""
    monkeypatch.setattr(sys, "argv", ["-c"])
    assert keyring("store", "--backend", "pass") == 253
    assert "path of awscli-mfa wasn't found" in capsys.readouterr().err
    assert home.credentials.read_text() == CREDENTIALS


def test_ctrl_c(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shell's usual exit code."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("awscli_mfa_plugin.console.keyring._Parser.parse_args", interrupt)
    assert keyring("list") == 130
    assert home.credentials.exists()
