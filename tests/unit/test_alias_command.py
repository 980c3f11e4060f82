"""``aws mfa alias`` installs what was accepted, and nothing that came into the file meanwhile."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import awscli

from awscli_mfa_plugin.commands.alias import AliasCommand
from awscli_mfa_plugin.core.aliases.file import HostCommands
from awscli_mfa_plugin.core.aliases.pack import Alias, AliasPack
from awscli_mfa_plugin.edges.alias_file import AliasFile
from awscli_mfa_plugin.edges.locks import Locks
from awscli_mfa_plugin.edges.state import StateFolder
from tests.fakes import FakeNotes, FakeTerminal

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

assert awscli  # before botocore


class World:
    """What the command needs; each reading of the team's file finds another pack in it."""

    def __init__(self, folder: Path, *packs: AliasPack) -> None:
        """Keep the packs in the order of the readings."""
        self.packs = list(packs)
        self.file = AliasFile(str(folder / "alias"), Locks(StateFolder(str(folder / "state"))))
        self.note = FakeNotes()

    def alias_file(self) -> AliasFile:
        """Return the alias file."""
        return self.file

    def alias_pack(self, path: str | None) -> AliasPack:
        """Read the pack."""
        assert path
        return self.packs.pop(0)

    def host_commands(self) -> HostCommands:
        """Return a CLI without commands."""
        return HostCommands("v2")

    def asking_terminal(self) -> FakeTerminal:
        """Return somebody who accepts everything."""
        return FakeTerminal("y", "y")


def pack(*expansions: str) -> AliasPack:
    """Return a team's pack with these external aliases."""
    aliases = (
        Alias(f"a{number}", expansion, "Help", is_external=True)
        for number, expansion in enumerate(expansions)
    )
    return AliasPack("team", tuple(aliases))


def test_what_is_installed_is_what_was_accepted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The team's file is read once: between the question and the writing it may change."""
    world: Any = World(tmp_path, pack("!accepted"), pack("!accepted", "!never shown"))
    command = AliasCommand(SimpleNamespace(), world)
    options = {"action": "install", "all": False, "dry_run": False, "allow_commands": False}
    arguments = SimpleNamespace(**options, **{"from": "team.yaml"})
    assert command.run(arguments, SimpleNamespace(output=None, query=None)) == 0
    text = (tmp_path / "alias").read_text("utf-8")
    assert "!accepted" in text
    assert "never shown" not in text
    assert "a0" in capsys.readouterr().out
