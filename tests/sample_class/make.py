"""Write the sample class: 30 students, five assignments each, as such classes are. Run by hand; the result is committed.

    python tests/sample_class/make.py

Each file is the reference in which some functions are replaced by what students write: right in another style, or one of
the classic mistakes. Some are notebooks, some have trial runs, magics and comparisons with torch in them; a few are broken.
"""

from __future__ import annotations

import io
import json
import re
import shutil
import zipfile
from pathlib import Path

from autograder.grading.diagnosis import catalogue

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
OUT = HERE / "submitted"

VARIANTS: dict[str, str] = {
    # right, in another style
    "mse:loop": "def mse_loss(pred, target):\n    p = np.array(pred, float).ravel(); t = np.array(target, float).ravel()\n    if np.shape(pred) != np.shape(target): raise ValueError(f'{np.shape(pred)} and {np.shape(target)}')\n    if len(p) == 0: raise ValueError('empty')\n    total = 0.0\n    for a, b in zip(p, t):\n        total += (a - b) ** 2\n    return float(total / len(p))\n",
    "mse:dot": "def mse_loss(pred, target):\n    e = _errors(pred, target).ravel()\n    return np.dot(e, e) / e.size\n",
    "mae:where": "def mae_grad(pred, target):\n    e = _errors(pred, target)\n    return np.where(e > 0, 1.0, np.where(e < 0, -1.0, 0.0)) / e.size\n",
    "lse:logaddexp": "def log_sum_exp(z, axis=-1):\n    z = _filled(z, 'z')\n    with np.errstate(invalid='ignore'):\n        return np.logaddexp.reduce(z, axis=axis)\n",
    "ce_grad:onehot": "def cross_entropy_grad(logits, targets):\n    logits, targets = _classified(logits, targets)\n    return (softmax(logits) - np.eye(logits.shape[1])[targets]) / logits.shape[0]\n",
    # classic mistakes
    "mse:rows": "def mse_loss(pred, target):\n    e = _errors(pred, target)\n    return np.sum(e ** 2) / len(np.atleast_1d(e))\n",
    "mse:sum": "def mse_loss(pred, target):\n    return np.sum(_errors(pred, target) ** 2)\n",
    "mse:uint8": "def mse_loss(pred, target):\n    pred, target = np.asarray(pred), np.asarray(target)\n    return np.mean((pred - target) ** 2)\n",
    "mse_grad:no2": "def mse_grad(pred, target):\n    e = _errors(pred, target)\n    return e / e.size\n",
    "mse_grad:sign": "def mse_grad(pred, target):\n    e = _errors(pred, target)\n    return -2 * e / e.size\n",
    "rmse:nan": "def rmse_grad(pred, target):\n    e = _errors(pred, target)\n    return e / (e.size * np.sqrt(np.mean(e ** 2)))\n",
    "huber:smoothl1": "def huber_loss(pred, target, delta=1.0):\n    e = np.abs(_errors(pred, target))\n    return np.mean(np.where(e < delta, 0.5 * e ** 2 / delta, e - 0.5 * delta))\n",
    "huber:forever": "def huber_grad(pred, target, delta=1.0):\n    while True:\n        pass\n",
    "mae:mutates": "def mae_loss(pred, target):\n    pred -= target\n    return np.mean(np.abs(pred))\n",
    "mse:memory": "def mse_loss(pred, target):\n    table = np.ones((1 << 29,))\n    return np.mean(_errors(pred, target) ** 2)\n",
    "mse:crash": "def mse_loss(pred, target):\n    import os\n    os._exit(1)\n",
    "mse:none": "def mse_loss(pred, target):\n    loss = np.mean(_errors(pred, target) ** 2)\n    print('loss', loss)\n",
    "softmax:global": "def softmax(logits):\n    logits = _filled(logits, 'logits')\n    e = np.exp(logits - np.max(logits))\n    return e / e.sum(axis=-1, keepdims=True)\n",
    "softmax:none": "def softmax(logits):\n    e = np.exp(np.asarray(logits, float))\n    return e / e.sum(axis=-1, keepdims=True)\n",
    "softmax:axis0": "def softmax(logits):\n    logits = np.asarray(logits, float)\n    e = np.exp(logits - logits.max(axis=0))\n    return e / e.sum(axis=0)\n",
    "log_softmax:log": "def log_softmax(logits):\n    return np.log(softmax(logits))\n",
    "ce:eps": "def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction='mean'):\n    p = softmax(np.asarray(logits, float))\n    n = p.shape[0]\n    losses = -np.log(p[np.arange(n), targets] + 1e-9)\n    return losses.mean() if reduction == 'mean' else losses.sum() if reduction == 'sum' else losses\n",
    "ce:weight_n": "def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction='mean'):\n    logits, targets = _classified(logits, targets)\n    w = np.ones(logits.shape[1]) if weight is None else np.asarray(weight)\n    losses = -w[targets] * log_softmax(logits)[np.arange(len(targets)), targets]\n    return {'none': losses, 'sum': losses.sum(), 'mean': losses.mean()}[reduction]\n",
    "ce_grad:no_n": "def cross_entropy_grad(logits, targets):\n    p = softmax(logits)\n    p[range(len(targets)), targets] -= 1\n    return p\n",
    "ce_grad:width": "def cross_entropy_grad(logits, targets):\n    targets = np.asarray(targets)\n    one_hot = np.eye(targets.max() + 1)[targets]\n    return (softmax(logits) - one_hot) / len(targets)\n",
    "bce:sigmoid": "def bce_with_logits(logits, targets):\n    p = 1 / (1 + np.exp(-np.asarray(logits, float)))\n    return bce_loss(p, targets)\n",
    "info:log2": "def entropy(p):\n    p = np.asarray(p, float)\n    return -np.sum(p * np.log2(p))\n",
    "kl:swapped": "def kl_divergence(p, q):\n    p, q = np.asarray(q, float), np.asarray(p, float)\n    return np.sum(p * np.log(p / q))\n",
    "weights:noc": "def class_weights(counts, strategy='inverse', beta=0.999):\n    counts = np.asarray(counts, float)\n    w = counts.sum() / counts\n    return w if strategy == 'inverse' else np.sqrt(w)\n",
    "log_softmax:typo": "def logsoftmax(logits):\n    return np.log(softmax(logits))\n",
    "sweep:warns": "def stability_sweep(logits, targets, scales):\n    return {'scale': list(scales), 'naive': [cross_entropy_naive(s * np.asarray(logits), targets) for s in scales],\n            'stable': [cross_entropy(s * np.asarray(logits), targets) for s in scales]}\n",
}

