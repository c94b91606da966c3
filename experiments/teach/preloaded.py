"""What the server of the page's workers holds ready: that of all workers, but not pyarrow.

pandas loads pyarrow wherever it is installed, 34 MB, and nothing that answers a question reads or writes Parquet.
"""

import sys

sys.modules["pyarrow"] = None  # type: ignore[assignment]  # as if it were not installed

from ..runner import preloaded  # noqa: E402, F401
