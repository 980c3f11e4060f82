"""The shared document: tables of bytes before and after."""

from __future__ import annotations

import pytest

from awscli_mfa_plugin.errors import ConfigurationError, UnparsableFileError
from awscli_mfa_plugin.files.document import SharedDocument

SET = {
    "an empty file gets the section": (b"", b"[mfa]\nkey = new\n"),
    "a missing section is appended behind a blank line": (
        b"[a]\nx=1\n",
        b"[a]\nx=1\n\n[mfa]\nkey = new\n",
    ),
    "a blank last line stays": (b"[a]\nx=1\n\n", b"[a]\nx=1\n\n\n[mfa]\nkey = new\n"),
    "a missing last newline stays missing": (b"[a]\nx=1", b"[a]\nx=1\n\n[mfa]\nkey = new"),
    "an option keeps its place": (b"[mfa]\nkey = old\nx = 1\n", b"[mfa]\nkey = new\nx = 1\n"),
    "an option keeps its spelling": (b"[mfa]\nKEY = old\n", b"[mfa]\nKEY = new\n"),
    "an option keeps its spacing": (b"[mfa]\nkey=old\n", b"[mfa]\nkey=new\n"),
    "an option keeps its colon": (b"[mfa]\nkey\t:   old \n", b"[mfa]\nkey\t:   new\n"),
    "an option without a value gets one": (b"[mfa]\nkey =\n", b"[mfa]\nkey = new\n"),
    "a tight option without a value gets one": (b"[mfa]\nkey=\n", b"[mfa]\nkey=new\n"),
    "a value that holds a delimiter goes whole": (b"[mfa]\nkey=a=b:c\n", b"[mfa]\nkey=new\n"),
    "continuation lines go and comments among them stay": (
        b"[mfa]\nkey =\n  a = 1\n# kept\n  b = 2\nx = 1\n",
        b"[mfa]\nkey = new\n# kept\nx = 1\n",
    ),
    "a new option follows the last one": (
        b"[mfa]\nx = 1\n\n# of b\n[b]\n",
        b"[mfa]\nx = 1\nkey = new\n\n# of b\n[b]\n",
    ),
    "a new option follows the last continuation line": (
        b"[mfa]\ns3 =\n  a = 1\n\n  b = 2\n\n[b]\n",
        b"[mfa]\ns3 =\n  a = 1\n\n  b = 2\nkey = new\n\n[b]\n",
    ),
    "a new option stands as deep as its neighbour": (
        b"[mfa]\n  x = 1\n  [b]\n",
        b"[mfa]\n  x = 1\n  key = new\n  [b]\n",
    ),
    "a first option stands as deep as the next header": (
        b"[mfa]\n    [b]\n",
        b"[mfa]\n    key = new\n    [b]\n",
    ),
    "a first option follows its header": (
        b"[mfa]\n# comment\n[b]\n",
        b"[mfa]\nkey = new\n# comment\n[b]\n",
    ),
    "a bare header at the end": (b"[mfa]", b"[mfa]\nkey = new"),
    "CRLF": (b"[mfa]\r\nkey = old\r\n", b"[mfa]\r\nkey = new\r\n"),
    "CRLF in a new section": (b"[a]\r\nx=1\r\n", b"[a]\r\nx=1\r\n\r\n[mfa]\r\nkey = new\r\n"),
    "mixed newlines": (
        b"[a]\nx=1\r\n[mfa]\r\ny=2\r\n[b]\rz=3",
        b"[a]\nx=1\r\n[mfa]\r\ny=2\r\nkey = new\r\n[b]\rz=3",
    ),
    "a byte order mark": (b"\xef\xbb\xbf[mfa]\nkey=old\n", b"\xef\xbb\xbf[mfa]\nkey=new\n"),
    "bytes that aren't UTF-8": (
        b"[a\xff]\nx=\xe9\n[mfa]\nkey=old\n",
        b"[a\xff]\nx=\xe9\n[mfa]\nkey=new\n",
    ),
    "percent signs and unicode": (
        "[ü]\nx = %(y)s €\n[mfa]\nkey=old\n".encode(),
        "[ü]\nx = %(y)s €\n[mfa]\nkey=new\n".encode(),
    ),
    "a value that is there already": (b"[mfa]\nkey =   new  \n", b"[mfa]\nkey =   new  \n"),
    "the same option elsewhere stays": (
        b"[DEFAULT]\nkey=1\n[a]\nkey=2\n[mfa]\nkey=3\n",
        b"[DEFAULT]\nkey=1\n[a]\nkey=2\n[mfa]\nkey=new\n",
    ),
    "an option of DEFAULT is overridden": (
        b"[DEFAULT]\nkey=1\n[mfa]\nx=1\n",
        b"[DEFAULT]\nkey=1\n[mfa]\nx=1\nkey = new\n",
    ),
    "a section of another case is another one": (
        b"[MFA]\nkey=1\n",
        b"[MFA]\nkey=1\n\n[mfa]\nkey = new\n",
    ),
}


