"""What students write runs in nobody's browser: formgrader, nbgrader's feedback, and our own pages, seen by Chromium."""

from __future__ import annotations

import copy
import http.client
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import nbformat
import nbgrader_course as kit
import pytest
import script_injection as injection
from formgrader_kit import TOKEN, Ask, asker, chromium, server
from nbgrader.api import Gradebook
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By

ASSIGNMENT, MODULE = "03-gradient-comparison", "gradient_comparison"
HONEST = """An *honest* answer: `a < b`, and a < b & c > d.

1. first
2. second

| loss | slope |
|:--|--:|
| MSE | $\\sigma'(z) < 1$ |

```python
if a < b: pass
```

<b>bold</b> - [x] done ![a plot](attachment:plot.png) [paper](https://example.org/a?b=1&c=2)
"""
# One pixel, as a screenshot pasted into a notebook would be.
PLOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABpfZFQAAAAABJRU5ErkJggg=="
# Clicks, hovers and opens all that a student wrote, except plain links to elsewhere.
TOUCH = """
document.addEventListener('click', event => {
  const link = event.target.closest('a');
  if (link && /^(https?|mailto):/.test(link.protocol || '')) event.preventDefault();
}, true);
for (const item of document.querySelectorAll(arguments[0]))
  for (const kind of ['mouseover', 'focus', 'pointerover', 'click'])
    item.dispatchEvent(new MouseEvent(kind, {bubbles: true, cancelable: true}));
"""


