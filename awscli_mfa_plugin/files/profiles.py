"""The shared config and credentials files, seen as profiles."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from awscli_mfa_plugin.files.shared_file import SharedFile
from awscli_mfa_plugin.session.records import Profile, Session
from awscli_mfa_plugin.session.sections import (
    KEEP_SECTION,
    STALE_OPTIONS,
    check_key_is_ours,
    config_profile,
    config_section,
    credentials_section,
    session_lines,
    session_of,
    session_options,
)

if TYPE_CHECKING:
    from awscli_mfa_plugin.files.document import SharedDocument
    from awscli_mfa_plugin.files.locks import Locks
    from awscli_mfa_plugin.files.session_cache import SessionCache

_Sections = Mapping[str, Mapping[str, str]]


class SharedConfigFiles:
    """Both shared files; reads are kept until a file changes."""

    def __init__(
        self, config_path: str, credentials_path: str, locks: Locks, cache: SessionCache
    ) -> None:
        """Keep the absolute paths, and where sessions of profiles with own keys go."""
        self._cache = cache
        self.config_path = config_path
        self.credentials_path = credentials_path
        self._config = SharedFile(config_path, locks, secret=False)
        self._credentials = SharedFile(credentials_path, locks, secret=True)
        self._read: dict[str, tuple[object, _Sections]] = {}

    def profile(self, name: str) -> Profile:
        """Return a profile as the files hold it now; raise UnparsableFileError."""
        return Profile(
            name=name,
            config=self._config_profiles().get(name, {}),
            credentials=self._credentials_profiles().get(name, {}),
        )

    def session_of(self, profile: Profile) -> Session | None:
        """Return the profile's session from wherever it lives, or None."""
        if profile.has_own_keys:
            return self._cache.load(profile.name, profile.long_lived_key_id)
        return session_of(profile)

    def profile_names(self) -> tuple[str, ...]:
        """Return the names of all profiles, those of the config file first."""
        return tuple(dict.fromkeys((*self._config_profiles(), *self._credentials_profiles())))

    def check_writable(self, profile: Profile, *, config: bool) -> None:
        """Raise ConfigurationError if a write would be refused, as far as can be told ahead."""
        if profile.has_own_keys:
            self._cache.check_writable()
        if not profile.has_own_keys or session_lines(profile.credentials):
            self._credentials.check_writable()
        if config:
            self._config.check_writable()

    def write_session(self, name: str, session: Session) -> None:
        """Put a session where it lives: the one rule.

        Into the profile's credentials section, or into the CLI's cache if the profile has
        long-lived keys: whoever wrote them, they are never replaced. Lines of an old session
        beside them go, since AWS refuses a long-lived key with a token.
        """
        profile = self.profile(name)
        section = credentials_section(name)
        if profile.has_own_keys:
            self._cache.save(name, profile.long_lived_key_id, session)
            if session_lines(profile.credentials):
                self._credentials.update(lambda document: _without_session(document, section))
            return

        def change(document: SharedDocument) -> SharedDocument:
            options = document.options(section)
            check_key_is_ours(name, options, session.issued)
            new = session_options(session)
            if document.has_section(section) and not options:
                new[KEEP_SECTION] = "true"
            document = document.with_options(section, new)
            return document.without_options(section, STALE_OPTIONS)

        self._credentials.update(change)

    def write_settings(self, name: str, settings: Mapping[str, str]) -> None:
        """Put settings into the profile's config section."""

        def change(document: SharedDocument) -> SharedDocument:
            section = config_section(name, document.section_names())
            return document.with_options(section, dict(settings))

        self._config.update(change)

    def config_document(self) -> SharedDocument:
        """Return what the config file holds now."""
        return self._config.read()

    def update_config(self, change: Callable[[SharedDocument], SharedDocument]) -> bool:
        """Put ``change`` of the whole config file into its place at once; tell of a change."""
        return self._config.update(change)

    def remove_session(self, name: str) -> bool:
        """Remove our session from wherever it lives; tell whether there was one."""
        was_cached = self._cache.remove(name)
        section = credentials_section(name)

        def change(document: SharedDocument) -> SharedDocument:
            return _without_session(document, section)

        return self._credentials.update(change) or was_cached

    def remove_settings(self, name: str, options: tuple[str, ...]) -> bool:
        """Remove settings from the profile's config section; tell whether there were any."""

        def change(document: SharedDocument) -> SharedDocument:
            section = config_section(name, document.section_names())
            if not document.has_section(section):
                return document
            document = document.without_options(section, options)
            return document.without_section_if_empty(section)

        return self._config.update(change)

    def _config_profiles(self) -> _Sections:
        return self._kept(self._config, _by_profile)

    def _credentials_profiles(self) -> _Sections:
        return self._kept(self._credentials, lambda sections: sections)

    def _kept(self, file: SharedFile, view: Callable[[_Sections], _Sections]) -> _Sections:
        """Return the file's sections by profile, parsed anew only if the file changed."""
        state = _state_of(file.path)
        kept = self._read.get(file.path)
        if kept is None or kept[0] != state:
            kept = (state, view(file.read().sections()))
            self._read[file.path] = kept
        return kept[1]


def _without_session(document: SharedDocument, section: str) -> SharedDocument:
    """Return a copy without our session, and without the section if the login made it."""
    options = document.options(section)
    gone = session_lines(options)
    if not gone:
        return document
    document = document.without_options(section, (*gone, KEEP_SECTION))
    if options.get(KEEP_SECTION):
        return document
    return document.without_section_if_empty(section)


def _by_profile(sections: _Sections) -> _Sections:
    named = ((config_profile(section), options) for section, options in sections.items())
    return {profile: options for profile, options in named if profile is not None}


def _state_of(path: str) -> Any:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns
