"""Makes botocore clients and resolves keys, each in its own botocore session.

The session of the ``aws`` process won't do: it raises ProfileNotFound as long as the session
profile isn't there yet, and its keys are those of the command, not of the source profile.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Any

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.session.records import Keys
from awscli_mfa_plugin.text import sanitize


@dataclass(frozen=True)
class ClientOptions:
    """The CLI's global options that shape a client; None where they weren't given.

    ``verify`` is False, a CA bundle's path, or None; the timeouts are seconds.
    """

    endpoint_url: str | None = None
    verify: bool | str | None = None
    connect_timeout: int | None = None
    read_timeout: int | None = None
    user_agent_extra: str = ""


class BotocoreSessions:
    """The botocore sessions of profiles, one each, created on first use."""

    def __init__(self, data_loader: Any = None) -> None:
        """Keep the ``data_loader`` component to share: it has read botocore's data already."""
        self._data_loader = data_loader
        self._sessions: dict[str, Any] = {}

    def of(self, profile: str) -> Any:
        """Return the session of a profile; of "" one without, whatever ``AWS_PROFILE`` says."""
        if profile not in self._sessions:
            import botocore.session

            no_profile_of_the_environment = {"profile": (None, None, None, None)}
            session = botocore.session.Session(session_vars=no_profile_of_the_environment)
            if profile:
                session.set_config_variable("profile", profile)
            if self._data_loader is not None:
                session.register_component("data_loader", self._data_loader)
            self._sessions[profile] = session
        return self._sessions[profile]

    def keys_of(self, profile: str) -> Keys:
        """Return the keys that botocore's own chain finds for a profile.

        Raises ConfigurationError where there are none, or their process fails.
        """
        from botocore.exceptions import BotoCoreError

        try:
            credentials = self.of(profile).get_credentials()
            frozen = credentials.get_frozen_credentials() if credentials else None
        except BotoCoreError as error:
            why, remedy = _why(error)
            shown = sanitize(profile)
            raise ConfigurationError(
                f"Can't get the keys of profile {shown}: {why}",
                remedy or f"Try it:  aws sts get-caller-identity --profile {shlex.quote(shown)}",
            ) from None
        if frozen is None or not frozen.access_key or not frozen.secret_key:
            raise ConfigurationError(
                f"Profile {sanitize(profile)} has no long-lived keys.",
                "Store an access key with aws configure, or name a profile with --source-profile.",
            )
        return Keys(frozen.access_key, frozen.secret_key, frozen.token or "", profile)


class Clients:
    """Makes the clients of one command."""

    def __init__(self, sessions: BotocoreSessions, options: ClientOptions) -> None:
        self.sessions = sessions
        self.options = options

    def client(self, service: str, keys: Keys, region: str, *, retries: bool = True) -> Any:
        """Return a botocore client; without ``retries`` every request is sent at most once.

        Raises ConfigurationError if the settings for it are wrong: no call was made then.
        """
        from botocore.exceptions import BotoCoreError

        session = self.sessions.of(keys.profile)
        session.set_config_variable("sts_regional_endpoints", "regional")
        try:
            return session.create_client(
                service,
                region_name=region,
                endpoint_url=self.options.endpoint_url,
                verify=self.options.verify,
                aws_access_key_id=keys.access_key_id,
                aws_secret_access_key=keys.secret_access_key,
                aws_session_token=keys.session_token or None,
                config=self._config(retries=retries),
            )
        except (BotoCoreError, ValueError) as error:
            raise ConfigurationError(
                f"Can't call {service} with these settings: {sanitize(error)}",
                "Check --endpoint-url and --ca-bundle, and these settings in your environment and "
                "~/.aws/config.",
            ) from None

    def _config(self, *, retries: bool) -> Any:
        """Return a Config for the options; without ``retries`` every request is sent once.

        v1's botocore counts the first attempt in ``total_max_attempts``; v2's knows
        ``max_attempts`` alone and counts it there.
        """
        from botocore.config import Config
        from botocore.exceptions import InvalidRetryConfigurationError

        given = self.options
        timeouts = {"connect_timeout": given.connect_timeout, "read_timeout": given.read_timeout}
        options: dict[str, Any] = {
            "user_agent_extra": given.user_agent_extra,
            **{name: seconds for name, seconds in timeouts.items() if seconds is not None},
        }
        if retries:
            return Config(**options)
        try:
            return Config(**options, retries={"total_max_attempts": 1, "mode": "standard"})
        except InvalidRetryConfigurationError:
            return Config(**options, retries={"max_attempts": 1, "mode": "standard"})


def _why(error: Exception) -> tuple[str, str]:
    """Return why there are no keys, and what to do about it, "" if that isn't known.

    What our own script wrote to stderr, when it got no key from the keyring, is repeated.
    """
    ours, said = "awscli-mfa: ", str(getattr(error, "kwargs", {}).get("error_msg", ""))
    if not said.startswith(ours):
        return sanitize(error), ""
    what, *remedy = said.removeprefix(ours).splitlines()
    return sanitize(what), sanitize(" ".join(remedy))
