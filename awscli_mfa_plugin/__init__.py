"""The entry: puts ``aws mfa`` into the AWS CLI, and imports nothing else.

Every ``aws`` command pays for this module and an error in it would end every ``aws``
command. So it imports only when ``aws mfa`` runs, and whatever breaks then is told there.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__version__ = "0.1.0"


_OTHER_WAYS = {"credential_process", "sso_session", "sso_start_url", "login_session"}


def awscli_initialize(event_handlers: Any) -> None:
    """Register the hooks; the AWS CLI calls this for every value of ``[plugins]``."""
    plugin = Plugin()
    event_handlers.register("building-command-table.main", plugin.add_command)
    event_handlers.register("top-level-args-parsed", _before_logging)
    _before_arguments()
    # Last, since the CLI's own handler of this event turns its history on.
    event_handlers.register_last("session-initialized", _before_history)
    event_handlers.register_last("session-initialized", plugin.keep_session_alive)


class Plugin:
    """What one loading of the plugin keeps from one event of the CLI to the next."""

    def __init__(self) -> None:
        """Begin without anything; ``command_table`` returns the CLI's while the CLI has it."""
        self.command_table: Callable[[], dict[str, Any]] = dict
        self._process: Any = None

    def add_command(self, command_table: dict[str, Any], session: Any, **_: Any) -> None:
        """Put ``aws mfa`` into the CLI's command table."""
        self.command_table = _kept_loosely(command_table)
        command_table["mfa"] = LazyCommand(session, self.process_of)

    def keep_session_alive(self, session: Any, parsed_args: Any, **_: Any) -> None:
        """Let a command on a managed profile use its session, and renew it when it is due."""
        try:
            names = managed_names(session)
            if names and parsed_args.command != "mfa":
                if getattr(parsed_args, "debug", False):
                    _quietly("redact_logs")
                from awscli_mfa_plugin.host.renewal_hooks import install

                install(session, parsed_args, self.process_of(session), names)
        except Exception as error:  # noqa: BLE001 - the command goes on as without the plugin
            _say_broken(error)

    def process_of(self, session: Any) -> Any:
        """Return this process as commands see it, made when it is first asked for.

        One for a renewal and for ``aws mfa`` behind an alias: it takes the token code out of the
        environment.
        """
        if self._process is None:
            from awscli_mfa_plugin.host.context import AwsProcess

            self._process = AwsProcess(session, self.command_table)
        return self._process


def _hand_on_a_code(arguments: list[str]) -> bool:
    """Tell whether arguments hold a token code that may be for ours, by an alias too.

    ``aws sts`` takes one itself; what is the CLI's own stays to the letter as it is. The CLI's
    parsers take an option's name by its beginning.
    """
    ours = "mfa" in arguments
    if ours and any(_looks_like_a_code(argument) for argument in arguments):
        return True  # without its option: a slip, but perhaps a good code
    return (ours or "sts" not in arguments) and any(
        word.startswith("--token-c") or (ours and "--token-code".startswith(word) and word[2:])
        for word in (argument.partition("=")[0] for argument in arguments)
    )


def _looks_like_a_code(word: str) -> bool:
    digits = word.replace(" ", "").replace("-", "")
    return len(digits) == 6 and digits.isdigit()  # noqa: PLR2004 - the digits of a code


def _before_arguments() -> None:
    """Keep a token code out of ``--debug``: v2 logs its arguments before any event."""
    import sys

    arguments = sys.argv[1:]
    if _hand_on_a_code(arguments) and any(word.startswith("--de") for word in arguments):
        _quietly("redact_logs")


def _before_logging(parsed_args: Any, **_: Any) -> None:
    """Keep secrets out of ``--debug``, where botocore logs AWS's answers."""
    if getattr(parsed_args, "debug", False) and getattr(parsed_args, "command", None) == "mfa":
        _quietly("redact_logs")


def _before_history(parsed_args: Any, **_: Any) -> None:
    """Keep ``aws mfa`` out of the CLI's history, which records arguments and answers."""
    import sys

    if getattr(parsed_args, "command", None) == "mfa" or _hand_on_a_code(sys.argv[1:]):
        _quietly("stop_history")


