"""Random shared files, compared with botocore's own parser."""

from __future__ import annotations

import tempfile
from typing import Any

import pytest
from botocore.configloader import raw_config_parse
from botocore.exceptions import ConfigParseError
from hypothesis import given, settings
from hypothesis import strategies as st

from awscli_mfa_plugin.errors import UnparsableFileError
from awscli_mfa_plugin.files.document import SharedDocument

NEW = {"aws_access_key_id": "ASIA", "aws_session_token": "a=b:c#d;e%f", "manager": "us"}

# Few words, so that names repeat and sections meet; odd blanks and line ends, as parsers differ.
WORD = st.sampled_from(
    ["a", "mfa", "MFA", "profile a", "default", "DEFAULT", "ü%", "manager", "x]"]
)
BLANKS = st.sampled_from(["", "", "", " ", "  ", "\t", "\x0c", "\xa0", "\x1f"])
DELIMITER = st.sampled_from(["=", " = ", ":", " :", "", "=="])
NEWLINE = st.sampled_from(["\n", "\n", "\n", "\r\n", "\r"])
LINE = st.one_of(
    st.builds("{}[{}]{}{}".format, BLANKS, WORD, BLANKS, st.sampled_from(["", "# c ]"])),
    st.builds("{}{}{}{}{}".format, BLANKS, WORD, DELIMITER, BLANKS, WORD),
    st.builds("{}{}{}".format, BLANKS, WORD, DELIMITER),
    st.builds("{}{}{}".format, BLANKS, st.sampled_from("#;"), WORD),
    BLANKS,
    st.text(alphabet="[]=:#; \tab\x0b\x85\u2028\r", max_size=6),
)
LINES = st.lists(st.builds("{}{}".format, LINE, NEWLINE), max_size=12).map("".join)

# Files that mostly parse, with headers and options at any indent: deeper lines continue.
DEEP = st.lists(
    st.tuples(
        st.sampled_from(["", " ", "  ", "    "]),
        st.sampled_from(["[a]", "[mfa]", "[profile a]", "x = 1", "y: 2", "z=", "# c", ""]),
    ).map("".join),
    max_size=7,
    unique_by=lambda line: line.strip() or line,
).map(lambda lines: "\n".join(["[top]", *lines, ""]))
FILES = st.one_of(LINES, DEEP)

OPTION = st.builds("{}{}{}{}".format, BLANKS, WORD, st.sampled_from(["=", " = ", ": "]), WORD)
BODY = st.lists(
    st.one_of(OPTION, st.just("s3 =\n    a = 1\n\n    b = 2"), st.just("# c"), st.just("")),
    max_size=4,
)


def as_botocore(content: bytes) -> dict[str, Any] | None:
    """Return what botocore reads, nested options as text; None if it refuses the file."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        try:
            raw_config_parse(file.name)
            sections: dict[str, Any] = raw_config_parse(file.name, parse_subsections=False)
        except ConfigParseError:
            return None
    return sections


@settings(max_examples=400, deadline=None)
@given(text=FILES)
def test_the_document_accepts_and_reads_what_botocore_does(text: str) -> None:
    """Both refuse the same files, and give the same values for the others."""
    content = text.encode()
    expected = as_botocore(content)
    if expected is None:
        with pytest.raises(UnparsableFileError):
            SharedDocument.parse(content)
        return
    try:
        document = SharedDocument.parse(content)
    except UnparsableFileError:
        # A bad nested option of DEFAULT that no section has yet: with one more section, as a
        # login makes it, botocore refuses the file too.
        assert as_botocore(content + b"\n[one more]\n") is None
        return
    assert document.render() == content
    assert document.sections() == expected


@settings(max_examples=300, deadline=None)
@given(text=FILES, section=st.sampled_from(["mfa", "a", "profile a"]))
def test_a_change_affects_only_its_section(text: str, section: str) -> None:
    """Botocore still parses the file, and reads the same outside the section."""
    content = text.encode()
    before, extended = as_botocore(content), as_botocore(content + b"\n[one more]\n")
    if before is None or extended is None:
        return
    new = {**before.get(section, extended["one more"]), **NEW}
    changed = SharedDocument.parse(content).with_options(section, NEW)
    after = as_botocore(changed.render())
    assert after == {**before, section: new}
    assert changed.sections() == after
    removed = changed.without_options(section, NEW).without_section_if_empty(section)
    left = as_botocore(removed.render())
    assert left is not None
    assert {name: options for name, options in left.items() if name != section} == {
        name: options for name, options in before.items() if name != section
    }
    assert not NEW.keys() & (left.get(section, {}).keys() - extended["one more"].keys())


@settings(max_examples=300, deadline=None)
@given(text=FILES)
def test_removing_a_new_section_restores_the_file(text: str) -> None:
    """Login and logout of a new session profile leave the old bytes."""
    content = text.encode()
    if as_botocore(content + b"\n[one more]\n") is None:
        return
    document = SharedDocument.parse(content)
    changed = document.with_options("new", NEW)
    assert changed.render().startswith(content)
    assert changed.without_options("new", NEW).without_section_if_empty("new").render() == content


@settings(max_examples=300, deadline=None)
@given(
    bodies=st.tuples(BODY, BODY, BODY),
    newline=st.sampled_from(["\n", "\r\n"]),
    bare=st.booleans(),
    bom=st.booleans(),
)
def test_bytes_outside_the_section_are_unchanged(
    bodies: tuple[list[str], list[str], list[str]],
    newline: str,
    bare: bool,  # noqa: FBT001 - hypothesis gives it by name
    bom: bool,  # noqa: FBT001 - the same
) -> None:
    """Everything before the section's header, and from the next header on."""
    blocks = [
        newline.join([f"[{name}]", *body, ""])
        for name, body in zip(("one", "mfa", "three"), bodies, strict=True)
    ]
    if bare:
        blocks[-1] = blocks[-1].removesuffix(newline)
    content = b"\xef\xbb\xbf" * bom + "".join(blocks).encode()
    if as_botocore("".join(blocks).encode()) is None:
        return
    before, after = content.split(b"[mfa]")[0] + b"[mfa]", blocks[-1].encode()
    changed = SharedDocument.parse(content).with_options("mfa", NEW)
    for document in (changed, changed.without_options("mfa", NEW)):
        assert document.render().startswith(before)
        assert document.render().endswith(after)
