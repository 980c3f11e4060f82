"""The entry of ``awscli-mfa``: runs its commands."""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from collections.abc import Sequence

USAGE = """\
usage: awscli-mfa install [--dry-run] [--cli PATH ...] [--aliases] | --as-alias
       awscli-mfa uninstall [--dry-run] [--sessions] [--profiles]
       awscli-mfa credential-process [--profile NAME] [OPTION ...]
       awscli-mfa doctor [--profile NAME] [--fix [--yes]] [--json]
       awscli-mfa completion bash|zsh|fish
       awscli-mfa keyring store|restore|list [--profile NAME] [--backend NAME]
       awscli-mfa prompt [--profile NAME] [--format TEXT]

install             add the plugin to every AWS CLI on this machine
uninstall           remove what install added
credential-process  print credentials for an SDK, without starting aws if the session is valid
doctor              find out why aws or aws mfa doesn't work; changes nothing without --fix
completion          print the completion script of a shell
keyring             keep a profile's access key in the system's keyring instead of a file
prompt              print the profile and the time left, for your shell's prompt

login, status, logout, devices, policy, keys, configure, export, exec and console
work as in aws mfa, but without an aws; they need botocore. For help:  awscli-mfa login --help

Everything else is part of the AWS CLI:  aws mfa help
"""

RUNS_US = "--by-alias"
"""How the alias ``mfa`` calls this; ``files.alias_document`` says the same, but costs time."""

WRONG_USAGE = 252
"""AWS CLI v2's exit code for wrong usage."""


def main(arguments: list[str] | None = None, system: Sequence[str] | None = None) -> int:
    """Run the command in ``arguments``, by default the process's own; return its exit code.

    ``system`` are the folders where an ``aws`` usually is, by default ``SYSTEM_PLACES``.
    """
    words = sys.argv[1:] if arguments is None else arguments
    command = words[0] if words else ""
    if command == "credential-process":
        from awscli_mfa_plugin.console.credential_process import answer

        return answer(words[1:], system)
    if command in {"prompt", "complete", "completion"}:
        return _for_a_shell(command, words[1:])
    if words in (["help"], ["--help"], ["-h"], ["--version"]):
        from awscli_mfa_plugin import __version__

        version = f"awscli-mfa-plugin {__version__}\n"
        sys.stdout.write(version if command == "--version" else USAGE)
        return 0
    from awscli_mfa_plugin.system.places import SYSTEM_PLACES

    folders = SYSTEM_PLACES if system is None else system
    if command == RUNS_US:
        return _by_alias(words[1:], folders)
    if command in {"doctor", "install", "keyring", "uninstall"}:
        return _reporting(command, words[1:], folders)
    return _mfa_command(words, folders)


def _for_a_shell(command: str, words: list[str]) -> int:
    """Print what a shell's prompt, its start file or a TAB asks for."""
    if command == "prompt":
        from awscli_mfa_plugin.console.prompt import print_prompt

        return print_prompt(words)
    from awscli_mfa_plugin.console.completion import complete, print_script

    return complete(words) if command == "complete" else print_script(words)


def _by_alias(words: list[str], system: Sequence[str]) -> int:
    """Run what the alias ``mfa`` of an AWS CLI without our plugin was called with."""
    import os

    from awscli_mfa_plugin.commands.error_reporting import run_reporting
    from awscli_mfa_plugin.console.by_alias import meant_words, words_of_the_cli
    from awscli_mfa_plugin.system.terminal import this_terminal

    def run() -> int:
        meant = meant_words(words, words_of_the_cli(), os.environ, this_terminal())
        return main(meant or ["help"], system)

    return run_reporting(run)


def _mfa_command(words: list[str], system: Sequence[str]) -> int:
    """Run a command of ``aws mfa`` without an ``aws``."""
    from awscli_mfa_plugin.console.standalone import NAMES, run_command

    named = words[1:] if words[:1] == ["help"] else words
    if named and named[0] in NAMES:
        return run_command(words, system)
    sys.stderr.write(USAGE)
    return WRONG_USAGE


def _reporting(command: str, words: list[str], system: Sequence[str]) -> int:
    """Run a command that looks for the AWS CLIs of this machine; report errors on a line."""
    from awscli_mfa_plugin.errors import CancelledError, MfaError
    from awscli_mfa_plugin.system.machine import give_up_stdout, say_error

    installs = command in {"install", "uninstall"}
    try:
        if installs:
            from awscli_mfa_plugin.system.signals import raised

            # What is half done is undone, as after Ctrl-C.
            with raised(KeyboardInterrupt, "SIGTERM", "SIGHUP"):
                return _installing(command, words, system)
        if command == "keyring":
            from awscli_mfa_plugin.console.keyring import run

            return run(words, system)
        from awscli_mfa_plugin.console.standalone import diagnose

        return diagnose(words, system)
    except MfaError as error:
        say_error("awscli-mfa doctor" if command == "doctor" else "awscli-mfa", error)
        return error.exit_code
    except KeyboardInterrupt:
        if installs:
            say_error("awscli-mfa", "Cancelled.")
        return CancelledError.exit_code
    except BrokenPipeError:
        give_up_stdout()
    except ImportError as error:
        say_error("awscli-mfa", f"{error}.\nInstall awscli-mfa-plugin again, with pip or pipx.")
    return MfaError.exit_code


def _installing(command: str, words: list[str], system: Sequence[str]) -> int:
    """Install or uninstall."""
    import os

    from awscli_mfa_plugin.console.by_alias import install_alias, remove_alias

    if words == ["--as-alias"] and command == "install":
        install_alias(os.environ)
        return 0
    if command == "install":
        from awscli_mfa_plugin.install.install import run

        return run(words, os.environ, system)
    from awscli_mfa_plugin.install.uninstall import run as uninstall
    from awscli_mfa_plugin.system.machine import print_line
    from awscli_mfa_plugin.system.terminal import this_terminal
    from awscli_mfa_plugin.watch.watch_state import scheduled_watches

    if "--dry-run" not in words and remove_alias():
        print_line("Removed the alias mfa from ~/.aws/cli/alias.")
    return uninstall(words, os.environ, system, scheduled_watches, this_terminal())
