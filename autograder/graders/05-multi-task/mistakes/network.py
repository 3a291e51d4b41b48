"""Known wrong answers of 05-multi-task, part `network`, each with what a tutor would say."""

from autograder.grading.diagnosis.catalogue import mistake


@mistake(
    "network_squeeze_all",
    says="squeeze() without an axis also removes the first axis of a batch of one; remove only the last axis.",
    seen="NVIDIA/tacotron2#303: squeeze without a dimension, a batch of one",
)
class MultiTaskNet(MultiTaskNet):
    def forward(self, x):
        shared = self.trunk(x)
        return self.classify(shared), self.regress(shared).squeeze()


@mistake(
    "network_column",
    says="the value is a column (N, 1), which broadcasts against (N,) targets; remove its last axis.",
    seen="pytorch/pytorch#16045: nn.Linear(2, 1) returned as it is, beside targets (n,)",
    also=("score",),
)
class MultiTaskNet(MultiTaskNet):
    def forward(self, x):
        shared = self.trunk(x)
        return self.classify(shared), self.regress(shared)


@mistake(
    "network_softmax",
    says="this applies a softmax to the logits, and cross-entropy applies another; return the logits as they are.",
    seen="jindongwang/Deep-learning-activity-recognition#10: F.softmax before nn.CrossEntropyLoss",
)
class MultiTaskNet(MultiTaskNet):
    def forward(self, x):
        logits, value = super().forward(x)
        return logits.softmax(dim=1), value


@mistake(
    "network_detached",
    says="this detaches the trunk before the regression head, so errors of the value never train it; do not detach.",
    also=("score",),
)
class MultiTaskNet(MultiTaskNet):
    def forward(self, x):
        shared = self.trunk(x)
        return self.classify(shared), self.regress(shared.detach()).squeeze(-1)


@mistake(
    "network_linear",
    says="this has no activation, and two linear layers in a row act as one; put an activation between them.",
    seen="nutonomy/nuscenes-devkit#728: no nonlinearity between two linear layers",
    breaks=("leaves_alone",),  # the sweep cannot be judged
)
class MultiTaskNet(MultiTaskNet):
    def forward(self, x):
        shared = self.trunk[0](x)
        return self.classify(shared), self.regress(shared).squeeze(-1)


@mistake(
    "network_head_on_head",
    says="the value is computed from the logits; compute both heads from the trunk.",
)
class MultiTaskNet(MultiTaskNet):
    def __init__(self, in_features, n_classes, hidden=32):
        super().__init__(in_features, n_classes, hidden)
        self.regress = nn.Linear(n_classes, 1)

    def forward(self, x):
        logits = self.classify(self.trunk(x))
        return logits, self.regress(logits).squeeze(-1)


@mistake(
    "network_batch_statistics",
    says="this standardises by the current batch, so a row's answer depends on the other rows, and a single row gives NaN.",
    also=("score",),
    breaks=("state",),
)
class MultiTaskNet(MultiTaskNet):
    def forward(self, x):
        return super().forward((x - x.mean(dim=0)) / x.std(dim=0))


@mistake(
    "network_ignores_hidden",
    says="this has a fixed width; make the trunk `hidden` wide.",
)
class MultiTaskNet(MultiTaskNet):
    def __init__(self, in_features, n_classes, hidden=32):
        super().__init__(in_features, n_classes, 32)


@mistake(
    "network_other_width",
    says="this has another default for `hidden`; it is 32.",
)
class MultiTaskNet(MultiTaskNet):
    def __init__(self, in_features, n_classes, hidden=64):
        super().__init__(in_features, n_classes, hidden)


@mistake(
    "network_float32",
    says="this casts the input to float32, so the network cannot run in float64; use x as it comes.",
    breaks=("device",),
)
class MultiTaskNet(MultiTaskNet):
    def forward(self, x):
        return super().forward(x.float())


@mistake(
    "network_activation_first",
    says="the activation comes before the first layer, so only linear layers follow; put it between the layers.",
    also=("score",),
    breaks=("leaves_alone",),  # the sweep cannot be judged
)
class MultiTaskNet(MultiTaskNet):
    def forward(self, x):
        shared = self.trunk[0](torch.relu(x))
        return self.classify(shared), self.regress(shared).squeeze(-1)


@mistake(
    "network_relu_on_the_value",
    says="this puts a ReLU on the answers; leave it out, because logits and values may be negative.",
    also=("score",),
    breaks=("leaves_alone",),  # the sweep cannot be judged
)
class MultiTaskNet(MultiTaskNet):
    def forward(self, x):
        logits, value = super().forward(x)
        return torch.relu(logits), torch.relu(value)
