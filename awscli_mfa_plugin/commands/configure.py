"""``aws mfa configure``: sets a session profile up by questions, or profiles by a manifest."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from awscli_mfa_plugin.commands.base import MfaSubcommand, write_exactly
from awscli_mfa_plugin.core.setup.plan import (
    accepted_commands,
    changes_by,
    confirm,
    lines_of,
    merged,
    missing_sources,
)
from awscli_mfa_plugin.core.text import quoted_list, shown
from awscli_mfa_plugin.errors import CancelledError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from awscli_mfa_plugin.core.ports import Ports
    from awscli_mfa_plugin.core.setup.plan import ProfileChange


class ConfigureCommand(MfaSubcommand):
    """The subcommand ``configure``."""

    NAME = "configure"
    DESCRIPTION = (
        "Sets up a session profile by questions: its name, the profile with the long-lived "
        "keys, the MFA device, how long a session lasts, where token codes come from, the "
        "region. It shows what it would write into the config file, writes it if you say yes, "
        "and offers the first login. What a profile holds already are the defaults.\n\n"
        "``--from`` takes the settings from a manifest instead, a YAML file that a team keeps in "
        "its repository: session profiles, roles on them, no secrets. Everything else in the "
        "config file stays as it is. ``--export`` writes today's setup as such a file."
    )
    EXAMPLES = (
        "Set up profile ``mfa`` by questions::\n\n    $ aws mfa configure\n\n"
        "Look at what a team's manifest would change, then take it::\n\n"
        "    $ aws mfa configure --from mfa.yaml --dry-run\n"
        "    $ aws mfa configure --from mfa.yaml\n\n"
        "Write today's setup as a manifest::\n\n"
        "    $ aws mfa configure --export > mfa.yaml\n"
    )
    ARG_TABLE: ClassVar[list[dict[str, Any]]] = [
        {
            "name": "from",
            "help_text": "The YAML file of a setup manifest; ``-`` reads stdin.",
        },
        {
            "name": "dry-run",
            "action": "store_true",
            "help_text": "Show the change as a diff; nothing is written.",
        },
        {
            "name": "allow-commands",
            "action": "store_true",
            "help_text": (
                "Accept every ``mfa_process`` of the manifest without a question. Without it "
                "each is shown whole and asked for on the terminal."
            ),
        },
        {
            "name": "yes",
            "action": "store_true",
            "help_text": (
                "Write what the manifest changes without a question, values that are replaced "
                "too. Its commands need ``--allow-commands`` all the same."
            ),
        },
        {
            "name": "export",
            "action": "store_true",
            "help_text": "Write today's setup as a manifest to stdout.",
        },
    ]

    def run(self, parsed_args: Any, parsed_globals: Any) -> int:
        """Do what the options say."""
        path = getattr(parsed_args, "from")
        _check(parsed_args, path)
        ports = self.world.ports(parsed_globals)
        ports = replace(ports, terminal=self.world.asking_terminal())
        if parsed_args.export:
            _export(ports)
        elif path is not None:
            self._merge(path, parsed_args, parsed_globals, ports)
        else:
            self._ask(parsed_args, parsed_globals, ports)
        return 0

    def _merge(self, path: str, parsed_args: Any, parsed_globals: Any, ports: Ports) -> None:
        """Merge a manifest into the config file."""
        manifest = self.world.setup_manifest(path)
        changes = changes_by(manifest, ports.files, ports.clock.now())
        if parsed_args.dry_run:
            diff = _diff(changes, ports)
            text = diff.rstrip("\n") or "Nothing would change."
            self.show(parsed_globals, {**_data(changes, ports), "Diff": diff}, text)
            return
        changes = accepted_commands(
            changes, manifest.file, ports.terminal, allow_commands=parsed_args.allow_commands
        )
        if changes and not parsed_args.yes:
            confirm(changes, _diff(changes, ports), ports.terminal)
        ports.files.update_config(lambda document: merged(document, changes))
        for name in missing_sources(manifest, ports.files):
            ports.notes(
                f"Source profile {shown(name)} isn't here yet: «aws configure --profile "
                f"{shown(name)}» stores its keys."
            )
        is_shown = not (parsed_args.yes or ports.terminal.why_not())
        text = _text(changes, ports, is_shown=is_shown)
        self.show(parsed_globals, _data(changes, ports), text)

    def _ask(self, parsed_args: Any, parsed_globals: Any, ports: Ports) -> None:
        """Ask for a session profile's settings, write them, and offer the first login."""
        from awscli_mfa_plugin.core.setup.wizard import ask_setup, confirm_setup, wants_login

        change = ask_setup(self.session_profile, parsed_globals.region, ports)
        if parsed_args.dry_run:
            diff = _diff([change], ports)
            self.show(parsed_globals, _data([change], ports), diff.rstrip("\n") or _SO_ALREADY)
            return
        if confirm_setup(change, ports):
            ports.files.update_config(lambda document: merged(document, [change]))
            ports.terminal.tell("Written.\n\n")
        later = f"aws mfa login --profile {shown(shlex.quote(change.profile))}"
        try:
            if wants_login(ports):
                self._log_in(change.profile, parsed_globals)
                return
        except CancelledError:
            name = shown(change.profile)
            raise CancelledError(f"Cancelled. Profile {name} is set up; later: {later}") from None
        self.show(parsed_globals, _data([change], ports), f"Later: {later}")

    def _log_in(self, profile: str, parsed_globals: Any) -> None:
        from awscli_mfa_plugin.commands.login import LoginCommand
        from awscli_mfa_plugin.core.login import LoginRequest

        LoginCommand(self._session, self.world).log_in(LoginRequest(profile), parsed_globals)


_SO_ALREADY = "Nothing would change."


def _check(parsed_args: Any, path: str | None) -> None:
    """Raise UsageError for options that don't go together."""
    if parsed_args.export and (path is not None or parsed_args.dry_run):
        raise UsageError("--export goes alone.", "aws mfa configure --export > FILE")
    if path is None and (parsed_args.allow_commands or parsed_args.yes):
        raise UsageError(
            "--allow-commands and --yes go with --from.", "aws mfa configure --from FILE --yes"
        )


def _export(ports: Ports) -> None:
    from awscli_mfa_plugin.core.setup.export import exported, manifest_text

    write_exactly(manifest_text(exported(ports.files, ports.notes)))


def _diff(changes: Sequence[ProfileChange], ports: Ports) -> str:
    from awscli_mfa_plugin.core.diffs import unified

    before = ports.files.config_document()
    old, new = before.render(), merged(before, changes).render()
    return unified(ports.files.config_path, old or None, new or None)


def _data(changes: Sequence[ProfileChange], ports: Ports) -> dict[str, Any]:
    profiles = [
        {"Profile": change.profile, "Settings": dict(change.settings)} for change in changes
    ]
    return {"File": ports.files.config_path, "Profiles": profiles}


def _text(changes: Sequence[ProfileChange], ports: Ports, *, is_shown: bool) -> str:
    path = shown(ports.files.config_path)
    if not changes:
        return f"Nothing to do: {path} holds all of it."
    if is_shown:
        return f"Written into {path}: profiles {quoted_list(each.profile for each in changes)}."
    lines = (line for change in changes for line in lines_of(change))
    return "\n".join([f"Written into {path}:", *lines])
