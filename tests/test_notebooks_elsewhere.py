"""The notebooks end well before models of other kinds, too: what they assert is no mock's habit.

Nothing is compared here: texts, times and token counts are those of that model. Two settings share
a run where neither hides the other, and the runs share the time, most of which is waiting.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lab_utils.settings import PROJECT, Settings
from local_processes.state import State
from notebook_runner.running import LESSON, PRODUCTION
from tests.local.labs import start_alone, target

ENDINGS = (".", "! Is there anything else?", " \U0001f642", "\n\n```text\n\u4e00, \u4e8c\n```")
AT_ONCE = 3  # a run is seven processes
Runs = dict[tuple[str, str], "Future[subprocess.CompletedProcess[str]]"]
PROGRAM = """
import sys
from pathlib import Path
from notebook_runner.live import execute

notebook = execute(Path(sys.argv[1]), sys.stdout)
outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
assert not [output for output in outputs if output.get("name") == "stderr"]
print("\\nall cells ran")
"""


@dataclass(frozen=True)
class Model:
    """Hold how a model behaves: the rules of its answers, and its pace in seconds."""

    script: tuple[Mapping[str, Any], ...]
    ttft: float = 0.1
    tpot: float = 0.004


def answers() -> Iterator[dict[str, Any]]:
    """Yield answers of 2 to 150 tokens, each unlike the one before; some refuse."""
    for number in range(90):
        words = ", ".join(str(word) for word in range(number, number + (number * 11) % 48))
        yield {"text": f"Answer {number}: {words}{ENDINGS[number % 4]}", "times": 1}
        if number % 20 == 7:
            yield {"text": "Hi there", "times": 1}
            yield {"refusal": f"I can't help with that, for reason {number}.", "times": 1}


MODELS = {
    # Azure's default filter lets text go in bursts.
    "bursts, twice as fast": Model(({"scenario": "burst"},), ttft=0.05, tpot=0.002),
    "other words each time, half as fast": Model(tuple(answers()), ttft=0.2, tpot=0.008),
    # Longer than the shortest timeout of a cell.
    "thinks for long": Model(({"scenario": "reasoning; reasoning=150"},), ttft=1.2),
}


def executed(notebook: str, model: Model, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a notebook on a lab before such a model, which it finds running, and remove that lab."""
    script, state = folder / "script.json", folder / "lab"
    script.write_text(json.dumps(model.script), encoding="utf-8")
    state.mkdir()
    options = (f"--script={script}", f"--ttft={model.ttft}", f"--tpot={model.tpot}")
    supervisor = start_alone(
        state,
        "--idle-seconds=120",
        f"--model={Settings().model}",
        *(f"--mock-option={option}" for option in options),
    )
    assert State.read(state) is not None
    try:
        return subprocess.run(
            [sys.executable, "-c", PROGRAM, notebook],
            cwd=PROJECT,
            env={**os.environ, "LAB_STATE_DIR": str(state), "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=600,
        )
    finally:
        target(state).remove()
        supervisor.wait(timeout=60)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {
            (name, notebook): pool.submit(executed, notebook, model, tmp_path_factory.mktemp("run"))
            for name, model in MODELS.items()
            for notebook in (LESSON, PRODUCTION)
        }


@pytest.mark.parametrize("notebook", [LESSON, PRODUCTION])
@pytest.mark.parametrize("model", MODELS)
def test_every_cell_ends_without_an_error(runs: Runs, model: str, notebook: str) -> None:
    done = runs[model, notebook].result()
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert "mock swedencentral   running" in done.stdout, "not the lab that was started"
    assert done.stdout.endswith("\nall cells ran\n")
