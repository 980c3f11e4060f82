"""``aws mfa alias`` on the real CLIs: aliases are installed, run, and removed without a trace."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.aliases.command_names import COMMANDS
from awscli_mfa_plugin.aliases.pack import unfit_name
from awscli_mfa_plugin.files.alias_document import HidingAlias, hides_the_command
from tests.hosts.cache import HOSTS, OLDEST_TOO
from tests.hosts.users import serial_of, session_in, settle

if TYPE_CHECKING:
    from pathlib import Path

    from tests.aws import EmbeddedAws
    from tests.hosts.home import Home, Result

MINE = "; mine\r\n[toplevel]\r\n  whoami = sts get-caller-identity --query Account\r\n[x]\r\ny = z"
TEAM = """\
pack: team
aliases:
  - {name: hello, expansion: "!echo hello", help: Say hello, external: true}
  - {name: z, expansion: mfa, help: Multi-factor}
  - {name: go, expansion: 'z exec -- sh -c "echo stolen"', help: Go}
  - {name: login, expansion: s3 ls, help: Log in}
"""
PROBE = """\
import json, sys


def awscli_initialize(cli):
    def tell(command_table, session, **_):
        print(json.dumps([*command_table, *session.get_available_services()]), file=sys.stderr)

    cli.register_last("building-command-table.main", tell)
"""

one_of_each = pytest.mark.parametrize("host", ["v1", "v2"], indirect=True)
on_v2 = pytest.mark.parametrize("host", ["v2"], indirect=True)


def alias_file(home: Home, text: str | None = None) -> Path:
    """Return the CLI's alias file, with ``text`` in it."""
    path = home.aws_folder / "cli" / "alias"
    path.parent.mkdir(exist_ok=True)
    if text is not None:
        path.write_bytes(text.encode())
        path.chmod(0o640)
    return path


def done(result: Result, code: int = 0) -> str:
    """Return what a command wrote on stdout; its exit code is as expected."""
    assert result.returncode == code, result.output
    return result.stdout


def test_aliases_are_installed_run_and_removed(home: Home, aws: EmbeddedAws) -> None:
    """The user's alias is kept, no command is hidden, a second install changes nothing."""
    settle(home, aws)
    file = alias_file(home, MINE)
    output = done(home.run("mfa", "alias", "install"))
    assert "Installed in ~/.aws/cli/alias:\n  aws alive, unlock, lock" in output
    assert "aws whoami  you have your own alias: sts get-caller-identity --query" in output
    installed = file.read_bytes()
    assert "Already up to date" in done(home.run("mfa", "alias", "install"))
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (installed, 0o640)

    listed = json.loads(done(home.run("mfa", "alias", "list", "--output", "json")))["Aliases"]
    states = {(each["Section"], each["Name"]): each["State"] for each in listed}
    assert states.pop(("toplevel", "whoami")) == "hidden by your own alias"
    assert set(states.values()) == {"installed"}
    assert (("command mfa", "st") in states) == home.host.is_v2

    assert done(home.run("whoami", "--output", "text")) == "123456789012\n"
    done(home.run("unlock", "--token-code", aws.fresh_code(serial_of(aws))))
    assert session_in(home)["manager"] == "awscli-mfa-plugin"
    assert "mfa/ada" in done(home.run("mfa-of", "ada", "--profile", "mfa"))
    command = ("--", "echo", "--region", "x")
    assert done(home.run("subshell", "--profile", "mfa", *command)) == "--region x\n"
    swallowed = home.run("subshell", *command)
    assert "exec needs '--' before the command." in swallowed.stderr
    done(swallowed, 252)
    if home.host.is_v2:
        assert "mfa  valid" in done(home.run("mfa", "st"))

    assert "Removed the aliases of" in done(home.run("mfa", "alias", "uninstall"))
    assert file.read_bytes() == MINE.encode()


@one_of_each
def test_a_new_alias_file_is_removed_again(home: Home) -> None:
    """The installation does what the diff showed; the removal leaves no file."""
    file = alias_file(home)
    diff = done(home.run("mfa", "alias", "diff"))
    assert diff.startswith(f"--- /dev/null\n+++ {file}\n")
    assert not file.exists()
    done(home.run("mfa", "alias", "install"))
    added = [line[1:] for line in diff.splitlines()[3:]]
    assert file.read_text().splitlines() == added
    assert done(home.run("alive"), 1) == done(home.run("mfa", "status"), 1)
    assert "+++ /dev/null" in done(home.run("mfa", "alias", "uninstall", "--dry-run"))
    done(home.run("mfa", "alias", "uninstall", "--all"))
    assert not file.exists()


