"""The search for the highest rate that a server sustains."""

import math

WIDEST = 1.25


def highest_rate(sustains, guess, tolerance, step=WIDEST, least=0.0, limit=40):
    """Brackets the highest rate for which `sustains` holds, from `guess` up or
    down, then bisects until the bracket is within `tolerance`. The first step
    is a factor of `step`, at most WIDEST; each further one is twice as wide, up
    to that. Returns the highest rate that was sustained, 0 if none was from
    `least` up and within `limit` steps. `sustains` should hold below some rate
    and not above it."""
    close = (1 + tolerance) * (1 + 1e-9)  # a step of 1 + tolerance is close enough
    good = bad = None
    rate = guess
    for _ in range(limit):
        if rate < least:
            break
        if sustains(rate):
            good = rate
        else:
            bad = rate
        if good and bad:
            if bad / good <= close:
                break
            rate = math.sqrt(good * bad)
        else:
            rate = good * step if good else bad / step
            step = min(step * step, WIDEST)
    return good or 0.0
