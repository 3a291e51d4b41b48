"""A module that claims to have every parameter, buffer and mode it is asked for.

assignment: 04-focal-loss
earns: nothing
held by: comparison outside
outcome: modules ?fail,error,crash
"""

import torch
from torch import nn


class FocalLoss(nn.Module):
    def __init__(self, *args, **kwargs):
        super().__init__()

    def __getattr__(self, name):
        return lambda *args, **kwargs: self

    def __eq__(self, other):
        return True

    __hash__ = nn.Module.__hash__

    def forward(self, *args, **kwargs):
        return self


LabelSmoothingLoss = FocalLoss
