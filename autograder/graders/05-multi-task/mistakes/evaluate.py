"""Known wrong answers of 05-multi-task, part `evaluate`, each with what a tutor would say."""

from autograder.grading.diagnosis.catalogue import mistake


@mistake(
    "evaluate_mse",
    says="this returns the MSE as the RMSE; take its root.",
    seen="coreylynch/pyFM#8: what was called RMSE is the MSE",
)
def evaluate_multi_task(model, data, right=evaluate_multi_task):
    found = right(model, data)
    return {**found, "rmse": found["rmse"] ** 2}


@mistake(
    "evaluate_root_twice",
    says="this takes the root of the RMSE again; take the root of the mean square only once.",
)
def evaluate_multi_task(model, data, right=evaluate_multi_task):
    found = right(model, data)
    return {**found, "rmse": found["rmse"] ** 0.5}


@mistake(
    "evaluate_percent",
    says="this gives the accuracy in percent; return a share between 0 and 1.",
    seen="kamalesh0406/Audio-Classification validate.py: 100*correct/total",
)
def evaluate_multi_task(model, data, right=evaluate_multi_task):
    found = right(model, data)
    return {**found, "accuracy": 100 * found["accuracy"]}


@mistake(
    "evaluate_r2_unexplained",
    says="this is the unexplained share of the variance; R² is 1 minus this share.",
)
def evaluate_multi_task(model, data, right=evaluate_multi_task):
    found = right(model, data)
    return {**found, "r2": 1 - found["r2"]}


@mistake(
    "evaluate_leaves_eval",
    says="this leaves the model in eval mode; remember model.training and restore it.",
    seen="tk-rusch/coRNN#1: no model.train() after model.eval()",
    breaks=("state",),
)
def evaluate_multi_task(model, data, right=evaluate_multi_task):
    found = right(model, data)
    model.eval()
    return found


@mistake(
    "evaluate_training_mode",
    says="this measures in training mode, with dropout on; call model.eval() first.",
    seen="udacity/deep-learning-v2-pytorch#397: model.eval() added before evaluation",
    breaks=("evaluation",),
)
def evaluate_multi_task(model, data):
    with torch.no_grad():
        logits, value = model(data["X"])
    squares = (value - data["values"]).square()
    spread = (data["values"] - data["values"].mean()).square()
    accuracy = (logits.argmax(dim=1) == data["labels"]).float().mean().item()
    return {"accuracy": accuracy, "rmse": squares.mean().sqrt().item(), "r2": 1 - (squares.sum() / spread.sum()).item()}


@mistake(
    "evaluate_with_gradients",
    says="this records gradients while measuring; wrap the call in torch.no_grad().",
    seen="OpenNMT/OpenNMT-py#1141: torch.no_grad() is not used in validate()",
    breaks=("gradient",),
)
def evaluate_multi_task(model, data):
    mode = model.training
    model.eval()
    logits, value = (item.detach() for item in model(data["X"]))
    model.train(mode)
    squares = (value - data["values"]).square()
    spread = (data["values"] - data["values"].mean()).square()
    accuracy = (logits.argmax(dim=1) == data["labels"]).float().mean().item()
    return {"accuracy": accuracy, "rmse": squares.mean().sqrt().item(), "r2": 1 - (squares.sum() / spread.sum()).item()}


@mistake(
    "evaluate_r2_of_predictions",
    says="this divides by the spread of the predictions; R² divides by that of the true values.",
    seen="dynamicslab/pysindy#80: r2_score with its arguments swapped",
)
def evaluate_multi_task(model, data, right=evaluate_multi_task):
    mode = model.training
    found = right(model, data)
    with torch.no_grad():
        _, value = model.eval()(data["X"])
    model.train(mode)
    spread = (value - value.mean()).square().sum()
    return {**found, "r2": 1 - ((value - data["values"]).square().sum() / spread).item()}


@mistake(
    "evaluate_correlation",
    says="this is the squared correlation, which forgives a wrong scale and offset; R² does not.",
    seen="AlexNedyalkov/ML-from-Scratch utils/accuracy_metrics.py: np.corrcoef squared",
)
def evaluate_multi_task(model, data, right=evaluate_multi_task):
    mode = model.training
    found = right(model, data)
    with torch.no_grad():
        _, value = model.eval()(data["X"])
    model.train(mode)
    return {**found, "r2": torch.corrcoef(torch.stack([value, data["values"]]))[0, 1].square().item()}


@mistake(
    "evaluate_mean_absolute",
    says="this is the mean absolute error; the RMSE squares before it averages.",
    seen="facebookresearch/sparsh#9: the root of each square, then the mean",
)
def evaluate_multi_task(model, data, right=evaluate_multi_task):
    mode = model.training
    found = right(model, data)
    with torch.no_grad():
        _, value = model.eval()(data["X"])
    model.train(mode)
    return {**found, "rmse": (value - data["values"]).abs().mean().item()}


@mistake(
    "evaluate_prints",
    says="this prints the numbers; return them instead.",
    breaks=("prints",),
)
def evaluate_multi_task(model, data, right=evaluate_multi_task):
    found = right(model, data)
    print(found)
    return found


@mistake(
    "evaluate_keeps_predictions",
    says="this stores its predictions in the caller's data; leave the data unchanged.",
    breaks=("leaves_alone",),
)
def evaluate_multi_task(model, data, right=evaluate_multi_task):
    mode = model.training
    found = right(model, data)
    with torch.no_grad():
        data["predicted"] = model.eval()(data["X"])[1]
    model.train(mode)
    return found
