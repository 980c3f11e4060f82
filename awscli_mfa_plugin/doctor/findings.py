"""What doctor saw of the machine, and what it finds on that: lines, data and the exit code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from awscli_mfa_plugin.session.records import Profile
from awscli_mfa_plugin.session.sections import config_profile

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from awscli_mfa_plugin.files.alias_document import HidingAlias

MINE, ROOTS, ANOTHERS = "mine", "root's", "another's"


@dataclass(frozen=True)
class ObservedFile:
    """A file or folder that is there: its permission bits, and whose it is.

    ``why_open`` says how somebody else can write to it («can be written by everybody»), or is "".
    """

    path: str
    mode: int
    owner: str = MINE
    why_open: str = ""


@dataclass(frozen=True)
class ObservedRead:
    """A file that the CLI parses: its sections, or why it can't be read and on which line."""

    path: str
    exists: bool = False
    unavailable_reason: str = ""
    sections: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class ObservedStart:
    """How ``aws mfa status --output json`` went; ``returncode`` is None if it hung."""

    returncode: int | None
    stdout: str = field(repr=False)
    stderr: str = field(repr=False)


@dataclass(frozen=True)
class ObservedCli:
    """An AWS CLI; ``version`` is "" if it doesn't start even without plugins.

    ``start`` is None if it wasn't tried. ``packages`` has the versions of what it can import
    ("" where none is told), or is None where that couldn't be seen. ``is_running``: doctor
    itself runs in it, which proves more than a start.
    """

    path: str
    version: str
    is_v2: bool
    is_frozen: bool
    start: ObservedStart | None = None
    packages: Mapping[str, str] | None = None
    is_running: bool = False


@dataclass(frozen=True)
class ObservedFolder:
    """One folder of ``cli_legacy_plugin_path``, as it is written there.

    ``open_place`` is the folder or the ancestor of it that others can write to, ``open_files``
    what in it they can. ``changed`` are files that aren't as the installer's manifest says; it
    is None without one.
    """

    text: str
    is_absolute: bool = True
    exists: bool = True
    holds_plugin: bool = True
    open_place: ObservedFile | None = None
    open_files: tuple[ObservedFile, ...] = ()
    changed: tuple[str, ...] | None = None


@dataclass(frozen=True)
class ObservedNetwork:
    """The settings of the network; of a proxy its variable's name alone, a URL may hold a password.

    ``bundles`` are CA bundles: where each is set, its path, whether it can be read.
    """

    proxies: tuple[str, ...] = ()
    bundles: tuple[tuple[str, str, bool], ...] = ()


@dataclass(frozen=True)
class Observations:
    """All that is looked at without a call."""

    config: ObservedRead
    credentials: ObservedRead
    aliases: ObservedRead
    hiding: tuple[HidingAlias, ...] = ()
    clis: tuple[ObservedCli, ...] = ()
    folders: tuple[ObservedFolder, ...] = ()
    secret_files: tuple[ObservedFile, ...] = ()
    trusted_files: tuple[ObservedFile, ...] = ()
    private_folders: tuple[ObservedFile, ...] = ()
    leftovers: tuple[str, ...] = ()
    network: ObservedNetwork = field(default_factory=ObservedNetwork)
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    our_version: str = ""

    def profiles(self) -> dict[str, Profile]:
        """Return all profiles of both files by name, those of the config file first."""
        credentials, config = self.credentials.sections, dict[str, Mapping[str, str]]()
        for section, options in self.config.sections.items():
            name = config_profile(section)
            if name is not None:
                config[name] = options
        return {
            name: Profile(name, config.get(name, {}), credentials.get(name, {}))
            for name in dict.fromkeys((*config, *credentials))
        }


OK, NOTE, WARNING, ERROR = "ok", "note", "warning", "error"

STATES = (OK, NOTE, WARNING, ERROR)
"""From the best to the worst."""

EXIT_CODES = {OK: 0, NOTE: 0, WARNING: 1, ERROR: 253}
"""The exit code by the worst finding; 253 is AWS CLI v2's own for a configuration problem."""

CHANGE_MODE, REMOVE_FILE, REORDER_PLUGINS = "mode", "remove", "order"


@dataclass(frozen=True)
class Fix:
    """A change that mends a finding; ``mode`` and ``old_mode`` are permission bits."""

    kind: str
    path: str
    old_mode: int = 0
    mode: int = 0


@dataclass(frozen=True)
class Finding:
    """What one check saw, and where it isn't as it should be what to do.

    All text is safe to show on a terminal, and holds no secret.
    """

    name: str
    state: str
    seen: str
    remedy: str = ""
    fix: Fix | None = None


def worst(findings: Iterable[Finding]) -> str:
    """Return the worst state among the findings; of none «ok»."""
    return max((finding.state for finding in findings), key=STATES.index, default=OK)


def exit_code(findings: Iterable[Finding]) -> int:
    """Return the exit code of the worst finding: 0 for ok and notes, 1 warnings, 253 errors."""
    return EXIT_CODES[worst(findings)]


def as_data(findings: Iterable[Finding]) -> dict[str, Any]:
    """Return the findings in AWS's casing, for the CLI's formatter."""
    return {
        "Findings": [
            {
                "Name": finding.name,
                "State": finding.state,
                "Seen": finding.seen,
                "Remedy": finding.remedy or None,
            }
            for finding in findings
        ]
    }


def as_text(findings: Sequence[Finding]) -> str:
    """Return the findings for people: a line each, the remedy below it, the sum at the end."""
    width = max((len(finding.name) for finding in findings), default=0)
    lines = [line for finding in findings for line in _lines(finding, width)]
    return "\n".join([*lines, "", _summary(findings)])


def _lines(finding: Finding, width: int) -> list[str]:
    lines = [f"{finding.state:<7}  {finding.name:<{width}}  {finding.seen}"]
    if finding.remedy:
        lines.append(f"{'':<7}  {'':<{width}}  {finding.remedy}")
    return lines


def _summary(findings: Sequence[Finding]) -> str:
    counts = {state: sum(finding.state == state for finding in findings) for state in STATES}
    words = [f"{counts[OK]} ok"]
    words += [
        f"{counts[state]} {state}{'s' if counts[state] > 1 else ''}"
        for state in (NOTE, WARNING, ERROR)
        if counts[state]
    ]
    fixable = sum(finding.fix is not None for finding in findings)
    mended = f" «doctor --fix» can mend {fixable} of them." if fixable else ""
    return f"{', '.join(words)}.{mended}"
