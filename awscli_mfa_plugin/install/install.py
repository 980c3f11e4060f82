"""``awscli-mfa install``: connect the plugin to each AWS CLI, or change nothing."""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from awscli_mfa_plugin import __version__
from awscli_mfa_plugin.errors import MfaError
from awscli_mfa_plugin.files.locks import Locks
from awscli_mfa_plugin.files.plugins_section import restored, undo_of, unwired, wired
from awscli_mfa_plugin.files.shared_file import take_snapshot
from awscli_mfa_plugin.files.state import StateFolder
from awscli_mfa_plugin.install.changes import (
    Changes,
    Record,
    WiredConfig,
    all_or_nothing,
    missing_folders,
    read_record,
    remove_if_empty,
    remove_tree,
)
from awscli_mfa_plugin.install.clis import verify
from awscli_mfa_plugin.install.install_paths import Arguments, InstallPaths
from awscli_mfa_plugin.install.install_plan import Plan, make_plan
from awscli_mfa_plugin.system.aws_clis import run_aws
from awscli_mfa_plugin.system.machine import print_line
from awscli_mfa_plugin.system.plugin_folder import compile_folder
from awscli_mfa_plugin.text import sanitize, unified

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from awscli_mfa_plugin.files.document import SharedDocument

WAIT_SECONDS = 30
"""Seconds to wait for another installation to end."""
_CANDIDATE = "candidate-config"


def run(words: Sequence[str], environment: Mapping[str, str], system: Sequence[str]) -> int:
    """Install as the arguments say; return the exit code. Raises MfaError, nothing changed."""
    parser = Arguments(prog="awscli-mfa install", description=__doc__)
    parser.add_argument("--dry-run", action="store_true", help="show each change and make none")
    parser.add_argument(
        "--cli",
        action="append",
        default=[],
        metavar="PATH",
        help="install for this aws only; may be repeated (default: each one that is found)",
    )
    parser.add_argument(
        "--aliases",
        action=argparse.BooleanOptionalAction,
        default=False,
        help="install the alias pack too, like aws mfa alias install",
    )
    options = parser.parse_args(words)
    here = InstallPaths(environment, system)
    plan = make_plan(here, options.cli)
    if options.dry_run:
        sys.stdout.write(_diff(here, plan))
        return 0
    _apply(here, plan)
    return _report(here, plan, with_aliases=options.aliases)


def _apply(here: InstallPaths, plan: Plan) -> None:
    made = missing_folders(
        [
            plan.folder.versions,
            os.path.dirname(os.path.realpath(here.config_path)),
            here.state_folder,
            *(os.path.dirname(path) for path in plan.path_files),
        ]
    )
    with all_or_nothing() as changes:
        # Taken back last, when all else is gone.
        changes.on_failure(lambda: _remove_made(here, plan, made))
        with Locks(StateFolder(plan.folder.base)).hold("install", WAIT_SECONDS):
            previous = plan.folder.current()
            _store(plan, changes)
            _remember(here, plan, made, changes)
            for path, content in plan.path_files.items():
                changes.write(path, content)
            if plan.before.render() != plan.after.render():
                _verify_ahead(here, plan)
            _write_config(here, plan, changes)
            verify(plan, here.environment)
            if plan.files:
                # Commands that run on the previous version load parts of it until they end.
                # A file that can't be read now may name any of them.
                with suppress(MfaError):
                    files = record_of(plan.folder.record).files
                    named_in = [take_snapshot(path).content for path in files]
                    plan.folder.remove_versions(plan.name, previous, named_in=named_in)


def _remove_made(here: InstallPaths, plan: Plan, made: Sequence[str]) -> None:
    for folder in (plan.folder.base, here.state_folder):
        if folder in made:
            remove_tree(folder)
    remove_if_empty(made)


def _store(plan: Plan, changes: Changes) -> None:
    """Bring the files into the folder, and let the link lead to them."""
    if not plan.files:
        return
    folder, previous = plan.folder, plan.folder.current()
    if not plan.is_stored:
        changes.on_failure(lambda: remove_tree(folder.path_of(plan.name)))
        folder.store(plan.name, __version__, plan.files)
    for python in plan.pythons:
        compile_folder(python, folder.path_of(plan.name))
    if previous != plan.name:
        changes.on_failure(lambda: folder.switch(previous))
        folder.switch(plan.name)


