"""The explorer in a browser, from the command to the picture: what a user does, in headless Chromium."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections import Counter
from contextlib import closing

import numpy as np
import pytest

import rmt_asymptotics as rmt
from rmt_asymptotics.serialisation import model_from_dict
from tests.browser import CHROMIUM, Browser

SECONDS = 60.0  # that a server may take to end on a busy machine
SHELL = (sys.executable, "-c", "from rmt_asymptotics.cli import main; raise SystemExit(main())")
READY = "document.getElementById('status').textContent.startsWith('ready')"
PAGE = "(await import('/static/explorer.js'))"  # its state, and what it shows
CONTROLS = {"textbox", "slider", "checkbox", "combobox", "button", "application"}
SMALL = {"simulation": {"dimension": 20, "replicas": 4, "seed": 3}}
# a Gaussian law: the whole curve takes seconds
SLOW = {
    "model": "SpikedRandomFeatures", "activation": "centred(relu)", "target": "tanh(x) + 0.3*(x**2 - 1)",
    "sample_complexity": 3.0, "width_ratio": 1.5, "ridge": 0.05, "alignment": 0.8,
    "spike": {"law": "GaussianLaw", "scale": 1.3},
}  # fmt: skip


@pytest.fixture
def address():
    """Of an explorer that the command serves; it ends as it should."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([*SHELL, "explore", "--port", "0"], text=True, **pipes) as process:
        found = re.match(r"explorer at (http://127\.0\.0\.1:\d+/\?token=\S{22})\n", process.stdout.readline())
        yield found[1]
        process.send_signal(signal.SIGINT)
        assert process.wait(SECONDS) == 0
        assert process.stderr.read() == ""


@pytest.fixture
def browser(tmp_path):
    made = Browser(tmp_path)
    yield made
    made.close()


class Visit:
    """Pages of the explorer; what went wrong in any of them, or was asked of others, is an error in the end."""

    def __init__(self, browser, address, folder):
        self.browser, self.address, self.folder, self.pages = browser, address, folder, []

    def open(self, changes=None, ready=True):
        """A page, with changes of its state."""
        self.pages.append(page := self.browser.page(self.address))
        page.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(self.folder))
        page.wait("document.getElementById('status')?.textContent.match(/solv|curve|ready/)")
        if changes is not None:
            state = page.run(f"(async () => {PAGE}.state)()") | changes
            page.run(f"location.hash = encodeURIComponent({json.dumps(json.dumps(state))})")
            page.wait(f"(async () => {PAGE}.state.model.model === {json.dumps(state['model']['model'])})()")
        if ready:
            page.wait(READY)
        return page

    def close(self):
        for page in self.pages:
            page.run("1")  # brings the last events
            assert page.told("Runtime.exceptionThrown") == []
            assert [entry for entry in page.told("Log.entryAdded") if entry["entry"]["level"] == "error"] == []
            asked = [request["request"]["url"] for request in page.told("Network.requestWillBeSent")]
            host = self.address.partition("?")[0]
            assert asked and all(url.startswith((host, "blob:")) for url in asked), asked
            page.close()


def shown(page, what):
    """A value of the page: of its state, its picture or its map."""
    return page.run(f"(async () => {PAGE}.{what})()")


def a_curve_with_its_band_and_points(visit):
    page = visit.open(SMALL)
    page.wait(f"(async () => {PAGE}.picture.simulation?.replicas === 4 && {READY})()")
    picture, state = shown(page, "picture"), shown(page, "state")
    expected = rmt.sweep(model_from_dict(state["model"]), sample_complexity=picture["curve"]["x"], progress=False)
    np.testing.assert_allclose(picture["curve"]["outputs"]["test_error"], expected.test_error, rtol=1e-9)
    assert len(picture["curve"]["x"]) == 129 and len(picture["band"]["x"]) > 20
    assert picture["simulation"]["error"]["test_error"][0] > 0
    assert "4 of 4 draws" in page.run("document.getElementById('notes').textContent")
    assert "0.554283" in page.run("document.getElementById('point').textContent")


