"""``[plugins]`` for v1 and v2 at once: what is written, in which order, and how it is removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awscli_mfa_plugin.errors import ConfigurationError, UnparsableFileError
from awscli_mfa_plugin.files.document import SharedDocument
from awscli_mfa_plugin.files.plugins_section import (
    Place,
    Undo,
    is_in_order,
    names_of_every_section,
    other_plugins,
    restored,
    undo_of,
    unwired,
    wired,
)

if TYPE_CHECKING:
    from collections.abc import Callable

BASE = "/home/ada/.local/share/awscli-mfa-plugin"
OURS = f"{BASE}/current"
PLACE = Place(OURS, BASE, ":", ("/manual",))
MFA = "mfa = awscli_mfa_plugin\n"
PATH = f"cli_legacy_plugin_path = {OURS}\n"

WIRED = {
    "nothing": ("", f"[plugins]\n{MFA}{PATH}"),
    "other sections": ("[a]\nb=c\n", f"[a]\nb=c\n\n[plugins]\n{MFA}{PATH}"),
    "no last newline": ("[a]\nb=c", f"[a]\nb=c\n\n[plugins]\n{MFA}{PATH[:-1]}"),
    "an empty section": ("[plugins]\n[a]\nb=c\n", f"[plugins]\n{MFA}{PATH}[a]\nb=c\n"),
    "another plugin": (
        "[plugins]\n# mine\nother = x\n",
        f"[plugins]\n{MFA}# mine\nother = x\n{PATH}",
    ),
    "their folder": (
        "[plugins]\ncli_legacy_plugin_path=/theirs\n",
        f"[plugins]\n{MFA}cli_legacy_plugin_path=/theirs:{OURS}\n",
    ),
    "a copy of the plugin in another folder": (
        "[plugins]\ncli_legacy_plugin_path=/x:/manual:/y\n",
        f"[plugins]\n{MFA}cli_legacy_plugin_path=/x:{OURS}:/manual:/y\n",
    ),
    "an older folder of ours": (
        f"[plugins]\n{MFA}cli_legacy_plugin_path = {BASE}/versions/1:/x\n",
        f"[plugins]\n{MFA}cli_legacy_plugin_path = {OURS}:/x\n",
    ),
    "the wrong order": (f"[plugins]\n{PATH}x = y\n{MFA}", f"[plugins]\n{MFA}{PATH}x = y\n"),
    "the key is another's": (
        "[plugins]\nmfa = theirs\n",
        f"[plugins]\nawscli_mfa = awscli_mfa_plugin\nmfa = theirs\n{PATH}",
    ),
    "a key of the user's own": (
        "[plugins]\nMyMfa: awscli_mfa_plugin\n",
        f"[plugins]\nMyMfa: awscli_mfa_plugin\n{PATH}",
    ),
    "deeper lines": (
        "[plugins]\n\n  x = y\n  z = 1\n",
        "[plugins]\n  mfa = awscli_mfa_plugin\n\n  x = y\n  z = 1\n  " + PATH,
    ),
    "a deeper header behind": (
        "[plugins]\n  [a]\nb = c\n",
        f"[plugins]\n  {MFA}  {PATH}  [a]\nb = c\n",
    ),
    "windows": (
        "[plugins]\r\nx = y\r\n",
        f"[plugins]\r\n{MFA}x = y\r\n{PATH}".replace("\r", "").replace("\n", "\r\n"),
    ),
    "all is there": (f"[plugins]\n{MFA}{PATH}", f"[plugins]\n{MFA}{PATH}"),
}


@pytest.mark.parametrize(("before", "after"), WIRED.values(), ids=WIRED.keys())
def test_wired(before: str, after: str) -> None:
    """The table of before and after; and back to the same bytes."""
    old = SharedDocument.parse(before.encode())
    new = wired(old, PLACE)
    assert new.render().decode() == after
    assert is_in_order(SharedDocument.parse(new.render()))
    assert unwired(SharedDocument.parse(new.render()), PLACE, undo_of(old, new)).render() == (
        before.encode()
    )


def test_v1_alone_needs_no_folder() -> None:
    """Without v2 its key isn't written; an existing one stays."""
    document = wired(SharedDocument.parse(b"[a]\nb = c\n"), Place("", BASE))
    assert document.render().decode() == f"[a]\nb = c\n\n[plugins]\n{MFA}"


