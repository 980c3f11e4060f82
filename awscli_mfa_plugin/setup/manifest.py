"""Reads a setup manifest from YAML nodes; each error gives line and column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.files import yaml_reader
from awscli_mfa_plugin.session.records import SESSION_OPTION, SOURCE_OPTION
from awscli_mfa_plugin.session.sections import check_profile_name
from awscli_mfa_plugin.setup.settings import (
    COMMAND,
    ROLE,
    ROLE_SETTINGS,
    SECRET_KEYS,
    SESSION_SETTINGS,
    kind_of,
    secret_found,
    secret_in,
    settings_of,
    unfit,
)
from awscli_mfa_plugin.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Mapping

    from awscli_mfa_plugin.files.yaml_reader import Node

KIND = "manifest"
"""What error messages call the file."""

VERSION = "1"
MOST_PROFILES = 500

_UNTRUSTED = (
    "endpoint",
    "services",
    "ca_bundle",
    "proxy",
    "credential_",
    "plugin",
    "web_identity",
    "sso_",
    "login_",
    "cli_",
    "verify",
)
"""How settings begin, or what they hold, that decide where keys go or what code runs."""


@dataclass(frozen=True)
class ManifestProfile:
    """A profile as a manifest describes it, with the nodes of its name and of its settings."""

    name: str
    kind: str
    settings: Mapping[str, str]
    key: Node
    nodes: Mapping[str, Node]


@dataclass(frozen=True)
class SetupManifest:
    """All profiles of a manifest; ``file`` is what messages call it."""

    file: str
    profiles: tuple[ManifestProfile, ...]


def unreadable(file: str, at: Node, why: str) -> ConfigurationError:
    """Return the error for a place in a manifest."""
    return yaml_reader.yaml_error(file, at.line, at.column, why, KIND)


def manifest_of(root: Node, file: str) -> SetupManifest:
    """Return the manifest in a YAML file; raise ConfigurationError with its place."""
    return _Reader(file).manifest(root)


class _Reader:
    """Turns nodes into profiles; ``file`` is what messages call the file."""

    def __init__(self, file: str) -> None:
        self.file = file

    def manifest(self, root: Node) -> SetupManifest:
        """Return the whole manifest."""
        fields = self.fields(root, "'version' and 'profiles'")
        for key, (name, _) in fields.items():
            if key not in {"version", "profiles"}:
                raise self.error(name, f"unknown key '{sanitize(key, 40)}'")
        for key in ("version", "profiles"):
            if key not in fields:
                raise self.error(root, f"'{key}' is missing")
        if fields["version"][1].text != VERSION:
            raise self.error(fields["version"][1], f"version must be {VERSION}")
        profiles = self.fields(fields["profiles"][1], "profiles by their names")
        if len(profiles) > MOST_PROFILES:
            raise self.error(fields["profiles"][1], f"more than {MOST_PROFILES} profiles")
        found = tuple(self.profile(name, *nodes) for name, nodes in profiles.items())
        self.check_circles(found)
        return SetupManifest(self.file, found)

    def fields(self, node: Node, what: str) -> dict[str, tuple[Node, Node]]:
        """Return a mapping's key and value nodes by the key's text."""
        if node.pairs is None:
            raise self.error(node, f"expected {what}")
        fields: dict[str, tuple[Node, Node]] = {}
        for key, value in node.pairs:
            name = self.text(key, "a name")
            if name in fields:
                first = fields[name][0].line
                raise self.error(key, f"'{sanitize(name, 40)}' is already on line {first}")
            fields[name] = (key, value)
        return fields

    def text(self, node: Node, what: str, *, is_command: bool = False) -> str:
        """Return a node's text, in which no secret is."""
        if node.text is None:
            raise self.error(node, f"expected {what}, not a list or a mapping")
        found = secret_in(node.text, is_command=is_command)
        if found:
            raise secret_found(self.file, node.line, node.column, found[0])
        return node.text

    def profile(self, name: str, key: Node, node: Node) -> ManifestProfile:
        """Return one profile."""
        try:
            check_profile_name(name)
        except ConfigurationError as error:
            raise self.error(key, error.clause) from None
        fields = self.fields(node, "settings of the profile")
        self.check_known(fields)
        kind = kind_of(fields)
        shown = f"profile {sanitize(name)}"
        if not kind:
            needed = f"{SOURCE_OPTION}, {SESSION_OPTION}: on, or role_arn"
            raise self.error(key, f"{shown} needs {needed}")
        if kind == ROLE and "source_profile" not in fields:
            raise self.error(key, f"{shown} has role_arn but no source_profile")
        settings = {
            setting: self.setting(kind, setting, *nodes) for setting, nodes in fields.items()
        }
        if settings.get(SOURCE_OPTION) == name:
            why = f"{shown} has no long-lived keys to make its own session from"
            raise self.error(fields[SOURCE_OPTION][1], why)
        nodes = {setting: value for setting, (_, value) in fields.items()}
        return ManifestProfile(name, kind, settings, key, nodes)

    def check_known(self, fields: Mapping[str, tuple[Node, Node]]) -> None:
        """Refuse what no profile may set, and secrets by their keys."""
        for setting, (key, _) in fields.items():
            lower = setting.lower()
            if lower in SECRET_KEYS:
                raise secret_found(self.file, key.line, key.column, f"a secret ({lower})")
            if setting in SESSION_SETTINGS or setting in ROLE_SETTINGS:
                continue
            if any(part in lower for part in _UNTRUSTED):
                why = "decides where keys go or what code runs, so only you can set it"
                raise self.error(key, f"'{sanitize(setting, 40)}' {why}")
            raise self.error(key, f"'{sanitize(setting, 40)}' isn't a setting for a manifest")

    def setting(self, kind: str, setting: str, key: Node, node: Node) -> str:
        """Return a setting's value."""
        if setting not in settings_of(kind):
            why = f"{setting} isn't a setting of a {kind}"
            if setting == "source_profile":
                why += f"; a session profile's source is {SOURCE_OPTION}"
            raise self.error(key, why)
        value = self.text(node, "a value", is_command=setting == COMMAND)
        why = unfit(kind, setting, value)
        if why:
            raise self.error(node, sanitize(why))
        return value

    def check_circles(self, profiles: tuple[ManifestProfile, ...]) -> None:
        """Refuse roles that lead back to themselves: botocore would follow them in vain."""
        sources = {each.name: each.settings.get("source_profile", "") for each in profiles}
        for each in profiles:
            seen, name = {each.name}, sources[each.name]
            while name and name not in seen:
                seen.add(name)
                name = sources.get(name, "")
            if name:
                why = f"the source of {sanitize(each.name)} leads back to itself"
                raise self.error(each.nodes["source_profile"], why)

    def error(self, at: Node, why: str) -> ConfigurationError:
        return unreadable(self.file, at, why)
