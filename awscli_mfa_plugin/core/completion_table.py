"""Lists the subcommands of ``aws mfa``, their options, and what each option takes.

The commands know all this themselves, but only inside an ``aws`` process, which takes half a
second to start: too long for each press of TAB. A test holds this table against them.
"""

from __future__ import annotations

NOTHING = ""
"""The option takes no value."""

ANYTHING = "anything"
"""It takes a value that can't be suggested."""

PROFILES = "profiles"
SERIALS = "serials"
REGIONS = "regions"
FILES = "files"

Takes = str | tuple[str, ...]
"""What an option takes: one of the above, or the values to choose from."""

_DURATIONS = ("900", "3600", "43200", "129600")
"""The shortest session, an hour, the default, and the longest; each in seconds."""

GLOBAL_OPTIONS: dict[str, Takes] = {
    "--debug": NOTHING,
    "--endpoint-url": ANYTHING,
    "--no-verify-ssl": NOTHING,
    "--no-paginate": NOTHING,
    "--output": ("json", "text", "table", "yaml", "yaml-stream", "off"),
    "--query": ANYTHING,
    "--profile": PROFILES,
    "--region": REGIONS,
    "--version": NOTHING,
    "--color": ("on", "off", "auto"),
    "--no-sign-request": NOTHING,
    "--ca-bundle": FILES,
    "--cli-read-timeout": ANYTHING,
    "--cli-connect-timeout": ANYTHING,
    "--cli-binary-format": ("base64", "raw-in-base64-out"),
    "--no-cli-pager": NOTHING,
    "--cli-auto-prompt": NOTHING,
    "--no-cli-auto-prompt": NOTHING,
    "--cli-error-format": ("legacy", "json", "yaml", "text", "table", "enhanced"),
}
"""The AWS CLI's own options, of v1 and v2 together: which of them runs isn't known here."""

OPTIONS: dict[str, dict[str, Takes]] = {
    "login": {
        "--source-profile": PROFILES,
        "--serial-number": SERIALS,
        "--token-code": ANYTHING,
        "--duration-seconds": _DURATIONS,
        "--force": NOTHING,
        "--min-remaining": ANYTHING,
        "--dry-run": NOTHING,
    },
    "status": {"--min-remaining": ANYTHING},
    "logout": {"--all": NOTHING, "--forget": NOTHING},
    "devices": {"--source-profile": PROFILES},
    "configure": {
        "--from": FILES,
        "--dry-run": NOTHING,
        "--allow-commands": NOTHING,
        "--yes": NOTHING,
        "--export": NOTHING,
    },
    "export": {
        "--format": ("sh", "fish", "csh", "powershell", "cmd", "env", "json", "ini"),
        "--unset": NOTHING,
        "--min-remaining": ANYTHING,
    },
    "exec": {"--min-remaining": ANYTHING},
    "credential-process": {},
    "watch": {
        "--profiles": PROFILES,
        "--once": NOTHING,
        "--before": ANYTHING,
        "--notify-command": ANYTHING,
        "--install": ("systemd", "cron", "launchd", "schtasks"),
        "--uninstall": NOTHING,
        "--status": NOTHING,
        "--dry-run": NOTHING,
    },
    "doctor": {"--offline": NOTHING, "--fix": NOTHING, "--yes": NOTHING},
    "alias": {
        "--from": FILES,
        "--yes": NOTHING,
        "--all": NOTHING,
        "--dry-run": NOTHING,
    },
}
"""The options of each subcommand."""

ACTIONS: dict[str, tuple[str, ...]] = {"alias": ("list", "install", "uninstall", "diff")}
"""The subcommands that take a word, and the words."""
