"""Choice and prices: who complies, which prices clear, who gains; and simpler closures beside it.

``equilibrium`` clears every market and ``fixed`` holds prices; ``smart``, ``gsim`` and
``exact_hat`` are the closures of the trade-policy literature.
"""

from equity.market.dynamics import Transition, transition
from equity.market.entry import effect, power
from equity.market.equilibrium import Equilibrium, equilibrium, fixed
from equity.market.exact_hat import ExactHat, exact_hat
from equity.market.gsim import GlobalSimulation, gsim
from equity.market.participation import participation
from equity.market.smart import SingleMarket, smart
from equity.market.welfare import Welfare, welfare

__all__ = [
    "Equilibrium", "ExactHat", "GlobalSimulation", "SingleMarket", "Transition",
    "Welfare", "effect",
    "equilibrium", "exact_hat", "fixed", "gsim", "participation", "power", "smart", "transition",
    "welfare",
]  # fmt: skip
