"""Hides what differs from one run to the next: times, codes, keys, paths of this machine."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from awscli_mfa_plugin.system.places import SYSTEM_PLACES
from tests.hosts.terminal import without_escapes

if TYPE_CHECKING:
    from tests.screens.stage import Stage

PATTERNS = (
    (r"\x07", ""),
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:\+\d\d:\d\d|Z)?", "DATE-AND-TIME"),
    (r"(?:tomorrow |\d{4}-\d\d-\d\d )?\b\d\d:\d\d\b(?!:)", "TIME"),
    (r"\"RemainingSeconds\": \d+", '"RemainingSeconds": SECONDS'),
    (r"(?<=: )\d{6}$", "CODE"),
    (r"\bASIA[A-Z0-9]{16}\b", "ACCESS-KEY-ID"),
    (r"(?<=AWS_SECRET_ACCESS_KEY=').+(?=';$)", "SECRET"),
    (r"(?<=AWS_SESSION_TOKEN=').+(?=';$)", "TOKEN"),
    (r"\d+ checks passed", "N checks passed"),
    (r"\b\d+ days old", "N days old"),
    (r"\b\d+\.\d+\.\d+(?:\.dev\d+|\+\w+)*\b", "VERSION"),
    (r"\bprocess \d+", "process N"),
    (r" +(?=[█░])", "  "),  # as wide as the times above and below
    (r"[ \t]+$", ""),
)
"""Each as it is found in a line, and what stands for it."""


def masked(stage: Stage) -> str:
    """Return all that a scene showed, without colors, as it is expected.

    What doctor says of other CLIs on this machine is left out.
    """
    text = without_escapes(stage.shown.decode("utf-8", "replace")).replace("\r\n", "\n")
    another = re.compile(rf"({'|'.join(SYSTEM_PLACES)})/aws\b")
    text = "\n".join(line for line in text.splitlines() if not another.search(line))
    folders = {
        str(stage.home.host.aws): "/usr/local/bin/aws",
        str(stage.home.host.aws.parent): "/usr/local/bin",
        str(stage.home.path): "/home/ada",
        str(stage.programs.plugin): "/opt/plugin",
        str(stage.programs.installer): "/opt/venv",
        str(stage.programs.tools): "/usr/bin",
        str(stage.aws.ca_bundle): "/etc/ssl/proxy.pem",
        stage.aws.proxy_url: "http://proxy:3128",
    }
    for path, name in folders.items():
        text = text.replace(path, name)
    for pattern, name in PATTERNS:
        text = re.sub(pattern, name, text, flags=re.MULTILINE)
    return text.strip() + "\n"
