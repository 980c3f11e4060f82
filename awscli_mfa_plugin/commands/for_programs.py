"""``aws mfa configure --for-programs``: a profile from which any program gets the session."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from typing import TYPE_CHECKING, Any

from awscli_mfa_plugin.commands.configure import UNCHANGED, data_of, diff_of
from awscli_mfa_plugin.declaration import Result
from awscli_mfa_plugin.setup.plan import confirm, merged
from awscli_mfa_plugin.setup.programs import change_for_programs
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Mapping

    from awscli_mfa_plugin.commands.context import Context
    from awscli_mfa_plugin.session.ports import Ports

_SCRIPT = "awscli-mfa"


def add_profile(arguments: Mapping[str, Any], context: Context, ports: Ports) -> Result:
    """Show the change and make it."""
    name = arguments["for_programs"]
    script = _script(context.environment)
    change = change_for_programs(
        ports.files.profile(name),
        ports.files.profile(context.session_profile),
        script,
        on_windows=os.name == "nt",
    )
    changes = [change] if change.settings else []
    diff = diff_of(changes, ports)
    if arguments["dry_run"]:
        data = {**data_of(changes, ports), "Diff": diff}
        return Result(data, diff.rstrip("\n") or UNCHANGED)
    if changes and not arguments["yes"]:
        confirm(changes, diff, ports.terminal)
    ports.files.update_config(lambda document: merged(document, changes))
    if not os.path.isabs(script):
        ports.notes(f"{script} isn't on your PATH. Programs need it to use this profile.")
    path = context.short_path(context.process.config_path)
    shown = sanitize(shlex.quote(name))
    return Result(
        data_of(changes, ports),
        f"Saved to {path}: {shown}.\nTry it:  aws sts get-caller-identity --profile {shown}",
    )


def _script(environment: Mapping[str, str]) -> str:
    """Return the path of ``awscli-mfa``, or its name if it isn't on the PATH."""
    running = os.path.abspath(sys.argv[0])
    if os.path.basename(running).startswith(_SCRIPT):
        return running
    return shutil.which(_SCRIPT, path=environment.get("PATH")) or _SCRIPT
