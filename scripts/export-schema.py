"""Write docs/export.schema.json, the schema of `losslab export json`: python scripts/export-schema.py"""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from autograder.exports import schema  # noqa: E402

if __name__ == "__main__":
    text = msgspec.json.format(msgspec.json.encode(schema.schema()), indent=1)
    (ROOT / "docs" / "export.schema.json").write_bytes(text + b"\n")
