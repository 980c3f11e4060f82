"""``python -m awscli_mfa_plugin``: the console script where it isn't on the PATH."""

import sys

from awscli_mfa_plugin.console.main import main

if __name__ == "__main__":
    sys.exit(main())
