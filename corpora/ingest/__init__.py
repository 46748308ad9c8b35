"""From a source to sentences: extract documents, decide which ones stay, write their sentences."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
