"""``--output text`` of ``awscli-mfa``: the lines that the AWS CLI itself would print."""

from __future__ import annotations

import io
from typing import Any

import awscli.text
from hypothesis import given
from hypothesis import strategies as st

from awscli_mfa_plugin.console.text_output import as_text

VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
NAMES = st.text("abcDE", min_size=1, max_size=3)


def results(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return dictionaries, lists of dictionaries, and lists that hold none."""
    dictionaries = st.dictionaries(NAMES, inner, max_size=4)
    plain = st.lists(VALUES | st.lists(VALUES, max_size=3), max_size=4)
    return dictionaries | st.lists(dictionaries, max_size=3) | plain


@given(st.recursive(VALUES, results, max_leaves=15))
def test_the_lines_are_the_clis_own(data: Any) -> None:
    """Whatever the result is."""
    stream = io.StringIO()
    awscli.text.format_text(data, stream)
    assert as_text(data) == stream.getvalue()


def test_a_list_of_sessions() -> None:
    """A line for each, with its list's name; a session without a value has an empty column."""
    data = {"Sessions": [{"Profile": "mfa", "State": "valid"}, {"Profile": "b"}], "Total": 2}
    assert as_text(data) == "2\nSESSIONS\tmfa\tvalid\nSESSIONS\tb\t\n"
    assert as_text(["mfa", None]) == "mfa\tNone\n"
    assert as_text([]) == ""