def notebook() -> bytes:
    """The released notebook with each injection in a cell of its own, a few in the written answer, and an honest one."""
    made = nbformat.read(kit.ROOT / "assignments" / ASSIGNMENT / f"{MODULE}.ipynb", as_version=4)
    texts = injection.markdown()
    for cell in made.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "written":
            cell.source += "\n\n" + "\n\n".join(texts[name] for name in ("script", "img-onerror", "iframe-srcdoc"))
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "logit_grad_solution":
            cell.source = f"def logit_grad(z, y, loss):\n    raise ValueError({texts['img-onerror']!r})\n"
    for name, text in texts.items():
        attachments = copy.deepcopy(injection.ATTACHMENTS) if "attachment:" in text else {}
        made.cells.append(nbformat.v4.new_markdown_cell(text, attachments=attachments, id=f"x-{name}"))
    made.cells.append(nbformat.v4.new_raw_cell(texts["script"]))
    made.cells.append(nbformat.v4.new_markdown_cell(HONEST, attachments={"plot.png": {"image/png": PLOT}}, id="honest"))
    return bytes(nbformat.writes(made), "utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with hostile submissions, graded by nbgrader and by `losslab grade`, with feedback."""
    folder = kit.make(tmp_path_factory.mktemp("course"))
    for student in ("mallory", injection.NAME):
        path = folder / "submitted" / student / ASSIGNMENT
        path.mkdir(parents=True)
        (path / f"{MODULE}.ipynb").write_bytes(notebook())
        (path / "page.json").write_text("<script>top.hits=['file']</script>")
    kit.run(folder, "nbgrader", "generate_assignment", ASSIGNMENT)
    kit.run(folder, "nbgrader", "autograde", ASSIGNMENT)
    with Gradebook(f"sqlite:///{folder / 'grades' / 'gradebook.db'}", course_id="loss-functions") as book:
        book.update_or_create_student("mallory", first_name=injection.NAME, last_name=f'">{injection.NAME}')
        comment = book.find_comment("written", MODULE, ASSIGNMENT, "mallory")
        comment.manual_comment = "\n\n".join(injection.markdown().values())
        book.db.commit()
    kit.run(folder, "nbgrader", "generate_feedback", ASSIGNMENT)
    kit.run(folder, "autograder", "grade", "submitted", "--out", "ours")
    return folder


@pytest.fixture(scope="module")
def port(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with server(folder, tmp_path_factory.mktemp("home")) as port:
        yield port


@pytest.fixture(scope="module")
def ask(port: int) -> Ask:
    return asker(port)


@pytest.fixture(scope="module")
def browser(port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebDriver]:
    """A browser that is logged in."""
    with chromium(tmp_path_factory.mktemp("profile") / "profile") as opened:
        opened.get(f"http://127.0.0.1:{port}/login?token={TOKEN}")
        yield opened


def happened(browser: WebDriver, address: str, touched: str) -> list[str]:
    """Open a page, touch everything that a student wrote; all that should not have happened."""
    browser.get_log("performance")  # forgets what was before
    browser.get(address)
    time.sleep(1.5)
    browser.execute_script(TOUCH, touched)
    time.sleep(0.5)
    found = [f"script of {name}" for name in browser.execute_script("return [].concat(window.hits || [])")]
    if re.split("[?#]", browser.current_url)[0].rstrip("/") != address.rstrip("/"):
        found.append(f"went to {browser.current_url}")
    for entry in browser.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent" and injection.PROBE in message["params"]["request"]["url"]:
            found.append(f"request of {message['params']['request']['url']}")
    assert len(browser.window_handles) == 1
    return sorted(set(found))


def submissions(ask: Ask) -> dict[str, Any]:
    listed = json.loads(ask("GET", f"/api/submitted_notebooks/{ASSIGNMENT}/{MODULE}"))
    return {item["student"]: item for item in listed}


@pytest.mark.parametrize("student", ["mallory", injection.NAME])
def test_no_way_of_injection_does_anything_in_formgrader(port: int, ask: Ask, browser: WebDriver, student: str) -> None:
    mine = submissions(ask)[student]["id"]
    address = f"http://127.0.0.1:{port}/formgrader/submissions/{mine}/"
    assert happened(browser, address, ".text_cell_render *") == []


@pytest.mark.parametrize("student", ["mallory", injection.NAME])
def test_no_way_of_injection_does_anything_in_nbgraders_feedback(
    folder: Path, browser: WebDriver, student: str
) -> None:
    page = folder / "feedback" / student / ASSIGNMENT / f"{MODULE}.html"
    assert happened(browser, page.as_uri(), ".text_cell_render *, .panel-footer *") == []


@pytest.mark.parametrize("student", ["mallory", injection.NAME])
def test_no_way_of_injection_does_anything_on_our_feedback_page(folder: Path, browser: WebDriver, student: str) -> None:
    page = folder / "ours" / "feedback" / student / f"{ASSIGNMENT}.html"
    assert happened(browser, page.as_uri(), "body *") == []


def test_no_way_of_injection_does_anything_in_the_report(folder: Path, browser: WebDriver) -> None:
    assert happened(browser, (folder / "ours" / "report.html").as_uri(), "body :not(a)") == []


def test_an_honest_answer_reads_right_in_formgrader(port: int, ask: Ask, browser: WebDriver) -> None:
    browser.get(f"http://127.0.0.1:{port}/formgrader/submissions/{submissions(ask)['mallory']['id']}/")
    cells = browser.find_elements(By.CSS_SELECTOR, ".text_cell_render")
    (cell,) = [item for item in cells if item.text.startswith("An honest answer")]
    assert "An honest answer: a < b, and a < b & c > d." in cell.text
    assert "$\\sigma'(z) < 1$" in cell.text and "bold - [x] done" in cell.text
    assert [item.text for item in cell.find_elements(By.TAG_NAME, "li")] == ["first", "second"]
    assert [item.text for item in cell.find_elements(By.TAG_NAME, "th")] == ["loss", "slope"]
    assert cell.find_element(By.CSS_SELECTOR, ".highlight .k").text == "if"
    (plot,) = cell.find_elements(By.TAG_NAME, "img")
    assert plot.get_attribute("alt") == "a plot" and str(plot.get_property("naturalWidth")) == "1"
    (link,) = cell.find_elements(By.TAG_NAME, "a")
    assert link.get_attribute("href") == "https://example.org/a?b=1&c=2"


OVERLOOKED = f"<img src=x onerror='top.hits=[1]'><iframe srcdoc='<script>top.hits=[1]</script>'></iframe><img src='{injection.PROBE}'>"


def test_what_cleaning_overlooked_would_be_stopped_by_the_browser(port: int, ask: Ask, browser: WebDriver) -> None:
    for page in (f"submissions/{submissions(ask)['mallory']['id']}/", "manage_students"):
        browser.get(f"http://127.0.0.1:{port}/formgrader/{page}")
        browser.execute_script("document.body.insertAdjacentHTML('beforeend', arguments[0])", OVERLOOKED)
        browser.execute_script("$('body').append('<script>top.hits=[1]</script>')")
        time.sleep(0.5)
        assert browser.execute_script("return window.hits") is None


def test_a_sentence_with_a_name_in_it_is_shown_as_text(port: int, browser: WebDriver) -> None:
    browser.get(f"http://127.0.0.1:{port}/formgrader/manage_submissions/{ASSIGNMENT}")
    browser.execute_script("createModal('m', 'Error', arguments[0])", f"no grade for '{injection.NAME}'")
    shown = browser.find_element(By.CSS_SELECTOR, "#m .modal-body").get_attribute("textContent")
    assert shown is not None and injection.NAME in shown


def test_a_file_that_was_handed_in_has_no_rights_when_it_is_opened(folder: Path, port: int, ask: Ask) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    path = f"/formgrader/submissions/{submissions(ask)['mallory']['id']}/page.json"
    connection.request("GET", path, headers={"Authorization": f"token {TOKEN}"})
    reply = connection.getresponse()
    assert reply.status == 200
    assert "default-src 'none'; sandbox" in reply.headers["Content-Security-Policy"]


PAGES = [
    f"manage_submissions/{ASSIGNMENT}",
    "manage_students",
    "manage_students/" + quote(injection.NAME, safe=""),
    "manage_students/" + quote(f"</script><script>{injection.NAME}", safe=""),
    "manage_students/" + quote('";top.hits=["url"];"', safe=""),
    f"manage_students/{quote(injection.NAME, safe='')}/{ASSIGNMENT}",
    f"gradebook/{ASSIGNMENT}",
    f"gradebook/{ASSIGNMENT}/{MODULE}",
    "gradebook/" + quote(injection.NAME, safe=""),
    f"api/submissions/{ASSIGNMENT}",
    f"api/submitted_notebooks/{ASSIGNMENT}/{MODULE}",
    "api/students",
    "api/student/" + quote(injection.NAME, safe=""),
    "submissions/" + quote(injection.NAME, safe=""),
    quote(injection.NAME, safe=""),
]


@pytest.mark.parametrize("page", PAGES)
def test_a_name_does_nothing_in_formgraders_lists(port: int, browser: WebDriver, page: str) -> None:
    assert happened(browser, f"http://127.0.0.1:{port}/formgrader/{page}", "td, th, ol *") == []
