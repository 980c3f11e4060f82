"""``aws mfa doctor``: checks the installation, the files, the profiles and the way to AWS."""

from __future__ import annotations

from typing import Any, ClassVar

from awscli_mfa_plugin.commands.base import MfaSubcommand
from awscli_mfa_plugin.core.diagnosis.aws import check_aws
from awscli_mfa_plugin.core.diagnosis.checkup import NOT_CALLED, local_findings, mended
from awscli_mfa_plugin.core.diagnosis.findings import as_data, as_text, exit_code
from awscli_mfa_plugin.core.diagnosis.profiles import profiles_of
from awscli_mfa_plugin.errors import UsageError


class DoctorCommand(MfaSubcommand):
    """The subcommand ``doctor``."""

    NAME = "doctor"
    DESCRIPTION = (
        "Checks one by one what can keep a session from working: each AWS CLI and how it loads "
        "the plugin, the plugin's folder, files and their modes, aliases, the environment, the "
        "profiles, and by calls STS, the clock and the MFA serials. Each line says what was "
        "seen, the line below it what to do.\n\n"
        "Nothing is changed without ``--fix``, and no token code is asked for. Each CLI that is "
        "found is started once, with ``aws mfa status``. Where ``aws`` itself doesn't start, "
        "``awscli-mfa doctor`` makes the same checks without the calls.\n\n"
        "Exits with 0 if all is well or there are notes only, with 1 if the worst finding is a "
        "warning, with 253 if it is an error."
    )
    EXAMPLES = (
        "Check everything::\n\n    $ aws mfa doctor\n\n"
        "Look at one profile, without any call::\n\n"
        "    $ aws mfa doctor --offline --profile mfa\n\n"
        "Show what can be mended, and ask before each change::\n\n    $ aws mfa doctor --fix\n\n"
        "List the errors for a script::\n\n"
        "    $ aws mfa doctor --output json --query \"Findings[?State=='error']\"\n"
    )
    ARG_TABLE: ClassVar[list[dict[str, Any]]] = [
        {
            "name": "offline",
            "action": "store_true",
            "help_text": "Call neither STS nor IAM.",
        },
        {
            "name": "fix",
            "action": "store_true",
            "help_text": (
                "Mend what can be: modes that are too wide, the order of [plugins], temporary "
                "files that were left over. Each change is shown, and made after a yes."
            ),
        },
        {
            "name": "yes",
            "action": "store_true",
            "help_text": "Make the changes of ``--fix`` without asking.",
        },
    ]

    def run(self, parsed_args: Any, parsed_globals: Any) -> int:
        """Check, mend if that is wanted, show; tell the worst by the exit code."""
        if parsed_args.yes and not parsed_args.fix:
            raise UsageError("--yes goes with --fix.")
        only = parsed_globals.profile
        ports = self.world.ports(parsed_globals)
        examination = self.world.examination(parsed_globals)
        machine = examination.machine()
        findings = local_findings(machine, only)
        if parsed_args.fix and mended(
            findings,
            show=examination.shown_change,
            make=examination.make_change,
            terminal=ports.terminal,
            notes=self.world.note,
            is_agreed=parsed_args.yes,
        ):
            machine = examination.machine()
            findings = local_findings(machine, only)
        if parsed_args.offline:
            findings.append(NOT_CALLED)
        else:
            profiles, date_of = profiles_of(machine), examination.date_of_sts
            findings += check_aws(profiles, only, parsed_globals.region, date_of, ports)
        self.show(parsed_globals, as_data(findings), as_text(findings))
        return exit_code(findings)
