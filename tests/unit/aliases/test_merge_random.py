"""Random alias files, compared with botocore's own parser, as the CLI calls it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from botocore.configloader import raw_config_parse
from botocore.exceptions import ConfigParseError
from hypothesis import given, settings
from hypothesis import strategies as st

from awscli_mfa_plugin.aliases.merge import HostCommands, installed, states
from awscli_mfa_plugin.aliases.pack import Alias, AliasPack
from awscli_mfa_plugin.errors import ConfigurationError, UnparsableFileError
from awscli_mfa_plugin.files.alias_document import MFA_SECTION, AliasDocument

PACK = AliasPack(
    "ours",
    (
        Alias("whoami", "sts get-caller-identity", "Who am I?"),
        Alias("alive", "mfa status --query 'a=b: #c;'", "Is it alive?"),
        Alias("st", "status", "Status", ("v2",), MFA_SECTION),
    ),
)
TEAM = AliasPack(
    "team",
    (
        Alias("up", "!git pull", "Pull", is_external=True),
        Alias("whoami", "iam get-user", "Who am I?"),
        Alias("new", "login --force", "Renew", ("v2",), MFA_SECTION),
    ),
)
V1 = HostCommands("v1", {"s3", "sts", "iam", "mfa"}, {"login", "status"})
V2 = HostCommands("v2", {"s3", "sts", "iam", "mfa"}, {"login", "status"})

# Few words, so that names repeat and sections meet; odd blanks and line ends, as parsers differ.
SECTION = st.sampled_from(
    ["toplevel", "toplevel", "toplevel", "command mfa", "command  mfa", "Toplevel", "DEFAULT", "a"]
)
NAME = st.sampled_from(["whoami", "WhoAmI", "alive", "mfa", "st", "up", "mine", "x-y", "ü%", "s3"])
VALUE = st.sampled_from(
    ["sts get-caller-identity", "!echo hi", "mfa status", "!f() { echo; }; f", "", "a = b", "# x"]
)
BLANKS = st.sampled_from(["", "", "", " ", "  ", "\t", "\x0c", "\xa0", "\x1f"])
DELIMITER = st.sampled_from(["=", " = ", ":", " :"])
NEWLINE = st.sampled_from(["\n", "\n", "\n", "\r\n", "\r"])
LINE = st.one_of(
    st.builds("{}[{}]".format, BLANKS, SECTION),
    st.builds("{}{}{}{}".format, BLANKS, NAME, DELIMITER, VALUE),
    st.builds("{}{}{}{}".format, BLANKS, NAME, DELIMITER, VALUE),
    st.builds("    {}".format, VALUE),
    st.builds("{}{}{}".format, BLANKS, st.sampled_from("#;"), NAME),
    BLANKS,
    st.sampled_from(["# >>> aws mfa alias: ours 01234567 >>>", "# <<< aws mfa alias: ours <<<"]),
)
LINES = st.lists(st.builds("{}{}".format, LINE, NEWLINE), max_size=12).map("".join)


# Files that mostly parse: sections and aliases once each, values that start on the next line.
def _file(draw: st.DrawFn) -> str:
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    lines: list[str] = []
    for section in draw(st.permutations(["toplevel", "command mfa", "other"])):
        if draw(st.booleans()):
            continue
        indent = draw(st.sampled_from(["", "", "  "]))
        lines += draw(st.lists(st.sampled_from(["", "# note", "; note"]), max_size=2))
        lines.append(f"{indent}[{section}]")
        names = draw(
            st.lists(
                st.sampled_from(["whoami", "alive", "st", "mine", "f"]), unique=True, max_size=3
            )
        )
        for name in names:
            lines += draw(st.lists(st.sampled_from(["", "# note"]), max_size=1))
            value = draw(
                st.sampled_from(
                    [
                        "= sts get-caller-identity",
                        "=\n    !f() {\n\n# c\n     x\n    }; f",
                        ": a = b",
                    ]
                )
            )
            lines += f"{indent}{name} {value}".split("\n")
        lines += draw(st.lists(st.sampled_from(["", "# end"]), max_size=2))
    text = newline.join(lines)
    return text + newline if draw(st.booleans()) else text


FILES = st.one_of(LINES, st.composite(_file)())
CHANGE = st.tuples(st.sampled_from([PACK, TEAM]), st.sampled_from([V1, V2]))


def as_the_cli(content: bytes) -> dict[str, Any] | None:
    """Return the aliases as the CLI reads them; None if it refuses the file."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "alias")
        file.write_bytes(content)
        try:
            sections: dict[str, Any] = raw_config_parse(str(file), parse_subsections=False)
        except ConfigParseError:
            return None
    return {
        section: {name: value.strip() for name, value in options.items()}
        for section, options in sections.items()
    }


