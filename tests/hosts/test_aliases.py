"""``aws mfa alias`` on the real CLIs: aliases are installed, run, and removed without a trace."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.aliases.command_names import COMMANDS
from awscli_mfa_plugin.aliases.pack import unfit_name
from awscli_mfa_plugin.files.alias_document import HidingAlias, hides_the_command
from tests.hosts.cache import HOSTS
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
    """The user's alias is kept, and those of each section run, also as another program."""
    settle(home, aws)
    file = alias_file(home, MINE)
    output = done(home.run("mfa", "alias", "install"))
    assert "Installed in ~/.aws/cli/alias:\n  aws alive, unlock, lock" in output
    assert "aws whoami  you have your own alias: sts get-caller-identity --query" in output
    assert file.stat().st_mode & 0o777 == 0o640

    assert done(home.run("whoami", "--output", "text")) == "123456789012\n"
    done(home.run("unlock", "--token-code", aws.fresh_code(serial_of(aws))))
    assert session_in(home)["manager"] == "awscli-mfa-plugin"
    command = ("--", "echo", "--region", "x")
    assert done(home.run("subshell", "--profile", "mfa", *command)) == "--region x\n"
    if home.host.is_v2:
        script = ("--", "sh", "-c", 'echo "$AWS_MFA_PROFILE $*"', "x", "--profile", "--", "y")
        assert done(home.run("mfa", "sh", *script)) == "mfa --profile -- y\n"

    assert "Removed the aliases of" in done(home.run("mfa", "alias", "uninstall"))
    assert file.read_bytes() == MINE.encode()


@on_v2
def test_a_pack_of_a_team_is_shown_on_the_terminal(home: Home) -> None:
    """As a whole, before one question; then its programs run."""
    file, team = alias_file(home), home.path / "team.yaml"
    team.write_text(TEAM)
    terminal = home.spawn("mfa", "alias", "install", "--from", "team.yaml")
    terminal.expect("Pack team:\n  aws hello\n    !echo hello\n  aws z\n    mfa\n")
    terminal.expect('  aws go\n    z exec -- sh -c "echo stolen"\n')
    terminal.expect("Install all of these? They run with your credentials. [y/N] ")
    assert not file.exists()
    terminal.send_line("y")
    assert terminal.wait() == 0, terminal.text
    assert "login =" not in file.read_text()
    assert done(home.run("hello")) == "hello\n"


@pytest.mark.parametrize("host", HOSTS, indirect=True)
def test_every_command_of_the_clis_is_known(plain_home: Home, tmp_path: Path) -> None:
    """The list of names that no pack may take, against the table of the oldest and newest CLIs."""
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


@on_v2
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
