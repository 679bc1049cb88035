"""What SciPy and NumPy compute of the agreement of profiles: Tests/Fixtures/metrics/agreement.json.

Correlations by scipy.stats, jackknife intervals written out, p by permutations of NumPy's own, so that they are those of another draw;
and the true means of two populations, by their definition, over many draws.

    python3 Tests/Peer/make_agreement_fixtures.py      # SciPy 1.17.1, NumPy
"""

import json
from pathlib import Path

import numpy as np
from scipy import stats

FIXTURE = Path(__file__).resolve().parent.parent / "Fixtures" / "metrics" / "agreement.json"
RANDOM = np.random.default_rng(19)
PERMUTATIONS = 40_000


def correlations(profiles, kind):
    """[group, block, group, block]; NaN where a profile is missing or constant."""
    measure = stats.spearmanr if kind == "spearman" else stats.pearsonr
    shape = len(profiles), len(profiles[0])
    found = np.full(shape + shape, np.nan)
    for one in np.ndindex(shape):
        for other in np.ndindex(shape):
            a, b = profiles[one[0]][one[1]], profiles[other[0]][other[1]]
            if a is not None and b is not None and len(set(a)) > 1 and len(set(b)) > 1:
                found[one + other] = measure(a, b)[0]
    return found


def means(c):
    group = np.equal.outer(np.arange(c.shape[0]), np.arange(c.shape[0]))[:, None, :, None]
    block = np.equal.outer(np.arange(c.shape[1]), np.arange(c.shape[1]))[None, :, None, :]
    take = lambda mask: np.nanmean(np.where(np.broadcast_to(mask, c.shape), c, np.nan))
    same_group, same_block, neither = take(group & ~block), take(~group & block), take(~group & ~block)
    return np.array([same_group, same_block, neither, same_group - neither, same_block - neither])


def intervals(c):
    whole, variances = means(c), []
    for axis in (0, 1):
        size = c.shape[axis]
        without = np.array([means(np.delete(np.delete(c, i, axis), i, axis + 2)) for i in range(size)])
        variances.append((size - 1) / size * ((without - without.mean(0)) ** 2).sum(0))
    half = stats.t.ppf(0.975, min(c.shape[:2]) - 1) * np.sqrt(np.maximum(*variances))
    return whole - half, whole + half


def excess(c, labels):
    """Of labels [stratum, item], with strata first in c; each label stands once in a stratum."""
    strata, items = labels.shape
    first, second = np.triu_indices(strata, 1)
    order = np.argsort(labels, axis=1)
    same = c[first[:, None], order[first], second[:, None], order[second]]
    among = np.array([c[i, :, j, :] for i, j in zip(first, second)])
    total, count = np.nansum(among), np.isfinite(among).sum()
    sum_, number = np.nansum(same), np.isfinite(same).sum()
    return sum_ / number - (total - sum_) / (count - number)


def p_value(c):
    """c [stratum, item, stratum, item], the items' own places being their labels; every profile is there."""
    strata, items = c.shape[:2]
    observed = excess(c, np.tile(np.arange(items), (strata, 1)))
    drawn = [excess(c, RANDOM.permuted(np.tile(np.arange(items), (strata, 1)), axis=1)) for _ in range(PERMUTATIONS)]
    return (1 + int((np.array(drawn) >= observed - 1e-12).sum())) / (PERMUTATIONS + 1)


def draw(groups, blocks, size, shared, group, block):
    normal = RANDOM.standard_normal
    values = np.exp(
        shared * normal(size) + group * normal((groups, 1, size)) + block * normal((1, blocks, size)) + normal((groups, blocks, size))
    )
    values /= values.sum(axis=2, keepdims=True)
    return [[[round(float(v), 4) for v in profile] for profile in row] for row in values]


def matrix(c):
    size = c.shape[0]
    off = ~np.eye(c.shape[1], dtype=bool)
    return [[float(np.nanmean(c[i, :, j, :][off])) for j in range(size)] for i in range(size)]


def case(profiles, kind):
    c = correlations(profiles, kind)
    low, high = intervals(c)
    whole = all(profile is not None for row in profiles for profile in row)
    return {
        "profiles": profiles,
        "correlation": kind,
        "means": means(c).tolist(),
        "low": low.tolist(),
        "high": high.tolist(),
        "matrix": matrix(c),
        "group_p": p_value(c.transpose(1, 0, 3, 2)) if whole else None,
        "block_p": p_value(c) if whole else None,
    }


def truth(group, size=6, pairs=2_000_000):
    """The mean of Pearson's correlation of two normal profiles of one group, whose values have variance 1 + group²."""
    shared = group * RANDOM.standard_normal((pairs, size))
    one, other = (shared + RANDOM.standard_normal((pairs, size)) for _ in range(2))
    one, other = (x - x.mean(1, keepdims=True) for x in (one, other))
    return float(((one * other).sum(1) / np.sqrt((one**2).sum(1) * (other**2).sum(1))).mean())


def main():
    cases = []
    for arguments, kind in [
        ((5, 6, 6, 0.5, 0.7, 0), "spearman"), ((5, 6, 6, 0.5, 0.7, 0), "pearson"), ((4, 4, 6, 0, 0, 0.8), "spearman"),
        ((3, 5, 12, 1, 0.3, 0.3), "pearson"), ((4, 5, 6, 0, 0, 0), "spearman"),
    ]:
        cases.append(case(draw(*arguments), kind))
    broken = draw(4, 4, 5, 0.3, 0.6, 0)
    broken[1][2] = None
    broken[3][0] = [0.2] * 5
    cases.append(case(broken, "spearman"))
    result = {"cases": cases, "same_group_pearson": {str(group): truth(group) for group in (0.5, 1.0)}}
    FIXTURE.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