def a_slider_is_dragged(visit):
    page = visit.open(SMALL)
    first = shown(page, "picture.curve.outputs.test_error[64]")
    slider = "[data-slider=ridge]"
    x, y = page.place(slider, 0.4, 0.5)
    page.mouse("Pressed", x, y)
    for step in range(1, 9):
        page.mouse("Moved", x + 12 * step, y)
    page.wait(f"(async () => {PAGE}.picture.curve.outputs.test_error[64] !== {first})()")  # while it is held
    page.mouse("Released", x + 96, y)
    page.wait(READY)
    value = shown(page, "state.model.ridge")
    assert value > 0.03
    assert page.run("document.getElementById('f-ridge').value") == f"{value:g}"
    page.run(f"document.querySelector('{slider}').focus()")
    page.key("ArrowRight")
    assert shown(page, "state.model.ridge") > value
    page.key("Tab")
    assert page.run("document.activeElement.id") == "f-noise_variance"


def a_map_is_clicked(visit):
    page = visit.open(SMALL)
    page.click("#map-on")
    page.wait(f"(async () => {PAGE}.map?.count > 60)()")
    page.click("#map .u-over", 0.25, 0.75)
    page.wait(READY)
    model = shown(page, "state.model")
    assert model["sample_complexity"] == pytest.approx(0.1 * 100**0.25, rel=0.02)
    assert model["ridge"] == pytest.approx(1e-4 * 10**1.25, rel=0.03)
    assert page.run("document.getElementById('f-ridge').value") == f"{model['ridge']:.4g}".replace("e-0", "e-")
    page.run("document.getElementById('map').focus()")
    for key in ("ArrowUp", "ArrowRight", "Enter"):
        page.key(key)
    page.wait(READY)
    assert shown(page, "state.model.ridge") > model["ridge"]
    assert "ridge = " in page.run("document.getElementById('map-reading').textContent")


def what_users_take_away(visit):
    page = visit.open(SMALL | {"band": False, "logY": True})
    page.wait(f"(async () => {PAGE}.picture.simulation?.replicas === 4)()")
    for button, name in (("#save-csv", "curve.csv"), ("#save-png", "curve.png")):
        page.click(button)
        page.wait(f"document.getElementById('status').textContent === '{name} saved'")
    csv, png = visit.folder / "curve.csv", visit.folder / "curve.png"
    for _ in range(100):
        if csv.exists() and png.exists() and png.stat().st_size:
            break
        page.run("new Promise(done => setTimeout(done, 30))")
    table = np.genfromtxt(csv, delimiter=",", names=True, skip_header=2)
    solved = table[~np.isnan(table["test_error"])]
    assert len(solved) == 129 and np.sum(~np.isnan(table["test_error_standard_error"])) == 9
    assert json.loads(csv.read_text().partition("\n")[0].removeprefix("# model: ")) == shown(page, "state.model")
    assert png.read_bytes()[1:4] == b"PNG" and png.stat().st_size > 10_000
    names = {}
    exec(page.run("document.getElementById('python').textContent"), names)
    np.testing.assert_allclose(names["theory"].test_error, solved["test_error"], rtol=1e-9)
    page.type("#f-ridge", "0.25")
    page.wait("decodeURIComponent(location.hash).includes('\"ridge\":0.25')")
    link = page.run("location.href")
    other = visit.open()
    other.call("Page.navigate", url=link)
    other.wait(f"(async () => {PAGE}.state?.model.ridge === 0.25)()")
    assert shown(other, "state.logY") is True


def wrong_values_are_said_under_their_controls(visit):
    page = visit.open(SMALL | {"simulate": False, "band": False})
    for control, wrong, words in (
        ("ridge", "-1", "> 0"),
        ("activation", "tanh(", "formula"),
        ("curve.high", "0.05", "above"),
    ):
        before = page.run(f"document.getElementById('f-{control}').value")
        page.type(f"[id='f-{control}']", wrong)
        page.wait(f"document.getElementById('f-{control}-error').textContent.includes({json.dumps(words)})")
        assert page.run(f"document.getElementById('f-{control}').ariaInvalid") == "true"
        page.type(f"[id='f-{control}']", before)
        page.wait(f"document.getElementById('f-{control}-error').textContent === '' && {READY}")
    page.run("document.querySelector(\"#f-loss\").value = 'HingeLoss'")
    page.run("document.querySelector('#f-loss').dispatchEvent(new Event('change'))")
    page.wait("document.getElementById('f-loss-error').textContent.includes('real labels')")


