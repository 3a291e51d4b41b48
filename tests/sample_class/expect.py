"""Write expected.json from a graded sample class: python tests/sample_class/expect.py DIR. Read the diff before committing."""

from __future__ import annotations

import json
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from test_sample_class import EXPECTED, summary  # noqa: E402

if __name__ == "__main__":
    results = json.loads((Path(sys.argv[1]) / "results.json").read_bytes())["results"]
    EXPECTED.write_text(json.dumps(summary(results), indent=1, sort_keys=True) + "\n")
