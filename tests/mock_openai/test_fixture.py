"""The example of the mock's README runs as it stands there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from lab_utils.settings import PROJECT

README = PROJECT / "mock_openai" / "README.md"


def test_the_example_passes_where_the_plugin_is_installed(tmp_path: Path) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    file = tmp_path / "test_example.py"
    file.write_text(example, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "mock_openai.fixture", str(file)],
        cwd=PROJECT,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert "1 passed" in done.stdout, done.stdout + done.stderr


def test_the_plugin_is_declared() -> None:
    text = (PROJECT / "pyproject.toml").read_text(encoding="utf-8")
    assert '[project.entry-points.pytest11]\nazure_openai_mock = "mock_openai.fixture"' in text
