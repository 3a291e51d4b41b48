"""A JupyterLab with formgrader on loopback, and a Chromium that looks at it."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbgrader_course as kit
import pytest
from selenium import webdriver
from selenium.webdriver.chrome.webdriver import WebDriver

TOKEN = "a-token-for-this-test"
Ask = Callable[..., Any]


@contextlib.contextmanager
def server(folder: Path, home: Path) -> Iterator[int]:
    """The port of a JupyterLab that serves this course."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = [f"--port={port}", "--ip=127.0.0.1", "--no-browser", f"--IdentityProvider.token={TOKEN}"]
    command = [sys.executable, "-m", "jupyterlab", *options, "--ServerApp.port_retries=0", "--allow-root"]
    environment = os.environ | {"PYTHONPATH": str(kit.ROOT), "HOME": str(home), "JUPYTER_RUNTIME_DIR": str(home)}
    log = (home / "log").open("wb")
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        for _ in range(300):
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=1):
                    break
            except OSError:
                assert process.poll() is None, (home / "log").read_text()[-2000:]
                time.sleep(0.2)
        yield port
    finally:
        process.terminate()
        process.wait(20)
        log.close()


def asker(port: int) -> Ask:
    """ask(method, path, data) gives the text of formgrader's reply."""

    def ask(method: str, path: str, data: Any = None) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=90)
        body = None if data is None else json.dumps(data)
        connection.request(method, f"/formgrader{path}", body, {"Authorization": f"token {TOKEN}"})
        reply = connection.getresponse()
        text = reply.read().decode()
        assert reply.status == 200, (path, reply.status, text[-500:])
        return text

    return ask


@contextlib.contextmanager
def chromium(profile: Path) -> Iterator[WebDriver]:
    """Debian's Chromium, without a window and without a network beyond this machine; it logs what it requests."""
    binary, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if binary is None or driver is None:
        pytest.skip("chromium and chromium-driver are not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    switches = (
        "headless",
        "no-sandbox",
        "disable-gpu",
        "disable-quic",
        "no-first-run",
        "disable-background-networking",
    )
    for switch in (*switches, "disable-component-update", "disable-sync", "window-size=1200,900"):
        options.add_argument(f"--{switch}")
    options.add_argument(f"--user-data-dir={profile}")
    options.add_argument("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")
    options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    options.page_load_strategy = "eager"
    opened = webdriver.Chrome(options, webdriver.ChromeService(driver))
    try:
        yield opened
    finally:
        opened.quit()
