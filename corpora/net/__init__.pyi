from .client import HttpClient as HttpClient
from .deadline import Timeouts as Timeouts
from .retries import Retries as Retries
