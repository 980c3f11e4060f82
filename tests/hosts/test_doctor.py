"""Doctor in real CLIs: how each loads the plugin or fails to, and questions on a terminal.

What it finds in files, profiles and answers of AWS: ``tests/in_process/test_doctor.py``.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.hosts.cache import CHAINS
from tests.hosts.home import Home, Result
from tests.hosts.sessions import settle_on_session
from tests.hosts.terminal import Terminal

if TYPE_CHECKING:
    from tests.aws import EmbeddedAws

# The console script in a Python without the CLI, which doesn't pass our path on.
CONSOLE = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); "
    "from awscli_mfa_plugin.console.main import main; sys.exit(main(system=()))"
)
PYTHON = Path(sys.base_prefix) / "bin" / "python3"

v1_alone = pytest.mark.parametrize("host", ["v1"], indirect=True)
v2_alone = pytest.mark.parametrize("host", ["v2"], indirect=True)


def words_of_console(plugin: Path, *options: str) -> list[str]:
    """Return the command line of ``awscli-mfa doctor``."""
    return [str(PYTHON), "-c", CONSOLE, str(plugin), "doctor", *options]


def by_console(home: Home, plugin: Path, *options: str, **env: str) -> Result:
    """Run ``awscli-mfa doctor`` in the home, without a terminal."""
    done = subprocess.run(
        words_of_console(plugin, *options),
        env=home.environment(env),
        cwd=home.path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        start_new_session=True,
        timeout=120,
        check=False,
    )
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


def findings_in(result: Result) -> list[dict[str, Any]]:
    """Return the findings of a run that printed JSON."""
    found: list[dict[str, Any]] = json.loads(result.stdout)["Findings"]
    return found


def details(result: Result, name: str, state: str = "error") -> str:
    """Return the details of the findings of a name and state, a line each."""
    found = [f for f in findings_in(result) if (f["Name"], f["State"]) == (name, state)]
    assert all(f["Remedy"] for f in found if state in {"warning", "error"})
    return "\n".join(f"{f['Seen']} {f['Remedy'] or ''}" for f in found)


def cli_line(result: Result, home: Home) -> str:
    """Return the finding on the host's own CLI, whatever others the machine has."""
    lines = details(result, "cli").splitlines()
    return "\n".join(line for line in lines if line.startswith(f"{home.host.aws} "))


@pytest.mark.parametrize("host", [*CHAINS, "v2-oldest"], indirect=True)
def test_a_machine_without_problems_and_a_new_version(
    home: Home, aws: EmbeddedAws, tmp_path: Path
) -> None:
    """From ``aws`` and ``awscli-mfa``: exit code 0; nothing is changed, and no code is used.

    Whether other commands of a new version use its sessions is tried once. The running CLI comes
    first, wherever it is on the PATH.
    """
    settle_on_session(home, aws, 30_000)
    aws.user("ada").access_keys[0].created = aws.now().timestamp()
    # An aws that the machine may have in /usr/bin reads the same file, and finds the plugin there.
    text = home.config.read_text().replace(f"cli_legacy_plugin_path = {home.plugin}\n", "")
    both = f"mfa = awscli_mfa_plugin\ncli_legacy_plugin_path = {home.plugin}\n"
    home.config.write_text(text.replace("mfa = awscli_mfa_plugin\n", both))
    before = (home.config.read_bytes(), home.credentials.read_bytes())
    other = tmp_path / "other" / "aws"
    other.parent.mkdir()
    other.write_text(
        "#!/bin/sh\n[ $1 = mfa ] && echo '{\"Sessions\": []}' || echo aws-cli/2.99.0\n"
    )
    other.chmod(0o755)
    known = home.aws_folder / "cli" / "awscli-mfa" / "clis.json"
    known.parent.mkdir(0o700, parents=True)
    known.write_text(json.dumps({str(home.host.aws): "0.9", str(other): "2.99.0"}))
    path = f"{other.parent}:{home.environment()['PATH']}"
    env = {"PATH": path, "AWS_MFA_SESSION": "off"}
    inside = home.run("mfa", "doctor", "--output", "json", "--profile", "mfa", env=env)
    assert inside.returncode == 0, inside.output
    first, second, *_ = details(inside, "cli", "ok").splitlines()
    assert first.startswith(f"{home.host.aws} ")
    assert "aws mfa works, and other commands use its sessions (running now)." in first
    assert str(other) in second
    version = json.loads(known.read_text())[str(home.host.aws)]
    change = f"{home.host.aws} is {version} now; it was 0.9 at the last check. "
    assert details(inside, "cli-version", "note") == change
    states = {f["State"] for f in findings_in(inside) if f["Name"] != "cli-version"}
    assert states == {"ok", "note"}  # one on AWS_MFA_SESSION
    names = {finding["Name"] for finding in findings_in(inside)}
    assert names >= {"dependencies", "config", "file-modes", "sts", "clock", "mfa-serial"}
    assert home.plugin
    outside = by_console(home, home.plugin, "--verbose")
    assert outside.returncode == 0, outside.output
    assert f"{home.host.aws} ".replace(f"{home.path}/", "~/") in outside.stdout
    assert "aws mfa works." in outside.stdout
    assert (home.config.read_bytes(), home.credentials.read_bytes()) == before
    assert not any(call.token_code for call in aws.calls)
    for key in ("the session's secret", aws.user("ada").secret_access_key):
        assert key not in inside.output + outside.output


