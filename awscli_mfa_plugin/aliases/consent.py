"""Shows an alias pack that isn't ours whole, and lets a person accept it as a whole.

Nothing in it is judged: any alias may call another one, or a program.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from awscli_mfa_plugin.aliases.pack import OUR_PACK
from awscli_mfa_plugin.errors import CancelledError, CannotAskError, ConfigurationError
from awscli_mfa_plugin.session.token_codes import agrees
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from awscli_mfa_plugin.aliases.pack import AliasPack
    from awscli_mfa_plugin.session.ports import Terminal

WHOLE = 2000
"""Characters that surely hold a whole expansion, with each character escaped."""


def check_name(pack: AliasPack, file: str) -> None:
    """Raise ConfigurationError for another pack that has the name of ours."""
    if pack.name == OUR_PACK and not pack.is_ours:
        raise ConfigurationError(
            f"{sanitize(file)} calls its pack {pack.name}, which is the plugin's own.",
            "Nothing was changed. Give the pack another name.",
        )


def check_accepted(pack: AliasPack, file: str, terminal: Terminal) -> None:
    """Show the whole pack and ask; raise CancelledError for a no, CannotAskError for nobody."""
    why = terminal.unavailable_reason()
    if why:
        raise CannotAskError(
            f"{sanitize(file)} isn't the plugin's own alias pack, and nobody can be asked to "
            "accept "
            f"it: {why}.",
            "Nothing was changed. Read it with 'aws mfa alias diff --from FILE', then accept all "
            "of it with 'aws mfa alias install --yes --from FILE'.",
        )
    terminal.tell(whole(pack))
    if not agrees(terminal, "Install all of these? They run with your credentials. [y/N] "):
        raise CancelledError("The pack was not accepted. Nothing was changed.")


def whole(pack: AliasPack) -> str:
    """Return all aliases of a pack, each with its whole expansion on a line."""
    lines = [f"The pack {pack.name}:"]
    for alias in pack.aliases:
        lines += [f"  {alias.typed}", f"    {sanitize(alias.expansion, WHOLE)}"]
    return "\n".join(lines) + "\n"
