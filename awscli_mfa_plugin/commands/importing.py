"""``aws mfa configure --import``: MFA profiles for the setups of other MFA tools."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from awscli_mfa_plugin.commands.configure import UNCHANGED, data_of, diff_of
from awscli_mfa_plugin.declaration import Result
from awscli_mfa_plugin.errors import CancelledError, ConfigurationError
from awscli_mfa_plugin.setup.import_consent import (
    accepted,
    command_text,
    confirm_import,
    written_profiles,
)
from awscli_mfa_plugin.setup.import_plan import found_text, imports_of
from awscli_mfa_plugin.setup.peers import find_setups
from awscli_mfa_plugin.setup.plan import lines_of, merged
from awscli_mfa_plugin.text import quoted_list, sanitize

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from awscli_mfa_plugin.commands.context import Context
    from awscli_mfa_plugin.session.ports import Ports
    from awscli_mfa_plugin.setup.import_plan import Import


def import_setups(arguments: Mapping[str, Any], context: Context, ports: Ports) -> Result:
    """Find the setups of other tools, and add an MFA profile for each."""
    imports = _found(arguments["source_profile"], context, ports)
    new = [made for made in imports if made.changes]
    changes = [change for made in new for change in made.changes]
    if arguments["dry_run"] or arguments["allow_commands"]:
        for made in new:
            for command in made.commands:
                ports.notes(command_text(command, made))
    if arguments["dry_run"]:
        diff = diff_of(changes, ports)
        data = {**data_of(changes, ports), "Found": _data(imports), "Diff": diff}
        return Result(data, diff.rstrip("\n") or UNCHANGED)
    path = context.short_path(context.process.config_path)
    if not new:
        return Result(
            {**data_of((), ports), "Found": _data(imports)}, f"Nothing to change in {path}."
        )
    new = [*accepted(new, ports.terminal, allow_commands=arguments["allow_commands"])]
    if not new:
        raise CancelledError("Nothing was changed.")
    changes = [change for made in new for change in made.changes]
    if not arguments["yes"]:
        confirm_import(new, diff_of(changes, ports), ports.terminal)
    ports.files.update_config(lambda document: merged(document, changes))
    data = {**data_of(changes, ports), "Found": _data(imports)}
    return Result(data, _text(new, path, is_shown=not arguments["yes"]))


def _found(source: str | None, context: Context, ports: Ports) -> tuple[Import, ...]:
    """Return what can be imported, and say it; raise ConfigurationError if there is nothing."""
    profiles = {name: ports.files.profile(name) for name in ports.files.profile_names()}
    setups, skipped = find_setups(profiles, context.environment, context.peer_programs())
    if source is not None:
        skipped = tuple(each for each in skipped if each.profile == source)
    named = context.options.profile
    imports, others = imports_of(setups, profiles, named, ports.clock.now(), source)
    for made in imports:
        ports.notes(found_text(made))
        for what in made.left:
            whose = made.setup.base if made.setup.is_new_source else made.setup.source
            ports.notes(f"Not imported from {sanitize(whose)}: {sanitize(what)}.")
    for each in (*skipped, *others):
        ports.notes(f"Skipped {sanitize(each.profile)} ({each.tool}): {sanitize(each.reason)}.")
    if not imports:
        where = f" from profile {sanitize(source)}" if source is not None else ""
        raise ConfigurationError(
            f"No setup of another MFA tool can be imported{where}. Nothing was changed.",
            "Set up a profile by questions:  aws mfa configure",
        )
    return imports


def _data(imports: Sequence[Import]) -> list[dict[str, str]]:
    return [
        {
            "Tool": made.setup.tool,
            "SourceProfile": made.setup.source,
            "Profile": made.profile,
            "MfaSerial": made.serial,
        }
        for made in imports
    ]


def _text(new: Sequence[Import], path: str, *, is_shown: bool) -> str:
    lines = [f"Saved to {path}: {quoted_list(written_profiles(new))}."]
    if not is_shown:
        changes = [change for made in new for change in made.changes if change.settings]
        lines = [f"Saved to {path}:", *(line for change in changes for line in lines_of(change))]
    names = [sanitize(shlex.quote(made.profile)) for made in new]
    lines += ["Your other profiles are unchanged. Log in:"]
    lines += [f"  aws mfa login --profile {name}" for name in names]
    return "\n".join(lines)
