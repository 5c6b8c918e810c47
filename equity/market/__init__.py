"""Choice and prices: who complies, which prices clear, who gains; and simpler closures beside it.

``equilibrium`` clears every market and ``fixed`` holds prices; ``smart``, ``gsim`` and ``exact_hat``
are the closures of the trade-policy literature.
"""

from equity.market.equilibrium import Equilibrium, equilibrium, fixed
from equity.market.participation import participation
from equity.market.welfare import Welfare, welfare

__all__ = ["Equilibrium", "Welfare", "equilibrium", "fixed", "participation", "welfare"]
