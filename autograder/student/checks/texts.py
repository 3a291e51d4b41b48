"""Every sentence that a student reads on the terminal and in the notebook: what happened, why, and what to do next.

A test checks that each is short, has every placeholder filled, and can be shown in ASCII. `format` fills the `{names}`.
"""

from __future__ import annotations

# --- losslab check: one check ---------------------------------------------------------------------------------------
EXPECTED = "expected {expected}, got {got}"
A_VALUE = "a value"
EXPECTED_SHAPE = "expected shape {expected}, got shape {got}"
EXPECTED_RELATION = "expected {left} {relation} {right}"
EXPECTED_RAISE = "expected a {kind}, but nothing was raised"
RAISED_UNCLEAR = 'your {kind} says "{said}", but does not name what the title asks for'
TITLE_FAILS = "what the title says does not hold"
TITLE_FAILS_FOR = "what the title says does not hold: got {got}"
STILL_RUNS = "{place}: still running after {seconds:g} s, so it was stopped"
STOPPED = "{place}: stopped by Ctrl-C"
ERROR_AT = "{place}: {said}"
SKIPPED = "not run: an earlier check of this part did not end"
NOT_STARTED = "not started: {name}"
MISNAMED = "`{name}` is not defined, but `{near}` is: rename it"
LEFT_OUT_WITH_CELL = "`{name}` is in code that was left out, see above"
SOURCE = "> {source}"
POINTS = "{points:g} points at stake"
NEXT_HINT = "next: losslab hint {part}"

# --- losslab check: the whole file ------------------------------------------------------------------------------
IDLE = "not started: {parts}"
NOT_PYTHON_HERE = "{file} · {place} is not Python: {reason}"
CELL_WAITS = "This cell is left out until you fix it."
WARNS = "warning in {place}"
WARNS_IN_CHECK = "Warning in {place}: {lesson}."
LEFT_OUT = "{place} was left out"
STOPPED_EARLY = "stopped"
NOT_RUN = "the checks after this one were not run"
PRINTS = "your functions print"
PRINTS_FIRST = "{first}; here a function returns its value and prints nothing"
NEXT_PART = "next: {part} in {file}; for a nudge: losslab hint {exercise}/{part}"
SOME_PASSED = "{passed} of {total} public checks passed; {hidden} when you submit."
ALL_PASSED = "All public checks passed; {hidden} when you submit."
HIDDEN = "{count} hidden checks run"
HIDDEN_UNKNOWN = "hidden checks run"
LINE = "line {line}"
CELL_LINE = "cell {cell}, line {line}"
YOUR_CODE = "your code"

# --- What a wrong value teaches ----------------------------------------------------------------------------------------
RETURNS_NONE = "Your function returns None: is its `return` missing?"
NAN = "NaN comes from inf - inf, 0 * inf or 0 / 0: which number became infinite or 0 first?"
INFINITE = "A number became infinite: look at what you divide, exponentiate or take the logarithm of."
OTHER_SIGN = "The size is right but the sign is wrong: which value should be subtracted from the other?"
FACTOR = "Your value is off by a factor of {factor}: is a factor missing, or one too many?"
FACTOR_COUNT = "Your value is off by a factor of {factor}, {what}: what should you divide by?"
ELEMENTS = "the number of elements"
ROWS = "the number of rows"
COLUMNS = "the number of columns"
SQUARE_ROOT = "Your value is the square root of the expected one."
SQUARED = "Your value is the square of the expected one."
SCALAR_WANTED = "A single number is expected: which axis did you not average or sum over?"
ARRAY_WANTED = "An array is expected, but you return a single number: did you average too early?"
OTHER_SHAPE = "Print the shape after each step, and find the step that changes it."
NOTHING_RAISED = "Bad input must not get through: check it before you compute, and raise ValueError."
NAME_THE_VALUE = "Put the wrong value, or both shapes, into the message: that is what its reader needs."
OTHER_ERROR = "NumPy or Python failed first: check the input before you compute, and raise ValueError yourself."

# --- What a warning teaches, by words of its text ----------------------------------------------------------------------
WARNING_LESSONS = {
    "overflow encountered in exp": "exp of more than 709 is infinite: subtract the largest number of the row first",
    "overflow encountered": "a number became infinite: look at what is multiplied, squared or exponentiated",
    "divide by zero encountered in log": "log(0) is -inf: compute log-probabilities directly from the logits",
    "divide by zero": "something is divided by 0: what should the result be there, and which formula gives it?",
    "invalid value encountered": "0 * inf, 0 / 0 and inf - inf are NaN: which number became 0 or infinite before?",
    "Using a target size": "shapes (N,) and (N, 1) broadcast to (N, N): give both the same shape",
    "Mean of empty slice": "the mean of nothing is NaN: what should an empty input give?",
}

