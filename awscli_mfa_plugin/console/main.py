"""The entry of ``awscli-mfa``: hands each of its commands to the module that does it."""

from __future__ import annotations

import sys

USAGE = """\
usage: awscli-mfa credential-process [--profile NAME] [OPTION ...]

credential-process  answer an SDK from a living session, else by «aws mfa credential-process»

Everything else is a part of the AWS CLI: «aws mfa help».
"""

WRONG_USAGE = 252
"""AWS CLI v2's exit code for wrong usage."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command that ``arguments`` (by default the process's own) name.

    Return its exit code; with ``credential-process`` another program may take the process's
    place.
    """
    words = sys.argv[1:] if arguments is None else arguments
    command = words[0] if words else ""
    if command == "credential-process":
        from awscli_mfa_plugin.console.credential_process import answer

        return answer(words[1:])
    if command in {"help", "--help", "-h"}:
        sys.stdout.write(USAGE)
        return 0
    if command == "--version":
        from awscli_mfa_plugin import __version__

        sys.stdout.write(f"awscli-mfa-plugin {__version__}\n")
        return 0
    sys.stderr.write(USAGE)
    return WRONG_USAGE