@pytest.mark.parametrize(("before", "after"), SET.values(), ids=SET.keys())
def test_setting_an_option_changes_its_line_alone(before: bytes, after: bytes) -> None:
    """``with_options`` gives these bytes, and the value is there."""
    document = SharedDocument.parse(before).with_options("mfa", {"key": "new"})
    assert document.render() == after
    assert document.options("mfa")["key"] == "new"


REMOVED = {
    "the option's line": (b"[mfa]\nkey = 1\nx = 1\n", b"[mfa]\nx = 1\n"),
    "its continuation lines, not the comment": (
        b"[mfa]\nkey =\n  a = 1\n; kept\n  b = 2\n\n[b]\n",
        b"[mfa]\n; kept\n\n[b]\n",
    ),
    "a header that is left alone, and the blank line before it": (
        b"[a]\nx=1\n\n[mfa]\nkey = 1\n",
        b"[a]\nx=1\n",
    ),
    "between two sections": (b"[a]\nx=1\n\n[mfa]\nkey=1\n\n[b]\n", b"[a]\nx=1\n\n[b]\n"),
    "at the start": (b"[mfa]\nkey=1\n\n[b]\n", b"\n[b]\n"),
    "all that is there": (b"[mfa]\nkey=1\n", b""),
    "without a last newline": (b"[a]\nx=1\n\n[mfa]\nkey=1", b"[a]\nx=1"),
    "not a header with a comment": (b"[mfa]\n# why\nkey=1\n", b"[mfa]\n# why\n"),
    "not a header whose loss would change the next": (
        b"[a]\nx=1\n[mfa]\nkey=1\n[mfa2]\n",
        b"[a]\nx=1\n[mfa2]\n",
    ),
    "not a header that ends an option above": (
        b"[a]\nx=1\n[mfa]\n    key=1\n    [b]\n",
        b"[a]\nx=1\n[mfa]\n    [b]\n",
    ),
    "a header behind another header": (b"[a]\n[mfa]\n  key=1\n  [b]\n", b"[a]\n  [b]\n"),
    "nothing of others": (b"[a]\nkey=1\n", b"[a]\nkey=1\n"),
}


@pytest.mark.parametrize(("before", "after"), REMOVED.values(), ids=REMOVED.keys())
def test_removing_takes_the_option_and_an_empty_section(before: bytes, after: bytes) -> None:
    """``without_options`` and ``without_section_if_empty`` give these bytes."""
    document = SharedDocument.parse(before).without_options("mfa", ["KEY", "never"])
    assert document.without_section_if_empty("mfa").render() == after


UNPARSABLE = {
    "an option before any section": (b"\n# c\nkey = 1\n", 3),
    "a line without a delimiter": (b"[a]\nsecret\n", 2),
    "a value without a name": (b"[a]\n= secret\n", 2),
    "a section twice": (b"[a]\n[b]\n[a]\n", 3),
    "an option twice in different case": (b"[a]\nx=1\nX : 2\n", 3),
    "an option twice in two DEFAULT sections": (b"[DEFAULT]\nx=1\n[DEFAULT]\nx=2\n", 4),
    "a nested option without a value": (b"[a]\ns3 =\n  secret\n", 3),
    "CR alone ends a line": (b"[a]\rx=1\rsecret", 3),
    "an empty header": (b"[]\n", 1),
}


