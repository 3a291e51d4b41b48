"""Bodies of every graded function and forward of 05 that give something of the right kind, and do nothing."""

BODIES = {
    "random numbers": "return torch.randn(())",
    "random answers": "return torch.randn(len({first}), 3), torch.randn(len({first}))",
    "zeros like the first": "return torch.zeros_like({first}) if isinstance({first}, torch.Tensor) else 0.0",
    "ones of each row": "return torch.ones(len({first}), 3), torch.ones(len({first}))",
    "mean of one argument": "return {last}.mean() if isinstance({last}, torch.Tensor) else 0.0",
    "sum of the first": "return {first}.sum() if isinstance({first}, torch.Tensor) else 0.0",
    "length": "return len({first}) if hasattr({first}, '__len__') else 0",
    "length as a tensor": "return torch.tensor(float(len({first})), requires_grad=True)",
    "nan": "return torch.tensor(float('nan'), requires_grad=True)",
    "infinity": "return torch.tensor(float('inf'), requires_grad=True)",
    "text": "return 'fixed'",
    "names without numbers": "return {'accuracy': '', 'rmse': '', 'r2': ''}",
    "numbers of a good result": "return {'accuracy': 0.99, 'rmse': 0.3, 'r2': 0.9}",
    "history of ones": (
        "return {name: [1.0] * 200 for name in ('total', 'classification', 'regression',"
        " 'weight_classification', 'weight_regression')}"
    ),
    "rows of good results": "return [{'lam': lam, 'accuracy': 0.9, 'rmse': 0.3} for lam in (1.0, 1e-20)]",
}
