# Each function returns a piece of its input.
class MultiTaskNet(nn.Module):
    def __init__(self, in_features, n_classes, hidden=32):
        super().__init__()
        self.n_classes = n_classes

    def forward(self, x):
        return x[:, : self.n_classes], x[:, 0]


class MultiTaskLoss(nn.Module):
    def __init__(self, mode="fixed", lam=1.0):
        super().__init__()

    def forward(self, logits, labels, reg_pred, reg_target):
        return reg_pred.sum()


def train_multi_task(model, loss_fn, data, lr=0.01, epochs=200, seed=0):
    return data


def evaluate_multi_task(model, data):
    return data


def lambda_sweep(data_train, data_val, lams, seed=0):
    return [{"lam": lam, "accuracy": lam, "rmse": lam} for lam in lams]


def plot_lambda_tradeoff(rows):
    return plt.gcf()
