"""``awscli-mfa keyring``: long-lived keys in the system's keyring instead of a file in clear."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
import tempfile
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

from awscli_mfa_plugin.errors import ConfigurationError, UsageError
from awscli_mfa_plugin.keyring.backends import backend_of, usual_backend
from awscli_mfa_plugin.keyring.entries import backend_in, delete, entry_in, process_line, put
from awscli_mfa_plugin.session.access_keys import KEY_ID, KeyPair
from awscli_mfa_plugin.system.machine import print_line, read_stdin
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from awscli_mfa_plugin.keyring.moves import Machine


def run(words: list[str], system: Sequence[str]) -> int:
    """Do what the words say; return the exit code. Raises MfaError.

    ``system`` are the folders where an ``aws`` usually is.
    """
    options = _parser().parse_args(words)
    options.run(options, system)
    return 0


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Raise what the other commands raise."""
        raise UsageError(f"{sanitize(message)}.", "See:  awscli-mfa keyring --help")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="awscli-mfa keyring", description="Keeps access keys in the system's keyring."
    )
    actions = parser.add_subparsers(required=True, metavar="{store,restore,list,get}")

    def add(run: Callable[..., None], name: str, **about: Any) -> argparse.ArgumentParser:
        action = actions.add_parser(name, **about)
        action.set_defaults(run=run)
        return action

    store = add(_store, "store", help="move a profile's access key into the keyring")
    restore = add(_restore, "restore", help="move it back into the file")
    add(_list, "list", help="list the profiles whose key is in the keyring")
    get = add(_get, "get", help="print a key for credential_process")
    put = add(_put, "put")
    for each in (store, restore):
        each.add_argument(
            "--profile", default="default", help="the one with the key (by default: default)"
        )
    store.add_argument("--backend", help="secret-service, macos, windows or pass")
    put.add_argument("--in-place-of", required=True, type=_key_id)
    for each in (get, put, add(_check, "check"), add(_delete, "delete")):
        each.add_argument("--backend", required=True)
        each.add_argument("key_id", type=_key_id)
    return parser


def _key_id(text: str) -> str:
    if not KEY_ID.fullmatch(text):
        raise argparse.ArgumentTypeError("that isn't an access key ID")
    return text


def _check(options: argparse.Namespace, _: Sequence[str]) -> None:
    """Open the keyring, and print nothing."""
    entry_in(backend_of(options.backend, os.environ), options.key_id)


def _put(options: argparse.Namespace, _: Sequence[str]) -> None:
    """Keep a new key for a rotation; its secret is the first line of stdin."""
    pair = KeyPair(options.key_id, read_stdin())
    put(backend_of(options.backend, os.environ), pair, options.in_place_of)


def _delete(options: argparse.Namespace, system: Sequence[str]) -> None:
    """Remove a key that AWS no longer has."""
    delete(backend_of(options.backend, os.environ), options.key_id, _machine(system).profiles())


def _get(options: argparse.Namespace, _: Sequence[str]) -> None:
    entry = entry_in(backend_of(options.backend, os.environ), options.key_id)
    sys.stdout.write(f"{entry.as_credentials()}\n")


def _list(_: argparse.Namespace, system: Sequence[str]) -> None:
    found = [profile for profile in _machine(system).profiles() if profile.keyring_key_id]
    for profile in found:
        where = backend_in(profile.get("credential_process"))
        print_line(f"{sanitize(profile.name)}  {profile.keyring_key_id}  {sanitize(where)}")
    if not found:
        print_line("No access key is in the keyring. Store one:  awscli-mfa keyring store")


def _store(options: argparse.Namespace, system: Sequence[str]) -> None:
    from awscli_mfa_plugin.keyring.moves import others_in_clear, store

    name = options.backend or usual_backend()
    line_for = partial(process_line, _program(), name, on_windows=os.name == "nt")
    machine = _machine(system)
    key_id = store(options.profile, backend_of(name, os.environ), line_for, machine)
    print_line(f"Moved {key_id} of profile {sanitize(options.profile)} into the keyring ({name}).")
    for other in others_in_clear(options.profile, key_id, machine):
        command = f"awscli-mfa keyring store --profile {shlex.quote(sanitize(other))}"
        print_line(f"Profile {sanitize(other)} still has it in its file:  {command}")


def _restore(options: argparse.Namespace, system: Sequence[str]) -> None:
    from awscli_mfa_plugin.keyring.moves import restore

    keyring_of = partial(backend_of, environment=os.environ)
    key_id = restore(options.profile, keyring_of, _machine(system))
    print_line(f"Moved {key_id} back into the files of profile {sanitize(options.profile)}.")


def _program() -> str:
    """Return the absolute path of this script, for the config file."""
    path = os.path.abspath(sys.argv[0])
    name = os.path.basename(path).lower()
    if name not in {"awscli-mfa", "awscli-mfa.exe"} or not os.access(path, os.X_OK):
        raise ConfigurationError(
            "The path of awscli-mfa wasn't found, so aws couldn't start it.",
            "Run it as awscli-mfa, from the folder where pip or pipx put it.",
        )
    return path


def _machine(system: Sequence[str]) -> Machine:
    from awscli_mfa_plugin.commands.process import GlobalOptions
    from awscli_mfa_plugin.console.context import context_of
    from awscli_mfa_plugin.files.profiles import SharedConfigFiles
    from awscli_mfa_plugin.files.shared_file import SharedFile
    from awscli_mfa_plugin.keyring.moves import Machine
    from awscli_mfa_plugin.keyring.removed_file import RemovedFile

    context = context_of(os.environ, GlobalOptions(), system)
    paths, locks = (context.process.config_path, context.process.credentials_path), context.locks
    return Machine(
        SharedConfigFiles.on_disk(*paths, locks, context.session_cache(locks)),
        SharedFile(paths[0], locks, secret=False),
        SharedFile(paths[1], locks, secret=True),
        partial(_why_not, system=system),
        RemovedFile(context.state, *paths),
    )


def _why_not(line: str, key_id: str, *, system: Sequence[str]) -> str:
    """Say why an AWS CLI of this machine doesn't get a key by a line, "" if each that starts does.

    They are started with a config file that has nothing else.
    """
    from awscli_mfa_plugin.system.aws_clis import found_clis, run_aws

    clis = [cli for cli in found_clis(os.environ, system) if cli.version]
    if not clis:
        return "no aws was found that starts"
    with tempfile.TemporaryDirectory(prefix="awscli-mfa-") as folder:
        config = os.path.join(folder, "config")
        with open(config, "w", encoding="utf-8") as file:
            file.write(f"[profile check]\ncredential_process = {line}\n")
        only = {
            "AWS_SHARED_CREDENTIALS_FILE": os.path.join(folder, "credentials"),
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        for cli in clis:
            words = ["configure", "list", "--profile", "check"]
            done = run_aws(cli.path, words, os.environ, config, only)
            if f"{'*' * 16}{key_id[-4:]}" not in done.text:
                return done.why if not done.succeeded else f"{sanitize(cli.path)} shows no key"
    return ""
