"""A pack, some aliases, two CLIs and the file with the pack in it, for the tests."""

from __future__ import annotations

from awscli_mfa_plugin.aliases.merge import HostCommands
from awscli_mfa_plugin.aliases.pack import Alias, AliasPack
from awscli_mfa_plugin.files.alias_document import MFA_SECTION, AliasDocument

WHO = Alias("whoami", "sts get-caller-identity", "Who am I?")
ALIVE = Alias("alive", "mfa status", "Is my session alive?")
IN = Alias("in", "login", "Log in", ("v2",), MFA_SECTION)
UP = Alias("up", "!git pull \u202e", "Pull", is_external=True)
PACK = AliasPack("p", (WHO, ALIVE))
V1 = HostCommands("v1", {"s3", "sts", "mfa"}, {"login", "status"})
V2 = HostCommands("v2", {"s3", "sts", "mfa"}, {"login", "status"})

BLOCK = (
    "# >>> aws mfa alias: p e8c68dc5 >>>\n"
    "# By 'aws mfa alias install'. Your own aliases belong outside of these lines.\n"
    "whoami = sts get-caller-identity\n"
    "alive = mfa status\n"
    "# <<< aws mfa alias: p <<<\n"
)
NEW = BLOCK.replace(">>>\n", ">>>\n[toplevel]\n", 1)


def document(text: str) -> AliasDocument:
    """Return the document of a file that is there."""
    return AliasDocument.parse(text.encode())
