"""In words, what the theory used for a model."""

from dataclasses import dataclass

from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.canonical.one_step_network import relative_rate
from rmt_asymptotics.canonical.step_limits import leaves_spikes, single_step, step_modes
from rmt_asymptotics.errors import numerical_failures
from rmt_asymptotics.models import OneStepNetwork
from rmt_asymptotics.steps import MaximalStep, PowerStep
from rmt_asymptotics.tables import Shown, Table


@dataclass(frozen=True)
class Regime(Shown):
    """description: in words; free and finite: the orders q of the polynomial spikes, below the maximal step."""

    description: str
    free: tuple[int, ...] = ()
    finite: tuple[int, ...] = ()

    def _table(self) -> Table:
        orders = ((name, ", ".join(map(str, getattr(self, name)))) for name in ("free", "finite"))
        rows = [("step", self.description), *((f"{name} spikes of order", text) for name, text in orders if text)]
        return Table(("regime", ""), rows)


@checked_arguments
@numerical_failures()
def regime(model: OneStepNetwork) -> Regime:
    """The regime of a network's step.

    >>> import rmt_asymptotics as rmt
    >>> network = rmt.OneStepNetwork(
    ...     activation=rmt.Activation.from_expression("centred(tanh(x + 0.7))"), target=rmt.sin, sample_complexity=2.0,
    ...     width_ratio=1.0, ridge=0.1, step=rmt.PowerStep(0.29), step_sample_complexity=2.0, readout=rmt.GaussianLaw())
    >>> regime(network).description
    'exponent 0.29 at p = infinity: free polynomial spikes kappa, kappa^2'
    """
    if model.width is not None:
        rate = relative_rate(model)
        return Regime(f"width {model.width}, spike-resolved: eta = {rate * model.width**0.5:.6g} = {rate:.6g} sqrt(p)")
    if isinstance(model.step, MaximalStep):
        means = "the closed span of the class means" if model.readout.continuous else "the class means"
        return Regime(f"maximal step of rate {model.step.rate:g} at p = infinity: {means} free")
    modes = step_modes(model, single_step(model))
    free = tuple(mode.order for mode in modes if mode.strength == float("inf"))
    finite = tuple(mode.order for mode in modes if mode.strength < float("inf"))
    parts = []
    if not leaves_spikes(model):
        parts.append("the step vanishes, as random features")
    if 0 in free:
        parts.append("free intercept")
    if any(free):
        parts.append("free polynomial spikes " + ", ".join(map(_power, filter(None, free))))
    if finite:
        parts.append("spike of finite strength " + ", ".join(map(_power, finite)))
    name = f"exponent {model.step.exponent:g}" if isinstance(model.step, PowerStep) else "fixed step"
    return Regime(f"{name} at p = infinity: {'; '.join(parts) or 'no spike'}", free, finite)


def _power(order: int) -> str:
    return "kappa" if order == 1 else f"kappa^{order}"
