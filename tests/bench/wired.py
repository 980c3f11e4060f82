"""The hosts of a bench, with the plugin as a user would install it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.aws import EmbeddedAws
from tests.hosts.host import Host, all_hosts
from tests.hosts.installed import install_plugin

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator


class Wired(NamedTuple):
    """A host, the plugin's folder, an empty folder for its homes, and the AWS that answers."""

    host: Host
    plugin: Path
    folder: Path
    aws: EmbeddedAws


def wired_hosts(names: Collection[str]) -> Iterator[Wired]:
    """Yield each named host in turn; everything is removed after the last one."""
    with tempfile.TemporaryDirectory() as folder, EmbeddedAws(None) as aws:
        plugin = Path(folder) / "plugin"
        install_plugin(plugin, Path(folder) / "build")
        for host in all_hosts():
            if host.name in names:
                yield Wired(host, plugin, Path(folder) / host.name, aws)
