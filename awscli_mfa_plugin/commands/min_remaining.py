"""The option of whatever may make a session: login, export, exec."""

from __future__ import annotations

from awscli_mfa_plugin.declaration import INTEGER, Option

MIN_REMAINING = Option(
    "min-remaining", "Make a new session unless at least this many seconds are left.", INTEGER
)
