from .devices import chosen as chosen
from .devices import without_cudnn_attention as without_cudnn_attention
from .precision import LossScale as LossScale
from .precision import Precision as Precision
from .precision import precision_for as precision_for
from .ranks import Ranks as Ranks
from .throughput import Meter as Meter