FAULTS = {
    "v2 without a folder": (
        "v2-debian",
        "[plugins]\nmfa = awscli_mfa_plugin\n",
        "v2 silently skips plugins",
    ),
    "another plugin": ("v2", "{wiring}theirs = their_plugin\n", "can't import their_plugin"),
    "a broken file": ("v1", "{wiring}[default]\na secret\n", "can't read its config file"),
}


@pytest.mark.parametrize(
    ("host", "config", "why"), FAULTS.values(), ids=FAULTS.keys(), indirect=["host"]
)
def test_why_a_cli_does_not_load_the_plugin(home: Home, config: str, why: str) -> None:
    """``aws`` fails or doesn't know ``mfa``; the console script says why."""
    home.config.write_text(config.format(wiring=home.wiring))
    assert home.plugin
    result = by_console(home, home.plugin, "--json")
    assert why in cli_line(result, home), result.output
    assert result.returncode == 253
    assert "a secret" not in result.output


@v1_alone
def test_v1_without_the_plugin(home: Home) -> None:
    """Its Python doesn't have it: every command fails."""
    plugin = home.plugin
    assert plugin
    bare = replace(home, plugin=None)
    result = by_console(bare, plugin, "--json")
    assert "the Python of this v1 lacks the plugin" in cli_line(result, home), result.output


@v1_alone
def test_the_wrong_order_breaks_v1_and_is_fixed(home: Home) -> None:
    """The diff is shown first, nothing changes without a yes, and then v1 works."""
    wrong = (
        f"# mine\n[plugins]\ncli_legacy_plugin_path = {home.plugin}\n"
        "mfa = awscli_mfa_plugin\n[default]\naws_secret_access_key = a-secret\n"
    )
    home.config.write_text(wrong)
    assert home.plugin
    report = by_console(home, home.plugin, "--fix", "--json")
    assert "takes cli_legacy_plugin_path for a plugin" in cli_line(report, home), report.output
    assert "comes before awscli_mfa_plugin" in details(report, "plugins-order")
    assert "+mfa = awscli_mfa_plugin" in report.stderr
    assert "a-secret" not in report.output
    assert "Nothing was changed: there is no terminal" in report.stderr
    assert home.config.read_text() == wrong
    done = by_console(home, home.plugin, "--fix", "--yes", "--json")
    assert cli_line(done, home) == "", done.output
    assert "comes before cli_legacy" in details(done, "plugins-order", "ok")
    assert "aws mfa works." in details(done, "cli", "ok")
    lines = wrong.splitlines()
    assert home.config.read_text().splitlines() == [*lines[:2], lines[3], lines[2], *lines[4:]]


@pytest.fixture
def own_copy(home: Home, tmp_path: Path) -> Home:
    """Return a home with its own copy of the plugin, which a test may break."""
    assert home.plugin
    shutil.copytree(home.plugin, tmp_path / "copy")
    changed = replace(home, plugin=tmp_path / "copy")
    changed.write_config("")
    return changed


@v2_alone
def test_a_plugin_that_is_broken(home: Home, own_copy: Home) -> None:
    """It is loaded but can't start, and ``aws`` works; another copy's console script reports it."""
    assert own_copy.plugin
    assert home.plugin
    (own_copy.plugin / "awscli_mfa_plugin/host/command.py").write_text("import no_such_module\n")
    result = by_console(own_copy, home.plugin, "--json")
    assert "can't start: no module no_such_module" in cli_line(result, home), result.output


@v2_alone
def test_a_folder_that_others_can_write_to(own_copy: Home) -> None:
    """It is reported, and so are an order that only v1 refuses, and a readable file."""
    assert own_copy.plugin
    own_copy.plugin.chmod(0o777)
    own_copy.config.write_text(
        f"[plugins]\ncli_legacy_plugin_path = {own_copy.plugin}\nmfa = awscli_mfa_plugin\n"
    )
    own_copy.write_credentials("[default]\naws_access_key_id = AKIAX\n")
    own_copy.credentials.chmod(0o644)
    report = own_copy.run("mfa", "doctor", "--offline", "--output", "json")
    assert "can be written by everybody" in details(report, "plugin-folder"), report.output
    assert "v1 takes it for a plugin" in details(report, "plugins-order", "note")
    assert "has mode 0644: others can read its keys" in details(report, "file-modes", "warning")
    assert report.returncode == 253


@v2_alone
def test_a_change_is_asked_for_on_a_terminal(home: Home) -> None:
    """From ``aws`` and ``awscli-mfa``: no, then yes."""
    home.write_credentials("[default]\naws_access_key_id = AKIAX\n")
    home.credentials.chmod(0o644)
    terminal = home.spawn("mfa", "doctor", "--offline", "--fix")
    terminal.expect("mode 0644 to 0600")
    terminal.expect("Make this change")
    terminal.send("n\r")
    assert terminal.wait() == 1, terminal.text
    assert home.credentials.stat().st_mode & 0o777 == 0o644
    assert home.plugin
    console = Terminal(
        words_of_console(home.plugin, "--fix"),
        env=home.environment({"PATH": "/usr/bin:/bin"}),
        cwd=home.path,
    )
    home.terminals.append(console)
    console.expect("Make this change")
    console.send("y\r")
    # Without an aws on the PATH that is an error.
    assert console.wait() in {0, 1, 253}, console.text
    assert home.credentials.stat().st_mode & 0o777 == 0o600
