"""``aws mfa configure``: sets up MFA profiles by questions, a manifest, or another tool's setup."""

from __future__ import annotations

import shlex

from awscli_mfa_plugin.declaration import FILES, PROFILES, Command, Option, Result
from awscli_mfa_plugin.errors import CancelledError, UsageError
from awscli_mfa_plugin.text import quoted_list, sanitize

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from awscli_mfa_plugin.commands.context import Context
    from awscli_mfa_plugin.session.ports import Ports
    from awscli_mfa_plugin.setup.plan import ProfileChange

UNCHANGED = "Nothing would change."

COMMAND = Command(
    "configure",
    "Asks a few questions to set up an MFA profile: its name, the profile with the "
    "long-lived keys, the MFA device, how long a session lasts, where codes come from, and "
    "the region. It shows the change, writes it to the config file if you agree, and offers "
    "to log in. The defaults are the profile's present settings.\n\n"
    "``--from`` reads the settings from a manifest instead: a YAML file without secrets that "
    "a team keeps in its repository, with its MFA profiles and roles. Everything else in "
    "your config file stays. ``--export`` prints your present setup as a manifest.\n\n"
    "``--import`` finds the setups of other MFA tools (aws-mfa, awsume, awsmfa, "
    "awscli-mfa.sh, awscli-bastion, ``aws configure mfa-login``, aws-vault, granted) and adds "
    "an MFA profile for each. Their own profiles stay as they are, and they keep working.",
    examples="Set up profile ``mfa``::\n\n    $ aws mfa configure\n\n"
    "See what a team's manifest would change, then apply it::\n\n"
    "    $ aws mfa configure --from mfa.yaml --dry-run\n"
    "    $ aws mfa configure --from mfa.yaml\n\n"
    "Save your present setup as a manifest::\n\n"
    "    $ aws mfa configure --export > mfa.yaml\n\n"
    "Come from another MFA tool::\n\n    $ aws mfa configure --import\n",
    options=(
        Option("from", "The manifest, a YAML file; ``-`` reads stdin.", FILES),
        Option("dry-run", "Show the change as a diff. Nothing is written."),
        Option(
            "allow-commands",
            "Accept every command of the manifest, or of the other tools. Without this, "
            "each is shown and you are asked.",
        ),
        Option(
            "yes",
            "Write without asking, even if a manifest's settings replace yours. "
            "Commands still need ``--allow-commands``.",
        ),
        Option("export", "Print your present setup as a manifest."),
        Option("import", "Add an MFA profile for each setup of another MFA tool."),
        Option(
            "source-profile",
            "Import only the setup whose long-lived keys are in this profile.",
            PROFILES,
        ),
        Option(
            "for-programs",
            "Add a profile of this name, from which any program gets the session of the MFA "
            "profile (``credential_process``), and which renews it.",
            PROFILES,
        ),
    ),
)


def run(arguments: Mapping[str, Any], context: Context) -> Result:
    """Do what the options say."""
    from dataclasses import replace

    _check(arguments)
    ports = replace(context.ports, terminal=context.asking_terminal)
    if arguments["export"]:
        from awscli_mfa_plugin.setup.export import exported, manifest_text

        return Result(exact=manifest_text(exported(ports.files, ports.notes)))
    if arguments["import"]:
        from awscli_mfa_plugin.commands.importing import import_setups

        return import_setups(arguments, context, ports)
    if arguments["for_programs"] is not None:
        from awscli_mfa_plugin.commands.for_programs import add_profile

        return add_profile(arguments, context, ports)
    if arguments["from"] is not None:
        return _merge(arguments, context, ports)
    return _ask(arguments, context, ports)


def _check(arguments: Mapping[str, Any]) -> None:
    """Raise UsageError for options that don't go together."""
    path = arguments["from"]
    if arguments["export"] and (path is not None or arguments["dry_run"]):
        raise UsageError(
            "--export can't be combined with --from or --dry-run.",
            "aws mfa configure --export > FILE",
        )
    if arguments["import"] and (path is not None or arguments["export"]):
        raise UsageError(
            "--import can't be combined with --from or --export.", "aws mfa configure --import"
        )
    if arguments["source_profile"] is not None and not arguments["import"]:
        raise UsageError("--source-profile needs --import.", "aws mfa configure --import")
    for_programs = arguments["for_programs"] is not None
    if for_programs and (path is not None or arguments["import"] or arguments["export"]):
        raise UsageError(
            "--for-programs can't be combined with --from, --import or --export.",
            "aws mfa configure --for-programs NAME",
        )
    is_asked = path is None and not arguments["import"]
    if is_asked and (arguments["allow_commands"] or (arguments["yes"] and not for_programs)):
        raise UsageError(
            "--allow-commands and --yes need --from or --import.",
            "aws mfa configure --from FILE --yes",
        )


