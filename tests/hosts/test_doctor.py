"""Doctor in real CLIs: it reports each fault, and --fix asks before each change."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.hosts.cache import HOSTS
from tests.hosts.conftest import need
from tests.hosts.home import Home, Result
from tests.hosts.host import Host, all_hosts
from tests.hosts.terminal import Terminal
from tests.hosts.users import keys_of, serial_of, settle

if TYPE_CHECKING:
    from tests.aws import EmbeddedAws

# The console script in a Python without the CLI, which doesn't pass our path on.
CONSOLE = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); "
    "from awscli_mfa_plugin.console.main import main; sys.exit(main(system=()))"
)
PYTHON = Path(sys.base_prefix) / "bin" / "python3"

MANAGED = "[profile mfa]\nmfa_source_profile = default\nregion = eu-west-1\nmfa_serial = "

v1_alone = pytest.mark.parametrize("host", ["v1"], indirect=True)
v2_alone = pytest.mark.parametrize("host", ["v2"], indirect=True)
v1_and_v2 = pytest.mark.parametrize("host", ["v1", "v2"], indirect=True)


@pytest.fixture(params=["v1", "v2", "v2-debian"])
def host(request: pytest.FixtureRequest) -> Host:
    """Return v1 and both kinds of v2: the others don't differ in what doctor looks at."""
    need(request.param)
    return next(host for host in all_hosts() if host.name == request.param)


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
    return "\n".join(f"{f['Seen']} {f['Remedy']}" for f in found)


def cli_line(result: Result, home: Home) -> str:
    """Return the finding on the host's own CLI, whatever others the machine has."""
    lines = details(result, "cli").splitlines()
    return "\n".join(line for line in lines if line.startswith(f"{home.host.aws} "))


def test_a_machine_without_problems(home: Home, aws: EmbeddedAws) -> None:
    """From ``aws`` and ``awscli-mfa``: exit code 0; nothing is changed, and no code is used."""
    settle(home, aws, config=MANAGED + serial_of(aws) + "\n")
    aws.user("ada").access_keys[0].created = aws.now().timestamp()
    # An aws that the machine may have in /usr/bin reads the same file, and finds the plugin there.
    text = home.config.read_text().replace(f"cli_legacy_plugin_path = {home.plugin}\n", "")
    both = f"mfa = awscli_mfa_plugin\ncli_legacy_plugin_path = {home.plugin}\n"
    home.config.write_text(text.replace("mfa = awscli_mfa_plugin\n", both))
    before = (home.config.read_bytes(), home.credentials.read_bytes())
    inside = home.run("mfa", "doctor", "--output", "json", "--profile", "mfa")
    states = {finding["State"] for finding in findings_in(inside)}
    assert (inside.returncode, states) == (0, {"ok"}), inside.output
    names = {finding["Name"] for finding in findings_in(inside)}
    assert "aws mfa works (running now)." in details(inside, "cli", "ok")
    assert names >= {"cli", "dependencies", "config", "file-modes", "sts", "clock", "mfa-serial"}
    assert home.plugin
    outside = by_console(home, home.plugin, "--verbose")
    assert outside.returncode == 0, outside.output
    assert f"{home.host.aws} ".replace(f"{home.path}/", "~/") in outside.stdout
    assert "aws mfa works." in outside.stdout
    assert (home.config.read_bytes(), home.credentials.read_bytes()) == before
    assert not any(call.token_code for call in aws.calls)
    assert aws.user("ada").secret_access_key not in inside.output + outside.output


