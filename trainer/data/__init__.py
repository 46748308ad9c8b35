"""A registered dataset as rows and packed micro-batches, with their order and masks."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
