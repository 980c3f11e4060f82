"""``awscli-mfa install`` and ``uninstall`` with a fake ``aws`` that only has a version."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.console.main import main
from awscli_mfa_plugin.errors import ConfigurationError, UsageError
from awscli_mfa_plugin.files.atomic import ChangedMeanwhileError
from awscli_mfa_plugin.files.rotation_journal import RotationJournal
from awscli_mfa_plugin.files.state import StateFolder
from awscli_mfa_plugin.install.changes import all_or_nothing
from awscli_mfa_plugin.install.install import run as install
from awscli_mfa_plugin.install.uninstall import run as uninstall
from awscli_mfa_plugin.system.aws_clis import found_clis
from awscli_mfa_plugin.system.plugin_folder import differing_files, manifest_of
from awscli_mfa_plugin.watch.watch_state import keep_schedulers, scheduled_watches
from tests.fakes import FakeTerminal
from tests.unit.session.test_access_keys import ROTATION

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links, modes, scripts of POSIX")

CHECKOUT = Path(__file__).parents[3]
AWS = """\
#!/bin/sh
case "$*" in
--version)
    if [ -e "$HOME/../fail-with" ] && grep -qs awscli_mfa "$AWS_CONFIG_FILE"; then exit 255; fi
    echo "aws-cli/2.99.0 Python/3.14.6 Linux/6.1 exe/x86_64.debian.12" ;;
"mfa logout "*) echo "$*" >> "$HOME/../logged-out"; exit 0 ;;
"mfa status --output json")
    if [ -e "$HOME/../hang" ]; then touch "$HOME/../hanging"; exec sleep 20; fi
    if [ -e "$HOME/../fail" ]; then echo "no such command: mfa" >&2; exit 252; fi
    echo '{"Sessions": []}'
    exit 1 ;;
*) exit 252 ;;
esac
"""


CONSOLE = """\
import sys
from awscli_mfa_plugin.console.main import main
sys.exit(main(system=()))
"""


@dataclass
class Machine:
    """A home, and ``bin`` with an ``aws`` in it."""

    folder: Path
    tools: Path

    def __post_init__(self) -> None:
        """Make the folders and the program."""
        self.home.mkdir()
        aws = self.folder / "bin" / "aws"
        aws.parent.mkdir()
        aws.write_text(AWS)
        aws.chmod(0o755)

    @property
    def home(self) -> Path:
        """The home folder."""
        return self.folder / "home"

    @property
    def config(self) -> Path:
        """The config file."""
        return self.home / ".aws" / "config"

    @property
    def data(self) -> Path:
        """The folder of the installer's own."""
        return self.home / ".local" / "share" / "awscli-mfa-plugin"

    @property
    def environment(self) -> dict[str, str]:
        """The user's environment."""
        return {"HOME": str(self.home), "PATH": f"{self.folder / 'bin'}:{self.tools}"}

    def write_config(self, text: str) -> None:
        """Write the config file."""
        self.config.parent.mkdir(exist_ok=True)
        self.config.write_bytes(text.encode())

    def files(self) -> dict[str, bytes]:
        """Return the files of the home by path; folders are empty, links have their target."""
        return {str(path): _content(path) for path in sorted(self.home.rglob("*"))}

    def refused(self, *words: str, env: Mapping[str, str] | None = None) -> str:
        """Return why an installation is refused, and check that nothing is changed."""
        before = self.files()
        with pytest.raises(ConfigurationError) as caught:
            install(words, {**self.environment, **(env or {})}, ())
        assert self.files() == before
        return str(caught.value)


def _content(path: Path) -> bytes:
    if path.is_symlink():
        return os.fsencode(path.readlink())
    return path.read_bytes() if path.is_file() else b""


@pytest.fixture
def machine(tmp_path: Path, tools: Path) -> Machine:
    """Return a machine with an empty home."""
    return Machine(tmp_path, tools)


