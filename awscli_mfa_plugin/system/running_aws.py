"""Starts an AWS CLI to see whether it works: with which config file, and what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from awscli_mfa_plugin.system.subprocesses import Done, run_to_end

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TIME_LIMIT = 60
"""Seconds that a command may take; AWS's frozen build starts slowly the first time."""

_NOT_FOR_THEM = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_CLI_AUTO_PROMPT",
    "PYTHONPATH",
    "PYTHONHOME",
)


def run_aws(
    path: str,
    words: Sequence[str],
    environment: Mapping[str, str],
    config: str = "",
    variables: Mapping[str, str] | None = None,
) -> Done:
    """Run ``aws`` to its end, without a terminal, as a plain shell of the user's would.

    ``config`` names a config file in place of the user's, ``variables`` are added. ``why`` is its
    last line on stderr.
    """
    child = {name: value for name, value in environment.items() if name not in _NOT_FOR_THEM}
    if config:
        child["AWS_CONFIG_FILE"] = config
    return run_to_end([path, *words], {**child, **(variables or {})}, TIME_LIMIT)


def why_no_version(path: str, environment: Mapping[str, str], config: str = "") -> str:
    """Return why ``aws --version`` fails, "" if it works."""
    done = run_aws(path, ["--version"], environment, config)
    return "" if done.succeeded else done.why


def why_no_mfa(path: str, environment: Mapping[str, str], config: str = "") -> str:
    """Return why ``aws mfa status`` fails, "" if it works; it makes no call."""
    done = run_aws(path, ["mfa", "status", "--output", "json"], environment, config)
    # 1 says that no session lives.
    works = done.returncode in {0, 1} and done.text.lstrip().startswith("{")
    return "" if works else done.why
