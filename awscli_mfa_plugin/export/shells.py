"""Says how each shell's language sets and unsets environment variables."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
"""What every shell takes as a variable's name (POSIX.1-2017, Base Definitions 3.235)."""

_NO_TEXT = "\0\ud800-\udfff"
"""No environment holds a NUL (POSIX.1-2017, Base Definitions 8.1), no UTF-8 a lone surrogate."""


@dataclass(frozen=True)
class _Language:
    """A line that sets, a line that unsets, and what a value can't be.

    ``escaped`` maps each character that can't be written between the quotes to its escape,
    ``is_ascii`` has all beyond printable ASCII written as numbers. ``refused`` finds what a
    value can't have, ``takes`` says what it can; ``longest`` is the longest line in bytes.
    ``evaluates`` is how a shell of that language runs what ``{command}`` prints.
    """

    sets: str
    unsets: str
    refused: str
    takes: str
    escaped: tuple[tuple[str, str], ...] = ()
    is_ascii: bool = False
    longest: float = float("inf")
    evaluates: str = ""

    def line(self, name: str, value: str) -> str | None:
        """Return the line that sets ``name`` to ``value``, or None if there can't be one."""
        if re.search(self.refused, value):
            return None
        quoted = value.translate({ord(old): new for old, new in self.escaped})
        if self.is_ascii:
            quoted = re.sub(r"[^ -~]+", _by_numbers, quoted)
        line = self.sets.format(name=name, value=quoted)
        return line if len(line.encode()) <= self.longest else None


_SH = _Language(
    sets="export {name}='{value}';",
    unsets="unset {name};",
    escaped=(("'", r"'\''"),),
    refused=f"[{_NO_TEXT}]",
    takes="any text but NUL",
    evaluates='eval "$({command})"',
)
"""bash, zsh, dash, ksh: all is literal between single quotes (POSIX.1-2017, Shell 2.2.2).

A line feed too, in ``eval "$(…)"``. Each statement ends in a semicolon, so that an
``eval $(…)`` without the quotes, which makes blanks of line feeds, still works wherever the
values have neither blanks nor ``*?[``, as AWS's haven't.
"""

_FISH = _Language(
    sets="set -gx {name} '{value}';",
    unsets="while set -q {name}; and set -e {name}; end;",
    escaped=(("\\", r"\\"), ("'", r"\'"), ("\n", r"'\n'")),
    refused=f"[{_NO_TEXT}]",
    takes="any text but NUL",
    evaluates="{command} | source",
)
r"""fish: ``\'`` and ``\\`` between single quotes, ``\n`` outside (fish, 'The fish language').

``set -e`` erases the innermost scope alone and fails where there is none, hence the loop. It
takes a universal variable too: fish exports that one behind an erased global one, and behind a
global one that isn't exported, so nothing less keeps it from the children.
"""

_CSH = _Language(
    sets="setenv {name} '{value}';",
    unsets="unsetenv {name};",
    escaped=(("'", r"'\''"), ("\\", r"'\\'"), ("!", r"'\!'")),
    refused=r"[^\x01-\t\x0b-\x7f]",
    takes="only ASCII on one line, without NUL",
    evaluates='eval "`{command}`"',
)
r"""csh, tcsh: history is substituted between single quotes too (tcsh(1), 'Lexical structure').

The backslash is outside of them, where it means the same with ``set backslash_quote``.
``eval "`…`"`` makes blanks of line feeds, so a value can't have one. In the C locale tcsh 6.24
loses bytes beyond ASCII wherever its buffers end, the next quote with them: only ASCII is sound.
"""

_POWERSHELL = _Language(
    sets="$Env:{name} = '{value}'",
    unsets="Remove-Item Env:{name} -ErrorAction SilentlyContinue",
    escaped=(("'", "''"),),
    is_ascii=True,
    refused=rf"[{_NO_TEXT}]|\A\Z",
    takes="any text but NUL, not empty",
    evaluates="{command} | Out-String | Invoke-Expression",
)
"""PowerShell: all is literal between single quotes, which double (about_Quoting_Rules).

It takes U+2018 to U+201B as single quotes, decodes what a program prints by the console's code
page, and hands it on line by line. So what isn't printable ASCII is added by its number
(about_Char, about_Arithmetic_Operators: text on the left of ``+`` makes text). An empty value
unsets before 7.5 (about_Environment_Variables).
"""

