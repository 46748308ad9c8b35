"""Versions on disk: the store, one version, its manifest and card, Arrow blocks, files written atomically."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