def _remember(here: InstallPaths, plan: Plan, made: Sequence[str], changes: Changes) -> None:
    """Write down what comes next, so that it can be removed even if this process is killed."""
    record = record_of(plan.folder.record)
    if plan.before.render() != plan.after.render():
        record = record.with_config(_change_of(here, plan, record))
    base = plan.folder.base
    outside = tuple(path for path in made if path != base and not path.startswith(base + os.sep))
    record = record.with_places(tuple(plan.path_files), outside)
    changes.write(plan.folder.record, record.render())


def _change_of(here: InstallPaths, plan: Plan, record: Record) -> WiredConfig:
    """Return how the config file goes back to what it was before the first installation.

    If somebody changed the section since, it goes back to that.
    """
    known = record.config_of(here.config_path)
    first = restored(plan.before, known.undo) if known else None
    if known and first is not None:
        return WiredConfig(here.config_path, known.is_new, undo_of(first, plan.after))
    is_new = not os.path.exists(here.config_path)
    return WiredConfig(here.config_path, is_new, undo_of(plan.before, plan.after))


def record_of(path: str) -> Record:
    """Return what earlier installations wrote down."""
    return read_record(take_snapshot(path).content)


def _verify_ahead(here: InstallPaths, plan: Plan) -> None:
    """Try the new config file before the user's is touched."""
    candidate = os.path.join(plan.folder.base, _CANDIDATE)
    with suppress(FileNotFoundError):
        os.unlink(candidate)
    try:
        descriptor = os.open(candidate, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "wb") as file:
            file.write(plan.after.render())
        verify(plan, here.environment, candidate)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(candidate)


def _write_config(here: InstallPaths, plan: Plan, changes: Changes) -> None:
    file = here.config_file()
    was_there = os.path.exists(here.config_path)
    undo = undo_of(plan.before, plan.after)

    def back(document: SharedDocument) -> SharedDocument:
        if document.render() == plan.after.render():
            return plan.before
        return unwired(document, plan.place, undo)

    def take_back() -> None:
        file.update(back)
        if not was_there and not take_snapshot(here.config_path).content:
            os.unlink(os.path.realpath(here.config_path))

    if plan.before.render() != plan.after.render():
        changes.on_failure(take_back)
    file.update(lambda document: wired(document, plan.place))


def _diff(here: InstallPaths, plan: Plan) -> str:
    parts = []
    if plan.files and not plan.is_stored:
        size = sum(map(len, plan.files.values())) // 1024
        folder = plan.folder.path_of(plan.name)
        parts.append(f"new folder {sanitize(folder)}: {len(plan.files)} files, {size} KiB\n")
    if plan.files and plan.folder.current() != plan.name:
        parts.append(f"current version {plan.name}\n")
    for path, content in plan.path_files.items():
        parts.append(unified(path, take_snapshot(path).content, content))
    before = plan.before.render() if os.path.exists(here.config_path) else None
    parts.append(unified(here.config_path, before, plan.after.render()))
    return "".join(parts) or "Nothing to change.\n"


def _report(here: InstallPaths, plan: Plan, *, with_aliases: bool) -> int:
    for cli in plan.broken:
        sys.stderr.write(f"{sanitize(cli.path)} doesn't start, with or without the plugin.\n")
    for path, why in plan.open_to_others.items():
        sys.stderr.write(
            f"Didn't start {sanitize(path)}: {sanitize(why)}.\nIf it is AWS CLI v1, its commands "
            f"now fail. Protect that folder, then run:  awscli-mfa install --cli {sanitize(path)}\n"
        )
    for cli in plan.chosen:
        print_line(f"AWS CLI {cli.version} ({sanitize(cli.path)}): aws mfa works.")
    if plan.files:
        print_line(f"Plugin:  {here.short(plan.folder.base)}")
    print_line(f"Config:  {here.short(here.config_path)} ([plugins])")
    code = 0
    if with_aliases:
        # v2 knows aliases that v1 doesn't.
        cli = max(plan.chosen, key=lambda cli: cli.is_v2)
        done = run_aws(cli.path, ["mfa", "alias", "install"], here.environment)
        code = 0 if done.succeeded else 255
        print_line(f"aws mfa alias install failed: {done.why}" if code else done.text.strip())
    if here.is_usual_config:
        print_line(
            "Warning: an AWS CLI v1 that wasn't found, as in a project's .venv, now fails.\n"
            "To fix it:  awscli-mfa install --cli PATH"
        )
    if not with_aliases:
        print_line("Shortcuts:  aws mfa alias list")
    print_line("Log in:  aws mfa login --profile mfa")
    return code
