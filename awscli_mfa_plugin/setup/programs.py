"""A profile for other programs: its credentials come from ``awscli-mfa credential-process``."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.session.sections import check_profile_name
from awscli_mfa_plugin.setup.plan import change_of
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from awscli_mfa_plugin.session.records import Profile
    from awscli_mfa_plugin.setup.plan import ProfileChange

_PROCESS = "credential_process"


def change_for_programs(
    profile: Profile, session: Profile, script: str, *, on_windows: bool
) -> ProfileChange:
    """Return the change that makes ``profile`` renew the session of an MFA profile.

    ``script`` is the path of awscli-mfa. Raises ConfigurationError for a profile that has
    anything else, so that no key and no role is hidden.
    """
    check_profile_name(profile.name)
    if not session.is_managed:
        name = sanitize(session.name)
        raise ConfigurationError(
            f"{name} isn't an MFA profile.",
            f"Log in first:  aws mfa login --profile {shlex.quote(name)}",
        )
    # As botocore splits it, and a shell for other SDKs.
    quoted = [f'"{each}"' if on_windows else shlex.quote(each) for each in (script, session.name)]
    wanted = {_PROCESS: f"{quoted[0]} credential-process --profile {quoted[1]}"}
    region = session.config.get("region", "")
    if region:
        wanted["region"] = profile.config.get("region") or region
    others = {*profile.config, *profile.credentials} - {"region", "output"}
    if others and profile.config.get(_PROCESS) != wanted[_PROCESS]:
        raise ConfigurationError(
            f"Profile {sanitize(profile.name)} exists already.",
            "Use the name of a new profile. Nothing was changed.",
        )
    return change_of(profile, wanted)
