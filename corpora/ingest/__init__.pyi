from .builder import build as build
from .overview import Survey as Survey
from .overview import survey as survey