# --- What an exception teaches, by its kind and words of its text --------------------------------------------------------
DID_YOU_MEAN = "Did you mean `{name}`?"
ERROR_LESSONS = {
    "UnboundLocalError": "A name assigned in a function is local in all of it: give it a value before you use it.",
    "NameError": "Python does not know this name: is it a typo, or is an import missing?",
    "ModuleNotFoundError": "This library is not part of the exercise: it is not there when your work is graded either.",
    "TypeError: unsupported operand type(s)": "Python lists do no arithmetic: convert the inputs to float arrays first.",
    "TypeError: can't multiply sequence": "Lists cannot be multiplied: convert the inputs to float arrays first.",
    "TypeError: only": "An array is used where one number is needed, or the other way: print its shape.",
    "TypeError": "A call has the wrong number or kind of arguments: compare it with the exercise.",
    "AttributeError: 'list'": "A list has no shape: convert the inputs to float arrays first.",
    "AttributeError: 'NoneType'": "A value is None here: is a `return` missing?",
    "ValueError: operands could not be broadcast": "The shapes do not match: print both, and see which axis differs.",
    "ValueError: The truth value of an array": "`if` needs one answer, but an array has many: use np.where, .any() or .all().",
    "RuntimeError: element 0 of tensors does not": "The graph was cut: did you call .item(), .detach() or .numpy() too early?",
    "IndexError": "An index is outside its array: which axis does it run over, and how long is that?",
    "ZeroDivisionError": "Something is divided by 0: what should the result be there?",
    "RecursionError": "The function calls itself without end: what should stop it?",
    "MemoryError": "This needs more memory than there is: did two shapes broadcast to a huge array?",
    "SystemExit": "exit() ends the whole run: remove it.",
}
ENDLESS = "Is there a loop that never ends? Find what should change in each round but does not."

# --- Errors: one line, file, cause, remedy ---------------------------------------------------------------------------------
NO_FILE = "{folder}: has no {names}; download the exercise again, or save your work under that name"
OTHER_NAME = "{folder}: has no {wanted}, but `{found}`; rename it to {renamed}"
UNREADABLE = "{path}: cannot be read ({reason}); close other programs that use it, and check its permissions"
EMPTY = "{path}: is empty; save your work into it, or download the exercise again"
NOT_UTF8 = "{path}: is not UTF-8 (byte {byte}); choose the encoding UTF-8 in your editor, and save it again"
NOT_PYTHON = "{path} {problem}; fix that line, and save"
ENDLESS_FILE = "{path} {said}; is there a loop that never ends?"
MISSING_LIBRARY = "{name}: is not installed here, and {assignment} needs it; run: python -m pip install {name}"
NO_TESTS = "{path}: not found; run this in the folder of {assignment}, or download the exercise again"
BROKEN_TESTS = "{path}: cannot be run ({reason}); download the exercise again"
WHICH = "you named no exercise, and this is not the folder of one; write for example: losslab check {example}"
SAVE_REMEDY = "make the folder writable, or move the course to one that is"
HINT_SAVE_REMEDY = "make the folder writable, or ask with --level 1, 2 or 3, which needs no record"
DAMAGED = "{path}: was damaged and is set aside as {aside}; your files are untouched, hints start again at the nudge"

# --- losslab hint ------------------------------------------------------------------------------------------------------------
HINT_TITLE = "{part} · hint {level} of {levels}, {name}"
HINT_LEVELS = ("the nudge", "the method", "the formula")
HINT_MORE = "Ask again for {name}; --again shows this one again."
HINT_LAST = "That was the last one; --level 1 shows the nudge again."
HINT_RECORDED = (
    "Noted in {path}. It stays on this machine until you submit; then your teacher sees which hints you asked for."
)
HINT_NOT_RECORDED = "Not noted: {path} cannot be written."
HINT_MANUAL = "{part}: you answer this part in words, and it is graded by hand; it has no hints"
HINT_AMBIGUOUS = "hint {part}: several exercises have it; write {choices}"
HINT_UNKNOWN = "hint {part}: no such part; choose one of {known}"
HINT_NOWHERE = "hint {part}: no exercise has such a part; losslab status lists them all"
HINT_NEAR = "hint {part}: no such part; did you mean {near}?"
HINT_WHICH = "hint: you named no part; write for example: losslab hint {example}"

# --- losslab status ------------------------------------------------------------------------------------------------------------
STATUS_HEAD = ("exercise", "part", "points", "state", "due")
STATE_NO_FOLDER = "not downloaded"
STATE_NO_FILE = "no file"
STATE_UNREADABLE = "cannot be read"
STATE_NO_LIBRARY = "needs {name}, which is not installed"
STATE_MANUAL = "graded by hand"
STATE_IDLE = "not started"
STATE_DONE = "public checks pass"
STATE_BEGUN = "{passed} of {total} public checks pass"
STATUS_TOTAL = "{done} of {total} parts pass their public checks; {points:g} of {all_points:g} points are still open."
NO_DEADLINE = "no deadline"
LEFT = "{time} left"
LATE = "{time} late"
SOON = "less than a minute left"
JUST_OVER = "just over"
NO_LATE_DAYS = "Late days: this course gives none for free."
LATE_DAYS = "Late days: {left} of {free} free ones left, as far as this machine knows."
LATE_USED = "  {assignment}: packed {days} late, by the time of {file}."
LATE_NOW = "  {assignment}: submitting now would use {days}."
LATE_CLOSED = "  {assignment}: has been closed since {date}."
LATE_COST = "A late day that is not free costs {percent:g} % of the score, at most {most:g} %."
LATE_CLOSES = "Nothing is accepted after {days:g} days."
LATE_UNKNOWN = "Not known here: when you really submitted, and which extensions you were granted."
DAY = "{count} day"
DAYS = "{count} days"
HOUR = "{count} hour"
HOURS = "{count} hours"
MINUTE = "{count} minute"
MINUTES = "{count} minutes"

