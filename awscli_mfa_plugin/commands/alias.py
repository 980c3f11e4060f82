"""``aws mfa alias``: adds the alias pack to the CLI's alias file, and removes it."""

from __future__ import annotations

from awscli_mfa_plugin.declaration import FILES, Arguments, Command, Option, Result
from awscli_mfa_plugin.errors import ConfigurationError, UsageError
from awscli_mfa_plugin.text import sanitize, unified

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from typing import Any

    from awscli_mfa_plugin.aliases.merge import AliasState
    from awscli_mfa_plugin.aliases.pack import AliasPack
    from awscli_mfa_plugin.commands.context import Context
    from awscli_mfa_plugin.files.alias_document import AliasDocument

ACTIONS = ("list", "install", "uninstall", "diff")

COMMAND = Command(
    "alias",
    "Shortcuts for the AWS CLI, such as ``aws whoami``, ``aws alive`` and ``aws unlock``. "
    "``list`` shows them, ``install`` adds them to ``~/.aws/cli/alias``, ``uninstall`` "
    "removes them, and ``diff`` shows what ``install`` would change.\n\n"
    "Your own aliases and the CLI's commands are never replaced: an alias with the name of "
    "one of them is skipped, and listed.",
    examples="See the aliases, then install them::\n\n"
    "    $ aws mfa alias list\n"
    "    $ aws mfa alias install\n"
    "    $ aws whoami --profile mfa\n\n"
    "See what your team's pack would change, then install it::\n\n"
    "    $ aws mfa alias diff --from team.yaml\n"
    "    $ aws mfa alias install --from team.yaml\n",
    options=(
        Option(
            "action",
            "``list`` (the default), ``install``, ``uninstall`` or ``diff``.",
            ACTIONS,
            is_word=True,
        ),
        Option(
            "from",
            "A YAML file with your team's pack, instead of the plugin's own. ``install`` "
            "shows all of it and asks once, because aliases can run any program.",
            FILES,
        ),
        Option("yes", "With ``install``: accept the whole pack without asking."),
        Option("all", "With ``uninstall``: remove the aliases of all packs."),
        Option("dry-run", "Show the change as a diff. Nothing is written or asked."),
    ),
)


def run(arguments: Arguments, context: Context) -> Result:
    """Do what the action says."""
    action, is_dry = arguments["action"] or "list", arguments["dry_run"]
    if arguments["all"] and action != "uninstall":
        raise UsageError("--all needs uninstall.", "aws mfa alias uninstall --all")
    if arguments["yes"] and action != "install":
        raise UsageError("--yes needs install.", "aws mfa alias install --yes --from FILE")
    if action == "uninstall":
        return _uninstall(arguments, context)
    pack = _pack(arguments["from"], context)
    if action == "list":
        return _list(pack, context)
    if action == "diff" or is_dry:
        return _preview(pack, context)
    return _install(pack, arguments, context)


def _pack(path: str | None, context: Context) -> AliasPack:
    """Return the pack, read once: what is installed is what was shown and accepted."""
    from awscli_mfa_plugin.aliases.merge import check_name

    pack = context.alias_pack(path)
    if path:
        check_name(pack, path)
    return pack


def _list(pack: AliasPack, context: Context) -> Result:
    from awscli_mfa_plugin.aliases.merge import listing, states

    found = states(pack, context.alias_file.read(), context.process.host_commands())
    return Result(_data(pack, found, context), listing(found))


def _data(pack: AliasPack, found: tuple[AliasState, ...], context: Context) -> dict[str, Any]:
    from awscli_mfa_plugin.aliases.merge import entry

    return {
        "Pack": pack.name,
        "File": context.alias_file.path,
        "Aliases": [entry(state) for state in found],
    }