CONFIGS = {
    "missing": None,
    "empty": "",
    "no last newline": "[default]\nregion = eu-west-1",
    "a plugin's folder": "[plugins]\ncli_legacy_plugin_path = /opt/theirs  \n\n[default]\nx = y\n",
    "windows": "[plugins]\r\n# nothing yet\r\n[default]\r\nregion = eu-west-1\r\n",
}


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS.keys())
def test_install_and_uninstall_leave_no_trace(machine: Machine, config: str | None) -> None:
    """Every file is byte for byte as before, and so are the folders."""
    if config is not None:
        machine.write_config(config)
    before = machine.files()
    assert install([], machine.environment, ()) == 0
    assert "mfa = awscli_mfa_plugin" in machine.config.read_text()
    assert f"{machine.data}/current" in machine.config.read_text()
    assert uninstall([], machine.environment, ()) == 0
    assert machine.files() == before


def test_uninstall_is_byte_exact_around_a_plugin_by_hand(machine: Machine) -> None:
    """A moved line comes back to its place, after a blank line and without a newline."""
    theirs = machine.folder / "theirs"
    (theirs / "awscli_mfa_plugin").mkdir(parents=True)
    machine.write_config(
        f"[plugins]\n# note\ncli_legacy_plugin_path = {theirs}  \n\nmfa = awscli_mfa_plugin"
    )
    before = machine.files()
    install([], machine.environment, ())
    assert machine.files() != before
    uninstall([], machine.environment, ())
    assert machine.files() == before


def test_uninstall_removes_the_scheduled_watch(machine: Machine) -> None:
    """Or cron would start a missing program; its other lines stay."""
    install([], machine.environment, ())
    table = machine.folder / "table"
    table.write_text("1 * * * * x # awscli-mfa-watch\n2 * * * * y\n")
    crontab = machine.folder / "bin" / "crontab"
    crontab.write_text(f"#!/bin/sh\ncase $1 in -l) cat '{table}' ;; -) cat > '{table}' ;; esac\n")
    crontab.chmod(0o755)
    keep_schedulers(StateFolder(str(machine.home / ".aws" / "cli" / "awscli-mfa")), ["cron"])
    assert uninstall([], machine.environment, (), scheduled_watches) == 0
    assert table.read_text() == "2 * * * * y\n"


def test_a_config_file_that_is_no_file_any_more_stops_no_upgrade(machine: Machine) -> None:
    """One of an earlier installation, with AWS_CONFIG_FILE: its versions are kept."""
    other = machine.folder / "other"
    install([], {**machine.environment, "AWS_CONFIG_FILE": str(other)}, ())
    other.unlink()
    other.mkdir()
    assert install([], machine.environment, ()) == 0
    assert "mfa = awscli_mfa_plugin" in machine.config.read_text()


def test_installed_files_are_complete_and_private(machine: Machine) -> None:
    """The manifest lists every file, and nobody else can read or write them."""
    install([], machine.environment, ())
    current = machine.data / "current"
    assert "awscli_mfa_plugin/__init__.py" in manifest_of(str(current))
    assert "awscli_mfa_plugin/alias/aliases.yaml" in manifest_of(str(current))
    assert "filelock/__init__.py" in manifest_of(str(current))
    assert "ruamel/yaml/__init__.py" in manifest_of(str(current))
    assert differing_files(str(current)) == []
    for path in (machine.data, *machine.data.rglob("*")):
        if not path.is_symlink():
            assert path.stat().st_mode & 0o077 == 0, path
    (current / "filelock" / "__init__.py").write_text("evil = True\n")
    (current / "more.py").write_text("")
    assert set(differing_files(str(current))) == {"filelock/__init__.py", "more.py"}


def test_the_installed_folder_needs_no_other_package(machine: Machine) -> None:
    """All modules are imported from there."""
    install([], machine.environment, ())
    code = "import awscli_mfa_plugin.install.install, filelock, ruamel.yaml as y; print(y.__file__)"
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],
        env={"PYTHONPATH": str(machine.data / "current"), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        cwd=machine.folder,
        check=False,
    )
    assert done.stdout.decode().startswith(str(machine.data)), done.stderr


