"""``aws mfa alias``: puts the alias pack into the CLI's alias file, and takes it out again."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from awscli_mfa_plugin.commands.base import MfaSubcommand, one_of
from awscli_mfa_plugin.core.aliases.consent import check_stranger, commands_in, declined_commands
from awscli_mfa_plugin.core.aliases.file import INSTALLED, installed, states
from awscli_mfa_plugin.core.aliases.pack import OUR_PACK
from awscli_mfa_plugin.core.aliases.view import entries, entry, left_out, names, overview
from awscli_mfa_plugin.core.diffs import unified
from awscli_mfa_plugin.core.text import shown
from awscli_mfa_plugin.errors import UsageError

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
                "A YAML file with a pack of your team, in place of the plugin's own. Each command "
                "in it is shown whole, and you are asked for it."
            ),
        },
        {
            "name": "allow-commands",
            "action": "store_true",
            "help_text": "Accept all commands of the file without a question.",
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
        if action == "uninstall":
            self._uninstall()
        elif action == "list":
            self._list()
        elif action == "diff" or parsed_args.dry_run:
            self._show_change(self._installed(self._file.read(), frozenset()), self._pack.name)
        else:
            self._install()
        return 0

    @cached_property
    def _pack(self) -> AliasPack:
        """The pack, read once: what is installed is what was shown and accepted."""
        path = getattr(self._args, "from")
        pack = self.world.alias_pack(path)
        if path:
            check_stranger(pack, path)
        return pack

    @cached_property
    def _host(self) -> HostCommands:
        return self.world.host_commands()

    def _states(self, document: AliasDocument) -> tuple[AliasState, ...]:
        return states(self._pack, document, self._host)

    def _installed(
        self, document: AliasDocument, declined: frozenset[tuple[str, str]]
    ) -> AliasDocument:
        return installed(self._pack, document, self._host, declined)

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
        pack, before = self._pack, self._states(self._file.read())
        declined = frozenset[tuple[str, str]]()
        if not pack.is_ours:
            declined = declined_commands(
                before, self.world.asking_terminal(), allow_commands=self._args.allow_commands
            )
        is_changed = self._file.update(lambda document: self._installed(document, declined))
        after = self._states(self._file.read())
        data = {**self._data(after), "Changed": is_changed}
        self.show(self._globals, data, self._told(before, after, is_changed=is_changed))

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
        not_wanted = names(state for state in after if state.is_new)
        for more in (["Not accepted:", *not_wanted] if not_wanted else [], left_out(after)):
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
        if self._from_file() and is_installation and commands_in(self._states(before)):
            self.world.note("An installation asks about each command in it.")
        data = {"Pack": pack, "File": self._file.path, "Changed": bool(diff), "Diff": diff}
        self.show(self._globals, data, diff.rstrip("\n") or "Nothing would change.")
