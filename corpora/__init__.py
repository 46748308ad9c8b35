"""Build text corpora as versioned datasets, and extend every step with plugins.

The public names are listed in `__init__.pyi`, each with the module that defines it. They are imported on
first use, so `import corpora` loads neither NumPy nor pyarrow nor any plugin.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
