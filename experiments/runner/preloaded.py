"""What the server of worker processes holds ready: importing this module loads the model and its compiled kernels.

Only the server imports it (see `processes`), once, before it forks the first worker.
"""

from model.scenario.schema import Scenario
from model.simulation import warm_up

from . import worker  # noqa: F401

warm_up(Scenario.model_validate({"version": 1, "name": "preloaded"}))
