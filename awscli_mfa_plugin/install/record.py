"""What the installer remembers of its changes, so that they can be taken back."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

from awscli_mfa_plugin.files.plugins_section import Undo


@dataclass(frozen=True)
class WiredConfig:
    """A config file whose ``[plugins]`` was changed; ``is_new`` if there was no file before."""

    path: str
    is_new: bool
    undo: Undo


@dataclass(frozen=True)
class Record:
    """Everything outside of the installer's own folder that was made.

    ``path_files`` are the ``.pth`` files in v1's Pythons, ``made_folders`` the folders that were
    missing before, outer ones first.
    """

    configs: tuple[WiredConfig, ...] = ()
    path_files: tuple[str, ...] = ()
    made_folders: tuple[str, ...] = field(default=())

    def config_of(self, path: str) -> WiredConfig | None:
        """Return what was recorded of a config file."""
        return next((config for config in self.configs if config.path == path), None)

    def with_config(self, new: WiredConfig) -> Record:
        """Return a copy that knows of this change of a file in place of an older one."""
        others = tuple(config for config in self.configs if config.path != new.path)
        return Record((*others, new), self.path_files, self.made_folders)

    def with_places(self, path_files: tuple[str, ...], made_folders: tuple[str, ...]) -> Record:
        """Return a copy that knows of more files and folders."""
        return Record(
            self.configs,
            tuple(dict.fromkeys((*self.path_files, *path_files))),
            tuple(dict.fromkeys((*self.made_folders, *made_folders))),
        )

    def render(self) -> bytes:
        """Return the record as the content of a file."""
        return (json.dumps(asdict(self), indent=1) + "\n").encode("ascii")


def read_record(content: bytes | None) -> Record:
    """Return the record that a file holds; an empty one for none, or for one that isn't ours."""
    try:
        told = json.loads(content or b"{}")
        configs = tuple(
            WiredConfig(
                str(config["path"]),
                bool(config["is_new"]),
                Undo(str(config["undo"]["before"]), str(config["undo"]["after"])),
            )
            for config in told.get("configs", ())
        )
        path_files = tuple(map(str, told.get("path_files", ())))
        return Record(configs, path_files, tuple(map(str, told.get("made_folders", ()))))
    except (ValueError, KeyError, TypeError, AttributeError):
        return Record()
