"""The search for the highest rate that a server sustains."""

import math


def highest_rate(sustains, guess, tolerance, growth=1.25, limit=40):
    """Brackets the highest rate for which `sustains` holds, from `guess` up or
    down by `growth`, then bisects until the bracket is within `tolerance`.
    Returns the highest rate that was sustained, 0 if none was within `limit`
    steps. `sustains` should hold below some rate and not above it."""
    good = bad = None
    rate = guess
    for _ in range(limit):
        if sustains(rate):
            good = rate
        else:
            bad = rate
        if good is None:
            rate = bad / growth
        elif bad is None:
            rate = good * growth
        elif bad / good <= 1 + tolerance:
            break
        else:
            rate = math.sqrt(good * bad)
    return good or 0.0