def _install(pack: AliasPack, arguments: Arguments, context: Context) -> Result:
    from awscli_mfa_plugin.aliases.merge import check_accepted, installed, states, wanted

    file, host = context.alias_file, context.process.host_commands()
    document = file.read()
    before, accepted = states(pack, document, host), wanted(pack, document, host)
    path, is_accepted = context.short_path(file.path), arguments["yes"]
    if not is_accepted and _needs_a_yes(pack, document, installed(pack, document, host)):
        check_accepted(pack, arguments["from"], context.asking_terminal)
        is_accepted = True

    def change(now: AliasDocument) -> AliasDocument:
        then = installed(pack, now, host)
        is_as_shown = is_accepted and wanted(pack, now, host) == accepted
        if _needs_a_yes(pack, now, then) and not is_as_shown:
            raise ConfigurationError(
                f"{path} changed before the pack was installed.", "Nothing was changed. Try again."
            )
        return then

    is_changed = file.update(change)
    after = states(pack, file.read(), host)
    data = {**_data(pack, after, context), "Changed": is_changed}
    return Result(data, _report(pack, path, before, after, is_changed=is_changed))


def _needs_a_yes(pack: AliasPack, before: AliasDocument, after: AliasDocument) -> bool:
    return not pack.is_ours and after.render() != before.render()


def _report(
    pack: AliasPack,
    path: str,
    before: tuple[AliasState, ...],
    after: tuple[AliasState, ...],
    *,
    is_changed: bool,
) -> str:
    from awscli_mfa_plugin.aliases.merge import INSTALLED, entries, left_out, names

    old = {state.alias.key for state in before if not state.is_new}
    fresh = [state for state in after if state.state == INSTALLED and state.alias.key not in old]
    lines = [f"Updated {path}." if is_changed else f"Already up to date: {path}."]
    if is_changed and fresh:
        # Aliases of another pack are shown with what they run: nobody else has reviewed them.
        shown = names if pack.is_ours else entries
        lines = [f"Installed in {path}:", *shown(fresh)]
    more = left_out(after)
    lines += ["", *more] if more else []
    lines += ["", "To see what they do:  aws mfa alias list"] if pack.is_ours else []
    return "\n".join(lines)


def _uninstall(arguments: Arguments, context: Context) -> Result:
    from awscli_mfa_plugin.aliases.pack import OUR_PACK

    name: str | None = OUR_PACK
    if arguments["all"]:
        name = None
    elif arguments["from"] is not None:
        name = _pack(arguments["from"], context).name
    file = context.alias_file
    if arguments["dry_run"]:
        before = file.read()
        return _change(name, before, before.without_packs(name), context)
    is_changed = file.update(lambda document: document.without_packs(name))
    whose = f"the pack '{sanitize(name)}'" if name else "any pack"
    path = context.short_path(file.path)
    text = f"Removed the aliases of {whose if name else 'all packs'} from {path}."
    if not is_changed:
        text = f"Nothing to remove: {path} has no aliases of {whose}."
    return Result({"Pack": name, "File": file.path, "Changed": is_changed}, text)


def _preview(pack: AliasPack, context: Context) -> Result:
    """Return what an installation would change."""
    from awscli_mfa_plugin.aliases.merge import installed

    before = context.alias_file.read()
    after = installed(pack, before, context.process.host_commands())
    if _needs_a_yes(pack, before, after):
        context.note("'aws mfa alias install' will show the whole pack and ask.")
    return _change(pack.name, before, after, context)


def _change(
    pack: str | None, before: AliasDocument, after: AliasDocument, context: Context
) -> Result:
    """Return the diff of two versions of the alias file."""
    path = context.alias_file.path
    old = None if before.is_missing else before.render()
    # A file that install created is deleted once it is empty.
    is_ours = before.is_missing or any(block.is_in_new_file for block in before.blocks())
    new = None if is_ours and not after.render() else after.render()
    diff = unified(path, old, new)
    data = {"Pack": pack, "File": path, "Changed": bool(diff), "Diff": diff}
    return Result(data, diff.rstrip("\n") or "Nothing would change.")
