"""The entry points, beside a foreign package of the same name."""

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize("package", ["trainer", "corpora"])
def test_a_foreign_package_of_our_name_is_one_clear_line(tmp_path, package):
    foreign = tmp_path / package
    foreign.mkdir()
    (foreign / "__init__.py").write_text("x = 1\n")
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import transferset; transferset.{package}()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=os.environ)
    assert done.returncode == 1 and f"another package named {package}" in done.stderr and str(foreign) in done.stderr


def test_our_own_packages_pass():
    code = "import sys; sys.argv = ['corpora', '--help']; import transferset; transferset.corpora()"
    assert "Usage: corpora" in subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout


def test_without_torch_the_trainer_says_what_to_install():
    code = "import importlib.util as u, transferset\nfind = u.find_spec\n"
    code += "transferset.find_spec = lambda name: None if name == 'torch' else find(name)\ntransferset.trainer()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1 and "pip install 'transferset[trainer]'" in done.stderr
