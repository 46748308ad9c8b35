from .application import COMMANDS as COMMANDS
from .application import app as app
from .application import main as main
