"""One real AWS CLI: how it is started, how the plugin gets into it, and where it differs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.hosts.cache import HOSTS, host_folder

if TYPE_CHECKING:
    from pathlib import Path

PLUGIN = "awscli_mfa_plugin"


@dataclass(frozen=True)
class Host:
    """A fetched CLI; ``folder`` is where ``tests.hosts.fetch`` put it."""

    name: str
    folder: Path

    @property
    def aws(self) -> Path:
        """The executable; its folder may go on a PATH."""
        return self.folder / "bin" / "aws"

    @property
    def is_v2(self) -> bool:
        """Whether this is AWS CLI v2."""
        return self.name.startswith("v2")

    @property
    def is_frozen(self) -> bool:
        """Whether it is AWS's own build, with a Python inside."""
        return self.name in {"v2", "v2-oldest", "v2-middle"}

    @property
    def knows_endpoint_settings(self) -> bool:
        """Whether it reads AWS_ENDPOINT_URL and ``endpoint_url``, as 2.13 and newer do."""
        return self.name not in {"v2-debian", "v2-oldest"}

    @property
    def renders_help(self) -> bool:
        """Whether the CLI's own help works: the npm copy of the official build lost its files."""
        return not self.is_frozen

    @property
    def usage_exit_code(self) -> int:
        """What its own commands exit with on wrong usage; ``aws mfa`` gives 252 everywhere."""
        return 252 if self.is_v2 else 2

    @property
    def general_exit_code(self) -> int:
        """What its own commands exit with when they fail for no reason that has a code."""
        return 255

    @property
    def service_exit_code(self) -> int:
        """What its own commands exit with when AWS says no."""
        return 254 if self.is_v2 else 255

    def wiring(self, plugin: Path) -> str:
        """Return the section of the config file that loads the plugin from its folder."""
        lines = ["[plugins]", f"mfa = {PLUGIN}"]
        if self.is_v2:
            lines.append(f"cli_legacy_plugin_path = {plugin}")
        return "\n".join(lines) + "\n"

    def environment(self, plugin: Path) -> dict[str, str]:
        """Return the variables that let the CLI's own Python find the plugin's folder."""
        return {} if self.is_v2 else {"PYTHONPATH": str(plugin)}


def all_hosts() -> list[Host]:
    """Return all hosts, fetched or not."""
    return [Host(name, host_folder(name)) for name in HOSTS]
