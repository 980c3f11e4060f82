"""``aws mfa alias``: a pack is installed, listed and removed; other lines of the file stay."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from awscli_mfa_plugin.files.alias_document import hides_the_command

if TYPE_CHECKING:
    from tests.in_process.aws import Aws

MINE = "# mine\n[toplevel]\nwhoami = s3 ls\n"


def test_installing_and_removing_the_alias_pack(aws: Aws) -> None:
    """What was in the alias file stays, byte for byte, and the user's own alias wins."""
    path = aws.folder / "cli" / "alias"
    path.parent.mkdir()
    path.write_text(MINE, "utf-8")
    assert aws.run("mfa", "alias", "list").code == 0
    dry = aws.run("mfa", "alias", "install", "--dry-run")
    assert dry.stdout
    assert path.read_text("utf-8") == MINE
    result = aws.run("mfa", "alias", "install")
    assert result.code == 0, result.output
    assert "whoami" in result.stdout
    assert path.read_text("utf-8").count("whoami =") == 1
    installed = path.read_bytes()
    assert "Already up to date" in aws.run("mfa", "alias", "install").stdout
    assert path.read_bytes() == installed
    listed = json.loads(aws.run("mfa", "alias", "list", "--output", "json").stdout)["Aliases"]
    states = {(each["Section"], each["Name"]): each["State"] for each in listed}
    assert states.pop(("toplevel", "whoami")) == "hidden by your own alias"
    assert set(states.values()) == {"installed"}
    assert ("command mfa", "st") not in states  # v2's
    assert aws.run("mfa", "alias", "uninstall").code == 0
    assert path.read_text("utf-8") == MINE


def test_a_new_alias_file_is_removed_again(aws: Aws) -> None:
    """The installation does what the diff showed; the aliases run; the removal leaves no file."""
    aws.settle()
    path = aws.folder / "cli" / "alias"
    path.parent.mkdir()
    diff = aws.run("mfa", "alias", "diff").stdout
    assert diff.startswith(f"--- /dev/null\n+++ {path}\n")
    assert not path.exists()
    assert aws.run("mfa", "alias", "install").code == 0
    assert path.read_text("utf-8").splitlines() == [line[1:] for line in diff.splitlines()[3:]]
    assert aws.run("alive") == aws.run("mfa", "status")
    aws.log_in()
    assert "mfa/ada" in aws.run("mfa-of", "ada", "--profile", "mfa").stdout
    swallowed = aws.run("subshell", "--", "echo", "--region", "x")
    assert (swallowed.code, "exec needs '--' before the command." in swallowed.stderr) == (
        252,
        True,
    )
    assert "+++ /dev/null" in aws.run("mfa", "alias", "uninstall", "--dry-run").stdout
    assert aws.run("mfa", "alias", "uninstall", "--all").code == 0
    assert not path.exists()


TEAM = """\
pack: team
aliases:
  - {name: hello, expansion: "!echo hello", help: Say hello, external: true}
  - {name: login, expansion: s3 ls, help: Log in}
"""


def test_a_pack_of_a_team_is_accepted_as_a_whole(aws: Aws) -> None:
    """Without a terminal it needs ``--yes``, whatever is in it; no command of a CLI is hidden."""
    path, team = aws.folder / "cli" / "alias", aws.home / "team.yaml"
    team.write_text(TEAM, "utf-8")
    pack = ("--from", str(team))
    refused = aws.run("mfa", "alias", "install", *pack)
    assert refused.code == 253
    assert "isn't the plugin's own alias pack, so someone has to accept it" in refused.stderr
    assert "aws mfa alias install --yes --from FILE" in refused.stderr
    assert not path.exists()
    assert aws.run("mfa", "alias", "install", "--yes", *pack).code == 0
    assert "hello = !echo hello" in path.read_text("utf-8")
    assert "login =" not in path.read_text("utf-8")
    listed = aws.run("mfa", "alias", "list", *pack).stdout
    assert "aws login  would hide 'aws login' of AWS CLI v1 or v2" in listed
    assert aws.run("mfa", "alias", "uninstall", *pack).code == 0
    assert not path.exists()


def test_an_alias_that_hides_the_command_is_found(aws: Aws) -> None:
    """``aws mfa`` is another command then and can't report it, so doctor calls this function."""
    path = aws.folder / "cli" / "alias"
    path.parent.mkdir()
    for text, is_hidden in (("[toplevel]\nmfa = --version\n", True), ("[toplevel]\n", False)):
        path.write_text(text, "utf-8")
        assert ("No MFA sessions yet" not in aws.run("mfa", "status").output) == is_hidden
        assert bool(hides_the_command(path.read_bytes())) == is_hidden


def test_an_error_of_alias_changes_nothing(aws: Aws) -> None:
    """Wrong usage is 252, a bad pack and a block changed by hand are 253."""
    path = aws.folder / "cli" / "alias"
    path.parent.mkdir()
    path.write_text("[toplevel]\nmine = s3 ls\n", "utf-8")
    for words in (("bogus",), ("list", "--all"), ("list", "--yes"), ("install", "--all")):
        assert aws.run("mfa", "alias", *words).code == 252
    bad, ours = aws.home / "bad.yaml", aws.home / "ours.yaml"
    bad.write_text("pack: &a x\n")
    result = aws.run("mfa", "alias", "install", "--from", str(bad))
    assert "bad.yaml, line 1, column 7: YAML anchors" in result.stderr
    assert result.code == 253
    ours.write_text("pack: awscli-mfa-plugin\naliases: []\n")
    assert aws.run("mfa", "alias", "install", "--from", str(ours)).code == 253
    assert path.read_text("utf-8") == "[toplevel]\nmine = s3 ls\n"
    assert aws.run("mfa", "alias", "install").code == 0
    changed = path.read_text("utf-8").replace("mfa status", "s3 ls")
    path.write_text(changed, "utf-8")
    for action in ("install", "uninstall", "list"):
        result = aws.run("mfa", "alias", action)
        assert "were edited by hand (block at line 3)" in result.stderr
        assert result.code == 253
    assert path.read_text("utf-8") == changed
