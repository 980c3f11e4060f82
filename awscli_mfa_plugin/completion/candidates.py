"""What can be completed at the cursor of an ``aws mfa`` command line."""

from __future__ import annotations

from awscli_mfa_plugin.completion.words import CommandLine
from awscli_mfa_plugin.declaration import FILES, NOTHING, PROFILES, REGIONS, TEXT, Command, Takes

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence


OURS = "ours"
"""Only these candidates."""

BESIDE = "beside"
"""These candidates and those of the AWS CLI's own completer."""

FILE = "file"
"""A file name, which the shell completes."""

COMMAND = "command"
"""A program's command line, after the first ``--``."""

ALIASES = "aliases"
"""The kind of known names that are the user's aliases of subcommands (v2's ``[command mfa]``)."""

GLOBAL_OPTIONS: dict[str, Takes] = {
    "--debug": NOTHING,
    "--endpoint-url": TEXT,
    "--no-verify-ssl": NOTHING,
    "--no-paginate": NOTHING,
    "--output": ("json", "text", "table", "yaml", "yaml-stream", "off"),
    "--query": TEXT,
    "--profile": PROFILES,
    "--region": REGIONS,
    "--version": NOTHING,
    "--color": ("on", "off", "auto"),
    "--no-sign-request": NOTHING,
    "--ca-bundle": FILES,
    "--cli-read-timeout": TEXT,
    "--cli-connect-timeout": TEXT,
    "--cli-binary-format": ("base64", "raw-in-base64-out"),
    "--no-cli-pager": NOTHING,
    "--cli-auto-prompt": NOTHING,
    "--no-cli-auto-prompt": NOTHING,
    "--cli-error-format": ("legacy", "json", "yaml", "text", "table", "enhanced"),
}
"""The AWS CLI's own options, of v1 and v2 together."""

_HELP = "help"
_PRECOMMANDS = {"command"}

Candidates = tuple[str, list[str]]
"""One of the four kinds above, and whole words, in order."""


def candidates(
    line: CommandLine,
    known: Mapping[str, Mapping[str, str]],
    names: Sequence[str],
    command_of: Callable[[str], Command],
) -> Candidates:
    """Return what can be at the cursor, whatever the word there begins with.

    ``known`` holds the names of each kind (what an option may take, ``ALIASES`` with their
    definitions). ``names`` are the subcommands in the order of the help; ``command_of`` returns
    the declaration of one.
    """
    parsed = _ParsedLine(known.get(ALIASES, {}), names, command_of)
    for word in _after_aws(line.words):
        parsed.take(word)
    if not parsed.is_ours:
        is_place = not parsed.places and not parsed.expected and not line.current.startswith("-")
        return BESIDE, ["mfa"] if line.words and is_place else []
    if parsed.is_divided:
        return COMMAND, []
    takes, prefix = parsed.value_at(line.current)
    if takes == FILES:
        return FILE, []
    if takes:
        return OURS, [prefix + value for value in _values(takes, known, is_joined=bool(prefix))]
    return OURS, parsed.words_at(line.current)


def beginning_with(current: str, words: Iterable[str]) -> list[str]:
    """Return those of ``words`` that start with ``current``."""
    return [word for word in words if word.startswith(current)]


def names_to_offer(names: Iterable[str]) -> list[str]:
    """Return each name once, without those that aren't printable."""
    return [name for name in dict.fromkeys(names) if name and name.isprintable()]


def profile_names(config: Iterable[str], credentials: Iterable[str]) -> list[str]:
    """Return the names of the profiles in the sections of the two shared files.

    In the config file these are ``[default]`` and ``[profile NAME]``, NAME quoted as in a shell
    (botocore, ``configloader.build_profile_map``).
    """
    found = []
    for section in config:
        header = CommandLine(section + " ")
        if section == "default":
            found.append(section)
        elif header.words[:1] == ["profile"] and len(header.words) == 2 and not header.quote:  # noqa: PLR2004 - the word and the name
            found.append(header.words[1])
    return names_to_offer([*found, *credentials])


def _after_aws(words: list[str]) -> list[str]:
    """Return the words after ``aws``, skipping variables and ``command`` before it."""
    for at, word in enumerate(words):
        name, equals, _ = word.partition("=")
        if word not in _PRECOMMANDS and not (equals and name.isidentifier()):
            return words[at + 1 :]
    return []


def _values(
    takes: Takes, known: Mapping[str, Mapping[str, str]], *, is_joined: bool
) -> Iterable[str]:
    if isinstance(takes, tuple):
        return takes
    return [name for name in known.get(takes, {}) if is_joined or not _is_option(name)]


def _is_option(word: str) -> bool:
    """Return whether argparse reads the word as an option, even where a value is expected."""
    return word.startswith("-") and word != "-"


class _ParsedLine:
    """What the finished words say about the next one."""

    def __init__(
        self, aliases: Mapping[str, str], names: Sequence[str], command_of: Callable[[str], Command]
    ) -> None:
        self.places: list[str] = []
        self.expected: Takes = NOTHING
        self.is_divided = False
        self._used: set[str] = set()
        self._aliases = aliases
        self._names = names
        self._command_of = command_of

    def take(self, word: str) -> None:
        """Read one more word."""
        if self.expected and not _is_option(word):
            self.expected = NOTHING
        elif word == "--" and self._command and self._command.runs_a_program:
            self.is_divided = True
        elif word.startswith("-") and not self.is_divided:
            name, equals, _ = word.partition("=")
            self._used.add(name)
            self.expected = NOTHING if equals else self._options().get(name, NOTHING)
        else:
            self.places.append(word)

    @property
    def is_ours(self) -> bool:
        """Whether this is ``aws mfa …``."""
        return self.places[:1] == ["mfa"]

    @property
    def _command(self) -> Command | None:
        """The subcommand, also of an alias, or None."""
        name = self.places[1] if self.is_ours and len(self.places) > 1 else ""
        if name not in self._names:
            name = next(iter(self._aliases.get(name, "").split()), "")
        return self._command_of(name) if name in self._names else None

    def value_at(self, current: str) -> tuple[Takes, str]:
        """Return what the option at the cursor takes (``NOTHING`` if none), and ``--option=``."""
        if self.expected and not _is_option(current):
            return self.expected, ""
        name, equals, _ = current.partition("=")
        if not equals or not name.startswith("-"):
            return NOTHING, ""
        return self._options().get(name, TEXT) or TEXT, f"{name}="

    def words_at(self, current: str) -> list[str]:
        """Return the options or the words that can be at the cursor."""
        if current.startswith("-"):
            return self._unused(self._options())
        if len(self.places) == 1:
            return [*self._names, *names_to_offer(self._aliases), _HELP]
        command = self._command
        if command is None:
            return []
        options = self._unused(command.completed)
        if len(self.places) > 2:  # noqa: PLR2004 - mfa and its subcommand
            return options
        divider = ["--"] if command.runs_a_program else []
        return [*(command.words or options), *divider, _HELP]

    def _options(self) -> dict[str, Takes]:
        return {**(self._command.completed if self._command else {}), **GLOBAL_OPTIONS}

    def _unused(self, options: Iterable[str]) -> list[str]:
        return [option for option in options if option not in self._used]
