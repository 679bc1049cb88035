"""What NumPy and SciPy compute of crossed layouts: Tests/Fixtures/metrics/variance.json and ranks.json.

Mean squares and components of the two-way analysis of variance are written out here from their definitions by differences of nested
least-squares fits, another way than the program's; F by scipy.stats.f, intervals by the same pivots with NumPy's own random numbers, so that
their ends are those of another draw; Friedman's statistic by scipy.stats.friedmanchisquare, and its p by every permutation of every block.

    python3 Tests/Peer/make_variance_fixtures.py      # SciPy 1.17.1, NumPy
"""

import itertools
import json
from pathlib import Path

import numpy as np
from scipy import stats

METRICS = Path(__file__).resolve().parent.parent / "Fixtures" / "metrics"
RANDOM = np.random.default_rng(19)
DRAWS = 400_000


def residual_square(values, design):
    """The sum of squares that a least-squares fit leaves."""
    fitted = design @ np.linalg.lstsq(design, values, rcond=None)[0]
    return float(((values - fitted) ** 2).sum())


def mean_squares(layout):
    rows, columns = layout.shape
    row, column = [index.ravel() for index in np.indices(layout.shape)]
    one = np.ones((rows * columns, 1))
    by_row, by_column = np.eye(rows)[row], np.eye(columns)[column]
    values = layout.ravel()
    both = residual_square(values, np.hstack([one, by_row, by_column]))
    return [
        (residual_square(values, np.hstack([one, by_column])) - both) / (rows - 1),
        (residual_square(values, np.hstack([one, by_row])) - both) / (columns - 1),
        both / ((rows - 1) * (columns - 1)),
    ]


def shares(rows, columns, rest):
    rows, columns = np.maximum(rows, 0), np.maximum(columns, 0)
    total = rows + columns + rest
    return [rows / total, columns / total, rest / total, (rows - columns) / total]


def components(layouts):
    count_rows, count_columns = layouts[0].shape
    degrees = [count_rows - 1, count_columns - 1, (count_rows - 1) * (count_columns - 1)]
    squares = np.array([mean_squares(layout) for layout in layouts])
    sums = squares.sum(axis=0)
    pooled = [int(degree * sums[k] ** 2 / (squares[:, k] ** 2).sum() + 1e-9) for k, degree in enumerate(degrees)]

    def split(pivots):
        return (pivots[0] - pivots[2]) / count_columns, (pivots[1] - pivots[2]) / count_rows, pivots[2]

    drawn = shares(*split([sums[k] * pooled[k] / RANDOM.chisquare(pooled[k], DRAWS) for k in range(3)]))
    return {
        "layouts": [layout.tolist() for layout in layouts],
        "mean_squares": squares.tolist(),
        "row_p": [float(stats.f.sf(square[0] / square[2], degrees[0], degrees[2])) for square in squares],
        "column_p": [float(stats.f.sf(square[1] / square[2], degrees[1], degrees[2])) for square in squares],
        "components": [float(part) for part in split(sums)],
        "shares": [float(share) for share in shares(*split(sums))],
        "low": [float(np.quantile(draws, 0.025)) for draws in drawn],
        "high": [float(np.quantile(draws, 0.975)) for draws in drawn],
    }


def layout(rows, columns, deviations):
    """Scores in percent with two digits, of rows, columns and cells that have these deviations."""
    values = 85 + deviations[0] * RANDOM.standard_normal((rows, 1)) + deviations[1] * RANDOM.standard_normal((1, columns))
    return np.round(values + deviations[2] * RANDOM.standard_normal((rows, columns)), 2)


def friedman(blocks):
    blocks = np.array(blocks)
    ranks = np.array([stats.rankdata(-block) for block in blocks])
    orders = [np.array(list(itertools.permutations(block))) for block in ranks]
    sums = orders[0]
    for other in orders[1:]:
        sums = (sums[:, None, :] + other[None, :, :]).reshape(-1, blocks.shape[1])
    centre = blocks.shape[0] * (blocks.shape[1] + 1) / 2
    distances = ((sums - centre) ** 2).sum(axis=1)
    observed = ((ranks.sum(axis=0) - centre) ** 2).sum()
    return {
        "blocks": blocks.tolist(),
        "mean_ranks": ranks.mean(axis=0).tolist(),
        "statistic": float(stats.friedmanchisquare(*blocks.T).statistic) if blocks.shape[1] > 2 else None,
        "p": float((distances >= observed).mean()),
    }


def write(name, cases):
    (METRICS / name).write_text(json.dumps(cases, indent=1, sort_keys=True) + "\n")


write(
    "variance.json",
    [
        components([layout(5, 5, (1.0, 1.0, 1.0))]),
        components([layout(5, 5, (0.0, 2.0, 0.5))]),
        components([layout(3, 4, (2.0, 0.0, 1.0))]),
        components([layout(2, 2, (1.0, 1.0, 1.0))]),
        components([layout(10, 8, (0.3, 0.6, 1.0))]),
        components([layout(5, 5, (deviation, 0.5, 1.0)) for deviation in (0.2, 3.0, 1.0, 0.5)]),
    ],
)
write(
    "ranks.json",
    [
        friedman([[9, 7, 5, 1], [8, 7, 6, 5], [4, 3, 2, 1]]),
        friedman([[1, 2, 3, 4], [4, 3, 2, 1], [2, 4, 1, 3]]),
        friedman([[80.5, 80.5, 79.0], [66.0, 65.0, 65.0], [90.0, 91.0, 89.0], [50.0, 50.0, 50.0]]),
        friedman([[0.3, 0.1, 0.2, 0.5, 0.4], [0.35, 0.1, 0.2, 0.45, 0.5]]),
        friedman([[2, 1], [4, 3], [6, 5]]),
    ],
)
