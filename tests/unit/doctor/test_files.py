"""Files: who may read and write them, whether they parse, aliases that hide aws mfa, leftovers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from awscli_mfa_plugin.doctor.files import check_files
from awscli_mfa_plugin.doctor.findings import (
    ANOTHERS,
    CHANGE_MODE,
    ERROR,
    MINE,
    NOTE,
    OK,
    REMOVE_FILE,
    ROOTS,
    WARNING,
    Finding,
    Fix,
    Observations,
    ObservedFile,
    ObservedFolder,
    ObservedRead,
)
from awscli_mfa_plugin.files.alias_document import HidingAlias
from awscli_mfa_plugin.session.access_keys import STORED
from tests.unit.session.test_access_keys import ROTATION

CREDENTIALS = "/home/ada/.aws/credentials"
FOLDER = "/home/ada/plugins"
EVERYBODY = "can be written by everybody"


def found(name: str, **parts: Any) -> list[Finding]:
    """Return the findings of a name on a machine with these parts."""
    seen: dict[str, Any] = {
        "config": ObservedRead("config"),
        "credentials": ObservedRead(CREDENTIALS),
        "aliases": ObservedRead("alias"),
        **parts,
    }
    return [finding for finding in check_files(Observations(**seen)) if finding.name == name]


def test_a_file_that_parses_is_fine() -> None:
    """So is one that doesn't exist."""
    there = ObservedRead("config", exists=True, sections={"default": {}, "profile mfa": {}})
    assert found("config", config=there) == [Finding("config", OK, "config has 2 sections.")]
    assert found("config") == [Finding("config", OK, "config doesn't exist yet.")]


@pytest.mark.parametrize("name", ["config", "credentials", "alias"])
def test_a_file_that_does_not_parse_is_an_error(name: str) -> None:
    """No aws command works. The line number is shown, its text isn't."""
    part = "aliases" if name == "alias" else name
    broken = ObservedRead(
        "\x1b[2Jfile", exists=True, unavailable_reason="line 3 repeats the section of line 1"
    )
    [finding] = found(name, **{part: broken})
    assert finding.state == ERROR
    assert "\\x1b[2Jfile: line 3 repeats" in finding.what
    assert "no aws command works" in finding.remedy


def test_an_alias_that_hides_the_command_is_an_error() -> None:
    """One of [command mfa] hides a subcommand on v2 alone."""
    hiding = (
        HidingAlias("toplevel", "mfa", "!date", 4),
        HidingAlias("command mfa", "login", "x", 7),
    )
    first, second = found("alias", hiding=hiding)
    assert (first.state, second.state) == (ERROR, WARNING)
    assert "Line 4" in first.what
    assert "hides aws mfa." in first.what
    assert "hides aws mfa login on v2." in second.what
    assert found("alias") == [Finding("alias", OK, "No alias hides aws mfa.")]


def test_our_alias_is_a_note_about_what_it_cant_do() -> None:
    """The plugin isn't loaded then, so aws renews nothing."""
    sections = {"toplevel": {"mfa": "!/opt/bin/awscli-mfa --by-alias"}}
    [finding] = found("alias", aliases=ObservedRead("alias", exists=True, sections=sections))
    assert finding.state == NOTE
    assert "--profile counts only after '--'" in finding.what
    assert "awscli-mfa configure --profile mfa --for-programs" in finding.remedy


SECRET: list[tuple[int, str, str, int | None]] = [
    (0o600, MINE, OK, None),
    (0o400, MINE, OK, None),
    (0o640, MINE, WARNING, 0o600),
    (0o644, MINE, WARNING, 0o600),
    (0o444, MINE, WARNING, 0o400),
    (0o666, MINE, ERROR, 0o600),
    (0o644, ROOTS, WARNING, None),
    (0o600, ANOTHERS, ERROR, None),
]


@pytest.mark.parametrize(("mode", "owner", "state", "fixed"), SECRET)
def test_files_with_keys_must_be_private(
    mode: int, owner: str, state: str, fixed: int | None
) -> None:
    """If another user owns the file, changing the mode isn't enough."""
    [finding] = found("file-modes", secret_files=(ObservedFile(CREDENTIALS, mode, owner),))
    assert finding.state == state
    wanted = None if fixed is None else Fix(CHANGE_MODE, CREDENTIALS, mode, fixed)
    assert finding.fix == wanted


