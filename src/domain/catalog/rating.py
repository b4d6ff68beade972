"""What many ratings of a course come to, so that one enthusiast doesn't outshine a hundred satisfied learners."""

PRIOR_RATINGS = 5
PRIOR_SUM = 17.5
"""As if five learners had given 3.5 each, the lower half of what people give who like a course, before the first one.

Fixed, and not the average of the whole catalog: so there is no query over all courses, and the rating of one course
never moves because another one was reviewed.
"""


def bayesian_average(total: int, count: int) -> float | None:
    """`(C * m + sum) / (C + n)`, rounded half up to two digits; None without ratings.

    That is the mean of the posterior with a prior worth C ratings of mean m, which the Internet Movie Database made
    known as its "weighted rating".
    """
    if not count:
        return None
    hundredths, weight = round(100 * PRIOR_SUM) + 100 * total, PRIOR_RATINGS + count
    return (2 * hundredths + weight) // (2 * weight) / 100
