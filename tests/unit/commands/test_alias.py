"""``aws mfa alias`` lists, installs, shows and removes, and installs only what was accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from awscli_mfa_plugin.aliases.files import AliasFile, packaged_pack
from awscli_mfa_plugin.aliases.pack import Alias, AliasPack
from awscli_mfa_plugin.commands.alias import COMMAND, run
from awscli_mfa_plugin.errors import ConfigurationError, UsageError
from awscli_mfa_plugin.files.locks import Locks
from awscli_mfa_plugin.files.state import StateFolder
from tests.fakes import Fakes, FakeTerminal, context

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from awscli_mfa_plugin.commands.context import Context
    from awscli_mfa_plugin.declaration import Result


def pack(*expansions: str) -> AliasPack:
    """Return a team's pack with these external aliases."""
    aliases = (
        Alias(f"a{number}", expansion, "Help", is_external=True)
        for number, expansion in enumerate(expansions)
    )
    return AliasPack("team", tuple(aliases))


def contexts(folder: Path, *packs: AliasPack, terminal: FakeTerminal | None = None) -> Context:
    """Return a context with a real alias file; each read of a pack returns the next of them."""
    left = list(packs)
    file = AliasFile(str(folder / "alias"), Locks(StateFolder(str(folder / "state"))))
    fakes = Fakes(terminal=terminal or FakeTerminal("y"))
    return context(
        fakes,
        alias_file=file,
        asking_terminal=fakes.terminal,
        alias_pack=lambda path: left.pop(0) if path else packaged_pack(),
    )


def alias(context: Context, action: str | None = None, **given: Any) -> Result:
    """Run the command."""
    return run(COMMAND.arguments(action=action, **given), context)


class _Meanwhile(FakeTerminal):
    """A user who says yes after something else has happened."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        super().__init__("y")
        self._meanwhile = meanwhile

    def ask(self, question: str, *, hidden: bool = False) -> str:
        self._meanwhile()
        return super().ask(question, hidden=hidden)


def test_a_file_that_changed_during_the_question_is_not_written(tmp_path: Path) -> None:
    """The change would no longer be the one that was shown."""
    file = tmp_path / "alias"
    file.write_text("[toplevel]\na0 = s3 ls\n")
    meanwhile = _Meanwhile(lambda: file.write_text("[toplevel]\n"))
    fakes = contexts(tmp_path, pack("!one", "!two"), terminal=meanwhile)
    with pytest.raises(ConfigurationError, match="changed before the pack was installed"):
        alias(fakes, "install", **{"from": "team.yaml"})
    assert file.read_text() == "[toplevel]\n"


def test_installing_the_same_pack_again_needs_no_approval(tmp_path: Path) -> None:
    """Since it changes nothing."""
    asked = _Meanwhile(lambda: pytest.fail("somebody was asked"))
    fakes = contexts(tmp_path, pack("!one"), pack("!one"), pack("!two"), terminal=asked)
    alias(fakes, "install", yes=True, **{"from": "team.yaml"})
    before = (tmp_path / "alias").read_text()
    alias(fakes, "install", **{"from": "team.yaml"})
    assert (tmp_path / "alias").read_text() == before
    alias(fakes, "install", yes=True, **{"from": "team.yaml"})
    assert "a0 = !two" in (tmp_path / "alias").read_text()


def test_what_is_installed_is_what_was_accepted(tmp_path: Path) -> None:
    """The team's file is read once: it may change between the question and the write."""
    fakes = contexts(tmp_path, pack("!accepted"), pack("!accepted", "!never shown"))
    result = alias(fakes, "install", **{"from": "team.yaml"})
    text = (tmp_path / "alias").read_text("utf-8")
    assert (result.exit_code, result.data and result.data["Changed"]) == (0, True)
    assert "!accepted" in text
    assert "never shown" not in text
    assert "a0" in result.text


