"""Shared files are read and written in the encoding in which the AWS CLI reads them."""

from __future__ import annotations

import pytest

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.files.document import SharedDocument
from awscli_mfa_plugin.files.paths import encoding_of, encoding_on_windows

PLAIN, UTF8, ANSI = b"[ada]\n", "[josé]\n".encode(), "[josé]\n".encode("cp1252")


@pytest.mark.parametrize(
    ("content", "in_cli", "encoding"),
    [
        (PLAIN, True, "cp1252"),
        (UTF8, True, "cp1252"),
        (ANSI, True, "cp1252"),
        (ANSI, False, "cp1252"),
        (UTF8, False, "utf-8"),
        (PLAIN, False, "utf-8"),
        (b"\xef\xbb\xbf" + PLAIN, True, "utf-8"),
        (b"[\x81\x9d]\n", True, "cp1252"),
    ],
)
def test_on_windows_it_is_that_of_the_clis_process(
    content: bytes, encoding: str, *, in_cli: bool
) -> None:
    """Outside of one, what is UTF-8 is UTF-8, and anything else in the system's."""
    assert encoding_on_windows(content, "cp1252", in_cli=in_cli) == encoding


def test_an_encoding_that_would_lose_a_byte_is_not_used() -> None:
    """cp932 has several bytes for one character: a change elsewhere would replace them."""
    content = b"[\x87\x90]\n"
    assert content.decode("cp932").encode("cp932") != content
    assert encoding_on_windows(content, "cp932", in_cli=True) == "utf-8"


def test_elsewhere_it_is_utf_8() -> None:
    """Whatever the locale says."""
    import os

    if os.name != "nt":
        assert encoding_of(ANSI) == "utf-8"


def test_a_document_is_changed_in_its_encoding() -> None:
    """A name that it has is found and written; no byte elsewhere changes."""
    document = SharedDocument.parse(ANSI + b"# \x81\n", encoding="cp1252")
    assert document.section_names() == ("josé",)
    changed = document.with_options("josé", {"region": "é"})
    assert changed.render() == ANSI + b"region = \xe9\n# \x81\n"


def test_a_name_that_the_encoding_lacks_is_refused() -> None:
    """Rather than written as something else."""
    document = SharedDocument.parse(PLAIN, "config", "cp1252")
    with pytest.raises(ConfigurationError, match="can't be written to config, which is cp1252"):
        document.with_options("日本", {"region": "x"}).render()
