"""``aws mfa doctor``: checks the installation, the files, the profiles and the way to AWS."""

from __future__ import annotations

from awscli_mfa_plugin.declaration import Command, Option, Result
from awscli_mfa_plugin.errors import UsageError

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from awscli_mfa_plugin.commands.context import Context
    from awscli_mfa_plugin.doctor.findings import Finding, Observations


COMMAND = Command(
    "doctor",
    (
        "Checks one by one what can keep a session from working: each AWS CLI and how it loads "
        "the plugin, the plugin's folder, files and their modes, aliases, the environment, the "
        "profiles, and by calls STS, the clock and the MFA serials. Each line says what was "
        "seen, the line below it what to do.\n\n"
        "Nothing is changed without ``--fix``, and no token code is asked for. Each CLI that is "
        "found is started once, with ``aws mfa status``. Where ``aws`` itself doesn't start, "
        "``awscli-mfa doctor`` makes the same checks without the calls.\n\n"
        "Exits with 0 if all is well or there are notes only, with 1 if the worst finding is a "
        "warning, with 253 if it is an error."
    ),
    (
        "Check everything::\n\n    $ aws mfa doctor\n\n"
        "Look at one profile, without any call::\n\n"
        "    $ aws mfa doctor --offline --profile mfa\n\n"
        "Show what can be mended, and ask before each change::\n\n    $ aws mfa doctor --fix\n\n"
        "List the errors for a script::\n\n"
        "    $ aws mfa doctor --output json --query \"Findings[?State=='error']\"\n"
    ),
    (
        Option("offline", "Call neither STS nor IAM."),
        Option(
            "fix",
            (
                "Mend what can be: modes that are too wide, the order of [plugins], temporary "
                "files that were left over. Each change is shown, and made after a yes."
            ),
        ),
        Option("verbose", "Show the checks that passed too, with details."),
        Option("yes", "Make the changes of ``--fix`` without asking."),
    ),
)


def run(arguments: Mapping[str, Any], context: Context) -> Result:
    """Check, mend if that is wanted; tell the worst by the exit code."""
    from awscli_mfa_plugin.doctor.checkup import NOT_CALLED, apply_fixes, local_findings
    from awscli_mfa_plugin.doctor.findings import as_data, as_text, exit_code
    from awscli_mfa_plugin.files.paths import home_folder

    if arguments["yes"] and not arguments["fix"]:
        raise UsageError("--yes goes with --fix.")
    only = context.options.profile
    machine = context.machine()
    findings = local_findings(machine, only)
    if arguments["fix"] and apply_fixes(
        findings,
        show=context.shown_change,
        make=context.make_change,
        terminal=context.terminal,
        notes=context.note,
        is_agreed=arguments["yes"],
    ):
        machine = context.machine()
        findings = local_findings(machine, only)
    findings += [NOT_CALLED] if arguments["offline"] else _called(machine, context)
    text = as_text(
        findings,
        home_folder(context.environment),
        context.screen.encoding,
        is_verbose=arguments["verbose"],
    )
    return Result(as_data(findings), text, exit_code(findings))


def _called(machine: Observations, context: Context) -> Iterable[Finding]:
    """Return what calls of AWS find."""
    from awscli_mfa_plugin.doctor.aws import check_aws

    only, region = context.options.profile, context.options.region
    return check_aws(machine.profiles(), only, region, context.date_of_sts, context.ports)
