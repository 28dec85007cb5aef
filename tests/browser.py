"""One real Chromium, driven by its own driver; for the browser tests and the documentation's pictures."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException, TimeoutException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

PATIENCE_S = 15
SWITCHES = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class Browser:
    """One Chromium with a profile of its own."""

    def __init__(self, profile: Path, downloads: Path, *, switches: tuple[str, ...] = ()) -> None:
        options = webdriver.ChromeOptions()
        for switch in (*SWITCHES, *switches, f"--user-data-dir={profile}"):
            options.add_argument(switch)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        service = webdriver.ChromeService("/usr/bin/chromedriver")
        options.binary_location = "/usr/bin/chromium"
        self.driver: Any = webdriver.Chrome(options=options, service=service)
        self.driver.execute_cdp_cmd(
            "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(downloads)}
        )
        self.show_as(1440, 900)

    def show_as(self, width: int, height: int, *, scheme: str = "light", pixel_ratio: float = 1) -> None:
        """Window size, colour scheme and density."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": pixel_ratio, "mobile": width < 600}
        scheme_feature = {"name": "prefers-color-scheme", "value": scheme}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme_feature]})

    def wait(self, condition: Callable[[], object]) -> None:
        """Until it holds; what a page change takes away in the middle of a look is looked for again."""
        patience = WebDriverWait(self.driver, PATIENCE_S, ignored_exceptions=[StaleElementReferenceException])
        patience.until(lambda _: condition())

    def wait_for(self, selector: str, count: int = 1) -> None:
        """Until so many elements of this selector are there."""
        self.wait(lambda: len(self.driver.find_elements(By.CSS_SELECTOR, selector)) == count)

    def fill(self, **fields: str) -> None:
        """Type into the form's fields and send it."""
        for name, text in fields.items():
            box = self.driver.find_element(By.NAME, name)
            box.clear()
            box.send_keys(text)
        self.click("main form button[type=submit]")

    def click(self, selector: str) -> None:
        self.driver.find_element(By.CSS_SELECTOR, selector).click()

    def text(self, selector: str) -> str:
        return str(self.driver.find_element(By.CSS_SELECTOR, selector).text)

    def drop(self, *paths: Path) -> None:
        """Drag files and folders of this computer over the middle of the page and let go."""
        files = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
        place = {"x": self.evaluate("innerWidth") // 2, "y": self.evaluate("innerHeight") // 2}
        for step in ("dragEnter", "dragOver", "drop"):
            self.driver.execute_cdp_cmd("Input.dispatchDragEvent", {"type": step, **place, "data": files})

    def network(self, *, is_offline: bool = False, upload_bytes_per_s: int = -1) -> None:
        """How the network is from now on; -1 is without a limit."""
        conditions = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": upload_bytes_per_s}
        self.driver.execute_cdp_cmd("Network.enable", {})
        self.driver.execute_cdp_cmd("Network.emulateNetworkConditions", {"offline": is_offline, **conditions})

    def press(self, key: str) -> None:
        ActionChains(self.driver).send_keys(key).perform()

    def press_until(self, key: str, condition: Callable[[], object]) -> None:
        """Press a key, once more when nothing came of it: a page may not listen before its animation ends."""
        for _ in range(PATIENCE_S // 3):
            self.press(key)
            with suppress(TimeoutException):
                WebDriverWait(self.driver, 3).until(lambda _: condition())
                return
        raise TimeoutException(f"pressing {key!r} changed nothing")

    def evaluate(self, script: str) -> Any:
        return self.driver.execute_script(f"return {script}")

    def picture(self, file: Path) -> None:
        """Keep what is on the screen as a PNG, once its pictures have come."""
        self.wait(lambda: self.evaluate("[...document.images].every((image) => image.complete)"))
        file.parent.mkdir(parents=True, exist_ok=True)
        self.driver.save_screenshot(str(file))

    def complaints(self) -> list[str]:
        """What the browser logged, apart from plain information."""
        return [
            line["message"]
            for line in self.driver.get_log("browser")
            if line["level"] in ("SEVERE", "WARNING")
        ]
