#!/usr/bin/env bash
# Quart 0.22.0 with Jinja2 3.1.6: of `jinja_options`, `enable_async` alone is set back to True.
#
# `jinja_options` is what an application hands to its Jinja environment, and every other option arrives.
# Where no template awaits anything, `enable_async=False` would spare asking of each name, filter and call whether it is
# to be awaited. The option is taken without a word and the environment is async all the same; what is compiled shows it.
# Seen on 2026-11-29; exits 1 when any of this changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check quart==0.22.0 jinja2==3.1.6
cd "$folder"
"$folder/env/bin/python" - <<'PYTHON'
from quart import Quart


class Bakery(Quart):
    jinja_options = {"enable_async": False, "trim_blocks": True, "variable_start_string": "[["}


environment = Bakery("bakery").jinja_env
source = environment.compile("[[ bread }}", raw=True)
arrived = (environment.trim_blocks, environment.variable_start_string, environment.is_async)
print("trim_blocks, variable_start_string, is_async:", *arrived)
assert arrived == (True, "[[", True), arrived
assert "async def root" in source
PYTHON
echo "One option of three is another than what was said. As described."
