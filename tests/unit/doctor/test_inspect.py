"""What doctor finds on a machine; each test has its own home folder."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.commands import NAMES
from awscli_mfa_plugin.doctor.environment import ObservedKeyring
from awscli_mfa_plugin.doctor.inspect import inspect, seen_keyrings
from awscli_mfa_plugin.files.rotation_journal import RotationJournal
from awscli_mfa_plugin.files.state import StateFolder
from awscli_mfa_plugin.session.records import Profile
from awscli_mfa_plugin.system.plugin_folder import PluginFolder
from tests.unit.session.test_access_keys import ROTATION

if TYPE_CHECKING:
    from awscli_mfa_plugin.doctor.findings import Observations, ObservedCli

KEY, OTHER = "AKIAIOSFODNN7EXAMPLE", "AKIAOTHEROTHEROTHER0"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX's")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a home with an empty ``.aws``."""
    folder = tmp_path / "home"
    (folder / ".aws" / "cli" / "cache").mkdir(parents=True)
    for each in (folder, folder / ".aws", folder / ".aws" / "cli", folder / ".aws/cli/cache"):
        each.chmod(0o700)
    return folder


def seen(home: Path, path: Path | None = None, running: str = "", **env: str) -> Observations:
    """Return what doctor observes in a home; ``path`` is a folder with CLIs."""
    environment = {"HOME": str(home), "PATH": str(path or home), **env}
    return inspect(environment, "1.0", (), running, subcommands=NAMES)


def the_cli(machine: Observations, path: Path) -> ObservedCli:
    """Return the CLI in a folder."""
    [found] = [cli for cli in machine.clis if cli.path == str(path / "aws")]
    return found


def put(path: Path, text: str | bytes, mode: int = 0o600) -> Path:
    """Write a file of a mode."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    path.chmod(mode)
    return path


def test_files_are_found_as_the_cli_finds_them(home: Path) -> None:
    """By the variables too, with '~' and other variables in them."""
    put(home / "c" / "config", "[profile a]\nregion = x\n")
    put(home / "creds", "[a]\nb = c\n")
    machine = seen(home, AWS_CONFIG_FILE="~/c/config", AWS_SHARED_CREDENTIALS_FILE=f"{home}/creds")
    assert machine.config.path == str(home / "c" / "config")
    assert machine.config.sections == {"profile a": {"region": "x"}}
    assert machine.credentials.sections == {"a": {"b": "c"}}
    missing = seen(home)
    assert (missing.config.exists, missing.config.sections) == (False, {})
    assert missing.config.path == str(home / ".aws" / "config")


BROKEN = {
    "a byte order mark": (b"\xef\xbb\xbf[a]\n", "line 1 starts with a byte order mark"),
    "not UTF-8": (b"[a]\nb = \xff\n", "line 2 isn't UTF-8"),
    "no section": (b"b = c\n", "line 1 comes before the first section"),
    "a section twice": (b"[a]\n[a]\n", "line 2 repeats the section of line 1"),
}


@pytest.mark.parametrize(("content", "why"), BROKEN.values(), ids=BROKEN.keys())
def test_why_a_file_cannot_be_read(home: Path, content: bytes, why: str) -> None:
    """The line, never its text."""
    put(home / ".aws" / "config", content)
    put(home / ".aws" / "cli" / "alias", content)
    machine = seen(home)
    assert machine.config.unavailable_reason == why
    assert machine.aliases.unavailable_reason == why
    assert machine.hiding == ()


def test_a_folder_instead_of_a_file(home: Path) -> None:
    """It can't be read."""
    (home / ".aws" / "config").mkdir()
    assert "isn't a regular file" in seen(home).config.unavailable_reason


def test_an_alias_may_span_lines(home: Path) -> None:
    """The CLI parses its alias file differently from the config file."""
    put(home / ".aws/cli/alias", "[toplevel]\nx =\n  !f() {\n    date\n  }; f\nmfa = s3 ls\n")
    machine = seen(home)
    assert machine.aliases.unavailable_reason == ""
    assert [(alias.name, alias.line) for alias in machine.hiding] == [("mfa", 6)]


