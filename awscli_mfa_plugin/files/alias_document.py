"""The CLI's alias file as a document: each pack is between two comment lines."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, NamedTuple

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.files.alias_markers import (
    SILENT,
    Block,
    block_lines,
    blocks_of,
    opening_of_new_file,
)
from awscli_mfa_plugin.files.document import SharedDocument
from awscli_mfa_plugin.files.lines import Kind, Line, indent_after, split_option
from awscli_mfa_plugin.session.sections import DEFAULT_SECTION

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

RUNS_US = "--by-alias"
"""How the alias that ``awscli-mfa install --as-alias`` writes ends."""


class AliasDocument(SharedDocument):
    """The text of ``~/.aws/cli/alias``."""

    __slots__ = ()
    _nested_options, _usual_name = False, "the alias file"

    @property
    def is_missing(self) -> bool:
        """Whether there is no such file yet."""
        return self._form.is_missing

    def blocks(self) -> tuple[Block, ...]:
        """Return the blocks in the file's order; raise ConfigurationError as ``blocks_of``."""
        return tuple(blocks_of(self._lines, self._form.name))

    def own(self, pack: str, section: str) -> dict[str, str]:
        """Return the aliases by name that a pack's block holds in a section."""
        block = self._block_of(pack, section)
        lines = self._lines[block.start : block.end] if block else ()
        values = (split_option(line.text.strip()) for line in lines if line.kind is Kind.OPTION)
        return {name: value for name, _, value in values}

    def others(self, pack: str, section: str) -> dict[str, str]:
        """Return all aliases of a section by name but for a pack's: the user's, other packs'."""
        own, found = self.own(pack, section), self.options(section)
        return {name: value.strip() for name, value in found.items() if name not in own}

    def line_of(self, section: str, name: str) -> int:
        """Return the number of the line on which an alias starts, 0 if there is none."""
        for number, line in enumerate(self._lines, start=1):
            is_there = line.section in {section, DEFAULT_SECTION}
            if is_there and line.kind is Kind.OPTION and line.option == name:
                return number
        return 0

    def _block_of(self, pack: str, section: str) -> Block | None:
        wanted = (pack, section)
        return next((each for each in self.blocks() if (each.pack, each.section) == wanted), None)

    def with_block(self, pack: str, section: str, aliases: Mapping[str, str]) -> AliasDocument:
        """Return a copy in which a pack's block of a section holds ``aliases``, or is gone."""
        block = self._block_of(pack, section)
        if block is None:
            return self._with_new_block(pack, section, aliases) if aliases else self
        if not aliases:
            return self._without(block)
        old = self._lines[block.start : block.end + 1]
        head = [line for line in old if line.kind is Kind.HEADER]
        like = next(line for line in old if line.kind is Kind.OPTION)
        new = block_lines(pack, aliases, like, is_in_new_file=block.is_in_new_file)
        lines = list(self._lines)
        lines[block.start : block.end + 1] = [new[0], *head, *new[1:]]
        return self.with_lines(lines)

    def _with_new_block(self, pack: str, section: str, aliases: Mapping[str, str]) -> AliasDocument:
        lines = list(self._lines)
        if self.has_section(section):
            at = self._end_of(section)
            newline = lines[at - 1].newline or self._form.newline
            like = Line(Kind.OPTION, indent_after(lines, at - 1), newline, section)
            lines[at:at] = block_lines(pack, aliases, like)
            return self.with_lines(lines)
        if any(line.section == DEFAULT_SECTION and line.option for line in lines):
            raise ConfigurationError(
                f"The options of [{DEFAULT_SECTION}] in {self._form.name} would become aliases in "
                f"a section [{section}].",
                f"Nothing was changed. Remove them from [{DEFAULT_SECTION}], then try again.",
            )
        # "\n" right after "\r" would make one line end of two.
        newline = "\r" if lines and lines[-1].newline == "\r" else self._form.newline
        if lines:
            # Also after a blank line: so taking the block away again gives the old bytes.
            lines.append(Line(Kind.BLANK, "", newline, lines[-1].section))
        like = Line(Kind.OPTION, "", newline, section)
        new = block_lines(pack, aliases, like, is_in_new_file=self.is_missing)
        head = Line(Kind.HEADER, f"[{section}]", newline, section)
        return self.with_lines([*lines, new[0], head, *new[1:]])

    def _end_of(self, section: str) -> int:
        """Return where a section's lines end but for its last comments and blanks."""
        at = max(
            index
            for index, line in enumerate(self._lines)
            if line.section == section and line.kind not in SILENT
        )
        return max([at, *(block.end for block in self.blocks() if block.start < at)]) + 1

    def without_packs(self, pack: str | None = None) -> AliasDocument:
        """Return a copy without the blocks of a pack, or of all packs."""
        document = self
        for block in reversed(self.blocks()):
            if pack is None or pack == block.pack:
                document = document._without(block)
        return document

    def _without(self, block: Block) -> AliasDocument:
        lines, start, stop = list(self._lines), block.start, block.end + 1
        head = [line for line in lines[start:stop] if line.kind is Kind.HEADER]
        if head and self._options_outside(block):
            head = self._hand_over(lines, block, head)
        elif head:
            # The blank line came with the header.
            start -= start > 0 and lines[start - 1].kind is Kind.BLANK
            head = []
        lines[start:stop] = head
        return self.with_lines(lines)

    def _options_outside(self, block: Block) -> list[int]:
        """Return the lines of options in the block's section that are outside the block."""
        inside = range(block.start, block.end)
        return [
            index
            for index, line in enumerate(self._lines)
            if line.kind is Kind.OPTION and line.section == block.section and index not in inside
        ]

    def _hand_over(self, lines: list[Line], block: Block, head: list[Line]) -> list[Line]:
        """Put a section's header into the next pack's block; return what stays of it in its place.

        All of it stays where the user has come to need it.
        """
        others = [other for other in self.blocks() if other.section == block.section][1:]
        packed = {index for other in others for index in range(other.start, other.end)}
        if not packed.issuperset(self._options_outside(block)):
            return head
        at = others[0].start
        mark = opening_of_new_file(lines[at]) if block.is_in_new_file else lines[at]
        lines[at : at + 1] = [mark, *head]
        return []