UNWIRED = {
    "all of ours": (f"[plugins]\n{MFA}{PATH}\n[a]\nb = c\n", "\n[a]\nb = c\n"),
    "theirs stays": (
        f"[plugins]\n{MFA}x = y\ncli_legacy_plugin_path = /theirs:{OURS}\n",
        "[plugins]\nx = y\ncli_legacy_plugin_path = /theirs\n",
    ),
    "theirs alone": (
        "[plugins]\nx = y\ncli_legacy_plugin_path = /theirs\n",
        "[plugins]\nx = y\ncli_legacy_plugin_path = /theirs\n",
    ),
    "nothing": ("[a]\nb = c\n", "[a]\nb = c\n"),
}


@pytest.mark.parametrize(("before", "after"), UNWIRED.values(), ids=UNWIRED.keys())
def test_unwired_without_a_record(before: str, after: str) -> None:
    """Our lines are removed, the rest stays."""
    document = unwired(SharedDocument.parse(before.encode()), Place("", BASE))
    assert document.render().decode() == after


def test_later_changes_are_kept() -> None:
    """If the section was changed since, our lines are removed from it."""
    old = SharedDocument.parse(b"[plugins]\nx = y\n")
    new = wired(old, PLACE)
    now = SharedDocument.parse(new.render().replace(b"x = y", b"x = z"))
    assert unwired(now, PLACE, undo_of(old, new)).render() == b"[plugins]\nx = z\n"


def test_a_section_that_existed_before_stays() -> None:
    """An empty one too, whatever was added around it."""
    old = SharedDocument.parse(b"[plugins]\n[a]\nb = c\n")
    undo = undo_of(old, wired(old, PLACE))
    now = SharedDocument.parse(f"[plugins]\n{MFA}[a]\nb = c\n".encode())
    assert unwired(now, PLACE, undo).render() == old.render()


def test_folders_that_cannot_be_joined() -> None:
    """A separator in our path, or a value of several lines, is an error."""
    with pytest.raises(ConfigurationError, match="XDG_DATA_HOME"):
        wired(SharedDocument.parse(b""), Place("/a:b/current", "/a:b"))
    with pytest.raises(ConfigurationError, match="several lines"):
        wired(
            SharedDocument.parse(b"[plugins]\ncli_legacy_plugin_path = /a\n  /b\n"),
            PLACE,
        )


def test_other_plugins() -> None:
    """An error names them if a CLI can't load them."""
    document = SharedDocument.parse(f"[plugins]\n{MFA}x = y\n{PATH}".encode())
    assert other_plugins(document) == ("y",)


def test_a_free_key_is_found() -> None:
    """However many keys are in use."""
    document = SharedDocument.parse(
        b"[plugins]\nmfa = a\nawscli_mfa = b\nawscli_mfa_plugin = c\nmfa_0 = d\n"
    )
    assert b"mfa_1 = awscli_mfa_plugin" in wired(document, PLACE).render()


BARE_ENDS = {
    "a blank line at the end that a moved line leaves": (
        b"[plugins]\n# note\ncli_legacy_plugin_path = /opt/x  \n\nmfa = awscli_mfa_plugin"
    ),
    "the same with Windows newlines": (
        b"[plugins]\r\ncli_legacy_plugin_path = /opt/x\r\n\r\nmfa = awscli_mfa_plugin"
    ),
    "a secret on the last line": b"[a]\naws_secret_access_key = hidden",
    "a mark at the start": b"\xef\xbb\xbf[plugins]\nx = y",
}


@pytest.mark.parametrize("content", BARE_ENDS.values(), ids=BARE_ENDS)
def test_uninstall_restores_a_file_without_a_last_newline(content: bytes) -> None:
    """Byte for byte; the record has no line of another section."""
    old = SharedDocument.parse(content)
    new = wired(old, PLACE)
    undo = undo_of(old, new)
    assert "hidden" not in undo.before + undo.after
    assert unwired(SharedDocument.parse(new.render()), PLACE, undo).render() == content


LATER = {
    "a section behind": (lambda text: text + b"\n[profile mfa]\nregion = x\n"),
    "a section behind, without a blank line": (
        lambda text: text + (b"" if text.endswith(b"\n") else b"\n") + b"[profile mfa]\na = b\n"
    ),
    "a section before": (lambda text: b"[profile mfa]\na = b\n" + text),
}


