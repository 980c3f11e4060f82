"""Makes text that isn't ours safe to show, times readable, states colored, and changes a diff."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

LONGEST = 300
"""Characters of foreign text that are shown; the rest is cut."""

_FEW = 10
"""Minutes below which seconds matter to a person."""

_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that steer a terminal or reorder what it shows."""


def sanitize(text: object, limit: int = LONGEST) -> str:
    """Return ``text`` on one line, control and bidirectional characters escaped.

    ``limit`` is the longest result in characters. Source of the danger: Unicode Technical
    Report 36, and ECMA-48 for the control sequences of terminals.
    """
    escaped = "".join(_escaped(character) for character in str(text)[: limit + 1])
    return escaped if len(escaped) <= limit else escaped[: limit - 1] + "…"


def _escaped(character: str) -> str:
    if unicodedata.category(character) not in _UNSAFE:
        return character
    return character.encode("unicode_escape").decode("ascii")


def encodable(text: str, encoding: str, fallback: str) -> str:
    """Return ``text``, or ``fallback`` where a stream with that encoding can't show it."""
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return fallback
    return text


def quoted_list(names: Iterable[str]) -> str:
    """Return ``names`` shown safely, with commas between."""
    return ", ".join(sanitize(name) for name in names)


def short_path(path: str, home: str) -> str:
    """Return ``path`` with ``~`` for the home folder, safe to show."""
    base = home.rstrip("/\\")
    inside = bool(base) and path.startswith(base) and path[len(base) :][:1] in {"", "/", "\\"}
    return sanitize(f"~{path[len(base) :]}" if inside else path)


def short_device(serial: str) -> str:
    """Return the name in an MFA device's ARN, with its path, or else the serial, safe to show.

    IAM has one virtual device of a name and path in an account.
    """
    name = serial.partition(":mfa/")[2] or serial.rpartition("/")[2]
    return sanitize(name if serial.startswith("arn:") else serial)


def device_name(serial: str, among: Iterable[str]) -> str:
    """Return a device's short name, or its serial if another one in ``among`` has that name."""
    name = short_device(serial)
    same = [other for other in among if other != serial and short_device(other) == name]
    return sanitize(serial) if same else name


def length_of_time(seconds: float) -> str:
    """Return a length of time in its two largest units: '12 h', '11 h 58 min', '4 min 30 s'."""
    whole = max(0, int(seconds))
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    if minutes:
        return f"{minutes} min {rest} s" if minutes < _FEW and rest else f"{minutes} min"
    return f"{rest} s"


def moment(when: datetime, now: datetime) -> str:
    """Return ``when`` in the local time of ``now``: '09:07', 'tomorrow 09:07', or with its date.

    Both are aware datetimes; ``now`` is in the zone to show.
    """
    local = when.astimezone(now.tzinfo)
    if local.date() == now.date():
        return f"{local:%H:%M}"
    if local.date() == now.date() + timedelta(days=1):
        return f"tomorrow {local:%H:%M}"
    return f"{local:%Y-%m-%d %H:%M}"


def _in_color(code: int) -> Callable[[Style, str], str]:
    return lambda style, text: f"\x1b[{code}m{text}\x1b[0m" if style.is_on and text else text


class Style:
    """Colors text for a terminal; where ``is_on`` is false, text stays as it is.

    Green is valid, yellow is expiring or a warning, red is expired or an error, dim is detail. The
    words say the same. Pad before you color: the codes take no space on the screen, but they
    count in ``len()``. Source: ECMA-48, SGR.
    """

    green, yellow, red, dim = _in_color(32), _in_color(33), _in_color(31), _in_color(2)

    def __init__(self, *, is_on: bool = False) -> None:
        self.is_on = is_on


PLAIN = Style()


class Screen:
    """Where a result is shown: whether that is a terminal, its encoding, colors and columns.

    ``columns`` is 0 where lines needn't be broken.
    """

    def __init__(
        self,
        *,
        is_terminal: bool = False,
        encoding: str = "utf-8",
        style: Style = PLAIN,
        columns: int = 0,
    ) -> None:
        self.is_terminal = is_terminal
        self.encoding = encoding
        self.style = style
        self.columns = columns

    def wrapped(self, text: str) -> str:
        """Return a sentence broken between words; what doesn't fit on its line is indented."""
        if len(text) <= self.columns or not self.columns:
            return text
        return wrapped(text, self.columns, "", "  ")


def wrapped(text: str, width: int, first: str, rest: str) -> str:
    """Return a paragraph in lines of at most ``width`` that start with ``first`` and ``rest``.

    It is broken between words alone, since some are commands to copy.
    """
    from textwrap import fill

    return fill(
        text,
        width,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def wants_colors(option: str | None, environment: Mapping[str, str], *, is_terminal: bool) -> bool:
    """Return whether a stream gets colors.

    ``option`` is the CLI's ``--color``: 'on' and 'off' win over everything, 'auto' or None
    leaves it to the stream and to ``NO_COLOR`` (no-color.org), ``CLICOLOR`` and ``TERM``.
    """
    if option in {"on", "off"}:
        return option == "on"
    if environment.get("NO_COLOR") or environment.get("CLICOLOR") == "0":
        return False
    return is_terminal and environment.get("TERM") != "dumb"


_KEY_LINE = r"^(.?\s*(?:aws_secret_access_key|aws_session_token|aws_security_token)\s*[=:]\s*)\S.*$"
_CONTEXT_LINE = (
    r"^([ ]\s*(?:[#;]\s*)?(?:\S*(?:secret|token|passw|_process|_key|auth|url)\S*\s*[=:]\s*"
    r"|\S+\s*[=:]\s*!)|[ ]\s+(?!\w+\s*=))\S.*$"
)
"""A line that doesn't change, whose value may hold a secret: a command, a URL, another tool's.

People keep an old key in a comment, and a long command on several lines.
"""

_NOWHERE = "/dev/null"


def unified(path: str, before: bytes | None, after: bytes | None) -> str:
    """Return the diff of a file's content, "" without a difference; None is a missing file.

    Values of secret keys and tokens are masked, and those of lines that don't change where they
    may hold one; control characters are escaped.
    """
    if before == after:
        return ""
    import difflib

    name = sanitize(path)
    lines = difflib.unified_diff(
        _lines(before),
        _lines(after),
        name if before is not None else _NOWHERE,
        name if after is not None else _NOWHERE,
        lineterm="",
    )
    return "".join(f"{_masked(line)}\n" for line in lines) or f"--- {name}\n+++ {name}\n"


def _lines(content: bytes | None) -> list[str]:
    text = (content or b"").decode("utf-8", "backslashreplace")
    return text.split("\n")[: -1 if text.endswith("\n") else None] if text else []


def _masked(line: str) -> str:
    import re  # loaded where a diff is shown, not at each TAB

    line = re.sub(_CONTEXT_LINE, r"\1****", line, flags=re.IGNORECASE)
    line = line.replace("\t", "    ").rstrip("\r")
    return sanitize(re.sub(_KEY_LINE, r"\1****", line, flags=re.IGNORECASE), limit=2000)