@pytest.mark.parametrize(("content", "line"), UNPARSABLE.values(), ids=UNPARSABLE.keys())
def test_an_unparsable_file_is_refused_with_its_line(content: bytes, line: int) -> None:
    """The error names the file and the line, and never repeats its text."""
    with pytest.raises(UnparsableFileError) as caught:
        SharedDocument.parse(content, "/home/u/.aws/credentials")
    assert f"/home/u/.aws/credentials: line {line} " in caught.value.what
    assert "secret" not in str(caught.value)


VALUES = {
    "a plain one": (b"[a]\nX = 1 \n", {"a": {"x": "1"}}),
    "the first delimiter counts": (b"[a]\nx : a=b\ny = c:d\n", {"a": {"x": "a=b", "y": "c:d"}}),
    "several lines": (b"[a]\nx = 1\n  2\n\n  3\n\n", {"a": {"x": "1\n2\n\n3"}}),
    "a header that is indented continues": (b"[a]\nx=1\n  [b]\n", {"a": {"x": "1\n[b]"}}),
    "no inline comments": (b"[a]\nx = 1 # 2\n", {"a": {"x": "1 # 2"}}),
    "blanks inside a header count": (b"[ a ] tail\n", {" a ": {}}),
    "DEFAULT stands in every section": (
        b"[DEFAULT]\nx=1\ny=1\n[a]\ny=2\n",
        {"a": {"x": "1", "y": "2"}},
    ),
}


@pytest.mark.parametrize(("content", "sections"), VALUES.values(), ids=VALUES.keys())
def test_options_are_read_as_the_cli_reads_them(
    content: bytes, sections: dict[str, dict[str, str]]
) -> None:
    """The values are those of RawConfigParser."""
    assert SharedDocument.parse(content).sections() == sections


def test_the_options_of_a_missing_section_are_none() -> None:
    """A missing section has no options, and DEFAULT is no section."""
    document = SharedDocument.parse(b"[DEFAULT]\nx=1\n[a]\n")
    assert document.options("mfa") == {}
    assert document.section_names() == ("a",)
    assert not document.has_section("DEFAULT")


@pytest.mark.parametrize(
    "value", ["sec\nret", "secret\r", " secret", "secret\t", "sec\x1bret", "sec\x85ret", "\udcff"]
)
def test_a_value_that_breaks_the_format_is_refused_without_its_text(value: str) -> None:
    """The error names the option and not the value."""
    with pytest.raises(ConfigurationError) as caught:
        SharedDocument.parse(b"").with_options("mfa", {"key": value})
    assert "key" in caught.value.what
    assert "sec" not in str(caught.value)


@pytest.mark.parametrize("name", ["", "a b", "#a", "[a]", "a=b", "ä", "a\n"])
def test_an_option_name_that_breaks_the_format_is_refused(name: str) -> None:
    """Only plain names pass."""
    with pytest.raises(ConfigurationError):
        SharedDocument.parse(b"").with_options("mfa", {name: "1"})


@pytest.mark.parametrize("section", ["", " a", "a\n", "DEFAULT", "a\x1b"])
def test_a_section_name_that_breaks_the_format_is_refused(section: str) -> None:
    """No header is made that would be read as something else."""
    with pytest.raises(ConfigurationError):
        SharedDocument.parse(b"[DEFAULT]\nx=1\n").with_options(section, {"x": "1"})


def test_a_document_shows_no_value() -> None:
    """``repr`` only names the file."""
    assert repr(SharedDocument.parse(b"[a]\nx=secret\n", "f")) == "SharedDocument('f')"


def test_a_change_leaves_the_original_document() -> None:
    """Documents are immutable."""
    document = SharedDocument.parse(b"[mfa]\nkey=1\n")
    document.with_options("mfa", {"key": "2"})
    assert document.render() == b"[mfa]\nkey=1\n"
