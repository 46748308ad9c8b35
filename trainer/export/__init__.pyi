from .loading import load_with_head as load_with_head
from .onnx import Exported as Exported
from .onnx import export_onnx as export_onnx
from .onnx import source_of as source_of
from .session import OnnxModel as OnnxModel
