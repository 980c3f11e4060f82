"""``awscli-mfa uninstall``: remove what the installer made, and nothing else."""

from __future__ import annotations

import os
import shlex
import sys
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import TYPE_CHECKING, Protocol

from awscli_mfa_plugin.errors import ConfigurationError, MfaError
from awscli_mfa_plugin.files.locks import Locks
from awscli_mfa_plugin.files.plugins_section import Place, plugin_keys, unwired
from awscli_mfa_plugin.files.rotation_journal import check_none_is_left
from awscli_mfa_plugin.files.shared_file import take_snapshot
from awscli_mfa_plugin.files.state import StateFolder
from awscli_mfa_plugin.install import left_profiles
from awscli_mfa_plugin.install.changes import Record, WiredConfig, remove_if_empty, remove_tree
from awscli_mfa_plugin.install.clis import finds_plugin
from awscli_mfa_plugin.install.install import WAIT_SECONDS, record_of
from awscli_mfa_plugin.install.install_paths import Arguments, InstallPaths
from awscli_mfa_plugin.system.aws_clis import FoundCli, found_clis, run_aws, why_no_version
from awscli_mfa_plugin.system.machine import print_line
from awscli_mfa_plugin.text import quoted_list, sanitize, unified

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from awscli_mfa_plugin.files.document import SharedDocument
    from awscli_mfa_plugin.session.ports import Terminal


class Scheduled(Protocol):
    """A job of the system that starts the plugin."""

    def uninstall(self) -> bool:
        """Remove it; return whether it was there."""


def run(
    words: Sequence[str],
    environment: Mapping[str, str],
    system: Sequence[str],
    scheduled: Callable[[Mapping[str, str], str], Sequence[Scheduled]] = lambda *_: (),
    terminal: Terminal | None = None,
) -> int:
    """Uninstall as the arguments say; return the exit code. Raises MfaError.

    ``scheduled`` returns the jobs that start the plugin, from the environment and the state folder.
    On ``terminal`` the user may have the MFA profiles removed too.
    """
    parser = Arguments(prog="awscli-mfa uninstall", description=__doc__)
    parser.add_argument("--dry-run", action="store_true", help="show each change and make none")
    parser.add_argument(
        "--sessions",
        action="store_true",
        help="remove the sessions too, like aws mfa logout --all --forget",
    )
    parser.add_argument(
        "--profiles", action="store_true", help="remove the MFA profiles too, with their sessions"
    )
    options = parser.parse_args(words)
    here = InstallPaths(environment, system)
    here.check_person()
    check_none_is_left(here.state_folder)
    removal = _Removal(here, scheduled(environment, here.state_folder), strict=options.profiles)
    removal.with_sessions = options.sessions
    if not removal.is_needed:
        print_line("Nothing to uninstall.")
        return 0
    asks = not (options.profiles or options.dry_run)
    if options.profiles or (asks and left_profiles.wants_removal(removal.removable, terminal)):
        removal.gone = removal.removable
    if options.dry_run:
        sys.stdout.write(removal.diff())
        return 0
    return removal.do()