def _merge(arguments: Mapping[str, Any], context: Context, ports: Ports) -> Result:
    """Merge a manifest into the config file."""
    from awscli_mfa_plugin.setup import plan

    manifest = context.setup_manifest(arguments["from"])
    changes = plan.changes_by(manifest, ports.files, ports.clock.now())
    if arguments["dry_run"]:
        diff = diff_of(changes, ports)
        text = diff.rstrip("\n") or UNCHANGED
        return Result({**data_of(changes, ports), "Diff": diff}, text)
    changes = plan.accepted_commands(
        changes, manifest.file, ports.terminal, allow_commands=arguments["allow_commands"]
    )
    if changes and not arguments["yes"]:
        plan.confirm(changes, diff_of(changes, ports), ports.terminal)
    ports.files.update_config(lambda document: plan.merged(document, changes))
    for name in plan.missing_sources(manifest, ports.files):
        ports.notes(
            f"Source profile {sanitize(name)} doesn't exist yet. Store its keys:  aws configure "
            f"--profile {sanitize(shlex.quote(name))}"
        )
    is_shown = not (arguments["yes"] or ports.terminal.unavailable_reason())
    return Result(data_of(changes, ports), _text(changes, context, is_shown=is_shown))


def _ask(arguments: Mapping[str, Any], context: Context, ports: Ports) -> Result:
    """Ask for an MFA profile's settings, write them, and offer the first login."""
    from awscli_mfa_plugin.commands.login import log_in
    from awscli_mfa_plugin.session.plan import LoginRequest
    from awscli_mfa_plugin.setup.plan import merged
    from awscli_mfa_plugin.setup.wizard import ask_setup, confirm_setup, wants_login

    change = ask_setup(context.session_profile, context.options.region, ports)
    if arguments["dry_run"]:
        diff = diff_of([change], ports)
        return Result(data_of([change], ports), diff.rstrip("\n") or UNCHANGED)
    path = context.short_path(context.process.config_path)
    if confirm_setup(change, path, ports):
        ports.files.update_config(lambda document: merged(document, [change]))
        ports.terminal.tell("Saved.\n\n")
    later = f"aws mfa login --profile {sanitize(shlex.quote(change.profile))}"
    try:
        if wants_login(ports):
            # A session made with other settings is replaced.
            request = LoginRequest(change.profile, force=change.needs_new_session)
            return log_in(request, context)
    except CancelledError:
        name = sanitize(change.profile)
        raise CancelledError(
            f"Cancelled. The settings of {name} are saved. Log in later:  {later}"
        ) from None
    return Result(data_of([change], ports), f"Log in later:  {later}")


def diff_of(changes: Sequence[ProfileChange], ports: Ports) -> str:
    """Return the change of the config file as a diff."""
    from awscli_mfa_plugin.setup.plan import merged
    from awscli_mfa_plugin.text import unified

    before = ports.files.config_document()
    old, new = before.render(), merged(before, changes).render()
    return unified(ports.files.config_path, old or None, new or None)


def data_of(changes: Sequence[ProfileChange], ports: Ports) -> dict[str, Any]:
    """Return the changes as a command's result has them."""
    profiles = [
        {"Profile": change.profile, "Settings": dict(change.settings)} for change in changes
    ]
    return {"File": ports.files.config_path, "Profiles": profiles}


def _text(changes: Sequence[ProfileChange], context: Context, *, is_shown: bool) -> str:
    from awscli_mfa_plugin.setup.plan import lines_of

    path = context.short_path(context.process.config_path)
    if not changes:
        return f"Nothing to change in {path}."
    if is_shown:
        return f"Saved to {path}: {quoted_list(each.profile for each in changes)}."
    lines = (line for change in changes for line in lines_of(change))
    return "\n".join([f"Saved to {path}:", *lines])
