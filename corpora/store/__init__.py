"""Versions on disk: the store, single versions with manifest and card, Arrow blocks, and atomic writes."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
