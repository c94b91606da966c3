"""The error for what could not be done, as `model.errors.InputError` is the one for what cannot be used."""

from __future__ import annotations


class ExperimentError(Exception):
    """Something failed that the input is not to blame for; its text is one or two lines for a reader."""


class Interrupted(ExperimentError):
    """The user interrupted what keeps what it has done; the text says how it goes on."""
