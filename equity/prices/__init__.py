"""Convert money between currencies and price years, one recorded step at a time."""

from equity.prices.conversion import Step, convert
from equity.prices.rates import deflator_ratio, exchange_rate, purchasing_power

__all__ = ["Step", "convert", "deflator_ratio", "exchange_rate", "purchasing_power"]
