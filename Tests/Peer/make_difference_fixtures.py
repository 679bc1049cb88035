"""What SciPy and NumPy compute of paired differences: Tests/Fixtures/metrics/differences.json.

Sign-flip tests by scipy.stats.permutation_test, the step-down of Westfall and Young written out, noncentral t by scipy.integrate.quad (held
to scipy.stats.nct, which has no value for large noncentralities of few degrees of freedom), ranks by scipy.stats.rankdata, and the
hierarchical bootstrap with NumPy's own random numbers, so that its ends are those of another draw.

    python3 Tests/Peer/make_difference_fixtures.py      # SciPy 1.17.1, NumPy
"""

import itertools
import json
from pathlib import Path

import numpy as np
from scipy import integrate, optimize, stats

FIXTURE = Path(__file__).resolve().parent.parent / "Fixtures" / "metrics" / "differences.json"
RANDOM = np.random.default_rng(20)
DRAWS = 400_000


def rounded(values):
    return [round(float(value), 4) for value in values]


def sign_flips(rows):
    """p of each row by SciPy, and adjusted for all rows; a row's missing units are None."""
    single = [
        stats.permutation_test(
            ([value for value in row if value is not None],), np.mean, permutation_type="samples", n_resamples=np.inf,
            alternative="two-sided",
        ).pvalue
        for row in rows
    ]
    values = np.array([[0.0 if value is None else value for value in row] for row in rows])
    lengths = np.sqrt((values**2).sum(axis=1))
    scaled = values / np.where(lengths > 0, lengths, 1)[:, None]
    signs = np.array(list(itertools.product([1, -1], repeat=values.shape[1])))
    flipped = np.abs(scaled @ signs.T)
    observed = flipped[:, 0]
    adjusted, highest = [None] * len(rows), 0.0
    remaining = list(range(len(rows)))
    for index in sorted(remaining, key=lambda row: -observed[row]):
        share = float((flipped[remaining].max(axis=0) >= observed[index] - 1e-9).mean())
        highest = max(highest, share)
        adjusted[index] = highest
        remaining.remove(index)
    return {"rows": rows, "p": [float(p) for p in single], "adjusted": adjusted}


def noncentral(t, freedom, shift):
    """P(T <= t), the mean of the normal distribution at t s - shift over s, chi divided by the root of its degrees of freedom."""
    chi = stats.chi(freedom, scale=1 / np.sqrt(freedom))
    cuts = [float(chi.ppf(share)) for share in (1e-15, 1e-6, 0.01, 0.25, 0.5, 0.75, 0.99, 1 - 1e-6)] + [float(chi.isf(1e-16))]
    if t > 0 and cuts[0] < shift / t < cuts[-1]:
        cuts = sorted([*cuts, shift / t])
    parts = [
        integrate.quad(lambda s: stats.norm.cdf(t * s - shift) * chi.pdf(s), low, high, epsabs=1e-14, epsrel=1e-12, limit=500)[0]
        for low, high in zip(cuts, cuts[1:])
    ]
    value, other = sum(parts), stats.nct.cdf(t, freedom, shift)
    assert np.isnan(other) or abs(value - other) < 1e-9, (t, freedom, shift, value, other)
    return float(value)


def detectable(freedom, level, power):
    critical = stats.t.ppf(1 - level / 2, freedom)

    def gap(shift):
        return 1 - noncentral(critical, freedom, shift) + noncentral(-critical, freedom, shift) - power

    return {
        "degrees_of_freedom": freedom, "level": level, "power": power,
        "difference": float(optimize.brentq(gap, 0.1, 30, xtol=1e-12, rtol=1e-13)),
    }


def bootstrap(tasks):
    """The ends of the 95 % and the 90 % interval: Student's width, where the drawn percentiles put it about the mean."""
    means = np.array([np.mean(task) for task in tasks])
    count, centre = len(tasks), means.mean()
    drawn = np.zeros(DRAWS)
    for _ in range(count):
        chosen = RANDOM.integers(count, size=DRAWS)
        for index, task in enumerate(tasks):
            places = np.flatnonzero(chosen == index)
            drawn[places] += np.array(task)[RANDOM.integers(len(task), size=(places.size, len(task)))].mean(axis=1)
    drawn = drawn / count - centre
    ends = {}
    for name, confidence in (("", 0.95), ("equivalence_", 0.9)):
        low, high = np.quantile(drawn, [(1 - confidence) / 2, (1 + confidence) / 2])
        width = 2 * stats.t.ppf((1 + confidence) / 2, count - 1) * means.std(ddof=1) / np.sqrt(count)
        ends[name + "low"] = float(centre + width * low / (high - low))
        ends[name + "high"] = float(centre + width * high / (high - low))
    return {"tasks": tasks, "mean": float(centre), **ends}


def ranks(rows):
    return {"rows": rows, "ranks": [float(value) for value in stats.rankdata(-np.array(rows), axis=0).mean(axis=1)]}


def differences(tasks, seeds, between, within):
    return [rounded(RANDOM.normal(RANDOM.normal(0.2, between), within, seeds)) for _ in range(tasks)]


def main():
    shared = RANDOM.normal(0, 1, 8)
    families = [
        [rounded(RANDOM.normal(1.0, 1, 8))],
        [rounded(RANDOM.normal(shift, 1, 8) - shared) for shift in (0, 0, 1, 2.5, -3)],
        [[0.5, 0.5, 0.5], [0.25, -0.25, 0.5]],
        [[1.0, 2.0, None, 4.0, 3.0], [None, -1.0, -1.0, -2.0, 0.5], [0.5, -0.5, 0.5, -0.5, 0.0]],
        [rounded(RANDOM.normal(0.4, 1, 12)) for _ in range(3)],
        [[0.0, 0.0, 0.0, 0.0], [1.0, 1.0, 1.0, 1.0]],
    ]
    document = {
        "sign_flips": [sign_flips(rows) for rows in families],
        "noncentral_t": [
            {
                "t": t, "degrees_of_freedom": freedom, "noncentrality": shift,
                "probability": noncentral(t, freedom, shift),
            }
            for freedom in (1, 2, 3.5, 7, 40, 1000)
            for t, shift in ((-2.5, 0.0), (2.0, 0.0), (2.0, 1.0), (-1.0, 1.5), (4.0, 3.2), (12.7, 9.0))
        ],
        "detectable": [
            detectable(freedom, level, power)
            for freedom, level, power in (
                (1, 0.05, 0.8), (2, 0.05, 0.8), (4, 0.05, 0.8), (7, 0.05, 0.8), (7, 0.01, 0.9), (7, 0.05, 0.1), (200, 0.05, 0.8),
            )
        ],
        "bootstrap": [
            bootstrap(tasks)
            for tasks in (
                differences(2, 5, 1.0, 1.0), differences(3, 2, 2.0, 0.5), differences(8, 5, 0.5, 1.0), differences(8, 2, 0.0, 1.0),
                [[5.0, 0.1, -0.2, 0.3], [0.2, 0.1], [-0.1, 0.4, 0.0], [0.1, -0.3, 0.2, 0.1, 0.0], [0.3, 0.2]],
            )
        ],
        "ranks": [
            ranks([[0.8, 0.7, 0.9], [0.8, 0.6, 0.7], [0.5, 0.9, 0.8], [0.8, 0.6, 0.6]]), ranks([[0.1, 0.2], [0.2, 0.1]]),
        ],
    }
    FIXTURE.write_text(json.dumps(document, indent=1, sort_keys=True) + "\n")


main()
