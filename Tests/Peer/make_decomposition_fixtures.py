#!/usr/bin/env python3
"""What numpy says of the largest components of small matrices: Tests/Fixtures/decompositions/singular-values.json.

    python3 Tests/Peer/make_decomposition_fixtures.py

Each case has a matrix's entries row by row, how many components are asked for, all its singular values, and the sum of the largest
components, row by row. Vectors have the sign of the program's rule (the right one's entry of the largest magnitude is positive) where
singular values are apart.
"""

import json
from pathlib import Path

import numpy

FILE = Path(__file__).resolve().parent.parent / "Fixtures" / "decompositions" / "singular-values.json"


def case(name, matrix, count):
    matrix = matrix.astype(numpy.float32)
    left, values, right = numpy.linalg.svd(matrix.astype(numpy.float64), full_matrices=False)
    product = (left[:, :count] * values[:count]) @ right[:count]
    found = {"name": name, "rows": matrix.shape[0], "columns": matrix.shape[1], "count": count,
             "entries": [float(f"{x:.9g}") for x in matrix.flatten()], "values": values.tolist(), "product": product.flatten().tolist()}
    wanted = values[:count + 1]
    if len(wanted) < 2 or min(wanted[:-1] - wanted[1:]) > 1e-3 * values[0]:
        signs = [1 if row[numpy.abs(row).argmax()] > 0 else -1 for row in right[:count]]
        found["left"] = [(sign * left[:, index]).tolist() for index, sign in enumerate(signs)]
        found["right"] = [(sign * row).tolist() for sign, row in zip(signs, right)]
    return found


def main():
    drawn = numpy.random.default_rng(7)
    cases = [
        case("square", drawn.normal(size=(9, 9)), 4),
        case("wide", drawn.normal(size=(6, 15)), 3),
        case("tall", drawn.normal(size=(17, 5)), 2),
        case("all components", drawn.normal(size=(7, 10)), 7),
        case("of rank two", drawn.normal(size=(8, 2)) @ drawn.normal(size=(2, 11)), 5),
        case("equal singular values", numpy.linalg.qr(drawn.normal(size=(6, 6)))[0], 6),
        case("far apart", drawn.normal(size=(8, 8)) @ numpy.diag(10.0 ** -numpy.arange(8)), 8),
        case("one column", drawn.normal(size=(4, 1)), 1),
        case("zero", numpy.zeros((3, 4)), 2),
    ]
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(cases) + "\n")


if __name__ == "__main__":
    main()