def managed_names(session: Any) -> list[str]:
    """Return the command's profile and its source profiles, to the one that is managed.

    Empty for every other profile: those behave to the letter as without the plugin. A role
    that ``mfa_session = off`` leaves to the CLI ends the list too, for our token sources.
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
        mark = profile.get("mfa_source_profile")
        if "role_arn" in profile:
            if not isinstance(profile["role_arn"], str):
                return []  # nested settings under it: the CLI has the words for that
            if switch == "off":
                return names if len(names) == 1 and "mfa_serial" in profile else []
            name = profile.get("source_profile", "")
        elif switch == "on" or (switch != "off" and mark and isinstance(mark, str)):
            return [] if _OTHER_WAYS.intersection(profile) else names
        else:
            return []
    return []


def _quietly(name: str) -> None:
    """Call a function of the secrecy module; if that is broken, ``aws mfa`` says so later."""
    try:
        from awscli_mfa_plugin.host import secrecy

        getattr(secrecy, name)()
    except Exception:  # noqa: BLE001, S110 - no other command may break
        pass


class LazyCommand:
    """``aws mfa`` in the CLI's command table: the real command is imported when it is asked."""

    name = "mfa"

    def __init__(self, session: Any, process_of: Callable[[Any], Any]) -> None:
        """Keep the CLI's session, and what returns its process as commands see it."""
        self._session = session
        self._process_of = process_of
        self._command: Any = None
        self.lineage: list[Any] = [self]

    def __call__(self, args: list[str], parsed_globals: Any) -> Any:
        """Run ``aws mfa``; return its exit code."""
        # An alias of ours came here by another name: what the hooks did for «mfa» is due now.
        _quietly("stop_history")
        if getattr(parsed_globals, "debug", False):
            _quietly("redact_logs")
        try:
            command = self._loaded()
        except Exception as error:  # noqa: BLE001 - told here alone
            return _say_broken(error)
        return command(args, parsed_globals)

    def create_help_command(self) -> Any:
        """Return the real command's help."""
        return self._loaded().create_help_command()

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
        """Answer for the real command, where the CLI asks more than a name of it."""
        if name.startswith("__") or name == "_UNDOCUMENTED":
            raise AttributeError(name)
        try:
            return getattr(self._loaded(), name)
        except Exception as error:
            raise AttributeError(name) from error


def _kept_loosely(command_table: dict[str, Any]) -> Callable[[], dict[str, Any]]:
    """Return what returns the table while the CLI has it.

    To hold it until Python's own end would make every command tidy up hundreds of commands
    there, which takes longer than all else that this module does.
    """
    from weakref import ref  # the CLI has imported it

    try:
        reference = ref(command_table)
    except TypeError:  # a plain dict
        return lambda: command_table
    return lambda: reference() or {}


def _say_broken(error: Exception) -> int:
    import sys

    sys.stderr.write(
        f"awscli-mfa-plugin can't start: {type(error).__name__}: {error}\n"
        "Install it again with its dependencies, for the Python or the folder that this aws "
        "loads it from; other aws commands work as before.\n"
    )
    return 255


class _FolderOfV2:
    """Lets v1 import the value of ``cli_legacy_plugin_path``, which it takes for a plugin.

    It answers for that one name and its dotted parts, after every other finder, with an empty
    package; so one config file serves v1 and v2. The name of no other module begins with a path.
    """

    def __init__(self, folder: str) -> None:
        parts = folder.split(".")
        self._names = {".".join(parts[:end]) for end in range(1, len(parts) + 1)}

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """Return the spec of an empty package (see importlib.abc.MetaPathFinder)."""
        del path, target
        if name not in self._names:
            return None
        from importlib.machinery import ModuleSpec

        return ModuleSpec(name, self, is_package=True)  # type: ignore[arg-type]

    @staticmethod
    def create_module(spec: Any) -> None:
        """Leave it to Python to make the module."""

    @staticmethod
    def exec_module(module: Any) -> None:
        """Give the module what the AWS CLI calls."""
        module.awscli_initialize = lambda event_handlers: None  # noqa: ARG005


def _loading_v1() -> Any:
    """Return the ``[plugins]`` that AWS CLI v1 is loading; None under v2, which takes its key out.

    v1 hands them down as an argument (awscli/plugin.py): to read the file anew takes longer, and
    it could be another one.
    """
    import sys

    version = getattr(sys.modules.get("awscli"), "__version__", "")
    frame = sys._getframe() if version.startswith("1.") else None  # noqa: SLF001
    while frame is not None:
        if frame.f_globals.get("__name__") == "awscli.plugin":
            for value in frame.f_locals.values():
                if isinstance(value, dict) and "cli_legacy_plugin_path" in value:
                    return value
        frame = frame.f_back
    return None


def _on_import() -> None:
    """Do what can't wait for :func:`awscli_initialize`."""
    import os
    import sys

    # An upgrade may turn the symlink to this version while the command runs.
    __path__[:] = [os.path.realpath(folder) for folder in __path__]
    plugins = _loading_v1()
    folder = plugins["cli_legacy_plugin_path"] if plugins else ""
    if isinstance(folder, str) and os.path.isabs(folder):
        sys.meta_path.append(_FolderOfV2(folder))


try:  # noqa: SIM105 - contextlib may be an import
    _on_import()
except Exception:  # noqa: BLE001, S110 - loading must not be able to fail
    pass