TRIAL_RUNS = "\nimport torch\nimport torch.nn.functional as F\nprint(F.mse_loss(torch.zeros(3), torch.ones(3)))\nimport matplotlib.pyplot as plt\nplt.plot([1, 2, 3])\n"

# student: (variants of 01, variants of 02); a leading ! names what is wrong with the file itself, ~ its dress.
PLAN: list[tuple[str, str]] = [
    ("", ""),
    ("mse:loop", "lse:logaddexp"),
    ("mse:dot mae:where ~ipynb", "ce_grad:onehot ~ipynb"),
    ("~trial", "~ipynb ~trial"),
    ("mse:rows", "softmax:global"),
    ("mse:sum mse_grad:no2", "softmax:none ~trial"),
    ("mse:uint8", "log_softmax:log"),
    ("mse_grad:sign", "ce:eps"),
    ("rmse:nan ~ipynb", "ce:weight_n ~ipynb"),
    ("huber:smoothl1", "ce_grad:no_n"),
    ("huber:forever", "ce_grad:width"),
    ("mae:mutates", "bce:sigmoid"),
    ("mse:memory", "info:log2"),
    ("mse:crash", "kl:swapped"),
    ("mse:none", "weights:noc"),
    ("mse_grad:no2 huber:smoothl1 ~ipynb", "log_softmax:typo ~ipynb"),
    ("mse:rows rmse:nan", "sweep:warns"),
    ("!stub", "!stub"),
    ("!syntax", "!syntax"),
    ("!truncated", "softmax:global ce_grad:no_n"),
    ("!empty", "softmax:axis0"),
    ("!latin1", "ce:eps bce:sigmoid"),
    ("!symlink", ""),
    ("!zipslip", "info:log2 kl:swapped"),
    ("~zip", "~zip"),
    ("mse:dot ~crlf", "ce_grad:onehot ~crlf"),
    ("~late", "~late"),
    ("mse:loop mae:where", "lse:logaddexp ce_grad:onehot ~trial"),
    ("!cell", "!cell"),
    ("mse:sum ~zip", "softmax:none log_softmax:log ce:eps"),
]
# Of the other assignments, whose answers lie in answers/ under the same words: one plan a student.
MORE: dict[str, list[str]] = {
    "03-gradient-comparison": [
        "",
        "logit:scipy_free",
        "plot:styled ~ipynb",
        "~trial",
        "speed:falsy",
        "plot:bare",
        "logit:no_slope",
        "train:short",
        "train:log_p",
        "speed:strict",
        "plot:one_axes ~ipynb",
        "train:bias_column",
        "speed:falsy plot:bare",
        "~ipynb",
        "train:log_p plot:one_axes",
        "logit:no_slope speed:strict",
        "train:bias_column plot:styled",
        "!stub",
        "!syntax",
        "",
        "plot:styled",
        "!empty",
        "logit:scipy_free train:bias_column",
        "!truncated",
        "~zip",
        "~crlf",
        "~late",
        "train:short plot:bare ~ipynb",
        "!cell",
        "speed:strict plot:one_axes",
    ],
    "04-focal-loss": [
        "",
        "focal:logsigmoid",
        "train:generator ~ipynb",
        "~trial",
        "focal:exp_ce",
        "focal:weighted_pt",
        "focal:detached",
        "sigmoid:swapped",
        "module:attribute",
        "smoothing:torch",
        "train:global_seed ~ipynb",
        "evaluate:left_in_eval",
        "evaluate:nan",
        "~ipynb",
        "focal:exp_ce module:attribute",
        "focal:weighted_pt train:global_seed",
        "focal:logsigmoid train:generator",
        "!stub",
        "!syntax",
        "smoothing:torch evaluate:nan",
        "",
        "!latin1",
        "train:generator",
        "",
        "~zip",
        "~crlf",
        "~late",
        "sigmoid:swapped evaluate:left_in_eval",
        "!cell",
        "focal:detached smoothing:torch",
    ],
    "05-multi-task": [
        "",
        "net:deep",
        "loss:sigma ~ipynb",
        "~trial",
        "net:column",
        "net:squeeze",
        "loss:undetached",
        "loss:no_log_term",
        "loss:unregistered",
        "loss:lam_first",
        "train:model_only ~ipynb",
        "evaluate:mse",
        "sweep:one_model",
        "plot:linear",
        "net:deep loss:sigma",
        "loss:undetached evaluate:mse",
        "loss:unregistered sweep:one_model",
        "!stub",
        "!syntax",
        "",
        "loss:sigma",
        "!empty",
        "net:deep",
        "plot:linear",
        "~zip",
        "~crlf",
        "~late",
        "net:deep ~ipynb",
        "!cell",
        "loss:no_log_term plot:linear",
    ],
}
MODULES = {
    "01-mse": "mse",
    "02-cross-entropy": "cross_entropy",
    "03-gradient-comparison": "gradient_comparison",
    "04-focal-loss": "focal_loss",
    "05-multi-task": "multi_task",
}
HANDED_IN_LATE = {
    "01-mse": "2027-02-17",
    "02-cross-entropy": "2027-02-17",
    "03-gradient-comparison": "2027-03-03",
    "04-focal-loss": "2027-03-16",
    "05-multi-task": "2027-04-02",
}


