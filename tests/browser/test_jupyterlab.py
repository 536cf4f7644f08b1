"""The lesson in JupyterLab: a reader presses Shift+Enter and sees the text grow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from lab_utils.settings import Settings
from notebook_runner.running import LESSON
from tests.browser import needs
from tests.local.labs import start_alone, target

if TYPE_CHECKING:
    from tests.browser.page import Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(bool(needs.lacking()), reason=needs.lacking()),
]
PACE = 0.03  # seconds a token: the first answer then takes five


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    from tests.browser import jupyter, page

    folder, state = tmp_path_factory.mktemp("lab"), tmp_path_factory.mktemp("state")
    options = (f"--model={Settings().model}", "--idle-seconds=300", f"--mock-option=--tpot={PACE}")
    supervisor = start_alone(state, *options)
    jupyter.fresh_copy(LESSON, folder)
    environment = {"LAB_STATE_DIR": str(state)}
    try:
        with jupyter.server(folder, environment) as url, jupyter.chromium(folder / "user") as tab:
            yield page.Page(tab, url.format(LESSON))
    finally:
        target(state).remove()
        supervisor.wait(timeout=60)


def test_the_first_sections_run_and_text_grows_before_the_readers_eyes(page: Page) -> None:
    from tests.browser.page import IDS

    watched, last = "see-streamed-code", "see-strip-code"
    page.select("see-code")
    for name in IDS[IDS.index("see-code") : IDS.index(last) + 1]:
        if name == watched:
            page.watch(watched)
        page.shift_enter()
        if name.endswith("-code"):
            page.ran(name)
    seen = page.seen
    assert len(seen) > 10, seen
    assert all(seen[-1].startswith(earlier) for earlier in seen)
    assert seen[-1].endswith("58, 59, 60")
    assert "\u2588\u2588\u2588" in page.output(last).text


def test_a_line_of_the_wire_comes_by_itself_after_a_pause_of_the_reader(page: Page) -> None:
    from tests.browser.page import IDS

    page.select("initialize-code")
    for name in IDS[IDS.index("initialize-code") : IDS.index("wire-code") + 1]:
        if name == "wire-code":
            page.pause(3)
            page.watch(name)
        page.shift_enter()
        if name.endswith("-code"):
            page.ran(name)
    lines = [text.count("\n") for text in page.seen]
    assert len(set(lines)) > 10, lines
