"""Answers an SDK: from a living session at once, else by ``aws mfa credential-process``."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from collections.abc import Sequence

NOT_CONFIGURED = 253
"""AWS CLI v2's exit code for a configuration that doesn't serve."""


def answer(arguments: list[str], system: Sequence[str]) -> int:
    """Print the credentials that were asked for; return the exit code.

    SDKs start this for each of their clients, so a living session is read with the standard
    library alone. Whatever isn't plain to see is left to the AWS CLI, on the PATH or in the
    machine's usual folders, ``system``.
    """
    profile = _profile(arguments, os.environ)
    if profile:
        try:
            from awscli_mfa_plugin.console.fast_path import living_answer

            text = living_answer(profile, os.environ)
        except Exception:  # noqa: BLE001 - the full way tells what is wrong
            text = ""
        if text:
            sys.stdout.write(text)
            return 0
    return _by_the_cli(arguments, system)


def _profile(arguments: list[str], environment: os._Environ[str]) -> str:
    """Return the profile that is asked for, or "" where that isn't plain to see."""
    if len(arguments) == 2 and arguments[0] == "--profile":  # noqa: PLR2004 - option and value
        return arguments[1]
    if len(arguments) == 1 and arguments[0].startswith("--profile="):
        return arguments[0].partition("=")[2]
    if arguments:
        return ""
    named = {environment.get("AWS_PROFILE"), environment.get("AWS_DEFAULT_PROFILE")} - {None, ""}
    return str(next(iter(named), "mfa")) if len(named) <= 1 else ""


def _by_the_cli(arguments: list[str], system: Sequence[str]) -> int:
    program = _aws(system)
    if not program:
        sys.stderr.write(
            "awscli-mfa: the session isn't there or is due, and there is no aws on the PATH to "
            "renew it.\nPut the AWS CLI on the PATH of the program that asks, or log in before: "
            "aws mfa login\n"
        )
        return NOT_CONFIGURED
    words = [program, "mfa", "credential-process", *arguments]
    if os.name == "nt":
        import subprocess

        return subprocess.run(words, check=False).returncode
    return os.execv(program, words)  # noqa: S606 - no shell is what is wanted


def _aws(system: Sequence[str]) -> str:
    """Return the path of the AWS CLI: on the PATH, else beside this script or where it usually is.

    Editors and daemons start programs with a short PATH.
    """
    from awscli_mfa_plugin.system.aws_clis import (
        programs_in_usual_places,
        programs_on_path,
    )

    beside = os.path.dirname(os.path.abspath(sys.argv[0]))
    path = os.pathsep.join([os.environ.get("PATH", ""), beside])
    found = next(programs_on_path({"PATH": path}), "")
    return found or next(programs_in_usual_places(os.environ, system), "")
