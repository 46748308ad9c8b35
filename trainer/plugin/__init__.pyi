from .discovery import registry as registry
from .hookspecs import hookimpl as hookimpl
from .kinds import Callback as Callback
from .kinds import Given as Given
from .kinds import Loss as Loss
from .kinds import Run as Run
from .kinds import Student as Student
from .kinds import Task as Task
