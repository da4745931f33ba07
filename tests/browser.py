"""A headless Chromium, driven by its own protocol over a WebSocket; no other driver is needed."""

import base64
import itertools
import json
import shutil
import subprocess
import time
import urllib.request
from contextlib import ExitStack, suppress
from pathlib import Path

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --disable-dev-shm-usage --no-first-run --no-proxy-server "
    "--disable-background-networking --disable-component-update --disable-sync --disable-extensions "
    "--remote-debugging-port=0 --window-size=1280,1000"
)
KEYS = {"Tab": 9, "Enter": 13, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39}
LONGEST = 60.0  # seconds that a page may take for anything, on a busy machine


class Browser:
    """Chromium with a profile of its own in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [CHROMIUM, *FLAGS.split(), f"--user-data-dir={folder}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        port_file, end = folder / "DevToolsActivePort", time.monotonic() + LONGEST
        while not (port_file.exists() and port_file.read_text().count("\n")):
            assert time.monotonic() < end and self.process.poll() is None, "Chromium did not start"
            time.sleep(0.05)
        self.port = int(port_file.read_text().split()[0])

    def page(self, address: str, **media: str) -> "Page":
        opened = urllib.request.Request(f"http://127.0.0.1:{self.port}/json/new?about:blank", method="PUT")
        with urllib.request.urlopen(opened, timeout=LONGEST) as answer:
            page = Page(json.load(answer)["webSocketDebuggerUrl"])
        features = [{"name": name.replace("_", "-"), "value": value} for name, value in media.items()]
        page.call("Emulation.setEmulatedMedia", features=features)
        page.call("Page.navigate", url=address)
        return page

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(LONGEST)


class Page:
    """A tab.  events: all that the browser told of it, by method."""

    def __init__(self, address: str) -> None:
        self.stack, self.held = ExitStack(), False
        self.socket = self.stack.enter_context(connect(address, max_size=None, proxy=None))
        self.numbers, self.events = itertools.count(1), []
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: object) -> dict:
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.recv(timeout=LONGEST))
            if message.get("id") == number:
                assert "error" not in message, message["error"]
                return message["result"]
            self.events.append(message)

    def told(self, method: str) -> list[dict]:
        return [event["params"] for event in self.events if event["method"] == method]

    def run(self, script: str) -> object:
        """The value of an expression, awaited if it is a promise."""
        answer = self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True, userGesture=True
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def wait(self, script: str) -> object:
        """The value of an expression once it is true."""
        end = time.monotonic() + LONGEST
        while not (value := self.run(script)):
            assert time.monotonic() < end, (
                f"{script} stayed false; the page says: {self.run('document.body.innerText')}"
            )
            time.sleep(0.03)
        return value

    def mouse(self, kind: str, x: float, y: float) -> None:
        self.held = kind == "Pressed" or (kind == "Moved" and self.held)
        button = {"button": "left", "clickCount": 1} if self.held or kind == "Released" else {}
        self.call("Input.dispatchMouseEvent", type=f"mouse{kind}", x=x, y=y, buttons=int(self.held), **button)

    def place(self, selector: str, across: float, down: float) -> tuple[float, float]:
        """A point of the window, by shares of an element that is brought into view."""
        script = f"""(() => {{ const e = document.querySelector({selector!r}); e.scrollIntoView({{block: "center"}});
            const r = e.getBoundingClientRect(); return [r.x, r.y, r.width, r.height]; }})()"""
        x, y, width, height = self.run(script)
        return x + across * width, y + down * height

    def click(self, selector: str, across: float = 0.5, down: float = 0.5) -> None:
        x, y = self.place(selector, across, down)
        for kind in ("Moved", "Pressed", "Released"):
            self.mouse(kind, x, y)

    def key(self, name: str) -> None:
        for kind in ("keyDown", "keyUp"):
            key = {"key": name, "code": name, "windowsVirtualKeyCode": KEYS[name]}
            self.call("Input.dispatchKeyEvent", type=kind, text="\r" * (name == "Enter"), **key)

    def type(self, selector: str, text: str) -> None:
        """Put a text into a field, as by hand, and leave it."""
        self.run(f"document.querySelector({selector!r}).focus(); document.activeElement.select()")
        self.call("Input.insertText", text=text)
        self.run("document.activeElement.blur()")

    def accessible(self) -> list[dict]:
        """What a screen reader is told: role, name, value, description and properties of each node."""
        nodes = self.call("Accessibility.getFullAXTree")["nodes"]
        texts = ("role", "name", "value", "description")
        return [
            {text: node.get(text, {}).get("value") for text in texts}
            | {each["name"]: each["value"].get("value") for each in node.get("properties", [])}
            for node in nodes
            if not node["ignored"]
        ]

    def screenshot(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot")["data"]))

    def close(self) -> None:
        with suppress(ConnectionClosed):
            self.call("Page.close")
        self.stack.close()