TOPLEVEL, MFA_SECTION = "toplevel", "command mfa"
"""The sections of the alias file whose aliases may hide our commands; v1 knows the first alone."""

_FLAGS = frozenset(
    {
        *("--debug", "--no-verify-ssl", "--no-paginate", "--no-sign-request"),
        *("--no-cli-pager", "--cli-auto-prompt", "--no-cli-auto-prompt"),
    }
)


def spelled(section: str, document: AliasDocument) -> str:
    """Return how the file spells a section: v2 takes any blanks inside of ``[command mfa]``.

    Of several it lets the last one count (awscli's ``alias.py``).
    """
    if section == TOPLEVEL:
        return section
    names = (name for name in document.section_names() if name.startswith("command "))
    return next((name for name in reversed([*names]) if name.split() == section.split()), section)


class HidingAlias(NamedTuple):
    """A user's alias that hides one of our commands, and its line."""

    section: str
    name: str
    expansion: str
    line: int


def hides_the_command(
    content: bytes, subcommands: Collection[str] = (), name: str = "the alias file"
) -> tuple[HidingAlias, ...]:
    """Return the user's aliases that run in place of ``aws mfa``, or of a subcommand of it on v2.

    One that only adds to the command of the same name hides nothing. Raises UnparsableFileError,
    naming the line, for a file with which no ``aws`` command runs.
    """
    document = AliasDocument.parse(content, name)
    section = spelled(MFA_SECTION, document)
    found = [(TOPLEVEL, "mfa"), *((section, each) for each in subcommands)]
    return tuple(
        HidingAlias(of, alias, expansion, document.line_of(of, alias))
        for of, alias in found
        if _hides(alias, of, expansion := document.options(of).get(alias, "").strip())
    )


def _hides(name: str, section: str, expansion: str) -> bool:
    if section == TOPLEVEL and expansion:
        return not expansion.endswith(RUNS_US) and _command_of(expansion) != name
    # v2 passes every other alias of a subcommand's name to that subcommand.
    return expansion.startswith("!")


def _command_of(expansion: str) -> str:
    """Return the command that an alias runs: the first word that is no global option's."""
    try:
        words = iter(shlex.split(expansion))
    except ValueError:
        return ""
    for word in words:
        if not word.startswith("--"):
            return word
        if "=" not in word and word not in _FLAGS:
            next(words, "")
    return ""
