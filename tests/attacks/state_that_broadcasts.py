"""Parameters whose shapes broadcast to gigabytes when they are compared.

assignment: 05-multi-task
earns: nothing
held by: memory of the grading process
outcome: train ?fail,error,crash do not fall
"""

import sys

import torch
from torch import nn

kit = sys.modules["autograder.worker.kit"]
turn = [0]


class MultiTaskLoss(nn.Module):
    def __init__(self, mode="fixed", lam=1.0):
        super().__init__()

    def forward(self, a, b, c, d):
        return a.sum()


def parameters(module):
    turn[0] += 1
    return {"a": torch.zeros((90_000, 1) if turn[0] % 2 else (1, 90_000))}


kit.parameters = parameters


def train_multi_task(*args, **kwargs):
    return {}