def test_our_pack_is_installed_and_removed_without_a_trace(tmp_path: Path) -> None:
    """A second installation has nothing to do, and the removal leaves no new file."""
    fakes = contexts(tmp_path)
    assert "Not installed" in alias(fakes).text
    assert alias(fakes, "install").text.startswith("Installed in ")
    assert alias(fakes, "install").text.startswith("Already up to date: ")
    assert alias(fakes, "uninstall").text.startswith("Removed the aliases of the pack ")
    assert not (tmp_path / "alias").exists()
    assert alias(fakes, "uninstall", all=True).text.endswith("has no aliases of any pack.")


@pytest.mark.parametrize("given", [{"action": "diff"}, {"action": "install", "dry_run": True}])
def test_diff_and_dry_run_show_an_installation(tmp_path: Path, given: dict[str, Any]) -> None:
    """Nothing is changed."""
    fakes = contexts(tmp_path)
    result = alias(fakes, **given)
    assert result.data
    assert result.data["Changed"]
    assert "+++" in result.text
    assert not (tmp_path / "alias").exists()


def test_dry_run_shows_a_removal(tmp_path: Path) -> None:
    """The file isn't changed."""
    fakes = contexts(tmp_path)
    alias(fakes, "install")
    before = (tmp_path / "alias").read_bytes()
    assert "+++" in alias(fakes, "uninstall", dry_run=True).text
    assert (tmp_path / "alias").read_bytes() == before


def test_options_of_uninstall_are_refused_elsewhere(tmp_path: Path) -> None:
    """Before anything is read."""
    with pytest.raises(UsageError, match="needs uninstall"):
        alias(contexts(tmp_path), "list", all=True)


def test_another_action_is_refused_with_the_names(tmp_path: Path) -> None:
    """The error names the subcommand and its actions."""
    with pytest.raises(UsageError, match="'remove' isn't a value for alias"):
        alias(contexts(tmp_path), "remove")


def test_a_report_names_what_is_new_and_what_is_left_out(tmp_path: Path) -> None:
    """A line each; another pack's with what they run."""
    (tmp_path / "alias").write_text("[toplevel]\na1 = s3 ls\n")
    result = alias(contexts(tmp_path, pack("!one", "!two")), "install", **{"from": "team.yaml"})
    lines = result.text.splitlines()
    assert lines[0] == f"Installed in {tmp_path / 'alias'}:"
    assert lines[1:] == [
        "  aws a0  Help",
        "          = !one",
        "",
        "Skipped:",
        "  aws a1  you have your own alias: s3 ls",
    ]


def test_a_removal_as_data(tmp_path: Path) -> None:
    """The pack (None for all), the file, and whether it has changed."""
    fakes = contexts(tmp_path, pack("!one"), pack("!one"))
    file = str(tmp_path / "alias")
    alias(fakes, "install", yes=True, **{"from": "team.yaml"})
    ours = alias(fakes, "uninstall")
    assert ours.data == {"Pack": "awscli-mfa-plugin", "File": file, "Changed": False}
    assert ours.text == (
        f"Nothing to remove: {file} has no aliases of the pack 'awscli-mfa-plugin'."
    )
    theirs = alias(fakes, "uninstall", **{"from": "team.yaml"})
    assert theirs.data == {"Pack": "team", "File": file, "Changed": True}
    assert theirs.text == f"Removed the aliases of the pack 'team' from {file}."
    assert alias(fakes, "uninstall", all=True).data == {
        "Pack": None,
        "File": file,
        "Changed": False,
    }


def test_a_diff_of_nothing(tmp_path: Path) -> None:
    """It says so, and the data too."""
    fakes = contexts(tmp_path)
    alias(fakes, "install")
    result = alias(fakes, "diff")
    assert result.text == "Nothing would change."
    assert result.data == {
        "Pack": "awscli-mfa-plugin",
        "File": str(tmp_path / "alias"),
        "Changed": False,
        "Diff": "",
    }


def test_a_diff_of_another_pack_says_that_it_will_ask(tmp_path: Path) -> None:
    """A diff alone isn't what has to be accepted."""
    fakes = Fakes()
    here = contexts(tmp_path, pack("!one"))
    vars(here)["note"] = fakes.notes
    alias(here, "diff", **{"from": "team.yaml"})
    assert list(fakes.notes) == ["'aws mfa alias install' will show the whole pack and ask."]
