"""The settings of a command: what its options and the environment say."""

from __future__ import annotations

import sys

from shared.core.settings import Settings, load
from shared.entrypoints.cli import private
from shared.entrypoints.cli.bootstrap import ROOT
from shared.entrypoints.cli.keys import development_key
from shared.entrypoints.cli.options import Options, ServeOptions


def read_settings(options: Options, *, is_child: bool = False) -> Settings:
    """Read them, with a signing key of this installation in development.

    A child's parent has said what is to be noted. Raises SettingsError.
    """
    named = "127.0.0.1" if options.host in ("0.0.0.0", "::") else options.host  # noqa: S104
    settings = load(
        data_dir=options.data_dir,
        public_url=f"http://{f'[{named}]' if ':' in named else named}:{options.port}",
        sandbox_base=f"http://127.0.0.1:{options.sandbox_port}",
        dotenv=ROOT / ".env",
    )
    private.tighten(settings.data_dir, settings.database_url)
    is_child |= isinstance(options, ServeOptions) and options.listener is not None
    for note in () if is_child else settings.notes:
        print(f"Note: {note}", file=sys.stderr)
    if settings.secret_key:
        return settings
    return settings.with_(secret_key=development_key(settings.data_dir))