def test_a_damaged_version_is_replaced(machine: Machine) -> None:
    """The next installation writes all files and changes the link."""
    install([], machine.environment, ())
    first = (machine.data / "current").readlink()
    (machine.data / "current" / "filelock" / "__init__.py").write_text("evil = True\n")
    install([], machine.environment, ())
    assert (machine.data / "current").readlink() != first
    assert differing_files(str(machine.data / "current")) == []


def test_installing_twice_changes_nothing(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second time there is nothing to do, and uninstall restores the first state."""
    machine.write_config("[plugins]\ncli_legacy_plugin_path = /opt/theirs   \n")
    before = machine.files()
    install([], machine.environment, ())
    once = machine.files()
    install([], machine.environment, ())
    assert machine.files() == once
    capsys.readouterr()
    install(["--dry-run"], machine.environment, ())
    assert capsys.readouterr().out == "Nothing to change.\n"
    uninstall([], machine.environment, ())
    assert machine.files() == before


def test_uninstall_after_an_upgrade_restores_the_first_state(machine: Machine) -> None:
    """As before both installations."""
    machine.write_config("[plugins]\ncli_legacy_plugin_path = /opt/theirs  \n\n[default]\nx = y")
    before = machine.files()
    install([], machine.environment, ())
    # As an older release named its folder.
    text = machine.config.read_text().replace("/current", "/versions/1")
    machine.config.write_text(text)
    record = machine.data / "installed.json"
    record.write_text(record.read_text().replace("/current", "/versions/1"))
    install([], machine.environment, ())
    assert f"/opt/theirs:{machine.data}/current" in machine.config.read_text()
    uninstall([], machine.environment, ())
    assert machine.files() == before


def test_an_upgrade_after_a_manual_change_of_the_section(machine: Machine) -> None:
    """Uninstall restores the section as before the upgrade."""
    machine.write_config("[plugins]\nx = json\n")
    install([], machine.environment, ())
    changed = (
        f"[plugins]\nmfa = awscli_mfa_plugin\ncli_legacy_plugin_path={machine.data}/versions/1\n"
    )
    machine.config.write_text(changed + "y = json")
    before = machine.config.read_bytes()
    install([], machine.environment, ())
    uninstall([], machine.environment, ())
    assert machine.config.read_bytes() == before.replace(
        b"mfa = awscli_mfa_plugin\ncli_legacy_plugin_path="
        + bytes(machine.data)
        + b"/versions/1\n",
        b"",
    )


def test_a_hidden_cli_that_others_can_write_to_is_named(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    """It isn't started; a warning names CLIs that can't be found, and the last line what's next."""
    hidden = machine.home / ".pyenv" / "versions" / "3.12.1" / "bin" / "aws"
    hidden.parent.mkdir(parents=True)
    hidden.write_text(f"#!/bin/sh\ntouch {machine.folder}/started\n")
    hidden.chmod(0o755)
    hidden.parent.chmod(0o777)
    assert install([], machine.environment, ()) == 0
    output = capsys.readouterr()
    assert f"Didn't start {hidden}: {hidden.parent} can be written by everybody" in output.err
    assert f"awscli-mfa install --cli {hidden}" in output.err
    assert not (machine.folder / "started").exists()
    lines = output.out.splitlines()
    assert lines[-4].startswith("Warning: an AWS CLI v1 that wasn't found")
    assert lines[-3].endswith("awscli-mfa install --cli PATH")
    assert lines[-1] == "Log in:  aws mfa login --profile mfa"


def test_another_config_file_needs_no_warning_of_hidden_clis(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only programs with AWS_CONFIG_FILE read that file."""
    other = {**machine.environment, "AWS_CONFIG_FILE": str(machine.home / "other-config")}
    assert install([], other, ()) == 0
    assert "Warning" not in capsys.readouterr().out


def test_dry_run_shows_every_change_and_makes_none(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    """Diffs of the files, a line for the folder; a secret around a change is masked."""
    machine.write_config("[default]\naws_secret_access_key = not-to-be-seen\n")
    before = machine.files()
    assert install(["--dry-run"], machine.environment, ()) == 0
    shown = capsys.readouterr().out
    assert f"+mfa = awscli_mfa_plugin\n+cli_legacy_plugin_path = {machine.data}/current\n" in shown
    assert "new folder" in shown
    assert "not-to-be-seen" not in shown
    assert machine.files() == before
    install([], machine.environment, ())
    before = machine.files()
    capsys.readouterr()
    assert uninstall(["--dry-run"], machine.environment, ()) == 0
    shown = capsys.readouterr().out
    assert "-mfa = awscli_mfa_plugin" in shown
    assert f"remove folder {machine.data}" in shown
    assert machine.files() == before


@pytest.mark.parametrize(("config", "after"), [(None, "/dev/null"), ("", None)])
def test_dry_run_says_whether_the_config_file_goes(
    machine: Machine, capsys: pytest.CaptureFixture[str], config: str | None, after: str | None
) -> None:
    """It goes if install made it; an empty one that was there stays."""
    if config is not None:
        machine.write_config(config)
    install([], machine.environment, ())
    capsys.readouterr()
    uninstall(["--dry-run"], machine.environment, ())
    shown = capsys.readouterr().out
    assert f"--- {machine.config}\n+++ {after or machine.config}\n" in shown


def test_a_failed_verification_undoes_everything(machine: Machine) -> None:
    """If ``aws mfa`` doesn't work in the end, everything is as before."""
    machine.write_config("[default]\nregion = eu-west-1\n")
    (machine.folder / "fail").touch()
    assert "no such command: mfa" in machine.refused()


@pytest.mark.parametrize(
    ("config", "what"),
    [
        ("[DEFAULT]\nregion = x\n", "takes the settings in [DEFAULT] (region) for plugins"),
        ("[plugins]\nx = y\n", "can't load another plugin in [plugins] (y)"),
        ("", "fails with the plugin"),
    ],
)
def test_a_cli_that_fails_with_the_plugin_gets_none(
    machine: Machine, config: str, what: str
) -> None:
    """The cause is named if the file shows it."""
    machine.write_config(config)
    (machine.folder / "fail").touch()
    (machine.folder / "fail-with").touch()
    assert what in machine.refused()


def another_cli(machine: Machine, script: str) -> tuple[tuple[str, str], dict[str, str]]:
    """Put another ``aws`` on the PATH; return the options that name the first one, and the PATH."""
    aws = machine.folder / "other" / "aws"
    aws.parent.mkdir()
    aws.write_text(script)
    aws.chmod(0o755)
    path = f"{machine.environment['PATH']}:{aws.parent}"
    return ("--cli", str(machine.folder / "bin" / "aws")), {"PATH": path}


def test_another_cli_that_would_fail_prevents_it(machine: Machine) -> None:
    """It isn't named by --cli, but reads the same config file."""
    words, env = another_cli(machine, AWS)
    (machine.folder / "fail-with").touch()
    why = machine.refused(*words, env=env)
    assert f"({machine.folder}/other/aws) fails with the plugin" in why


def test_another_cli_that_fails_anyway_prevents_nothing(machine: Machine) -> None:
    """What it fails by isn't the plugin."""
    fails = '#!/bin/sh\n[ "$AWS_CONFIG_FILE" = /dev/null ] && echo "aws-cli/2.99.0 exe/x86"\n'
    words, env = another_cli(machine, fails)
    assert install(words, {**machine.environment, **env}, ()) == 0


def test_a_failed_upgrade_goes_back_to_the_version_before(machine: Machine) -> None:
    """The link has its old target, which still exists."""
    install([], machine.environment, ())
    (machine.data / "current" / "filelock" / "__init__.py").write_text("another release\n")
    (machine.folder / "fail").touch()
    machine.refused()


def test_a_change_that_cant_be_undone_stops_no_other(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is reported."""
    machine.write_config("first")

    def fail() -> None:
        raise ChangedMeanwhileError

    with suppress(ConfigurationError), all_or_nothing() as changes:
        changes.write(str(machine.config), b"second")
        changes.on_failure(fail)
        raise ConfigurationError("x", "y")
    assert machine.config.read_bytes() == b"first"
    assert "couldn't undo a change: a file was changed meanwhile" in capsys.readouterr().err


def test_changes_are_undone_last_one_first(machine: Machine) -> None:
    """Of two changes to one file the older content comes back; empty folders are removed."""
    machine.write_config("first")
    folder = machine.home / "made"
    with suppress(ConfigurationError), all_or_nothing() as changes:
        changes.on_failure(folder.rmdir)
        changes.write(str(machine.config), b"second")
        changes.write(str(machine.config), b"third")
        changes.write(str(folder / "file"), b"new")
        assert machine.config.read_bytes() == b"third"
        raise ConfigurationError("x", "y")
    assert machine.config.read_bytes() == b"first"
    assert not folder.exists()


def hanging_installation(machine: Machine) -> subprocess.Popen[bytes]:
    """Start an installation; return it when it waits for an ``aws`` that doesn't end."""
    (machine.folder / "hang").touch()
    process = subprocess.Popen(
        [sys.executable, "-c", CONSOLE, "install"],
        env=machine.environment,
        cwd=CHECKOUT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    deadline = time.monotonic() + 60
    while not (machine.folder / "hanging").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    (machine.folder / "hang").unlink()
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stopped_installation_is_undone(machine: Machine, number: int) -> None:
    """After a signal the home is as before."""
    machine.write_config("[default]\nregion = eu-west-1\n")
    before = machine.files()
    process = hanging_installation(machine)
    assert machine.files() != before
    process.send_signal(number)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130, stderr
    assert stderr == b"awscli-mfa: Cancelled.\n"
    assert machine.files() == before


@pytest.mark.parametrize("command", ["install", "uninstall"])
def test_a_hangup_under_nohup_is_ignored(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hangup undoes nothing then; a signal that isn't ignored still does, until the end."""
    numbers = (signal.SIGHUP, signal.SIGTERM)
    handlers, during = [signal.getsignal(number) for number in numbers], list[object]()

    def run(*_: object) -> int:
        during.extend(signal.getsignal(number) for number in numbers)
        return 0

    monkeypatch.setattr(f"awscli_mfa_plugin.install.{command}.run", run)
    try:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        assert main([command, "--dry-run"], ()) == 0
        assert during[0] == signal.SIG_IGN
        assert during[1] != handlers[1]
        assert signal.getsignal(signal.SIGTERM) == handlers[1]
    finally:
        signal.signal(signal.SIGHUP, handlers[0])


def test_a_killed_installation_can_be_finished_or_removed(machine: Machine) -> None:
    """The config file is changed last, and the record has the rest."""
    machine.write_config("[default]\nregion = eu-west-1\n")
    before = machine.files()
    process = hanging_installation(machine)
    process.kill()
    process.communicate(timeout=60)
    assert machine.config.read_bytes() == before[str(machine.config)]
    assert install([], machine.environment, ()) == 0
    assert uninstall([], machine.environment, ()) == 0
    assert machine.files() == before


def test_a_file_that_the_cli_cannot_read_is_named(machine: Machine) -> None:
    """With its line; nothing is changed."""
    machine.write_config("[default]\nregion\n")
    assert "line 2" in machine.refused()


def test_an_alias_that_hides_the_command_is_named(machine: Machine) -> None:
    """The alias isn't run to verify the installation."""
    alias = machine.home / ".aws" / "cli" / "alias"
    alias.parent.mkdir(parents=True)
    alias.write_text("[toplevel]\nmfa = !touch ran\n")
    assert "The alias mfa in ~/.aws/cli/alias" in machine.refused()


@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o775], ids=oct)
def test_a_folder_that_others_can_write_is_refused(machine: Machine, mode: int) -> None:
    """Its code would run with the user's keys, with the sticky bit too."""
    shared = machine.home / "shared"
    shared.mkdir()
    if os.geteuid() == 0:
        os.chown(shared, -1, 100)
    shared.chmod(mode)
    why = machine.refused(env={"XDG_DATA_HOME": str(shared)})
    if mode == 0o775 and os.geteuid() != 0:
        pytest.skip("a user's own group may write")
    assert f"{shared} can be written by" in why


def test_a_linked_folder_is_followed(machine: Machine) -> None:
    """Others could change the target."""
    shared = machine.home / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    (machine.home / ".local").symlink_to(shared)
    assert f"{shared} can be written by everybody" in machine.refused()


def test_without_any_cli_it_says_where_to_get_one(machine: Machine) -> None:
    """No CLI on the PATH or where one usually is."""
    assert "No AWS CLI found" in machine.refused(env={"PATH": "/nonexistent"})


def test_a_program_that_is_no_cli_is_refused(machine: Machine) -> None:
    """--cli names it."""
    assert "/bin/true isn't an AWS CLI" in machine.refused("--cli", "/bin/true")


@pytest.mark.parametrize("command", [install, uninstall])
def test_wrong_usage(machine: Machine, command: Callable[..., int]) -> None:
    """An unknown option is an error with the CLI's exit code."""
    with pytest.raises(UsageError, match="--nonsense"):
        command(["--nonsense"], machine.environment, ())


def test_sudo_is_refused(machine: Machine) -> None:
    """Root's files in a user's home would break later installations."""
    if os.geteuid() != 0:
        pytest.skip("needs root, as sudo gives it")
    assert "with sudo" in machine.refused(env={"SUDO_USER": "ada"})


def test_uninstall_without_an_installation(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    """There is nothing to do, which is no error."""
    assert uninstall([], machine.environment, ()) == 0
    assert capsys.readouterr().out.startswith("Nothing to uninstall")
    assert not list(machine.home.iterdir())


def test_uninstall_refuses_while_a_journal_holds_a_key(machine: Machine) -> None:
    """The old key of a rotation that isn't finished: nothing is removed."""
    assert install([], machine.environment, ()) == 0
    journal = RotationJournal(StateFolder(str(machine.home / ".aws" / "cli" / "awscli-mfa")))
    journal.save(ROTATION)
    before = machine.files()
    with pytest.raises(ConfigurationError, match="isn't finished") as caught:
        uninstall([], machine.environment, ())
    assert "--finish" in caught.value.remedy
    assert machine.files() == before
    journal.remove(ROTATION)
    assert uninstall([], machine.environment, ()) == 0


def test_a_key_in_the_keyring_is_moved_back_before_the_script_goes(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without ``awscli-mfa`` no aws would get it."""
    line = "credential_process = /bin/awscli-mfa keyring get --backend pass AKIAX\n"
    machine.write_config(f"[profile my keys]\n{line}[profile 'my keys']\n{line}")
    assert install([], machine.environment, ()) == 0
    capsys.readouterr()
    assert uninstall([], machine.environment, ()) == 0
    assert capsys.readouterr().out.splitlines()[-3:] == [
        "To remove awscli-mfa itself, move your keys out of the keyring first:",
        "  awscli-mfa keyring restore --profile 'my keys'",
        "  pipx uninstall awscli-mfa-plugin",
    ]


PROFILES = (
    "[default]\nregion = eu-west-1\nmfa_session = on\n"
    "[profile mfa]\nmfa_source_profile = default\nregion = eu-west-1\n"
    "[profile more]\nmfa_source_profile = default\noutput = json\n"
    "[profile keyed]\nmfa_source_profile = default\nregion = eu-west-1\n"
    "[profile theirs]\nmfa_source_profile = default\n"
    "[profile role]\nrole_arn = arn:aws:iam::123456789012:role/x\nsource_profile = mfa\n"
)
CREDENTIALS = (
    "[keyed]\naws_access_key_id = AKIAKEYED\naws_secret_access_key = x\n"
    "[theirs]\naws_access_key_id = ASIATHEIRS\naws_secret_access_key = x\n"
    "aws_session_token = x\nexpiration = 2999-01-01T00:00:00Z\n"
)


def with_profiles(machine: Machine) -> None:
    """Install on a machine that has MFA profiles of each kind."""
    machine.write_config(PROFILES)
    (machine.config.parent / "credentials").write_text(CREDENTIALS)
    assert install([], machine.environment, ()) == 0


def test_uninstall_lists_what_it_removes_and_what_stays(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a terminal nobody is asked, and the profiles stay."""
    with_profiles(machine)
    capsys.readouterr()
    assert uninstall([], machine.environment, ()) == 0
    assert machine.config.read_text() == PROFILES
    assert capsys.readouterr().out.splitlines() == [
        "Removed:",
        "  the plugin's lines in ~/.aws/config",
        "  ~/.local/share/awscli-mfa-plugin",
        "  ~/.aws/cli/awscli-mfa",
        (
            "Kept in ~/.aws/config, and their sessions until they expire: "
            "profile default, mfa, more, keyed, theirs"
        ),
        "To remove awscli-mfa itself:  pipx uninstall awscli-mfa-plugin",
    ]
    assert not (machine.folder / "logged-out").exists()


@pytest.mark.parametrize(("words", "answer"), [(["--profiles"], "n"), ([], "y")])
def test_uninstall_removes_the_mfa_profiles_on_request(
    machine: Machine, capsys: pytest.CaptureFixture[str], words: list[str], answer: str
) -> None:
    """Those that are for sessions alone, and no session or setting of another profile.

    Any other setting, long-lived keys or another tool's session keep a profile.
    """
    with_profiles(machine)
    terminal = FakeTerminal(answer)
    assert uninstall(words, machine.environment, (), terminal=terminal) == 0
    assert machine.config.read_text() == PROFILES.replace(
        "[profile mfa]\nmfa_source_profile = default\nregion = eu-west-1\n", ""
    )
    assert (machine.folder / "logged-out").read_text() == "mfa logout --profile mfa\n"
    assert (machine.config.parent / "credentials").read_text() == CREDENTIALS
    assert "  profile mfa and its session\n" in capsys.readouterr().out
    question = "Remove the MFA profiles and their sessions too (mfa)? [y/N] "
    assert terminal.questions == ([] if words else [question])


def test_enter_keeps_the_mfa_profiles(machine: Machine) -> None:
    """The default answer is no."""
    with_profiles(machine)
    assert uninstall([], machine.environment, (), terminal=FakeTerminal("")) == 0
    assert machine.config.read_text() == PROFILES


def test_a_dry_run_shows_the_profiles_too(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    """With --profiles; nothing is asked or changed."""
    with_profiles(machine)
    before = machine.files()
    capsys.readouterr()
    words = ["--dry-run", "--profiles"]
    assert uninstall(words, machine.environment, (), terminal=FakeTerminal()) == 0
    shown = capsys.readouterr().out
    assert "-[profile mfa]\n" in shown
    assert "aws mfa logout --profile mfa\n" in shown
    assert machine.files() == before


def test_uninstall_works_with_unreadable_files(machine: Machine) -> None:
    """Except with --profiles: it isn't known then whether they have keys."""
    with_profiles(machine)
    credentials = machine.config.parent / "credentials"
    credentials.write_text("no section\n")
    with pytest.raises(ConfigurationError):
        uninstall(["--profiles"], machine.environment, ())
    assert uninstall([], machine.environment, ()) == 0
    assert machine.config.read_text() == PROFILES


def test_uninstall_can_remove_only_sessions(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    """All of them, and the settings that make profiles MFA profiles; the profiles stay."""
    with_profiles(machine)
    capsys.readouterr()
    assert uninstall(["--sessions"], machine.environment, ()) == 0
    assert (machine.folder / "logged-out").read_text() == "mfa logout --all --forget\n"
    assert "  all MFA sessions\n" in capsys.readouterr().out


def test_what_the_user_adds_meanwhile_stays(machine: Machine) -> None:
    """Lines added to [plugins] since are kept when ours go."""
    machine.write_config("[plugins]\n\n[default]\nregion = eu-west-1\n")
    install([], machine.environment, ())
    text = machine.config.read_text()
    machine.config.write_text(text.replace("[plugins]\n", "[plugins]\n# theirs\nspare = x\n"))
    assert uninstall([], machine.environment, ()) == 0
    assert machine.config.read_text() == (
        "[plugins]\n# theirs\nspare = x\n\n[default]\nregion = eu-west-1\n"
    )


def test_uninstall_without_a_record(machine: Machine) -> None:
    """The lines of [plugins] and the folder are removed anyway."""
    machine.write_config("[default]\nregion = eu-west-1\n")
    before = machine.config.read_bytes()
    install([], machine.environment, ())
    (machine.data / "installed.json").write_text("{broken")
    assert uninstall([], machine.environment, ()) == 0
    assert machine.config.read_bytes() == before
    assert not machine.data.exists()


def test_a_dangling_link_is_restored(machine: Machine) -> None:
    """The config file is created at its target, and removed again."""
    target = machine.home / "dot" / "config"
    target.parent.mkdir()
    machine.config.parent.mkdir()
    machine.config.symlink_to(target)
    install([], machine.environment, ())
    assert "awscli_mfa_plugin" in target.read_text()
    assert uninstall([], machine.environment, ()) == 0
    assert machine.config.is_symlink()
    assert not target.exists()


def test_a_manual_setup_is_not_removed(machine: Machine) -> None:
    """Lines of [plugins] and a folder that the user made: nothing was installed."""
    machine.write_config("[plugins]\nmfa = awscli_mfa_plugin\ncli_legacy_plugin_path = /x\n")
    before = machine.config.read_bytes()
    machine.data.mkdir(parents=True)
    (machine.data / "mine.txt").write_text("mine")
    assert uninstall([], machine.environment, ()) == 0
    assert machine.config.read_bytes() == before
    assert (machine.data / "mine.txt").read_text() == "mine"


def test_a_users_file_in_the_folder_stays(machine: Machine) -> None:
    """The plugin is removed, the file stays."""
    install([], machine.environment, ())
    (machine.data / "mine.txt").write_text("mine")
    assert uninstall([], machine.environment, ()) == 0
    assert [path.name for path in machine.data.iterdir()] == ["mine.txt"]


def test_another_config_file_is_remembered(machine: Machine) -> None:
    """Uninstall finds it, also when the variable isn't set any more."""
    other = machine.home / "other-config"
    install([], {**machine.environment, "AWS_CONFIG_FILE": str(other)}, ())
    assert "awscli_mfa_plugin" in other.read_text()
    assert not machine.config.exists()
    assert uninstall([], machine.environment, ()) == 0
    assert not other.exists()


def test_found_clis_are_identified(machine: Machine) -> None:
    """Frozen or not, working or not, by which Python; each program once."""
    folder = machine.folder / "bin"
    scripts = {
        "pip": "#!/opt/venv/bin/python\n",
        "long": "#!/bin/sh\n'''exec' \"/opt/a b/bin/python3\" \"$0\" \"$@\"\n' '''\n",
        "env": "#!/usr/bin/env -S python3 -s\n",
        "shim": "#!/bin/sh\nexit 1\n",
    }
    for name, text in scripts.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    (folder / "again").symlink_to(folder / "aws")
    extra = [str(folder / name) for name in [*scripts, "again", "missing"]]
    python3 = folder / "python3"
    python3.symlink_to(sys.executable)
    clis = {Path(cli.path).name: cli for cli in found_clis(machine.environment, (), extra)}
    assert clis["pip"].python == "/opt/venv/bin/python"
    assert clis["long"].python == "/opt/a b/bin/python3"
    assert clis["env"].python == str(python3)
    assert (clis["shim"].python, clis["shim"].version) == ("", "")
    assert (clis["again"].version, clis["again"].is_v2, clis["again"].is_frozen) == (
        "2.99.0",
        True,
        True,
    )
    assert "aws" not in clis
    assert clis["missing"].version == ""
