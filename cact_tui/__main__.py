"""`python -m cact_tui` is `cact`."""

import sys

from cact_tui.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
