"""Build sentence datasets from sources: extract documents, decide which to keep, and write their sentences."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
