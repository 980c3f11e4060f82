"""What ``aws mfa alias`` needs of the CLI: the names of its commands, and which CLI it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from awscli_mfa_plugin.core.aliases.file import HostCommands

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


def host_commands(
    session: Any, table: Mapping[str, Any], subcommands: Collection[str]
) -> HostCommands:
    """Return the CLI that runs this process; ``table`` is its command table."""
    import awscli

    names = {name for name, entry in table.items() if not _is_mere_alias(entry)}
    # What an external alias stands before isn't in the table any more; services are known yet.
    names.update(session.get_available_services())
    host = "v1" if awscli.__version__.startswith("1.") else "v2"
    return HostCommands(host, frozenset(names), subcommands)


def _is_mere_alias(entry: Any) -> bool:
    """Tell whether an entry of the table is an alias that stands before no command."""
    if type(entry).__module__ != "awscli.alias":
        return False
    return getattr(entry, "_shadow_proxy_command", None) is None
