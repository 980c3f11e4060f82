"""Splits the command line before the cursor as a shell does, and quotes candidates for it."""

from __future__ import annotations

_BLANKS = " \t\n"

_ESCAPED_IN_DOUBLE = '$`"\\\n'
"""What a backslash makes literal between double quotes (POSIX.1-2017, Shell 2.2.3)."""

_ESCAPED_IN_SINGLE = {"fish": "'\\"}
"""The same between single quotes; only fish has this."""

_PLAIN = frozenset("_./:=@%+,-")
"""Not special to bash inside a word, besides letters and digits."""

_REPLACED_BREAKS = "$@"
"""Word breaks that readline replaces together with the word (``rl_special_prefixes``)."""


class CommandLine:
    """The words before the cursor, and the word at it, without quotes and backslashes.

    ``words`` are the finished ones, ``current`` is the one at the cursor, perhaps empty, and
    ``quote`` the quote still open in it, or "". ``kept`` is how many characters of ``current``
    bash's readline keeps: it replaces only what follows the last of ``breaks``
    (``COMP_WORDBREAKS``), or the open quote.
    """

    def __init__(self, text: str, shell: str = "", breaks: str = "") -> None:
        self.words: list[str] = []
        self.current = ""
        self.quote = ""
        self.kept = self._kept_before_quote = 0
        self._breaks = breaks
        self._in_single = _ESCAPED_IN_SINGLE.get(shell, "")
        self._is_begun = self._is_escaped = False
        for character in text:
            self._take(character)

    def _take(self, character: str) -> None:
        if self._is_escaped:
            self._is_escaped = False
            self._add_escaped(character)
        elif character == "\\" and (self.quote != "'" or self._in_single):
            self._is_escaped = self._is_begun = True
        elif self.quote:
            if character == self.quote:
                self.quote, self.kept = "", self._kept_before_quote
            else:
                self.current += character
        elif character in "'\"":
            self.quote, self._is_begun = character, True
            self._kept_before_quote, self.kept = self.kept, len(self.current)
        elif character in _BLANKS:
            self._finish()
        else:
            self._add_bare(character)

    def _add_bare(self, character: str) -> None:
        if character in self._breaks:
            self.kept = len(self.current) + (character not in _REPLACED_BREAKS)
        self.current += character
        self._is_begun = True

    def _add_escaped(self, character: str) -> None:
        literal = {"'": self._in_single, '"': _ESCAPED_IN_DOUBLE}.get(self.quote, character)
        self.current += character if character in literal else "\\" + character

    def _finish(self) -> None:
        if self._is_begun:
            self.words.append(self.current)
        self.current, self.kept, self._is_begun = "", 0, False


def for_bash(value: str, line: CommandLine) -> str:
    """Return what bash's readline inserts after the part of the word that it keeps.

    It closes an open quote itself.
    """
    rest = value[line.kept :]
    if line.quote == "'":
        return rest.replace("'", "'\\''")
    if line.quote == '"':
        # An exclamation mark would expand the history, and a backslash before it would stay.
        return "".join(_in_double(character) for character in rest)
    return "".join(_bare(character) for character in rest)


def _in_double(character: str) -> str:
    if character == "!":
        return "\"'!'\""
    return "\\" + character if character in _ESCAPED_IN_DOUBLE else character


def _bare(character: str) -> str:
    if character.isalnum() or character in _PLAIN or not character.isascii():
        return character
    return "\\" + character
