"""Known wrong answers of 04-focal-loss, part `evaluate`, each with what a tutor would say."""

from autograder.grading.diagnosis.catalogue import mistake

mistake(
    "evaluate_left_in_eval",
    breaks=("state",),
    says="the model stays in eval mode afterwards; restore the mode it had.",
    seen="shubhamagarwal92/mmd#14: no model.train() after evaluate",
    change=(
        "was_training = model.training\n"
        "    model.eval()\n"
        "    with torch.no_grad():\n"
        "        logits = model(X)\n"
        "    model.train(was_training)",
        "model.eval()\n    with torch.no_grad():\n        logits = model(X)",
    ),
)

mistake(
    "evaluate_always_trains_after",
    breaks=("state",),
    says="the model is always in training mode afterwards; restore the mode it had.",
    change=(
        "was_training = model.training\n"
        "    model.eval()\n"
        "    with torch.no_grad():\n"
        "        logits = model(X)\n"
        "    model.train(was_training)",
        "model.eval()\n    with torch.no_grad():\n        logits = model(X)\n    model.train()",
    ),
)

mistake(
    "evaluate_in_training_mode",
    breaks=("evaluation",),
    says="the model is called in whatever mode it is in, so dropout may be on; call model.eval() first.",
    seen="ipolharvard/ethos-ares#20: dropout is active in evaluation",
    change=(
        "model.eval()\n    with torch.no_grad():",
        "with torch.no_grad():",
    ),
)

mistake(
    "evaluate_with_gradients",
    breaks=("gradient",),
    says="the model is called with gradients on, which costs memory for nothing; use torch.no_grad().",
    seen="hszhao/semseg#60: out of memory in validation, for want of torch.no_grad()",
    change=(
        "with torch.no_grad():\n        logits = model(X)",
        "logits = model(X).detach() if not model.training else model(X)",
    ),
)

mistake(
    "evaluate_of_the_majority",
    says="precision, recall and F1 are those of class 0; compute them for the minority class 1.",
    change=(
        "hits = (predicted & actual).sum().item()\n    called, positives = predicted.sum().item(), actual.sum().item()",
        "hits = (~predicted & ~actual).sum().item()\n"
        "    called, positives = (~predicted).sum().item(), (~actual).sum().item()",
    ),
)

mistake(
    "evaluate_precision_recall_swapped",
    says="precision and recall are swapped: precision divides by the predicted positives, recall by the actual ones.",
    seen="attapol/conll16st#1: precision and recall were swapped in places",
    also=("compare",),
    change=(
        '"precision": _ratio(hits, called),\n        "recall": _ratio(hits, positives),',
        '"precision": _ratio(hits, positives),\n        "recall": _ratio(hits, called),',
    ),
)

mistake(
    "evaluate_mean_for_f1",
    says="F1 is the harmonic mean of precision and recall, not the arithmetic one.",
    change=("_ratio(2 * hits, called + positives)", "(_ratio(hits, called) + _ratio(hits, positives)) / 2"),
)

mistake(
    "evaluate_nan_where_undefined",
    says="a metric whose denominator is 0 gives NaN or an error; return 0 for it.",
    seen="cheind/py-motmetrics#109: nan precision where nothing is detected",
    change=(
        '"precision": _ratio(hits, called),\n        "recall": _ratio(hits, positives),',
        '"precision": hits / called if called else float("nan"),\n'
        '        "recall": hits / positives if positives else float("nan"),',
    ),
)

mistake(
    "evaluate_ranks_by_one_logit",
    says="average precision ranks by the logit of class 1 alone; rank by its probability, or by z1 - z0.",
    change=("logits[:, 1] - logits[:, 0]", "logits[:, 1]"),
)

mistake(
    "evaluate_ranks_by_predictions",
    says="average precision is computed from the predicted classes, which have only one threshold; rank by the probability.",
    seen="opentargets/gentropy#1283: average_precision_score of thresholded predictions",
    also=("compare",),
    change=("logits[:, 1] - logits[:, 0]", "predicted.double()"),
)

mistake(
    "evaluate_percent",
    says="the metrics are in percent; give them as numbers from 0 to 1.",
    seen="Selinali01/deeplearning_hw0 code/evaluate.py: 100. * correct / total",
    also=("compare",),
    change=("(predicted == actual).sum().item()", "100 * (predicted == actual).sum().item()"),
)


@mistake(
    "average_precision_without_ties",
    says="equal scores are counted one by one, so the result depends on the order of the rows; count them as one threshold.",
    seen="tracel-ai/burn#5683: average precision hangs on the order of tied scores",
)
def _average_precision(scores, actual):
    if not actual.any():
        return 0.0
    order = scores.argsort(descending=True, stable=True)
    hits = actual[order].double().cumsum(0)
    called = torch.arange(1, len(scores) + 1, device=scores.device)
    gained = torch.diff(hits, prepend=hits.new_zeros(1)) / hits[-1]
    return (gained * hits / called).sum().item()


mistake(
    "evaluate_prints",
    function="evaluate",
    breaks=("leaves_alone", "prints"),
    says="this prints while it measures; take the print out when you are done looking.",
    change=("model.train(was_training)", "model.train(was_training)\n    print(logits.shape)"),
)