@pytest.mark.parametrize("host", HOSTS, indirect=True)
def test_a_new_version_is_noticed_and_tried_again(home: Home, aws: EmbeddedAws) -> None:
    """Whether ``aws mfa`` works in it, and whether other commands use its sessions; once."""
    settle(home, aws, config=MANAGED + serial_of(aws) + "\n")
    code = aws.fresh_code(serial_of(aws))
    doctor = ("mfa", "doctor", "--offline", "--output", "json")
    used = "aws mfa works, and other commands use its sessions (running now)."
    assert used not in details(home.run(*doctor), "cli", "ok")  # there is nothing to use yet
    assert home.run("mfa", "login", "--token-code", code).returncode == 0
    assert used in details(home.run(*doctor), "cli", "ok")
    known = home.aws_folder / "cli" / "awscli-mfa" / "clis.json"
    version = json.loads(known.read_text())[str(home.host.aws)]
    assert used not in details(home.run(*doctor), "cli", "ok")
    known.write_text(json.dumps({str(home.host.aws): "0.9"}))
    again = home.run(*doctor, env={"AWS_MFA_SESSION": "off"})  # that isn't the CLI's fault
    assert used in details(again, "cli", "ok")
    assert f"is {version} now; it was 0.9 at the last check." in details(
        again, "cli-version", "note"
    )
    assert details(home.run(*doctor), "cli-version", "note") == ""


def test_doctor_shows_the_running_cli_first(home: Home, tmp_path: Path) -> None:
    """Also if another one is on the PATH, and this one isn't."""
    other = tmp_path / "other" / "aws"
    other.parent.mkdir()
    other.write_text("#!/bin/sh\necho aws-cli/2.99.0\n")
    other.chmod(0o755)
    path = f"{other.parent}:/usr/bin:/bin"
    result = home.run("mfa", "doctor", "--offline", "--output", "json", env={"PATH": path})
    first, *_ = [finding for finding in findings_in(result) if finding["Name"] == "cli"]
    assert first["Seen"].endswith("works (running now)."), result.output
    assert str(other) in result.output


V2_FAULTS = {
    "no folder": ("v2-debian", "", "v2 silently skips plugins"),
    "a home sign": ("v2", "cli_legacy_plugin_path = ~/plugins\n", "v2 doesn't expand '~'"),
    "a relative folder": (
        "v2-debian",
        "cli_legacy_plugin_path = plugins\n",
        "v2 needs an absolute path",
    ),
    "a folder that is gone": (
        "v2",
        "cli_legacy_plugin_path = /nowhere/x\n",
        "/nowhere/x, which doesn't exist",
    ),
    "a folder without the plugin": (
        "v2",
        "cli_legacy_plugin_path = /usr\n",
        "no folder in cli_legacy",
    ),
}


@pytest.mark.parametrize(
    ("host", "line", "why"), V2_FAULTS.values(), ids=V2_FAULTS.keys(), indirect=["host"]
)
def test_a_fault_in_the_wiring_of_v2_is_named(home: Home, line: str, why: str) -> None:
    """``aws`` fails or doesn't know ``mfa``; the console script says why."""
    home.config.write_text(f"[plugins]\nmfa = awscli_mfa_plugin\n{line}")
    assert home.plugin
    result = by_console(home, home.plugin, "--json")
    assert why in cli_line(result, home), result.output
    assert result.returncode == 253


@v1_alone
def test_a_config_file_without_the_plugin(home: Home) -> None:
    """Before anything is installed."""
    home.config.write_text("[default]\nregion = eu-west-1\n")
    assert home.plugin
    result = by_console(home, home.plugin, "--json")
    assert "doesn't name awscli_mfa_plugin" in cli_line(result, home)
    assert "awscli-mfa install" in cli_line(result, home)


@v1_and_v2
def test_another_plugin_that_cannot_be_imported(home: Home) -> None:
    """It makes every command fail; its name is shown."""
    home.config.write_text(home.wiring + "theirs = their_plugin\n")
    assert home.run("--version").returncode != 0
    assert home.plugin
    result = by_console(home, home.plugin, "--json")
    assert "can't import their_plugin" in cli_line(result, home), result.output


