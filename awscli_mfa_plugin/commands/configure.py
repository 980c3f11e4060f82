"""``aws mfa configure``: sets up MFA profiles by questions, a manifest, or another tool's setup."""

from __future__ import annotations

import shlex

from awscli_mfa_plugin.declaration import FILES, PROFILES, Arguments, Command, Option, Result
from awscli_mfa_plugin.errors import CancelledError, UsageError
from awscli_mfa_plugin.text import quoted_list, sanitize, unified

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from awscli_mfa_plugin.commands.context import Context
    from awscli_mfa_plugin.session.ports import Ports
    from awscli_mfa_plugin.setup.plan import ProfileChange

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


_EXCLUSIVE = {
    "export": ({"from", "dry_run"}, "--from or --dry-run", " > FILE"),
    "import": ({"from", "export"}, "--from or --export", ""),
    "for_programs": ({"from", "import", "export"}, "--from, --import or --export", " NAME"),
}


def run(arguments: Arguments, context: Context) -> Result:
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
        return _add_for_programs(arguments, context, ports)
    if arguments["from"] is not None:
        return _merge(arguments, context, ports)
    return _ask(arguments, context, ports)


def _check(arguments: Arguments) -> None:
    """Raise UsageError for options that don't go together."""
    given = {name for name, value in arguments.items() if value not in {None, False}}
    for option, (others, listed, example) in _EXCLUSIVE.items():
        if option in given and given & others:
            name = option.replace("_", "-")
            raise UsageError(
                f"--{name} can't be combined with {listed}.", f"aws mfa configure --{name}{example}"
            )
    if "source_profile" in given and "import" not in given:
        raise UsageError("--source-profile needs --import.", "aws mfa configure --import")
    needing = {"allow_commands"} if "for_programs" in given else {"allow_commands", "yes"}
    if given & needing and not given & {"from", "import"}:
        raise UsageError(
            "--allow-commands and --yes need --from or --import.",
            "aws mfa configure --from FILE --yes",
        )


def _merge(arguments: Arguments, context: Context, ports: Ports) -> Result:
    """Merge a manifest into the config file."""
    from awscli_mfa_plugin.setup import plan, questions
    from awscli_mfa_plugin.setup.machine import read_setup_manifest

    manifest = read_setup_manifest(arguments["from"])
    changes = plan.changes_by(manifest, ports.files, ports.clock.now())
    if arguments["dry_run"]:
        return preview(changes, ports)
    changes = questions.accepted_changes(
        changes, manifest.file, ports.terminal, allow_commands=arguments["allow_commands"]
    )
    if changes and not arguments["yes"]:
        questions.confirm(changes, diff_of(changes, ports), ports.terminal)
    ports.files.update_config(lambda document: plan.merged(document, changes))
    for name in plan.missing_sources(manifest, ports.files):
        ports.notes(
            f"Source profile {sanitize(name)} doesn't exist yet. Store its keys:  aws configure "
            f"--profile {sanitize(shlex.quote(name))}"
        )
    is_shown = not (arguments["yes"] or ports.terminal.unavailable_reason())
    return Result(data_of(changes, ports), saved(changes, context, is_shown=is_shown))


def _add_for_programs(arguments: Arguments, context: Context, ports: Ports) -> Result:
    """Add a profile from which any program gets the session."""
    import os

    from awscli_mfa_plugin.setup import plan, questions
    from awscli_mfa_plugin.setup.machine import our_script

    name, script = arguments["for_programs"], our_script(context.environment)
    change = plan.change_for_programs(
        ports.files.profile(name),
        ports.files.profile(context.session_profile),
        script,
        on_windows=os.name == "nt",
    )
    changes = [change] if change.settings else []
    if arguments["dry_run"]:
        return preview(changes, ports)
    if changes and not arguments["yes"]:
        questions.confirm(changes, diff_of(changes, ports), ports.terminal)
    ports.files.update_config(lambda document: plan.merged(document, changes))
    if not os.path.isabs(script):
        ports.notes(f"{script} isn't on your PATH. Programs need it to use this profile.")
    path, shown = context.short_path(context.process.config_path), sanitize(shlex.quote(name))
    return Result(
        data_of(changes, ports),
        f"Saved to {path}: {shown}.\nTry it:  aws sts get-caller-identity --profile {shown}",
    )


def _ask(arguments: Arguments, context: Context, ports: Ports) -> Result:
    """Ask for an MFA profile's settings, write them, and offer the first login."""
    from awscli_mfa_plugin.commands.login import log_in
    from awscli_mfa_plugin.session.plan import LoginRequest
    from awscli_mfa_plugin.session.token_codes import agrees
    from awscli_mfa_plugin.setup.plan import merged
    from awscli_mfa_plugin.setup.wizard import ask_setup, confirm_setup

    change = ask_setup(context.session_profile, context.options.region, ports)
    if arguments["dry_run"]:
        return preview([change], ports)
    path = context.short_path(context.process.config_path)
    if confirm_setup(change, path, ports):
        ports.files.update_config(lambda document: merged(document, [change]))
        ports.terminal.tell("Saved.\n\n")
    later = f"aws mfa login --profile {sanitize(shlex.quote(change.profile))}"
    try:
        if agrees(ports.terminal, "Log in now? [Y/n] ", enter=True):
            # A session made with other settings is replaced.
            request = LoginRequest(change.profile, force=change.needs_new_session)
            return log_in(request, context)
    except CancelledError:
        saved_settings = f"The settings of {sanitize(change.profile)} are saved."
        raise CancelledError(f"Cancelled. {saved_settings} Log in later:  {later}") from None
    return Result(data_of([change], ports), f"Log in later:  {later}")


def diff_of(changes: Sequence[ProfileChange], ports: Ports) -> str:
    """Return the change of the config file as a diff."""
    from awscli_mfa_plugin.setup.plan import merged

    before = ports.files.config_document()
    old, new = before.render(), merged(before, changes).render()
    return unified(ports.files.config_path, old or None, new or None)


def data_of(changes: Sequence[ProfileChange], ports: Ports) -> dict[str, Any]:
    """Return the changes as a command's result has them."""
    profiles = [
        {"Profile": change.profile, "Settings": dict(change.settings)} for change in changes
    ]
    return {"File": ports.files.config_path, "Profiles": profiles}


def preview(changes: Sequence[ProfileChange], ports: Ports, **found: Any) -> Result:
    """Return the result of ``--dry-run``: the diff, and what else was ``found``."""
    diff = diff_of(changes, ports)
    data = {**data_of(changes, ports), **found, "Diff": diff}
    return Result(data, diff.rstrip("\n") or "Nothing would change.")


def saved(changes: Sequence[ProfileChange], context: Context, *, is_shown: bool) -> str:
    """Return what is reported of the changes that were made; ``is_shown`` if a diff was shown."""
    from awscli_mfa_plugin.setup.plan import lines_of

    path = context.short_path(context.process.config_path)
    if not changes:
        return f"Nothing to change in {path}."
    if is_shown:
        return f"Saved to {path}: {quoted_list(each.profile for each in changes)}."
    lines = (line for change in changes for line in lines_of(change))
    return "\n".join([f"Saved to {path}:", *lines])
