"""The aliases that hide ``aws mfa``."""

from __future__ import annotations

import pytest

from awscli_mfa_plugin.errors import UnparsableFileError
from awscli_mfa_plugin.files.alias_document import AliasDocument, HidingAlias, hides_the_command

HIDING = {
    "nothing": ("[toplevel]\nwhoami = sts get-caller-identity\n", ()),
    "another command": (
        "# x\n[toplevel]\nMFA = s3 ls\n",
        (HidingAlias("toplevel", "mfa", "s3 ls", 3),),
    ),
    "a shell": ("[toplevel]\nmfa=\n  !mfa\n", (HidingAlias("toplevel", "mfa", "!mfa", 2),)),
    "by DEFAULT": (
        "[DEFAULT]\nmfa: x\n[toplevel]\n",
        (HidingAlias("toplevel", "mfa", "x", 2),),
    ),
    "an open quote": ("[toplevel]\nmfa = 'x\n", (HidingAlias("toplevel", "mfa", "'x", 2),)),
    "an option alone": (
        "[toplevel]\nmfa = --region\n",
        (HidingAlias("toplevel", "mfa", "--region", 2),),
    ),
    "itself": ("[toplevel]\nmfa = --no-paginate --region x --output=json mfa status\n", ()),
    "a subcommand": (
        "[command  mfa]\nlogin = !evil\nstatus = login\nx = !y\n",
        (HidingAlias("command  mfa", "login", "!evil", 2),),
    ),
    "of the last section": ("[command mfa]\nlogin = !a\n[command  mfa]\n", ()),
    "ours": ("[toplevel]\nmfa = !/opt/bin/awscli-mfa --by-alias\n", ()),
    "elsewhere": ("[command s3]\nmfa = x\nlogin = !x\n", ()),
}


@pytest.mark.parametrize(("text", "found"), HIDING.values(), ids=HIDING)
def test_an_alias_that_hides_the_command_is_found(
    text: str, found: tuple[HidingAlias, ...]
) -> None:
    """With its line number."""
    assert hides_the_command(text.encode(), ("login", "status")) == found
    assert AliasDocument.parse(text.encode()).line_of("toplevel", "another") == 0


def test_a_file_that_no_cli_can_read_is_reported_with_the_line() -> None:
    """A duplicate section, or a duplicate alias."""
    for text in ("[toplevel]\n[toplevel]\n", "[toplevel]\n\na = b\nA = c\n"):
        with pytest.raises(UnparsableFileError, match=r"line [24] repeats"):
            hides_the_command(text.encode())