def reference(assignment: str) -> str:
    """The source as a student might have it: without public checks and cell tags."""
    text = (ROOT / "solutions" / assignment / f"{MODULES[assignment]}.py").read_text()
    cells = [cell for cell in re.split(r"(?m)^(?=# %%)", text) if not cell.startswith("# %% checks=")]
    kept = "".join(cells)
    kept = re.sub(r"(?m)^# %% part=.*$", "# %%", kept)
    return re.sub(r"(?m)^ *### (BEGIN|END) SOLUTION\n", "", kept)


def replace_function(source: str, text: str, original: str) -> str:
    """Put `text` in the place of the top-level function `original`."""
    pattern = re.compile(rf"(?ms)^def {original}\(.*?(?=^def |^# %%|\Z)")
    if not pattern.search(source):
        raise SystemExit(f"no function {original}")
    return pattern.sub(lambda _: text + "\n\n", source)


def compose(assignment: str, words: list[str]) -> str:
    source = reference(assignment)
    answers = {item.id: item.text for item in catalogue.variants(HERE / "answers" / f"{assignment}.py")}
    for word in words:
        if assignment in MORE:
            source = f"{source.rstrip()}\n\n\n# %%\n{answers[word]}"
            continue
        text = VARIANTS[word]
        name = re.match(r"def (\w+)", text)[1]  # type: ignore[index]
        source = replace_function(source, text, "log_softmax" if name == "logsoftmax" else name)
    return source


