"""What doctor saw of the machine: facts without a judgement, for the checks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from awscli_mfa_plugin.files.hiding_aliases import HidingAlias

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
