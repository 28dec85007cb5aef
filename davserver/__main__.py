"""``python -m davserver`` is the ``photocloud`` command."""

from __future__ import annotations

import sys

from davserver.cli import main

if __name__ == "__main__":
    sys.exit(main())
