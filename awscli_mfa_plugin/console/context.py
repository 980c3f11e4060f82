"""The Context of a command outside the ``aws`` process, from environment and files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from awscli_mfa_plugin.commands.context import Context
from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.files import paths
from awscli_mfa_plugin.session import named_profile
from awscli_mfa_plugin.system.machine import environment_code

if TYPE_CHECKING:
    from collections.abc import Iterator, MutableMapping, Sequence

    from awscli_mfa_plugin.commands.process import GlobalOptions
    from awscli_mfa_plugin.files.profiles import SharedConfigFiles
    from awscli_mfa_plugin.session.credentials import CredentialsRequest
    from awscli_mfa_plugin.session.ports import Ports
    from awscli_mfa_plugin.session.records import Profile, Session


def context_of(
    environment: MutableMapping[str, str], options: GlobalOptions, system: Sequence[str]
) -> Context:
    """Return a command's Context; the MFA code is removed from ``environment``.

    ``system`` are the folders where an ``aws`` usually is.
    """
    return Context(ScriptProcess(environment, system, options.profile), options)


class ScriptProcess:
    """The process of ``awscli-mfa``: it knows the environment and the files, and no CLI."""

    program = ""

    def __init__(
        self,
        environment: MutableMapping[str, str],
        system: Sequence[str] = (),
        profile: str | None = None,
    ) -> None:
        """Keep the environment, the usual folders, and ``--profile``."""
        self._profile = profile
        self.usual_folders = system
        self.environment_code = environment_code(environment)
        self.environment = dict(environment)
        self.config_path = paths.config_path(self.environment)
        self.credentials_path = paths.credentials_path(self.environment)

    @property
    def named_profile(self) -> str | None:
        """The profile that the option or the environment names, or None."""
        if self._profile is not None:
            return self._profile
        names = (self.environment.get(name) for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE"))
        return named_profile(next(filter(None, names), None), self.environment)

    def profiles(self) -> Iterator[Profile]:
        """Yield all profiles of both files."""
        files = self._files()
        for name in files.profile_names():
            yield files.profile(name)

    def profile(self, name: str) -> Profile | None:
        """Return a profile as the files hold it, or None if there is none."""
        profile = self._files().profile(name)
        return profile if profile.exists else None

    def _files(self) -> SharedConfigFiles:
        from awscli_mfa_plugin.files.profiles import SharedConfigFiles

        context = Context(self)
        cache = context.session_cache()
        return SharedConfigFiles.on_disk(
            self.config_path, self.credentials_path, context.locks, cache
        )

    def data_loader(self) -> None:
        """Return None: botocore creates its own."""

    def host_commands(self) -> NoReturn:
        """Raise ConfigurationError: no CLI runs this process."""
        raise ConfigurationError(
            "This works only inside the AWS CLI.", "Run it as an aws mfa command."
        )

    def session_credentials(
        self, request: CredentialsRequest, options: GlobalOptions, ports: Ports
    ) -> tuple[Session, str]:
        """Return a valid session of a managed profile, or of a role on one, and its region.

        Roles are cached where the CLI caches them.
        """
        from awscli_mfa_plugin.aws.clients import BotocoreSessions, ClientOptions
        from awscli_mfa_plugin.aws.credentials import resolve
        from awscli_mfa_plugin.aws.roles import cache_roles

        def session() -> Any:
            session = BotocoreSessions().of(request.profile)
            cache_roles(session, paths.cache_folder())
            return session

        client_options = ClientOptions(options.endpoint_url, options.verify_ssl)
        return resolve(request, session, options.region, client_options, ports)
