"""Any command of a build, without limits, which are for people: for `bench`.

Run as a script from the folder of the build that is measured, which may be an older one:
`python served.py serve --port ...`.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

SERVED = Path(__file__)


def _main(given: list[str]) -> int:
    asked: Any = import_module("asked")  # beside this script, whichever build is run
    limits = asked.one_of("shared.entrypoints.web.limits", "shared.web.limits")
    limits.DEFAULT = "1000000000/minute"
    code: int = import_module("run").main(given)
    return code


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
