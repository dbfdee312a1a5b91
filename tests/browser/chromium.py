# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A page in headless Chromium, driven through a pair of pipes (the DevTools protocol). Needs no library."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shlex
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome")
HOW_TO_INSTALL = "Install Chromium, on Debian and Ubuntu with `apt-get install chromium`, or name a program in CHROMIUM"

#: Seconds that the browser may take for an answer on a busy machine.
PATIENCE = 60


class BrowserError(Exception):
    """The browser is missing, or does not do what it was asked for."""


def find_browser() -> str:
    named = os.environ.get("CHROMIUM")
    program = shutil.which(named) if named else next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        raise BrowserError(f"There is no {named or 'Chromium'} on this machine. {HOW_TO_INSTALL}")
    return program


class Page:
    """An open page. ``events`` are those that the browser has told of."""

    def __init__(self, commands: int, answers: int) -> None:
        self._commands, self._answers = commands, answers
        self._rest = b""
        self._number = 0
        self._session = ""
        self.events: list[dict[str, Any]] = []

    def _read(self) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE
        while b"\0" not in self._rest:
            try:
                piece = os.read(self._answers, 1 << 20)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise BrowserError("The browser does not answer") from None
                time.sleep(0.01)
                continue
            if not piece:
                raise BrowserError("The browser has ended")
            self._rest += piece
        message, _zero, self._rest = self._rest.partition(b"\0")
        return json.loads(message)

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise BrowserError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self.events.append(answer)

    def attach(self) -> None:
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")

    def open(self, url: str) -> None:
        self.events.clear()
        self.send("Page.navigate", url=url)
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self._read())

    def evaluate(self, expression: str) -> Any:
        """The value of an expression of JavaScript."""
        answer = self.send("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in answer:
            raise BrowserError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def complaints(self) -> list[str]:
        """What the browser wrote into its console: errors of scripts, and what the policy of the page has stopped."""
        return [
            json.dumps(event["params"])
            for event in self.events
            if event["method"] in ("Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled")
        ]

    def requests(self) -> list[str]:
        return [event["params"]["request"]["url"] for event in self.events if event["method"] == "Network.requestWillBeSent"]

    def look(self, *, width: int, media: str = "screen", dark: bool = False) -> None:
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=1000, deviceScaleFactor=1, mobile=False)
        self.send("Emulation.setEmulatedMedia", media=media, features=scheme)

    def screenshot(self, path: Path) -> bytes:
        """A picture of the whole page."""
        picture = base64.b64decode(self.send("Page.captureScreenshot", captureBeyondViewport=True)["data"])
        path.write_bytes(picture)
        return picture

    def print(self, path: Path) -> None:
        self.send("Emulation.setEmulatedMedia", media="print")
        path.write_bytes(base64.b64decode(self.send("Page.printToPDF", preferCSSPageSize=True)["data"]))


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[Page]:
    """A browser with an empty profile in this folder, and a page in it."""
    flags = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-sync",
        "--disable-background-networking",
        "--disable-component-update",
        "--hide-scrollbars",
        f"--user-data-dir={folder}",
        "--remote-debugging-pipe",
    ]
    read_commands, write_commands = os.pipe()
    read_answers, write_answers = os.pipe()
    os.set_blocking(read_answers, False)
    # The browser wants the pipes as its files 3 and 4.
    program = f"exec {shlex.join([find_browser(), *flags])} 3<&{read_commands} 4>&{write_answers}"
    with subprocess.Popen(
        ["/bin/bash", "-c", program],
        pass_fds=(read_commands, write_answers),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        os.close(read_commands)
        os.close(write_answers)
        try:
            page = Page(write_commands, read_answers)
            page.attach()
            yield page
            with contextlib.suppress(BrowserError):
                page.send("Browser.close")
        finally:
            os.close(write_commands)
            os.close(read_answers)
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
