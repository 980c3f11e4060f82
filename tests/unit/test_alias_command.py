"""``aws mfa alias`` installs what was accepted, and nothing that came into the file meanwhile."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import awscli
import pytest

from awscli_mfa_plugin.commands.alias import AliasCommand
from awscli_mfa_plugin.core.aliases.file import HostCommands
from awscli_mfa_plugin.core.aliases.pack import Alias, AliasPack
from awscli_mfa_plugin.edges.alias_file import AliasFile
from awscli_mfa_plugin.edges.locks import Locks
from awscli_mfa_plugin.edges.state import StateFolder
from awscli_mfa_plugin.errors import ConfigurationError
from tests.fakes import FakeNotes, FakeTerminal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

assert awscli  # before botocore


class World:
    """What the command needs; each reading of the team's file finds another pack in it."""

    def __init__(self, folder: Path, *packs: AliasPack) -> None:
        """Keep the packs in the order of the readings."""
        self.packs = list(packs)
        self.file = AliasFile(str(folder / "alias"), Locks(StateFolder(str(folder / "state"))))
        self.note = FakeNotes()
        self.meanwhile: Callable[[], object] = lambda: None

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
        """Return somebody who accepts one pack; what happens meanwhile has happened then."""
        self.meanwhile()
        return FakeTerminal("y")


def pack(*expansions: str) -> AliasPack:
    """Return a team's pack with these external aliases."""
    aliases = (
        Alias(f"a{number}", expansion, "Help", is_external=True)
        for number, expansion in enumerate(expansions)
    )
    return AliasPack("team", tuple(aliases))


def install(world: Any, *, yes: bool = False) -> int:
    """Run ``aws mfa alias install --from team.yaml``."""
    options = {"action": "install", "all": False, "dry_run": False, "yes": yes}
    arguments = SimpleNamespace(**options, **{"from": "team.yaml"})
    command = AliasCommand(SimpleNamespace(), world)
    return command.run(arguments, SimpleNamespace(output=None, query=None))


def test_a_file_that_changed_behind_the_question_is_left_alone(tmp_path: Path) -> None:
    """What would be installed by now isn't what was shown."""
    file = tmp_path / "alias"
    file.write_text("[toplevel]\na0 = s3 ls\n")
    world: Any = World(tmp_path, pack("!one", "!two"))
    world.meanwhile = lambda: file.write_text("[toplevel]\n")
    with pytest.raises(ConfigurationError, match="changed before the pack was installed"):
        install(world)
    assert file.read_text() == "[toplevel]\n"


def test_a_pack_that_is_there_is_not_asked_for(tmp_path: Path) -> None:
    """A second installation changes nothing, so nobody has to agree."""
    world: Any = World(tmp_path, pack("!one"), pack("!one"), pack("!two"))
    assert install(world, yes=True) == 0
    before = (tmp_path / "alias").read_text()
    world.meanwhile = lambda: pytest.fail("somebody was asked")
    assert install(world) == 0
    assert (tmp_path / "alias").read_text() == before
    assert install(world, yes=True) == 0
    assert "a0 = !two" in (tmp_path / "alias").read_text()


def test_what_is_installed_is_what_was_accepted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The team's file is read once: between the question and the writing it may change."""
    world: Any = World(tmp_path, pack("!accepted"), pack("!accepted", "!never shown"))
    assert install(world) == 0
    text = (tmp_path / "alias").read_text("utf-8")
    assert "!accepted" in text
    assert "never shown" not in text
    assert "a0" in capsys.readouterr().out
