"""Known wrong answers of 03-gradient-comparison, part `speed`, each with what a tutor would say."""

from autograder.grading.diagnosis.catalogue import mistake

mistake(
    "speed_above",
    says="an accuracy equal to the threshold reaches it: compare with >=.",
    function="steps_to_accuracy",
    change=('np.asarray(history["accuracy"]) >= threshold', 'np.asarray(history["accuracy"]) > threshold'),
)


@mistake(
    "speed_argmax",
    says="argmax of a row of False is 0, so this returns 0 if the threshold is never reached; return None then.",
    seen="PointOneNav/fusion-engine-client#144: np.argmax of a boolean array replaced by find_first",
)
def steps_to_accuracy(history, threshold):
    return int(np.argmax(np.asarray(history["accuracy"]) >= threshold))


mistake(
    "speed_last",
    says="this returns the last index that reaches the threshold; return the first.",
    function="steps_to_accuracy",
    change=("reached[0]", "reached[-1]"),
)


@mistake(
    "speed_searchsorted",
    says="searchsorted needs a sorted row, but the accuracy goes up and down.",
    seen="docs: numpy.searchsorted: assumes that the array is sorted",
)
def steps_to_accuracy(history, threshold):
    index = int(np.searchsorted(history["accuracy"], threshold))
    return index if index < len(history["accuracy"]) else None


mistake(
    "speed_from_one",
    says="this counts from 1; index 0 is the start, before any step.",
    function="steps_to_accuracy",
    change=("if reached.", "+ 1 if reached."),
)


@mistake(
    "speed_overwrites",
    says="this writes True and False over the accuracies in the caller's history; give them a name of their own.",
    breaks=("leaves_alone",),
)
def steps_to_accuracy(history, threshold):
    reached = np.flatnonzero(np.asarray(history["accuracy"]) >= threshold)
    history["accuracy"] = np.asarray(history["accuracy"]) >= threshold
    return int(reached[0]) if reached.size else None


@mistake(
    "speed_prints",
    says="this prints the number besides returning it; leave the printing to the caller.",
    breaks=("prints",),
)
def steps_to_accuracy(history, threshold, right=steps_to_accuracy):
    count = right(history, threshold)
    print("reached after", count)
    return count


@mistake(
    "speed_zero_is_none",
    says="this takes index 0 for nothing, since Python takes 0 as false; compare with None, or test whether there is any.",
    seen="docs: Python, truth value testing: zero of any numeric type is false",
)
def steps_to_accuracy(history, threshold, right=steps_to_accuracy):
    return right(history, threshold) or None
