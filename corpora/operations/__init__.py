"""Make datasets from datasets: tokenize, transform, select, split, concatenate, mix, export, publish."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
