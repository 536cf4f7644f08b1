"""The Bicep compiler, where it is installed: by itself or in the Azure CLI."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from apim_gateway.errors import ConfigError

SECONDS = 120


def compiled(file: Path) -> str:
    """Return the ARM template (JSON) that Bicep makes of a file. Raises ConfigError."""
    bicep, az = shutil.which("bicep"), shutil.which("az")
    if not (bicep or az):
        raise ConfigError(
            f"--bicep {file} needs bicep or az on PATH; or compile it and give --template"
        )
    command = [bicep, "build"] if bicep else [str(az), "bicep", "build", "--file"]
    try:
        done = subprocess.run(  # noqa: S603 (the user's own compiler, no shell)
            [*command, str(file), "--stdout"],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        raise ConfigError(f"--bicep {file}: {command[0]} does not answer") from None
    if done.returncode:
        raise ConfigError(f"--bicep {file}: {done.stderr.strip()[-2000:]}")
    return done.stdout
