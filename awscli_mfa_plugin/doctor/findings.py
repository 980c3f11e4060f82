"""What doctor saw of the machine, what its checks found, and how that is shown."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from awscli_mfa_plugin.session.sessions import profiles_of
from awscli_mfa_plugin.text import Screen, Style, encodable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from awscli_mfa_plugin.doctor.environment import ObservedKeyring
    from awscli_mfa_plugin.files.alias_document import HidingAlias
    from awscli_mfa_plugin.session.access_keys import Rotation
    from awscli_mfa_plugin.session.records import Profile
    from awscli_mfa_plugin.system.subprocesses import Done

MINE, ROOTS, ANOTHERS = "mine", "root's", "another's"


@dataclass(frozen=True)
class ObservedFile:
    """A file or folder that exists: its permission bits and its owner.

    ``why_open`` says how somebody else can write to it ("can be written by everybody"), or is "".
    """

    path: str
    mode: int
    owner: str = MINE
    why_open: str = ""


@dataclass(frozen=True)
class ObservedRead:
    """A file that the CLI parses: its sections, or why it can't be read, with the line."""

    path: str
    exists: bool = False
    unavailable_reason: str = ""
    sections: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class ObservedCli:
    """An AWS CLI; ``version`` is "" if it doesn't start even without plugins.

    ``start`` is how ``aws mfa status --output json`` ended, None if it wasn't started. ``packages``
    has the versions of what it can import ("" if unknown), or is None if that couldn't be seen.
    ``is_running``: doctor runs in it. ``uses_sessions`` is None if not tried; ``checked`` is the
    version that last did, or "".
    """

    path: str
    version: str
    is_v2: bool
    is_frozen: bool
    start: Done | None = field(default=None, repr=False)
    packages: Mapping[str, str] | None = None
    is_running: bool = False
    checked: str = ""
    uses_sessions: bool | None = None

    @property
    def works(self) -> bool:
        """Whether ``aws mfa`` works in it: whether it printed sessions, or that there are none."""
        if self.is_running or self.start is None:
            return self.is_running
        with suppress(ValueError, TypeError):
            return self.start.returncode in {0, 1} and "Sessions" in {**json.loads(self.start.text)}
        return False


