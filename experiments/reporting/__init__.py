"""One page about finished results, for someone who never saw the program: self-contained, printed well, no script."""

from .page import write_report

__all__ = ["write_report"]