def test_the_state_folder_must_be_private() -> None:
    """0700, as it is created."""
    [finding] = found("file-modes", private_folders=(ObservedFile("state", 0o755),))
    assert finding.fix == Fix(CHANGE_MODE, "state", 0o755, 0o700)
    assert finding.state == WARNING


def test_the_config_and_alias_files_must_not_be_writable_by_others() -> None:
    """Others may read them."""
    assert found("file-modes", trusted_files=(ObservedFile("config", 0o644),))[0].state == OK
    [finding] = found("file-modes", trusted_files=(ObservedFile("config", 0o666, MINE, EVERYBODY),))
    assert finding.state == ERROR
    assert finding.fix == Fix(CHANGE_MODE, "config", 0o666, 0o644)
    assert EVERYBODY in finding.what
    other = ObservedFile("config", 0o644, ANOTHERS, "belongs to another user")
    [finding] = found("file-modes", trusted_files=(other,))
    assert finding.fix is None
    assert "belongs to another user" in finding.what
    [finding] = found("file-modes", trusted_files=(ObservedFile("/", 0o777, ROOTS, EVERYBODY),))
    assert finding.fix is None


def test_the_plugin_folder_must_not_be_writable_by_others() -> None:
    """Its code runs with the user's keys."""
    place = ObservedFile("/home/ada", 0o777, MINE, EVERYBODY)
    [finding] = found("plugin-folder", folders=(ObservedFolder(FOLDER, open_place=place),))
    assert (finding.state, finding.fix) == (ERROR, Fix(CHANGE_MODE, "/home/ada", 0o777, 0o755))
    files = tuple(ObservedFile(f"{FOLDER}/{n}.py", 0o666, MINE, EVERYBODY) for n in range(5))
    [finding] = found("plugin-folder", folders=(ObservedFolder(FOLDER, open_files=files),))
    assert finding.state == ERROR
    assert "5 files of the plugin that others can change" in finding.what
    assert "3.py" not in finding.what


def test_the_plugin_folder_is_compared_with_its_manifest() -> None:
    """By hashes; a folder without a manifest was made by hand."""
    [finding] = found("plugin-folder", folders=(ObservedFolder(FOLDER, changed=("a.py",)),))
    assert finding.state == ERROR
    assert "1 file changed since the installation: a.py." in finding.what
    assert (
        "unchanged" in found("plugin-folder", folders=(ObservedFolder(FOLDER, changed=()),))[0].what
    )
    assert "no list of hashes" in found("plugin-folder", folders=(ObservedFolder(FOLDER),))[0].what
    assert not found("plugin-folder", folders=(ObservedFolder(FOLDER, holds_plugin=False),))


def test_a_leftover_can_be_removed() -> None:
    """It is harmless, so it is a note."""
    path = "/home/ada/.aws/.credentials.awscli-mfa-00000000.tmp"
    [finding] = found("leftovers", leftovers=(path,))
    assert (finding.state, finding.fix) == (NOTE, Fix(REMOVE_FILE, path))


def test_a_rotation_that_was_interrupted_is_a_warning() -> None:
    """Its journal may have the only copy of a key; the next run goes on."""
    rotation = replace(ROTATION, profiles=("my work",))
    (finding,) = found("key-rotation", rotations=(rotation,))
    assert finding.state == WARNING
    assert finding.what == "The rotation of the key of profile my work was interrupted."
    assert finding.remedy.endswith("aws mfa keys rotate --source-profile 'my work'")


def test_an_old_key_that_is_to_be_deleted_is_a_note() -> None:
    """The user decides when."""
    (finding,) = found("key-rotation", rotations=(replace(ROTATION, stage=STORED),))
    assert finding.state == NOTE
    assert finding.remedy.endswith("--finish")
    assert "secret" not in f"{finding}"


def test_a_journal_that_cant_be_read_is_a_warning() -> None:
    """It isn't to be deleted unread."""
    (finding,) = found("key-rotation", rotations="/x/rotation-1.json isn't a journal")
    assert (finding.state, finding.what) == (WARNING, "/x/rotation-1.json isn't a journal")
