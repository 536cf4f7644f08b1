"""What a running lab leaves on disk: whole or not there, one user's, and never trusted blindly."""

from __future__ import annotations

import json
import os
import re
import stat
import threading
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local_processes import state
from local_processes.errors import DamagedError, FolderError, InTheWayError, LocalError
from local_processes.state import State, forget, holds
from tests.local_processes.made import this_process


def a_state(key: str = "key") -> State:
    return State(this_process(), (this_process(),), {"api_key": key, "model": "model"})


def test_a_state_is_read_as_it_was_written(tmp_path: Path) -> None:
    written = a_state()
    written.write(tmp_path)
    assert State.read(tmp_path) == written
    assert [path.name for path in tmp_path.iterdir()] == ["state.json"]


def test_no_state_reads_as_none(tmp_path: Path) -> None:
    assert State.read(tmp_path) is None
    assert State.read(tmp_path / "no such folder") is None
    forget(tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no permission bits")
def test_nobody_else_can_read_the_key(tmp_path: Path) -> None:
    a_state().write(tmp_path)
    (file,) = tmp_path.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_key_is_not_in_the_repr() -> None:
    assert "key-of-the-gateway" not in repr(a_state("key-of-the-gateway"))


def test_the_first_state_wins_and_the_second_leaves_nothing_behind(tmp_path: Path) -> None:
    first = a_state("first")
    first.write(tmp_path)
    with pytest.raises(FileExistsError):
        a_state("second").write(tmp_path)
    assert State.read(tmp_path) == first
    assert len(list(tmp_path.iterdir())) == 1


def test_the_first_state_wins_on_a_file_system_without_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("os.link", no_links)
    test_the_first_state_wins_and_the_second_leaves_nothing_behind(tmp_path)


def test_a_state_is_never_seen_half_written(tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            a_state().write(tmp_path)
            forget(tmp_path)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        end = time.monotonic() + 1
        while time.monotonic() < end:
            State.read(tmp_path)  # a half one raises DamagedError
    finally:
        stop.set()
        writer.join()


def test_a_state_forgets_only_itself(tmp_path: Path) -> None:
    a_state().write(tmp_path)
    forget(tmp_path, "somebody else's")
    found = State.read(tmp_path)
    assert found is not None
    assert holds(tmp_path, found.id)
    forget(tmp_path, found.id)
    assert not holds(tmp_path, found.id)
    assert State.read(tmp_path) is None


def changed(**changes: object) -> str:
    return json.dumps({**asdict(a_state()), **changes})


def with_supervisor(**changes: object) -> str:
    return changed(supervisor={**asdict(this_process()), **changes})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "null",
        "\x00",
        "[" * 100_000,
        changed()[:60],
        changed(supervisor=1),
        changed(servers=[]),
        changed(servers=[3]),
        changed(servers="x"),
        changed(details=None),
        changed(details=["api_key"]),
        changed(details={"api_key": None}),
        changed(details={"api_key": "line\nfeed"}),
        changed(id=""),
        with_supervisor(pid="x"),
        with_supervisor(pid=-1),
        with_supervisor(pid=True),
        with_supervisor(pid=1e300),
        with_supervisor(pid=2**80),
        with_supervisor(started="yesterday"),
        with_supervisor(started=None),
        with_supervisor(url="http://example.com"),
        with_supervisor(url=5),
    ],
    ids=lambda text: re.sub(r"[0-9a-f]+", "*", text[-40:]),  # the same in every process
)
def test_a_damaged_state_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "state.json").write_text(text, encoding="utf-8")
    with pytest.raises(DamagedError, match=r"state\.json is damaged"):
        State.read(tmp_path)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_state_or_told(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes
) -> None:
    folder = tmp_path_factory.mktemp("state")
    (folder / "state.json").write_bytes(raw)
    with suppress(LocalError):  # and nothing else
        State.read(folder)


def test_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "state.json").mkdir()
    with pytest.raises(FolderError, match=r"state\.json cannot be read"):
        State.read(tmp_path)
    with pytest.raises(InTheWayError, match=r"state\.json is a folder"):
        forget(tmp_path)


def test_a_folder_that_takes_no_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FolderError, match=r"state\.json cannot be written"):
        a_state().write(tmp_path / "file")


class HeldOpen:
    """Refuse an action for a while, as Windows does while another program has the file open."""

    def __init__(self, times: int) -> None:
        self.left = times

    def __call__(self, *_: object, **__: object) -> None:
        self.left -= 1
        if self.left >= 0:
            raise PermissionError(13, "The process cannot access the file")


def test_a_file_that_is_held_open_for_a_moment_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = HeldOpen(times=3)
    monkeypatch.setattr("pathlib.Path.unlink", held)
    forget(tmp_path)
    assert held.left == -1


def test_a_file_that_stays_open_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pathlib.Path.unlink", HeldOpen(times=10**6))
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    with pytest.raises(FolderError, match=r"cannot be removed \(The process cannot access"):
        forget(tmp_path)


def test_the_module_tries_for_a_second_only() -> None:
    start = time.monotonic()
    with pytest.raises(PermissionError):
        state.retried(HeldOpen(times=10**6), times=3, pause=0.01)
    assert time.monotonic() - start < 1
