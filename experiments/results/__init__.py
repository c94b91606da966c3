"""The folder that a run leaves: written whole or not at all, checked when read, reproduced on request."""

from .folder import Staging, choose_folder, is_result, leftovers
from .manifest import damage, read_manifest, register_figures
from .reading import Result, open_result, read_frame
from .writing import write_result

__all__ = [
    "Result",
    "Staging",
    "choose_folder",
    "damage",
    "is_result",
    "leftovers",
    "open_result",
    "read_frame",
    "read_manifest",
    "register_figures",
    "write_result",
]
