"""``aws mfa configure --import``: MFA profiles for the setups of other MFA tools."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from awscli_mfa_plugin.commands.configure import data_of, diff_of, preview, saved
from awscli_mfa_plugin.declaration import Arguments, Result
from awscli_mfa_plugin.errors import CancelledError, ConfigurationError
from awscli_mfa_plugin.setup.import_plan import found_text, imports_of
from awscli_mfa_plugin.setup.peers import find_setups
from awscli_mfa_plugin.setup.plan import merged
from awscli_mfa_plugin.setup.questions import accepted_imports, command_text, confirm
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Iterable

    from awscli_mfa_plugin.commands.context import Context
    from awscli_mfa_plugin.session.ports import Ports
    from awscli_mfa_plugin.setup.import_plan import Import
    from awscli_mfa_plugin.setup.plan import ProfileChange


def import_setups(arguments: Arguments, context: Context, ports: Ports) -> Result:
    """Find the setups of other tools, and add an MFA profile for each."""
    imports = _found(arguments["source_profile"], context, ports)
    found = [
        {
            "Tool": made.setup.tool,
            "SourceProfile": made.setup.source,
            "Profile": made.profile,
            "MfaSerial": made.serial,
        }
        for made in imports
    ]
    new = [made for made in imports if made.changes]
    if arguments["dry_run"] or arguments["allow_commands"]:
        for made in new:
            for command in made.commands:
                ports.notes(command_text(command, made))
    if arguments["dry_run"]:
        return preview(_changes(new), ports, Found=found)
    if not new:
        text = saved((), context, is_shown=False)
        return Result({**data_of((), ports), "Found": found}, text)
    new = [*accepted_imports(new, ports.terminal, allow_commands=arguments["allow_commands"])]
    if not new:
        raise CancelledError("Nothing was changed.")
    changes = _changes(new)
    if not arguments["yes"]:
        confirm(changes, diff_of(changes, ports), ports.terminal, is_import=True)
    ports.files.update_config(lambda document: merged(document, changes))
    written = [change for change in changes if change.settings]
    lines = [
        saved(written, context, is_shown=not arguments["yes"]),
        "Your other profiles are unchanged. Log in:",
        *(f"  aws mfa login --profile {sanitize(shlex.quote(made.profile))}" for made in new),
    ]
    return Result({**data_of(changes, ports), "Found": found}, "\n".join(lines))


def _changes(imports: Iterable[Import]) -> list[ProfileChange]:
    return [change for made in imports for change in made.changes]


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
