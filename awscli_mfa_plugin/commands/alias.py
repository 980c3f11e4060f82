"""``aws mfa alias``: puts the alias pack into the CLI's alias file, and takes it out again."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from awscli_mfa_plugin.commands.base import MfaSubcommand, one_of
from awscli_mfa_plugin.core.aliases.consent import check_accepted, check_name
from awscli_mfa_plugin.core.aliases.file import INSTALLED, installed, states, wanted
from awscli_mfa_plugin.core.aliases.pack import OUR_PACK
from awscli_mfa_plugin.core.aliases.view import entries, entry, left_out, names, overview
from awscli_mfa_plugin.core.diffs import unified
from awscli_mfa_plugin.core.text import shown
from awscli_mfa_plugin.errors import ConfigurationError, UsageError

if TYPE_CHECKING:
    from awscli_mfa_plugin.core.aliases.blocks import AliasDocument
    from awscli_mfa_plugin.core.aliases.file import AliasState, HostCommands
    from awscli_mfa_plugin.core.aliases.pack import AliasPack

ACTIONS = ("list", "install", "uninstall", "diff")


class AliasCommand(MfaSubcommand):
    """The subcommand ``alias``."""

    NAME = "alias"
    DESCRIPTION = (
        "Shortcuts for the AWS CLI, such as ``aws whoami``, ``aws alive`` and ``aws unlock``. "
        "``list`` shows what there is, ``install`` merges it into ``~/.aws/cli/alias`` between "
        "two marking lines, ``uninstall`` takes it out again, ``diff`` shows what ``install`` "
        "would change.\n\n"
        "Your own aliases, and the commands of the CLI, stay as they are: an alias of such a "
        "name is left out, and you are told."
    )
    EXAMPLES = (
        "Look at the aliases, then install them::\n\n"
        "    $ aws mfa alias list\n"
        "    $ aws mfa alias install\n"
        "    $ aws whoami --profile mfa\n\n"
        "See what a pack of your team would change, then install it::\n\n"
        "    $ aws mfa alias diff --from team.yaml\n"
        "    $ aws mfa alias install --from team.yaml\n"
    )
    ARG_TABLE: ClassVar[list[dict[str, Any]]] = [
        {
            "name": "action",
            "positional_arg": True,
            "nargs": "?",
            "help_text": "``list`` (the default), ``install``, ``uninstall`` or ``diff``.",
        },
        {
            "name": "from",
            "help_text": (
                "A YAML file with a pack of your team, in place of the plugin's own. ``install`` "
                "shows all of it and asks once: its aliases can run any program."
            ),
        },
        {
            "name": "yes",
            "action": "store_true",
            "help_text": "With ``install``: accept the whole file without a question.",
        },
        {
            "name": "all",
            "action": "store_true",
            "help_text": "With ``uninstall``: take out the aliases of every pack.",
        },
        {
            "name": "dry-run",
            "action": "store_true",
            "help_text": "Show the change as a diff; nothing is written, nothing is asked.",
        },
    ]

    def run(self, parsed_args: Any, parsed_globals: Any) -> int:
        """Do what the action says."""
        self._args, self._globals = parsed_args, parsed_globals
        self._file = self.world.alias_file()
        action = one_of("alias", parsed_args.action, ACTIONS) or "list"
        if parsed_args.all and action != "uninstall":
            raise UsageError("--all goes with uninstall.", "aws mfa alias uninstall --all")
        if parsed_args.yes and action != "install":
            raise UsageError("--yes goes with install.", "aws mfa alias install --yes --from FILE")
        if action == "uninstall":
            self._uninstall()
        elif action == "list":
            self._list()
        elif action == "diff" or parsed_args.dry_run:
            self._show_change(self._installed(self._file.read()), self._pack.name)
        else:
            self._install()
        return 0

    @cached_property
    def _pack(self) -> AliasPack:
        """The pack, read once: what is installed is what was shown and accepted."""
        path = getattr(self._args, "from")
        pack = self.world.alias_pack(path)
        if path:
            check_name(pack, path)
        return pack

    @cached_property
    def _host(self) -> HostCommands:
        return self.world.host_commands()

    def _states(self, document: AliasDocument) -> tuple[AliasState, ...]:
        return states(self._pack, document, self._host)

    def _installed(self, document: AliasDocument) -> AliasDocument:
        return installed(self._pack, document, self._host)

    def _list(self) -> None:
        found = self._states(self._file.read())
        self.show(self._globals, self._data(found), overview(found))

    def _data(self, found: tuple[AliasState, ...]) -> dict[str, Any]:
        return {
            "Pack": self._pack.name,
            "File": self._file.path,
            "Aliases": [entry(state) for state in found],
        }

    def _install(self) -> None:
        document = self._file.read()
        before, accepted = self._states(document), wanted(self._pack, document, self._host)
        is_accepted = self._args.yes
        if self._needs_a_yes(document) and not is_accepted:
            path = getattr(self._args, "from")
            check_accepted(self._pack, path, self.world.asking_terminal())
            is_accepted = True

        def change(now: AliasDocument) -> AliasDocument:
            is_as_shown = is_accepted and wanted(self._pack, now, self._host) == accepted
            if self._needs_a_yes(now) and not is_as_shown:
                raise ConfigurationError(
                    f"{shown(self._file.path)} changed before the pack was installed.",
                    "Nothing was changed. Try again.",
                )
            return self._installed(now)

        is_changed = self._file.update(change)
        after = self._states(self._file.read())
        data = {**self._data(after), "Changed": is_changed}
        self.show(self._globals, data, self._told(before, after, is_changed=is_changed))

    def _needs_a_yes(self, document: AliasDocument) -> bool:
        changes = self._installed(document).render() != document.render()
        return changes and not self._pack.is_ours

    def _told(
        self, before: tuple[AliasState, ...], after: tuple[AliasState, ...], *, is_changed: bool
    ) -> str:
        old = {state.alias.key for state in before if not state.is_new}
        fresh = [
            state for state in after if state.state == INSTALLED and state.alias.key not in old
        ]
        is_ours, path = self._pack.is_ours, shown(self._file.path)
        if not is_changed:
            lines = [f"Nothing to do: {path} has the pack as it is today."]
        elif fresh:
            # A stranger's aliases are shown with what they run: nobody else has looked at them.
            lines = [f"Installed in {path}:", *(names(fresh) if is_ours else entries(fresh))]
        else:
            lines = [f"Brought up to date: {path}."]
        more = left_out(after)
        lines += ["", *more] if more else []
        if is_ours:
            lines += ["", "«aws mfa alias list» says what each of them does."]
        return "\n".join(lines)

    def _uninstall(self) -> None:
        pack = None if self._args.all else self._pack.name if self._from_file() else OUR_PACK
        if self._args.dry_run:
            self._show_change(self._file.read().without_packs(pack), pack)
            return
        is_changed = self._file.update(lambda document: document.without_packs(pack))
        whose = f"the pack {shown(pack)}" if pack else "all packs"
        path = shown(self._file.path)
        text = f"The aliases of {whose} are gone from {path}."
        if not is_changed:
            text = f"Nothing to do: {path} holds no alias of {whose}."
        data = {"Pack": pack, "File": self._file.path, "Changed": is_changed}
        self.show(self._globals, data, text)

    def _from_file(self) -> bool:
        return getattr(self._args, "from") is not None

    def _show_change(self, after: AliasDocument, pack: str | None) -> None:
        before = self._file.read()
        old = None if before.is_missing else before.render()
        # What an installation made goes when nothing is left in it.
        is_ours = before.is_missing or any(block.is_in_new_file for block in before.blocks())
        new = None if is_ours and not after.render() else after.render()
        diff = unified(self._file.path, old, new)
        is_installation = self._args.action != "uninstall"
        if is_installation and self._needs_a_yes(before):
            self.world.note("'aws mfa alias install' shows the whole pack and asks.")
        data = {"Pack": pack, "File": self._file.path, "Changed": bool(diff), "Diff": diff}
        self.show(self._globals, data, diff.rstrip("\n") or "Nothing would change.")