_CMD = _Language(
    sets='set "{name}={value}"',
    unsets='set "{name}="',
    refused=r'[^ -~]|["%!]|\A\Z',
    takes='only printable ASCII without " % !, not empty, at most 8191 characters a line',
    longest=8191,
)
"""cmd: for ``for /f "delims=" %i in ('aws mfa export --format cmd') do %i``, and batch files.

Between the quotes ``& | < > ^`` are literal (Microsoft, Windows Commands, 'set' and 'cmd'). A
quote would end them; ``%NAME%`` is expanded in a batch file, ``!NAME!`` under ``cmd /v:on``
('cmd', 'setlocal'), and what escapes them there stays in the value elsewhere. The console's
code page decides what becomes of other characters than ASCII. ``set "NAME="`` unsets, hence no
empty value. The longest line: Microsoft, 'Command prompt line string limitation'.
"""

_ENV = _Language(
    sets="{name}={value}",
    unsets="",
    refused=rf"[\n\r$#\\{_NO_TEXT}]|\A['\"]|\A\s|\s\Z",
    takes=r"text without line breaks, $ # \, quotes at its start, or spaces at its ends",
    longest=65535,
)
r"""A file for ``docker run --env-file``, and for Compose: nothing is quoted, nothing evaluated.

Docker takes the text after '=' as it is ('docker container run', '--env-file'), in lines of at
most 64 KiB (Go's bufio.MaxScanTokenSize, which its reader says). Compose strips blanks, takes
quotes off, puts variables in for ``$`` and ends a value at `` #``, older ones at any ``#``
('Syntax for environment files'). What the two read differently is refused.

Nothing is unset by such a file: it is read anew for each container, and a file that sets
nothing is the opposite of one that does. ``NAME`` alone would hand in the host's value, and
``NAME=`` isn't unset: with an empty AWS_PROFILE botocore finds no profile, with an empty
AWS_DEFAULT_REGION no endpoint.
"""

_LANGUAGES = {
    "sh": _SH,
    "fish": _FISH,
    "csh": _CSH,
    "powershell": _POWERSHELL,
    "cmd": _CMD,
    "env": _ENV,
}

_SHELLS = {
    **dict.fromkeys(("sh", "ash", "bash", "dash", "ksh", "mksh", "rbash", "zsh"), "sh"),
    **dict.fromkeys(("csh", "bsd-csh", "tcsh"), "csh"),
    **dict.fromkeys(("powershell", "pwsh", "pwsh-preview"), "powershell"),
    "fish": "fish",
    "cmd": "cmd",
}


def script(format_name: str, values: Mapping[str, str], unset: Iterable[str]) -> str:
    """Return text that unsets ``unset`` and then sets ``values``, exported, in their order.

    ``format_name`` is one of FORMATS. The text is empty or ends in a line feed; it is made for
    that shell to evaluate, and for ``env`` to be kept in a file. Raises ConfigurationError,
    without the value in it, for a variable that the format can't carry.
    """
    language = _LANGUAGES[format_name]
    lines = [language.unsets.format(name=_checked(name)) for name in unset]
    lines += [_line(format_name, _checked(name), value) for name, value in values.items()]
    return "".join(f"{line}\n" for line in lines if line)


def can_hold(format_name: str, name: str, value: str) -> bool:
    """Return whether a format can set this variable to this value."""
    return _LANGUAGES[format_name].line(name, value) is not None


def evaluated(format_name: str, command: str) -> str:
    """Return the line by which a shell runs what ``command`` prints in a format, or ""."""
    language = _LANGUAGES.get(format_name)
    return language.evaluates.format(command=command) if language else ""


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ConfigurationError(
            f"'{sanitize(name)}' isn't a valid variable name.",
            "A name can have letters, digits and underscores.",
        )
    return name


def _line(format_name: str, name: str, value: str) -> str:
    language = _LANGUAGES[format_name]
    line = language.line(name, value)
    if line is None:
        raise ConfigurationError(
            f"The format {format_name} can't hold the value of {name}: it allows {language.takes}.",
            "Use another format (--format json holds any value), or run the command directly:  "
            "aws mfa exec -- COMMAND",
        )
    return line


def _by_numbers(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be").hex().upper()
    numbers = (units[at : at + 4] for at in range(0, len(units), 4))
    return "'" + "".join(f" + [char]0x{number}" for number in numbers) + " + '"


def format_of_shell(name: str) -> str | None:
    """Return the format for a shell by the name or path of its process, or None if unknown.

    A login shell's hyphen, ``.exe`` and a version ('zsh-5.9', 'ksh93') don't count.
    """
    last = re.split(r"[/\\]", name.strip())[-1].lower().removesuffix(".exe").removeprefix("-")
    return _SHELLS.get(last.rstrip("0123456789.-"))
