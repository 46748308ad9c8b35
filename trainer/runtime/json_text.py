"""Parse JSON that may be damaged: whatever is wrong with it is a ValueError."""

from __future__ import annotations

import json
from typing import Any


def parse_json(text: str | bytes) -> Any:
    """The value of a JSON text.

    Args:
        text: of a file, or of one line of it; bytes must be UTF-8.

    Raises:
        ValueError: it is not UTF-8 or not JSON, is nested too deeply, has a number with thousands of digits, or has a
            lone surrogate such as `\\ud800`, which tokenizers and files reject.
    """
    decoded = text if isinstance(text, str) else text.decode("utf-8-sig")
    try:
        content = json.loads(decoded)
        if "\\u" in decoded:
            json.dumps(content, ensure_ascii=False).encode()
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    except UnicodeEncodeError as error:
        raise ValueError(f"it has a lone surrogate, \\u{ord(error.object[error.start]):x}") from error
    return content
