"""What the installer remembers, and what a diff shows of a file with secrets in it."""

from __future__ import annotations

import pytest

from awscli_mfa_plugin.files.plugins_section import Undo
from awscli_mfa_plugin.install.changes import Record, WiredConfig, read_record
from awscli_mfa_plugin.text import unified

FIRST = WiredConfig("/config", is_new=True, undo=Undo("", "[plugins]\na = b\n"))


def test_a_record_is_read_as_it_was_written() -> None:
    """Files, folders and configs, without duplicates."""
    record = Record().with_config(FIRST).with_places(("/a.pth",), ("/x", "/x/y"))
    record = record.with_places(("/a.pth", "/b.pth"), ("/x",))
    assert read_record(record.render()) == record
    assert record.path_files == ("/a.pth", "/b.pth")
    assert record.made_folders == ("/x", "/x/y")


def test_the_last_change_of_a_file_is_what_counts() -> None:
    """Those of other files stay."""
    second = WiredConfig("/config", is_new=False, undo=Undo("[plugins]\nx = y\n", "[plugins]\nc"))
    other = WiredConfig("/other", is_new=False, undo=Undo("", ""))
    record = Record().with_config(FIRST).with_config(other).with_config(second)
    assert record.configs == (other, second)
    assert record.config_of("/config") == second
    assert record.config_of("/another") is None


@pytest.mark.parametrize("content", [None, b"", b"[]", b'{"configs": 1}', b'{"configs": [{}]}'])
def test_an_unreadable_record_is_empty(content: bytes | None) -> None:
    """Uninstall removes what it finds then."""
    assert read_record(content) == Record()


DIFFS = {
    "no difference": (b"a\n", b"a\n", ""),
    "a new file": (None, b"a\n", "--- /dev/null\n+++ f\n@@ -0,0 +1 @@\n+a\n"),
    "a removed file": (b"a\n", None, "--- f\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n"),
    "an empty file": (None, b"", "--- f\n+++ f\n"),
    "secrets": (
        b"aws_secret_access_key = x\nAWS_Session_Token=y\n",
        b"aws_secret_access_key = x\nAWS_Session_Token=z\n",
        (
            "--- f\n+++ f\n@@ -1,2 +1,2 @@\n aws_secret_access_key = ****\n"
            "-AWS_Session_Token=****\n+AWS_Session_Token=****\n"
        ),
    ),
    "control characters": (b"", b"\x1b[2J\tx\r\n", "--- f\n+++ f\n@@ -0,0 +1 @@\n+\\x1b[2J    x\n"),
}


@pytest.mark.parametrize(("before", "after", "shown"), DIFFS.values(), ids=DIFFS.keys())
def test_a_diff(before: bytes | None, after: bytes | None, shown: str) -> None:
    """It is safe to show, whatever is around the change."""
    assert unified("f", before, after) == shown
