"""Starts an AWS CLI to see whether it works: with which config file, and what it says."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from awscli_mfa_plugin.core.text import shown
from awscli_mfa_plugin.edges.child_environment import child_environment

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


@dataclass(frozen=True)
class Outcome:
    """How a command ended; ``returncode`` is None if it couldn't be started or took too long."""

    returncode: int | None
    stdout: str
    why: str

    @property
    def succeeded(self) -> bool:
        """Whether it ended with 0."""
        return self.returncode == 0


def run_aws(
    path: str,
    words: Sequence[str],
    environment: Mapping[str, str],
    config: str = "",
    variables: Mapping[str, str] | None = None,
) -> Outcome:
    """Run ``aws`` to its end, without a terminal, as a plain shell of the user's would.

    ``config`` names a config file in place of the user's, ``variables`` are added. ``why`` is its
    last line on stderr.
    """
    child = child_environment(environment)
    for name in _NOT_FOR_THEM:
        child.pop(name, None)
    if config:
        child["AWS_CONFIG_FILE"] = config
    child.update(variables or {})
    try:
        done = subprocess.run(
            [path, *words],
            env=child,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIME_LIMIT,
            check=False,
            start_new_session=True,
        )
    except subprocess.TimeoutExpired:
        return Outcome(None, "", f"it took longer than {TIME_LIMIT} s")
    except (OSError, ValueError) as error:
        return Outcome(None, "", shown(error))
    told = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return Outcome(
        done.returncode,
        done.stdout.decode("utf-8", "replace"),
        shown(told[-1]) if told else f"exit code {done.returncode}",
    )


def why_no_version(path: str, environment: Mapping[str, str], config: str = "") -> str:
    """Return why ``aws --version`` fails, "" if it works."""
    done = run_aws(path, ["--version"], environment, config)
    return "" if done.succeeded else done.why


def why_no_mfa(path: str, environment: Mapping[str, str], config: str = "") -> str:
    """Return why ``aws mfa status`` fails, "" if it works; it makes no call."""
    done = run_aws(path, ["mfa", "status", "--output", "json"], environment, config)
    # 1 says that no session lives.
    works = done.returncode in {0, 1} and done.stdout.lstrip().startswith("{")
    return "" if works else done.why
