"""``aws mfa doctor``: checks the installation, files, profiles and the connection to AWS."""

from __future__ import annotations

from awscli_mfa_plugin.declaration import Arguments, Command, Option, Result
from awscli_mfa_plugin.errors import UsageError

TYPE_CHECKING = False  # typing's own constant would cost an import
if TYPE_CHECKING:
    from collections.abc import Iterable

    from awscli_mfa_plugin.commands.context import Context
    from awscli_mfa_plugin.doctor.findings import Finding, Observations
    from awscli_mfa_plugin.session.access_keys import AccessKey
    from awscli_mfa_plugin.session.records import Keys

COMMAND = Command(
    "doctor",
    "Finds out why a session doesn't work. It checks each AWS CLI on this machine and how it "
    "loads the plugin, files and their permissions, aliases, environment variables, profiles, "
    "and, by calling AWS, STS, the clock, your MFA devices and how old your keys are.\n\n"
    "Nothing is changed without ``--fix``, and no MFA code is asked for. Each CLI is started "
    "once, with ``aws mfa status``. If ``aws`` itself doesn't start, use ``awscli-mfa doctor``, "
    "which makes no calls.\n\n"
    "The exit code is 0 if all is well, 1 if there are warnings, 253 if there are errors.",
    examples="Check everything::\n\n    $ aws mfa doctor\n\n"
    "Check one profile without calling AWS::\n\n"
    "    $ aws mfa doctor --offline --profile mfa\n\n"
    "Fix what can be fixed, asking before each change::\n\n    $ aws mfa doctor --fix\n\n"
    "List the errors for a script::\n\n"
    "    $ aws mfa doctor --output json --query \"Findings[?State=='error']\"\n",
    options=(
        Option("offline", "Don't call AWS."),
        Option(
            "fix",
            "Fix file permissions, the order of [plugins] and leftover temporary files. Each "
            "change is shown, and made if you agree.",
        ),
        Option("verbose", "Show the checks that passed too, with details."),
        Option("yes", "Make the changes of ``--fix`` without asking."),
    ),
)


def run(arguments: Arguments, context: Context) -> Result:
    """Check, and fix with ``--fix``; the exit code is that of the worst finding."""
    from awscli_mfa_plugin.doctor import checkup
    from awscli_mfa_plugin.doctor.findings import as_data, as_text, exit_code
    from awscli_mfa_plugin.doctor.wiring import checked_versions
    from awscli_mfa_plugin.files.paths import home_folder
    from awscli_mfa_plugin.files.state import CheckedClis

    if arguments["yes"] and not arguments["fix"]:
        raise UsageError("--yes needs --fix.", "aws mfa doctor --fix --yes")
    only = context.options.profile
    machine = context.machine()
    findings = checkup.local_findings(machine, only)
    if arguments["fix"] and checkup.apply_fixes(
        findings,
        show=lambda fix: checkup.shown_change(fix, context.home),
        make=lambda fix: checkup.make_change(fix, context.locks),
        terminal=context.terminal,
        notes=context.note,
        is_agreed=arguments["yes"],
    ):
        machine = context.machine()
        findings = checkup.local_findings(machine, only)
    findings += [checkup.NOT_CALLED] if arguments["offline"] else _called(machine, context)
    CheckedClis(context.state).remember(checked_versions(machine.clis))
    home = home_folder(context.environment)
    text = as_text(findings, home, context.screen, is_verbose=arguments["verbose"])
    return Result(as_data(findings), text, exit_code(findings))


def _called(machine: Observations, context: Context) -> Iterable[Finding]:
    """Return what calls of AWS find."""
    from awscli_mfa_plugin.doctor.aws import check_aws, check_keys
    from awscli_mfa_plugin.doctor.findings import ERROR

    def keys_of(keys: Keys, where: str) -> tuple[AccessKey, ...]:
        return context.user_keys(keys, where).list()

    profiles, ports = machine.profiles(), context.ports
    only, region = context.options.profile, context.options.region
    found = [*check_aws(profiles, only, region, context.date_of_sts, ports)]
    if found[0].state != ERROR:  # AWS is there
        found += check_keys(profiles, only, region, keys_of, ports)
    return found
