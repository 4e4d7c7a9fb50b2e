"""The search for the highest rate that a server sustains."""

import math

WIDEST = 1.25


def highest_rate(sustains, guess, tolerance, step=WIDEST, least=0.0, limit=40):
    """Brackets the highest rate for which `sustains` holds, from `guess` up or
    down, then bisects until the bracket is within `tolerance`. The first step
    is a factor of `step`, at most WIDEST; each further one is twice as wide, up
    to that. Returns the highest rate that was sustained, 0 if none was from
    `least` up and within `limit` steps. `sustains` should hold below some rate
    and not above it, but may fail when the machine is disturbed: the failure
    that ends the search is checked, later than it happened, and if it was a
    disturbance the search goes on from there."""
    close = (1 + tolerance) * (1 + 1e-9)  # a step of 1 + tolerance is close enough
    good = bad = None
    rate, checked = guess, False
    for _ in range(limit):
        if rate < least:
            break
        if sustains(rate):
            good = rate
            if checked:
                bad, step = None, 1 + tolerance
        elif checked:
            break
        else:
            bad = rate
        checked = bool(good and bad and bad / good <= close)
        if checked:
            rate = bad
        elif good and bad:
            rate = math.sqrt(good * bad)
        else:
            rate = good * step if good else bad / step
            step = min(step * step, WIDEST)
    return good or 0.0
