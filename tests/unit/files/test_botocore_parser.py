"""The installer's parser of shared files reads the same as botocore's."""

from __future__ import annotations

import configparser
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import awscli  # noqa: F401 - v1's botocore is found behind it
import botocore.configloader
import botocore.exceptions
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awscli_mfa_plugin.files import botocore_parser

if TYPE_CHECKING:
    from collections.abc import Callable

_LINES = st.sampled_from(
    [
        *("[a]", "[b]", "[DEFAULT]", "[profile x y]", "  [c]", "[", "", "# note", "; note", "k"),
        *("k = v", "K: V", "s3 =", "  x = y", "  x", "\tz = 1 = 2", "=v", "k2 = é", "k3 = %(k)s"),
    ]
)


def outcome(parse: Callable[..., Any], path: Path, *, nested: bool) -> Any:
    """Return what a parser gives, or that it refuses."""
    try:
        return parse(str(path), parse_subsections=nested)
    except (FileNotFoundError, botocore.exceptions.ConfigNotFound):
        return "missing"
    except (ValueError, configparser.Error, botocore.exceptions.ConfigParseError):
        return "refused"


@settings(deadline=None)
@given(st.lists(_LINES, max_size=8), st.booleans())
def test_it_reads_and_rejects_the_same_files_as_botocore(
    lines: list[str],
    nested: bool,  # noqa: FBT001 - hypothesis gives it so
) -> None:
    """Any file gives the same sections, or is rejected by both."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "config")
        path.write_text("\n".join(lines), "utf-8")
        ours = outcome(botocore_parser.raw_config_parse, path, nested=nested)
        assert ours == outcome(botocore.configloader.raw_config_parse, path, nested=nested)


@pytest.mark.parametrize("content", [b"[a]\nk = \xff\n", b"\xef\xbb\xbf[a]\nk = v\n", None])
def test_files_that_cant_be_read(tmp_path: Path, content: bytes | None) -> None:
    """Bytes that aren't UTF-8, a byte order mark, a missing file."""
    path = tmp_path / "config"
    if content is not None:
        path.write_bytes(content)
    ours = outcome(botocore_parser.raw_config_parse, path, nested=True)
    assert ours == outcome(botocore.configloader.raw_config_parse, path, nested=True)
    assert isinstance(ours, str)
