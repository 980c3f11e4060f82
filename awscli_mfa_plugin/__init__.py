"""The entry: adds ``aws mfa`` and renewal to the AWS CLI.

Every ``aws`` command loads this module, and an error in it would end every ``aws`` command. So it
imports nothing until ``aws mfa`` or a managed profile needs it, and no error leaves it.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__version__ = "0.1.0"

# session.OTHER_WAYS without role_arn and credential_process (host decides); a test compares them.
_OTHER_WAYS = {
    *("web_identity_token_file", "credential_source", "login_session", "sso_session"),
    *("sso_start_url", "sso_account_id", "sso_role_name", "sso_region"),
}


def awscli_initialize(event_handlers: Any) -> None:
    """Register the hooks; the AWS CLI calls this for every value of ``[plugins]``."""
    plugin = Plugin()
    event_handlers.register("building-command-table.main", plugin.add_command)
    event_handlers.register("top-level-args-parsed", _redact_parsed_arguments)
    _redact_raw_arguments()
    # Last, since the CLI's own handler of this event turns its history on.
    event_handlers.register_last("session-initialized", _stop_history)
    event_handlers.register_last("session-initialized", plugin.install_renewal)


class Plugin:
    """What is kept between the CLI's events."""

    def __init__(self) -> None:
        """Start empty; ``command_table`` returns the CLI's own, or {} if that is gone."""
        self.command_table: Callable[[], dict[str, Any]] = dict
        self._process: Any = None

    def add_command(self, command_table: dict[str, Any], session: Any, **_: Any) -> None:
        """Put ``aws mfa`` into the CLI's command table."""
        from weakref import ref  # the CLI has imported it

        # A reference of ours would make every ``aws`` free hundreds of commands when Python
        # exits, which takes longer than everything else here.
        try:
            reference = ref(command_table)
        except TypeError:  # a plain dict
            self.command_table = lambda: command_table
        else:
            self.command_table = lambda: reference() or {}
        command_table["mfa"] = LazyCommand(session, self.process_of)

    def install_renewal(self, session: Any, parsed_args: Any, **_: Any) -> None:
        """Let a command on a managed profile use its session, and renew it before it expires."""
        try:
            names = profile_chain(session)
            if names and parsed_args.command != "mfa":
                if getattr(parsed_args, "debug", False):
                    _protect("redact_logs")
                from awscli_mfa_plugin.host.renewal_hooks import install

                install(session, parsed_args, self.process_of(session), names)
        except Exception as error:  # noqa: BLE001 - the command goes on as without the plugin
            _say_broken(error)

    def process_of(self, session: Any) -> Any:
        """Return the one AwsProcess, which takes the MFA code out of the environment."""
        if self._process is None:
            from awscli_mfa_plugin.host.context import AwsProcess

            self._process = AwsProcess(session, self.command_table)
        return self._process


def _has_mfa_code(arguments: list[str]) -> bool:
    """Return whether the arguments may hold an MFA code for ``aws mfa`` or an alias of it.

    ``aws sts`` has its own ``--token-code``, which is left alone. The CLI's parsers accept
    an option's first letters for its name.
    """
    names = [word.partition("=")[0] for word in arguments]
    if "mfa" not in arguments:
        return "sts" not in arguments and any(name.startswith("--token-c") for name in names)
    if any(
        name.startswith("--token-c") or "--token-code".startswith(name)
        for name in names
        if name[2:]
    ):
        return True
    # A code without its option is a mistake, but may be a valid code.
    digits = [word.replace(" ", "").replace("-", "") for word in arguments]
    return any(len(each) == 6 and each.isdigit() for each in digits)  # noqa: PLR2004 - a code


def _redact_raw_arguments() -> None:
    """Keep an MFA code out of ``--debug``: v2 logs its arguments before any event."""
    import sys

    if _has_mfa_code(sys.argv[1:]) and any(word.startswith("--de") for word in sys.argv):
        _protect("redact_logs")


def _redact_parsed_arguments(parsed_args: Any, **_: Any) -> None:
    """Keep secrets out of ``--debug``, where botocore logs AWS's answers."""
    if getattr(parsed_args, "debug", False) and getattr(parsed_args, "command", None) == "mfa":
        _protect("redact_logs")


def _stop_history(parsed_args: Any, **_: Any) -> None:
    """Keep ``aws mfa`` out of the CLI's history, which records arguments and answers."""
    import sys

    if getattr(parsed_args, "command", None) == "mfa" or _has_mfa_code(sys.argv[1:]):
        _protect("stop_history")


