"""Probes: measure what a masked-language model knows without fine-tuning it."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