@v1_alone
def test_v1_without_the_plugin(home: Home) -> None:
    """Its Python doesn't have it: every command fails."""
    plugin = home.plugin
    assert plugin
    bare = replace(home, plugin=None)
    assert bare.run("--version").returncode != 0
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
    assert home.run("--version").returncode != 0
    assert home.plugin
    report = by_console(home, home.plugin, "--json")
    assert "takes cli_legacy_plugin_path for a plugin" in cli_line(report, home), report.output
    assert "comes before awscli_mfa_plugin" in details(report, "plugins-order")
    fixing = by_console(home, home.plugin, "--fix")
    assert "+mfa = awscli_mfa_plugin" in fixing.stderr
    assert "a-secret" not in fixing.output
    assert "Nothing was changed: there is no terminal" in fixing.stderr
    assert home.config.read_text() == wrong
    done = by_console(home, home.plugin, "--fix", "--yes", "--json")
    assert cli_line(done, home) == "", done.output
    assert "comes before cli_legacy" in details(done, "plugins-order", "ok")
    lines = wrong.splitlines()
    assert home.config.read_text().splitlines() == [*lines[:2], lines[3], lines[2], *lines[4:]]
    assert home.run("--version").returncode == 0


@v2_alone
def test_the_order_is_a_note_where_only_v2_is(home: Home) -> None:
    """v2 accepts any order."""
    home.config.write_text(
        f"[plugins]\ncli_legacy_plugin_path = {home.plugin}\nmfa = awscli_mfa_plugin\n"
    )
    result = home.run("mfa", "doctor", "--offline", "--output", "json")
    assert "v1 takes it for a plugin" in details(result, "plugins-order", "note")
    assert result.returncode == 0, result.output


@pytest.fixture
def own_copy(home: Home, tmp_path: Path) -> Home:
    """Return a home with its own copy of the plugin, which a test may break."""
    assert home.plugin
    shutil.copytree(home.plugin, tmp_path / "copy")
    changed = replace(home, plugin=tmp_path / "copy")
    changed.write_config("")
    return changed


@v1_and_v2
def test_a_plugin_that_is_broken(home: Home, own_copy: Home) -> None:
    """It is loaded but can't start, and ``aws`` works; another copy's console script reports it."""
    assert own_copy.plugin
    assert home.plugin
    (own_copy.plugin / "awscli_mfa_plugin/host/command.py").write_text("import no_such_module\n")
    result = by_console(own_copy, home.plugin, "--json")
    line = cli_line(result, home)
    assert "can't start: no module no_such_module" in line, result.output


@v1_alone
def test_a_missing_dependency_and_an_old_copy(own_copy: Home) -> None:
    """``aws mfa doctor`` itself works without any."""
    assert own_copy.plugin
    shutil.rmtree(own_copy.plugin / "filelock")
    result = own_copy.run("mfa", "doctor", "--offline", "--output", "json")
    assert "filelock is missing" in details(result, "dependencies"), result.output
    assert result.returncode == 253


@v2_alone
def test_a_folder_that_others_can_write_to(own_copy: Home) -> None:
    """Named with its mode; --fix --yes makes it private, and whatever else isn't."""
    assert own_copy.plugin
    own_copy.plugin.chmod(0o777)
    own_copy.write_credentials("[default]\naws_access_key_id = AKIAX\n")
    own_copy.credentials.chmod(0o644)
    leftover = own_copy.aws_folder / ".config.awscli-mfa-0123abcd.tmp"
    leftover.write_text("x")
    os.utime(leftover, (1, 1))
    report = own_copy.run("mfa", "doctor", "--offline", "--output", "json")
    assert "can be written by everybody" in details(report, "plugin-folder"), report.output
    assert "has mode 0644: others can read its keys" in details(report, "file-modes", "warning")
    assert leftover.name in details(report, "leftovers", "note")
    assert report.returncode == 253
    options = ("--offline", "--output", "json", "--fix", "--yes")
    done = own_copy.run("mfa", "doctor", *options)
    assert "mode 0777 to 0755" in done.stderr
    assert "mode 0644 to 0600" in done.stderr
    assert not leftover.exists()
    assert own_copy.plugin.stat().st_mode & 0o777 == 0o755
    assert own_copy.credentials.stat().st_mode & 0o777 == 0o600
    assert {f["Name"] for f in findings_in(done) if f["State"] == "error"} == set()


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
        words_of_console(home.plugin, "--fix"), env=home.environment(), cwd=home.path
    )
    try:
        console.expect("Make this change")
        console.send("y\r")
        assert console.wait() in {0, 1}, console.text
    finally:
        console.close()
    assert home.credentials.stat().st_mode & 0o777 == 0o600


