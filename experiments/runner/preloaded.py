"""What the server of worker processes holds ready: importing this module loads the model and its compiled kernels.

Only the server imports it (see `processes`), once, before it forks the first worker.
"""

import gc

from model.scenario.schema import Scenario
from model.simulation import warm_up

from . import worker  # noqa: F401

warm_up(Scenario.model_validate({"version": 1, "name": "preloaded"}))

# the collector writes into every object that it looks at, and a page that is written to is no longer shared
gc.collect()
gc.freeze()
