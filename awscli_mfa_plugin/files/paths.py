"""Says where the user's files lie, for a process that has no AWS CLI to ask."""

from __future__ import annotations

import os
import sys

from awscli_mfa_plugin.session import OUR_NAME

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from collections.abc import Mapping


def home_folder(environment: Mapping[str, str]) -> str:
    """Return the user's home."""
    name = "USERPROFILE" if os.name == "nt" else "HOME"
    return os.path.abspath(environment.get(name) or os.path.expanduser("~"))


def config_path(environment: Mapping[str, str]) -> str:
    """Return the path of the config file as the AWS CLI has it."""
    return _shared_path(environment, "AWS_CONFIG_FILE", "config")


def credentials_path(environment: Mapping[str, str]) -> str:
    """Return the path of the credentials file as the AWS CLI has it."""
    return _shared_path(environment, "AWS_SHARED_CREDENTIALS_FILE", "credentials")


def _shared_path(environment: Mapping[str, str], variable: str, name: str) -> str:
    path = os.path.expandvars(environment.get(variable) or os.path.join("~", ".aws", name))
    start, divider, rest = path.partition("/")
    if start == "~":
        path = home_folder(environment) + divider + rest
    return os.path.abspath(os.path.expanduser(path))


def aws_folder(home: str = "~") -> str:
    """Return the folder of the AWS CLI and the SDKs."""
    return os.path.join(os.path.expanduser(home), ".aws")


def cli_folder(home: str = "~") -> str:
    """Return the folder in which the AWS CLI keeps aliases and caches, and we our state."""
    return os.path.join(aws_folder(home), "cli")


def cache_folder(home: str = "~") -> str:
    """Return the CLI's credential cache, which also has our sessions beside long-lived keys."""
    return os.path.join(cli_folder(home), "cache")


def session_cache_name(credentials_path: str, profile: str) -> str:
    """Return the file in the cache folder that has the session of a profile with its own keys."""
    text = f"{credentials_path}\n{profile}"
    return f"{OUR_NAME}-{sha256(text.encode('utf-8', 'surrogatepass'))[:32]}.json"


def sha256(content: bytes) -> str:
    """Return the digest: ``hashlib`` would load OpenSSL, which takes longer than the rest."""
    try:
        module = __import__("_sha2" if sys.version_info >= (3, 12) else "_sha256")
    except ImportError:
        module = __import__("hashlib")
    return str(module.sha256(content).hexdigest())


def names_in(folder: str) -> list[str]:
    """Return the names in a folder, sorted; none if it can't be read."""
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def encoding_of(content: bytes) -> str:
    """Return the encoding in which the AWS CLI reads a shared file."""
    if os.name != "nt":
        return "utf-8"
    import locale

    system = locale.getpreferredencoding(do_setlocale=False)
    return encoding_on_windows(content, system, in_cli="botocore" in sys.modules)


def encoding_on_windows(content: bytes, system: str, *, in_cli: bool) -> str:
    """Return the encoding of a file there; botocore opens it in that of its own process.

    ``system`` is that: v1's is the ANSI code page. Outside of a CLI what is UTF-8 is taken for it.
    Where an encoding would lose a byte, so that a change would too, it is UTF-8.
    """
    try:
        content.decode("utf-8")
        is_utf8 = True
    except UnicodeDecodeError:
        is_utf8 = False
    if content.startswith(b"\xef\xbb\xbf") or (is_utf8 and not in_cli):
        return "utf-8"
    same = content.decode(system, "surrogateescape").encode(system, "surrogateescape")
    return system if same == content else "utf-8"


def encoding_at(path: str) -> str:
    """Return the encoding of the shared file at ``path``; raise OSError."""
    if os.name != "nt":
        return "utf-8"
    with open(path, "rb") as file:
        return encoding_of(file.read())


def alias_path(home: str = "~") -> str:
    """Return the CLI's alias file; no setting names another place (awscli's ``alias.py``)."""
    return os.path.join(cli_folder(home), "alias")


def state_path(home: str = "~") -> str:
    """Return the folder in which the plugin keeps what isn't the user's: locks, used codes."""
    return os.path.join(cli_folder(home), "awscli-mfa")
