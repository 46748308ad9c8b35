"""A registered dataset as rows, packed micro-batches, their order and their masks."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