@v1_alone
def test_a_file_that_does_not_parse(home: Home) -> None:
    """A second [toplevel], a broken config file: no ``aws`` command starts; the line is named."""
    assert home.plugin
    alias = home.aws_folder / "cli" / "alias"
    alias.parent.mkdir(mode=0o700)
    alias.write_text("[toplevel]\na = sts get-caller-identity\n[toplevel]\nb = s3 ls\n")
    assert home.run("--version").returncode != 0
    result = by_console(home, home.plugin, "--json")
    assert "line 3 repeats the section of line 1" in details(result, "alias"), result.output
    alias.unlink()
    home.write_config("[default]\naws_secret_access_key a-secret\n")
    result = by_console(home, home.plugin, "--json")
    lines = len(home.wiring.splitlines()) + 2
    assert f"line {lines} is neither a section nor an option" in details(result, "config")
    assert "can't read its config file" in cli_line(result, home)
    assert "a-secret" not in result.output


@v2_alone
def test_an_alias_that_hides_the_command(home: Home) -> None:
    """Doctor reports its line, and never runs it."""
    alias = home.aws_folder / "cli" / "alias"
    alias.parent.mkdir(mode=0o700)
    alias.write_text(f"[toplevel]\nmfa = !touch {home.path}/was-run\n")
    assert home.plugin
    result = by_console(home, home.plugin, "--json")
    assert "Line 2 of" in details(result, "alias")
    assert "not tested, because an alias hides aws mfa" in details(result, "cli", "warning")
    assert not (home.path / "was-run").exists()


CLOCK = {
    "hours behind": ("v1", 7200, "error", "2 h behind"),
    "a bit ahead": ("v2", -90, "warning", "ahead of"),
}


@pytest.mark.parametrize(
    ("host", "offset", "state", "text"), CLOCK.values(), ids=CLOCK.keys(), indirect=["host"]
)
def test_a_wrong_clock(home: Home, aws: EmbeddedAws, offset: int, state: str, text: str) -> None:
    """Compared with the Date of an answer that needs no key."""
    settle(home, aws)
    aws.set_offset(offset)
    result = home.run("mfa", "doctor", "--output", "json")
    assert text in details(result, "clock", state), result.output


@v1_and_v2
def test_nothing_answers(home: Home) -> None:
    """One finding, and no more calls; --offline makes none."""
    home.write_config(MANAGED + "GAHT12345678\n")
    home.write_credentials(
        "[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = a-secret\n"
    )
    result = home.run("mfa", "doctor", "--output", "json")
    assert "Can't reach AWS in eu-west-1" in details(result, "sts"), result.output
    assert "HTTPS_PROXY" in details(result, "proxy", "ok")
    assert result.returncode == 253
    assert "a-secret" not in result.output


@v2_alone
def test_something_else_answers(home: Home, aws: EmbeddedAws) -> None:
    """A captive portal, and a region whose STS is off."""
    settle(home, aws)
    aws.fault("GetCallerIdentity", "html")
    result = home.run("mfa", "doctor", "--output", "json")
    assert "a network's sign-in page" in details(result, "sts"), result.output
    aws.fault("GetCallerIdentity", "region-disabled")
    result = home.run("mfa", "doctor", "--output", "json")
    assert "STS is turned off in eu-west-1" in details(result, "sts"), result.output


