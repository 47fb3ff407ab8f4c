"""A side's own end: it answers orders from stdin, one line of JSON each, until there are no more. No Django here."""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable, Mapping
from typing import Any


def orders_answer(orders: Mapping[str, Callable[..., Any]]) -> None:
    """Carry out orders until stdin ends. Whatever else is printed meanwhile goes to stderr."""
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)
        for line in sys.stdin:
            details = json.loads(line)
            name = details.pop("order")
            try:
                answer = {"answer": orders[name](**details)}
            except Exception as error:
                traceback.print_exc()
                answer = {"failed": f"{type(error).__name__}: {error}"}
            answers.write(json.dumps(answer, ensure_ascii=False) + "\n")
            answers.flush()