def test_files_with_keys_are_recognized(home: Path) -> None:
    """The credentials file, a config file with keys, our cached sessions; no other cache."""
    put(home / ".aws/credentials", "[a]\n", 0o644)
    put(home / ".aws/cli/cache/awscli-mfa-plugin-x.json", "{}", 0o640)
    put(home / ".aws/cli/cache/theirs.json", "{}", 0o644)
    put(home / ".aws/config", "[a]\n", 0o644)
    secret = {Path(file.path).name: file.mode for file in seen(home).secret_files}
    assert secret == {"credentials": 0o644, "awscli-mfa-plugin-x.json": 0o640}
    put(home / ".aws/config", "[a]\naws_secret_access_key = x\n", 0o644)
    assert "config" in {Path(file.path).name for file in seen(home).secret_files}


def test_what_others_can_write_to_is_found(home: Path) -> None:
    """A file itself, through a symlink too, and a folder above all of them."""
    put(home / ".aws/config", "[a]\n", 0o666)
    put(home / "real", "[toplevel]\n", 0o622)
    (home / ".aws/cli/alias").symlink_to(home / "real")
    is_open = {Path(file.path).name for file in seen(home).trusted_files if file.why_open}
    assert is_open == {"config", "alias"}
    put(home / ".aws/config", "[a]\n")
    put(home / "real", "[toplevel]\n")
    home.chmod(0o777)
    is_open = {file.path for file in seen(home).trusted_files if file.why_open}
    assert is_open == {str(home)}


def test_the_state_folder_is_found(home: Path) -> None:
    """With its mode."""
    (home / ".aws/cli/awscli-mfa").mkdir()
    (home / ".aws/cli/awscli-mfa").chmod(0o755)
    assert [folder.mode for folder in seen(home).private_folders] == [0o755]


def test_old_temporary_files_of_ours_are_leftovers(home: Path) -> None:
    """One that is being written isn't."""
    old = put(home / ".aws/.credentials.awscli-mfa-0123abcd.tmp", "x")
    put(home / ".aws/.config.awscli-mfa-0123abcd.tmp", "x")
    others = put(home / ".aws/.credentials.other-0123abcd.tmp", "x")
    link = home / ".aws/.x.awscli-mfa-0123abcd.tmp"
    link.symlink_to(old)
    for path in (old, others, link):
        os.utime(path, (1, 1), follow_symlinks=False)
    assert seen(home).leftovers == (str(old),)


def test_network_settings_are_observed_by_name(home: Path) -> None:
    """A proxy's URL isn't kept; a missing CA bundle is noticed."""
    bundle = put(home / "ca.pem", "x")
    put(home / ".aws/config", "[default]\nca_bundle = /gone.pem\n")
    machine = seen(home, https_proxy="http://user:secret@x", AWS_CA_BUNDLE=str(bundle))
    assert machine.proxies == ("https_proxy",)
    assert machine.bundles == (
        ("AWS_CA_BUNDLE", str(bundle), True),
        ("ca_bundle of [default]", "/gone.pem", False),
    )
    assert "user:" not in repr(machine)


def fake_cli(folder: Path, version: str, body: str = "") -> Path:
    """Make an ``aws`` that prints its version, and runs ``body`` for everything else."""
    script = f'#!/bin/sh\nif [ "$1" = --version ]; then echo aws-cli/{version}; exit; fi\n{body}\n'
    put(folder / "aws", script, 0o755)
    return folder