SERIALS = {
    "another user's": (
        "v1",
        "ada",
        "arn:aws:iam::123456789012:mfa/grace",
        "isn't a device of its user",
    ),
    "a FIDO device": (
        "v2",
        "both",
        "arn:aws:iam::123456789012:u2f/user/both/key",
        "is a FIDO device",
    ),
    "FIDO alone": ("v2-debian", "fido", "GAHT12345678", "its user has only FIDO devices"),
}


@pytest.mark.parametrize(
    ("host", "user", "serial", "text"), SERIALS.values(), ids=SERIALS.keys(), indirect=["host"]
)
def test_an_mfa_serial_that_cannot_work(
    home: Home, aws: EmbeddedAws, user: str, serial: str, text: str
) -> None:
    """It is found without a code."""
    settle(home, aws, user, config=MANAGED + serial + "\n")
    result = home.run("mfa", "doctor", "--output", "json", "--profile", "mfa")
    assert text in details(result, "mfa-serial"), result.output
    assert aws.user(user).secret_access_key not in result.output
    assert result.returncode == 253


@v2_alone
def test_devices_that_may_not_be_listed_are_a_note(home: Home, aws: EmbeddedAws) -> None:
    """The usual policies deny it without a session."""
    settle(home, aws, "denied", config=MANAGED + serial_of(aws, "denied") + "\n")
    result = home.run("mfa", "doctor", "--output", "json", "--profile", "mfa")
    assert "may not list" in details(result, "mfa-serial", "note"), result.output


HOSTILE = "\x1b]0;x\x07\u202e"


@v2_alone
def test_names_and_secrets_are_safe_to_show(home: Home, aws: EmbeddedAws) -> None:
    """Text from files and the environment is escaped; a proxy's password isn't shown."""
    home.write_config(
        f'[default]\nregion = eu-west-1\n[profile "a{HOSTILE}b"]\nsource_profile = default\n'
        f"mfa_session = {HOSTILE}\n"
    )
    home.write_credentials(keys_of(aws, "ada"))
    secrets = {
        "AWS_SECRET_ACCESS_KEY": "secret-of-the-environment",
        "AWS_SESSION_TOKEN": "token-of-the-environment",
        "HTTP_PROXY": "http://user:pass-of-proxy@127.0.0.1:9",
        "AWS_MFA_TOKEN_CODE": "123456",
        "AWS_DEFAULT_PROFILE": f"no{HOSTILE}body",
    }
    assert home.plugin
    for result in (
        home.run("mfa", "doctor", "--verbose", "--profile", f"a{HOSTILE}b", env=secrets),
        by_console(home, home.plugin, "--verbose", **secrets),
    ):
        assert "source_profile without role_arn" in result.stdout, result.output
        assert "AWS_SECRET_ACCESS_KEY is set without AWS_ACCESS_KEY_ID" in result.stdout
        assert "HTTP_PROXY" in result.stdout
        assert not [word for word in ("\x1b", "\x07", "\u202e") if word in result.output]
        hidden = ("of-the-environment", "pass-of-proxy", "123456", "Traceback")
        assert not [word for word in hidden if word in result.output.replace("123456789012", "")]
        assert aws.user("ada").secret_access_key not in result.output


@v2_alone
def test_wrong_usage(home: Home) -> None:
    """252 from ``aws`` and ``awscli-mfa``."""
    assert home.plugin
    result = home.run("mfa", "doctor", "--yes")
    assert (result.returncode, "--yes needs --fix" in result.stderr) == (252, True)
    result = by_console(home, home.plugin, "--yes")
    assert (result.returncode, "--yes goes with --fix" in result.stderr) == (252, True)
    assert by_console(home, home.plugin, "--no\x1bsense").stderr.startswith(
        "awscli-mfa doctor: unrecognized arguments: --no\\x1bsense"
    )
    assert by_console(home, home.plugin, "--help").returncode == 0
