"""Where a device's serial belongs in the config file: saved by ``add``, taken out by ``remove``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from awscli_mfa_plugin.session.records import SOURCE_OPTION

if TYPE_CHECKING:
    from typing import Any

    from awscli_mfa_plugin.devices.owner import Owner
    from awscli_mfa_plugin.session.ports import SharedFiles

_SERIAL = "mfa_serial"


def save_settings(serial: str, owner: Owner, files: SharedFiles) -> dict[str, str]:
    """Save a new device to the session profile; return what was saved.

    A profile whose device still belongs to the user (``owner.devices``) keeps it.
    """
    profile, source = owner.profile, owner.source.profile
    of_source = files.profile(source).get(_SERIAL) if source else ""
    if owner.has(profile.get(_SERIAL) or of_source):
        return {}
    settings = {_SERIAL: serial}
    if source not in {"", profile.name} and not profile.config.get(SOURCE_OPTION):
        settings[SOURCE_OPTION] = source
    files.write_settings(profile.name, settings)
    return settings


def stripped(document: Any, serial: str) -> Any:
    """Return the config file's document without the ``mfa_serial`` lines that name a device."""
    for section, options in document.sections().items():
        if options.get(_SERIAL) == serial:
            document = document.without_options(section, (_SERIAL,))
    return document


def without_serial(serial: str, files: SharedFiles) -> bool:
    """Take a device out of the config file; tell whether a line named it."""
    return files.update_config(lambda document: stripped(document, serial))
