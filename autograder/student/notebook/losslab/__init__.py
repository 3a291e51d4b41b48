"""`%load_ext losslab` in a notebook gives `%check` and `%hint`."""

from autograder.student.notebook.magics import load_ipython_extension, unload_ipython_extension

__all__ = ["load_ipython_extension", "unload_ipython_extension"]