@pytest.mark.parametrize("later", LATER.values(), ids=LATER)
@pytest.mark.parametrize(
    "content",
    [
        *(b"[a]\nb=c", b"[a]\nb=c\n", b"[plugins]\nx = y", b""),
        b"[plugins]\n# note\ncli_legacy_plugin_path = /opt/x  \n\nmfa = awscli_mfa_plugin",
    ],
)
def test_uninstall_restores_the_section_in_a_file_that_grew(
    content: bytes, later: Callable[[bytes], bytes]
) -> None:
    """Lines that others added stay, and the rest is as before the installation."""
    old = SharedDocument.parse(content)
    new = wired(old, PLACE)
    now = SharedDocument.parse(later(new.render()))
    after = unwired(now, PLACE, undo_of(old, new))
    assert after.sections() == SharedDocument.parse(later(content + b"\n")).sections()


def test_a_blank_line_that_the_user_removed_joins_no_lines() -> None:
    """The record no longer fits then, and our lines are removed one by one."""
    old = SharedDocument.parse(b"[a]\nb = c\n")
    new = wired(old, PLACE)
    now = SharedDocument.parse(new.render().replace(b"\n\n[", b"\n[") + b"[z]\n")
    assert unwired(now, PLACE, undo_of(old, new)).render() == b"[a]\nb = c\n[z]\n"


CHANGED = {
    "another plugin": b"spare = x\n",
    "a folder behind ours": b"  /more\n",
}


@pytest.mark.parametrize("line", CHANGED.values(), ids=CHANGED)
def test_a_section_with_lines_added_since_is_not_restored(line: bytes) -> None:
    """The added lines would become part of the old value."""
    old = SharedDocument.parse(b"[plugins]\nx = y\n")
    new = wired(old, PLACE)
    now = SharedDocument.parse(new.render() + line)
    assert restored(now, undo_of(old, new)) is None


def test_a_part_that_is_gone_or_within_a_line_is_not_restored() -> None:
    """A comment may hold the same text."""
    undo = Undo("", "[plugins]\nmfa = a\n")
    assert restored(SharedDocument.parse(b"[plugins]\nmfa = b\n"), undo) is None
    text = b"[a]\n# [plugins]\nmfa = a\n[plugins]\nmfa = a\n"
    assert restored(SharedDocument.parse(text), undo) is None


_HEADERS = st.sampled_from(["[plugins]", "[default]", "  [profile a]", "[DEFAULT]"])
_LINES = st.sampled_from(
    [
        *("", "# note", "; note", "  # x", "\tdeep = 1", "spare = json", "s3 =", "  a = b"),
        *("mfa = awscli_mfa_plugin", "mfa = other", "  spare: x", "region=eu-west-1  "),
        *("cli_legacy_plugin_path = /opt/x  ", "cli_legacy_plugin_path=/manual:/opt/y"),
        *(f"  cli_legacy_plugin_path = {OURS}", "awscli_mfa = awscli_mfa_plugin"),
    ]
)
_SECTIONS = st.builds(
    lambda head, lines: [head, *lines], _HEADERS, st.lists(_LINES, max_size=5, unique=True)
)


@settings(max_examples=400)
@given(
    st.lists(_SECTIONS, max_size=4, unique_by=lambda section: section[0]),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_install_then_uninstall_gives_the_same_bytes(
    sections: list[list[str]],
    newline: str,
    is_whole: bool,  # noqa: FBT001 - hypothesis gives it so
) -> None:
    """Any file that the CLI reads: in order for v1 after it, and back to what it was."""
    content = newline.join(line for section in sections for line in section) + (
        newline if is_whole else ""
    )
    try:
        old = SharedDocument.parse(content.encode())
        new = wired(old, PLACE)
    except (UnparsableFileError, ConfigurationError):
        return
    again = SharedDocument.parse(new.render())
    assert again.sections() == new.sections()
    assert is_in_order(again)
    assert wired(again, PLACE).render() == new.render()
    assert unwired(again, PLACE, undo_of(old, new)).render() == content.encode()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("[plugins]\na = x\n", ()),
        ("[DEFAULT]\nregion = x\n[plugins]\na = x\n", ("region",)),
        ("[DEFAULT]\na = y\n[plugins]\na = x\n", ()),
    ],
)
def test_settings_of_the_default_section_are_reported(text: str, names: tuple[str, ...]) -> None:
    """The CLIs take them for plugins, though they aren't in the section."""
    assert names_of_every_section(SharedDocument.parse(text.encode())) == names
