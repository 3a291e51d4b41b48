"""Known wrong answers of 01-mse, part `quick_check`, each with what a tutor would say."""

from autograder.grading.diagnosis.catalogue import mistake

mistake(
    "quick_check_signs_kept",
    says="this keeps the minus of -4 when squaring; (-4)² is +16.",
    seen="docs: Python language reference, the power operator: -1**2 results in -1",
    function="quick_check_mse",
    change=("mse_loss(np.array([2.0, -4.0]), np.zeros(2))", "(2**2 + -(4**2)) / 2"),
)

mistake(
    "quick_check_doubled",
    says="this doubles the errors, or just adds up their sizes; square each of them and take the mean.",
    function="quick_check_mse",
    change=("mse_loss(np.array([2.0, -4.0]), np.zeros(2))", "(2 * 2 + 4 * 2) / 2"),
)

mistake(
    "quick_check_printed",
    says="this prints the number but returns nothing; end with `return`.",
    function="quick_check_mse",
    change=(
        "return mse_loss(np.array([2.0, -4.0]), np.zeros(2))",
        "print(mse_loss(np.array([2.0, -4.0]), np.zeros(2)))",
    ),
)

mistake(
    "quick_check_text",
    says="this returns the number as text; return the number itself.",
    function="quick_check_mse",
    change=("mse_loss(np.array([2.0, -4.0]), np.zeros(2))", '"10"'),
)
