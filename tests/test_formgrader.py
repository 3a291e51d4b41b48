"""formgrader, by its server's replies and in a real browser: autograde, a written answer graded by hand, grades.csv."""

from __future__ import annotations

import csv
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import nbgrader_course as kit
import pytest
from formgrader_kit import TOKEN, Ask, asker, chromium, server
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

ASSIGNMENT = "03-gradient-comparison"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = kit.make(tmp_path_factory.mktemp("course"))
    kit.hand_in(folder, ASSIGNMENT, 1, 3)
    kit.run(folder, "nbgrader", "generate_assignment", ASSIGNMENT)
    return folder


@pytest.fixture(scope="module")
def port(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A JupyterLab on loopback."""
    with server(folder, tmp_path_factory.mktemp("home")) as port:
        yield port


@pytest.fixture(scope="module")
def ask(port: int) -> Ask:
    return asker(port)


def test_a_written_answer_is_graded_by_hand(folder: Path, ask: Ask) -> None:
    assert ASSIGNMENT in ask("GET", "/api/assignments")
    for student in ("student-01", "student-03"):
        done = json.loads(ask("POST", f"/api/submission/{ASSIGNMENT}/{student}/autograde"))
        assert done["success"], done
    submissions = json.loads(ask("GET", f"/api/submitted_notebooks/{ASSIGNMENT}/gradient_comparison"))
    by_student = {item["student"]: item for item in submissions}
    assert set(by_student) == {"student-01", "student-03"}
    assert all(item["needs_manual_grade"] for item in submissions)
    mine = by_student["student-01"]["id"]
    page = ask("GET", f"/submissions/{mine}/")
    assert "✓" in page and "In your own words" in page
    grades = {item["name"]: item for item in json.loads(ask("GET", f"/api/grades?submission_id={mine}"))}
    assert grades["written"]["needs_manual_grade"] and not grades["train"]["needs_manual_grade"]
    ask("PUT", f"/api/grade/{grades['written']['id']}", {"manual_score": 4.5, "extra_credit": 0.5})
    kit.run(folder, "autograder", "grade", "submitted", "--out", "grades")
    with (folder / "grades" / "grades.csv").open(newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    earned = by_student["student-01"]["score"]
    assert earned > 0 and float(rows["student-01"][ASSIGNMENT]) == earned + 5
    kept = {item["name"]: item for item in json.loads(ask("GET", f"/api/grades?submission_id={mine}"))}
    assert (kept["written"]["manual_score"], kept["written"]["needs_manual_grade"]) == (4.5, False)


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[WebDriver]:
    with chromium(tmp_path / "profile") as opened:
        yield opened


def test_a_written_answer_is_graded_in_a_browser(folder: Path, ask: Ask, port: int, browser: WebDriver) -> None:
    for student in ("student-01", "student-03"):
        ask("POST", f"/api/submission/{ASSIGNMENT}/{student}/autograde")
    formgrader = f"http://127.0.0.1:{port}/formgrader"
    wait = WebDriverWait(browser, 60)
    browser.get(f"http://127.0.0.1:{port}/login?token={TOKEN}")  # which leaves a cookie
    browser.get(f"{formgrader}/manage_submissions/{ASSIGNMENT}")
    wait.until(lambda _: "student-01" in browser.page_source and "student-03" in browser.page_source)
    _picture(browser, "class")

    browser.get(f"{formgrader}/gradebook/{ASSIGNMENT}/gradient_comparison")
    wait.until(lambda _: len(browser.find_elements(By.CSS_SELECTOR, "#submission-gradebook tbody a, tbody a")) >= 2)
    listed = json.loads(ask("GET", f"/api/submitted_notebooks/{ASSIGNMENT}/gradient_comparison"))
    theirs = next(item for item in listed if item["student"] == "student-03")
    assert theirs["needs_manual_grade"]

    browser.get(f"{formgrader}/submissions/{theirs['id']}/")
    field = wait.until(lambda _: browser.find_element(By.ID, "written"))
    wait.until(
        lambda _: "needs_manual_grade" in (field.get_attribute("class") or "")
    )  # once the page's script knows the grades
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", field)
    _picture(browser, "answer")
    field.clear()
    field.send_keys("3.5" + Keys.TAB)

    def saved(_: WebDriver) -> bool:
        now = json.loads(ask("GET", f"/api/grades?submission_id={theirs['id']}"))
        return [item["manual_score"] for item in now if item["name"] == "written"] == [3.5]

    wait.until(saved)
    kit.run(folder, "autograder", "grade", "submitted", "--out", "grades")
    with (folder / "grades" / "grades.csv").open(newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert float(rows["student-03"][ASSIGNMENT]) == theirs["score"] + 3.5


def _picture(browser: WebDriver, name: str) -> None:
    """Keep what the browser shows, where LOSSLAB_PICTURES names a folder for it."""
    if folder := os.environ.get("LOSSLAB_PICTURES"):
        time.sleep(2)
        browser.save_screenshot(str(Path(folder) / f"formgrader-{name}.png"))
