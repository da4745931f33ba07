"""Simulation of one point: the finite network that a model describes, averaged over replicas."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Unpack

from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.estimates import Estimate, estimate
from rmt_asymptotics.models import RidgeModel
from rmt_asymptotics.montecarlo.ensemble import Ensemble, ensemble
from rmt_asymptotics.montecarlo.plan import PlanOptions, SimulationPlan, planned
from rmt_asymptotics.serialisation import provenance
from rmt_asymptotics.tables import Shown, Table, titled
from rmt_asymptotics.vocabulary.quantities import ERRORS
from rmt_asymptotics.vocabulary.words import described

if TYPE_CHECKING:
    import xarray


@dataclass(frozen=True)
class Simulation(Shown):
    """Errors of the finite network of `model` at dimension d, width p and n samples.

    test_error: E (y - f)^2 on fresh data, label noise included; excess_error: without the noise.
    training_error: mean (y - f)^2 on the training set; training_objective: that plus ridge/n |a|^2.
    With other losses than the square one on real labels: test_loss, training_loss, training_objective =
    training_loss + ridge/(2n) |a|^2, norm = |a|^2/p, and for labels of two values both misclassifications.
    """

    model: RidgeModel
    dimension: int
    width: int
    samples: int
    replicas: int
    seed: int
    test_error: Estimate
    training_error: Estimate
    training_objective: Estimate
    excess_error: Estimate
    test_loss: Estimate | None = None
    training_loss: Estimate | None = None
    norm: Estimate | None = None
    misclassification: Estimate | None = None
    training_misclassification: Estimate | None = None

    def _table(self) -> Table:
        rows = [(name, each.mean, f"{each.standard_error:.2g}") for name, each in self.estimates.items()]
        sizes = f"d = {self.dimension}, p = {self.width}, n = {self.samples}, {self.replicas} draws, seed {self.seed}"
        return Table(("simulated", "mean", "s.e."), rows, titled(self.model), (sizes,))

    @property
    def estimates(self) -> dict[str, Estimate]:
        """The errors by name."""
        return {name: getattr(self, name) for name in ERRORS}

    def to_dataset(self) -> "xarray.Dataset":
        """The errors of each replica, along a dimension "replica"."""
        import xarray

        columns = {
            f"{name}_values": ("replica", list(e.values), described(f"{name}_values"))
            for name, e in self.estimates.items()
        }
        sizes = {name: getattr(self, name) for name in ("dimension", "width", "samples", "replicas", "seed")}
        return xarray.Dataset(columns, attrs=provenance(self.model) | sizes)


@checked_arguments
def simulate(model: RidgeModel, plan: SimulationPlan | None = None, **options: Unpack[PlanOptions]) -> Simulation:
    """Train the finite network of a model on independent draws and measure its errors.

    model: any model with a finite network.
    plan: a `SimulationPlan`, or its fields as keywords.

    The gradient step of a `OneStepNetwork` is taken on samples of its own.  Estimates keep the values of the replicas.
    Raises `OutOfDomain` for input out of range, for a dimension at which p, n or n0 rounds to 0 or at which p is not
    the width that the model resolves, for an activation or target that is not finite on the draws, for one without
    derivative where a step needs it, and for a ridge too small for the rounding of linearly dependent features.

    >>> from rmt_asymptotics.activations import sin, tanh
    >>> from rmt_asymptotics.models import RandomFeatures
    >>> model = RandomFeatures(activation=tanh, target=sin, sample_complexity=2.0, width_ratio=1.5, ridge=1e9)
    >>> error = simulate(model, dimension=20, replicas=4).test_error  # E sin^2 = (1 - exp(-2))/2 = 0.4323
    >>> abs(error.mean - 0.4323) < 4 * error.standard_error
    True
    """
    plan = planned(plan, options, model.own_dimension)
    return simulation(model, plan, ensemble(model, plan))


def simulation(model: RidgeModel, plan: SimulationPlan, result: Ensemble) -> Simulation:
    """The record of an ensemble of one sample size and one ridge."""
    estimates = {name: estimate(errors[:, 0, 0]) for name, errors in result.errors.items()}
    width, samples = result.grid.width, int(result.samples[0])
    return Simulation(model, plan.dimension, width, samples, plan.replicas, plan.seed, **estimates)
