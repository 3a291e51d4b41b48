"""Known wrong answers of 02-cross-entropy, part `quick_checks`, each with what a tutor would say."""

from autograder.grading.diagnosis.catalogue import mistake

mistake(
    "quick_bce_zero",
    says="this is the limit for a target of 0; for a target of 1 the term -log p is left, and p goes to 0.",
    function="quick_check_bce",
    change=("math.inf", "0.0"),
)

mistake(
    "quick_bce_one",
    says="no finite number is the limit: -log p grows without bound as p goes to 0.",
    function="quick_check_bce",
    change=("math.inf", "1.0"),
)

mistake(
    "quick_bce_minus_infinity",
    says="log p goes to minus infinity, and the loss has a minus in front.",
    function="quick_check_bce",
    change=("math.inf", "-math.inf"),
)

mistake(
    "quick_weights_swapped",
    says="these are the right weights in the wrong order: the class of 900 comes first.",
    function="quick_check_weights",
    change=("[1000 / (2 * 900), 1000 / (2 * 100)]", "np.array([5.0, 1000 / 1800])"),
)

mistake(
    "quick_weights_roots",
    says="these are the roots; inverse-frequency weights have none.",
    function="quick_check_weights",
    change=("[1000 / (2 * 900), 1000 / (2 * 100)]", 'class_weights([900, 100], strategy="inverse_sqrt")'),
)

mistake(
    "quick_weights_rounded",
    says="this is rounded to two digits; return the quotients themselves.",
    function="quick_check_weights",
    change=("[1000 / (2 * 900), 1000 / (2 * 100)]", "np.array([0.56, 5.0])"),
)
