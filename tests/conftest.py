"""What holds for every test: worker processes start afresh, as on systems that cannot fork, unless a test says otherwise."""

import os

os.environ.setdefault("COMITY_START_METHOD", "spawn")