class _Removal:
    """What to remove, from the installer's record and the files."""

    def __init__(self, here: InstallPaths, scheduled: Sequence[Scheduled], *, strict: bool) -> None:
        self._here = here
        self._scheduled = scheduled
        self._folder = here.folder()
        self._record: Record = record_of(self._folder.record)
        self._place = Place("", self._folder.base, os.pathsep)
        self._configs: dict[str, WiredConfig | None] = {here.config_path: None}
        self._configs.update((config.path, config) for config in self._record.configs)
        self._profiles: Mapping[str, str | None] = {}
        self._in_keyring: tuple[str, ...] = ()
        # A file that can't be read doesn't prevent an uninstallation.
        with nullcontext() if strict else suppress(MfaError):
            files = (here.config_file().read(), here.credentials())
            self._profiles = left_profiles.mfa_profiles(*files)
            self._in_keyring = left_profiles.in_keyring(*files)
        self.removable = {name: at for name, at in self._profiles.items() if at is not None}
        self.gone: Mapping[str, str] = {}
        self.with_sessions = False

    @property
    def is_needed(self) -> bool:
        """Whether the installer left anything: what a user made stays."""
        return bool(self._folder.parts() or self._record.configs or self._record.path_files)

    def diff(self) -> str:
        """Return what would change."""
        parts = []
        for path, known in self._configs.items():
            document = self._without_gone(path, self._here.config_file(path).read())
            before = take_snapshot(path).content
            after = unwired(document, self._place, known.undo if known else None).render()
            is_gone = before is None or (known is not None and known.is_new and not after)
            parts.append(unified(path, before, None if is_gone else after))
        parts += [unified(path, take_snapshot(path).content, None) for path in self._path_files()]
        parts += [f"remove folder {sanitize(path)}\n" for path in self._own_paths(whole=True)]
        parts += [f"aws {sanitize(shlex.join(words))}\n" for words in self._cli_commands()]
        if self._scheduled:
            parts.append("aws mfa watch --uninstall\n")
        return "".join(parts)

    def do(self) -> int:
        """Remove it; return the exit code."""
        clis = [cli for cli in found_clis(self._here.environment, self._here.system) if cli.version]
        removed = self._names()
        with self._locked():
            held = self._take_away(clis)
        for path in held:
            remove_tree(path)
        remove_if_empty([self._folder.base, *self._record.made_folders])
        return self._report(clis, removed)

    def _names(self) -> list[str]:
        """Return what is removed, in words."""
        short = self._here.short
        wired = filter(os.path.exists, self._configs)
        return [
            *(f"the plugin's lines in {short(path)}" for path in wired),
            *(short(path) for path in (*self._path_files(), *self._own_paths(whole=True))),
            *(["the installed aliases"] if self._has_aliases() else []),
            *(["the scheduled watch"] if self._scheduled else []),
            *(["all MFA sessions"] if self.with_sessions else []),
            *(f"profile {sanitize(name)} and its session" for name in self.gone),
        ]

    def _locked(self) -> AbstractContextManager[None]:
        """Keep another installation out, where there is a folder to lock."""
        if not os.path.isdir(self._folder.base):
            return nullcontext()
        return Locks(StateFolder(self._folder.base)).hold("install", WAIT_SECONDS)

    def _take_away(self, clis: Sequence[FoundCli]) -> list[str]:
        """Remove all but what can't be removed while it is open: our own lock, on Windows."""
        self._by_the_cli(clis)
        for scheduler in self._scheduled:
            scheduler.uninstall()
        for path, known in self._configs.items():
            self._unwire(path, known, clis)
        paths = (*self._path_files(), *self._own_paths())
        held = [path for path in paths if os.name == "nt" and path.endswith(".lock")]
        for path in paths:
            if path not in held:
                remove_tree(path)
        return held

    def _own_paths(self, *, whole: bool = False) -> list[str]:
        """Return what is to be removed; ``whole`` takes a folder in which all is ours for one."""
        state = self._here.state_folder
        is_folder = os.path.isdir(state) and not os.path.islink(state)
        parts = self._folder.parts()
        if whole and parts and len(parts) == len(os.listdir(self._folder.base)):
            parts = [self._folder.base]
        return [*parts, *([state] if is_folder else [])]

    def _path_files(self) -> list[str]:
        is_ours = self._folder.is_path_file
        return [path for path in self._record.path_files if is_ours(take_snapshot(path).content)]

    def _has_aliases(self) -> bool:
        return b"# >>> aws mfa alias: " in (take_snapshot(self._here.alias_path).content or b"")

    def _cli_commands(self) -> list[list[str]]:
        """Return what the plugin itself does best, while it is still there."""
        commands = [["mfa", "alias", "uninstall", "--all"]] if self._has_aliases() else []
        if self.with_sessions:
            return [*commands, ["mfa", "logout", "--all", "--forget"]]
        return [*commands, *(["mfa", "logout", "--profile", name] for name in self.gone)]

    def _by_the_cli(self, clis: Sequence[FoundCli]) -> None:
        for words in self._cli_commands():
            why = "there is no AWS CLI that starts"
            for cli in clis:
                done = run_aws(cli.path, words, self._here.environment)
                if done.succeeded:
                    break
                why = done.why
            else:
                raise ConfigurationError(
                    f"aws {' '.join(words)} failed: {why}.",
                    "Nothing was removed. Fix that, then try again.",
                )

    def _without_gone(self, path: str, document: SharedDocument) -> SharedDocument:
        gone = self.gone.values() if path == self._here.config_path else ()
        return left_profiles.without_profiles(document, gone)

    def _unwire(self, path: str, known: WiredConfig | None, clis: Sequence[FoundCli]) -> None:
        def change(document: SharedDocument) -> SharedDocument:
            document = self._without_gone(path, document)
            exact = unwired(document, self._place, known.undo if known else None)
            environment, ours = self._here.environment, self._folder.base
            if plugin_keys(exact) and not finds_plugin(exact, clis, environment, ours):
                # The user's own line of before: what it loaded is gone by now.
                return unwired(document, self._place)
            return exact

        if not os.path.exists(path):
            return
        self._here.config_file(path).update(change)
        if known and known.is_new and not take_snapshot(path).content:
            os.unlink(os.path.realpath(path))

    def _report(self, clis: Sequence[FoundCli], removed: Sequence[str]) -> int:
        print_line("Removed:\n" + "\n".join(f"  {name}" for name in removed))
        if left := [name for name in self._profiles if name not in self.gone]:
            sessions = "" if self.with_sessions else ", and their sessions until they expire"
            kept = f"{self._here.short(self._here.config_path)}{sessions}"
            print_line(f"Kept in {kept}: profile {quoted_list(left)}")
        print_line(left_profiles.how_to_remove_the_script(self._in_keyring))
        for cli in clis:
            if why := why_no_version(cli.path, self._here.environment):
                sys.stderr.write(f"AWS CLI {cli.version} ({sanitize(cli.path)}) fails: {why}.\n")
                return 255
        return 0