@on_v2
def test_the_section_of_v2_starts_programs_too(home: Home, aws: EmbeddedAws) -> None:
    """``aws mfa sh`` is ``aws mfa exec``, and what follows '--' belongs to another program."""
    settle(home, aws)
    code = aws.fresh_code(serial_of(aws))
    done(home.run("mfa", "login", "--token-code", code))
    done(home.run("mfa", "alias", "install"))
    command = ("--", "sh", "-c", 'echo "$AWS_MFA_PROFILE $*"', "x", "--profile", "--", "y")
    assert done(home.run("mfa", "sh", *command)) == "mfa --profile -- y\n"
    refused = home.run("mfa", "shh")
    assert "Unknown command 'shh'.\nDid you mean 'sh'?" in refused.stderr
    done(refused, 252)


@pytest.mark.parametrize("host", OLDEST_TOO, indirect=True)
def test_a_pack_of_a_team_is_accepted_as_a_whole(home: Home) -> None:
    """It is shown whole; without a terminal it needs ``--yes``, whatever is in it."""
    file, team = alias_file(home), home.path / "team.yaml"
    team.write_text(TEAM)
    refused = home.run("mfa", "alias", "install", "--from", "team.yaml")
    assert "isn't the plugin's own alias pack, so someone has to accept it" in refused.stderr
    assert "aws mfa alias install --yes --from FILE" in refused.stderr
    done(refused, 253)
    assert not file.exists()

    for answer, code in (("", 130), ("y", 0)):
        terminal = home.spawn("mfa", "alias", "install", "--from", "team.yaml")
        terminal.expect("Pack team:\n  aws hello\n    !echo hello\n  aws z\n    mfa\n")
        terminal.expect('  aws go\n    z exec -- sh -c "echo stolen"\n')
        terminal.expect("Install all of these? They run with your credentials. [y/N] ")
        assert not file.exists()
        terminal.send_line(answer)
        assert terminal.wait() == code, terminal.text
    assert done(home.run("hello")) == "hello\n"

    output = done(home.run("mfa", "alias", "list", "--from", "team.yaml"))
    assert "aws login  would hide 'aws login' of AWS CLI v1 or v2" in output
    assert "login =" not in file.read_text()
    done(home.run("mfa", "alias", "uninstall", "--from", "team.yaml"))
    assert not file.exists()
    done(home.run("mfa", "alias", "install", "--yes", "--from", "team.yaml"))
    assert "hello = !echo hello" in file.read_text()


@pytest.mark.parametrize("host", HOSTS, indirect=True)
def test_every_command_of_the_clis_is_known(plain_home: Home, tmp_path: Path) -> None:
    """The list of names that no pack may take, against the CLI's own table."""
    probe = tmp_path / "probe"
    probe.mkdir()
    (probe / "name_probe.py").write_text(PROBE)
    folders = f"cli_legacy_plugin_path = {probe}\n" if plain_home.host.is_v2 else ""
    plain_home.write_config(f"[plugins]\nprobe = name_probe\n{folders}")
    output = plain_home.run("--version", env={"PYTHONPATH": str(probe)}).stderr
    names = set(json.loads(output)) - {"help"}
    assert len(names) > 200
    # Other names can't be in a pack anyway.
    assert {name for name in names if not unfit_name(name)} <= COMMANDS


@one_of_each
def test_an_alias_that_hides_the_command_is_found(home: Home) -> None:
    """``aws mfa`` is another command then and can't report it, so doctor calls this function."""
    file = alias_file(home, "[toplevel]\nmfa = !echo another\n")
    assert done(home.run("mfa", "status")) == "another status\n"
    assert hides_the_command(file.read_bytes()) == (
        HidingAlias("toplevel", "mfa", "!echo another", 2),
    )
    file.write_text("[toplevel]\nmfa = mfa --output text\n")
    assert "No MFA sessions yet" not in done(home.run("mfa", "status"), 1)
    assert hides_the_command(file.read_bytes()) == ()