def a_screen_reader_is_told_all(visit):
    page = visit.open(SMALL | {"simulate": False, "band": False})
    page.click("#map-on")
    page.wait(f"(async () => {PAGE}.map?.complete && document.getElementById('map-summary').textContent !== '')()")
    page.type("#f-ridge", "-1")
    page.wait("document.getElementById('f-ridge-error').textContent")
    told = page.accessible()
    controls = [node for node in told if node["role"] in CONTROLS]
    named = Counter((node["role"], node["name"]) for node in controls)
    assert len(controls) > 30 and named.most_common(1)[0][1] == 1 and not {name for _, name in named} & {None, ""}
    for node in controls:
        held = node.get("checked") if node["role"] == "checkbox" else node["value"]
        assert held or node["role"] in ("button", "application") or not node.get("focusable"), node
    (wrong,) = (node for node in controls if node.get("invalid") == "true")
    assert (wrong["name"], wrong["description"]) == ("ridge", "It must be a finite number > 0.")
    assert [node["live"] for node in told if node["role"] == "alert"] == ["assertive"]
    drawn = [node["description"] for node in controls if node["role"] == "application"]
    assert len(drawn) == 2 and all("lowest 0." in words and "highest " in words for words in drawn)
    said = page.run("document.querySelector('[data-slider=sample_complexity]').ariaValueText")
    assert said == page.run("document.getElementById('f-sample_complexity').value")


def keys_reach_all(visit):
    page = visit.open(SMALL | {"simulate": False, "band": False})
    page.click("#map-on")
    tabbed = "input, select, button, summary, [tabindex]"
    page.run(
        f"""window.left = new Set([...document.querySelectorAll({tabbed!r})]
            .filter(each => each.checkVisibility() && !each.disabled)); document.activeElement.blur()"""
    )
    count = page.run("left.size")
    for _ in range(count + 2):
        page.key("Tab")
        page.run("left.delete(document.activeElement)")
    assert count > 30 and page.run("[...left].map(e => e.outerHTML)") == []
    page.run("document.getElementById('curve').focus()")
    page.key("ArrowRight")
    assert "test error" in page.run("document.getElementById('reading').textContent")
    page.key("Enter")
    page.wait(READY)
    value = page.run(f"(async () => {PAGE}.state.model.sample_complexity)()")
    assert value != 2 and f"n/d = {value}" in page.run("document.getElementById('reading').textContent")


def a_slow_model_is_coarse_first_and_given_up(visit):
    page = visit.open({"model": SLOW, "simulate": False, "band": False}, ready=False)
    page.wait(f"(async () => {PAGE}.picture.curve.x.length >= 9 && !{PAGE}.picture.complete)()")
    page.run("document.getElementById('model').value = 'RandomFeatures'")
    page.run("document.getElementById('model').dispatchEvent(new Event('change'))")
    page.wait(f"(async () => {READY} && {PAGE}.picture.complete)()")
    assert shown(page, "state.model.model") == "RandomFeatures"
    expected = rmt.solve(model_from_dict(shown(page, "state.model")).replace(sample_complexity=1.0)).test_error
    assert shown(page, "picture.curve.outputs.test_error[64]") == pytest.approx(expected, rel=1e-9)


def two_tabs(visit):
    first, second = visit.open(SMALL), visit.open(SMALL | {"band": False})
    for page, ridge in ((first, 0.5), (second, 2.0)):
        page.call("Page.bringToFront")  # tabs behind another draw nothing
        page.type("#f-ridge", str(ridge))
        page.wait(f"(async () => {READY} && {PAGE}.picture.complete)()")
        model = model_from_dict(shown(page, "state.model"))
        assert model.ridge == ridge
        expected = rmt.solve(model.replace(sample_complexity=1.0)).test_error
        assert shown(page, "picture.curve.outputs.test_error[64]") == pytest.approx(expected, rel=1e-9)


def others_are_refused(visit):
    address = visit.address
    bare = address.partition("?")[0]
    for url, headers in ((bare, {}), (address, {"Host": "evil.example"}), (f"{bare}?token=wrong", {})):
        with pytest.raises(urllib.error.HTTPError, match="403") as caught:
            urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=SECONDS)
        caught.value.close()


STEPS = (
    a_curve_with_its_band_and_points,
    a_slider_is_dragged,
    a_map_is_clicked,
    what_users_take_away,
    wrong_values_are_said_under_their_controls,
    a_screen_reader_is_told_all,
    keys_reach_all,
    a_slow_model_is_coarse_first_and_given_up,
    two_tabs,
    others_are_refused,
)


@pytest.mark.skipif(CHROMIUM is None and "CI" not in os.environ, reason="Chromium is not installed")
def test_in_a_browser(browser, address, tmp_path, subtests):
    """One test, since a server and a browser take longer to start than all the rest."""
    for step in STEPS:
        with subtests.test(step.__name__), closing(Visit(browser, address, tmp_path)) as visit:
            step(visit)
