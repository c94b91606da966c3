"""A page that a class can play with: served by `comity teach`, and as one file by `comity export-page`.

The server reads messages (`messages`), lets worker processes answer them (`desk`, `worker`) and sends frames (`frames`).
What a worker does is the product's own: it loads the scenario, runs a replicate and takes the series of the recording
(`running`). All that is drawn stands in ``page``: a static page without a build step.
"""