# --- losslab check --watch ---------------------------------------------------------------------------------------------------
WATCHING = "watching {file} · part {part}: {title}"
WATCH_KEYS = "h hint · n next · l list · c all · q quit"
WATCH_KEYS_LINES = "single keys do not work here: type a letter, then Enter"
WATCH_STARTING = "starting Python for {assignment} …"
WATCH_AGAIN = "saved again, starting over"
WATCH_STOPPED = "the run did not end by itself and was stopped; save the file to run it again"
WATCH_DIED = "Python itself ended while your file ran (exit {code}); fix it and save to run it again"
WATCH_PART_DONE = "{part} is done; press n to go on to {following}."
WATCH_ALL_DONE = "Every part of {assignment} passes its public checks; next: losslab submit {assignment}"
WATCH_BYE = "left off at {assignment}/{part}; losslab check --watch goes on from there"
WATCH_SECONDS = "({seconds:.2f} s)"
WATCH_UNKNOWN_KEY = "{key}: no such key; {keys}"

# --- losslab submit ------------------------------------------------------------------------------------------------------------
TOO_LARGE = "{path}: is larger than {most} MiB; clear the outputs, save, submit again"
IN_EDITOR = "{path}: is open in an editor ({trace}); save and close it, then submit again"
BEFORE_CHECKPOINT = "{path}: is older than Jupyter's checkpoint of it; open it, save, then submit again"
NOT_AS_WRITTEN = "{path}: does not hold what was written to it; check the disk, then submit again"
NOTHING_STARTED = "{path}: nothing in it is started; save your work, then submit again"
PACKED = "{assignment}: {passed} of {total} public checks pass; hidden checks run when it is graded"
PACKED_IN = "in the zip: {names}"
PACKED_OUT = "not in the zip: {names}"
PACKED_NOTE = "note: {note}"
PACKED_AT = "written and read back: {path} (sha256 {sha256}); hand in this file"
OTHER_HAS_WORK = "{other} has work in it, too ({functions}), but {chosen} was saved last and is handed in alone"
HINTS_IN_ZIP = "{manifest} in the zip tells your teacher which hints you asked for: {hints}"

# --- %check and %hint in a notebook -------------------------------------------------------------------------------------------
NO_TESTS_HERE = "{folder}: has no file of public checks; open the notebook in the folder of its exercise"
NO_SUCH_PART = "{name}: no part or function of {assignment}; choose one of {known}"
NO_SUCH_LEVEL = "%hint {line}: the levels of {part} are 1 to {levels}"
NO_HINTS = "%hint {line}: {part} has no hints; it is graded by hand"
CELL_HINT = "{part} · hint {level} of {levels}: {hint}"
CELL_STATES = {"pass": "passed", "fail": "failed", "error": "failed", "missing": "not written yet"}
CELL_PART = "{part} · {title}"
CELL_ALL_PARTS = "All parts that you started"
CELL_MANUAL = "{what}: graded by hand, there is no public check"
CELL_IDLE = "{what}: not started; write it, run its cell, then check again"
CELL_NOTHING = "Nothing is started; write a function, run its cell, then check again"
CELL_PASSED = "{what}: all public checks passed; hidden checks run when you submit"
CELL_SOME = "{what}: {passed} of {total} public checks passed"
CELL_NEXT = "next: a nudge, %hint {part}"

# --- losslab predict -----------------------------------------------------------------------------------------------------------
PREDICT_TITLE = "{assignment} · predict {count} values before you write the code"
PREDICT_HOW = "Three digits are enough; inf, -inf, nan and the name of an error are answers, too. s skips, q quits."
PREDICT_ASK = "{number} of {count}: what is {ask}"
PREDICT_PROMPT = "= "
PREDICT_RIGHT = "right. {why}"
PREDICT_WRONG = "not quite; {left}"
PREDICT_TRIES = "try again ({count} of {tries})"
PREDICT_GO_ON = "go on, and come back to it later"
PREDICT_SKIPPED = "skipped; it will be asked again"
PREDICT_NO_NUMBER = "type a number, inf, -inf, nan or the name of an error"
PREDICT_KNOWN = "{known} of {count} were predicted before."
PREDICT_DONE = "{right} of {count} predicted; next: losslab check {assignment}"
PREDICT_OPEN = "{right} of {count} predicted; go on with: losslab predict {assignment}"
PREDICT_NONE = "predict {assignment}: it has no questions; these exercises do: {known}"
PREDICT_BROKEN = "{path}: cannot be read ({reason}); download the exercise again"