def test_a_cli_is_started_without_keys_and_profile(home: Path, tmp_path: Path) -> None:
    """It gets no secrets, no profile that may be missing, no pager, and can't prompt."""
    path = fake_cli(tmp_path / "bin", "2.36.12", f'/usr/bin/env > {tmp_path}/seen; echo "$@"')
    machine = seen(
        home,
        path,
        AWS_ACCESS_KEY_ID="AKIAX",
        AWS_SECRET_ACCESS_KEY="x",
        AWS_PROFILE="gone",
        AWS_CONFIG_FILE=f"{home}/config",
    )
    start = the_cli(machine, path).start
    assert start is not None
    assert (start.returncode, start.text) == (0, "mfa status --output json\n")
    given = dict(line.split("=", 1) for line in (tmp_path / "seen").read_text().splitlines())
    assert not {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"} & given.keys()
    assert (given["AWS_PAGER"], given["AWS_MFA_PROMPT"]) == ("", "never")
    assert given["AWS_CONFIG_FILE"] == f"{home}/config"


def test_the_running_cli_is_shown_first(home: Path, tmp_path: Path) -> None:
    """Wherever it is on the PATH, also if it isn't."""
    first, second = fake_cli(tmp_path / "a", "2.1"), fake_cli(tmp_path / "b", "2.2")
    path = Path(f"{first}:{second}")
    on_path = seen(home, path, running=str(second / "aws")).clis
    assert [(cli.version, cli.is_running) for cli in on_path] == [("2.2", True), ("2.1", False)]
    third = fake_cli(tmp_path / "c", "1.3") / "aws"
    elsewhere = seen(home, path, running=str(third)).clis
    assert [cli.version for cli in elsewhere] == ["1.3", "2.1", "2.2"]
    assert (elsewhere[0].path, elsewhere[0].start) == (str(third), None)
    module = put(tmp_path / "awscli" / "__main__.py", "")
    assert [cli.version for cli in seen(home, path, running=str(module)).clis] == ["2.1", "2.2"]


def test_some_clis_are_not_started(home: Path, tmp_path: Path) -> None:
    """The one that doctor runs in, a broken one, and where an alias would run."""
    path = fake_cli(tmp_path / "bin", "2.36.12", f"touch {tmp_path}/was-run")
    own = the_cli(seen(home, path, running=str(path / "aws")), path)
    assert (own.is_running, own.start) == (True, None)
    put(home / ".aws/cli/alias", "[toplevel]\nmfa = !date\n")
    hidden = the_cli(seen(home, path), path)
    assert (hidden.is_running, hidden.start) == (False, None)
    assert not (tmp_path / "was-run").exists()
    put(path / "aws", "#!/bin/sh\nexit 1\n", 0o755)
    broken = the_cli(seen(home, path), path)
    assert (broken.version, broken.start, broken.packages) == ("", None, None)


def test_the_plugin_is_found_in_a_clis_python(home: Path, tmp_path: Path) -> None:
    """With the interpreter of the CLI's script, without importing it; v2's folders count too."""
    path = tmp_path / "bin"
    script = "import sys\nprint('aws-cli/2.9.19' if '--version' in sys.argv else 'no')\n"
    put(path / "aws", f"#!{Path(sys.base_prefix) / 'bin' / 'python3'}\n{script}", 0o755)
    folder = tmp_path / "plugins"
    put(folder / "awscli_mfa_plugin/__init__.py", "__version__ = '0.5'\n")
    put(folder / "filelock/__init__.py", "raise RuntimeError\n")
    put(folder / "filelock/version.py", "__version__ = version = '3.14.0'\n")
    put(home / ".aws/config", f"[plugins]\ncli_legacy_plugin_path = {folder}\n")
    packages = the_cli(seen(home, path), path).packages or {}
    assert packages["awscli_mfa_plugin"] == "0.5"
    assert packages["filelock"] == "3.14.0"


def test_the_plugin_folders_of_v2_are_found(home: Path, tmp_path: Path) -> None:
    """As written in the file, each with its kind."""
    bare = tmp_path / "bare"
    bare.mkdir()
    folder = tmp_path / "plugins"
    put(folder / "awscli_mfa_plugin/__init__.py", "", 0o666)
    folder.chmod(0o700)
    value = os.pathsep.join(["~/x", "/gone", str(bare), str(folder)])
    put(home / ".aws/config", f"[plugins]\ncli_legacy_plugin_path = {value}\n")
    tilde, gone, empty, ours = seen(home).folders
    assert (tilde.is_absolute, tilde.exists) == (False, False)
    assert (gone.is_absolute, gone.exists) == (True, False)
    assert (empty.exists, empty.holds_plugin) == (True, False)
    assert (ours.holds_plugin, ours.changed, ours.open_place) == (True, None, None)
    assert [Path(file.path).name for file in ours.open_files] == ["__init__.py"]
    folder.chmod(0o777)
    place = seen(home).folders[-1].open_place
    assert place is not None
    assert (place.path, place.why_open) == (str(folder), "can be written by everybody")


def test_an_installed_folder_is_compared_with_its_manifest(home: Path) -> None:
    """Changed files are found."""
    installed = PluginFolder(str(home / "base"), str(home))
    installed.store("1", "1", {"awscli_mfa_plugin/__init__.py": b"", "a.py": b"x"})
    folder = installed.path_of("1")
    put(home / ".aws/config", f"[plugins]\ncli_legacy_plugin_path = {folder}\n")
    assert seen(home).folders[0].changed == ()
    (Path(folder) / "a.py").write_text("evil")
    assert seen(home).folders[0].changed == ("a.py",)


def test_rotations_that_are_not_finished_are_seen(home: Path) -> None:
    """Or why that can't be told."""
    journal = RotationJournal(StateFolder(str(home / ".aws" / "cli" / "awscli-mfa")))
    assert seen(home).rotations == ()
    journal.save(ROTATION)
    assert seen(home).rotations == (ROTATION,)
    [path] = (home / ".aws" / "cli" / "awscli-mfa").iterdir()
    path.write_text("{}")
    assert "isn't a journal" in str(seen(home).rotations)


def in_keyring(name: str, program: object, key_id: str = KEY) -> Profile:
    """Return a profile whose key is in the keyring."""
    line = f"{program} keyring get --backend pass {key_id}"
    return Profile(name, {"credential_process": line})


def awscli_mfa(folder: Path, script: str) -> Path:
    """Write an ``awscli-mfa``."""
    path = folder / "awscli-mfa"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_each_line_is_tried_once(tmp_path: Path) -> None:
    """By an action that prints no key."""
    path = awscli_mfa(tmp_path, f'echo "$@" >> "{tmp_path}/words"')
    profiles = [
        *(in_keyring(name, path) for name in "ab"),
        Profile("x"),
        in_keyring("c", path, OTHER),
    ]
    found = list(seen_keyrings(profiles, {}))
    assert found == [ObservedKeyring(("a", "b"), str(path)), ObservedKeyring(("c",), str(path))]
    words = (tmp_path / "words").read_text().splitlines()
    assert words == [f"keyring check --backend pass {key}" for key in (KEY, OTHER)]


def test_what_is_seen_of_a_line_that_fails(tmp_path: Path) -> None:
    """Gone, with a quote that doesn't end, failing, and hanging."""
    gone = f"{tmp_path}/gone/awscli-mfa"
    (found,) = seen_keyrings([in_keyring("a", gone)], {})
    assert found == ObservedKeyring(("a",), gone, has_program=False)
    (found,) = seen_keyrings([in_keyring("a", "'/bin/awscli-mfa")], {})
    assert "quote" in found.unavailable_reason
    path = awscli_mfa(
        tmp_path, "echo 'awscli-mfa: It is locked.' >&2; echo Unlock it. >&2; exit 253"
    )
    (found,) = seen_keyrings([in_keyring("a", path)], {})
    assert (found.unavailable_reason, found.remedy) == ("It is locked.", "Unlock it.")
    path = awscli_mfa(tmp_path, "sleep 60")
    (found,) = seen_keyrings([in_keyring("a", path)], {"PATH": "/usr/bin:/bin"}, 0.5)
    assert "took longer" in found.unavailable_reason
