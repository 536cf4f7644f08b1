"""The lesson, open in JupyterLab, with what a reader does there."""

from __future__ import annotations

import time

import nbformat
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from lab_utils.settings import PROJECT
from notebook_runner.running import LESSON

SECONDS = 120.0  # for anything that JupyterLab does
IDS = [cell.id for cell in nbformat.read(PROJECT / LESSON, as_version=4).cells]
# Each text that an output has shown, as a screen shows it: at most one in a frame.
WATCH = """
const output = arguments[0];
window.seen = [];
const look = () => {
  const text = output.innerText.trim();
  if (text && text !== window.seen.at(-1)) window.seen.push(text);
  requestAnimationFrame(look);
};
look();
"""


class Page:
    """Hold a notebook that is open in JupyterLab."""

    def __init__(self, driver: WebDriver, url: str) -> None:
        self.driver = driver
        self._wait = WebDriverWait(driver, SECONDS, poll_frequency=0.1)
        driver.get(url)
        self._wait.until(lambda d: len(self.cells) == len(IDS))
        self._wait.until(lambda d: "Idle" in self._status)

    @property
    def cells(self) -> list[WebElement]:
        cells: list[WebElement] = self.driver.find_elements(
            By.CSS_SELECTOR, ".jp-Notebook .jp-Notebook-cell"
        )
        return cells

    @property
    def _status(self) -> str:
        found = self.driver.find_elements(By.CSS_SELECTOR, ".jp-Notebook-ExecutionIndicator")
        return (found[0].get_attribute("data-status") or "").title() if found else ""

    def cell(self, name: str) -> WebElement:
        return self.cells[IDS.index(name)]

    def output(self, name: str) -> WebElement:
        return self.cell(name).find_element(By.CSS_SELECTOR, ".jp-OutputArea")

    def select(self, name: str) -> None:
        """Click beside a cell, as who goes on reading does."""
        self.cell(name).find_element(By.CSS_SELECTOR, ".jp-InputPrompt").click()

    def shift_enter(self) -> None:
        self.driver.switch_to.active_element.send_keys(Keys.SHIFT, Keys.ENTER)

    def pause(self, seconds: float) -> None:
        """Read for a while before the next key."""
        time.sleep(seconds)

    def ran(self, name: str) -> None:
        """Wait until a cell has run."""
        self._wait.until(lambda d: self._prompt(name).strip("[]: ").isdigit())

    def _prompt(self, name: str) -> str:
        prompt: str = self.cell(name).find_element(By.CSS_SELECTOR, ".jp-InputPrompt").text
        return prompt

    def watch(self, name: str) -> None:
        """Note from now on what the output of a cell shows."""
        self.driver.execute_script(WATCH, self.output(name))

    @property
    def seen(self) -> list[str]:
        """Return each text that the watched output has shown."""
        return list(self.driver.execute_script("return window.seen"))
