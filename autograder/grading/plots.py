"""Pictures of a submission's plots, drawn by a worker that has seen nothing but what the plots are of.

A picture has room for everything that its worker was ever given: all hidden inputs, in the pixels of a corner.
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
    """PNGs by part, each of the call that gave a figure there; what cannot be drawn again is left out.

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
        if known[key]:  # the wire lets small pictures through alone
            pictures[part] = known[key]
    return pictures


def _picture(opener: Opener, call: Recorded, spent: float) -> tuple[bytes, float]:
    """One picture by a worker of its own, and what is spent of the time that all of them share.

    Once more where the machine failed and not the submission.
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
        except Exception:  # whatever a student's code raises
            break
        finally:
            spent = student.spent
    return b"", spent