@dataclass(frozen=True)
class ObservedFolder:
    """One folder of ``cli_legacy_plugin_path``, as it is written there.

    ``open_place`` is the folder, or the parent, that others can write to; ``open_files`` are the
    files in it. ``changed`` are files that differ from the installer's manifest, None without one.
    """

    text: str
    is_absolute: bool = True
    exists: bool = True
    holds_plugin: bool = True
    open_place: ObservedFile | None = None
    open_files: tuple[ObservedFile, ...] = ()
    changed: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Observations:
    """Everything that doctor looks at without calling AWS.

    ``proxies`` are only the variables' names, since a URL may have a password. ``bundles`` are CA
    bundles: where each is set, its path, whether it can be read.
    """

    config: ObservedRead = ObservedRead("~/.aws/config")
    credentials: ObservedRead = ObservedRead("~/.aws/credentials")
    aliases: ObservedRead = ObservedRead("~/.aws/cli/alias")
    hiding: tuple[HidingAlias, ...] = ()
    clis: tuple[ObservedCli, ...] = ()
    folders: tuple[ObservedFolder, ...] = ()
    secret_files: tuple[ObservedFile, ...] = ()
    trusted_files: tuple[ObservedFile, ...] = ()
    private_folders: tuple[ObservedFile, ...] = ()
    leftovers: tuple[str, ...] = ()
    rotations: tuple[Rotation, ...] | str = ()
    keyrings: tuple[ObservedKeyring, ...] = ()
    proxies: tuple[str, ...] = ()
    bundles: tuple[tuple[str, str, bool], ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    our_version: str = ""

    def profiles(self) -> dict[str, Profile]:
        """Return all profiles of both files by name, those of the config file first."""
        return profiles_of(self.config.sections, self.credentials.sections)


OK, NOTE, WARNING, ERROR = "ok", "note", "warning", "error"

EXIT_CODES = {OK: 0, NOTE: 0, WARNING: 1, ERROR: 253}
"""By the worst finding, the best first; 253 is AWS CLI v2's code for a configuration problem."""

_TITLES = {
    "alias": "Alias file",
    "ca-bundle": "CA bundle",
    "cli": "AWS CLI",
    "cli-version": "AWS CLI version",
    "config": "Config file",
    "credentials": "Credentials file",
    "file-modes": "File permissions",
    "mfa-serial": "MFA device",
    "plugins-order": "Order of [plugins]",
    "sts": "AWS STS",
}
"""Titles that aren't the name of the check."""

CHANGE_MODE, REMOVE_FILE, REORDER_PLUGINS = "mode", "remove", "order"


@dataclass(frozen=True)
class Fix:
    """A change that fixes a finding; ``mode`` and ``old_mode`` are permission bits."""

    kind: str
    path: str
    old_mode: int = 0
    mode: int = 0


@dataclass(frozen=True)
class Finding:
    """What one check saw, and what to do if that is a problem.

    All text is safe to show on a terminal, and contains no secret.
    """

    name: str
    state: str
    what: str
    remedy: str = ""
    fix: Fix | None = None

    @property
    def title(self) -> str:
        """What is shown instead of the name."""
        return _TITLES.get(self.name, self.name.replace("-", " ").capitalize())


def exit_code(findings: Iterable[Finding]) -> int:
    """Return the exit code of the worst finding: 0 for ok and notes, 1 warnings, 253 errors."""
    return max((EXIT_CODES[finding.state] for finding in findings), default=0)


def as_data(findings: Iterable[Finding]) -> dict[str, Any]:
    """Return the findings in AWS's casing, for the CLI's formatter."""
    found = [
        {"Name": each.name, "State": each.state, "Seen": each.what, "Remedy": each.remedy or None}
        for each in findings
    ]
    return {"Findings": found}


def as_text(
    findings: Sequence[Finding], home: str, screen: Screen, *, is_verbose: bool = False
) -> str:
    """Return the problems, each with its remedy, and how many checks passed, for people.

    ``is_verbose`` shows the checks that passed as well. Paths in the ``home`` folder get a ``~``.
    """
    style, lines, tick = screen.style, [], encodable("\u2713", screen.encoding, "ok")
    for finding in findings:
        what, remedy = _shortened(finding.what, home), _shortened(finding.remedy, home)
        if finding.state != OK:
            state = f"{finding.state.capitalize()}:"
            sentence = screen.wrapped(f"{state} {what}").removeprefix(state)
            lines.append(_color_of(finding.state, style)(state) + sentence)
            lines += [f"  {remedy}"] if remedy else []
        elif is_verbose:
            lines.append(f"{style.green(tick)} {finding.title}: {style.dim(what)}")
    summary = _summary(findings, style)
    return "\n".join([*lines, "", summary] if lines else [summary])


def _shortened(text: str, home: str) -> str:
    """Return text with ``~`` for the home folder in each path."""
    base = re.escape(home.rstrip("/\\"))
    return re.sub(rf"(?<![\w./\\-]){base}(?=[/\\])", "~", text) if base else text


def _color_of(state: str, style: Style) -> Callable[[str], str]:
    return {OK: style.green, WARNING: style.yellow, ERROR: style.red}.get(state, style.dim)


def _summary(findings: Sequence[Finding], style: Style) -> str:
    counts = {state: sum(each.state == state for each in findings) for state in EXIT_CODES}
    words = [style.green(f"{counts[OK]} check{'' if counts[OK] == 1 else 's'} passed")]
    for state in filter(counts.get, (NOTE, WARNING, ERROR)):
        shown = f"{counts[state]} {state}{'s' if counts[state] > 1 else ''}"
        words.append(_color_of(state, style)(shown))
    fixable = sum(finding.fix is not None for finding in findings)
    return f"{', '.join(words)}." + (f" doctor --fix can fix {fixable} of them." if fixable else "")
