"""A real browser for tests that look at pages: Debian's Chromium, one for all of a session, with what its pages did wrong."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

_FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


class Browser:
    """Opens files; `complaints` are console errors, `requests` what a page asked the network for, both of the page last opened."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def open(self, file: Path, *, width: int = 1400, dark: bool = False) -> None:
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride", {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
        self.driver.get_log("browser")
        self.driver.get_log("performance")
        self.driver.get(file.as_uri())

    def run(self, script: str) -> Any:
        return self.driver.execute_script(script)

    def complaints(self) -> list[str]:
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self) -> list[str]:
        messages = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        sent = [one["params"] for one in messages if one["method"] == "Network.requestWillBeSent"]
        # the empty tab before has pages of its own, which ask for things of theirs
        ours = [one["request"]["url"] for one in sent if one["documentURL"].startswith("file:")]
        return [url for url in ours if not url.startswith("file:")]

    def violations(self) -> list[str]:
        """What axe-core finds against WCAG A and AA, and its best practices."""
        import axe_core_python  # noqa: PLC0415  (only where there is a browser)

        self.run((Path(axe_core_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8") + ";window.axe = axe")
        found = self.driver.execute_async_script("axe.run().then(arguments[0])")
        return [f"{one['id']}: {node['html'][:160]}" for one in found["violations"] for node in one["nodes"]]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Skips where there is no Chromium, but not where somebody promised one."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        if os.environ.get("CI") == "true" or os.environ.get("CHAT_LAB_REQUIRE_BROWSER"):
            pytest.fail("chromium and chromedriver are missing", pytrace=False)
        pytest.skip("chromium and chromedriver are not here")
    from selenium import webdriver  # noqa: PLC0415

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        options = webdriver.ChromeOptions()
        options.binary_location = chromium
        for flag in (*_FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        opened = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
        opened.set_page_load_timeout(30)
        opened.set_script_timeout(30)
        with contextlib.closing(_Quits(opened)):
            yield Browser(opened)


class _Quits:
    def __init__(self, driver: Any) -> None:
        self.close = driver.quit