def notebook(source: str, extra: list[str]) -> bytes:
    cells = []
    for index, cell in enumerate(re.split(r"(?m)^# %%", source)[1:] + extra):
        is_text = cell.startswith(" [markdown]")
        body = cell.partition("\n")[2] if index < 10**6 and cell not in extra else cell
        if is_text:
            body = re.sub(r"(?m)^# ?", "", body)
        entry = {
            "cell_type": "markdown" if is_text else "code",
            "id": f"c{index}",
            "metadata": {},
            "source": body.strip("\n"),
        }
        cells.append(entry if is_text else {**entry, "outputs": [], "execution_count": None})
    spec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return json.dumps(
        {"cells": cells, "metadata": {"kernelspec": spec}, "nbformat": 4, "nbformat_minor": 5}, indent=1
    ).encode()


def write(folder: Path, assignment: str, plan: str) -> None:
    module = MODULES[assignment]
    words = plan.split()
    folder.mkdir(parents=True)
    broken = next((word[1:] for word in words if word.startswith("!")), None)
    dress = {word[1:] for word in words if word.startswith("~")}
    source = compose(assignment, [word for word in words if ":" in word])
    if "trial" in dress:
        source += TRIAL_RUNS
    data = source.encode()
    name = f"{module}.py"
    if "ipynb" in dress:
        extra = [
            "%matplotlib inline\n!pip list",
            "%%time\nhelper = 1",
            "mse_los([1], [2])",
            "from torch import nn\nnn.MSELoss()",
        ]
        name, data = f"{module}.ipynb", notebook(source, extra)
    if "crlf" in dress:
        data = source.replace("\n", "\r\n").encode()
    if "late" in dress:
        (folder / "timestamp.txt").write_text(f"{HANDED_IN_LATE[assignment]} 12:00:00 UTC")
    if broken == "stub":
        shutil.copy(ROOT / "assignments" / assignment / name, folder / name)
    elif broken == "syntax":
        (folder / name).write_text("import numpy as np\n\ndef f(pred, target)\n    return 1\n")
    elif broken == "cell":
        some_return = r"    return (?=np\.)" if "    return np." in source else r"(?m)^        return "
        (folder / name).write_text(re.sub(some_return, r"\g<0>return ", source, count=1))
    elif broken == "truncated":
        (folder / f"{module}.ipynb").write_bytes(notebook(source, [])[:3000])
    elif broken == "empty":
        (folder / ".gitkeep").write_text("")
    elif broken == "latin1":
        (folder / name).write_bytes("# für die Übung\nx = 1\n".encode("latin-1"))
    elif broken == "symlink":
        (folder / name).symlink_to("/etc/hostname")
    elif broken == "zipslip":
        (folder / "work.zip").write_bytes(zipped("../mse.py", data))
    elif "zip" in dress:
        (folder / "work.zip").write_bytes(zipped(f"work/{name}", data))
    else:
        (folder / name).write_bytes(data)


def zipped(name: str, data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name, (2027, 1, 31, 12, 0, 0)), data)
    return buffer.getvalue()


def main() -> None:
    shutil.rmtree(OUT, ignore_errors=True)
    for number, plans in enumerate(PLAN, start=1):
        more = [MORE[assignment][number - 1] for assignment in MORE]
        for assignment, plan in zip(MODULES, [*plans, *more], strict=True):
            if not (ROOT / "solutions" / assignment / f"{MODULES[assignment]}.py").is_file():
                continue
            write(OUT / f"student-{number:02}" / assignment, assignment, plan)


if __name__ == "__main__":
    main()
