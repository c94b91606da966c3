"""Whether a coarse world tells the same story as a fine one (MODEL 1): growth 1996-2022 and mean degree at two resolutions.

    uv run python benchmarks/resolution.py [--coarse 600 --coarse-replicates 200 --fine 6000 --fine-replicates 60]

Growth index of a pair: mean joint works of 2022 over those of 1996, each a mean over replicates; intervals by the
bootstrap over replicates (95 %).
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd

from experiments.runner import default_jobs, run_scenario
from model import load_scenario

FIRST, LAST = 1996, 2022
DRAWS = 2000


def works(institutions: int, replicates: int, jobs: int) -> tuple[pd.DataFrame, pd.DataFrame, float]:
    """Works of both years, replicates x pairs, and the mean degree of the last year."""
    scenario = load_scenario("hindcast", {"world.institutions": institutions, "record.snapshots": []})
    series = run_scenario(scenario, replicates=replicates, jobs=jobs).series
    volume = series[series["indicator"] == "output.volume"]
    tables = []
    for year in (FIRST, LAST):
        of_year = volume[volume["date"].dt.year == year]
        table = of_year.pivot_table(index="replicate", columns="pair", values="value", observed=True)
        tables.append(table.loc[:, table.sum() > 0])  # partnerships are international: none within one country
    degree = series[(series["indicator"] == "network.mean_degree") & (series["date"].dt.year == LAST)]["value"].mean()
    return tables[0], tables[1], float(degree)


def growth(first: pd.DataFrame, last: pd.DataFrame, rng: np.random.Generator) -> tuple[pd.Series, np.ndarray]:
    """Growth index by pair, and its bootstrap draws, float64[DRAWS, pairs]."""
    n = len(first)
    weights = rng.multinomial(n, np.full(n, 1.0 / n), DRAWS) / n
    return last.mean() / first.mean(), (weights @ last.to_numpy()) / (weights @ first.to_numpy())


def main() -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--coarse", type=int, default=600)
    parser.add_argument("--coarse-replicates", type=int, default=200)
    parser.add_argument("--fine", type=int, default=6000)
    parser.add_argument("--fine-replicates", type=int, default=60)
    parser.add_argument("--jobs", type=int, default=default_jobs())
    chosen = parser.parse_args()
    rng = np.random.default_rng(1)
    a_first, a_last, a_degree = works(chosen.coarse, chosen.coarse_replicates, chosen.jobs)
    b_first, b_last, b_degree = works(chosen.fine, chosen.fine_replicates, chosen.jobs)
    a, a_draws = growth(a_first, a_last, rng)
    b, b_draws = growth(b_first, b_last, rng)
    ratio = a / b
    low, high = np.nanquantile(a_draws / b_draws, (0.025, 0.975), axis=0)
    table = pd.DataFrame({"coarse": a, "fine": b, "ratio": ratio, "low": low, "high": high})
    countries = [pair for pair in table.index if len(pair) == 5 and pair.isupper()]
    print(table.drop(index=countries).round(3).to_string())
    deviation = (ratio[countries] - 1.0).abs()
    print(f"country pairs: median deviation {deviation.median():.3f}, largest {deviation.max():.3f}")
    print(f"mean degree {LAST}: {a_degree:.2f} and {b_degree:.2f}, ratio {a_degree / b_degree:.3f}")
    levels = (a_last.mean() / b_last.mean()).drop(index=countries)
    print("works of the last year, coarse over fine:", levels.round(3).to_dict())


if __name__ == "__main__":
    main()
