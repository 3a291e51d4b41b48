"""Draw pictures of a submission's plots in a fresh worker that has seen only the inputs of these plots.

A worker could hide everything it has ever received, such as all hidden inputs, in a few pixels of a picture.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from autograder.base.errors import SandboxError
from autograder.grading.failures import CallFailed
from autograder.grading.proxy import Student
from autograder.grading.tensors import tensors
from autograder.grading.trace import Recorded
from autograder.worker import reader
from autograder.worker.wire import Figure

Opener = Callable[[], Student]


def drawn(opener: Opener, calls: Mapping[str, Recorded]) -> dict[str, bytes]:
    """Return PNGs by part, each drawn by repeating a call that returned a figure; a call that fails is left out.

    Raises:
        SandboxError: the jail breaks down.
    """
    pictures: dict[str, bytes] = {}
    known: dict[tuple[str, bytes], bytes] = {}
    spent = 0.0
    for part, call in calls.items():
        key = call.function, call.arguments
        if key not in known:
            known[key], spent = _picture(opener, call, spent)
        if known[key]:  # empty if the picture was too large for the wire
            pictures[part] = known[key]
    return pictures


def _picture(opener: Opener, call: Recorded, spent: float) -> tuple[bytes, float]:
    """Return one picture, drawn by its own worker, and the time spent so far, which all pictures share.

    If the machine failed and not the submission, try once more.
    """
    for patient in (False, True):
        student = opener()
        try:
            with student:
                student.start_the_clock(spent)
                student.patient = patient
                args, kwargs = reader.unpack(call.arguments, tensors)
                value = student.observe(call.function, *args, **kwargs).value
                return value.png if isinstance(value, Figure) else b"", student.spent
        except SandboxError:
            raise
        except CallFailed as failure:
            if not failure.again:
                break
        except Exception:  # a student's code may raise anything
            break
        finally:
            spent = student.spent
    return b"", spent