def profile_chain(session: Any) -> list[str]:
    """Return the command's profile and its source profiles, up to the managed one.

    Empty if none is managed: then the command runs exactly as without the plugin. Also returned
    is a role with ``mfa_session = off`` and ``mfa_serial``, which gets its MFA code from us.
    """
    import os

    if os.environ.get("AWS_MFA_SESSION", "").lower() == "off":
        return []
    profiles = session.full_config.get("profiles", {})
    name, names = session.get_config_variable("profile") or "default", []
    while isinstance(name, str) and name not in names and name in profiles:
        names.append(name)
        profile = profiles[name]
        switch = str(profile.get("mfa_session", "")).lower()
        source = profile.get("mfa_source_profile")
        if "role_arn" in profile:
            if not isinstance(profile["role_arn"], str):
                return []  # nested settings: the CLI reports them
            if switch == "off":
                return names if len(names) == 1 and "mfa_serial" in profile else []
            name = profile.get("source_profile", "")
        elif switch == "on" or (switch != "off" and source and isinstance(source, str)):
            return [] if _OTHER_WAYS.intersection(profile) else names
        else:
            return []
    return []


def _protect(name: str) -> None:
    """Call a function of ``host.loading``; if it can't be imported, ``aws mfa`` reports that."""
    try:
        from awscli_mfa_plugin.host import loading

        getattr(loading, name)()
    except Exception:  # noqa: BLE001, S110 - no other command may break
        pass


class LazyCommand:
    """``aws mfa`` in the CLI's command table; imports the real command when it is used."""

    name = "mfa"

    def __init__(self, session: Any, process_of: Callable[[Any], Any]) -> None:
        self._session = session
        self._process_of = process_of
        self._command: Any = None
        self.lineage: list[Any] = [self]

    def __call__(self, args: list[str], parsed_globals: Any) -> Any:
        """Run ``aws mfa``; return its exit code."""
        # An alias has another name, so the hooks have done nothing for it yet.
        _protect("stop_history")
        if getattr(parsed_globals, "debug", False):
            _protect("redact_logs")
        try:
            command = self._loaded()
        except Exception as error:  # noqa: BLE001 - reported only here
            return _say_broken(error)
        return command(args, parsed_globals)

    @property
    def lineage_names(self) -> list[str]:
        """Return the names on the way to this command."""
        return [command.name for command in self.lineage]

    def _loaded(self) -> Any:
        if self._command is None:
            from awscli_mfa_plugin.host.loading import load_command

            self._command = load_command(self._session, self._process_of)
        return self._command

    def __getattr__(self, name: str) -> Any:
        """Return an attribute of the real command."""
        if name.startswith("__") or name == "_UNDOCUMENTED":
            raise AttributeError(name)
        try:
            return getattr(self._loaded(), name)
        except Exception as error:
            raise AttributeError(name) from error


def _say_broken(error: Exception) -> int:
    import sys

    sys.stderr.write(
        f"awscli-mfa-plugin can't start: {type(error).__name__}: {error}\n"
        "Install it again:  awscli-mfa install\nOther aws commands work as before.\n"
    )
    return 255


def _legacy_plugin_path() -> Any:
    """Return ``cli_legacy_plugin_path`` of the ``[plugins]`` that AWS CLI v1 is loading, or ""."""
    import sys

    # An argument of a calling function (awscli/plugin.py): to read the file again takes longer.
    version = getattr(sys.modules.get("awscli"), "__version__", "")
    frame = sys._getframe() if version.startswith("1.") else None  # noqa: SLF001
    while frame:
        if frame.f_globals.get("__name__") == "awscli.plugin":
            for value in frame.f_locals.values():
                if isinstance(value, dict) and "cli_legacy_plugin_path" in value:
                    return value["cli_legacy_plugin_path"]
        frame = frame.f_back
    return ""


def _on_import() -> None:
    """Do what can't wait for ``awscli_initialize``."""
    import os
    import sys

    # An upgrade may change the symlink to this version while the command runs.
    __path__[:] = [os.path.realpath(folder) for folder in __path__]
    folder = _legacy_plugin_path()
    if isinstance(folder, str) and os.path.isabs(folder):
        # v1 imports each value, so one config file for v1 and v2 needs a module of that name.
        module: Any = type(sys)(folder)
        module.awscli_initialize = lambda event_handlers: None  # noqa: ARG005
        sys.modules[folder] = module


try:  # noqa: SIM105 - contextlib may be an import
    _on_import()
except Exception:  # noqa: BLE001, S110 - loading must not be able to fail
    pass