def parsed(text: str) -> AliasDocument | None:
    """Return the document of a file, None if it can't take a pack."""
    try:
        document = AliasDocument.parse(text.encode())
        document.blocks()
        installed(PACK, document, V2)
    except ConfigurationError:
        return None
    return document


@settings(max_examples=200, deadline=None)
@given(text=FILES)
def test_the_document_accepts_and_reads_what_the_cli_does(text: str) -> None:
    """Both refuse the same files, and give the same aliases for the others."""
    content = text.encode()
    expected = as_the_cli(content)
    try:
        document = AliasDocument.parse(content)
    except UnparsableFileError:
        assert expected is None
        return
    assert document.render() == content
    assert {
        section: {name: value.strip() for name, value in options.items()}
        for section, options in document.sections().items()
    } == expected


@settings(max_examples=200, deadline=None)
@given(text=FILES, host=st.sampled_from([V1, V2]))
def test_existing_aliases_are_unchanged_and_new_ones_are_added(
    text: str, host: HostCommands
) -> None:
    """The CLI reads the same aliases as before, and those of the pack."""
    document = parsed(text)
    if document is None:
        return
    before = as_the_cli(text.encode())
    after_document = installed(PACK, document, host)
    after = as_the_cli(after_document.render())
    assert before is not None
    assert after is not None
    for section, options in before.items():
        assert options.items() <= after[section].items()
    added = {
        (section.split()[-1], name): value
        for section, options in after.items()
        for name, value in options.items()
        if name not in before.get(section, {})
    }
    wanted = [each.alias for each in states(PACK, document, host) if each.is_wanted]
    assert added == {(each.section.split()[-1], each.name): each.expansion for each in wanted}
    assert installed(PACK, after_document, host).render() == after_document.render()


@settings(max_examples=200, deadline=None)
@given(text=FILES, missing=st.booleans(), changes=st.lists(CHANGE, max_size=4), data=st.data())
def test_removing_packs_restores_the_file(
    text: str,
    missing: bool,  # noqa: FBT001 - hypothesis gives it by name
    changes: list[tuple[AliasPack, HostCommands]],
    data: st.DataObject,
) -> None:
    """Installed, updated and removed in any order and by any CLI, they leave the old bytes."""
    text = "" if missing else text
    document = AliasDocument.parse(None) if missing else parsed(text)
    if document is None:
        return
    for pack, host in changes:
        kept = data.draw(st.sampled_from([(), pack.aliases[:1], pack.aliases]))
        changed = AliasPack(pack.name, tuple(kept))
        document = installed(changed, document, host)
        assert as_the_cli(document.render()) is not None
        document = AliasDocument.parse(document.render() or (None if missing else b""))
    names = data.draw(st.permutations(["ours", "team"]))
    new_file = any(block.is_in_new_file for block in document.blocks())
    left = document.without_packs(names[0])
    assert not any(block.pack == names[0] for block in left.blocks())
    if left.blocks():
        assert new_file == any(block.is_in_new_file for block in left.blocks())
    assert left.without_packs(names[1]).render() == text.encode()
    assert document.without_packs().render() == text.encode()
