"""Where work runs: in this process, in worker processes or on a cluster; sandboxes; progress."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
